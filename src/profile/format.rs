//! The profile format: how to read a board, as TOML. One format for built-in, hand-written and learnt profiles.
//!
//! Everything a parser needs to know of an engine is here and nowhere else: adding an engine is one file in
//! `config/engines/` and its fixture pages. Unknown keys are refused. Selectors and patterns are compiled at
//! load ([`super::compile`]); what does not compile is reported with line and column, all at once.
//! Lists of rules are tried in order; the first that yields something wins.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::model::{BoardScope, NumberOrder, PageClass};

/// A string with its place in the file, for error messages.
pub type Text = Spanned<String>;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileFile {
    /// Version of this format; 1.
    pub format: Spanned<u32>,
    /// Short name, as used in the configuration and on the command line.
    pub engine: Text,
    /// For people.
    pub title: String,
    /// IANA name of the zone that dates without one are in.
    #[serde(default)]
    pub timezone: Option<Text>,
    /// Which part of a date of three numbers stands first, as in `10/11/2025`: without it such a date is not read where
    /// either order fits, and a year of two digits stands first.
    #[serde(default)]
    pub date_order: Option<NumberOrder>,
    /// Used where neither header nor markup declares a charset.
    #[serde(default)]
    pub charset: Option<Text>,
    #[serde(default)]
    pub recognise: RecogniseFile,
    pub identity: IdentityFile,
    /// What stands in a page's `<noscript>` is the page.
    #[serde(default)]
    pub without_scripts: bool,
    /// Links lead where their data or the form around them says, not their `href`.
    #[serde(default)]
    pub hidden_links: bool,
    /// Functions of the board's scripts that stand in a link's place, and what they open.
    #[serde(default)]
    pub calls: Vec<CallFile>,
    /// Where the listing's answers are JSON: where in them what stands. The rules of `listing` then read the page that is
    /// made of them: `li.record`s in a `ul.records`.
    #[serde(default)]
    pub json: Option<JsonFile>,
    pub listing: ListingFile,
    #[serde(default)]
    pub pager: PagerFile,
    pub article: ArticleFile,
    #[serde(default)]
    pub attachments: AttachmentsFile,
    #[serde(default)]
    pub comments: CommentsFile,
    /// Page classes, tried in order before the fields; then come the rules every profile shares (status codes,
    /// challenge pages).
    #[serde(default)]
    pub classes: Vec<ClassFile>,
    /// What surprised people about these boards. For readers; nothing acts on it.
    #[serde(default)]
    pub pitfalls: Vec<String>,
}

/// Signs of an engine in a page. The weights found are added up; the profile with the highest sum of at least
/// `need` reads the board.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecogniseFile {
    pub need: u32,
    pub signs: Vec<SignFile>,
}

/// One sign: all conditions given must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignFile {
    pub weight: u32,
    /// An element that must be there.
    pub select: Option<Text>,
    /// Bytes that must stand in the page's source.
    pub source: Option<String>,
    /// A cookie (by name) that the first answer sets.
    pub cookie: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityFile {
    /// Where ids are unique: `site` or `board`.
    pub scope: BoardScope,
    /// Shapes of article URLs. Groups: `base` (path in front of the engine), `board`, `id`, `slug`. In patterns of addresses
    /// `\d` is one of the ten digits; elsewhere it is a digit of any script.
    pub articles: Vec<ShapeFile>,
    /// Shapes of listing URLs. Groups: `base`, `board`, `page`.
    pub boards: Vec<ShapeFile>,
    /// Query parameters that never occur in a URL we request: they act, sort, filter or print.
    #[serde(default)]
    pub refuse: Vec<String>,
    /// Words that look like a board's name in a path but are not (`category`, `files`).
    #[serde(default)]
    pub reserved: Vec<String>,
    /// Parameters dropped before a URL is requested (session ids).
    #[serde(default)]
    pub drop: Vec<String>,
    /// Template of the canonical article URL: `{base}/{board}/{id}`. Without the query, where the id is in the
    /// path. The shape that matched may override it.
    pub article_url: Text,
    /// Template of a listing page's URL: `{base}/{board}?page={page}`; page 1 uses `board_url`.
    pub listing_url: Text,
    /// Template of page 1 of the listing.
    pub board_url: Text,
    /// What the `page` group holds on page 1 (0 for offsets and for pages counted from 0).
    #[serde(default = "one")]
    pub page_first: u64,
    /// How much it grows from page to page: 25 for `start=25`.
    #[serde(default = "one")]
    pub page_step: u64,
    /// Where a page tells its article's id, for URLs that do not.
    #[serde(default)]
    pub id_in_page: Vec<RuleFile>,
    /// Where a page tells its board's name.
    #[serde(default)]
    pub board_in_page: Vec<RuleFile>,
}

