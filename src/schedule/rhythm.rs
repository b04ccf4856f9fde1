//! How often does a board post, and at which hours? In: how many new posts each poll found. Out: the rate that is to
//! be expected at a moment.
//!
//! Counts with forgetting under a Gamma prior; the week's pattern comes from [`super::pattern`]. The time since the
//! last poll counts by the pattern, or quiet nights would pull the rate down.

use serde::{Deserialize, Serialize};

use super::week::{DAY_S, HOUR_S, N_DAYS, N_HOUR_SLOTS, WeekClock};

/// Before anything is known: eight posts a day, worth 0.4 posts of evidence. So a silent board is asked less and less,
/// and never starved.
const PRIOR_POSTS: f64 = 0.4;
const PRIOR_PER_S: f64 = 8.0 / DAY_S;
/// Half-lives of the memories, from long to short. The long one holds the steady rate; a shorter one is believed
/// while it contradicts the one before it.
const HALF_LIVES_S: [f64; 4] = [10.0 * DAY_S, DAY_S, 8.0 * HOUR_S, 2.5 * HOUR_S];
/// A contradiction: this many standard errors, widened by how bursty the board is.
const CONTRADICTION: f64 = 3.0;
/// The pattern is remembered longer than the rate: it changes with seasons.
const PATTERN_HALF_LIFE_S: f64 = 28.0 * DAY_S;
/// After a longer gap in polling nothing is learnt from the count: when the posts came is anyone's guess.
const LONGEST_LESSON_S: f64 = 8.0 * DAY_S;
/// Expected posts over which a count is compared with its expectation to tell how bursty a board is.
const BLOCK_POSTS: f64 = 2.0;
/// Burstiness (variance over mean) before anything is known of any board. A board's own blocks are held against what is
/// typical of all boards, and that against this; what they are worth in blocks.
const PRIOR_DISPERSION: f64 = 1.5;
const PRIOR_DISPERSION_BLOCKS: f64 = 4.0;
/// One block tells no more than this: a jump of the rate is not burstiness.
const MOST_SURPRISE: f64 = 25.0;
/// Blocks are forgotten at this rate.
const BLOCK_MEMORY: f64 = 0.98;
const MOST_DISPERSION: f64 = 8.0;

/// Relative rates: by hour (working days, weekend) and by day. Their mean over a week is 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct WeekPattern {
    pub(super) hours: Vec<f64>,
    pub(super) days: Vec<f64>,
}

impl WeekPattern {
    pub(super) fn flat() -> Self {
        Self {
            hours: vec![1.0; N_HOUR_SLOTS],
            days: vec![1.0; N_DAYS],
        }
    }

    pub(super) fn at(&self, hour: usize, day: usize) -> f64 {
        self.hours[hour] * self.days[day]
    }

    /// Brings the mean over the week to 1.
    pub(super) fn normalised(mut self) -> Self {
        let mut sum = 0.0;
        for day in 0..N_DAYS {
            let first = if day >= 5 { 24 } else { 0 };
            sum += self.hours[first..first + 24].iter().sum::<f64>() * self.days[day];
        }
        let mean = sum / 168.0;
        if mean > 0.0 && mean.is_finite() {
            self.hours.iter_mut().for_each(|factor| *factor /= mean);
        }
        self
    }

    /// Whether it came out of a store whole.
    fn is_sound(&self) -> bool {
        let good = |factors: &[f64]| factors.iter().all(|f| f.is_finite() && *f > 0.0);
        self.hours.len() == N_HOUR_SLOTS
            && self.days.len() == N_DAYS
            && good(&self.hours)
            && good(&self.days)
    }
}

/// Posts, and the time in which they came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Memory {
    posts: f64,
    exposure_s: f64,
}

