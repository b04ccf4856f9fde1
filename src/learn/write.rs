//! What was learnt → a profile's text, with a comment for each decision: a person must be able to read, check and change
//! it.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::article::ArticleRules;
use super::attachments::AttachmentRules;
use super::columns::Columns;
use super::depth::Depth;
use super::field_rule::FieldRule;
use super::thread_pages::ThreadPages;
use super::{Decision, ListingDraft};
use crate::model::NumberOrder;
use crate::profile::JsonList;

/// Words of a listing without posts.
const EMPTY: [&str; 24] = [
    "게시물이 없습니다",
    "게시글이 없습니다",
    "등록된 글이 없습니다",
    "글이 없습니다",
    "자료가 없습니다",
    "データがありません",
    "投稿はありません",
    "スレッドがありません",
    "暂无",
    "没有帖子",
    "沒有主題",
    "No posts",
    "no posts",
    "no topics",
    "No topics",
    "no threads",
    "keine Themen",
    "keine Beiträge",
    "Aucun sujet",
    "No hay temas",
    "Nessun argomento",
    "Тем нет",
    "Нет тем",
    "Konu yok",
];
/// What boards say, with status 200, in a deleted post's place (BOARDS.md 0.2).
const GONE: &str = r"(?i)alert\([^)]*(?:존재하지 않|삭제된|삭제되었|없는 글|없는 게시|not exist|been deleted|no longer|not found|存在しません|削除され|不存在|已被?删除|已刪除|nicht gefunden|existiert nicht|gelöscht|introuvable|no existe|eliminado|не существует|удалён|удален|silinmiş|bulunamadı)";
/// What endpoints say, in data, of a page behind the last.
const PAST_END: &str = r"(?i)^\s*\{[^<]{0,400}(?:page|offset|out of (?:range|bounds))";
/// Where boards send those who may not read a post.
const DOOR: &str = r"(?i)/(?:[\w.-]*(?:password|passwd|login|signin)[\w.-]*)(?:[/?#]|$)";
const RESTRICTED: &str = r"(?i)alert\([^)]*(?:권한이 없|회원만|로그인|비밀글|비밀번호|log ?in|sign ?in|permission|members only|ログイン|会員|権限|登录|登入|權限|权限|anmelden|berechtigung|connecter|autoris|iniciar sesi|permiso|войдите|авториз|giriş yap|yetki)";

/// What a profile begins with, and what is known of the whole site.
pub(super) struct Head<'h> {
    pub name: &'h str,
    pub title: &'h str,
    pub timezone: &'h str,
    pub date_order: Option<NumberOrder>,
    /// A form for a password where an article should be means that it is not for guests.
    pub password_closes: bool,
    /// An element of every page of the site.
    pub frame: Option<String>,
}

/// Writes the whole profile.
pub(super) fn profile_text(
    head: &Head<'_>,
    draft: &ListingDraft,
    rules: &ArticleRules,
    pages: Option<&ThreadPages>,
    decisions: &[Decision],
) -> String {
    let mut text = String::new();
    let mut line = |words: &str| {
        text.push_str(words);
        text.push('\n');
    };
    line(
        "# Learnt from the board's own pages. What each decision goes by stands above it; change what is wrong.",
    );
    line("format = 1");
    line(&format!("engine = {}", quoted(head.name)));
    line(&format!("title = {}", quoted(head.title)));
    line("# By the page's language; dates without a zone are read in it.");
    line(&format!("timezone = {}", quoted(head.timezone)));
    if let Some(order) = head.date_order {
        line("# The one that all dates of numbers fit, or the one of the page's language.");
        line(&format!("date_order = {}", quoted(order.name())));
    }
    if draft.without_scripts {
        text.push_str("without_scripts = true\n");
    }
    if draft.hidden_links {
        text.push_str("hidden_links = true\n");
    }
    text.push_str(&identity(draft, pages));
    if let Some(interface) = &draft.interface {
        text.push_str(&json(&interface.list));
    }
    for call in &draft.calls {
        let _ = write!(
            text,
            "\n[[calls]]\nname = {}\nurl = {}\n",
            quoted(&call.name),
            quoted(&call.url)
        );
    }
    text.push_str(&listing(draft, decisions));
    if draft.listing.chained {
        text.push_str("\n[pager]\nchained = true\n");
        if draft.listing.backwards {
            text.push_str(
                "# The newest page is the last by the pager's own count.\nbackwards = true\n",
            );
        }
    }
    // How an endpoint counts says nothing of how pages for people do.
    let parameter = match draft.page_for_people() {
        Some(_) => None,
        None => draft.listing.parameter(),
    };
    text.push_str(&article(rules, pages, parameter, decisions));
    text.push_str(&classes(rules, head));
    if draft.page_for_people().is_some() {
        text.push_str("\n# Behind the last page some endpoints complain of the number.\n");
        let _ = writeln!(
            text,
            "[[classes]]\nclass = \"gone\"\nstatus = [400, 416, 422]\nsource = {}",
            quoted(PAST_END)
        );
    }
    text
}

