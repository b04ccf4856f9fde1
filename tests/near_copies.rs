//! How well copies are told from other stories, on a labelled set made for it; a drop below the floors fails.

#[allow(dead_code)]
#[path = "support"]
mod support {
    pub mod copies;
    pub mod seed;
}

use std::collections::BTreeMap;

use boardwalk::dedup::{Digest, Sketch};
use support::copies::{Kind, pairs};

#[derive(Default)]
struct Tally {
    n: usize,
    called_copy: usize,
    met: usize,
}

fn tally(seed: u64, n: usize) -> BTreeMap<Kind, Tally> {
    let mut tally: BTreeMap<Kind, Tally> = BTreeMap::new();
    for pair in pairs(seed, n) {
        let (a, b) = (Digest::of(&pair.a), Digest::of(&pair.b));
        let here = a.compare(&b);
        assert_eq!(here, b.compare(&a), "{:?}", pair.kind);
        let entry = tally.entry(pair.kind).or_default();
        entry.n += 1;
        entry.called_copy += usize::from(here.verdict.is_copy());
        let keys =
            |digest: &Digest| Sketch::of(digest.shingles().set()).map(|sketch| sketch.keys());
        let meet = keys(&a)
            .zip(keys(&b))
            .is_some_and(|(a, b)| a.iter().any(|key| b.contains(key)));
        entry.met += usize::from(meet);
    }
    tally
}

#[test]
fn copies_of_every_kind_are_found_and_other_stories_are_not() {
    for seed in [1, 2, 3] {
        let tally = tally(seed, 60);
        let mut report = String::new();
        let (mut hits, mut false_hits, mut copies) = (0, 0, 0);
        for (kind, of) in &tally {
            let share = of.called_copy as f64 / of.n as f64;
            report += &format!(
                "{kind:?}: {share:.3}, met {:.3}\n",
                of.met as f64 / of.n as f64
            );
            if kind.is_copy() {
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
                Kind::DailyCopy => (0.7, 1.0),
                kind if kind.is_copy() => (0.9, 1.0),
                Kind::OtherNumbers => (0.0, 0.01),
                _ => (0.0, 0.1),
            };
            assert!(
                (least..=most).contains(&share),
                "{kind:?}: {share}\n{report}"
            );
            if kind.is_copy() {
                // Of texts cut to a third, some share no key.
                let least = if *kind == Kind::Truncated { 0.85 } else { 0.97 };
                assert!(
                    of.met as f64 >= least * of.n as f64,
                    "{kind:?} does not meet\n{report}"
                );
            }
        }
    }
}
