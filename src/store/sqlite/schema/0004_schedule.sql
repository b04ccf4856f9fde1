-- What the schedule has learnt of each board, as JSON; of all boards together: `schedule` in `meta`. It is
-- small, and can be learnt again from the passes.

CREATE TABLE schedule (
    board    INTEGER PRIMARY KEY REFERENCES board,
    state    TEXT NOT NULL,
    saved_at INTEGER NOT NULL
) STRICT;
