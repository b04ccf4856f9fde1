//! What does a board's own use of URLs say of identity? In: the links of a listing's rows, and the listing's own URLs.
//! Out: which links have one shape, which part is the id, and which parameters are state.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use crate::profile::{self, path_of};

/// Parameters that tell where the reader came from, how the listing is shown, or who he is: never identity
/// (BOARDS.md 12.1 and 12.2).
const STATE: [&str; 44] = [
    "page",
    "cpage",
    "pageid",
    "category",
    "sca",
    "sfl",
    "stx",
    "sop",
    "sst",
    "sod",
    "spt",
    "sort",
    "order",
    "sort_index",
    "order_type",
    "liststyle",
    "device",
    "m",
    "l",
    "extra",
    "po",
    "divpage",
    "exception_mode",
    "od",
    "search_target",
    "search_keyword",
    "keyword",
    "phpsessid",
    "sid",
    "s",
    "jsessionid",
    "cfid",
    "cftoken",
    "pageindex",
    "pageno",
    "pg",
    "page_num",
    "select_arrange",
    "desc",
    "sn",
    "ss",
    "sc",
    "highlight",
    "utm_source",
];
/// Names that often hold an article's id.
const ID_NAMES: [&str; 24] = [
    "no",
    "id",
    "uid",
    "wr_id",
    "document_srl",
    "tid",
    "t",
    "num",
    "seq",
    "idx",
    "article",
    "articleno",
    "nttid",
    "nttno",
    "topic",
    "p",
    "bno",
    "boardseq",
    "key",
    "aid",
    "post",
    "postid",
    "articleid",
    "threadid",
];

pub(super) static DIGITS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d+"));
/// Numbers, also to the base of 16: those of `M.1763110000.A.3FE.html`.
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[0-9A-F]{3,}\b|\d+"));
static SLUG_THEN_ID: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:.*[.\-_~])?(\d+)(\.\w{1,5})?$"));
/// `12-tea-time`, `12-tea.html`; not `12.html`.
static ID_THEN_TITLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\d+[-_~]\p{L}{2,}"));
static ID_THEN_SLUG: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(\d+)[-_.~].*$"));
/// A year, with month and day where they follow: `2025`, `202511`, `2025-11-08`.
static YEAR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:19|20)\d{2}(?:[-_.]?(?:0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\d|3[01]))?)?$")
});
/// What may follow a year as a part of its own: `11`, `8`, `1108`.
static MONTH_OR_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:(?:0?[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01]))$")
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// One server's: whatever the scheme.
pub(super) fn is_same_host(url: &Url, other: &Url) -> bool {
    (url.host_str(), url.port()) == (other.host_str(), other.port())
}

/// Whether a parameter says in which state a page is shown. A single letter is many things: with a word for its value
/// (`m=bbs`) it is a module, with a number or a code (`m=1`, `l=en`) a mode.
pub(super) fn is_state(name: &str, value: &str) -> bool {
    let is_word = value.len() > 2 && value.bytes().all(|byte| byte.is_ascii_alphabetic());
    STATE.iter().any(|state| state.eq_ignore_ascii_case(name)) && !(name.len() == 1 && is_word)
}

/// Parameters that show a part of a listing.
const FILTERS: [&str; 9] = [
    "category",
    "sca",
    "cate",
    "category_srl",
    "cat",
    "tag",
    "label",
    "prefix_id",
    "search_head",
];

/// Whether a link shows a part of a listing: its category, a tag.
pub(super) fn has_filter(url: &Url) -> bool {
    parameters(url).iter().any(|(name, value)| {
        let name = name.to_ascii_lowercase();
        !value.is_empty() && (FILTERS.contains(&name.as_str()) || name.starts_with("category"))
    }) || segments(url).iter().any(|part| {
        matches!(
            part.as_str(),
            "category" | "categories" | "tag" | "tags" | "c"
        )
    })
}

/// The parts of a path, the empty one behind a final slash included.
pub(super) fn segments(url: &Url) -> Vec<String> {
    split(&path_of(url))
}

/// The parts of a path as it is written; one in the query keeps its `?`.
pub(super) fn split(path: &str) -> Vec<String> {
    let path = path.replacen('?', "/?", 1);
    path.split('/').skip(1).map(str::to_owned).collect()
}

