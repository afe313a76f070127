-- What every section of settings was before, where a change came from, who agreed to what.

CREATE TABLE settings_history (
    id         INTEGER PRIMARY KEY,
    section    TEXT NOT NULL,
    body       TEXT NOT NULL CHECK (json_valid(body)),
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL
) STRICT;
CREATE INDEX settings_history_by_section ON settings_history (section, id);
INSERT INTO settings_history (id, section, body, changed_at, changed_by)
SELECT max(changed_at - 1577836800000, 0) * 1048576 + row_number() OVER (ORDER BY section), section, body, changed_at, changed_by
FROM settings;

-- The state of the history that holds now.
ALTER TABLE settings ADD COLUMN version INTEGER;
UPDATE settings SET version = (SELECT max(h.id) FROM settings_history h WHERE h.section = settings.section);

-- Where a change came from. The trail itself lasts for ever and holds no personal data; these rows go
-- when the time that addresses are kept is over.
CREATE TABLE audit_origins (
    audit_id INTEGER PRIMARY KEY REFERENCES audit (id),
    ip       TEXT,
    token    INTEGER
) STRICT;

CREATE INDEX audit_by_actor ON audit (actor, id);
CREATE INDEX audit_by_action ON audit (action, id);
CREATE INDEX audit_by_subject ON audit (subject, id);
CREATE INDEX audit_by_time ON audit (at);

-- Who agreed to which version of which text.
CREATE TABLE consents (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    text    TEXT NOT NULL,
    version INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (user_id, text, version)
) STRICT, WITHOUT ROWID;
