//! Boards whose pages hold no rows, or only the first: a script fetches them from an endpoint that answers in JSON.

use serde_json::{Value, json};

use super::posts::{GERMAN, KOREAN};
use super::{OtherFile, PastEnd, Post, Shape, pages, plain, threads};

pub fn shapes() -> Vec<Shape> {
    vec![
        endless(),
        endless_by_cursor(),
        endless_after_the_first(),
        discourse(),
        nodebb(),
        wordpress(),
        only_a_feed(),
        only_a_feed_of_notes(),
        data_of_each_page(),
        only_a_sitemap(),
        only_an_index_of_sitemaps(),
        only_a_sitemap_of_news(),
    ]
}

/// The address of the page for people; a list without end has one.
fn one_page(first: &'static str, page: usize) -> String {
    match page {
        1 => first.to_owned(),
        n => format!("/nowhere/{n}"),
    }
}

/// Answers with this many records each, and one behind the last.
fn answers(
    all: &[Post],
    n_per_answer: usize,
    target: impl Fn(usize) -> String,
    answer: impl Fn(usize, &[Post]) -> Value,
) -> Vec<OtherFile> {
    let n_answers = all.len().div_ceil(n_per_answer);
    (0..=n_answers)
        .map(|at| {
            let from = (at * n_per_answer).min(all.len());
            let records = &all[from..(from + n_per_answer).min(all.len())];
            (
                target(at),
                "application/json",
                answer(at, records).to_string(),
            )
        })
        .collect()
}

