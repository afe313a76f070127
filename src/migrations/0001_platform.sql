-- The mechanisms: the event log, its listeners' cursors, jobs, the audit trail, settings, mail.

CREATE TABLE events (
    seq   INTEGER PRIMARY KEY AUTOINCREMENT,
    kind  TEXT NOT NULL,
    body  TEXT NOT NULL CHECK (json_valid(body)),
    actor TEXT NOT NULL,
    at    INTEGER NOT NULL
) STRICT;
CREATE INDEX events_by_time ON events (at);

CREATE TABLE reaction_cursors (
    reaction TEXT PRIMARY KEY,
    seq      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE parked_events (
    reaction   TEXT NOT NULL,
    seq        INTEGER NOT NULL REFERENCES events (seq),
    failures   INTEGER NOT NULL,
    last_error TEXT NOT NULL,
    at         INTEGER NOT NULL,
    is_parked  INTEGER NOT NULL CHECK (is_parked IN (0, 1)),
    PRIMARY KEY (reaction, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    queue       TEXT NOT NULL,
    payload     TEXT NOT NULL CHECK (json_valid(payload)),
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'dead')),
    attempts    INTEGER NOT NULL,
    run_at      INTEGER NOT NULL,
    lease_until INTEGER,
    dedupe_key  TEXT,
    last_error  TEXT,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_due ON jobs (queue, run_at, id) WHERE state = 'waiting';
CREATE INDEX jobs_next ON jobs (run_at) WHERE state = 'waiting';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'running';
CREATE UNIQUE INDEX jobs_deduped ON jobs (kind, dedupe_key) WHERE state = 'waiting' AND dedupe_key IS NOT NULL;

CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    before  TEXT CHECK (before IS NULL OR json_valid(before)),
    after   TEXT CHECK (after IS NULL OR json_valid(after)),
    at      INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
    section    TEXT PRIMARY KEY,
    body       TEXT NOT NULL CHECK (json_valid(body)),
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE mails (
    id         INTEGER PRIMARY KEY,
    to_address TEXT NOT NULL,
    to_name    TEXT NOT NULL,
    template   TEXT NOT NULL,
    language   TEXT NOT NULL,
    -- What the template shows, sealed: it may hold one-time links. Emptied when the mail has gone.
    data       TEXT,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    last_error TEXT,
    sent_at    INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mails_by_state ON mails (state, id);
CREATE INDEX mails_by_address ON mails (lower(to_address));
