//! The queue, passes and hosts.

use boardwalk::model::*;
use boardwalk::store::{Archive, SavedSchedule, Store, StoreError, StoredRobots};
use jiff::SignedDuration;

use crate::support::*;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

pub async fn a_board_is_registered_once<P: Place>(place: P) {
    let store = place.open();
    let first = store
        .register_board(new_board("news", HOST), start())
        .await
        .unwrap();
    let mut changed = new_board("renamed", HOST);
    changed.key = first.key.clone();
    changed.profile = "gnuboard5".into();
    changed.url = url("/?mid=news");
    let again = store.register_board(changed, start()).await.unwrap();
    assert_eq!(again.id, first.id);
    assert_eq!(again.name, "news", "a name once given is kept");
    assert_eq!(again.profile, "gnuboard5");
    assert_eq!(again.url, url("/?mid=news"));
    assert_eq!(store.boards().await.unwrap(), [again]);
}

/// Also where the board that it turns out to be is held already.
pub async fn a_stranger_that_is_recognised_is_one_board<P: Place>(place: P) {
    let store = place.open();
    let stranger = |address: &url::Url| NewBoard::stranger(address, HOST.into(), None);
    let (first, second) = (url("/news?page=3"), url("/news?page=7"));
    let met = store.register_board(stranger(&first), start()).await;
    let news = new_board("news", HOST);
    store.recognised(first, news.clone()).await.unwrap();
    let known = store.register_board(news.clone(), start()).await.unwrap();
    assert_eq!(known.id, met.unwrap().id);
    assert_eq!((&known.name, &known.key), (&news.name, &news.key));

    let met = store.register_board(stranger(&second), start()).await;
    assert_ne!(met.unwrap().id, known.id);
    store.recognised(second, news).await.unwrap();
    assert_eq!(store.boards().await.unwrap(), [known]);
}

pub async fn a_taken_name_gets_the_host_before_it<P: Place>(place: P) {
    let store = place.open();
    for (host, name) in [("a.test", "news"), ("b.test", "b.test/news")] {
        let board = store.register_board(new_board("news", host), start());
        assert_eq!(board.await.unwrap().name, name);
    }
}

pub async fn a_hosts_boards_are_those_of_no_other<P: Place>(place: P) {
    let store = place.open();
    let mut of_host = Vec::new();
    for (host, name) in [
        ("a.test", "news"),
        ("a.test:8080", "others"),
        ("a.tests", "strangers"),
        ("aa.test", "more"),
        ("a.test", "art"),
    ] {
        let board = store.register_board(new_board(name, host), start());
        let board = board.await.unwrap();
        if host == "a.test" {
            of_host.push(board);
        }
    }
    for address in [
        "https://a.test/who?page=2",
        "http://a.test:8080/who",
        "https://a.tests/",
    ] {
        let address: url::Url = address.parse().unwrap();
        let host = boardwalk::fetch::host_key(&address);
        let board = store.register_board(NewBoard::stranger(&address, host, None), start());
        let board = board.await.unwrap();
        if address.host_str() == Some("a.test") && address.port().is_none() {
            of_host.push(board);
        }
    }
    assert_eq!(store.boards_on("a.test").await.unwrap(), of_host);
    assert_eq!(store.boards_on("test").await.unwrap(), []);
}

pub async fn jobs_come_by_priority_then_due_time_then_age<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.list(vec![row("3"), row("2"), row("1")]).await;
    // The second page is queued and goes before the articles of the first.
    let jobs = bench.claim(10).await;
    assert!(matches!(jobs[0].kind, JobKind::Listing { page: 2, .. }));
    let paths: Vec<_> = jobs[1..].iter().map(|job| job.url.path()).collect();
    assert_eq!(paths, ["/news/3", "/news/2", "/news/1"]);
    assert_eq!(
        jobs[1].referer.as_ref().map(|url| url.as_str()),
        Some("http://board.test/news?page=1"),
        "articles are asked for from the page that lists them"
    );
    for job in &jobs {
        bench.store.release(job);
    }
    // An article put off comes after the others.
    let later = Outcome::Retry {
        due_at: bench.now + MINUTE * 2,
        error: "timeout".into(),
        counts: true,
    };
    bench.settle(&jobs[1], later).await;
    bench.now += MINUTE * 5;
    let jobs = bench.claim(10).await;
    let paths: Vec<_> = jobs[1..].iter().map(|job| job.url.path()).collect();
    assert_eq!(paths, ["/news/2", "/news/1", "/news/3"]);
}

