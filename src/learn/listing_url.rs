//! How does a board write the URLs of its listing's pages? In: the listing's own URL, the links of its pager, and how it
//! writes those of its articles. Out: where the page's number is and how it counts, or that there is none and each page is
//! found by the link on the one before.

use std::collections::BTreeMap;
use std::ops::Range;

use url::Url;

use super::Navigation;
use super::address::{
    ArticleShape, DIGITS, is_same_path, is_state, joint, parameters, segments, split,
};
use crate::profile::path_of;

/// Parameters that are the reader's own.
pub(super) const SESSION: [&str; 6] = ["PHPSESSID", "phpsessid", "sid", "s", "jsessionid", "SID"];
/// A path, the parameters that must be there, and those that may be.
pub(super) type UrlPattern = (String, BTreeMap<String, String>, BTreeMap<String, String>);

/// How the board writes the URLs of its listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListingShape {
    pub board: String,
    /// Each a path and its parameters; the first is page 1's.
    pub shapes: Vec<UrlPattern>,
    pub board_url: String,
    pub listing_url: String,
    /// The number in the URL of page 1, and what it grows by from page to page.
    pub first: u64,
    pub step: u64,
    /// No number leads to a page, only the link on the one before.
    pub chained: bool,
    /// That link is the one to the page in front of it.
    pub backwards: bool,
    pub reason: String,
}

impl ListingShape {
    /// The parameter that is the page's number, where pages are counted by ones.
    pub(super) fn parameter(&self) -> Option<&str> {
        let (_, _, optional) = self.shapes.first()?;
        let mut turning = optional
            .iter()
            .filter(|(_, pattern)| pattern.contains("(?<page>"));
        turning
            .next()
            .filter(|_| self.step == 1 && self.first == 1)
            .map(|(name, _)| name.as_str())
    }
}

/// Learns a listing's shape from its own URL, and from those of page 2 and others in its pager, in order. Numbers that do
/// not lead to the page which page 2 names as the next are none of pages.
pub(super) fn listing_shape(
    first: &Url,
    navigation: &Navigation,
    article: &ArticleShape,
) -> Option<ListingShape> {
    /// Rows on a page at most; a cursor's numbers are larger.
    const MAX_STEP: u64 = 5_000;
    let named: Vec<&Url> = navigation
        .turns
        .iter()
        .skip(1)
        .chain(&navigation.third)
        .collect();
    if navigation.backwards {
        return backwards_shape(first, navigation.turns.first()?, article);
    }
    let numbered = numbered_shape(first, &navigation.turns, &named, article).filter(|shape| {
        let third = shape.first + 2 * shape.step;
        shape.step <= MAX_STEP
            && navigation
                .third
                .as_ref()
                .is_none_or(|named| leads_to(&shape.listing_url, third, named))
    });
    if let (Some(mut only), None) = (numbered.clone(), navigation.turns.first()) {
        // One page is all there is, until it links another.
        only.chained = true;
        return Some(only);
    }
    if numbered.is_some() {
        return numbered;
    }
    let second = navigation.turns.first()?;
    let mut shape = numbered_shape(first, &[], &[], article)?;
    // What follows must be recognised as the same listing.
    if !is_same_path(second, first) {
        let further = further_shape(second, navigation.third.as_ref(), &shape.board)?;
        shape.shapes.push(further);
    }
    shape.chained = true;
    shape.reason = format!("{second} follows, and no number tells what follows that");
    Some(shape)
}

/// Pages behind the first that stand elsewhere, each told by parameters: `/search?updated-max=…` behind `/`.
fn further_shape(second: &Url, third: Option<&Url>, board: &str) -> Option<UrlPattern> {
    let there = parameters(second);
    if third.is_some_and(|third| !is_same_path(third, second)) {
        return None;
    }
    let of_third = third.map(parameters);
    let turns = |name: &String, value: &String| {
        let next = of_third.as_ref().and_then(|third| third.get(name));
        next != Some(value)
    };
    let query: BTreeMap<String, String> = there
        .iter()
        .filter(|(name, value)| !value.is_empty() && !SESSION.contains(&name.as_str()))
        .map(|(name, value)| match turns(name, value) {
            true => (name.clone(), "[^&]+".to_owned()),
            false => (name.clone(), regex::escape(value)),
        })
        .collect();
    let told = there.iter().any(|(name, value)| turns(name, value));
    let path = with_board(&path_of(second), board);
    told.then_some((path, query, BTreeMap::new()))
}

