//! How long somebody waits who reads a large archive: `cargo bench --bench reading -- [--articles N] [--archive FILE]`
//!
//! Searches of every kind with their snippets, and each page of the dashboard, in an archive of `N` (100,000 unless told)
//! invented articles in Korean and English on twenty boards, of which the largest has nearly half. Words are as common as
//! words are (Zipf), with particles and endings. `FILE` keeps the archive for the next run. Times are processor time of the
//! thread that reads.

#[allow(dead_code)]
#[path = "../tests/support"]
mod support {
    pub mod seed;
}

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use boardwalk::model::*;
use boardwalk::outputs::search::Found;
use boardwalk::outputs::web::{Access, Archives, Vitals, Web, Zones, router};
use boardwalk::schedule::RevisitSchedule;
use boardwalk::store::search_query::Query;
use boardwalk::store::sqlite::{CopyOptions, OpenMode, SqliteArchive, SqliteStore, StoreOptions};
use boardwalk::store::{Archive, AskAgain, Store, StoreError};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rustix::time::{ClockId, clock_gettime};
use support::seed::Rng;
use tower::ServiceExt;
use url::Url;

/// Times each query is asked, the fastest of which counts: the others waited for other processes.
const ROUNDS: usize = 3;
const N_BOARDS: usize = 20;
const ROWS_ON_PAGE: usize = 50;
/// Of each kind.
const N_QUERIES: u64 = 100;
/// The 95th percentile of no kind may take longer, in an archive of [`N_ARTICLES`]. Readers are promised 20 ms: machines
/// differ, and a busy one takes half as much again of its processors' time for the same.
const MOST: Duration = Duration::from_millis(16);
const N_ARTICLES: usize = 100_000;

fn main() -> anyhow::Result<()> {
    let (mut n_articles, mut kept) = (N_ARTICLES, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().context("a value is missing");
        match argument.as_str() {
            "--articles" => n_articles = value()?.parse().context("--articles N")?,
            "--archive" => kept = Some(PathBuf::from(value()?)),
            // Cargo's own.
            "--bench" => {}
            other => anyhow::bail!("{other} is not known: --articles N, --archive FILE"),
        }
    }
    let folder = tempfile::tempdir()?;
    let path = kept.unwrap_or_else(|| folder.path().join("archive.db"));
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let words = Vocabulary::new();
    if !path.exists() {
        let began = processor_time();
        runtime.block_on(fill(&path, &words, n_articles))?;
        let took = processor_time().saturating_sub(began);
        println!(
            "{n_articles} articles stored, {:.0} s of the filling thread\n",
            took.as_secs_f64()
        );
    }
    let archive = SqliteArchive::open(&path)?;
    let size = archive.size_on_disk()?;
    println!(
        "{} MB, search index {} MB\n",
        size.file_bytes >> 20,
        size.search_bytes >> 20
    );
    let slow = search(&archive, &words)?;
    pages(&path, &runtime)?;
    anyhow::ensure!(
        slow.is_empty() || n_articles > N_ARTICLES,
        "more than {} ms: {}",
        MOST.as_millis(),
        slow.join(", ")
    );
    Ok(())
}

/// Processor time of this thread.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        time.tv_nsec.unsigned_abs() as u32,
    )
}

fn now() -> Timestamp {
    "2026-11-25T03:00:00Z".parse().expect("a moment")
}

/// Words by how common they are, the most common first.
struct Vocabulary {
    korean: Vec<String>,
    english: Vec<String>,
}

const N_NOUNS: usize = 20_000;
/// What is as common in every text as no noun is.
const KOREAN_SMALL: [&str; 12] = [
    "이",
    "그",
    "등",
    "수",
    "것",
    "있다",
    "했다",
    "대한",
    "위해",
    "말했다",
    "밝혔다",
    "지난",
];
const ENGLISH_SMALL: [&str; 12] = [
    "the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "was", "said",
];
const PARTICLES: [&str; 14] = [
    "", "", "", "이", "가", "을", "를", "은", "는", "에", "의", "에서", "으로", "까지",
];
const LETTERS: [&str; 20] = [
    "ka", "lo", "mi", "ren", "ta", "sol", "ver", "di", "na", "por", "el", "us", "gra", "tim", "be",
    "cor", "san", "wi", "o", "ter",
];

