-- The newest rows' numbers are their posts' ids: with gaps among them they are no ranks.
ALTER TABLE ledger ADD COLUMN ids INTEGER NOT NULL DEFAULT 0 CHECK (ids IN (0, 1));

-- A page was read that shows the article and the next one below it: `n_unknown_below` is what the list jumps over.
ALTER TABLE place ADD COLUMN jumps INTEGER NOT NULL DEFAULT 0 CHECK (jumps IN (0, 1));

-- Steps back of a walk that found the page as it was.
ALTER TABLE pass ADD COLUMN n_still INTEGER NOT NULL DEFAULT 0;
