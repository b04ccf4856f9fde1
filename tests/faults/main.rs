//! Faults on our own side, one by one: a full disk, a locked, broken or vanished database, a jumping clock, too few file
//! descriptors, too little memory, signals, files of every earlier schema. Nothing is lost, nothing is stored twice, the
//! operator hears what happened, and the next run goes on.
//!
//! Kills at any moment are `tests/long/kill.rs` and `tests/long/daemon_kill.rs`; two services on one file, `tests/daemon.rs`; a name
//! server that is down, `tests/hostile/addresses.rs`; days of 23 and 25 hours, `schedule::tests`
//! and `dates::tests`.

mod soak;
#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use boardwalk::crawl::{CrawlOptions, Finish, Outfit, Target, crawl_once};
use boardwalk::fetch::{FetchOptions, Fetcher, HostPort, Pace};
use boardwalk::model::{Clock, SystemClock};
use boardwalk::profile::Library;
use boardwalk::store::sqlite::{OpenMode, SqliteStore, StoreOptions};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use support::board::{Draft, Part};
use support::crawl::{Outcome, crawl_args};
use support::server::{Handler, Manner, Moment, Request};
use support::site::{Asked, Engine, Site};
use support::world::World;
use tokio_util::sync::CancellationToken;

fn world(seed: u64, n_posts: usize) -> World {
    World::with_posts(Engine::Rhymix, seed, n_posts)
}

/// A crawl under limits that a shell sets.
fn crawl_under(world: &World, limits: &str) -> Outcome {
    let url = world.listing_url("news");
    let mut args = crawl_args(&url, &["--concurrency", "2"]);
    let database = world.boardwalk.database_arg();
    args.extend(["--database", &database]);
    world.boardwalk.start_under(limits, &args).wait()
}

/// The run ended by itself and said why, in a sentence.
#[track_caller]
fn assert_told(outcome: &Outcome, words: &[&str]) {
    assert!(matches!(outcome.code, Some(1..=3)), "{outcome}");
    assert!(!outcome.stderr.contains("panicked"), "{outcome}");
    assert!(
        words.iter().any(|words| outcome.stderr.contains(words)),
        "none of {words:?}: {outcome}"
    );
}

/// The next run has all of it, each post once.
#[track_caller]
fn assert_goes_on(world: &World) {
    world.crawl().expect_code(0);
    world.assert_whole(true);
    world.assert_no_strays();
}

/// A file system of its own for one folder, as small as is wanted.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None`: this user may not mount.
    fn new(folder: &Path, kib: u32) -> Option<Self> {
        let disk = Self(folder.join("small"));
        std::fs::create_dir(&disk.0).expect("a folder of our own");
        mount(
            &["-t", "tmpfs", "-o", &format!("size={kib}k"), "tmpfs"],
            &disk.0,
        )
        .then_some(disk)
    }

    fn database_arg(&self) -> String {
        format!("sqlite:{}", self.0.join("test.db").display())
    }

    fn remount(&self, how: &str) {
        let options = format!("remount,{how}");
        assert!(mount(&["-o", &options], &self.0), "it was mounted by us");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

fn mount(args: &[&str], at: &Path) -> bool {
    let done = Command::new("mount").args(args).arg(at).output();
    done.is_ok_and(|done| done.status.success())
}

/// Too small for the schema, for the listing, for the articles.
#[test]
fn a_full_disk_loses_nothing() {
    for kib in [100, 700, 1_000] {
        let world = world(u64::from(kib), 12);
        let Some(disk) = SmallDisk::new(world.boardwalk.folder(), kib) else {
            eprintln!("no right to mount: a_disk_that_refuses_writes_loses_nothing stands for it");
            return;
        };
        let database = disk.database_arg();
        let url = world.listing_url("news");
        let mut args = crawl_args(&url, &[]);
        args.extend(["--database", &database]);
        let full = world.boardwalk.start(&args).wait();
        assert_told(&full, &["full"]);
        disk.remount("size=64m");
        world.boardwalk.start(&args).wait().expect_code(0);
        let stored = world
            .boardwalk
            .start(&["export", "--format", "jsonl", "--database", &database])
            .wait()
            .expect_code(0);
        let stored: Vec<_> = stored
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).expect("a JSON line"))
            .collect();
        support::truth::assert_same(&stored, &world.truth("news"), true);
    }
}

