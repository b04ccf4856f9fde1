//! A redesign: the same pages in another layout. Works on any page, as a browser sees it: parsed, changed, written out.

use std::sync::LazyLock;

use boardwalk::document::{ElementRef, Html, Node, Selector};
use regex::{Captures, Regex};

/// What a redesign does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    Nothing,
    /// Every class has another name, all over the site.
    RenameClasses,
    /// Classes and ids.
    RenameAll,
    /// The last three cells of each row, the header's too, stand the other way round.
    SwapColumns,
    /// Each row stands in a container of its own.
    WrapRows,
    /// Tables are made of `div`s; classes stay.
    TableToDivs,
    /// `2026.11.23 10:21` becomes `2026년 11월 23일 10:21`.
    DateFormat,
    /// Dates in words that no reader knows.
    DateRiddle,
    /// The body stands in a new element in front of everything else; an empty frame stays where it was.
    MoveBody,
    /// Where the body was stands the same notice on all articles; the body is loaded by script.
    HideBody,
    /// Bytes of one encoding, taken for another and encoded once more.
    TwiceEncoded,
}

impl Mutation {
    pub const ALL: [Mutation; 10] = [
        Mutation::RenameClasses,
        Mutation::RenameAll,
        Mutation::SwapColumns,
        Mutation::WrapRows,
        Mutation::TableToDivs,
        Mutation::DateFormat,
        Mutation::DateRiddle,
        Mutation::MoveBody,
        Mutation::HideBody,
        Mutation::TwiceEncoded,
    ];

    /// What is needed is still on the page.
    pub fn is_mendable(self) -> bool {
        !matches!(self, Self::DateRiddle | Self::HideBody | Self::TwiceEncoded)
    }
}

/// Where an engine's rows and bodies stand.
#[derive(Debug, Clone)]
pub struct Marks {
    pub rows: Selector,
    pub body: Selector,
}

impl Marks {
    pub fn new(rows: &str, body: &str) -> Self {
        let parse = |css: &str| Selector::parse(css).expect("a selector of the test");
        Self {
            rows: parse(rows),
            body: parse(body),
        }
    }
}

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(\D{0,12})(?:(\d{4}|\d{2})[-.])?(\d{2})[-.](\d{2})(\s+\d{2}:\d{2}(?::\d{2})?)?$")
        .expect("a constant pattern")
});

const VOID: [&str; 12] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr",
];

/// The page after the redesign.
pub fn mutate(page: &str, mutation: Mutation, marks: &Marks) -> String {
    if mutation == Mutation::Nothing {
        return page.to_owned();
    }
    if mutation == Mutation::TwiceEncoded {
        let taken = encoding_rs::WINDOWS_1252.decode(page.as_bytes()).0;
        return taken.into_owned();
    }
    let html = Html::parse_document(page);
    let body = html.select(&marks.body).next();
    let mut writer = Writer {
        mutation,
        marks,
        body,
        out: String::from("<!DOCTYPE html>"),
    };
    writer.element(html.root_element(), false);
    writer.out
}

struct Writer<'a> {
    mutation: Mutation,
    marks: &'a Marks,
    body: Option<ElementRef<'a>>,
    out: String,
}

impl<'a> Writer<'a> {
    fn element(&mut self, element: ElementRef<'a>, in_body: bool) {
        let name = element.value().name();
        // A post's own markup is its author's.
        let is_body = self.body == Some(element);
        let is_row =
            !in_body && self.mutation == Mutation::WrapRows && self.marks.rows.matches(&element);
        let (before, after) = match (is_row, name) {
            (false, _) => ("", ""),
            (true, "tr") => (
                "<tr class=\"shelf\"><td class=\"board\"><table><tbody>",
                "</tbody></table></td></tr>",
            ),
            (true, "li") => ("<li class=\"shelf\"><ul>", "</ul></li>"),
            (true, _) => ("<div class=\"shelf\">", "</div>"),
        };
        self.out.push_str(before);
        let tag = match (self.mutation, name) {
            (
                Mutation::TableToDivs,
                "table" | "thead" | "tbody" | "tr" | "th" | "td" | "caption",
            ) if !in_body => "div",
            _ => name,
        };
        self.out.push_str(&format!("<{tag}"));
        for (key, value) in element.value().attrs() {
            let value = if in_body {
                value.to_owned()
            } else {
                self.attribute(key, value)
            };
            self.out.push_str(&format!(" {key}=\"{}\"", quoted(&value)));
        }
        self.out.push('>');
        if !VOID.contains(&tag) {
            match (is_body, self.mutation) {
                (true, Mutation::MoveBody) => self.out.push_str("<p>광고 자리</p>"),
                (true, Mutation::HideBody) => self.out.push_str("<p>본문을 불러오는 중입니다.</p>"),
                _ => {
                    if name == "body"
                        && self.mutation == Mutation::MoveBody
                        && let Some(body) = self.body
                    {
                        self.out
                            .push_str("<div class=\"reader-pane\"><div class=\"prose\">");
                        self.children(body, true);
                        self.out.push_str("</div></div>");
                    }
                    self.children(element, in_body || is_body);
                }
            }
            self.out.push_str(&format!("</{tag}>"));
        }
        self.out.push_str(after);
    }

