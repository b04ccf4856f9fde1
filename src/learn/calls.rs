//! What do a page's own scripts open? In: a page. Out: functions that lead to another page by their arguments, and the
//! URLs they make. Scripts are not run: only plain assignments of a location or of a form's fields are understood.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::{Captures, Regex};
use url::Url;

use super::address::is_state;
use super::css;
use crate::document::{ElementRef, Html, Selector};
use crate::profile::Call;

/// Letters of all scripts that are looked at.
const MAX_SCRIPT: usize = 400_000;
/// Functions that are looked at.
const MAX_FUNCTIONS: usize = 300;
/// Letters of a function's body.
const MAX_BODY: usize = 3_000;

static SCRIPTS: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("script:not([src])").expect("a constant selector"));
static FORMS: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("form").expect("a constant selector"));
static FIELDS: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("input[name]").expect("a constant selector"));
static FUNCTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:function\s+([A-Za-z_$][\w$]*)\s*|([A-Za-z_$][\w$]*)\s*=\s*function\s*)\(([^()]*)\)\s*\{",
    )
});
/// An assignment of the location, up to the end of the statement.
static LOCATION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"location(?:\.href)?\s*=\s*([^;\n]+)|location\.(?:replace|assign)\s*\(([^;\n]+)\)|window\.open\s*\(([^;\n,]+)",
    )
});
static ACTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"\.action\s*=\s*([^;\n]+)|attr\(\s*["']action["']\s*,\s*([^;\n]+)\)"#)
});
/// `frm.nttId.value = id`, `$("#nttId").val(id)`, `getElementById("nttId").value = id`.
static FIELD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"[.#"'=\[]([A-Za-z_]\w*)["'\]]*\)?\.(?:value\s*=\s*|val\s*\(\s*)([^;\n]+)"#)
});
/// The beginning of what is done on a click, with the selector of what is clicked.
static HANDLER: LazyLock<Regex> = LazyLock::new(|| {
    let function = r"(?:function\s*\([^()]*\)|\(?[A-Za-z0-9_$, ]*\)?\s*=>)\s*\{";
    pattern(&format!(
        r#"\$\(\s*(?:["']([^"']+)["']|document|window)\s*\)\s*\.\s*(?:on\s*\(\s*["']click["']\s*,|click\s*\()\s*(?:["']([^"']+)["']\s*,\s*)?{function}|querySelectorAll\(\s*["']([^"']+)["']\s*\)\s*\.\s*forEach\s*\(\s*{function}"#
    ))
});
/// `$(this).data("no")`, `this.dataset.no`, `link.getAttribute("data-no")`.
static DATA: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"\$\(\s*[A-Za-z0-9_$.]+\s*\)\.(?:data\(\s*["']([A-Za-z0-9_-]+)["']\s*\)|attr\(\s*["']data-([A-Za-z0-9_-]+)["']\s*\))|[A-Za-z0-9_$.]+\.(?:dataset\.([A-Za-z0-9_]+)|getAttribute\(\s*["']data-([A-Za-z0-9_-]+)["']\s*\))"#,
    )
});
static VARIABLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:var|let|const)\s+([A-Za-z0-9_$]+)\s*=\s*(data_[0-9]+)\b"));
static SUBMITS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\.submit\s*\("));
/// Fields that are no part of a page's address.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)csrf|token|nonce|session"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// All functions of a page, and what is done on clicks, that lead somewhere on its own site.
pub fn calls(html: &Html, page: &Url) -> Vec<Call> {
    let mut scripts = String::new();
    for script in html.select(&SCRIPTS) {
        for text in script.text() {
            if scripts.len() + text.len() <= MAX_SCRIPT {
                scripts.push_str(text);
                scripts.push('\n');
            }
        }
    }
    let mut found = Vec::new();
    for head in FUNCTION.captures_iter(&scripts).take(MAX_FUNCTIONS) {
        let name = head.get(1).or_else(|| head.get(2));
        let (Some(name), Some(whole)) = (name, head.get(0)) else {
            continue;
        };
        let parameters: Vec<&str> = head[3].split(',').map(str::trim).collect();
        let body = body_of(&scripts[whole.end()..]);
        let function = Function { parameters, body };
        let leads_to = function.location().or_else(|| function.form(html));
        if let Some(url) = leads_to.and_then(|url| on_site(&url, page)) {
            found.push(Call {
                name: name.as_str().to_owned(),
                url,
            });
        }
    }
    found.extend(handlers(&scripts, html, page));
    found
}

/// What a click on an element opens by the element's own data: `$(".view").on("click", …)`.
fn handlers(scripts: &str, html: &Html, page: &Url) -> Vec<Call> {
    let mut found: Vec<Call> = Vec::new();
    for head in HANDLER.captures_iter(scripts).take(MAX_FUNCTIONS) {
        let (Some(whole), Some(selector)) = (head.get(0), head.iter().skip(1).flatten().last())
        else {
            continue;
        };
        let (body, names) = with_data_named(body_of(&scripts[whole.end()..]));
        let Some(first) = names.first() else { continue };
        // Where a variable holds it, the variable's name stands for it.
        let variables: Vec<(&str, &str)> = VARIABLE
            .captures_iter(&body)
            .filter_map(|held| Some((held.get(1)?.as_str(), held.get(2)?.as_str())))
            .collect();
        let places: Vec<String> = (0..names.len()).map(|at| format!("data_{at}")).collect();
        let mut parameters: Vec<&str> = places.iter().map(String::as_str).collect();
        let mut attributes: Vec<&str> = names.iter().map(String::as_str).collect();
        for (variable, place) in variables {
            if let Some(at) = places.iter().position(|held| held == place) {
                parameters.push(variable);
                attributes.push(&names[at]);
            }
        }
        let function = Function {
            parameters,
            body: &body,
        };
        let leads_to = function.location().or_else(|| function.form(html));
        let Some(mut url) = leads_to.and_then(|url| on_site(&url, page)) else {
            continue;
        };
        for (at, attribute) in attributes.iter().enumerate() {
            url = url.replace(&format!("{{{}}}", at + 1), &format!("{{{attribute}}}"));
        }
        let last = selector.as_str().split_whitespace().last();
        let class = last.and_then(|last| {
            let (_, class) = last.split(':').next()?.rsplit_once('.')?;
            css::is_stable(class).then(|| format!(".{class}"))
        });
        let name = class.unwrap_or_else(|| format!("[{first}]"));
        if !found.iter().any(|held| held.name == name) {
            found.push(Call { name, url });
        }
    }
    found
}

/// A handler's body with names in the place of what it takes from the element, and the attributes that these are.
fn with_data_named(body: &str) -> (String, Vec<String>) {
    let mut names: Vec<String> = Vec::new();
    let named = DATA.replace_all(body, |found: &Captures<'_>| {
        let taken = found.iter().skip(1).flatten().next();
        let mut name = String::from("data-");
        for c in taken.map_or("", |taken| taken.as_str()).chars() {
            if c.is_ascii_uppercase() {
                name.push('-');
            }
            name.push(c.to_ascii_lowercase());
        }
        let at = names.iter().position(|held| *held == name);
        let at = at.unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        format!("data_{at}")
    });
    (named.into_owned(), names)
}

