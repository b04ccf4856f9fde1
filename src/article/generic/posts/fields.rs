//! Who wrote each post, and when? In: the flat page and its frames. Out: a name, an address and a date for each.
//!
//! What a place in a frame is can be told only over the whole page: a name differs from post to post and is short, a
//! link "Reply" does not; the date of posting follows the order of the posts, that of joining follows the writer.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use regex::Regex;

use super::frames::Frame;
use super::tree::Tree;
use crate::article::generic::moment::{Habit, dates_in};
use crate::dates::read_date;
use crate::model::{PostedAt, Precision};

/// A place that names a date.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dated {
    /// The element that holds the words or the attribute.
    pub(super) at: u32,
    pub(super) posted: PostedAt,
    /// The day as it is written there.
    pub(super) day: Option<jiff::civil::Date>,
    /// Words before it within its element.
    pub(super) before: String,
}

/// A line with a date and more text than this is a sentence.
const LINE_CHARS: usize = 140;
/// More dates of one page are not compared.
const MAX_DATES: usize = 6_000;
/// Names of people are no longer.
const MAX_NAME_CHARS: usize = 48;
/// Elements of a frame that are looked at.
const MAX_PLACES: usize = 400;
/// And of all frames together.
const MAX_PLACES_OF_ALL: usize = 60_000;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern; the tests use each")
}

/// All dates of the page that stand in short lines or attributes.
pub(super) fn dates(
    tree: &Tree<'_>,
    habit: Habit,
    zone: &TimeZone,
    as_of: Timestamp,
) -> Vec<Dated> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tree.len() && found.len() < MAX_DATES {
        let node = tree.node(at);
        let mut next = at + 1;
        if node.element.is_none() {
            let text = node.text;
            if text.len() < LINE_CHARS * 3
                && text.chars().count() <= LINE_CHARS
                && let Some(dated) = of_words(text, node.parent, habit, zone, as_of)
            {
                found.push(dated);
            }
        } else if matches!(
            tree.tag(at),
            "time" | "abbr" | "span" | "a" | "div" | "p" | "td" | "li" | "small" | "em"
        ) && let Some(dated) = of_element(tree, at, habit, zone, as_of)
        {
            found.push(dated);
            next = node.end;
        }
        at = next;
    }
    found
}

/// `<time>`, or an element whose tooltip is a date, or one whose few words are a date only together.
fn of_element(
    tree: &Tree<'_>,
    at: u32,
    habit: Habit,
    zone: &TimeZone,
    as_of: Timestamp,
) -> Option<Dated> {
    let range = tree.range(at);
    if range.end - range.start > 8 {
        return None;
    }
    let tag = tree.tag(at);
    let stated = [
        "datetime",
        "title",
        "data-time",
        "data-timestamp",
        "content",
    ]
    .iter()
    .filter(|name| tag == "time" || tag == "abbr" || **name == "title")
    .find_map(|name| tree.attr(at, name))
    .filter(|value| value.len() < 60);
    let pieces = (range.start + 1..range.end).filter(|at| !tree.node(*at).text.is_empty());
    let n_pieces = pieces.clone().count();
    // The words of one piece are read by themselves.
    if stated.is_none() && tag != "time" && n_pieces < 2 {
        return None;
    }
    let shown = tree.words(&range, 120);
    if shown.chars().count() > 60 {
        return None;
    }
    let of_shown = of_words(&shown, at, habit, zone, as_of);
    if let Some(stated) = stated
        && let Some(exact) = of_words(stated, at, habit, zone, as_of).or_else(|| {
            (tag == "time" || tag == "abbr")
                .then(|| of_epoch(stated, at))
                .flatten()
        })
    {
        let words = match &of_shown {
            Some(shown) => shown.posted.text.clone(),
            None if shown.is_empty() => stated.to_owned(),
            None => shown,
        };
        let before = of_shown.map(|shown| shown.before).unwrap_or_default();
        return Some(Dated {
            posted: PostedAt {
                text: words,
                ..exact.posted
            },
            before,
            ..exact
        });
    }
    let of_shown = of_shown?;
    // A date that is cut over several elements: `<b>24</b> <i>Nov</i> 2026`.
    if n_pieces < 2 {
        return (tag == "time").then_some(of_shown);
    }
    let alone = pieces
        .filter_map(|piece| of_words(tree.node(piece).text, at, habit, zone, as_of))
        .map(|alone| alone.posted.precision)
        .max();
    let all_date = shown.chars().count() <= of_shown.posted.text.chars().count() + 4;
    let says_more = alone.is_none_or(|alone| alone < of_shown.posted.precision);
    (says_more && (alone.is_none() || tag == "time" || all_date)).then_some(of_shown)
}