fn iso(post: &Post) -> String {
    post.said.at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// Pages are counted; a record's link is made by the script.
fn endless() -> Shape {
    Shape {
        name: "endless",
        listing_url: |page| one_page("/feed", page),
        article_url: |post, _| format!("/feed/view/{}", post.id),
        listing: |_, _| {
            r#"<ul id="feed"></ul><script>
               let page = 1; const size = 10; // the reader's own
               async function more() {
                 const res = await fetch(`/api/v1/feed?page=${page++}&size=10`);
                 const { data } = await res.json();
                 for (const p of data.list) {
                   feed.innerHTML += `<li><a href="/feed/view/${p.no}">${p.subject}</a> <b>${p.writer.nick}</b></li>`;
                 }
               }
               fetch('/api/v1/visit', { method: 'POST' });
               addEventListener('scroll', more); more();
               </script>"#
                .into()
        },
        others: |all| {
            let total = all.len();
            let record = |post: &Post| {
                json!({
                    "no": post.id, "subject": post.title, "writer": {"id": 7, "nick": post.said.author},
                    "regDate": post.said.at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
                    "commentCnt": post.replies.len(), "viewCnt": post.views, "thumb": format!("/t/{}.jpg", post.id),
                })
            };
            answers(
                all,
                10,
                |at| format!("/api/v1/feed?page={}&size=10", at + 1),
                |_, records| {
                    let list: Vec<Value> = records.iter().map(record).collect();
                    json!({"code": 0, "data": {"totalCount": total, "list": list}, "menu": [{"id": 1, "name": "Home"}, {"id": 2, "name": "Help"}]})
                },
            )
        },
        tongue: &KOREAN,
        ..pages::cards()
    }
}

fn mark(at: usize) -> String {
    format!("c{}==", at * 7919 % 1000)
}

fn by_cursor(all: &[Post], first: usize) -> Vec<OtherFile> {
    let n_answers = all.len().div_ceil(10);
    let record = |post: &Post| {
        let at = post.said.at.in_tz("UTC").expect("a moment");
        json!({
            "id": post.id, "permalink": format!("/stream/comments/{}/{}/", post.id, post.slug()), "title": post.title,
            "author_name": post.said.author, "created_utc": at.timestamp().as_second(), "pinned": false,
        })
    };
    let target = |at: usize| match at {
        0 => "/stream/more.json?kind=all".to_owned(),
        n => format!("/stream/more.json?kind=all&after={}", mark(n)),
    };
    answers(all, 10, target, |at, records| {
        let items: Vec<Value> = records.iter().map(record).collect();
        let more = at + 1 < n_answers;
        json!({"items": items, "paging": {"after": if more { json!(mark(at + 1)) } else { Value::Null }, "has_more": more}})
    })
    .into_iter()
    .skip(first)
    .collect()
}

/// Each answer tells where the next one begins; the endpoint stands in an attribute.
fn endless_by_cursor() -> Shape {
    Shape {
        name: "endless-cursor",
        listing_url: |page| one_page("/stream", page),
        listing: |_, _| {
            "<div id=stream data-source-url='/stream/more.json?kind=all'>Loading …</div>".into()
        },
        others: |all| by_cursor(all, 0),
        ..pages::cursor()
    }
}

/// The first rows stand in the page.
fn endless_after_the_first() -> Shape {
    Shape {
        name: "endless-after-the-first",
        listing: |rows, _| {
            format!(
                "<div id=siteTable class=sitetable data-more-url='/stream/more.json?kind=all'>{rows}</div>"
            )
        },
        ..endless_by_cursor()
    }
}

/// A Discourse whose pages are empty without scripts.
fn discourse() -> Shape {
    Shape {
        name: "discourse-data",
        head: "<meta name=generator content='Discourse 3.5.0 - https://discourse.example'>",
        listing_url: |page| one_page("/c/harbour/4", page),
        listing: |_, _| "<section id=main></section>".into(),
        others: |all| {
            let n_answers = all.len().div_ceil(10);
            let record = |post: &Post| {
                json!({
                    "id": post.id, "title": post.title, "fancy_title": post.title, "slug": post.slug(),
                    "posts_count": 1 + post.replies.len(), "reply_count": 0, "highest_post_number": 1,
                    "created_at": format!("{}.000Z", iso(post)), "last_posted_at": "2025-11-20T10:00:00.000Z",
                    "bumped_at": "2025-11-20T10:00:00.000Z", "pinned": false, "views": post.views, "like_count": 1,
                    "category_id": 4, "last_poster_username": post.last().author,
                    "posters": [{"extras": null, "user_id": 1}],
                })
            };
            answers(
                all,
                10,
                |at| match at {
                    0 => "/c/harbour/4.json".into(),
                    n => format!("/c/harbour/4.json?page={n}"),
                },
                |at, records| {
                    let topics: Vec<Value> = records.iter().map(record).collect();
                    let mut list =
                        json!({"can_create_topic": false, "per_page": 10, "topics": topics});
                    if at + 1 < n_answers {
                        list["more_topics_url"] = json!(format!("/c/harbour/4?page={}", at + 1));
                    }
                    json!({"users": [{"id": 1, "username": "mira", "name": "Mira"}, {"id": 2, "username": "okto", "name": "Okto"}],
                           "topic_list": list})
                },
            )
        },
        ..threads::discourse()
    }
}

/// A NodeBB likewise; pinned topics stand in every answer.
fn nodebb() -> Shape {
    Shape {
        name: "nodebb-data",
        listing_url: |page| one_page("/category/2/harbour", page),
        listing: |_, _| {
            "<div id=content></div><script id=ajaxify-data type=application/json>{\"cid\":2}</script>".into()
        },
        others: |all| {
            let record = |post: &Post| {
                json!({
                    "tid": post.id, "cid": 2, "title": post.title, "titleRaw": post.title,
                    "slug": format!("{}/{}", post.id, post.slug()), "timestamp": 0, "timestampISO": format!("{}.000Z", iso(post)),
                    "lastposttimeISO": "2025-11-20T10:00:00.000Z", "postcount": 1 + post.replies.len(), "viewcount": post.views,
                    "votes": 0, "pinned": u8::from(post.notice), "user": {"uid": 3, "username": post.said.author, "displayname": post.said.author},
                    "teaser": {"pid": 1, "timestampISO": "2025-11-20T10:00:00.000Z", "user": {"username": "quill"}},
                })
            };
            let pinned = super::notices(plain().tongue);
            answers(
                all,
                10,
                |at| match at {
                    0 => "/api/category/2/harbour".into(),
                    n => format!("/api/category/2/harbour?page={}", n + 1),
                },
                |at, records| {
                    let topics: Vec<Value> = pinned.iter().chain(records).map(record).collect();
                    json!({"cid": 2, "name": "Harbour", "topics": topics, "children": [],
                           "pagination": {"currentPage": at + 1, "pageCount": 4, "next": {"page": at + 2, "active": true}}})
                },
            )
        },
        ..threads::nodebb()
    }
}

/// A WordPress whose theme shows nothing without scripts. Its pages tell the day of a post only.
fn wordpress() -> Shape {
    Shape {
        name: "wordpress-rest",
        head: "<link rel='https://api.w.org/' href='{origin}/wp-json/'>",
        listing_url: |page| one_page("/", page),
        listing: |_, _| "<div id=app></div>".into(),
        past_end: PastEnd::NotFound,
        tongue: &GERMAN,
        others: |all| {
            let record = |post: &Post| {
                json!({
                    "id": post.id, "date": iso(post), "date_gmt": "2025-01-01T00:00:00", "modified": "2025-11-20T10:00:00",
                    "slug": "x", "link": format!("{{origin}}{}", (pages::blog().article_url)(post, 1)),
                    "title": {"rendered": post.title.replace(" und ", " &#117;nd ")},
                    "excerpt": {"rendered": "<p>…</p>"}, "author": 1, "comment_status": "open", "sticky": false,
                })
            };
            let mut files = answers(
                all,
                10,
                |at| format!("/wp-json/wp/v2/posts?page={}", at + 1),
                |_, records| records.iter().map(record).collect(),
            );
            // Behind the last page stands a complaint.
            files.pop();
            files
        },
        ..pages::blog()
    }
}

/// A theme that shows nothing without scripts, and a feed in two pages (RFC 5005): RSS, with the modules of weblogs.
fn only_a_feed() -> Shape {
    Shape {
        name: "feed",
        head: "<link rel=alternate type=application/rss+xml title=Comments href=/comments.rss>\
               <link rel=alternate type=application/rss+xml href='{origin}/notes.rss'>",
        others: |all| {
            let entry = |post: &Post| {
                format!(
                    "<item><title><![CDATA[{}]]></title><link>{{origin}}{}</link><comments>{{origin}}/x#comments</comments>\
                     <dc:creator>{}</dc:creator><pubDate>{}</pubDate><slash:comments>{}</slash:comments>\
                     <description>&lt;p&gt;…&lt;/p&gt;</description></item>",
                    post.title,
                    (pages::blog().article_url)(post, 1),
                    post.said.author,
                    post.said.at.strftime("%a, %d %b %Y %H:%M:%S +0100"),
                    post.replies.len(),
                )
            };
            let feed = |entries: &[Post], next: &str| {
                let entries: String = entries.iter().map(entry).collect();
                format!(
                    "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' \
                     xmlns:atom='http://www.w3.org/2005/Atom' xmlns:slash='http://purl.org/rss/1.0/modules/slash/'>\
                     <channel><title>Notes</title>{next}{entries}</channel></rss>"
                )
            };
            let next = "<atom:link rel='next' href='{origin}/notes.rss?page=2'/>";
            let kind = "application/rss+xml";
            vec![
                ("/notes.rss".to_owned(), kind, feed(&all[..20], next)),
                ("/notes.rss?page=2".to_owned(), kind, feed(&all[20..], "")),
                // Pages are counted: the walk looks behind the last one.
                ("/notes.rss?page=3".to_owned(), kind, feed(&[], "")),
            ]
        },
        ..wordpress()
    }
}

/// An entry of a sitemap, changed some days after it was written, with the extension for pictures.
fn address(path: &str, post: Option<&Post>) -> String {
    let changed = post.map(|post| {
        let days = jiff::Span::new().days(i64::from(post.id % 4));
        post.said.at.checked_add(days).expect("a day of our time")
    });
    let changed = changed.map_or("2025-11-01".to_owned(), |at| {
        at.strftime("%Y-%m-%dT%H:%M:%S+01:00").to_string()
    });
    format!(
        "<url><loc>{path}</loc><lastmod>{changed}</lastmod><changefreq>weekly</changefreq>\
         <image:image><image:loc>{{origin}}/p/x.jpg</image:loc><image:title>Hafen</image:title></image:image></url>"
    )
}

fn sitemap(entries: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='UTF-8'?><?xml-stylesheet type='text/xsl' href='/map.xsl'?>\
         <urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' \
         xmlns:image='http://www.google.com/schemas/sitemap-image/1.1' \
         xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>{entries}</urlset>"
    )
}

