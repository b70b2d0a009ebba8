-- Accepted invitations are lost. Their accounts stay.
DELETE FROM invitations WHERE accepted_at IS NOT NULL;
DROP INDEX invitations_by_creation;
DROP INDEX invitations_by_account;
ALTER TABLE invitations DROP COLUMN accepted_by;
ALTER TABLE invitations DROP COLUMN accepted_at;