/// What is known of one board. Small and bounded: about a hundred numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Rhythm {
    memories: [Memory; HALF_LIVES_S.len()],
    /// Sum of squared surprises, and of how many blocks.
    surprise: f64,
    n_blocks: f64,
    /// Burstiness of all boards together.
    #[serde(default = "prior_dispersion")]
    typical_dispersion: f64,
    /// The block that is being filled.
    block_posts: f64,
    block_expected: f64,
    /// Posts by hour, and how many a flat day would have brought; likewise by day.
    pub(super) hour_posts: Vec<f64>,
    pub(super) hour_expected: Vec<f64>,
    pub(super) day_posts: Vec<f64>,
    pub(super) day_expected: Vec<f64>,
    pub(super) pattern: WeekPattern,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            memories: [Memory::default(); HALF_LIVES_S.len()],
            surprise: 0.0,
            n_blocks: 0.0,
            typical_dispersion: PRIOR_DISPERSION,
            block_posts: 0.0,
            block_expected: 0.0,
            hour_posts: vec![0.0; N_HOUR_SLOTS],
            hour_expected: vec![0.0; N_HOUR_SLOTS],
            day_posts: vec![0.0; N_DAYS],
            day_expected: vec![0.0; N_DAYS],
            pattern: WeekPattern::flat(),
        }
    }
}

impl Rhythm {
    /// Whether it came out of a store whole.
    pub(super) fn is_sound(&self) -> bool {
        let good = |numbers: &[f64], len: usize| {
            numbers.len() == len && numbers.iter().all(|n| n.is_finite() && *n >= 0.0)
        };
        let memories = self.memories.iter();
        memories
            .clone()
            .all(|memory| good(&[memory.posts, memory.exposure_s], 2))
            && good(
                &[
                    self.surprise,
                    self.n_blocks,
                    self.typical_dispersion,
                    self.block_posts,
                    self.block_expected,
                ],
                5,
            )
            && good(&self.hour_posts, N_HOUR_SLOTS)
            && good(&self.hour_expected, N_HOUR_SLOTS)
            && good(&self.day_posts, N_DAYS)
            && good(&self.day_expected, N_DAYS)
            && self.pattern.is_sound()
    }

    /// Takes in that `n_new` posts came between two polls.
    pub(super) fn learn(&mut self, clock: &WeekClock, from_s: f64, to_s: f64, n_new: u32) {
        let elapsed_s = to_s - from_s;
        if !(elapsed_s > 0.0 && elapsed_s <= LONGEST_LESSON_S) {
            return;
        }
        let n_new = f64::from(n_new);
        let rate_per_s = self.rate_per_s();
        let mut mass_s = 0.0;
        for stretch in clock.stretches(from_s, to_s) {
            mass_s += stretch.length_s * self.pattern.at(stretch.hour, stretch.day);
        }
        let keep = 0.5_f64.powf(elapsed_s / PATTERN_HALF_LIFE_S);
        for numbers in [
            &mut self.hour_posts,
            &mut self.hour_expected,
            &mut self.day_posts,
            &mut self.day_expected,
        ] {
            numbers.iter_mut().for_each(|number| *number *= keep);
        }
        for stretch in clock.stretches(from_s, to_s) {
            let (hour, day) = (stretch.hour, stretch.day);
            let share = n_new * stretch.length_s * self.pattern.at(hour, day)
                / mass_s.max(f64::MIN_POSITIVE);
            let flat = rate_per_s * stretch.length_s;
            self.hour_posts[hour] += share;
            self.hour_expected[hour] += flat * self.pattern.days[day];
            self.day_posts[day] += share;
            self.day_expected[day] += flat * self.pattern.hours[hour];
        }
        self.be_surprised(n_new, rate_per_s * mass_s);
        for (memory, half_life_s) in self.memories.iter_mut().zip(HALF_LIVES_S) {
            let keep = 0.5_f64.powf(elapsed_s / half_life_s);
            memory.posts = memory.posts * keep + n_new;
            memory.exposure_s = memory.exposure_s * keep + mass_s;
        }
    }

    fn be_surprised(&mut self, n_new: f64, expected: f64) {
        self.block_posts += n_new;
        self.block_expected += expected;
        if self.block_expected < BLOCK_POSTS {
            return;
        }
        let off = self.block_posts - self.block_expected;
        self.surprise =
            self.surprise * BLOCK_MEMORY + (off * off / self.block_expected).min(MOST_SURPRISE);
        self.n_blocks = self.n_blocks * BLOCK_MEMORY + 1.0;
        self.block_posts = 0.0;
        self.block_expected = 0.0;
    }

