-- The index of sketches' keys (`sqlite::copy_index`), in place of one row a key: in a tree of fifty million rows each
-- key of a text would be a page read and a page written.
DROP TABLE band;

-- The newest texts as they came, some in a row.
CREATE TABLE sketch_recent (
    id    INTEGER PRIMARY KEY,
    texts BLOB NOT NULL
) STRICT;

-- A run holds keys of many texts in order, cut into buckets by the key's first bits. Two runs become one by a sweep from
-- the lowest key to the highest, some buckets at a time; until it is done, `[from_key, to_key)` says which keys are where.
CREATE TABLE sketch_run (
    id        INTEGER PRIMARY KEY,
    level     INTEGER NOT NULL,
    n_texts   INTEGER NOT NULL,
    n_entries INTEGER NOT NULL,
    n_buckets INTEGER NOT NULL,
    from_key  INTEGER NOT NULL,
    to_key    INTEGER NOT NULL,
    -- The run that this one is swept into.
    target    INTEGER REFERENCES sketch_run
) STRICT;

-- `id`: the run's number in the upper half, the bucket's in the lower.
CREATE TABLE sketch_bucket (
    id      INTEGER PRIMARY KEY,
    entries BLOB NOT NULL
) STRICT;
