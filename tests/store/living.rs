//! Posts that change: what is an edit and what is not, and when an article is looked at again.

use boardwalk::model::*;
use boardwalk::store::{Archive, Store};
use jiff::SignedDuration;

use crate::support::*;

fn picture(url: &str) -> Vec<Image> {
    vec![Image {
        url: url.into(),
        alt: None,
        caption: None,
    }]
}

/// CASES.md, 31: one syllable is enough, wherever it stands.
pub async fn one_syllable_is_a_revision<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let page = content("첫");
    bench.store_article("1", page.clone()).await;
    let mut edited = page.clone();
    edited.text = page.text.replace("동결했다고", "동결한다고");
    assert_ne!(edited.text, page.text);
    let settled = bench.visit_again("1", |of| article(of, edited)).await;
    assert!(settled.changed);
    assert_eq!(bench.record("1").revision_count, 2);
}

/// A picture put in another's place changes the body, though no word of it.
pub async fn another_picture_is_a_revision_and_another_host_is_none<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut page = content("첫");
    page.images = picture("http://img1.test/a/1.jpg?type=w540&token=x");
    bench.store_article("1", page.clone()).await;
    page.images = picture("https://img2.test/a/1.jpg?type=w540&token=y");
    let settled = bench.visit_again("1", |of| article(of, page.clone())).await;
    assert!(!settled.changed, "hosts take turns, tokens expire");
    page.images = picture("https://img2.test/a/2.jpg");
    let settled = bench.visit_again("1", |of| article(of, page)).await;
    assert!(settled.changed);
    let record = bench.record("1");
    let revisions = bench.place.archive().revisions(ArticleId(record.id));
    let images: Vec<_> = revisions
        .unwrap()
        .into_iter()
        .map(|revision| revision.images[0].url.clone())
        .collect();
    assert_eq!(
        images,
        [
            "http://img1.test/a/1.jpg?type=w540&token=x",
            "https://img2.test/a/2.jpg"
        ]
    );
}

/// Queues what is due `hours` after now, and answers the articles that are.
async fn due_after<P: Place>(bench: &mut Bench<P>, hours: i64) -> Vec<ArticleId> {
    bench.end_pass(PassEnd::Complete).await;
    bench.now += SignedDuration::from_hours(hours);
    bench.begin(PassKind::Incremental).await;
    let mut due = Vec::new();
    for job in bench.claim(usize::MAX).await {
        if let JobKind::Article { article } = job.kind {
            due.push(article);
        }
        bench.store.release(&job);
    }
    due
}

async fn visit<P: Place>(bench: &mut Bench<P>, page: Article) {
    let (job, of) = bench.next_article().await;
    bench.settle(&job, article(of, page)).await;
}

/// A row whose date is not known: young when it is first seen.
fn undated(id: &str) -> Row {
    Row {
        posted: None,
        ..row(id)
    }
}

pub async fn a_young_article_is_looked_at_again_at_growing_ages<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.list(vec![undated("1")]).await;
    visit(&mut bench, content("글")).await;
    // Right after the first crawl nothing is due, an hour later it is, and then not before six.
    assert_eq!(due_after(&mut bench, 0).await, []);
    assert_eq!(due_after(&mut bench, 1).await, [ArticleId(1)]);
    visit(&mut bench, content("글")).await;
    assert_eq!(due_after(&mut bench, 1).await, []);
    assert_eq!(due_after(&mut bench, 4).await, [ArticleId(1)]);
    visit(&mut bench, content("글")).await;
    assert_eq!(due_after(&mut bench, 2).await, []);
    // An edit makes it young again.
    bench.list_again(vec![undated("1")], vec![key("1")]).await;
    visit(&mut bench, content("고친 글")).await;
    assert_eq!(due_after(&mut bench, 1).await, [ArticleId(1)]);
}

pub async fn an_old_article_is_left_alone<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut old = row("1");
    old.posted = Some(posted("2019-01-01T00:00:00Z", Precision::Day));
    bench.list(vec![old]).await;
    let mut page = content("글");
    page.comments = vec![comment("a", 0)];
    visit(&mut bench, page).await;
    assert_eq!(due_after(&mut bench, 24 * 30).await, []);
}

pub async fn visits_again_come_after_new_articles<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.list(vec![undated("1")]).await;
    visit(&mut bench, content("글")).await;
    assert_eq!(due_after(&mut bench, 2).await, [ArticleId(1)]);
    bench.list(vec![undated("2"), undated("1")]).await;
    let jobs = bench.claim(usize::MAX).await;
    let articles: Vec<_> = jobs
        .iter()
        .filter_map(|job| match job.kind {
            JobKind::Article { article } => Some(article.0),
            _ => None,
        })
        .collect();
    assert_eq!(articles, [2, 1]);
}

pub async fn late_and_withdrawn_comments_make_an_article_young<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let mut old = row("1");
    old.posted = Some(posted("2019-01-01T00:00:00Z", Precision::Day));
    bench.list(vec![old.clone()]).await;
    let mut page = content("글");
    page.comments = vec![comment("a", 0)];
    visit(&mut bench, page.clone()).await;
    let mut versions = Vec::new();
    page.comments.push(comment("b", 0));
    versions.push(page.clone());
    page.comments[0].text = None;
    versions.push(page.clone());
    for page in versions {
        bench.list_again(vec![old.clone()], vec![key("1")]).await;
        visit(&mut bench, page).await;
        assert_eq!(due_after(&mut bench, 1).await, [ArticleId(1)]);
        let same = bench_page(&bench);
        visit(&mut bench, same).await;
    }
    let record = bench.record("1");
    assert_eq!(record.comments[0].text.as_deref(), Some("댓글 a"));
    assert!(record.comments[0].withdrawn_at.is_some());
    assert_eq!(record.comments[1].withdrawn_at, None);
    assert_eq!(record.revision_count, 1, "comments are no edit of the post");
}

/// The page as it was read last.
fn bench_page<P: Place>(bench: &Bench<P>) -> Article {
    let mut page = content("글");
    page.comments = bench
        .record("1")
        .comments
        .iter()
        .map(|held| Comment {
            text: held.text.clone().filter(|_| held.withdrawn_at.is_none()),
            ..comment(&held.key, 0)
        })
        .collect();
    page
}
