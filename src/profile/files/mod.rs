//! Which links of a page are files that belong to its article? In: a page, where other people's words stand on it, and
//! where its board is known to list files. Out: each file's link with its name, its size as written and the elements
//! that say so. Nothing is fetched.
//!
//! No single sign tells: articles link files elsewhere, menus link the way to a program. So signs are added up (a name
//! of a file, an address that ends in one or that hands files out, a size or a count beside, a heading above, a
//! container named for it), and a link with too few of them is none.

mod address;
mod around;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use url::Url;

use self::address::{
    Sessions, is_empty_script, last_segment, leads_to, queries_end_in_file, site_of,
};
use self::around::{Surroundings, heading_before, says_only_files};
use self::words::{counts_fetches, ends_in_file, letters_beside, name_at, size_in};
pub use self::words::{hands_out, heads_files};
use super::rule::{element_text, fold};
use crate::document::{ElementRef, Html, NodeId, Query};

/// Links of one page that are looked at.
const MAX_CANDIDATES: usize = 500;
/// Levels above a link at which its item, a heading or a name of what holds it is looked for.
const MAX_LEVELS: usize = 5;
/// Letters beside a link, its size and the like from which on it stands in running text.
const RUNNING_TEXT: usize = 30;
/// The same of its own line, where nothing says that files are listed there; and of what may be left out of a text.
const FEW_LETTERS: usize = 6;

/// What a link needs to be taken for a file of its article: a name, an address and one sign more, or a heading and one
/// other. A file's name as a link to such a file is 2, and stands in articles for any file in the world.
pub const FLOOR: f64 = 2.5;

/// Elements that hold no file of an article.
const APART: [&str; 8] = [
    "nav", "footer", "aside", "script", "style", "template", "noscript", "select",
];

/// A file listed with an article.
#[derive(Debug, Clone)]
pub struct FileLink<'a> {
    pub link: ElementRef<'a>,
    pub name: String,
    /// As the page writes it: `20.0KB`.
    pub size: Option<String>,
    /// Absolute, without what changes from view to view. That of the page itself where a script leads to the file that
    /// nobody understands.
    pub url: Url,
    /// What tells the file apart from others: its address without tokens, or the script's call.
    pub key: String,
    pub score: f64,
    /// Which signs speak for it.
    pub signs: Vec<&'static str>,
    /// What shows it and nothing else: an element, or nodes of a line.
    shown_in: Vec<NodeId>,
}

/// Where on a page files may be, and may not.
pub struct Ground<'g> {
    /// What relative links go by.
    pub base: &'g Url,
    /// Elements with words of others: comments, the listing below.
    pub apart: &'g HashSet<NodeId>,
    /// Where the board is known to list files.
    pub known: &'g [Query],
    /// Links of the board that look like files and are none.
    pub skip: &'g [Query],
}

/// The links of a page that lead to its article's files, in order, each file once, with all that speaks for them; those
/// below the [`FLOOR`], too.
pub fn files_shown<'a>(html: &'a Html, ground: &Ground<'_>) -> Vec<FileLink<'a>> {
    let candidates = candidates(html, ground);
    if candidates.is_empty() {
        return Vec::new();
    }
    let sessions = Sessions::of(html, &candidates);
    let mut below: HashMap<NodeId, usize> = HashMap::new();
    for candidate in &candidates {
        for above in candidate.link.ancestors().take(4 * MAX_LEVELS) {
            *below.entry(above.id()).or_default() += 1;
        }
    }
    let links: HashSet<NodeId> = candidates.iter().map(|found| found.link.id()).collect();
    let mut files: Vec<FileLink<'a>> = Vec::new();
    for candidate in &candidates {
        let surroundings = Surroundings::of(candidate.link, &links, &below);
        let Some(file) = candidate.judged(&surroundings, ground, &sessions) else {
            continue;
        };
        let same = |held: &&mut FileLink<'_>| {
            held.key == file.key && (held.url == file.url || held.name == file.name)
        };
        match files.iter_mut().find(same) {
            // An icon and a name may lead to the same file.
            Some(held) => {
                let shown_in = [held.shown_in.clone(), file.shown_in.clone()].concat();
                if file.score > held.score {
                    *held = file;
                }
                held.shown_in = shown_in;
            }
            None => files.push(file),
        }
    }
    keep_apart(&mut files);
    share_headings(&mut files);
    files
}