fn addresses(posts: &[Post]) -> String {
    let url = |post: &Post| format!("{{origin}}{}", (pages::blog().article_url)(post, 1));
    posts
        .iter()
        .map(|post| address(&url(post), Some(post)))
        .collect()
}

const XML: &str = "application/xml";

/// A theme that shows nothing without scripts, and no feed. The robots file names a sitemap, which has all that the site
/// wants to be found by, in any order: more tags than posts, writers, pages about the site, and a friend's pages.
fn only_a_sitemap() -> Shape {
    Shape {
        name: "sitemap",
        head: "",
        others: |all| {
            let tags: String = (0..60)
                .map(|n| address(&format!("{{origin}}/tag/wort-{n}-der-kueste/"), None))
                .collect();
            let others: String = [
                "{origin}/",
                "{origin}/about/",
                "{origin}/author/mira/",
                "{origin}/category/kueste/",
                "http://friend.example/2025/10/vom-nachbarn-und-dem-meer/",
            ]
            .map(|path| address(path, None))
            .concat();
            let posts = addresses(all);
            vec![
                (
                    "/robots.txt".to_owned(),
                    "text/plain",
                    "User-agent: *\nDisallow: /secret/\n\nSitemap: {origin}/files/map.xml\n"
                        .to_owned(),
                ),
                (
                    "/files/map.xml".to_owned(),
                    XML,
                    sitemap(&format!("{others}{posts}{tags}")),
                ),
            ]
        },
        ..wordpress()
    }
}

