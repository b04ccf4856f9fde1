//! Which links of a page lead to the other pages of the same list? For any page, without a profile.
//!
//! In: a page's tree and what its links are relative to. Out: the link to the next and to the previous page, where the
//! page has such links in words, signs or `rel`, and all numbered links. A page without pagination gives nothing.
//!
//! Two witnesses: a *series* (links labelled with numbers whose URL holds a number that is linear in the label: page
//! numbers, offsets, zero-based pages), and *words* (`next`, `다음`, `›`, a class, `rel`). A word alone is believed
//! only where it stands in a pager or leads to the same list; most links that say "next" lead to the next post.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use crate::document::{ElementRef, Html, Selector};
use crate::profile::element_text;

/// Links beyond this many are not looked at: no page for people has them.
const MAX_LINKS: usize = 20_000;
/// Letters of a label that can be one; longer texts are titles.
const MAX_LABEL: usize = 40;
/// Ancestors whose class may name a pager.
const PAGER_LEVELS: usize = 4;
/// Numbers in one URL that may be the page's.
const MAX_NUMBERS: usize = 8;

static LINKS: LazyLock<Selector> =
    LazyLock::new(|| selector("a[href], button[href], option[value]"));
static HEAD_LINKS: LazyLock<Selector> = LazyLock::new(|| selector("link[rel][href]"));
static ICON: LazyLock<Selector> = LazyLock::new(|| selector("img[alt]"));
static BASE: LazyLock<Selector> = LazyLock::new(|| selector("base[href]"));

static NUMBER_LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^[\[(\s]* (?:page|seite|p[aá]gina|第)?\s* (\d{1,6}) \s*(?:페이지|쪽|页|頁|ページ|page)? [\])\s]*$",
    )
});
static DIGITS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d{1,9}"));
/// `Page 2 >>`: where it leads, and the sign that says so.
static NUMBER_AND_SIGN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:page|seite|p[aá]gina|strona|стр\w*)\s*\d{1,6}\s*(\S{1,2})$|^(\S{1,2})\s*(?:page|seite|p[aá]gina|strona|стр\w*)\s*\d{1,6}$",
    )
});
/// What stands around the links of a pager: `Page 1 of 4`.
static PLACE_OF_ALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:page|seite|p[aá]gina):?\s*\d{1,6}\b|\b\d{1,6}\s+(?:of|von|sur|de|di|van|z|из|av|af)\s+\d{1,6}\b|\d{1,6}\s?(?:页|頁|ページ|페이지|쪽)",
    )
});
/// Letters of what stands around.
const MAX_AROUND: usize = 60;

