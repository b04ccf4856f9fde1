//! What stands before and after the text within its own element: headline, byline, shares, tags, copyright. In: the lines
//! of a body. Out: fewer lines.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::{Line, prose};
use super::metadata::plain;
use super::page::{Page, Tag};

/// Lines at the head that may be a headline, a date, a name.
const HEAD_LINES: usize = 12;

static DATE_OR_NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:by\s+\S.{0,60}|\S.{0,40}\d{1,2}:\d{2}.{0,20}|(?:published|updated|posted|last updated|modified|first published|created|date)\b.{0,60}|.{0,20}\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}.{0,30}|\d{1,2}[./ -](?:\d{1,2}|[a-zä]{3,9}\.?)[./ -]\d{2,4}.{0,20}|\d{4}[-./]\d{1,2}[-./]\d{1,2}.{0,30}|.{0,12}\d{4}\s*[년年]\s*\d{1,2}\s*[월月].{0,24}|\d+\s*(?:min|minute|minuten)s?\.?\s*(?:read|lesezeit)?|\d+\s+(?:comments?|views?|shares?)|(?:입력|수정|등록|승인)\b.{0,50})$",
    )
    .expect("a constant pattern")
});

static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:©|\(c\)|copyright\b|all rights reserved|share (?:this|on|article|via)|follow (?:us|me|him|her|@|\S+ on)|subscribe\b|sign up\b|tags?\s*:|filed under|categor(?:y|ies)\s*:|posted (?:in|on|by)\b|related\b|read (?:more|next|also)\b|see also\b|more (?:from|on|stories)\b|you (?:may|might) also|also read\b|click here\b|like us on|join (?:our|the) |get (?:the|our) (?:latest|newsletter)|download (?:the|our)|leave a (?:comment|reply)|comments?\s*(?:\(\d+\))?$|\d+ comments?$|print\b|email\b|advertisement|sponsored|topics?\s*:|keywords?\s*:|\(?reporting by\b|\(?(?:additional )?(?:reporting|writing|editing) by\b|contributing:|have a tip\b|listen (?:and|to)\b|this (?:story|article) (?:originally|was originally|first)\b|more information:|—?\s?(?:contact|e-?mail|reach)\s.{0,60}@|.{0,80}\b(?:may|can) be (?:reached|contacted|found) (?:at|on)\b|.{0,60}contributed to this (?:report|story|article)|저작권|무단\s*전재|ⓒ|▶|관련\s*기사|☞)",
    )
    .expect("a constant pattern")
});

static NOISE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:advertisement|advertising|ad|sponsored(?: content)?|story continues below(?: advertisement)?|continue reading(?: below)?|article continues (?:after|below).{0,30}|anzeige|werbung|publicité|publicidad|reklame|share|tweet|pin it|email|print|save|like|read more.{0,10}|loading\.{0,3}|close|click to expand\.{0,3}|watch now|play video|view (?:this post|image).{0,30}|image(?: source)?,?|getty images|related:?|related articles?|scroll to continue.{0,20}|광고)[.:]?$",
    )
    .expect("a constant pattern")
});

/// What stands above readers' comments; nothing of the text comes after it.
static COMMENTS_BEGIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:(?:\d+\s+)?(?:comments?|kommentare|commentaires|comentarios|comentários|commenti|reacties)(?:\s*\(?\d+\)?)?|댓글(?:\s*목록)?(?:\s*\(?\d+\)?)?(?:\s*개)?|コメント(?:\s*[(（]?\d+[)）]?)?|评论(?:\s*[(（]?\d+[)）]?)?|(?:leave a|post a|add a|write a) (?:comment|reply)|join the (?:conversation|discussion))[:.]?$",
    )
    .expect("a constant pattern")
});

/// Whether a line stands above readers' comments.
pub(super) fn begins_comments(line: &str) -> bool {
    COMMENTS_BEGIN.is_match(line)
}

/// Takes away lines at head and tail and notes of advertisers within.
pub(super) fn trim(page: &Page<'_>, mut lines: Vec<Line>, titles: &[String]) -> Vec<Line> {
    lines.retain(|line| !NOISE.is_match(&line.text));
    // A heading of the kind within the text is followed by much more of it.
    if let Some(at) = lines.iter().position(|line| begins_comments(&line.text))
        && prose(&lines[..at]) > 0
    {
        lines.truncate(at);
    }
    let head = head_of(page, &lines, titles);
    lines.drain(..head);
    let tail = tail_of(page, &lines);
    lines.truncate(tail);
    lines
}

/// How many lines of the head are not the text.
fn head_of(page: &Page<'_>, lines: &[Line], titles: &[String]) -> usize {
    let mut head = 0;
    for (at, line) in lines.iter().take(HEAD_LINES).enumerate() {
        let key = plain(&line.text);
        let is_title = titles.iter().any(|title| {
            key.ends_with(title.as_str()) && key.chars().count() <= title.chars().count() + 12
        });
        let is_meta = at == head
            && line.prose() == 0
            && (DATE_OR_NAME.is_match(&line.text) || page.node(line.block).tag == Tag::Heading(1));
        if is_title || is_meta {
            head = at + 1;
        }
    }
    if head < lines.len() { head } else { 0 }
}

/// Where the text ends.
fn tail_of(page: &Page<'_>, lines: &[Line]) -> usize {
    let mut end = lines.len();
    while end > 1 {
        let line = &lines[end - 1];
        let is_heading = matches!(page.node(line.block).tag, Tag::Heading(_));
        let drops = is_heading
            || (line.width < 200 && TAIL.is_match(&line.text))
            || (line.width < 120 && line.is_mostly_link())
            || (line.width < 400 && line.link_width * 10 >= line.width * 9);
        if !drops {
            break;
        }
        end -= 1;
    }
    if end * 2 >= lines.len() || lines.len() < 6 {
        end
    } else {
        lines.len()
    }
}
