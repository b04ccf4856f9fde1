//! What a reparse makes of a store: revisions that no author made, from the page that the newest content came from.

use boardwalk::model::*;
use boardwalk::store::{
    Archive, ArticleFields, ChangeFilter, Reread, Rereading, RevisionKind, Store, StoredReading,
};
use jiff::SignedDuration;

use crate::support::*;

/// Visits article 1 with a page of these words; the content is what is read from it.
async fn visit<P: Place>(bench: &mut Bench<P>, words: &str, body: &str) {
    bench.list_again(vec![row("1")], vec![key("1")]).await;
    let (job, of) = bench.next_article().await;
    bench.now += SignedDuration::from_hours(1);
    let mut settlement = bench.settlement(&job, article(of, content(words)));
    settlement.page = Some(Visited {
        url: url("/news/1").into(),
        final_url: url("/news/1").into(),
        status: 200,
        content_type: Some("text/html".into()),
        charset: "utf-8".into(),
        fetched_at: bench.now,
        as_of: bench.now - SignedDuration::from_secs(3),
        body: body.into(),
    });
    bench.store.settle(settlement).await.unwrap();
}

async fn readings<S: Rereading>(store: &S) -> Vec<StoredReading> {
    store.readings(None, ArticleId(0), 10).await.unwrap()
}

pub async fn a_reading_is_of_the_page_that_brought_the_newest_content<P>(place: P)
where
    P: Place,
    P::Store: Rereading,
{
    let mut bench = Bench::new(place).await;
    bench.list(vec![row("1")]).await;
    visit(&mut bench, "첫", "<p>첫 모습").await;
    visit(&mut bench, "둘째", "<p>둘째 모습").await;
    let edited_at = bench.now;
    visit(&mut bench, "둘째", "<p>둘째 모습, 조회 수가 다르다").await;
    bench.list(vec![row("2")]).await;
    assert_eq!(bench.store.n_readings(None).await.unwrap(), 1);
    assert_eq!(bench.store.n_readings(Some(BoardId(99))).await.unwrap(), 0);
    let found = readings(&bench.store).await;
    assert_eq!(found.len(), 1, "article 2 has no page");
    let reading = &found[0];
    assert_eq!(reading.key, key("1"));
    assert!(reading.has_content);
    assert_eq!(reading.fields.title, "둘째 전체 제목");
    assert_eq!(reading.fields.text, text("둘째"));
    assert_eq!(reading.fields.html, content("둘째").html);
    assert_eq!(reading.visits.len(), 1);
    assert_eq!(reading.visits[0].body, "<p>둘째 모습".as_bytes());
    assert_eq!(reading.visits[0].fetched_at, edited_at);
    assert_eq!(
        reading.visits[0].as_of,
        edited_at - SignedDuration::from_secs(3)
    );
    let behind = bench.store.readings(None, ArticleId(1), 10).await.unwrap();
    assert_eq!(behind, []);
}

pub async fn a_reread_is_a_revision_of_its_own_kind_and_no_event<P>(place: P)
where
    P: Place,
    P::Store: Rereading,
{
    let mut bench = Bench::new(place).await;
    bench.list(vec![row("1")]).await;
    visit(&mut bench, "첫", "<p>모습").await;
    let before = bench.record("1");
    let reading = readings(&bench.store).await.remove(0);
    let fields = ArticleFields {
        title: "바르게 읽은 제목".into(),
        text: text("바르게 읽은"),
        author: Some("바른 이름".into()),
        ..reading.fields
    };
    let reread = Reread {
        article: reading.article,
        fields: fields.clone(),
        fetched_at: reading.visits[0].fetched_at,
        note: Some("author: 글쓴이 → 바른 이름".into()),
    };
    bench.now += SignedDuration::from_hours(1);
    bench
        .store
        .save_rereads(vec![reread], bench.now)
        .await
        .unwrap();
    let after = bench.record("1");
    assert_eq!(after.title, fields.title);
    assert_eq!(after.text.as_ref(), Some(&fields.text));
    assert_eq!(after.author, fields.author);
    assert_eq!(after.revision_count, 2);
    assert_eq!(after.fetched_at, before.fetched_at);
    let archive = bench.place.archive();
    let revisions = archive.revisions(ArticleId(after.id)).unwrap();
    let kinds: Vec<_> = revisions
        .iter()
        .map(|revision| (revision.kind, revision.note.is_some()))
        .collect();
    assert_eq!(
        kinds,
        [(RevisionKind::Visit, false), (RevisionKind::Reparse, true)]
    );
    assert_eq!(revisions[1].at, bench.now);
    let mut changes = Vec::new();
    archive
        .changes(&ChangeFilter::default(), &mut |change| {
            changes.push(change.kind);
            true
        })
        .unwrap();
    assert_eq!(changes, [EventKind::Stored], "nobody edited anything");
    // The page stays that of the visit; the words are the reread's. A visit that reads the same is no edit.
    let again = readings(&bench.store).await.remove(0);
    assert_eq!(again.fields, fields);
    assert_eq!(again.visits, reading.visits);
    let mut same = content("바르게 읽은");
    same.title = Some(fields.title.clone());
    bench.list_again(vec![row("1")], vec![key("1")]).await;
    let (job, of) = bench.next_article().await;
    let settled = bench.settle(&job, article(of, same)).await;
    assert!(!settled.changed);
}

pub async fn a_page_that_could_not_be_read_can_be_later<P>(place: P)
where
    P: Place,
    P::Store: Rereading,
{
    let mut bench = Bench::new(place).await;
    bench.list(vec![row("1")]).await;
    let (job, of) = bench.next_article().await;
    let mut settlement = bench.settlement(&job, state(of, ArticleState::Failed, "no body found"));
    settlement.page = Some(Visited {
        url: url("/news/1").into(),
        final_url: url("/news/1").into(),
        status: 200,
        content_type: None,
        charset: "utf-8".into(),
        fetched_at: bench.now,
        as_of: bench.now,
        body: b"<p>".to_vec(),
    });
    bench.store.settle(settlement).await.unwrap();
    let reading = readings(&bench.store).await.remove(0);
    assert!(!reading.has_content);
    assert_eq!(reading.fields.title, "제목 1");
    let reread = Reread {
        article: of,
        fields: ArticleFields {
            text: text("이제야"),
            ..reading.fields
        },
        fetched_at: reading.visits[0].fetched_at,
        note: None,
    };
    bench
        .store
        .save_rereads(vec![reread], bench.now)
        .await
        .unwrap();
    let record = bench.record("1");
    assert_eq!(record.state, ArticleState::Stored);
    assert_eq!(record.state_reason, None);
    assert_eq!(record.text, Some(text("이제야")));
    assert_eq!(record.fetched_at, Some(reading.visits[0].fetched_at));
}
