//! The file as it is written: names and types of its keys, nothing checked yet.
//!
//! The schema made from these structs serves editors and [`super::shape`]; so a key exists in one place. `default`
//! and the bounds in the descriptions are compared with the real ones by tests.
//! Neither `flatten` nor `tag` here: both lose the places of values (toml-rs/toml issues 535, 593).

use std::borrow::Cow;
use std::ops::Range;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

/// A value with its place in the file.
#[derive(Debug, Clone)]
pub(super) struct At<T>(Spanned<T>);

impl<T> At<T> {
    pub(super) fn get(&self) -> &T {
        self.0.get_ref()
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.0.span()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::deserialize(deserializer).map(Self)
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// Configuration of boardwalk. Every key has a default; flags and BOARDWALK_* variables win over it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(title = "boardwalk.toml")]
#[serde(deny_unknown_fields, default)]
pub(super) struct ConfigFile {
    /// Where the archive is: `sqlite:FILE`. A relative FILE starts at this file's folder.
    #[schemars(extend("default" = "sqlite:boardwalk.db"))]
    pub(super) database: Option<At<String>>,
    /// Profile files of your own, besides the built-in ones. Relative paths start at this file's folder.
    #[schemars(extend("default" = []))]
    pub(super) profiles: Option<Vec<At<String>>>,
    pub(super) http: HttpFile,
    pub(super) pace: PaceFile,
    pub(super) walk: WalkFile,
    pub(super) revisit: RevisitFile,
    pub(super) schedule: ScheduleFile,
    pub(super) web: WebFile,
    pub(super) store: StoreFile,
    pub(super) dedup: DedupFile,
    pub(super) text: TextFile,
    pub(super) log: LogFile,
    /// The boards to crawl by name.
    pub(super) board: Vec<At<BoardFile>>,
    /// Where the service tells of what happened.
    pub(super) notify: Vec<At<NotifyFile>>,
    /// Searches that are kept, each with feeds of its own.
    pub(super) search: Vec<At<SearchFile>>,
}

/// How copies of texts are looked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DedupFile {
    /// Look for edited and shortened copies. Without it only the very same text makes a story; turned on again, texts stored meanwhile are caught up with.
    #[schemars(extend("default" = true))]
    pub(super) near_copies: Option<At<bool>>,
    /// Days between two posts above which their texts are not compared; 1 to 3650. The very same text is found at any age.
    #[schemars(extend("default" = 30))]
    pub(super) window_days: Option<At<i64>>,
    /// Texts that a new one is compared with at most, those most like it; 1 to 1000.
    #[schemars(extend("default" = 64))]
    pub(super) max_compared: Option<At<i64>>,
}

/// How pages are asked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HttpFile {
    /// What boardwalk calls itself; `{version}` becomes its version. Visible ASCII.
    #[schemars(extend("default" = "boardwalk/{version}"))]
    pub(super) user_agent: Option<At<String>>,
    /// How a site's operator can reach you (an address or a page); sent with the user agent.
    pub(super) contact: Option<At<String>>,
    /// Value of the Accept-Language header. Boards may answer in the visitor's language: never leave it to chance.
    #[schemars(extend("default" = "ko-KR,ko;q=0.9,en;q=0.6"))]
    pub(super) accept_language: Option<At<String>>,
    /// For one request, from connecting to the last byte; 1s to 10min.
    #[schemars(extend("default" = "30s"))]
    pub(super) timeout: Option<At<String>>,
    /// The most that is read of one page, decompressed; 64KiB to 256MiB.
    #[schemars(extend("default" = "8MiB"))]
    pub(super) max_body: Option<At<String>>,
    /// Redirects followed for one page; 0 to 20.
    #[schemars(extend("default" = 5))]
    pub(super) max_redirects: Option<At<i64>>,
    /// An http:// proxy for all requests. The environment's proxy variables are not used.
    pub(super) proxy: Option<At<String>>,
    /// Whether robots.txt is obeyed. Turn it off for boards of your own only.
    #[schemars(extend("default" = true))]
    pub(super) obey_robots: Option<At<bool>>,
}

