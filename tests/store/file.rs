//! What is particular to a store in a file: who may open it, and what is refused untouched.

use std::path::Path;

use boardwalk::model::*;
use boardwalk::store::search_query::Query;
use boardwalk::store::sqlite::{OpenMode, SqliteArchive, SqliteStore, StoreOptions, restore};
use boardwalk::store::{Archive, ArticleFilter, Store, StoreError};
use jiff::tz::TimeZone;

use crate::SqlitePlace;
use crate::support::*;

fn open(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, OpenMode::ReadWrite, StoreOptions::default())
}

/// A closed store with one stored article in it.
async fn closed_store() -> SqlitePlace {
    let mut bench = Bench::new(SqlitePlace::new()).await;
    bench.store_article("1", content("글")).await;
    drop(bench.store);
    bench.place
}

#[tokio::test]
async fn a_second_writer_is_refused_and_readers_are_not() {
    let mut bench = Bench::new(SqlitePlace::new()).await;
    let path = bench.place.path();
    assert!(matches!(open(&path), Err(StoreError::InUse { .. })));
    #[cfg(unix)]
    {
        let link = path.with_file_name("link.db");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(matches!(open(&link), Err(StoreError::InUse { .. })));
    }
    let archive = SqliteArchive::open(&path).unwrap();
    bench.store_article("1", content("글")).await;
    assert_eq!(archive.boards().unwrap()[0].counts.n_stored, 1);
    let reader = SqliteStore::open(&path, OpenMode::ReadOnly, StoreOptions::default()).unwrap();
    assert_eq!(reader.boards().await.unwrap().len(), 1);
    let write = reader.register_board(new_board("free", HOST), start());
    assert!(matches!(write.await, Err(StoreError::ReadOnly)));
    // The last handle closes the store; then it is free.
    let clone = bench.store.clone();
    drop(bench.store);
    assert!(matches!(open(&path), Err(StoreError::InUse { .. })));
    drop(clone);
    open(&path).unwrap();
}

#[tokio::test]
async fn a_closed_store_is_one_whole_file() {
    let place = closed_store().await;
    let wal = place.path().with_file_name("boardwalk.db-wal");
    assert!(std::fs::metadata(wal).map_or(0, |wal| wal.len()) == 0);
    let archive = SqliteArchive::open(&place.path()).unwrap();
    let size = archive.size_on_disk().unwrap();
    assert!(size.file_bytes > size.revisions_bytes && size.revisions_bytes > 0);
}

#[test]
fn reading_makes_no_file() {
    let place = SqlitePlace::new();
    let missing = |path: &Path| {
        assert!(matches!(
            SqliteArchive::open(path),
            Err(StoreError::Missing { .. })
        ));
        let store = SqliteStore::open(path, OpenMode::ReadOnly, StoreOptions::default());
        assert!(matches!(store, Err(StoreError::Missing { .. })));
    };
    missing(&place.path());
    missing(&place.0.path().join("no/such/folder.db"));
    assert_eq!(std::fs::read_dir(place.0.path()).unwrap().count(), 0);
    std::fs::write(place.path(), "").unwrap();
    missing(&place.path());
    // A file of no bytes (`mktemp`) may become a store.
    drop(open(&place.path()).unwrap());
    SqliteArchive::open(&place.path()).unwrap();
}

#[test]
fn a_store_whose_making_was_interrupted_is_made() {
    let place = SqlitePlace::new();
    // Killed after the lock was made, and after the file was marked as ours.
    std::fs::write(place.path().with_file_name("boardwalk.db.lock"), "").unwrap();
    drop(open(&place.path()).unwrap());
    let place = SqlitePlace::new();
    let conn = rusqlite::Connection::open(place.path()).unwrap();
    conn.pragma_update(None, "application_id", 0x6277_6C6B)
        .unwrap();
    drop(conn);
    let read = SqliteArchive::open(&place.path()).map(|_| ());
    assert!(matches!(read, Err(StoreError::Missing { .. })));
    drop(open(&place.path()).unwrap());
    SqliteArchive::open(&place.path()).unwrap();
}

#[tokio::test]
async fn damaged_files_are_refused_untouched() {
    let whole = std::fs::read(closed_store().await.path()).unwrap();
    let cut = whole[..whole.len() / 2].to_vec();
    let mut overwritten = whole.clone();
    overwritten[4096..].fill(0x5A);
    let mut headless = whole.clone();
    headless[..100].fill(0);
    for (damage, bytes) in [
        ("cut", cut),
        ("overwritten", overwritten),
        ("headless", headless),
        ("empty", Vec::new()),
    ] {
        let place = closed_store().await;
        std::fs::write(place.path(), &bytes).unwrap();
        let error = open(&place.path()).map(|_| ()).unwrap_err();
        assert!(
            matches!(error, StoreError::Damaged { .. }),
            "{damage}: {error:?}"
        );
        assert_eq!(std::fs::read(place.path()).unwrap(), bytes, "{damage}");
        // And again: a refusal leaves nothing behind that would make the file pass.
        assert!(open(&place.path()).is_err(), "{damage}");
    }
    // The file is gone, its journal is not: what the journal holds is not thrown away for a new store.
    let place = closed_store().await;
    std::fs::remove_file(place.path()).unwrap();
    std::fs::write(place.path().with_file_name("boardwalk.db-wal"), "x").unwrap();
    assert!(matches!(
        open(&place.path()),
        Err(StoreError::Damaged { .. })
    ));
    assert!(!place.path().exists());
}

