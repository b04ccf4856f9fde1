-- Schema 1. Never edit a migration that a release has carried; add the next one.
--
-- Times (`…_at`, `at`, `due_at`, `until`) are whole milliseconds since 1970 in UTC. Words (`state`, `kind`, …) are
-- those of the model. Booleans are 0 or 1. Hashes are the 32 bytes of blake3.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE board (
    id       INTEGER PRIMARY KEY,
    -- `key` carries the host: a board that moves to another host is another board.
    name     TEXT NOT NULL UNIQUE,
    url      TEXT NOT NULL,
    key      TEXT NOT NULL UNIQUE,
    host     TEXT NOT NULL,
    profile  TEXT NOT NULL,
    added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE host (
    host              TEXT PRIMARY KEY,
    paused_until      INTEGER,
    pause_reason      TEXT,
    robots_status     INTEGER,
    robots_body       BLOB,
    robots_fetched_at INTEGER
) STRICT;

-- One walk of a board. The columns up to `since` are `model::Walk`, the last nine `model::PassReport`.
CREATE TABLE pass (
    id               INTEGER PRIMARY KEY,
    board            INTEGER NOT NULL REFERENCES board,
    kind             TEXT NOT NULL,
    page             INTEGER NOT NULL,
    deepest          INTEGER NOT NULL,
    edge_key         TEXT,
    edge_rank        INTEGER,
    n_torn           INTEGER NOT NULL,
    moved            INTEGER NOT NULL DEFAULT 0,
    last_shown       INTEGER,
    n_quiet          INTEGER NOT NULL,
    last_page_digest TEXT,
    first_page_digest TEXT,
    ahead_key        TEXT,
    ahead_rank       INTEGER,
    newest_rank      INTEGER,
    deficit          INTEGER,
    max_pages        INTEGER,
    since            INTEGER,
    started_at       INTEGER NOT NULL,
    ended_at         INTEGER,
    end_word         TEXT,
    -- Why it was stopped, for the operator.
    note             TEXT,
    n_listing_pages  INTEGER NOT NULL DEFAULT 0,
    n_rows           INTEGER NOT NULL DEFAULT 0,
    n_new            INTEGER NOT NULL DEFAULT 0,
    n_stored         INTEGER NOT NULL DEFAULT 0,
    n_changed        INTEGER NOT NULL DEFAULT 0,
    n_restricted     INTEGER NOT NULL DEFAULT 0,
    n_gone           INTEGER NOT NULL DEFAULT 0,
    n_failed         INTEGER NOT NULL DEFAULT 0,
    n_duplicates     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX pass_of_board ON pass (board, id);
CREATE UNIQUE INDEX pass_open ON pass (board) WHERE ended_at IS NULL;

CREATE TABLE gap (
    id        INTEGER PRIMARY KEY,
    board     INTEGER NOT NULL REFERENCES board,
    pass      INTEGER NOT NULL REFERENCES pass,
    page      INTEGER NOT NULL,
    reason    TEXT NOT NULL,
    note      TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    closed_by INTEGER REFERENCES pass
) STRICT;
CREATE UNIQUE INDEX gap_open ON gap (board, page) WHERE closed_at IS NULL;

-- Made when the article's row is first seen. AUTOINCREMENT: exports name articles by this number for good.
CREATE TABLE article (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The board it was found on; `moved_to` names the one it is on now, if that is another.
    board             INTEGER NOT NULL REFERENCES board,
    moved_to          TEXT,
    key               TEXT NOT NULL UNIQUE,
    -- What follows the last slash of the key.
    engine_id         TEXT NOT NULL,
    -- The form that is stored and shown, and the form as found, which is requested.
    url               TEXT NOT NULL,
    found_url         TEXT NOT NULL,
    state             TEXT NOT NULL,
    state_reason      TEXT,
    -- How often the board has said that it is gone, in a row.
    n_gone_answers    INTEGER NOT NULL DEFAULT 0,
    -- As the listing showed them last: what the next sighting is compared with.
    listed_title      TEXT NOT NULL,
    listed_category   TEXT,
    listed_comments   INTEGER,
    -- As best known: the article's page wins over the listing.
    title             TEXT NOT NULL,
    author            TEXT,
    posted_at         INTEGER,
    posted_precision  TEXT,
    posted_text       TEXT,
    category          TEXT,
    source            TEXT,
    secret            INTEGER NOT NULL,
    views             INTEGER,
    votes             INTEGER,
    comment_count     INTEGER,
    first_seen_at     INTEGER NOT NULL,
    last_seen_at      INTEGER NOT NULL,
    -- Last visit of any outcome, and last time that content was read.
    visited_at        INTEGER,
    fetched_at        INTEGER,
    gone_at           INTEGER,
    -- Number of the newest revision; 0: no content is held.
    n_revisions       INTEGER NOT NULL DEFAULT 0,
    -- Comments are read in rounds: the article's page starts one, the last of its comment pages ends it.
    comment_round     INTEGER NOT NULL DEFAULT 0,
    -- A page of this round could not be read.
    comments_torn     INTEGER NOT NULL DEFAULT 0,
    comments_complete INTEGER NOT NULL DEFAULT 0,
    -- Comments that are said to be there: the page's own number in this round.
    comments_stated   INTEGER,
    n_comments        INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX article_state ON article (board, state, visited_at);
CREATE INDEX article_posted ON article (board, posted_at);
CREATE INDEX article_engine_id ON article (engine_id);
CREATE INDEX article_url ON article (url);
CREATE INDEX article_found_url ON article (found_url);
CREATE INDEX article_half_read ON article (board) WHERE comments_torn = 1;

-- Other names of an article: URLs it answered by, and the key of a slug before its number was known.
CREATE TABLE alias (
    url     TEXT PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_of_article ON alias (article);

CREATE TABLE key_alias (
    key     TEXT PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX key_alias_of_article ON key_alias (article);

-- Where an article is listed: on a site with one sequence of ids, the same article may stand on several boards.
CREATE TABLE place (
    board         INTEGER NOT NULL REFERENCES board,
    article       INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    -- The number column, where an ordinary row last showed it.
    rank          INTEGER,
    notice        INTEGER NOT NULL,
    -- The last pass in which it was pinned, and in which it stood as an ordinary row. Some boards show a pinned post
    -- in its own place too; then it is part of the board's order, and no notice.
    notice_pass   INTEGER,
    ordinary_pass INTEGER,
    first_pass    INTEGER NOT NULL REFERENCES pass,
    first_seen_at INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL,
    PRIMARY KEY (board, article)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_of_article ON place (article);

-- Pages to be visited. A row goes in the transaction that settles its visit. AUTOINCREMENT: the number of a settled
-- job is never given to another one, so a settlement that comes late, or twice, cannot settle the wrong job.
CREATE TABLE job (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    board      INTEGER NOT NULL REFERENCES board,
    -- listing, article, comments
    kind       TEXT NOT NULL,
    pass       INTEGER REFERENCES pass,
    article    INTEGER REFERENCES article ON DELETE CASCADE,
    page       INTEGER,
    url        TEXT NOT NULL,
    referer    TEXT,
    priority   INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    queued_at  INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    CHECK ((kind = 'listing') = (pass IS NOT NULL AND page IS NOT NULL AND article IS NULL)),
    CHECK ((kind = 'article') = (pass IS NULL AND page IS NULL AND article IS NOT NULL)),
    CHECK ((kind = 'comments') = (pass IS NULL AND page IS NOT NULL AND article IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX job_listing_once ON job (pass, page) WHERE kind = 'listing';
CREATE UNIQUE INDEX job_article_once ON job (article) WHERE kind = 'article';
CREATE UNIQUE INDEX job_comments_once ON job (article, page) WHERE kind = 'comments';
CREATE INDEX job_due ON job (board, priority, due_at, id);

-- What an article said, version by version.
CREATE TABLE revision (
    id           INTEGER PRIMARY KEY,
    article      INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    number       INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    title        TEXT NOT NULL,
    category     TEXT,
    text         TEXT NOT NULL,
    -- zstd
    html         BLOB NOT NULL,
    images       TEXT NOT NULL,
    attachments  TEXT NOT NULL,
    tags         TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    UNIQUE (article, number)
) STRICT;

CREATE TABLE comment (
    id               INTEGER PRIMARY KEY,
    article          INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    key              TEXT NOT NULL,
    page             INTEGER NOT NULL,
    position         INTEGER NOT NULL,
    -- As the page named it, and as it follows from order and depth of the whole list.
    parent_in_page   TEXT,
    parent           TEXT,
    depth            INTEGER NOT NULL,
    author           TEXT,
    posted_at        INTEGER,
    posted_precision TEXT,
    posted_text      TEXT,
    text             TEXT,
    secret           INTEGER NOT NULL,
    round            INTEGER NOT NULL,
    first_seen_at    INTEGER NOT NULL,
    gone_at          INTEGER,
    UNIQUE (article, key)
) STRICT;

-- Words of a comment that have since been changed or taken away.
CREATE TABLE comment_before (
    comment INTEGER NOT NULL REFERENCES comment ON DELETE CASCADE,
    until   INTEGER NOT NULL,
    text    TEXT NOT NULL,
    PRIMARY KEY (comment, until)
) STRICT, WITHOUT ROWID;

-- Counts as they were seen, a row where one of them changed.
CREATE TABLE count (
    article  INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    views    INTEGER,
    votes    INTEGER,
    comments INTEGER,
    PRIMARY KEY (article, at)
) STRICT, WITHOUT ROWID;

-- Raw pages, each content once, zstd; and the visits that brought them.
CREATE TABLE page (
    id         INTEGER PRIMARY KEY,
    hash       BLOB NOT NULL UNIQUE,
    body_bytes INTEGER NOT NULL,
    body       BLOB NOT NULL
) STRICT;

CREATE TABLE visit (
    id           INTEGER PRIMARY KEY,
    page         INTEGER NOT NULL REFERENCES page,
    board        INTEGER NOT NULL REFERENCES board,
    article      INTEGER REFERENCES article ON DELETE SET NULL,
    -- Number of the listing page, or of the page of comments.
    page_number  INTEGER,
    url          TEXT NOT NULL,
    final_url    TEXT NOT NULL,
    status       INTEGER NOT NULL,
    content_type TEXT,
    charset      TEXT NOT NULL,
    fetched_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX visit_of_article ON visit (article) WHERE article IS NOT NULL;
CREATE INDEX visit_of_page ON visit (page);

-- What near copies are found by. `seq` grows: of two articles with one text the lower had it first.
CREATE TABLE fingerprint (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    article   INTEGER NOT NULL UNIQUE REFERENCES article ON DELETE CASCADE,
    text_hash BLOB,
    -- Version of the signature and the signature; filled by a later schema's owner.
    version   INTEGER NOT NULL DEFAULT 0,
    signature BLOB
) STRICT;
CREATE INDEX fingerprint_text ON fingerprint (text_hash, seq) WHERE text_hash IS NOT NULL;

CREATE TABLE band (
    band    INTEGER NOT NULL,
    hash    INTEGER NOT NULL,
    article INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    PRIMARY KEY (band, hash, article)
) STRICT, WITHOUT ROWID;
CREATE INDEX band_of_article ON band (article);

CREATE TABLE story (
    article INTEGER PRIMARY KEY REFERENCES article ON DELETE CASCADE,
    story   INTEGER NOT NULL
) STRICT;
CREATE INDEX story_members ON story (story);

-- Receipts, removed by age.
CREATE TABLE request (
    id          INTEGER PRIMARY KEY,
    host        TEXT NOT NULL,
    url         TEXT NOT NULL,
    at          INTEGER NOT NULL,
    status      INTEGER,
    body_bytes  INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    purpose     TEXT NOT NULL,
    allowed_by  TEXT NOT NULL,
    error       TEXT
) STRICT;
CREATE INDEX request_at ON request (at);
CREATE INDEX request_of_host ON request (host, at);

-- Outbox for notifiers and feeds.
CREATE TABLE event (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    board    INTEGER NOT NULL REFERENCES board,
    article  INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    kind     TEXT NOT NULL,
    -- The revision it speaks of, where it speaks of one.
    revision INTEGER,
    note     TEXT
) STRICT;
CREATE INDEX event_of_article ON event (article);

-- Bigrams made by `store::search_text`; row ids are the articles'.
CREATE VIRTUAL TABLE search USING fts5 (
    title, text, author,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0'
);