/// What stands between a part of a path and the one before it, as text; and the rest of the part.
pub(super) fn joint(part: &str) -> (&'static str, &str) {
    part.strip_prefix('?')
        .map_or(("/", part), |rest| ("?", rest))
}

/// `name=value` parts as they stand; the last of a name counts.
pub(super) fn parameters(url: &Url) -> BTreeMap<String, String> {
    profile::parameters(url.query().unwrap_or_default())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Whether both lead to one page, but for their parameters.
pub(super) fn is_same_path(a: &Url, b: &Url) -> bool {
    path_of(a).trim_end_matches('/') == path_of(b).trim_end_matches('/')
}

/// What links of one kind have in common: the same for all rows of a board, different for its menus.
pub(super) fn kind_of(url: &Url) -> String {
    let parts = segments(url);
    let n_parts = parts.len();
    let mut kind = String::new();
    for (at, part) in parts.iter().enumerate() {
        let (joint, part) = joint(part);
        kind.push_str(joint);
        let has_digit = part.bytes().any(|byte| byte.is_ascii_digit());
        let extension = part
            .rsplit_once('.')
            .map(|(_, end)| end)
            .filter(|end| end.len() <= 5);
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            kind.push('#');
        } else if has_digit && !part.contains('%') && is_numbered(part) {
            // `thread-12-1-1.html`: the words are the shape.
            kind.push_str(&NUMBERS.replace_all(part, "#"));
        } else if has_digit
            || part.contains('%')
            || part.len() >= 24
            || part.matches(['-', '_']).count() >= 2
        {
            kind.push('~');
        } else if at + 1 < n_parts || extension.is_some() || part.is_empty() {
            kind.push_str(part);
        } else {
            kind.push('w');
        }
    }
    for (name, value) in parameters(url) {
        if is_state(&name, &value) || value.is_empty() {
            continue;
        }
        let value = if value.len() > 12 && value.bytes().any(|byte| byte.is_ascii_digit()) {
            "~".to_owned()
        } else {
            DIGITS.replace_all(&value, "#").into_owned()
        };
        kind.push_str(&format!("&{name}={value}"));
    }
    kind
}

/// Kinds that differ in one part of the path, which tells one article each: `/s/abcdef/~` and `/s/ghijkl/~` are
/// `/s/*/~`. `kinds`: each with the articles that it leads to.
pub(super) fn joined_kinds<'k>(kinds: impl Iterator<Item = (&'k str, usize)>) -> Vec<String> {
    /// Fewer are sections of a site.
    const LEAST: usize = 5;
    /// Where each kind has several articles, as those of their writers have, a title must tell them.
    const LEAST_OF_TITLES: usize = 3;
    const MOST_PARTS: usize = 10;
    const MOST_KINDS: usize = 4;
    let mut joined: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (kind, n_articles) in kinds {
        let parts: Vec<&str> = kind.split('/').take(MOST_PARTS + 1).collect();
        if parts.len() > MOST_PARTS {
            continue;
        }
        for at in 1..parts.len().saturating_sub(1) {
            if parts[at].is_empty() || parts[at].contains(['#', '~', '?']) {
                continue;
            }
            let mut any = parts.clone();
            any[at] = "*";
            let held = joined.entry(any.join("/")).or_default();
            held.0 += 1;
            held.1 += usize::from(n_articles == 1);
        }
    }
    let is_told = |kind: &str, (n, n_single): (usize, usize)| {
        (n >= LEAST && 5 * n_single >= 4 * n) || (n >= LEAST_OF_TITLES && kind.ends_with("/*/~"))
    };
    let mut told: Vec<(String, (usize, usize))> = joined
        .into_iter()
        .filter(|(kind, counts)| is_told(kind, *counts))
        .collect();
    told.sort_by_key(|(_, (n, _))| std::cmp::Reverse(*n));
    told.into_iter()
        .take(MOST_KINDS)
        .map(|(kind, _)| kind)
        .collect()
}

/// Whether a link is of a kind, one of [`joined_kinds`] or a plain one.
pub(super) fn is_of_kind(url: &Url, kind: &str) -> bool {
    let own = kind_of(url);
    own == kind
        || (kind.contains("/*/")
            && own.split('/').count() == kind.split('/').count()
            && own
                .split('/')
                .zip(kind.split('/'))
                .all(|(own, any)| any == "*" || any == own))
}

