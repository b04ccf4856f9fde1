//! One article as a reader wants it: head, text, images, attachments, comments, revisions.

use std::io::{self, Write};

use anstyle::Style;
use jiff::tz::TimeZone;

use super::columns::{bytes, wrap};
use super::comments::as_tree;
use super::number::{counted, votes};
use super::{moment, terminal};
use crate::model::{ArticleState, Precision};
use crate::store::{ArticleRecord, CommentRecord, Revision};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Indentation of comments ends here: a deep thread would leave no room for words.
const MAX_INDENT: usize = 8;

/// How it is to be shown.
#[derive(Debug, Clone)]
pub struct Page {
    /// Zone of the dates.
    pub zone: TimeZone,
    /// Texts are wrapped to this many columns; `None`: not at all.
    pub columns: Option<usize>,
}

impl Page {
    /// Writes the article. `revisions` may be empty; they are listed where there is more than one.
    ///
    /// # Errors
    /// The writer's.
    pub fn show(
        &self,
        article: &ArticleRecord,
        revisions: &[Revision],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.head(article, out)?;
        if let Some(text) = &article.text {
            writeln!(out)?;
            self.text(text, 0, out)?;
        }
        media(article, out)?;
        self.comments(article, out)?;
        if revisions.len() > 1 {
            heading("Revisions", revisions.len(), out)?;
            for revision in revisions {
                let at = moment::short(revision.at, &self.zone);
                let title = terminal::line(&revision.title);
                writeln!(out, "  {}  {at}  {title}", revision.number)?;
            }
        }
        Ok(())
    }

    fn head(&self, article: &ArticleRecord, out: &mut dyn Write) -> io::Result<()> {
        for line in self.wrapped(&terminal::line(&article.title), 0) {
            writeln!(out, "{BOLD}{line}{BOLD:#}")?;
        }
        let mut facts = vec![terminal::line(&article.board).into_owned()];
        facts.extend(
            article
                .author
                .as_deref()
                .map(|name| terminal::line(name).into_owned()),
        );
        facts.extend(self.posted(article));
        facts.extend(
            article
                .category
                .as_deref()
                .map(|word| terminal::line(word).into_owned()),
        );
        if article.notice {
            facts.push("notice".into());
        }
        writeln!(out, "{}", facts.join(" · "))?;
        writeln!(out, "{DIM}{}{DIM:#}", terminal::line(&article.url))?;

        let mut facts = vec![self.state(article)];
        facts.extend(article.rank.map(|rank| format!("rank {rank}")));
        facts.extend(article.views.map(|n| counted(n, "view")));
        facts.extend(article.votes.map(votes));
        writeln!(out, "{}", facts.join(" · "))?;
        if let Some(source) = &article.source {
            writeln!(out, "Source: {}", terminal::line(source))?;
        }
        if !article.tags.is_empty() {
            writeln!(out, "Tags: {}", terminal::line(&article.tags.join(", ")))?;
        }
        if let Some(first) = &article.duplicate_of {
            writeln!(out, "Same text as {}", terminal::line(first.as_str()))?;
        }
        Ok(())
    }

    /// The date, no finer than the page told it; the page's own words where there is no date in them.
    fn posted(&self, article: &ArticleRecord) -> Option<String> {
        let Some(at) = article.posted_at else {
            return article
                .posted_text
                .as_deref()
                .map(|words| format!("\"{}\"", terminal::line(words)));
        };
        let precision = article.posted_at_precision.as_deref();
        let precision = precision.and_then(Precision::parse);
        Some(moment::with_precision(
            at,
            precision.unwrap_or(Precision::Minute),
            &self.zone,
        ))
    }

