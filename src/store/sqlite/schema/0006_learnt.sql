-- Profiles learnt from boards that no built-in one reads, as text in the profile format.

CREATE TABLE learnt_profile (
    name      TEXT PRIMARY KEY,
    text      TEXT NOT NULL,
    learnt_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
