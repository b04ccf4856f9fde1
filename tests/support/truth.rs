//! What a faithful archive of a board holds, told from the board itself, and the comparison with what was stored.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::board::{Board, Boards, Draft, Post};
use super::gnuboard5::is_image;
use super::site::{Engine, Site};

/// One listed article, as it should come out.
#[derive(Debug, Clone)]
pub struct Truth {
    pub key: String,
    pub id: u64,
    pub board: String,
    pub title: String,
    pub author: String,
    /// To the minute, as the engines show it.
    pub posted: Timestamp,
    pub category: Option<String>,
    pub text: String,
    pub images: Vec<String>,
    pub attachments: Vec<String>,
    pub comments: Vec<TrueComment>,
    pub notice: bool,
    /// `None` for notices.
    pub rank: Option<u64>,
    /// Shown to members or friends only.
    pub restricted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrueComment {
    pub key: String,
    pub parent: Option<String>,
    pub author: String,
    pub posted: Timestamp,
    pub text: Option<String>,
}

/// The listed articles of a board, newest first, notices before the others. `host` is `127.0.0.1:port`.
pub fn truth(site: &Site, host: &str, board: &str) -> Vec<Truth> {
    let state = site.lock();
    let boards = &state.boards;
    let listed = boards.board(board).expect("the test made this board");
    let notices = listed.notices.iter().map(|id| (id, None));
    let ordinary = listed
        .order
        .iter()
        .enumerate()
        .map(|(place, id)| (id, Some(listed.rank(place))));
    notices
        .chain(ordinary)
        .map(|(id, rank)| of_post(site.engine(), boards, host, listed, &listed.posts[id], rank))
        .collect()
}

fn of_post(
    engine: Engine,
    boards: &Boards,
    host: &str,
    board: &Board,
    post: &Post,
    rank: Option<u64>,
) -> Truth {
    let content = boards.content(&board.name, post.id);
    Truth {
        key: match engine {
            Engine::Rhymix => format!("{host}/{}", post.id),
            Engine::Gnuboard5 { .. } => format!("{host}/{}/{}", board.name, post.id),
        },
        id: post.id,
        board: board.name.clone(),
        posted: post.posted,
        text: content.text(),
        images: images(engine, host, board, &content),
        attachments: content
            .files
            .iter()
            .filter(|file| engine == Engine::Rhymix || !is_image(&file.name))
            .map(|file| file.name.clone())
            .collect(),
        comments: post
            .comments
            .iter()
            .map(|comment| TrueComment {
                key: comment.id.to_string(),
                parent: comment.parent.map(|parent| parent.to_string()),
                author: comment.author.clone(),
                posted: comment.posted,
                text: (!comment.secret).then(|| comment.text.clone()),
            })
            .collect(),
        notice: post.notice,
        rank,
        restricted: post.secret || board.members_only,
        title: content.title,
        author: content.author,
        category: content.category,
    }
}

fn images(engine: Engine, host: &str, board: &Board, content: &Draft) -> Vec<String> {
    let uploaded = content
        .files
        .iter()
        .filter(|file| engine != Engine::Rhymix && is_image(&file.name))
        .map(|file| format!("http://{host}/data/file/{}/{}", board.name, file.name));
    let inside = content.parts.iter().filter_map(|part| match part {
        super::board::Part::Photo { url, .. } => Some(url.clone()),
        _ => None,
    });
    uploaded.chain(inside).collect()
}

/// The stored articles by key.
///
/// # Panics
/// If a key is there twice.
#[track_caller]
pub fn by_key(stored: &[Value]) -> BTreeMap<String, &Value> {
    let mut found = BTreeMap::new();
    for article in stored {
        let key = text(article, "key").expect("every article has a key");
        assert!(
            found.insert(key.to_owned(), article).is_none(),
            "{key} is stored twice"
        );
    }
    found
}

/// A string field; `None` where it is null or missing.
pub fn text<'a>(article: &'a Value, field: &str) -> Option<&'a str> {
    article.get(field).and_then(Value::as_str)
}

/// Asserts that the store holds these articles, each once, and no other, with every field as the board has it.
/// `ranks`: also the number column, which is right only right after a full walk.
#[track_caller]
pub fn assert_same(stored: &[Value], truth: &[Truth], ranks: bool) {
    let found = by_key(stored);
    let mut complaints = Vec::new();
    for article in truth {
        match found.get(&article.key) {
            None => complaints.push(format!("{} is missing", article.key)),
            Some(stored) => complaints.extend(differences(stored, article, ranks)),
        }
    }
    for key in found.keys() {
        if !truth.iter().any(|article| article.key == *key) {
            complaints.push(format!("{key} is no article of this board"));
        }
    }
    assert!(
        complaints.is_empty(),
        "{} complaints, the first ones:\n{}",
        complaints.len(),
        complaints[..complaints.len().min(12)].join("\n")
    );
}

/// What is not as the board has it, in words.
pub fn differences(stored: &Value, truth: &Truth, ranks: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut expect = |field: &str, is: String, should: String| {
        if is != should {
            found.push(format!("{} {field}: {is} instead of {should}", truth.key));
        }
    };
    let said = |field: &str| format!("{:?}", text(stored, field));
    expect("title", said("title"), format!("{:?}", Some(&truth.title)));
    expect(
        "author",
        said("author"),
        format!("{:?}", Some(&truth.author)),
    );
    expect("board", said("board"), format!("{:?}", Some(&truth.board)));
    expect(
        "notice",
        format!("{}", stored["notice"]),
        format!("{}", truth.notice),
    );
    if ranks {
        expect(
            "rank",
            format!("{:?}", stored["rank"].as_u64()),
            format!("{:?}", truth.rank),
        );
    }
    if truth.restricted {
        expect("state", said("state"), format!("{:?}", Some("restricted")));
        expect(
            "text",
            format!("{:?}", text(stored, "text").unwrap_or_default()),
            format!("{:?}", ""),
        );
        return found;
    }
    expect("state", said("state"), format!("{:?}", Some("stored")));
    expect("text", said("text"), format!("{:?}", Some(&truth.text)));
    expect(
        "category",
        said("category"),
        format!("{:?}", truth.category.as_deref()),
    );
    expect(
        "posted_at",
        format!("{:?}", moment(stored)),
        format!("{:?}", Some(truth.posted)),
    );
    expect(
        "images",
        format!("{:?}", strings(&stored["images"], "url")),
        format!("{:?}", truth.images),
    );
    expect(
        "attachments",
        format!("{:?}", strings(&stored["attachments"], "name")),
        format!("{:?}", truth.attachments),
    );
    let comments: Vec<TrueComment> = stored["comments"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|comment| TrueComment {
            key: text(comment, "key").unwrap_or_default().to_owned(),
            parent: text(comment, "parent").map(str::to_owned),
            author: text(comment, "author").unwrap_or_default().to_owned(),
            posted: moment(comment).unwrap_or_default(),
            text: text(comment, "text").map(str::to_owned),
        })
        .collect();
    expect(
        "number of comments",
        comments.len().to_string(),
        truth.comments.len().to_string(),
    );
    for (is, should) in comments.iter().zip(&truth.comments) {
        expect("comment", format!("{is:?}"), format!("{should:?}"));
    }
    found
}

/// `posted_at`, to the minute.
pub fn moment(of: &Value) -> Option<Timestamp> {
    let at: Timestamp = text(of, "posted_at")?.parse().ok()?;
    Timestamp::from_second(at.as_second().div_euclid(60) * 60).ok()
}

fn strings(list: &Value, field: &str) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| text(item, field))
        .map(str::to_owned)
        .collect()
}
