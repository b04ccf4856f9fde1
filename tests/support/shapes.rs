//! Boards in the shapes of many engines, written from small templates: pages as text, and what stands in them. Nothing
//! here is any engine's own code; only which element holds what, and how its URLs are made.

/// A post, as every shape shows it.
#[derive(Debug, Clone)]
pub struct Post {
    pub id: u32,
    pub title: String,
    pub author: &'static str,
    /// Day of November 2026.
    pub day: u32,
    pub body: Vec<String>,
    pub n_replies: usize,
    pub notice: bool,
    /// Place from the oldest.
    pub rank: usize,
}

const AUTHORS: [&str; 7] = [
    "mira",
    "okto",
    "sandpiper",
    "quill",
    "bosun",
    "ferry",
    "tallow",
];
const WORDS: [&str; 12] = [
    "harbour", "lantern", "granite", "orchard", "signal", "copper", "meadow", "window", "ledger",
    "thunder", "saddle", "violet",
];

/// Newest first. Ids have gaps, as ids do.
pub fn posts(n_posts: usize) -> Vec<Post> {
    (0..n_posts)
        .map(|at| {
            let older = n_posts - at;
            let word = |k: usize| WORDS[(older * 5 + k * 7) % WORDS.len()];
            Post {
                id: 1_000 + u32::try_from(older * 3 + older % 2).unwrap(),
                title: format!("About the {} and the {} no {older}", word(0), word(1)),
                author: AUTHORS[older * 3 % AUTHORS.len()],
                day: 1 + u32::try_from(older % 20).unwrap(),
                body: (0..2 + older % 3)
                    .map(|line| {
                        format!(
                            "The {} of {older} stood by the {} while nobody counted the {} and line {line} went on about the {}.",
                            word(line), word(line + 1), word(line + 2), word(line + 3)
                        )
                    })
                    .collect(),
                n_replies: older % 4,
                notice: false,
                rank: older,
            }
        })
        .collect()
}

pub fn notices() -> Vec<Post> {
    let mut pinned = posts(2);
    for (at, post) in pinned.iter_mut().enumerate() {
        post.id = 11 + u32::try_from(at).unwrap();
        post.title = format!("Rules of the house, part {at}");
        post.notice = true;
        post.author = "keeper";
    }
    pinned
}

/// One kind of board.
pub struct Shape {
    pub name: &'static str,
    pub n_per_page: usize,
    /// Pinned rows stand on every page.
    pub has_notices: bool,
    /// Path and query of a listing page.
    pub listing_url: fn(usize) -> String,
    pub article_url: fn(&Post) -> String,
    pub row: fn(&Post) -> String,
    /// Rows, pager → page.
    pub listing: fn(&str, &str) -> String,
    pub article: fn(&Post) -> String,
}

impl Shape {
    pub fn rows_of(&self, page: usize, all: &[Post]) -> Vec<Post> {
        let from = (page - 1) * self.n_per_page;
        let pinned = if self.has_notices {
            notices()
        } else {
            Vec::new()
        };
        pinned
            .into_iter()
            .chain(all.iter().skip(from).take(self.n_per_page).cloned())
            .collect()
    }

    pub fn listing_page(&self, page: usize, all: &[Post]) -> String {
        let rows: String = self
            .rows_of(page, all)
            .iter()
            .map(|post| (self.row)(post))
            .collect();
        let n_pages = all.len().div_ceil(self.n_per_page);
        let mut pager: String = (1..=n_pages)
            .map(|n| match n == page {
                true => format!("<strong>{n}</strong> "),
                false => format!("<a href='{}'>{n}</a> ", (self.listing_url)(n)),
            })
            .collect();
        if page < n_pages {
            pager.push_str(&format!(
                "<a class=next rel=next href='{}'>Next</a>",
                (self.listing_url)(page + 1)
            ));
        }
        let inner = (self.listing)(&rows, &format!("<div class=pagination>{pager}</div>"));
        frame(&inner)
    }

    pub fn article_page(&self, post: &Post) -> String {
        frame(&(self.article)(post))
    }
}

/// A site's frame: menu, widgets with posts of other boards, foot.
fn frame(inner: &str) -> String {
    let menu: String = WORDS
        .iter()
        .take(8)
        .map(|word| format!("<li><a href='/about/{word}'>{word}</a></li>"))
        .collect();
    let widget: String = (1..=6)
        .map(|n| format!("<li><a href='/poll/{n}/results'>Poll number {n} of the season</a></li>"))
        .collect();
    format!(
        "<!DOCTYPE html><html lang=en><head><title>Board of the coast</title></head><body><div id=top><ul class=menu>{menu}</ul></div>\
         <div id=main>{inner}</div><div class=sidebar><h4>Popular</h4><ul>{widget}</ul></div>\
         <div id=foot>All words belong to those who wrote them. Run by volunteers since the long winter.</div></body></html>"
    )
}

