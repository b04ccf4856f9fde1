//! A board: its latest articles, its rhythm, what changed and vanished, its passes, holes, and what troubles it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::answer::{self, Problem};
use super::chart::Rhythm;
use super::find::{Shown, page_number};
use super::overview::BoardGlance;
use super::reader::{Reader, segment};
use super::{Vitals, Web, Zones};
use crate::health::audit::{Audit, HoleReason, Proof, audit};
use crate::model::EventKind;
use crate::outputs::OutputError;
use crate::store::{Archive, ChangeRecord, Hit, PassSummary};

/// Articles on a page.
const N_ON_PAGE: u32 = 30;
const N_CHANGES: u32 = 30;
const N_PASSES: u32 = 12;
/// Holes that are listed; there may be one a page of a listing.
const MOST_HOLES: usize = 20;
/// The rhythm is of the last eight weeks.
const RHYTHM: SignedDuration = SignedDuration::from_hours(24 * 7 * 8);

/// All that a board's page tells.
#[derive(Debug, Clone, Serialize)]
pub(super) struct BoardDetail {
    #[serde(flatten)]
    pub(super) glance: BoardGlance,
    pub(super) audit: Audit,
    /// Of posts that tell their hour.
    pub(super) rhythm: Rhythm,
    pub(super) changes: Vec<ChangeRecord>,
    /// Newest first.
    pub(super) passes: Vec<PassSummary>,
}

impl BoardDetail {
    /// `None`: there is no such board.
    pub(super) fn read(
        archive: &dyn Archive,
        name: &str,
        zones: &Zones,
        now: Timestamp,
    ) -> Result<Option<Self>, OutputError> {
        let boards = archive.boards()?;
        let Some(status) = boards.into_iter().find(|board| board.counts.name == name) else {
            return Ok(None);
        };
        let board = status.board.clone();
        let counts = archive.posts_by_quarter(board.id, now - RHYTHM, true)?;
        let passes = archive.last_passes(board.id, N_PASSES)?;
        let audit = audit(archive.audit(&board)?);
        Ok(Some(Self {
            glance: BoardGlance::read(archive, status, &audit, zones, now)?,
            audit,
            rhythm: Rhythm::of(&counts, zones.of(name)),
            changes: archive.last_changes(board.id, N_CHANGES)?,
            passes: passes.into_iter().rev().map(PassSummary::from).collect(),
        }))
    }
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage<'a> {
    reader: &'a Reader,
    detail: &'a BoardDetail,
    board: &'a BoardGlance,
    vitals: Vitals,
    shown: Vec<Shown<'a>>,
    page: u32,
    more: bool,
}

