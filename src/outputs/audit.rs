//! An audit as a person reads it: what is held, whether that is proven, by month, and each hole.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::columns::pad_left;
use super::number::{counted, grouped as number};
use super::{moment, terminal};
use crate::health::audit::{Audit, Counts, Held, Hole, HoleReason, Proof};
use crate::health::confirm::Verdict;

const BOLD: Style = Style::new().bold();
const WARNING: Style = AnsiColor::Yellow.on_default();

/// # Errors
/// The writer's.
pub fn write_text(audit: &Audit, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let held = &audit.held;
    writeln!(out, "{BOLD}{}{BOLD:#}", terminal::line(&audit.board))?;
    let listed = match audit.n_posts {
        Some(n) => format!("{} of {} listed", number(held.n_listed), counted(n, "post")),
        None => format!("{} listed", counted(held.n_listed, "post")),
    };
    writeln!(out, "  {listed}; {}", states(held))?;
    writeln!(out, "  {}", proof(audit, zone))?;
    if let Some(n) = audit.n_unexplained.filter(|n| *n != 0) {
        let what = match n > 0 {
            true => "entered unseen",
            false => "vanished from the list, to be looked for",
        };
        let posts = counted(n.unsigned_abs(), "post");
        writeln!(out, "  {WARNING}{posts} {what}{WARNING:#}")?;
    }
    if audit.n_suspects > 0 {
        let articles = counted(audit.n_suspects, "article");
        writeln!(
            out,
            "  {articles} left the list; what is at their own addresses is not known yet"
        )?;
    }
    if let Some(verdict) = audit.verdict {
        writeln!(out, "  {WARNING}{}{WARNING:#}", verdict_text(verdict))?;
    }
    if !audit.months.is_empty() {
        writeln!(
            out,
            "\n  MONTH     LISTED   STORED  PENDING  RESTRICTED  FAILED     GONE  UNLISTED"
        )?;
    }
    for month in &audit.months {
        let held = &month.held;
        writeln!(
            out,
            "  {:<7} {} {} {} {} {} {} {}",
            terminal::line(&month.month),
            pad_left(&number(held.n_listed), 8),
            pad_left(&number(held.n_stored), 8),
            pad_left(&number(held.n_pending), 8),
            pad_left(&number(held.n_restricted), 11),
            pad_left(&number(held.n_failed), 7),
            pad_left(&number(held.n_gone), 8),
            pad_left(&number(held.n_unlisted), 9),
        )?;
    }
    if !audit.holes.is_empty() {
        writeln!(out, "\n  holes:")?;
    }
    for hole in &audit.holes {
        writeln!(out, "  {}", hole_text(hole, zone))?;
    }
    let mut holes = audit.holes.iter();
    let can_close = holes.any(|hole| hole.reason != HoleReason::Hidden);
    match (can_close, audit.repairing) {
        (true, true) => writeln!(out, "  the next crawl reads what it can of them"),
        (true, false) => writeln!(out, "  --repair has the next crawl close them"),
        (false, _) => Ok(()),
    }
}

fn states(held: &Held) -> String {
    let mut words = vec![format!("{} stored", number(held.n_stored))];
    for (n, word) in [
        (held.n_restricted, "restricted"),
        (held.n_pending, "pending"),
        (held.n_failed, "failed"),
        (held.n_gone, "gone"),
        (held.n_unlisted, "there, but not listed"),
    ] {
        if n > 0 {
            words.push(format!("{} {word}", number(n)));
        }
    }
    words.join(", ")
}

fn proof(audit: &Audit, zone: &TimeZone) -> String {
    let counts = match audit.column_counts {
        Counts::Posts => "ranks count the posts",
        Counts::PostsAndNotices => "ranks count posts and notices",
        Counts::HiddenToo => "ranks count posts that the list does not show, too",
        Counts::Threads => "ranks count threads, not the replies in them",
        Counts::Otherwise => "ranks do not count from 1",
        Counts::Nothing => "the board shows no ranks",
    };
    let since = audit.whole_at.map_or_else(
        || "no pass has accounted for all of them yet".to_owned(),
        |at| match audit.n_unknown {
            None | Some(0) => format!("all accounted for at {}", moment::short(at, zone)),
            Some(_) => format!(
                "the ranks agreed with what is known at {}",
                moment::short(at, zone)
            ),
        },
    );
    match audit.proof {
        Proof::Proven if audit.holes.is_empty() => format!("proven: {counts}; {since}"),
        Proof::Proven => format!("proven but for the holes below: {counts}; {since}"),
        Proof::NotYet => format!("not proven yet: {counts}; {since}"),
        Proof::NotProvable => {
            format!("not provable: {counts}, so only joins between pages tell what was missed")
        }
    }
}

