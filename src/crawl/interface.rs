//! Asking a page's endpoints for the rows that do not stand in it. What an endpoint is, what its answers mean and how one
//! goes on is [`crate::learn`]'s to say; here is what is asked for, and how often.

use url::Url;

use super::board;
use super::learning::{Asking, Text, request, turns_of};
use super::parsing::in_turn;
use crate::document::Document;
use crate::fetch::Fetched;
use crate::learn::{
    Answer, Decision, Endpoint, ListingDraft, Testimony, Turn, as_endpoint, endpoints, first_row,
    goes_on, has_rows, is_about, learn_interface, read_answer, sitemap, sitemap_index, testimony,
};
use crate::profile::JsonList;

/// Requests to endpoints while a board is learnt: what is left is for its articles.
pub(super) const MAX_REQUESTS: usize = 4;

/// Sitemaps that are asked for.
const MAX_SITEMAPS: usize = 2;

/// A listing whose rows come from an endpoint.
pub(super) struct Interface {
    /// Pages made of its answers.
    pub listing: Vec<Text>,
    pub draft: ListingDraft,
    /// The first answer as it came, where it is not the page that was named.
    pub page: Option<Fetched>,
}

/// Looks for rows in the data that the page for people holds, and at the endpoints that it names, unless what it holds
/// itself is all that is wanted. `shown` is what that page shows; the answer must then have the same rows, and more of them.
/// Where it shows none, or what may be a menu, and no endpoint tells any, the site's sitemaps are asked.
///
/// # Errors
/// Why each endpoint is not used; none where the page names none.
pub(super) async fn learn(
    asking: &mut Asking<'_>,
    shown: Option<&ListingDraft>,
    held_only: bool,
) -> Result<Interface, Vec<String>> {
    let people = asking.held[0].clone();
    let (people, ways) = in_turn(move || {
        let ways = Ways::of(&people);
        (people, ways)
    })
    .await;
    let mut why_not = Vec::new();
    for endpoint in &ways.endpoints {
        if held_only && endpoint.island.is_none() {
            continue;
        }
        match ask(asking, &people, &ways, endpoint, shown).await {
            Ok(interface) => return Ok(interface),
            Err(why) => why_not.push(format!("{} ({}): {why}", endpoint.url, endpoint.reason)),
        }
    }
    if shown.is_none_or(ListingDraft::may_be_a_menu) && !held_only {
        for endpoint in sitemaps(asking, &people.url).await {
            let known = ways.endpoints.iter().any(|tried| tried.url == endpoint.url);
            if known {
                continue;
            }
            match ask(asking, &people, &ways, &endpoint, shown).await {
                Ok(interface) => return Ok(interface),
                Err(why) => why_not.push(format!("{} ({}): {why}", endpoint.url, endpoint.reason)),
            }
        }
    }
    Err(why_not)
}

/// The sitemaps that the robots file names; where it names none, the one at the usual place.
async fn sitemaps(asking: &Asking<'_>, people: &Url) -> Vec<Endpoint> {
    let mut named = asking.fetcher.sitemaps(people).await;
    if named.is_empty() {
        named.extend(people.join("/sitemap.xml"));
    }
    let named = named.iter().filter_map(|url| sitemap(url, people));
    named.take(MAX_SITEMAPS).collect()
}

/// What the page for people tells.
struct Ways {
    endpoints: Vec<Endpoint>,
    /// The links of its pager, that of page 2 first.
    turns: Vec<Url>,
    language: String,
}

impl Ways {
    fn of(people: &Text) -> Self {
        if let Some(itself) = as_endpoint(&people.text, &people.url) {
            return Self {
                endpoints: vec![itself],
                turns: Vec::new(),
                language: String::new(),
            };
        }
        let html = crate::document::parse(&people.text);
        let language = html.root_element().attr("lang").unwrap_or_default();
        Self {
            endpoints: endpoints(&people.text, &html, &people.url),
            turns: turns_of(&html, &people.url),
            language: language
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
                .collect(),
        }
    }
}