#[test]
fn foreign_files_are_refused_untouched() {
    let place = SqlitePlace::new();
    std::fs::write(place.path(), "dear diary, ".repeat(500)).unwrap();
    let before = std::fs::read(place.path()).unwrap();
    assert!(matches!(
        open(&place.path()),
        Err(StoreError::Foreign { .. })
    ));
    assert_eq!(std::fs::read(place.path()).unwrap(), before);

    let place = SqlitePlace::new();
    let conn = rusqlite::Connection::open(place.path()).unwrap();
    conn.execute_batch("CREATE TABLE diary (entry)").unwrap();
    drop(conn);
    let before = std::fs::read(place.path()).unwrap();
    assert!(matches!(
        open(&place.path()),
        Err(StoreError::Foreign { .. })
    ));
    assert!(matches!(
        SqliteArchive::open(&place.path()),
        Err(StoreError::Foreign { .. })
    ));
    assert_eq!(std::fs::read(place.path()).unwrap(), before);
}

#[tokio::test]
async fn a_newer_store_is_refused() {
    let place = closed_store().await;
    let conn = rusqlite::Connection::open(place.path()).unwrap();
    conn.pragma_update(None, "user_version", 999).unwrap();
    drop(conn);
    for error in [
        open(&place.path()).map(|_| ()).unwrap_err(),
        SqliteArchive::open(&place.path()).map(|_| ()).unwrap_err(),
    ] {
        assert!(
            matches!(error, StoreError::Newer { found: 999, .. }),
            "{error}"
        );
    }
}

#[tokio::test]
async fn what_was_settled_is_there_though_the_store_was_never_closed() {
    let mut bench = Bench::new(SqlitePlace::new()).await;
    bench.store_article("1", content("글")).await;
    // A kill: the files as they are on the disk now, without a close.
    let folder = tempfile::tempdir().unwrap();
    for name in ["boardwalk.db", "boardwalk.db-wal"] {
        std::fs::copy(bench.place.0.path().join(name), folder.path().join(name)).unwrap();
    }
    let path = folder.path().join("boardwalk.db");
    let store = open(&path).unwrap();
    let pass = store.open_pass(bench.board.id).await.unwrap().unwrap();
    assert_eq!((pass.id, pass.report.n_stored), (bench.pass, 1));
    assert_eq!(store.n_queued(bench.board.id).await.unwrap(), (1, 0));
    drop(store);
    let archive = SqliteArchive::open(&path).unwrap();
    assert_eq!(archive.find("1").unwrap(), bench.records());
}

/// Row ids of what a query finds, best first.
fn search(store: &SqliteStore, query: &str) -> Result<Vec<i64>, StoreError> {
    let query = Query::parse(query, &TimeZone::UTC);
    let found = store.archive()?.search(&query, 10, 0)?;
    Ok(found.into_iter().map(|hit| hit.id).collect())
}

#[tokio::test]
async fn korean_words_of_two_syllables_are_found() {
    let mut bench = Bench::new(SqlitePlace::new()).await;
    let mut page = content("삼성전자가");
    page.author = Some("김기자".into());
    bench.store_article("1", page).await;
    bench.store_article("2", content("다른 회사")).await;
    let store = bench.store.clone();
    let find = |query: &str| search(&store, query).unwrap();
    for (query, found) in [
        ("삼성", vec![1]),
        ("전자", vec![1]),
        ("성전", vec![1]),
        ("기자", vec![1]),
        ("삼", vec![1]),
        ("회사", vec![2]),
        ("삼성 기준금리", vec![1]),
        ("현대", vec![]),
        ("\" OR *", vec![]),
    ] {
        assert_eq!(find(query), found, "{query}");
    }
    // A revision takes the place of what was indexed before.
    bench
        .visit_again("1", |of| article(of, content("현대차가")))
        .await;
    assert_eq!(find("현대"), [1]);
    assert_eq!(find("삼성"), [0; 0]);
}

