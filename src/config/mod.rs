//! What did the operator ask for? In: a file's text, environment, flags. Out: checked [`Options`], or every
//! complaint at once, each with its line and column.
//!
//! Flags win over the environment, that over the file, that over the defaults. A file that is broken, or was named
//! and is not there, ends the run: it is never ignored. No other stage reads files, environment or flags.

mod check;
mod complaint;
mod edit;
mod file;
pub mod human;
mod options;
mod shape;
mod template;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use complaint::{Complaint, Place};
pub use edit::{BoardEntry, EditError, with_board};
pub use human::{PageLimit, Since};
pub use options::{
    BoardOptions, Database, DedupOptions, HttpOptions, LogFormat, LogOptions, NotifyKind,
    NotifyOptions, Options, PaceOptions, ProfileSource, RevisitOptions, SavedSearch,
    ScheduleOptions, Secret, SecretSource, StoreOptions, TextOptions, WalkOptions, WebOptions,
};
pub use template::{Field, Piece, Template};

/// The name looked for in the working directory and in the user's configuration folder.
pub const FILE_NAME: &str = "boardwalk.toml";

/// Every key at its default, with its explanation.
pub const DEFAULT_TEXT: &str = include_str!("../../config/boardwalk.toml");

/// Why there are no options.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Displayed as one line each.
    #[error("{}", lines(.0))]
    Complaints(Vec<Complaint>),
    #[error("{path} cannot be read", path = .path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("BOARDWALK_DATABASE: {0}")]
    Environment(String),
}

fn lines(complaints: &[Complaint]) -> String {
    let lines: Vec<String> = complaints.iter().map(Complaint::to_string).collect();
    lines.join("\n")
}

/// What of the process's environment matters. Taken once, so that tests can give their own.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `BOARDWALK_CONFIG`: as `--config`.
    pub config: Option<OsString>,
    /// `BOARDWALK_DATABASE`: as `--database`.
    pub database: Option<String>,
    pub xdg_config_home: Option<OsString>,
    pub home: Option<OsString>,
}

impl Environment {
    /// The process's own. A variable that is set but empty counts as not set.
    pub fn of_process() -> Self {
        let get = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            config: get("BOARDWALK_CONFIG"),
            database: get("BOARDWALK_DATABASE").map(|value| value.to_string_lossy().into_owned()),
            xdg_config_home: get("XDG_CONFIG_HOME"),
            home: get("HOME"),
        }
    }
}

/// As [`load`], for who is about to make the file: where one was named and is not there, everything is at its default.
///
/// # Errors
/// As [`load`], save for a file that is missing.
pub fn load_or_new(
    named: Option<&Path>,
    environment: &Environment,
) -> Result<Options, ConfigError> {
    let missing = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
    match load(named, environment) {
        Err(ConfigError::Unreadable { path, source }) if missing(&source) => Ok(Options {
            source: Some(path),
            ..Options::default()
        }),
        other => other,
    }
}

/// Options as the file and the environment have them. `named` is `--config`; without it the file is
/// `BOARDWALK_CONFIG`, else `./boardwalk.toml`, else `$XDG_CONFIG_HOME/boardwalk/boardwalk.toml`; where there is none,
/// everything is at its default.
///
/// # Errors
/// [`ConfigError::Unreadable`] also where a named file is missing.
pub fn load(named: Option<&Path>, environment: &Environment) -> Result<Options, ConfigError> {
    let named = named
        .map(Path::to_path_buf)
        .or_else(|| environment.config.as_ref().map(PathBuf::from));
    let mut options = match named {
        Some(path) => {
            let text = read(&path)?;
            from_toml(&path, &text).map_err(ConfigError::Complaints)?
        }
        None => find(environment)?,
    };
    if let Some(database) = &environment.database {
        options.database = database.parse().map_err(ConfigError::Environment)?;
    }
    Ok(options)
}

fn find(environment: &Environment) -> Result<Options, ConfigError> {
    for path in places(environment) {
        match std::fs::read_to_string(&path) {
            Ok(text) => return from_toml(&path, &text).map_err(ConfigError::Complaints),
            // Only "not there" leads to the next place: a file that cannot be read must not be passed over.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(ConfigError::Unreadable { path, source }),
        }
    }
    Ok(Options::default())
}

fn places(environment: &Environment) -> Vec<PathBuf> {
    let mut places = vec![PathBuf::from(FILE_NAME)];
    let folder = environment
        .xdg_config_home
        .as_ref()
        .map(PathBuf::from)
        // The XDG base directory specification: relative paths are invalid and ignored; the default is ~/.config.
        .filter(|folder| folder.is_absolute())
        .or_else(|| {
            environment
                .home
                .as_ref()
                .map(|home| Path::new(home).join(".config"))
        });
    if let Some(folder) = folder {
        places.push(folder.join("boardwalk").join(FILE_NAME));
    }
    places
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_path_buf(),
        source,
    })
}

/// Options from the text of the file at `path`. Relative paths in it start at its folder; the profiles it names are
/// read.
///
/// # Errors
/// Every complaint, in the order of the file.
pub fn from_toml(path: &Path, text: &str) -> Result<Options, Vec<Complaint>> {
    check::options(path, text)
}

/// The URL of a board's listing: `http` or `https`, without credentials.
///
/// # Errors
/// Says what is wrong with it.
pub fn board_url(text: &str) -> Result<url::Url, String> {
    check::board_url(text)
}

/// What a board may be called.
///
/// # Errors
/// Says what is wrong with it.
pub fn board_name(text: &str) -> Result<String, String> {
    check::board_name(text)
}

/// A time zone by its IANA name.
///
/// # Errors
/// There is none of that name.
pub fn time_zone(name: &str) -> Result<jiff::tz::TimeZone, String> {
    check::time_zone(name)
}

/// The JSON schema of the file, for editors; committed as `config/boardwalk.schema.json`.
pub fn schema() -> String {
    let mut text = serde_json::to_string_pretty(&file::schema())
        .expect("a JSON value can always be written as text");
    text.push('\n');
    text
}
