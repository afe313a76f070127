-- The organisation's rest days when an enrolment's schedule was last settled: bit 0 for Monday …
-- bit 6 for Sunday. Whoever is behind the present ones is found by the index.
ALTER TABLE enrolments ADD COLUMN rest_days INTEGER NOT NULL DEFAULT 0 CHECK (rest_days BETWEEN 0 AND 127);
CREATE INDEX enrolments_resting ON enrolments (rest_days) WHERE state = 'active';
