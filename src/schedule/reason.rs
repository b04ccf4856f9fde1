//! Why a board is due when it is, for people.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

/// When a board is due next.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// May be over: then it is due, and waits for its turn.
    pub at: Timestamp,
    pub reason: Reason,
    /// When the last poll that worked began.
    pub last_at: Option<Timestamp>,
    /// New posts that are expected by then.
    pub n_expected: f64,
    /// The board's rate, as learnt.
    pub posts_per_day: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It was never polled.
    First,
    Running,
    /// The expected waiting reaches the price of a request, in post-seconds.
    Worth {
        price: f64,
    },
    /// The expected waiting would ask for it earlier.
    LeastInterval,
    /// The expected waiting would ask for it later.
    LongestInterval,
    Every,
    Cron,
    /// It is due, but not open.
    Closed,
    /// The last polls failed.
    Retry {
        n_failures: u32,
    },
    /// Its host asked for a pause.
    AskedToWait,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("never polled before"),
            Self::Running => f.write_str("being polled"),
            Self::Worth { price } => write!(
                f,
                "by then posts are expected to have waited {}, which is worth a request",
                waited(*price)
            ),
            Self::LeastInterval => {
                f.write_str("worth a request as soon as the shortest interval is over")
            }
            Self::LongestInterval => f.write_str("quiet, and the longest interval is over"),
            Self::Every => f.write_str("its fixed interval is over"),
            Self::Cron => f.write_str("its cron expression says so"),
            Self::Closed => f.write_str("its opening hours begin"),
            Self::Retry { n_failures: 1 } => f.write_str("tried again after a failure"),
            Self::Retry { n_failures } => write!(f, "tried again after {n_failures} failures"),
            Self::AskedToWait => f.write_str("its host asked to wait until then"),
        }
    }
}

/// Post-seconds in words.
fn waited(post_seconds: f64) -> String {
    match post_seconds {
        ..1.0 => "less than a post-second".to_owned(),
        1.0..120.0 => format!("{post_seconds:.0} post-seconds"),
        _ => format!("{:.0} post-minutes", post_seconds / 60.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_told_in_a_unit_that_shows_it() {
        for (price, words) in [
            (0.01, "less than a post-second"),
            (42.0, "42 post-seconds"),
            (1_800.0, "30 post-minutes"),
        ] {
            let said = Reason::Worth { price }.to_string();
            assert!(said.contains(words), "{said}");
        }
    }
}
