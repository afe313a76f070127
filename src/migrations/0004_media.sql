-- Stored files: what they are, which blobs they consist of, and who uses them.

-- A file in the content-addressed store that some asset is made of.
CREATE TABLE blobs (
    sha256     TEXT PRIMARY KEY CHECK (length(sha256) = 64),
    bytes      INTEGER NOT NULL CHECK (bytes >= 0),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE assets (
    id            INTEGER PRIMARY KEY,
    -- Who uploaded it; NULL when the system did, or when that person was forgotten.
    owner_id      INTEGER,
    kind          TEXT NOT NULL CHECK (kind IN ('image', 'video', 'audio', 'captions', 'document')),
    mime          TEXT NOT NULL,
    name          TEXT NOT NULL,
    -- Of what is served as the original.
    sha256        TEXT NOT NULL REFERENCES blobs (sha256),
    bytes         INTEGER NOT NULL,
    -- Of what was uploaded: the same upload by the same person is the same asset.
    source_sha256 TEXT NOT NULL REFERENCES blobs (sha256),
    width         INTEGER,
    height        INTEGER,
    duration_ms   INTEGER,
    created_at    INTEGER NOT NULL,
    -- Since when nothing uses it; NULL while something does.
    unused_since  INTEGER
) STRICT;
CREATE INDEX assets_by_source ON assets (source_sha256);
CREATE INDEX assets_by_original ON assets (sha256);
CREATE INDEX assets_by_owner ON assets (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX assets_unused ON assets (unused_since) WHERE unused_since IS NOT NULL;

-- Smaller forms of an image.
CREATE TABLE asset_renditions (
    asset_id INTEGER NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    word     TEXT NOT NULL CHECK (word IN ('w640', 'w1280')),
    sha256   TEXT NOT NULL REFERENCES blobs (sha256),
    mime     TEXT NOT NULL,
    bytes    INTEGER NOT NULL,
    PRIMARY KEY (asset_id, word)
) STRICT, WITHOUT ROWID;
CREATE INDEX asset_renditions_by_blob ON asset_renditions (sha256);

-- Who uses an asset: a kind of thing ('course.draft') and its id.
CREATE TABLE asset_uses (
    kind     TEXT NOT NULL,
    subject  INTEGER NOT NULL,
    asset_id INTEGER NOT NULL REFERENCES assets (id),
    PRIMARY KEY (kind, subject, asset_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX asset_uses_by_asset ON asset_uses (asset_id);
