//! The files of an article whose profile leaves it to each page to show them.

use std::collections::HashSet;

use url::Url;

use super::PageView;
use super::media::bytes;
use crate::document::{ElementRef, NodeId, Query};
use crate::model::Attachment;
use crate::profile::Profile;
use crate::profile::files::{FLOOR, FileLink, Ground, files_shown};

/// The links that a page shows to be its article's files. None where the profile has rules of its own.
pub(super) fn shown<'a>(view: &PageView<'a>, profile: &Profile, base: &Url) -> Vec<FileLink<'a>> {
    let rules = &profile.attachments;
    if !rules.by_signs {
        return Vec::new();
    }
    let ground = Ground {
        base,
        apart: &apart(view, profile, base),
        known: &rules.link,
        skip: &rules.skip,
    };
    let mut files = files_shown(view.html, &ground);
    files.retain(|file| file.score >= FLOOR);
    files
}

/// The same, as they are kept.
pub(super) fn attachments(files: &[FileLink<'_>]) -> Vec<Attachment> {
    let kept = |file: &FileLink<'_>| Attachment {
        key: file.key.clone(),
        name: file.name.clone(),
        url: file.url.to_string(),
        size: file.size.as_deref().and_then(bytes),
    };
    files.iter().map(kept).collect()
}

/// Comments, and rows of the listing below: files in them are not the article's.
fn apart(view: &PageView<'_>, profile: &Profile, base: &Url) -> HashSet<NodeId> {
    let comments = &profile.comments;
    let mut apart: HashSet<NodeId> = comments
        .item
        .iter()
        .flat_map(|item| {
            item.select_in(view.html)
                .skip(usize::from(comments.article_is_first))
        })
        .map(|item| item.id())
        .collect();
    let rows = profile.listing.rows.iter();
    let rows = rows.flat_map(|rows| rows.select_in(view.html));
    apart.extend(
        rows.filter(|row| links_to_article(*row, profile, base))
            .map(|row| row.id()),
    );
    apart
}

fn links_to_article(row: ElementRef<'_>, profile: &Profile, base: &Url) -> bool {
    let links = |link: &Query| {
        link.select(row).any(|found| {
            let url = found.attr("href").and_then(|href| base.join(href).ok());
            url.is_some_and(|url| profile.identity.key_of_article(&url).is_some())
        })
    };
    profile.listing.link.iter().any(links)
}
