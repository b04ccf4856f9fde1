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

#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    /// Its pass, and when page 1 was asked for; `None` while it is being opened.
    begun: Option<(PassId, Timestamp)>,
    /// The pass whose walk has ended: a host's worker may be that quick.
    walked: Option<PassId>,
    given_up: Option<Over>,
}

impl Entry {
    fn over(&self) -> Option<Over> {
        let (pass, _) = self.begun?;
        match self.walked == Some(pass) {
            true => Some(Over::Walked),
            false => self.given_up,
        }
    }
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

    /// A pass of the board is about to be opened. From now on nothing that a worker does for it is missed.
    pub fn opening(&self, board: BoardId) {
        self.book().insert(board, Entry::default());
    }

    pub fn begun(&self, board: BoardId, pass: PassId, started_at: Timestamp) {
        let mut book = self.book();
        let entry = book.entry(board).or_default();
        entry.begun = Some((pass, started_at));
        if entry.over().is_some() {
            self.ended.notify_one();
        }
    }

    /// A visit has ended the walk of this pass.
    pub fn walked(&self, board: BoardId, pass: PassId) {
        if let Some(entry) = self.book().get_mut(&board) {
            entry.walked = Some(pass);
            if entry.over().is_some() {
                self.ended.notify_one();
            }
        }
    }

    /// The poll cannot go on now.
    pub fn give_up(&self, board: BoardId, not_before: Option<Timestamp>) {
        if let Some(entry) = self.book().get_mut(&board)
            && entry.over().is_none()
        {
            entry.given_up = Some(Over::GivenUp { not_before });
            self.ended.notify_one();
        }
    }

    pub fn is_under_way(&self, board: BoardId) -> bool {
        let book = self.book();
        book.get(&board)
            .is_some_and(|entry| entry.begun.is_some() && entry.over().is_none())
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
                let (pass, started_at) = entry.begun?;
                Some(PollEnd {
                    board: *board,
                    pass,
                    started_at,
                    over: entry.over()?,
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

#[cfg(test)]
mod tests {
    use super::*;

    const BOARD: BoardId = BoardId(1);
    const PASS: PassId = PassId(7);

    fn now() -> Timestamp {
        "2026-11-25T00:00:00Z".parse().unwrap()
    }

    fn ended(polls: &Polls) -> Vec<Over> {
        polls
            .take_ended()
            .into_iter()
            .map(|poll| poll.over)
            .collect()
    }

    #[test]
    fn a_worker_may_end_a_walk_before_its_opening_is_told() {
        let polls = Polls::default();
        polls.opening(BOARD);
        polls.walked(BOARD, PASS);
        assert_eq!(ended(&polls), []);
        polls.begun(BOARD, PASS, now());
        assert!(!polls.is_under_way(BOARD));
        assert_eq!(ended(&polls), [Over::Walked]);
        assert_eq!(ended(&polls), []);
    }

    #[test]
    fn the_end_of_another_pass_is_not_this_one_s() {
        let polls = Polls::default();
        polls.opening(BOARD);
        polls.walked(BOARD, PassId(6));
        polls.begun(BOARD, PASS, now());
        assert!(polls.is_under_way(BOARD));
        polls.give_up(BOARD, None);
        assert_eq!(ended(&polls), [Over::GivenUp { not_before: None }]);
    }

    #[test]
    fn a_walk_that_has_ended_is_not_given_up() {
        let polls = Polls::default();
        polls.opening(BOARD);
        polls.begun(BOARD, PASS, now());
        polls.walked(BOARD, PASS);
        polls.give_up(BOARD, Some(now()));
        assert_eq!(ended(&polls), [Over::Walked]);
    }
}