/// Short words around numbers (`thread-12-1-1.html`), not a title that holds one or stands behind one.
fn is_numbered(part: &str) -> bool {
    if ID_THEN_TITLE.is_match(part) {
        return false;
    }
    let letters = part.chars().filter(|c| c.is_alphabetic()).count();
    let hyphens = part.matches(['-', '_']).count();
    letters == 0
        || (letters <= 12 && (hyphens < 2 || part.ends_with(".html") || part.ends_with(".htm")))
}

/// A link without state: equal for two links to one article.
pub(super) fn bare(url: &Url) -> String {
    let mut text = path_of(url).trim_end_matches('/').to_owned();
    for (name, value) in parameters(url) {
        if !is_state(&name, &value) && !value.is_empty() {
            text.push_str(&format!("&{name}={value}"));
        }
    }
    text
}

/// Addresses that go on where another of the same page ends, by the address that they go on from: `12-tea-2.html` and
/// `12-tea-post31.html` beside `12-tea.html` are more of one article. Where few articles have such, they are articles of
/// one title each.
pub(super) fn more_of<'k>(keys: &BTreeSet<&'k str>) -> BTreeMap<&'k str, &'k str> {
    const LEAST: usize = 3;
    const MOST_LETTERS: usize = 8;
    const MOST_DIGITS: usize = 10;
    let base_of = |key: &str| -> Option<&'k str> {
        let (stem, end) = match key.rsplit_once('.') {
            Some((stem, end)) if !end.contains(['/', '-', '&']) => (stem, Some(end)),
            _ => (key, None),
        };
        let (base, tail) = stem.rsplit_once(['-', '_'])?;
        let digits = tail.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let is_tail = !tail.is_empty()
            && tail.len() - digits.len() <= MOST_LETTERS
            && digits.len() <= MOST_DIGITS
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        let base = end.map_or_else(|| base.to_owned(), |end| format!("{base}.{end}"));
        keys.get(base.as_str()).copied().filter(|_| is_tail)
    };
    let more: BTreeMap<&'k str, &'k str> = keys
        .iter()
        .filter_map(|key| Some((*key, base_of(key)?)))
        .collect();
    let bases: BTreeSet<&str> = more.values().copied().collect();
    let n_articles = keys.len() - more.len();
    match bases.len() >= LEAST && 5 * bases.len() >= n_articles {
        true => more,
        false => BTreeMap::new(),
    }
}

/// Whether a link leads to an article, or to more of it: its path goes on from the article's, and no parameter is another.
pub(super) fn is_part_of(url: &Url, article: &Url) -> bool {
    let there = parameters(url);
    let own = path_of(article);
    path_of(url).starts_with(own.trim_end_matches('/'))
        && parameters(article)
            .iter()
            .filter(|(name, value)| !is_state(name, value))
            .all(|(name, value)| there.get(name) == Some(value))
}

/// How the board writes the URL of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ArticleShape {
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub template: String,
    /// The listing's name is part of it.
    pub has_board: bool,
    pub reason: String,
}

/// A place in a URL that may be the id.
struct Candidate {
    place: Place,
    /// The pattern with the group `id`.
    pattern: String,
    /// As it stands in the template.
    template: String,
    score: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Segment(usize),
    Parameter(String),
}

