//! Which articles does a listing page link, rows or not?

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use url::Url;

use crate::document::{Document, Query};
use crate::model::ArticleKey;
use crate::profile::Profile;

/// Articles that are looked up.
const MAX_LINKED: usize = 300;

static LINKS: LazyLock<Query> =
    LazyLock::new(|| Query::parse("a[href]").expect("a constant selector"));

/// By the links in the tree and those, `left_out`, that are not in it. Once each, in no order. `None`: there are more of
/// them than are looked at, and which ones hangs on what was left out.
pub fn linked_articles(
    html: &Document,
    left_out: &[Cow<'_, str>],
    url: &Url,
    profile: &Profile,
) -> Option<Vec<ArticleKey>> {
    let in_tree = LINKS
        .select_in(html)
        .filter_map(|link| link.attr("href").map(Cow::Borrowed));
    let mut seen = HashSet::new();
    let mut keys = HashSet::new();
    let linked: Vec<ArticleKey> = in_tree
        .chain(left_out.iter().cloned())
        .filter(|href| seen.insert(href.trim().to_owned()))
        .filter_map(|href| url.join(href.trim()).ok())
        .filter_map(|url| profile.identity.key_of_article(&url))
        .filter(|key| keys.insert(key.as_str().to_owned()))
        .take(MAX_LINKED)
        .collect();
    (linked.len() < MAX_LINKED || left_out.is_empty()).then_some(linked)
}
