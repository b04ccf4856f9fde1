//! An archive in memory, for the tests of outputs.

use std::cell::Cell;

use jiff::Timestamp;

use crate::model::{ArticleId, ArticleKey, ArticleState, Attachment, Board, BoardId, Image, Pass};
use crate::store::search_query::Query;
use crate::store::{
    Archive, ArticleFilter, ArticleRecord, BoardCounts, BoardStatus, ChangeFilter, ChangeRecord,
    CommentRecord, CopyRecord, CountRecord, Hit, MessageRecord, NotifierRecord, QuarterCount,
    RawPage, ReceiptPlace, ReceiptRecord, Revision, SavedSchedule, SizeOnDisk, StoreError,
    StoryRecord, VerdictRecord,
};

pub(super) struct TestArchive {
    articles: Vec<ArticleRecord>,
    pub(super) changes: Vec<ChangeRecord>,
    pub(super) revisions: Vec<Revision>,
    pub(super) copies: Vec<CopyRecord>,
    pub(super) stories: Vec<StoryRecord>,
    pub(super) receipts: Vec<ReceiptRecord>,
    pub(super) board: BoardStatus,
    pub(super) verdicts: Vec<VerdictRecord>,
    pub(super) messages: Vec<MessageRecord>,
    pub(super) raw_pages: Vec<RawPage>,
    /// Articles handed out so far.
    pub(super) n_read: Cell<usize>,
}

impl TestArchive {
    pub(super) fn with(articles: Vec<ArticleRecord>) -> Self {
        Self {
            articles,
            changes: Vec::new(),
            revisions: Vec::new(),
            copies: Vec::new(),
            stories: Vec::new(),
            receipts: Vec::new(),
            board: board("news"),
            verdicts: Vec::new(),
            messages: Vec::new(),
            raw_pages: Vec::new(),
            n_read: Cell::new(0),
        }
    }
}

impl Archive for TestArchive {
    fn boards(&self) -> Result<Vec<BoardStatus>, StoreError> {
        Ok(vec![self.board.clone()])
    }

    fn articles(
        &self,
        filter: &ArticleFilter,
        each: &mut dyn FnMut(ArticleRecord) -> bool,
    ) -> Result<(), StoreError> {
        for article in &self.articles {
            let fits = filter
                .board
                .as_ref()
                .is_none_or(|name| *name == article.board);
            if !fits {
                continue;
            }
            self.n_read.set(self.n_read.get() + 1);
            if !each(article.clone()) {
                break;
            }
        }
        Ok(())
    }

    fn find(&self, what: &str) -> Result<Vec<ArticleRecord>, StoreError> {
        let fits = |article: &&ArticleRecord| article.id.to_string() == what;
        Ok(self.articles.iter().filter(fits).cloned().collect())
    }

    fn schedule(&self) -> Result<SavedSchedule, StoreError> {
        Ok(SavedSchedule::default())
    }

    fn last_passes(&self, _: BoardId, _: u32) -> Result<Vec<Pass>, StoreError> {
        Ok(Vec::new())
    }

    fn audit(&self, board: &Board) -> Result<crate::health::audit::Facts, StoreError> {
        Ok(crate::health::audit::Facts {
            board: board.name.clone(),
            ..Default::default()
        })
    }

    fn outlines(&self) -> Result<Vec<crate::health::audit::Facts>, StoreError> {
        Ok(vec![self.audit(&self.board.board)?])
    }

    fn revisions(&self, _: ArticleId) -> Result<Vec<Revision>, StoreError> {
        Ok(self.revisions.clone())
    }

    fn changes(
        &self,
        _: &ChangeFilter,
        each: &mut dyn FnMut(ChangeRecord) -> bool,
    ) -> Result<(), StoreError> {
        for change in &self.changes {
            if !each(change.clone()) {
                break;
            }
        }
        Ok(())
    }

    fn counts(&self, _: ArticleId) -> Result<Vec<CountRecord>, StoreError> {
        Ok(Vec::new())
    }

    fn copies(&self, _: ArticleId) -> Result<Vec<CopyRecord>, StoreError> {
        Ok(self.copies.clone())
    }