/// Learns an article's shape from the links of rows (at least two different ones).
pub(super) fn article_shape(links: &[Url], listing: &Url) -> Option<ArticleShape> {
    let distinct: BTreeMap<String, &Url> = links.iter().map(|url| (bare(url), url)).collect();
    let urls: Vec<&Url> = distinct.into_values().collect();
    let parts: Vec<Vec<String>> = urls.iter().map(|url| segments(url)).collect();
    let n_parts = parts.first()?.len();
    if urls.len() < 2 || parts.iter().any(|part| part.len() != n_parts) {
        return None;
    }
    let queries: Vec<BTreeMap<String, String>> = urls.iter().map(|url| parameters(url)).collect();
    let mut names: BTreeSet<&String> = queries[0].keys().collect();
    names.retain(|name| {
        !is_state(name, &queries[0][*name]) && queries.iter().all(|query| query.contains_key(*name))
    });

    let mut candidates = Vec::new();
    for at in 0..n_parts {
        let values: Vec<&str> = parts.iter().map(|part| joint(&part[at]).1).collect();
        let near_end = i64::try_from(at).unwrap_or(0);
        // Where nothing is posted twice on one day, its day tells each article, too.
        let dated = if is_day(&parts, at) { 15 } else { 0 };
        candidates.extend(id_in(&values).map(|(pattern, template, score)| Candidate {
            place: Place::Segment(at),
            pattern,
            template,
            score: score + near_end - dated,
        }));
    }
    for name in &names {
        let values: Vec<&str> = queries.iter().map(|query| query[*name].as_str()).collect();
        let named = ID_NAMES.iter().any(|id| name.eq_ignore_ascii_case(id));
        candidates.extend(id_in(&values).map(|(pattern, template, score)| Candidate {
            place: Place::Parameter((*name).clone()),
            pattern: pattern.replace("[^/]", "[^&]"),
            template,
            score: score + 4 * i64::from(named),
        }));
    }
    candidates.sort_by_key(|candidate| -candidate.score);
    let chosen = candidates.into_iter().next()?;

    let board = board_place(&parts, &queries[0], &names, listing, &chosen.place);
    let mut writer = ShapeWriter {
        slug: chosen.pattern.contains("(?<slug>"),
        in_date: false,
    };
    let mut path = String::new();
    let mut template = String::new();
    for at in 0..n_parts {
        let values: BTreeSet<&str> = parts.iter().map(|part| joint(&part[at]).1).collect();
        let (before, _) = joint(&parts[0][at]);
        let (pattern, text) = if chosen.place == Place::Segment(at) {
            (chosen.pattern.clone(), chosen.template.clone())
        } else {
            writer.part(&values, "[^/]+", board == Some(Place::Segment(at)))
        };
        path.push_str(&format!("{}{pattern}", regex::escape(before)));
        template.push_str(&format!("{before}{text}"));
    }
    let mut query = BTreeMap::new();
    let mut written = Vec::new();
    for name in names {
        let values: BTreeSet<&str> = queries.iter().map(|query| query[name].as_str()).collect();
        if chosen.place == Place::Parameter(name.clone()) {
            query.insert(name.clone(), chosen.pattern.clone());
            written.push(format!("{name}={}", chosen.template));
        } else if values.len() == 1 && !values.contains("") {
            let is_board = board == Some(Place::Parameter(name.clone()));
            let (pattern, text) = writer.part(&values, "[^&]*", is_board);
            query.insert(name.clone(), pattern);
            written.push(format!("{name}={text}"));
        }
    }
    if !written.is_empty() {
        let joint = if template.contains('?') { '&' } else { '?' };
        template.push_str(&format!("{joint}{}", written.join("&")));
    }
    Some(ArticleShape {
        path,
        query,
        template,
        has_board: board.is_some(),
        reason: format!("{:?} differs in all {} links", chosen.place, urls.len()).to_lowercase(),
    })
}

/// Whether a part of all paths is a day: of a year and month in front of it, or with them.
fn is_day(parts: &[Vec<String>], at: usize) -> bool {
    parts.iter().all(|part| {
        let value = joint(&part[at]).1;
        let of_year = at > 0
            && MONTH_OR_DAY.is_match(value)
            && part[..at].iter().any(|before| YEAR.is_match(before));
        of_year || (value.len() >= 8 && YEAR.is_match(value))
    })
}

/// Where a link names its board: the parameter that the listing's own URL has with the same value, else the last part of
/// the path that it has too. `/bbs/board.php?bo_table=news` is the board `news`, `/forum/news` is not `forum`.
fn board_place(
    parts: &[Vec<String>],
    query: &BTreeMap<String, String>,
    names: &BTreeSet<&String>,
    listing: &Url,
    id: &Place,
) -> Option<Place> {
    let here = parameters(listing);
    let parameter = names
        .iter()
        .map(|name| (Place::Parameter((*name).clone()), *name))
        .find(|(place, name)| {
            place != id
                && query.get(*name).is_some_and(|value| !is_state(name, value))
                && here.get(*name) == query.get(*name)
        });
    if let Some((place, _)) = parameter {
        return Some(place);
    }
    let words = board_words(listing);
    (0..parts[0].len())
        .rev()
        .find(|at| {
            let part = &parts[0][*at];
            *id != Place::Segment(*at)
                && words.iter().any(|word| word == joint(part).1)
                && parts.iter().all(|other| other[*at] == *part)
        })
        .map(Place::Segment)
}

