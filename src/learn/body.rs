//! Which element of an article's page is its body? In: the articles seen, where their fields, their comments and the
//! listing's rows stand. Out: a selector. What differs from article to article and is neither a field, a link, a comment
//! nor the listing below is the body.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::article::{ArticleRules, COMMENT_NAMES, Sample, elements, is_within};
use super::records::Records;
use super::titles::repeats;
use super::words::DATED;
use super::{Decision, SeenPage, css};
use crate::document::{Edge, Element, ElementRef, Node, NodeId, Selector};
use crate::profile::{element_text, fold};

/// Elements of a body that may be furniture.
const MAX_INNER: usize = 2_000;
const MAX_FURNITURE: usize = 8;
/// Elements that may be the body; each is tried on all pages.
const MAX_CANDIDATES: usize = 40;

static CHROME_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:share|sharing|sns|related|recommend|signature|profile|attach(?:[^e]|e[^d]|$)|file_?list|vote|breadcrumb|prev_?next|sidebar)|\b(?:sign|tags?)(?:\s|$|[_-]?list)").expect("a constant pattern")
});

/// Classes of a line that says who changed a post, and when.
static EDIT_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:(?:post|last)[_-]?)?(?:edit(?:ed)?|modified)(?:[_-]?(?:by|note|info|time|text|date|post|message))?$")
        .expect("a constant pattern")
});

static BODY_NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)body|content|article|text|entry|message|read|view|post|본문")
        .expect("a constant pattern")
});

/// How such a line begins where no class tells.
static EDIT_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:(?:this post was )?(?:last |re)?(?:edited|modified)\b|(?:zuletzt )?(?:geändert|bearbeitet)|beitrag (?:geändert|bearbeitet)|(?:dernière (?:modification|édition)|modifié)|(?:última edición|editado)|(?:ultima modifica|modificato)|(?:laatst )?(?:gewijzigd|bewerkt)|отредактировано|изменено|最后编辑|最後編輯|本帖最后由|最終編集|수정됨|마지막 수정)")
        .expect("a constant pattern")
});
/// Letters of such a line.
const MAX_EDIT_NOTE: usize = 120;

/// What is counted of an element's words.
#[derive(Clone, Copy, Default)]
struct Weight {
    good: f64,
    bad: f64,
}

/// Letters of each element: those that differ between articles and stand in no link, and all others.
fn weigh(
    sample: &Sample<'_>,
    (listing, fields): (&HashSet<NodeId>, &HashSet<NodeId>),
    records: Option<(&Selector, usize)>,
    common: &HashMap<String, usize>,
    any_name: bool,
) -> HashMap<NodeId, Weight> {
    let mut comments: HashSet<NodeId> = HashSet::new();
    // What holds a thread's first post holds the body, whatever its class says of people and their profiles.
    let mut holders: HashSet<NodeId> = HashSet::new();
    // The first of them are the article itself.
    if let Some((selector, n_first)) = records {
        for first in sample.page.html.select(selector).take(n_first) {
            holders.insert(first.id());
            holders.extend(first.ancestors().map(|node| node.id()));
        }
        comments.extend(
            sample
                .page
                .html
                .select(selector)
                .skip(n_first)
                .map(|record| record.id()),
        );
    }
    // What holds a field holds the article, whatever words of it are in its name.
    let around: HashSet<NodeId> = fields
        .iter()
        .filter_map(|id| sample.page.html.get(*id))
        .flat_map(|node| node.ancestors().map(|above| above.id()))
        .collect();
    let any_name = any_name || records.is_some_and(|(_, n_first)| n_first > 0);
    let forms = forms_to_fill_in(&sample.page);
    let scene = Scene {
        forms: &forms,
        listing,
        comments: &comments,
        fields,
        around: &around,
        holders: &holders,
        any_name,
    };
    let mut weights: HashMap<NodeId, Weight> = HashMap::new();
    let mut open: Vec<Weight> = Vec::new();
    let (mut n_bad, mut n_links, mut n_unseen) = (0_usize, 0_usize, 0_usize);
    for edge in sample.page.html.root_element().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Text(text) if n_unseen == 0 => {
                    let text = fold(text);
                    let letters = text.chars().count() as f64;
                    if let Some(top) = open.last_mut() {
                        let template = common.get(&text).is_some_and(|n| *n > 1);
                        if n_bad > 0 || template || repeats(&text, &sample.row.title) {
                            top.bad += letters;
                        } else if n_links > 0 {
                            top.bad += letters / 2.0;
                        } else {
                            top.good += letters;
                        }
                    }
                }
                Node::Element(tag) => {
                    open.push(Weight::default());
                    let (bad, link, unseen) = scene.kind(node.id(), tag);
                    n_bad += usize::from(bad);
                    n_links += usize::from(link);
                    n_unseen += usize::from(unseen);
                }
                _ => {}
            },
            Edge::Close(node) => {
                if let Node::Element(tag) = node.value() {
                    let (bad, link, unseen) = scene.kind(node.id(), tag);
                    n_bad -= usize::from(bad);
                    n_links -= usize::from(link);
                    n_unseen -= usize::from(unseen);
                    let own = open.pop().unwrap_or_default();
                    if let Some(above) = open.last_mut() {
                        above.good += own.good;
                        above.bad += own.bad;
                    }
                    weights.insert(node.id(), own);
                }
            }
        }
    }
    weights
}

