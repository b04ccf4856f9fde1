//! A month of several boards of which it is known which articles are one story: originals, copies of every kind on other
//! boards, and beside them what only looks like a copy. From a seed.

use super::copies::{Kind, Maker, RealTexts};
use super::copies_forms::{Day, Form, filled};
use super::seed::Rng;

pub struct Doc {
    pub board: usize,
    /// Milliseconds since 1970.
    pub at: i64,
    pub text: String,
    /// Docs with the same number are copies of one another.
    pub story: usize,
    /// Of reports and notices of one form, the form's number.
    pub series: Option<u64>,
}

const DAY: i64 = 24 * 60 * 60 * 1000;
/// 2026-11-01.
const START: i64 = 20_758 * DAY;
const BOARDS: usize = 8;

/// Numbers for one thing. Streams of neighbouring things are the same a few steps on, so each is begun anew from a number
/// of its own.
fn stream(seed: u64, thing: u64) -> Rng {
    Rng::new(Rng::for_thing(seed, thing).next_u64())
}

struct Month<'a> {
    seed: u64,
    real: &'a RealTexts,
    docs: Vec<Doc>,
    n_stories: usize,
    series: Option<u64>,
}

/// `n` original articles on eight boards, every other in Korean; with copies and reports about three times as many.
pub fn month(seed: u64, n: usize, real: &RealTexts) -> Vec<Doc> {
    let mut month = Month {
        seed,
        real,
        docs: Vec::new(),
        n_stories: 0,
        series: None,
    };
    for i in 0..n {
        month.article(i as u64);
    }
    for series in 0..4 {
        month.reports(series, (n / 20).clamp(8, 28));
    }
    for series in 4..4 + 2 * Form::ALL.len() as u64 {
        month.forms(series, (n / 15).clamp(5, 28));
    }
    month.series = None;
    for i in 0..n / 10 {
        month.filler(i as u64);
    }
    let mut docs = month.docs;
    docs.sort_by_key(|doc| doc.at);
    docs
}