#[tokio::test]
async fn an_index_turned_on_later_is_built_at_the_start() {
    let place = SqlitePlace::new();
    let options = |search_index| StoreOptions {
        search_index,
        keep_raw_pages: false,
        ..StoreOptions::default()
    };
    let reopen = |on| SqliteStore::open(&place.path(), OpenMode::ReadWrite, options(on)).unwrap();
    let without = Bench::new(Reopened(&place, options(false))).await;
    let mut bench = without;
    bench.store_article("1", content("삼성")).await;
    assert!(matches!(
        search(&bench.store, "삼성"),
        Err(StoreError::NoSearchIndex)
    ));
    drop(bench);
    let store = reopen(true);
    assert_eq!(search(&store, "삼성").unwrap(), [1]);
    drop(store);
    drop(reopen(false));
    assert_eq!(search(&reopen(true), "삼성").unwrap(), [1]);
}

struct Reopened<'a>(&'a SqlitePlace, StoreOptions);

impl Place for Reopened<'_> {
    type Store = SqliteStore;
    type Archive = SqliteArchive;

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.0.path(), OpenMode::ReadWrite, self.1).unwrap()
    }

    fn archive(&self) -> SqliteArchive {
        self.0.archive()
    }
}

#[tokio::test]
async fn an_export_takes_all_that_fit_and_stops_when_told() {
    let mut bench = Bench::new(SqlitePlace::new()).await;
    let rows: Vec<Row> = (1..=150).map(|id| row(&id.to_string())).collect();
    bench.list(rows).await;
    let archive = bench.place.archive();
    let count = |filter: &ArticleFilter, max: usize| {
        let mut n = 0;
        archive
            .articles(filter, &mut |_| {
                n += 1;
                n < max
            })
            .unwrap();
        n
    };
    let all = ArticleFilter::default();
    assert_eq!(count(&all, usize::MAX), 150);
    assert_eq!(count(&all, 100), 100);
    let of = |board: &str, since: &str| ArticleFilter {
        board: Some(board.into()),
        since: Some(since.parse().unwrap()),
    };
    // All rows are dated 2026-11-22T15:00:00Z.
    assert_eq!(count(&of("news", "2026-11-22T15:00:00Z"), usize::MAX), 150);
    assert_eq!(count(&of("news", "2026-11-22T15:00:01Z"), usize::MAX), 0);
    assert_eq!(count(&of("free", "2026-01-01T00:00:00Z"), usize::MAX), 0);
}

fn keys(path: &Path) -> Vec<String> {
    let mut keys = Vec::new();
    SqliteArchive::open(path)
        .unwrap()
        .articles(&ArticleFilter::default(), &mut |record| {
            keys.push(record.key.to_string());
            true
        })
        .unwrap();
    keys
}

#[tokio::test]
async fn a_backup_made_beside_a_writer_can_be_put_back() {
    let mut bench = Bench::new(SqlitePlace::new()).await;
    bench.store_article("1", content("하나")).await;
    let path = bench.place.path();
    let copy = path.with_file_name("copy.db");
    let archive = bench.store.archive().unwrap();
    assert!(archive.back_up(&copy).unwrap() > 0);
    assert!(matches!(
        archive.back_up(&copy),
        Err(StoreError::Exists { .. })
    ));
    bench.store_article("2", content("둘")).await;
    assert!(matches!(
        restore(&copy, &path, true),
        Err(StoreError::InUse { .. })
    ));
    drop(archive);
    let Bench { store, place, .. } = bench;
    drop(store);

    assert!(matches!(
        restore(&copy, &path, false),
        Err(StoreError::Exists { .. })
    ));
    assert_eq!(keys(&path).len(), 2);
    let aside = restore(&copy, &path, true).unwrap().expect("one was there");
    assert_eq!(keys(&path), [key("1").to_string()]);
    assert_eq!(keys(&aside).len(), 2);
    assert_eq!(keys(&copy), keys(&path), "the copy stays");
    // It is a store like any other: searched, written and opened again.
    let store = open(&path).unwrap();
    assert_eq!(search(&store, "하나").unwrap(), [1]);
    drop(store);
    drop(place);
}

#[tokio::test]
async fn a_damaged_backup_is_not_put_back() {
    let place = closed_store().await;
    let path = place.path();
    let copy = path.with_file_name("copy.db");
    SqliteArchive::open(&path).unwrap().back_up(&copy).unwrap();
    let mut bytes = std::fs::read(&copy).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8_192].fill(0x55);
    std::fs::write(&copy, bytes).unwrap();
    let error = restore(&copy, &path, true).unwrap_err();
    assert!(
        matches!(error, StoreError::Damaged { .. } | StoreError::Sql { .. }),
        "{error}"
    );
    assert_eq!(keys(&path), [key("1").to_string()]);
    let names: Vec<_> = std::fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("part") || name.contains("replaced"))
        .collect();
    assert_eq!(names, [""; 0], "nothing is left behind");
}
