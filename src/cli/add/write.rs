//! A board that was agreed on → the files. Each is there whole or not at all; what the configuration said before, it says
//! afterwards.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use url::Url;

use crate::cli::{Usage, outfit};
use crate::config::{self, BoardEntry, BoardOptions, ConfigError, Options};
use crate::crawl::Preview;
use crate::fetch::host_key;
use crate::learn::Learnt;
use crate::outputs::new_file::NewFile;

/// Folder for learnt profiles, beside the configuration.
const PROFILES: &str = "profiles";
/// Names tried before giving up: nobody has so many boards of one name.
const MAX_NAMES: usize = 1_000;

/// What was written besides the configuration.
pub(super) struct Written {
    pub profile: Option<PathBuf>,
}

/// The board of the configuration that the preview shows, under whichever URL it stands there.
pub(super) fn same_board<'o>(
    options: &'o Options,
    preview: &Preview,
) -> anyhow::Result<Option<&'o BoardOptions>> {
    let url = Url::parse(&preview.url)?;
    let library = outfit::library(options)?;
    let learnt = preview
        .learnt
        .as_ref()
        .and_then(|learnt| crate::profile::Profile::from_toml(&learnt.text).ok());
    let profile = library.get(&preview.engine);
    let identity = match (&profile, &learnt) {
        (Some(profile), _) => &profile.identity,
        (None, Some(profile)) => &profile.identity,
        (None, None) => return Ok(None),
    };
    Ok(options.boards.iter().find(|board| {
        host_key(&board.url) == host_key(&url)
            && identity
                .board(&board.url)
                .is_some_and(|found| found.key == preview.key)
    }))
}

/// The board's own name, or the first of it with a number that no other board has.
pub(super) fn free_name(options: &Options, own: &str) -> String {
    let plain: String = own
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let plain = plain.trim().trim_start_matches('-');
    let base = match config::board_name(plain) {
        Ok(name) => name,
        Err(_) => "board".to_owned(),
    };
    std::iter::once(base.clone())
        .chain((2..MAX_NAMES).map(|n| format!("{base}-{n}")))
        .find(|name| options.board(name).is_none())
        .unwrap_or(base)
}

/// Writes the profile, if one was learnt, and then the board. Other runs of `add` on the same folder wait meanwhile.
///
/// # Errors
/// The disk's; a configuration that is not what it was when it was read, or that cannot take the board. Then nothing has
/// changed.
pub(super) fn write(
    path: &Path,
    options: &Options,
    mut entry: BoardEntry,
    preview: &Preview,
) -> anyhow::Result<Written> {
    // A link leads to the file that is meant; a rename would replace the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let lock = File::open(folder)?;
    lock.lock()
        .with_context(|| format!("{} cannot be locked", folder.display()))?;
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            return Err(error).with_context(|| format!("{} cannot be read", path.display()));
        }
    };
    let mut made = None;
    if let Some(learnt) = &preview.learnt {
        let place = place_for(folder, options, learnt)?;
        entry.profile = Some(format!("{PROFILES}/{}.toml", place.engine));
        entry.engine = Some(place.engine);
        if place.is_new {
            replace(&place.path, &place.text)?;
        }
        made = Some((place.path, place.is_new));
    } else {
        entry.profile = listed_as(folder, options, &preview.engine);
    }
    let written = edit(&path, &text, &entry);
    if let (Err(_), Some((file, true))) = (&written, &made) {
        // Nothing names it.
        let _ = fs::remove_file(file);
    }
    written.map(|()| Written {
        profile: made.map(|(file, _)| file),
    })
}

/// Puts the entry into the text, checks the whole, and replaces the file.
fn edit(path: &Path, text: &str, entry: &BoardEntry) -> anyhow::Result<()> {
    let edited = config::with_board(text, entry)
        .map_err(|error| Usage(format!("{} is left as it is: {error}", path.display())))?;
    let read = config::from_toml(path, &edited).map_err(ConfigError::Complaints)?;
    outfit::library(&read)?;
    replace(path, &edited)
}

fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let put = || -> io::Result<()> {
        let mut file = NewFile::begin(path)?;
        file.write_all(text.as_bytes())?;
        file.finish()
    };
    put().with_context(|| format!("{} cannot be written", path.display()))
}

/// Where a learnt profile goes, under which name.
struct Place {
    engine: String,
    path: PathBuf,
    /// The profile's text under that name.
    text: String,
    /// It is not there yet.
    is_new: bool,
}

/// The learnt profile's own name, or the first of it with a number that is free. A file of that name with other words
/// is somebody's, and so is a profile of that name in the configuration: they stay.
fn place_for(folder: &Path, options: &Options, learnt: &Learnt) -> anyhow::Result<Place> {
    let profiles = folder.join(PROFILES);
    fs::create_dir_all(&profiles)
        .with_context(|| format!("{} cannot be made", profiles.display()))?;
    for n in 1..MAX_NAMES {
        let engine = match n {
            1 => learnt.name.clone(),
            n => format!("{}-{n}", learnt.name),
        };
        let text = learnt.text.replacen(
            &format!("engine = \"{}\"", learnt.name),
            &format!("engine = \"{engine}\""),
            1,
        );
        let path = profiles.join(format!("{engine}.toml"));
        let taken = outfit::profile_text(options, &engine).is_some_and(|held| held != text);
        let is_new = match fs::read(&path) {
            Ok(held) if held == text.as_bytes() => false,
            Ok(_) => continue,
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(error) => {
                let path = path.display();
                return Err(error).with_context(|| format!("{path} cannot be read"));
            }
        };
        if !taken {
            return Ok(Place {
                engine,
                path,
                text,
                is_new,
            });
        }
    }
    Err(Usage(format!(
        "{} is full of profiles named {}",
        profiles.display(),
        learnt.name
    ))
    .into())
}

/// How the configuration is to list the operator's own profile of this engine, where it does not yet: relative to its
/// folder, if the file is below it.
fn listed_as(folder: &Path, options: &Options, engine: &str) -> Option<String> {
    let source = options.profiles.iter().find(|source| {
        crate::profile::Profile::from_toml(&source.text)
            .is_ok_and(|profile| profile.engine == engine)
    })?;
    if !source.named {
        return None;
    }
    let whole = fs::canonicalize(&source.path).ok()?;
    let below = fs::canonicalize(folder)
        .ok()
        .and_then(|folder| whole.strip_prefix(folder).ok().map(Path::to_path_buf));
    Some(below.unwrap_or(whole).to_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_free_and_fit_for_the_command_line() {
        let text = "[[board]]\nname = \"news\"\nurl = \"http://h/a\"\n[[board]]\nname = \"news-2\"\nurl = \"http://h/b\"\n";
        let options = config::from_toml(Path::new("b.toml"), text).expect("a good file");
        for (own, want) in [
            ("talk", "talk"),
            ("news", "news-3"),
            ("--yes", "yes"),
            ("a\u{1b}b\n", "a b"),
            ("", "board"),
            ("http://h/", "board"),
        ] {
            assert_eq!(free_name(&options, own), want, "{own:?}");
        }
    }
}
