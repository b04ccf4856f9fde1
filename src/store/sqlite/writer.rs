//! The one thread that writes. In: tasks, through a bounded channel. Out: their answers, after the commit.
//!
//! What is queued when the thread comes round is committed as one group, so that the price of a durable commit (the
//! disk's flush, and writing pages that nearly all tasks change) is shared. A settlement waits a moment for those
//! that were announced. A task that fails takes nothing of the others with it, and nothing of itself stays: each runs in a
//! savepoint of its own, but for settlements in a row, which can be run again. They share one, since SQLite keeps a copy of
//! each page that is changed after one; should one of them fail, all are undone, and each is run by itself. Tasks that
//! only look need none and come last, so that they do not part the settlements; a group of such is no more than a view of
//! the file.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, ffi};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{guard, schema, sql_error};
use crate::store::{Answer, StoreError};

/// Tasks in one transaction. More would only delay the first one's answer.
const MAX_GROUP: usize = 64;

/// Tasks that wait. With several boards in flight a few dozen visits are settled at once; beyond that the crawl
/// waits for the disk.
const MAX_QUEUED: usize = 64;

/// The longest that a settlement waits for others that were announced. Nobody notices it beside a request.
const GATHERING: Duration = Duration::from_millis(25);

/// Groups after which the cache is fitted to the file.
const FIT_EVERY: u32 = 256;

/// Done once in a transaction, in place of as often as there are tasks.
pub(super) type Finish = fn(&Connection) -> rusqlite::Result<()>;

/// What a task is to the others of its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It changes nothing, whatever comes. It may see what was asked for after it.
    Look,
    Change,
    /// A change that ends the visit of a claimed job.
    Settlement,
}

/// A piece of work for the writer's connection.
trait Task: Send {
    fn kind(&self) -> Kind;
    /// Does the work; the answer is kept back. `false`: it failed, and what it wrote must go. A settlement may be asked again
    /// once all that it wrote is gone.
    fn run(&mut self, conn: &Connection) -> bool;
    /// Gives the answer. `lost` is why the transaction around it came to nothing, if it did.
    fn answer(self: Box<Self>, lost: Option<&rusqlite::Error>);
}

struct Call<T, W, C> {
    kind: Kind,
    work: W,
    on_commit: C,
    result: Option<Answer<T>>,
    reply: oneshot::Sender<Answer<T>>,
    /// Its place in the queue.
    _place: OwnedSemaphorePermit,
}

impl<T, W, C> Task for Call<T, W, C>
where
    T: Send,
    W: FnMut(&Connection) -> Answer<T> + Send,
    C: FnOnce() + Send,
{
    fn kind(&self) -> Kind {
        self.kind
    }

    fn run(&mut self, conn: &Connection) -> bool {
        self.result = Some((self.work)(conn));
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, lost: Option<&rusqlite::Error>) {
        let answer = match (self.result, lost) {
            (Some(Ok(value)), None) => {
                (self.on_commit)();
                Ok(value)
            }
            (Some(Err(error)), _) => Err(error),
            (_, Some(error)) => Err(sql_error("committing", copy_of(error))),
            (None, None) => Err(StoreError::Closed),
        };
        // Nobody waits any more: the work is done all the same.
        let _ = self.reply.send(answer);
    }
}

