-- Articles name their text by number: by its hash they made a second tree of as many entries in no order, a page read and
-- a page written for each. What a board's texts have in common is learnt from those with the least hashes, so that it does
-- not matter which came first; texts are compared again where that changes. Near copies are found anew
-- (`copies::go_on`).
DELETE FROM sketch_recent;
DELETE FROM sketch_bucket;
DELETE FROM sketch_run;
DROP TABLE copy;
DROP TABLE text;
DROP TABLE furniture;
ALTER TABLE fingerprint RENAME TO old_fingerprint;

-- AUTOINCREMENT: the index of keys still holds numbers of texts that are gone.
CREATE TABLE text (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    hash       BLOB NOT NULL UNIQUE,
    -- Articles that have it now, when the earliest was posted, or else first seen, and the board of that one.
    n_articles INTEGER NOT NULL,
    first_at   INTEGER NOT NULL,
    board      INTEGER NOT NULL REFERENCES board,
    -- The text that its story begins with: itself, or one that it is a copy of.
    story      INTEGER NOT NULL,
    -- Which of the board's furniture was left out of it when it was compared with others (a hash). NULL: it has not been.
    frame      INTEGER,
    -- Whether its keys were others once: the index still has those.
    rekeyed    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Which text an article has, and when it was posted, or else first seen. NULL: too short to be a copy of anything.
CREATE TABLE fingerprint (
    article INTEGER PRIMARY KEY REFERENCES article ON DELETE CASCADE,
    text    INTEGER REFERENCES text,
    at      INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One row a pair; `text` is the lower number.
CREATE TABLE copy (
    text        INTEGER NOT NULL REFERENCES text ON DELETE CASCADE,
    other       INTEGER NOT NULL REFERENCES text ON DELETE CASCADE,
    similarity  REAL NOT NULL,
    containment REAL NOT NULL,
    verdict     TEXT NOT NULL,
    PRIMARY KEY (text, other)
) STRICT, WITHOUT ROWID;

-- The texts of a board with the least hashes.
CREATE TABLE sample (
    board INTEGER NOT NULL REFERENCES board,
    hash  BLOB NOT NULL,
    PRIMARY KEY (board, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE furniture (
    board     INTEGER PRIMARY KEY REFERENCES board,
    -- Texts in the sample, the greatest hash of them, and how often it has changed since `pieces` were learnt from it.
    n_sample  INTEGER NOT NULL,
    last_hash BLOB,
    n_changes INTEGER NOT NULL,
    -- Texts numbered up to `sweep_to` were compared beside other pieces, but for those up to `swept_to`.
    swept_to  INTEGER NOT NULL DEFAULT 0,
    sweep_to  INTEGER NOT NULL DEFAULT 0,
    pieces    BLOB NOT NULL
) STRICT;

INSERT INTO text (hash, n_articles, first_at, board, story)
    -- With one min(), SQLite takes the bare column from the row that has it (lang_select.html, 2.5).
    SELECT f.text_hash, count(*), min(coalesce(a.posted_at, a.first_seen_at)), a.board, 0
    FROM old_fingerprint AS f JOIN article AS a ON a.id = f.article
    WHERE f.text_hash IS NOT NULL GROUP BY f.text_hash;
UPDATE text SET story = id;
INSERT INTO fingerprint
    SELECT f.article, text.id, coalesce(a.posted_at, a.first_seen_at)
    FROM old_fingerprint AS f JOIN article AS a ON a.id = f.article LEFT JOIN text ON text.hash = f.text_hash;
DROP TABLE old_fingerprint;
INSERT INTO sample
    SELECT board, hash FROM (
        SELECT board, hash, row_number() OVER (PARTITION BY board ORDER BY hash) AS n
        FROM (SELECT DISTINCT a.board, text.hash FROM fingerprint AS f JOIN article AS a ON a.id = f.article
            JOIN text ON text.id = f.text))
    WHERE n <= 64;
INSERT INTO furniture (board, n_sample, last_hash, n_changes, pieces)
    SELECT board, count(*), max(hash), count(*), x'' FROM sample GROUP BY board;

CREATE INDEX text_story ON text (story, n_articles);
CREATE INDEX text_of_board ON text (board);
CREATE INDEX text_alone ON text (id) WHERE frame IS NULL;
CREATE INDEX fingerprint_text ON fingerprint (text, at) WHERE text IS NOT NULL;
CREATE INDEX copy_other ON copy (other);
CREATE INDEX furniture_changed ON furniture (board) WHERE n_changes > 0;
CREATE INDEX furniture_due ON furniture (board) WHERE n_changes > 0 AND n_changes >= n_sample;
CREATE INDEX furniture_swept ON furniture (board) WHERE swept_to < sweep_to;

-- For the overview of all boards, which would read every article otherwise.
CREATE INDEX article_comments ON article (board, n_comments) WHERE n_comments > 0;
CREATE INDEX article_moved ON article (board) WHERE moved_to IS NOT NULL;
