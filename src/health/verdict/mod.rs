//! How does a board do? One of six verdicts, or none: quiet, layout changed, blocked, login lost,
//! unreachable, not recognised.
//!
//! In: what a poll has shown ([`Observation`]), and how many posts its rhythm let expect ([`Expectation`]). Out: the
//! verdict after it ([`Health::judge`]), told once when it begins and once when it is over. A board that nobody posts to
//! at four in the morning is as it should be; one that always has a post every other minute, and none for an hour, is
//! not.
//!
//! It must never alarm for what a single failure explains: what a board may get over by itself must be seen twice.
//! What is learnt of a board is only learnt from polls that nothing was wrong with.

mod habit;
mod observation;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use habit::Habit;
pub use observation::{Answer, Field, Observation, Share};

/// What is wrong with a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It can be read, and nobody posts, though by its rhythm somebody should have long ago.
    Quiet,
    /// Its pages come, and do not say what they used to say where they used to say it.
    LayoutChanged,
    /// Its host does not want us: a bot check, a block page, or a demand to stay away for long.
    Blocked,
    /// Its pages are shown to members only, since then.
    LoginLost,
    /// No page comes, or one that says that there is no such board.
    Unreachable,
    /// Nobody knows how to read its pages, and they do not teach it.
    NotRecognised,
}

impl Verdict {
    pub const ALL: [Self; 6] = [
        Self::Quiet,
        Self::LayoutChanged,
        Self::Blocked,
        Self::LoginLost,
        Self::Unreachable,
        Self::NotRecognised,
    ];

    /// The word kept in the store and in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::LayoutChanged => "layout-changed",
            Self::Blocked => "blocked",
            Self::LoginLost => "login-lost",
            Self::Unreachable => "unreachable",
            Self::NotRecognised => "not-recognised",
        }
    }

    /// The inverse of [`Verdict::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|verdict| verdict.as_str() == word)
    }

    /// Polls in a row that must show it. What says so itself is believed at once.
    fn n_polls(self) -> u32 {
        match self {
            // A long silence has been many polls by then.
            Self::Quiet | Self::Blocked | Self::LoginLost => 1,
            Self::LayoutChanged | Self::Unreachable | Self::NotRecognised => 2,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Quiet => "quiet",
            Self::LayoutChanged => "layout changed",
            Self::Blocked => "blocked",
            Self::LoginLost => "login lost",
            Self::Unreachable => "unreachable",
            Self::NotRecognised => "not recognised",
        })
    }
}

/// How many posts the board's rhythm let expect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expectation {
    /// Since the poll before.
    pub n_posts: f64,
    /// Variance over mean of its counts: 1 where posts come one by one.
    pub dispersion: f64,
}

/// What a verdict rests on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// What was seen, in words.
    pub finding: String,
    pub expected_rows: Option<f64>,
    pub seen_rows: Option<u32>,
    /// New posts that were expected since the last one.
    pub expected_posts: Option<f64>,
    /// Shares of filled fields before and now, of those that fell.
    pub fields: BTreeMap<Field, (f64, f64)>,
    /// Statuses of the answers of this poll, and how many there were of each.
    pub statuses: BTreeMap<u16, u32>,
    /// The last poll that found nothing wrong.
    pub last_good_at: Option<Timestamp>,
    /// What stood where on the pages that were last understood, and what stands there now.
    pub difference: Vec<String>,
}

impl Evidence {
    /// What it says beside the finding, a line each.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let (Some(expected), Some(seen)) = (self.expected_rows, self.seen_rows) {
            lines.push(format!("{seen} rows, where about {expected:.0} are usual"));
        }
        if let Some(expected) = self.expected_posts {
            lines.push(format!(
                "new posts expected since the last one: {expected:.1}"
            ));
        }
        for (field, (before, now)) in &self.fields {
            let (before, now) = (100.0 * before, 100.0 * now);
            lines.push(format!(
                "{}: {before:.0} % before, {now:.0} % now",
                field.words()
            ));
        }
        let statuses = self.statuses.iter();
        let statuses: Vec<String> = statuses
            .map(|(status, n)| format!("{status} × {n}"))
            .collect();
        if !statuses.is_empty() {
            lines.push(format!("answers: {}", statuses.join(", ")));
        }
        lines.extend(self.difference.iter().cloned());
        lines
    }
}

/// A verdict has begun, or is over.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Alarm {
        verdict: Verdict,
        evidence: Evidence,
    },
    Recovered {
        verdict: Verdict,
        since: Timestamp,
    },
}

/// The verdict in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    pub verdict: Verdict,
    pub since: Timestamp,
    pub evidence: Evidence,
}

/// What is known of a board's health: small and bounded, kept in the store.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Health {
    pub standing: Option<Standing>,
    /// Polls in a row that showed something, and what.
    suspicion: Option<(Verdict, u32)>,
    habit: Habit,
    last_good_at: Option<Timestamp>,
    heard_at: Option<Timestamp>,
    /// The last poll that found a new post.
    last_new_at: Option<Timestamp>,
    first_poll_at: Option<Timestamp>,
    /// The longest silence that ended by itself, in posts expected over dispersion; forgotten by half in a month.
    longest_silence: f64,
    /// The silence that is going on.
    silence: Silence,
}

/// A time without new posts. What passes while the board cannot be read is no part of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Silence {
    /// That were expected.
    n_posts: f64,
    /// The same over how much their number varies.
    weight: f64,
}