/// The handle of the writing thread. Dropping it lets the queued tasks run, then closes the connection.
pub(super) struct Writer {
    inbox: Arc<Inbox>,
    /// Free places in the queue.
    places: Arc<Semaphore>,
    /// Calls that are not answered yet.
    n_waiting: AtomicUsize,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// `finish` is the last that is done in each transaction that may have changed something.
    pub(super) fn start(conn: Connection, finish: Finish) -> std::io::Result<Self> {
        let inbox = Arc::<Inbox>::default();
        let tasks = Arc::clone(&inbox);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || write(conn, finish, &tasks))?;
        Ok(Self {
            inbox,
            places: Arc::new(Semaphore::new(MAX_QUEUED)),
            n_waiting: AtomicUsize::new(0),
            thread: Some(thread),
        })
    }

    /// Runs `work` in a transaction and answers when it is on the disk. `on_commit` runs on the writer's thread,
    /// after the commit and before any later task.
    ///
    /// A caller that stops waiting does not stop the work.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Answer<T> + Send + 'static,
        on_commit: impl FnOnce() + Send + 'static,
    ) -> Answer<T> {
        self.send(Kind::Change, once(work), on_commit).await
    }

    /// Like [`Writer::call`], for what follows from the visit of a claimed job. The work may be done more than once, each time
    /// as if it had not been done before.
    pub(super) async fn settle<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> Answer<T> + Send + 'static,
        on_commit: impl FnOnce() + Send + 'static,
    ) -> Answer<T> {
        self.send(Kind::Settlement, work, on_commit).await
    }

    /// Runs `work`, which must not change anything, where no other task can change anything meanwhile: it sees all that
    /// was asked for before it, and perhaps some of what was asked for since.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        self.send(Kind::Look, once(work), || ()).await
    }

    async fn send<T: Send + 'static>(
        &self,
        kind: Kind,
        work: impl FnMut(&Connection) -> Answer<T> + Send + 'static,
        on_commit: impl FnOnce() + Send + 'static,
    ) -> Answer<T> {
        let _waiting = Waiting::among(&self.n_waiting);
        let (reply, answer) = oneshot::channel();
        let place = Arc::clone(&self.places).acquire_owned().await;
        let call = Call {
            kind,
            work,
            on_commit,
            result: None,
            reply,
            _place: place.map_err(|_| StoreError::Closed)?,
        };
        self.inbox.put(Box::new(call));
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

impl Writer {
    /// See [`Store::announce`](crate::store::Store::announce).
    pub(super) fn announce(&self) -> impl Send + Sync + 'static {
        self.inbox.n_announced.fetch_add(1, Ordering::Relaxed);
        Coming(Arc::clone(&self.inbox))
    }

    /// Callers that wait for their work to be on the disk.
    pub(super) fn n_waiting(&self) -> usize {
        self.n_waiting.load(Ordering::Relaxed)
    }
}

/// Work that nobody asks for again.
fn once<T>(
    work: impl FnOnce(&Connection) -> Answer<T> + Send + 'static,
) -> impl FnMut(&Connection) -> Answer<T> + Send + 'static {
    let mut work = Some(work);
    move |conn| match work.take() {
        Some(work) => work(conn),
        None => Err(StoreError::Closed),
    }
}

/// A settlement that is announced, as long as this lives.
struct Coming(Arc<Inbox>);

impl Drop for Coming {
    fn drop(&mut self) {
        self.0.n_announced.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One caller more, as long as it lives.
struct Waiting<'w>(&'w AtomicUsize);

impl<'w> Waiting<'w> {
    fn among(n_waiting: &'w AtomicUsize) -> Self {
        n_waiting.fetch_add(1, Ordering::Relaxed);
        Self(n_waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.inbox.close();
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has answered nobody; there is nothing left to do here.
            let _ = thread.join();
        }
    }
}

/// Tasks on their way to the thread. It is woken for a group, not for each of its tasks: on a machine of few cores it would
/// else take turns with those that ask.
#[derive(Default)]
struct Inbox {
    queue: Mutex<Queue>,
    /// Told when the thread has something to do.
    ready: Condvar,
    n_announced: AtomicUsize,
}

#[derive(Default)]
struct Queue {
    tasks: VecDeque<Box<dyn Task>>,
    n_settlements: usize,
    is_closed: bool,
}

impl Inbox {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("no holder of this lock panics")
    }

    fn put(&self, task: Box<dyn Task>) {
        let mut queue = self.queue();
        if queue.is_closed {
            // Whoever waits for its answer learns that there will be none.
            return;
        }
        queue.n_settlements += usize::from(task.kind() == Kind::Settlement);
        queue.tasks.push_back(task);
        // The first begins the thread's waiting for others.
        let wakes = queue.tasks.len() == 1 || !self.may_wait(&queue);
        drop(queue);
        if wakes {
            self.ready.notify_one();
        }
    }