    /// Variance over mean of counts: 1 where posts come one by one.
    pub(super) fn dispersion(&self) -> f64 {
        held_against(self.typical_dispersion, self.surprise, self.n_blocks)
    }

    /// Learns what is typical of all boards.
    pub(super) fn compare(rhythms: &mut [&mut Rhythm]) {
        let (mut surprise, mut n_blocks) = (0.0, 0.0);
        for rhythm in rhythms.iter() {
            // A busy board has no more say than a quiet one that is known as well.
            let worth = 1.0 / (rhythm.n_blocks + PRIOR_DISPERSION_BLOCKS);
            surprise += worth * rhythm.surprise;
            n_blocks += worth * rhythm.n_blocks;
        }
        let typical = held_against(PRIOR_DISPERSION, surprise, n_blocks);
        for rhythm in rhythms.iter_mut() {
            rhythm.typical_dispersion = typical;
        }
    }

    /// Posts a second, averaged over a week.
    pub(super) fn rate_per_s(&self) -> f64 {
        let dispersion = self.dispersion();
        let mut rate = posterior_per_s(self.memories[0]);
        for memory in &self.memories[1..] {
            let expected = rate * memory.exposure_s;
            let error = (dispersion * expected.max(memory.posts * 0.25).max(0.5)).sqrt();
            if (memory.posts - expected).abs() > CONTRADICTION * error {
                rate = posterior_per_s(*memory);
            }
        }
        rate
    }

    /// Posts a second at an hour of the week.
    pub(super) fn rate_at(&self, rate_per_s: f64, hour: usize, day: usize) -> f64 {
        rate_per_s * self.pattern.at(hour, day)
    }

    /// When the waiting of the posts that came since `from_s` (in post-seconds) is expected to reach `price`, but not
    /// after `latest_s`.
    ///
    /// Best where the rate stays. With true rates, polls planned for eight intervals ahead have 2 to 3 % less delay under a
    /// budget of a poll an hour; with learnt ones half a hundredth less, and as much more on boards that post in batches,
    /// whose learnt hours have softer edges than the true ones.
    pub(super) fn reaches(&self, clock: &WeekClock, from_s: f64, price: f64, latest_s: f64) -> f64 {
        let rate_per_s = self.rate_per_s();
        let (mut at_s, mut n_waiting, mut waited) = (from_s, 0.0_f64, 0.0_f64);
        while at_s < latest_s {
            let stretch = clock.rest_of_hour(at_s);
            let rate = self.rate_at(rate_per_s, stretch.hour, stretch.day);
            let length_s = stretch.length_s;
            let gathered = waited + length_s * (n_waiting + rate * length_s / 2.0);
            if gathered >= price {
                // Solve waited + n·x + rate·x²/2 = price for x, in the form that does not cancel.
                let missing = price - waited;
                let root = (n_waiting * n_waiting + 2.0 * rate * missing).sqrt();
                return (at_s + 2.0 * missing / (n_waiting + root)).min(latest_s);
            }
            waited = gathered;
            n_waiting += rate * length_s;
            at_s += length_s;
        }
        latest_s
    }

    /// Posts expected between two moments.
    pub(super) fn expected(&self, clock: &WeekClock, from_s: f64, to_s: f64) -> f64 {
        let rate = self.rate_per_s();
        clock
            .stretches(from_s, to_s)
            .map(|stretch| stretch.length_s * self.rate_at(rate, stretch.hour, stretch.day))
            .sum()
    }
}

fn prior_dispersion() -> f64 {
    PRIOR_DISPERSION
}

fn held_against(prior: f64, surprise: f64, n_blocks: f64) -> f64 {
    let blocks = n_blocks + PRIOR_DISPERSION_BLOCKS;
    ((surprise + prior * PRIOR_DISPERSION_BLOCKS) / blocks).clamp(1.0, MOST_DISPERSION)
}

fn posterior_per_s(memory: Memory) -> f64 {
    (memory.posts + PRIOR_POSTS) / (memory.exposure_s + PRIOR_POSTS / PRIOR_PER_S)
}
