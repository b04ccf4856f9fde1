//! Work that keeps a processor for a while, out of the way of what waits: on the blocking pool, and no more of it at a time
//! than there are processors. Each more would take a thread, and room for its pages, and have none done sooner.

use std::sync::LazyLock;

use tokio::sync::Semaphore;
use tokio::task::JoinError;

static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));

/// Runs `work` when its turn comes. Nobody is to be asked or waited for in it: least of all another turn.
///
/// # Errors
/// Where `work` panics, or the runtime ends before its turn.
pub(crate) async fn in_turn<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    let _turn = TURNS.acquire().await.expect("it is never closed");
    tokio::task::spawn_blocking(work).await
}
