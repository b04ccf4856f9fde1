//! Boards whose pages hold rows and articles as data for their own scripts only.

use serde_json::{Value, json};

use super::pages::cards;
use super::posts::KOREAN;
use super::{PastEnd, Post, Said, Shape, Thread, plain};

pub fn shapes() -> Vec<Shape> {
    vec![
        pages_of_react(),
        rendered_pages(),
        state_of_a_store(),
        variable(),
        flat(),
        queries(),
    ]
}

/// Data between the tags of a script: nothing in it may look like the end of one.
fn data(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

fn utc(said: &Said, zone: &str) -> String {
    let at = said.at.in_tz(zone).expect("a time").timestamp();
    format!("{}.000Z", at.strftime("%Y-%m-%dT%H:%M:%S"))
}

/// What a server hands to the scripts of its pages: each page has its props, the rest is how it was built.
fn props(route: &str, props: Value) -> String {
    let state = json!({
        "props": {"pageProps": props, "__N_SSP": true}, "page": route, "query": {}, "buildId": "k3Jx0aT2",
        "isFallback": false, "gssp": true, "locale": "ko", "scriptLoader": [],
    });
    format!(
        r#"<script id="__NEXT_DATA__" type="application/json">{}</script>"#,
        data(&state)
    )
}

/// A list whose rows a script opens, so that none is a link; an article whose page is empty. Which URL an article has is
/// said nowhere.
fn pages_of_react() -> Shape {
    Shape {
        name: "next",
        tongue: &KOREAN,
        n_posts: 47,
        n_per_page: 20,
        listing_url: |page| format!("/community?page={page}"),
        article_url: |post, _| format!("/community/{}", post.id),
        row: |post| {
            let record = json!({
                "id": post.id, "title": post.title, "author": {"id": 31 + post.rank % 6, "nickname": post.said.author, "avatarUrl": null},
                "createdAt": utc(&post.said, KOREAN.zone), "updatedAt": "2025-11-28T00:00:00.000Z", "viewCount": post.views,
                "commentCount": post.replies.len(), "category": {"id": 4, "name": "바다"}, "hasImage": false,
            });
            format!("{record},")
        },
        listing: |rows, pager| {
            let posts: Value = serde_json::from_str(&format!("[{}]", rows.trim_end_matches(',')))
                .expect("the rows are records");
            let shown: String = posts
                .as_array()
                .expect("a list")
                .iter()
                .map(|post| {
                    format!(
                        "<li class=Row_row__x1Yz2 role=button tabindex=0><span class=Row_title__a9>{}</span></li>",
                        post["title"].as_str().expect("a title")
                    )
                })
                .collect();
            let island = props(
                "/community",
                json!({"posts": posts, "categories": [{"id": 4, "name": "바다"}, {"id": 5, "name": "산"}]}),
            );
            format!(
                "<div id=__next><main><ul class=Row_list__q>{shown}</ul>{pager}</main></div>{island}"
            )
        },
        article: |thread| {
            let comments: Vec<Value> = thread.replies().map(comment).collect();
            let post = json!({
                "id": thread.post.id, "title": thread.post.title,
                "author": {"id": 31 + thread.post.rank % 6, "nickname": thread.post.said.author, "avatarUrl": null},
                "createdAt": utc(&thread.post.said, KOREAN.zone), "viewCount": thread.post.views,
                "content": super::paragraphs(&thread.post.said), "comments": comments,
            });
            let island = props(
                "/community/[id]",
                json!({"post": post, "session": null, "isMobile": false}),
            );
            format!("<div id=__next><main class=Skeleton_wait__u7></main></div>{island}")
        },
        ..plain()
    }
}

/// The same data behind pages that show it: what people see is read.
fn rendered_pages() -> Shape {
    Shape {
        name: "next-rendered",
        row: |post| {
            let record = json!({"id": post.id, "title": post.title, "createdAt": utc(&post.said, KOREAN.zone)});
            format!("{}<!--{record},-->", (cards().row)(post))
        },
        listing: |rows, pager| {
            let mut records = String::new();
            let mut shown = String::new();
            for part in rows.split("-->") {
                let (row, record) = part.split_once("<!--").unwrap_or_default();
                shown.push_str(row);
                records.push_str(record);
            }
            let posts: Value =
                serde_json::from_str(&format!("[{}]", records.trim_end_matches(',')))
                    .expect("the rows are records");
            format!(
                "{}{}",
                (cards().listing)(&shown, pager),
                props("/gallery", json!({"posts": posts}))
            )
        },
        article: |thread| {
            let post = json!({"id": thread.post.id, "title": thread.post.title, "content": super::paragraphs(&thread.post.said)});
            format!(
                "{}{}",
                (cards().article)(thread),
                props("/gallery/[id]", json!({"post": post}))
            )
        },
        ..cards()
    }
}

/// Records as one text of data.
fn records(rows: &str) -> Value {
    serde_json::from_str(&format!("[{}]", rows.trim_end_matches(',')))
        .expect("the rows are records")
}

/// A post as a record that tells moments as numbers of seconds.
fn timed(post: &Post) -> Value {
    let at = post.said.at.in_tz(KOREAN.zone).expect("a time").timestamp();
    json!({
        "id": post.id, "subject": post.title, "writer": {"nick": post.said.author}, "created_at": at.as_second(),
        "hits": post.views, "comment_count": post.replies.len(),
    })
}

/// The same with all that is said.
fn timed_whole(thread: &Thread<'_>) -> Value {
    let replies: Vec<Value> = thread
        .replies()
        .map(|said| {
            let at = said.at.in_tz(KOREAN.zone).expect("a time").timestamp();
            json!({
                "id": said.id, "memo": said.lines.join("\n"), "writer": {"nick": said.author},
                "created_at": at.as_millisecond(),
            })
        })
        .collect();
    let mut whole = timed(thread.post);
    whole["text"] = json!(super::paragraphs(&thread.post.said));
    whole["comments"] = json!(replies);
    whole
}

/// A variable of the page, of which some values are `undefined`.
fn variable() -> Shape {
    fn assigned(state: &Value) -> String {
        let written = data(state).replace("\"NONE\"", "undefined");
        format!(
            "<div id=app></div><script>window.__VER=\"3\";window.__INITIAL_STATE__={written};(function(){{var s;}}());</script>"
        )
    }
    Shape {
        name: "variable",
        tongue: &KOREAN,
        n_posts: 47,
        n_per_page: 20,
        listing_url: |page| format!("/talk?page={page}"),
        article_url: |post, _| format!("/talk/{}", post.id),
        row: |post| format!("{},", timed(post)),
        listing: |rows, pager| {
            let state = json!({"user": "NONE", "board": {"list": {"articles": records(rows), "total": 47}, "filter": "NONE"}});
            format!("{}{pager}", assigned(&state))
        },
        article: |thread| {
            let state =
                json!({"user": "NONE", "board": {"view": {"article": timed_whole(thread)}}});
            assigned(&state)
        },
        ..plain()
    }
}

/// Data as a flat list whose objects hold places of it.
fn flat() -> Shape {
    fn put(value: &Value, list: &mut Vec<Value>) -> usize {
        let at = list.len();
        list.push(Value::Null);
        list[at] = match value {
            Value::Object(inner) => {
                let places = inner
                    .iter()
                    .map(|(key, value)| (key.clone(), json!(put(value, list))));
                Value::Object(places.collect())
            }
            Value::Array(items) => {
                json!(
                    items
                        .iter()
                        .map(|item| put(item, list))
                        .collect::<Vec<usize>>()
                )
            }
            single => single.clone(),
        };
        at
    }
    fn script(state: &Value) -> String {
        let mut list = vec![json!(["ShallowReactive", 1])];
        put(state, &mut list);
        format!(
            "<div id=__nuxt></div><script type=\"application/json\" data-nuxt-data=\"nuxt-app\" data-ssr=\"true\" id=\"__NUXT_DATA__\">{}</script><script>window.__NUXT__={{}};window.__NUXT__.config={{public:{{}}}}</script>",
            data(&Value::Array(list))
        )
    }
    Shape {
        name: "flat",
        tongue: &KOREAN,
        n_posts: 47,
        n_per_page: 20,
        listing_url: |page| format!("/articles?page={page}"),
        article_url: |post, _| format!("/articles/{}", post.id),
        row: |post| format!("{},", timed(post)),
        listing: |rows, pager| {
            let state = json!({"data": {"list-1": {"items": records(rows), "total": 47}}, "state": {}, "once": ["a"], "path": "/articles"});
            format!("{}{pager}", script(&state))
        },
        article: |thread| {
            script(&json!({"data": {"article": timed_whole(thread)}, "state": {}, "path": "/x"}))
        },
        ..plain()
    }
}

/// The cache of a page's queries: the posts are in the second of them. One page is all there is.
fn queries() -> Shape {
    fn cache(rest: Value) -> String {
        let session = json!({"queryKey": ["session"], "queryHash": "[session]", "state": {"data": {"user": null}, "status": "success"}});
        props(
            "/diary",
            json!({"dehydratedState": {"mutations": [], "queries": [session, rest]}}),
        )
    }
    Shape {
        name: "queries",
        tongue: &KOREAN,
        n_posts: 14,
        n_per_page: 20,
        listing_url: |page| match page {
            1 => "/diary".into(),
            n => format!("/diary?none={n}"),
        },
        article_url: |post, _| format!("/diary/{}", post.id),
        row: |post| format!("{},", timed(post)),
        listing: |rows, _| {
            let query = json!({"queryKey": ["posts"], "queryHash": "[posts]", "state": {"data": {"pages": [{"posts": records(rows), "next": null}]}, "status": "success"}});
            format!("<div id=__next></div>{}", cache(query))
        },
        article: |thread| {
            let query = json!({"queryKey": ["post"], "queryHash": "[post]", "state": {"data": timed_whole(thread), "status": "success"}});
            format!("<div id=__next></div>{}", cache(query))
        },
        ..plain()
    }
}

fn comment(said: &Said) -> Value {
    json!({
        "id": said.id, "body": said.lines.join("\n"), "author": {"nickname": said.author},
        "createdAt": utc(said, KOREAN.zone), "likes": 0,
    })
}

/// A script without a name; the page links its three best posts, counts in words only, and tells moments in its own zone.
fn state_of_a_store() -> Shape {
    Shape {
        name: "island",
        n_posts: 47,
        n_per_page: 20,
        past_end: PastEnd::Empty,
        listing_url: |page| match page {
            1 => "/harbour/latest".into(),
            n => format!("/harbour/latest?page={n}"),
        },
        article_url: |post, _| format!("/read/{}", slug(post)),
        row: |post| {
            let record = json!({
                "_id": format!("65f{:021x}", post.id), "slug": slug(post), "headline": post.title, "writer": post.said.author,
                "published": post.said.at.strftime("%Y-%m-%d %H:%M").to_string(), "excerpt": post.said.lines[0],
            });
            format!("{record},")
        },
        listing: |rows, _| {
            let entries: Vec<Value> =
                serde_json::from_str(&format!("[{}]", rows.trim_end_matches(',')))
                    .expect("the rows are records");
            let best: String = entries
                .iter()
                .take(3)
                .map(|entry| {
                    format!(
                        "<li><a href='/read/{}'>{}</a></li>",
                        entry["slug"].as_str().expect("a slug"),
                        entry["headline"].as_str().expect("a title")
                    )
                })
                .collect();
            let state = json!({"route": {"name": "latest"}, "store": {"feed": {"entries": entries, "totalPages": 3}, "user": null}});
            format!(
                "<script type=application/json>{{\"flags\":[\"a\",\"b\"]}}</script><div id=app><aside><ol class=best>{best}</ol></aside>\
                 <button>More</button></div><script type=\"application/json\" data-state>{}</script>",
                data(&state)
            )
        },
        article: story,
        shown: super::Shown {
            comments: false,
            ..plain().shown
        },
        ..plain()
    }
}

fn slug(post: &Post) -> String {
    format!("{}-{}", post.slug(), post.id)
}

/// The head of an article stands in its page, the rest does not.
fn story(thread: &Thread<'_>) -> String {
    let state = json!({"route": {"name": "read"}, "store": {"user": null, "article": {
        "slug": slug(thread.post), "headline": thread.post.title, "writer": thread.post.said.author,
        "published": thread.post.said.at.strftime("%Y-%m-%d %H:%M").to_string(), "text": thread.post.said.lines.join("\n\n"),
    }}});
    format!(
        "<div id=app><h1>{}</h1><div class=spinner></div></div><script type=\"application/json\" data-state>{}</script>",
        thread.post.title,
        data(&state)
    )
}
