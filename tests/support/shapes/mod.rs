//! Boards in the shapes of many engines, written from small templates: pages as text, and what stands in them. Nothing
//! here is any engine's own code; only which element holds what, and how its URLs are made (BOARDS.md 8 and 9).

mod files;
pub mod findings;
mod forums;
mod islands;
mod korean;
mod latin;
mod life;
mod machines;
mod pages;
pub mod posts;
mod sketch;
mod threads;
mod tongues;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

pub use posts::{Mark, Post, Said, Tongue, notices, posts};

use super::server::{Reply, Request};

/// What stands behind the last page of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastEnd {
    /// A page without rows.
    Empty,
    FirstAgain,
    LastAgain,
    NotFound,
}

/// Which of a post's fields a listing's rows show. What they do not show must not be made up.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    pub author: bool,
    pub date: bool,
    pub rank: bool,
    /// Of the post's page: replies.
    pub comments: bool,
}

/// One kind of board.
pub struct Shape {
    pub name: &'static str,
    pub tongue: &'static Tongue,
    /// What the bytes are in, and how that is said in the header.
    pub charset: &'static str,
    pub n_posts: usize,
    pub n_per_page: usize,
    /// A thread's posts on one of its pages, the first included.
    pub n_said_per_page: usize,
    /// Pinned rows stand on every page.
    pub has_notices: bool,
    pub shown: Shown,
    pub past_end: PastEnd,
    /// Path and query of a listing page.
    pub listing_url: fn(usize) -> String,
    /// Path and query of a page of a post; the first as the listing links it.
    pub article_url: fn(&Post, usize) -> String,
    /// What its URL tells it apart by.
    pub id: fn(&Post) -> String,
    pub row: fn(&Post) -> String,
    /// Rows, pager → page.
    pub listing: fn(&str, &str) -> String,
    pub pager: fn(&Turns<'_>) -> String,
    pub article: fn(&Thread<'_>) -> String,
    /// The files listed with a post.
    pub files: fn(&Post) -> Vec<File>,
    /// What stands in the page's head.
    pub head: &'static str,
    /// Further files of the site.
    pub others: fn(&[Post]) -> Vec<OtherFile>,
}

/// A file listed with a post.
#[derive(Debug, Clone)]
pub struct File {
    pub name: String,
    /// Path and query, without what changes from view to view.
    pub url: String,
    /// Bytes, as far as the page tells.
    pub size: Option<u64>,
}

/// Path, content type, text.
pub type OtherFile = (String, &'static str, String);

/// A place in a run of pages.
pub struct Turns<'a> {
    pub page: usize,
    pub n_pages: usize,
    pub url: &'a dyn Fn(usize) -> String,
}

/// A page of a post and its replies.
pub struct Thread<'a> {
    pub post: &'a Post,
    /// What is said on this page; on page 1 the post itself is the first.
    pub said: Vec<Said>,
    pub page: usize,
    pub pager: String,
}

impl Thread<'_> {
    /// Whether it is the post itself.
    pub fn is_first(&self, said: &Said) -> bool {
        said.id == self.post.said.id
    }

    /// Replies on this page.
    pub fn replies(&self) -> impl Iterator<Item = &Said> {
        self.said.iter().filter(|said| !self.is_first(said))
    }
}

/// What most shapes have in common.
fn plain() -> Shape {
    Shape {
        name: "",
        tongue: &posts::ENGLISH,
        charset: "utf-8",
        n_posts: 33,
        n_per_page: 10,
        n_said_per_page: 200,
        has_notices: false,
        shown: Shown {
            author: true,
            date: true,
            rank: false,
            comments: true,
        },
        past_end: PastEnd::Empty,
        listing_url: |page| format!("/board?page={page}"),
        article_url: |post, _| format!("/board/{}", post.id),
        id: |post| post.id.to_string(),
        row: |_| String::new(),
        listing: |rows, pager| format!("{rows}{pager}"),
        pager: numbers,
        article: |_| String::new(),
        files: |_| Vec::new(),
        head: "",
        others: |_| Vec::new(),
    }
}