/// The whole label, without arrows and brackets, in lower case.
static NEXT_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)^(?: (?:go\s+to\s+)?(?:the\s+)?next(?:\s+(?:page|entries|posts|results|\d+))? | more\s+results | (?:load|show|see|view)\s+more(?:\s+\w+)? | 더\s?보기 | もっと(?:見る|読む) | (?:加载|查看|显示)更多 | mehr\s+(?:laden|anzeigen) | (?:afficher|voir|charger)\s+plus | (?:cargar|ver|mostrar)\s+m[áa]s | carregar\s+mais | (?:carica|mostra)\s+altr[oi] | meer\s+laden | показать\s+ещ[её] | daha\s+fazla(?:\s+\w+)? | xem\s+thêm | continued(?:\s+on\s+(?:the\s+next\s+page|page\s+\d+))? | fortsetzung | older(?:\s+(?:posts|entries|articles))?
        | [äa]ltere(?:\s+(?:beitr[äa]ge|artikel|eintr[äa]ge|posts))? | (?:articles|billets|publications)\s+plus\s+anciens | entradas\s+(?:m[áa]s\s+)?antiguas | postagens\s+mais\s+antigas
        | (?:articoli|post)\s+(?:meno\s+recenti|pi[ùu]\s+vecchi) | oudere\s+berichten | [äa]ldre\s+inl[äa]gg | starsze\s+wpisy | старые\s+записи | 古い(?:記事|投稿) | 过去的?文章 | 更早的?文章 | 지난\s?글
        | 다음(?:\s?(?:페이지|목록|쪽))? | 次(?:へ|の?ページ(?:へ)?|の\d+件)? | つぎへ? | 下一?[页頁] | 下一?頁 | 后一?页 | 後一頁
        | (?:zur\s+)?n[äa]chste(?:\s+seite)? | weiter | vor(?:w[äa]rts)? | suivant(?:e|s|es)?(?:\s+page)? | page\s+suivante
        | siguiente(?:s)?(?:\s+p[áa]gina)? | p[áa]gina\s+siguiente | pr[óo]xim[ao](?:\s+p[áa]gina)? | p[áa]gina\s+seguinte | seguinte
        | (?:pagina\s+)?successiv[ao] | avanti | prossim[ao](?:\s+pagina)? | volgende(?:\s+pagina)? | nast[ęe]pn[aye](?:\s+strona)? | dalej | dal[šs][íi]
        | след(?:\.|ующая|ующие)?(?:\s+страница)? | далее | вперед | вперёд | наступна | sonraki(?:\s+sayfa)? | ileri | n[äa]sta(?:\s+sida)? | neste(?:\s+side)? | n[æa]ste(?:\s+side)?
        | seuraava | tiếp(?:\s+theo)? | trang\s+sau | ถัดไป | berikutnya | selanjutnya | التالي | הבא | επόμενη | k[öo]vetkez[őo] | urm[ăa]toarea )$",
    )
});
static PREV_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)^(?: (?:go\s+to\s+)?(?:the\s+)?prev(?:ious)?\.?(?:\s+(?:page|entries|posts|results|\d+))? | newer(?:\s+(?:posts|entries|articles))? | back
        | neuere(?:\s+(?:beitr[äa]ge|artikel|eintr[äa]ge|posts))? | (?:articles|billets|publications)\s+plus\s+r[ée]cents | entradas\s+(?:m[áa]s\s+)?recientes | новые\s+записи | 新しい(?:記事|投稿)
        | 이전(?:\s?(?:페이지|목록|쪽))? | 前(?:へ|の?ページ(?:へ)?|の\d+件)? | まえへ? | 上一?[页頁] | 前一?[页頁]
        | (?:zur\s+)?vorherige(?:\s+seite)? | zur[üu]ck | pr[ée]c[ée]dente?s?(?:\s+page)? | page\s+pr[ée]c[ée]dente
        | anterior(?:es)?(?:\s+p[áa]gina)? | p[áa]gina\s+anterior | (?:pagina\s+)?precedente | indietro | vorige(?:\s+pagina)?
        | poprzedni[ay]?(?:\s+strona)? | wstecz | p[řr]edchoz[íi] | пред(?:\.|ыдущая|ыдущие)?(?:\s+страница)? | назад | попередня | [öo]nceki(?:\s+sayfa)? | geri | f[öo]rra | forrige | edellinen
        | tr[ướu]+c | trang\s+trước | ก่อนหน้า | sebelumnya | السابق | הקודם | προηγούμενη | el[őo]z[őo] )$",
    )
});
const FIRST_LAST: [&str; 26] = [
    "first",
    "last",
    "처음",
    "맨처음",
    "맨앞",
    "첫페이지",
    "마지막",
    "맨끝",
    "맨뒤",
    "끝",
    "끝페이지",
    "最初",
    "最後",
    "首页",
    "尾页",
    "末页",
    "erste",
    "letzte",
    "premier",
    "dernier",
    "primera",
    "última",
    "primeira",
    "prima",
    "ultima",
    "последняя",
];
const NEXT_SIGNS: [&str; 10] = ["›", "»", ">", ">>", "→", "▶", "►", "❯", "⟩", "＞"];
const PREV_SIGNS: [&str; 10] = ["‹", "«", "<", "<<", "←", "◀", "◄", "❮", "⟨", "＜"];

