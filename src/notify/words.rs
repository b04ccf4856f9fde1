//! Events in words, for chats and mail.

use jiff::Timestamp;

use crate::config::{Field, NotifyKind, NotifyOptions, Piece, Template};
use crate::model::{EventKind, steers};
use crate::store::EventRecord;

/// What a message of these events is called for machines.
pub(super) fn type_of(events: &[EventRecord]) -> String {
    match events {
        [one] if one.article.is_none() => format!("board.{}", one.kind.as_str()),
        [one] => format!("article.{}", one.kind.as_str()),
        _ => "digest".to_owned(),
    }
}

/// UTF-16 units, as Telegram and Discord count, that a chat takes in one message (core.telegram.org/bots/api,
/// sendMessage; Discord's "Execute Webhook"; Slack's "chat.postMessage" advises 4,000).
fn max_units(kind: NotifyKind) -> usize {
    match kind {
        NotifyKind::Telegram => 4_096,
        NotifyKind::Slack => 4_000,
        NotifyKind::Discord | NotifyKind::Webhook => 2_000,
        // A mail takes megabytes; nobody reads them.
        NotifyKind::Email => 100_000,
    }
}

/// UTF-16 units of a subject: mailboxes show less.
const SUBJECT_UNITS: usize = 120;

/// What a mail of these events is about: the first of them, and how many others there are.
pub(super) fn subject(events: &[EventRecord]) -> String {
    let Some(first) = events.first() else {
        return "boardwalk".to_owned();
    };
    let kind = in_words(first.kind);
    let about = first
        .article
        .as_ref()
        .map_or(first.note.as_deref().unwrap_or_default(), |article| {
            &article.title
        });
    let (board, about) = (one_line(&first.board), one_line(about));
    let line = cut(&format!("{kind}: {board}: {about}"), SUBJECT_UNITS);
    match events.len() - 1 {
        0 => line,
        n_more => format!("{line} and {n_more} more"),
    }
}

/// A line an event, as many as fit.
pub(super) fn text(options: &NotifyOptions, events: &[EventRecord]) -> String {
    // Room for what says how many are left out.
    let room = max_units(options.kind) - 40;
    let mut text = String::new();
    let mut n_units = 0;
    for (n_told, event) in events.iter().enumerate() {
        let line = match &options.template {
            Some(template) => filled(template, event),
            None => plain(event),
        };
        let line = cut(&line, room);
        n_units += line.encode_utf16().count() + 1;
        if n_told > 0 && n_units > room {
            text.push_str(&format!("\n… and {} more", events.len() - n_told));
            break;
        }
        if n_told > 0 {
            text.push('\n');
        }
        text.push_str(&line);
    }
    text
}

fn cut(line: &str, max_units: usize) -> String {
    let mut n_units = 0;
    let too_much = |(_, c): &(usize, char)| {
        n_units += c.len_utf16();
        n_units > max_units
    };
    match line.char_indices().find(too_much) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

fn plain(event: &EventRecord) -> String {
    let (kind, board) = (in_words(event.kind), one_line(&event.board));
    let note = event.note.as_deref().map(one_line);
    match (&event.article, note) {
        (None, note) => format!("{kind}: {board}: {}", note.unwrap_or_default()),
        (Some(article), note) => {
            let note = note.map(|note| format!(" ({note})")).unwrap_or_default();
            let (title, url) = (one_line(&article.title), one_line(&article.url));
            format!("{kind}: {board}: {title}{note} {url}")
        }
    }
}

fn filled(template: &Template, event: &EventRecord) -> String {
    let pieces = template.pieces().iter().map(|piece| match piece {
        Piece::Words(words) => words.clone(),
        Piece::Field(field) => field_of(*field, event),
    });
    pieces.collect()
}

fn field_of(field: Field, event: &EventRecord) -> String {
    let article = event.article.as_ref();
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let words = match field {
        Field::Kind => in_words(event.kind),
        Field::Board => &event.board,
        Field::Note => event.note.as_deref().unwrap_or_default(),
        Field::Title => article.map_or("", |article| &article.title),
        Field::Url => article.map_or("", |article| &article.url),
        Field::Text => article.map_or("", |article| &article.text),
        Field::Author => article
            .and_then(|article| article.author.as_deref())
            .unwrap_or_default(),
        Field::At => return moment(Some(event.at)),
        Field::Posted => return moment(article.and_then(|article| article.posted_at)),
    };
    one_line(words)
}

fn in_words(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Stored => "new",
        other => other.as_str(),
    }
}

/// What a board says cannot begin a line of its own, nor turn around what stands behind it (Unicode, bidirectional
/// controls).
fn one_line(text: &str) -> String {
    let text: String = text
        .chars()
        .filter(|c| !steers(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
