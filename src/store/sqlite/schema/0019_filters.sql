-- Which keys' places occur in a group of a run's buckets (`sqlite::copy_index`): most keys of a new text occur nowhere, and
-- need no bucket to be read then. `id`: the run's number in the upper half, the group's in the lower. Runs from before
-- have none, and are looked through until they are merged.
CREATE TABLE sketch_filter (
    id   INTEGER PRIMARY KEY,
    bits BLOB NOT NULL
) STRICT;