/// A rhythm that had not seen a whole week when the silence began takes each weekend for a catastrophe.
const WEEK_S: i64 = 7 * 86_400;
/// A silence that a Poisson process has once in e⁹ (8,103) such stretches.
const SILENCE: f64 = 9.0;
/// And so many times the longest that was harmless before.
const LONGER_THAN_EVER: f64 = 1.5;
const HALF_LIFE_S: f64 = 30.0 * 86_400.0;

impl Health {
    /// The last poll.
    pub fn heard_at(&self) -> Option<Timestamp> {
        self.heard_at
    }

    pub fn last_good_at(&self) -> Option<Timestamp> {
        self.last_good_at
    }

    /// Takes in a poll. `expectation` is for the time since [`Health::heard_at`].
    pub fn judge(
        &mut self,
        mut seen: Observation,
        expectation: Option<Expectation>,
    ) -> Option<Change> {
        self.first_poll_at.get_or_insert(seen.at);
        self.heard_at = Some(seen.at);
        self.habit.compare_titles(&mut seen);
        let mut evidence = Evidence {
            expected_rows: self.habit.rows(),
            seen_rows: seen.n_rows,
            statuses: seen.statuses.clone(),
            last_good_at: self.last_good_at,
            difference: seen.difference.clone(),
            ..Evidence::default()
        };
        if seen.n_new > 0 {
            self.end_silence(seen.at);
        }
        let found = self
            .trouble(&seen, &mut evidence)
            .or_else(|| self.listen(&seen, expectation, &mut evidence));
        if found.is_none() {
            self.habit.learn(&seen);
            self.last_good_at = Some(seen.at);
        }
        self.conclude(found, seen.at, evidence)
    }

    /// Anything but silence.
    fn trouble(&mut self, seen: &Observation, evidence: &mut Evidence) -> Option<Verdict> {
        let (verdict, finding) = match &seen.answer {
            Answer::Blocked(why) => (Verdict::Blocked, why.clone()),
            Answer::MembersOnly(why) => (Verdict::LoginLost, why.clone()),
            Answer::NotThere(why) | Answer::None(why) => (Verdict::Unreachable, why.clone()),
            Answer::Unreadable(why) => (Verdict::LayoutChanged, why.clone()),
            Answer::Unknown(why) => (Verdict::NotRecognised, why.clone()),
            Answer::Rows => {
                let finding = seen
                    .misfit
                    .clone()
                    .or_else(|| short_walk(seen))
                    .or_else(|| self.habit.broken(seen, &mut evidence.fields))?;
                (Verdict::LayoutChanged, finding)
            }
        };
        evidence.finding = finding;
        Some(verdict)
    }

    /// Is it too quiet? Sums up what was to be expected poll by poll: a rhythm that has got used to the silence since
    /// makes it no shorter.
    fn listen(
        &mut self,
        seen: &Observation,
        expectation: Option<Expectation>,
        evidence: &mut Evidence,
    ) -> Option<Verdict> {
        let since = self.last_new_at?;
        if seen.n_new > 0 {
            return None;
        }
        if let Some(expected) = expectation {
            self.silence.n_posts += expected.n_posts;
            self.silence.weight += expected.n_posts / expected.dispersion.max(1.0);
        }
        evidence.expected_posts = Some(self.silence.n_posts);
        let known_s = since.duration_since(self.first_poll_at?).as_secs();
        let limit = SILENCE.max(LONGER_THAN_EVER * self.longest_silence);
        if known_s < WEEK_S || self.silence.weight < limit {
            return None;
        }
        evidence.finding = format!(
            "no new post since {since:.0}, where {:.0} were expected",
            self.silence.n_posts
        );
        Some(Verdict::Quiet)
    }

    fn end_silence(&mut self, at: Timestamp) {
        let passed_s = self
            .last_new_at
            .map_or(0.0, |last| at.duration_since(last).as_secs_f64());
        self.longest_silence *= 0.5_f64.powf(passed_s.max(0.0) / HALF_LIFE_S);
        // One that was alarming is no measure for those to come.
        if !self.is(Verdict::Quiet) {
            self.longest_silence = self.longest_silence.max(self.silence.weight);
        }
        self.silence = Silence::default();
        self.last_new_at = Some(at);
    }

    fn is(&self, verdict: Verdict) -> bool {
        self.standing
            .as_ref()
            .is_some_and(|standing| standing.verdict == verdict)
    }

    /// Alarms once, recovers once.
    fn conclude(
        &mut self,
        found: Option<Verdict>,
        at: Timestamp,
        evidence: Evidence,
    ) -> Option<Change> {
        let Some(verdict) = found else {
            self.suspicion = None;
            let over = self.standing.take()?;
            return Some(Change::Recovered {
                verdict: over.verdict,
                since: over.since,
            });
        };
        let n_before = match self.suspicion {
            Some((before, n_polls)) if before == verdict => n_polls,
            _ => 0,
        };
        self.suspicion = Some((verdict, n_before.saturating_add(1)));
        if self.is(verdict) || n_before + 1 < verdict.n_polls() {
            return None;
        }
        self.standing = Some(Standing {
            verdict,
            since: at,
            evidence: evidence.clone(),
        });
        Some(Change::Alarm { verdict, evidence })
    }
}

/// A walk that came to "the end" of a listing after a small part of the posts that are known to be in it.
fn short_walk(seen: &Observation) -> Option<String> {
    let walked = seen.walked_to_the_end?;
    let too_short = seen.n_listed >= 2 * walked.max(1) && seen.n_listed >= walked + 10;
    too_short.then(|| {
        format!(
            "the listing ended after {walked} rows, and {} posts are known to be in it",
            seen.n_listed
        )
    })
}