/// Where files differ by nothing but what looks like a token, that is no token.
fn keep_apart(files: &mut [FileLink<'_>]) {
    let mut n_keyed: HashMap<String, usize> = HashMap::new();
    for file in &*files {
        *n_keyed.entry(file.key.clone()).or_default() += 1;
    }
    for file in files.iter_mut().filter(|file| n_keyed[&file.key] > 1) {
        file.key = file.url[url::Position::BeforePath..].to_owned();
    }
}

/// What stands in a body only to show files: elements and words below `body` that are no part of its text.
pub fn blocks_of(files: &[FileLink<'_>], body: ElementRef<'_>) -> HashSet<NodeId> {
    let mut shown: HashSet<NodeId> = HashSet::new();
    let tree = body.tree();
    for id in files.iter().flat_map(|file| &file.shown_in) {
        let mut above = tree.get(*id).into_iter().flat_map(|node| node.ancestors());
        if above.any(|above| above.id() == body.id()) {
            shown.insert(*id);
        }
    }
    let mut blocks = shown.clone();
    for id in shown {
        let mut level = tree.get(id);
        for _ in 0..2 * MAX_LEVELS {
            let Some(node) = level.and_then(|node| node.parent()) else {
                break;
            };
            if node.id() == body.id() || !says_only_files(node, &blocks) {
                break;
            }
            blocks.insert(node.id());
            level = Some(node);
        }
        blocks.extend(level.and_then(heading_before));
    }
    blocks
}

/// Files of one list share its heading, which stands beside the first of them only where they share a line.
fn share_headings(files: &mut [FileLink<'_>]) {
    let parent = |file: &FileLink<'_>| {
        let block = file.link.ancestors().filter_map(ElementRef::wrap);
        block.map(|above| above.id()).next()
    };
    let headed: HashSet<NodeId> = files
        .iter()
        .filter(|file| file.signs.contains(&HEADED))
        .filter_map(parent)
        .collect();
    for file in files {
        if !file.signs.contains(&HEADED) && parent(file).is_some_and(|id| headed.contains(&id)) {
            file.signs.push(HEADED);
            file.score += 1.5;
        }
    }
}

const HEADED: &str = "a heading";
/// Among [`FileLink::signs`]: only a board's own server hands its files out.
pub const HANDED_OUT: &str = "an address that hands files out";

/// A link that may lead to a file.
struct Candidate<'a> {
    link: ElementRef<'a>,
    words: String,
    /// As written: an address, or a script's call.
    address: &'a str,
    /// Where it leads; `None` for a call that is not understood.
    url: Option<Url>,
    /// The name in its words, or in its attributes.
    name: Option<String>,
    ends_in_file: bool,
    hands_out: bool,
    is_download: bool,
}

fn candidates<'a>(html: &'a Html, ground: &Ground<'_>) -> Vec<Candidate<'a>> {
    let mut found = Vec::new();
    let mut open = vec![*html.root_element()];
    while let Some(node) = open.pop() {
        let Some(element) = ElementRef::wrap(node) else {
            continue;
        };
        if APART.contains(&element.value().name()) || ground.apart.contains(&node.id()) {
            continue;
        }
        if matches!(element.value().name(), "a" | "button")
            && let Some(candidate) = Candidate::of(element, ground)
        {
            found.push(candidate);
            if found.len() == MAX_CANDIDATES {
                break;
            }
        }
        open.extend(node.children().rev());
    }
    found
}

impl<'a> Candidate<'a> {
    fn of(link: ElementRef<'a>, ground: &Ground<'_>) -> Option<Self> {
        let tag = link.value();
        let href = tag
            .attr("href")
            .map(str::trim)
            .filter(|href| !href.is_empty() && !href.starts_with('#') && !is_empty_script(href));
        let call = tag
            .attr("onclick")
            .map(str::trim)
            .filter(|_| href.is_none());
        let address = href.or(call)?;
        let known = ground.known.iter().any(|known| known.matches(&link));
        let download = tag.attr("download");
        let url = leads_to(address, call.is_some(), ground.base);
        if url
            .as_ref()
            .is_some_and(|url| !matches!(url.scheme(), "http" | "https"))
        {
            return None;
        }
        let ends_in_file = url
            .as_ref()
            .is_some_and(|url| ends_in_file(url.path()) || queries_end_in_file(url));
        let hands_out = match &url {
            Some(url) => hands_out(&url[url::Position::BeforePath..]),
            None => hands_out(address),
        };
        // Most links of a page: nothing of them is worth reading.
        if !(known || download.is_some() || ends_in_file || hands_out) {
            return None;
        }
        if ground.skip.iter().any(|skip| skip.matches(&link)) {
            return None;
        }
        let words = element_text(link, &[]);
        // A picture that opens larger.
        if words.is_empty() && ends_in_file && !hands_out && download.is_none() {
            return None;
        }
        let said = [
            Some(words.as_str()),
            download,
            tag.attr("title"),
            tag.attr("data-filename"),
        ];
        let name = said.into_iter().flatten().find_map(name_at).map(fold);
        Some(Self {
            link,
            words,
            address,
            url,
            name,
            ends_in_file,
            hands_out,
            is_download: download.is_some(),
        })
    }

    /// What speaks for it; `None` where it stands in running text, or nothing tells a file.
    fn judged(
        &self,
        around: &Surroundings<'a>,
        ground: &Ground<'_>,
        sessions: &Sessions,
    ) -> Option<FileLink<'a>> {
        let beside = around.words.replacen(self.words.as_str(), " ", 1);
        let name = self.name.clone().or_else(|| around.name());
        let without_name = name
            .as_ref()
            .map_or(beside.clone(), |name| beside.replace(name.as_str(), " "));
        let of_name = |text: &str| {
            let rest = text.replacen(self.words.as_str(), " ", 1);
            letters_beside(
                &name
                    .as_ref()
                    .map_or(rest.clone(), |name| rest.replace(name.as_str(), " ")),
            )
        };
        let is_list = around.headed || around.held;
        let on_line = of_name(&around.line);
        if of_name(&around.words) > RUNNING_TEXT || (on_line > FEW_LETTERS && !is_list) {
            return None;
        }
        let title = self.link.attr("title").unwrap_or_default();
        let of_link = name.as_ref().map_or(self.words.clone(), |name| {
            self.words.replace(name.as_str(), " ")
        });
        let size = [of_link.as_str(), title, without_name.as_str()]
            .into_iter()
            .find_map(size_in);
        let counted = counts_fetches(&without_name) || counts_fetches(&of_link);
        let is_elsewhere = self
            .url
            .as_ref()
            .is_some_and(|url| site_of(url) != site_of(ground.base));
        let signs = [
            (name.is_some(), 1.0, "a file's name"),
            (self.ends_in_file, 1.0, "an address that ends in one"),
            (self.hands_out, 1.0, HANDED_OUT),
            (self.is_download, 1.0, "an attribute that says so"),
            (size.is_some(), 1.0, "a size"),
            (counted, 0.5, "a count"),
            (around.headed, 1.5, HEADED),
            (around.held, 1.0, "a container named for it"),
            (
                ground.known.iter().any(|known| known.matches(&self.link)),
                1.5,
                "its place",
            ),
        ];
        let tells = name.is_some() || self.ends_in_file || size.is_some() || self.is_download;
        if !tells {
            return None;
        }
        let score = signs
            .iter()
            .filter(|(holds, _, _)| *holds)
            .map(|(_, score, _)| score)
            .sum::<f64>()
            - if is_elsewhere { 1.0 } else { 0.0 };
        let (url, key) = sessions.address(self, ground.base);
        let mut shown_in = match on_line <= FEW_LETTERS {
            true => around.nodes.clone(),
            false => vec![self.link.id()],
        };
        let item = around
            .item
            .filter(|_| of_name(&around.words) <= FEW_LETTERS);
        shown_in.extend(item.map(|item| item.id()));
        let name = name
            .or_else(|| shown_name(&self.words))
            .or_else(|| last_segment(self.url.as_ref()?))?;
        Some(FileLink {
            link: self.link,
            name,
            size: size.map(str::to_owned),
            url,
            key,
            score,
            signs: signs
                .into_iter()
                .filter(|(holds, _, _)| *holds)
                .map(|(_, _, sign)| sign)
                .collect(),
            shown_in,
        })
    }
}

/// A link's words without its size, and the bracket in which that stands.
fn shown_name(words: &str) -> Option<String> {
    let size_at = size_in(words).and_then(|size| words.find(size));
    let head = &words[..size_at.unwrap_or(words.len())];
    let bracket = head
        .rfind(['(', '[', '（', '【'])
        .filter(|_| size_at.is_some());
    let is_open = bracket.filter(|at| !head[*at..].contains([')', ']', '）', '】']));
    let name = head[..is_open.unwrap_or(head.len())].trim_end_matches([' ', '-', ':', ',', '/']);
    (letters_beside(name) > 0).then(|| name.to_owned())
}
