//! `boardwalk explain`: how one URL is understood.

use std::io::Write;
use std::sync::Arc;

use clap::Args;
use url::Url;

use super::{Exit, outfit};
use crate::config::{self, BoardOptions, Options};
use crate::crawl::{Explanation, explain};
use crate::outputs::terminal;

/// Tell how a URL is read: key, robots verdict, pace, profile, and where each field comes from
///
/// Makes one request (and one for robots.txt) and stores nothing.
#[derive(Debug, Args)]
pub(super) struct ExplainCommand {
    /// A listing or an article
    #[arg(value_parser = config::board_url)]
    url: Url,

    /// Board software or profile, where it is not to be recognised
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,

    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

impl ExplainCommand {
    pub(super) fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let mut board = options
            .boards
            .iter()
            .find(|board| board.url == self.url)
            .cloned()
            .unwrap_or_else(|| BoardOptions::from_url(self.url.clone()));
        board.engine = self.engine.clone().or(board.engine);
        let library = outfit::library(options)?;
        let target = outfit::target(options, &library, &board)?;
        let fetcher = outfit::fetcher(options, std::slice::from_ref(&board))?;
        let explained = outfit::runtime()?.block_on(explain(&fetcher, Arc::new(library), &target));
        let explanation = match explained {
            Ok(explanation) => explanation,
            Err(error) => {
                anstream::eprintln!("{}", terminal::line(&error.to_string()));
                return Ok(Exit::Nothing);
            }
        };
        let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
        if self.json {
            serde_json::to_writer(&mut out, &explanation)?;
            writeln!(out)?;
        } else {
            print(&mut out, &explanation)?;
        }
        out.flush()?;
        Ok(Exit::Done)
    }
}

fn print(out: &mut impl Write, explanation: &Explanation) -> std::io::Result<()> {
    let mut line = |name: &str, value: &str| {
        if value.is_empty() {
            Ok(())
        } else {
            writeln!(out, "{name:>14}  {}", terminal::line(value))
        }
    };
    line("url", &explanation.url)?;
    if explanation.final_url != explanation.url {
        line("answered by", &explanation.final_url)?;
    }
    line("status", &explanation.status.to_string())?;
    line("robots.txt", &explanation.robots)?;
    line(
        "pace",
        &format!("one request each {} s", explanation.interval_s),
    )?;
    let replaced = match explanation.n_replaced {
        0 => String::new(),
        n => format!(", {n} characters lost"),
    };
    line("charset", &format!("{}{replaced}", explanation.charset))?;
    match &explanation.profile {
        Some(profile) => line(
            "profile",
            &format!("{profile}: {}", explanation.signs.join(", ")),
        )?,
        None => line("profile", "none: no board software was recognised")?,
    }
    line(
        "page",
        &format!("{} ({})", explanation.class, explanation.class_reason),
    )?;
    line("key", explanation.key.as_deref().unwrap_or_default())?;
    line("board", explanation.board.as_deref().unwrap_or_default())?;
    line(
        "stored as",
        explanation.canonical_url.as_deref().unwrap_or_default(),
    )?;
    for field in explanation.fields.iter().skip(1) {
        line(field.field, &format!("{}  [{}]", field.value, field.rule))?;
        for other in &field.also {
            line("", &format!("also {other}"))?;
        }
    }
    if let Some(listing) = &explanation.listing {
        let page = |page: Option<u32>| page.map_or("?".to_owned(), |page| page.to_string());
        line(
            "listing",
            &format!(
                "{} rows, {} of them notices; page {} of {}",
                listing.n_rows,
                listing.n_notices,
                page(listing.current_page),
                page(listing.last_page)
            ),
        )?;
        for row in &listing.rows {
            let rank = match (row.notice, row.rank) {
                (true, _) => "notice".to_owned(),
                (false, Some(rank)) => rank.to_string(),
                (false, None) => "-".to_owned(),
            };
            let comments = row
                .comment_count
                .map_or(String::new(), |count| format!(" [{count}]"));
            line(
                &rank,
                &format!(
                    "{}{comments} · {} · {}",
                    row.title,
                    row.author.as_deref().unwrap_or("?"),
                    row.posted.as_deref().unwrap_or("no date")
                ),
            )?;
        }
        for warning in &listing.warnings {
            line("warning", warning)?;
        }
    }
    Ok(())
}
