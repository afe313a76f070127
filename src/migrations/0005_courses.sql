-- Courses: a working draft, numbered immutable published versions, lessons with a lasting
-- identity and content-addressed revisions; the catalogue's listings.

CREATE TABLE categories (
    id       INTEGER PRIMARY KEY,
    slug     TEXT NOT NULL,
    name     TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX categories_slug ON categories (slug);
INSERT INTO categories (id, slug, name, position) VALUES
    (1, 'technology', 'Technology', 1),
    (2, 'business', 'Business', 2),
    (3, 'personal-development', 'Personal development', 3),
    (4, 'marketing', 'Marketing', 4),
    (5, 'design', 'Design', 5),
    (6, 'finance', 'Finance', 6);

CREATE TABLE courses (
    id           INTEGER PRIMARY KEY,
    slug         TEXT NOT NULL,
    -- The author; NULL after he was forgotten: then only admins edit.
    owner_id     INTEGER,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'published', 'archived')),
    version_id   INTEGER REFERENCES versions (id),
    number       INTEGER NOT NULL DEFAULT 0 CHECK (number >= 0),
    created_at   INTEGER NOT NULL,
    published_at INTEGER,
    CHECK ((version_id IS NULL) = (number = 0)),
    CHECK (state = 'draft' OR version_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX courses_slug ON courses (slug);
CREATE INDEX courses_owner ON courses (owner_id, id);

-- What authors write. `edition` counts changes, so that two editors notice each other.
CREATE TABLE drafts (
    course_id   INTEGER PRIMARY KEY REFERENCES courses (id) ON DELETE CASCADE,
    category_id INTEGER NOT NULL REFERENCES categories (id),
    meta        TEXT NOT NULL CHECK (json_valid(meta)),
    edition     INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX drafts_category ON drafts (category_id);

-- A lesson's identity, for ever: progress, notes and attempts hang on it.
CREATE TABLE lessons (
    id        INTEGER PRIMARY KEY,
    course_id INTEGER NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    -- The name by which a package finds the lesson again.
    key       TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX lessons_key ON lessons (course_id, key);

-- One state of a lesson's content, named by its hash.
CREATE TABLE revisions (
    id        INTEGER PRIMARY KEY,
    lesson_id INTEGER NOT NULL REFERENCES lessons (id) ON DELETE CASCADE,
    hash      TEXT NOT NULL CHECK (length(hash) = 64),
    content   TEXT NOT NULL CHECK (json_valid(content)),
    -- Derived from the content: plain text for search, its length in words.
    text      TEXT NOT NULL,
    words     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX revisions_hash ON revisions (lesson_id, hash);

CREATE TABLE draft_lessons (
    course_id   INTEGER NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    day         INTEGER NOT NULL CHECK (day BETWEEN 1 AND 999),
    position    INTEGER NOT NULL CHECK (position >= 1),
    lesson_id   INTEGER NOT NULL REFERENCES lessons (id) ON DELETE CASCADE,
    revision_id INTEGER NOT NULL REFERENCES revisions (id),
    PRIMARY KEY (course_id, lesson_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_lessons_revision ON draft_lessons (revision_id);
CREATE INDEX draft_lessons_lesson ON draft_lessons (lesson_id);

CREATE TABLE versions (
    id            INTEGER PRIMARY KEY,
    course_id     INTEGER NOT NULL REFERENCES courses (id),
    number        INTEGER NOT NULL CHECK (number >= 1),
    meta          TEXT NOT NULL CHECK (json_valid(meta)),
    notes         TEXT NOT NULL,
    -- SHA-256 over meta and lesson list: equal hashes need no new version.
    hash          TEXT NOT NULL CHECK (length(hash) = 64),
    lesson_count  INTEGER NOT NULL CHECK (lesson_count >= 1),
    total_minutes INTEGER NOT NULL,
    published_at  INTEGER NOT NULL,
    published_by  TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX versions_number ON versions (course_id, number);

-- Title to completion are the revision's own words, repeated so that an outline needs no contents.
CREATE TABLE version_lessons (
    version_id  INTEGER NOT NULL REFERENCES versions (id),
    day         INTEGER NOT NULL CHECK (day BETWEEN 1 AND 999),
    position    INTEGER NOT NULL CHECK (position >= 1),
    lesson_id   INTEGER NOT NULL REFERENCES lessons (id),
    revision_id INTEGER NOT NULL REFERENCES revisions (id),
    title       TEXT NOT NULL,
    summary     TEXT NOT NULL,
    minutes     INTEGER NOT NULL,
    is_preview  INTEGER NOT NULL CHECK (is_preview IN (0, 1)),
    is_required INTEGER NOT NULL CHECK (is_required IN (0, 1)),
    completion  TEXT NOT NULL CHECK (completion IN ('mark', 'actions', 'video')),
    PRIMARY KEY (version_id, day, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX version_lessons_lesson ON version_lessons (version_id, lesson_id);
CREATE INDEX version_lessons_revision ON version_lessons (revision_id);
CREATE INDEX version_lessons_everywhere ON version_lessons (lesson_id, version_id);

-- Published is for ever.
CREATE TRIGGER versions_stay BEFORE UPDATE ON versions
BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END;
CREATE TRIGGER versions_last BEFORE DELETE ON versions
BEGIN SELECT RAISE(ABORT, 'a published version is never deleted'); END;
CREATE TRIGGER version_lessons_stay BEFORE UPDATE ON version_lessons
BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END;
CREATE TRIGGER version_lessons_last BEFORE DELETE ON version_lessons
BEGIN SELECT RAISE(ABORT, 'a published version is never deleted'); END;
CREATE TRIGGER version_lessons_sealed BEFORE INSERT ON version_lessons
WHEN (SELECT count(*) FROM version_lessons WHERE version_id = NEW.version_id)
  >= (SELECT lesson_count FROM versions WHERE id = NEW.version_id)
BEGIN SELECT RAISE(ABORT, 'a published version never grows'); END;
CREATE TRIGGER revisions_stay BEFORE UPDATE ON revisions
BEGIN SELECT RAISE(ABORT, 'a revision never changes'); END;
CREATE TRIGGER revisions_last BEFORE DELETE ON revisions
WHEN EXISTS (SELECT 1 FROM version_lessons WHERE revision_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'a published revision is never deleted'); END;
CREATE TRIGGER lessons_last BEFORE DELETE ON lessons
WHEN EXISTS (SELECT 1 FROM version_lessons WHERE lesson_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'a published lesson is never deleted'); END;
CREATE TRIGGER courses_last BEFORE DELETE ON courses WHEN OLD.version_id IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a published course is never deleted'); END;

-- Which files a revision or a course's front matter shows: what the media gate asks.
CREATE TABLE revision_assets (
    asset_id    INTEGER NOT NULL,
    revision_id INTEGER NOT NULL REFERENCES revisions (id) ON DELETE CASCADE,
    PRIMARY KEY (asset_id, revision_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX revision_assets_revision ON revision_assets (revision_id);

CREATE TABLE course_assets (
    asset_id     INTEGER NOT NULL,
    course_id    INTEGER NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    -- Shown by a published version, not only by the draft.
    is_published INTEGER NOT NULL CHECK (is_published IN (0, 1)),
    PRIMARY KEY (asset_id, course_id, is_published)
) STRICT, WITHOUT ROWID;
CREATE INDEX course_assets_course ON course_assets (course_id, is_published);

-- The catalogue: one row for each course that was ever published, renewed at publish.
CREATE TABLE listings (
    course_id       INTEGER PRIMARY KEY REFERENCES courses (id),
    is_listed       INTEGER NOT NULL CHECK (is_listed IN (0, 1)),
    category_id     INTEGER NOT NULL REFERENCES categories (id),
    title           TEXT NOT NULL,
    sort_title      TEXT NOT NULL,
    summary         TEXT NOT NULL,
    level           TEXT NOT NULL CHECK (level IN ('beginner', 'intermediate', 'advanced')),
    language        TEXT NOT NULL,
    -- 7, 14, 21; 0 is self-paced.
    length          INTEGER NOT NULL CHECK (length IN (0, 7, 14, 21)),
    plan            TEXT NOT NULL CHECK (plan IN ('free', 'premium')),
    price_minor     INTEGER,
    price_currency  TEXT,
    palette         TEXT NOT NULL,
    cover_id        INTEGER,
    tags            TEXT NOT NULL CHECK (json_valid(tags)),
    lesson_count    INTEGER NOT NULL,
    total_minutes   INTEGER NOT NULL,
    minutes_per_day INTEGER NOT NULL,
    learner_count   INTEGER NOT NULL DEFAULT 0 CHECK (learner_count >= 0),
    published_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX listings_newest ON listings (is_listed, published_at, course_id);
CREATE INDEX listings_popular ON listings (is_listed, learner_count, course_id);
CREATE INDEX listings_title ON listings (is_listed, sort_title, course_id);
CREATE INDEX listings_category ON listings (category_id, is_listed);

CREATE TABLE listing_tags (
    tag       TEXT NOT NULL,
    course_id INTEGER NOT NULL REFERENCES listings (course_id),
    PRIMARY KEY (tag, course_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX listing_tags_course ON listing_tags (course_id);

-- Who has ever joined a course: its learner count, and who still sees it after it was archived.
CREATE TABLE course_learners (
    course_id INTEGER NOT NULL REFERENCES courses (id),
    user_id   INTEGER NOT NULL,
    PRIMARY KEY (course_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX course_learners_user ON course_learners (user_id);
