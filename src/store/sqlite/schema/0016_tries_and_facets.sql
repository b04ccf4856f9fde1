-- Tries that failed, as a counter like that of what was sent.
ALTER TABLE notifier ADD COLUMN n_failed INTEGER NOT NULL DEFAULT 0;

-- What searches are narrowed by, each to be read without the wide rows of the articles (`search::Conditions`).
CREATE INDEX article_when ON article (coalesce(posted_at, first_seen_at));
CREATE INDEX article_source ON article (source) WHERE source IS NOT NULL;
CREATE INDEX article_moved_to ON article (moved_to) WHERE moved_to IS NOT NULL;
CREATE INDEX article_versions ON article (n_revisions) WHERE n_revisions > 1;
