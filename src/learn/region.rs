//! Where on a page are the board's rows? In: one or two pages of a listing. Out: the element of each row on each page,
//! a name for all of them, and which candidates lost.
//!
//! A row is the largest element that holds links of one shape to one article only; rows are brothers or cousins of one
//! kind. That finds tables, lists, cards and definition lists alike, without knowing any tag. Which group of rows is
//! the board is a vote of its size, its share of the page's words, its dates and numbers; and on the second page its
//! links must have changed: a block that is the same on two pages is a widget.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::address::{bare, is_of_kind, more_of};
use super::candidates::{Candidate, by_choice};
use super::links::{Kinds, LINKS, MAX_LINKS, joined, kinds, links_of};
use super::title_link::link_titles;
use super::words::DATED;
use super::{Decision, SeenPage, css};
use crate::document::{ElementRef, Html, NodeId, Selector};
use crate::profile::{UNSEEN, element_text};

/// Kinds of links that may be rows; pages with more are link farms.
const MAX_KINDS: usize = 60;
/// Levels between a row and what in it bears a row's name.
const MAX_LEVELS: usize = 24;
/// Tables within tables that a row's name counts.
const MAX_DEPTH: usize = 12;
/// Rows that are not called the same by chance.
const MANY: usize = 6;
/// Rows of which the words are read to judge a group.
pub(super) const SAMPLE: usize = 60;

static BAD_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:nav|menu|gnb|lnb|snb|side|sidebar|aside|widget|latest|recent|popular|best|rank|ranking|related|foot|footer|header|breadcrumb|tag|tags|category|cate|banner|quick|hot_?list)")
        .expect("a constant pattern")
});
static GOOD_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)board|bbs|\blist|topic|thread|article|content|main|posts|forum|bd_lst")
        .expect("a constant pattern")
});

/// A link with its row.
#[derive(Clone)]
pub(super) struct RowSeen<'a> {
    pub element: ElementRef<'a>,
    /// That of the title.
    pub link: ElementRef<'a>,
    pub url: Url,
    /// All links to the article, in the order of the row.
    pub links: Vec<(ElementRef<'a>, Url)>,
}

/// Rows of one kind on one page.
pub(super) struct Group<'a> {
    pub kind: String,
    /// CSS of a row, with its parent: `ul.topics > li.row`.
    pub rows_css: String,
    pub rows: Vec<RowSeen<'a>>,
    pub score: f64,
    pub reason: String,
}

/// All groups of rows on each page. Kinds of links that belong together on one of them do so on all.
pub(super) fn groups_of<'a>(pages: &[SeenPage<'a>]) -> Vec<Vec<Group<'a>>> {
    let links: Vec<_> = pages.iter().map(links_of).collect();
    let kinds: Vec<Kinds<'a>> = links.iter().map(|links| kinds(links)).collect();
    let joined: BTreeSet<String> = kinds.iter().flat_map(joined).collect();
    pages
        .iter()
        .zip(links.iter().zip(kinds))
        .map(|(page, (links, kinds))| groups_by(page, links, kinds, &joined))
        .collect()
}

/// All groups of rows on a page.
pub(super) fn groups<'a>(page: &SeenPage<'a>) -> Vec<Group<'a>> {
    groups_of(std::slice::from_ref(page))
        .pop()
        .unwrap_or_default()
}

