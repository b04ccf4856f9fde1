//! Boards by language and layout: pages as text, with the truth they were made from. The layouts are those of board
//! software at large (tables with the last reply, sections of pinned topics, definition lists, two lines a row, tables in
//! tables, cards, lists with advertisements); no engine's own markup.

use url::Url;

use super::tongues::Tongue;

pub const N_PAGES: usize = 3;
const N_PER_PAGE: usize = 12;

/// A post, as every layout shows it.
pub struct Post {
    pub id: usize,
    pub title: String,
    pub author: String,
    /// Who replied last, later.
    pub replier: String,
    pub at: jiff::civil::DateTime,
    pub replied_at: jiff::civil::DateTime,
    pub body: Vec<String>,
    pub n_replies: usize,
    pub n_views: usize,
    pub rank: usize,
    pub notice: bool,
}

impl Post {
    pub fn day(&self) -> String {
        self.at.strftime("%Y-%m-%d").to_string()
    }
}

/// How rows and articles are laid out.
pub struct Layout {
    pub name: &'static str,
    pub rows_have_author: bool,
    pub rows_have_date: bool,
    pub article_url: fn(&Post) -> String,
    pub listing_url: fn(usize) -> String,
    /// All rows of a page → the listing.
    pub listing: fn(&[&Post], &Tongue) -> String,
    pub article: fn(&Post, &Tongue) -> String,
}

pub struct Board<'b> {
    pub layout: &'b Layout,
    tongue: &'b Tongue,
    /// Newest first; the pinned ones last.
    pub posts: Vec<Post>,
}

const NAMES: [&str; 9] = [
    "mira",
    "okto_7",
    "Sand Piper",
    "quill",
    "bosun",
    "ferry",
    "tallow",
    "Ánna",
    "浜田",
];

fn post(older: usize, tongue: &Tongue, notice: bool) -> Post {
    let word = |k: usize| tongue.words[(older * 3 + k * 7 + older / 7) % tongue.words.len()];
    let first = jiff::civil::date(2026, 6, 1).at(7, 20, 0, 0);
    let after = |hours: usize| jiff::Span::new().hours(i64::try_from(hours).unwrap());
    let at = first + after(older * 53);
    Post {
        id: if notice {
            21 + older
        } else {
            1_000 + older * 3 + older % 2
        },
        title: format!("{} {} {} {older}", word(0), word(1), word(2)),
        author: NAMES[(older * 5 + older / 4) % NAMES.len()].to_owned(),
        replier: NAMES[(older * 5 + older / 4 + 4) % NAMES.len()].to_owned(),
        at,
        replied_at: at + after(31 + older % 5),
        body: (0..1 + older % 4)
            .map(|line| {
                let said: Vec<&str> = (0..7 + (older + line) % 9)
                    .map(|k| word(k * 3 + line))
                    .collect();
                format!("{} {line}.", said.join(" "))
            })
            .collect(),
        n_replies: older * 7 % 13,
        n_views: 100 + older * 37 % 900,
        rank: older,
        notice,
    }
}

impl<'b> Board<'b> {
    pub fn new(layout: &'b Layout, tongue: &'b Tongue) -> Self {
        let n_posts = N_PAGES * N_PER_PAGE;
        let ordinary = (0..n_posts).map(|at| post(n_posts - at, tongue, false));
        let pinned = (50..52).map(|older| {
            let mut pinned = post(older, tongue, true);
            pinned.at = jiff::civil::date(2026, 1, 9).at(10, 0, 0, 0);
            pinned
        });
        Self {
            layout,
            tongue,
            posts: ordinary.chain(pinned).collect(),
        }
    }

    pub fn listing_url(&self, page: usize) -> String {
        (self.layout.listing_url)(page)
    }

    pub fn article_url(&self, post: &Post) -> String {
        (self.layout.article_url)(post)
    }

    pub fn post_at(&self, url: &Url) -> Option<&Post> {
        let same = |post: &&Post| {
            let own = url.join(&self.article_url(post)).unwrap();
            own.path() == url.path() && own.query() == url.query()
        };
        self.posts.iter().find(same)
    }

    /// Pinned rows stand on every page.
    pub fn rows_of(&self, page: usize) -> Vec<&Post> {
        let from = (page - 1) * N_PER_PAGE;
        let pinned = self.posts.iter().filter(|post| post.notice);
        let ordinary = self.posts.iter().filter(|post| !post.notice);
        pinned.chain(ordinary.skip(from).take(N_PER_PAGE)).collect()
    }

    pub fn listing_page(&self, page: usize) -> String {
        let mut pager = String::new();
        for n in 1..=N_PAGES {
            match n == page {
                true => pager.push_str(&format!("<strong>{n}</strong> ")),
                false => pager.push_str(&format!("<a href='{}'>{n}</a> ", self.listing_url(n))),
            }
        }
        let rows = (self.layout.listing)(&self.rows_of(page), self.tongue);
        self.frame(&format!("{rows}<div class=pages>{pager}</div>"), "")
    }