/// How fast one host is asked.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PaceFile {
    /// Most requests in a time, for each host; 1/d to 1000000/s. robots.txt may ask for less, never for more.
    #[schemars(extend("default" = "1/s"))]
    pub(super) rate: Option<At<String>>,
    /// Requests in flight at a time, for each host; 1 to 64.
    #[schemars(extend("default" = 2))]
    pub(super) max_connections: Option<At<i64>>,
    /// The longest time between two requests that a slow or complaining host is given; 1s to 1d.
    #[schemars(extend("default" = "1min"))]
    pub(super) max_interval: Option<At<String>>,
}

/// How a board is walked.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WalkFile {
    /// Pages in a row without news after which a later pass ends; 1 to 1000.
    #[schemars(extend("default" = 2))]
    pub(super) quiet_pages: Option<At<i64>>,
    /// A pass goes to the board's end when the last one that did is older than this; 1min to 3650d.
    #[schemars(extend("default" = "7d"))]
    pub(super) deep_every: Option<At<String>>,
    /// Secret and members-only posts are asked for again after this long; 1min to 3650d.
    #[schemars(extend("default" = "7d"))]
    pub(super) restricted_retry: Option<At<String>>,
    /// Tries for one page, over all runs, before it counts as failed; 1 to 100.
    #[schemars(extend("default" = 6))]
    pub(super) max_tries: Option<At<i64>>,
    /// The longest a crawl waits for a host that asked for a pause, or for a retry; 0s to 1d.
    #[schemars(extend("default" = "10min"))]
    pub(super) patience: Option<At<String>>,
    /// An article that is said to be gone is asked for once more this long after, and then believed to be; 0s to 30d.
    #[schemars(extend("default" = "15min"))]
    pub(super) confirm_gone_after: Option<At<String>>,
    /// Share of a host's pace, in percent, for finding what vanished (0: none); 0 to 100.
    #[schemars(extend("default" = 20))]
    pub(super) radar_share: Option<At<i64>>,
}

/// When articles are looked at again though their rows show no change.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RevisitFile {
    /// Whether they are at all. A row that shows another title or comment count leads to a visit in any case.
    #[schemars(extend("default" = true))]
    pub(super) enabled: Option<At<bool>>,
    /// Ages of a post at which it is visited again, at most 16 of them. Beyond the last they grow threefold, and a change makes the post young again.
    #[schemars(extend("default" = ["1h", "6h", "1d", "3d", "10d", "30d"]))]
    pub(super) ages: Option<Vec<At<String>>>,
    /// Articles that one pass of a board visits again by their age; 1 to 1000000.
    #[schemars(extend("default" = 500))]
    pub(super) max_per_pass: Option<At<i64>>,
}

/// When the service polls boards: page 1 of their listings, and further ones while they bring news.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ScheduleFile {
    /// Listing requests of all boards together, of which adaptive ones share what others leave; 1/d to 1000000/s.
    #[schemars(extend("default" = "20/min"))]
    pub(super) budget: Option<At<String>>,
    /// Likewise of the adaptive boards of one host, over a day; 1/d to 1000000/s.
    #[schemars(extend("default" = "20/min"))]
    pub(super) host_budget: Option<At<String>>,
    /// No adaptive board is polled more often; 1s to 1d.
    #[schemars(extend("default" = "30s"))]
    pub(super) min_interval: Option<At<String>>,
    /// No adaptive board is polled less often; 1min to 365d.
    #[schemars(extend("default" = "1d"))]
    pub(super) max_interval: Option<At<String>>,
    /// IANA name of the zone of cron expressions, opening hours and days of boards that name none of their own, and of the times that commands and pages show.
    pub(super) timezone: Option<At<String>>,
}

/// Where the service answers browsers and probes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WebFile {
    /// An address with its port, or `off`. One that other machines can reach needs a token.
    #[schemars(extend("default" = "127.0.0.1:7480"))]
    pub(super) listen: Option<At<String>>,
    /// Asked of everybody who reads: letters, digits, `-` and `_`, at least 16 of them.
    pub(super) token: Option<At<String>>,
    /// Names by which browsers reach it, besides this machine's own; at most 16 of them.
    #[schemars(extend("default" = []))]
    pub(super) hosts: Option<Vec<At<String>>>,
}

