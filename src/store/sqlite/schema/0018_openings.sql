-- Sketches have one key more, of a text's first sentence (`dedup::SKETCH_VERSION` 5), and a board's furniture says at which
-- places its forms are filled in. Boards are learnt and texts compared anew (`copies::go_on`).
DELETE FROM sketch_recent;
DELETE FROM sketch_bucket;
DELETE FROM sketch_run;
DELETE FROM copy;
UPDATE text SET frame = NULL, rekeyed = 0, story = id;
UPDATE furniture SET pieces = x'', n_changes = max(n_sample, 1), swept_to = 0, sweep_to = 0;