/// An index at the usual place, with files for some of the posts each, and others for tags and pages.
fn only_an_index_of_sitemaps() -> Shape {
    Shape {
        name: "sitemap-index",
        head: "",
        others: |all| {
            let tags: String = (0..60)
                .map(|n| address(&format!("{{origin}}/tag/wort-{n}-der-kueste/"), None))
                .collect();
            // The oldest posts are in the first file.
            let oldest_first: Vec<Post> = all.iter().rev().cloned().collect();
            let mut files: Vec<OtherFile> = oldest_first
                .chunks(12)
                .enumerate()
                .map(|(n, posts)| {
                    let number = if n == 0 {
                        String::new()
                    } else {
                        (n + 1).to_string()
                    };
                    (
                        format!("/post-sitemap{number}.xml"),
                        XML,
                        sitemap(&addresses(posts)),
                    )
                })
                .collect();
            files.push(("/post_tag-sitemap.xml".to_owned(), XML, sitemap(&tags)));
            files.push((
                "/page-sitemap.xml".to_owned(),
                XML,
                sitemap(&address("{origin}/about/", None)),
            ));
            let named: String = files
                .iter()
                .map(|(path, _, _)| format!("<sitemap><loc>{{origin}}{path}</loc></sitemap>"))
                .collect();
            files.push((
                "/sitemap.xml".to_owned(),
                XML,
                format!("<?xml version='1.0'?><sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{named}</sitemapindex>"),
            ));
            files
        },
        ..wordpress()
    }
}