fn one() -> u64 {
    1
}

/// A shape of URL. The path's pattern is matched whole; each named query parameter must be there and match whole.
/// Parameters not named are ignored unless refused.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShapeFile {
    pub path: Text,
    #[serde(default)]
    pub query: BTreeMap<String, Text>,
    /// Parameters that may be missing, but give their groups when they are there.
    #[serde(default)]
    pub optional: BTreeMap<String, Text>,
    /// The shape does not fit where one of these parameters is present.
    #[serde(default)]
    pub without: Vec<String>,
    /// Canonical URL for this shape, instead of the profile's.
    #[serde(default)]
    pub article_url: Option<Text>,
    #[serde(default)]
    pub listing_url: Option<Text>,
    #[serde(default)]
    pub board_url: Option<Text>,
    /// The board's name, where the URL has none.
    #[serde(default)]
    pub board: Option<String>,
}

/// How to get one value out of an element: a selector alone (`"td.title > a"`), or a table.
#[derive(Debug, Clone)]
pub enum RuleFile {
    Select(Text),
    Full(Box<FullRuleFile>),
}

/// Written by hand: serde's untagged enums lose the place in the file and the reason of a failure.
impl<'de> Deserialize<'de> for RuleFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rule = Spanned::<AnyRule>::deserialize(deserializer)?;
        let span = rule.span();
        Ok(match rule.into_inner() {
            AnyRule::Select(selector) => Self::Select(Spanned::new(span, selector)),
            AnyRule::Full(full) => Self::Full(full),
        })
    }
}

/// A [`RuleFile`] before its place is attached.
enum AnyRule {
    Select(String),
    Full(Box<FullRuleFile>),
}

