//! From checked options to what the stages need: profiles, a fetcher, targets.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::Usage;
use crate::config::{
    BoardOptions, Complaint, ConfigError, FILE_NAME, NotifyOptions, Options, Place, ProfileSource,
};
use crate::crawl::{CrawlOptions, Tailor, Target};
use crate::fetch::{FetchOptions, Fetcher, HookClient, HostPort, Pace, host_key, install_crypto};
use crate::model::{Clock, SystemClock};
use crate::notify::{Notifier, Notifiers};
use crate::profile::{Library, Profile};
use crate::schedule::RevisitSchedule;
use crate::store::sqlite::{CopyOptions, StoreOptions};

/// The built-in profiles and the operator's own.
///
/// # Errors
/// [`ConfigError::Complaints`], all at once.
pub(super) fn library(options: &Options) -> Result<Library, ConfigError> {
    let mut library = Library::built_in();
    let mut complaints = Vec::new();
    for source in &options.profiles {
        match compiled(source) {
            Ok(profile) => library.add_own(profile),
            Err(found) => complaints.extend(found),
        }
    }
    if complaints.is_empty() {
        Ok(library)
    } else {
        Err(ConfigError::Complaints(complaints))
    }
}

/// The value of `--profile` that switches the built-in profiles off.
pub(super) const LEARN: &str = "learn";

/// Takes in a profile that was named on the command line; answers its engine's name. It comes before all others of that
/// name, and nothing learnt takes its place.
///
/// # Errors
/// Where it cannot be read, or is no profile: [`ConfigError`].
pub(super) fn own_profile(options: &mut Options, file: &str) -> Result<String, ConfigError> {
    let path = PathBuf::from(file);
    let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::Unreadable {
        path: path.clone(),
        source,
    })?;
    let source = ProfileSource {
        path,
        text,
        named: true,
    };
    let profile = compiled(&source).map_err(ConfigError::Complaints)?;
    // `library` lets the last of a name count, `profile_text` the first.
    options.profiles.retain(|other| {
        !Profile::from_toml(&other.text).is_ok_and(|other| other.engine == profile.engine)
    });
    options.profiles.push(source);
    Ok(profile.engine)
}

/// A profile's file, compiled; every complaint with its place.
fn compiled(source: &ProfileSource) -> Result<Profile, Vec<Complaint>> {
    Profile::from_toml(&source.text).map_err(|found| {
        let placed = found.into_iter().map(|complaint| Complaint {
            path: source.path.clone(),
            place: Place {
                line: complaint.line,
                column: complaint.column,
            },
            message: complaint.message,
        });
        placed.collect()
    })
}

/// The text of the profile with this name: the operator's own, or a built-in one.
pub(super) fn profile_text(options: &Options, engine: &str) -> Option<String> {
    let own = options.profiles.iter().find(|source| {
        Profile::from_toml(&source.text).is_ok_and(|profile| profile.engine == engine)
    });
    own.map(|source| source.text.clone())
        .or_else(|| Library::built_in_text(engine).map(str::to_owned))
}

/// A board's wishes over whichever profile reads it.
fn tailor(options: &Options, board: &BoardOptions) -> Tailor {
    if board.overrides.is_empty() && board.timezone.is_none() {
        return Tailor::default();
    }
    let (options, board) = (options.clone(), board.clone());
    let rewrites = !board.overrides.is_empty();
    let tailor = Tailor::new(move |profile| {
        let mut changed = profile.clone();
        if !board.overrides.is_empty() {
            let text = profile_text(&options, &profile.engine)?;
            match Profile::from_toml_with(&text, &board.overrides) {
                Ok(overridden) => changed = overridden,
                Err(complaints) => {
                    // `check` and naming the engine tell this before a crawl; here it is too late to refuse.
                    for complaint in complaints {
                        tracing::error!("board {}: {}", board.label(), complaint.message);
                    }
                    return None;
                }
            }
        }
        if let Some(zone) = &board.timezone {
            changed.timezone = zone.clone();
        }
        Some(changed)
    });
    if rewrites { tailor.rewriting() } else { tailor }
}