fn text_of(post: &Post) -> String {
    post.body
        .iter()
        .map(|line| format!("<p>{line}</p>"))
        .collect()
}

fn replies(post: &Post, item: fn(usize, &str) -> String) -> String {
    (0..post.n_replies)
        .map(|n| item(post.id as usize * 10 + n, AUTHORS[n]))
        .collect()
}

fn slug(post: &Post) -> String {
    post.title.to_lowercase().replace(' ', "-")
}

fn pin(post: &Post, class: &str) -> String {
    if post.notice {
        class.to_owned()
    } else {
        String::new()
    }
}

/// All shapes.
pub fn shapes() -> Vec<Shape> {
    vec![
        phpbb(),
        xenforo(),
        discuz(),
        dcinside(),
        clien(),
        cards(),
        blog(),
        newspaper(),
        mybb(),
        flarum(),
    ]
}

fn phpbb() -> Shape {
    Shape {
        name: "phpbb",
        n_per_page: 10,
        has_notices: true,
        listing_url: |page| match page {
            1 => "/viewforum.php?f=2".into(),
            n => format!("/viewforum.php?f=2&start={}", (n - 1) * 10),
        },
        article_url: |post| {
            format!(
                "/viewtopic.php?f=2&t={}&sid=0123456789abcdef0123456789abcdef",
                post.id
            )
        },
        row: |post| {
            format!(
                "<li class='row bg1 {}'><dl><dt><div class=list-inner><a href='/viewtopic.php?f=2&t={}&sid=0123456789abcdef0123456789abcdef' class=topictitle>{}</a><br>\
                 <div class=topic-poster>by <a class=username href='/memberlist.php?u={}'>{}</a> » <time datetime='2026-11-{:02}T10:20:00+00:00'>{} Nov 2026, 10:20</time></div></div></dt>\
                 <dd class=posts>{}</dd><dd class=views>{}</dd></dl></li>",
                pin(post, "sticky"),
                post.id,
                post.title,
                post.author.len(),
                post.author,
                post.day,
                post.day,
                post.n_replies,
                post.id % 90 + 3
            )
        },
        listing: |rows, pager| {
            format!(
                "<h2>Harbour talk</h2><div class=forumbg><ul class='topiclist topics'>{rows}</ul></div>{pager}"
            )
        },
        article: |post| {
            format!(
                "<h2 class=topic-title><a href='/viewtopic.php?f=2&t={}'>{}</a></h2><div class='post bg2' id=p{}><div class=postbody><p class=author>by <strong><a class=username href='/memberlist.php?u=3'>{}</a></strong> » <time datetime='2026-11-{:02}T10:20:00+00:00'>{} Nov 2026, 10:20</time></p><div class=content>{}</div></div></div>{}",
                post.id,
                post.title,
                post.id * 9,
                post.author,
                post.day,
                post.day,
                text_of(post),
                replies(post, |id, author| format!(
                    "<div class='post bg1' id=p{id}><div class=postbody><p class=author>by <strong><a class=username href='/memberlist.php?u=4'>{author}</a></strong> » <time datetime='2026-11-21T11:00:00+00:00'>21 Nov 2026, 11:00</time></p><div class=content>I saw number {id} too.</div></div></div>"
                ))
            )
        },
    }
}