/// The template from the site's root on; `None` where it leads elsewhere.
fn on_site(template: &str, page: &Url) -> Option<String> {
    let origin = page.origin().ascii_serialization();
    let path = template.strip_prefix(origin.as_str()).unwrap_or(template);
    if path.contains("//") || path.contains(':') {
        return None;
    }
    if path.starts_with(['/', '?']) {
        return Some(path.to_owned());
    }
    let folder = &page.path()[..=page.path().rfind('/')?];
    Some(format!("{folder}{}", path.trim_start_matches("./")))
}

/// Up to the brace that closes the one that was just opened.
fn body_of(text: &str) -> &str {
    let mut depth = 1_usize;
    for (at, c) in text.char_indices().take(MAX_BODY) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    ""
}

struct Function<'s> {
    parameters: Vec<&'s str>,
    body: &'s str,
}

impl Function<'_> {
    /// The URL it assigns as the window's location.
    fn location(&self) -> Option<String> {
        LOCATION
            .captures_iter(self.body)
            .filter_map(|found| found.iter().skip(1).flatten().next())
            .filter_map(|expression| self.value(expression.as_str()))
            .find(|url| url.contains('{') && url.contains(['/', '?']))
    }

    /// The URL that a form sends by its fields.
    fn form(&self, html: &Html) -> Option<String> {
        if !SUBMITS.is_match(self.body) {
            return None;
        }
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        for found in FIELD.captures_iter(self.body) {
            if let Some(value) = self.value(found[2].trim_end_matches(')')) {
                fields.insert(found[1].to_owned(), value);
            }
        }
        if !fields.values().any(|value| value.contains('{')) {
            return None;
        }
        let form = form_with(html, &fields, self.body);
        let action = ACTION
            .captures(self.body)
            .and_then(|found| self.value(found.iter().skip(1).flatten().next()?.as_str()))
            .or_else(|| form?.attr("action").map(str::to_owned))
            .filter(|action| !action.is_empty() && !action.starts_with("javascript"))?;
        let mut query: Vec<String> = Vec::new();
        for field in form.iter().flat_map(|form| form.select(&FIELDS)) {
            let hidden = field
                .attr("type")
                .is_some_and(|kind| kind.eq_ignore_ascii_case("hidden"));
            let (name, value) = (
                field.attr("name").unwrap_or_default(),
                field.attr("value").unwrap_or_default(),
            );
            let fixed =
                !fields.contains_key(name) && !is_state(name, value) && !TOKEN.is_match(name);
            if hidden && fixed && !value.is_empty() {
                query.push(format!("{name}={}", encoded(value)));
            }
        }
        query.extend(
            fields
                .iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| format!("{name}={value}")),
        );
        let joint = if action.contains('?') { '&' } else { '?' };
        Some(format!("{action}{joint}{}", query.join("&")))
    }

    /// Strings and parameters joined by `+`; `None` for anything else.
    fn value(&self, expression: &str) -> Option<String> {
        let mut value = String::new();
        for part in parts_of(expression.trim())? {
            match part {
                Part::Text(text) => value.push_str(text),
                Part::Name(name) => {
                    let place = self
                        .parameters
                        .iter()
                        .position(|parameter| *parameter == name)?;
                    value.push_str(&format!("{{{}}}", place + 1));
                }
            }
        }
        Some(value)
    }
}