/// What pages are that stand in an article's place. Only where there is no body: an article may quote any words.
fn classes(rules: &ArticleRules, head: &Head<'_>) -> String {
    let mut text = String::new();
    if let Some(frame) = &head.frame {
        text.push_str("\n# Refused by the site itself: its frame stands around the refusal.\n");
        let missing = rules.body.first().map_or(String::new(), |body| {
            format!("missing = {}\n", quoted(body))
        });
        let _ = write!(
            text,
            "[[classes]]\nclass = \"restricted\"\nstatus = [401, 403]\n{missing}select = {}\n",
            quoted(frame)
        );
    }
    let Some(body) = rules.body.first() else {
        return text;
    };
    let mut signs = vec![
        ("restricted", "url", DOOR),
        ("restricted", "source", RESTRICTED),
        ("gone", "source", GONE),
    ];
    if head.password_closes {
        signs.push(("restricted", "select", "input[type='password' i]"));
    }
    for (class, sign, value) in signs {
        let _ = write!(
            text,
            "\n[[classes]]\nclass = \"{class}\"\nmissing = {}\n{sign} = {}\n",
            quoted(body),
            quoted(value)
        );
    }
    text
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list(items: &[String]) -> String {
    format!(
        "[{}]",
        items
            .iter()
            .map(|item| quoted(item))
            .collect::<Vec<_>>()
            .join(", ")
    )
}

fn table<'a>(items: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let inside: Vec<String> = items
        .into_iter()
        .map(|(name, pattern)| format!("{} = {}", quoted(name), quoted(pattern)))
        .collect();
    format!("{{ {} }}", inside.join(", "))
}

/// A comment of one line: nothing from a page may end it.
fn comment(text: &str) -> String {
    format!(
        "# {}\n",
        text.chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect::<String>()
    )
}

fn why(decisions: &[Decision], what: &str) -> String {
    let mut text = String::new();
    for decision in decisions.iter().filter(|decision| decision.what == what) {
        text.push_str(&comment(&format!(
            "{} (score {:.2})",
            decision.reason, decision.score
        )));
        if !decision.lost.is_empty() {
            text.push_str(&comment(&format!("lost: {}", decision.lost.join("; "))));
        }
    }
    text
}

/// Where in the answers of an endpoint what stands.
fn json(list: &JsonList) -> String {
    let mut text = String::from(match list.island {
        None => "\n# The rows come from answers in JSON.\n[json]\n",
        Some(_) => "\n# The rows stand in data that pages hold for their scripts.\n[json]\n",
    });
    if let Some(id) = &list.island {
        let _ = writeln!(text, "island = {}", quoted(id));
    }
    let _ = writeln!(
        text,
        "items = {}\nurl = {}",
        quoted(&list.items),
        quoted(&list.url)
    );
    for (key, template) in [
        ("next", &list.next),
        ("more", &list.more),
        ("parts", &list.parts),
    ] {
        if let Some(template) = template {
            let _ = writeln!(text, "{key} = {}", quoted(template));
        }
    }
    if !list.html.is_empty() {
        let _ = writeln!(text, "html = {}", self::list(&list.html));
    }
    let _ = writeln!(text, "fields = {}", table(&list.fields));
    text
}

