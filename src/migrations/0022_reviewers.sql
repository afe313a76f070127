-- Reviewers are told by mail what waits, and people agree to what holds before they go on.

-- When a reviewer was last told, and up to which review.
CREATE TABLE reviewer_mails (
    user_id     INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    told_at     INTEGER NOT NULL,
    last_review INTEGER NOT NULL
) STRICT;

-- What everybody must have agreed to: follows from the settings, and is asked with each request.
CREATE TABLE wanted_consents (
    text    TEXT PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version > 0)
) STRICT, WITHOUT ROWID;
INSERT INTO wanted_consents (text, version)
    SELECT page.key, json_extract(page.value, '$.version')
    FROM settings s, json_each(s.body) page
    WHERE s.section = 'legal' AND json_extract(page.value, '$.version') > 0 AND json_extract(page.value, '$.text') <> '';
