//! What a crawl did, in words.

use std::io::Write;

use crate::crawl::{BoardReport, CrawlReport, Finish};
use crate::outputs::number::counted;
use crate::outputs::terminal;

/// Prints the summary to the standard output, hints to the standard error stream.
///
/// # Errors
/// Where the output cannot be written.
pub(super) fn print(report: &CrawlReport) -> std::io::Result<()> {
    let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
    for board in &report.boards {
        write_board(&mut out, board)?;
    }
    writeln!(
        out,
        "{} in {}; {}",
        counted(report.n_requests, "request"),
        duration(report.duration_s),
        report.database
    )?;
    out.flush()?;
    let finish = match report.finish {
        Finish::Done => None,
        Finish::Partial => Some("not everything could be read"),
        Finish::Nothing => Some("nothing could be crawled"),
        Finish::Interrupted => Some("interrupted; nothing is lost"),
    };
    if let Some(finish) = finish {
        anstream::eprintln!("{finish}");
    }
    for hint in &report.hints {
        anstream::eprintln!("hint: {}", terminal::line(hint));
    }
    Ok(())
}

fn write_board(out: &mut impl Write, board: &BoardReport) -> std::io::Result<()> {
    let counts = &board.counts;
    let name = terminal::line(&board.name);
    if let Some(trouble) = &board.trouble {
        // Some causes begin with the URL, which is all the name an unknown board has.
        let trouble = terminal::line(trouble);
        let said = trouble
            .strip_prefix(name.as_ref() as &str)
            .unwrap_or(&trouble);
        writeln!(out, "{name}: {}", said.trim_start_matches([':', ' ']))?;
    }
    if let Some(repaired) = &board.repaired {
        writeln!(out, "{name}: {}", terminal::line(repaired))?;
    }
    if let Some(misfit) = &board.misfit {
        for line in &misfit.difference {
            writeln!(out, "  {}", terminal::line(line))?;
        }
    }
    let Some(profile) = &board.profile else {
        return Ok(());
    };
    let walk = match board.walk {
        Some("complete") => "walked to the end",
        Some("caught up") => "walked until nothing was new",
        Some("limit") => "walked to the limit that was set",
        Some(_) => "walk stopped",
        None => "walk not finished",
    };
    let mut parts = vec![
        format!("{} new", counts.n_new),
        format!("{} stored", counts.n_stored),
    ];
    for (n, word) in [
        (counts.n_changed, "changed"),
        (counts.n_duplicates, "with a text already known"),
        (counts.n_restricted, "restricted"),
        (counts.n_gone, "gone"),
        (counts.n_failed, "failed"),
        (board.n_unconfirmed, "said to be gone or closed"),
        (board.n_queued - board.n_unconfirmed, "still queued"),
    ] {
        if n > 0 {
            parts.push(format!("{n} {word}"));
        }
    }
    if board.n_gaps > 0 {
        parts.push(counted(board.n_gaps, "gap"));
    }
    writeln!(
        out,
        "{name} ({}): {walk}, {}; {}",
        terminal::line(profile),
        counted(counts.n_listing_pages, "listing page"),
        parts.join(", ")
    )
}

/// `4.2 s`, `3 min 20 s`, `2 h 5 min`.
fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3_600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3_600, whole % 3_600 / 60),
    }
}