/// The newest page is the last, and has an address of its own: numbers of the others count from the oldest, and lead
/// nowhere from the newest.
fn backwards_shape(first: &Url, second: &Url, article: &ArticleShape) -> Option<ListingShape> {
    let mut shape = numbered_shape(first, &[], &[], article)?;
    shape.chained = true;
    shape.backwards = true;
    shape.reason = format!("{second} is in front of the newest page");
    if !is_same_path(second, first) {
        let path = path_of(second);
        let run = DIGITS.find_iter(&path).last()?;
        let (before, after) = (&path[..run.start()], &path[run.end()..]);
        let pattern = format!(
            "{}\\d+{}",
            with_board(before, &shape.board),
            regex::escape(after)
        );
        let (_, query, optional) = shape.shapes.first().cloned()?;
        shape.shapes.push((pattern, query, optional));
    }
    Some(shape)
}

/// Whether a template with this number is the URL, but for parameters that the template has not.
fn leads_to(template: &str, number: u64, url: &Url) -> bool {
    let Ok(expected) = url.join(&template.replace("{page}", &number.to_string())) else {
        return false;
    };
    let there = parameters(url);
    is_same_path(&expected, url)
        && parameters(&expected)
            .iter()
            .all(|(name, value)| there.get(name) == Some(value))
}

/// A parameter that page 2 has and page 1 has not, or has otherwise; of several, one that further pages have otherwise, too.
fn turned_parameter<'t>(
    here: &BTreeMap<String, String>,
    there: &'t BTreeMap<String, String>,
    further: &[&Url],
) -> Option<&'t String> {
    let further: Vec<_> = further.iter().map(|url| parameters(url)).collect();
    let is_turned = |(name, value): &(&String, &String)| {
        !value.is_empty()
            && value.bytes().all(|byte| byte.is_ascii_digit())
            && here.get(*name) != Some(*value)
    };
    let goes_on = |(name, value): &(&String, &String)| {
        let mut others = further.iter().filter_map(|other| other.get(*name));
        others.any(|other| other != *value)
    };
    let turned = || there.iter().filter(is_turned);
    let found = turned().find(goes_on).or_else(|| turned().next());
    found.map(|(name, _)| name)
}

/// `further` are pages that follow, named by the pager or by page 2.
fn numbered_shape(
    first: &Url,
    pages: &[Url],
    further: &[&Url],
    article: &ArticleShape,
) -> Option<ListingShape> {
    let here = parameters(first);
    let there = pages.first().map(parameters).unwrap_or_default();
    let turned = turned_parameter(&here, &there, further);
    let fixed: BTreeMap<String, String> = here
        .clone()
        .into_iter()
        .filter(|(name, value)| !value.is_empty() && !is_state(name, value) && turned != Some(name))
        .collect();
    let article_words = format!("{}{:?}", article.path, article.query.values());
    let board_param = fixed
        .iter()
        .find(|(_, value)| article_words.contains(&format!("(?<board>{})", regex::escape(value))))
        .or_else(|| fixed.iter().next().filter(|_| !article.has_board))
        .map(|(name, _)| name.clone());
    let parts = segments(first);
    let word_at = parts
        .iter()
        .rposition(|part| {
            let (_, part) = joint(part);
            article_words.contains(&format!("(?<board>{})", regex::escape(part)))
                && !part.is_empty()
        })
        .or_else(|| parts.iter().rposition(|part| !part.is_empty()));
    let board = match (&board_param, word_at) {
        (Some(name), _) => fixed[name].clone(),
        (None, Some(at)) => joint(&parts[at]).1.to_owned(),
        (None, None) => "/".into(),
    };
    let in_path = |parts: &[String]| {
        path_pattern(
            parts,
            word_at.filter(|_| board_param.is_none()),
            board_param.is_some(),
            &board,
        )
    };
    let query = query_patterns(&fixed, board_param.as_deref());
    let fixed_list: Vec<(String, String)> = fixed.clone().into_iter().collect();
    let kept = kept_parameters(&here, &there, &fixed, turned);
    let board_url = written(&path_of(first), &kept);
    let mut shape = ListingShape {
        board: board.clone(),
        shapes: vec![(
            format!("{}/?", in_path(&parts).trim_end_matches('/')),
            query.clone(),
            BTreeMap::new(),
        )],
        listing_url: format!(
            "{board_url}{}page={{page}}",
            if board_url.contains('?') { "&" } else { "?" }
        ),
        board_url,
        first: 1,
        step: 1,
        chained: false,
        backwards: false,
        reason: "no link to another page: one page is all there is".into(),
    };
    if shape.shapes[0].0 == "/?" || shape.shapes[0].0.is_empty() {
        shape.shapes[0].0 = in_path(&parts);
    }
    let Some(second) = pages.first() else {
        return Some(shape);
    };
    let numbers = |place: &dyn Fn(&Url) -> Option<u64>| -> Vec<u64> {
        pages.iter().filter_map(place).collect()
    };
    if let Some(name) = turned
        && is_same_path(second, first)
    {
        let values = numbers(&|url| parameters(url).get(name)?.parse().ok());
        let start = here.get(name).and_then(|value| value.parse().ok());
        (shape.first, shape.step) = line(&values, start)?;
        shape.shapes[0]
            .2
            .insert(name.clone(), "(?<page>\\d+)".into());
        shape.shapes[0].1.remove(name);
        let mut list = as_linked(&there, name);
        list.push((name.clone(), "{page}".into()));
        shape.listing_url = written(&path_of(second), &list);
        shape.reason = format!("{name} is {values:?} in the pager's links");
        return Some(shape);
    }
    if is_same_path(second, first) {
        return turned_in_value(first, pages, shape, &here, board_param.as_deref());
    }
    let elsewhere = turned.and_then(|name| turned_elsewhere(pages, &shape, name));
    elsewhere.or_else(|| turned_in_path(first, pages, further, shape, &in_path, query, &fixed_list))
}

