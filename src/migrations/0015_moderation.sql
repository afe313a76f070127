-- Moderation: reviews of drafts before they are published, reports by learners, and the trail of
-- what was done about each.

CREATE TABLE reviews (
    id           INTEGER PRIMARY KEY,
    course_id    INTEGER NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    -- What was submitted: approval is for exactly this content.
    hash         TEXT NOT NULL CHECK (length(hash) = 64),
    state        TEXT NOT NULL CHECK (state IN ('open', 'approved', 'returned', 'withdrawn')),
    note         TEXT NOT NULL,
    -- NULL after he was forgotten.
    submitter_id INTEGER,
    assignee_id  INTEGER,
    decider_id   INTEGER,
    submitted_at INTEGER NOT NULL,
    decided_at   INTEGER,
    CHECK ((state = 'open') = (decided_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX reviews_open ON reviews (course_id) WHERE state = 'open';
CREATE INDEX reviews_course ON reviews (course_id, id);
CREATE INDEX reviews_state ON reviews (state, id);

-- What a reviewer says: about the course, a lesson, or a block of a lesson.
CREATE TABLE review_comments (
    id         INTEGER PRIMARY KEY,
    review_id  INTEGER NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    lesson_id  INTEGER,
    block      TEXT,
    body       TEXT NOT NULL,
    author_id  INTEGER,
    created_at INTEGER NOT NULL,
    CHECK (block IS NULL OR lesson_id IS NOT NULL)
) STRICT;
CREATE INDEX review_comments_review ON review_comments (review_id, id);

-- What a learner says is wrong with something.
CREATE TABLE reports (
    id           INTEGER PRIMARY KEY,
    subject_kind TEXT NOT NULL,
    -- As the API shows it, such as `lsn_…`: kinds of things join by their name.
    subject_id   TEXT NOT NULL,
    reason       TEXT NOT NULL CHECK (reason IN ('wrong', 'broken', 'offensive', 'rights', 'other')),
    body         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('open', 'resolved', 'dismissed')),
    reporter_id  INTEGER,
    assignee_id  INTEGER,
    decider_id   INTEGER,
    created_at   INTEGER NOT NULL,
    decided_at   INTEGER,
    CHECK ((state = 'open') = (decided_at IS NULL))
) STRICT;
CREATE INDEX reports_state ON reports (state, id);
CREATE INDEX reports_subject ON reports (subject_kind, subject_id);
-- One person, one open report about one thing.
CREATE UNIQUE INDEX reports_once ON reports (reporter_id, subject_kind, subject_id) WHERE state = 'open';

-- What was done about a review or a report, in order.
CREATE TABLE case_steps (
    id        INTEGER PRIMARY KEY,
    review_id INTEGER REFERENCES reviews (id) ON DELETE CASCADE,
    report_id INTEGER REFERENCES reports (id) ON DELETE CASCADE,
    step      TEXT NOT NULL CHECK (step IN ('submitted', 'assigned', 'approved', 'returned', 'withdrawn', 'reported', 'hidden', 'shown', 'resolved', 'dismissed')),
    actor_id  INTEGER,
    -- The person that an assignment names.
    about_id  INTEGER,
    note      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    CHECK ((review_id IS NULL) <> (report_id IS NULL))
) STRICT;
CREATE INDEX case_steps_review ON case_steps (review_id, id);
CREATE INDEX case_steps_report ON case_steps (report_id, id);
