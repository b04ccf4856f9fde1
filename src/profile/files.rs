//! Which links of a page are files that belong to its article? In: a page, where other people's words stand on it, and
//! where its board is known to list files. Out: each file's link with its name, its size as written and the elements
//! that say so. Nothing is fetched.
//!
//! No single sign tells: articles link files elsewhere, menus link the way to a program. So signs are added up (a name
//! of a file, an address that ends in one or that hands files out, a size or a count beside, a heading above, a
//! container named for it), and a link with too few of them is none.

use std::collections::{HashMap, HashSet};

use ego_tree::{NodeId, NodeRef};
use scraper::{ElementRef, Html, Node};
use url::Url;

use super::file_words::{
    counts_fetches, ends_in_file, hands_out, heads_files, is_holder, letters_beside, name_at,
    size_in,
};
use super::rule::{element_text, fold};
use crate::document::Query;

/// Links of one page that are looked at.
const MAX_CANDIDATES: usize = 500;
/// Levels above a link at which its item, a heading or a name of what holds it is looked for.
const MAX_LEVELS: usize = 5;
/// Neighbours on either side of a link that may be words of its line.
const MAX_NEIGHBOURS: usize = 20;
/// Letters of a line or an item at most; a file's name has up to 255.
const MAX_WORDS: usize = 500;
/// Letters beside a link, its size and the like from which on it stands in running text.
const RUNNING_TEXT: usize = 30;
/// The same of its own line, where nothing says that files are listed there; and of what may be left out of a text.
const FEW_LETTERS: usize = 6;
/// The same of what stands around lines of files.
const NO_WORDS: usize = 3;
/// Elements of an item that are looked at.
const MAX_IN_ITEM: usize = 60;

/// What a link needs to be taken for a file of its article: a name, an address and one sign more, or a heading and one
/// other. A file's name as a link to such a file is 2, and stands in articles for any file in the world.
pub const FLOOR: f64 = 2.5;

