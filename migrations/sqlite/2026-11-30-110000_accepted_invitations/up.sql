-- An invitation stays for a while after it was accepted or expired, so that administrators see what
-- became of it.
ALTER TABLE invitations ADD COLUMN accepted_at BIGINT;
ALTER TABLE invitations ADD COLUMN accepted_by TEXT REFERENCES users (id) ON DELETE CASCADE;
CREATE INDEX invitations_by_account ON invitations (accepted_by) WHERE accepted_by IS NOT NULL;
CREATE INDEX invitations_by_creation ON invitations (created_at, id);