    pub fn article_page(&self, post: &Post) -> String {
        self.frame(&(self.layout.article)(post, self.tongue), &post.title)
    }

    fn frame(&self, inner: &str, title: &str) -> String {
        let tongue = self.tongue;
        let menu: String = tongue
            .words
            .iter()
            .enumerate()
            .map(|(at, word)| format!("<li><a href='/section/{at}'>{word}</a></li>"))
            .collect();
        let widget: String = (1..=6)
            .map(|n| {
                format!(
                    "<li><a href='/other/{n}'>{} {} {n}</a> 2026-11-0{n}</li>",
                    tongue.words[n],
                    tongue.words[n + 2]
                )
            })
            .collect();
        let dash = if title.is_empty() { "" } else { " - " };
        format!(
            "<!DOCTYPE html><html lang={}><head><title>{title}{dash}{}</title></head><body><div id=top><ul>{menu}</ul></div><div id=wrap>{inner}</div>\
             <div class=box><h4>{}</h4><ul>{widget}</ul></div><p>© {} {}</p></body></html>",
            tongue.language, tongue.words[3], tongue.words[5], tongue.words[1], tongue.words[2]
        )
    }
}

fn paragraphs(post: &Post) -> String {
    post.body
        .iter()
        .map(|line| format!("<p>{line}</p>"))
        .collect()
}

/// A table with a header, the last reply in its last column; pinned rows say so in the number's place only.
fn table(rows: &[&Post], tongue: &Tongue) -> String {
    let [number, topic, author, date, replies, views, last] = tongue.head;
    let rows: String = rows
        .iter()
        .map(|post| {
            let number = if post.notice { tongue.pinned.to_owned() } else { post.rank.to_string() };
            format!(
                "<tr><td>{number}</td><td><a href='/board/view.php?id={}&amp;page=1'>{}</a></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{} <a href='/u/{}'>{}</a></td></tr>",
                post.id, post.title, post.author, tongue.date(tongue.day, post.at), post.n_replies, post.n_views,
                tongue.date(tongue.day, post.replied_at), post.replier.len(), post.replier
            )
        })
        .collect();
    format!(
        "<table><tr><td>{number}</td><td>{topic}</td><td>{author}</td><td>{date}</td><td>{replies}</td><td>{views}</td><td>{last}</td></tr>{rows}</table>"
    )
}

/// Author and date in one line under the heading; buttons and neighbours below the text.
fn plain_article(post: &Post, tongue: &Tongue) -> String {
    let [by, on] = tongue.by;
    format!(
        "<div class=view><h2>{}</h2><p class=meta>{by} <b>{}</b> {on} <i>{}</i> | {} {}</p><div class=txt>{}</div><p class=nav><a href='/board/view.php?id={}'>{} {}</a></p></div>",
        post.title,
        post.author,
        tongue.date(tongue.moment, post.at),
        tongue.head[5],
        post.n_views,
        paragraphs(post),
        post.id - 3,
        tongue.words[0],
        tongue.words[4]
    )
}

/// Author and date in one element, without markup of their own.
fn worded_article(post: &Post, tongue: &Tongue) -> String {
    let [by, on] = tongue.by;
    format!(
        "<div class=topic-page><h1>{}</h1><div class=byline>{by} {} {on} {}</div><div class=message>{}<div class=tools><a href='/share/{}'>{}</a> <a href='/print/{}'>{}</a></div></div></div>",
        post.title,
        post.author,
        tongue.date(tongue.moment, post.at),
        paragraphs(post),
        post.id,
        tongue.words[1],
        post.id,
        tongue.words[6]
    )
}

/// Pinned topics in a section of their own, in front of the others.
fn sections(rows: &[&Post], tongue: &Tongue) -> String {
    let line = |post: &&Post| {
        format!(
            "<div class=item><div class=main><a class=ttl href='/t/{}'>{}</a> <span class=who><a href='/m/{}.{}'>{}</a></span> <time datetime='{}'>{}</time></div><div class=num>{}</div><div class=latest><time datetime='{}'>{}</time> <a href='/m/x'>{}</a></div></div>",
            post.id,
            post.title,
            post.author,
            post.author.len(),
            post.author,
            post.at.strftime("%Y-%m-%dT%H:%M:%S"),
            tongue.date(tongue.day, post.at),
            post.n_replies,
            post.replied_at.strftime("%Y-%m-%dT%H:%M:%S"),
            tongue.date(tongue.day, post.replied_at),
            post.replier
        )
    };
    let of = |notice: bool| {
        rows.iter()
            .filter(|post| post.notice == notice)
            .map(line)
            .collect::<String>()
    };
    format!(
        "<div class='group group-sticky'><h3>{}</h3>{}</div><div class='group group-normal'><h3>{}</h3>{}</div>",
        tongue.pinned,
        of(true),
        tongue.head[1],
        of(false)
    )
}