fn verdict_text(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Doubtful => {
            "very many articles left the list at once: a few of them are asked before any is called gone"
        }
        Verdict::Reset => {
            "very many articles left the list at once and are still there: the list was cut or set up anew"
        }
        Verdict::Renumbered => "all ranks shifted alike: the board was renumbered",
    }
}

fn hole_text(hole: &Hole, zone: &TimeZone) -> String {
    let ranks = match hole.newest_rank == hole.oldest_rank {
        true => format!("rank {}", number(hole.newest_rank)),
        false => format!(
            "ranks {} to {}",
            number(hole.newest_rank),
            number(hole.oldest_rank)
        ),
    };
    let posts = counted(hole.n_posts, "post");
    let day = |at: Timestamp| moment::short(at, zone);
    let when = match (hole.after, hole.before) {
        (Some(after), Some(before)) => {
            format!(", posted between {} and {}", day(after), day(before))
        }
        (None, Some(before)) => format!(", posted before {}", day(before)),
        (Some(after), None) => format!(", posted after {}", day(after)),
        (None, None) => String::new(),
    };
    let why = match hole.reason {
        HoleReason::Unread => "a page there could not be read",
        HoleReason::Torn => "rows shifted while it was walked",
        HoleReason::Limit => "a limit ended the walk before it",
        HoleReason::NeverRead => "no pass has been there",
        HoleReason::Hidden => "the list jumps over them",
    };
    format!("{ranks} ({posts}{when}): {why}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::audit::{Facts, audit};
    use crate::health::ledger::Numbering;

    fn text(facts: Facts) -> String {
        let mut out = Vec::new();
        write_text(
            &audit(facts),
            &TimeZone::UTC,
            &mut anstream::StripStream::new(&mut out),
        )
        .expect("memory takes all");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn coverage_is_one_sentence() {
        let held = Held {
            n_listed: 47_181,
            n_stored: 46_980,
            n_restricted: 201,
            n_gone: 32,
            ..Held::default()
        };
        let text = text(Facts {
            board: "자유게시판\u{1b}[2J".into(),
            newest_rank: Some(47_181),
            numbers: Numbering {
                n_tight: 40_000,
                ..Numbering::default()
            },
            all: held,
            months: vec![("2026-11".into(), held)],
            whole_at: Some("2026-11-20T01:02:00Z".parse().expect("a moment")),
            ..Facts::default()
        });
        let expected = "\
자유게시판
  47,181 of 47,181 posts listed; 46,980 stored, 201 restricted, 32 gone
  proven: ranks count the posts; all accounted for at 2026-11-20 01:02

  MONTH     LISTED   STORED  PENDING  RESTRICTED  FAILED     GONE  UNLISTED
  2026-11   47,181   46,980        0         201       0       32         0
";
        assert_eq!(text, expected);
    }

    #[test]
    fn holes_say_where_when_and_why() {
        let text = text(Facts {
            newest_rank: Some(100),
            numbers: Numbering {
                n_tight: 70,
                ..Numbering::default()
            },
            all: Held {
                n_listed: 80,
                ..Held::default()
            },
            holes: vec![Hole {
                n_posts: 20,
                newest_rank: 60,
                oldest_rank: 41,
                before: Some("2026-11-02T00:00:00Z".parse().expect("a moment")),
                after: None,
                reason: HoleReason::Unread,
            }],
            ..Facts::default()
        });
        assert!(
            text.contains(
                "ranks 60 to 41 (20 posts, posted before 2026-11-02 00:00): a page there could not be read"
            ),
            "{text}"
        );
        assert!(text.contains("--repair"), "{text}");
    }
}