/// Class words of pagers and of the links in them.
static PAGER_CLASS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)pag(?:e|es|er|ing|ina|inat\w*|inav\w*|enav\w*|elinks?|enum\w*|e-?numbers|elist|e_?link|enavi)(?:$|[-_\s\d])|paginat|paging|paginav|pagenav|pg_|pager|page-?navi|\bnav-?(?:links|previous|next|below|above)\b|prev_?next|wp-pagenavi|seite",
    )
});
static NEXT_CLASS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[-_\s])(?:next|i-next|nextpostslink|older)(?:$|[-_\s])|_next\b|next_|go-next|[a-z]Next\b|(?:chevron|arrow|angle|caret)[-_]?right",
    )
});
static PREV_CLASS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[-_\s])(?:prev|previous|i-prev|previouspostslink|newer)(?:$|[-_\s])|_prev\b|prev_|go-prev|[a-z]Prev\b|(?:chevron|arrow|angle|caret)[-_]?left",
    )
});
/// Class words that say which way a link of a pager leads, whatever it says itself: a weblog's list goes back in time.
static OLDER_CLASS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:^|[-_\s])older(?:$|[-_\s])"));
static NEWER_CLASS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?:^|[-_\s])newer(?:$|[-_\s])"));
/// Neighbours of another kind: the next post of a blog, the next month of a calendar, a slide.
static NOT_A_PAGER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)calendar|carousel|slid(?:e|er|ing)|gallery|post-?nav|nav-?single|adjacent|swiper|flex-?direction|bx-?(?:next|prev)|article-?nav|comment-?nav|ticker|rotator|jcarousel|fancybox|lightbox|social|share|thread-?nav|topic-?nav|breadcrumb|entry-?nav|single-?nav",
    )
});
/// Parameters and path words that number pages.
static PAGE_IN_URL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:[?&;](?:[\w\[\]%-]*(?:page|paged|pag|pg|seite|start|offset|from|begin|limitstart|pageno|pageindex|pagenum|cpage|cp|po|st|p|pn)[\w\[\]%-]*)=\d)|/(?:page|seite|pagina|pag|p|index)[-/_]?\d|[-_]p(?:age)?-?\d|[-_/]or\d+|\.\d+$",
    )
});

/// Parameters that say where the next page begins.
static CURSOR_IN_URL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)[?&;](?:after|before|updated-max|cursor|next|since|until|(?:max|min|last|from|start)[_-]?(?:id|after)|page[_-]?token)=[^&]",
    )
});

/// The pagination of one page. Absolute, without fragments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageLinks {
    pub next: Option<Url>,
    pub prev: Option<Url>,
    /// The page after this one: by the numbers, where no link names itself the next (a `›` may lead to the next ten).
    pub following: Option<Url>,
    /// Numbered links, and those to the first and the last page, in page order.
    pub pages: Vec<Url>,
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a constant selector")
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// One link with all that may tell of pagination.
struct Link {
    url: Url,
    /// What it says: its text, or its icon's or its own name.
    label: String,
    number: Option<u32>,
    rel: String,
    /// Classes and ids of the link and of what it stands in directly.
    own_names: String,
    in_pager: bool,
    in_other: bool,
}

/// A run of numbered links.
#[derive(Debug, Default, Clone)]
struct Series {
    /// The URL with a gap where the number is.
    template: (String, String),
    /// Label → number in the URL, and the link.
    members: BTreeMap<u32, (u64, usize)>,
}

