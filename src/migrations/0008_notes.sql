-- What a learner writes and marks: anchored to a block or a second of a lesson, for ever, since a
-- lesson's identity outlives its revisions.

CREATE TABLE notes (
    id         INTEGER PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id),
    course_id  INTEGER NOT NULL REFERENCES courses (id),
    lesson_id  INTEGER NOT NULL REFERENCES lessons (id),
    text       TEXT NOT NULL,
    quote      TEXT,
    block_id   TEXT,
    video_ms   INTEGER CHECK (video_ms >= 0),
    -- Text and quote in lower case: what search looks into.
    folded     TEXT NOT NULL,
    -- The name the client gave: sent twice, it is one note.
    key        TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE INDEX notes_user ON notes (user_id, id);
CREATE INDEX notes_lesson ON notes (user_id, lesson_id, id) WHERE deleted_at IS NULL;
CREATE INDEX notes_course ON notes (user_id, course_id, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX notes_key ON notes (user_id, key) WHERE key IS NOT NULL;
CREATE INDEX notes_of_course ON notes (course_id);
CREATE INDEX notes_of_lesson ON notes (lesson_id);

CREATE TABLE bookmarks (
    id         INTEGER PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id),
    course_id  INTEGER NOT NULL REFERENCES courses (id),
    lesson_id  INTEGER NOT NULL REFERENCES lessons (id),
    block_id   TEXT,
    video_ms   INTEGER CHECK (video_ms >= 0),
    label      TEXT,
    -- Where it points, in one word: the same place is one bookmark.
    anchor     TEXT NOT NULL,
    key        TEXT,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX bookmarks_anchor ON bookmarks (user_id, lesson_id, anchor);
CREATE INDEX bookmarks_user ON bookmarks (user_id, id);
CREATE UNIQUE INDEX bookmarks_key ON bookmarks (user_id, key) WHERE key IS NOT NULL;
CREATE INDEX bookmarks_of_course ON bookmarks (course_id);
CREATE INDEX bookmarks_of_lesson ON bookmarks (lesson_id);
