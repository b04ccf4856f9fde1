-- Raw pages by dictionary, revisions that say where they come from, and when an article is looked at again.

-- What the pages of a board have in common: raw content that zstd refers to. A page names the one it needs, so a newer
-- one makes no older page unreadable. `kind` is that of the jobs: listing, article, comments.
CREATE TABLE dictionary (
    id      INTEGER PRIMARY KEY,
    board   INTEGER NOT NULL REFERENCES board,
    kind    TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    -- Compressed to original, in thousandths, of pages that were not part of it.
    promise INTEGER NOT NULL,
    -- zstd
    body    BLOB NOT NULL
) STRICT;
CREATE INDEX dictionary_newest ON dictionary (board, kind, id);

-- NULL: plain zstd.
ALTER TABLE page ADD COLUMN dictionary INTEGER REFERENCES dictionary;
CREATE INDEX page_dictionary ON page (dictionary);

-- The clock that the page's short dates go by; NULL: `fetched_at`.
ALTER TABLE visit ADD COLUMN as_of INTEGER;
CREATE INDEX visit_fetched ON visit (fetched_at);

-- visit: what the board showed; reparse: the same stored page, read anew.
ALTER TABLE revision ADD COLUMN kind TEXT NOT NULL DEFAULT 'visit';
-- What changed with it outside of a revision's fields (author, date, source), with the words of before.
ALTER TABLE revision ADD COLUMN note TEXT;

-- The last time a visit found content or comments changed, and when the schedule wants the next visit.
ALTER TABLE article ADD COLUMN changed_at INTEGER;
ALTER TABLE article ADD COLUMN revisit_at INTEGER;
CREATE INDEX article_revisit ON article (board, revisit_at) WHERE revisit_at IS NOT NULL;

-- Its place is still shown, its words are not any more; they are kept.
ALTER TABLE comment ADD COLUMN withdrawn_at INTEGER;

-- Changes since a moment.
CREATE INDEX event_at ON event (at, id);
