-- Which showing of the form a sign-up came from: pressed twice, it is one. NULL for a form that says nothing, and after a second one.
ALTER TABLE pending_signups ADD COLUMN attempt TEXT;
