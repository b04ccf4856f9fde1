//! Who reads a page, and how: the language, the moment, and links that keep the language that was chosen by one.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use url::form_urlencoded;

use super::language::Language;
use super::{Web, style};
use crate::model::{EventKind, Precision};
use crate::outputs::{human_bytes, moment, terminal};

/// Parameters of an address that are looked at.
const MOST_PARAMETERS: usize = 16;

/// A request, as far as pages differ by it.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    pub(super) language: Language,
    /// By `?lang=`: links carry it on.
    chosen: bool,
    path: String,
    parameters: Vec<(String, String)>,
    now: Timestamp,
    pub(super) zone: TimeZone,
}

impl FromRequestParts<Web> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let parameters: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .take(MOST_PARAMETERS)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let chosen = parameters
            .iter()
            .find(|(name, _)| name == "lang")
            .and_then(|(_, code)| Language::parse(code));
        let header = parts.headers.get(ACCEPT_LANGUAGE);
        let preferred = header.and_then(|header| header.to_str().ok());
        Ok(Self {
            language: chosen.unwrap_or_else(|| Language::preferred(preferred.unwrap_or_default())),
            chosen: chosen.is_some(),
            path: parts.uri.path().to_owned(),
            parameters,
            now: web.now(),
            zone: web.zone().clone(),
        })
    }
}

/// Methods take references: that is how templates pass what they show.
impl Reader {
    /// Of a phrase in both languages, the reader's.
    pub(super) fn say<'a>(&self, english: &'a str, korean: &'a str) -> &'a str {
        match self.language {
            Language::English => english,
            Language::Korean => korean,
        }
    }

    pub(super) fn event(&self, kind: EventKind) -> &'static str {
        match kind {
            EventKind::Stored => self.say("new", "새 글"),
            EventKind::Edited => self.say("edited", "고침"),
            EventKind::Vanished => self.say("gone", "사라짐"),
            EventKind::Restricted => self.say("restricted", "비공개"),
            EventKind::Reappeared => self.say("back again", "다시 나타남"),
            EventKind::Alarm => self.say("alarm", "경보"),
            EventKind::Recovered => self.say("recovered", "회복"),
        }
    }

    pub(super) fn language_code(&self) -> &'static str {
        self.language.code()
    }

    /// A parameter of the address; empty where there is none.
    pub(super) fn asked(&self, name: &str) -> &str {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// Dates in the zone of a board.
    pub(super) fn in_zone(mut self, zone: TimeZone) -> Self {
        self.zone = zone;
        self
    }

    pub(super) fn style(&self) -> &'static str {
        style::path()
    }

    /// The code of the language, where links must carry it.
    pub(super) fn chosen_language(&self) -> Option<&'static str> {
        self.chosen.then(|| self.language.code())
    }

    /// A link to a page of ours.
    pub(super) fn to(&self, path: &str) -> String {
        match self.chosen_language() {
            Some(code) => {
                let mark = if path.contains('?') { '&' } else { '?' };
                format!("{path}{mark}lang={code}")
            }
            None => path.to_owned(),
        }
    }

    pub(super) fn to_article(&self, id: &i64) -> String {
        self.to(&format!("/articles/{id}"))
    }

    /// What a version changed.
    pub(super) fn to_version(&self, id: &i64, number: &u32) -> String {
        self.to(&format!("/articles/{id}/versions/{number}"))
    }

    pub(super) fn to_board(&self, name: &str) -> String {
        self.to(&format!("/boards/{}", segment(name)))
    }

    pub(super) fn to_host(&self, host: &str) -> String {
        self.to(&format!("/receipts?{}", parameters(&[("host", host)])))
    }

    pub(super) fn other_language_code(&self) -> &'static str {
        self.language.other().code()
    }

    /// This page in the other language.
    pub(super) fn in_other_language(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let kept = |(name, _): &&(String, String)| name != "lang" && name != "token";
        for (name, value) in self.parameters.iter().filter(kept) {
            query.append_pair(name, value);
        }
        query.append_pair("lang", self.other_language_code());
        format!("{}?{}", self.path, query.finish())
    }

    /// To the minute.
    pub(super) fn minute(&self, at: &Timestamp) -> String {
        moment::short(*at, &self.zone)
    }

    pub(super) fn second(&self, at: &Timestamp) -> String {
        let local = ZonedDateTime::new(*at, self.zone.clone());
        local.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// No finer than the page told it.
    pub(super) fn posted(&self, at: &Timestamp, precision: &Option<String>) -> String {
        let precision = precision.as_deref().and_then(Precision::parse);
        match precision.unwrap_or(Precision::Minute) {
            Precision::Minute | Precision::Second => moment::short(*at, &self.zone),
            coarse => moment::with_precision(*at, coarse, &self.zone),
        }
    }

    /// How far away it is: `5 min ago`, `in 2 h`.
    pub(super) fn distance(&self, at: &Timestamp) -> String {
        let seconds = at.duration_since(self.now).as_secs();
        let (count, english, korean) = match seconds.unsigned_abs() {
            0..60 => return self.say("now", "지금").to_owned(),
            s @ 60..5_400 => (s / 60, "min", "분"),
            s @ 5_400..129_600 => ((s + 1_800) / 3_600, "h", "시간"),
            s => ((s + 43_200) / 86_400, "d", "일"),
        };
        match (self.language, seconds < 0) {
            (Language::English, true) => format!("{count} {english} ago"),
            (Language::English, false) => format!("in {count} {english}"),
            (Language::Korean, true) => format!("{count}{korean} 전"),
            (Language::Korean, false) => format!("{count}{korean} 후"),
        }
    }

    /// How far away what is planned is: `in 2 h`, or `now` from then on.
    pub(super) fn planned(&self, at: &Timestamp) -> String {
        self.distance(at.max(&self.now))
    }

    /// As `20.0 KiB`.
    pub(super) fn bytes(&self, count: &u64) -> String {
        human_bytes(*count)
    }

    /// With a comma between thousands.
    pub(super) fn number(&self, number: &u64) -> String {
        let digits = number.to_string();
        let mut grouped = String::with_capacity(digits.len() * 4 / 3);
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        grouped
    }

    /// `69 articles`, `글 69개`.
    pub(super) fn count(&self, one: &str, more: &str, korean: &str, count: &u64) -> String {
        let english = if *count == 1 { one } else { more };
        let count = self.number(count);
        match self.language {
            Language::English => format!("{count} {english}"),
            Language::Korean => format!("{korean} {count}개"),
        }
    }

    /// One line from a page, without what would steer the order of text around it.
    pub(super) fn line(&self, text: &str) -> String {
        terminal::line(text).into_owned()
    }

    /// The address, where following it can do no more than open a page.
    pub(super) fn href(&self, url: &str) -> Option<String> {
        let url = url::Url::parse(url).ok()?;
        matches!(url.scheme(), "http" | "https").then(|| url.into())
    }
}

/// A name as one segment of a path.
pub(super) fn segment(name: &str) -> String {
    // A form writes a blank as `+`, which is a plus in a path.
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    encoded.replace('+', "%20")
}

/// `name=value&…`
pub(super) fn parameters(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}
