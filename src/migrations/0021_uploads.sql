-- Resumable uploads, and what the media library shows of its files.

-- A file on its way in, in as many requests as it takes, and for some days what became of it.
-- The bytes lie in a file of their own; its length is the truth about how much has come.
CREATE TABLE uploads (
    id            INTEGER PRIMARY KEY,
    owner_id      INTEGER NOT NULL,
    name          TEXT NOT NULL,
    -- What the sender says it is: shown, never trusted.
    mime          TEXT NOT NULL,
    -- What the sender told besides, given back as it came.
    metadata      TEXT NOT NULL,
    length        INTEGER NOT NULL CHECK (length > 0),
    -- Bytes on disk when a request last ended well.
    received      INTEGER NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND length),
    -- What lies in the file from here on has not been held against its checksum.
    unproven_from INTEGER,
    state         TEXT NOT NULL CHECK (state IN ('receiving', 'processing', 'ready', 'failed')),
    -- The asset whose content this is to become; NULL for a new one.
    replaces_id   INTEGER,
    -- What it became.
    asset_id      INTEGER REFERENCES assets (id) ON DELETE SET NULL,
    -- Why it was refused: a stable code and a sentence.
    code          TEXT,
    message       TEXT,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    CHECK ((state = 'failed') = (code IS NOT NULL))
) STRICT;
CREATE INDEX uploads_by_owner ON uploads (owner_id, id);
CREATE INDEX uploads_by_asset ON uploads (asset_id) WHERE asset_id IS NOT NULL;
CREATE INDEX uploads_expiring ON uploads (expires_at);

-- What a picture says to those who do not see it, wherever nobody wrote anything else.
ALTER TABLE assets ADD COLUMN alt TEXT NOT NULL DEFAULT '';
-- The name in small letters: what the library searches and sorts by.
ALTER TABLE assets ADD COLUMN folded TEXT NOT NULL DEFAULT '';
UPDATE assets SET folded = lower(name);
CREATE INDEX assets_by_name ON assets (folded, id);
CREATE INDEX assets_by_size ON assets (bytes, id);
