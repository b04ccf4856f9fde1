//! Where the link of a file leads, what of its address changes from view to view, and what tells the file apart.

use std::collections::HashSet;

use url::Url;

use crate::document::{Html, NodeId};

use super::super::rule::fold;
use super::Candidate;
use super::words::ends_in_file;

pub(super) fn last_segment(url: &Url) -> Option<String> {
    let last = url.path_segments()?.next_back()?;
    let (decoded, _) = url::form_urlencoded::parse(last.as_bytes()).next()?;
    (!decoded.is_empty()).then(|| fold(&decoded))
}

/// The last two labels of a host, the whole of a number.
pub(super) fn site_of(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    if host.ends_with(|c: char| c.is_ascii_digit()) {
        return Some(host);
    }
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at + 1);
    // `example.co.kr`: the label before a short one is no name of a site.
    let start = dots.find(|at| {
        host[*at..].split('.').count() > 1
            && host[*at..]
                .split('.')
                .next()
                .is_some_and(|label| label.len() > 3)
    });
    Some(&host[start.unwrap_or(0)..])
}

pub(super) fn queries_end_in_file(url: &Url) -> bool {
    url.query()
        .is_some_and(|query| query.split('&').any(ends_in_file))
}

fn is_script(address: &str) -> bool {
    address
        .get(..11)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("javascript:"))
}

/// `javascript:;`, `javascript:void(0)`: what happens stands elsewhere.
pub(super) fn is_empty_script(href: &str) -> bool {
    is_script(href)
        && !href.contains(['\'', '"'])
        && !href.chars().any(|c| c.is_ascii_digit() && c != '0')
}

/// Where an address leads, or the first string of a call that is one.
pub(super) fn leads_to(address: &str, is_call: bool, base: &Url) -> Option<Url> {
    if !is_call && !is_script(address) {
        return base.join(address).ok();
    }
    let mut strings = address.split(['\'', '"']).skip(1).step_by(2);
    let string = strings.find(|text| text.contains(['/', '?']) && !text.contains(' '))?;
    base.join(string).ok()
}

/// Parameters of a page's links that are the reader's, not the file's: the same in all kinds of links.
pub(super) struct Sessions {
    shared: HashSet<(String, String)>,
}

impl Sessions {
    /// Links of a page that are looked at for what all share.
    const MAX_LINKS: usize = 300;

    pub(super) fn of(html: &Html, files: &[Candidate<'_>]) -> Self {
        let links: HashSet<NodeId> = files.iter().map(|file| file.link.id()).collect();
        let others = html
            .root_element()
            .descendent_elements()
            .filter(|element| element.value().name() == "a" && !links.contains(&element.id()))
            .filter_map(|element| element.attr("href")?.split_once('?'))
            .take(Self::MAX_LINKS);
        let shared = others
            .flat_map(|(_, query)| query.split('&'))
            .filter_map(|pair| pair.split_once('='))
            .filter(|(_, value)| is_random(value))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self { shared }
    }

    /// A file's URL without what changes from view to view, and what tells it apart.
    pub(super) fn address(&self, file: &Candidate<'_>, page: &Url) -> (Url, String) {
        let Some(url) = &file.url else {
            let mut page = page.clone();
            page.set_fragment(None);
            let call = file.address.trim_start_matches("javascript:");
            let end = call.find(')').map_or(call.len(), |end| end + 1);
            return (page, fold(&call[..end]));
        };
        let mut stable = url.clone();
        stable.set_fragment(None);
        let mut key = stable.clone();
        if let Some(query) = url.query() {
            let fixed: Vec<&str> = query
                .split('&')
                .filter(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    !is_token(name, value)
                        && !self.shared.contains(&(name.to_owned(), value.to_owned()))
                })
                .collect();
            stable.set_query((!fixed.is_empty()).then(|| fixed.join("&")).as_deref());
            // A token that looks like nothing in particular is none of the id where something else is.
            let plain: Vec<&str> = fixed
                .iter()
                .copied()
                .filter(|pair| {
                    !pair
                        .split_once('=')
                        .is_some_and(|(_, value)| is_random(value))
                })
                .collect();
            let tells = plain.iter().any(|pair| {
                pair.split_once('=')
                    .is_some_and(|(_, value)| value.chars().any(|c| c.is_ascii_digit()))
            });
            let kept = if tells { plain } else { fixed };
            key.set_query((!kept.is_empty()).then(|| kept.join("&")).as_deref());
        }
        (stable, key[url::Position::BeforePath..].to_owned())
    }
}

/// A parameter that is new at each view: by its name, or a value with a moment in it.
fn is_token(name: &str, value: &str) -> bool {
    const NAMES: [&str; 14] = [
        "nonce",
        "token",
        "csrf",
        "signature",
        "sig",
        "expires",
        "expiry",
        "hmac",
        "session",
        "sessid",
        "jsessionid",
        "timestamp",
        "file_key",
        "x-amz-",
    ];
    let name = name.to_ascii_lowercase();
    let moment = value
        .split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits.len() == 10 && digits.starts_with('1'));
    NAMES.iter().any(|token| name.contains(token)) || (moment && value.len() > 20)
}

/// Letters and digits in no order: a hash, a session.
fn is_random(value: &str) -> bool {
    /// Changes between letters and digits: `FILE_000000000001` has one.
    const MIN_CHANGES: usize = 4;
    let is_plain = value
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    let kinds: Vec<bool> = value.bytes().map(|byte| byte.is_ascii_digit()).collect();
    let n_changes = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    is_plain && value.len() >= 16 && n_changes >= MIN_CHANGES
}