/// `1 2 3 Next`.
pub fn numbers(turns: &Turns<'_>) -> String {
    let mut links: String = (1..=turns.n_pages)
        .map(|n| match n == turns.page {
            true => format!("<strong>{n}</strong> "),
            false => format!("<a href='{}'>{n}</a> ", (turns.url)(n)),
        })
        .collect();
    if turns.page < turns.n_pages {
        links.push_str(&format!(
            "<a class=next rel=next href='{}'>Next</a>",
            (turns.url)(turns.page + 1)
        ));
    }
    format!("<div class=pagination>{links}</div>")
}

/// What a board holds and shows; see [`Shape`].
#[derive(Clone, Copy)]
pub struct Plan {
    pub name: &'static str,
    pub tongue: &'static Tongue,
    pub charset: &'static str,
    pub n_posts: usize,
    pub n_per_page: usize,
    pub n_said_per_page: usize,
    pub has_notices: bool,
    pub shown: Shown,
    pub past_end: PastEnd,
}

/// A board as its crawl is judged by, and how its pages are made.
pub trait Board {
    fn plan(&self) -> Plan;
    /// Path and query of a listing page.
    fn listing_url(&self, page: usize) -> String;
    /// Path and query of a page of a post; the first as the listing links it.
    fn article_url(&self, post: &Post, page: usize) -> String;
    /// What a post's URL tells it apart by.
    fn id(&self, post: &Post) -> String {
        post.id.to_string()
    }
    fn row(&self, post: &Post) -> String;
    /// Rows, pager → page.
    fn listing(&self, rows: &str, pager: &str) -> String;
    fn pager(&self, turns: &Turns<'_>) -> String {
        numbers(turns)
    }
    fn article(&self, thread: &Thread<'_>) -> String;
    /// The files listed with a post.
    fn files(&self, _post: &Post) -> Vec<File> {
        Vec::new()
    }
    /// What stands in the page's head.
    fn head(&self) -> &str {
        ""
    }
    /// Further files of the site.
    fn others(&self, _posts: &[Post]) -> Vec<OtherFile> {
        Vec::new()
    }
    /// Every third reply is an answer to the one before it, and stands in it.
    fn is_nested(&self) -> bool {
        false
    }
    /// Parameters that change nothing.
    fn ignored(&self) -> Vec<String> {
        vec!["sid".to_owned()]
    }

    fn posts(&self) -> Vec<Post> {
        posts(self.plan().n_posts, self.plan().tongue)
    }

    fn n_pages(&self) -> usize {
        self.plan().n_posts.div_ceil(self.plan().n_per_page)
    }

    fn pinned(&self) -> Vec<Post> {
        match self.plan().has_notices {
            true => notices(self.plan().tongue),
            false => Vec::new(),
        }
    }

    fn rows_of(&self, page: usize, all: &[Post]) -> Vec<Post> {
        let n_per_page = self.plan().n_per_page;
        let here = all.iter().skip((page - 1) * n_per_page).take(n_per_page);
        self.pinned().into_iter().chain(here.cloned()).collect()
    }

    fn listing_page(&self, page: usize, all: &[Post]) -> String {
        let rows: String = self
            .rows_of(page, all)
            .iter()
            .map(|post| self.row(post))
            .collect();
        let pager = self.pager(&Turns {
            page,
            n_pages: self.n_pages(),
            url: &|page| self.listing_url(page),
        });
        self.frame(&self.listing(&rows, &pager), "Board of the coast")
    }

    fn n_article_pages(&self, post: &Post) -> usize {
        (1 + post.replies.len()).div_ceil(self.plan().n_said_per_page)
    }

    fn article_page(&self, post: &Post, page: usize) -> String {
        let all: Vec<Said> = std::iter::once(post.said.clone())
            .chain(post.replies.iter().cloned())
            .collect();
        let from = (page - 1) * self.plan().n_said_per_page;
        let n_pages = self.n_article_pages(post);
        let url = |page: usize| self.article_url(post, page);
        let pager = match n_pages {
            1 => String::new(),
            _ => self.pager(&Turns {
                page,
                n_pages,
                url: &url,
            }),
        };
        let thread = Thread {
            post,
            said: all
                .into_iter()
                .skip(from)
                .take(self.plan().n_said_per_page)
                .collect(),
            page,
            pager,
        };
        self.frame(
            &self.article(&thread),
            &format!("{} - Board of the coast", post.title),
        )
    }

    /// A site's frame: menu, widgets with posts of other boards, foot.
    fn frame(&self, inner: &str, title: &str) -> String {
        let list = |class: &str, path: &str, words: &str| -> String {
            let items: String = (1..=6)
                .map(|n| format!("<li><a href='/{path}/{n}/{class}'>{words} {n}</a></li>"))
                .collect();
            format!("<ul class={class}>{items}</ul>")
        };
        format!(
            "<!DOCTYPE html><html lang={}><head><meta charset={}><title>{title}</title>{}</head><body><div id=top>{}</div>\
             <div id=main>{inner}</div><div class=sidebar><h4>Popular</h4>{}</div>\
             <div id=foot>All words belong to those who wrote them. Run by volunteers since the long winter.</div></body></html>",
            self.plan().tongue.lang,
            self.plan().charset,
            self.head(),
            list("menu", "about", "House"),
            list("results", "poll", "Poll of the season number")
        )
    }

    /// All pages by path and query.
    fn site(&self) -> Site {
        let all = self.posts();
        let mut files = BTreeMap::new();
        let ignored = self.ignored();
        let mut put = |target: String, kind: &'static str, text: String| {
            let target = without(&ignored, target.split('#').next().unwrap_or_default());
            files.insert(target, (kind, text));
        };
        for page in 1..=self.n_pages() {
            put(
                self.listing_url(page),
                "text/html",
                self.listing_page(page, &all),
            );
        }
        // Without its number, page 1 is page 1.
        let first = self.listing_url(1);
        for number in ["?page=1", "&page=1", "?p=1"] {
            put(
                first.replace(number, ""),
                "text/html",
                self.listing_page(1, &all),
            );
        }
        for page in self.n_pages() + 1..self.n_pages() + 4 {
            let shown = match self.plan().past_end {
                PastEnd::Empty => page,
                PastEnd::FirstAgain => 1,
                PastEnd::LastAgain => self.n_pages(),
                PastEnd::NotFound => continue,
            };
            put(
                self.listing_url(page),
                "text/html",
                self.listing_page(shown, &all),
            );
        }
        for post in self.pinned().iter().chain(&all) {
            for page in 1..=self.n_article_pages(post) {
                put(
                    self.article_url(post, page),
                    "text/html",
                    self.article_page(post, page),
                );
            }
        }
        for (target, kind, text) in self.others(&all) {
            put(target, kind, text);
        }
        Site {
            files: Arc::new(files),
            charset: self.plan().charset,
            ignored,
            strays: Arc::default(),
        }
    }
}