fn groups_by<'a>(
    page: &SeenPage<'a>,
    links: &[(ElementRef<'a>, Url)],
    mut kinds: Kinds<'a>,
    joined: &BTreeSet<String>,
) -> Vec<Group<'a>> {
    for kind in joined {
        let of_kind = links.iter().filter(|(_, url)| is_of_kind(url, kind));
        kinds.insert(kind.clone(), of_kind.cloned().collect());
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, links)| std::cmp::Reverse(links.len()));
    kinds.truncate(MAX_KINDS);
    let page_letters = letters(page.html.root_element()).max(1);
    let mut found = Vec::new();
    for (kind, links) in kinds {
        for (name, mut rows) in rows_of(links) {
            link_titles(&mut rows);
            let rows = (name, rows);
            if let Some(group) = judge(kind.clone(), rows, page_letters) {
                found.push(group);
            }
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found
}

fn letters(element: ElementRef<'_>) -> usize {
    element_text(element, &[]).chars().count()
}

/// Rows of one kind of link, by the kind of their element and of its parent.
fn rows_of<'a>(links: Vec<(ElementRef<'a>, Url)>) -> Vec<(String, Vec<RowSeen<'a>>)> {
    // Which one article the links in a node lead to; `None`: several.
    let mut holds: HashMap<NodeId, Option<&str>> = HashMap::new();
    let keys: Vec<String> = links.iter().map(|(_, url)| bare(url)).collect();
    let more = more_of(&keys.iter().map(String::as_str).collect());
    let with_key: Vec<(ElementRef<'a>, Url, &str)> = links
        .into_iter()
        .zip(&keys)
        .map(|((element, url), key)| {
            let key = more.get(key.as_str()).copied().unwrap_or(key);
            (element, url, key)
        })
        .collect();
    for (element, _, key) in &with_key {
        let mut node = Some(**element);
        while let Some(at) = node {
            match holds.get(&at.id()) {
                None => {
                    holds.insert(at.id(), Some(key));
                }
                Some(None) => break,
                Some(Some(held)) if held == key => break,
                Some(Some(_)) => {
                    holds.insert(at.id(), None);
                }
            }
            node = at.parent();
        }
    }
    // Brothers of one tag, whatever state their classes tell.
    let mut brothers: Vec<(NodeId, &str, Vec<RowSeen<'a>>)> = Vec::new();
    let mut places: HashMap<(NodeId, &str), usize> = HashMap::new();
    let mut held_at: HashMap<NodeId, (usize, usize)> = HashMap::new();
    for (link, url, key) in with_key {
        let mut row = link;
        while let Some(parent) = row.parent().and_then(ElementRef::wrap) {
            if !matches!(holds.get(&parent.id()), Some(Some(_))) || parent.value().name() == "body"
            {
                break;
            }
            row = parent;
        }
        let Some(parent) = row.parent() else { continue };
        if let Some((group, place)) = held_at.get(&row.id()).copied() {
            // A second link to the same article: the one with more words may be the title's.
            let held = &mut brothers[group].2[place];
            let (is_whole, held_is_whole) = (bare(&url) == key, bare(&held.url) == key);
            if is_whole && !held_is_whole {
                held.links.clear();
            }
            if is_whole {
                held.links.push((link, url.clone()));
            }
            if is_whole && (!held_is_whole || words(link) > words(held.link)) {
                (held.link, held.url) = (link, url);
            }
            continue;
        }
        let tag = row.value().name();
        let at = *places.entry((parent.id(), tag)).or_insert_with(|| {
            brothers.push((parent.id(), tag, Vec::new()));
            brothers.len() - 1
        });
        held_at.insert(row.id(), (at, brothers[at].2.len()));
        brothers[at].2.push(RowSeen {
            element: row,
            link,
            url: url.clone(),
            links: vec![(link, url)],
        });
    }
    merge(
        brothers
            .into_iter()
            .map(|(_, _, rows)| Brothers::new(rows))
            .collect(),
    )
}

/// Rows with one parent and one tag.
struct Brothers<'a> {
    rows: Vec<RowSeen<'a>>,
    /// What tells them from their second lines, where no class does: `:has(> td > a)`.
    has: String,
}

impl<'a> Brothers<'a> {
    /// Where an article has two lines with a link each, the line with the title is the row.
    fn new(rows: Vec<RowSeen<'a>>) -> Self {
        let mut articles: Vec<Vec<RowSeen<'a>>> = Vec::new();
        for row in rows {
            match articles.last_mut() {
                Some(lines) if bare(&lines[0].url) == bare(&row.url) => lines.push(row),
                _ => articles.push(vec![row]),
            }
        }
        let title_at = |lines: &Vec<RowSeen<'_>>| {
            (0..lines.len())
                .rev()
                .max_by_key(|at| words(lines[*at].link))
                .unwrap_or(0)
        };
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for lines in articles.iter().filter(|lines| lines.len() > 1) {
            *counts.entry(title_at(lines)).or_default() += 1;
        }
        let usual = counts.into_iter().max_by_key(|(_, n)| *n);
        let Some((usual, _)) = usual.filter(|(_, n)| *n > 1 && 2 * n > articles.len()) else {
            let rows = articles.into_iter().flatten().collect();
            return Self {
                rows,
                has: String::new(),
            };
        };
        let (mut kept, mut others) = (Vec::new(), Vec::new());
        for lines in articles {
            let at = usual.min(lines.len() - 1);
            for (place, line) in lines.into_iter().enumerate() {
                match place == at {
                    true => kept.push(line),
                    false => others.push(line),
                }
            }
        }
        let shared = shared_classes(&kept);
        let told_apart = others.iter().all(|line| {
            !shared
                .iter()
                .all(|class| css::classes(line.element).contains(class))
        });
        let path = css::path_within(kept[0].element, kept[0].link);
        let has = match told_apart {
            true => String::new(),
            false => format!(":has(> {path})"),
        };
        Self { rows: kept, has }
    }
}

