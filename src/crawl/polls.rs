//! The passes that the service follows: begun by it, ended by a visit that ends the walk, or given up by the worker
//! that cannot go on with it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::model::{BoardId, PassId};

/// Shared by the service and the workers of all hosts. As many entries as there are boards.
#[derive(Default)]
pub(super) struct Polls {
    book: Mutex<BTreeMap<BoardId, Entry>>,
    ended: Notify,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    pass: PassId,
    started_at: Timestamp,
    over: Option<Over>,
}

/// A poll that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PollEnd {
    pub board: BoardId,
    pub pass: PassId,
    /// When page 1 was asked for, or might have been.
    pub started_at: Timestamp,
    pub over: Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// The walk has ended, in whatever way.
    Walked,
    /// It cannot go on now. The pass stays open; the host asked not to be asked before.
    GivenUp { not_before: Option<Timestamp> },
}

impl Polls {
    pub fn begun(&self, board: BoardId, pass: PassId, started_at: Timestamp) {
        let entry = Entry {
            pass,
            started_at,
            over: None,
        };
        self.book().insert(board, entry);
    }

    /// A visit has ended the walk of this pass.
    pub fn walked(&self, board: BoardId, pass: PassId) {
        if let Some(entry) = self.book().get_mut(&board)
            && entry.pass == pass
        {
            entry.over = Some(Over::Walked);
            self.ended.notify_one();
        }
    }

    pub fn give_up(&self, board: BoardId, not_before: Option<Timestamp>) {
        if let Some(entry) = self.book().get_mut(&board)
            && entry.over.is_none()
        {
            entry.over = Some(Over::GivenUp { not_before });
            self.ended.notify_one();
        }
    }

    pub fn is_under_way(&self, board: BoardId) -> bool {
        let book = self.book();
        book.get(&board).is_some_and(|entry| entry.over.is_none())
    }

    /// Returns when a poll has ended; may return once too often.
    pub async fn until_one_ends(&self) {
        self.ended.notified().await;
    }

    pub fn take_ended(&self) -> Vec<PollEnd> {
        let mut book = self.book();
        let ended: Vec<PollEnd> = book
            .iter()
            .filter_map(|(board, entry)| {
                Some(PollEnd {
                    board: *board,
                    pass: entry.pass,
                    started_at: entry.started_at,
                    over: entry.over?,
                })
            })
            .collect();
        for poll in &ended {
            book.remove(&poll.board);
        }
        ended
    }

    fn book(&self) -> MutexGuard<'_, BTreeMap<BoardId, Entry>> {
        self.book.lock().expect("no holder of this lock panics")
    }
}
