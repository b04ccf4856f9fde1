//! `boardwalk explain`: how one URL is understood.

use std::io::Write;
use std::sync::Arc;

use clap::Args;
use url::Url;

use super::{DatabaseArg, Exit, open_archive, outfit};
use crate::config::{self, BoardOptions, Database, Options};
use crate::crawl::{Explanation, KnownBy, ListingSummary, explain};
use crate::fetch::host_key;
use crate::listing::RowTrace;
use crate::model::Board;
use crate::outputs::terminal;
use crate::profile::{Library, Profile};
use crate::store::StoreError;

/// Tell how a URL is read: key, robots verdict, pace, profile, and where each field comes from
///
/// Makes one request (and one for robots.txt) and stores nothing.
#[derive(Debug, Args)]
pub(super) struct ExplainCommand {
    /// A listing or an article
    #[arg(value_parser = config::board_url)]
    url: Url,

    /// Board software or profile, where it is not to be recognised
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,

    /// A profile's file to read the page with
    #[arg(long, value_name = "FILE", conflicts_with = "engine")]
    profile: Option<String>,

    #[command(flatten)]
    database: DatabaseArg,

    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

impl ExplainCommand {
    pub(super) fn run(self, mut options: Options) -> anyhow::Result<Exit> {
        let file = self.profile.as_deref();
        let named = file
            .map(|file| outfit::own_profile(&mut options, file))
            .transpose()?
            .or(self.engine.clone());
        let mut library = outfit::library(&options)?;
        let stored = Stored::of(&self.database.or(&options), &mut library);
        let mut board = known_board(&options, &library, &self.url)
            .unwrap_or_else(|| BoardOptions::from_url(self.url.clone()));
        board.engine = named
            .or(board.engine)
            .or_else(|| stored.engine_of(&library, &self.url));
        board.url = self.url.clone();
        let target = outfit::target(&options, &library, &board)?;
        let fetcher = outfit::fetcher(&options, std::slice::from_ref(&board))?;
        let explained = outfit::runtime()?.block_on(explain(&fetcher, Arc::new(library), &target));
        let explanation = match explained {
            Ok(explanation) => explanation,
            Err(error) => {
                anstream::eprintln!("{}", terminal::line(&error.to_string()));
                return Ok(Exit::Nothing);
            }
        };
        let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
        if self.json {
            serde_json::to_writer(&mut out, &explanation)?;
            writeln!(out)?;
        } else {
            print(&mut out, &explanation)?;
        }
        out.flush()?;
        Ok(Exit::Done)
    }
}

/// What an archive knows of boards, if there is one.
struct Stored(Vec<Board>);

impl Stored {
    /// Takes the learnt profiles of an archive into the library. Where there is no archive, or none that can be read, a
    /// page is explained without.
    fn of(database: &Database, library: &mut Library) -> Self {
        let read = || {
            let archive = open_archive(database)?;
            Ok::<_, StoreError>((archive.profiles()?, archive.boards()?))
        };
        let (profiles, boards) = match read() {
            Ok(read) => read,
            Err(StoreError::Missing { .. }) => return Self(Vec::new()),
            Err(error) => {
                tracing::warn!("explained without the archive: {error}");
                return Self(Vec::new());
            }
        };
        for profile in profiles
            .iter()
            .filter_map(|text| Profile::from_toml(text).ok())
        {
            library.add_learnt(profile);
        }
        Self(boards.into_iter().map(|status| status.board).collect())
    }

