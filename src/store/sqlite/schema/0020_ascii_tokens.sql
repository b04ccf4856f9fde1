-- `store::search_text` folds letters and leaves out all that is none, so nothing is left to a tokenizer but to cut at
-- spaces: one that looks each letter up in Unicode's tables took half of what indexing takes. Filled by
-- `sqlite::search`, as for other tokens. Twice as many segments are merged at a time: each word is written again less often.
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5 (
    title, text, author,
    content = '', contentless_delete = 1, tokenize = 'ascii'
);
INSERT INTO search (search, rank) VALUES ('automerge', 8);
DELETE FROM meta WHERE name = 'search_version';