fn of_epoch(stated: &str, at: u32) -> Option<Dated> {
    let seconds: i64 = match stated.trim() {
        digits if digits.len() == 10 => digits.parse().ok()?,
        digits if digits.len() == 13 => digits.parse::<i64>().ok()? / 1_000,
        _ => return None,
    };
    let moment = Timestamp::from_second(seconds).ok()?;
    Some(Dated {
        at,
        posted: PostedAt {
            at: moment,
            precision: Precision::Second,
            text: String::new(),
        },
        day: Some(moment.to_zoned_datetime(TimeZone::UTC).date()),
        before: String::new(),
    })
}

fn of_words(text: &str, at: u32, habit: Habit, zone: &TimeZone, as_of: Timestamp) -> Option<Dated> {
    if let Some(hit) = dates_in(text, habit).first() {
        let words = shown_words(text, &hit.at);
        let posted = hit.named.posted(words, zone, as_of)?;
        return Some(Dated {
            at,
            day: hit.named.has_year.then_some(hit.named.date),
            posted,
            before: text[..hit.at.start].trim().to_owned(),
        });
    }
    // "3 hours ago", "어제 10:21".
    let words = text.trim();
    if words.is_empty()
        || words.chars().count() > 40
        || !(says_when(words) || habit.short_year_first && MONTH_DAY.is_match(words))
    {
        return None;
    }
    let words = words.trim_matches(|c: char| "·•|,()-–".contains(c) || c.is_whitespace());
    let posted = read_date(words, zone, as_of).or_else(|| ago(words, zone, as_of))?;
    Some(Dated {
        at,
        day: None,
        posted,
        before: String::new(),
    })
}

/// The words of a date, with the day of the week before it and the sign of an hour after it.
fn shown_words<'t>(text: &'t str, at: &Range<usize>) -> &'t str {
    static WEEKDAY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)(?:^|[^\p{L}0-9])(?P<day>mon(?:day|tag)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|mo|di|mi|do|fr|sa|so|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|lun(?:di|es|edì)?|mar(?:di|tes|tedì)?|mer(?:credi|coledì)?|mié(?:rcoles)?|jeu(?:di)?|jue(?:ves)?|gio(?:vedì)?|ven(?:dredi|erdì)?|vie(?:rnes)?|sam(?:edi)?|sáb(?:ado)?|sab(?:ato)?|dim(?:anche)?|dom(?:ingo|enica)?)[.,]?\s*$",
        )
    });
    let before = &text[..at.start];
    let from = WEEKDAY
        .captures(before)
        .and_then(|found| found.name("day"))
        .map_or(at.start, |day| day.start());
    let after = text[at.end..].trim();
    let to = if after.chars().count() <= 4 && after.chars().all(char::is_alphabetic) {
        text.len()
    } else {
        at.end
    };
    text[from..to].trim_matches(|c: char| !c.is_alphanumeric() && c != ')')
}

/// `03.10 07:15`, as boards of the East write the days of this year.
static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^[0-9]{1,2}[./-][0-9]{1,2}\.?(?:\s+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?$")
});

/// Ends of words are those of ASCII: one pass tells them, whatever the words are in.
fn says_when(words: &str) -> bool {
    static WHEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)ago(?-u:\b)|전$|前$|^vor\s|^il y a|^hace\s|^fa(?-u:\b)|(?-u:\b)fa$|geleden|yesterday|today|gestern|heute|hier(?-u:\b)|ayer|어제|오늘|昨日|今日|昨天|今天|방금|just now|^[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?$|^[0-9]{1,3}\s?(mo|min|[smhdwy])$",
        )
    });
    WHEN.is_match(words)
}