    fn state(&self, article: &ArticleRecord) -> String {
        let at = |moment: Option<jiff::Timestamp>, word: &str| match moment {
            Some(moment) => format!(" {word} {}", moment::short(moment, &self.zone)),
            None => String::new(),
        };
        let mut state = match article.state {
            ArticleState::Pending => "not fetched yet".to_owned(),
            ArticleState::Stored => format!("stored{}", at(article.fetched_at, "on")),
            ArticleState::Restricted => "restricted: not shown to guests".to_owned(),
            ArticleState::Gone => match &article.vanished {
                Some(vanished) => format!(
                    "gone{}{}",
                    at(Some(vanished.after), "between"),
                    at(Some(vanished.before), "and")
                ),
                None => format!("gone{}", at(article.gone_at, "since")),
            },
            ArticleState::Failed => "could not be read; a later crawl tries again".to_owned(),
        };
        if let Some(reason) = &article.state_reason {
            state.push_str(&format!(" ({})", terminal::line(reason)));
        }
        let held = article.text.is_some() && article.state != ArticleState::Stored;
        if held {
            state.push_str("; content from before is kept");
        }
        state
    }

    fn comments(&self, article: &ArticleRecord, out: &mut dyn Write) -> io::Result<()> {
        let held = article.comments.len();
        if held > 0 {
            heading("Comments", held, out)?;
        }
        for (depth, comment) in as_tree(&article.comments) {
            self.comment(depth.min(MAX_INDENT), comment, out)?;
        }
        let missing = article
            .comment_count
            .is_some_and(|count| count > held as u64);
        if !article.comments_complete || missing {
            let of = article
                .comment_count
                .map(|count| format!(" of {count}"))
                .unwrap_or_default();
            writeln!(out, "{DIM}{held}{of} comments are held{DIM:#}")?;
        }
        Ok(())
    }

    fn comment(
        &self,
        depth: usize,
        comment: &CommentRecord,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let indent = 2 * (depth + 1);
        let author = comment.author.as_deref().unwrap_or("(no name)");
        let mut line = terminal::line(author).into_owned();
        if let Some(at) = comment.posted_at {
            line.push_str(&format!(" · {}", moment::short(at, &self.zone)));
        }
        if let Some(at) = comment.gone_at {
            line.push_str(&format!(" · gone since {}", moment::short(at, &self.zone)));
        }
        writeln!(out, "{:indent$}{DIM}{line}{DIM:#}", "")?;
        match &comment.text {
            Some(text) => self.text(text, indent, out),
            None => {
                let why = if comment.secret {
                    "secret"
                } else {
                    "not shown"
                };
                writeln!(out, "{:indent$}{DIM}({why}){DIM:#}", "")
            }
        }
    }

    fn text(&self, text: &str, indent: usize, out: &mut dyn Write) -> io::Result<()> {
        for line in self.wrapped(&terminal::block(text), indent) {
            match line.as_str() {
                "" => writeln!(out)?,
                line => writeln!(out, "{:indent$}{line}", "")?,
            }
        }
        Ok(())
    }

    fn wrapped(&self, text: &str, indent: usize) -> Vec<String> {
        match self.columns {
            Some(columns) => wrap(text, columns.saturating_sub(indent).max(20)),
            None => text.split('\n').map(str::to_owned).collect(),
        }
    }
}

