ALTER TABLE outbox DROP COLUMN unknown_outcomes;
ALTER TABLE outbox DROP COLUMN rejections;
ALTER TABLE outbox DROP COLUMN last_failure;
