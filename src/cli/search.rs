//! `boardwalk search`: which articles hold these words?

use std::io::Write;

use clap::Args;

use super::export::known_board;
use super::{DatabaseArg, Exit, open_archive};
use crate::config::Options;
use crate::outputs::search;
use crate::store::search_query::Query;

/// Search the articles: words, "phrases", -left -out, begin*, and board: author: source: before: after: is:gone is:edited
#[derive(Debug, Args)]
pub(super) struct SearchCommand {
    /// What is to be found. Words of two syllables, or one, work; days are of this machine's zone. A query with `-word` in
    /// it goes in quotes: 'rate -exchange'
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,

    /// The most articles that are listed
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,

    /// Articles passed over before them
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip: u32,

    #[command(flatten)]
    database: DatabaseArg,

    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

impl SearchCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let zone = options.zone();
        let query = Query::parse(&self.query.join(" "), &zone);
        for note in &query.notes {
            eprintln!("note: {note}");
        }
        if query.is_empty() {
            eprintln!("note: there is nothing in the query to search for");
        }
        let archive = open_archive(&self.database.or(options))?;
        if let Some(name) = &query.board {
            // A query finds nothing there; it is no mistake in the command.
            if let Err(unknown) = known_board(archive.as_ref(), name) {
                eprintln!("note: {unknown}");
            }
        }
        let hits = match query.is_empty() {
            true => Vec::new(),
            false => archive.search(&query, self.limit, self.skip)?,
        };
        let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
        match self.json {
            true => search::write_json(&hits, &query.words, &mut out)?,
            false => search::write_lines(&hits, &query.words, &zone, &mut out)?,
        }
        out.flush()?;
        if hits.is_empty() {
            eprintln!("nothing was found");
        } else if hits.len() == self.limit as usize {
            eprintln!(
                "there may be more: --skip {} shows the next",
                self.skip.saturating_add(self.limit)
            );
        }
        Ok(Exit::Done)
    }
}