impl<'de> Deserialize<'de> for AnyRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyRuleVisitor;

        impl<'de> Visitor<'de> for AnyRuleVisitor {
            type Value = AnyRule;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a selector, or a table with `select`, `attr`, `pattern`, …")
            }

            fn visit_str<E: de::Error>(self, selector: &str) -> Result<AnyRule, E> {
                Ok(AnyRule::Select(selector.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AnyRule, A::Error> {
                let full = FullRuleFile::deserialize(MapAccessDeserializer::new(map))?;
                Ok(AnyRule::Full(Box::new(full)))
            }
        }

        deserializer.deserialize_any(AnyRuleVisitor)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FullRuleFile {
    /// Relative to the row, comment or page; without it the element itself.
    #[serde(default)]
    pub select: Option<Text>,
    /// An attribute instead of the text.
    #[serde(default)]
    pub attr: Option<String>,
    /// Elements inside it whose text does not count.
    #[serde(default)]
    pub remove: Vec<Text>,
    /// Only the element's own text, not that of its children.
    #[serde(default)]
    pub own: bool,
    /// A pattern the value must match; its first group, if any, is the value.
    #[serde(default)]
    pub pattern: Option<Text>,
    /// The last match in the page instead of the first.
    #[serde(default)]
    pub last: bool,
}

/// `goView('12')` opens `/view.do?no=12`; so may a click on an element with the class `.view` and `data-no="12"`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallFile {
    /// A function's, or a class (`.view`) or an attribute (`[data-no]`) of elements that are clicked.
    pub name: Text,
    /// Path and query; `{1}` is the first argument, `{data-no}` the element's attribute.
    pub url: Text,
}

/// Places are paths of keys (`data.posts`); the empty path is the whole.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonFile {
    /// The list stands in the page itself: in the `<script type="application/json">` with this `id`, or in one without, where
    /// it is empty. Pages are read with all that it holds shown: each value is an element with its key as class.
    #[serde(default)]
    pub island: Option<String>,
    /// The list, in the answer.
    pub items: Text,
    /// A record's link: `/t/{slug}/{id}`, or `{link}` where it stands in the record.
    pub url: Text,
    /// Fields (`title`, `author`, `date`, `category`, `views`, `votes`, `comment_count`, `posts`, `notice`) and their places in
    /// a record; `posts` counts the first one, too. Without `title`, titles are those of the articles' own pages.
    pub fields: BTreeMap<String, Text>,
    /// Fields whose values are HTML.
    #[serde(default)]
    pub html: Vec<String>,
    /// The link to what follows, filled from the answer: `/api/posts?after={meta.cursor}`.
    #[serde(default)]
    pub next: Option<Text>,
    /// A place in the answer that holds `false` where nothing follows.
    #[serde(default)]
    pub more: Option<Text>,
    /// The board's URL answers with an index of sitemaps, and those whose path and query match this pattern are the pages of
    /// the listing, each followed by the next in the index. Needs `pager.chained`.
    #[serde(default)]
    pub parts: Option<Text>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListingFile {
    /// The listing's container; tells "no rows" from "no listing".
    pub container: Vec<Text>,
    /// Rows, tried in order; the first selector that matches anything wins.
    pub rows: Vec<Text>,
    /// Rows that are none.
    #[serde(default)]
    pub skip: Vec<Text>,
    /// Header cells, in column order. Their words, white space removed, name the columns (BOARDS.md 10.2).
    #[serde(default)]
    pub header: Vec<Text>,
    /// The link to the article: the first whose URL has an article shape.
    pub link: Vec<Text>,
    /// Words of the title's element that are not the title.
    #[serde(default)]
    pub title_remove: Vec<Text>,
    /// The title, where it is not the link's text.
    #[serde(default)]
    pub title: Vec<RuleFile>,
    /// The fields below are asked where the header names no such column.
    #[serde(default)]
    pub rank: Vec<RuleFile>,
    #[serde(default)]
    pub author: Vec<RuleFile>,
    /// Asked in order; a later one is used too if it is finer (cell `2026.11.23`, tooltip `18:20`).
    #[serde(default)]
    pub date: Vec<RuleFile>,
    #[serde(default)]
    pub category: Vec<RuleFile>,
    #[serde(default)]
    pub views: Vec<RuleFile>,
    #[serde(default)]
    pub votes: Vec<RuleFile>,
    #[serde(default)]
    pub comment_count: Vec<RuleFile>,
    /// The row (or something in it) matches: pinned.
    #[serde(default)]
    pub notice: Vec<Text>,
    /// Likewise: the open article.
    #[serde(default)]
    pub current: Vec<Text>,
    /// Likewise: secret.
    #[serde(default)]
    pub secret: Vec<Text>,
    /// Words of a listing without posts.
    #[serde(default)]
    pub empty: Vec<String>,
    /// Where a title is cut in the listing, it ends in this (`…`).
    #[serde(default)]
    pub cut_mark: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PagerFile {
    /// Number of the page shown.
    pub current: Vec<RuleFile>,
    /// Link to the last page; its `page` group is the number.
    pub last: Vec<Text>,
    /// The number of the last page where it is no link: `2 / 15`.
    pub last_number: Vec<RuleFile>,
    /// All page links; the highest `page` among them counts as the last where `last` is not there.
    pub links: Vec<Text>,
    /// Link to the next page.
    pub next: Vec<Text>,
    /// Pages have no numbers: each is found by the link to it on the one before (`?after=…`).
    pub chained: bool,
    /// The newest page is the last: what follows a page is the one that its pager has in front of it. Needs `chained`.
    pub backwards: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArticleFile {
    /// The body's element. Several matches: the first.
    pub body: Vec<Text>,
    /// Elements inside the body that are not part of it.
    #[serde(default)]
    pub body_remove: Vec<Text>,
    /// Containers of images outside the body, in front of it (`#bo_v_img`).
    #[serde(default)]
    pub images_before: Vec<Text>,
    /// The fullest of these is the title: one may be cut (gnuboard's heading ends at 70 characters).
    pub title: Vec<RuleFile>,
    /// What the site appends to `<title>`; a pattern whose match is removed.
    #[serde(default)]
    pub title_suffix: Option<Text>,
    #[serde(default)]
    pub author: Vec<RuleFile>,
    #[serde(default)]
    pub date: Vec<RuleFile>,
    #[serde(default)]
    pub category: Vec<RuleFile>,
    #[serde(default)]
    pub views: Vec<RuleFile>,
    #[serde(default)]
    pub votes: Vec<RuleFile>,
    #[serde(default)]
    pub tags: Vec<Text>,
    #[serde(default)]
    pub comment_count: Vec<RuleFile>,
    /// The press named at the end of a repost: a pattern with group `source`, tried on the last lines of the
    /// text besides the rules every profile shares.
    #[serde(default)]
    pub source: Vec<Text>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttachmentsFile {
    /// Links that the page shows to be files by what stands around them (`files`): a name, a size, a heading. Then names,
    /// sizes and ids are read there, too, the words of lists of files are no part of the text, and a `link` is one sign
    /// more for what it selects.
    pub by_signs: bool,
    /// Where `by_signs`: links that look like files and are none.
    pub skip: Vec<Text>,
    /// Links to files.
    pub link: Vec<Text>,
    /// The query parameter (or pattern over the URL with group `key`) that is the file's own id.
    pub key: Option<Text>,
    /// Parameters removed from the stored URL because they change (`nonce`, `file_key`).
    pub drop: Vec<String>,
    /// The file's name, relative to the link; otherwise the link's text.
    pub name: Vec<RuleFile>,
    /// Its size as the page tells it (`20.0KB`), relative to the link or to the item around it.
    pub size: Vec<RuleFile>,
    /// The element around a link that also holds its size, as an ancestor of the link.
    pub item: Option<Text>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CommentsFile {
    pub item: Vec<Text>,
    /// The first item on an article's first page is the article itself: the posts of a forum's thread.
    pub article_is_first: bool,
    /// Elements right before the item that belong to it, at most: a heading with name and date, an anchor. Fields are
    /// looked for in them first.
    pub heads: u32,
    /// The comment's id, from the item.
    pub key: Vec<RuleFile>,
    pub author: Vec<RuleFile>,
    pub date: Vec<RuleFile>,
    /// Where nothing is said, the item is its own body.
    pub body: Vec<Text>,
    pub body_remove: Vec<Text>,
    /// The item (or something in it) matches: its words are not shown to us.
    pub secret: Vec<Text>,
    /// Words that stand in a secret or deleted comment's place.
    pub secret_words: Vec<String>,
    /// The level of nesting as a number, from the item: a class `indent3`, a margin divided by `depth_unit`.
    pub depth: Vec<RuleFile>,
    pub depth_unit: Option<f64>,
    /// Comments nested as elements: an ancestor that matches is the parent.
    pub nested_in: Option<Text>,
    /// Links to the other pages of comments.
    pub pages: Vec<Text>,
    /// The query parameter that is the page's number (`cpage`).
    pub page_param: Option<String>,
    /// Where it is no parameter of its own, or counts otherwise than from 1: a pattern over path and query with the
    /// group `page`.
    pub page_pattern: Option<Text>,
    /// What that group holds on page 1, and how much it grows from page to page (1 where nothing is said).
    pub page_first: Option<u64>,
    pub page_step: Option<u64>,
    /// The page shown.
    pub page_current: Vec<RuleFile>,
}

/// A page is of `class` where all conditions given hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassFile {
    pub class: PageClass,
    #[serde(default)]
    pub status: Vec<u16>,
    #[serde(default)]
    pub select: Option<Text>,
    /// No such element.
    #[serde(default)]
    pub missing: Option<Text>,
    /// A pattern over `<title>`.
    #[serde(default)]
    pub title: Option<Text>,
    /// A pattern over the page's source, scripts included.
    #[serde(default)]
    pub source: Option<Text>,
    /// A pattern over the URL that answered, or that a redirect we did not follow points to.
    #[serde(default)]
    pub url: Option<Text>,
}

/// For editors: a profile's schema is the configuration's `[profile.*]` table.
impl JsonSchema for ProfileFile {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Profile".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "required": ["format", "engine", "title", "identity", "listing", "article"],
        })
    }
}