impl Vocabulary {
    fn new() -> Self {
        let mut rng = Rng::new(5);
        // A few hundred syllables make nearly all words.
        let syllables: Vec<char> = (0..700)
            .filter_map(|_| char::from_u32(0xAC00 + rng.below(11_172) as u32))
            .collect();
        let korean = (0..N_NOUNS).map(|_| {
            let n = 2 + usize::from(rng.chance(400)) + usize::from(rng.chance(150));
            (0..n)
                .map(|_| syllables[zipf(&mut rng, syllables.len())])
                .collect()
        });
        let korean = korean.collect();
        let english = (0..N_NOUNS).map(|_| {
            (0..2 + rng.below(3))
                .map(|_| *rng.choose(&LETTERS))
                .collect()
        });
        Self {
            korean,
            english: english.collect(),
        }
    }

    fn of(&self, korean: bool) -> (&[String], &[&str]) {
        match korean {
            true => (&self.korean, &KOREAN_SMALL),
            false => (&self.english, &ENGLISH_SMALL),
        }
    }

    fn text(&self, rng: &mut Rng, korean: bool, n_words: usize) -> String {
        let (nouns, small) = self.of(korean);
        let mut text = String::new();
        for i in 0..n_words {
            if i > 0 {
                text.push_str(if i % 60 == 0 { "\n" } else { " " });
            }
            match rng.below(10) {
                0..3 => text.push_str(small[rng.below(small.len())]),
                3 if rng.chance(300) => text.push_str(&format!(
                    "{}{}",
                    rng.below(31) + 1,
                    if korean { "일" } else { "" }
                )),
                _ => text.push_str(&nouns[zipf(rng, nouns.len())]),
            }
            if korean {
                text.push_str(PARTICLES[rng.below(PARTICLES.len())]);
            }
            if i % 12 == 11 {
                text.push('.');
            }
        }
        text
    }
}

