//! Notifiers and kept searches.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::{Checker, DAY, SECOND, board_name, board_url, filled, flag, signed};
use crate::config::file::{At, NotifyFile, SearchFile};
use crate::config::human;
use crate::config::options::{BoardOptions, NotifyKind, NotifyOptions, SavedSearch, SecretSource};
use crate::model::EventKind;

const DIGEST_SIZE: usize = 50;
const MAX_TRIES: u32 = 12;

impl Checker<'_> {
    pub(super) fn notifiers(
        &mut self,
        files: &[At<NotifyFile>],
        boards: &[BoardOptions],
    ) -> Vec<NotifyOptions> {
        self.unique(
            "notifier",
            files.iter().map(|file| file.get().name.as_ref()),
        );
        files
            .iter()
            .filter_map(|file| self.notifier(file, boards))
            .collect()
    }

    fn notifier(&mut self, at: &At<NotifyFile>, boards: &[BoardOptions]) -> Option<NotifyOptions> {
        let (file, start) = (at.get(), at.span().start);
        if file.name.is_none() {
            self.complaints.add(start, "this notifier has no name");
        }
        let name = self.read("name", file.name.as_ref(), board_name);
        let kind = self.read("kind", file.kind.as_ref(), kind);
        let url = match kind {
            Some(NotifyKind::Email) => self.read("url", file.url.as_ref(), mail_url),
            _ => self.read("url", file.url.as_ref(), board_url),
        };
        let folder = self.folder.to_path_buf();
        let secret = self.read("secret", file.secret.as_ref(), |text| {
            secret_source(text, folder)
        });
        let chat = self.read("chat", file.chat.as_ref(), filled);
        let from = self.read("from", file.from.as_ref(), mail_address);
        let to = file.to.as_deref().unwrap_or_default();
        let to = self.each("to", to, mail_address);
        let user = self.read("user", file.user.as_ref(), filled);
        let template = self.read("template", file.template.as_ref(), |text| text.parse());
        let events = match &file.events {
            None => EventKind::ALL.to_vec(),
            Some(words) => self.each("events", words, event),
        };
        let of = |name: &str| {
            let named = |board: &BoardOptions| board.name.as_deref() == Some(name);
            match boards.iter().any(named) {
                true => Ok(name.to_owned()),
                false => Err(format!("no board is named {name}")),
            }
        };
        let of_boards = self.each("boards", file.boards.as_deref().unwrap_or_default(), of);
        let keywords = file.keywords.as_deref().unwrap_or_default();
        let keywords = self.each("keywords", keywords, |text| match filled(text) {
            Ok(word) if !word.chars().any(char::is_alphanumeric) => {
                Err(format!("`{word}` has no letter or digit"))
            }
            other => other,
        });
        let digest = self.duration("digest", file.digest.as_ref(), SECOND..=30 * DAY);
        let digest_size = self.number("digest_size", file.digest_size.as_ref(), 1..=500);
        let min_interval = self.read("rate", file.rate.as_ref(), human::rate);
        let max_tries = self.number("max_tries", file.max_tries.as_ref(), 1..=100);
        if let Some(missing) = missing(file) {
            self.complaints.add(start, missing);
        }
        Some(NotifyOptions {
            name: name?,
            kind: kind?,
            url,
            secret,
            chat,
            from,
            to,
            user,
            events,
            boards: of_boards,
            keywords,
            backlog: flag(&file.backlog, false),
            digest: digest.map(signed),
            digest_size: digest_size.map_or(DIGEST_SIZE, |size| size as usize),
            template,
            min_interval: min_interval.unwrap_or(Duration::from_secs(1)),
            max_tries: max_tries.unwrap_or(MAX_TRIES),
            place: self.complaints.place(start),
        })
    }

    pub(super) fn searches(&mut self, files: &[At<SearchFile>]) -> Vec<SavedSearch> {
        self.unique("search", files.iter().map(|file| file.get().name.as_ref()));
        let mut searches = Vec::new();
        for at in files {
            let file = at.get();
            for (key, value) in [("name", &file.name), ("query", &file.query)] {
                if value.is_none() {
                    let start = at.span().start;
                    self.complaints
                        .add(start, format!("this search has no {key}"));
                }
            }
            let name = self.read("name", file.name.as_ref(), board_name);
            let query = self.read("query", file.query.as_ref(), filled);
            if let (Some(name), Some(query)) = (name, query) {
                searches.push(SavedSearch { name, query });
            }
        }
        searches
    }

    /// The values of a list that can be read.
    fn each<T>(
        &mut self,
        key: &str,
        values: &[At<String>],
        reader: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        values
            .iter()
            .filter_map(|value| self.read(key, Some(value), &reader))
            .collect()
    }
}