/// A board as the crawl wants it named.
///
/// # Errors
/// An engine that no profile has, overrides that do not fit it.
pub(super) fn target(
    options: &Options,
    library: &Library,
    board: &BoardOptions,
) -> anyhow::Result<Target> {
    let profile = match &board.engine {
        None => None,
        Some(engine) => Some(library.get(engine).ok_or_else(|| {
            let known: Vec<&str> = library.names().collect();
            Usage(format!(
                "there is no profile {engine}; known are {}",
                known.join(", ")
            ))
        })?),
    };
    if let (Some(profile), false) = (&profile, board.overrides.is_empty()) {
        let text = profile_text(options, &profile.engine).unwrap_or_default();
        if let Err(complaints) = Profile::from_toml_with(&text, &board.overrides) {
            let said: Vec<&str> = complaints
                .iter()
                .map(|complaint| complaint.message.as_str())
                .collect();
            return Err(Usage(format!("board {}: {}", board.label(), said.join("; "))).into());
        }
    }
    Ok(Target {
        name: board.name.clone(),
        profile,
        charset: board.charset.clone(),
        max_pages: board.pages.most(),
        since: board.since,
        tailor: tailor(options, board),
        url: board.url.clone(),
    })
}

/// A fetcher that may reach these boards' hosts, at the pace that the options ask for.
///
/// # Errors
/// A proxy or header that cannot be used.
pub(super) fn fetcher(options: &Options, boards: &[BoardOptions]) -> anyhow::Result<Fetcher> {
    install_crypto();
    let options = fetch_options(options, boards);
    Ok(Fetcher::new(options, Arc::new(SystemClock))?)
}

/// What such a fetcher is made from.
pub(super) fn fetch_options(options: &Options, boards: &[BoardOptions]) -> FetchOptions {
    let mut host_intervals = HashMap::new();
    for board in boards {
        if let Some(interval) = board.min_interval {
            let slowest = host_intervals
                .entry(host_key(&board.url))
                .or_insert(interval);
            *slowest = interval.max(*slowest);
        }
    }
    let http = &options.http;
    FetchOptions {
        user_agent: http.user_agent.clone(),
        accept_language: http.accept_language.clone(),
        timeout: http.timeout,
        max_body_bytes: http.max_body_bytes,
        max_redirects: http.max_redirects,
        pace: Pace {
            min_interval: options.pace.min_interval,
            max_connections: options.pace.max_connections,
            max_interval: options.pace.max_interval,
        },
        host_intervals,
        obey_robots: http.obey_robots,
        allow_private: boards
            .iter()
            .filter_map(|board| HostPort::of(&board.url))
            .filter(is_private)
            .collect(),
        proxy: http.proxy.clone(),
    }
}

/// A host that is plainly inside: an address, `localhost`, a name without a dot or of a private zone (RFC 6762, RFC
/// 8375, RFC 9476). Only for these are private addresses opened, and only for the port that was named; a public name
/// that suddenly resolves to a private address stays refused.
fn is_private(place: &HostPort) -> bool {
    const ZONES: [&str; 7] = [
        ".localhost",
        ".local",
        ".internal",
        ".lan",
        ".home.arpa",
        ".test",
        ".intranet",
    ];
    let name = &place.host;
    let is_address = name.starts_with('[') || name.parse::<Ipv4Addr>().is_ok();
    is_address || !name.contains('.') || ZONES.iter().any(|zone| name.ends_with(zone))
}

/// What a target of messages is given to answer.
const HOOK_TIMEOUT: Duration = Duration::from_secs(10);

