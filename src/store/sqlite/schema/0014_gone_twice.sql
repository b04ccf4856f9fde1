-- When the board first said that the job's article is gone: it is believed when it says so again a good while later.
ALTER TABLE job ADD COLUMN said_gone_at INTEGER;
CREATE INDEX job_said_gone ON job (board) WHERE said_gone_at IS NOT NULL;

-- Sketches have fewer and other keys (`dedup::SKETCH_VERSION` 3). What was found by the earlier ones is found anew
-- (`copies::catch_up`).
DELETE FROM sketch_recent;
DELETE FROM sketch_bucket;
DELETE FROM sketch_run;
DELETE FROM copy;
DELETE FROM text;
-- Of articles with one text the earliest comes first, whichever was stored first. (The number of the row breaks ties.)
DROP INDEX fingerprint_text;
CREATE INDEX fingerprint_text ON fingerprint (text_hash, at) WHERE text_hash IS NOT NULL;
UPDATE fingerprint SET at = NULL;