/// The first post of a thread; replies of the same shape below.
fn thread_article(post: &Post, tongue: &Tongue) -> String {
    let one = |id: usize, author: &str, at: jiff::civil::DateTime, text: &str| {
        format!(
            "<article class=reply-block id='p{id}'><div class=left><a class=uname href='/m/{author}'>{author}</a></div><div class=right><time datetime='{}'>{}</time><div class=words>{text}</div></div></article>",
            at.strftime("%Y-%m-%dT%H:%M:%S"),
            tongue.date(tongue.moment, at)
        )
    };
    let mut posts = one(post.id * 10, &post.author, post.at, &paragraphs(post));
    for n in 0..post.n_replies % 4 {
        let text = format!(
            "<p>{} {} {n}</p>",
            tongue.words[(post.id + n) % 10],
            tongue.words[(post.id * 3 + n) % 10]
        );
        posts.push_str(&one(
            post.id * 10 + n + 1,
            &post.replier,
            post.replied_at,
            &text,
        ));
    }
    format!(
        "<h1 class=thread-head>{}</h1><div class=thread>{posts}</div>",
        post.title
    )
}

/// A list whose first line is its header; cells are definitions.
fn definitions(rows: &[&Post], tongue: &Tongue) -> String {
    let [_, topic, _, _, replies, views, last] = tongue.head;
    let rows: String = rows
        .iter()
        .map(|post| {
            let kind = if post.notice { "row sticky" } else { "row" };
            format!(
                "<li class='{kind}'><dl><dt><a class=topictitle href='./viewtopic.php?f=2&amp;t={}'>{}</a><br>{} <a href='./member.php?u={}'>{}</a> » {}</dt><dd>{}</dd><dd>{}</dd><dd>{} <a href='./member.php?u=9'>{}</a></dd></dl></li>",
                post.id, post.title, tongue.by[0], post.author.len(), post.author, tongue.date(tongue.moment, post.at), post.n_replies, post.n_views,
                tongue.date(tongue.moment, post.replied_at), post.replier
            )
        })
        .collect();
    format!(
        "<ul class=list><li class=head><dl><dt>{topic}</dt><dd>{replies}</dd><dd>{views}</dd><dd>{last}</dd></dl></li></ul><ul class='list topics'>{rows}</ul>"
    )
}

/// Two lines a post, both with its link; an advertisement after every fifth.
fn two_lines(rows: &[&Post], tongue: &Tongue) -> String {
    let rows: String = rows
        .iter()
        .enumerate()
        .map(|(at, post)| {
            let mark = if post.notice { format!("<b>[{}]</b> ", tongue.pinned) } else { String::new() };
            let ad = if at % 5 == 4 { "<tr class=ad><td colspan=3><a href='https://shop.example/offer'>Offer of the week</a></td></tr>" } else { "" };
            format!(
                "<tr class=a><td colspan=3>{mark}<a href='read.cgi?no={}'>{}</a></td></tr><tr class=b><td>{}</td><td>{}</td><td><a href='read.cgi?no={}#end'>{}</a></td></tr>{ad}",
                post.id, post.title, post.author, tongue.date(tongue.moment, post.at), post.id, post.n_replies
            )
        })
        .collect();
    format!("<table class=bbs>{rows}</table>")
}

/// A table for each post, in a table for the page.
fn nested(rows: &[&Post], tongue: &Tongue) -> String {
    let rows: String = rows
        .iter()
        .map(|post| {
            let mark = if post.notice { format!("<font color=red>{}</font>", tongue.pinned) } else { post.rank.to_string() };
            format!(
                "<tr><td><table width='100%'><tr><td width=40>{mark}</td><td><a href='/cgi-bin/view?b=7&amp;num={}'>{}</a></td><td width=90>{}</td><td width=90>{}</td></tr></table></td></tr>",
                post.id, post.title, post.author, tongue.date(tongue.day, post.at)
            )
        })
        .collect();
    format!("<table width='100%'>{rows}</table>")
}

/// All in tables, as pages were once written.
fn old_article(post: &Post, tongue: &Tongue) -> String {
    let [_, topic, author, date, ..] = tongue.head;
    format!(
        "<table width='100%'><tr><td width=90>{topic}</td><td><b>{}</b></td></tr><tr><td>{author}</td><td>{}</td></tr><tr><td>{date}</td><td>{}</td></tr><tr><td colspan=2 height=200>{}</td></tr></table><table><tr><td><a href='/cgi-bin/list?b=7'>{}</a></td></tr></table>",
        post.title,
        post.author,
        tongue.date(tongue.moment, post.at),
        post.body.join("<br>"),
        tongue.words[2]
    )
}

