//! `boardwalk show`: one article.

use std::io::Write;

use clap::Args;
use jiff::tz::TimeZone;

use super::outfit::library;
use super::{DatabaseArg, Exit, open_archive};
use crate::config::Options;
use crate::model::ArticleId;
use crate::outputs::show::{Page, choices};
use crate::outputs::stories::{Copy, MAX_DIFFERENCES};
use crate::outputs::{history, json, stories, terminal};
use crate::store::{Archive, ArticleRecord};

/// Show an article: its text, images, attachments and comments
#[derive(Debug, Args)]
pub(super) struct ShowCommand {
    /// Its number in the archive, its key, the board's own number, or any of its URLs
    #[arg(value_name = "ID|URL")]
    article: String,

    #[command(flatten)]
    database: DatabaseArg,

    /// What each revision changed, and how the counts went, instead of the article
    #[arg(long)]
    history: bool,

    /// One JSON line for each article that fits, as in export; with --history, for each revision
    #[arg(long)]
    json: bool,
}

impl ShowCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let database = self.database.or(options);
        let archive = open_archive(&database)?;
        let found = find(archive.as_ref(), &self.article, options)?;
        let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
        if self.json {
            for article in &found {
                match self.history {
                    true => {
                        let revisions = archive.revisions(ArticleId(article.id))?;
                        history::write_json(article, &revisions, &mut out)?;
                    }
                    false => json::write_line(article, &mut out)?,
                }
            }
        }
        match found.as_slice() {
            [] => {
                let what = terminal::line(&self.article);
                anstream::eprintln!("{what} is not in {database}");
                return Ok(Exit::Partial);
            }
            _ if self.json => {}
            [article] if self.history => {
                let id = ArticleId(article.id);
                let (revisions, counts) = (archive.revisions(id)?, archive.counts(id)?);
                let zone = zone_of(article, archive.as_ref(), options)?;
                history::write(article, &revisions, &counts, &zone, &mut out)?;
            }
            [article] => {
                let revisions = match article.revision_count {
                    0 | 1 => Vec::new(),
                    _ => archive.revisions(ArticleId(article.id))?,
                };
                let page = Page {
                    zone: zone_of(article, archive.as_ref(), options)?,
                    columns: terminal::width(),
                };
                page.show(article, &revisions, &mut out)?;
                let copies = copies(article, archive.as_ref())?;
                stories::copies(article, &copies, &page.zone, &mut out)?;
            }
            several => {
                choices(several, &mut out)?;
                anstream::eprintln!(
                    "several articles fit; name one by the first column or the key"
                );
            }
        }
        out.flush()?;
        Ok(Exit::Done)
    }
}

/// An article's copies, the first of those that are not equal with their words.
fn copies(article: &ArticleRecord, archive: &dyn Archive) -> anyhow::Result<Vec<Copy>> {
    let mut n_compared = 0;
    let mut copies = Vec::new();
    for record in archive.copies(ArticleId(article.id))? {
        let mut text = None;
        if record.verdict != "exact" && n_compared < MAX_DIFFERENCES {
            n_compared += 1;
            let mut revisions = archive.revisions(ArticleId(record.id))?;
            text = revisions.pop().map(|newest| newest.text);
        }
        copies.push(Copy { record, text });
    }
    Ok(copies)
}

/// What fits, by the archive's own means; a URL in a form that was never stored by the identity rules of the profiles
/// that read the archive's boards.
fn find(
    archive: &dyn Archive,
    what: &str,
    options: &Options,
) -> anyhow::Result<Vec<ArticleRecord>> {
    let found = archive.find(what)?;
    let Ok(url) = url::Url::parse(what) else {
        return Ok(found);
    };
    if !found.is_empty() {
        return Ok(found);
    }
    let library = library(options)?;
    let mut profiles: Vec<String> = archive
        .boards()?
        .into_iter()
        .map(|board| board.counts.profile)
        .collect();
    profiles.sort_unstable();
    profiles.dedup();
    for profile in profiles.iter().filter_map(|name| library.get(name)) {
        if let Some(article) = profile.identity.article(&url) {
            let found = archive.find(article.key.as_str())?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
    }
    Ok(Vec::new())
}

/// The board's own zone, so that a date that is known to the day is the day the page shows: the configuration's,
/// else that of the profile that reads the board, else that of all boards.
fn zone_of(
    article: &ArticleRecord,
    archive: &dyn Archive,
    options: &Options,
) -> anyhow::Result<TimeZone> {
    let configured = options.board(&article.board);
    if let Some(zone) = configured.and_then(|board| board.timezone.clone()) {
        return Ok(zone);
    }
    let library = library(options)?;
    let boards = archive.boards()?;
    let board = boards
        .iter()
        .find(|board| board.counts.name == article.board);
    let profile = board.and_then(|board| library.get(&board.counts.profile));
    Ok(profile.map_or_else(|| options.zone(), |profile| profile.timezone.clone()))
}