enum Part<'e> {
    Text(&'e str),
    Name(&'e str),
}

fn parts_of(expression: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = expression.trim();
    while !rest.is_empty() {
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let end = rest[1..].find(quote)?;
            parts.push(Part::Text(&rest[1..1 + end]));
            rest = rest[end + 2..].trim_start();
        } else {
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$'))
                .unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            parts.push(Part::Name(&rest[..end]));
            rest = rest[end..].trim_start();
        }
        // What is not joined on is the end of the expression, or of the call around it.
        match rest.strip_prefix('+') {
            Some(more) => rest = more.trim_start(),
            None if rest.is_empty() || rest.starts_with([')', ',', '}']) => break,
            None => return None,
        }
    }
    (!parts.is_empty()).then_some(parts)
}

/// The form that a function's body names, or the first of those that have most of these fields.
fn form_with<'a>(
    html: &'a Html,
    fields: &BTreeMap<String, String>,
    body: &str,
) -> Option<ElementRef<'a>> {
    let is_named = |form: ElementRef<'_>| {
        ["name", "id"].into_iter().any(|attr| {
            let name = form.attr(attr).filter(|name| name.len() > 1);
            name.is_some_and(|name| body.contains(name))
        })
    };
    html.select(&FORMS)
        .take(50)
        .map(|form| {
            let names: BTreeSet<&str> = form
                .select(&FIELDS)
                .filter_map(|field| field.attr("name"))
                .collect();
            let n_shared = fields
                .keys()
                .filter(|name| names.contains(name.as_str()))
                .count();
            (n_shared, is_named(form), form)
        })
        .filter(|(n_shared, ..)| *n_shared > 0)
        .reduce(|best, other| match (best.1, best.0) < (other.1, other.0) {
            true => other,
            false => best,
        })
        .map(|(.., form)| form)
}