/// Elements that begin a line of their own.
const LINES: [&str; 26] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "li",
    "ol",
    "p",
    "section",
    "table",
    "td",
    "th",
    "ul",
];
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
    /// What stands around a page of the board: its own address.
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
        while let Some(node) = level.and_then(|node| node.parent()) {
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

/// Whether all words in a node are those of files, or a heading of theirs.
fn says_only_files(node: NodeRef<'_, Node>, blocks: &HashSet<NodeId>) -> bool {
    let mut rest = String::new();
    let mut open = vec![node];
    let mut n_seen = 0_usize;
    while let Some(node) = open.pop() {
        n_seen += 1;
        if n_seen > MAX_WORDS {
            return false;
        }
        if blocks.contains(&node.id()) {
            continue;
        }
        if let Some(text) = node.value().as_text() {
            rest.push_str(text);
            rest.push(' ');
        }
        if rest.len() > MAX_WORDS {
            return false;
        }
        open.extend(node.children());
    }
    letters_beside(&rest) <= NO_WORDS
}

/// The heading right before a node, where that is nothing but a heading of files.
fn heading_before(node: NodeRef<'_, Node>) -> Option<NodeId> {
    let before = node.prev_siblings().take(MAX_NEIGHBOURS);
    let mut worded = before.filter(|node| !words_of(*node).is_empty());
    let heading = worded.next()?;
    heads_files(&words_of(heading)).then(|| heading.id())
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
        let address = href.or_else(|| tag.attr("onclick").map(str::trim))?;
        let known = ground.known.iter().any(|known| known.matches(&link));
        let download = tag.attr("download");
        let url = leads_to(address, ground.base);
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
            (self.hands_out, 1.0, "an address that hands files out"),
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

fn last_segment(url: &Url) -> Option<String> {
    let last = url.path_segments()?.next_back()?;
    let (decoded, _) = url::form_urlencoded::parse(last.as_bytes()).next()?;
    (!decoded.is_empty()).then(|| fold(&decoded))
}

/// The last two labels of a host, the whole of a number.
fn site_of(url: &Url) -> Option<&str> {
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

fn queries_end_in_file(url: &Url) -> bool {
    url.query()
        .is_some_and(|query| query.split('&').any(ends_in_file))
}

fn is_script(address: &str) -> bool {
    address
        .get(..11)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("javascript:"))
}

/// `javascript:;`, `javascript:void(0)`: what happens stands elsewhere.
fn is_empty_script(href: &str) -> bool {
    is_script(href)
        && !href.contains(['\'', '"'])
        && !href.chars().any(|c| c.is_ascii_digit() && c != '0')
}

/// Where an address leads, or the first string of a script that is one.
fn leads_to(address: &str, base: &Url) -> Option<Url> {
    if !is_script(address) && !address.contains('(') {
        return base.join(address).ok();
    }
    if !is_script(address) && address.starts_with(['/', '.', '?']) | address.starts_with("http") {
        return base.join(address).ok();
    }
    let mut strings = address.split(['\'', '"']).skip(1).step_by(2);
    let string = strings.find(|text| text.contains(['/', '?']) && !text.contains(' '))?;
    base.join(string).ok()
}

/// What stands around a link.
struct Surroundings<'a> {
    /// The words of the line or the item that shows this file only.
    words: String,
    line: String,
    /// Of the line.
    nodes: Vec<NodeId>,
    item: Option<ElementRef<'a>>,
    headed: bool,
    held: bool,
}

impl<'a> Surroundings<'a> {
    fn of(link: ElementRef<'a>, links: &HashSet<NodeId>, below: &HashMap<NodeId, usize>) -> Self {
        let alone = |element: ElementRef<'_>| below.get(&element.id()) == Some(&1);
        let line = Line::of(link, links);
        let mut headed = heads_files(line.before.trim_end_matches(|c: char| !c.is_alphanumeric()));
        let mut held = is_held(link);
        let line_words = line.words();
        let (mut words, mut item) = (line_words.clone(), None);
        let mut climbs = true;
        let mut level = link;
        for _ in 0..MAX_LEVELS {
            headed = headed || is_headed(level);
            let Some(parent) = level.parent().and_then(ElementRef::wrap) else {
                break;
            };
            if matches!(parent.value().name(), "html" | "body" | "main" | "article") {
                break;
            }
            let text = words_within(parent, MAX_WORDS * 4);
            climbs = climbs && alone(parent);
            match &text {
                Some(text)
                    if climbs
                        && text.chars().count() <= MAX_WORDS
                        && letters_beside(&text.replacen(words.trim(), " ", 1)) <= RUNNING_TEXT =>
                {
                    (words, item) = (text.clone(), Some(parent));
                }
                _ => climbs = false,
            }
            held = held || (text.is_some() && is_held(parent));
            level = parent;
        }
        Self {
            words,
            line: line_words,
            nodes: line.nodes,
            item,
            headed,
            held,
        }
    }

    /// The name beside a link that says no more than "download".
    fn name(&self) -> Option<String> {
        let inside = self
            .item
            .into_iter()
            .flat_map(|item| item.descendants().take(MAX_IN_ITEM));
        let mut texts = inside.filter_map(|node| node.value().as_text().map(|text| fold(text)));
        let named = texts.find_map(|text| name_at(&text).map(str::to_owned));
        named.or_else(|| name_at(&self.words).map(str::to_owned))
    }
}

fn is_held(element: ElementRef<'_>) -> bool {
    let tag = element.value();
    [tag.attr("class"), tag.id()]
        .into_iter()
        .flatten()
        .any(is_holder)
}

/// Whether the words before an element are a heading of files.
fn is_headed(element: ElementRef<'_>) -> bool {
    heading_before(*element).is_some()
}

/// A node's words; none where they are more than a heading's.
fn words_of(node: NodeRef<'_, Node>) -> String {
    match (node.value(), ElementRef::wrap(node)) {
        (Node::Text(text), _) => fold(text),
        (_, Some(element)) => words_within(element, MAX_WORDS).unwrap_or_else(|| "…".to_owned()),
        _ => String::new(),
    }
}

/// An element's words; `None` where they are longer than so many bytes.
fn words_within(element: ElementRef<'_>, most: usize) -> Option<String> {
    let mut length = 0_usize;
    for (n, node) in element.descendants().enumerate() {
        length += node.value().as_text().map_or(0, |text| text.trim().len());
        if length > most || n > most {
            return None;
        }
    }
    Some(element_text(element, &[]))
}

/// The words around a link on its line.
struct Line {
    before: String,
    own: String,
    after: String,
    nodes: Vec<NodeId>,
}

impl Line {
    fn of(link: ElementRef<'_>, links: &HashSet<NodeId>) -> Self {
        let mut line = Self {
            before: String::new(),
            own: element_text(link, &[]),
            after: String::new(),
            nodes: vec![link.id()],
        };
        let mut level = *link;
        let (mut at_start, mut at_end) = (false, false);
        for _ in 0..MAX_LEVELS {
            for node in level.prev_siblings().take(MAX_NEIGHBOURS) {
                at_start = at_start || ends_line(node, links);
                if at_start {
                    break;
                }
                line.before = format!("{} {}", words_of(node), line.before);
                line.nodes.push(node.id());
            }
            for node in level.next_siblings().take(MAX_NEIGHBOURS) {
                at_end = at_end || ends_line(node, links);
                if at_end {
                    break;
                }
                line.after = format!("{} {}", line.after, words_of(node));
                line.nodes.push(node.id());
            }
            let Some(parent) = level.parent() else {
                break;
            };
            if ends_line(parent, &HashSet::new()) || (at_start && at_end) {
                break;
            }
            level = parent;
        }
        line.before = fold(&line.before);
        line
    }

    fn words(&self) -> String {
        fold(&format!("{} {} {}", self.before, self.own, self.after))
    }
}

/// Whether a node begins another line, or another file.
fn ends_line(node: NodeRef<'_, Node>, links: &HashSet<NodeId>) -> bool {
    let is_block = |node: &NodeRef<'_, Node>| {
        node.value()
            .as_element()
            .is_some_and(|tag| LINES.contains(&tag.name()))
    };
    node.descendants()
        .take(MAX_IN_ITEM)
        .any(|inner| is_block(&inner) || links.contains(&inner.id()))
}

/// Parameters of a page's links that are the reader's, not the file's: the same in all kinds of links.
struct Sessions {
    shared: HashSet<(String, String)>,
}

impl Sessions {
    /// Links of a page that are looked at for what all share.
    const MAX_LINKS: usize = 300;

    fn of(html: &Html, files: &[Candidate<'_>]) -> Self {
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
    fn address(&self, file: &Candidate<'_>, page: &Url) -> (Url, String) {
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
