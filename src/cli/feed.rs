//! `boardwalk feed`: a board, or a search, for feed readers.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::export::known_board;
use super::{DatabaseArg, Exit, Usage, open_archive};
use crate::config::Options;
use crate::outputs::feed::{Feed, write_atom, write_json};
use crate::outputs::new_file::NewFile;
use crate::store::Archive;
use crate::store::search_query::Query;

/// Write the newest articles of a board or of a search, or how the boards do, as a feed
#[derive(Debug, Args)]
pub(super) struct FeedCommand {
    /// Only this board
    #[arg(value_name = "BOARD", required_unless_present_any = ["query", "search", "health"])]
    board: Option<String>,

    /// Only what this search finds, as in `boardwalk search`
    #[arg(long, value_name = "QUERY")]
    query: Option<String>,

    /// A search that the configuration keeps, by its name
    #[arg(long, value_name = "NAME", conflicts_with_all = ["board", "query"])]
    search: Option<String>,

    /// How the boards do: what went wrong with them, and when that was over
    #[arg(long, conflicts_with_all = ["board", "query", "search"])]
    health: bool,

    /// Form of the feed
    #[arg(long, value_name = "FORMAT", default_value = "atom")]
    format: Format,

    /// The most articles in it
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,

    /// Where the feed will be served
    #[arg(long, value_name = "URL")]
    self_url: Option<url::Url>,

    /// Into this file, which appears when it is whole [default: the standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    database: DatabaseArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Atom,
    Json,
}

impl FeedCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let archive = open_archive(&self.database.or(options))?;
        let feed = match self.health {
            true => Feed::of_health(archive.verdicts(self.limit)?),
            false => self.feed(archive.as_ref(), options)?,
        };
        let feed = Feed {
            self_url: self.self_url.as_ref().map(ToString::to_string),
            ..feed
        };
        match self
            .output
            .as_deref()
            .filter(|path| *path != Path::new("-"))
        {
            None => {
                let mut out = io::stdout().lock();
                self.write(&feed, &mut out)?;
                out.flush()?;
            }
            Some(path) => {
                let problem = || format!("{} could not be written", path.display());
                let mut file = NewFile::begin(path).with_context(problem)?;
                self.write(&feed, &mut file).with_context(problem)?;
                file.finish().with_context(problem)?;
            }
        }
        Ok(Exit::Done)
    }

    fn feed(&self, archive: &dyn Archive, options: &Options) -> anyhow::Result<Feed> {
        let saved = self.search.as_ref().map(|name| {
            let mut searches = options.searches.iter();
            let found = searches.find(|search| search.name == *name);
            found.ok_or_else(|| Usage(format!("no search of the configuration is named {name}")))
        });
        let saved = saved.transpose()?;
        let asked = saved.map(|search| &search.query).or(self.query.as_ref());
        let words = asked.map(String::as_str).unwrap_or_default();
        let mut query = Query::parse(words, &options.zone());
        for note in &query.notes {
            eprintln!("note: {note}");
        }
        if self.board.is_none() && query.is_empty() {
            return Err(Usage("there is nothing in the query to search for".to_owned()).into());
        }
        query.newest_first = true;
        if let Some(name) = &self.board {
            known_board(archive, name)?;
            query.board = Some(name.clone());
        }
        let hits = archive.search(&query, self.limit, 0)?;
        let boards = archive.boards()?;
        let home = boards
            .into_iter()
            .find(|board| query.board.as_ref() == Some(&board.counts.name));
        let about = [self.board.as_deref(), asked.map(String::as_str)];
        let about: Vec<&str> = about.into_iter().flatten().collect();
        let title = match saved {
            Some(search) => search.name.clone(),
            None => about.join(": "),
        };
        Ok(Feed {
            home_url: home.map(|board| board.counts.url),
            ..Feed::of(title, about.join("\n"), hits)
        })
    }

    fn write(&self, feed: &Feed, out: &mut dyn Write) -> io::Result<()> {
        match self.format {
            Format::Atom => write_atom(feed, out),
            Format::Json => write_json(feed, out),
        }
    }
}
