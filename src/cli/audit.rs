//! `boardwalk audit`: how complete the archive of a board is, and what to do about its holes.

use std::io::Write;

use clap::Args;

use super::{DatabaseArg, Exit, Usage, open_archive, outfit};
use crate::config::{Database, Options};
use crate::model::{Board, Clock, SystemClock};
use crate::outputs::number::counted;
use crate::outputs::{audit, json, terminal};
use crate::store::Store;
use crate::store::sqlite::{OpenMode, SqliteStore};

/// Tell how complete the archive is: coverage by month, holes, and what vanished
#[derive(Debug, Args)]
pub(super) struct AuditCommand {
    /// Name or URL of one board; all of them otherwise
    board: Option<String>,

    #[command(flatten)]
    database: DatabaseArg,

    /// One JSON line for each board
    #[arg(long)]
    json: bool,

    /// Have the next crawl read the listing pages that close the holes
    #[arg(long)]
    repair: bool,
}

impl AuditCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let database = self.database.or(options);
        let archive = open_archive(&database)?;
        let boards: Vec<Board> = archive
            .boards()?
            .into_iter()
            .map(|status| status.board)
            .filter(|board| {
                self.board
                    .as_ref()
                    .is_none_or(|wanted| board.name == *wanted || board.url.as_str() == wanted)
            })
            .collect();
        if boards.is_empty() {
            let named = self.board.as_deref().map_or_else(
                || format!("there is no board in {database}"),
                |board| format!("there is no board {} in {database}", terminal::line(board)),
            );
            return Err(Usage(named).into());
        }
        if self.repair {
            repair(&database, options, &boards)?;
        }
        let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
        for (n, board) in boards.iter().enumerate() {
            let audit = crate::health::audit::audit(archive.audit(board)?);
            if self.json {
                json::write_line(&audit, &mut out)?;
                continue;
            }
            if n > 0 {
                writeln!(out)?;
            }
            audit::write_text(&audit, &options.zone(), &mut out)?;
        }
        out.flush()?;
        Ok(Exit::Done)
    }
}

/// Writes the wish into the archive; a crawl, which alone asks for pages, fulfils it.
fn repair(database: &Database, options: &Options, boards: &[Board]) -> anyhow::Result<()> {
    let Database::Sqlite(path) = database;
    let store = SqliteStore::open(path, OpenMode::ReadWrite, outfit::store_options(options))?;
    outfit::runtime()?.block_on(async {
        for board in boards {
            let n_pages = store.ask_repair(board.id, SystemClock.now()).await?;
            let name = terminal::line(&board.name);
            match n_pages {
                0 => anstream::eprintln!("{name}: there is no hole to close"),
                n => {
                    let pages = counted(n.into(), "listing page");
                    anstream::eprintln!("{name}: the next crawl reads {pages} for it");
                }
            }
        }
        Ok(())
    })
}