/// The notifiers of the configuration, with their secrets. Where pages are fetched meanwhile, `fetcher` has their hosts.
///
/// # Errors
/// A secret that is not there or cannot be used, with the place of its notifier in the file.
pub(super) fn notifiers(
    options: &Options,
    fetcher: Option<&Fetcher>,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Notifiers> {
    let usable = |notify: &NotifyOptions| {
        Notifier::new(notify.clone())
            .map(Arc::new)
            .map_err(|error| Complaint {
                path: options.source.clone().unwrap_or_else(|| FILE_NAME.into()),
                place: notify.place,
                message: format!("notifier {}: {error}", notify.name),
            })
    };
    let list: Vec<Arc<Notifier>> = options
        .notifiers
        .iter()
        .map(usable)
        .collect::<Result<_, _>>()
        .map_err(|complaint| ConfigError::Complaints(vec![complaint]))?;
    let hooks = FetchOptions {
        timeout: HOOK_TIMEOUT,
        allow_private: list
            .iter()
            .filter_map(|notifier| notifier.place())
            .filter(is_private)
            .collect(),
        ..fetch_options(options, &[])
    };
    let client = HookClient::new(&hooks, clock)?;
    let client = match fetcher {
        Some(fetcher) => {
            for board in &options.boards {
                // Met before its first page: a message may come earlier.
                fetcher.host(&board.url);
            }
            client.beside(fetcher.clone())
        }
        None => client,
    };
    Ok(Notifiers { client, list })
}

/// The runtime that a command's requests run on.
///
/// # Errors
/// Where the system has no thread left for it.
pub(super) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    // Under load a thread that has just done its work is not yet counted as free when the next one is wanted, so that more
    // and more are begun; woken in turn, none of them is idle for the usual ten seconds.
    tokio::runtime::Builder::new_multi_thread()
        .thread_keep_alive(std::time::Duration::from_secs(1))
        .enable_all()
        .build()
}

/// Visits in flight may take this long after a signal. systemd and we promise ten seconds for all of it.
const GRACE: Duration = Duration::from_secs(8);

/// How a run behaves.
pub(super) fn crawl_options(options: &Options) -> CrawlOptions {
    let seed = std::hash::BuildHasher::hash_one(
        &std::collections::hash_map::RandomState::new(),
        std::process::id(),
    );
    CrawlOptions {
        quiet_pages: options.walk.quiet_pages,
        deep_every: options.walk.deep_every,
        restricted_retry: options.walk.restricted_retry,
        failed_retry: SignedDuration::ZERO,
        max_tries: options.walk.max_tries,
        patience: options.walk.patience,
        confirm_gone_after: options.walk.confirm_gone_after,
        radar_interval: radar_interval(options),
        max_connections: options.pace.max_connections,
        mask_addresses: options.text.mask_addresses,
        grace: GRACE,
        seed,
    }
}

/// What is kept, and for how long.
pub(super) fn store_options(options: &Options) -> StoreOptions {
    let (store, revisit) = (&options.store, &options.revisit);
    StoreOptions {
        keep_raw_pages: store.keep_raw_pages,
        raw_pages_days: store.raw_pages_days,
        raw_pages_max_bytes: store.raw_pages_max_bytes,
        search_index: store.search_index,
        receipts_days: store.receipts_days,
        revisits: if revisit.enabled {
            RevisitSchedule::new(revisit.ages.iter().copied(), revisit.max_per_pass)
        } else {
            RevisitSchedule::off()
        },
        copies: CopyOptions {
            near_copies: options.dedup.near_copies,
            window_days: options.dedup.window_days,
            max_compared: options.dedup.max_compared,
        },
    }
}

/// The radar's share of the pace, as the time between two of its requests. A board with a slower pace of its own slows
/// all of them: the radar is never in a hurry.
fn radar_interval(options: &Options) -> Option<SignedDuration> {
    let slowest = options
        .boards
        .iter()
        .filter_map(|board| board.min_interval)
        .fold(options.pace.min_interval, Duration::max);
    let share = options.walk.radar_share_percent;
    (share > 0).then(|| {
        SignedDuration::try_from(slowest * 100 / share).unwrap_or(SignedDuration::from_hours(1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_of_configuration_and_store_are_the_same() {
        assert_eq!(store_options(&Options::default()), StoreOptions::default());
        let mut off = Options::default();
        off.revisit.enabled = false;
        assert_eq!(store_options(&off).revisits, RevisitSchedule::off());
    }
}