    fn stories(&self, _: Option<Timestamp>, _: u64) -> Result<Vec<StoryRecord>, StoreError> {
        Ok(self.stories.clone())
    }

    /// Everything, for any query.
    fn search(&self, _: &Query, limit: u32, skip: u32) -> Result<Vec<Hit>, StoreError> {
        self.latest(BoardId(1), limit, skip)
    }

    fn posts_by_quarter(
        &self,
        _: BoardId,
        _: Timestamp,
        _: bool,
    ) -> Result<Vec<QuarterCount>, StoreError> {
        let posted = self.articles.iter().filter_map(|article| article.posted_at);
        let one = |at| QuarterCount { at, n_posts: 1 };
        Ok(posted.map(one).collect())
    }

    fn latest(&self, _: BoardId, limit: u32, skip: u32) -> Result<Vec<Hit>, StoreError> {
        let hits = self.articles.iter().rev().map(hit_of);
        Ok(hits.skip(skip as usize).take(limit as usize).collect())
    }

    fn last_changes(&self, _: BoardId, limit: u32) -> Result<Vec<ChangeRecord>, StoreError> {
        let newest_first = self.changes.iter().rev().cloned();
        Ok(newest_first.take(limit as usize).collect())
    }

    fn receipts(
        &self,
        _: &str,
        _: ReceiptPlace,
        limit: u32,
    ) -> Result<Vec<ReceiptRecord>, StoreError> {
        let receipts = self.receipts.iter().cloned();
        Ok(receipts.take(limit as usize).collect())
    }

    fn raw_pages(
        &self,
        _: &ArticleFilter,
        each: &mut dyn FnMut(RawPage) -> bool,
    ) -> Result<(), StoreError> {
        for page in &self.raw_pages {
            if !each(page.clone()) {
                break;
            }
        }
        Ok(())
    }

