-- Messages to the outside about events.

-- Notifiers of the configuration in force, and the last event that each has looked at: what follows from the events
-- behind it is not in `message` yet.
CREATE TABLE notifier (
    name         TEXT PRIMARY KEY,
    last_event   INTEGER NOT NULL,
    n_sent       INTEGER NOT NULL DEFAULT 0,
    sent_at      INTEGER,
    -- Its target is not asked before.
    paused_until INTEGER
) STRICT;

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

-- For the feed of how the boards do.
CREATE INDEX event_of_boards ON event (id) WHERE article IS NULL;