/// A limit of the file's size, in units of 512 bytes or a kilobyte by the shell's choice; the signal that goes with it is
/// ignored, so that each write beyond it fails.
#[test]
fn a_disk_that_refuses_writes_loses_nothing() {
    let world = world(2, 12);
    let mut n_refused = 0;
    for blocks in [64, 400, 600, 900, 1_200] {
        let refused = crawl_under(&world, &format!("trap '' XFSZ && ulimit -f {blocks}"));
        if refused.code != Some(0) {
            assert_told(&refused, &["the store failed", "full", "cannot"]);
            n_refused += 1;
        }
    }
    assert!(n_refused >= 2, "{n_refused} limits were felt");
    assert_goes_on(&world);
}

#[test]
fn a_database_that_is_locked_for_a_moment_is_waited_for() {
    let world = world(3, 6);
    world.crawl().expect_code(0);
    world.site.boards(|boards| boards.post_many("news", 3));
    let held = Duration::from_millis(500);
    let database = world.boardwalk.database();
    let lock = move || {
        let other = Connection::open(database).expect("the store is there");
        other
            .execute_batch("BEGIN IMMEDIATE")
            .expect("nobody writes for long");
        std::thread::park_timeout(held);
        other.execute_batch("ROLLBACK").expect("it was begun");
    };
    // The listing: what is read from it cannot be written before the lock is gone.
    let at = Moment::Received(world.server.n_received() + 1);
    world.server.at(at, Duration::ZERO, lock);
    let outcome = world.crawl();
    world.server.forget_actions();
    let outcome = outcome.expect_code(0);
    assert!(outcome.took >= held / 2, "the lock was not felt: {outcome}");
    assert_goes_on(&world);
}

#[test]
fn a_database_that_stays_locked_ends_the_run_with_a_word() {
    let world = world(4, 3);
    world.crawl().expect_code(0);
    let other = Connection::open(world.boardwalk.database()).expect("the store is there");
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("nobody else writes");
    let outcome = world.crawl();
    assert_told(&outcome, &["locked"]);
    other.execute_batch("ROLLBACK").expect("it was begun");
    assert_goes_on(&world);
}

/// Nobody may write there, root neither: the kernel says so.
#[test]
fn a_database_that_may_only_be_read_is_told_of() {
    let world = world(5, 3);
    world.crawl().expect_code(0);
    let before = world.boardwalk.export();
    let database = world.boardwalk.database();
    // For a superuser permissions mean nothing: a file that another name of a folder stands for cannot be opened either.
    let lock = world.boardwalk.folder().join("test.db.lock");
    std::fs::remove_file(&lock).expect("it was made by the crawl");
    std::fs::create_dir(&lock).expect("a folder of our own");
    let outcome = world.crawl();
    assert_told(&outcome, &["lock file cannot be used"]);
    std::fs::remove_dir(&lock).expect("it is empty");
    let mut permissions = database.metadata().expect("it is there").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&database, permissions.clone()).expect("our own file");
    let outcome = world.crawl();
    if outcome.code != Some(0) {
        assert_told(&outcome, &["readonly", "read-only", "cannot"]);
    }
    assert_eq!(world.boardwalk.export().len(), before.len());
    #[expect(clippy::permissions_set_readonly_false)] // A file of this test, gone with its folder.
    permissions.set_readonly(false);
    std::fs::set_permissions(&database, permissions).expect("our own file");
    assert_goes_on(&world);
}

/// Whoever writes, root too: the kernel says no.
#[test]
fn a_file_system_that_may_only_be_read_is_told_of() {
    let world = world(13, 6);
    let Some(disk) = SmallDisk::new(world.boardwalk.folder(), 64 * 1024) else {
        eprintln!("no right to mount: a_database_that_may_only_be_read_is_told_of stands for it");
        return;
    };
    let database = disk.database_arg();
    let url = world.listing_url("news");
    let mut args = crawl_args(&url, &[]);
    args.extend(["--database", &database]);
    world.boardwalk.start(&args).wait().expect_code(0);
    world.site.boards(|boards| boards.post_many("news", 2));
    disk.remount("ro");
    let n_before = world.server.n_received();
    let refused = world.boardwalk.start(&args).wait();
    assert_told(&refused, &["ead-only", "readonly"]);
    assert_eq!(
        world.server.n_received(),
        n_before,
        "nothing is asked for in vain"
    );
    let shown = ["search", "가", "--database", &database];
    let outcome = world.boardwalk.start(&shown).wait();
    assert!(!outcome.stderr.contains("panicked"), "{outcome}");
    disk.remount("rw");
    world.boardwalk.start(&args).wait().expect_code(0);
}