/// Writes the parts of a URL that are not the id.
struct ShapeWriter {
    slug: bool,
    /// The part before is a year, or a month of it.
    in_date: bool,
}

impl ShapeWriter {
    fn part(&mut self, values: &BTreeSet<&str>, any: &str, is_board: bool) -> (String, String) {
        let one = values.first().copied().unwrap_or_default();
        // What is the same month today will be another one.
        let is_moment =
            |value: &&str| YEAR.is_match(value) || (self.in_date && MONTH_OR_DAY.is_match(value));
        self.in_date = !is_board && values.iter().all(is_moment);
        if self.in_date {
            return (r"[\d._-]+".to_owned(), one.to_owned());
        }
        if values.len() == 1 {
            let literal = regex::escape(one);
            let pattern = match is_board {
                true => format!("(?<board>{literal})"),
                false => literal,
            };
            return (pattern, one.to_owned());
        }
        if self.slug {
            return (any.to_owned(), one.to_owned());
        }
        self.slug = true;
        (format!("(?<slug>{any})"), "{slug}".to_owned())
    }
}

/// The words of a listing's URL that may be the board's name.
fn board_words(listing: &Url) -> Vec<String> {
    let script = |word: &str| word.contains('.') || word.is_empty();
    let mut words: Vec<String> = parameters(listing)
        .into_iter()
        .filter(|(name, value)| !is_state(name, value) && !value.is_empty())
        .map(|(_, value)| value)
        .collect();
    let parts = segments(listing);
    let of_path = parts
        .iter()
        .map(|part| joint(part).1)
        .filter(|word| !script(word));
    words.extend(of_path.map(str::to_owned));
    words
}

