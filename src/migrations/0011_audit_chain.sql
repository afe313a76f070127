-- The audit trail becomes a chain: every row carries a hash over itself and the hash before it,
-- and rows are only ever added. What an earlier version wrote about people besides their ids goes
-- first: afterwards no row can change, and a person must stay erasable.
UPDATE audit SET subject = 'mail' WHERE action = 'mail.test';
UPDATE audit SET before = json_remove(before, '$.name') WHERE action = 'media.delete' AND before IS NOT NULL;
UPDATE audit SET before = json_remove(before, '$.organisation.support_email') WHERE action = 'settings.change' AND subject = 'organisation' AND before IS NOT NULL;
UPDATE audit SET after = json_remove(after, '$.organisation.support_email') WHERE action = 'settings.change' AND subject = 'organisation' AND after IS NOT NULL;
UPDATE audit SET before = json_remove(before, '$.username', '$.from_name', '$.from_address') WHERE action = 'settings.change' AND subject = 'mail' AND before IS NOT NULL;
UPDATE audit SET after = json_remove(after, '$.username', '$.from_name', '$.from_address') WHERE action = 'settings.change' AND subject = 'mail' AND after IS NOT NULL;

-- NULL for rows older than the chain: the first row with a hash answers for all of them.
ALTER TABLE audit ADD COLUMN hash BLOB CHECK (hash IS NULL OR length(hash) = 32);

-- The chain's end, so that newest rows cannot go missing unseen either.
CREATE TABLE audit_head (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    id   INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER audit_chained BEFORE INSERT ON audit WHEN NEW.hash IS NULL
BEGIN SELECT RAISE(ABORT, 'a row of the audit trail carries its hash'); END;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'a row of the audit trail never changes'); END;
CREATE TRIGGER audit_lasts BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'a row of the audit trail is never deleted'); END;
CREATE TRIGGER audit_head_lasts BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the end of the audit trail is never forgotten'); END;