fn heading(title: &str, count: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{BOLD}{title} ({count}){BOLD:#}")
}

fn media(article: &ArticleRecord, out: &mut dyn Write) -> io::Result<()> {
    if !article.images.is_empty() {
        heading("Images", article.images.len(), out)?;
    }
    for image in &article.images {
        let words = image.caption.as_deref().or(image.alt.as_deref());
        let words = words.map(|words| format!("  {}", terminal::line(words)));
        let url = terminal::line(&image.url);
        writeln!(out, "  {url}{}", words.unwrap_or_default())?;
    }
    if !article.attachments.is_empty() {
        heading("Attachments", article.attachments.len(), out)?;
    }
    for attachment in &article.attachments {
        let size = attachment
            .size
            .map(|size| format!(" ({})", bytes(size)))
            .unwrap_or_default();
        let name = terminal::line(&attachment.name);
        let url = terminal::line(&attachment.url);
        writeln!(out, "  {name}{size}  {DIM}{url}{DIM:#}")?;
    }
    Ok(())
}

/// One line for each of several articles that were found, to choose from.
///
/// # Errors
/// The writer's.
pub fn choices(articles: &[ArticleRecord], out: &mut dyn Write) -> io::Result<()> {
    for article in articles {
        writeln!(
            out,
            "{}  {}  {}  {}",
            article.id,
            terminal::line(&article.board),
            terminal::line(article.key.as_str()),
            terminal::line(&article.title)
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::test_archive::{article, at};
    use super::*;

    fn shown(article: &ArticleRecord, columns: Option<usize>) -> String {
        let page = Page {
            zone: TimeZone::get("Asia/Seoul").expect("bundled"),
            columns,
        };
        let mut out = Vec::new();
        page.show(article, &[], &mut anstream::StripStream::new(&mut out))
            .expect("memory takes all");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn an_article_is_shown_whole() {
        let expected = "\
도서관 개관 안내
news · 사서 · 2026-11-20 · 알림
https://board.example/news/1
stored on 2026-11-21 09:00 · rank 12 · 31 views
Tags: 도서관

첫 문단이다.
둘째 문단이다.

Images (1)
  https://board.example/a.jpg  새 건물

Attachments (1)
  안내문.pdf (20.0 KiB)  https://board.example/files/7

Comments (2)
  손님1 · 2026-11-20 10:00
  좋네요
    손님2 · 2026-11-20 10:00
    (secret)
";
        assert_eq!(shown(&article(1), None), expected);
    }

    #[test]
    fn long_lines_are_wrapped_to_the_terminal() {
        let mut long = article(1);
        long.text = Some("가나다 ".repeat(30));
        let text = shown(&long, Some(40));
        use unicode_width::UnicodeWidthStr;
        assert!(
            text.lines()
                .filter(|line| line.contains("가나다"))
                .all(|line| line.width() <= 40),
            "{text}"
        );
    }

    #[test]
    fn gone_articles_say_since_when_and_keep_their_words() {
        let mut gone = article(1);
        gone.state = ArticleState::Gone;
        gone.state_reason = Some("404".into());
        gone.gone_at = Some(at("2026-12-01T00:00:00Z"));
        let text = shown(&gone, None);
        assert!(
            text.contains("gone since 2026-12-01 09:00 (404); content from before is kept"),
            "{text}"
        );
        assert!(text.contains("첫 문단이다."));
    }

    #[test]
    fn a_comment_that_is_gone_says_so_and_keeps_its_words() {
        let mut record = article(1);
        record.comments[0].gone_at = Some(at("2026-12-01T00:00:00Z"));
        let text = shown(&record, None);
        assert!(
            text.contains("손님1 · 2026-11-20 10:00 · gone since 2026-12-01 09:00\n  좋네요"),
            "{text}"
        );
    }

    #[test]
    fn nothing_from_the_page_steers_the_terminal() {
        let mut hostile = article(1);
        let poison = "a\u{1b}]0;x\u{07}\u{1b}[2J\u{202e}\r\u{9b}1m";
        hostile.title = poison.into();
        hostile.board = poison.into();
        hostile.author = Some(poison.into());
        hostile.category = Some(poison.into());
        hostile.url = poison.into();
        hostile.source = Some(poison.into());
        hostile.text = Some(poison.into());
        hostile.tags = vec![poison.into()];
        hostile.state_reason = Some(poison.into());
        hostile.posted_at = None;
        hostile.posted_text = Some(poison.into());
        hostile.images[0].url = poison.into();
        hostile.images[0].caption = Some(poison.into());
        hostile.attachments[0].name = poison.into();
        hostile.attachments[0].url = poison.into();
        for comment in &mut hostile.comments {
            comment.author = Some(poison.into());
            comment.text = Some(poison.into());
        }
        let page = Page {
            zone: TimeZone::UTC,
            columns: Some(60),
        };
        let mut out = Vec::new();
        page.show(&hostile, &[], &mut out)
            .expect("memory takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        // Our own styles are all that is left: bold, dimmed, and their end.
        let left = text
            .replace("\u{1b}[1m", "")
            .replace("\u{1b}[2m", "")
            .replace("\u{1b}[0m", "");
        assert!(
            !left
                .chars()
                .any(|c| (c.is_control() && c != '\n') || crate::model::steers(c)),
            "{left:?}"
        );
    }
}
