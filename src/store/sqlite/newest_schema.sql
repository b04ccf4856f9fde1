-- What all migrations together make of an empty file, so that a new one need not go through what earlier versions were:
-- their statements as SQLite keeps them, in order. Changes with each migration; a test of `schema.rs` holds both against each
-- other, and says what is to stand here.

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
, n_rounds INTEGER NOT NULL DEFAULT 0, late INTEGER NOT NULL DEFAULT 0, top_key TEXT, n_still INTEGER NOT NULL DEFAULT 0) STRICT;

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
, above_key TEXT, above_rank INTEGER, below_key TEXT, below_rank INTEGER, reached_by INTEGER REFERENCES pass) STRICT;

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
, comments_short INTEGER NOT NULL DEFAULT 0, changed_at INTEGER, revisit_at INTEGER) STRICT;

CREATE INDEX article_state ON article (board, state, visited_at);

CREATE INDEX article_posted ON article (board, posted_at);

CREATE INDEX article_engine_id ON article (engine_id);

CREATE INDEX article_url ON article (url);

CREATE INDEX article_found_url ON article (found_url);

CREATE INDEX article_half_read ON article (board) WHERE comments_torn = 1;

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
    last_seen_at  INTEGER NOT NULL, ordinal INTEGER, rank_pass INTEGER REFERENCES pass, n_unknown_below INTEGER NOT NULL DEFAULT 0, missing_at INTEGER, missing_pass INTEGER REFERENCES pass, alive_at INTEGER, asked_at INTEGER, relisted INTEGER NOT NULL DEFAULT 0, jumps INTEGER NOT NULL DEFAULT 0 CHECK (jumps IN (0, 1)),
    PRIMARY KEY (board, article)
) STRICT, WITHOUT ROWID;

