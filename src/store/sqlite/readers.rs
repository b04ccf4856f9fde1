//! A few connections that read, beside the one that writes. Queries run on the blocking pool, but for those that look up a row
//! or two: to hand one to another thread and back costs several times what it does. A connection is opened when it is first
//! needed and kept.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::writer::run;
use super::{open_to_read, sql_error};
use crate::store::{Answer, StoreError};

/// Queries at a time. They take well below a millisecond each; four keep two cores busy.
const MAX_CONNECTIONS: usize = 4;

pub(super) struct Readers {
    pool: Arc<Pool>,
    free: Semaphore,
}

struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().expect("no holder of this lock panics")
    }

    fn run<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let idle = self.idle().pop();
        let conn = match idle {
            Some(conn) => conn,
            None => open_to_read(&self.path)?,
        };
        run(&conn, "BEGIN")?;
        let answer = work(&conn)?;
        // A connection whose query failed is not kept, and its transaction ends with it.
        run(&conn, "COMMIT")?;
        self.idle().push(conn);
        Ok(answer)
    }
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            pool: Arc::new(Pool {
                path,
                idle: Mutex::new(Vec::new()),
            }),
            free: Semaphore::new(MAX_CONNECTIONS),
        }
    }

    /// Runs `work` on one view of the store: what is committed meanwhile is not seen by it.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<T> {
        let _permit = self.free.acquire().await.map_err(|_| StoreError::Closed)?;
        let pool = Arc::clone(&self.pool);
        tokio::task::spawn_blocking(move || pool.run(work))
            .await
            .map_err(|_| StoreError::Closed)?
            .map_err(|error| sql_error(doing, error))
    }

    /// Like [`Readers::read`], on the spot: for rows that are found by their number.
    pub(super) async fn look_up<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Answer<T> {
        let _permit = self.free.acquire().await.map_err(|_| StoreError::Closed)?;
        self.pool.run(work).map_err(|error| sql_error(doing, error))
    }
}