/// Cards in a link each, with an avatar, a label and tags; a block of favourites in the same dress above.
fn cards(rows: &[&Post], tongue: &Tongue) -> String {
    let card = |post: &&Post| {
        let pin = if post.notice {
            "<span class=pin>📌</span>"
        } else {
            ""
        };
        format!(
            "<article class='card {}'>{pin}<img src='/a/{}.png' alt=''><h3><a href='/posts/{}-{}'>{}</a></h3><p class=sub><a class=person href='/@{}'>{}</a><span class=when title='{}'>{}</span></p><ul class=labels><li><a href='/labels/{}'>#{}</a></li></ul></article>",
            if post.notice { "is-pinned" } else { "" },
            post.author.len(),
            post.id,
            post.id % 7,
            post.title,
            post.author.len(),
            post.author,
            post.at.strftime("%Y-%m-%d %H:%M"),
            tongue.date(tongue.day, post.at),
            post.id % 3,
            tongue.words[post.id % 3]
        )
    };
    let all: String = rows.iter().map(card).collect();
    let favourites: String = (1..=4)
        .map(|n| card(&&self::post(100 + n, tongue, false)))
        .collect();
    format!(
        "<section class=best><div class=stack>{favourites}</div></section><section class=all><div class=stack>{all}</div></section>"
    )
}

/// An `article` with the words of its tags and categories among its classes, a share bar and a signature in its text.
fn blog_article(post: &Post, tongue: &Tongue) -> String {
    format!(
        "<article class='post type-post tag-{} category-share has-comments'><h1 class=entry-title>{}</h1><div class=entry-meta><a class='url author' href='/@{}'>{}</a> <time class=published datetime='{}'>{}</time></div><div class=entry-content>{}<div class=sharing><a href='/to/x'>X</a><a href='/to/m'>M</a></div></div></article><div class=after><a href='/posts/{}-1'>{}</a></div>",
        post.id % 3,
        post.title,
        post.author.len(),
        post.author,
        post.at.strftime("%Y-%m-%dT%H:%M:%S"),
        tongue.date(tongue.moment, post.at),
        paragraphs(post),
        post.id - 1,
        tongue.words[7]
    )
}

pub fn layouts() -> Vec<Layout> {
    vec![
        Layout {
            name: "table",
            rows_have_author: true,
            rows_have_date: true,
            article_url: |post| format!("/board/view.php?id={}&page=1", post.id),
            listing_url: |page| format!("/board/list.php?page={page}"),
            listing: table,
            article: plain_article,
        },
        Layout {
            name: "table, worded",
            rows_have_author: true,
            rows_have_date: true,
            article_url: |post| format!("/board/view.php?id={}&page=1", post.id),
            listing_url: |page| format!("/board/list.php?page={page}"),
            listing: table,
            article: worded_article,
        },
        Layout {
            name: "sections",
            rows_have_author: true,
            rows_have_date: true,
            article_url: |post| format!("/t/{}", post.id),
            listing_url: |page| {
                if page == 1 {
                    "/f/coast".into()
                } else {
                    format!("/f/coast?p={page}")
                }
            },
            listing: sections,
            article: thread_article,
        },
        Layout {
            name: "definitions",
            rows_have_author: true,
            rows_have_date: false,
            article_url: |post| format!("/forum/viewtopic.php?f=2&t={}", post.id),
            listing_url: |page| {
                if page == 1 {
                    "/forum/viewforum.php?f=2".into()
                } else {
                    format!("/forum/viewforum.php?f=2&start={}", (page - 1) * N_PER_PAGE)
                }
            },
            listing: definitions,
            article: thread_article,
        },
        Layout {
            name: "two lines",
            rows_have_author: false,
            rows_have_date: false,
            article_url: |post| format!("/bbs/read.cgi?no={}", post.id),
            listing_url: |page| format!("/bbs/list.cgi?page={page}"),
            listing: two_lines,
            article: plain_article,
        },
        Layout {
            name: "nested",
            rows_have_author: true,
            rows_have_date: true,
            article_url: |post| format!("/cgi-bin/view?b=7&num={}", post.id),
            listing_url: |page| format!("/cgi-bin/list?b=7&pg={page}"),
            listing: nested,
            article: old_article,
        },
        Layout {
            name: "cards",
            rows_have_author: true,
            rows_have_date: true,
            article_url: |post| format!("/posts/{}-{}", post.id, post.id % 7),
            listing_url: |page| {
                if page == 1 {
                    "/posts".into()
                } else {
                    format!("/posts?page={page}")
                }
            },
            listing: cards,
            article: blog_article,
        },
    ]
}
