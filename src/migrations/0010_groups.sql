-- Groups of people, and what the instance keeps about everybody besides the profile.

CREATE TABLE groups (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    -- The name in lower case: by this it is compared and looked up.
    name_key   TEXT NOT NULL,
    -- Who fills it: people by hand (imports too), a rule over what is known of people, a directory.
    kind       TEXT NOT NULL CHECK (kind IN ('manual', 'rule', 'directory')),
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX groups_name ON groups (name_key);

CREATE TABLE group_members (
    group_id INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_by_user ON group_members (user_id);

-- Fields that the admin defines, such as an employee number.
CREATE TABLE user_fields (
    id         INTEGER PRIMARY KEY,
    -- Its lasting name, for files and programs.
    key        TEXT NOT NULL,
    label      TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('text', 'number', 'date', 'choice', 'flag')),
    -- The words to choose from; empty unless it is a choice.
    choices    TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(choices)),
    position   INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX user_fields_key ON user_fields (key);

CREATE TABLE user_field_values (
    user_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    field_id INTEGER NOT NULL REFERENCES user_fields (id) ON DELETE CASCADE,
    -- As its kind writes it: a number with a point, a date as 2026-11-25, a flag as yes or no.
    value    TEXT NOT NULL,
    PRIMARY KEY (user_id, field_id)
) STRICT, WITHOUT ROWID;
-- Who has this value: for rules and filters.
CREATE INDEX user_field_values_by_value ON user_field_values (field_id, value);
