//! What is told of some events, and up to which of them all is told. Pure.

use jiff::{SignedDuration, Timestamp};

use super::target::Notifier;
use crate::store::search_text::places;
use crate::store::{EventArticle, EventRecord, NewMessage};

/// Characters of a post's text in a message.
const EXCERPT_CHARS: usize = 500;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    /// The notifier goes on behind this event.
    pub last_event: i64,
    pub messages: Vec<NewMessage>,
    /// When what is being gathered is to be sent.
    pub gathering_until: Option<Timestamp>,
}

/// `events` follow each other; `more`: there are others behind them, so none of them can wait.
pub(super) fn plan(
    notifier: &Notifier,
    events: Vec<EventRecord>,
    more: bool,
    now: Timestamp,
) -> Option<Plan> {
    let mut last_event = events.last()?.id;
    let told: Vec<EventRecord> = events
        .into_iter()
        .filter(|event| is_told(notifier, event))
        .map(shortened)
        .collect();
    let mut gathering_until = None;
    let messages = match notifier.options.digest {
        None => told
            .into_iter()
            .map(|event| message(notifier, vec![event]))
            .collect(),
        Some(interval) => {
            let mut lots: Vec<Vec<EventRecord>> = told
                .chunks(notifier.options.digest_size)
                .map(<[EventRecord]>::to_vec)
                .collect();
            if let Some(open) = lots.pop_if(|lot| lot.len() < notifier.options.digest_size) {
                let until = end_of(&open, interval);
                if more || until <= now {
                    lots.push(open);
                } else {
                    // Read again when it is whole, or its time has come.
                    last_event = open.first().map_or(last_event, |first| first.id - 1);
                    gathering_until = Some(until);
                }
            }
            lots.into_iter().map(|lot| message(notifier, lot)).collect()
        }
    };
    Some(Plan {
        last_event,
        messages,
        gathering_until,
    })
}

fn end_of(lot: &[EventRecord], interval: SignedDuration) -> Timestamp {
    let began = lot.first().map_or(Timestamp::MIN, |first| first.at);
    began.saturating_add(interval).unwrap_or(Timestamp::MAX)
}

fn is_told(notifier: &Notifier, event: &EventRecord) -> bool {
    let options = &notifier.options;
    options.events.contains(&event.kind)
        && (options.boards.is_empty() || options.boards.contains(&event.board))
        && (options.backlog || !event.is_backlog)
        && event
            .article
            .as_ref()
            .is_none_or(|article| has_keyword(&options.keywords, article))
}

fn has_keyword(keywords: &[String], article: &EventArticle) -> bool {
    let has = |text: &str| !places(text, keywords).is_empty();
    keywords.is_empty() || has(&article.title) || has(&article.text)
}

fn shortened(mut event: EventRecord) -> EventRecord {
    if let Some(article) = &mut event.article
        && let Some((end, _)) = article.text.char_indices().nth(EXCERPT_CHARS)
    {
        article.text.truncate(end);
        article.text.push('…');
    }
    event
}

/// A key that these events have with this notifier, and no others.
fn message(notifier: &Notifier, events: Vec<EventRecord>) -> NewMessage {
    let mut hash = blake3::Hasher::new();
    hash.update(notifier.options.name.as_bytes());
    for event in &events {
        // The moment too: numbers begin anew in each archive.
        hash.update(format!("\n{} {}", event.id, event.at).as_bytes());
    }
    NewMessage {
        key: format!("msg_{}", &hash.finalize().to_hex()[..24]),
        events,
    }
}