    fn close(&self) {
        self.queue().is_closed = true;
        self.ready.notify_one();
    }

    /// Whether a settlement is among the tasks, and others were announced.
    fn may_wait(&self, queue: &Queue) -> bool {
        queue.n_settlements > 0
            && self.n_announced.load(Ordering::Relaxed) > queue.n_settlements
            && queue.tasks.len() < MAX_GROUP
            && !queue.is_closed
    }

    /// What is queued, as soon as it is worth a commit. Empty: nothing will come any more.
    fn take(&self) -> Vec<Box<dyn Task>> {
        let queue = self
            .ready
            .wait_while(self.queue(), |queue| {
                queue.tasks.is_empty() && !queue.is_closed
            })
            .expect("no holder of this lock panics");
        let (mut queue, _) = self
            .ready
            .wait_timeout_while(queue, GATHERING, |queue| self.may_wait(queue))
            .expect("no holder of this lock panics");
        let n_taken = queue.tasks.len().min(MAX_GROUP);
        let mut group: Vec<_> = queue.tasks.drain(..n_taken).collect();
        group.sort_by_key(|task| task.kind() == Kind::Look);
        let settlements = group.iter().filter(|task| task.kind() == Kind::Settlement);
        queue.n_settlements -= settlements.count();
        group
    }
}

/// Turns away what comes when the thread has ended, in whatever way.
struct Open<'i>(&'i Inbox);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        queue.is_closed = true;
        let left = std::mem::take(&mut queue.tasks);
        drop(queue);
        drop(left);
    }
}

fn write(conn: Connection, finish: Finish, inbox: &Inbox) {
    let _open = Open(inbox);
    let place = Place::of(&conn);
    let mut n_groups = 0_u32;
    loop {
        let mut group = inbox.take();
        if group.is_empty() {
            break;
        }
        let lost = match place.holds() {
            true => commit_group(&conn, finish, &mut group).err(),
            false => Some(file_gone()),
        };
        for task in group {
            task.answer(lost.as_ref());
        }
        n_groups = n_groups.wrapping_add(1);
        if n_groups.is_multiple_of(FIT_EVERY) {
            // A comfort: with another cache it is only slower.
            let _ = schema::fit_cache(&conn);
        }
    }
    // Statistics for the planner, and an empty journal. Both are comforts: the file is whole without them.
    let _ = conn.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
}

/// Which file the connection has open. One that is deleted or replaced under it can still be written, for nobody: what is
/// committed there is gone when the connection is closed.
struct Place(Option<(PathBuf, (u64, u64))>);

impl Place {
    fn of(conn: &Connection) -> Self {
        let path = conn
            .path()
            .filter(|path| !path.is_empty())
            .map(PathBuf::from);
        Self(path.and_then(|path| guard::file_number(&path).map(|number| (path, number))))
    }

    fn holds(&self) -> bool {
        let Self(Some((path, number))) = self else {
            return true;
        };
        guard::file_number(path).as_ref() == Some(number)
    }
}

fn file_gone() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        ffi::Error::new(ffi::SQLITE_READONLY_DBMOVED),
        Some(
            "its file was deleted or replaced under the running crawl; put it back, or start anew"
                .into(),
        ),
    )
}

fn commit_group(
    conn: &Connection,
    finish: Finish,
    group: &mut [Box<dyn Task>],
) -> rusqlite::Result<()> {
    let only_looks = group.iter().all(|task| task.kind() == Kind::Look);
    let begin = match only_looks {
        // Else each of their queries would lock the file, and give it free, by itself.
        true => "BEGIN",
        false => "BEGIN IMMEDIATE",
    };
    run(conn, begin)?;
    let done = run_group(conn, group)
        .and_then(|()| if only_looks { Ok(()) } else { finish(conn) })
        .and_then(|()| run(conn, "COMMIT"));
    if done.is_err() && !conn.is_autocommit() {
        let _ = run(conn, "ROLLBACK");
    }
    done
}

/// Begins, marks and ends come with each visit: they are not parsed each time.
pub(super) fn run(conn: &Connection, statement: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(statement)?.execute([]).map(drop)
}