fn xenforo() -> Shape {
    Shape {
        name: "xenforo",
        n_per_page: 12,
        has_notices: true,
        listing_url: |page| {
            if page == 1 {
                "/forums/harbour.7/".into()
            } else {
                format!("/forums/harbour.7/page-{page}")
            }
        },
        article_url: |post| format!("/threads/{}.{}/", slug(post), post.id),
        row: |post| {
            format!(
                "<div class='structItem structItem--thread js-inlineModContainer {}' data-author='{}'><div class='structItem-cell structItem-cell--main'><div class=structItem-title><a href='/threads/{}.{}/' data-tp-primary=on>{}</a></div>\
                 <div class=structItem-minor><ul class=structItem-parts><li><a href='/members/{}.{}/' class=username>{}</a></li><li class=structItem-startDate><a href='/threads/{}.{}/' rel=nofollow><time class=u-dt datetime='2026-11-{:02}T10:20:00+0000'>Nov {}, 2026</time></a></li></ul></div></div>\
                 <div class='structItem-cell structItem-cell--meta'><dl class=pairs><dt>Replies</dt><dd>{}</dd></dl></div></div>",
                pin(post, "is-sticky"),
                post.author,
                slug(post),
                post.id,
                post.title,
                post.author,
                post.author.len(),
                post.author,
                slug(post),
                post.id,
                post.day,
                post.day,
                post.n_replies
            )
        },
        listing: |rows, pager| {
            format!(
                "<div class=structItemContainer><div class='structItemContainer-group js-threadList'>{rows}</div></div>{pager}"
            )
        },
        article: |post| {
            format!(
                "<h1 class=p-title-value>{}</h1><div class='block-body js-replyNewMessageContainer'><article class='message message--post' data-content='post-{}'><header class=message-attribution><a class=username href='/members/x.4/'>{}</a> <time class=u-dt datetime='2026-11-{:02}T10:20:00+0000'>Nov {}, 2026</time></header><div class=message-content><div class=bbWrapper>{}</div></div></article>{}</div>",
                post.title,
                post.id * 9,
                post.author,
                post.day,
                post.day,
                text_of(post),
                replies(post, |id, author| format!(
                    "<article class='message message--post' data-content='post-{id}'><header class=message-attribution><a class=username href='/members/y.5/'>{author}</a> <time class=u-dt datetime='2026-11-21T11:00:00+0000'>Nov 21, 2026</time></header><div class=message-content><div class=bbWrapper>I saw number {id} too.</div></div></article>"
                ))
            )
        },
    }
}

fn discuz() -> Shape {
    Shape {
        name: "discuz",
        n_per_page: 10,
        has_notices: true,
        listing_url: |page| format!("/forum-2-{page}.html"),
        article_url: |post| format!("/thread-{}-1-1.html", post.id),
        row: |post| {
            format!(
                "<tbody id={}thread_{}><tr><td class=icn><a href='/thread-{}-1-1.html'><img alt=''></a></td><th class=common><a href='/thread-{}-1-1.html' class='s xst'>{}</a></th><td class=by><cite><a href='/space-uid-{}.html'>{}</a></cite><em><span>2026-11-{}</span></em></td><td class=num><a class=xi2 href='/thread-{}-1-1.html'>{}</a><em>{}</em></td></tr></tbody>",
                if post.notice { "stick" } else { "normal" },
                post.id,
                post.id,
                post.id,
                post.title,
                post.author.len(),
                post.author,
                post.day,
                post.id,
                post.n_replies,
                post.id % 80 + 9
            )
        },
        listing: |rows, pager| format!("<table id=threadlisttableid>{rows}</table>{pager}"),
        article: |post| {
            format!(
                "<h1 class=ts><span id=thread_subject>{}</span></h1><div id=postlist><div class=plhin id=post_{}><div class=authi><a class=xw1 href='/space-uid-3.html'>{}</a> <em id=authorposton{}>发表于 2026-11-{} 10:20</em></div><table><tr><td class=t_f id=postmessage_{}>{}</td></tr></table></div>{}</div>",
                post.title,
                post.id * 9,
                post.author,
                post.id * 9,
                post.day,
                post.id * 9,
                text_of(post),
                replies(post, |id, author| format!(
                    "<div class=plhin id=post_{id}><div class=authi><a class=xw1 href='/space-uid-4.html'>{author}</a> <em id=authorposton{id}>发表于 2026-11-21 11:00</em></div><table><tr><td class=t_f id=postmessage_{id}>I saw number {id} too.</td></tr></table></div>"
                ))
            )
        },
    }
}

fn dcinside() -> Shape {
    Shape {
        name: "dcinside",
        n_per_page: 12,
        has_notices: true,
        listing_url: |page| format!("/board/lists/?id=coast&page={page}"),
        article_url: |post| format!("/board/view/?id=coast&no={}&page=1", post.id),
        row: |post| {
            format!(
                "<tr class='ub-content us-post' data-no={}><td class=gall_num>{}</td><td class='gall_tit ub-word'><a href='/board/view/?id=coast&no={}&page=1'>{}</a><a class=reply_numbox href='/board/view/?id=coast&no={}&t=cv&page=1'><span class=reply_num>[{}]</span></a></td><td class='gall_writer ub-writer'><span class=nickname>{}</span></td><td class=gall_date title='2026-11-{:02} 10:20:33'>11.{:02}</td><td class=gall_count>{}</td><td class=gall_recommend>{}</td></tr>",
                post.id,
                if post.notice {
                    "공지".into()
                } else {
                    post.id.to_string()
                },
                post.id,
                post.title,
                post.id,
                post.n_replies,
                post.author,
                post.day,
                post.day,
                post.id % 70 + 30,
                post.id % 4
            )
        },
        listing: |rows, pager| {
            format!(
                "<table class=gall_list><thead><tr><th>번호</th><th>제목</th><th>글쓴이</th><th>작성일</th><th>조회</th><th>추천</th></tr></thead><tbody>{rows}</tbody></table>{pager}"
            )
        },
        article: |post| {
            format!(
                "<header><div class=gallview_head><h3 class=title><span class=title_subject>{}</span></h3><div class=gall_writer><span class=nickname>{}</span><span class=gall_date title='2026-11-{:02} 10:20:33'>2026.11.{:02} 10:20:33</span></div></div></header><div class=gallview_contents><div class=writing_view_box><div class=write_div>{}</div></div></div>",
                post.title,
                post.author,
                post.day,
                post.day,
                text_of(post)
            )
        },
    }
}

