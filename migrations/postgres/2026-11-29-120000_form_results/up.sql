-- Results of submitted forms, for a second press of the same button. The key is a keyed hash of the form's content, with
-- its random id. The result is NULL while the first press is being handled.
CREATE TABLE form_results (
    key TEXT NOT NULL PRIMARY KEY,
    sealed BYTEA,
    expires_at BIGINT NOT NULL
);
CREATE INDEX form_results_by_end ON form_results (expires_at);

-- The column pending_signups.form_digest is no longer written. It stays for nodes of the earlier version.
