-- The ledger of ranks (`health::ledger`) and what the deletion radar needs of it.

-- Where the article stands in its board's order: newer is higher. NULL: no numbered row of it was seen yet.
ALTER TABLE place ADD COLUMN ordinal INTEGER;
-- The pass in which `rank` was seen.
ALTER TABLE place ADD COLUMN rank_pass INTEGER REFERENCES pass;
-- Posts between it and the next listed article below, known by the ranks they take up alone.
ALTER TABLE place ADD COLUMN n_unknown_below INTEGER NOT NULL DEFAULT 0;
-- Not listed any more: found missing at this moment, in this pass; known to be listed at `alive_at`.
ALTER TABLE place ADD COLUMN missing_at INTEGER;
ALTER TABLE place ADD COLUMN missing_pass INTEGER REFERENCES pass;
ALTER TABLE place ADD COLUMN alive_at INTEGER;
-- Its own page has been asked for on account of that.
ALTER TABLE place ADD COLUMN asked_at INTEGER;
-- It was missing before, answered that it is there, and was taken back into the order: not a second time.
ALTER TABLE place ADD COLUMN relisted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX place_order ON place (board, ordinal, n_unknown_below)
    WHERE ordinal IS NOT NULL AND missing_at IS NULL;
CREATE INDEX place_hole ON place (board) WHERE n_unknown_below > 0 AND missing_at IS NULL;
CREATE INDEX place_sighting ON place (board, rank_pass, rank) WHERE rank_pass IS NOT NULL;
CREATE INDEX place_missing ON place (board, missing_at) WHERE missing_at IS NOT NULL;

-- One numbered listing page as it was read: the ranks that a pass has seen.
CREATE TABLE sighting (
    id          INTEGER PRIMARY KEY,
    board       INTEGER NOT NULL REFERENCES board,
    pass        INTEGER NOT NULL REFERENCES pass,
    page        INTEGER NOT NULL,
    -- Asked for by the radar, not by the walk.
    radar       INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    -- NULL: the radar asked for it, and no rank was to be read there.
    newest_rank INTEGER,
    oldest_rank INTEGER,
    -- The last page, as a pager has told.
    last_page   INTEGER
) STRICT;
CREATE INDEX sighting_of_pass ON sighting (pass, id);
CREATE INDEX sighting_of_board ON sighting (board, page, id);

CREATE TABLE ledger (
    board       INTEGER PRIMARY KEY REFERENCES board,
    -- The rank below the oldest post's.
    rank_base   INTEGER NOT NULL DEFAULT 0,
    -- Neighbours on listing pages whose numbers fell by one, and others.
    n_tight     INTEGER NOT NULL DEFAULT 0,
    n_loose     INTEGER NOT NULL DEFAULT 0,
    -- Start of the last pass in which all sums agreed, and how many articles were listed then.
    whole_at    INTEGER,
    whole_listed INTEGER NOT NULL DEFAULT 0,
    verdict     TEXT,
    verdict_at  INTEGER,
    -- `audit --repair`: holes are to be read.
    repair_at   INTEGER,
    -- Pages that it may still cost.
    repair_left INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A listing page for the radar: it does not move its pass's walk.
ALTER TABLE job ADD COLUMN radar INTEGER NOT NULL DEFAULT 0;