fn encoded(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn learnt(page: &str) -> Vec<(String, String)> {
        let url = Url::parse("http://board.example/bbs/list.do").unwrap();
        calls(&Html::parse_document(page), &url)
            .into_iter()
            .map(|call| (call.name, call.url))
            .collect()
    }

    #[test]
    fn a_location_made_of_strings_and_arguments() {
        let page = "<script>function goView(a, seq) { if (a == '') { return; } location.href = '/v.do?m=' + a + \"&seq=\" + seq; }
            var open = function(no){ window.location.replace('/x/' + no); }
            function f(x) { location.href = '/y?z=' + Math.random(); } function g() { location.href = '/list'; }</script>";
        assert_eq!(
            learnt(page),
            [
                ("goView".into(), "/v.do?m={1}&seq={2}".into()),
                ("open".into(), "/x/{1}".into())
            ]
        );
    }

    #[test]
    fn a_form_that_is_filled_and_sent() {
        let page = "<form name=frm action='/list.do'><input type=hidden name=bbsId value=B_1><input type=hidden name=no><input type=hidden name=pageIndex value=3><input type=hidden name=_csrf value=x><input name=q value=y></form>
            <script>function view(no) { document.frm.no.value = no; document.frm.action = \"/view.do\"; document.frm.submit(); }
            function page(n) { $('#pageIndex').val(n); $('form').submit(); }</script>";
        assert_eq!(
            learnt(page),
            [
                ("view".into(), "/view.do?bbsId=B_1&no={1}".into()),
                ("page".into(), "/list.do?bbsId=B_1&pageIndex={1}".into())
            ]
        );
    }

    #[test]
    fn a_click_takes_the_number_from_the_elements_data() {
        let page = "<form id=f action='/list.do'><input type=hidden name=bbsId value=B_1><input type=hidden id=sn name=sn><input type=hidden id=pg name=pg></form>
            <script>$('.btn-view').on('click', function(e) { e.preventDefault(); $('#sn').val($(this).data('sn')); $('#f').attr('action', '/view.do').submit(); });
            $(document).on('click', '.paging a', function() { var no = $(this).attr('data-page'); $('#pg').val(no); $('#f').submit(); });
            document.querySelectorAll('tr.row').forEach(row => { row.addEventListener('click', () => { location.href = '/v/' + row.dataset.postNo; }); });
            $('.other').click(function() { location.href = '/elsewhere'; });</script>";
        assert_eq!(
            learnt(page),
            [
                (".btn-view".into(), "/view.do?bbsId=B_1&sn={data-sn}".into()),
                (
                    "[data-page]".into(),
                    "/list.do?bbsId=B_1&pg={data-page}".into()
                ),
                (".row".into(), "/v/{data-post-no}".into()),
            ]
        );
    }

    proptest! {
        #[test]
        fn no_script_panics(script in "(function |f|\\(|\\)|\\{|\\}|location|\\.href|=|'|\"|\\+|a|\\.value|\\.submit\\(\\)|;|가|\n| ){0,80}") {
            let _ = learnt(&format!("<script>{script}</script>"));
        }
    }
}
