//! The passes that the service follows: begun by it, ended by a visit that ends the walk, or given up by the worker
//! that cannot go on with it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::health::verdict::{Answer, Observation};
use crate::model::{BoardId, PassId};

/// Shared by the service and the workers of all hosts. As many entries as there are boards.
#[derive(Default)]
pub(super) struct Polls {
    book: Mutex<BTreeMap<BoardId, Entry>>,
    /// What is seen of the boards that are followed, since their last polls were judged.
    seen: Mutex<BTreeMap<BoardId, Observation>>,
    /// By host: why it was last left alone.
    refusals: Mutex<BTreeMap<String, Answer>>,
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
    /// Gathers what is seen of this board from now on.
    pub fn follow(&self, board: BoardId, now: Timestamp) {
        lock(&self.seen)
            .entry(board)
            .or_insert_with(|| Observation::new(now));
    }

    /// Adds to what is seen of a board, if it is followed.
    pub fn note(&self, board: BoardId, note: impl FnOnce(&mut Observation)) {
        if let Some(seen) = lock(&self.seen).get_mut(&board) {
            note(seen);
        }
    }

    /// All that was seen since this was last called.
    pub fn take_seen(&self, board: BoardId, now: Timestamp) -> Option<Observation> {
        let mut all = lock(&self.seen);
        let seen = all.get_mut(&board)?;
        Some(std::mem::replace(seen, Observation::new(now)))
    }

    pub fn note_refusal(&self, host: &str, answer: &Answer) {
        // For boards that are followed, that is: as many as the service has hosts.
        lock(&self.refusals).insert(host.to_owned(), answer.clone());
    }

    pub fn refusal(&self, host: &str) -> Option<Answer> {
        lock(&self.refusals).get(host).cloned()
    }

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
        lock(&self.book)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no holder of this lock panics")
}