/// A sitemap with the extension for news, which tells titles.
fn only_a_sitemap_of_news() -> Shape {
    Shape {
        name: "sitemap-news",
        head: "",
        others: |all| {
            let entry = |post: &Post| {
                format!(
                    "<url><loc>{{origin}}{}</loc><news:news><news:publication><news:name>Kueste</news:name><news:language>de</news:language></news:publication>\
                     <news:publication_date>{}</news:publication_date><news:title>{}</news:title></news:news></url>",
                    (pages::blog().article_url)(post, 1),
                    post.said
                        .at
                        .in_tz(GERMAN.zone)
                        .expect("a moment")
                        .strftime("%Y-%m-%dT%H:%M:%S%:z"),
                    post.title
                )
            };
            let entries: String = all.iter().map(entry).collect();
            vec![("/sitemap.xml".to_owned(), XML, sitemap(&entries))]
        },
        ..wordpress()
    }
}

/// A feed whose entries have no titles, only the beginning of what they say; the rest, and the titles, stand on their pages.
fn only_a_feed_of_notes() -> Shape {
    Shape {
        name: "feed-of-notes",
        head: "<link rel=alternate type=application/atom+xml href='{origin}/notes.atom'>",
        others: |all| {
            let entry = |post: &Post| {
                format!(
                    "<entry><id>tag:board.example,2025:{}</id><link rel='alternate' href='{{origin}}{}'/><author><name>{}</name></author>\
                     <published>{}</published><updated>2025-11-20T10:00:00Z</updated><summary type='html'>&lt;p&gt;{} …&lt;/p&gt;</summary></entry>",
                    post.id,
                    (pages::blog().article_url)(post, 1),
                    post.said.author,
                    post.said
                        .at
                        .in_tz(GERMAN.zone)
                        .expect("a moment")
                        .strftime("%Y-%m-%dT%H:%M:%S%:z"),
                    post.said.lines[0].chars().take(30).collect::<String>(),
                )
            };
            let entries: String = all.iter().map(entry).collect();
            let feed = format!(
                "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>Notes</title>{entries}</feed>"
            );
            vec![("/notes.atom".to_owned(), "application/atom+xml", feed)]
        },
        ..wordpress()
    }
}

/// A static site whose pages are made by scripts of data that stand beside each page.
fn data_of_each_page() -> Shape {
    Shape {
        name: "page-data",
        listing_url: |page| one_page("/notes/", page),
        head: "<link as=fetch rel=preload href=/page-data/notes/page-data.json crossorigin=anonymous>\
               <link as=fetch rel=preload href=/page-data/app-data.json crossorigin=anonymous>",
        others: |all| {
            let record = |post: &Post| {
                json!({"node": {
                    "id": format!("9f{}-aa", post.id), "excerpt": "…", "fields": {"slug": (pages::blog().article_url)(post, 1)},
                    "frontmatter": {"title": post.title, "date": format!("{}.000Z", post.said.at.in_tz(GERMAN.zone).expect("a moment").timestamp().strftime("%Y-%m-%dT%H:%M:%S")),
                                    "author": post.said.author, "tags": ["a", "b"]},
                }})
            };
            let path = |at: usize| match at {
                0 => "/notes/".to_owned(),
                n => format!("/notes/{}/", n + 1),
            };
            let n_answers = all.len().div_ceil(10);
            answers(
                all,
                10,
                |at| format!("/page-data{}page-data.json", path(at)),
                |at, records| {
                    let edges: Vec<Value> = records.iter().map(record).collect();
                    let next = if at + 1 < n_answers {
                        json!(path(at + 1))
                    } else {
                        Value::Null
                    };
                    json!({"componentChunkName": "component---src-templates-notes", "path": path(at),
                           "result": {"data": {"site": {"title": "Notes"}, "allMarkdownRemark": {"edges": edges}},
                                      "pageContext": {"numPages": n_answers, "currentPage": at + 1, "nextPagePath": next}},
                           "staticQueryHashes": ["1", "2"]})
                },
            )
        },
        ..wordpress()
    }
}
