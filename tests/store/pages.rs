//! Raw pages in a file: packed by dictionaries, readable whatever they were packed by, removed when the operator says.

use boardwalk::model::*;
use boardwalk::store::sqlite::{OpenMode, SqliteStore, StoreOptions};
use boardwalk::store::{Archive, Rereading, Store};
use jiff::SignedDuration;
use rusqlite::Connection;

use crate::SqlitePlace;
use crate::support::*;

/// A page in a frame that all pages of a board share.
fn page(words: &str) -> Vec<u8> {
    let frame = (0..150).map(|n| {
        let id = n * 7_919 % 104_729;
        format!("<li class=\"menu-{id}\"><a href=\"/town/{id}\">칸 {id}</a></li>")
    });
    format!("<html>{}<p>{words}</p></html>", frame.collect::<String>()).into_bytes()
}

impl Bench<SqlitePlace> {
    /// Visits the only article again, whose page now holds these words.
    async fn visit_page(&mut self, words: &str) {
        self.list_again(vec![row("1")], vec![key("1")]).await;
        let (job, of) = self.next_article().await;
        self.now += SignedDuration::from_mins(1);
        let mut settlement = self.settlement(&job, article(of, content(words)));
        settlement.page = Some(Visited {
            url: url("/news/1").into(),
            final_url: url("/news/1").into(),
            status: 200,
            content_type: None,
            charset: "utf-8".into(),
            fetched_at: self.now,
            as_of: self.now,
            body: page(words),
        });
        self.store.settle(settlement).await.unwrap();
    }

    fn lines(&self, sql: &str) -> Vec<String> {
        let conn = Connection::open(self.place.path()).unwrap();
        let mut select = conn.prepare(sql).unwrap();
        let lines = select.query_map([], |row| row.get(0)).unwrap();
        lines.collect::<Result<_, _>>().unwrap()
    }

    /// The page that the article was last read from.
    async fn body(&self) -> Vec<u8> {
        let readings = self.store.readings(None, ArticleId(0), 10).await.unwrap();
        assert_eq!(readings.len(), 1);
        readings[0].visits[0].body.clone()
    }
}

async fn admitted(place: SqlitePlace) -> Bench<SqlitePlace> {
    let mut bench = Bench::new(place).await;
    bench.list(vec![row("1")]).await;
    bench
}

#[tokio::test]
async fn pages_of_a_board_are_packed_by_what_they_have_in_common() {
    let mut bench = admitted(SqlitePlace::new()).await;
    for n in 0..60 {
        bench.visit_page(&format!("{n}번째 모습")).await;
    }
    let kinds = bench.lines("SELECT kind || iif(promise > 0, ' promises', '') FROM dictionary");
    assert_eq!(kinds, ["article", "article promises"]);
    let plain = bench.lines("SELECT id || '' FROM page WHERE dictionary IS NULL");
    assert_eq!(plain, [""; 0], "those that came first are packed anew");
    let ratio = bench.lines("SELECT (sum(body_bytes) / sum(octet_length(body))) || '' FROM page");
    assert!(ratio[0].parse::<u64>().unwrap() > 50, "{ratio:?}");
    assert!(bench.body().await == page("59번째 모습"));
    // Another process reads them as well, and goes on with the newest dictionary.
    drop(bench.store);
    bench.store = bench.place.open();
    assert!(bench.body().await == page("59번째 모습"));
    bench.visit_page("마지막 모습").await;
    assert!(bench.body().await == page("마지막 모습"));
    let last = bench.lines("SELECT dictionary || '' FROM page ORDER BY id DESC LIMIT 1");
    assert_eq!(last, ["2"]);
}

#[tokio::test]
async fn a_page_that_comes_again_is_kept_once() {
    let mut bench = admitted(SqlitePlace::new()).await;
    for n in 0..12 {
        bench.visit_page(&format!("{}번째 모습", n % 2)).await;
    }
    assert_eq!(bench.lines("SELECT count(*) || '' FROM page"), ["2"]);
    assert_eq!(bench.lines("SELECT count(*) || '' FROM visit"), ["12"]);
}

/// As a store of schema 1 holds them.
#[tokio::test]
async fn pages_without_a_dictionary_stay_readable() {
    let mut bench = admitted(SqlitePlace::new()).await;
    bench.visit_page("옛 모습").await;
    assert_eq!(
        bench.lines("SELECT id || '' FROM page WHERE dictionary IS NULL"),
        ["1"]
    );
    drop(bench.store);
    bench.store = bench.place.open();
    assert!(bench.body().await == page("옛 모습"));
}

fn with(place: &SqlitePlace, options: StoreOptions) -> SqliteStore {
    SqliteStore::open(&place.path(), OpenMode::ReadWrite, options).unwrap()
}

#[tokio::test]
async fn pages_older_than_wanted_go_and_what_was_read_from_them_stays() {
    let mut bench = admitted(SqlitePlace::new()).await;
    for n in 0..6 {
        bench.visit_page(&format!("{n}번째 모습")).await;
    }
    drop(bench.store);
    bench.store = with(
        &bench.place,
        StoreOptions {
            raw_pages_days: Some(10),
            ..StoreOptions::default()
        },
    );
    bench.now += SignedDuration::from_hours(24 * 11);
    bench.visit_page("새 모습").await;
    assert_eq!(bench.lines("SELECT count(*) || '' FROM page"), ["1"]);
    assert_eq!(bench.lines("SELECT count(*) || '' FROM visit"), ["1"]);
    assert!(bench.body().await == page("새 모습"));
    let record = bench.record("1");
    assert_eq!(
        (record.revision_count, record.text),
        (7, Some(text("새 모습")))
    );
}

#[tokio::test]
async fn the_oldest_pages_go_where_there_are_too_many() {
    let mut bench = admitted(SqlitePlace::new()).await;
    for n in 0..300 {
        bench.visit_page(&format!("{n}번째 모습")).await;
    }
    drop(bench.store);
    bench.store = with(
        &bench.place,
        StoreOptions {
            raw_pages_max_bytes: Some(2_000),
            ..StoreOptions::default()
        },
    );
    bench.visit_page("새 모습").await;
    let held = bench.lines("SELECT count(*) || '' FROM page")[0].parse::<u64>();
    assert!((1..=101).contains(&held.unwrap()));
    assert!(bench.body().await == page("새 모습"));
    assert!(
        bench
            .place
            .archive()
            .size_on_disk()
            .unwrap()
            .raw_pages_bytes
            > 0
    );
}