/// What a notifier of its kind cannot do without.
fn missing(file: &NotifyFile) -> Option<&'static str> {
    let Some(word) = &file.kind else {
        return Some("this notifier has no kind");
    };
    match kind(word.get()).ok()? {
        NotifyKind::Webhook if file.url.is_none() => Some("a webhook needs a url"),
        NotifyKind::Telegram if file.secret.is_none() => {
            Some("a notifier of Telegram needs the bot's token: secret = \"env:VARIABLE\"")
        }
        NotifyKind::Telegram if file.chat.is_none() => Some("a notifier of Telegram needs a chat"),
        NotifyKind::Slack | NotifyKind::Discord if file.url.is_some() == file.secret.is_some() => {
            Some("a hook needs its URL: either as url, or by secret = \"env:VARIABLE\"")
        }
        NotifyKind::Email if file.url.is_none() => {
            Some("a notifier by e-mail needs a mail server: url = \"smtps://HOST\"")
        }
        NotifyKind::Email if file.from.is_none() => Some(
            "a notifier by e-mail needs an address that it comes from: from = \"desk@example.org\"",
        ),
        NotifyKind::Email if file.to.as_ref().is_none_or(Vec::is_empty) => Some(
            "a notifier by e-mail needs addresses that it goes to: to = [\"desk@example.org\"]",
        ),
        NotifyKind::Email if file.user.is_some() != file.secret.is_some() => {
            Some("who logs in at a mail server does so with user and secret, the password")
        }
        _ => None,
    }
}

/// `smtp://HOST` or `smtps://HOST`.
fn mail_url(text: &str) -> Result<Url, String> {
    let example = "write smtps://HOST or smtp://HOST, with a port where it is not the usual one";
    let url = Url::parse(text).map_err(|_| format!("`{text}` is no mail server; {example}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a mail server stands there without a name and a password; write them as user and secret".into());
    }
    let is_plain =
        matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    match url.scheme() {
        "smtp" | "smtps" if url.host_str().is_some_and(|host| !host.is_empty()) && is_plain => {
            Ok(url)
        }
        _ => Err(format!("`{text}` is no mail server; {example}")),
    }
}

/// No more than a look: what may stand there is read where mail is made (RFC 5322, 3.4).
fn mail_address(text: &str) -> Result<String, String> {
    match text.split_once('@') {
        Some((name, host))
            if !name.is_empty() && !host.is_empty() && !text.contains(char::is_control) =>
        {
            Ok(text.to_owned())
        }
        _ => Err(format!(
            "`{text}` is no mail address; write desk@example.org"
        )),
    }
}

fn kind(word: &str) -> Result<NotifyKind, String> {
    match word {
        "webhook" => Ok(NotifyKind::Webhook),
        "telegram" => Ok(NotifyKind::Telegram),
        "slack" => Ok(NotifyKind::Slack),
        "discord" => Ok(NotifyKind::Discord),
        "email" => Ok(NotifyKind::Email),
        other => Err(format!(
            "`{other}` is not known; write webhook, telegram, slack, discord or email"
        )),
    }
}

fn event(word: &str) -> Result<EventKind, String> {
    EventKind::parse(word).ok_or_else(|| {
        let known: Vec<&str> = EventKind::ALL.map(EventKind::as_str).into();
        format!("`{word}` is not an event; known are {}", known.join(", "))
    })
}

fn secret_source(text: &str, folder: PathBuf) -> Result<SecretSource, String> {
    match text.split_once(':') {
        Some(("env", name)) if !name.is_empty() && !name.contains(['=', '\0']) => {
            Ok(SecretSource::Variable(name.to_owned()))
        }
        Some(("file", path)) if !path.is_empty() => Ok(SecretSource::File(folder.join(path))),
        // What stands there may be the secret itself.
        _ => {
            Err("a secret does not stand in this file; write env:VARIABLE or file:PATH".to_owned())
        }
    }
}