/// The parameters of page 1 that tell which listing it is. How rows are sorted belongs to it where its pager keeps that.
fn kept_parameters(
    here: &BTreeMap<String, String>,
    there: &BTreeMap<String, String>,
    fixed: &BTreeMap<String, String>,
    turned: Option<&String>,
) -> Vec<(String, String)> {
    let is_kept = |(name, value): &(&String, &String)| {
        fixed.contains_key(*name)
            || (there.get(*name) == Some(*value)
                && turned != Some(*name)
                && !SESSION.contains(&name.as_str()))
    };
    let kept = here.iter().filter(is_kept);
    kept.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The other parameters as the board itself links them, but for the reader's own session.
fn as_linked(there: &BTreeMap<String, String>, turned: &str) -> Vec<(String, String)> {
    there
        .iter()
        .filter(|(key, value)| {
            *key != turned && !value.is_empty() && !SESSION.contains(&key.as_str())
        })
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Page 1 has an address of its own, and a parameter counts the others under one address that names the same board:
/// `/news` and `/index.php?mid=news&page=2`.
fn turned_elsewhere(pages: &[Url], shape: &ListingShape, turned: &str) -> Option<ListingShape> {
    let second = pages.first()?;
    if pages.iter().any(|page| !is_same_path(page, second)) {
        return None;
    }
    let mut fixed = parameters(second);
    fixed.retain(|name, value| {
        name != turned && !value.is_empty() && !SESSION.contains(&name.as_str())
    });
    let parts = segments(second);
    let named = fixed.iter().find(|(_, value)| **value == shape.board);
    let named = named.map(|(name, _)| name.clone());
    let board_at = parts.iter().rposition(|part| joint(part).1 == shape.board);
    if named.is_none() && board_at.is_none() {
        return None;
    }
    let values = pages
        .iter()
        .filter_map(|page| parameters(page).get(turned)?.parse().ok());
    let values: Vec<u64> = values.collect();
    let (first, step) = line(&values, None)?;
    let path = path_pattern(
        &parts,
        board_at.filter(|_| named.is_none()),
        named.is_some(),
        &shape.board,
    );
    let mut query = query_patterns(&fixed, named.as_deref());
    query.retain(|name, _| !is_state(name, &fixed[name]));
    query.insert(turned.to_owned(), "(?<page>\\d+)".into());
    let mut list: Vec<(String, String)> = fixed.into_iter().collect();
    list.push((turned.to_owned(), "{page}".into()));
    let mut shapes = shape.shapes.clone();
    shapes.insert(0, (path, query, BTreeMap::new()));
    Some(ListingShape {
        shapes,
        listing_url: written(&path_of(second), &list),
        first,
        step,
        reason: format!("{turned} is {values:?} in the pager's links"),
        ..shape.clone()
    })
}

/// The page's number is a part of a parameter's value: `board=3.20`.
fn turned_in_value(
    first: &Url,
    pages: &[Url],
    mut shape: ListingShape,
    here: &BTreeMap<String, String>,
    board: Option<&str>,
) -> Option<ListingShape> {
    let there = parameters(pages.first()?);
    let (name, value) = there
        .iter()
        .find(|(name, value)| here.get(*name).is_some_and(|held| held != *value))?;
    let own = &here[name];
    let run = DIGITS.find_iter(value).last()?;
    let (before, after) = (&value[..run.start()], &value[run.end()..]);
    let number = |value: &str| {
        let digits = value.strip_prefix(before)?.strip_suffix(after)?;
        digits.parse::<u64>().ok()
    };
    let values: Vec<u64> = pages
        .iter()
        .filter_map(|url| number(parameters(url).get(name)?))
        .collect();
    // `board=3` may be `board=3.0`.
    let start =
        number(own).or_else(|| (own == before.trim_end_matches(['.', '-', '_'])).then_some(0))?;
    (shape.first, shape.step) = line(&values, Some(start))?;
    let stem = before.trim_end_matches(['.', '-', '_']);
    let joint = &before[stem.len()..];
    let stem_pattern = match board == Some(name.as_str()) && !stem.is_empty() {
        true => {
            shape.board = stem.to_owned();
            format!("(?<board>{})", regex::escape(stem))
        }
        false => regex::escape(stem),
    };
    let pattern = format!(
        "{stem_pattern}(?:{}(?<page>\\d+){})?",
        regex::escape(joint),
        regex::escape(after)
    );
    shape.shapes[0].1.insert(name.clone(), pattern);
    let list: Vec<(String, String)> = there
        .iter()
        .filter(|(key, value)| !value.is_empty() && !SESSION.contains(&key.as_str()))
        .map(|(key, value)| match key == name {
            true => (key.clone(), format!("{before}{{page}}{after}")),
            false => (key.clone(), value.clone()),
        })
        .collect();
    shape.listing_url = written(&path_of(first), &list);
    shape.reason = format!("{name} ends in {values:?} in the pager's links");
    Some(shape)
}

/// The page's number is in the path.
fn turned_in_path(
    first: &Url,
    pages: &[Url],
    further: &[&Url],
    mut shape: ListingShape,
    in_path: &dyn Fn(&[String]) -> String,
    query: BTreeMap<String, String>,
    fixed: &[(String, String)],
) -> Option<ListingShape> {
    let second = pages.first()?;
    let (own, path) = (path_of(first), path_of(second));
    let run = turned_run(&path, &own, further).filter(|_| path != own)?;
    let (before, after) = (path[..run.start].to_owned(), path[run.end..].to_owned());
    let values = pages.iter().filter_map(|url| {
        path_of(url)
            .strip_prefix(before.as_str())?
            .strip_suffix(after.as_str())?
            .parse()
            .ok()
    });
    let values: Vec<u64> = values.collect();
    let start = own
        .strip_prefix(before.as_str())
        .and_then(|rest| rest.strip_suffix(after.as_str())?.parse().ok());
    (shape.first, shape.step) = line(&values, start)?;
    // Some boards write page 1 with parameters, and the others with all in the path.
    let there = parameters(second);
    let is_there = |name: &String| there.contains_key(name);
    let query: BTreeMap<String, String> = query
        .into_iter()
        .filter(|(name, _)| is_there(name))
        .collect();
    let fixed: Vec<(String, String)> = fixed
        .iter()
        .filter(|(name, _)| is_there(name))
        .cloned()
        .collect();
    let mut second_path = in_path(&split(&before));
    if !second_path.contains("(?<board>")
        && !query.values().any(|value| value.contains("(?<board>"))
    {
        second_path = with_board(&before, &shape.board);
    }
    let pattern = format!("{second_path}(?<page>\\d+){}", regex::escape(&after));
    shape.shapes.insert(0, (pattern, query, BTreeMap::new()));
    shape.listing_url = written(&format!("{before}{{page}}{after}"), &fixed);
    shape.reason = format!("the path's number is {values:?} in the pager's links");
    Some(shape)
}

/// Which number in the path of page 2 turns: one that page 1 has not, else the last; where further pages show it, one that
/// differs there.
fn turned_run(path: &str, own: &str, further: &[&Url]) -> Option<Range<usize>> {
    let runs: Vec<Range<usize>> = DIGITS.find_iter(path).map(|run| run.range()).collect();
    let differs = |run: &&Range<usize>| {
        let (before, after) = (&path[..run.start], &path[run.end..]);
        let mut others = further.iter().map(|url| path_of(url));
        others.any(|other| {
            let number = other
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after));
            number.is_some_and(|number| DIGITS.is_match(number) && *number != path[(*run).clone()])
        })
    };
    let is_inserted = |run: &&Range<usize>| {
        let after = path[run.end..].strip_prefix(['/', '-', '_']);
        after.is_some_and(|after| format!("{}{after}", &path[..run.start]) == own)
    };
    let mut backwards = runs.iter().rev();
    let found = backwards.clone().find(differs);
    let found = found.or_else(|| backwards.clone().find(is_inserted));
    found.or_else(|| backwards.next()).cloned()
}