/// Finds the pagination of a page. `base` is the URL the page came from; a `<base href>` in it is heeded.
pub fn page_links(html: &Html, base: &Url) -> PageLinks {
    let relative_to = html
        .select(&BASE)
        .next()
        .and_then(|element| base.join(element.attr("href")?.trim()).ok())
        .unwrap_or_else(|| base.clone());
    let links: Vec<Link> = html
        .select(&LINKS)
        .take(MAX_LINKS)
        .filter_map(|element| read_link(element, &relative_to, base))
        .collect();
    let series = best_series(&links, base);
    let mut found = PageLinks::default();
    if let Some(series) = &series {
        found.pages = pages_of(series, &links);
    }
    let rel_in_head = |rel: &str| head_link(html, &relative_to, rel);
    found.next = neighbour(
        &links,
        Side::Next,
        base,
        series.as_ref(),
        rel_in_head("next"),
    );
    found.prev = neighbour(
        &links,
        Side::Prev,
        base,
        series.as_ref(),
        rel_in_head("prev"),
    );
    if found.prev.is_some() && found.prev == found.next {
        found.prev = None;
    }
    let by_number = series.as_ref().and_then(|series| {
        let wanted = current_page(series, &links, base)?.checked_add(1)?;
        let (_, at) = series.members.get(&wanted)?;
        Some(links[*at].url.clone())
    });
    found.following = by_number.or_else(|| found.next.clone());
    found
}

fn head_link(html: &Html, base: &Url, rel: &str) -> Option<Url> {
    let element = html.select(&HEAD_LINKS).find(|element| {
        element.attr("rel").is_some_and(|said| {
            said.split_whitespace()
                .any(|word| word.eq_ignore_ascii_case(rel))
        })
    })?;
    let mut url = base.join(element.attr("href")?.trim()).ok()?;
    url.set_fragment(None);
    Some(url)
}

fn read_link(element: ElementRef<'_>, relative_to: &Url, base: &Url) -> Option<Link> {
    let is_option = element.value().name() == "option";
    let mut url = match is_option {
        true => chosen(element, relative_to)?,
        false => {
            let href = element.attr("href")?.trim();
            if href.is_empty() || href.starts_with('#') {
                return None;
            }
            relative_to.join(href).ok()?
        }
    };
    url.set_fragment(None);
    let site = |url: &Url| {
        url.host_str()
            .map(|host| host.trim_start_matches("www.").to_owned())
    };
    if !matches!(url.scheme(), "http" | "https") || site(&url) != site(base) {
        return None;
    }
    let names = |element: ElementRef<'_>| {
        let tag = element.value();
        format!(
            "{} {}",
            tag.attr("class").unwrap_or(""),
            tag.attr("id").unwrap_or("")
        )
    };
    let parents: Vec<ElementRef<'_>> = element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .take(PAGER_LEVELS)
        .collect();
    let mut own_names = names(element);
    if let Some(inner) = element.child_elements().next() {
        own_names.push(' ');
        own_names.push_str(&names(inner));
    }
    // The element directly around it, if it holds nothing else; it may hold thousands.
    if let Some(parent) = parents.first()
        && parent.child_elements().take(2).count() == 1
    {
        own_names.push(' ');
        own_names.push_str(&names(*parent));
    }
    let around: String = parents
        .iter()
        .map(|parent| names(*parent))
        .collect::<Vec<_>>()
        .join(" ");
    let in_words = parents.first().is_some_and(|parent| {
        let is_short = parent.descendants().take(MAX_AROUND).count() < MAX_AROUND;
        let words = || element_text(*parent, &[]);
        is_short && says_place(&words())
    });
    let label = label_of(element);
    let number = NUMBER_LABEL
        .captures(&label)
        .and_then(|found| found.get(1)?.as_str().parse().ok());
    Some(Link {
        in_pager: is_option
            || in_words
            || PAGER_CLASS.is_match(&around)
            || PAGER_CLASS.is_match(&own_names),
        in_other: NOT_A_PAGER.is_match(&around)
            || NOT_A_PAGER.is_match(&own_names)
            || element
                .attr("title")
                .is_some_and(|title| title.to_lowercase().contains("month")),
        rel: element.attr("rel").unwrap_or("").to_ascii_lowercase(),
        url,
        label,
        number,
        own_names,
    })
}