fn clien() -> Shape {
    Shape {
        name: "clien",
        n_per_page: 10,
        has_notices: true,
        listing_url: |page| {
            if page == 1 {
                "/service/board/park".into()
            } else {
                format!("/service/board/park?od=T31&po={}", page - 1)
            }
        },
        article_url: |post| format!("/service/board/park/{}?od=T31&po=0", post.id),
        row: |post| {
            format!(
                "<div class='list_item {}'><div class=list_title><a class=list_subject href='/service/board/park/{}?od=T31&po=0'><span class=subject_fixed title='x'>{}</span></a></div><div class=list_author><span class=nickname>{}</span></div><div class=list_hit><span class=hit>{}</span></div><div class=list_time><span class=time>11-{:02}<span class=timestamp>2026-11-{:02} 15:51:11</span></span></div></div>",
                pin(post, "notice"),
                post.id,
                post.title,
                post.author,
                post.id % 90 + 11,
                post.day,
                post.day
            )
        },
        listing: |rows, pager| format!("<div class=list_content>{rows}</div>{pager}"),
        article: |post| {
            format!(
                "<div class=content_view><div class=post_title><h3 class=post_subject><span>{}</span></h3></div><div class=post_info><span class=nickname>{}</span><span class=view_count>2026-11-{:02} 15:51:11</span></div><div class=post_view><div class=post_article>{}</div></div></div>",
                post.title,
                post.author,
                post.day,
                text_of(post)
            )
        },
    }
}

fn cards() -> Shape {
    Shape {
        name: "cards",
        n_per_page: 9,
        has_notices: false,
        listing_url: |page| format!("/gallery?page={page}"),
        article_url: |post| format!("/gallery/{}", post.id),
        row: |post| {
            format!(
                "<div class=col><a class=card href='/gallery/{}'><img src='/t/{}.jpg'><h3>{}</h3><span class=who>{}</span><span class=when>2026.11.{:02}</span></a></div>",
                post.id, post.id, post.title, post.author, post.day
            )
        },
        listing: |rows, pager| format!("<div class=grid>{rows}</div>{pager}"),
        article: |post| {
            format!(
                "<article><h1>{}</h1><div class=meta><span class=writer>{}</span> <span class=date>2026.11.{:02}</span></div><div class=text><img src='/p/{}.jpg'>{}</div></article>",
                post.title,
                post.author,
                post.day,
                post.id,
                text_of(post)
            )
        },
    }
}

fn blog() -> Shape {
    Shape {
        name: "blog",
        n_per_page: 8,
        has_notices: false,
        listing_url: |page| {
            if page == 1 {
                "/journal/".into()
            } else {
                format!("/journal/page/{page}/")
            }
        },
        article_url: |post| format!("/2026/11/{}/", slug(post)),
        row: |post| {
            format!(
                "<article class='entry type-post post-{}'><h2 class=entry-title><a href='/2026/11/{}/'>{}</a></h2><p class=byline>by <span class=author>{}</span> on <time datetime='2026-11-{:02}T08:00:00+00:00'>November {}, 2026</time></p><div class=excerpt><p>{}</p></div></article>",
                post.id,
                slug(post),
                post.title,
                post.author,
                post.day,
                post.day,
                &post.body[0][..30]
            )
        },
        listing: |rows, pager| format!("<div class=posts>{rows}</div>{pager}"),
        article: |post| {
            format!(
                "<article class='entry'><h1 class=entry-title>{}</h1><p class=byline>by <span class=author>{}</span> on <time datetime='2026-11-{:02}T08:00:00+00:00'>November {}, 2026</time></p><div class=entry-content>{}</div></article>",
                post.title,
                post.author,
                post.day,
                post.day,
                text_of(post)
            )
        },
    }
}