/// What is known of a page's elements before its words are weighed.
struct Scene<'s> {
    listing: &'s HashSet<NodeId>,
    comments: &'s HashSet<NodeId>,
    fields: &'s HashSet<NodeId>,
    /// Forms that ask for words.
    forms: &'s HashSet<NodeId>,
    /// Ancestors of fields.
    around: &'s HashSet<NodeId>,
    /// What holds a thread's first post holds the body, whatever its class says of people and their profiles.
    holders: &'s HashSet<NodeId>,
    /// The body may be named for replies, as in a thread.
    any_name: bool,
}

impl Scene<'_> {
    /// Whether an element's words are no body's; a link's; not shown.
    fn kind(&self, id: NodeId, tag: Element<'_>) -> (bool, bool, bool) {
        let name = tag.name();
        let words = format!(
            "{} {}",
            tag.attr("class").unwrap_or(""),
            tag.id().unwrap_or("")
        );
        let named =
            CHROME_NAMES.is_match(&words) || (!self.any_name && COMMENT_NAMES.is_match(&words));
        let bad = self.listing.contains(&id)
            || self.comments.contains(&id)
            || self.fields.contains(&id)
            || (matches!(
                name,
                "nav" | "footer" | "aside" | "header" | "select" | "button"
            ) && !self.holders.contains(&id))
            || (self.forms.contains(&id)
                && !self.holders.contains(&id)
                && !self.around.contains(&id))
            || (named && !self.around.contains(&id) && !self.holders.contains(&id));
        (
            bad,
            name == "a",
            matches!(
                name,
                "script" | "style" | "noscript" | "template" | "textarea" | "head"
            ),
        )
    }
}

/// Forms that ask for words. Others are but around what they act on: a post with its buttons.
pub(super) fn forms_to_fill_in(page: &SeenPage<'_>) -> HashSet<NodeId> {
    static FORMS: LazyLock<Selector> =
        LazyLock::new(|| Selector::parse("form").expect("a constant selector"));
    static FIELDS: LazyLock<Selector> = LazyLock::new(|| {
        let kinds = "input:not([type]), input[type='text' i], input[type='search' i], input[type='email' i], \
                     input[type='url' i], input[type='password' i], textarea";
        Selector::parse(kinds).expect("a constant selector")
    });
    let forms = page.html.select(&FORMS);
    let asking = forms.filter(|form| form.select(&FIELDS).next().is_some());
    asking.map(|form| form.id()).collect()
}

/// On how many pages each text stands.
pub(super) fn common_texts<'a>(
    pages: impl IntoIterator<Item = &'a SeenPage<'a>>,
) -> HashMap<String, usize> {
    let mut common: HashMap<String, usize> = HashMap::new();
    for page in pages {
        let texts: HashSet<String> = page
            .html
            .root_element()
            .descendants()
            .filter_map(|node| node.value().as_text().map(fold))
            .filter(|text| !text.is_empty())
            .collect();
        for text in texts {
            *common.entry(text).or_default() += 1;
        }
    }
    common
}

