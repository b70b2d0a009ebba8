-- Groups of accounts. They do not nest.
CREATE TABLE groups (
    name TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE group_members (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    group_name TEXT NOT NULL REFERENCES groups (name) ON DELETE CASCADE,
    since BIGINT NOT NULL,
    PRIMARY KEY (user_id, group_name)
);
CREATE INDEX group_members_by_group ON group_members (group_name, since, user_id);

-- Names of the groups that the new account joins, separated by commas.
ALTER TABLE invitations ADD COLUMN groups TEXT NOT NULL DEFAULT '';
