-- Assignments: who is to learn what until when. Each becomes enrolments; what is due stands
-- beside the enrolment, so that its cycles stay as they are.

CREATE TABLE assignments (
    id           INTEGER PRIMARY KEY,
    course_id    INTEGER NOT NULL REFERENCES courses (id),
    -- A fixed date (days since 1970-01-01), or so many days after somebody came under it, or neither.
    due_on       INTEGER,
    due_days     INTEGER CHECK (due_days BETWEEN 1 AND 3650),
    -- Days before (negative) or after the due date on which a reminder is mailed, as JSON.
    reminders    TEXT NOT NULL CHECK (json_valid(reminders)),
    -- Nobody is enrolled before this date.
    starts_on    INTEGER,
    state        TEXT NOT NULL CHECK (state IN ('active', 'ended')),
    created_by   INTEGER REFERENCES users (id) ON DELETE SET NULL,
    created_at   INTEGER NOT NULL,
    -- When it was last gone through to its end.
    ran_at       INTEGER,
    added        INTEGER NOT NULL DEFAULT 0,
    already      INTEGER NOT NULL DEFAULT 0,
    refused      INTEGER NOT NULL DEFAULT 0,
    CHECK (due_on IS NULL OR due_days IS NULL)
) STRICT;
CREATE INDEX assignments_by_course ON assignments (course_id);
CREATE INDEX assignments_by_maker ON assignments (created_by) WHERE created_by IS NOT NULL;

CREATE TABLE assignment_groups (
    assignment_id INTEGER NOT NULL REFERENCES assignments (id) ON DELETE CASCADE,
    group_id      INTEGER NOT NULL REFERENCES groups (id),
    PRIMARY KEY (assignment_id, group_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_groups_by_group ON assignment_groups (group_id);

CREATE TABLE assignment_people (
    assignment_id INTEGER NOT NULL REFERENCES assignments (id) ON DELETE CASCADE,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (assignment_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_people_by_user ON assignment_people (user_id);

-- What became of an assignment for a person: one row, made once.
CREATE TABLE enrolment_dues (
    assignment_id INTEGER NOT NULL REFERENCES assignments (id) ON DELETE CASCADE,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- NULL when he could not be enrolled: tried again with each run.
    enrolment_id  INTEGER REFERENCES enrolments (id) ON DELETE CASCADE,
    -- Why he could not, as a fixed word.
    reason        TEXT,
    -- Whether the assignment enrolled him, or found him enrolled.
    is_new        INTEGER NOT NULL CHECK (is_new IN (0, 1)),
    due_on        INTEGER,
    made_at       INTEGER NOT NULL,
    PRIMARY KEY (assignment_id, user_id),
    CHECK ((enrolment_id IS NULL) = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX enrolment_dues_by_enrolment ON enrolment_dues (enrolment_id) WHERE enrolment_id IS NOT NULL;
CREATE INDEX enrolment_dues_by_user ON enrolment_dues (user_id);
CREATE INDEX enrolment_dues_by_date ON enrolment_dues (due_on) WHERE due_on IS NOT NULL;

-- Each reminder goes once.
CREATE TABLE due_reminders (
    assignment_id INTEGER NOT NULL,
    user_id       INTEGER NOT NULL,
    offset_days   INTEGER NOT NULL,
    sent_at       INTEGER NOT NULL,
    PRIMARY KEY (assignment_id, user_id, offset_days),
    FOREIGN KEY (assignment_id, user_id) REFERENCES enrolment_dues (assignment_id, user_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX due_reminders_by_user ON due_reminders (user_id);
