//! Where pages are parsed: on the blocking pool, and no more at a time than there are processors. A tree takes many times
//! the room of its text, and more of them at a time make none ready sooner.

use std::sync::LazyLock;

use tokio::sync::Semaphore;

static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));

/// Runs a pure reading of a page when its turn comes. Nobody is to be asked or waited for in it.
///
/// # Panics
/// Where `read` does: a bug to be seen.
pub(super) async fn in_turn<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> T {
    let _turn = TURNS.acquire().await.expect("it is never closed");
    tokio::task::spawn_blocking(read)
        .await
        .expect("parsers are pure and do not panic; a panic here is a bug to be seen")
}
