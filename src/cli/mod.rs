//! The command line: arguments → checked requests → the stages that answer them. One file per subcommand.
//!
//! Results go to the standard output, everything else to the standard error stream. A reader that goes away (a
//! broken pipe) ends a command quietly. Exit codes are a contract: see [`Exit`].

mod add;
mod audit;
mod backup;
mod changes;
mod check;
mod completions;
mod config;
mod crawl;
mod daemon;
mod doctor;
mod explain;
mod export;
mod extract;
mod feed;
mod man;
mod notify;
mod outbox;
mod outfit;
mod person;
mod profile;
mod progress;
mod reparse;
mod report;
mod restore;
mod schedule;
mod search;
mod show;
mod status;
mod stories;

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};

pub use crawl::CrawlArgs;
pub use progress::Progress;

use crate::config::{ConfigError, Database, Environment, LogFormat, Options};
use crate::outputs::{OutputError, terminal};
use crate::store::sqlite::SqliteArchive;
use crate::store::{Archive, StoreError};
use crate::telemetry::{FILTER_VARIABLE, LogRequest};

/// Keeps a complete, searchable, honest copy of web boards.
#[derive(Debug, Parser)]
#[command(name = "boardwalk", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Configuration file; otherwise BOARDWALK_CONFIG, ./boardwalk.toml, or boardwalk/boardwalk.toml in the user's
    /// configuration folder, whichever is there first
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    config: Option<PathBuf>,

    /// Form of the log on the standard error stream
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        help_heading = "Everywhere"
    )]
    log_format: Option<LogFormat>,

    /// Say more: -v passes of boards, -vv pages, -vvv everything (BOARDWALK_LOG sets it by module)
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Everywhere")]
    verbose: u8,

    /// Say nothing but errors; no progress bars
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Everywhere"
    )]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Crawl(crawl::CrawlCommand),
    Add(add::AddCommand),
    Search(search::SearchCommand),
    Daemon(daemon::DaemonCommand),
    Show(show::ShowCommand),
    Changes(changes::ChangesCommand),
    Reparse(reparse::ReparseCommand),
    Status(status::StatusCommand),
    Schedule(schedule::ScheduleCommand),
    Audit(audit::AuditCommand),
    Stories(stories::StoriesCommand),
    Export(export::ExportCommand),
    Feed(feed::FeedCommand),
    Notify(notify::NotifyCommand),
    Outbox(outbox::OutboxCommand),
    Backup(backup::BackupCommand),
    Restore(restore::RestoreCommand),
    Check(check::CheckCommand),
    Profile(profile::ProfileCommand),
    Doctor(doctor::DoctorCommand),
    Explain(explain::ExplainCommand),
    Extract(extract::ExtractCommand),
    Completions(completions::CompletionsCommand),
    Config(config::ConfigCommand),
    /// Of use once, to the maker of a package.
    #[command(hide = true)]
    Man(man::ManCommand),
}

impl Cli {
    /// What of the log is wanted: flags win over `BOARDWALK_LOG`, that over the file.
    pub fn log_request(&self, options: &Options) -> LogRequest {
        let verbosity = match (self.quiet, self.verbose) {
            (true, _) => -1,
            // Nobody watches a service: its log tells of each pass.
            (false, 0) if matches!(self.command, Command::Daemon(_)) => 1,
            (false, verbose) => i8::try_from(verbose).unwrap_or(i8::MAX),
        };
        let from_variable = std::env::var(FILTER_VARIABLE)
            .ok()
            .filter(|filter| !filter.is_empty());
        LogRequest {
            format: self.log_format.unwrap_or(options.log.format),
            filter: match self.verbose {
                0 if !self.quiet => from_variable.or_else(|| options.log.filter.clone()),
                _ => None,
            },
            verbosity,
        }
    }

    fn quiet(&self) -> bool {
        self.quiet
    }
}

/// Which archive; flattened into the commands that open one.
#[derive(Debug, Args)]
struct DatabaseArg {
    /// Where the archive is: sqlite:FILE [default: the configuration's, else sqlite:boardwalk.db here]
    #[arg(long, value_name = "DATABASE")]
    database: Option<Database>,
}

impl DatabaseArg {
    fn or(&self, options: &Options) -> Database {
        self.database
            .clone()
            .unwrap_or_else(|| options.database.clone())
    }
}

