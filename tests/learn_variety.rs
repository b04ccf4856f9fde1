//! Boards in many languages and layouts that no profile and no fixture knows, made from small templates with a known
//! truth: each is learnt from two listing pages and five articles, then every row and article must be read right.

mod support;

use boardwalk::article::{PageView, ReadOptions, read_article};
use boardwalk::document::parse;
use boardwalk::learn::{Navigation, SeenArticle, SeenPage, learn, learn_listing};
use boardwalk::listing::{page_links, read_listing};
use boardwalk::model::Row;
use boardwalk::profile::Profile;
use jiff::Timestamp;
use support::tongues::{TONGUES, Tongue};
use support::variety::{Board, Layout, N_PAGES, Post, layouts};
use url::Url;

fn as_of() -> Timestamp {
    "2026-11-28T03:00:00Z".parse().unwrap()
}

fn url(path: &str) -> Url {
    Url::parse("http://board.example")
        .unwrap()
        .join(path)
        .unwrap()
}

fn learn_board(board: &Board<'_>) -> Result<Profile, String> {
    let texts: Vec<String> = (1..=2).map(|page| board.listing_page(page)).collect();
    let urls: Vec<Url> = (1..=2).map(|page| url(&board.listing_url(page))).collect();
    let trees: Vec<_> = texts.iter().map(|text| parse(text)).collect();
    let seen: Vec<SeenPage<'_>> = trees
        .iter()
        .zip(&urls)
        .map(|(html, url)| SeenPage {
            html,
            url,
            as_of: as_of(),
        })
        .collect();
    let links = page_links(&trees[0], &urls[0]);
    let second = links.following.ok_or("no second page")?;
    let others = links
        .pages
        .into_iter()
        .filter(|page| *page != second && *page != urls[0]);
    let turns: Vec<Url> = std::iter::once(second.clone()).chain(others).collect();
    let navigation = Navigation {
        turns,
        ..Navigation::default()
    };
    let draft = learn_listing(&seen, &navigation).map_err(|refusal| refusal.to_string())?;
    let mut pages = Vec::new();
    for sample in &draft.samples {
        let post = board
            .post_at(sample)
            .ok_or_else(|| format!("{sample} is no article"))?;
        pages.push((board.article_page(post), sample));
    }
    let trees: Vec<_> = pages.iter().map(|(text, _)| parse(text)).collect();
    let articles: Vec<SeenArticle<'_>> = trees
        .iter()
        .zip(&pages)
        .map(|(html, (_, url))| SeenPage {
            html,
            url,
            as_of: as_of(),
        })
        .enumerate()
        .map(|(sample, page)| SeenArticle {
            sample,
            page,
            turns: &[],
        })
        .collect();
    let learnt = learn(&draft, &seen[0], &articles, &[]).map_err(|refusal| refusal.to_string())?;
    if std::env::var_os("SHOW_LEARNT").is_some() {
        eprintln!("{}", learnt.text);
    }
    Profile::from_toml(&learnt.text).map_err(|complaints| format!("no profile: {complaints:?}"))
}

/// Right and all, by what was compared.
#[derive(Default)]
struct Score {
    n_right: usize,
    n_all: usize,
    wrong: Vec<String>,
}

impl Score {
    fn add(&mut self, right: bool, what: impl FnOnce() -> String) {
        self.n_all += 1;
        self.n_right += usize::from(right);
        if !right && self.wrong.len() < 3 {
            self.wrong.push(what());
        }
    }

    fn share(&self) -> f64 {
        self.n_right as f64 / self.n_all.max(1) as f64
    }
}

#[derive(Default)]
struct Scores {
    rows: Score,
    notices: Score,
    row_fields: Score,
    bodies: Score,
    article_fields: Score,
}

fn day(posted: Option<&boardwalk::model::PostedAt>, profile: &Profile) -> String {
    posted.map_or_else(String::new, |posted| {
        posted
            .at
            .to_zoned_datetime(profile.timezone.clone())
            .strftime("%Y-%m-%d")
            .to_string()
    })
}

