//! Asking a page's endpoints for the rows that do not stand in it. What an endpoint is, what its answers mean and how one
//! goes on is [`crate::learn`]'s to say; here is what is asked for, and how often.

use url::Url;

use super::board;
use super::learning::{Asking, Text, request};
use super::parsing::in_turn;
use crate::fetch::Fetched;
use crate::learn::{
    Answer, Decision, Endpoint, ListingDraft, Testimony, Turn, as_endpoint, endpoints, goes_on,
    has_rows, learn_interface, read_answer, testimony,
};
use crate::profile::JsonList;

/// Requests to endpoints while a board is learnt: what is left is for its articles.
pub(super) const MAX_REQUESTS: usize = 4;

/// A listing whose rows come from an endpoint.
pub(super) struct Interface {
    /// Pages made of its answers.
    pub listing: Vec<Text>,
    pub draft: ListingDraft,
    /// The first answer as it came, where it is not the page that was named.
    pub page: Option<Fetched>,
}

/// Looks for rows at the endpoints that the page for people names. `shown` is what that page shows itself; the answer must
/// then have the same rows, and more of them. The page is given back.
///
/// # Errors
/// Why each endpoint is not used; none where the page names none.
pub(super) async fn learn(
    asking: &mut Asking<'_>,
    people: Text,
    shown: Option<&ListingDraft>,
) -> (Text, Result<Interface, Vec<String>>) {
    let (people, found, language) = in_turn(move || {
        if let Some(itself) = as_endpoint(&people.text, &people.url) {
            return (people, vec![itself], String::new());
        }
        let html = crate::document::parse(&people.text);
        let found = endpoints(&html, &people.url);
        let language = html.root_element().attr("lang").unwrap_or_default();
        let language: String = language
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        drop(html);
        (people, found, language)
    })
    .await;
    let mut why_not = Vec::new();
    for endpoint in found {
        match ask(asking, &people, &language, &endpoint, shown).await {
            Ok(interface) => return (people, Ok(interface)),
            Err(why) => why_not.push(format!("{} ({}): {why}", endpoint.url, endpoint.reason)),
        }
    }
    (people, Err(why_not))
}

async fn ask(
    asking: &mut Asking<'_>,
    page_for_people: &Text,
    language: &str,
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
    let (asked, shown_here) = (endpoint.clone(), shown.cloned());
    let (raw, answer, first, said) = in_turn(move || {
        let answer = read_answer(&raw.text, &asked, raw.as_of)?;
        let first = made(&raw, &answer.list).ok_or("it holds no list")?;
        let html = crate::document::parse(&first.text);
        let seen = first.seen(&html);
        if !has_rows(&seen) {
            return Err("none of its records has a title and a link on this site".to_owned());
        }
        let said = shown_here.map(|shown| testimony(&shown, &seen));
        if said == Some(Testimony::Other) {
            return Err("its records are not those that the page shows".to_owned());
        }
        drop(html);
        Ok((raw, answer, first, said))
    })
    .await?;
    let (way, second) = what_follows(asking, people, &answer, &first).await?;
    if said == Some(Testimony::Same) && second.is_none() {
        return Err("it has the rows that the page shows, and no more".to_owned());
    }
    let (people, language) = (people.clone(), language.to_owned());
    let reason = format!("{}; {}", endpoint.reason, answer.reason);
    in_turn(move || {
        let mut list = answer.list;
        let mut turns = Vec::new();
        let mut ways = "nothing follows".to_owned();
        if let Some(way) = way {
            ways = way.reason;
            list.next = way.next;
            list.more = way.more;
            turns.extend(list.next.is_none().then_some(way.url));
        }
        // With the link to what follows.
        let mut first = made(&raw, &list).ok_or("it holds no list")?;
        // By it the zone of dates without one is guessed.
        first.text = first
            .text
            .replacen("<html>", &format!("<html lang=\"{language}\">"), 1);
        let listing: Vec<Text> = std::iter::once(first).chain(second).collect();
        let trees: Vec<scraper::Html> = listing
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
    first: &Text,
) -> Result<(Option<Turn>, Option<Text>), String> {
    for turn in &answer.turns {
        let fetched = match get(asking, people, &turn.url).await {
            Ok(fetched) => fetched,
            // Behind the last page some complain. A number that counts is kept: the walk asks again, and tells.
            Err(_) if turn.next.is_none() && !answer.says_more => {
                return Ok((Some(turn.clone()), None));
            }
            Err(_) => continue,
        };
        let raw = Text::of(&fetched, asking.charset);
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