fn newspaper() -> Shape {
    Shape {
        name: "newspaper",
        n_per_page: 10,
        has_notices: false,
        listing_url: |page| format!("/section/coast?p={page}"),
        article_url: |post| format!("/article/20261{}{:04}", post.day % 10, post.id),
        row: |post| {
            format!(
                "<li class=story><div class=pic><a href='/article/20261{}{:04}'><img></a></div><strong class=tit><a href='/article/20261{}{:04}'>{}</a></strong><p class=lead>{}</p><span class=byline><em>{}</em><em>2026.11.{:02} 09:30</em></span></li>",
                post.day % 10,
                post.id,
                post.day % 10,
                post.id,
                post.title,
                &post.body[0][..40],
                post.author,
                post.day
            )
        },
        listing: |rows, pager| {
            format!("<section class=section-list><ul>{rows}</ul></section>{pager}")
        },
        article: |post| {
            format!(
                "<div class=art-head><h1>{}</h1><div class=info><span class=reporter>{}</span><span class=stamp>2026.11.{:02} 09:30</span></div></div><div id=article-body>{}</div><div class=related-news><ul><li><a href='/article/1'>Another story</a></li></ul></div>",
                post.title,
                post.author,
                post.day,
                text_of(post)
            )
        },
    }
}

fn mybb() -> Shape {
    Shape {
        name: "mybb",
        n_per_page: 10,
        has_notices: false,
        listing_url: |page| {
            if page == 1 {
                "/forumdisplay.php?fid=4".into()
            } else {
                format!("/forumdisplay.php?fid=4&page={page}")
            }
        },
        article_url: |post| format!("/showthread.php?tid={}", post.id),
        row: |post| {
            format!(
                "<tr class=inline_row><td class=trow1><span class=icon></span></td><td class=trow1><div><span class=subject_new id=tid_{}><a href='/showthread.php?tid={}'>{}</a></span><div class='author smalltext'><a href='/member.php?action=profile&uid={}'>{}</a></div><span class='thread_start_datetime smalltext'>2026-11-{:02}, 10:20</span></div></td><td class=trow1><a href='/misc.php?action=whoposted&tid={}'>{}</a></td><td class=trow1>{}</td></tr>",
                post.id,
                post.id,
                post.title,
                post.author.len(),
                post.author,
                post.day,
                post.id,
                post.n_replies,
                post.id % 60 + 12
            )
        },
        listing: |rows, pager| {
            format!(
                "<table class=tborder><thead><tr><td class=thead colspan=4>Harbour</td></tr></thead><tbody>{rows}</tbody></table>{pager}"
            )
        },
        article: |post| {
            format!(
                "<div class=thead><strong>{}</strong></div><div id=posts><div class='post classic' id=post_{}><div class=author_information><strong><a class=largetext href='/member.php?action=profile&uid=3'>{}</a></strong></div><div class=post_content><span class=post_date>2026-11-{:02}, 10:20</span><div class='post_body scaleimages' id=pid_{}>{}</div></div></div>{}</div>",
                post.title,
                post.id * 9,
                post.author,
                post.day,
                post.id * 9,
                text_of(post),
                replies(post, |id, author| format!(
                    "<div class='post classic' id=post_{id}><div class=author_information><strong><a class=largetext href='/member.php?action=profile&uid=4'>{author}</a></strong></div><div class=post_content><span class=post_date>2026-11-21, 11:00</span><div class='post_body scaleimages' id=pid_{id}>I saw number {id} too.</div></div></div>"
                ))
            )
        },
    }
}

fn flarum() -> Shape {
    Shape {
        name: "flarum",
        n_per_page: 10,
        has_notices: false,
        listing_url: |page| format!("/all?page={page}"),
        article_url: |post| format!("/d/{}-{}", post.id, slug(post)),
        row: |post| {
            format!(
                "<li><a href='/d/{}-{}'>{}</a></li>",
                post.id,
                slug(post),
                post.title
            )
        },
        listing: |rows, pager| {
            format!(
                "<div id=flarum-content><div class=container><h1>All discussions</h1><ul>{rows}</ul>{pager}</div></div>"
            )
        },
        article: |post| {
            format!(
                "<div class=container><h1>{}</h1><div class=posts><article><div class=PostUser><h3 class=PostUser-name>{}</h3></div><div class=PostMeta><time datetime='2026-11-{:02}T10:20:00+00:00'>2026-11-{:02}T10:20:00+00:00</time></div><div class=Post-body>{}</div></article></div></div>",
                post.title,
                post.author,
                post.day,
                post.day,
                text_of(post)
            )
        },
    }
}