async fn ask(
    asking: &mut Asking<'_>,
    page_for_people: &Text,
    ways: &Ways,
    endpoint: &Endpoint,
    shown: Option<&ListingDraft>,
) -> Result<Interface, String> {
    let people = &page_for_people.url;
    let (page, raw) = match endpoint.url == *people {
        true => (None, page_for_people.clone()),
        false => {
            let page = get(asking, people, &endpoint.url).await?;
            let raw = Text::of(&page, asking.charset);
            (Some(page), raw)
        }
    };
    let (raw, parts) = newest_part(asking, people, raw).await?;
    let is_index = parts.is_some();
    let (asked, shown_here) = (endpoint.clone(), shown.cloned());
    let (raw, answer, first, said) = in_turn(move || {
        let mut answer = read_answer(&raw.text, &asked, raw.as_of)?;
        answer.list.parts = parts;
        let first = made(&raw, &answer.list).ok_or("it holds no list")?;
        let html = crate::document::parse(&first.text);
        let seen = first.seen(&html);
        if !has_rows(&seen) {
            return Err("none of its records has a title and a link on this site".to_owned());
        }
        let said = shown_here.map(|shown| testimony(&shown, &seen, &answer.list));
        drop(html);
        admit(said, &asked, &answer.list)?;
        Ok((raw, answer, first, said))
    })
    .await?;
    if endpoint.is_guess {
        confirm(asking, people, &answer.list, &first).await?;
    }
    let pager = match endpoint.island {
        Some(_) => ways.turns.as_slice(),
        None => &[],
    };
    let (way, second) = match is_index {
        // The index tells.
        true => (None, None),
        false => what_follows(asking, people, &answer, pager, &first).await?,
    };
    let is_same = matches!(said, Some(Testimony::Same { .. }));
    if is_same && second.is_none() && endpoint.island.is_none() {
        return Err("it has the rows that the page shows, and no more".to_owned());
    }
    let (people, language) = (people.clone(), ways.language.clone());
    let pager = pager.to_vec();
    let reason = format!("{}; {}", endpoint.reason, answer.reason);
    in_turn(move || {
        let mut list = answer.list;
        let mut turns = Vec::new();
        let mut ways = "nothing follows".to_owned();
        if let Some(way) = way {
            ways = way.reason;
            list.next = way.next;
            list.more = way.more;
            match pager.contains(&way.url) {
                true => turns = pager,
                false => turns.extend(list.next.is_none().then_some(way.url)),
            }
        }
        // With the link to what follows.
        let mut first = made(&raw, &list).ok_or("it holds no list")?;
        // By it the zone of dates without one is guessed.
        first.text = first
            .text
            .replacen("<html>", &format!("<html lang=\"{language}\">"), 1);
        let listing: Vec<Text> = std::iter::once(first).chain(second).collect();
        let trees: Vec<Document> = listing
            .iter()
            .map(|page| crate::document::parse(&page.text))
            .collect();
        let seen: Vec<_> = listing
            .iter()
            .zip(&trees)
            .map(|(page, html)| page.seen(html))
            .collect();
        let decision = Decision {
            what: "listing.rows",
            value: listing[0].url.to_string(),
            score: answer.score,
            reason: format!("{reason}; {ways}"),
            lost: Vec::new(),
        };
        let draft = learn_interface(&seen, &list, &people, turns, decision);
        let draft = draft.map_err(|refusal| refusal.to_string())?;
        drop(trees);
        Ok(Interface {
            listing,
            draft,
            page,
        })
    })
    .await
}

/// Whether an endpoint's answer may be used, by what the page itself shows.
fn admit(said: Option<Testimony>, endpoint: &Endpoint, list: &JsonList) -> Result<(), String> {
    match said {
        // What people are shown tells more.
        Some(Testimony::Same { .. }) if !list.tells_titles() => {
            Err("the page shows its articles, with their titles".to_owned())
        }
        Some(Testimony::Other) => Err("its records are not those that the page shows".to_owned()),
        Some(Testimony::Same { more: false }) if endpoint.island.is_some() => {
            Err("the page shows all its records".to_owned())
        }
        _ => Ok(()),
    }
}

/// Where a way to what follows leads.
enum LedTo {
    /// A page with other records.
    Others(Text),
    /// An empty list.
    TheEnd,
    /// The same records again, or no list.
    Nothing,
}