/// Where the id is in values that all stand at one place: pattern, template, and how good an id it makes. `None`
/// where they do not tell articles apart.
fn id_in(values: &[&str]) -> Option<(String, String, i64)> {
    let n_values = values.len();
    let distinct: BTreeSet<&&str> = values.iter().collect();
    if distinct.len() < n_values {
        return None;
    }
    if values
        .iter()
        .all(|value| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Some(("(?<id>\\d+)".into(), "{id}".into(), 20));
    }
    if let Some(found) = numbered(values).or_else(|| coded(values)) {
        return Some(found);
    }
    let ids = |regex: &Regex| -> Option<BTreeSet<String>> {
        values
            .iter()
            .map(|value| Some(regex.captures(value)?.get(1)?.as_str().to_owned()))
            .collect()
    };
    if let Some(found) = titled(values) {
        return Some(found);
    }
    if ids(&SLUG_THEN_ID).is_some_and(|ids| ids.len() == n_values) {
        let end = SLUG_THEN_ID
            .captures(values[0])
            .and_then(|found| Some(found.get(2)?.as_str().to_owned()))
            .unwrap_or_default();
        let pattern = format!(
            "(?<slug>(?:[^/]*[.\\-_~])?)(?<id>\\d+)(?:{})?",
            if end.is_empty() {
                "\\.\\w{1,5}".into()
            } else {
                regex::escape(&end)
            }
        );
        return Some((pattern, format!("{{slug}}{{id}}{end}"), 15));
    }
    if values.iter().any(|value| value.is_empty()) {
        return None;
    }
    // Codes of one length tell more than titles in letters.
    let length = values[0].len();
    let is_code = |value: &&str| {
        value.len() == length && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let is_word =
        |value: &str| value.len() <= 16 && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let score = match n_values > 2 && (4..=16).contains(&length) && values.iter().all(is_code) {
        // Also more than a number at the end of a title, which may be the title's own.
        true => 17,
        // A title is words with hyphens between them.
        false if values.iter().all(|value| is_word(value)) => 10,
        false => 8,
    };
    Some(("(?<id>[^/]+)".into(), "{id}".into(), score))
}

/// A number with a title behind it, and perhaps a word in front that all have: `12-title`, `t12-title.html`.
fn titled(values: &[&str]) -> Option<(String, String, i64)> {
    let word = values[0].split(|c: char| !c.is_alphabetic()).next()?;
    let id = |value: &&str| {
        let found = ID_THEN_SLUG.captures(value.strip_prefix(word)?)?;
        Some(found.get(1)?.as_str().to_owned())
    };
    let ids: BTreeSet<String> = values.iter().map(id).collect::<Option<_>>()?;
    (ids.len() == values.len()).then(|| {
        let word_pattern = regex::escape(word);
        (
            format!("{word_pattern}(?<id>\\d+)(?:[-_.~][^/]*)?"),
            format!("{word}{{id}}"),
            16,
        )
    })
}

/// Values that differ in numbers to several bases: all of it is the id.
fn coded(values: &[&str]) -> Option<(String, String, i64)> {
    let skeleton = NUMBERS.replace_all(values[0], "#").into_owned();
    let is_same = |value: &&str| NUMBERS.replace_all(value, "#") == skeleton;
    let literals: Vec<String> = skeleton.split('#').map(regex::escape).collect();
    let is_coded = literals.len() > 2 && values.iter().all(is_same);
    is_coded.then(|| {
        let pattern = format!("(?<id>{})", literals.join("[0-9A-F]+"));
        (pattern, "{id}".to_owned(), 17)
    })
}

/// Values that differ in numbers only: `thread-12-1-1.html`, `12.0`.
fn numbered(values: &[&str]) -> Option<(String, String, i64)> {
    let skeleton = DIGITS.replace_all(values[0], "#").into_owned();
    if !skeleton.contains('#')
        || values
            .iter()
            .any(|value| DIGITS.replace_all(value, "#") != skeleton)
    {
        return None;
    }
    let runs: Vec<Vec<&str>> = values
        .iter()
        .map(|value| DIGITS.find_iter(value).map(|run| run.as_str()).collect())
        .collect();
    let n_distinct = |at: usize| {
        runs.iter()
            .map(|run| run[at])
            .collect::<BTreeSet<_>>()
            .len()
    };
    let n_runs = runs[0].len();
    let mut telling = (0..n_runs).filter(|at| n_distinct(*at) == values.len());
    let is_day = |at: &usize| {
        let mut numbers = runs.iter().map(|run| run[*at]);
        numbers.all(|number| number.len() == 8 && YEAR.is_match(number))
    };
    let first = telling.clone().next()?;
    let id_at = telling.find(|at| !is_day(at)).unwrap_or(first);
    // Nothing is number 0: where an article's number stands, that means none.
    let is_plain = runs.iter().all(|run| !run[id_at].starts_with('0'));
    let id = if is_plain {
        "(?<id>[1-9]\\d*)"
    } else {
        "(?<id>\\d+)"
    };
    let literals: Vec<&str> = skeleton.split('#').collect();
    let (mut pattern, mut template) = (String::new(), String::new());
    for (at, literal) in literals.iter().enumerate() {
        pattern.push_str(&regex::escape(literal));
        template.push_str(literal);
        if at == id_at {
            pattern.push_str(id);
            template.push_str("{id}");
        } else if at < n_runs {
            // A number that is the same everywhere today (a page of the article) need not stay so.
            pattern.push_str("\\d+");
            template.push_str(runs[0][at]);
        }
    }
    Some((pattern, template, 18))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_pages_stand_beside_their_articles() {
        let keys = [
            "/a/1-tea.html",
            "/a/1-tea-2.html",
            "/a/1-tea-post31.html",
            "/a/2-rope.html",
            "/a/2-rope-new.html",
            "/a/3-oar.html",
            "/a/3-oar-2.html",
            "/a/4-sail.html",
        ];
        let more = more_of(&keys.into_iter().collect());
        assert_eq!(more.len(), 4);
        assert_eq!(more["/a/1-tea-post31.html"], "/a/1-tea.html");
        // Two posts of one title are two.
        let posts = ["/tea", "/tea-2", "/rope", "/oar", "/sail"];
        assert!(more_of(&posts.into_iter().collect()).is_empty());
    }
}