fn score_rows(board: &Board<'_>, page: usize, profile: &Profile, scores: &mut Scores) {
    let at = url(&board.listing_url(page));
    let html = parse(&board.listing_page(page));
    let read = read_listing(&html, &at, profile, as_of());
    let want: Vec<&Post> = board.rows_of(page);
    for row in &read.rows {
        let known = want.iter().any(|post| {
            board
                .post_at(&row.url)
                .is_some_and(|found| found.id == post.id)
        });
        scores.rows.add(known, || {
            format!("page {page}: a row too many, {}", row.url)
        });
    }
    let layout = board.layout;
    for post in want {
        let is_its = |row: &&Row| {
            let id = row.key.as_str().rsplit('/').next().unwrap_or_default();
            id.split('-').next() == Some(&post.id.to_string())
        };
        let found: Vec<&Row> = read.rows.iter().filter(is_its).collect();
        let [row] = found.as_slice() else {
            scores.rows.add(false, || {
                format!("page {page}: {} rows of {}", found.len(), post.id)
            });
            continue;
        };
        scores.rows.add(true, String::new);
        scores.notices.add(row.notice == post.notice, || {
            format!("page {page}: notice of {}", post.id)
        });
        scores.row_fields.add(row.title == post.title, || {
            format!("title {:?}, not {:?}", row.title, post.title)
        });
        if layout.rows_have_author {
            scores
                .row_fields
                .add(row.author.as_deref() == Some(post.author.as_str()), || {
                    format!("author {:?}, not {}", row.author, post.author)
                });
        } else {
            scores
                .row_fields
                .add(row.author.as_deref() != Some(post.replier.as_str()), || {
                    "the replier is the author".into()
                });
        }
        let day = day(row.posted.as_ref(), profile);
        if layout.rows_have_date && !post.notice {
            scores.row_fields.add(day == post.day(), || {
                format!("date {day}, not {}", post.day())
            });
        } else {
            scores
                .row_fields
                .add(day.is_empty() || day == post.day(), || {
                    format!("date {day} from nowhere")
                });
        }
    }
}

fn score_article(board: &Board<'_>, post: &Post, profile: &Profile, scores: &mut Scores) {
    let at = url(&board.article_url(post));
    let text = board.article_page(post);
    let html = parse(&text);
    let view = PageView {
        html: &html,
        source: &text,
        url: &at,
        redirect_to: None,
        status: 200,
        as_of: as_of(),
    };
    let article = read_article(&view, profile, &ReadOptions::default());
    let body = post.body.join("\n");
    scores.bodies.add(article.text == body, || {
        format!("text {:?}, not {body:?}", article.text)
    });
    scores.article_fields.add(
        article.title.as_deref() == Some(post.title.as_str()),
        || format!("article title {:?}, not {:?}", article.title, post.title),
    );
    scores.article_fields.add(
        article.author.as_deref() == Some(post.author.as_str()),
        || format!("article author {:?}, not {}", article.author, post.author),
    );
    let day = day(article.posted.as_ref(), profile);
    scores.article_fields.add(day == post.day(), || {
        format!("article date {day}, not {}", post.day())
    });
}

fn scores_of(layout: &Layout, tongue: &Tongue) -> Result<Scores, String> {
    let board = Board::new(layout, tongue);
    let profile = learn_board(&board)?;
    let mut scores = Scores::default();
    for page in 1..=N_PAGES {
        score_rows(&board, page, &profile, &mut scores);
    }
    for post in &board.posts {
        score_article(&board, post, &profile, &mut scores);
    }
    Ok(scores)
}

#[test]
fn boards_of_many_languages_and_layouts_are_learnt() {
    let only = std::env::var("ONLY").ok();
    let mut bad = Vec::new();
    for layout in layouts() {
        for tongue in &TONGUES {
            let name = format!("{} {}", layout.name, tongue.language);
            if only
                .as_ref()
                .is_some_and(|only| !name.contains(only.as_str()))
            {
                continue;
            }
            let scores = match scores_of(&layout, tongue) {
                Ok(scores) => scores,
                Err(refusal) => {
                    bad.push(format!("{name}: {refusal}"));
                    continue;
                }
            };
            for (what, score, floor) in [
                ("rows", &scores.rows, 1.0),
                ("notice flags", &scores.notices, 1.0),
                ("fields of rows", &scores.row_fields, 1.0),
                ("bodies", &scores.bodies, 1.0),
                ("fields of articles", &scores.article_fields, 1.0),
            ] {
                if score.share() < floor {
                    bad.push(format!(
                        "{name}: {what} {:.3}: {}",
                        score.share(),
                        score.wrong.join("; ")
                    ));
                }
            }
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
}
