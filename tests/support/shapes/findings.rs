//! What is wrong with what was stored of a board: compared with what its generator put there.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Value;
use url::Url;

use super::{File, Plan, Post, Said};

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn shown<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or("")
}

/// What is wrong with the store, one line each.
pub struct Findings {
    pub plan: Plan,
    /// Every third comment answers the one before it.
    pub nested: bool,
    pub wrong: Vec<String>,
}

impl Findings {
    pub fn same(&mut self, what: &str, got: &str, want: &str) {
        if got != want {
            self.wrong
                .push(format!("{what}: got {got:?}, want {want:?}"));
        }
    }

    /// The moment to the precision that is claimed, which must be the day's at least.
    fn moment(&mut self, what: &str, got: &Value, want: DateTime) {
        let format = match shown(got, "posted_at_precision") {
            "day" => "%Y-%m-%d",
            "hour" => "%Y-%m-%d %H",
            "minute" => "%Y-%m-%d %H:%M",
            "second" => "%Y-%m-%d %H:%M:%S",
            _ => "%Y-%m-%d no precision",
        };
        let local = shown(got, "posted_at")
            .parse::<Timestamp>()
            .ok()
            .and_then(|at| at.in_tz(self.plan.tongue.zone).ok())
            .map(|zoned| zoned.datetime().strftime(format).to_string());
        self.same(
            &format!("{what}, date ({})", shown(got, "posted_text")),
            &local.unwrap_or_default(),
            &want.strftime(format).to_string(),
        );
    }

    fn files(&mut self, got: &Value, what: &str, want: &[File]) {
        let none = Vec::new();
        let got = got["attachments"].as_array().unwrap_or(&none);
        let got: Vec<String> = got
            .iter()
            .map(|file| {
                let url = path_of(shown(file, "url"));
                format!("{} {url} {}", shown(file, "name"), file["size"])
            })
            .collect();
        let want: Vec<String> = want
            .iter()
            .map(|file| {
                let size = file.size.map_or(Value::Null, Value::from);
                format!("{} {} {size}", file.name, file.url)
            })
            .collect();
        self.same(&format!("{what}, files"), &got.join("; "), &want.join("; "));
    }

    pub fn post(&mut self, got: &Value, want: &Post, files: &[File]) {
        let what = format!("post {}", want.id);
        self.files(got, &what, files);
        self.same(&format!("{what}, state"), shown(got, "state"), "stored");
        self.same(&format!("{what}, title"), shown(got, "title"), &want.title);
        self.same(
            &format!("{what}, author"),
            shown(got, "author"),
            &want.said.author,
        );
        self.same(
            &format!("{what}, text"),
            &folded(shown(got, "text")),
            &folded(&want.said.lines.join(" ")),
        );
        self.same(
            &format!("{what}, notice"),
            &got["notice"].to_string(),
            &want.notice.to_string(),
        );
        // A pinned row says that it is pinned in the number's place.
        if self.plan.shown.rank && !want.notice {
            self.same(
                &format!("{what}, rank"),
                &got["rank"].to_string(),
                &want.rank.to_string(),
            );
        }
        self.moment(&what, got, want.said.at);
        if !self.plan.shown.comments {
            return;
        }
        let none = Vec::new();
        let comments = got["comments"].as_array().unwrap_or(&none);
        self.same(
            &format!("{what}, number of comments"),
            &comments.len().to_string(),
            &want.replies.len().to_string(),
        );
        for (got, want) in comments.iter().zip(&want.replies) {
            self.comment(&format!("{what}, comment {}", want.id), got, want);
        }
        for (at, got) in comments.iter().enumerate().filter(|_| self.nested) {
            let before = at.checked_sub(1).filter(|_| at % 3 == 1);
            let parent = before.map_or(Value::Null, |before| comments[before]["key"].clone());
            if got["parent"] != parent {
                let wrong = format!("{what}, parent of comment {at}: got {}", got["parent"]);
                self.wrong.push(wrong);
            }
        }
    }

    fn comment(&mut self, what: &str, got: &Value, want: &Said) {
        self.same(
            &format!("{what}, author"),
            shown(got, "author"),
            &want.author,
        );
        self.same(
            &format!("{what}, text"),
            &folded(shown(got, "text")),
            &folded(&want.lines.join(" ")),
        );
        self.moment(what, got, want.at);
    }
}

pub fn path_of(url: &str) -> String {
    Url::parse(url).map_or_else(
        |_| url.to_owned(),
        |url| url[url::Position::BeforePath..].to_owned(),
    )
}
