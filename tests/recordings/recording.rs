//! A recorded site as it lies in the corpus: what its server answered, and the truth from its database.

use std::path::Path;
use std::process::Command;

use boardwalk::model::{PostedAt, Precision};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use url::Url;

use crate::support::replay::corpus;

/// One recorded answer.
pub struct Page {
    pub url: Url,
    /// Path and query.
    pub target: String,
    pub status: u16,
    pub at: Timestamp,
    pub location: Option<Url>,
    /// Nothing for redirects, among others.
    pub body: String,
    /// What phones, robots or clients without cookies were answered.
    pub is_variant: bool,
}

pub struct Recording {
    pub origin: String,
    /// Names of the cookies that the site sets.
    pub cookies: Vec<String>,
    pub pages: Vec<Page>,
    /// A line an article.
    pub truth: Vec<Value>,
}

impl Recording {
    /// `None` without a corpus. Needs `xz`.
    pub fn of(site: &str) -> Option<Self> {
        let folder = corpus()?.join("sites").join(site);
        let mut lines = unpacked(&folder.join("site.jsonl.xz")).into_iter();
        let site = lines.next().expect("a line about the site");
        let origin = format!("http://{}", site["origin"].as_str().unwrap());
        let cookies = site["cookies"].as_array().unwrap().iter();
        let name = |cookie: &Value| Some(cookie.as_str()?.split('=').next()?.to_owned());
        let truth = std::fs::read_to_string(folder.join("truth.jsonl")).unwrap();
        Some(Self {
            cookies: cookies.filter_map(name).collect(),
            pages: lines.map(|line| page(&line, &origin)).collect(),
            truth: truth
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
            origin,
        })
    }
}

fn unpacked(path: &Path) -> Vec<Value> {
    let output = Command::new("xz")
        .arg("-dc")
        .arg(path)
        .output()
        .expect("xz is installed");
    assert!(output.status.success(), "xz reads {}", path.display());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn page(line: &Value, origin: &str) -> Page {
    let query = line["query"].as_str().map(|query| format!("?{query}"));
    let path = line["path"].as_str().unwrap();
    let target = format!("{path}{}", query.unwrap_or_default());
    let url = Url::parse(&format!("{origin}{target}")).unwrap();
    let mut headers = line["headers"].as_array().into_iter().flatten();
    let location = headers
        .find(|header| header[0] == "Location")
        .and_then(|header| url.join(header[1].as_str()?).ok());
    Page {
        url,
        target,
        status: u16::try_from(line["status"].as_u64().unwrap()).unwrap(),
        at: Timestamp::from_second(line["at"].as_i64().unwrap()).unwrap(),
        location,
        body: line["body"].as_str().unwrap_or_default().to_owned(),
        is_variant: !line["when"].is_null(),
    }
}

/// Whether a reading agrees with the moment as far as it goes.
pub fn says(posted: &PostedAt, written: Timestamp) -> bool {
    let zone = TimeZone::get("Asia/Seoul").unwrap();
    let length = match posted.precision {
        Precision::Year => 4,
        Precision::Month => 7,
        Precision::Day => 10,
        Precision::Hour => 13,
        Precision::Minute => 16,
        Precision::Second => 19,
    };
    let cut = |at: Timestamp| {
        let text = zone.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S");
        text.to_string()[..length].to_owned()
    };
    if posted.text.contains('전') {
        // `2시간 전` is rounded down: off by up to one unit.
        let unit = match posted.precision {
            Precision::Minute => 60,
            Precision::Hour => 3600,
            _ => 86_400,
        };
        return (written.as_second() - posted.at.as_second()).abs() <= unit;
    }
    cut(posted.at) == cut(written)
}