fn run_group(conn: &Connection, group: &mut [Box<dyn Task>]) -> rusqlite::Result<()> {
    let mut rest = group;
    let mut is_first = true;
    while let Some(kind) = rest.first().map(|task| task.kind()) {
        let settlements = rest
            .iter()
            .take_while(|task| task.kind() == Kind::Settlement);
        let n_together = settlements.count().max(1);
        let (tasks, others) = rest.split_at_mut(n_together);
        rest = others;
        if kind == Kind::Look {
            tasks[0].run(conn);
            continue;
        }
        let is_done = run_marked(conn, tasks, is_first)?;
        is_first = false;
        if !is_done && n_together > 1 {
            for task in tasks {
                run_marked(conn, std::slice::from_mut(task), false)?;
            }
        }
    }
    Ok(())
}

/// Runs tasks up to the first that fails. `false`: one did, and nothing stays of any. The first of a transaction need no
/// mark in it.
fn run_marked(
    conn: &Connection,
    tasks: &mut [Box<dyn Task>],
    is_first: bool,
) -> rusqlite::Result<bool> {
    if !is_first {
        run(conn, "SAVEPOINT task")?;
    }
    let is_done = tasks.iter_mut().all(|task| task.run(conn));
    if conn.is_autocommit() {
        // Some failures (a full disk) end the whole transaction: sqlite.org/lang_transaction.html, 3.
        return Err(whole_transaction_lost());
    }
    let undo: &[&str] = match (is_done, is_first) {
        (true, _) => &[],
        (false, true) => &["ROLLBACK", "BEGIN IMMEDIATE"],
        (false, false) => &["ROLLBACK TO task"],
    };
    undo.iter().try_for_each(|statement| run(conn, statement))?;
    if !is_first {
        run(conn, "RELEASE task")?;
    }
    Ok(is_done)
}

fn whole_transaction_lost() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        ffi::Error::new(ffi::SQLITE_ABORT_ROLLBACK),
        Some("another change in the same transaction failed and undid it".into()),
    )
}

