//! `boardwalk profile`: the profiles that repairs have made, and the way back.

use std::io::Write;

use clap::{Args, Subcommand};

use super::{DatabaseArg, Exit, Usage, outfit};
use crate::config::{Database, Options};
use crate::model::{Board, Clock, SystemClock};
use crate::outputs::{json, terminal};
use crate::profile::Profile;
use crate::store::sqlite::{OpenMode, SqliteStore};
use crate::store::{Repair, Store, Upkeep};

/// See how a board is read, and go back from a repaired profile
#[derive(Debug, Args)]
pub(super) struct ProfileCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The repairs of a board's profile, oldest first
    List {
        #[command(flatten)]
        of: BoardArg,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Print the profile that reads a board
    Show {
        #[command(flatten)]
        of: BoardArg,
        /// The last one that a repair has made, in use or not
        #[arg(long)]
        repaired: bool,
    },
    /// Read a board by the profile before the last repair again
    Rollback {
        #[command(flatten)]
        of: BoardArg,
    },
}

#[derive(Debug, Args)]
struct BoardArg {
    /// Name or URL of a board in the archive
    #[arg(value_name = "BOARD")]
    board: String,

    #[command(flatten)]
    database: DatabaseArg,
}

impl ProfileCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let runtime = outfit::runtime()?;
        match self.what {
            What::List { of, json } => {
                let store = of.open(options, OpenMode::ReadOnly)?;
                let repairs = runtime.block_on(async {
                    let board = of.find(&store).await?;
                    anyhow::Ok(store.repairs(board.id).await?)
                })?;
                list(&repairs, json)
            }
            What::Show { of, repaired } => {
                let store = of.open(options, OpenMode::ReadOnly)?;
                let text = runtime.block_on(of.text(&store, options, repaired))?;
                let mut out = std::io::stdout().lock();
                out.write_all(text.as_bytes())?;
                out.flush()?;
                Ok(Exit::Done)
            }
            What::Rollback { of } => {
                let store = of.open(options, OpenMode::ReadWrite)?;
                let (board, undone) = runtime.block_on(async {
                    let board = of.find(&store).await?;
                    let undone = store.undo_repair(board.id, SystemClock.now()).await?;
                    anyhow::Ok((board, undone))
                })?;
                let name = terminal::line(&board.name);
                match undone {
                    Some(repair) => {
                        anstream::println!("{name} is read by {} again", repair.old_name);
                        Ok(Exit::Done)
                    }
                    None => {
                        anstream::eprintln!("{name}: no repaired profile is in use");
                        Ok(Exit::Partial)
                    }
                }
            }
        }
    }
}

impl BoardArg {
    fn open(&self, options: &Options, mode: OpenMode) -> anyhow::Result<SqliteStore> {
        let Database::Sqlite(path) = self.database.or(options);
        if !path.exists() {
            // Only a crawl makes an archive.
            return Err(crate::store::StoreError::Missing { path }.into());
        }
        Ok(SqliteStore::open(
            &path,
            mode,
            outfit::store_options(options),
        )?)
    }

    async fn find(&self, store: &SqliteStore) -> anyhow::Result<Board> {
        let mut boards = store.boards().await?.into_iter();
        let fits = |board: &Board| board.name == self.board || board.url.as_str() == self.board;
        boards.find(fits).ok_or_else(|| {
            Usage(format!(
                "there is no board {} in this archive",
                terminal::line(&self.board)
            ))
            .into()
        })
    }

    async fn text(
        &self,
        store: &SqliteStore,
        options: &Options,
        repaired: bool,
    ) -> anyhow::Result<String> {
        let board = self.find(store).await?;
        if repaired {
            let last = store.repairs(board.id).await?.pop();
            return last.map(|repair| repair.text).ok_or_else(|| {
                Usage(format!(
                    "no repair has made a profile for {}",
                    terminal::line(&board.name)
                ))
                .into()
            });
        }
        if board.profile.is_empty() {
            let name = terminal::line(&board.name);
            return Err(Usage(format!("{name} is not recognised: no profile reads it")).into());
        }
        if let Some(text) = outfit::profile_text(options, &board.profile) {
            return Ok(text);
        }
        let is_it =
            |text: &String| Profile::from_toml(text).is_ok_and(|it| it.engine == board.profile);
        store
            .profiles()
            .await?
            .into_iter()
            .find(is_it)
            .ok_or_else(|| {
                Usage(format!(
                    "the profile {} is not known any more",
                    terminal::line(&board.profile)
                ))
                .into()
            })
    }
}

fn list(repairs: &[Repair], as_json: bool) -> anyhow::Result<Exit> {
    let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
    for repair in repairs {
        if as_json {
            json::write_line(repair, &mut out)?;
            continue;
        }
        let state = match (repair.offered, repair.undone_at) {
            (true, _) => "offered, not in use",
            (false, Some(_)) => "rolled back",
            (false, None) => "in use, or followed by another",
        };
        writeln!(
            out,
            "{}  {} → {} ({state})",
            repair.at,
            terminal::line(&repair.old_name),
            terminal::line(&repair.name)
        )?;
        writeln!(out, "  {}", terminal::line(&repair.finding))?;
        writeln!(out, "  {}", terminal::line(&repair.proof))?;
    }
    if repairs.is_empty() && !as_json {
        anstream::eprintln!("its profile has never been repaired");
    }
    out.flush()?;
    Ok(Exit::Done)
}
