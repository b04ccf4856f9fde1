//! Messages to the outside: who they go to, and which wait or were given up.

use std::io::{self, Write};

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{OutputError, json, moment, terminal};
use crate::model::EventKind;
use crate::store::{Archive, MessageRecord, NotifierRecord};

/// What is shown of the queue.
#[derive(Debug, Serialize)]
pub struct OutboxList {
    pub notifiers: Vec<NotifierRecord>,
    /// Those that were given up first.
    pub messages: Vec<MessageRecord>,
}

impl OutboxList {
    /// With at most `limit` messages.
    ///
    /// # Errors
    /// The store's.
    pub fn read(archive: &dyn Archive, limit: u32) -> Result<Self, OutputError> {
        Ok(Self {
            notifiers: archive.notifiers()?,
            messages: archive.messages(limit)?,
        })
    }

    /// One JSON object.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        json::write_line(self, out)
    }

    /// For people; times in `zone`.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_lines(&self, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
        for notifier in &self.notifiers {
            writeln!(out, "{}", line(notifier, zone))?;
        }
        for message in &self.messages {
            write_message(message, zone, out)?;
        }
        Ok(())
    }
}

/// A notifier in a line, for people.
pub(super) fn line(notifier: &NotifierRecord, zone: &TimeZone) -> String {
    let mut line = format!(
        "{}: {} sent, {} waiting, {} given up",
        terminal::line(&notifier.name),
        notifier.n_sent,
        notifier.n_waiting,
        notifier.n_given_up
    );
    if let Some(until) = notifier.paused_until {
        line.push_str(&format!(", rests until {}", moment::short(until, zone)));
    }
    if !notifier.configured {
        line.push_str(" (not in the service's configuration)");
    }
    line
}

fn write_message(message: &MessageRecord, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let state = match message.due_at {
        None => "given up".to_owned(),
        Some(at) => format!("due {}", moment::short(at, zone)),
    };
    let name = terminal::line(&message.notifier);
    write!(
        out,
        "  {}  {state}  {name}  {}",
        message.id,
        message.summary(EventKind::as_str)
    )?;
    if let Some(error) = &message.error {
        write!(
            out,
            "  ({} tries: {})",
            message.n_tries,
            terminal::line(error)
        )?;
    }
    writeln!(out)
}

impl MessageRecord {
    /// Its first event, and how many there are, fit for a terminal. `word` is what a kind of event is called.
    pub(super) fn summary(&self, word: impl Fn(EventKind) -> &'static str) -> String {
        let Some(first) = self.events.first() else {
            return String::new();
        };
        let about = first
            .article
            .as_ref()
            .map_or(first.note.as_deref().unwrap_or_default(), |article| {
                &article.title
            });
        let more = match self.events.len() - 1 {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        let kind = word(first.kind);
        format!(
            "{kind}: {}: {}{more}",
            terminal::line(&first.board),
            terminal::line(about)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_archive::{TestArchive, at, message};
    use super::*;

    #[test]
    fn a_line_each_says_what_waits_and_what_was_given_up() {
        let mut archive = TestArchive::with(Vec::new());
        let mut waiting = message(2, "둘째");
        waiting.due_at = Some(at("2026-11-21T01:02:00Z"));
        waiting.error = None;
        archive.messages = vec![message(1, "첫 글\u{1b}[2J"), waiting];
        let list = OutboxList::read(&archive, 10).expect("memory answers");
        let mut out = Vec::new();
        list.write_lines(&TimeZone::UTC, &mut out)
            .expect("memory takes all");
        assert_eq!(
            String::from_utf8(out).expect("UTF-8"),
            "desk: 3 sent, 0 waiting, 1 given up\n\
             desk: 3 sent, 1 waiting, 0 given up\n  \
             1  given up  desk  stored: news: 첫 글  (12 tries: answered 500)\n  \
             2  due 2026-11-21 01:02  desk  stored: news: 둘째\n"
        );
    }
}