#[test]
fn a_corrupted_page_is_found_and_nothing_is_changed() {
    let world = world(6, 6);
    world.crawl().expect_code(0);
    let database = world.boardwalk.database();
    let whole = std::fs::read(&database).expect("the store is there");
    let mut n_found = 0;
    for part in 1..6 {
        let mut broken = whole.clone();
        // Heads of pages, whose first byte says what they are.
        let at = whole.len() / 6 * part / 4096 * 4096;
        broken[at..at + 512].fill(0xA5);
        std::fs::write(&database, &broken).expect("our own file");
        let outcome = world.crawl();
        if outcome.code != Some(0) {
            assert_told(&outcome, &["damaged"]);
            assert!(
                std::fs::read(&database).expect("it is there") == broken,
                "the file was changed"
            );
            n_found += 1;
        }
    }
    assert!(n_found >= 4, "{n_found} of 5 broken pages were found");
    std::fs::write(&database, &whole).expect("our own file");
    assert_goes_on(&world);
}

#[test]
fn a_database_that_is_deleted_under_us_ends_the_run_with_a_word() {
    let world = world(7, 12);
    let database = world.boardwalk.database();
    let delete = move || std::fs::remove_file(&database).expect("the crawl has made it");
    world.server.at(Moment::Received(5), Duration::ZERO, delete);
    let outcome = world.crawl();
    assert_told(
        &outcome,
        &["deleted or replaced", "unable to open database file"],
    );
    // What the dead file's journal holds belongs to nothing.
    for ending in ["-wal", "-shm", ".lock"] {
        let mut path = world.boardwalk.database().into_os_string();
        path.push(ending);
        let _ = std::fs::remove_file(path);
    }
    assert_goes_on(&world);
}

/// The machine's clock, and how far somebody has set it off.
struct JumpingClock(AtomicI64);

impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        SystemClock.now() + SignedDuration::from_hours(self.0.load(Ordering::SeqCst))
    }
}

/// The clock is set forward and back by hours while a crawl is under way, and between two of them. What a clock that was
/// ahead has queued waits until that time comes; then all of it is there.
#[test]
fn a_clock_that_jumps_by_hours_loses_nothing_and_dates_nothing_wrongly() {
    let clock = Arc::new(JumpingClock(AtomicI64::new(0)));
    let site = Site::new(Engine::Rhymix, 8);
    site.boards(|boards| boards.post_many("news", 30));
    let (behind, set) = (site.clone(), Arc::clone(&clock));
    let world = World::served_by(site, move |request: &Request| {
        match request.n {
            4 => set.0.store(5, Ordering::SeqCst),
            9 => set.0.store(-9, Ordering::SeqCst),
            14 => set.0.store(26, Ordering::SeqCst),
            20 => set.0.store(-1, Ordering::SeqCst),
            _ => {}
        }
        behind.handle(request)
    });
    let url = url::Url::parse(&world.listing_url("news")).expect("a URL of our own");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    for (off, n_more) in [(0, 0), (-7, 3), (11, 3), (27, 0)] {
        world.site.boards(|boards| boards.post_many("news", n_more));
        clock.0.store(off, Ordering::SeqCst);
        let report = runtime.block_on(crawl_once(
            outfit(&world, &url, Arc::clone(&clock) as Arc<dyn Clock>),
            options(),
            vec![Target::new(url.clone())],
        ));
        let report = report.expect("the store works");
        assert!(
            matches!(report.finish, Finish::Done | Finish::Partial),
            "{report:?}"
        );
        if off == 27 {
            assert_eq!(report.finish, Finish::Done, "{report:?}");
        }
    }
    world.assert_whole(true);
}

