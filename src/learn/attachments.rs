//! Which links of articles are their files? In: the articles seen, and where others' words stand on them. Out: where the
//! board lists files, as a selector that counts as one sign more, and which links only look like files; or, where no
//! article seen has a file, the word that pages are to tell by themselves.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::document::{ElementRef, NodeId, Selector};

use super::article::Sample;
use super::records::Records;
use super::{Decision, css};
use crate::profile::files::{FLOOR, FileLink, Ground, HANDED_OUT, blocks_of, files_shown};

/// Links of one place that are tried on all pages.
const MAX_NAMES: usize = 60;
/// Links whose names are tried.
const MAX_LINKS: usize = 40;
/// What a link needs to be counted where others like it stand on other pages.
const WEAK: f64 = 2.0;
/// Elements above a link whose names are tried.
const MAX_LEVELS: usize = 3;
const MAX_SKIPPED: usize = 8;

/// Where a board lists the files of its articles.
#[derive(Debug, Default)]
pub(super) struct AttachmentRules {
    pub link: Vec<String>,
    pub skip: Vec<String>,
}

/// What was found on the articles seen.
pub(super) struct Found {
    pub rules: AttachmentRules,
    pub decision: Decision,
    /// Of each article: what shows its files and nothing else.
    pub blocks: Vec<HashSet<NodeId>>,
}