/// What may be the body: the elements with most of what differs, on each page; each name with its order.
fn candidates(samples: &[Sample<'_>], weights: &[HashMap<NodeId, Weight>]) -> Vec<(String, usize)> {
    let mut names: Vec<(String, usize)> = Vec::new();
    for (sample, weights) in samples.iter().zip(weights) {
        let mut found: Vec<(f64, ElementRef<'_>)> = elements(&sample.page)
            .filter(|element| {
                !matches!(
                    element.value().name(),
                    "html" | "body" | "p" | "span" | "b" | "strong" | "font" | "br"
                )
            })
            .filter_map(|element| {
                let weight = weights.get(&element.id())?;
                (weight.good > 0.0).then_some((weight.good - 2.0 * weight.bad, element))
            })
            .collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, element) in found
            .into_iter()
            .take(MAX_CANDIDATES / samples.len().max(1))
        {
            for (order, name) in css::names_of(element).into_iter().enumerate() {
                if !names.iter().any(|(held, _)| *held == name) {
                    names.push((name, order));
                }
            }
        }
    }
    names
}

pub(super) fn body(
    rules: &mut ArticleRules,
    samples: &[Sample<'_>],
    listing_page: &SeenPage<'_>,
    listings: &[HashSet<NodeId>],
    records: Option<&Records>,
) -> Result<(), Decision> {
    let fields: Vec<HashSet<NodeId>> = samples
        .iter()
        .map(|sample| field_nodes(rules, sample))
        .collect();
    let common = common_texts(samples.iter().map(|sample| &sample.page));
    let mut ranked = rank(samples, listings, records, &fields, &common, false);
    let mut evidence = "most words that differ between articles";
    let fails =
        |ranked: &[(f64, String, usize)]| ranked.first().is_none_or(|(score, _, _)| *score <= 0.0);
    if let Some(bare) = bare_text(samples, listings, records, &fields, &common)
        && (fails(&ranked)
            || ranked
                .first()
                .is_some_and(|(_, name, _)| bare.is_also(name, samples)))
    {
        rules.decisions.push(Decision {
            what: "article.body",
            value: bare.name.clone(),
            score: 0.0,
            reason: "its bare words differ between articles; what stands in elements of their own among them is said of the article".into(),
            lost: ranked
                .iter()
                .take(3)
                .map(|(score, name, _)| format!("{name} ({score:.2})"))
                .collect(),
        });
        rules.body.push(bare.name);
        rules.body_remove = bare.others;
        return Ok(());
    }
    let is_no_thread = records.is_none_or(|records| !records.is_thread);
    if fails(&ranked) && is_no_thread && samples.len() > 2 {
        // Some engines name the posts of a thread as others name comments, the first among them: then every page has one.
        let mut lenient = rank(samples, listings, None, &fields, &common, true);
        lenient.retain(|(_, _, n_found)| *n_found == samples.len());
        if !fails(&lenient) {
            ranked = lenient;
            evidence =
                "most words that differ between articles, in an element named as replies are";
        }
    }
    let alike = fails(&ranked);
    if alike {
        // Articles that say the same differ from their listing at least; then an element must be named for it, too.
        let mut of_listing = common_texts([listing_page]);
        of_listing.values_mut().for_each(|n| *n = 2);
        ranked = rank(samples, listings, records, &fields, &of_listing, false);
        ranked.retain(|(_, name, _)| {
            let last = name.rsplit([' ', '>']).next().unwrap_or_default();
            BODY_NAMES.is_match(last)
        });
        evidence = "all articles seen say the same; most words that the listing has not";
    }
    let lost = |from: usize| {
        ranked
            .iter()
            .skip(from)
            .take(3)
            .map(|(score, name, _)| format!("{name} ({score:.2})"))
            .collect()
    };
    match ranked.first() {
        Some((score, name, n_found)) if *score > 0.0 => {
            rules.decisions.push(Decision {
                what: "article.body",
                value: name.clone(),
                score: *score,
                reason: format!("{evidence}, on {n_found} of {} pages", samples.len()),
                lost: lost(1),
            });
            rules.body.push(name.clone());
            // Where all say the same, all would be furniture.
            if !alike {
                rules.body_remove = furniture(&bodies(samples, name));
            }
            for note in edit_notes(bodies(samples, name)) {
                if !rules.body_remove.contains(&note) {
                    rules.body_remove.push(note);
                }
            }
            Ok(())
        }
        _ => Err(Decision {
            what: "article.body",
            value: String::new(),
            score: ranked.first().map_or(0.0, |(score, _, _)| *score),
            reason: "no element holds words that differ from article to article".into(),
            lost: lost(0),
        }),
    }
}

/// A body of bare words, among which fields and what was said of the article have elements of their own.
struct BareText {
    name: String,
    /// Names of those elements.
    others: Vec<String>,
}

impl BareText {
    /// Whether another name finds the same.
    fn is_also(&self, name: &str, samples: &[Sample<'_>]) -> bool {
        let own = bodies(samples, &self.name).into_iter();
        own.eq(bodies(samples, name))
    }
}

/// The element of each article with most bare words that no other article has; `None` where nothing that is none of the
/// body stands among them.
fn bare_text(
    samples: &[Sample<'_>],
    listings: &[HashSet<NodeId>],
    records: Option<&Records>,
    fields: &[HashSet<NodeId>],
    common: &HashMap<String, usize>,
) -> Option<BareText> {
    let records = records.filter(|records| !records.is_thread)?;
    let records = Selector::parse(&records.all()).ok()?;
    let differs = |text: &str| common.get(text).is_none_or(|n| *n <= 1);
    let mut found: Vec<ElementRef<'_>> = Vec::new();
    let mut apart: Vec<HashSet<NodeId>> = Vec::new();
    for ((sample, listing), fields) in samples.iter().zip(listings).zip(fields) {
        let replies = sample.page.html.select(&records).map(|record| record.id());
        let others: HashSet<NodeId> = replies.chain(fields | listing).collect();
        let n_bare = |element: &ElementRef<'_>| -> usize {
            let texts = element
                .children()
                .filter_map(|node| Some(fold(node.value().as_text()?)));
            let own = texts.filter(|text| differs(text));
            own.map(|text| text.chars().count()).sum()
        };
        let own = elements(&sample.page)
            .filter(|element| !matches!(element.value().name(), "title" | "script" | "style" | "a"))
            .filter(|element| !is_within(*element, &others));
        found.push(
            own.max_by_key(n_bare)
                .filter(|element| n_bare(element) > 0)?,
        );
        apart.push(others);
    }
    let is_all = |name: &String| {
        let all = bodies(samples, name);
        all == found
    };
    let name = css::names_of(*found.first()?).into_iter().find(is_all)?;
    // Of each name of what stands in it: whether all of that is none of the body, and whether some is a field or a reply.
    let mut inside: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for ((sample, body), apart) in samples.iter().zip(&found).zip(&apart) {
        for child in body.child_elements() {
            let holds = |element: ElementRef<'_>| apart.contains(&element.id());
            let is_apart = holds(child) || child.descendent_elements().any(holds);
            let is_template = child
                .descendants()
                .filter_map(|node| node.value().as_text().map(fold))
                .all(|text| !differs(&text) || text.is_empty());
            // Where the article may be found, for whoever copies it.
            let leads_here = child
                .descendent_elements()
                .filter_map(|inner| sample.page.url.join(inner.attr("href")?).ok())
                .any(|url| url == *sample.page.url);
            let entry = inside.entry(css::simple(child)).or_insert((true, false));
            entry.0 &= is_apart || is_template || leads_here;
            entry.1 |= is_apart;
        }
    }
    let says_any = inside
        .values()
        .any(|(is_other, is_apart)| *is_other && *is_apart);
    let others = inside
        .into_iter()
        .filter(|(name, (is_other, _))| *is_other && name.contains('.'))
        .map(|(name, _)| name)
        .take(MAX_FURNITURE)
        .collect();
    says_any.then_some(BareText { name, others })
}

/// The body of each article that has one.
fn bodies<'a>(samples: &[Sample<'a>], body: &str) -> Vec<ElementRef<'a>> {
    let Ok(selector) = Selector::parse(body) else {
        return Vec::new();
    };
    samples
        .iter()
        .filter_map(|sample| sample.page.html.select(&selector).next())
        .collect()
}

