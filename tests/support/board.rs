//! Boards as their software's database would hold them: posts, their order, and what can happen to them between two
//! requests. Knows nothing of HTTP or markup. Content is made on demand from the seed, so a board of twenty thousand
//! posts costs little.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::ToSpan;

use super::seed::{self, CATEGORIES, Rng};

/// Where the oldest post of a board lies before the start.
const HISTORY_DAYS: i64 = 120;

/// Posts, of one or several boards.
#[derive(Debug)]
pub struct Boards {
    pub seed: u64,
    pub boards: Vec<Board>,
    /// One sequence of ids for the whole site (XE, Rhymix), or one for each board (gnuboard).
    pub site_scope: bool,
    /// When the next post will have been written.
    pub cursor: Timestamp,
    next_id: u64,
}

/// One listing.
#[derive(Debug)]
pub struct Board {
    pub name: String,
    /// Guests may see the listing, but no article.
    pub members_only: bool,
    /// Categories are in use.
    pub categories: bool,
    /// Alive and not a notice, in listing order: newest thread first, replies under their parent.
    pub order: Vec<u64>,
    /// Alive notices, newest first.
    pub notices: Vec<u64>,
    /// Also those that were deleted.
    pub posts: BTreeMap<u64, Post>,
    next_id: u64,
}

/// What the database holds of a post. Everything else follows from the seed, the id and the revision.
#[derive(Debug, Clone)]
pub struct Post {
    pub id: u64,
    pub posted: Timestamp,
    /// Counted by edits.
    pub revision: u32,
    pub notice: bool,
    pub secret: bool,
    pub deleted: bool,
    /// The post this one answers.
    pub reply_to: Option<u64>,
    /// 0, or 1 for a reply, 2 for a reply to a reply.
    pub reply_depth: u32,
    pub views: u64,
    pub votes: i64,
    pub comments: Vec<Comment>,
    /// Written by hand instead of made from the seed.
    pub draft: Option<Box<Draft>>,
}

#[derive(Debug, Clone)]
pub struct Comment {
    pub id: u64,
    pub parent: Option<u64>,
    pub depth: u32,
    pub author: String,
    pub posted: Timestamp,
    pub text: String,
    pub secret: bool,
}

/// A file offered under an article.
#[derive(Debug, Clone)]
pub struct File {
    pub id: u64,
    pub name: String,
    /// As the page shows it.
    pub size: &'static str,
}

/// What a person wrote.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub title: String,
    pub author: String,
    pub category: Option<String>,
    pub parts: Vec<Part>,
    pub tags: Vec<String>,
    pub files: Vec<File>,
}

/// A piece of a body, in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Paragraph(String),
    /// An image and the caption under it.
    Photo {
        url: String,
        caption: String,
        /// Who took it: an address behind Cloudflare's protection at the end of the caption.
        address: Option<String>,
    },
    /// Markup and the text it stands for, given by the test.
    Raw {
        html: String,
        text: String,
    },
}

impl Part {
    pub fn paragraph(text: &str) -> Self {
        Self::Paragraph(text.to_owned())
    }

    /// The lines a reader sees.
    pub fn text(&self) -> String {
        match self {
            Self::Paragraph(text) => text.clone(),
            Self::Photo {
                caption, address, ..
            } => match address {
                Some(address) => format!("{caption} {address}"),
                None => caption.clone(),
            },
            Self::Raw { text, .. } => text.clone(),
        }
    }
}