impl Board for Shape {
    fn plan(&self) -> Plan {
        Plan {
            name: self.name,
            tongue: self.tongue,
            charset: self.charset,
            n_posts: self.n_posts,
            n_per_page: self.n_per_page,
            n_said_per_page: self.n_said_per_page,
            has_notices: self.has_notices,
            shown: self.shown,
            past_end: self.past_end,
        }
    }
    fn listing_url(&self, page: usize) -> String {
        (self.listing_url)(page)
    }
    fn article_url(&self, post: &Post, page: usize) -> String {
        (self.article_url)(post, page)
    }
    fn id(&self, post: &Post) -> String {
        (self.id)(post)
    }
    fn row(&self, post: &Post) -> String {
        (self.row)(post)
    }
    fn listing(&self, rows: &str, pager: &str) -> String {
        (self.listing)(rows, pager)
    }
    fn pager(&self, turns: &Turns<'_>) -> String {
        (self.pager)(turns)
    }
    fn article(&self, thread: &Thread<'_>) -> String {
        (self.article)(thread)
    }
    fn files(&self, post: &Post) -> Vec<File> {
        (self.files)(post)
    }
    fn head(&self) -> &str {
        self.head
    }
    fn others(&self, posts: &[Post]) -> Vec<OtherFile> {
        (self.others)(posts)
    }
}

