-- People with accounts, their profiles, and the words by which admins find them.

CREATE TABLE users (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL,
    email        TEXT NOT NULL,
    -- The address in lower case: by this it is compared and looked up.
    email_key    TEXT NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('learner', 'instructor', 'admin')),
    plan         TEXT NOT NULL CHECK (plan IN ('free', 'premium')),
    is_active    INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    is_verified  INTEGER NOT NULL CHECK (is_verified IN (0, 1)),
    time_zone    TEXT NOT NULL,
    language     TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER
) STRICT;
CREATE UNIQUE INDEX users_email ON users (email_key);
CREATE INDEX users_by_role ON users (role, id);
CREATE INDEX users_by_plan ON users (plan, id);
CREATE INDEX users_inactive ON users (id) WHERE is_active = 0;
CREATE INDEX users_unverified ON users (id) WHERE is_verified = 0;

CREATE TABLE profiles (
    user_id            INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    headline           TEXT NOT NULL DEFAULT '',
    skill_level        TEXT CHECK (skill_level IN ('beginner', 'intermediate', 'advanced')),
    daily_goal_minutes INTEGER CHECK (daily_goal_minutes BETWEEN 5 AND 120),
    theme              TEXT NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
    text_percent       INTEGER NOT NULL DEFAULT 100 CHECK (text_percent IN (90, 100, 115, 130)),
    -- SHA-256 of the picture's file; NULL without a picture.
    picture            TEXT,
    picture_mime       TEXT,
    CHECK ((picture IS NULL) = (picture_mime IS NULL))
) STRICT;
CREATE INDEX profiles_by_picture ON profiles (picture) WHERE picture IS NOT NULL;

CREATE TABLE user_interests (
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    category_id INTEGER NOT NULL REFERENCES categories (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, category_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_interests_by_category ON user_interests (category_id);

-- The words of a name and the address, in lower case: prefix search without a scan.
CREATE TABLE user_terms (
    term    TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (term, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_terms_by_user ON user_terms (user_id, term);
