-- How each board does (`health::verdict`), and events that are about a board as a whole.

CREATE TABLE health (
    board       INTEGER PRIMARY KEY REFERENCES board,
    -- The verdict in force; NULL: nothing is wrong.
    verdict     TEXT,
    since       INTEGER,
    finding     TEXT,
    last_good_at INTEGER,
    -- All of it, as JSON.
    state       TEXT NOT NULL,
    -- When the schedule wants the next pass, and why then.
    next_at     INTEGER,
    next_reason TEXT,
    saved_at    INTEGER NOT NULL
) STRICT;

-- The same table, whose `article` may be NULL.
CREATE TABLE event_of_all (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    board    INTEGER NOT NULL REFERENCES board,
    -- NULL: it is about the board.
    article  INTEGER REFERENCES article ON DELETE CASCADE,
    kind     TEXT NOT NULL,
    revision INTEGER,
    note     TEXT
) STRICT;
INSERT INTO event_of_all SELECT id, at, board, article, kind, revision, note FROM event;
-- No number is given twice, not even that of an event that is gone.
DELETE FROM sqlite_sequence WHERE name = 'event_of_all';
INSERT INTO sqlite_sequence (name, seq) SELECT 'event_of_all', seq FROM sqlite_sequence WHERE name = 'event';
DROP TABLE event;
ALTER TABLE event_of_all RENAME TO event;
CREATE INDEX event_of_article ON event (article);
CREATE INDEX event_at ON event (at, id);
