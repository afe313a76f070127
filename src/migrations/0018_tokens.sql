-- Keys for programs, and when a person last typed his password.

CREATE TABLE api_tokens (
    id           INTEGER PRIMARY KEY,
    -- For whom it speaks: it may never do more than he may.
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    -- How the secret begins, to find it again by.
    prefix       TEXT NOT NULL,
    -- SHA-256 of the secret, which itself is nowhere.
    token_hash   BLOB NOT NULL CHECK (length(token_hash) = 32),
    scopes       TEXT NOT NULL CHECK (json_valid(scopes)),
    created_at   INTEGER NOT NULL,
    -- NULL: it holds until it is taken back.
    expires_at   INTEGER,
    last_used_at INTEGER
) STRICT;
CREATE UNIQUE INDEX api_tokens_hash ON api_tokens (token_hash);
CREATE INDEX api_tokens_by_user ON api_tokens (user_id);

-- NULL: at the session's beginning.
ALTER TABLE sessions ADD COLUMN password_at INTEGER;
