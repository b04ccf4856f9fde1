//! Where do log lines go, and which? In: what the command line, `BOARDWALK_LOG` and the file ask for. Out: a
//! subscriber for the whole process, writing to the standard error stream.
//!
//! Lines pass through [`stderr_writer`], which lifts progress bars out of the way first: a line must not tear them. What a
//! server says of itself (a type, an encoding) may stand in one: bidirectional controls and the like are escaped on the
//! way, as the formatters escape the controls of ASCII.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;

use indicatif::MultiProgress;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::LogFormat;
use crate::model::{escape, is_escaped};

/// What of the log is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogRequest {
    pub format: LogFormat,
    /// Levels by module; wins over `verbosity`.
    pub filter: Option<String>,
    /// -1: errors only; 0: warnings; 1: passes of boards; 2: pages; 3: everything.
    pub verbosity: i8,
}

/// The variable that holds a filter.
pub const FILTER_VARIABLE: &str = "BOARDWALK_LOG";

/// Starts logging for the whole process; a second call changes nothing.
///
/// # Errors
/// The filter cannot be read.
pub fn start(request: &LogRequest) -> Result<(), String> {
    let directives = match &request.filter {
        Some(filter) => filter.as_str(),
        None => by_verbosity(request.verbosity),
    };
    let filter = EnvFilter::builder()
        .parse(directives)
        .map_err(|error| format!("the log filter `{directives}` cannot be read: {error}"))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr_writer());
    let started = match request.format {
        LogFormat::Text => builder.with_ansi(colours()).try_init(),
        LogFormat::Json => builder.json().with_ansi(false).try_init(),
    };
    // Only tests start twice in one process; the first subscriber stays.
    drop(started);
    Ok(())
}

/// Other libraries are held to warnings until everything is asked for.
fn by_verbosity(verbosity: i8) -> &'static str {
    match verbosity {
        ..=-1 => "error",
        0 => "warn",
        1 => "warn,boardwalk=info",
        2 => "warn,boardwalk=debug",
        _ => "info,boardwalk=trace",
    }
}

fn colours() -> bool {
    let stderr = io::stderr();
    stderr.is_terminal() && anstream::AutoStream::choice(&stderr) != anstream::ColorChoice::Never
}

/// The bars on the terminal, while there are any.
static BARS: Mutex<Option<MultiProgress>> = Mutex::new(None);

/// From now on lines are written above these bars; `None`: there are none any more.
pub fn write_above(bars: Option<MultiProgress>) {
    *BARS.lock().expect("no holder of this lock panics") = bars;
}

/// Makes writers to the standard error stream that do not tear progress bars.
pub fn stderr_writer() -> StderrWriter {
    StderrWriter
}

/// See [`stderr_writer`].
#[derive(Debug, Clone, Copy)]
pub struct StderrWriter;

impl MakeWriter<'_> for StderrWriter {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

impl Write for StderrWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let bars = BARS.lock().expect("no holder of this lock panics").clone();
        let shown = String::from_utf8_lossy(line);
        let shown = harmless(&shown);
        match bars {
            Some(bars) => bars.suspend(|| io::stderr().lock().write_all(shown.as_bytes()))?,
            None => io::stderr().lock().write_all(shown.as_bytes())?,
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

/// A line of the log with nothing in it that a terminal or a viewer acts on. Colours are ours: the formatter for people has
/// escaped those of others, and the one for programs has none.
fn harmless(line: &str) -> Cow<'_, str> {
    let acts = |c: char| is_escaped(c) && !matches!(c, '\n' | '\t' | '\u{1b}');
    if !line.contains(acts) {
        return Cow::Borrowed(line);
    }
    let mut shown = String::with_capacity(line.len() + 8);
    for c in line.chars() {
        match acts(c) {
            true => shown.push_str(&escape(c)),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_text_around_is_shown_by_its_number() {
        let line = "\u{1b}[33mWARN\u{1b}[0m 글\t\"gpj\u{202e}\u{9b}31m\u{7f}\u{2028}.exe\"\n";
        assert_eq!(
            harmless(line),
            "\u{1b}[33mWARN\u{1b}[0m 글\t\"gpj\\u202e\\u009b31m\\u007f\\u2028.exe\"\n"
        );
        assert!(matches!(harmless("글 하나\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn every_level_of_verbosity_is_a_filter() {
        for verbosity in -3..=5 {
            let directives = by_verbosity(verbosity);
            assert!(
                EnvFilter::builder().parse(directives).is_ok(),
                "{directives}"
            );
        }
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_named() {
        let request = LogRequest {
            filter: Some("boardwalk=loud".into()),
            ..LogRequest::default()
        };
        let error = start(&request).unwrap_err();
        assert!(error.contains("boardwalk=loud"), "{error}");
    }
}
