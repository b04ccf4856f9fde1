-- Schema 2: gaps are known by the rows around them, walks of boards without ranks look again, and comment lists are
-- counted against what their page states.

ALTER TABLE gap ADD COLUMN above_key TEXT;
ALTER TABLE gap ADD COLUMN above_rank INTEGER;
ALTER TABLE gap ADD COLUMN below_key TEXT;
ALTER TABLE gap ADD COLUMN below_rank INTEGER;
-- The pass whose unbroken stretch has come from the upper edge, or from above it, to where it stands.
ALTER TABLE gap ADD COLUMN reached_by INTEGER REFERENCES pass;
DROP INDEX gap_open;
-- One page may hold two gaps, found at different times.
CREATE UNIQUE INDEX gap_open ON gap (board, page, coalesce(above_key, '')) WHERE closed_at IS NULL;

ALTER TABLE pass ADD COLUMN n_rounds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pass ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pass ADD COLUMN top_key TEXT;

-- Rounds in a row in which fewer comments were seen than the page states.
ALTER TABLE article ADD COLUMN comments_short INTEGER NOT NULL DEFAULT 0;
