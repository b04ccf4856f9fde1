-- Whether a board's profile fits its pages, and the profiles that repairs have made.

CREATE TABLE fit (
    board        INTEGER PRIMARY KEY REFERENCES board,
    -- What its pages have shown so far (`health::fit::History`), as JSON.
    history      TEXT NOT NULL,
    -- While it does not fit: since when, how that is known (`health::fit::Finding`, as JSON, and in words), and why it
    -- could not be repaired.
    broken_since INTEGER,
    finding      TEXT,
    summary      TEXT,
    why_not      TEXT,
    tried_at     INTEGER,
    -- The last pages that it read well, kept until it fits again.
    good_listing INTEGER REFERENCES visit ON DELETE SET NULL,
    good_article INTEGER REFERENCES visit ON DELETE SET NULL
) STRICT;

CREATE TABLE repair (
    id        INTEGER PRIMARY KEY,
    board     INTEGER NOT NULL REFERENCES board,
    at        INTEGER NOT NULL,
    -- Names of the profile that did not fit any more and of the one made from it.
    old_name  TEXT NOT NULL,
    name      TEXT NOT NULL,
    text      TEXT NOT NULL,
    -- The old one is the operator's own: this one is not used, only shown.
    offered   INTEGER NOT NULL,
    -- What was found, and what the new one reproduces, in words.
    finding   TEXT NOT NULL,
    proof     TEXT NOT NULL,
    undone_at INTEGER
) STRICT;
CREATE INDEX repair_of_board ON repair (board, id);