/// Where choosing a page in a `<select>` leads: an option holds its address, or the number that its form sends.
fn chosen(option: ElementRef<'_>, relative_to: &Url) -> Option<Url> {
    let above = |tag: &str| {
        let mut above = option.ancestors().filter_map(ElementRef::wrap);
        above.find(|element| element.value().name() == tag)
    };
    let value = option.attr("value")?.trim();
    let select = above("select")?;
    if value.starts_with(['/', '?']) || value.starts_with("http") {
        return relative_to.join(value).ok();
    }
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let name = select.attr("name").filter(|_| is_number)?;
    let action = above("form")?.attr("action").unwrap_or_default();
    let mut url = relative_to.join(action).ok()?;
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(held, _)| held != name)
        .map(|(held, value)| (held.into_owned(), value.into_owned()))
        .collect();
    let sent = std::iter::once((name.to_owned(), value.to_owned()));
    url.query_pairs_mut()
        .clear()
        .extend_pairs(kept.into_iter().chain(sent));
    // Other choices are numbered, too: rows per page, years.
    PAGE_IN_URL.is_match(url.as_str()).then_some(url)
}

/// Whether words say which page of how many this is.
fn says_place(words: &str) -> bool {
    words.chars().count() <= MAX_AROUND && PLACE_OF_ALL.is_match(words)
}

fn label_of(element: ElementRef<'_>) -> String {
    let text = element_text(element, &[]);
    if !text.is_empty() {
        return if text.chars().count() <= MAX_LABEL {
            text
        } else {
            String::new()
        };
    }
    let icon = element
        .select(&ICON)
        .next()
        .and_then(|icon| icon.attr("alt"));
    let said = icon
        .filter(|alt| !alt.trim().is_empty())
        .or_else(|| element.attr("aria-label"))
        .or_else(|| element.attr("title"))
        .unwrap_or("");
    if said.chars().count() <= MAX_LABEL {
        said.trim().to_owned()
    } else {
        String::new()
    }
}

/// A URL with one of its numbers taken out: what stands before and after it, and the number.
fn gaps(url: &Url) -> Vec<(String, String, u64)> {
    let text = url.as_str();
    let from = text.find("://").map_or(0, |at| {
        text[at + 3..]
            .find('/')
            .map_or(text.len(), |slash| at + 3 + slash)
    });
    DIGITS
        .find_iter(&text[from..])
        .take(MAX_NUMBERS)
        .filter_map(|found| {
            let before = text[..from + found.start()].to_owned();
            let after = text[from + found.end()..].to_owned();
            Some((before, after, found.as_str().parse().ok()?))
        })
        .collect()
}

/// The best run of numbered links: the most labels that fit one line; a pager's before a calendar's.
fn best_series(links: &[Link], base: &Url) -> Option<Series> {
    let mut groups: BTreeMap<(String, String), Series> = BTreeMap::new();
    for (at, link) in links.iter().enumerate() {
        let Some(label) = link.number.filter(|_| !link.in_other) else {
            continue;
        };
        for (before, after, value) in gaps(&link.url) {
            let group = groups
                .entry((before.clone(), after.clone()))
                .or_insert_with(|| Series {
                    template: (before, after),
                    members: BTreeMap::new(),
                });
            group.members.entry(label).or_insert((value, at));
        }
    }
    let mut best: Option<(i64, Series)> = None;
    for mut group in groups.into_values() {
        let first = group.members.values().next().map(|(_, at)| *at)?;
        let link = &links[first];
        let Some((slope, _)) = line_of(&group, link.in_pager) else {
            continue;
        };
        let page_like = group
            .members
            .values()
            .any(|(_, at)| PAGE_IN_URL.is_match(links[*at].url.as_str()));
        // Years, months, counts: numbers in a row that are no pages.
        if !link.in_pager && !page_like {
            continue;
        }
        let n_linked = group.members.len();
        add_first_page(&mut group, links);
        let same_path = link.url.path() == base.path();
        let score = group.members.len().min(12) as i64
            + 6 * i64::from(link.in_pager)
            + 3 * i64::from(page_like)
            // One link alone shows no slope: the 2 of `f=2` meets the label 2 by chance.
            + 2 * i64::from(slope == 1 && n_linked > 1)
            + 3 * i64::from(same_path);
        if best.as_ref().is_none_or(|(held, _)| score > *held) {
            best = Some((score, group));
        }
    }
    best.map(|(_, series)| series)
}

