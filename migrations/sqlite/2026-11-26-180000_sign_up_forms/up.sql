-- What tells the same form that comes twice from another one: a keyed digest, whose key is kept nowhere. NULL for a form that has no
-- id, and once somebody else wants the address, too.
ALTER TABLE pending_signups ADD COLUMN form_digest TEXT;