impl Month<'_> {
    fn put(&mut self, board: usize, at: i64, text: &str) {
        // Each board has its own frame, always the same.
        let mut rng = stream(self.seed ^ 0xF4A3, board as u64);
        let mut maker = Maker {
            rng: &mut rng,
            korean: board.is_multiple_of(2),
            real: self.real,
        };
        let press = maker.press();
        let text = format!("{}\n{text}\n{}", maker.header(&press), maker.footer(&press));
        let story = self.n_stories;
        self.docs.push(Doc {
            board,
            at,
            text,
            story,
            series: self.series,
        });
    }

    fn article(&mut self, i: u64) {
        let mut rng = stream(self.seed, i);
        let korean = i.is_multiple_of(2);
        let at = START + rng.below(20 * 24 * 60) as i64 * 60_000;
        let board = |rng: &mut Rng| 2 * rng.below(BOARDS / 2) + usize::from(!korean);
        let (n_copies, first) = ([0, 0, 0, 1, 1, 2, 3, 4][rng.below(8)], board(&mut rng));
        let mut maker = Maker {
            rng: &mut rng,
            korean,
            real: self.real,
        };
        // No article twice, where there are real ones.
        let stock = if korean {
            &self.real.korean
        } else {
            &self.real.english
        };
        let article = match stock.get(i as usize / 2) {
            Some(article) => article.clone(),
            None => maker.article(),
        };
        self.n_stories += 1;
        self.put(first, at, &article.join("\n"));
        const KINDS: [Kind; 9] = [
            Kind::Exact,
            Kind::Spacing,
            Kind::Light,
            Kind::Light,
            Kind::Heavy,
            Kind::Caption,
            Kind::Reorder,
            Kind::Truncated,
            Kind::Lede,
        ];
        for _ in 0..n_copies {
            let kind = *maker.rng.choose(&KINDS);
            let later = at + (1 + maker.rng.below(5 * 24 * 60)) as i64 * 60_000;
            let copy = maker.copy(kind, &article);
            let board = board(maker.rng);
            self.put(board, later, &copy);
        }
        if maker.rng.chance(100) {
            // What happened next, with as much of the old story below.
            let news = [maker.paragraph(), maker.paragraph()].join("\n");
            let old = article.join("\n");
            let old: String = old.chars().take(news.chars().count()).collect();
            self.n_stories += 1;
            self.put(first, at + 2 * DAY, &format!("{news}\n{old}"));
        }
    }

    /// A daily report of a board; another board copies every fourth.
    fn reports(&mut self, series: u64, days: usize) {
        self.series = Some(series);
        let mut rng = stream(self.seed, 1_000_000 + series);
        let korean = series.is_multiple_of(2);
        let board = usize::from(!korean) + 2 * (series as usize / 2);
        let mut maker = Maker {
            rng: &mut rng,
            korean,
            real: self.real,
        };
        for day in 0..days {
            let report = match series < 2 {
                true => maker.report(self.seed ^ series),
                false => maker.weather(self.seed ^ series),
            };
            let at = START + day as i64 * DAY;
            self.n_stories += 1;
            self.put(board, at, &report);
            if day % 4 == 0 {
                let edited = maker.edit(&report, 30);
                self.put((board + 2) % BOARDS, at + DAY / 24, &edited);
            }
        }
    }

    /// A form of a board, filled in every day with other words; another board copies every fourth.
    fn forms(&mut self, series: u64, days: usize) {
        self.series = Some(series);
        let mut rng = stream(self.seed, 1_500_000 + series);
        let korean = series.is_multiple_of(2);
        let form = Form::ALL[series as usize / 2 % Form::ALL.len()];
        let board = 2 * rng.below(BOARDS / 2) + usize::from(!korean);
        let (seed, kept) = (rng.next_u64(), [0, 0, 300, 500][rng.below(4)]);
        let mut day = Day::new(rng.next_u64());
        for n in 0..days {
            let text = filled(form, korean, seed, day, self.real);
            let at = START + n as i64 * DAY;
            self.n_stories += 1;
            self.put(board, at, &text);
            if n % 4 == 0 {
                let mut maker = Maker {
                    rng: &mut rng,
                    korean,
                    real: self.real,
                };
                let per_mille = [0, 20][maker.rng.below(2)];
                let edited = maker.edit(&text, per_mille);
                self.put((board + 2) % BOARDS, at + DAY / 24, &edited);
            }
            day = day.later(rng.next_u64(), kept);
        }
    }

    fn filler(&mut self, i: u64) {
        let mut rng = stream(self.seed, 2_000_000 + i);
        let korean = i.is_multiple_of(2);
        let at = START + rng.below(28 * 24 * 60) as i64 * 60_000;
        let mut maker = Maker {
            rng: &mut rng,
            korean,
            real: self.real,
        };
        let text = maker.filler(self.seed);
        self.n_stories += 1;
        self.put(usize::from(!korean), at, &text);
    }
}

/// One of any number of short Korean texts that have nothing in common, made in no time.
pub fn numbered_text(n: usize) -> String {
    let mut rng = stream(0x5EED, n as u64);
    let mut text = String::with_capacity(1500);
    for _ in 0..500 {
        let syllable = 0xAC00 + rng.below(11_172) as u32;
        text.extend(char::from_u32(syllable));
    }
    text
}

/// Stories as the archive tells them: a text begins one unless it is a copy of an earlier one that does. `docs` in
/// order of time, pairs by place.
pub fn stories(n_docs: usize, copies: &[(usize, usize)]) -> Vec<usize> {
    let mut earlier: Vec<Vec<usize>> = vec![Vec::new(); n_docs];
    for (a, b) in copies {
        earlier[*a.max(b)].push(*a.min(b));
    }
    let mut story: Vec<usize> = (0..n_docs).collect();
    for doc in 0..n_docs {
        let first = earlier[doc]
            .iter()
            .filter(|other| story[**other] == **other);
        story[doc] = first.min().copied().unwrap_or(doc);
    }
    story
}

/// Precision, recall and F1 over all pairs of docs.
pub fn pair_scores(truth: &[usize], found: &[usize]) -> (f64, f64, f64) {
    let (mut hits, mut n_true, mut n_found) = (0u64, 0u64, 0u64);
    for a in 0..truth.len() {
        for b in a + 1..truth.len() {
            let (is, called) = (truth[a] == truth[b], found[a] == found[b]);
            n_true += u64::from(is);
            n_found += u64::from(called);
            hits += u64::from(is && called);
        }
    }
    let (precision, recall) = (
        hits as f64 / n_found.max(1) as f64,
        hits as f64 / n_true.max(1) as f64,
    );
    (
        precision,
        recall,
        2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE),
    )
}
