//! How well near copies are found, and at what price: `cargo bench --bench near_copies -- [--scale N] [--texts FILE]`
//!
//! Precision and recall on pairs of every kind and on a month of boards, texts and verifications a second, and what
//! storing a text and finding its copies costs as an archive grows to `N` (20,000 unless told; 1,000,000 takes about half an
//! hour and 4 GB). `FILE` has real articles in place of the invented ones, a line each: `{"lang": "ko" or "en", "paragraphs":
//! ["…"]}`. Times are processor time of this process where the system tells it, since other work would count otherwise.

#[allow(dead_code)]
#[path = "../tests/support"]
mod support {
    pub mod copies;
    pub mod copies_corpus;
    pub mod copies_forms;
    pub mod seed;
}

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use anyhow::Context;
use boardwalk::dedup::{Digest, Furniture, keys};
use boardwalk::store::sqlite::{CopyArchive, CopyOptions, CopySearch};
use support::copies::{Kind, RealTexts, pairs};
use support::copies_corpus::{month, pair_scores, stories};

fn main() -> anyhow::Result<()> {
    let mut scale = 20_000;
    let mut texts = RealTexts::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().context("a value is missing");
        match argument.as_str() {
            "--scale" => scale = value()?.parse().context("--scale N")?,
            "--texts" => texts = read_texts(&value()?)?,
            // Cargo's own.
            "--bench" => {}
            other => anyhow::bail!("{other} is not known: --scale N, --texts FILE"),
        }
    }
    println!("Pairs (found: called a copy; met: share a key)");
    judge_pairs(&texts);
    println!("\nA month of eight boards");
    judge_month(&texts)?;
    println!("\nOne core");
    speed();
    println!("\nStoring a text and finding its copies, by how many there are");
    growth(scale)
}

fn read_texts(path: &str) -> anyhow::Result<RealTexts> {
    #[derive(serde::Deserialize)]
    struct Line {
        lang: String,
        paragraphs: Vec<String>,
    }
    let mut texts = RealTexts::default();
    for line in std::fs::read_to_string(path)
        .context(path.to_owned())?
        .lines()
    {
        let line: Line = serde_json::from_str(line)?;
        match line.lang.as_str() {
            "ko" => texts.korean.push(line.paragraphs),
            _ => texts.english.push(line.paragraphs),
        }
    }
    Ok(texts)
}

fn judge_pairs(texts: &RealTexts) {
    let mut tally: BTreeMap<(Kind, bool), [usize; 3]> = BTreeMap::new();
    for pair in pairs(11, 100, texts) {
        let (a, b) = (Digest::of(&pair.a), Digest::of(&pair.b));
        let met = keys(a.shingles())
            .zip(keys(b.shingles()))
            .is_some_and(|(a, b)| a.iter().zip(&b).any(|(a, b)| a.meets(b)));
        let entry = tally.entry((pair.kind, pair.korean)).or_default();
        entry[0] += 1;
        entry[1] += usize::from(a.compare(&b).verdict.is_copy());
        entry[2] += usize::from(met);
    }
    let (mut n, mut hits, mut false_hits) = (0, 0, 0);
    for ((kind, korean), [n_pairs, found, met]) in tally {
        let share = |of: usize| of as f64 / n_pairs as f64;
        let language = if korean { "ko" } else { "en" };
        let should = if kind.is_copy() { "copy" } else { "other" };
        println!(
            "  {:<14} {language}  {should:<5}  found {:.3}  met {:.3}",
            format!("{kind:?}"),
            share(found),
            share(met)
        );
        match kind.is_copy() {
            true => (n, hits) = (n + n_pairs, hits + found),
            false => false_hits += found,
        }
    }
    print_scores(scores(hits, hits + false_hits, n));
}

fn scores(hits: usize, n_found: usize, n_true: usize) -> (f64, f64, f64) {
    let precision = hits as f64 / n_found.max(1) as f64;
    let recall = hits as f64 / n_true.max(1) as f64;
    (
        precision,
        recall,
        2.0 * precision * recall / (precision + recall),
    )
}

fn print_scores((precision, recall, f1): (f64, f64, f64)) {
    println!("  precision {precision:.4}  recall {recall:.4}  F1 {f1:.4}");
}