pub async fn a_claimed_job_is_given_out_once<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.list(vec![row("2"), row("1")]).await;
    let first = bench.claim(2).await;
    let rest = bench.claim(10).await;
    assert_eq!((first.len(), rest.len()), (2, 1));
    assert!(bench.claim(10).await.is_empty());
    let (host, boards) = (HOST, [bench.board.id]);
    assert_eq!(bench.store.next_due(host, &boards).await.unwrap(), None);
    bench.store.release(&first[1]);
    assert_eq!(
        bench.store.next_due(host, &boards).await.unwrap(),
        Some(bench.now),
        "queued by the last visit, due at once"
    );
    assert_eq!(bench.claim(10).await, [first[1].clone()]);
}

pub async fn a_claim_dies_with_its_process<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.list(vec![row("2"), row("1")]).await;
    let claimed = bench.claim(10).await;
    assert_eq!(claimed.len(), 3);
    drop(bench.store);
    bench.store = bench.place.open();
    assert_eq!(bench.claim(10).await, claimed);
    assert_eq!(bench.store.n_queued(bench.board.id).await.unwrap(), (1, 2));
    let pass = bench.store.open_pass(bench.board.id).await.unwrap();
    assert_eq!(pass.map(|pass| pass.id), Some(bench.pass));
}

pub async fn claims_keep_to_their_host_and_boards<P: Place>(place: P) {
    let bench = Bench::new(place).await;
    let other = bench
        .store
        .register_board(new_board("free", "other.test"), start())
        .await
        .unwrap();
    let first = move |pass| listing_job(other.id, pass, 1, start());
    bench
        .store
        .begin_pass(
            other.id,
            walk(PassKind::Full),
            first,
            again(start()),
            start(),
        )
        .await
        .unwrap();
    let both = [bench.board.id, other.id];
    let claim = |host: &'static str, boards: Vec<BoardId>, now| {
        let store = bench.store.clone();
        async move { store.claim(host, &boards, now, 10).await.unwrap() }
    };
    assert!(claim(HOST, vec![other.id], start()).await.is_empty());
    assert!(claim(HOST, vec![], start()).await.is_empty());
    assert!(
        claim(HOST, both.to_vec(), start() - MINUTE)
            .await
            .is_empty(),
        "not due yet"
    );
    let jobs = claim(HOST, both.to_vec(), start()).await;
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].board, bench.board.id);
}

pub async fn a_job_put_off_waits_and_counts_its_tries<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    for (counts, attempts) in [(true, 1), (false, 1), (true, 2)] {
        let job = bench.next().await.unwrap();
        let due_at = bench.now + MINUTE * 10;
        let retry = Outcome::Retry {
            due_at,
            error: "503".into(),
            counts,
        };
        let settled = bench.settle(&job, retry).await;
        assert_eq!(settled, Settled::default());
        assert_eq!(bench.next().await, None);
        let next_due = bench.store.next_due(HOST, &[bench.board.id]).await.unwrap();
        assert_eq!(next_due, Some(due_at));
        bench.now = due_at;
        let again = bench.next().await.unwrap();
        assert_eq!((again.id, again.attempts), (job.id, attempts));
        bench.store.release(&again);
    }
}

pub async fn a_listing_that_does_not_answer_is_told_of_until_it_does<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let trouble = |bench: &Bench<P>| bench.place.archive().boards().unwrap().remove(0).trouble;
    assert_eq!(trouble(&bench), None);
    let job = bench.next().await.unwrap();
    let retry = Outcome::Retry {
        due_at: bench.now + MINUTE,
        error: "no connection".into(),
        counts: false,
    };
    bench.settle(&job, retry).await;
    let told = trouble(&bench).expect("its operator is told");
    assert!(told.ends_with(": no connection"), "{told}");
    bench.now += MINUTE;
    let job = bench.next().await.unwrap();
    bench
        .settle(&job, listing(bench.pass, vec![row("1")]))
        .await;
    assert_eq!(trouble(&bench), None);
}