/// Class words that all rows have.
fn shared_classes(rows: &[RowSeen<'_>]) -> Vec<String> {
    let mut shared = rows
        .first()
        .map_or_else(Vec::new, |row| css::classes(row.element));
    for row in &rows[rows.len().min(1)..] {
        let own = css::classes(row.element);
        shared.retain(|class| own.contains(class));
    }
    shared
}

/// What names rows: their parent, their tag, class words, and what they hold.
type Name = (String, String, Vec<String>, String);

/// Groups of brothers whose elements bear one name are one group: a table in two bodies, a list after each heading.
fn merge(brothers: Vec<Brothers<'_>>) -> Vec<(String, Vec<RowSeen<'_>>)> {
    let mut groups: BTreeMap<Name, Vec<RowSeen<'_>>> = BTreeMap::new();
    let mut few: Vec<Vec<RowSeen<'_>>> = Vec::new();
    for Brothers { rows, has } in brothers {
        if rows.len() < 2 {
            few.push(rows);
            continue;
        }
        let (above, tag, classes) = named(&rows[0], shared_classes(&rows));
        groups
            .entry((above, tag, classes, has))
            .or_default()
            .extend(rows);
    }
    for rows in few {
        let (above, tag, classes) = named(&rows[0], css::classes(rows[0].element));
        let fits = groups
            .keys()
            .find(|(a, t, shared, _)| {
                *a == above && *t == tag && shared.iter().all(|class| classes.contains(class))
            })
            .cloned();
        groups
            .entry(fits.unwrap_or((above, tag, classes, String::new())))
            .or_default()
            .extend(rows);
    }
    sections(groups)
        .into_iter()
        .map(|((above, tag, classes, has), mut rows)| {
            rows.sort_by_key(|row| row.element.id());
            let name = classes
                .iter()
                .fold(tag, |name, class| format!("{name}.{class}"));
            (format!("{above}{name}{has}"), rows)
        })
        .collect()
}

/// Sections of one listing (pinned topics, the others) stand side by side, each in a dress of its own; their rows are of
/// one class.
fn sections(groups: BTreeMap<Name, Vec<RowSeen<'_>>>) -> BTreeMap<Name, Vec<RowSeen<'_>>> {
    let around = |rows: &[RowSeen<'_>]| Some(rows.first()?.element.parent()?.parent()?.id());
    let mut joined: BTreeMap<Name, Vec<RowSeen<'_>>> = BTreeMap::new();
    let mut at_side: HashMap<(NodeId, String, Vec<String>, String), Name> = HashMap::new();
    for (name, rows) in groups {
        let (above, tag, classes, has) = name.clone();
        let Some(around) = around(&rows).filter(|_| !classes.is_empty()) else {
            joined.entry(name).or_default().extend(rows);
            continue;
        };
        match at_side.get(&(around, tag.clone(), classes.clone(), has.clone())) {
            Some(held) => {
                let mut all = joined.remove(held).unwrap_or_default();
                all.extend(rows);
                let free = (String::new(), tag.clone(), classes.clone(), has.clone());
                joined.entry(free.clone()).or_default().extend(all);
                at_side.insert((around, tag, classes, has), free);
            }
            None => {
                at_side.insert(
                    (around, tag, classes, has),
                    (above, name.1.clone(), name.2.clone(), name.3.clone()),
                );
                joined.entry(name).or_default().extend(rows);
            }
        }
    }
    joined
}

fn named(row: &RowSeen<'_>, classes: Vec<String>) -> (String, String, Vec<String>) {
    let parent = row.element.parent().and_then(ElementRef::wrap);
    let above = parent.map_or(String::new(), |parent| {
        format!("{} > ", css::simple(parent))
    });
    (above, row.element.value().name().to_owned(), classes)
}

/// Letters of a link's words; a comment count says less than a title. A heading is a title whatever else says more.
pub(super) fn words(link: ElementRef<'_>) -> usize {
    const HEADING: usize = 10_000;
    let heads = |element: ElementRef<'_>| {
        matches!(
            element.value().name(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
        )
    };
    let around = link.ancestors().filter_map(ElementRef::wrap).take(3);
    let is_heading = around.chain(link.child_elements()).any(heads);
    let n_letters = element_text(link, &[&UNSEEN])
        .chars()
        .filter(|c| c.is_alphabetic())
        .count();
    n_letters
        + if is_heading && n_letters > 0 {
            HEADING
        } else {
            0
        }
}

fn judge<'a>(
    kind: String,
    (rows_css, rows): (String, Vec<RowSeen<'a>>),
    page_letters: usize,
) -> Option<Group<'a>> {
    let n_rows = rows.len();
    if n_rows < 2 {
        return None;
    }
    let sample: Vec<&RowSeen<'_>> = rows.iter().take(SAMPLE).collect();
    let texts: Vec<String> = sample
        .iter()
        .map(|row| element_text(row.element, &[]))
        .collect();
    let titles: Vec<String> = sample
        .iter()
        .map(|row| element_text(row.link, &[]))
        .collect();
    let n = sample.len() as f64;
    let distinct: BTreeSet<&String> = titles.iter().filter(|title| !title.is_empty()).collect();
    let unique = distinct.len() as f64 / n;
    let urls: BTreeSet<String> = sample.iter().map(|row| bare(&row.url)).collect();
    let mut lengths: Vec<usize> = titles.iter().map(|title| title.chars().count()).collect();
    lengths.sort_unstable();
    let title_length = (lengths[lengths.len() / 2] as f64 / 25.0).min(1.0);
    let dated =
        |(text, title): (&String, &String)| DATED.is_match(&text.replacen(title.as_str(), " ", 1));
    let dates = texts
        .iter()
        .zip(&titles)
        .filter(|(text, title)| dated((text, title)))
        .count() as f64
        / n;
    let numeric = titles
        .iter()
        .filter(|title| !title.chars().any(char::is_alphabetic))
        .count() as f64
        / n;
    let held: usize = texts.iter().map(|text| text.chars().count()).sum();
    let share = (held as f64 * n_rows as f64 / n / page_letters as f64).min(1.0);
    let numbers = texts
        .iter()
        .filter(|text| {
            text.split(' ')
                .any(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()))
        })
        .count() as f64
        / n;
    let (mut bad, mut good, mut inside) = (false, false, false);
    let ancestors = rows[0]
        .element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .take(5);
    for ancestor in std::iter::once(rows[0].element).chain(ancestors) {
        let names = css::words_of(ancestor);
        bad |= BAD_NAMES.is_match(&names);
        good |= GOOD_NAMES.is_match(&names);
        inside |= matches!(ancestor.value().name(), "nav" | "aside" | "footer");
    }
    let linked: usize = titles.iter().map(|title| title.chars().count()).sum();
    // What each of many rows has in the same words does something with its article, and is no title however long.
    let is_button = n_rows >= MANY && distinct.len() == 1;
    let title_length = if is_button { 0.0 } else { title_length };
    // Rows that say nothing but their link are a menu, or a bare list.
    let besides = 1.0 - (linked as f64 / held.max(1) as f64).min(1.0);
    let score = (n_rows as f64 / 3.0).max(1.0).log2().min(3.0) / 3.0
        + 0.8 * (urls.len() as f64 / n - 0.5)
        + 0.8 * (unique - 0.5)
        + 1.5 * title_length
        + 1.6 * dates
        + 0.5 * numbers
        + 0.5 * besides
        + 2.2 * (2.2 * share).min(1.0)
        + if good { 0.4 } else { 0.0 }
        - if is_button { 0.8 } else { 0.0 }
        - if bad { 0.9 } else { 0.0 }
        - if inside { 1.2 } else { 0.0 }
        - 2.5 * numeric;
    let reason = format!(
        "{n_rows} rows, dates in {:.0} %, {:.0} % of the page's words, titles of {} letters",
        100.0 * dates,
        100.0 * share,
        lengths[lengths.len() / 2]
    );
    Some(Group {
        kind,
        rows_css,
        rows,
        score,
        reason,
    })
}

/// The board's rows, on each page seen.
pub(super) struct Region<'a> {
    pub rows_css: String,
    pub kind: String,
    pub pages: Vec<Vec<RowSeen<'a>>>,
    pub decision: Decision,
}

