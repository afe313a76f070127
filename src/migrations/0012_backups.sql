-- How each backup went. The files themselves lie elsewhere.

CREATE TABLE backups (
    id         INTEGER PRIMARY KEY,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL,
    trigger    TEXT NOT NULL CHECK (trigger IN ('cli', 'schedule', 'admin')),
    file       TEXT NOT NULL,
    bytes      INTEGER NOT NULL CHECK (bytes >= 0),
    -- Of the whole file; NULL when it failed.
    sha256     TEXT CHECK (length(sha256) = 64),
    files      INTEGER NOT NULL,
    -- Stored files that were missing or damaged.
    missing    INTEGER NOT NULL,
    -- What went wrong; NULL when it was made.
    error      TEXT,
    CHECK ((sha256 IS NULL) = (error IS NOT NULL))
) STRICT;
