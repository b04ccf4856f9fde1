//! How well copies are told from other stories, on labelled sets made for it; a drop below the floors fails. What is
//! found must not depend on the order in which texts come.

#[allow(dead_code)]
#[path = "support"]
mod support {
    pub mod copies;
    pub mod copies_corpus;
    pub mod copies_forms;
    pub mod seed;
}

use std::collections::{BTreeMap, HashMap, HashSet};

use boardwalk::dedup::{Digest, Furniture, Verdict, keys};
use boardwalk::store::sqlite::{CopyArchive, CopyOptions, CopySearch};
use support::copies::{Kind, RealTexts, pairs};
use support::copies_corpus::{Doc, month, pair_scores, stories};
use support::seed::Rng;

#[derive(Default)]
struct Tally {
    n: usize,
    called_copy: usize,
    met: usize,
}

fn tally(seed: u64, n: usize) -> BTreeMap<Kind, Tally> {
    let mut tally: BTreeMap<Kind, Tally> = BTreeMap::new();
    for pair in pairs(seed, n, &RealTexts::default()) {
        let (a, b) = (Digest::of(&pair.a), Digest::of(&pair.b));
        let here = a.compare(&b);
        assert_eq!(here, b.compare(&a), "{:?}", pair.kind);
        let entry = tally.entry(pair.kind).or_default();
        entry.n += 1;
        entry.called_copy += usize::from(here.verdict.is_copy());
        let meet = keys(a.shingles())
            .zip(keys(b.shingles()))
            .is_some_and(|(a, b)| a.iter().zip(&b).any(|(a, b)| a.meets(b)));
        entry.met += usize::from(meet);
    }
    tally
}

#[test]
fn copies_of_every_kind_are_found_and_other_stories_are_not() {
    for seed in [1, 2] {
        let tally = tally(seed, 50);
        let mut report = String::new();
        let (mut hits, mut false_hits, mut copies) = (0, 0, 0);
        for (kind, of) in &tally {
            let share = of.called_copy as f64 / of.n as f64;
            report += &format!(
                "{kind:?}: {share:.3}, met {:.3}\n",
                of.met as f64 / of.n as f64
            );
            if kind.form().is_some() {
                // Told by a board's other texts, see below.
            } else if kind.is_copy() {
                hits += of.called_copy;
                copies += of.n;
            } else {
                false_hits += of.called_copy;
            }
        }
        let precision = hits as f64 / (hits + false_hits) as f64;
        let recall = hits as f64 / copies as f64;
        let f1 = 2.0 * precision * recall / (precision + recall);
        println!("seed {seed}: P {precision:.3} R {recall:.3} F1 {f1:.3}\n{report}");
        assert!(f1 >= 0.97, "F1 {f1}\n{report}");
        for (kind, of) in &tally {
            let share = of.called_copy as f64 / of.n as f64;
            let (least, most) = match kind {
                Kind::DailyCopy | Kind::DailyCut => (0.7, 1.0),
                // Without its board's furniture, which no single pair tells, a short cut is mostly frame.
                Kind::TruncatedFramed => (0.8, 1.0),
                kind if kind.is_copy() => (0.9, 1.0),
                // Filled in with few words, which change places.
                Kind::OtherForecast | Kind::OtherHoroscope => (0.0, 0.25),
                kind if kind.form().is_some() => (0.0, 1.0),
                Kind::OtherNumbers | Kind::OtherWeather | Kind::OtherRates => (0.0, 0.01),
                _ => (0.0, 0.1),
            };
            assert!(
                (least..=most).contains(&share),
                "{kind:?}: {share}\n{report}"
            );
            if kind.is_copy() {
                // Texts of which much was cut have little to meet by.
                let least = match kind {
                    Kind::Truncated | Kind::TruncatedFramed | Kind::DailyCut => 0.9,
                    _ => 0.97,
                };
                assert!(
                    of.met as f64 >= least * of.n as f64,
                    "{kind:?} does not meet\n{report}"
                );
            }
        }
    }
}