fn identity(draft: &ListingDraft, pages: Option<&ThreadPages>) -> String {
    let ListingDraft {
        article, listing, ..
    } = draft;
    let mut text = String::from("\n[identity]\n");
    text.push_str(&comment(match article.has_board {
        true => "the board's name is part of an article's URL: ids are taken as the board's own",
        false => "an article's URL does not name the board",
    }));
    let _ = writeln!(
        text,
        "scope = \"{}\"",
        if article.has_board { "board" } else { "site" }
    );
    let _ = writeln!(
        text,
        "drop = [\"PHPSESSID\", \"sid\", \"s\", \"jsessionid\"]"
    );
    let _ = writeln!(text, "article_url = {}", quoted(&article.template));
    text.push_str(&comment(&listing.reason));
    let _ = writeln!(text, "listing_url = {}", quoted(&listing.listing_url));
    let _ = writeln!(text, "board_url = {}", quoted(&listing.board_url));
    if (listing.first, listing.step) != (1, 1) {
        let _ = writeln!(
            text,
            "page_first = {}\npage_step = {}",
            listing.first, listing.step
        );
    }
    text.push('\n');
    text.push_str(&comment(&article.reason));
    let _ = writeln!(
        text,
        "[[identity.articles]]\npath = {}",
        quoted(&article.path)
    );
    let mut query = article.query.clone();
    query.extend(pages.and_then(|pages| pages.parameter.clone()));
    if !query.is_empty() {
        let _ = writeln!(text, "query = {}", table(&query));
    }
    if let Some(path) = pages.and_then(|pages| pages.path.as_ref()) {
        text.push_str("\n# Further pages of its comments.\n");
        let _ = writeln!(text, "[[identity.articles]]\npath = {}", quoted(path));
    }
    let page_for_people = draft.page_for_people();
    let people = page_for_people.iter().flat_map(|page| &page.shapes);
    let endpoints = page_for_people.iter().flat_map(|_| &listing.shapes);
    let own = listing.shapes.iter().filter(|_| page_for_people.is_none());
    for (path, query, optional) in endpoints {
        // The board is named by the page for people.
        let unnamed = |pattern: &String| pattern.replace("(?<board>", "(?:");
        let _ = writeln!(
            text,
            "\n# The endpoint.\n[[identity.boards]]\npath = {}\nboard = {}",
            quoted(&unnamed(path)),
            quoted(&listing.board)
        );
        for (key, patterns) in [("query", query), ("optional", optional)] {
            let patterns: BTreeMap<String, String> = patterns
                .iter()
                .map(|(name, pattern)| (name.clone(), unnamed(pattern)))
                .collect();
            if !patterns.is_empty() {
                let _ = writeln!(text, "{key} = {}", table(&patterns));
            }
        }
    }
    for (path, query, optional) in own.chain(people) {
        let _ = writeln!(text, "\n[[identity.boards]]\npath = {}", quoted(path));
        if !query.is_empty() {
            let _ = writeln!(text, "query = {}", table(query));
        }
        if !optional.is_empty() {
            let _ = writeln!(text, "optional = {}", table(optional));
        }
    }
    text
}

fn listing(draft: &ListingDraft, decisions: &[Decision]) -> String {
    listing_section(&draft.container, &draft.rows_css, &draft.columns, decisions)
}

/// The section `listing`.
pub(super) fn listing_section(
    container: &[String],
    rows_css: &str,
    columns: &Columns,
    decisions: &[Decision],
) -> String {
    let mut text = String::from("\n[listing]\n");
    text.push_str(&why(decisions, "listing.rows"));
    let _ = writeln!(text, "container = {}", list(container));
    let _ = writeln!(text, "rows = {}", list(&[rows_css.to_owned()]));
    let _ = writeln!(text, "link = {}", list(&columns.link));
    if let Some(title) = &columns.title_css {
        let _ = writeln!(text, "title = {}", list(std::slice::from_ref(title)));
    }
    if !columns.title_remove.is_empty() {
        let _ = writeln!(text, "title_remove = {}", list(&columns.title_remove));
    }
    for (field, selectors) in &columns.fields {
        text.push_str(&why(decisions, &format!("listing.{field}")));
        let mut rules: Vec<String> = selectors
            .iter()
            .map(|css| columns.ruled.get(css).map_or_else(|| quoted(css), written))
            .collect();
        match *field {
            // What the cell has no room for.
            "date" => rules.extend(selectors.iter().flat_map(|css| {
                ["datetime", "title"]
                    .map(|attr| format!("{{ select = {}, attr = \"{attr}\" }}", quoted(css)))
            })),
            "rank" => {
                let elsewhere = columns
                    .notice_cell
                    .as_ref()
                    .filter(|cell| !selectors.contains(cell));
                if let Some(cell) = elsewhere {
                    rules.insert(0, pinned_words(cell));
                }
            }
            _ => {}
        }
        let _ = writeln!(text, "{field} = [{}]", rules.join(", "));
    }
    if let Some(cell) = &columns.notice_cell
        && !columns.fields.contains_key("rank")
    {
        text.push_str("# No ranks; pinned rows say in words that they are.\n");
        let _ = writeln!(text, "rank = [{}]", pinned_words(cell));
    }
    if !columns.notice.is_empty() {
        text.push_str(&why(decisions, "listing.notice"));
        let _ = writeln!(text, "notice = {}", list(&columns.notice));
    }
    if !columns.secret.is_empty() {
        let _ = writeln!(text, "secret = {}", list(&columns.secret));
    }
    let empty: Vec<String> = EMPTY.iter().map(|words| (*words).to_owned()).collect();
    let _ = writeln!(text, "empty = {}", list(&empty));
    text
}

/// Words in a cell, not numbers: those of pinned rows.
fn pinned_words(cell: &str) -> String {
    format!(
        "{{ select = {}, pattern = {} }}",
        quoted(cell),
        quoted(r"^\D+$")
    )
}