pub async fn what_is_said_to_be_gone_is_remembered_until_it_is_settled<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let listed = bench.next().await.unwrap();
    bench
        .settle(&listed, listing(bench.pass, vec![row("1")]))
        .await;
    let board = bench.board.id;
    assert_eq!(bench.store.unconfirmed(board).await.unwrap(), (0, None));
    let (job, of) = bench.next_article().await;
    assert_eq!(job.said_gone_at, None);
    let mut first_at = None;
    for n in 1..=2 {
        let due_at = bench.now + MINUTE * 10 * n;
        let said = Outcome::SaidGone {
            due_at,
            reason: "404".into(),
        };
        assert_eq!(bench.settle(&job, said).await, Settled::default());
        first_at.get_or_insert(bench.now);
        assert_eq!(
            bench.store.unconfirmed(board).await.unwrap(),
            (1, Some(due_at))
        );
        bench.now = due_at;
    }
    let (again, _) = bench.next_article().await;
    assert_eq!((again.id, again.attempts), (job.id, 0));
    assert_eq!(again.said_gone_at, first_at, "the first time counts");
    assert_eq!(
        bench.store.target(of).await.unwrap().state,
        ArticleState::Pending
    );
    let gone = state(of, ArticleState::Gone, "404");
    bench.settle(&again, gone).await;
    assert_eq!(bench.store.unconfirmed(board).await.unwrap(), (0, None));
}

pub async fn a_settled_job_is_gone_and_settling_it_again_changes_nothing<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let job = bench.next().await.unwrap();
    let settled = bench
        .settle(&job, listing(bench.pass, vec![row("1")]))
        .await;
    assert_eq!((settled.n_new, settled.n_queued), (1, 1));
    let (records, report) = (bench.records(), bench.report().await);
    let again = bench
        .settle(&job, listing(bench.pass, vec![row("1"), row("2")]))
        .await;
    assert_eq!(again, Settled::default());
    assert_eq!(bench.records(), records);
    assert_eq!(bench.report().await, report);
    let (_, of) = bench.next_article().await;
    assert_eq!(bench.store.target(of).await.unwrap().key, key("1"));
}

pub async fn a_settlement_that_fails_leaves_nothing<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let job = bench.next().await.unwrap();
    // The rows are fine; the next page's job belongs to a board that is not there.
    let mut outcome = listing(bench.pass, vec![row("2"), row("1")]);
    if let Outcome::Listing { next, .. } = &mut outcome {
        *next = Some(listing_job(BoardId(999), bench.pass, 2, bench.now));
    }
    let failed = bench.store.settle(bench.settlement(&job, outcome)).await;
    assert!(matches!(failed, Err(StoreError::Sql { .. })), "{failed:?}");
    assert_eq!(bench.records(), []);
    assert_eq!(bench.report().await, PassReport::default());
    assert_eq!(bench.store.n_queued(bench.board.id).await.unwrap(), (1, 0));
    assert!(bench.claim(10).await.is_empty(), "still claimed");
    bench.store.release(&job);
    let settled = bench.list(vec![row("2"), row("1")]).await;
    assert_eq!(settled.n_new, 2);
}

pub async fn a_second_pass_cannot_be_open<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let second = bench.store.begin_pass(
        bench.board.id,
        walk(PassKind::Full),
        bench.first_job(),
        again(start()),
        start(),
    );
    assert!(second.await.is_err());
    bench.end_pass(PassEnd::CaughtUp).await;
    assert_eq!(bench.store.open_pass(bench.board.id).await.unwrap(), None);
    let last = bench.store.last_pass(bench.board.id, false).await.unwrap();
    assert_eq!(last.as_ref().map(|pass| pass.id), Some(bench.pass));
    assert_eq!(last.and_then(|pass| pass.end), Some(PassEnd::CaughtUp));
    // It was full, but it did not come to the end.
    assert_eq!(
        bench.store.last_pass(bench.board.id, true).await.unwrap(),
        None
    );
    bench.begin(PassKind::Full).await;
    bench.end_pass(PassEnd::Complete).await;
    let full = bench.pass;
    bench.begin(PassKind::Incremental).await;
    bench.end_pass(PassEnd::Complete).await;
    let last = bench.store.last_pass(bench.board.id, true).await.unwrap();
    assert_eq!(last.map(|pass| pass.id), Some(full));
}

pub async fn a_new_pass_tries_failures_and_old_restricted_ones_again<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let states = [
        ("5", ArticleState::Failed),
        ("4", ArticleState::Restricted),
        ("3", ArticleState::Gone),
    ];
    bench
        .list(states.iter().map(|(id, _)| row(id)).collect())
        .await;
    for (_, to) in states {
        let (job, of) = bench.next_article().await;
        bench.settle(&job, state(of, to, "told so")).await;
    }
    bench.end_pass(PassEnd::Complete).await;
    let urls = |jobs: Vec<Job>| -> Vec<String> {
        jobs.iter().map(|job| job.url.path().to_owned()).collect()
    };
    // Restricted ones were looked at minutes ago; the bench asks for those older than a day.
    bench.begin(PassKind::Incremental).await;
    assert_eq!(urls(bench.claim(10).await), ["/news", "/news/5"]);
    drop(bench.store);
    bench.store = bench.place.open();
    bench.end_pass(PassEnd::Complete).await;
    bench.now += SignedDuration::from_hours(48);
    bench.begin(PassKind::Incremental).await;
    assert_eq!(urls(bench.claim(10).await), ["/news", "/news/5", "/news/4"]);
}