/// The rank of a thing whose frequency falls with its rank: `1 / (rank + 3)`, by inversion.
fn zipf(rng: &mut Rng, n: usize) -> usize {
    let share = (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let (low, high) = (3_f64.ln(), (n as f64 + 3.0).ln());
    ((low + share * (high - low)).exp() - 3.0) as usize
}

/// Half of all articles are on the first board.
fn board_of(i: usize) -> usize {
    match i % 100 {
        0..47 => 0,
        rest => 1 + rest % (N_BOARDS - 1),
    }
}

fn host(board: usize) -> String {
    format!("host{}.example", board / 4)
}

fn invented(words: &Vocabulary, i: usize) -> (Row, Article) {
    let mut rng = Rng::new(Rng::for_thing(9, i as u64).next_u64());
    let board = board_of(i);
    let korean = !board.is_multiple_of(4) || board == 0;
    let title = words.text(&mut rng, korean, 6);
    let n_words = 40 + rng.below(160);
    let text = words.text(&mut rng, korean, n_words);
    let author = words.of(korean).0[zipf(&mut rng, 3_000)].clone();
    // Two years back, in the order in which they are seen.
    let posted = PostedAt {
        at: now() - SignedDuration::from_mins((100_000_usize.saturating_sub(i) * 10) as i64),
        precision: Precision::Minute,
        text: String::new(),
    };
    let url: Url = format!("http://{}/b{board}/{i}", host(board))
        .parse()
        .expect("a URL");
    let row = Row {
        key: ArticleKey::new(&host(board), &i.to_string()),
        canonical_url: url.clone(),
        url,
        title: title.clone(),
        author: Some(author.clone()),
        posted: Some(posted.clone()),
        category: None,
        rank: Some(i as u64 + 1),
        notice: false,
        current: false,
        secret: false,
        views: None,
        votes: None,
        comment_count: Some(0),
    };
    let article = Article {
        title: Some(title),
        author: Some(author),
        posted: Some(posted),
        html: String::new(),
        text,
        source: rng.chance(100).then(|| "가람일보".to_owned()),
        ..Article::empty(PageClass::Article, "invented")
    };
    (row, article)
}

/// As a crawl fills it, a visit a settlement.
async fn fill(path: &Path, words: &Vocabulary, n: usize) -> anyhow::Result<()> {
    let options = StoreOptions {
        keep_raw_pages: false,
        revisits: RevisitSchedule::default(),
        // Copies are none of this bench's business.
        copies: CopyOptions {
            near_copies: false,
            ..CopyOptions::default()
        },
        ..StoreOptions::default()
    };
    let store = SqliteStore::open(path, OpenMode::ReadWrite, options)?;
    let mut boards = Vec::new();
    for b in 0..N_BOARDS {
        let new = NewBoard {
            name: format!("b{b}"),
            url: format!("http://{}/b{b}", host(b)).parse()?,
            key: format!("{}/b{b}", host(b)),
            host: host(b),
            profile: "rhymix".into(),
        };
        boards.push(store.register_board(new, now()).await?);
    }
    for (b, board) in boards.iter().enumerate() {
        let of_board: Vec<usize> = (0..n).filter(|i| board_of(*i) == b).collect();
        let (id, url) = (board.id, board.url.clone());
        let job = move |pass, page| NewJob {
            board: id,
            kind: JobKind::Listing { pass, page },
            url: url.clone(),
            referer: None,
            priority: JobPriority::Listing,
            due_at: now(),
        };
        let first = job.clone();
        let again = AskAgain {
            failed_before: now(),
            restricted_before: now(),
        };
        let pass = store
            .begin_pass(id, walk(1), move |pass| first(pass, 1), again, now())
            .await?;
        let n_pages = of_board.len().div_ceil(ROWS_ON_PAGE);
        for (page, lot) in of_board.chunks(ROWS_ON_PAGE).enumerate() {
            let (rows, articles): (Vec<Row>, Vec<Article>) =
                lot.iter().map(|i| invented(words, *i)).unzip();
            let page = page as u32 + 1;
            let is_last = page as usize == n_pages;
            let mut claimed = store.claim(&host(b), &[id], now(), usize::MAX).await?;
            let listing = claimed.pop().context("a listing job")?;
            let mut articles: BTreeMap<ArticleKey, Article> = rows
                .iter()
                .map(|row| row.key.clone())
                .zip(articles)
                .collect();
            let keys = rows.iter().map(|row| row.key.clone()).collect();
            let outcome = Outcome::Listing {
                pass: pass.id,
                rows,
                revisit: vec![],
                walk: walk(page + 1),
                next: (!is_last).then(|| job(pass.id, page + 1)),
                gap: None,
                gaps: GapSteps::default(),
                end: is_last.then_some(PassEnd::Complete),
            };
            settle(&store, &listing, outcome, b).await?;
            let known = store.known(pass.id, keys).await?;
            let mut contents = BTreeMap::new();
            for (key, known) in known {
                contents.insert(
                    known.article,
                    articles.remove(&key).context("a row's article")?,
                );
            }
            let mut visits = tokio::task::JoinSet::new();
            for visit in store.claim(&host(b), &[id], now(), usize::MAX).await? {
                let JobKind::Article { article } = visit.kind else {
                    store.release(&visit);
                    continue;
                };
                let content = contents
                    .remove(&article)
                    .context("an article of this page")?;
                let outcome = Outcome::Article {
                    article,
                    content: Box::new(content),
                    moved_to: None,
                    canonical_url: None,
                    comment_jobs: vec![],
                };
                let store = store.clone();
                visits.spawn(async move { settle(&store, &visit, outcome, b).await });
            }
            while let Some(visit) = visits.join_next().await {
                visit??;
            }
        }
    }
    Ok(())
}

async fn settle(
    store: &SqliteStore,
    job: &Job,
    outcome: Outcome,
    board: usize,
) -> Result<Settled, StoreError> {
    let receipt = Receipt {
        host: host(board),
        url: job.url.to_string(),
        at: now(),
        status: Some(200),
        body_bytes: 40_000,
        duration_ms: 80,
        purpose: "article",
        allowed_by: "robots: no file".into(),
        error: None,
    };
    let settlement = Settlement {
        job: job.id,
        outcome,
        page: None,
        receipts: vec![receipt],
        pause: None,
        at: now(),
    };
    store.settle(settlement).await
}

fn walk(page: u32) -> Walk {
    Walk {
        page,
        deepest: page - 1,
        ..boardwalk::listing::begin(PassKind::Full, None, None)
    }
}

/// A kind of query, and how one of it is made.
type Kind = (&'static str, fn(&mut Rng, &Vocabulary) -> String);

const KINDS: [Kind; 20] = [
    ("one syllable", |rng, words| {
        noun(rng, words, true).chars().take(1).collect()
    }),
    ("one syllable, everywhere", |rng, _| {
        rng.choose(&["이", "그", "등", "수", "것", "에", "의"])
            .to_string()
    }),
    ("two syllables", |rng, words| {
        noun(rng, words, true).chars().take(2).collect()
    }),
    ("Korean word", |rng, words| noun(rng, words, true)),
    ("English word", |rng, words| noun(rng, words, false)),
    ("a hundred commonest", |rng, words| {
        let korean = rng.chance(500);
        words.of(korean).0[rng.below(100)].clone()
    }),
    ("words of every text", |rng, _| {
        rng.choose(&["있다", "했다", "대한", "the", "of", "and"])
            .to_string()
    }),
    ("rare word", |rng, words| {
        let korean = rng.chance(500);
        words.of(korean).0[N_NOUNS / 2 + rng.below(N_NOUNS / 2)].clone()
    }),
    ("no such word", |rng, _| {
        format!("없는말{}", rng.below(1_000))
    }),
    ("two words", |rng, words| {
        format!("{} {}", noun(rng, words, true), noun(rng, words, true))
    }),
    ("two common words", |rng, words| {
        format!(
            "{} {}",
            words.korean[rng.below(30)],
            words.korean[rng.below(30)]
        )
    }),
    ("phrase", |rng, words| {
        format!(
            "\"{} {}\"",
            words.english[rng.below(50)],
            words.english[rng.below(50)]
        )
    }),
    ("phrase of small words", |rng, _| {
        format!(
            "\"{} {}\"",
            rng.choose(&ENGLISH_SMALL),
            rng.choose(&ENGLISH_SMALL)
        )
    }),
    ("day of a month", |rng, _| {
        format!("{}일", rng.below(31) + 1)
    }),
    ("beginning", |rng, words| {
        let word = noun(rng, words, false);
        format!("{}*", word.chars().take(4).collect::<String>())
    }),
    ("a sentence", |rng, words| words.text(rng, true, 12)),
    ("a whole article", |rng, words| words.text(rng, true, 200)),
    ("common word, one board", |rng, words| {
        format!(
            "board:b{} {}",
            rng.below(N_BOARDS),
            words.korean[rng.below(30)]
        )
    }),
    ("common word, narrowed", |rng, words| {
        let narrow = [
            "before:2026-01",
            "after:2026-11-20",
            "is:gone",
            "is:edited",
            "source:가람",
        ];
        format!("{} {}", rng.choose(&narrow), words.korean[rng.below(30)])
    }),
    ("no word, narrowed", |rng, words| {
        let narrow = [
            "is:gone".to_owned(),
            "is:edited".to_owned(),
            "source:가람".to_owned(),
            "board:b0 before:2026-01".to_owned(),
            format!("author:{}", words.korean[rng.below(300)]),
        ];
        rng.choose(&narrow).clone()
    }),
];

/// As people search: now a common word, now a rare one.
fn noun(rng: &mut Rng, words: &Vocabulary, korean: bool) -> String {
    let nouns = words.of(korean).0;
    nouns[zipf(rng, nouns.len())].clone()
}

/// The kinds that take too long.
fn search(archive: &SqliteArchive, words: &Vocabulary) -> anyhow::Result<Vec<&'static str>> {
    let mut slow = Vec::new();
    println!(
        "{:<26} {:>8} {:>8} {:>8}   found",
        "20 hits with snippets, ms", "p50", "p95", "worst"
    );
    for (kind, (name, make)) in KINDS.iter().enumerate() {
        let (mut times, mut n_found) = (Vec::new(), 0);
        for i in 0..N_QUERIES {
            let mut rng = Rng::new(Rng::for_thing(kind as u64 + 77, i).next_u64());
            let asked = make(&mut rng, words);
            let mut fastest = Duration::MAX;
            for _ in 0..ROUNDS {
                let began = processor_time();
                let query = Query::parse(&asked, &TimeZone::UTC);
                let hits = archive.search(&query, 20, 0)?;
                let shown = hits
                    .iter()
                    .map(|hit| Found::new(hit, &query.words).snippet.len());
                std::hint::black_box(shown.sum::<usize>());
                fastest = fastest.min(processor_time().saturating_sub(began));
                n_found += hits.len();
            }
            times.push(fastest);
        }
        times.sort();
        let at_share = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
        if at_share(95) > MOST {
            slow.push(*name);
        }
        let at = |share: usize| at_share(share).as_secs_f64() * 1e3;
        println!(
            "{name:<26} {:>8.2} {:>8.2} {:>8.2}   {:.1}",
            at(50),
            at(95),
            at(100),
            n_found as f64 / (N_QUERIES as usize * ROUNDS) as f64
        );
    }
    Ok(slow)
}

/// Each page as the dashboard answers it. What it reads is read on another thread: so this is the whole process's time.
fn pages(path: &Path, runtime: &tokio::runtime::Runtime) -> anyhow::Result<()> {
    println!("\n{:<40} {:>8}", "page of the dashboard, ms", "fastest");
    let at = now();
    let vitals = move || Vitals {
        started_at: at,
        beat_at: at,
        n_reloads: 0,
        refused_config: None,
        boards: BTreeMap::new(),
        hosts: BTreeMap::new(),
    };
    let path = path.to_owned();
    for page in [
        "/",
        "/boards/b0",
        "/boards/b1",
        "/boards/b0?page=500",
        "/articles/50000",
        "/stories",
        "/receipts",
        "/receipts?host=host0.example",
        "/feeds/b0.atom",
        "/search?q=is:gone",
        "/metrics",
        "/api/v1/boards",
    ] {
        let mut fastest = Duration::MAX;
        for _ in 0..ROUNDS {
            let path = path.clone();
            let open = move || -> Result<Box<dyn Archive + Send>, StoreError> {
                Ok(Box::new(SqliteArchive::open(&path)?))
            };
            // A new one each time: what the last one kept would hide what reading takes.
            let web = Web::new(
                Archives::new(Arc::new(open)),
                Arc::new(vitals),
                Arc::new(ManualClock::new(now())),
                Zones::new(TimeZone::UTC),
            );
            let request = Request::get(page)
                .header("host", "127.0.0.1")
                .body(Body::empty())?;
            let began = clock_gettime(ClockId::ProcessCPUTime);
            let status = runtime.block_on(async {
                let answer = router(web, Access::default()).oneshot(request).await?;
                let status = answer.status();
                to_bytes(answer.into_body(), usize::MAX).await?;
                anyhow::Ok(status)
            })?;
            let ended = clock_gettime(ClockId::ProcessCPUTime);
            anyhow::ensure!(status.is_success(), "{page} answered {status}");
            let took =
                (ended.tv_sec - began.tv_sec) * 1_000_000_000 + (ended.tv_nsec - began.tv_nsec);
            fastest = fastest.min(Duration::from_nanos(took.unsigned_abs()));
        }
        println!("{page:<40} {:>8.1}", fastest.as_secs_f64() * 1e3);
    }
    Ok(())
}
