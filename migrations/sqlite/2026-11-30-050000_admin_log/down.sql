DROP INDEX invitations_by_time;
DROP INDEX invitations_by_inviter;
ALTER TABLE invitations DROP COLUMN invited_by;
DROP TABLE admin_log;
