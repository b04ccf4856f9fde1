//! People who post: at random, by the hour of the day and the day of the week.

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};

use super::seed::Rng;
use super::site::zone;

/// When a board's people are awake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// From eight to one in the morning, most in the evening; every day.
    Community,
    /// Working days from nine to six.
    Office,
    /// Within the first two hours of a working day.
    Mornings,
    /// At any hour.
    Always,
}

impl Habit {
    /// Relative to the busiest hour.
    fn share(self, at: Timestamp) -> f64 {
        let local = at.to_zoned_datetime(zone());
        let hour = local.hour();
        let weekend = matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday);
        match self {
            Self::Community => match hour {
                1..=7 => 0.0,
                8..=17 => 0.6,
                _ => 1.0,
            },
            Self::Office if weekend || !(9..18).contains(&hour) => 0.0,
            Self::Mornings if weekend || !(9..11).contains(&hour) => 0.0,
            Self::Office | Self::Mornings | Self::Always => 1.0,
        }
    }
}

/// Posts that come one by one: a Poisson process, thinned by the hour.
pub struct Posting {
    rng: Rng,
    habit: Habit,
    /// In the busiest hour.
    per_hour: f64,
    next: Timestamp,
    /// Nobody posts within these.
    pub silent: Vec<(Timestamp, Timestamp)>,
}

impl Posting {
    pub fn new(seed: u64, habit: Habit, per_hour: f64, from: Timestamp) -> Self {
        Self {
            rng: Rng::new(seed),
            habit,
            per_hour,
            next: from,
            silent: Vec::new(),
        }
    }

    /// How many posts were written up to `now`, since this was last asked.
    pub fn until(&mut self, now: Timestamp) -> usize {
        let mut n_posts = 0;
        while self.next <= now {
            let at = self.next;
            let is_silent = self
                .silent
                .iter()
                .any(|(from, to)| (*from..*to).contains(&at));
            if !is_silent && self.unit() < self.habit.share(at) && at > Timestamp::UNIX_EPOCH {
                n_posts += 1;
            }
            let hours = -(1.0 - self.unit()).ln() / self.per_hour;
            let ms = (hours * 3_600_000.0).max(1.0) as i64;
            self.next = at + SignedDuration::from_millis(ms);
        }
        n_posts
    }

    /// In [0, 1).
    fn unit(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