/// Names of the lines in bodies that say who changed them.
pub(super) fn edit_notes<'a>(bodies: impl IntoIterator<Item = ElementRef<'a>>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for body in bodies {
        for element in body.descendent_elements().skip(1).take(MAX_INNER) {
            let mut classes = element.value().classes();
            let named = classes.find(|class| css::is_stable(class) && EDIT_NAMES.is_match(class));
            let name = match named {
                Some(class) => format!("{}.{class}", css::tag(element)),
                None if says_edited(element, body) => css::simple(element),
                None => continue,
            };
            if found.len() < MAX_FURNITURE && !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

/// Whether an element with a class says no more than that its post was changed, and when.
fn says_edited(element: ElementRef<'_>, body: ElementRef<'_>) -> bool {
    let is_block = |inner: ElementRef<'_>| {
        matches!(
            inner.value().name(),
            "br" | "p" | "div" | "table" | "tr" | "td" | "li"
        )
    };
    let mut inside = element.descendent_elements().skip(1).take(MAX_EDIT_NOTE);
    if css::classes(element).is_empty() || inside.any(is_block) {
        return false;
    }
    let text = element_text(element, &[]);
    let is_note = text.chars().count() <= MAX_EDIT_NOTE && EDIT_WORDS.is_match(&text);
    is_note && DATED.is_match(&text) && element_text(body, &[]).len() > text.len()
}

/// Names of elements within the body that say the same in every article: buttons, share bars, lines of the house.
pub(super) fn furniture(bodies: &[ElementRef<'_>]) -> Vec<String> {
    // Two articles may end alike; that is no furniture yet.
    if bodies.len() < 3 {
        return Vec::new();
    }
    let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for body in bodies {
        let mut here: BTreeMap<String, String> = BTreeMap::new();
        for element in body.descendent_elements().skip(1).take(MAX_INNER) {
            let name = css::simple(element);
            if name.contains('.') {
                let text = element_text(element, &[]);
                here.entry(name)
                    .and_modify(|all| all.push_str(&text))
                    .or_insert(text);
            }
        }
        for (name, text) in here {
            said.entry(name).or_default().push(text);
        }
    }
    let is_furniture = |texts: &Vec<String>| {
        4 * texts.len() >= 3 * bodies.len()
            && !texts[0].is_empty()
            && texts.iter().all(|text| *text == texts[0])
    };
    said.into_iter()
        .filter(|(_, texts)| is_furniture(texts))
        .map(|(name, _)| name)
        .take(MAX_FURNITURE)
        .collect()
}

/// Where the fields stand on a page that were found already.
fn field_nodes(rules: &ArticleRules, sample: &Sample<'_>) -> HashSet<NodeId> {
    let found = rules.title.iter().chain(&rules.author).chain(&rules.date);
    found
        .filter(|rule| rule.css != "title")
        .filter_map(|rule| Selector::parse(&rule.css).ok())
        .filter_map(|css| Some(sample.page.html.select(&css).next()?.id()))
        .collect()
}

/// Names of what may be the body, the best first: score, name, and on how many pages it is found. `any_name`: that an
/// element is named for replies says nothing against it.
fn rank(
    samples: &[Sample<'_>],
    listings: &[HashSet<NodeId>],
    records: Option<&Records>,
    fields: &[HashSet<NodeId>],
    common: &HashMap<String, usize>,
    any_name: bool,
) -> Vec<(f64, String, usize)> {
    let selector = records
        .and_then(|records| Some((Selector::parse(&records.all()).ok()?, records.n_first())));
    let records = selector.as_ref().map(|(css, n_first)| (css, *n_first));
    let weights: Vec<HashMap<NodeId, Weight>> = samples
        .iter()
        .zip(listings)
        .zip(fields)
        .map(|((sample, listing), fields)| {
            weigh(sample, (listing, fields), records, common, any_name)
        })
        .collect();
    let names = candidates(samples, &weights);
    let mut ranked: Vec<(f64, String, usize)> = names
        .into_iter()
        .filter_map(|(name, order)| {
            let selector = Selector::parse(&name).ok()?;
            let mut score = 0.0;
            let mut n_found = 0;
            for (sample, weights) in samples.iter().zip(&weights) {
                let Some(element) = sample.page.html.select(&selector).next() else {
                    continue;
                };
                let weight = weights.get(&element.id()).copied().unwrap_or_default();
                n_found += 1;
                // A long article must not outvote the others.
                let scale = 1.0 / (60.0 + weight.good.max(weight.bad));
                score += (weight.good - 2.0 * weight.bad) * scale
                    + if weight.good > 0.0 { 0.2 } else { 0.0 };
            }
            (n_found * 4 >= samples.len() * 3).then_some((
                score - 0.002 * order as f64,
                name,
                n_found,
            ))
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked
}
