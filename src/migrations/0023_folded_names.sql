-- Names are found and sorted without their accents. What is folded so comes from the program, and a
-- job folds anew whoever is here already; a new instance has nobody to fold.
INSERT INTO jobs (id, kind, queue, payload, state, attempts, run_at, dedupe_key, created_at)
    SELECT 23, 'people.refold', 'default', '{}', 'waiting', 0, 0, 'all', 0
    WHERE EXISTS (SELECT 1 FROM users);
