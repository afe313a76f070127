-- People as admins work with them: lists of 100,000, deeds over many, groups by rule, fields,
-- sessions on somebody's behalf, one person's export.

-- What lists sort and look through stands in the row itself, and in one index for each order: a
-- page reads nothing but its index and the rows that it shows.
ALTER TABLE users ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
-- Name and address in lower case, for a look at any part of them.
ALTER TABLE users ADD COLUMN fold TEXT NOT NULL DEFAULT '';
-- How much of the profile is filled in, 0–100.
ALTER TABLE users ADD COLUMN completion INTEGER NOT NULL DEFAULT 50 CHECK (completion BETWEEN 0 AND 100);
-- How he came: setup, register, invite, import, cli, demo; unknown for those who came before.
ALTER TABLE users ADD COLUMN source TEXT NOT NULL DEFAULT 'unknown';
UPDATE users SET name_key = lower(name), fold = lower(name) || ' ' || email_key;
UPDATE users SET completion = 50
    + CASE WHEN EXISTS (SELECT 1 FROM user_interests i WHERE i.user_id = users.id) THEN 17 ELSE 0 END
    + coalesce((SELECT (p.skill_level IS NOT NULL) * 17 + (p.daily_goal_minutes IS NOT NULL) * 16 FROM profiles p WHERE p.user_id = users.id), 0);
CREATE INDEX users_by_birth ON users (id, role, plan, is_active, is_verified, last_seen_at, completion, source, fold);
CREATE INDEX users_by_name ON users (name_key, id, role, plan, is_active, is_verified, last_seen_at, completion, source, fold);
CREATE INDEX users_by_seen ON users (last_seen_at, id, role, plan, is_active, is_verified, completion, source, fold);
DROP TABLE user_terms;

-- A rule fills a group of kind 'rule'; managers see its members and may assign to it.
ALTER TABLE groups ADD COLUMN rule TEXT CHECK (rule IS NULL OR json_valid(rule));
ALTER TABLE groups ADD COLUMN description TEXT NOT NULL DEFAULT '';
CREATE TABLE group_managers (
    group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_managers_by_user ON group_managers (user_id);

ALTER TABLE user_fields ADD COLUMN is_visible INTEGER NOT NULL DEFAULT 0 CHECK (is_visible IN (0, 1));
ALTER TABLE user_fields ADD COLUMN is_editable INTEGER NOT NULL DEFAULT 0 CHECK (is_editable IN (0, 1));
ALTER TABLE user_fields ADD COLUMN is_required INTEGER NOT NULL DEFAULT 0 CHECK (is_required IN (0, 1));

CREATE TABLE saved_views (
    id         INTEGER PRIMARY KEY,
    owner_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    -- The address's query: filters, order, columns.
    query      TEXT NOT NULL,
    is_shared  INTEGER NOT NULL CHECK (is_shared IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX saved_views_name ON saved_views (owner_id, name);

-- One deed over many people. It goes on after a kill where its items say that it stood.
CREATE TABLE bulk_runs (
    id          INTEGER PRIMARY KEY,
    -- What is done, as JSON.
    act         TEXT NOT NULL CHECK (json_valid(act)),
    -- Whom: a filter as JSON; NULL when they were named one by one.
    filter      TEXT CHECK (filter IS NULL OR json_valid(filter)),
    -- Where gathering by the filter stands; NULL when everybody is gathered.
    gathered_to TEXT,
    state       TEXT NOT NULL CHECK (state IN ('gathering', 'running', 'done', 'undoing', 'undone')),
    key         TEXT NOT NULL,
    started_by  INTEGER REFERENCES users (id) ON DELETE SET NULL,
    total       INTEGER NOT NULL DEFAULT 0,
    changed     INTEGER NOT NULL DEFAULT 0,
    same        INTEGER NOT NULL DEFAULT 0,
    refused     INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    ended_at    INTEGER
) STRICT;
-- Sent twice, it is done once.
CREATE UNIQUE INDEX bulk_runs_key ON bulk_runs (key);
CREATE INDEX bulk_runs_by_starter ON bulk_runs (started_by) WHERE started_by IS NOT NULL;

CREATE TABLE bulk_items (
    run_id  INTEGER NOT NULL REFERENCES bulk_runs (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- NULL until it was his turn.
    outcome TEXT CHECK (outcome IN ('changed', 'same', 'refused', 'undone')),
    -- Why he was refused, as a fixed word.
    reason  TEXT,
    -- How it was with him, as JSON, so that it can be undone.
    before  TEXT CHECK (before IS NULL OR json_valid(before)),
    PRIMARY KEY (run_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bulk_items_by_user ON bulk_items (user_id);
CREATE INDEX bulk_items_open ON bulk_items (run_id, user_id) WHERE outcome IS NULL;
CREATE INDEX bulk_items_changed ON bulk_items (run_id, user_id) WHERE outcome = 'changed';

-- Files with one person's data. The row and the file live seven days.
CREATE TABLE person_exports (
    id         INTEGER PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Who asked; himself, or an admin.
    asked_by   INTEGER REFERENCES users (id) ON DELETE SET NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'ready')),
    sha256     TEXT CHECK (length(sha256) = 64),
    bytes      INTEGER,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    CHECK ((state = 'ready') = (sha256 IS NOT NULL))
) STRICT;
CREATE INDEX person_exports_by_user ON person_exports (user_id, id);
CREATE INDEX person_exports_by_asker ON person_exports (asked_by) WHERE asked_by IS NOT NULL;
CREATE INDEX person_exports_by_end ON person_exports (expires_at);

-- An import on its way: the file lies on a shelf of the store until it is done or a day old.
CREATE TABLE people_imports (
    id         INTEGER PRIMARY KEY,
    started_by INTEGER REFERENCES users (id) ON DELETE SET NULL,
    sha256     TEXT NOT NULL CHECK (length(sha256) = 64),
    state      TEXT NOT NULL CHECK (state IN ('uploaded', 'applying', 'done', 'failed')),
    options    TEXT NOT NULL CHECK (json_valid(options)),
    -- Numbers of rows, as JSON.
    counts     TEXT CHECK (counts IS NULL OR json_valid(counts)),
    done       INTEGER NOT NULL DEFAULT 0,
    -- The file with what became of each row.
    report     TEXT CHECK (length(report) = 64),
    error      TEXT,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX people_imports_by_starter ON people_imports (started_by) WHERE started_by IS NOT NULL;

-- A session on somebody's behalf: whose it really is.
ALTER TABLE sessions ADD COLUMN impersonator_id INTEGER REFERENCES users (id) ON DELETE CASCADE;
CREATE INDEX sessions_by_impersonator ON sessions (impersonator_id) WHERE impersonator_id IS NOT NULL;
