-- Copies are pairs of texts, not of articles: a text that a hundred articles have is compared once. What was joined by
-- earlier rules is found anew (`copies::catch_up`).
DROP TABLE story;
DROP TABLE story_number;
DROP TABLE copy;
DELETE FROM furniture;

-- `fingerprint.text_hash` by number. AUTOINCREMENT: the index of keys still holds numbers of texts that are gone.
CREATE TABLE text (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    hash       BLOB NOT NULL UNIQUE,
    -- Articles that have it now, and when the earliest was posted, or else first seen.
    n_articles INTEGER NOT NULL,
    first_at   INTEGER NOT NULL,
    -- For which time it is in the index of keys.
    indexed_at INTEGER,
    -- The text that its story begins with: itself, or one that it is a copy of.
    story      INTEGER NOT NULL
) STRICT;
CREATE INDEX text_story ON text (story, n_articles);

-- One row a pair; `text` is the lower number.
CREATE TABLE copy (
    text        INTEGER NOT NULL REFERENCES text ON DELETE CASCADE,
    other       INTEGER NOT NULL REFERENCES text ON DELETE CASCADE,
    similarity  REAL NOT NULL,
    containment REAL NOT NULL,
    verdict     TEXT NOT NULL,
    PRIMARY KEY (text, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX copy_other ON copy (other);

-- When its article was posted, or else first seen. NULL: its text has not been compared with others yet.
ALTER TABLE fingerprint ADD COLUMN at INTEGER;
CREATE INDEX fingerprint_alone ON fingerprint (seq) WHERE at IS NULL;