CREATE INDEX place_of_article ON place (article);

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
    last_error TEXT, radar INTEGER NOT NULL DEFAULT 0, said_gone_at INTEGER,
    CHECK ((kind = 'listing') = (pass IS NOT NULL AND page IS NOT NULL AND article IS NULL)),
    CHECK ((kind = 'article') = (pass IS NULL AND page IS NULL AND article IS NOT NULL)),
    CHECK ((kind = 'comments') = (pass IS NULL AND page IS NOT NULL AND article IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX job_listing_once ON job (pass, page) WHERE kind = 'listing';

CREATE UNIQUE INDEX job_article_once ON job (article) WHERE kind = 'article';

CREATE UNIQUE INDEX job_comments_once ON job (article, page) WHERE kind = 'comments';

CREATE INDEX job_due ON job (board, priority, due_at, id);

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
    content_hash BLOB NOT NULL, kind TEXT NOT NULL DEFAULT 'visit', note TEXT,
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
    gone_at          INTEGER, withdrawn_at INTEGER,
    UNIQUE (article, key)
) STRICT;

CREATE TABLE comment_before (
    comment INTEGER NOT NULL REFERENCES comment ON DELETE CASCADE,
    until   INTEGER NOT NULL,
    text    TEXT NOT NULL,
    PRIMARY KEY (comment, until)
) STRICT, WITHOUT ROWID;

CREATE TABLE count (
    article  INTEGER NOT NULL REFERENCES article ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    views    INTEGER,
    votes    INTEGER,
    comments INTEGER,
    PRIMARY KEY (article, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE page (
    id         INTEGER PRIMARY KEY,
    hash       BLOB NOT NULL UNIQUE,
    body_bytes INTEGER NOT NULL,
    body       BLOB NOT NULL
, dictionary INTEGER REFERENCES dictionary) STRICT;

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
, as_of INTEGER) STRICT;

CREATE INDEX visit_of_article ON visit (article) WHERE article IS NOT NULL;

CREATE INDEX visit_of_page ON visit (page);

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

CREATE UNIQUE INDEX gap_open ON gap (board, page, coalesce(above_key, '')) WHERE closed_at IS NULL;

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

CREATE INDEX page_dictionary ON page (dictionary);

CREATE INDEX visit_fetched ON visit (fetched_at);

CREATE INDEX article_revisit ON article (board, revisit_at) WHERE revisit_at IS NOT NULL;

CREATE TABLE schedule (
    board    INTEGER PRIMARY KEY REFERENCES board,
    state    TEXT NOT NULL,
    saved_at INTEGER NOT NULL
) STRICT;

CREATE INDEX place_order ON place (board, ordinal, n_unknown_below)
    WHERE ordinal IS NOT NULL AND missing_at IS NULL;

CREATE INDEX place_hole ON place (board) WHERE n_unknown_below > 0 AND missing_at IS NULL;

CREATE INDEX place_sighting ON place (board, rank_pass, rank) WHERE rank_pass IS NOT NULL;

CREATE INDEX place_missing ON place (board, missing_at) WHERE missing_at IS NOT NULL;

CREATE TABLE sighting (
    id          INTEGER PRIMARY KEY,
    board       INTEGER NOT NULL REFERENCES board,
    pass        INTEGER NOT NULL REFERENCES pass,
    page        INTEGER NOT NULL,
    -- Asked for by the radar, not by the walk.
    radar       INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    -- NULL: the radar asked for it, and no rank was to be read there.
    newest_rank INTEGER,
    oldest_rank INTEGER,
    -- The last page, as a pager has told.
    last_page   INTEGER
) STRICT;

CREATE INDEX sighting_of_pass ON sighting (pass, id);

CREATE INDEX sighting_of_board ON sighting (board, page, id);

CREATE TABLE ledger (
    board       INTEGER PRIMARY KEY REFERENCES board,
    -- The rank below the oldest post's.
    rank_base   INTEGER NOT NULL DEFAULT 0,
    -- Neighbours on listing pages whose numbers fell by one, and others.
    n_tight     INTEGER NOT NULL DEFAULT 0,
    n_loose     INTEGER NOT NULL DEFAULT 0,
    -- Start of the last pass in which all sums agreed, and how many articles were listed then.
    whole_at    INTEGER,
    whole_listed INTEGER NOT NULL DEFAULT 0,
    verdict     TEXT,
    verdict_at  INTEGER,
    -- `audit --repair`: holes are to be read.
    repair_at   INTEGER,
    -- Pages that it may still cost.
    repair_left INTEGER NOT NULL DEFAULT 0
, ids INTEGER NOT NULL DEFAULT 0 CHECK (ids IN (0, 1))) STRICT;

CREATE TABLE learnt_profile (
    name      TEXT PRIMARY KEY,
    text      TEXT NOT NULL,
    learnt_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE TABLE "event" (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    board    INTEGER NOT NULL REFERENCES board,
    -- NULL: it is about the board.
    article  INTEGER REFERENCES article ON DELETE CASCADE,
    kind     TEXT NOT NULL,
    revision INTEGER,
    note     TEXT
) STRICT;

CREATE INDEX event_of_article ON event (article);

CREATE INDEX event_at ON event (at, id);

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

CREATE TABLE sketch_recent (
    id    INTEGER PRIMARY KEY,
    texts BLOB NOT NULL
) STRICT;

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

CREATE TABLE sketch_bucket (
    id      INTEGER PRIMARY KEY,
    entries BLOB NOT NULL
) STRICT;

CREATE INDEX event_of_board ON event (board, at, id) WHERE kind <> 'stored';

CREATE TABLE notifier (
    name         TEXT PRIMARY KEY,
    last_event   INTEGER NOT NULL,
    n_sent       INTEGER NOT NULL DEFAULT 0,
    sent_at      INTEGER,
    -- Its target is not asked before.
    paused_until INTEGER
, n_failed INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE message (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    notifier TEXT NOT NULL,
    -- As the receiver sees it: the same at each try.
    key      TEXT NOT NULL,
    -- JSON; what happened, as it was known when the message was made.
    events   TEXT NOT NULL,
    made_at  INTEGER NOT NULL,
    -- NULL: given up, after too many tries.
    due_at   INTEGER,
    n_tries  INTEGER NOT NULL DEFAULT 0,
    error    TEXT
) STRICT;

CREATE INDEX message_due ON message (notifier, due_at, id);

CREATE INDEX event_of_boards ON event (id) WHERE article IS NULL;

CREATE INDEX job_said_gone ON job (board) WHERE said_gone_at IS NOT NULL;

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

CREATE TABLE fingerprint (
    article INTEGER PRIMARY KEY REFERENCES article ON DELETE CASCADE,
    text    INTEGER REFERENCES text,
    at      INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE copy (
    text        INTEGER NOT NULL REFERENCES text ON DELETE CASCADE,
    other       INTEGER NOT NULL REFERENCES text ON DELETE CASCADE,
    similarity  REAL NOT NULL,
    containment REAL NOT NULL,
    verdict     TEXT NOT NULL,
    PRIMARY KEY (text, other)
) STRICT, WITHOUT ROWID;

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

CREATE INDEX text_story ON text (story, n_articles);

CREATE INDEX text_of_board ON text (board);

CREATE INDEX text_alone ON text (id) WHERE frame IS NULL;

CREATE INDEX fingerprint_text ON fingerprint (text, at) WHERE text IS NOT NULL;

CREATE INDEX copy_other ON copy (other);

CREATE INDEX furniture_changed ON furniture (board) WHERE n_changes > 0;

CREATE INDEX furniture_due ON furniture (board) WHERE n_changes > 0 AND n_changes >= n_sample;

CREATE INDEX furniture_swept ON furniture (board) WHERE swept_to < sweep_to;

CREATE INDEX article_comments ON article (board, n_comments) WHERE n_comments > 0;

CREATE INDEX article_moved ON article (board) WHERE moved_to IS NOT NULL;

CREATE INDEX article_when ON article (coalesce(posted_at, first_seen_at));

CREATE INDEX article_source ON article (source) WHERE source IS NOT NULL;

CREATE INDEX article_moved_to ON article (moved_to) WHERE moved_to IS NOT NULL;

CREATE INDEX article_versions ON article (n_revisions) WHERE n_revisions > 1;

CREATE TABLE sketch_filter (
    id   INTEGER PRIMARY KEY,
    bits BLOB NOT NULL
) STRICT;

CREATE VIRTUAL TABLE search USING fts5 (
    title, text, author,
    content = '', contentless_delete = 1, tokenize = 'ascii'
);

INSERT INTO search (search, rank) VALUES ('automerge', 8);