/// "vor 3 Stunden", "il y a 2 jours", "hace 5 meses": counted back as the English words are.
fn ago(words: &str, zone: &TimeZone, as_of: Timestamp) -> Option<PostedAt> {
    static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:vor|il y a|hace|fa)?\s*(?P<n>[0-9]{1,4}|ein(?:em|er)?|une?|una?)\s+(?P<unit>sekunden?|minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|secondes?|minutes?|heures?|jours?|semaines?|mois|ans?|années?|segundos?|minutos?|horas?|días?|dias?|semanas?|mes(?:es)?|años?|anos?|dagen|uur|maanden|weken|jaar)(?:\s+(?:geleden|fa|atrás))?$",
        )
    });
    let found = COUNTED.captures(words.trim())?;
    let unit = found["unit"].to_lowercase();
    let english = match unit.chars().take(3).collect::<String>().as_str() {
        "sek" | "sec" | "seg" => "second",
        "min" => "minute",
        "stu" | "heu" | "hor" | "uur" => "hour",
        "tag" | "jou" | "día" | "dia" | "dag" => "day",
        "woc" | "sem" | "wek" => "week",
        "mon" | "moi" | "mes" | "maa" => "month",
        _ => "year",
    };
    let n = found["n"].parse::<u32>().unwrap_or(1);
    let read = read_date(&format!("{n} {english}s ago"), zone, as_of)?;
    Some(PostedAt {
        text: words.to_owned(),
        ..read
    })
}

/// Says that a date is not that of posting.
static NOT_POSTING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)join|regist|since|dabei|beitritt|mitglied|inscri|miembro|membre|edit|bearbeitet|geändert|modif|last (?:visit|seen|active)|zuletzt|가입|수정|birth|born|location|posts\b|beiträge|messages|updated|userinfo|user-?info|memberinfo|profile|signature|quote|zitat|expires|solved",
    )
});
static POSTING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)post|date|time|datum|publi|created|verfasst|geschrieben|message|header|head|meta|erstellt|permalink|작성|등록|escrib|écrit|submitted|topic",
    )
});

/// Where a place is first, and its shape and rank: what breaks ties, so that a page is always read the same way.
type PlaceKey = (u32, (u64, usize));

/// The date of each frame.
pub(super) fn posting_dates<'d>(
    tree: &Tree<'_>,
    frames: &[Frame],
    dates: &'d [Dated],
) -> Vec<Option<&'d Dated>> {
    // shape and rank within the frame -> the date of each frame.
    let mut series: HashMap<(u64, usize), HashMap<usize, &Dated>> = HashMap::new();
    for (n, frame) in frames.iter().enumerate() {
        let mut ranks: HashMap<u64, usize> = HashMap::new();
        let from = dates.partition_point(|date| date.at < frame.range.start);
        for date in dates[from..]
            .iter()
            .take_while(|date| date.at < frame.range.end)
            .filter(|date| {
                frame
                    .body
                    .is_none_or(|body| date.at < body || date.at >= tree.node(body).end)
            })
            .take(24)
        {
            let levels = 2.min(date.at.saturating_sub(frame.range.start) as usize);
            let shape = tree.path_shape(date.at, levels);
            let rank = ranks.entry(shape).or_default();
            series.entry((shape, *rank)).or_default().insert(n, date);
            *rank += 1;
        }
    }
    let mut scored: Vec<(f32, PlaceKey, HashMap<usize, &Dated>)> = series
        .into_iter()
        .map(|(key, found)| {
            let rank = key.1;
            let first = found.values().map(|date| date.at).min().unwrap_or(0);
            let score = belief(tree, frames.len(), &found) - 0.15 * rank as f32;
            (score, (first, key), found)
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut answer: Vec<Option<&Dated>> = vec![None; frames.len()];
    // What the best place does not tell, the next one may: the first post often looks different.
    for (score, _, found) in scored {
        if score < 0.0 {
            break;
        }
        for (n, date) in found {
            if answer[n].is_none() {
                answer[n] = Some(date);
            }
        }
    }
    answer
}

/// How much a series of dates, by the number of its frame, is like that of posting.
pub(super) fn belief(tree: &Tree<'_>, n_frames: usize, found: &HashMap<usize, &Dated>) -> f32 {
    let n = found.len() as f32;
    let coverage = n / n_frames as f32;
    let mut order: Vec<(usize, &&Dated)> = found.iter().map(|(n, date)| (*n, date)).collect();
    order.sort_by_key(|(n, _)| *n);
    let moments: Vec<Timestamp> = order.iter().map(|(_, date)| date.posted.at).collect();
    let pairs = moments.len().saturating_sub(1).max(1) as f32;
    let rising = moments.windows(2).filter(|pair| pair[0] <= pair[1]).count() as f32;
    let falling = moments.windows(2).filter(|pair| pair[0] >= pair[1]).count() as f32;
    let ordered = if moments.len() > 1 {
        rising.max(falling) / pairs
    } else {
        0.5
    };
    let timed = order
        .iter()
        .filter(|(_, date)| date.posted.precision > Precision::Day)
        .count() as f32
        / n;
    let only_month = order
        .iter()
        .filter(|(_, date)| date.posted.precision < Precision::Day)
        .count() as f32
        / n;
    let mut around = String::new();
    if let Some((_, date)) = order.first() {
        around.push_str(&date.before);
        around.push_str(&tree.names(date.at));
        for above in tree.ancestors(date.at).take(2) {
            around.push_str(&tree.names(above));
        }
        // The label may stand in the element before.
        if let Some(before) = label_before(tree, date.at) {
            around.push(' ');
            around.push_str(&before);
        }
    }
    let named = f32::from(POSTING.is_match(&around)) * 0.3;
    let other = f32::from(NOT_POSTING.is_match(&around)) * 0.8;
    // A time alone is the half of a date that stands beside it, or is of today.
    let bare = order
        .iter()
        .filter(|(_, date)| date.posted.text.chars().count() <= 8 && date.posted.text.contains(':'))
        .count() as f32
        / n;
    2.0 * coverage + ordered + 0.5 * timed - 0.4 * only_month - bare + named - other
}

/// The words right before an element, if they are few.
fn label_before(tree: &Tree<'_>, at: u32) -> Option<String> {
    let before = (at.saturating_sub(6)..at)
        .rev()
        .map(|at| tree.node(at).text.trim())
        .find(|text| !text.is_empty())?;
    (before.chars().count() <= 30).then(|| before.to_owned())
}

/// A writer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Writer {
    pub(super) name: String,
    pub(super) address: Option<String>,
}

