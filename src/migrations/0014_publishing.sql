-- Publishing: courses that are taken back or hidden, who may see and who writes them, what comes
-- before them, approvals, and the versions that learners in the middle get.

-- `unpublished` is new: taken back by its author, to come again. `hidden_at` is a moderator's.
CREATE TABLE courses_new (
    id           INTEGER PRIMARY KEY,
    slug         TEXT NOT NULL,
    -- The author; NULL after he was forgotten: then only co-authors and admins edit.
    owner_id     INTEGER,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'published', 'unpublished', 'archived')),
    version_id   INTEGER REFERENCES versions (id),
    number       INTEGER NOT NULL DEFAULT 0 CHECK (number >= 0),
    created_at   INTEGER NOT NULL,
    published_at INTEGER,
    visibility   TEXT NOT NULL DEFAULT 'everyone' CHECK (visibility IN ('everyone', 'groups', 'invitation')),
    hidden_at    INTEGER,
    CHECK ((version_id IS NULL) = (number = 0)),
    CHECK (state = 'draft' OR version_id IS NOT NULL)
) STRICT;
INSERT INTO courses_new (id, slug, owner_id, state, version_id, number, created_at, published_at)
    SELECT id, slug, owner_id, state, version_id, number, created_at, published_at FROM courses;
DROP TABLE courses;
ALTER TABLE courses_new RENAME TO courses;
CREATE UNIQUE INDEX courses_slug ON courses (slug);
CREATE INDEX courses_owner ON courses (owner_id, id);
CREATE TRIGGER courses_last BEFORE DELETE ON courses WHEN OLD.version_id IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a published course is never deleted'); END;

-- Who writes a course besides its owner.
CREATE TABLE course_authors (
    course_id INTEGER NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    user_id   INTEGER NOT NULL,
    added_at  INTEGER NOT NULL,
    PRIMARY KEY (course_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX course_authors_user ON course_authors (user_id);

-- Whose members see a course with the visibility `groups`.
CREATE TABLE course_groups (
    course_id INTEGER NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    group_id  INTEGER NOT NULL,
    PRIMARY KEY (course_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX course_groups_group ON course_groups (group_id);

-- Who sees a course with the visibility `invitation`.
CREATE TABLE course_guests (
    course_id INTEGER NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    user_id   INTEGER NOT NULL,
    added_at  INTEGER NOT NULL,
    PRIMARY KEY (course_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX course_guests_user ON course_guests (user_id);

-- What has to be finished before one may join.
CREATE TABLE course_prerequisites (
    course_id INTEGER NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    needs_id  INTEGER NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    PRIMARY KEY (course_id, needs_id),
    CHECK (course_id <> needs_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX course_prerequisites_needs ON course_prerequisites (needs_id);

-- Who has changed the draft since the last version: nobody of them approves it.
CREATE TABLE draft_editors (
    course_id INTEGER NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    user_id   INTEGER NOT NULL,
    PRIMARY KEY (course_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_editors_user ON draft_editors (user_id);

-- Contents that were approved, by the hash that their version has: a later change is another hash.
CREATE TABLE course_approvals (
    course_id INTEGER NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    hash      TEXT NOT NULL CHECK (length(hash) = 64),
    at        INTEGER NOT NULL,
    PRIMARY KEY (course_id, hash)
) STRICT, WITHOUT ROWID;

-- A version with a base is a blend: what learners of the base who had opened some of it get of the
-- version with this number. As immutable as any; many learners share one, for it is found by hash.
ALTER TABLE versions ADD COLUMN base_id INTEGER REFERENCES versions (id);
DROP INDEX versions_number;
CREATE UNIQUE INDEX versions_number ON versions (course_id, number) WHERE base_id IS NULL;
CREATE UNIQUE INDEX versions_blend ON versions (course_id, number, hash) WHERE base_id IS NOT NULL;
CREATE INDEX versions_base ON versions (base_id);

-- A lesson that a moderator has hidden.
ALTER TABLE lessons ADD COLUMN hidden_at INTEGER;
CREATE INDEX lessons_hidden ON lessons (hidden_at) WHERE hidden_at IS NOT NULL;

-- Learners that a new version may move, in the order of their ids.
DROP INDEX enrolments_course;
CREATE INDEX enrolments_course ON enrolments (course_id, number, state);
CREATE INDEX enrolments_behind ON enrolments (course_id, id, number) WHERE state = 'active';
