-- Near copies: the index they are found by, what was found, and each board's furniture.

-- Keys of sketches (`dedup::Sketch::keys`), under the `seq` of the fingerprint they were made with. Keys of a
-- fingerprint that is there no more lead nowhere and are passed over.
DROP TABLE band;
CREATE TABLE band (
    key INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (key, seq)
) STRICT, WITHOUT ROWID;

-- One row a pair; `article` is the lower number.
CREATE TABLE copy (
    article     INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    other       INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    similarity  REAL NOT NULL,
    containment REAL NOT NULL,
    verdict     TEXT NOT NULL,
    PRIMARY KEY (article, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX copy_other ON copy (other);

-- Stories' numbers are never given twice.
CREATE TABLE story_number (
    id INTEGER PRIMARY KEY AUTOINCREMENT
) STRICT;

CREATE TABLE furniture (
    board   INTEGER PRIMARY KEY REFERENCES board,
    n_texts INTEGER NOT NULL,
    pieces  BLOB NOT NULL
) STRICT;