/// For each frame the place of a name, and the name.
type Written = HashMap<usize, (u32, Writer)>;

static PROFILE_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)member|user|profil|/u/|/people/|author|[?&;]u=[0-9]|[?&]uid=|nick|mitglied|membre|usuario|personal_pages|account|poster",
    )
});
static WRITER_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)user-?name|author|(?:^|[\s_-])user|poster|member|nick|writer|creator|profile|(?:^|[\s_-])name|byline|autor|schreiber|mitglied|글쓴이|postername|post-?by|posted-?by|url|fn\b",
    )
});
static NOT_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:reply|quote|report|share|like|likes|link|permalink|edit|delete|top|nach oben|zitieren|antworten|melden|posts?|beiträge|messages?|joined|location|ort|wohnort|senior member|junior member|member|members|guest|gast|moderator|administrator|admin|mitglied|user|registered|new member|thread starter|threadstarter|online|offline|profile|profil|website|www|email|pm|private message|send|follow|show|hide|view|more|mehr|page|seite|citer|répondre|responder|citar|답글|신고|수정|삭제|추천|comment|comments|post|permalink|message|contact|print|subscribe|re:.*|#?[0-9.,:\s]+|save|award|share this post|veteran|regular|supporter|inactive|banned|staff|gold|bronze|silver|original poster|op)$",
    )
});

/// A label with its value: `Joined: 2007`, `Beiträge: 12`.
static NOT_WRITER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:dabei seit|mitglied seit|join|registr|since|member since|beiträge|posts|messages?|location|from|ort|wohnort|karma|reputation|inscri|desde|alter|age|country)\b|:\s|:$|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2}",
    )
});