/// Furniture of each board from all of its texts.
fn furniture(docs: &[Doc]) -> HashMap<String, Furniture> {
    let mut texts: HashMap<String, Vec<Digest>> = HashMap::new();
    for doc in docs {
        let digest = Digest::of(&doc.text);
        texts.entry(doc.board.to_string()).or_default().push(digest);
    }
    texts
        .into_iter()
        .map(|(board, texts)| (board, Furniture::of(&texts)))
        .collect()
}

/// What the index and the rules say of docs that come in this order: each pair by its lower place in `docs`.
fn judged(docs: &[Doc], order: &[usize]) -> BTreeMap<(usize, usize), Verdict> {
    let furniture = furniture(docs);
    let mut search = CopySearch::new(CopyOptions::default()).expect("a temporary file");
    let mut verdicts = BTreeMap::new();
    for here in order {
        let doc = &docs[*here];
        let (_, judged) = search
            .insert(&doc.board.to_string(), Some(doc.at), &doc.text, |board| {
                &furniture[board]
            })
            .expect("a temporary file");
        for judged in judged {
            // Numbers are given from 1 on.
            let other = order[judged.other as usize - 1];
            let pair = (*here.min(&other), *here.max(&other));
            verdicts.insert(pair, judged.comparison.verdict);
        }
    }
    verdicts
}

fn copies(verdicts: &BTreeMap<(usize, usize), Verdict>) -> Vec<(usize, usize)> {
    let copies = verdicts.iter().filter(|(_, verdict)| verdict.is_copy());
    copies.map(|(pair, _)| *pair).collect()
}

#[test]
fn a_month_of_boards_falls_into_its_stories() {
    let docs = month(4, 150, &RealTexts::default());
    let order: Vec<usize> = (0..docs.len()).collect();
    let copies = copies(&judged(&docs, &order));
    let found = stories(docs.len(), &copies);
    let truth: Vec<usize> = docs.iter().map(|doc| doc.story).collect();
    let (precision, recall, f1) = pair_scores(&truth, &found);
    println!(
        "{} docs: P {precision:.3} R {recall:.3} F1 {f1:.3}",
        docs.len()
    );
    assert!(f1 >= 0.95, "P {precision} R {recall} F1 {f1}");
    assert!(precision >= 0.98, "P {precision} R {recall} F1 {f1}");
    let [others, same] = of_one_form(&docs, &copies);
    println!("of one form: others {others:?}, copies {same:?}");
    assert!(
        others.0 * 100 <= others.1,
        "{others:?} days of one form called copies"
    );
    assert!(
        same.0 * 10 >= same.1 * 8,
        "{same:?} copies by another press found"
    );
}

/// Pairs of reports or notices of one form that are called copies, and all of them: of other days, and of the same one.
fn of_one_form(docs: &[Doc], copies: &[(usize, usize)]) -> [(usize, usize); 2] {
    let copies: HashSet<&(usize, usize)> = copies.iter().collect();
    let mut tally = [(0, 0); 2];
    for (a, one) in docs.iter().enumerate() {
        for (b, other) in docs.iter().enumerate().skip(a + 1) {
            if one.series.is_some() && one.series == other.series {
                let of = &mut tally[usize::from(one.story == other.story)];
                of.0 += usize::from(copies.contains(&(a, b)));
                of.1 += 1;
            }
        }
    }
    tally
}

#[test]
fn verdicts_do_not_depend_on_the_order_of_arrival() {
    let docs = month(5, 60, &RealTexts::default());
    let mut order: Vec<usize> = (0..docs.len()).collect();
    let by_time = judged(&docs, &order);
    assert!(copies(&by_time).len() > 20, "there is something to compare");
    order.reverse();
    assert_eq!(judged(&docs, &order), by_time, "newest first");
    let mut rng = Rng::new(6);
    for last in (1..order.len()).rev() {
        order.swap(last, rng.below(last + 1));
    }
    assert_eq!(judged(&docs, &order), by_time, "{order:?}");
}

