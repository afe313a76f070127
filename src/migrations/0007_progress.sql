-- Progress: two logs of facts (what was done, which seconds were active), and the numbers that
-- follow from them. Everything under "derived" can be made anew by `momentum progress rebuild`.

-- Facts -----------------------------------------------------------------------------------------

CREATE TABLE progress_facts (
    id           INTEGER PRIMARY KEY,
    user_id      INTEGER NOT NULL REFERENCES users (id),
    enrolment_id INTEGER NOT NULL,
    course_id    INTEGER NOT NULL,
    lesson_id    INTEGER NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('opened', 'ticked', 'unticked', 'watched', 'completed', 'course_completed')),
    -- The action item, when one was ticked or unticked.
    action       TEXT,
    -- The learning date on which it counts, in the zone of that moment.
    day          INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    -- The name the client gave to the deed: sent twice, it is done once.
    key          TEXT,
    CHECK ((kind IN ('ticked', 'unticked')) = (action IS NOT NULL))
) STRICT;
CREATE INDEX progress_facts_user ON progress_facts (user_id, id);
CREATE UNIQUE INDEX progress_facts_key ON progress_facts (user_id, key) WHERE key IS NOT NULL;

-- Which seconds of a clock minute were active: bit 0 is its first second. No second counts twice,
-- whatever arrives late, twice, or from two devices. `minute` counts from the Unix epoch.
CREATE TABLE active_minutes (
    user_id      INTEGER NOT NULL REFERENCES users (id),
    minute       INTEGER NOT NULL,
    enrolment_id INTEGER NOT NULL,
    lesson_id    INTEGER NOT NULL,
    day          INTEGER NOT NULL,
    seconds      INTEGER NOT NULL CHECK (seconds > 0),
    PRIMARY KEY (user_id, minute, enrolment_id, lesson_id)
) STRICT, WITHOUT ROWID;

-- Derived ---------------------------------------------------------------------------------------

CREATE TABLE lesson_progress (
    user_id        INTEGER NOT NULL REFERENCES users (id),
    enrolment_id   INTEGER NOT NULL,
    lesson_id      INTEGER NOT NULL,
    opened_at      INTEGER,
    watched_at     INTEGER,
    completed_at   INTEGER,
    active_seconds INTEGER NOT NULL DEFAULT 0 CHECK (active_seconds >= 0),
    -- Ticked action items in order, separated by spaces.
    actions        TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (user_id, enrolment_id, lesson_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE course_progress (
    user_id          INTEGER NOT NULL REFERENCES users (id),
    enrolment_id     INTEGER NOT NULL,
    lessons_done     INTEGER NOT NULL DEFAULT 0 CHECK (lessons_done >= 0),
    required_done    INTEGER NOT NULL DEFAULT 0 CHECK (required_done BETWEEN 0 AND lessons_done),
    active_seconds   INTEGER NOT NULL DEFAULT 0 CHECK (active_seconds >= 0),
    last_activity_at INTEGER NOT NULL,
    completed_at     INTEGER,
    PRIMARY KEY (user_id, enrolment_id)
) STRICT, WITHOUT ROWID;

-- Credited minutes of each learning date: clock minutes with at least one active second.
CREATE TABLE day_minutes (
    user_id INTEGER NOT NULL REFERENCES users (id),
    day     INTEGER NOT NULL,
    minutes INTEGER NOT NULL CHECK (minutes >= 1),
    PRIMARY KEY (user_id, day)
) STRICT, WITHOUT ROWID;

-- Neither: where somebody is now ----------------------------------------------------------------

CREATE TABLE positions (
    user_id      INTEGER NOT NULL REFERENCES users (id),
    enrolment_id INTEGER NOT NULL,
    lesson_id    INTEGER NOT NULL,
    block_id     TEXT,
    -- How far down that block, 0 to 1.
    block_offset REAL NOT NULL DEFAULT 0 CHECK (block_offset BETWEEN 0 AND 1),
    video_ms     INTEGER CHECK (video_ms >= 0),
    -- When the device was there, never after the server heard of it: the latest wins.
    client_at    INTEGER NOT NULL,
    PRIMARY KEY (user_id, enrolment_id, lesson_id)
) STRICT, WITHOUT ROWID;

-- The one running timer of a learner.
CREATE TABLE timers (
    user_id INTEGER PRIMARY KEY REFERENCES users (id),
    timer   TEXT NOT NULL,
    beat_at INTEGER NOT NULL
) STRICT;
