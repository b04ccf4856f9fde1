//! Pages that are no forums: a grid of cards, blogs, a newspaper's section, lists that go on by a cursor.

use super::posts::{GERMAN, KOREAN};
use super::{Shape, Shown, Turns, paragraphs, plain};

pub fn shapes() -> Vec<Shape> {
    vec![cards(), blog(), newspaper(), cursor()]
}

const NO_COMMENTS: Shown = Shown {
    author: true,
    date: true,
    rank: false,
    comments: false,
};

pub fn cards() -> Shape {
    Shape {
        name: "cards",
        shown: NO_COMMENTS,
        tongue: &KOREAN,
        n_per_page: 9,
        past_end: super::PastEnd::FirstAgain,
        listing_url: |page| format!("/gallery?page={page}"),
        article_url: |post, _| format!("/gallery/{}", post.id),
        row: |post| {
            format!(
                "<div class=col><a class=card href='/gallery/{0}'><img src='/t/{0}.jpg'><h3>{1}</h3><span class=who>{2}</span><span class=when>{3}</span></a></div>",
                post.id,
                post.title,
                post.said.author,
                post.said.at.strftime("%Y.%m.%d")
            )
        },
        listing: |rows, pager| format!("<div class=grid>{rows}</div>{pager}"),
        article: |thread| {
            format!(
                "<article><h1>{}</h1><div class=meta><span class=writer>{}</span> <span class=date>{}</span></div><div class=text><img src='/p/{}.jpg'>{}</div></article>",
                thread.post.title,
                thread.post.said.author,
                thread.post.said.at.strftime("%Y.%m.%d"),
                thread.post.id,
                paragraphs(&thread.post.said)
            )
        },
        ..plain()
    }
}

/// `15. Oktober 2025`.
fn long_german(said: &super::Said) -> String {
    const MONTHS: [&str; 12] = [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ];
    format!(
        "{}. {} {}",
        said.at.day(),
        MONTHS[said.at.month() as usize - 1],
        said.at.year()
    )
}

/// A number in syllables: slugs of blogs are words.
fn spelled(id: u32) -> String {
    const SYLLABLES: [&str; 10] = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "su"];
    let name: String = id
        .to_string()
        .bytes()
        .map(|digit| SYLLABLES[usize::from(digit - b'0')])
        .collect();
    format!("vom-{name}-und-der-kueste")
}

/// The only way on is a link to older posts; the posts' own URLs have no numbers; pages show the day only.
pub fn blog() -> Shape {
    Shape {
        name: "blog",
        tongue: &GERMAN,
        n_per_page: 8,
        past_end: super::PastEnd::NotFound,
        listing_url: |page| match page {
            1 => "/".into(),
            n => format!("/page/{n}/"),
        },
        article_url: |post, _| format!("/{}/{}/", post.said.at.strftime("%Y/%m"), spelled(post.id)),
        id: |post| spelled(post.id),
        pager: |turns| {
            let mut links = String::new();
            if turns.page < turns.n_pages {
                links.push_str(&format!(
                    "<div class=nav-previous><a href='{}'>Ältere Beiträge</a></div>",
                    (turns.url)(turns.page + 1)
                ));
            }
            if turns.page > 1 {
                links.push_str(&format!(
                    "<div class=nav-next><a href='{}'>Neuere Beiträge</a></div>",
                    (turns.url)(turns.page - 1)
                ));
            }
            format!(
                "<nav class='navigation posts-navigation'><h2 class=screen-reader-text>Beitragsnavigation</h2><div class=nav-links>{links}</div></nav>"
            )
        },
        row: |post| {
            let url = format!("/{}/{}/", post.said.at.strftime("%Y/%m"), spelled(post.id));
            format!(
                "<article id=post-{0} class='post-{0} post type-post status-publish hentry category-kueste'><header class=entry-header><h2 class=entry-title><a href='{{origin}}{url}' rel=bookmark>{1}</a></h2><div class=entry-meta><span class=posted-on>Veröffentlicht am <a href='{{origin}}{url}' rel=bookmark><time class='entry-date published'>{2}</time></a></span><span class=byline> von <span class='author vcard'><a class='url fn n' href='{{origin}}/author/x/'>{3}</a></span></span></div></header><div class=entry-content><p>{4} … <a href='{{origin}}{url}' class=more-link>Weiterlesen <span class=screen-reader-text>„{1}“</span></a></p></div><footer class=entry-footer><span class=cat-links>Veröffentlicht in <a href='{{origin}}/category/kueste/' rel='category tag'>Küste</a></span><span class=comments-link><a href='{{origin}}{url}#respond'>Schreibe einen Kommentar</a></span></footer></article>",
                post.id,
                post.title,
                long_german(&post.said),
                post.said.author,
                post.said.lines[0].chars().take(30).collect::<String>()
            )
        },
        listing: |rows, pager| {
            format!(
                "<div id=primary class=content-area><main id=site-main class=site-main>{rows}{pager}</main></div>"
            )
        },
        article: |thread| {
            let replies: String = thread
                .replies()
                .map(|said| {
                    format!(
                        "<li id=comment-{0} class='comment even thread-even depth-1'><article id=div-comment-{0} class=comment-body><footer class=comment-meta><div class='comment-author vcard'><b class=fn>{1}</b> <span class=says>sagt:</span></div><div class=comment-metadata><a href='#comment-{0}'><time datetime='{2}'>{3} um {4} Uhr</time></a></div></footer><div class=comment-content><p>{5}</p></div><div class=reply><a rel=nofollow class=comment-reply-link href='#'>Antworten</a></div></article></li>",
                        said.id,
                        said.author,
                        said.at.in_tz(GERMAN.zone).expect("a time").timestamp(),
                        long_german(said),
                        said.at.strftime("%H:%M"),
                        said.lines[0]
                    )
                })
                .collect();
            let comments = match replies.is_empty() {
                true => String::new(),
                false => format!(
                    "<h2 class=comments-title>Gedanken dazu</h2><ol class=comment-list>{replies}</ol>"
                ),
            };
            format!(
                "<main id=site-main class=site-main><article id=post-{0} class='post-{0} post type-post'><header class=entry-header><h1 class=entry-title>{1}</h1><div class=entry-meta><span class=posted-on>Veröffentlicht am <time class='entry-date published'>{2}</time></span><span class=byline> von <span class='author vcard'><a class='url fn n' href='/author/x/'>{3}</a></span></span></div></header><div class=entry-content>{4}</div><footer class=entry-footer>Veröffentlicht in <a href='/category/kueste/'>Küste</a></footer></article><nav class='navigation post-navigation'><div class=nav-links><div class=nav-previous><a href='/2025/10/davor/' rel=prev>Davor</a></div></div></nav><div id=comments class=comments-area>{comments}<div id=respond class=comment-respond><h3>Schreibe einen Kommentar</h3><form><textarea></textarea></form></div></div></main>",
                thread.post.id,
                thread.post.title,
                long_german(&thread.post.said),
                thread.post.said.author,
                paragraphs(&thread.post.said)
            )
        },
        ..plain()
    }
}