/// Some texts stand on another board too, word for word, up to twenty days before or after.
fn with_the_same_elsewhere(mut docs: Vec<Doc>) -> Vec<Doc> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    for n in (0..docs.len()).step_by(9) {
        let again = Doc {
            board: (docs[n].board + 3) % 8,
            at: docs[n].at + (n as i64 * 7 % 41 - 20) * DAY,
            text: docs[n].text.clone(),
            story: docs[n].story,
            series: docs[n].series,
        };
        docs.push(again);
    }
    docs
}

/// The archive learns what frames its boards have while articles come, and is to end where all of them lead.
#[test]
fn an_archive_says_the_same_in_whatever_order_articles_come() {
    let docs = with_the_same_elsewhere(month(5, 40, &RealTexts::default()));
    let mut order: Vec<usize> = (0..docs.len()).collect();
    let found_in = |order: &[usize]| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("archive.db");
        let archive = CopyArchive::in_file(&path, CopyOptions::default()).expect("a file");
        for here in order {
            let doc = &docs[*here];
            archive
                .insert(*here as u32 + 1, doc.board as u32 + 1, doc.at, &doc.text)
                .expect("it is stored");
        }
        archive.rest().expect("it goes on");
        archive.copies().expect("they are there")
    };
    let by_time = found_in(&order);
    assert!(by_time.len() > 20, "there is something to compare");
    order.reverse();
    assert_eq!(found_in(&order), by_time, "newest first");
    let mut rng = Rng::new(7);
    for last in (1..order.len()).rev() {
        order.swap(last, rng.below(last + 1));
    }
    assert_eq!(found_in(&order), by_time, "{order:?}");
}

/// Three stretches of time, of which near copies are not looked for in the second, against one without a break.
#[test]
fn what_comes_while_near_copies_are_not_looked_for_is_caught_up_with() {
    let docs = with_the_same_elsewhere(month(8, 40, &RealTexts::default()));
    let (on, off) = (
        CopyOptions::default(),
        CopyOptions {
            near_copies: false,
            ..CopyOptions::default()
        },
    );
    let folder = tempfile::tempdir().expect("a folder");
    let stored = |file: &str, stretches: &[(CopyOptions, std::ops::Range<usize>)]| {
        let mut seen = Vec::new();
        for (options, stretch) in stretches {
            let archive =
                CopyArchive::in_file(&folder.path().join(file), *options).expect("a file");
            for here in stretch.clone() {
                let doc = &docs[here];
                archive
                    .insert(here as u32 + 1, doc.board as u32 + 1, doc.at, &doc.text)
                    .expect("it is stored");
            }
            archive.rest().expect("it goes on");
            let index = archive.index_bytes().expect("a size");
            seen.push((index, archive.copies().expect("they are there")));
        }
        seen
    };
    let n = docs.len();
    let without = stored("one.db", &[(on, 0..n)]).remove(0).1;
    let broken = stored(
        "two.db",
        &[(on, 0..n / 3), (off, n / 3..n - n / 4), (on, n - n / 4..n)],
    );
    let pairs = |copies: &[(u32, u32, String, f64)]| {
        copies
            .iter()
            .filter(|(_, b, ..)| *b as usize > n / 3)
            .count()
    };
    assert_eq!(broken[1].0, broken[0].0, "no text is sketched");
    assert!(pairs(&without) > 10, "there is something to catch up with");
    assert_eq!(broken[2].1, without);
}

/// Test boards and worse are filled with sentences that come again and again in another order.
#[test]
fn texts_made_of_the_same_sentences_are_no_story() {
    let docs: Vec<Doc> = month(7, 200, &RealTexts::default());
    let order: Vec<usize> = (0..docs.len()).collect();
    let found = stories(docs.len(), &copies(&judged(&docs, &order)));
    let mut members: HashMap<usize, usize> = HashMap::new();
    for story in found {
        *members.entry(story).or_default() += 1;
    }
    // An article and its four copies.
    let largest = members.values().max().copied().unwrap_or_default();
    assert!(largest <= 6, "a story of {largest} articles");
}