/// What is kept besides the articles.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields, default)]
pub(super) struct StoreFile {
    /// Keep each fetched page as it came, compressed.
    #[schemars(extend("default" = true))]
    pub(super) keep_raw_pages: Option<At<bool>>,
    /// Days for which raw pages are kept; 1 to 36500. What was read from them stays.
    pub(super) raw_pages_days: Option<At<i64>>,
    /// Room for raw pages as they lie on the disk, as in 20GiB. The oldest go when there is more.
    pub(super) raw_pages_max: Option<At<String>>,
    /// Fill the full-text index.
    #[schemars(extend("default" = true))]
    pub(super) search_index: Option<At<bool>>,
    /// Days for which the receipts of requests are kept; 1 to 36500.
    #[schemars(extend("default" = 90))]
    pub(super) receipts_days: Option<At<i64>>,
}

/// What is done to texts.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TextFile {
    /// Store e-mail addresses masked.
    #[schemars(extend("default" = false))]
    pub(super) mask_addresses: Option<At<bool>>,
}

/// What is written to the standard error stream.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LogFile {
    /// `text` or `json`.
    #[schemars(extend("default" = "text", "enum" = ["text", "json"]))]
    pub(super) format: Option<At<String>>,
    /// Levels by module, as in BOARDWALK_LOG (which wins): `boardwalk=debug,warn`.
    pub(super) filter: Option<At<String>>,
}

/// A board to crawl. Its host and port may be private or loopback addresses: you named them.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "Board", extend("required" = ["name", "url"]))]
#[serde(deny_unknown_fields, default)]
pub(super) struct BoardFile {
    /// For the command line and exports; unique.
    pub(super) name: Option<At<String>>,
    /// Any page of its listing, as a browser shows it.
    pub(super) url: Option<At<String>>,
    /// Board software or profile; without it, it is recognised from the first page.
    pub(super) engine: Option<At<String>>,
    /// IANA name of the zone of the dates on its pages, instead of the profile's.
    pub(super) timezone: Option<At<String>>,
    /// Charset of pages that declare none.
    pub(super) charset: Option<At<String>>,
    /// Pace for this board, instead of `pace.rate`.
    pub(super) rate: Option<At<String>>,
    /// Listing pages a pass reads at most: a number, or `all`.
    #[schemars(extend("default" = "all"))]
    pub(super) pages: Option<At<PagesFile>>,
    /// Nothing older than this date is walked to; it begins in the board's time zone.
    pub(super) since: Option<At<String>>,
    /// When the service polls it: `adaptive`, `every 10min`, or `cron 0 9-18 * * Mon-Fri`, in the board's time zone.
    #[schemars(extend("default" = "adaptive"))]
    pub(super) schedule: Option<At<String>>,
    /// The hours in which polls may begin, in the board's time zone.
    pub(super) open: Option<At<String>>,
    /// From 0.01 to 100 times as much as on other boards a post's waiting counts here.
    #[schemars(extend("default" = 1))]
    pub(super) weight: Option<At<WeightFile>>,
    /// The longest time between two polls, however quiet it is; 1s to 365d.
    pub(super) max_delay: Option<At<String>>,
    /// Fields over those of the profile: tables merge, values and lists replace.
    #[serde(rename = "override")]
    pub(super) overrides: Option<At<OverrideFile>>,
}