/// Slope and start of the line through a series; labels off the line are refused. One link alone is believed in a
/// pager only.
fn line_of(series: &Series, in_pager: bool) -> Option<(i64, i64)> {
    let points: Vec<(i64, i64)> = series
        .members
        .iter()
        .map(|(label, (value, _))| (i64::from(*label), i64::try_from(*value).unwrap_or(i64::MAX)))
        .collect();
    match points.as_slice() {
        [(label, value)] => {
            let near = (value - label).abs() <= 1;
            (in_pager && near).then_some((1, value - label))
        }
        [(a, at_a), .., (b, at_b)] => {
            let slope = (at_b - at_a).checked_div(b - a)?;
            let fits = points
                .iter()
                .filter(|(label, value)| {
                    at_a.saturating_add(slope.saturating_mul(label - a)) == *value
                })
                .count();
            (slope > 0 && fits == points.len()).then_some((slope, at_a - slope * a))
        }
        [] => None,
    }
}

/// Page 1 is often linked without a number.
fn add_first_page(series: &mut Series, links: &[Link]) {
    let Some((_, (_, second))) = series.members.first_key_value() else {
        return;
    };
    let second = *second;
    if series.members.contains_key(&1) {
        return;
    }
    // Right in front of it, or a few links earlier.
    let from = second.saturating_sub(4);
    if let Some(at) = (from..second).rev().find(|at| links[*at].number == Some(1)) {
        series.members.insert(1, (0, at));
    }
}

fn pages_of(series: &Series, links: &[Link]) -> Vec<Url> {
    let mut seen = BTreeSet::new();
    let mut pages: Vec<Url> = Vec::new();
    let mut add = |url: &Url| {
        if seen.insert(url.clone()) {
            pages.push(url.clone());
        }
    };
    for (_, at) in series.members.values() {
        add(&links[*at].url);
    }
    let (before, after) = &series.template;
    for link in links {
        let bare: String = link
            .label
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphabetic())
            .collect();
        let fits = gaps(&link.url)
            .iter()
            .any(|(b, a, _)| (b, a) == (before, after));
        if fits && link.in_pager && FIRST_LAST.contains(&bare.as_str()) {
            add(&link.url);
        }
    }
    pages
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Next,
    Prev,
}

/// The link that names itself the next (or previous) page.
fn neighbour(
    links: &[Link],
    side: Side,
    base: &Url,
    series: Option<&Series>,
    in_head: Option<Url>,
) -> Option<Url> {
    let mut here = base.clone();
    here.set_fragment(None);
    let current = series.and_then(|series| current_page(series, links, &here));
    let mut best: Option<(i64, &Link)> = None;
    for link in links {
        // A numbered link may carry `rel=next`, but names itself no neighbour.
        let said = evidence(link, side);
        if said == 0 || link.url == here || (link.in_other && !link.rel.contains("next")) {
            continue;
        }
        let of_series = series.is_some_and(|series| {
            let (before, after) = &series.template;
            gaps(&link.url)
                .iter()
                .any(|(b, a, _)| (b, a) == (before, after))
                || series
                    .members
                    .values()
                    .any(|(_, at)| links[*at].url == link.url)
        });
        let expected = current.and_then(|current| {
            let wanted = match side {
                Side::Next => current.checked_add(1)?,
                Side::Prev => current.checked_sub(1)?,
            };
            let (_, at) = series?.members.get(&wanted)?;
            Some(links[*at].url == link.url)
        });
        let mut score = said;
        score += 4 * i64::from(link.in_pager);
        score += 4 * i64::from(of_series);
        score += match expected {
            Some(true) => 6,
            Some(false) if of_series => -6,
            _ => 0,
        };
        let turns = PAGE_IN_URL.is_match(link.url.as_str())
            || (CURSOR_IN_URL.is_match(link.url.as_str()) && link.url.path() == base.path());
        score += 3 * i64::from(turns);
        score += 3 * i64::from(in_head.as_ref() == Some(&link.url));
        score += i64::from(link.url.path() == base.path());
        if best.as_ref().is_none_or(|(held, _)| score > *held) {
            best = Some((score, link));
        }
    }
    /// A word (4 to 6) with a pager's class, or with a page in the URL and one more sign.
    const FLOOR: i64 = 9;
    best.filter(|(score, _)| *score >= FLOOR)
        .map(|(_, link)| link.url.clone())
}