/// The exit codes of the command contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Done = 0,
    /// Done, but some pages failed (recorded, they will be tried again); for `show`: nothing was found.
    Partial = 1,
    /// Usage, configuration, or an archive that only the operator can put right.
    Usage = 2,
    /// Nothing could be crawled.
    Nothing = 3,
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// The arguments make no sense together, or with the configuration.
#[derive(Debug)]
pub struct Usage(pub String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// The process's arguments; on `--help` and on usage errors the process ends here (0 and 2).
pub fn parse() -> Cli {
    Cli::parse()
}

/// The options of file and environment, for the commands that have any.
///
/// # Errors
/// [`ConfigError`].
pub fn configure(cli: &Cli) -> anyhow::Result<Options> {
    match cli.command {
        Command::Completions(_) | Command::Config(_) | Command::Man(_) => Ok(Options::default()),
        // It makes the file that it writes to.
        Command::Add(_) => Ok(crate::config::load_or_new(
            cli.config.as_deref(),
            &Environment::of_process(),
        )?),
        _ => Ok(crate::config::load(
            cli.config.as_deref(),
            &Environment::of_process(),
        )?),
    }
}

/// Files that any command has open at a time: its streams, the runtime's, the store's with its journal and readers, and a
/// connection or two.
const LEAST_FILES: usize = 32;

/// Without this, libraries that expect to get a descriptor would end the program with a panic.
fn enough_files_can_be_opened() -> Result<(), Usage> {
    // Whatever else opening a folder brings is of no account here.
    let opened: io::Result<Vec<File>> = (0..LEAST_FILES).map(|_| File::open(".")).collect();
    match opened {
        Err(error) if error.raw_os_error() == Some(TOO_MANY_OPEN_FILES) => Err(Usage(format!(
            "this process may open too few files ({error}); raise the limit, as with `ulimit -n 1024`"
        ))),
        _ => Ok(()),
    }
}

/// EMFILE, the same on Linux, the BSDs and macOS.
const TOO_MANY_OPEN_FILES: i32 = 24;

/// Runs the command.
///
/// # Errors
/// What ended it early; [`exit_code`] knows what to answer.
pub fn run(cli: Cli, options: Options) -> anyhow::Result<Exit> {
    enough_files_can_be_opened()?;
    let quiet = cli.quiet();
    match cli.command {
        Command::Crawl(command) => command.run(options, quiet),
        Command::Add(command) => command.run(options),
        Command::Search(command) => command.run(&options),
        Command::Daemon(command) => command.run(options),
        Command::Show(command) => command.run(&options),
        Command::Changes(command) => command.run(&options),
        Command::Reparse(command) => command.run(&options, quiet),
        Command::Status(command) => command.run(&options),
        Command::Schedule(command) => command.run(&options),
        Command::Audit(command) => command.run(&options),
        Command::Stories(command) => command.run(&options),
        Command::Export(command) => command.run(&options),
        Command::Feed(command) => command.run(&options),
        Command::Notify(command) => command.run(&options),
        Command::Outbox(command) => command.run(&options),
        Command::Backup(command) => command.run(&options),
        Command::Restore(command) => command.run(&options),
        Command::Check(command) => command.run(&options),
        Command::Profile(command) => command.run(&options),
        Command::Doctor(command) => command.run(&options),
        Command::Explain(command) => command.run(options),
        Command::Extract(command) => command.run(&options),
        Command::Completions(command) => command.run(&mut Cli::command()),
        Command::Config(command) => command.run(),
        Command::Man(command) => command.run(Cli::command()),
    }
}

/// Says what went wrong, and answers the exit code for it.
pub fn exit_code(outcome: anyhow::Result<Exit>) -> ExitCode {
    let error = match outcome {
        Ok(exit) => return exit.into(),
        Err(error) => error,
    };
    if is_broken_pipe(&error) {
        return Exit::Done.into();
    }
    let mut text = String::new();
    let complaints = matches!(
        error.downcast_ref::<ConfigError>(),
        Some(ConfigError::Complaints(_))
    );
    for (number, cause) in error.chain().enumerate() {
        match number {
            // Complaints begin with their place, as compilers' do.
            0 if complaints => {}
            0 => text.push_str("error: "),
            _ => text.push_str("\n  because: "),
        }
        text.push_str(&cause.to_string());
    }
    // There is nothing left to do where even this cannot be written.
    let _ = writeln!(io::stderr().lock(), "{}", terminal::block(&text));
    if operator_can_help(&error) {
        Exit::Usage.into()
    } else {
        Exit::Partial.into()
    }
}

fn operator_can_help(error: &anyhow::Error) -> bool {
    error.is::<Usage>()
        || error.is::<ConfigError>()
        || error.is::<StoreError>()
        || matches!(
            error.downcast_ref(),
            Some(OutputError::Store(_) | OutputError::LeftOut { .. })
        )
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = match cause.downcast_ref::<OutputError>() {
            Some(OutputError::Write(error)) => Some(error),
            _ => cause.downcast_ref::<io::Error>(),
        };
        io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// Opens an archive for reading.
///
/// # Errors
/// [`StoreError::Missing`] where there is none: only a crawl makes one.
fn open_archive(database: &Database) -> Result<Box<dyn Archive>, StoreError> {
    match database {
        Database::Sqlite(path) => Ok(Box::new(SqliteArchive::open(path)?)),
    }
}