fn rules(rules: &[FieldRule]) -> String {
    let written: Vec<String> = rules.iter().map(written).collect();
    format!("[{}]", written.join(", "))
}

fn written(rule: &FieldRule) -> String {
    let css = quoted(&rule.css);
    let mut parts = Vec::new();
    if !rule.css.is_empty() {
        parts.push(format!("select = {css}"));
    }
    parts.extend(rule.own.then(|| "own = true".to_owned()));
    parts.extend(rule.attr.map(|attr| format!("attr = {}", quoted(attr))));
    let pattern = rule.pattern.as_ref();
    parts.extend(pattern.map(|pattern| format!("pattern = {}", quoted(pattern))));
    if parts.len() == 1 && !rule.css.is_empty() {
        return css;
    }
    format!("{{ {} }}", parts.join(", "))
}

fn attachments(found: &AttachmentRules, decisions: &[Decision]) -> String {
    let mut text = String::from("\n[attachments]\n");
    text.push_str(&why(decisions, "attachments.link"));
    text.push_str("by_signs = true\n");
    for (key, selectors) in [("link", &found.link), ("skip", &found.skip)] {
        if !selectors.is_empty() {
            let _ = writeln!(text, "{key} = {}", list(selectors));
        }
    }
    text
}

fn article(
    found: &ArticleRules,
    pages: Option<&ThreadPages>,
    listing_parameter: Option<&str>,
    decisions: &[Decision],
) -> String {
    let mut text = String::from("\n[article]\n");
    text.push_str(&why(decisions, "article.body"));
    let _ = writeln!(text, "body = {}", list(&found.body));
    if !found.body_remove.is_empty() {
        text.push_str("# The same words in every article.\n");
        let _ = writeln!(text, "body_remove = {}", list(&found.body_remove));
    }
    text.push_str(&why(decisions, "article.title"));
    let _ = writeln!(text, "title = {}", rules(&found.title));
    if let Some(suffix) = &found.title_suffix {
        let _ = writeln!(text, "title_suffix = {}", quoted(suffix));
    }
    for (what, field) in [("author", &found.author), ("date", &found.date)] {
        if !field.is_empty() {
            text.push_str(&why(decisions, &format!("article.{what}")));
            let _ = writeln!(text, "{what} = {}", rules(field));
        }
    }
    if let Some(files) = &found.attachments {
        text.push_str(&attachments(files, decisions));
    }
    if let Some(comments) = &found.comments {
        let _ = writeln!(
            text,
            "\n[comments]\nitem = {}",
            list(std::slice::from_ref(&comments.item))
        );
        if comments.article_is_first {
            text.push_str("article_is_first = true\n");
        }
        if comments.n_heads > 0 {
            let _ = writeln!(text, "heads = {}", comments.n_heads);
        }
        let key = &comments.key;
        let parts = [
            ("select", key.css.as_deref()),
            ("attr", Some(key.attr).filter(|attr| !attr.is_empty())),
            ("pattern", key.pattern),
        ];
        let written: Vec<String> = parts
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name} = {}", quoted(value?))))
            .collect();
        let _ = writeln!(text, "key = [{{ {} }}]", written.join(", "));
        match &comments.depth {
            Some(Depth::Nested(css)) => {
                let _ = writeln!(text, "nested_in = {}", quoted(css));
            }
            Some(Depth::Said(rule, unit)) => {
                let attr = quoted(rule.attr.unwrap_or_default());
                let pattern = quoted(rule.pattern.as_deref().unwrap_or_default());
                let _ = writeln!(
                    text,
                    "depth = [{{ attr = {attr}, pattern = {pattern} }}]\ndepth_unit = {unit:.2}"
                );
            }
            None => {}
        }
        for (name, rule) in [("author", &comments.author), ("date", &comments.date)] {
            if let Some(rule) = rule {
                let _ = writeln!(text, "{name} = {}", rules(std::slice::from_ref(rule)));
            }
        }
        if let Some(css) = &comments.body {
            let _ = writeln!(text, "body = {}", list(std::slice::from_ref(css)));
        }
        if !comments.body_remove.is_empty() {
            let _ = writeln!(text, "body_remove = {}", list(&comments.body_remove));
        }
        if pages.is_none()
            && comments.article_is_first
            && let Some(name) = listing_parameter
        {
            // None of the articles seen had a second page; the listing's own way is likely theirs, too.
            let _ = writeln!(text, "pages = [\"a[href]\"]\npage_param = {}", quoted(name));
        }
        if let Some(pages) = pages {
            let _ = writeln!(
                text,
                "pages = [\"a[href]\"]\npage_pattern = {}\npage_first = {}\npage_step = {}",
                quoted(&pages.pattern),
                pages.first,
                pages.step
            );
        }
    }
    text
}
