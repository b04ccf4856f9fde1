//! Does a listing page join the walk so far, or may rows between them have been missed?
//!
//! In: the oldest row known to be joined (the edge), and the page read after it. Out: a [`Join`].
//!
//! Rows shift while a board is walked. A post added on top pushes rows to the next page, where they are seen again:
//! an *overlap*. A deletion above pulls rows to the page already read, where they are never seen. Ranks prove the
//! difference: a rank counts the posts from the oldest one, so it falls when an older post vanishes and does not
//! change with anything above. If `m` rows lay between the edge (rank `r`) and the page's first row, that row's
//! rank was `r - 1 - m` and can only have fallen since; hence a first rank of at least `r - 1` proves `m = 0`.
//! (A post that *enters* below the edge can hide a loss; the deeper pass closes that.)

use crate::model::{Edge, ListingPage, Row};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// There is nothing to join to.
    First,
    /// The page repeats the edge, or a row above it by rank.
    Joined,
    /// Ranks say that rows are missing in between.
    Torn,
    /// Neither overlap nor ranks: nothing is proven.
    Unproven,
}

pub(super) fn join(edge: Option<&Edge>, page: &ListingPage) -> Join {
    let Some(edge) = edge else {
        return Join::First;
    };
    if page.ordinary().any(|row| row.key == edge.key) {
        return Join::Joined;
    }
    match (edge.rank, highest_rank(page)) {
        (Some(at), Some(highest)) if highest + 1 >= at => Join::Joined,
        (Some(_), Some(_)) => Join::Torn,
        _ => Join::Unproven,
    }
}

/// The page's oldest ordinary row.
pub(super) fn edge_of(page: &ListingPage) -> Option<Edge> {
    page.ordinary().next_back().map(edge_at)
}

pub(super) fn edge_at(row: &Row) -> Edge {
    Edge {
        key: row.key.clone(),
        rank: row.rank,
    }
}

pub(super) fn highest_rank(page: &ListingPage) -> Option<u64> {
    page.ordinary().filter_map(|row| row.rank).max()
}

/// Equal for pages with the same ordinary rows in the same order.
pub(super) fn digest(page: &ListingPage) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    let mut n_rows = 0;
    for Row { key, .. } in page.ordinary() {
        hasher.update(key.as_str().as_bytes());
        hasher.update(b"\n");
        n_rows += 1;
    }
    (n_rows > 0).then(|| hasher.finalize().to_hex().to_string())
}