pub async fn a_stopped_pass_loses_its_listing_jobs_only<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    bench.list(vec![row("1")]).await;
    bench
        .store
        .stop_pass(bench.pass, "430: blocked".into(), bench.now)
        .await
        .unwrap();
    assert_eq!(bench.store.n_queued(bench.board.id).await.unwrap(), (0, 1));
    let pass = bench.store.pass(bench.pass).await.unwrap();
    assert_eq!(pass.end, Some(PassEnd::Stopped));
    assert_eq!(pass.ended_at, Some(bench.now));
    let boards = bench.place.archive().boards().unwrap();
    assert_eq!(boards[0].trouble.as_deref(), Some("430: blocked"));
}

pub async fn a_pause_is_never_shortened<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let until = bench.now + MINUTE * 60;
    for (pause_until, reason) in [
        (until, "429"),
        (until - MINUTE, "a late 200"),
        (until, "the same again"),
    ] {
        let job = bench.next().await.unwrap();
        let retry = Outcome::Retry {
            due_at: bench.now,
            error: "429".into(),
            counts: false,
        };
        let mut settlement = bench.settlement(&job, retry);
        settlement.pause = Some(HostPause {
            host: HOST.into(),
            until: pause_until,
            reason: reason.into(),
        });
        bench.store.settle(settlement).await.unwrap();
        bench.now += MINUTE;
    }
    drop(bench.store);
    bench.store = bench.place.open();
    let host = bench.store.host(HOST).await.unwrap().unwrap();
    assert_eq!(host.paused_until, Some(until));
    assert_eq!(host.pause_reason.as_deref(), Some("429"));
    assert_eq!(bench.store.host("unknown.test").await.unwrap(), None);
}

pub async fn robots_files_are_kept<P: Place>(place: P) {
    let store = place.open();
    for body in ["User-agent: *\nDisallow: /admin\n", ""] {
        let robots = StoredRobots {
            status: 200,
            body: body.into(),
            fetched_at: start(),
        };
        store
            .save_robots(HOST, robots.clone(), vec![receipt("/robots.txt", start())])
            .await
            .unwrap();
        let host = store.host(HOST).await.unwrap().unwrap();
        assert_eq!(host.robots, Some(robots));
        assert_eq!(host.paused_until, None);
    }
}

pub async fn the_schedule_is_kept<P: Place>(place: P) {
    let mut bench = Bench::new(place).await;
    let store = bench.store.clone();
    assert_eq!(store.schedule().await.unwrap(), SavedSchedule::default());
    let kept = |planner: Option<&str>, state: &str| SavedSchedule {
        planner: planner.map(str::to_owned),
        boards: [(bench.board.id, state.to_owned())].into(),
    };
    store
        .save_schedule(kept(Some("{}"), "[1]"), start())
        .await
        .unwrap();
    store
        .save_schedule(kept(None, "[2]"), start())
        .await
        .unwrap();
    let found = store.schedule().await.unwrap();
    assert_eq!(found, kept(Some("{}"), "[2]"), "what is not named stays");
    assert_eq!(bench.place.archive().schedule().unwrap(), found);

    // Only passes that have ended tell how many posts there were; the oldest comes first.
    bench.end_pass(PassEnd::CaughtUp).await;
    let first = bench.pass;
    bench.now += MINUTE;
    bench.begin(PassKind::Incremental).await;
    let board = bench.board.id;
    let passes = store.last_passes(board, 10).await.unwrap();
    assert_eq!(
        passes.iter().map(|pass| pass.id).collect::<Vec<_>>(),
        [first]
    );
    bench.end_pass(PassEnd::CaughtUp).await;
    let passes = bench.place.archive().last_passes(board, 10).unwrap();
    assert_eq!(passes.len(), 2);
    assert_eq!(passes[0].id, first);
    let newest = store.last_passes(board, 1).await.unwrap();
    assert_eq!(newest[0].id, passes[1].id);
}
