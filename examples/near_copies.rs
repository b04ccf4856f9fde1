//! Near copies in texts of your own: `cargo run --release --example near_copies -- docs.jsonl`
//!
//! Reads lines `{"id", "board", "at", "text"}` and prints a line `{"a", "b", "similarity", "containment", "verdict"}`
//! for each pair that was compared, by the index and the rules of the crawl. The file is read twice: first for the
//! furniture of each board. Lines that cannot be read are named and passed over; then the exit code is 1.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::process::ExitCode;

use anyhow::Context;
use boardwalk::dedup::{Digest, Furniture, Hash, words_hash};
use boardwalk::store::sqlite::{CopyOptions, CopySearch};
use serde::Deserialize;

/// Texts of each board from which its furniture is learnt.
const SAMPLE: usize = 256;

#[derive(Deserialize)]
struct Line {
    id: serde_json::Value,
    #[serde(default)]
    board: String,
    #[serde(default)]
    at: serde_json::Value,
    text: String,
}

fn main() -> anyhow::Result<ExitCode> {
    let path = std::env::args_os()
        .nth(1)
        .context("usage: near_copies docs.jsonl")?;
    let open = || {
        File::open(&path)
            .map(BufReader::new)
            .with_context(|| path.display().to_string())
    };
    let mut samples: HashMap<String, BTreeMap<Hash, Digest>> = HashMap::new();
    for line in open()?.lines() {
        if let Ok(line) = serde_json::from_str::<Line>(&line?) {
            let sample = samples.entry(line.board).or_default();
            // Those with the least hashes: the same ones in whatever order the lines come.
            let hash = words_hash(&line.text);
            if sample.len() < SAMPLE
                || sample
                    .last_key_value()
                    .is_some_and(|(last, _)| hash < *last)
            {
                sample.insert(hash, Digest::of(&line.text));
            }
            if sample.len() > SAMPLE {
                sample.pop_last();
            }
        }
    }
    let furniture: HashMap<String, Furniture> = samples
        .into_iter()
        .map(|(board, texts)| {
            let texts: Vec<Digest> = texts.into_values().collect();
            (board, Furniture::of(&texts))
        })
        .collect();
    let none = Furniture::default();
    let of = |board: &str| furniture.get(board).unwrap_or(&none);
    let mut search = CopySearch::new(CopyOptions::default())?;
    let mut ids: Vec<serde_json::Value> = Vec::new();
    let mut n_bad = 0;
    let mut out = BufWriter::new(io::stdout().lock());
    for (n, line) in open()?.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = match serde_json::from_str(&line) {
            Ok(line) => line,
            Err(error) => {
                eprintln!("line {}: {error}", n + 1);
                n_bad += 1;
                continue;
            }
        };
        let (_, judged) = search.insert(&line.board, milliseconds(&line.at), &line.text, of)?;
        for judged in judged {
            let pair = serde_json::json!({
                "a": ids[judged.other as usize - 1],
                "b": line.id,
                "similarity": judged.comparison.similarity,
                "containment": judged.comparison.containment,
                "verdict": judged.comparison.verdict,
            });
            writeln!(out, "{pair}")?;
        }
        ids.push(line.id);
    }
    out.flush()?;
    Ok(if n_bad == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

/// A time as RFC 3339, a date, or a number of seconds since 1970.
fn milliseconds(at: &serde_json::Value) -> Option<i64> {
    if let Some(seconds) = at.as_f64() {
        return Some((seconds * 1000.0) as i64);
    }
    let text = at.as_str()?;
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_millisecond());
    }
    let at: jiff::civil::DateTime = text.parse().ok()?;
    let at = jiff::tz::Offset::UTC.to_timestamp(at).ok()?;
    Some(at.as_millisecond())
}