    fn children(&mut self, element: ElementRef<'a>, in_body: bool) {
        let raw = matches!(element.value().name(), "script" | "style");
        let mut nodes: Vec<_> = element.children().collect();
        if self.mutation == Mutation::SwapColumns && element.value().name() == "tr" && !in_body {
            let cells: Vec<usize> = (0..nodes.len())
                .filter(|at| {
                    ElementRef::wrap(nodes[*at])
                        .is_some_and(|cell| matches!(cell.value().name(), "td" | "th"))
                })
                .collect();
            if cells.len() >= 4 {
                nodes.swap(cells[cells.len() - 1], cells[cells.len() - 3]);
            }
        }
        for node in nodes {
            match node.value() {
                Node::Text(text) if raw => self.out.push_str(text),
                Node::Text(text) if in_body => self.out.push_str(&escaped(text)),
                Node::Text(text) => {
                    let text = self.text(text);
                    self.out.push_str(&escaped(&text));
                }
                Node::Comment(comment) => {
                    let comment: &str = comment;
                    self.out.push_str(&format!("<!--{comment}-->"));
                }
                Node::Element(_) => {
                    if let Some(child) = ElementRef::wrap(node) {
                        self.element(child, in_body);
                    }
                }
                _ => {}
            }
        }
    }

    fn attribute(&self, key: &str, value: &str) -> String {
        match (self.mutation, key) {
            (Mutation::RenameClasses | Mutation::RenameAll, "class") => value
                .split_whitespace()
                .map(|word| match word.contains(|c: char| c.is_ascii_digit()) {
                    // With a number in it: the software's own, not the theme's.
                    true => word.to_owned(),
                    false => renamed(word),
                })
                .collect::<Vec<_>>()
                .join(" "),
            // Ids with a number are an article's or a comment's own: scripts go by them.
            (Mutation::RenameAll, "id") if !value.contains(|c: char| c.is_ascii_digit()) => {
                renamed(value)
            }
            (Mutation::DateFormat | Mutation::DateRiddle, "title" | "datetime") => self.text(value),
            _ => value.to_owned(),
        }
    }

    fn text(&self, text: &str) -> String {
        let trimmed = text.trim();
        let new = match self.mutation {
            Mutation::DateFormat => DATE.replace(trimmed, |found: &Captures<'_>| {
                let year = found
                    .get(2)
                    .map_or(String::new(), |year| match year.as_str() {
                        short if short.len() == 2 => format!("20{short}년 "),
                        long => format!("{long}년 "),
                    });
                let time = found.get(5).map_or("", |time| time.as_str());
                format!("{}{year}{}월 {}일{time}", &found[1], &found[3], &found[4])
            }),
            Mutation::DateRiddle => DATE.replace(trimmed, "$1 해 뜨고 $3 번째 물때, $4 번째 종"),
            _ => return text.to_owned(),
        };
        text.replace(trimmed, &new)
    }
}

/// Another word for a word, the same everywhere, that says nothing.
fn renamed(word: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in word.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let letters: String = (0..7)
        .map(|at| char::from(b'b' + ((hash >> (8 * at)) % 20) as u8))
        .collect();
    format!("q{letters}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\u{a0}', "&nbsp;")
}

fn quoted(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;")
}
