-- What the search index has still to hear: one row for each course that changed, in the order of
-- the changes. The index names in each of its commits the last row that it contains.

CREATE TABLE search_outbox (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    -- 0 for all courses: a category changed its name.
    course_id INTEGER NOT NULL,
    at        INTEGER NOT NULL
) STRICT;
