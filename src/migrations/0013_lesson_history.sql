-- What a lesson's draft was before: who kept which state when. After a day all but one an hour go,
-- save what was published, set aside or removed.

CREATE TABLE lesson_history (
    id          INTEGER PRIMARY KEY,
    lesson_id   INTEGER NOT NULL REFERENCES lessons (id) ON DELETE CASCADE,
    revision_id INTEGER NOT NULL REFERENCES revisions (id) ON DELETE CASCADE,
    -- NULL: the command line, or a person who was forgotten.
    user_id     INTEGER,
    kind        TEXT NOT NULL CHECK (kind IN ('saved', 'restored', 'set_aside', 'removed')),
    at          INTEGER NOT NULL,
    -- The thinning has looked at it and let it stay.
    is_settled  INTEGER NOT NULL DEFAULT 0 CHECK (is_settled IN (0, 1))
) STRICT;
CREATE INDEX lesson_history_lesson ON lesson_history (lesson_id, id);
CREATE INDEX lesson_history_revision ON lesson_history (revision_id);
CREATE INDEX lesson_history_user ON lesson_history (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX lesson_history_unsettled ON lesson_history (at) WHERE is_settled = 0;