fn newspaper() -> Shape {
    Shape {
        name: "newspaper",
        shown: NO_COMMENTS,
        tongue: &KOREAN,
        past_end: super::PastEnd::LastAgain,
        listing_url: |page| format!("/section/coast?p={page}"),
        article_url: |post, _| format!("/article/2025110{:06}", post.id),
        id: |post| format!("2025110{:06}", post.id),
        row: |post| {
            format!(
                "<li class=story><div class=pic><a href='/article/2025110{0:06}'><img></a></div><strong class=tit><a href='/article/2025110{0:06}'>{1}</a></strong><p class=lead>{2}</p><span class=byline><em>{3}</em><em>{4}</em></span></li>",
                post.id,
                post.title,
                post.said.lines[0].chars().take(20).collect::<String>(),
                post.said.author,
                post.said.at.strftime("%Y.%m.%d %H:%M")
            )
        },
        listing: |rows, pager| {
            format!("<section class=section-list><ul>{rows}</ul></section>{pager}")
        },
        article: |thread| {
            format!(
                "<div class=art-head><h1>{}</h1><div class=info><span class=reporter>{}</span><span class=stamp>입력 {}</span></div></div><div id=article-body>{}</div><div class=related-news><ul><li><a href='/article/1'>다른 소식</a></li></ul></div>",
                thread.post.title,
                thread.post.said.author,
                thread.post.said.at.strftime("%Y.%m.%d %H:%M"),
                paragraphs(&thread.post.said)
            )
        },
        ..plain()
    }
}

/// Each page tells only where the next one begins: no page's URL follows from its number.
pub fn cursor() -> Shape {
    fn cursor_url(page: usize) -> String {
        match page {
            1 => "/stream".into(),
            n => format!("/stream?after=t3_{}x", n * 7919 % 1000),
        }
    }
    Shape {
        name: "cursor",
        shown: NO_COMMENTS,
        listing_url: cursor_url,
        article_url: |post, _| format!("/stream/comments/{}/{}/", post.id, post.slug()),
        pager: |turns: &Turns<'_>| match turns.page < turns.n_pages {
            true => format!(
                "<div class=nav-buttons><span class=next-button><a href='{}' rel='nofollow next'>next ›</a></span></div>",
                (turns.url)(turns.page + 1)
            ),
            false => "<div class=nav-buttons></div>".into(),
        },
        row: |post| {
            format!(
                "<div class='thing link' id=thing_{0}><div class=entry><p class=title><a class='title may-blank' href='/stream/comments/{0}/{1}/'>{2}</a></p><p class=tagline>submitted <time title='{3}' datetime='{4}+00:00'>2025</time> by <a href='/user/x' class=author>{5}</a></p><ul class=flat-list><li><a href='/stream/comments/{0}/{1}/' class=comments>{6} comments</a></li></ul></div></div>",
                post.id,
                post.slug(),
                post.title,
                post.said.at.strftime("%a %b %d %H:%M:%S %Y UTC"),
                post.said.at.strftime("%Y-%m-%dT%H:%M:%S"),
                post.said.author,
                post.replies.len()
            )
        },
        listing: |rows, pager| format!("<div id=siteTable class=sitetable>{rows}{pager}</div>"),
        article: |thread| {
            format!(
                "<div class=entry><p class=title><span class=title>{}</span></p><p class=tagline>submitted <time datetime='{}+00:00'>2025</time> by <a href='/user/x' class=author>{}</a></p><div class=usertext-body><div class=md>{}</div></div></div>",
                thread.post.title,
                thread.post.said.at.strftime("%Y-%m-%dT%H:%M:%S"),
                thread.post.said.author,
                paragraphs(&thread.post.said)
            )
        },
        ..plain()
    }
}
