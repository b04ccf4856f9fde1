//! Two bars for who waits: listing pages and articles, each with its rate and the time left.
//!
//! Nothing is drawn unless the bars are enabled. Calls are cheap: indicatif draws at most 20 times a second.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::outputs::terminal;
use crate::telemetry;

/// Clones draw the same bars.
#[derive(Debug, Clone)]
pub struct Progress(Option<Bars>);

#[derive(Debug, Clone)]
struct Bars {
    all: MultiProgress,
    listing: ProgressBar,
    articles: ProgressBar,
}

const WITH_END: &str = "{prefix:>13} {wide_bar} {human_pos}/{human_len}  {per_sec}  {eta} left";
const WITHOUT_END: &str = "{prefix:>13} {spinner} {human_pos}  {per_sec}";

impl Progress {
    /// Bars on the standard error stream; with `enabled` false, nothing ever.
    pub fn new(enabled: bool) -> Self {
        if !enabled {
            return Self(None);
        }
        let all = MultiProgress::new();
        let bar = |prefix: &'static str| {
            let bar = all.add(ProgressBar::no_length().with_style(style(WITHOUT_END)));
            bar.set_prefix(prefix);
            bar
        };
        let listing = bar("listing pages");
        let articles = bar("articles");
        telemetry::write_above(Some(all.clone()));
        Self(Some(Bars {
            all,
            listing,
            articles,
        }))
    }

    /// `total` where a pager has told how many there are.
    pub fn listing(&self, done: u64, total: Option<u64>) {
        if let Some(bars) = &self.0 {
            show(&bars.listing, done, total);
        }
    }

    /// `total` grows while the listing is read.
    pub fn articles(&self, done: u64, total: u64) {
        if let Some(bars) = &self.0 {
            show(&bars.articles, done, Some(total));
        }
    }

    /// A line above the bars, for the operator. Its text may come from a page.
    pub fn message(&self, text: &str) {
        if let Some(bars) = &self.0 {
            // It fails where the terminal is gone; then nobody would read it.
            let _ = bars.all.println(terminal::line(text));
        }
    }

    /// Takes the bars away.
    pub fn finish(&self) {
        if let Some(bars) = &self.0 {
            bars.listing.finish_and_clear();
            bars.articles.finish_and_clear();
            telemetry::write_above(None);
        }
    }
}

fn show(bar: &ProgressBar, done: u64, total: Option<u64>) {
    if bar.length() != total {
        if bar.length().is_some() != total.is_some() {
            bar.set_style(style(if total.is_some() {
                WITH_END
            } else {
                WITHOUT_END
            }));
        }
        match total {
            Some(total) => bar.set_length(total),
            None => bar.unset_length(),
        }
    }
    if bar.position() != done {
        bar.set_position(done);
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("both templates are tested")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_templates_can_be_read() {
        style(WITH_END);
        style(WITHOUT_END);
    }

    #[test]
    fn disabled_bars_take_every_call() {
        let progress = Progress::new(false);
        progress.listing(1, None);
        progress.articles(1, 2);
        progress.message("a line");
        progress.finish();
    }

    #[test]
    fn a_total_that_becomes_known_and_grows_is_taken_over() {
        let bar = ProgressBar::hidden();
        bar.unset_length();
        show(&bar, 1, None);
        assert_eq!((bar.position(), bar.length()), (1, None));
        show(&bar, 2, Some(10));
        show(&bar, 3, Some(12));
        assert_eq!((bar.position(), bar.length()), (3, Some(12)));
    }
}
