//! A preview in words: what a person needs to say yes or no.

use std::io::{self, Write};

use crate::crawl::{ArticleSummary, KnownBy, ListingSummary, Preview, RowSummary};
use crate::outputs::number::counted;
use crate::outputs::terminal;

/// Signs of an engine shown.
const MAX_SIGNS: usize = 3;
/// Letters shown of a row's title.
const MAX_TITLE: usize = 80;
/// Lines shown of an article's text.
const MAX_LINES: usize = 8;
/// Letters shown of a line.
const MAX_LETTERS: usize = 160;

pub(super) fn print(out: &mut impl Write, preview: &Preview, name: &str) -> io::Result<()> {
    let mut line = |label: &str, value: &str| labelled(out, label, value);
    line("board", &format!("{name}  {}", preview.url))?;
    let how = match preview.known_by {
        KnownBy::Named => "as you named it".to_owned(),
        KnownBy::Recognised => format!("recognised by {}", signs(preview)),
        KnownBy::Learnt => "no board software is recognised; learnt from its pages".to_owned(),
    };
    line(
        "profile",
        &format!("{} ({}): {how}", preview.title, preview.engine),
    )?;
    for decision in &preview.decisions {
        line(
            decision.what,
            &format!(
                "{}  (score {:.2}: {})",
                decision.value, decision.score, decision.reason
            ),
        )?;
        for lost in &decision.lost {
            line("", &format!("not {lost}"))?;
        }
    }
    let zone = preview.timezone.as_deref().unwrap_or("?");
    line("read as", &format!("{}, dates in {zone}", preview.charset))?;
    line(
        "pace",
        &format!("one request each {} s", preview.interval_s),
    )?;
    line(
        "robots.txt",
        &format!("listing: {}", preview.robots_listing),
    )?;
    if let Some(verdict) = &preview.robots_article {
        line("", &format!("article: {verdict}"))?;
    }
    match &preview.listing {
        Some(listing) => print_listing(out, listing)?,
        None => labelled(out, "listing", "no row is read from the page")?,
    }
    match &preview.article {
        Some(article) => print_article(out, article)?,
        None => labelled(out, "article", "none could be read")?,
    }
    labelled(
        out,
        "cost",
        &format!("{} requests, robots.txt included", preview.n_requests),
    )
}

/// The first signs that the engine was recognised by.
pub(super) fn signs(preview: &Preview) -> String {
    let shown: Vec<&str> = preview
        .signs
        .iter()
        .take(MAX_SIGNS)
        .map(String::as_str)
        .collect();
    match preview.signs.len() - shown.len() {
        0 => shown.join(", "),
        n => format!("{} and {n} more signs", shown.join(", ")),
    }
}

fn labelled(out: &mut impl Write, label: &str, value: &str) -> io::Result<()> {
    writeln!(out, "{label:>15}  {}", terminal::line(value))
}

fn print_listing(out: &mut impl Write, listing: &ListingSummary) -> io::Result<()> {
    let last = listing.last_page.map_or(String::new(), |page| {
        format!("; {}", counted(page.into(), "page"))
    });
    labelled(
        out,
        "listing",
        &format!(
            "{}, {} of them notices{last}",
            counted(listing.n_rows as u64, "row"),
            listing.n_notices
        ),
    )?;
    for row in &listing.rows {
        print_row(out, row)?;
    }
    for warning in &listing.warnings {
        labelled(out, "warning", warning)?;
    }
    Ok(())
}

fn print_row(out: &mut impl Write, row: &RowSummary) -> io::Result<()> {
    let rank = match (row.notice, row.rank) {
        (true, _) => "notice".to_owned(),
        (false, Some(rank)) => rank.to_string(),
        (false, None) => "-".to_owned(),
    };
    let category = row
        .category
        .as_ref()
        .map_or(String::new(), |category| format!("[{category}] "));
    labelled(
        out,
        &rank,
        &format!(
            "{category}{} · {} · {} · {}",
            cut(&row.title, MAX_TITLE),
            row.author.as_deref().unwrap_or("no author"),
            row.posted.as_deref().unwrap_or("no date"),
            row.key
        ),
    )
}

fn print_article(out: &mut impl Write, article: &ArticleSummary) -> io::Result<()> {
    labelled(out, "article", &article.url)?;
    if article.class != "article" {
        labelled(out, "page", &article.class)?;
    }
    let known = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    labelled(out, "key", &known(&article.key))?;
    labelled(out, "title", &known(&article.title))?;
    labelled(out, "author", &known(&article.author))?;
    labelled(out, "date", &known(&article.posted))?;
    if let Some(category) = &article.category {
        labelled(out, "category", category)?;
    }
    let mut label = "text";
    let lines: Vec<&str> = article.text.lines().collect();
    for line in lines.iter().take(MAX_LINES) {
        labelled(out, label, &cut(line, MAX_LETTERS))?;
        label = "";
    }
    if lines.is_empty() {
        labelled(out, label, "none")?;
    }
    if lines.len() > MAX_LINES {
        labelled(
            out,
            "",
            &format!("… {} lines more", lines.len() - MAX_LINES),
        )?;
    }
    labelled(
        out,
        "with it",
        &format!(
            "{} comments, {} images, {} attachments",
            article.n_comments, article.n_images, article.n_attachments
        ),
    )?;
    for warning in &article.warnings {
        labelled(out, "warning", warning)?;
    }
    Ok(())
}

fn cut(line: &str, max_letters: usize) -> String {
    match line.char_indices().nth(max_letters) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
