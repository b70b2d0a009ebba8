ALTER TABLE invitations DROP COLUMN groups;
DROP TABLE group_members;
DROP TABLE groups;
