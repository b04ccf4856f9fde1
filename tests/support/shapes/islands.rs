//! Boards whose pages hold rows and articles as data for their own scripts only.

use serde_json::{Value, json};

use super::pages::cards;
use super::posts::KOREAN;
use super::{PastEnd, Post, Said, Shape, Thread, plain};

pub fn shapes() -> Vec<Shape> {
    vec![pages_of_react(), rendered_pages(), state_of_a_store()]
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
