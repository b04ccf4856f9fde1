//! Where pages are read. Ordinary ones where their visit runs, since handing one to another thread and back costs a good
//! part of reading it; large ones in turn ([`store::in_turn`](crate::store::in_turn)): a tree takes many times the room of its
//! text.

/// Bytes of a page that is read on the spot: three milliseconds' work at most. Nobody waits longer for a thread of the
/// runtime, and pages of boards seldom have more.
const ORDINARY: usize = 128 * 1024;

/// Runs a pure reading of a page of so many bytes. Nobody is to be asked or waited for in it.
///
/// # Panics
/// Where `read` does: a bug to be seen.
pub(super) async fn read_page<T: Send + 'static>(
    body_bytes: usize,
    read: impl FnOnce() -> T + Send + 'static,
) -> T {
    match body_bytes <= ORDINARY {
        true => read(),
        false => in_turn(read).await,
    }
}

/// Runs a pure reading of a page when its turn comes, like [`read_page`].
pub(super) async fn in_turn<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> T {
    crate::store::in_turn(read)
        .await
        .expect("parsers are pure and do not panic; a panic here is a bug to be seen")
}
