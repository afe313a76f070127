-- Who learns what: one row for each cycle of a learner through a course, never overwritten.

CREATE TABLE enrolments (
    id             INTEGER PRIMARY KEY,
    user_id        INTEGER NOT NULL REFERENCES users (id),
    course_id      INTEGER NOT NULL REFERENCES courses (id),
    -- The version he joined, and what the gate needs of it: pinned, whatever is published later.
    version_id     INTEGER NOT NULL REFERENCES versions (id),
    number         INTEGER NOT NULL CHECK (number >= 1),
    days           INTEGER NOT NULL CHECK (days >= 1),
    plan           TEXT NOT NULL CHECK (plan IN ('free', 'premium')),
    cycle          INTEGER NOT NULL CHECK (cycle >= 1),
    state          TEXT NOT NULL CHECK (state IN ('active', 'completed', 'left')),
    pace           TEXT NOT NULL CHECK (pace IN ('daily', 'weekdays', 'custom', 'all_at_once')),
    -- Bit 0 for Monday … bit 6 for Sunday.
    pace_days      INTEGER CHECK (pace_days BETWEEN 1 AND 127),
    -- Settled dates of days 1, 2 …, as days since 1970-01-01; the first is the start date.
    dates          TEXT NOT NULL CHECK (json_valid(dates) AND json_array_length(dates) >= 1),
    counts_from    INTEGER NOT NULL,
    -- The high-water mark of opened days, and the boundary in which it was last settled.
    opened_through INTEGER NOT NULL CHECK (opened_through >= 1),
    time_zone      TEXT NOT NULL,
    start_hour     INTEGER NOT NULL CHECK (start_hour BETWEEN 0 AND 6),
    started_at     INTEGER NOT NULL,
    completed_at   INTEGER,
    left_at        INTEGER,
    CHECK ((pace = 'custom') = (pace_days IS NOT NULL)),
    CHECK ((state = 'left') = (left_at IS NOT NULL)),
    CHECK (state <> 'completed' OR completed_at IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX enrolments_cycle ON enrolments (user_id, course_id, cycle);
CREATE UNIQUE INDEX enrolments_active ON enrolments (user_id, course_id) WHERE state = 'active';
CREATE INDEX enrolments_course ON enrolments (course_id);
CREATE INDEX enrolments_version ON enrolments (version_id);