/// Points a group loses that is the same on both pages, and gains if it turned.
const TURNED: f64 = 1.5;
/// Below this no group is a board. A bare list of links without dates in much other text has about 2.
pub(super) const FLOOR: f64 = 2.2;

/// Score, reason and place of each group, the likeliest to be the board first. `second` are those of the second page, if
/// there is one.
pub(super) fn ranked(
    first: &[Group<'_>],
    second: Option<&[Group<'_>]>,
) -> Vec<(f64, String, usize)> {
    let keys = |group: &Group<'_>| -> BTreeSet<String> {
        group.rows.iter().map(|row| bare(&row.url)).collect()
    };
    let mut ranked: Vec<(f64, String, usize)> = Vec::new();
    for (at, group) in first.iter().enumerate() {
        let mut score = group.score;
        let mut reason = group.reason.clone();
        if let Some(second) = second {
            let twin = twin(second, &group.rows_css, &group.kind);
            let here = keys(group);
            let changed = twin.map(|twin| keys(twin).difference(&here).count());
            match changed {
                Some(n) if n > 0 => {
                    score += TURNED;
                    reason.push_str(&format!("; page 2 has {n} others"));
                }
                Some(_) => {
                    score -= 2.0 * TURNED;
                    reason.push_str("; the same on page 2");
                }
                None => reason.push_str("; not on page 2"),
            }
        }
        ranked.push((score, reason, at));
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked
}

/// Finds the board's rows: those that were `chosen`, or the likeliest. Where no group is likely enough, the decision
/// tells what was seen.
pub(super) fn region<'a>(
    pages: &[SeenPage<'a>],
    chosen: Option<&Candidate>,
) -> Result<Region<'a>, Decision> {
    let mut all = groups_of(&pages[..pages.len().min(2)]).into_iter();
    let first = all.next().unwrap_or_default();
    let second = all.next();
    let ranked = ranked(&first, second.as_deref());
    let is_chosen = |(score, _, at): &&(f64, String, usize)| match chosen {
        Some(chosen) => first[*at].rows_css == chosen.rows && first[*at].kind == chosen.kind,
        None => *score >= FLOOR,
    };
    let best = ranked.iter().find(is_chosen).cloned();
    let winner = best.as_ref().map_or(0, |(_, _, at)| *at);
    let lost = ranked
        .iter()
        .skip(usize::from(best.is_none()))
        .filter(|(_, _, at)| best.is_none() || *at != winner)
        .take(3)
        .map(|(score, reason, at)| format!("{} ({score:.1}: {reason})", first[*at].rows_css))
        .collect();
    let Some((score, reason, at)) = best else {
        let (score, reason, value) = ranked
            .first()
            .map(|(score, reason, at)| (*score, reason.clone(), first[*at].rows_css.clone()))
            .unwrap_or((
                0.0,
                "no two links of one shape in elements of one kind".into(),
                String::new(),
            ));
        return Err(Decision {
            what: "listing.rows",
            value,
            score,
            reason,
            lost,
        });
    };
    let (rows_css, kind) = (first[at].rows_css.clone(), first[at].kind.clone());
    let mut rows = Vec::new();
    for groups in std::iter::once(first).chain(second).take(pages.len()) {
        let rows_of_page = twin(&groups, &rows_css, &kind).map(|group| group.rows.clone());
        rows.push(rows_of_page.unwrap_or_default());
    }
    let rows = without_widgets(rows);
    let rows_css = exact(rows_css, pages, &rows);
    let decision = match chosen {
        Some(chosen) => by_choice(chosen, lost),
        None => Decision {
            what: "listing.rows",
            value: rows_css.clone(),
            score,
            reason,
            lost,
        },
    };
    Ok(Region {
        rows_css,
        kind,
        pages: rows,
        decision,
    })
}

/// Without blocks in the rows' dress that are none of the board's: favourites that stand on both pages, and bear such a
/// name, or hold posts that the list holds too, or come after it. Pinned posts stand in front, and once.
fn without_widgets(pages: Vec<Vec<RowSeen<'_>>>) -> Vec<Vec<RowSeen<'_>>> {
    let [first, second] = pages.as_slice() else {
        return pages;
    };
    let keys = |rows: &[RowSeen<'_>]| -> BTreeSet<String> {
        rows.iter().map(|row| bare(&row.url)).collect()
    };
    let parent = |row: &RowSeen<'_>| row.element.parent().map(|node| node.id());
    let on = [keys(first), keys(second)];
    let drop_of = |rows: &[RowSeen<'_>], elsewhere: &BTreeSet<String>| -> HashSet<NodeId> {
        let mut blocks: Vec<(NodeId, Vec<&RowSeen<'_>>)> = Vec::new();
        for row in rows {
            let Some(id) = parent(row) else { continue };
            match blocks.iter_mut().find(|(held, _)| *held == id) {
                Some((_, rows)) => rows.push(row),
                None => blocks.push((id, vec![row])),
            }
        }
        let repeats =
            |rows: &[&RowSeen<'_>]| rows.iter().all(|row| elsewhere.contains(&bare(&row.url)));
        let Some(main) = blocks.iter().position(|(_, rows)| !repeats(rows)) else {
            return HashSet::new();
        };
        let listed: BTreeSet<String> = blocks
            .iter()
            .filter(|(_, rows)| !repeats(rows))
            .flat_map(|(_, rows)| rows.iter().map(|row| bare(&row.url)))
            .collect();
        let is_widget = |at: usize, rows: &[&RowSeen<'_>]| {
            let named = rows[0]
                .element
                .ancestors()
                .filter_map(ElementRef::wrap)
                .take(3)
                .any(|above| BAD_NAMES.is_match(&css::words_of(above)));
            repeats(rows)
                && (named || at > main || rows.iter().any(|row| listed.contains(&bare(&row.url))))
        };
        let dropped = blocks
            .iter()
            .enumerate()
            .filter(|(at, (_, rows))| is_widget(*at, rows));
        dropped.map(|(_, (id, _))| *id).collect()
    };
    let dropped = [drop_of(first, &on[1]), drop_of(second, &on[0])];
    pages
        .into_iter()
        .zip(&dropped)
        .map(|(rows, dropped)| {
            let mut rows = rows;
            rows.retain(|row| parent(row).is_none_or(|id| !dropped.contains(&id)));
            rows
        })
        .collect()
}

/// A name that also finds elements in rows, or around them (a table for each row), is told how deep rows stand.
fn exact(rows_css: String, pages: &[SeenPage<'_>], rows: &[Vec<RowSeen<'_>>]) -> String {
    let Some((page, row)) = pages
        .first()
        .zip(rows.first().and_then(|rows| rows.first()))
    else {
        return rows_css;
    };
    let Ok(selector) = Selector::parse(&rows_css) else {
        return rows_css;
    };
    let ids: HashSet<NodeId> = rows[0].iter().map(|row| row.element.id()).collect();
    let inner = page.html.select(&selector).take(MAX_LINKS).any(|found| {
        let mut above = found.ancestors().take(MAX_LEVELS);
        !ids.contains(&found.id()) && above.any(|node| ids.contains(&node.id()))
    });
    let tag = row.element.value().name();
    let depth = row
        .element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .filter(|above| above.value().name() == tag)
        .count();
    let outer = row
        .element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .any(|above| selector.matches(&above));
    if !(inner || outer) || depth > MAX_DEPTH {
        return rows_css;
    }
    let at = |depth: usize| vec![tag; depth + 1].join(" ");
    format!("{rows_css}:is({}):not({})", at(depth), at(depth + 1))
}

/// The group of this name. A page without one of the sections names its rows by their parent, too.
fn twin<'g, 'a>(groups: &'g [Group<'a>], rows_css: &str, kind: &str) -> Option<&'g Group<'a>> {
    let last = |css: &str| css.rsplit(" > ").next().unwrap_or(css).to_owned();
    let of_kind = || groups.iter().filter(|group| group.kind == kind);
    of_kind()
        .find(|group| group.rows_css == rows_css)
        .or_else(|| of_kind().find(|group| last(&group.rows_css) == last(rows_css)))
}

/// Whether an element holds a link of the rows' kind.
pub(super) fn links_to(row: ElementRef<'_>, page: &SeenPage<'_>, kind: &str) -> bool {
    let itself = std::iter::once(row).filter(|row| row.value().name() == "a");
    itself
        .chain(row.select(&LINKS).take(20))
        .filter_map(|link| {
            let href = link.attr("href")?.trim();
            // A place on the page itself is no other page.
            let leads_on = !href.is_empty() && !href.starts_with('#');
            page.url.join(href).ok().filter(|_| leads_on)
        })
        .any(|url| is_of_kind(&url, kind))
}

/// The element that holds all rows of a page and nothing that could be held apart.
pub(super) fn container<'a>(html: &'a Html, rows: &[RowSeen<'a>]) -> Option<ElementRef<'a>> {
    let mut common: Vec<ElementRef<'a>> = rows
        .first()?
        .element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .collect();
    // Rows all over the page tell as much as all rows.
    let step = (rows.len() / SAMPLE).max(1);
    for row in rows.iter().skip(1).step_by(step).chain(rows.last()) {
        let above: HashSet<NodeId> = row.element.ancestors().map(|node| node.id()).collect();
        common.retain(|ancestor| above.contains(&ancestor.id()));
    }
    let nearest = common
        .first()
        .copied()
        .unwrap_or_else(|| html.root_element());
    // A table's body alone has no name.
    if matches!(nearest.value().name(), "tbody" | "thead")
        && let Some(table) = nearest.parent().and_then(ElementRef::wrap)
    {
        return Some(table);
    }
    Some(nearest)
}