impl Draft {
    /// The body as a reader sees it: a line for each part.
    pub fn text(&self) -> String {
        self.parts
            .iter()
            .map(Part::text)
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

impl Boards {
    /// `now` is the moment the test starts; the first posts lie [`HISTORY_DAYS`] before it.
    pub fn new(seed: u64, site_scope: bool, now: Timestamp) -> Self {
        let cursor = now - (HISTORY_DAYS * 24).hours();
        // To the minute, which is all that most engines show.
        let cursor =
            Timestamp::from_second(cursor.as_second() / 60 * 60).expect("a minute within range");
        Self {
            seed,
            boards: Vec::new(),
            site_scope,
            cursor,
            next_id: 101,
        }
    }

    pub fn add_board(&mut self, name: &str) -> &mut Board {
        self.boards.push(Board {
            name: name.to_owned(),
            members_only: false,
            categories: true,
            order: Vec::new(),
            notices: Vec::new(),
            posts: BTreeMap::new(),
            next_id: 1,
        });
        self.boards.last_mut().expect("one was just pushed")
    }

    pub fn board(&self, name: &str) -> Option<&Board> {
        self.boards.iter().find(|board| board.name == name)
    }

    /// # Panics
    /// If there is no such board: a mistake in the test.
    pub fn board_mut(&mut self, name: &str) -> &mut Board {
        self.boards
            .iter_mut()
            .find(|board| board.name == name)
            .expect("the test made this board")
    }

    /// The board a post stands on, where ids are unique in the whole site.
    pub fn home_of(&self, id: u64) -> Option<&Board> {
        self.boards
            .iter()
            .find(|board| board.posts.get(&id).is_some_and(|post| !post.deleted))
    }

    /// Posts from now on are dated from `ago_minutes` before `now`, a minute to nine apart.
    pub fn set_cursor(&mut self, now: Timestamp, ago_minutes: i64) {
        let at = now - ago_minutes.minutes();
        self.cursor =
            Timestamp::from_second(at.as_second() / 60 * 60).expect("a minute within range");
    }

    fn take_id(&mut self, board: &str) -> u64 {
        let seed = self.seed;
        let next = if self.site_scope {
            &mut self.next_id
        } else {
            &mut self.board_mut(board).next_id
        };
        let id = *next;
        // Ids have holes: comments, files and drafts take theirs from the same sequence.
        *next += 1 + u64::from(Rng::for_thing(seed, id).chance(200));
        id
    }

    fn tick(&mut self) -> Timestamp {
        let minutes = 1 + Rng::for_thing(self.seed, self.cursor.as_second() as u64).below(9) as i64;
        self.cursor += minutes.minutes();
        self.cursor
    }

    fn insert(&mut self, board: &str, draft: Option<Draft>) -> u64 {
        let id = self.take_id(board);
        let posted = self.tick();
        let mut rng = Rng::for_thing(self.seed, id);
        let post = Post {
            id,
            posted,
            revision: 0,
            notice: false,
            secret: false,
            deleted: false,
            reply_to: None,
            reply_depth: 0,
            views: rng.below(900) as u64,
            votes: rng.below(12) as i64,
            comments: Vec::new(),
            draft: draft.map(Box::new),
        };
        self.board_mut(board).posts.insert(id, post);
        id
    }

    /// A new post on top, its words made from the seed.
    pub fn post(&mut self, board: &str) -> u64 {
        let id = self.insert(board, None);
        self.board_mut(board).order.insert(0, id);
        id
    }

    /// `n` posts, the last one on top.
    pub fn post_many(&mut self, board: &str, n: usize) -> Vec<u64> {
        let ids: Vec<u64> = (0..n).map(|_| self.insert(board, None)).collect();
        self.board_mut(board)
            .order
            .splice(0..0, ids.iter().rev().copied());
        ids
    }

    /// A new post on top, in these words.
    pub fn write(&mut self, board: &str, draft: Draft) -> u64 {
        let id = self.insert(board, Some(draft));
        self.board_mut(board).order.insert(0, id);
        id
    }

    pub fn notice(&mut self, board: &str) -> u64 {
        let id = self.insert(board, None);
        let board = self.board_mut(board);
        board.posts.get_mut(&id).expect("just inserted").notice = true;
        board.notices.insert(0, id);
        id
    }

    /// A post in reply to `parent`: written now, standing under it, wherever that is.
    pub fn reply(&mut self, board: &str, parent: u64) -> u64 {
        let id = self.insert(board, None);
        let board = self.board_mut(board);
        let depth = board.posts[&parent].reply_depth + 1;
        let post = board.posts.get_mut(&id).expect("just inserted");
        post.reply_to = Some(parent);
        post.reply_depth = depth;
        let at = board
            .order
            .iter()
            .position(|other| *other == parent)
            .expect("the parent is alive");
        // Below the parent and what stands under it already.
        let below = board.order[at + 1..]
            .iter()
            .take_while(|other| board.posts[other].reply_depth >= depth)
            .count();
        board.order.insert(at + 1 + below, id);
        id
    }

    pub fn secret(&mut self, board: &str) -> u64 {
        let id = self.post(board);
        self.post_mut(board, id).secret = true;
        id
    }

    /// # Panics
    /// If there is no such post.
    pub fn post_mut(&mut self, board: &str, id: u64) -> &mut Post {
        self.board_mut(board)
            .posts
            .get_mut(&id)
            .expect("the test made this post")
    }

    pub fn delete(&mut self, board: &str, id: u64) {
        let board = self.board_mut(board);
        board.order.retain(|other| *other != id);
        board.notices.retain(|other| *other != id);
        board
            .posts
            .get_mut(&id)
            .expect("the test made this post")
            .deleted = true;
    }

    /// The words change; id, date and place stay.
    pub fn edit(&mut self, board: &str, id: u64) {
        let post = self.post_mut(board, id);
        post.revision += 1;
        let line = addition(post.revision);
        if let Some(draft) = &mut post.draft {
            draft.parts.push(Part::Paragraph(line));
        }
    }

    /// To another board. Where ids are the site's, the post keeps its own; elsewhere it gets a new one, and the old
    /// one is as good as deleted. Returns the id on the new board.
    pub fn relocate(&mut self, board: &str, id: u64, to: &str) -> u64 {
        let content = self.content(board, id);
        let mut post = self.post_mut(board, id).clone();
        self.delete(board, id);
        // Words made from the seed depend on the place; these must not change on the way.
        post.draft = Some(Box::new(content));
        if self.site_scope {
            self.board_mut(board).posts.remove(&id);
        } else {
            post.id = self.take_id(to);
        }
        let new_id = post.id;
        let to = self.board_mut(to);
        to.posts.insert(new_id, post);
        to.order.insert(0, new_id);
        new_id
    }

    /// A comment in words made from the seed; `parent` is a comment of the same post.
    pub fn comment(&mut self, board: &str, id: u64, parent: Option<u64>) -> u64 {
        let comment_id = self.take_id(board);
        let posted = self.tick();
        let mut rng = Rng::for_thing(self.seed, comment_id);
        let post = self.post_mut(board, id);
        let depth = parent.map_or(0, |parent| {
            post.comments
                .iter()
                .find(|comment| comment.id == parent)
                .expect("the test made this comment")
                .depth
                + 1
        });
        let comment = Comment {
            id: comment_id,
            parent,
            depth,
            author: seed::person(&mut rng).to_owned(),
            posted,
            text: seed::paragraph(&mut rng, &format!("댓글 {comment_id}")),
            secret: false,
        };
        // Under its parent and the parent's other answers.
        let at = parent.map_or(post.comments.len(), |parent| {
            let at = post
                .comments
                .iter()
                .position(|other| other.id == parent)
                .expect("found above");
            let below = post.comments[at + 1..]
                .iter()
                .take_while(|other| other.depth >= depth)
                .count();
            at + 1 + below
        });
        post.comments.insert(at, comment);
        comment_id
    }

    /// The words of a post as they are now.
    pub fn content(&self, board: &str, id: u64) -> Draft {
        let board = self.board(board).expect("the test made this board");
        let post = &board.posts[&id];
        match &post.draft {
            Some(draft) => (**draft).clone(),
            None => generate(self, board, post),
        }
    }

    /// The title alone, which listings need for every row.
    pub fn title(&self, board: &Board, post: &Post) -> String {
        match &post.draft {
            Some(draft) => draft.title.clone(),
            None => seed::title(&mut Words::Title.rng(self.seed, board, post)),
        }
    }

    pub fn author(&self, board: &Board, post: &Post) -> String {
        match &post.draft {
            Some(draft) => draft.author.clone(),
            None => seed::person(&mut Words::Author.rng(self.seed, board, post)).to_owned(),
        }
    }

    pub fn category(&self, board: &Board, post: &Post) -> Option<String> {
        match &post.draft {
            Some(draft) => draft.category.clone(),
            None => {
                let mut rng = Words::Category.rng(self.seed, board, post);
                // Two posts in three have one.
                (board.categories && !rng.chance(333))
                    .then(|| (*rng.choose(&CATEGORIES)).to_owned())
            }
        }
    }
}

impl Board {
    /// The rank that the engine shows for the row at this place of `order`: a count from the oldest.
    pub fn rank(&self, place: usize) -> u64 {
        (self.order.len() - place) as u64
    }
}

/// Each field is drawn from its own numbers, so that a listing need not make the body to know the title.
#[derive(Clone, Copy)]
enum Words {
    Title = 1,
    Author,
    Category,
    Body,
}

impl Words {
    fn rng(self, seed: u64, board: &Board, post: &Post) -> Rng {
        let place = board.name.bytes().fold(seed, |hash, byte| {
            hash.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        Rng::for_thing(place, post.id * 8 + self as u64)
    }
}

fn generate(boards: &Boards, board: &Board, post: &Post) -> Draft {
    let mut rng = Words::Body.rng(boards.seed, board, post);
    let mut parts: Vec<Part> = (0..2 + rng.below(4))
        .map(|n| {
            let mark = format!("{} {}-{n}", board.name, post.id);
            Part::Paragraph(seed::paragraph(&mut rng, &mark))
        })
        .collect();
    if rng.chance(150) {
        parts.insert(
            1,
            Part::Photo {
                url: format!("https://img.example.org/photo/{}.jpg", post.id),
                caption: format!("{} 앞에서 찍은 모습. 사진 {}번", board.name, post.id),
                address: None,
            },
        );
    }
    for revision in 1..=post.revision {
        parts.push(Part::Paragraph(addition(revision)));
    }
    Draft {
        title: boards.title(board, post),
        author: boards.author(board, post),
        category: boards.category(board, post),
        parts,
        tags: Vec::new(),
        files: Vec::new(),
    }
}

/// What an edit adds.
fn addition(revision: u32) -> String {
    format!("고침 {revision}: 한 문단을 덧붙였다.")
}

/// The name of a site's board where it has many: the one that each site has comes first.
pub fn board_name(number: u64) -> String {
    match number {
        0 => "news".into(),
        _ => format!("board{number}"),
    }
}