/// The pattern of a path with the board's name where that stands in it as a whole word; else all of it is the name.
fn with_board(path: &str, board: &str) -> String {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let place = path.match_indices(board).find(|(at, _)| {
        let (before, after) = (&path[..*at], &path[at + board.len()..]);
        !is_word(before.chars().next_back()) && !is_word(after.chars().next())
    });
    match place.filter(|_| board.contains(char::is_alphanumeric)) {
        Some((at, _)) => format!(
            "{}(?<board>{}){}",
            regex::escape(&path[..at]),
            regex::escape(board),
            regex::escape(&path[at + board.len()..])
        ),
        None => format!("(?<board>{})", regex::escape(path)),
    }
}

/// Patterns of parameters that are always the same, the board's name among them.
fn query_patterns(
    fixed: &BTreeMap<String, String>,
    board: Option<&str>,
) -> BTreeMap<String, String> {
    let pattern = |(name, value): (&String, &String)| {
        let literal = regex::escape(value);
        let is_board = board == Some(name.as_str());
        let pattern = if is_board {
            format!("(?<board>{literal})")
        } else {
            literal
        };
        (name.clone(), pattern)
    };
    fixed.iter().map(pattern).collect()
}

/// A path's pattern, with the board's name at one of its parts, or at its beginning.
fn path_pattern(parts: &[String], board_at: Option<usize>, elsewhere: bool, board: &str) -> String {
    if board_at.is_none() && !elsewhere {
        return "(?<board>/)".into();
    }
    let pattern = parts.iter().enumerate().map(|(at, part)| {
        let (before, part) = joint(part);
        let before = regex::escape(before);
        let rest = part.strip_prefix(board).unwrap_or_default();
        // `?3` and `?3,page=2`.
        let name = match rest.starts_with(|c: char| !c.is_alphanumeric()) {
            true => board,
            false => part,
        };
        let rest = regex::escape(&part[name.len()..]);
        let name = regex::escape(name);
        match board_at == Some(at) {
            true => format!("{before}(?<board>{name}){rest}"),
            false => format!("{before}{}", regex::escape(part)),
        }
    });
    pattern.collect()
}

/// A path and its query.
fn written(path: &str, query: &[(String, String)]) -> String {
    if query.is_empty() {
        return path.to_owned();
    }
    let parts: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}{}", parts.join("&"))
}

/// From the numbers of page 2 and others: that of page 1, and the step.
pub(super) fn line(values: &[u64], first: Option<u64>) -> Option<(u64, u64)> {
    let second = *values.first()?;
    let step = match (first, values.get(1)) {
        (Some(first), _) if second > first => second - first,
        // What leads to page 2 may lead to the last one as well: `2`, `4`.
        _ if second <= 2 => 1,
        (_, Some(third))
            if *third > second && (third - second == 1 || second % (third - second) == 0) =>
        {
            third - second
        }
        // Alone, 1 and 2 number pages; anything else is how many rows page 1 has.
        _ => second,
    };
    Some((second.checked_sub(step)?, step))
}
