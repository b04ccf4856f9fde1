//! Boards in shapes that no built-in profile knows are learnt from a few pages; then every row, key, notice flag, title
//! and body of pages that were not seen must be right.

mod support;

use boardwalk::article::{PageView, ReadOptions, read_article};
use boardwalk::document::parse;
use boardwalk::learn::{Learnt, SeenPage, learn, learn_listing};
use boardwalk::listing::{page_links, read_listing};
use boardwalk::profile::Profile;
use jiff::Timestamp;
use support::shapes::{Post, Shape, notices, posts, shapes};
use url::Url;

const ORIGIN: &str = "http://board.example";

fn as_of() -> Timestamp {
    "2026-11-24T03:00:00Z".parse().unwrap()
}

fn url(path: &str) -> Url {
    Url::parse(&format!("{ORIGIN}{path}")).unwrap()
}

fn learn_shape(shape: &Shape, all: &[Post]) -> Result<Learnt, String> {
    let texts: Vec<String> = (1..=2).map(|page| shape.listing_page(page, all)).collect();
    let urls: Vec<Url> = (1..=2)
        .map(|page| url(&(shape.listing_url)(page)))
        .collect();
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
    let turns = page_links(&trees[0], &urls[0]);
    let second = turns.following.clone().ok_or("no second page")?;
    assert_eq!(second, urls[1], "{}", shape.name);
    let others = turns
        .pages
        .into_iter()
        .filter(|page| *page != second && *page != urls[0]);
    let turns: Vec<Url> = std::iter::once(second.clone()).chain(others).collect();
    let draft = learn_listing(&seen, &turns).map_err(|refusal| refusal.to_string())?;
    let bodies: Vec<String> = draft
        .samples
        .iter()
        .map(|sample| {
            let known = all.iter().cloned().chain(notices());
            let mut fitting = known.filter(|post| url(&(shape.article_url)(post)) == *sample);
            let post = fitting
                .next()
                .unwrap_or_else(|| panic!("{}: {sample} is no article", shape.name));
            shape.article_page(&post)
        })
        .collect();
    let trees: Vec<_> = bodies.iter().map(|text| parse(text)).collect();
    let articles: Vec<(usize, SeenPage<'_>)> = trees
        .iter()
        .zip(&draft.samples)
        .enumerate()
        .map(|(at, (html, url))| {
            (
                at,
                SeenPage {
                    html,
                    url,
                    as_of: as_of(),
                },
            )
        })
        .collect();
    learn(&draft, &seen[0], &articles, &[]).map_err(|refusal| refusal.to_string())
}

/// Everything that is wrong with a shape, one line each.
fn complaints(shape: &Shape) -> Vec<String> {
    let all = posts(47);
    let learnt = match learn_shape(shape, &all) {
        Ok(learnt) => learnt,
        Err(refusal) => return vec![format!("refused: {refusal}")],
    };
    let profile = match Profile::from_toml(&learnt.text) {
        Ok(profile) => profile,
        Err(complaints) => return vec![format!("no profile: {complaints:?}\n{}", learnt.text)],
    };
    let mut wrong = Vec::new();
    let mut expect = |what: String, fits: bool| {
        if !fits {
            wrong.push(what);
        }
    };
    for page in [1, 2, 4] {
        let at = url(&(shape.listing_url)(page));
        let html = parse(&shape.listing_page(page, &all));
        let read = read_listing(&html, &at, &profile, as_of());
        let want = shape.rows_of(page, &all);
        expect(
            format!(
                "page {page}: {} of {} rows {:?}",
                read.rows.len(),
                want.len(),
                read.warnings.first()
            ),
            read.rows.len() == want.len(),
        );
        for (row, post) in read.rows.iter().zip(&want) {
            expect(
                format!("page {page}: key {} is not {}'s", row.key, post.id),
                row.key.as_str().contains(&post.id.to_string()) || shape.name == "blog",
            );
            expect(
                format!("page {page}: title {:?}", row.title),
                row.title == post.title,
            );
            expect(
                format!("page {page}: notice flag of {}", post.title),
                row.notice == post.notice,
            );
            if shape.name != "flarum" {
                expect(
                    format!("page {page}: author {:?} of {}", row.author, post.author),
                    row.author.as_deref() == Some(post.author),
                );
                expect(
                    format!("page {page}: no date in {}", post.title),
                    row.posted.is_some() || post.notice,
                );
            }
        }
        let keys: std::collections::BTreeSet<_> = read.rows.iter().map(|row| &row.key).collect();
        expect(
            format!("page {page}: keys are not unique"),
            keys.len() == read.rows.len(),
        );
        let there = profile.identity.board(&at).map(|board| board.page);
        expect(
            format!("page {page} is taken for {there:?}"),
            there == Some(page as u32),
        );
        let asked = profile
            .identity
            .listing_page(&url(&(shape.listing_url)(1)), page as u32);
        let read = asked
            .as_ref()
            .and_then(|asked| profile.identity.board(asked))
            .map(|board| board.page);
        expect(
            format!("page {page} would be asked for as {asked:?}"),
            read == Some(page as u32),
        );
    }
    for post in &all {
        let at = url(&(shape.article_url)(post));
        let text = shape.article_page(post);
        let html = parse(&text);
        let view = PageView {
            html: &html,
            source: &text,
            url: &at,
            redirect_to: None,
            status: 200,
            as_of: as_of(),
        };
        let article = read_article(&view, &profile, &ReadOptions::default());
        expect(
            format!("article {}: title {:?}", post.id, article.title),
            article.title.as_deref() == Some(post.title.as_str()),
        );
        expect(
            format!("article {}: text {:?}", post.id, article.text),
            article.text == post.body.join("\n"),
        );
        if shape.name != "flarum" {
            expect(
                format!("article {}: author {:?}", post.id, article.author),
                article.author.as_deref() == Some(post.author),
            );
        }
        expect(
            format!("article {}: no date", post.id),
            article.posted.is_some(),
        );
    }
    if std::env::var_os("SHOW_LEARNT").is_some() {
        eprintln!("{}", learnt.text);
    }
    wrong
}

#[test]
fn boards_of_unknown_shapes_are_learnt() {
    let mut n_right = 0;
    let shapes = shapes();
    let mut said = String::new();
    for shape in &shapes {
        let wrong = complaints(shape);
        n_right += usize::from(wrong.is_empty());
        for line in wrong.iter().take(4) {
            said.push_str(&format!("{}: {line}\n", shape.name));
        }
        if wrong.len() > 4 {
            said.push_str(&format!("{}: and {} more\n", shape.name, wrong.len() - 4));
        }
    }
    assert_eq!(n_right, shapes.len(), "\n{said}");
}

/// A page of words, a menu and a form is no board, and nothing is made up.
#[test]
fn a_page_without_a_listing_is_refused() {
    let text = "<html><body><ul class=menu><li><a href='/a'>Home</a><li><a href='/b'>About</a><li><a href='/c'>Help</a></ul>\
                <p>We are closed for the winter. Write to us if the lantern fails.</p></body></html>";
    let html = parse(text);
    let at = url("/");
    let refusal = learn_listing(
        &[SeenPage {
            html: &html,
            url: &at,
            as_of: as_of(),
        }],
        &[],
    )
    .unwrap_err();
    assert!(
        refusal.to_string().starts_with("no listing was found"),
        "{refusal}"
    );
}

/// 50,000 links, 100,000 elements, 10,000 levels: learnt or refused in bounded time, without a panic.
#[test]
fn hostile_pages_are_answered_in_time() {
    let many: String = (0..50_000)
        .map(|n| format!("<div><a href='/x/{n}'>word {n}</a></div>"))
        .collect();
    let deep = format!(
        "{}<a href='/x/1'>a</a><a href='/x/2'>b</a>",
        "<div class=a>".repeat(10_000)
    );
    let wide = format!(
        "<table>{}</table>",
        "<tr><td>1<td><a href='/x/1'>a</a>".repeat(30_000)
    );
    for text in [many, deep, wide] {
        let begun = std::time::Instant::now();
        let html = parse(&text);
        let at = url("/list");
        let _ = learn_listing(
            &[SeenPage {
                html: &html,
                url: &at,
                as_of: as_of(),
            }],
            &[],
        );
        eprintln!("{} bytes: {:?}", text.len(), begun.elapsed());
    }
}