/// The writer of each frame.
pub(super) fn writers(tree: &Tree<'_>, frames: &[Frame]) -> Vec<Option<Writer>> {
    let mut series: HashMap<(u64, usize), Written> = HashMap::new();
    let most = MAX_PLACES
        .min(MAX_PLACES_OF_ALL / frames.len().max(1))
        .max(8);
    for (n, frame) in frames.iter().enumerate() {
        let mut ranks: HashMap<u64, usize> = HashMap::new();
        let mut n_seen = 0;
        let mut at = frame.range.start;
        while at < frame.range.end && n_seen < most {
            if frame.body == Some(at) {
                at = tree.node(at).end;
                continue;
            }
            n_seen += 1;
            if let Some(writer) = writer_at(tree, at) {
                let levels = 2.min((at - frame.range.start) as usize);
                let shape = tree.path_shape(at, levels);
                let rank = ranks.entry(shape).or_default();
                if *rank < 4 {
                    series
                        .entry((shape, *rank))
                        .or_default()
                        .insert(n, (at, writer));
                }
                *rank += 1;
            }
            at += 1;
        }
    }
    let mut scored: Vec<(f32, PlaceKey, Written)> = series
        .into_iter()
        .map(|(key, found)| {
            let rank = key.1;
            let first = found.values().map(|(at, _)| *at).min().unwrap_or(0);
            let score = likeness(tree, frames, &found) - 0.2 * rank as f32;
            (score, (first, key), found)
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut answer: Vec<Option<Writer>> = vec![None; frames.len()];
    for (score, _, found) in scored {
        if score < 1.2 {
            break;
        }
        for (n, (_, writer)) in found {
            if answer[n].is_none() {
                answer[n] = Some(writer);
            }
        }
    }
    answer
}

/// The few words of an element that may be a name.
fn writer_at(tree: &Tree<'_>, at: u32) -> Option<Writer> {
    let node = tree.node(at);
    node.element?;
    let range = tree.range(at);
    if range.end - range.start > 8 {
        return None;
    }
    // A name is one text; what is around it, as a count of posts, is another.
    let mut texts = range
        .clone()
        .filter(|at| tree.node(*at).text.chars().any(char::is_alphanumeric));
    let (Some(_), None) = (texts.next(), texts.next()) else {
        return None;
    };
    let words = tree.words(&range, MAX_NAME_CHARS * 4);
    let name = words
        .trim_matches(|c: char| ":,|·•».-–—".contains(c) || c.is_whitespace())
        .trim_start_matches("by ")
        .trim_start_matches("von ")
        .trim();
    let name = name.strip_prefix('@').unwrap_or(name);
    let n_chars = name.chars().count();
    if !(1..=MAX_NAME_CHARS).contains(&n_chars)
        || NOT_NAME.is_match(name)
        || NOT_WRITER.is_match(name)
    {
        return None;
    }
    let link = tree
        .attr(at, "href")
        .or_else(|| (range.start + 1..range.end).find_map(|inner| tree.attr(inner, "href")));
    let link = link.filter(|href| !href.starts_with('#') && !href.starts_with("javascript"));
    Some(Writer {
        name: name.to_owned(),
        address: link.map(str::to_owned),
    })
}

fn likeness(tree: &Tree<'_>, frames: &[Frame], found: &Written) -> f32 {
    let n = found.len() as f32;
    let coverage = n / frames.len() as f32;
    let distinct = found
        .values()
        .map(|(_, writer)| writer.name.as_str())
        .collect::<HashSet<_>>()
        .len() as f32;
    let share = |fits: &dyn Fn(&(u32, Writer)) -> bool| {
        found.values().filter(|one| fits(one)).count() as f32 / n
    };
    let linked = share(&|(_, writer)| {
        writer
            .address
            .as_deref()
            .is_some_and(|address| PROFILE_ADDRESS.is_match(address))
    });
    let named = share(&|(at, _)| {
        WRITER_NAME.is_match(&tree.names(*at))
            || tree
                .ancestors(*at)
                .take(1)
                .any(|above| WRITER_NAME.is_match(&tree.names(above)))
    });
    let dated = share(&|(_, writer)| {
        let digits = writer.name.chars().filter(char::is_ascii_digit).count();
        digits * 2 > writer.name.chars().count() || writer.name.contains(": ")
    });
    let words = share(&|(_, writer)| writer.name.split(' ').count() > 4);
    let same = if found.len() > 2 && distinct < 2.0 {
        1.0
    } else {
        0.0
    };
    2.0 * coverage + linked + 0.8 * named + 0.5 * (distinct / n) - 1.5 * dated - words - same
}

/// A link to the post itself: around its date, or an id of its frame.
pub(super) fn anchor(tree: &Tree<'_>, range: &Range<u32>, date: Option<&Dated>) -> Option<String> {
    let linked = date.and_then(|date| {
        std::iter::once(date.at)
            .chain(tree.ancestors(date.at).take(2))
            .find_map(|at| tree.attr(at, "href"))
    });
    let own = || {
        range.clone().take(40).find_map(|at| {
            let id = tree.attr(at, "id").or_else(|| tree.attr(at, "name"))?;
            id.chars()
                .any(|c| c.is_ascii_digit())
                .then(|| format!("#{id}"))
        })
    };
    linked.map(str::to_owned).or_else(own)
}