fn outfit(world: &World, url: &url::Url, clock: Arc<dyn Clock>) -> Outfit<SqliteStore> {
    let fetch = FetchOptions {
        pace: Pace {
            min_interval: Duration::from_millis(1),
            ..Pace::default()
        },
        allow_private: HostPort::of(url).into_iter().collect(),
        ..FetchOptions::default()
    };
    Outfit {
        store: SqliteStore::open(
            &world.boardwalk.database(),
            OpenMode::ReadWrite,
            StoreOptions::default(),
        )
        .expect("a store"),
        fetcher: Fetcher::new(fetch, Arc::clone(&clock)).expect("a client"),
        library: Arc::new(Library::built_in()),
        clock,
        observer: Arc::new(()),
        stop: CancellationToken::new(),
        database: String::new(),
    }
}

fn options() -> CrawlOptions {
    CrawlOptions {
        quiet_pages: 2,
        deep_every: SignedDuration::from_hours(24 * 7),
        restricted_retry: SignedDuration::from_hours(24 * 7),
        failed_retry: SignedDuration::ZERO,
        max_tries: 6,
        confirm_gone_after: SignedDuration::ZERO,
        patience: SignedDuration::from_secs(20),
        radar_interval: None,
        max_connections: 2,
        mask_addresses: false,
        grace: Duration::from_secs(8),
        seed: 8,
    }
}

#[test]
fn too_few_file_descriptors_end_a_run_with_a_word_or_not_at_all() {
    let world = world(9, 6);
    let mut n_refused = 0;
    for n_files in [8, 12, 20, 36, 44, 64] {
        let outcome = crawl_under(&world, &format!("ulimit -n {n_files}"));
        assert!(!outcome.stderr.contains("panicked"), "{n_files}: {outcome}");
        assert!(matches!(outcome.code, Some(0..=3)), "{n_files}: {outcome}");
        if outcome.code != Some(0) {
            n_refused += 1;
            let words = ["Too many open files", "file descriptor", "cannot"];
            let told = words
                .iter()
                .any(|words| outcome.stderr.contains(words) || outcome.stdout.contains(words));
            assert!(told, "{n_files}: {outcome}");
        }
    }
    assert!(n_refused > 0, "no limit was felt");
    world.boardwalk.forget_waits();
    assert_goes_on(&world);
}

/// Pages as large as are read at all: of tags, and of text. They fit into 256 MiB with what is made of them, started as
/// the units in `deploy` start us.
#[cfg(target_os = "linux")]
#[test]
fn pages_of_eight_mebibytes_are_crawled_in_256_mib() {
    let site = Site::new(Engine::Rhymix, 10);
    let ids = site.boards(|boards| {
        let ids = boards.post_many("news", 5);
        let line = "이 문단은 길고, 그 다음 문단도 그렇다. ".repeat(40);
        let parts = (0..3_400)
            .map(|n| Part::paragraph(&format!("{n} {}", line.trim_end())))
            .collect();
        let draft = Draft {
            title: "긴 글".to_owned(),
            author: "누구".to_owned(),
            parts,
            ..Draft::default()
        };
        boards.write("news", draft);
        ids
    });
    let behind = site.clone();
    let tagged = [ids[1], ids[3]];
    let world = World::served_by(site, move |request: &Request| {
        let mut reply = behind.handle(request);
        if let Asked::Article { id, .. } = behind.asked(request)
            && tagged.contains(&id)
        {
            let many = "<b>x</b>".repeat((8 << 20) / 8 - 4_000);
            let page = String::from_utf8(reply.body).expect("UTF-8");
            reply.body = page
                .replacen("xe_content\">", &format!("xe_content\">{many}"), 1)
                .into();
        }
        reply
    });
    world.boardwalk.have_no_patience();
    let outcome = crawl_under(&world, "export MALLOC_ARENA_MAX=2; ulimit -d 262144");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    let stored = world.boardwalk.export();
    let n_stored = stored
        .iter()
        .filter(|article| article["state"] == "stored")
        .count();
    assert_eq!((stored.len(), n_stored), (6, 4), "{outcome}");
    let longest = stored
        .iter()
        .filter_map(|article| article["text"].as_str())
        .map(str::len)
        .max();
    assert!(
        longest > Some(6 << 20),
        "the long post is there whole: {longest:?}"
    );
}