fn judge_month(texts: &RealTexts) -> anyhow::Result<()> {
    let docs = month(12, 400, texts);
    let mut of_board: HashMap<String, Vec<Digest>> = HashMap::new();
    for doc in &docs {
        let digest = Digest::of(&doc.text);
        of_board
            .entry(doc.board.to_string())
            .or_default()
            .push(digest);
    }
    let furniture: HashMap<String, Furniture> = of_board
        .into_iter()
        .map(|(board, texts)| (board, Furniture::of(&texts)))
        .collect();
    let mut search = CopySearch::new(CopyOptions::default())?;
    let (mut copies, mut n_compared) = (BTreeSet::new(), 0);
    let clock = Clock::start();
    for (here, doc) in docs.iter().enumerate() {
        let furniture = |board: &str| &furniture[board];
        let (_, judged) =
            search.insert(&doc.board.to_string(), Some(doc.at), &doc.text, furniture)?;
        n_compared += judged.len();
        let found = judged
            .iter()
            .filter(|other| other.comparison.verdict.is_copy());
        copies.extend(found.map(|other| (other.other as usize - 1, here)));
    }
    let took = clock.elapsed();
    let truth: Vec<usize> = docs.iter().map(|doc| doc.story).collect();
    let hits = copies
        .iter()
        .filter(|(a, b)| truth[*a] == truth[*b])
        .count();
    let mut of_series = [[0; 2]; 2];
    let series = docs
        .iter()
        .enumerate()
        .filter_map(|(here, doc)| Some((here, doc.series?)));
    let series: Vec<(usize, u64)> = series.collect();
    for (n, (a, series_a)) in series.iter().enumerate() {
        for (b, series_b) in &series[n + 1..] {
            if series_a == series_b {
                let is_found = copies.contains(&(*a, *b));
                let tally = &mut of_series[usize::from(truth[*a] == truth[*b])];
                tally[0] += 1;
                tally[1] += usize::from(is_found);
            }
        }
    }
    let [others, same] = of_series;
    println!(
        "  of one form: {} of {} days called copies; {} of {} copies by another press found",
        others[1], others[0], same[1], same[0]
    );
    println!(
        "  {} texts, {n_compared} pairs compared, {} called copies, {hits} rightly; {:.0} µs a text",
        docs.len(),
        copies.len(),
        took.as_secs_f64() * 1e6 / docs.len() as f64
    );
    print_scores(pair_scores(
        &truth,
        &stories(docs.len(), &copies.into_iter().collect::<Vec<_>>()),
    ));
    Ok(())
}

fn speed() {
    let texts: Vec<String> = pairs(13, 20, &RealTexts::default())
        .into_iter()
        .map(|pair| pair.a)
        .collect();
    let n_letters: usize = texts.iter().map(|text| text.chars().count()).sum();
    let (mut n, clock) = (0, Clock::start());
    while clock.elapsed() < Duration::from_secs(1) {
        for text in &texts {
            std::hint::black_box(keys(Digest::of(text).shingles()));
        }
        n += texts.len();
    }
    println!(
        "  normalise and sketch: {:.0} texts of {} characters a second",
        n as f64 / clock.elapsed().as_secs_f64(),
        n_letters / texts.len()
    );
    let digests: Vec<Digest> = texts.iter().map(|text| Digest::of(text)).collect();
    let (mut n, clock) = (0, Clock::start());
    'time: for one in digests.iter().cycle() {
        for other in &digests {
            std::hint::black_box(one.compare(other));
        }
        n += digests.len();
        if clock.elapsed() > Duration::from_secs(1) {
            break 'time;
        }
    }
    println!(
        "  verifications: {:.0} a second",
        n as f64 / clock.elapsed().as_secs_f64()
    );
}

/// Articles of one paragraph from 30 days, each tenth an earlier one with some words more, into an archive as its writer stores them.
fn growth(scale: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let archive = CopyArchive::in_file(&folder.path().join("archive.db"), CopyOptions::default())?;
    let (mut took, mut making, mut n_since) = (Duration::ZERO, Duration::ZERO, 0);
    let mut slowest = Duration::ZERO;
    let mut at_first = None;
    // Each figure is of the last fifth before it.
    let mut report_at = 10_000.min(scale);
    let mut clock = Clock::start();
    for n in 1..=scale {
        if n == report_at - report_at / 5 {
            (took, making, n_since) = (Duration::ZERO, Duration::ZERO, 0);
            (slowest, clock) = (Duration::ZERO, Clock::start());
        }
        let before = Instant::now();
        let mut text = support::copies_corpus::numbered_text(if n % 10 == 0 { n / 2 } else { n });
        if n % 10 == 0 {
            text.push_str("덧붙인 말");
        }
        let at = (n % 30) as i64 * 24 * 60 * 60 * 1000;
        let made = Instant::now();
        archive.insert(u32::try_from(n)?, 1, at, &text)?;
        slowest = slowest.max(made.elapsed());
        took += made.elapsed();
        making += made - before;
        n_since += 1;
        if n == report_at {
            let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(n_since);
            let of_processor = each(clock.elapsed());
            let first = *at_first.get_or_insert(of_processor);
            println!(
                "  {n:>9}: {of_processor:.0} µs of processor, {:.2} of the first (in all {:.0} µs, slowest {:.1} ms; making \
                 the text {:.0} µs), {:.0} bytes of index a text, {} copies",
                of_processor / first,
                each(took),
                slowest.as_secs_f64() * 1e3,
                each(making),
                archive.index_bytes()? as f64 / n as f64,
                archive.n_copies()?
            );
            report_at = (n * 10).min(scale);
        }
    }
    Ok(())
}

/// Processor time of this process, or wall time where that is not told.
struct Clock {
    processor: Option<Duration>,
    wall: Instant,
}

impl Clock {
    fn start() -> Self {
        Self {
            processor: processor_time(),
            wall: Instant::now(),
        }
    }

    fn elapsed(&self) -> Duration {
        match (self.processor, processor_time()) {
            (Some(start), Some(now)) => now.saturating_sub(start),
            _ => self.wall.elapsed(),
        }
    }
}

/// User and system time in hundredths of a second (proc(5), /proc/pid/stat, fields 14 and 15).
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}