/// Where files are listed. `listings` are the rows of the board on each page.
pub(super) fn attachments(
    samples: &[Sample<'_>],
    listings: &[HashSet<NodeId>],
    records: Option<&Records>,
) -> Found {
    let aparts: Vec<HashSet<NodeId>> = samples
        .iter()
        .zip(listings)
        .map(|(sample, listing)| apart(sample, listing, records))
        .collect();
    let mut all: Vec<Vec<FileLink<'_>>> = samples
        .iter()
        .zip(&aparts)
        .map(|(sample, apart)| {
            let ground = Ground {
                base: sample.page.url,
                apart,
                known: &[],
                skip: &[],
            };
            files_shown(sample.page.html, &ground)
        })
        .collect();
    let skip = drop_furniture(&mut all);
    let place = place(samples, &all);
    let mut blocks = Vec::new();
    for (sample, files) in samples.iter().zip(&mut all) {
        files.retain(|file| is_file(file, place.as_ref().map(|place| &place.selector)));
        blocks.push(blocks_of(files, sample.page.html.root_element()));
    }
    let n_files: usize = all.iter().map(Vec::len).sum();
    let n_pages = all.iter().filter(|files| !files.is_empty()).count();
    let decision = decision(&all, place.as_ref(), (n_files, n_pages));
    let link = place.map(|place| place.name).into_iter().collect();
    Found {
        rules: AttachmentRules { link, skip },
        decision,
        blocks,
    }
}

fn apart(
    sample: &Sample<'_>,
    listing: &HashSet<NodeId>,
    records: Option<&Records>,
) -> HashSet<NodeId> {
    let mut apart = listing.clone();
    if let Some(records) = records
        && let Ok(selector) = Selector::parse(&records.all())
    {
        let others = sample.page.html.select(&selector).skip(records.n_first());
        apart.extend(others.map(|record| record.id()));
    }
    apart
}

/// Takes out what stands on several articles alike: it belongs to the site. Out: selectors of it.
fn drop_furniture(all: &mut [Vec<FileLink<'_>>]) -> Vec<String> {
    let mut n_pages: BTreeMap<String, usize> = BTreeMap::new();
    for files in &*all {
        let urls: BTreeSet<String> = files.iter().map(|file| file.url.to_string()).collect();
        for url in urls {
            *n_pages.entry(url).or_default() += 1;
        }
    }
    let is_furniture = |file: &FileLink<'_>| n_pages.get(file.url.as_str()).is_some_and(|n| *n > 1);
    let mut skip: Vec<String> = Vec::new();
    for file in all.iter().flatten().filter(|file| is_furniture(file)) {
        let named = file.link.attr("href").and_then(|href| {
            let is_plain = !href.contains(['\'', '\\', '\n', '\r']);
            is_plain.then(|| format!("a[href='{href}']"))
        });
        if let Some(name) = named
            && skip.len() < MAX_SKIPPED
            && !skip.contains(&name)
        {
            skip.push(name);
        }
    }
    for files in all {
        files.retain(|file| !is_furniture(file));
    }
    skip
}

/// Where files stand on several pages, or are beyond doubt on one.
struct Place {
    name: String,
    selector: Selector,
    score: f64,
    lost: Vec<String>,
}

fn is_file(file: &FileLink<'_>, place: Option<&Selector>) -> bool {
    let in_place = place.is_some_and(|place| place.matches(&file.link));
    file.score >= FLOOR || (in_place && file.score >= WEAK)
}

/// The best name of links that are files: it finds those above the floor, and nothing that is no file.
fn place(samples: &[Sample<'_>], all: &[Vec<FileLink<'_>>]) -> Option<Place> {
    let mut names: Vec<String> = Vec::new();
    let likely = all.iter().flatten().filter(|file| file.score >= WEAK);
    for name in likely.take(MAX_LINKS).flat_map(|file| names_of(file.link)) {
        if names.len() < MAX_NAMES && !names.contains(&name) {
            names.push(name);
        }
    }
    let listed: Vec<Listed<'_>> = all.iter().map(|files| Listed::new(files)).collect();
    let mut ranked: Vec<(f64, String, Selector)> = names
        .into_iter()
        .enumerate()
        .filter_map(|(order, name)| {
            let selector = Selector::parse(&name).ok()?;
            let score = score(&selector, samples, &listed)? - 0.01 * order as f64;
            Some((score, name, selector))
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let lost = ranked.iter().skip(1).take(3);
    let lost = lost
        .map(|(score, name, _)| format!("{name} ({score:.2})"))
        .collect();
    let (score, name, selector) = ranked.into_iter().next()?;
    Some(Place {
        name,
        selector,
        score,
        lost,
    })
}

/// Names of a link by itself, and by what is around it.
fn names_of(link: ElementRef<'_>) -> Vec<String> {
    let mut names: Vec<String> = css::names_of(link)
        .into_iter()
        .filter(|name| name.contains(['.', '#']) && !name.contains(":nth"))
        .collect();
    let above = link.ancestors().filter_map(ElementRef::wrap);
    for holder in above.take(MAX_LEVELS) {
        let of_holder = css::names_of(holder).into_iter();
        let named = of_holder.filter(|name| name.contains(['.', '#']) && !name.contains(":nth"));
        names.extend(named.take(2).map(|name| format!("{name} a")));
    }
    names
}

/// The scores of the files that a selector finds; `None` where it finds a link that is none, or too little.
fn score(selector: &Selector, samples: &[Sample<'_>], all: &[Listed<'_>]) -> Option<f64> {
    let (mut score, mut n_sure, mut n_pages) = (0.0, 0, 0);
    for (sample, listed) in samples.iter().zip(all) {
        let mut n_here = 0;
        for link in sample.page.html.select(selector) {
            let Some(file) = listed.by_link.get(&link.id()) else {
                let leads = link.attr("href").or_else(|| link.attr("onclick"));
                // The icon beside a name leads where the name does.
                if leads.is_some_and(|to| !listed.addresses.contains(to)) {
                    return None;
                }
                continue;
            };
            // A link to any file of the world has a name and an address that ends in one.
            if file.score < WEAK || !file.signs.contains(&HANDED_OUT) && file.score < FLOOR {
                return None;
            }
            n_here += 1;
            n_sure += usize::from(file.score >= FLOOR);
            score += file.score;
        }
        n_pages += usize::from(n_here > 0);
    }
    (n_sure > 0 || n_pages > 1).then_some(score)
}

/// The files of a page, to be looked up.
struct Listed<'f> {
    by_link: HashMap<NodeId, &'f FileLink<'f>>,
    addresses: HashSet<&'f str>,
}

impl<'f> Listed<'f> {
    fn new(files: &'f [FileLink<'f>]) -> Self {
        let address = |file: &'f FileLink<'f>| {
            let link = file.link.value();
            link.attr("href").or_else(|| link.attr("onclick"))
        };
        Self {
            by_link: files.iter().map(|file| (file.link.id(), file)).collect(),
            addresses: files.iter().filter_map(address).collect(),
        }
    }
}

fn decision(
    all: &[Vec<FileLink<'_>>],
    place: Option<&Place>,
    (n_files, n_pages): (usize, usize),
) -> Decision {
    let signs: BTreeSet<&str> = all
        .iter()
        .flatten()
        .flat_map(|file| file.signs.iter().copied())
        .collect();
    let signs: Vec<&str> = signs.into_iter().collect();
    let reason = match n_files {
        0 => format!(
            "none of the {} articles seen has a file: what stands around its link tells it, from {FLOOR} on",
            all.len()
        ),
        _ => format!(
            "{n_files} files on {n_pages} of {} articles, by {}",
            all.len(),
            signs.join(", ")
        ),
    };
    Decision {
        what: "attachments.link",
        value: place.map_or(String::new(), |place| place.name.clone()),
        score: place.map_or(0.0, |place| place.score),
        reason,
        lost: place.map_or_else(Vec::new, |place| place.lost.clone()),
    }
}