/// The files of a site, as a server's handler.
#[derive(Clone)]
pub struct Site {
    files: Arc<BTreeMap<String, (&'static str, String)>>,
    charset: &'static str,
    ignored: Vec<String>,
    /// Targets that are not there.
    pub strays: Arc<Mutex<Vec<String>>>,
}

impl Site {
    pub fn answer(&self, request: &Request) -> Reply {
        let Some((kind, text)) = self.files.get(&without(&self.ignored, &request.target)) else {
            self.strays
                .lock()
                .expect("no holder of this lock panics")
                .push(request.target.clone());
            return Reply::html("<html><body><h1>Not found</h1></body></html>").status(404);
        };
        let encoding = encoding_rs::Encoding::for_label(self.charset.as_bytes())
            .expect("a charset of the Encoding Standard");
        let text = text.replace("{origin}", &request.origin());
        let (bytes, _, _) = encoding.encode(&text);
        Reply::new(
            200,
            &format!("{kind}; charset={}", self.charset),
            bytes.into_owned(),
        )
    }
}

/// Guests carry their session in links; it is no part of what is asked for, nor is the order of parameters.
fn without(ignored: &[String], target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else {
        return target.to_owned();
    };
    let mut kept: Vec<&str> = query
        .split('&')
        .filter(|part| {
            !ignored
                .iter()
                .any(|name| part.split('=').next() == Some(name))
        })
        .collect();
    kept.sort_unstable();
    match kept.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", kept.join("&")),
    }
}

/// A line as its mark dresses it, and whether that is a block of its own.
fn dressed(said: &Said, nth: usize) -> (String, bool) {
    let line = &said.lines[nth];
    match said.marks.get(nth) {
        None | Some(Mark::Plain) => (line.clone(), false),
        Some(Mark::Quote) => (format!("<blockquote><div>{line}</div></blockquote>"), true),
        Some(Mark::Code) => (format!("<pre><code>{line}</code></pre>"), true),
        Some(Mark::Item) => (format!("<ul><li>{line}</li></ul>"), true),
        Some(Mark::Picture) => (
            format!("{line}<br><img src='/files/{}.jpg' alt=''>", said.id),
            false,
        ),
        Some(Mark::Link) => {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let link = format!(
                "<a href='https://other.example/{}' rel=nofollow>{word}</a> {rest}",
                said.id
            );
            (link, false)
        }
    }
}

/// Paragraphs.
fn paragraphs(said: &Said) -> String {
    (0..said.lines.len())
        .map(|nth| match dressed(said, nth) {
            (block, true) => block,
            (line, false) => format!("<p>{line}</p>"),
        })
        .collect()
}

/// Lines.
fn lines(said: &Said) -> String {
    let mut text = String::new();
    let mut after_line = false;
    for nth in 0..said.lines.len() {
        let (line, is_block) = dressed(said, nth);
        if after_line && !is_block {
            text.push_str("<br>\n");
        }
        text.push_str(&line);
        after_line = !is_block;
    }
    text
}

fn if_notice(post: &Post, words: &'static str) -> &'static str {
    if post.notice { words } else { "" }
}

/// Boards whose markup is made by functions.
pub fn shapes() -> Vec<Shape> {
    let mut all = forums::shapes();
    all.extend(threads::shapes());
    all.extend(korean::shapes());
    all.extend(pages::shapes());
    all.extend(machines::shapes());
    all.extend(islands::shapes());
    all.extend(files::shapes());
    all
}

/// The sketch of a name, with posts as varied as people's.
pub fn lifelike(name: &str) -> Box<dyn Board> {
    let mut all = sketch::sketches().into_iter();
    let found = all.find(|sketch| sketch.plan().name == name);
    Box::new(found.expect("a sketch of this name").with_life())
}

/// All boards.
pub fn boards() -> Vec<Box<dyn Board>> {
    let mut all: Vec<Box<dyn Board>> = Vec::new();
    for shape in shapes() {
        all.push(Box::new(shape));
    }
    for sketch in sketch::sketches() {
        all.push(Box::new(sketch));
    }
    all
}