    /// The profile with which a crawl has read the board of this URL.
    fn engine_of(&self, library: &Library, url: &Url) -> Option<String> {
        let reads = |board: &&Board| {
            board.host == host_key(url)
                && library
                    .get(&board.profile)
                    .is_some_and(|profile| profile.identity.follows(url))
        };
        self.0.iter().find(reads).map(|board| board.profile.clone())
    }
}

/// The board of the configuration that a page belongs to: by its URL, or because the profile that is named there knows
/// the page as one of its own.
fn known_board(options: &Options, library: &Library, url: &Url) -> Option<BoardOptions> {
    let same = options.boards.iter().find(|board| board.url == *url);
    let owner = || {
        options.boards.iter().find(|board| {
            let profile = board.engine.as_ref().and_then(|name| library.get(name));
            host_key(&board.url) == host_key(url)
                && profile.is_some_and(|profile| profile.identity.follows(url))
        })
    };
    same.or_else(owner).cloned()
}

fn print(out: &mut impl Write, explanation: &Explanation) -> std::io::Result<()> {
    print_page(out, explanation)?;
    for field in explanation.fields.iter().skip(1) {
        let value = format!("{}  [{}]", field.value, field.rule);
        labelled(out, field.field, &value)?;
        let key = match field.field {
            "text" => "body",
            field => field,
        };
        let notes = notes(explanation, &format!("article.{key}"));
        print_source(out, &field.at, &field.also, notes)?;
    }
    let mut told = "";
    for trace in &explanation.row_fields {
        labelled(out, trace.field, &source(trace))?;
        let notes = match told == trace.field {
            true => &[],
            false => notes(explanation, &format!("listing.{}", trace.field)),
        };
        print_source(out, &trace.at, &trace.also, notes)?;
        told = trace.field;
    }
    for group in &explanation.row_groups {
        let value = format!(
            "{} (score {:.1}: {})",
            group.rows, group.score, group.reason
        );
        labelled(out, "rows seen", &value)?;
    }
    match &explanation.listing {
        Some(listing) => print_listing(out, listing),
        None => Ok(()),
    }
}

/// A line with its name in front; none where there is nothing to say.
fn labelled(out: &mut impl Write, name: &str, value: &str) -> std::io::Result<()> {
    if value.is_empty() {
        return Ok(());
    }
    writeln!(out, "{name:>14}  {}", terminal::line(value))
}

/// How the page was asked for, and what it is.
fn print_page(out: &mut impl Write, explanation: &Explanation) -> std::io::Result<()> {
    let mut line = |name: &str, value: &str| labelled(out, name, value);
    line("url", &explanation.url)?;
    if explanation.final_url != explanation.url {
        line("answered by", &explanation.final_url)?;
    }
    line("status", &explanation.status.to_string())?;
    line("robots.txt", &explanation.robots)?;
    line(
        "pace",
        &format!("one request each {} s", explanation.interval_s),
    )?;
    let replaced = match explanation.n_replaced {
        0 => String::new(),
        n => format!(", {n} characters lost"),
    };
    line("charset", &format!("{}{replaced}", explanation.charset))?;
    match &explanation.profile {
        Some(profile) => line("profile", &format!("{profile}: {}", reason(explanation)))?,
        None => line("profile", "none: no board software was recognised")?,
    }
    line(
        "page",
        &format!("{} ({})", explanation.class, explanation.class_reason),
    )?;
    line("key", explanation.key.as_deref().unwrap_or_default())?;
    line("board", explanation.board.as_deref().unwrap_or_default())?;
    line(
        "stored as",
        explanation.canonical_url.as_deref().unwrap_or_default(),
    )
}

/// Where a value stands, what other rules would give, and why the profile has its rule.
fn print_source(
    out: &mut impl Write,
    at: &str,
    also: &[String],
    notes: &[String],
) -> std::io::Result<()> {
    if !at.is_empty() {
        labelled(out, "", &format!("at {at}"))?;
    }
    for other in also {
        labelled(out, "", &format!("also {other}"))?;
    }
    for note in notes {
        labelled(out, "", note)?;
    }
    Ok(())
}

fn print_listing(out: &mut impl Write, listing: &ListingSummary) -> std::io::Result<()> {
    let page = |page: Option<u32>| page.map_or("?".to_owned(), |page| page.to_string());
    labelled(
        out,
        "listing",
        &format!(
            "{} rows, {} of them notices; page {} of {}",
            listing.n_rows,
            listing.n_notices,
            page(listing.current_page),
            page(listing.last_page)
        ),
    )?;
    for row in &listing.rows {
        let rank = match (row.notice, row.rank) {
            (true, _) => "notice".to_owned(),
            (false, Some(rank)) => rank.to_string(),
            (false, None) => "-".to_owned(),
        };
        let comments = row
            .comment_count
            .map_or(String::new(), |count| format!(" [{count}]"));
        labelled(
            out,
            &rank,
            &format!(
                "{}{comments} · {} · {}",
                row.title,
                row.author.as_deref().unwrap_or("?"),
                row.posted.as_deref().unwrap_or("no date")
            ),
        )?;
    }
    for warning in &listing.warnings {
        labelled(out, "warning", warning)?;
    }
    Ok(())
}

/// Why the profile is the page's.
fn reason(explanation: &Explanation) -> String {
    match explanation.known_by {
        Some(KnownBy::Learnt) => "learnt by an earlier crawl".to_owned(),
        Some(KnownBy::Named) if explanation.signs.is_empty() => "named for this board".to_owned(),
        Some(KnownBy::Named) => format!(
            "named for this board; the page has {}",
            explanation.signs.join(", ")
        ),
        Some(KnownBy::Recognised) | None => explanation.signs.join(", "),
    }
}

fn source(trace: &RowTrace) -> String {
    format!(
        "{}  [{}, {} of {} rows]",
        trace.value, trace.rule, trace.n_rows, trace.of_rows
    )
}

/// What the profile's file says of a key.
fn notes<'e>(explanation: &'e Explanation, key: &str) -> &'e [String] {
    explanation.notes.get(key).map_or(&[], Vec::as_slice)
}
