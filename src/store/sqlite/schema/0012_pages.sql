-- What happened on a board apart from new posts, newest first, for its page.
CREATE INDEX event_of_board ON event (board, at, id) WHERE kind <> 'stored';
