//! How long between two requests to a host? In: answers, refusals, response times. Out: an interval.
//! Pure: reads no clock, sends nothing.

use std::time::Duration;

use super::Pace;

/// A robots file that asks for more is obeyed up to here: at 60 s a board of 10,000 articles takes a week.
pub(crate) const MAX_CRAWL_DELAY: Duration = Duration::from_secs(60);
/// Answers in a row without a refusal after which a slowed host gets a tenth of its pace back.
const SUCCESSES_PER_STEP: u32 = 20;
/// Below this, a slow answer is no sign of load.
const SLOW_SECONDS: f64 = 1.0;
/// Weight of the newest answer in the recent mean: the last five or so count.
const RECENT_WEIGHT: f64 = 0.3;
/// The long-run mean is a plain mean up to this many answers, then forgets as slowly as this.
const LONG_RUN: u32 = 500;
/// A host whose waits are too short for a clock still has its requests counted by the limiter.
const LEAST_INTERVAL: Duration = Duration::from_micros(1);

/// Response times: a recent mean against the long-run mean.
#[derive(Debug, Default)]
struct Latency {
    recent_s: f64,
    mean_s: f64,
    n: u32,
}

impl Latency {
    /// True if answers have become slow.
    fn add(&mut self, took: Duration) -> bool {
        let took_s = took.as_secs_f64();
        self.n = (self.n + 1).min(LONG_RUN);
        if self.n == 1 {
            self.recent_s = took_s;
        }
        self.recent_s += RECENT_WEIGHT * (took_s - self.recent_s);
        self.mean_s += (took_s - self.mean_s) / f64::from(self.n);
        self.recent_s > 2.0 * self.mean_s && self.recent_s > SLOW_SECONDS
    }
}

/// The interval of one host, and what moves it.
#[derive(Debug)]
pub(crate) struct Throttle {
    configured: Duration,
    max: Duration,
    crawl_delay: Duration,
    current: Duration,
    n_successes: u32,
    /// Answers still to come before slowness is acted on again, so that one slow spell slows us once.
    n_deaf: u32,
    latency: Latency,
}

impl Throttle {
    pub(crate) fn new(pace: &Pace) -> Self {
        let configured = pace.min_interval.max(LEAST_INTERVAL);
        Self {
            configured,
            max: pace.max_interval.max(configured),
            crawl_delay: Duration::ZERO,
            current: configured,
            n_successes: 0,
            n_deaf: 0,
            latency: Latency::default(),
        }
    }

    pub(crate) fn interval(&self) -> Duration {
        self.current
    }

    /// The pace aimed at: what the operator allows, and no more than what the robots file asks.
    pub(crate) fn floor(&self) -> Duration {
        self.configured.max(self.crawl_delay)
    }

    /// What the robots file asks for, capped; `None` if it asks for nothing. Returns the delay now in force.
    pub(crate) fn set_crawl_delay(&mut self, delay: Option<Duration>) -> Duration {
        let was_at_floor = self.current == self.floor();
        self.crawl_delay = delay.unwrap_or_default().min(MAX_CRAWL_DELAY);
        self.current = if was_at_floor {
            self.floor()
        } else {
            self.current.max(self.floor())
        };
        self.crawl_delay
    }

    /// The host refused (429, 503).
    pub(crate) fn refused(&mut self) {
        self.slow_by(2.0);
    }

    /// The host answered; `took` until the header came.
    pub(crate) fn answered(&mut self, took: Duration) {
        let slow = self.latency.add(took);
        self.n_deaf = self.n_deaf.saturating_sub(1);
        if slow && self.n_deaf == 0 {
            self.slow_by(1.5);
            self.n_deaf = SUCCESSES_PER_STEP;
            return;
        }
        self.n_successes += 1;
        if self.n_successes >= SUCCESSES_PER_STEP {
            self.n_successes = 0;
            self.current = self.current.mul_f64(0.9).max(self.floor());
        }
    }

    fn slow_by(&mut self, factor: f64) {
        let max = self.max.max(self.floor());
        self.current = self.current.mul_f64(factor).min(max);
        self.n_successes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const QUICK: Duration = Duration::from_millis(50);

    fn throttle() -> Throttle {
        Throttle::new(&Pace {
            min_interval: SECOND,
            max_connections: 2,
            max_interval: SECOND * 30,
        })
    }

    #[test]
    fn a_refusal_doubles_the_interval_up_to_the_maximum() {
        let mut throttle = throttle();
        let mut seen = Vec::new();
        for _ in 0..7 {
            throttle.refused();
            seen.push(throttle.interval().as_secs());
        }
        assert_eq!(seen, [2, 4, 8, 16, 30, 30, 30]);
    }

    #[test]
    fn twenty_answers_give_a_tenth_back_and_never_more_than_configured() {
        let mut throttle = throttle();
        throttle.refused();
        for _ in 0..19 {
            throttle.answered(QUICK);
        }
        assert_eq!(throttle.interval(), SECOND * 2);
        throttle.answered(QUICK);
        assert_eq!(throttle.interval(), Duration::from_millis(1800));
        for _ in 0..1_000 {
            throttle.answered(QUICK);
        }
        assert_eq!(throttle.interval(), SECOND);
    }

    #[test]
    fn crawl_delay_raises_the_interval_up_to_a_minute_and_never_lowers_it() {
        let mut throttle = throttle();
        throttle.set_crawl_delay(Some(SECOND * 7));
        assert_eq!(throttle.interval(), SECOND * 7);
        throttle.set_crawl_delay(Some(SECOND * 86_400));
        assert_eq!(throttle.interval(), SECOND * 60);
        throttle.set_crawl_delay(Some(Duration::from_millis(1)));
        assert_eq!(throttle.interval(), SECOND);
        throttle.refused();
        throttle.set_crawl_delay(None);
        assert_eq!(
            throttle.interval(),
            SECOND * 2,
            "a back-off outlives the file"
        );
    }

    #[test]
    fn rising_response_times_slow_us_once_a_spell() {
        let mut throttle = throttle();
        for _ in 0..100 {
            throttle.answered(QUICK);
        }
        for _ in 0..10 {
            throttle.answered(SECOND * 3);
        }
        assert_eq!(throttle.interval(), Duration::from_millis(1500));
    }

    #[test]
    fn a_host_that_was_always_slow_is_not_slowed_further() {
        let mut throttle = throttle();
        for _ in 0..200 {
            throttle.answered(SECOND * 3);
        }
        assert_eq!(throttle.interval(), SECOND);
    }
}