/// How plainly a link names itself the neighbour on this side; 0: not at all.
fn evidence(link: &Link, side: Side) -> i64 {
    let (rel, words, signs, class, other) = match side {
        Side::Next => (
            "next",
            &*NEXT_WORDS,
            &NEXT_SIGNS,
            &*NEXT_CLASS,
            &*PREV_WORDS,
        ),
        Side::Prev => (
            "prev",
            &*PREV_WORDS,
            &PREV_SIGNS,
            &*PREV_CLASS,
            &*NEXT_WORDS,
        ),
    };
    let (older, newer) = (
        OLDER_CLASS.is_match(&link.own_names),
        NEWER_CLASS.is_match(&link.own_names),
    );
    if link.in_pager && older != newer && link.number.is_none() {
        return if older == (side == Side::Next) { 6 } else { 0 };
    }
    let label = link.label.to_lowercase();
    let bare = label
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_owned();
    if !bare.is_empty() && other.is_match(&bare) {
        return 0;
    }
    let by_rel = link
        .rel
        .split_whitespace()
        .any(|word| word.starts_with(rel));
    let mut score = 0;
    let beside_number = NUMBER_AND_SIGN
        .captures(label.trim())
        .and_then(|found| Some(found.get(1).or(found.get(2))?.as_str()));
    // Without `rel` it is the way to the rest of a post.
    let is_more = bare == "more" && by_rel && side == Side::Next;
    if words.is_match(&bare) || is_more {
        score += 6;
    } else if let Some(sign) = beside_number {
        if !signs.contains(&sign) {
            return 0;
        }
        score += 6;
    } else if signs.contains(&label.trim()) {
        score += 5;
    } else if !bare.is_empty() && link.number.is_none() && bare.chars().count() > 3 {
        // It says something else: the next post's title, mostly.
        return if by_rel && link.in_pager { 4 } else { 0 };
    }
    if by_rel {
        score += 5;
    }
    if class.is_match(&link.own_names) && (link.number.is_none() || by_rel) {
        score += 4;
    }
    score
}

/// The page shown: by the URL it came from, or the label that is missing between those that are linked.
fn current_page(series: &Series, links: &[Link], here: &Url) -> Option<u32> {
    if let Some((label, _)) = series
        .members
        .iter()
        .find(|(_, (_, at))| links[*at].url == *here)
    {
        return Some(*label);
    }
    let (slope, start) = line_of(series, true).unwrap_or((1, 0));
    let (before, after) = &series.template;
    let value = gaps(here)
        .into_iter()
        .find(|(b, a, _)| (b, a) == (before, after));
    if let Some((_, _, value)) = value {
        let page = (i64::try_from(value).ok()? - start).checked_div(slope)?;
        return u32::try_from(page).ok();
    }
    let lowest = *series.members.keys().next()?;
    let highest = *series.members.keys().next_back()?;
    (1..=highest.saturating_add(1))
        .take(200)
        .find(|label| !series.members.contains_key(label) && label + 1 >= lowest)
}

#[cfg(test)]
#[path = "page_links_tests.rs"]
mod tests;
