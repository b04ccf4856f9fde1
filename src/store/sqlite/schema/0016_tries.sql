-- Tries that failed, as a counter like that of what was sent.
ALTER TABLE notifier ADD COLUMN n_failed INTEGER NOT NULL DEFAULT 0;