/// The signal comes while robots.txt, the listing, an article is asked for, and while answers are read and stored.
#[test]
fn a_signal_at_any_phase_ends_in_order_and_the_next_run_goes_on() {
    let world = world(11, 40);
    let url = world.listing_url("news");
    let database = world.boardwalk.database_arg();
    let mut n_before = 0;
    let mut hit = Vec::new();
    for (moment, n, name) in [
        (Moment::Received as fn(usize) -> Moment, 1, "TERM"),
        (Moment::Received, 1, "INT"),
        (Moment::Answered, 1, "TERM"),
        (Moment::Received, 2, "TERM"),
        (Moment::Answered, 2, "INT"),
        (Moment::Received, 4, "TERM"),
        (Moment::Answered, 4, "INT"),
    ] {
        let moment = moment(n_before + n);
        let mut args = crawl_args(&url, &[]);
        args.extend(["--database", &database]);
        let run = world.boardwalk.start(&args);
        world.server.at(moment, Duration::ZERO, run.signaller(name));
        let outcome = run.wait();
        world.server.forget_actions();
        assert_eq!(outcome.code, Some(130), "{moment:?}: {outcome}");
        hit.push(world.server.targets()[n_before + n - 1].clone());
        n_before = world.server.n_received();
    }
    for phase in ["/robots.txt", "/news", "/news/"] {
        let is_hit = |target: &String| match phase {
            "/news" => target.split('?').next() == Some(phase),
            _ => target.starts_with(phase),
        };
        assert!(hit.iter().any(is_hit), "{phase}: {hit:?}");
    }
    assert_goes_on(&world);
}

/// Nobody waits for a server that has nothing to say.
#[test]
fn a_signal_while_a_server_is_silent_ends_the_run_soon() {
    let site = Site::new(Engine::Rhymix, 14);
    site.boards(|boards| boards.post_many("news", 3));
    let (behind, healed) = (site.clone(), Arc::new(AtomicBool::new(false)));
    let is_healed = Arc::clone(&healed);
    let world = World::served_by(site, move |request: &Request| {
        let proper = behind.handle(request);
        match behind.asked(request) {
            Asked::Article { .. } if !is_healed.load(Ordering::SeqCst) => {
                proper.manner(Manner::Silent)
            }
            _ => proper,
        }
    });
    let url = world.listing_url("news");
    let database = world.boardwalk.database_arg();
    let mut args = crawl_args(&url, &[]);
    args.extend(["--database", &database]);
    let run = world.boardwalk.start(&args);
    // robots.txt, the listing, an article.
    let at = Moment::Received(3);
    world.server.at(at, Duration::ZERO, run.signaller("TERM"));
    let outcome = run.wait();
    world.server.forget_actions();
    assert_eq!(outcome.code, Some(130), "{outcome}");
    assert!(outcome.took < Duration::from_secs(15), "{outcome}");
    healed.store(true, Ordering::SeqCst);
    world.boardwalk.forget_waits();
    assert_goes_on(&world);
}

/// The schemas that releases have had, oldest first.
fn migrations() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/sqlite/schema");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the source is there")
        .map(|file| file.expect("it can be listed").path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read_to_string(file).expect("it can be read"))
        .collect()
}