impl BoardPage<'_> {
    fn to_page(&self, page: u32) -> String {
        let name = segment(&self.board.status.counts.name);
        self.reader.to(&format!("/boards/{name}?page={page}"))
    }

    fn to_feed(&self, format: &str) -> String {
        let name = segment(&self.board.status.counts.name);
        format!("/feeds/{name}.{format}")
    }

    /// What the operator can do about the verdict.
    fn advice(&self) -> &str {
        let say = |english, korean| self.reader.say(english, korean);
        match self.board.verdict() {
            Some("quiet") => say(
                "Open the board in a browser. If there are newer posts, its listing is read wrongly: try boardwalk explain. \
                 If there are none, nothing is wrong here.",
                "브라우저로 게시판을 열어 보세요. 새 글이 있다면 목록을 잘못 읽는 것이니 boardwalk explain으로 확인하세요. \
                 없다면 문제가 아닙니다.",
            ),
            Some("layout-changed") => say(
                "The board looks other than before. boardwalk explain shows what is still found; boardwalk add learns it anew.",
                "게시판의 구조가 바뀌었습니다. boardwalk explain으로 무엇을 찾는지 보고, boardwalk add로 다시 배우게 하세요.",
            ),
            Some("blocked") => say(
                "The host asks us to stay away, and so we do. A slower rate, or a word with its operator, may help.",
                "호스트가 접근을 막아 요청을 멈추었습니다. 속도를 낮추거나 운영자에게 문의하세요.",
            ),
            Some("login-lost") => say(
                "The board is shown to members only now. What was read before is kept.",
                "이제 회원에게만 보이는 게시판입니다. 전에 읽은 내용은 보관되어 있습니다.",
            ),
            Some("unreachable") => say(
                "No page comes. If a browser on this machine can open it, look at name resolution and proxies with boardwalk doctor.",
                "응답이 없습니다. 이 컴퓨터의 브라우저로는 열린다면 boardwalk doctor로 이름 풀이와 프록시를 확인하세요.",
            ),
            Some("not-recognised") => say(
                "No profile reads its pages. boardwalk add shows what is missing, and takes a page of the board as its teacher.",
                "이 게시판을 읽을 방법을 알지 못합니다. boardwalk add로 무엇이 부족한지 확인하고 다시 배우게 하세요.",
            ),
            _ => "",
        }
    }

    fn hole_reason(&self, reason: &HoleReason) -> &str {
        let say = |english, korean| self.reader.say(english, korean);
        match reason {
            HoleReason::Unread => say("a page there could not be read", "읽지 못한 쪽"),
            HoleReason::Torn => say("rows shifted while it was walked", "읽는 동안 글이 밀림"),
            HoleReason::Limit => say("a limit ended the walk above it", "수집 범위 밖"),
            HoleReason::NeverRead => say("no pass has been there", "아직 가지 않은 곳"),
            HoleReason::Hidden => say("the list jumps over them", "목록이 건너뛰는 번호"),
        }
    }

    fn end(&self, pass: &PassSummary) -> &str {
        let say = |english, korean| self.reader.say(english, korean);
        match pass.end {
            Some("complete") => say("to the end", "끝까지"),
            Some("caught up") => say("caught up", "새 글까지"),
            Some("limit") => say("to its limit", "한도까지"),
            Some("stopped") => say("stopped", "중단"),
            _ => "",
        }
    }

    fn weekday(&self, index: &usize) -> &str {
        const ENGLISH: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        const KOREAN: [&str; 7] = ["월", "화", "수", "목", "금", "토", "일"];
        self.reader.say(ENGLISH[index % 7], KOREAN[index % 7])
    }

    fn zone_name(&self) -> &str {
        self.reader.zone.iana_name().unwrap_or("UTC")
    }

    fn holes_shown(&self) -> usize {
        self.detail.audit.holes.len().min(MOST_HOLES)
    }
}

pub(super) async fn page(
    State(web): State<Web>,
    Path(name): Path<String>,
    reader: Reader,
) -> Response {
    let page = page_number(&reader);
    let (detail, latest) = match read(&web, name, page).await {
        Ok(found) => found,
        Err(problem) => return answer::problem_page(&reader, &problem),
    };
    let board = &detail.glance;
    let reader = reader.in_zone(web.zones.of(&board.status.counts.name).clone());
    let n_on_page = N_ON_PAGE as usize;
    let page = BoardPage {
        reader: &reader,
        detail: &detail,
        board,
        vitals: web.vitals(),
        shown: latest
            .iter()
            .take(n_on_page)
            .map(|hit| Shown::new(hit, &[]))
            .collect(),
        page,
        more: latest.len() > n_on_page,
    };
    answer::page(&reader, Ok::<_, Problem>(page))
}

/// The board, and the articles of a page of it, and one more where there are more.
async fn read(web: &Web, name: String, page: u32) -> Result<(BoardDetail, Vec<Hit>), Problem> {
    let (zones, now) = (web.zones.clone(), web.now());
    let read = web.read(move |archive| {
        let Some(detail) = BoardDetail::read(archive, &name, &zones, now)? else {
            return Ok(None);
        };
        let board = detail.glance.status.board.id;
        let latest = archive.latest(board, N_ON_PAGE + 1, (page - 1) * N_ON_PAGE)?;
        Ok(Some((detail, latest)))
    });
    read.await?.ok_or(Problem::NotThere)
}

/// As the JSON API tells it.
pub(super) async fn detail(web: &Web, name: String) -> Result<BoardDetail, Problem> {
    let (zones, now) = (web.zones.clone(), web.now());
    let read = web.read(move |archive| BoardDetail::read(archive, &name, &zones, now));
    read.await?.ok_or(Problem::NotThere)
}
