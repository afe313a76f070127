-- The ways in: passwords, sessions, one-time links, invitations, and what holds guessers back.

CREATE TABLE credentials (
    user_id       INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- A PHC string. NULL: no password yet; one can be set through a reset link.
    password_hash TEXT,
    changed_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA-256 of the token, which itself is nowhere.
    token_hash   BLOB NOT NULL CHECK (length(token_hash) = 32),
    device       TEXT NOT NULL,
    ip           TEXT,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    -- 30 days after the last use, 180 days after the beginning, whichever is first.
    expires_at   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_by_user ON sessions (user_id, ip);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- One-time links: used inside the transaction of their effect.
CREATE TABLE auth_tokens (
    token_hash    BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    kind          TEXT NOT NULL CHECK (kind IN ('setup', 'verify', 'reset', 'email')),
    user_id       INTEGER REFERENCES users (id) ON DELETE CASCADE,
    -- verify: the name and password typed in that registration, so that a link activates only them.
    name          TEXT,
    password_hash TEXT,
    -- email: the new address.
    email         TEXT,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    CHECK ((kind = 'setup') = (user_id IS NULL)),
    CHECK ((kind = 'email') = (email IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_tokens_by_user ON auth_tokens (user_id, kind);
CREATE INDEX auth_tokens_by_end ON auth_tokens (expires_at);

CREATE TABLE invites (
    id         INTEGER PRIMARY KEY,
    token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
    email      TEXT NOT NULL,
    email_key  TEXT NOT NULL,
    name       TEXT,
    role       TEXT NOT NULL CHECK (role IN ('learner', 'instructor', 'admin')),
    invited_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX invites_token ON invites (token_hash);
CREATE UNIQUE INDEX invites_email ON invites (email_key);
CREATE INDEX invites_by_inviter ON invites (invited_by) WHERE invited_by IS NOT NULL;

-- Counted tries. The key is a hash: of an address and where the try came from, or of one of them.
CREATE TABLE auth_tries (
    key         BLOB PRIMARY KEY CHECK (length(key) = 16),
    count       INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_tries_by_end ON auth_tries (expires_at);
