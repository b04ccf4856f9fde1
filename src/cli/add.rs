//! `boardwalk add`: a board comes into the configuration, after a look at what it would bring.

mod preview;
mod write;

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use url::Url;

use super::person::{AtTerminal, at_terminal};
use super::{Exit, Usage, outfit};
use crate::config::{self, BoardEntry, BoardOptions, Options};
use crate::crawl::{Adviser, KnownBy, Observer, Preview, Sighting};
use crate::outputs::terminal;
use crate::profile::Library;

/// Recognise or learn a board, show what it would bring, and write it to the configuration
///
/// Asks before it writes. With --yes it does not ask; where there is no terminal to ask at and no --yes, nothing is
/// written, with exit code 2. A board that is already there is left as it is, with exit code 0. Needs no archive.
#[derive(Debug, Args)]
pub(super) struct AddCommand {
    /// A page of the board's listing
    #[arg(value_parser = config::board_url)]
    url: Url,

    /// What to call it [default: the board's own name]
    #[arg(long, value_parser = config::board_name)]
    name: Option<String>,

    /// Write without asking
    #[arg(short, long)]
    yes: bool,

    /// Board software or profile, where it is not to be recognised
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,

    /// A profile's file to read the board with; or `learn`: built-in profiles are switched off
    #[arg(long, value_name = "FILE|learn", conflicts_with = "engine")]
    profile: Option<String>,

    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// What became of it, with `--json`.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    /// The file it was written to.
    written: Option<String>,
    /// The profile's file, if one was written for it.
    profile_file: Option<String>,
    /// The board of the configuration that it already is.
    already: Option<&'a str>,
    name: &'a str,
    #[serde(flatten)]
    preview: Option<&'a Preview>,
}

/// Tells nobody, and asks whoever is there.
struct Company(Option<Arc<AtTerminal>>);

impl Observer for Company {
    fn see(&self, _: Sighting) {}

    fn adviser(&self) -> Option<&dyn Adviser> {
        self.0.as_deref().map(|person| person as &dyn Adviser)
    }
}

impl AddCommand {
    pub(super) fn run(self, mut options: Options) -> anyhow::Result<Exit> {
        let path = options
            .source
            .clone()
            .unwrap_or_else(|| PathBuf::from(config::FILE_NAME));
        if let Some(known) = options.boards.iter().find(|board| board.url == self.url) {
            return self.tell_known(known.label(), &path, None);
        }
        if let Some(name) = self
            .name
            .as_deref()
            .filter(|name| options.board(name).is_some())
        {
            let path = path.display();
            return Err(Usage(format!("{path} has another board named {name}")).into());
        }
        let mut board = BoardOptions::from_url(self.url.clone());
        let library = match self.profile.as_deref() {
            Some(outfit::LEARN) => Library::default(),
            _ => {
                let file = self.profile.as_deref();
                let named = file.map(|file| outfit::own_profile(&mut options, file));
                board.engine = named.transpose()?.or(self.engine.clone());
                outfit::library(&options)?
            }
        };
        let person = if self.yes { None } else { at_terminal() }.map(Arc::new);
        let preview = match self.look(&options, &board, library, person.clone())? {
            Ok(preview) => preview,
            Err(error) => {
                anstream::eprintln!("{}", terminal::line(&error.to_string()));
                return Ok(Exit::Nothing);
            }
        };
        if let Some(known) = write::same_board(&options, &preview)? {
            return self.tell_known(known.label(), &path, Some(&preview));
        }
        let name = self
            .name
            .clone()
            .unwrap_or_else(|| write::free_name(&options, &preview.name));
        if !self.json {
            let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
            preview::print(&mut out, &preview, &name)?;
            out.flush()?;
        }
        let question = format!("Write it to {}?", path.display());
        let agreed = self.yes
            || person
                .as_ref()
                .is_some_and(|person| person.agrees(&question));
        let written = match agreed {
            true => Some(write::write(
                &path,
                &options,
                self.entry(&name, &preview),
                &preview,
            )?),
            false => None,
        };
        self.tell(&name, &path, &preview, written.as_ref())?;
        Ok(match (&written, &person) {
            (None, Some(_)) => {
                anstream::eprintln!("nothing is written");
                Exit::Done
            }
            (None, None) => {
                anstream::eprintln!(
                    "nothing is written: there is no terminal to ask at; --yes writes without asking"
                );
                Exit::Usage
            }
            _ => Exit::Done,
        })
    }

    /// Asks for the board's pages. The inner error is the board's, not ours.
    fn look(
        &self,
        options: &Options,
        board: &BoardOptions,
        library: Library,
        person: Option<Arc<AtTerminal>>,
    ) -> anyhow::Result<Result<Preview, crate::crawl::TargetError>> {
        let target = outfit::target(options, &library, board)?;
        let fetcher = outfit::fetcher(options, std::slice::from_ref(board))?;
        let observer: Arc<dyn Observer> = Arc::new(Company(person));
        let looked =
            async { crate::crawl::preview(&fetcher, &Arc::new(library), &target, &observer).await };
        Ok(outfit::runtime()?.block_on(looked))
    }

    fn entry(&self, name: &str, preview: &Preview) -> BoardEntry {
        let how = match preview.known_by {
            KnownBy::Named => "read with the profile that was named".to_owned(),
            KnownBy::Recognised => format!("recognised by {}", preview::signs(preview)),
            KnownBy::Learnt => format!(
                "learnt from its pages with {} requests; the profile says why it reads what it reads",
                preview.n_requests
            ),
        };
        BoardEntry {
            name: name.to_owned(),
            url: preview.url.clone(),
            engine: Some(preview.engine.clone()),
            profile: None,
            notes: vec![format!("{}: {how}.", preview.title)],
        }
    }

    fn tell(
        &self,
        name: &str,
        path: &std::path::Path,
        preview: &Preview,
        written: Option<&write::Written>,
    ) -> anyhow::Result<()> {
        let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
        if self.json {
            let answer = Answer {
                written: written.map(|_| path.display().to_string()),
                profile_file: written
                    .and_then(|written| written.profile.as_ref())
                    .map(|path| path.display().to_string()),
                already: None,
                name,
                preview: Some(preview),
            };
            serde_json::to_writer(&mut out, &answer)?;
            writeln!(out)?;
        } else if let Some(written) = written {
            if let Some(profile) = &written.profile {
                writeln!(out, "the profile is in {}", profile.display())?;
            }
            let name = terminal::line(name);
            let path = path.display();
            writeln!(
                out,
                "{name} is in {path}; `boardwalk crawl {name}` walks it"
            )?;
        }
        out.flush()?;
        Ok(())
    }

    fn tell_known(
        &self,
        name: &str,
        path: &std::path::Path,
        preview: Option<&Preview>,
    ) -> anyhow::Result<Exit> {
        let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
        if self.json {
            let answer = Answer {
                written: None,
                profile_file: None,
                already: Some(name),
                name,
                preview,
            };
            serde_json::to_writer(&mut out, &answer)?;
            writeln!(out)?;
        } else {
            writeln!(
                out,
                "{} has this board already, as {}; nothing is written",
                path.display(),
                terminal::line(name)
            )?;
        }
        out.flush()?;
        Ok(Exit::Done)
    }
}
