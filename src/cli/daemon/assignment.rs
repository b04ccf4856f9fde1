//! From options to what the service is to do; the fetcher stays while the options it was made from stay.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::cli::outfit;
use crate::config::Options;
use crate::crawl::{Assignment, CrawlOptions, board_plan, limits};
use crate::fetch::{FetchOptions, Fetcher};

/// Posts that failed are asked for again by passes this long after; a one-off run, which somebody waits for, does so
/// at once.
const FAILED_RETRY: SignedDuration = SignedDuration::from_hours(6);

#[derive(Default)]
pub(super) struct Assigner {
    fetcher: Option<(FetchOptions, Fetcher)>,
}

impl Assigner {
    /// # Errors
    /// Profiles, boards or a proxy that cannot be used.
    pub(super) fn assign(&mut self, options: &Options) -> anyhow::Result<Assignment> {
        let library = outfit::library(options)?;
        let boards = options
            .boards
            .iter()
            .map(|board| {
                let target = outfit::target(options, &library, board)?;
                Ok((target, board_plan(board)))
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Assignment {
            fetcher: self.fetcher(options)?,
            library: Arc::new(library),
            options: CrawlOptions {
                failed_retry: FAILED_RETRY,
                ..outfit::crawl_options(options)
            },
            limits: limits(&options.schedule),
            boards,
        })
    }

    /// With another fetcher, what the hosts' own objects know of their pace would be lost without need.
    fn fetcher(&mut self, options: &Options) -> anyhow::Result<Fetcher> {
        let wanted = outfit::fetch_options(options, &options.boards);
        if let Some((known, fetcher)) = &self.fetcher
            && *known == wanted
        {
            return Ok(fetcher.clone());
        }
        let fetcher = outfit::fetcher(options, &options.boards)?;
        self.fetcher = Some((wanted, fetcher.clone()));
        Ok(fetcher)
    }
}