/// A store of this schema with a board, two articles of which one was edited and the other is gone, and what hangs on them.
fn store_of_schema(path: &Path, n_migrations: usize, migrations: &[String]) {
    let conn = Connection::open(path).expect("a folder of our own");
    conn.execute_batch("PRAGMA application_id = 0x62776C6B; PRAGMA journal_mode = WAL;")
        .expect("a new file");
    for sql in &migrations[..n_migrations] {
        conn.execute_batch(sql)
            .expect("a schema that a release had");
    }
    conn.pragma_update(None, "user_version", n_migrations as i64)
        .expect("a new file");
    let html = zstd::encode_all(&b"<p>words</p>"[..], 3).expect("memory to memory");
    let page = zstd::encode_all(&b"<html>a page</html>"[..], 3).expect("memory to memory");
    let hash = [7_u8; 32];
    conn.execute_batch(
        "INSERT INTO board (id, name, url, key, host, profile, added_at)
           VALUES (1, 'news', 'http://board.example/news', 'board.example/news', 'board.example', 'rhymix', 1000);
         INSERT INTO host (host, robots_status, robots_body, robots_fetched_at) VALUES ('board.example', 404, NULL, 1000);
         INSERT INTO pass (id, board, kind, page, deepest, n_torn, n_quiet, started_at, ended_at, end_word)
           VALUES (1, 1, 'full', 1, 1, 0, 0, 1000, 2000, 'complete');
         INSERT INTO gap (board, pass, page, reason, note, opened_at) VALUES (1, 1, 4, 'unread', 'a page', 1500);
         INSERT INTO article (id, board, key, engine_id, url, found_url, state, listed_title, title, secret, first_seen_at,
             last_seen_at, visited_at, fetched_at, n_revisions, posted_at, posted_precision, posted_text, gone_at)
           VALUES (1, 1, 'board.example/11', '11', 'http://board.example/news/11', 'http://board.example/news/11', 'stored',
             'edited', 'edited', 0, 1000, 2000, 2000, 2000, 2, 900000, 'minute', '1970.01.01 00:15', NULL),
             (2, 1, 'board.example/12', '12', 'http://board.example/news/12', 'http://board.example/news/12', 'gone',
             'vanished', 'vanished', 0, 1000, 2000, 2000, 1500, 1, NULL, NULL, NULL, 1900);
         INSERT INTO alias VALUES ('http://board.example/index.php?document_srl=11', 1);
         INSERT INTO place (board, article, rank, notice, first_pass, first_seen_at, last_seen_at)
           VALUES (1, 1, 2, 0, 1, 1000, 2000), (1, 2, 1, 0, 1, 1000, 2000);
         INSERT INTO job (board, kind, article, url, priority, due_at, queued_at)
           VALUES (1, 'article', 1, 'http://board.example/news/11', 5, 9000000000000, 2000);
         INSERT INTO comment (id, article, key, page, position, depth, author, text, secret, round, first_seen_at)
           VALUES (1, 1, '31', 1, 0, 0, 'somebody', 'a remark', 0, 1, 1500);
         INSERT INTO comment_before VALUES (1, 1600, 'another remark');
         INSERT INTO count VALUES (1, 1500, 10, 1, 0), (1, 2000, 12, 1, 1);
         INSERT INTO fingerprint (article) VALUES (1), (2);
         INSERT INTO request (host, url, at, status, body_bytes, duration_ms, purpose, allowed_by)
           VALUES ('board.example', 'http://board.example/news', 4102444800000, 200, 9, 1, 'listing', 'robots: no file');
         INSERT INTO event (at, board, article, kind) VALUES (1500, 1, 1, 'stored'), (1900, 1, 2, 'gone');",
    )
    .expect("rows of the first schema");
    for (id, article, number, text) in [
        (1, 1, 1, "first words"),
        (2, 1, 2, "second words"),
        (3, 2, 1, "last words"),
    ] {
        conn.execute(
            "INSERT INTO revision (id, article, number, at, title, text, html, images, attachments, tags, content_hash)
               VALUES (?1, ?2, ?3, 1500, 'a title', ?4, ?5, '[]', '[]', '[]', ?6)",
            rusqlite::params![id, article, number, text, html, hash],
        )
        .expect("a row of the first schema");
    }
    conn.execute(
        "INSERT INTO page (id, hash, body_bytes, body) VALUES (1, ?1, 19, ?2)",
        rusqlite::params![hash, page],
    )
    .expect("a row of the first schema");
    conn.execute_batch(
        "INSERT INTO visit (page, board, article, url, final_url, status, charset, fetched_at)
           VALUES (1, 1, 1, 'http://board.example/news/11', 'http://board.example/news/11', 200, 'UTF-8', 1500);",
    )
    .expect("a row of the first schema");
}

/// What later schemas keep that no crawl brings back: the schema, the table, its row.
const LATER: [(usize, &str, &str); 9] = [
    (4, "schedule", "VALUES (1, '{}', 1500)"),
    (
        5,
        "sighting",
        "(board, pass, page, radar, at) VALUES (1, 1, 1, 0, 4102444800000)",
    ),
    (5, "ledger", "(board, rank_base) VALUES (1, 0)"),
    (6, "learnt_profile", "VALUES ('board.example', '', 1500)"),
    (
        8,
        "health",
        "(board, state, saved_at) VALUES (1, '{}', 1500)",
    ),
    (9, "fit", "(board, history) VALUES (1, '[]')"),
    (
        9,
        "repair",
        "(board, at, old_name, name, text, offered, finding, proof) VALUES (1, 1500, 'a', 'b', '', 0, 'x', '{}')",
    ),
    (13, "notifier", "(name, last_event) VALUES ('desk', 1)"),
    (
        13,
        "message",
        "(notifier, key, events, made_at) VALUES ('desk', 'k', '[]', 1500)",
    ),
];