    fn profiles(&self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    fn verdicts(&self, limit: u32) -> Result<Vec<VerdictRecord>, StoreError> {
        let verdicts = self.verdicts.iter().cloned();
        Ok(verdicts.take(limit as usize).collect())
    }

    fn notifiers(&self) -> Result<Vec<NotifierRecord>, StoreError> {
        let of = |message: &MessageRecord| NotifierRecord {
            name: message.notifier.clone(),
            configured: true,
            n_sent: 3,
            n_failed: 12,
            sent_at: Some(message.made_at),
            paused_until: None,
            n_waiting: u64::from(message.due_at.is_some()),
            n_given_up: u64::from(message.due_at.is_none()),
        };
        Ok(self.messages.iter().map(of).collect())
    }

    fn messages(&self, limit: u32) -> Result<Vec<MessageRecord>, StoreError> {
        let messages = self.messages.iter().cloned();
        Ok(messages.take(limit as usize).collect())
    }

    fn size_on_disk(&self) -> Result<SizeOnDisk, StoreError> {
        Ok(SizeOnDisk {
            file_bytes: 3 << 20,
            raw_pages_bytes: 1 << 20,
            articles_bytes: 1_024,
            revisions_bytes: 2_048,
            comments_bytes: 512,
            search_bytes: 0,
            copies_bytes: 0,
            receipts_bytes: 100,
            other_bytes: 7,
        })
    }
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

pub(super) fn comment(key: &str, parent: Option<&str>, text: Option<&str>) -> CommentRecord {
    CommentRecord {
        key: key.into(),
        parent: parent.map(str::to_owned),
        author: Some(format!("손님{key}")),
        posted_at: Some(at("2026-11-20T01:00:00Z")),
        text: text.map(str::to_owned),
        secret: text.is_none(),
        first_seen_at: at("2026-11-21T00:00:05Z"),
        gone_at: None,
        withdrawn_at: None,
    }
}

pub(super) fn article(id: i64) -> ArticleRecord {
    ArticleRecord {
        id,
        board: "news".into(),
        key: ArticleKey::new("board.example", &id.to_string()),
        url: format!("https://board.example/news/{id}"),
        rank: Some(12),
        title: "도서관 개관 안내".into(),
        author: Some("사서".into()),
        posted_at: Some(at("2026-11-19T15:00:00Z")),
        posted_at_precision: Some("day".into()),
        posted_text: Some("2026.11.20".into()),
        category: Some("알림".into()),
        source: None,
        text: Some("첫 문단이다.\n둘째 문단이다.".into()),
        images: vec![Image {
            url: "https://board.example/a.jpg".into(),
            alt: None,
            caption: Some("새 건물".into()),
        }],
        attachments: vec![Attachment {
            key: "7".into(),
            name: "안내문.pdf".into(),
            url: "https://board.example/files/7".into(),
            size: Some(20_480),
        }],
        comments: vec![
            comment("1", None, Some("좋네요")),
            comment("2", Some("1"), None),
        ],
        tags: vec!["도서관".into()],
        views: Some(31),
        votes: None,
        comment_count: Some(2),
        notice: false,
        state: ArticleState::Stored,
        state_reason: None,
        first_seen_at: at("2026-11-21T00:00:00Z"),
        fetched_at: Some(at("2026-11-21T00:00:05Z")),
        gone_at: None,
        vanished: None,
        revision_count: 1,
        content_hash: Some("00ff".into()),
        story: None,
        duplicate_of: None,
        comments_complete: true,
    }
}

pub(super) fn board(name: &str) -> BoardStatus {
    BoardStatus {
        counts: BoardCounts {
            name: name.into(),
            url: format!("https://board.example/{name}"),
            profile: "rhymix".into(),
            n_articles: 1_204,
            n_stored: 1_190,
            n_pending: 3,
            n_restricted: 8,
            n_gone: 2,
            n_failed: 1,
            n_comments: 77,
            newest_posted_at: Some(at("2026-11-20T01:00:00Z")),
        },
        board: Board {
            id: BoardId(1),
            name: name.into(),
            url: format!("https://board.example/{name}")
                .parse()
                .expect("a URL"),
            key: format!("board.example/{name}"),
            host: "board.example".into(),
            profile: "rhymix".into(),
        },
        last_pass: None,
        open_pass: None,
        n_jobs_queued: 4,
        n_gaps: 0,
        trouble: None,
        health: None,
    }
}

fn hit_of(article: &ArticleRecord) -> Hit {
    Hit {
        board: article.board.clone(),
        url: article.url.clone(),
        title: article.title.clone(),
        author: article.author.clone(),
        source: article.source.clone(),
        state: article.state,
        category: article.category.clone(),
        text: article.text.clone().unwrap_or_default(),
        ..hit(article.id)
    }
}

pub(super) fn hit(id: i64) -> Hit {
    Hit {
        id,
        board: "news".into(),
        key: ArticleKey::new("board.example", &id.to_string()),
        url: format!("https://board.example/news/{id}?a=1&b=2"),
        title: "도서관 <개관> & 안내".into(),
        author: Some("사서".into()),
        source: None,
        posted_at: Some(at("2026-11-19T15:00:00Z")),
        posted_at_precision: Some("day".into()),
        first_seen_at: at("2026-11-20T00:00:00Z"),
        state: ArticleState::Stored,
        gone_at: None,
        vanished: None,
        category: Some("알림".into()),
        comment_count: Some(2),
        revision_count: 1,
        revised_at: Some(at("2026-11-20T00:00:00Z")),
        text: "첫 <문단>\n\n둘째".into(),
    }
}

/// One that was given up, about a post with this title.
pub(super) fn message(id: i64, title: &str) -> MessageRecord {
    MessageRecord {
        id,
        notifier: "desk".into(),
        key: format!("msg_{id}"),
        made_at: at("2026-11-21T00:00:00Z"),
        due_at: None,
        n_tries: 12,
        error: Some("answered 500".into()),
        events: vec![crate::store::EventRecord {
            id,
            at: at("2026-11-21T00:00:00Z"),
            kind: crate::model::EventKind::Stored,
            board: "news".into(),
            article: Some(crate::store::EventArticle {
                id: 1,
                key: "board.example/1".into(),
                url: "https://board.example/news/1".into(),
                title: title.into(),
                author: None,
                posted_at: None,
                text: title.into(),
            }),
            revision: None,
            note: None,
            is_backlog: false,
        }],
    }
}
