//! When is an article looked at again? In: when it was posted, seen, visited and changed. Out: the next visit's moment.
//!
//! Posts are edited and answered while they are young, so visits come at growing ages: an hour after the post was
//! new, six hours, a day, and so on. A change makes it young again.

use jiff::{SignedDuration, Timestamp};

/// Ages beyond the schedule's last grow by this factor: about that of the default ages, so that the visits to a post
/// grow with the logarithm of its age (ten years: four more).
const GROWTH: i32 = 3;

/// The ages at which an article is visited again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevisitSchedule {
    /// The first `n_ages` are ascending. None: never.
    ages: [SignedDuration; RevisitSchedule::MAX_AGES],
    n_ages: usize,
    /// The most that one pass visits again, those longest due first.
    pub max_per_pass: u32,
}

/// What is known of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    pub first_seen_at: Timestamp,
    pub posted_at: Option<Timestamp>,
    /// The last visit that brought its content.
    pub visited_at: Timestamp,
    /// The last visit that found its content or its comments changed.
    pub changed_at: Option<Timestamp>,
}

impl RevisitSchedule {
    /// Ages beyond this many are left out: a schedule that grows at all is past any archive's age by then.
    pub const MAX_AGES: usize = 16;

    /// Ages that are not positive are left out; order and repetition do not matter.
    pub fn new(ages: impl IntoIterator<Item = SignedDuration>, max_per_pass: u32) -> Self {
        let mut wanted: Vec<_> = ages.into_iter().filter(|age| age.is_positive()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted.truncate(Self::MAX_AGES);
        let mut ages = [SignedDuration::ZERO; Self::MAX_AGES];
        ages[..wanted.len()].copy_from_slice(&wanted);
        Self {
            ages,
            n_ages: wanted.len(),
            max_per_pass,
        }
    }

    fn ages(&self) -> &[SignedDuration] {
        &self.ages[..self.n_ages]
    }

    /// No article is visited again without a sign of change.
    pub fn off() -> Self {
        Self::new([], 0)
    }

    /// The ages, shortest first, a word each, so that a store can tell whether it was planned by the same ones.
    pub fn words(&self) -> String {
        let words: Vec<String> = self
            .ages()
            .iter()
            .map(|age| format!("{}s", age.as_secs()))
            .collect();
        words.join(" ")
    }

    /// The moment of the next visit: the first of the ages that the last visit has not covered. Never sooner after a
    /// visit than the shortest age. `None`: never.
    pub fn next_visit(&self, history: &History) -> Option<Timestamp> {
        let shortest = *self.ages().first()?;
        // A date in the future is a mistake of the page's: it cannot be newer than its first sighting.
        let posted = history
            .posted_at
            .map_or(history.first_seen_at, |at| at.min(history.first_seen_at));
        let young_at = history.changed_at.map_or(posted, |at| at.max(posted));
        let soonest = history.visited_at.checked_add(shortest).ok()?;
        let mut ages = self.ages().iter().copied();
        let mut age = ages.next()?;
        loop {
            let at = young_at.checked_add(age).ok()?;
            if at > history.visited_at {
                return Some(at.max(soonest));
            }
            age = match ages.next() {
                Some(next) => next,
                None => age.checked_mul(GROWTH)?,
            };
        }
    }

    pub fn is_due(&self, history: &History, now: Timestamp) -> bool {
        self.next_visit(history).is_some_and(|at| at <= now)
    }
}

/// An hour, six hours, a day, three, ten, thirty.
impl Default for RevisitSchedule {
    fn default() -> Self {
        Self::new(
            [1, 6, 24, 72, 240, 720].map(SignedDuration::from_hours),
            500,
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn start() -> Timestamp {
        "2026-11-24T00:00:00Z".parse().unwrap()
    }

    fn hours(n: i64) -> SignedDuration {
        SignedDuration::from_hours(n)
    }

    /// Hours after `start`.
    fn next(posted: Option<i64>, visited: i64, changed: Option<i64>) -> i64 {
        let history = History {
            first_seen_at: start(),
            posted_at: posted.map(|at| start() + hours(at)),
            visited_at: start() + hours(visited),
            changed_at: changed.map(|at| start() + hours(at)),
        };
        let at = RevisitSchedule::default().next_visit(&history).unwrap();
        at.duration_since(start()).as_hours()
    }

    #[test]
    fn visits_come_at_growing_ages() {
        let mut visited = 0;
        let mut all = Vec::new();
        for _ in 0..9 {
            visited = next(None, visited, None);
            all.push(visited);
        }
        assert_eq!(all, [1, 6, 24, 72, 240, 720, 2_160, 6_480, 19_440]);
    }

    #[test]
    fn an_old_post_is_not_young_because_we_found_it_today() {
        assert_eq!(next(Some(-5_000), 0, None), 6_480 - 5_000);
        assert_eq!(next(Some(-100), 0, None), 140);
    }

    #[test]
    fn a_change_makes_it_young_again() {
        assert_eq!(next(Some(-5_000), 50, Some(50)), 51);
        assert_eq!(next(Some(-5_000), 51, Some(50)), 56);
    }

    #[test]
    fn a_date_in_the_future_is_not_believed() {
        assert_eq!(next(Some(900), 0, None), 1);
    }

    #[test]
    fn two_visits_are_never_closer_than_the_shortest_age() {
        // The age of six hours is reached a minute after the visit.
        let history = History {
            first_seen_at: start(),
            posted_at: None,
            visited_at: start() + hours(6) - SignedDuration::from_mins(1),
            changed_at: None,
        };
        let schedule = RevisitSchedule::default();
        let at = schedule.next_visit(&history).unwrap();
        assert_eq!(at, history.visited_at + hours(1));
        assert!(!schedule.is_due(&history, at - hours(1)));
        assert!(schedule.is_due(&history, at));
    }

    #[test]
    fn nothing_is_due_where_it_is_off() {
        let history = History {
            first_seen_at: start(),
            posted_at: None,
            visited_at: start(),
            changed_at: None,
        };
        assert_eq!(RevisitSchedule::off().next_visit(&history), None);
    }

    fn moment() -> impl Strategy<Value = Timestamp> {
        (-377_705_023_201_i64..=253_402_207_200)
            .prop_map(|second| Timestamp::from_second(second).unwrap())
    }

    proptest! {
        #[test]
        fn any_history_has_its_next_visit_after_the_last(
            first_seen_at in moment(), visited_at in moment(),
            posted_at in proptest::option::of(moment()), changed_at in proptest::option::of(moment()),
            ages in prop::collection::vec(-10_i64..1_000_000, 0..20),
        ) {
            let history = History { first_seen_at, posted_at, visited_at, changed_at };
            let schedule = RevisitSchedule::new(ages.iter().map(|age| SignedDuration::from_secs(*age)), 1);
            if let Some(at) = schedule.next_visit(&history) {
                let shortest = ages.iter().copied().filter(|age| *age > 0).min().unwrap();
                prop_assert!(at >= visited_at + SignedDuration::from_secs(shortest));
            }
        }
    }
}