fn add_later_rows(path: &Path, n_migrations: usize) {
    let conn = Connection::open(path).expect("it is there");
    for (since, table, row) in LATER {
        if since <= n_migrations {
            conn.execute(&format!("INSERT INTO {table} {row}"), [])
                .unwrap_or_else(|error| panic!("schema {n_migrations}: {table}: {error}"));
        }
    }
}

fn has_later_rows(path: &Path, n_migrations: usize) {
    let conn = Connection::open(path).expect("it is there");
    for (since, table, _) in LATER {
        let n: i64 = conn
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })
            .expect("the table is there");
        assert!(
            n == 1 || since > n_migrations,
            "schema {n_migrations}: {n} rows of {table}"
        );
    }
}

const KEPT: [&str; 17] = [
    "board",
    "host",
    "pass",
    "gap",
    "article",
    "alias",
    "place",
    "job",
    "comment",
    "comment_before",
    "count",
    "revision",
    "page",
    "visit",
    "request",
    "event",
    "fingerprint",
];

fn n_rows(path: &Path) -> Vec<i64> {
    let conn = Connection::open(path).expect("it is there");
    let count = |table: &&str| {
        conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
            row.get(0)
        })
        .expect("the table is there")
    };
    KEPT.iter().map(count).collect()
}

#[test]
fn a_store_of_every_earlier_schema_is_taken_on_with_all_it_holds() {
    let migrations = migrations();
    for n_migrations in 1..=migrations.len() {
        let world = World::new(Engine::Rhymix, 12);
        let path = world.boardwalk.database();
        store_of_schema(&path, n_migrations, &migrations);
        add_later_rows(&path, n_migrations);
        let before = n_rows(&path);
        // An output does not touch it, and says what will.
        if n_migrations < migrations.len() {
            let refused = world.boardwalk.run(&["status"]);
            assert_told(&refused, &["older boardwalk"]);
            assert_eq!(n_rows(&path), before);
        }
        drop(
            SqliteStore::open(&path, OpenMode::ReadWrite, StoreOptions::default())
                .expect("a store of an earlier schema"),
        );
        let after = n_rows(&path);
        for ((table, before), after) in KEPT.iter().zip(before).zip(after) {
            assert_eq!(after, before, "schema {n_migrations}: rows of {table}");
        }
        has_later_rows(&path, n_migrations);
        let stored = world.boardwalk.export();
        assert_eq!(stored.len(), 2, "schema {n_migrations}");
        let by_key = |key: &str| {
            stored
                .iter()
                .find(|article| article["key"] == key)
                .unwrap_or_else(|| panic!("schema {n_migrations}: no {key}"))
        };
        let (edited, gone) = (by_key("board.example/11"), by_key("board.example/12"));
        assert_eq!(edited["text"], "second words", "schema {n_migrations}");
        assert_eq!(edited["revision_count"], 2, "schema {n_migrations}");
        assert_eq!(
            edited["comments"][0]["text"], "a remark",
            "schema {n_migrations}"
        );
        assert_eq!(
            edited["posted_at"], "1970-01-01T00:15:00Z",
            "schema {n_migrations}"
        );
        assert_eq!(
            (&gone["state"], &gone["text"]),
            (&"gone".into(), &"last words".into()),
            "schema {n_migrations}"
        );
        let shown = world.boardwalk.run(&["show", "1"]).expect_code(0);
        assert!(
            shown.stdout.contains("second words"),
            "schema {n_migrations}: {shown}"
        );
        let found = world.boardwalk.run(&["search", "second"]).expect_code(0);
        assert!(
            found.stdout.contains("edited"),
            "schema {n_migrations}: {found}"
        );
        if n_migrations < migrations.len() {
            let copy = world
                .boardwalk
                .folder()
                .join(format!("test.db.schema-{n_migrations}"));
            assert!(copy.exists(), "the store of before was copied");
        }
    }
}