/// Errors cannot be cloned, and each of a group's callers is to have one.
fn copy_of(error: &rusqlite::Error) -> rusqlite::Error {
    match error {
        rusqlite::Error::SqliteFailure(code, text) => {
            rusqlite::Error::SqliteFailure(*code, text.clone())
        }
        other => rusqlite::Error::SqliteFailure(
            ffi::Error {
                code: ErrorCode::Unknown,
                extended_code: ffi::SQLITE_ERROR,
            },
            Some(other.to_string()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a file with one table of numbers below 1,000.
    fn writer() -> Writer {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE t (x INTEGER CHECK (x < 1000)) STRICT")
            .unwrap();
        Writer::start(conn, |_| Ok(())).unwrap()
    }

    fn insert(conn: &Connection, x: i64) -> Answer<()> {
        conn.execute("INSERT INTO t VALUES (?1)", [x])
            .map(drop)
            .map_err(|error| sql_error("inserting", error))
    }

    fn add_up(conn: &Connection) -> Answer<i64> {
        conn.query_row("SELECT coalesce(sum(x), 0) FROM t", [], |row| row.get(0))
            .map_err(|error| sql_error("adding up", error))
    }

    async fn sum(writer: &Writer) -> i64 {
        writer.call(add_up, || ()).await.unwrap()
    }

    #[tokio::test]
    async fn a_task_that_fails_leaves_nothing_and_takes_nothing_with_it() {
        let writer = writer();
        let insert_all = |xs: Vec<i64>| {
            writer.call(
                move |conn: &Connection| xs.iter().try_for_each(|x| insert(conn, *x)),
                || (),
            )
        };
        // All three are queued before the writer can have finished the first.
        let (good, bad, also_good) = tokio::join!(
            insert_all(vec![1, 2]),
            insert_all(vec![10, 5000]),
            insert_all(vec![100])
        );
        good.unwrap();
        also_good.unwrap();
        assert!(matches!(bad, Err(StoreError::Sql { .. })));
        assert_eq!(sum(&writer).await, 103);
    }

    #[tokio::test]
    async fn settlements_that_were_announced_share_a_commit() {
        use std::sync::Mutex;
        let writer = writer();
        let said: Arc<Mutex<Vec<&str>>> = Arc::default();
        let settle = |work: &'static str, commit: &'static str| {
            let (doing, done) = (Arc::clone(&said), Arc::clone(&said));
            let work = move |conn: &Connection| {
                doing.lock().unwrap().push(work);
                insert(conn, 1)
            };
            writer.settle(work, move || done.lock().unwrap().push(commit))
        };
        let both = (writer.announce(), writer.announce());
        let (first, second) = tokio::join!(settle("a", "A"), settle("b", "B"));
        first.unwrap();
        second.unwrap();
        assert_eq!(*said.lock().unwrap(), ["a", "b", "A", "B"]);
        // Nobody else is waited for.
        drop(both);
        settle("c", "C").await.unwrap();
        assert_eq!(said.lock().unwrap()[4..], ["c", "C"]);
    }

    #[tokio::test]
    async fn looks_do_not_part_the_settlements_that_they_come_between() {
        let writer = writer();
        let settle = |x: i64| writer.settle(move |conn: &Connection| insert(conn, x), || ());
        let look = || writer.look(add_up);
        let coming = [writer.announce(), writer.announce(), writer.announce()];
        let (first, seen, second, seen_late, third) =
            tokio::join!(settle(1), look(), settle(10), look(), settle(100));
        drop(coming);
        for settled in [first, second, third] {
            settled.unwrap();
        }
        assert_eq!([seen.unwrap(), seen_late.unwrap()], [111, 111]);
    }

    #[tokio::test]
    async fn a_settlement_that_fails_takes_nothing_with_it() {
        let writer = writer();
        let all =
            |xs: [i64; 2]| move |conn: &Connection| xs.iter().try_for_each(|x| insert(conn, *x));
        let settle = |xs| writer.settle(all(xs), || ());
        // All of a group are queued before the writer can have finished the first.
        for before in [None, Some([100_i64, 200])] {
            let coming: Vec<_> = (0..4).map(|_| writer.announce()).collect();
            let first = async {
                match before {
                    Some(xs) => writer.call(all(xs), || ()).await,
                    None => Ok(()),
                }
            };
            let (first, good, bad, also_good, alone) = tokio::join!(
                first,
                settle([1, 2]),
                settle([10, 5000]),
                settle([20, 30]),
                settle([4000, 3])
            );
            drop(coming);
            first.unwrap();
            good.unwrap();
            also_good.unwrap();
            assert!(matches!(bad, Err(StoreError::Sql { .. })));
            assert!(matches!(alone, Err(StoreError::Sql { .. })));
        }
        assert_eq!(sum(&writer).await, 2 * 53 + 300);
    }

    #[tokio::test]
    async fn nobody_waits_for_a_thread_that_has_ended() {
        let writer = Writer::start(Connection::open_in_memory().unwrap(), |_| Ok(())).unwrap();
        let broken = |_: &Connection| -> Answer<()> { panic!("a bug") };
        let whole = |_: &Connection| Ok(());
        // Both are queued before the thread can have ended.
        let (first, second) = tokio::join!(writer.call(broken, || ()), writer.call(whole, || ()));
        assert!(matches!(first, Err(StoreError::Closed)));
        assert!(matches!(second, Ok(()) | Err(StoreError::Closed)));
        let third = writer.call(whole, || ()).await;
        assert!(matches!(third, Err(StoreError::Closed)));
    }

    #[tokio::test]
    async fn a_lost_transaction_is_told_to_everyone_in_it() {
        let writer = writer();
        let end_it = writer.call(
            |conn: &Connection| {
                conn.execute_batch("INSERT INTO t VALUES (1); ROLLBACK")
                    .map_err(|error| sql_error("rolling back", error))
            },
            || panic!("nothing was committed"),
        );
        assert!(matches!(end_it.await, Err(StoreError::Sql { .. })));
        assert_eq!(sum(&writer).await, 0);
    }
}