/// The way that leads on, and the page it leads to; that is none where the way leads to an empty list.
async fn what_follows(
    asking: &mut Asking<'_>,
    people: &Url,
    answer: &Answer,
    pager: &[Url],
    first: &Text,
) -> Result<(Option<Turn>, Option<Text>), String> {
    let by_pager = pager.first().map(|url| Turn {
        url: url.clone(),
        next: None,
        more: None,
        reason: "the page links what follows".to_owned(),
    });
    for turn in by_pager.iter().chain(&answer.turns) {
        let held = asking.held.iter().find(|page| page.url == turn.url);
        let raw = match held {
            Some(held) => Ok(held.clone()),
            None => get(asking, people, &turn.url)
                .await
                .map(|fetched| Text::of(&fetched, asking.charset)),
        };
        let raw = match raw {
            Ok(raw) => raw,
            // Behind the last page some complain. A number that counts is kept: the walk asks again, and tells.
            Err(_) if turn.next.is_none() && !answer.says_more => {
                return Ok((Some(turn.clone()), None));
            }
            Err(_) => continue,
        };
        let list = JsonList {
            next: turn.next.clone(),
            more: turn.more.clone(),
            ..answer.list.clone()
        };
        let before = first.text.clone();
        let before_url = first.url.clone();
        let led_to = in_turn(move || {
            let Some(second) = made(&raw, &list) else {
                return LedTo::Nothing;
            };
            let trees = [&before, &second.text].map(|text| crate::document::parse(text));
            let before = crate::learn::SeenPage {
                html: &trees[0],
                url: &before_url,
                as_of: second.as_of,
            };
            let seen = second.seen(&trees[1]);
            let (empty, others) = (!has_rows(&seen), goes_on(&before, &seen));
            drop(trees);
            match (empty, others) {
                (true, _) => LedTo::TheEnd,
                (false, true) => LedTo::Others(second),
                // The same again: the parameter means nothing.
                (false, false) => LedTo::Nothing,
            }
        })
        .await;
        match led_to {
            LedTo::Others(second) => return Ok((Some(turn.clone()), Some(second))),
            LedTo::TheEnd if !answer.says_more => return Ok((Some(turn.clone()), None)),
            LedTo::TheEnd | LedTo::Nothing => {}
        }
    }
    match answer.says_more {
        // Part of a board, taken for the whole, would look complete.
        true => Err("it says that there is more, but no way leads there".to_owned()),
        false => Ok((None, None)),
    }
}

/// Asks for the article of the first record: it must be called as the record is, and not be the list again.
async fn confirm(
    asking: &mut Asking<'_>,
    people: &Url,
    list: &JsonList,
    first: &Text,
) -> Result<(), String> {
    let (page, list) = (first.clone(), list.clone());
    let (page, record) = in_turn(move || {
        let record = first_row(&page.seen(&crate::document::parse(&page.text)));
        (page, record)
    })
    .await;
    let (url, title) = record.ok_or("none of its records has a title and a link on this site")?;
    let fetched = get(asking, people, &url).await?;
    let article = Text::of(&fetched, asking.charset);
    in_turn(move || {
        let article = made(&article, &list).unwrap_or(article);
        let [before, html] = [&page, &article].map(|page| crate::document::parse(&page.text));
        let seen = article.seen(&html);
        let is_list = has_rows(&seen) && !goes_on(&page.seen(&before), &seen);
        let is_it = !is_list && is_about(&seen, &title);
        drop((before, html));
        match is_it {
            true => Ok(()),
            false => Err(format!("{url} is not about its record")),
        }
    })
    .await
}

/// Of an index of sitemaps the newest file with articles, as the page that the index leads to, and the pattern of such files'
/// names; any other answer as it is.
async fn newest_part(
    asking: &mut Asking<'_>,
    people: &Url,
    raw: Text,
) -> Result<(Text, Option<String>), String> {
    let (raw, index) = in_turn(move || {
        let index = sitemap_index(&raw.text, &raw.url);
        (raw, index)
    })
    .await;
    let Some(index) = index else {
        return Ok((raw, None));
    };
    let newest = index
        .parts
        .first()
        .ok_or("it names no files of this site")?;
    let part = Text::of(&get(asking, people, newest).await?, asking.charset);
    let part = Text {
        url: raw.url,
        ..part
    };
    Ok((part, Some(index.pattern)))
}

/// The page that an answer is made into.
fn made(raw: &Text, list: &JsonList) -> Option<Text> {
    Some(Text {
        text: list.page(&raw.text)?,
        url: raw.url.clone(),
        status: raw.status,
        as_of: raw.as_of,
    })
}

async fn get(asking: &mut Asking<'_>, people: &Url, url: &Url) -> Result<Fetched, String> {
    if asking.n_left == 0 {
        return Err("enough was asked for".to_owned());
    }
    asking.n_left -= 1;
    let request = request(url, people, "listing");
    let fetched = board::get(asking.fetcher, &request, asking.spent)
        .await
        .map_err(|error| error.to_string())?;
    match fetched.status {
        ..=299 => Ok(fetched),
        status => Err(format!("it answered {status}")),
    }
}