/// A target of messages. Its host may have a private or loopback address: you named it. Redirects are not followed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "Notify", extend("required" = ["name", "kind"]))]
#[serde(deny_unknown_fields, default)]
pub(super) struct NotifyFile {
    /// For `boardwalk outbox` and `boardwalk notify`; unique. With another name it is another notifier, which begins anew.
    pub(super) name: Option<At<String>>,
    /// `webhook` (JSON, signed as Standard Webhooks has it), `telegram`, `slack`, `discord`, or `email` (where boardwalk was built with it).
    #[schemars(extend("enum" = ["webhook", "telegram", "slack", "discord", "email"]))]
    pub(super) kind: Option<At<String>>,
    /// Where messages are sent to: a webhook's address, a hook of Slack or Discord, the Bot API's where it is not Telegram's own, or a mail server: smtps://HOST is encrypted from the first byte, smtp://HOST by STARTTLS, which only a server on this machine may lack.
    pub(super) url: Option<At<String>>,
    /// Where the secret is: `env:VARIABLE` or `file:PATH`. A webhook's key (whsec_…), a bot's token, the whole URL of a hook, or the password of a mailbox.
    pub(super) secret: Option<At<String>>,
    /// Telegram's: the number of a chat, or the @name of a channel.
    pub(super) chat: Option<At<String>>,
    /// E-mail's: who it comes from, `boardwalk <desk@example.org>`.
    pub(super) from: Option<At<String>>,
    /// E-mail's: who gets it.
    #[schemars(extend("default" = []))]
    pub(super) to: Option<Vec<At<String>>>,
    /// E-mail's: who logs in, with the secret as the password.
    pub(super) user: Option<At<String>>,
    /// What is told.
    #[schemars(extend("default" = ["stored", "edited", "vanished", "restricted", "reappeared", "alarm", "recovered"]))]
    pub(super) events: Option<Vec<At<String>>>,
    /// Only of these boards; none named: of all.
    #[schemars(extend("default" = []))]
    pub(super) boards: Option<Vec<At<String>>>,
    /// Only of posts whose title or text has one of these words or phrases. Alarms are told in any case.
    #[schemars(extend("default" = []))]
    pub(super) keywords: Option<Vec<At<String>>>,
    /// Also tell of posts that were there before their board was first read to the end, or that were a week old when they were found.
    #[schemars(extend("default" = false))]
    pub(super) backlog: Option<At<bool>>,
    /// Gather what happens for this long into one message; 1s to 30d. What is gathered is sent early when there is `digest_size` of it.
    pub(super) digest: Option<At<String>>,
    /// Events in one message of a digest; 1 to 500.
    #[schemars(extend("default" = 50))]
    pub(super) digest_size: Option<At<i64>>,
    /// The line for an event in chats, of {kind}, {board}, {title}, {url}, {author}, {posted}, {at}, {note} and {text}.
    pub(super) template: Option<At<String>>,
    /// Most messages in a time; 1/d to 1000000/s.
    #[schemars(extend("default" = "1/s"))]
    pub(super) rate: Option<At<String>>,
    /// Tries for one message, over a day and a half at the default, before it is given up; 1 to 100.
    #[schemars(extend("default" = 12))]
    pub(super) max_tries: Option<At<i64>>,
}

/// A search that is kept: `/feeds/searches/NAME.atom`, and `boardwalk feed --search NAME`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "Search", extend("required" = ["name", "query"]))]
#[serde(deny_unknown_fields, default)]
pub(super) struct SearchFile {
    /// What the search is called; unique.
    pub(super) name: Option<At<String>>,
    /// As in `boardwalk search`.
    pub(super) query: Option<At<String>>,
}

/// A number or the word `all`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(untagged)]
pub(super) enum PagesFile {
    Number(i64),
    Word(String),
}

/// A number, with a fraction or without.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(untagged)]
pub(super) enum WeightFile {
    Whole(i64),
    Fraction(f64),
}

/// Any table: the profile's compiler knows its keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct OverrideFile(pub(super) toml::Table);

impl JsonSchema for OverrideFile {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Override".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

/// `null` cannot be written in TOML, so what may be left out is not said to be nullable.
pub(super) fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(ConfigFile).to_value();
    without_null(&mut schema);
    schema
}

fn without_null(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            if let Some(serde_json::Value::Array(types)) = fields.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    fields.insert("type".into(), only);
                }
            }
            if let Some(serde_json::Value::Array(choices)) = fields.get_mut("anyOf") {
                choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
                if let [serde_json::Value::Object(only)] = choices.as_slice() {
                    let only = only.clone();
                    fields.remove("anyOf");
                    for (name, value) in only {
                        fields.entry(name).or_insert(value);
                    }
                }
            }
            // `int64` and the like; a key of that name holds an object.
            if fields
                .get("format")
                .is_some_and(serde_json::Value::is_string)
            {
                fields.remove("format");
            }
            for field in fields.values_mut() {
                without_null(field);
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}
