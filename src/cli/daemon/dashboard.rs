//! What the web pages need of the options and of the running service.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::reload::Refusal;
use crate::cli::outfit;
use crate::config::{self, BoardOptions, Options};
use crate::crawl::Pulse;
use crate::fetch::HostSnapshot;
use crate::model::SystemClock;
use crate::outputs::web::{
    Access, Archives, BoardVitals, HostVitals, RefusedConfig, SavedSearch, Vitals, Web, Zones,
};
use crate::profile::Library;
use crate::store::sqlite::SqliteArchive;
use crate::store::{Archive, StoreError};

pub(super) fn access(options: &Options) -> Access {
    let token = options.web.token.as_ref().map(|token| token.0.as_str());
    let mut names = options.web.hosts.clone();
    // An address of this machine that was written down is a name that was configured.
    names.extend(options.web.listen.map(|address| address.ip().to_string()));
    Access::new(&names, token)
}

pub(super) fn web(options: &Options, path: PathBuf, pulse: Arc<Pulse>, refusal: Refusal) -> Web {
    let open = move || -> Result<Box<dyn Archive + Send>, StoreError> {
        Ok(Box::new(SqliteArchive::open(&path)?))
    };
    let vitals = move || vitals(&pulse, refusal.now());
    let web = Web::new(
        Archives::new(Arc::new(open)),
        Arc::new(vitals),
        Arc::new(SystemClock),
        zones(options),
    );
    web.set_searches(searches(options));
    web
}

pub(super) fn searches(options: &Options) -> Vec<SavedSearch> {
    let search = |kept: &config::SavedSearch| SavedSearch {
        name: kept.name.clone(),
        query: kept.query.clone(),
    };
    options.searches.iter().map(search).collect()
}

/// A board's days begin in its own zone, as far as the configuration or the profile that it names tells it.
fn zones(options: &Options) -> Zones {
    let zones = Zones::new(options.zone());
    let library = outfit::library(options).unwrap_or_else(|_| Library::built_in());
    options.boards.iter().fold(zones, |zones, board| {
        match (&board.name, zone(board, &library)) {
            (Some(name), Some(zone)) => zones.with(name, zone),
            _ => zones,
        }
    })
}

fn zone(board: &BoardOptions, library: &Library) -> Option<TimeZone> {
    let named = board.engine.as_deref();
    let profile = || library.get(named?).map(|profile| profile.timezone.clone());
    board.timezone.clone().or_else(profile)
}

/// The pulse in the words of the outputs, which know nothing of crawling.
fn vitals(pulse: &Pulse, refused_config: Option<RefusedConfig>) -> Vitals {
    let boards: BTreeMap<String, BoardVitals> = pulse
        .boards()
        .into_iter()
        .map(|(name, board)| {
            let vitals = BoardVitals {
                running: board.running,
                next_at: board.next.at,
                next_reason: board.next.reason.to_string(),
                posts_per_day: board.next.posts_per_day,
                refusal: board.refusal,
            };
            (name, vitals)
        })
        .collect();
    Vitals {
        started_at: pulse.started_at(),
        beat_at: pulse.beat_at(),
        n_reloads: pulse.n_reloads(),
        refused_config,
        boards,
        hosts: pulse.hosts().into_iter().map(host_vitals).collect(),
    }
}

fn host_vitals(host: HostSnapshot) -> (String, HostVitals) {
    let vitals = HostVitals {
        interval: host.interval,
        paused_until: host.paused_until,
        n_in_flight: host.n_in_flight,
        pause_reason: host.reason,
        counters: host.counters,
    };
    (host.host, vitals)
}
