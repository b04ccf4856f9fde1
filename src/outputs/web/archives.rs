//! Connections to the archive for requests: opened when one is needed, a few of them kept.

use std::sync::{Arc, Mutex, MutexGuard};

use crate::outputs::OutputError;
use crate::store::{Archive, StoreError};

/// More requests than this at a time open connections that are not kept.
const MAX_IDLE: usize = 4;

/// Opens one more door to the archive.
pub type OpenArchive =
    dyn Fn() -> Result<Box<dyn Archive + Send>, StoreError> + Send + Sync + 'static;

/// Clones share the connections.
#[derive(Clone)]
pub struct Archives {
    open: Arc<OpenArchive>,
    idle: Arc<Mutex<Vec<Box<dyn Archive + Send>>>>,
}

impl Archives {
    pub fn new(open: Arc<OpenArchive>) -> Self {
        Self {
            open,
            idle: Arc::default(),
        }
    }

    /// Runs `work` on a connection that nobody else has meanwhile. Blocks.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&dyn Archive) -> Result<T, OutputError>,
    ) -> Result<T, OutputError> {
        let idle = self.idle().pop();
        let archive = match idle {
            Some(archive) => archive,
            None => (self.open)()?,
        };
        // A connection whose query failed is not kept.
        let answer = work(archive.as_ref())?;
        let mut idle = self.idle();
        if idle.len() < MAX_IDLE {
            idle.push(archive);
        }
        Ok(answer)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Box<dyn Archive + Send>>> {
        self.idle.lock().expect("no holder of this lock panics")
    }
}
