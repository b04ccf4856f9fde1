//! Pages in the shape of Rhymix 2's stock `default` skin (BOARDS.md 1): our own words in the engine's structure.

use super::board::{Board, Comment, Draft, Post};
use super::server::{Reply, Request};
use super::site::{Asked, Order, Page, PastEnd, by_last_reply, escape, part_html};

/// How many page numbers the pager shows at once.
const PAGER_WIDTH: usize = 10;
/// Parameters of links that act, sort, filter, print or switch the layout.
const STRAY: [&str; 12] = [
    "act",
    "module",
    "category",
    "search_target",
    "search_keyword",
    "sort_index",
    "order_type",
    "listStyle",
    "m",
    "l",
    "comment_srl",
    "file_srl",
];

pub fn asked(request: &Request) -> Asked {
    if request.path() == "/robots.txt" {
        return Asked::Robots;
    }
    let number = |text: &str| text.parse::<u64>().ok();
    let page = request
        .query("page")
        .and_then(|page| page.parse().ok())
        .unwrap_or(1);
    let comment_page = request.query("cpage").and_then(|page| page.parse().ok());
    let segments: Vec<&str> = request
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty() && *segment != "index.php")
        .collect();
    let article = |board: Option<String>, id: u64| Asked::Article {
        board,
        id,
        comment_page,
        page,
    };
    if STRAY.iter().any(|name| request.query(name).is_some()) {
        return Asked::Stray;
    }
    let in_query = request.query("document_srl").and_then(|id| id.parse().ok());
    match (segments.as_slice(), in_query) {
        ([board, id], None) if number(id).is_some() => {
            article(Some((*board).to_owned()), number(id).unwrap_or_default())
        }
        ([id], None) if number(id).is_some() => article(None, number(id).unwrap_or_default()),
        ([board], Some(id)) => article(Some((*board).to_owned()), id),
        ([], Some(id)) => article(request.query("mid"), id),
        ([board], None) => Asked::Listing {
            board: (*board).to_owned(),
            page,
        },
        ([], None) => match request.query("mid") {
            Some(board) => Asked::Listing { board, page },
            None => Asked::Stray,
        },
        _ => Asked::Stray,
    }
}

pub fn answer(page: &mut Page<'_>, asked: &Asked) -> Reply {
    let reply = match asked {
        Asked::Listing { board, page: n } => listing_page(page, board, *n),
        Asked::Article {
            board,
            id,
            comment_page,
            page: n,
        } => article_page(page, board.as_deref(), *id, *comment_page, *n),
        _ => not_found(page),
    };
    // Without its cookies every visitor is a new one.
    if page.request.has_cookie("PHPSESSID") {
        return reply;
    }
    let session = page.state.rng.hex32();
    reply
        .header(
            "Set-Cookie",
            &format!("PHPSESSID={session}; path=/; HttpOnly"),
        )
        .header("Set-Cookie", "rx_login_status=none; path=/")
        .header("Set-Cookie", "rx_uatype=ab12%3A0; path=/")
}

fn listing_page(page: &mut Page<'_>, name: &str, n: usize) -> Reply {
    let Some(board) = page.state.boards.board(name) else {
        return not_found(page);
    };
    let n_pages = page.slice(board.order.len(), n, 0).n_pages;
    if n > n_pages {
        match page.state.quirks.past_end {
            PastEnd::NotFound => return not_found(page),
            PastEnd::RedirectToLast => {
                return Reply::redirect(302, &format!("/{name}?page={n_pages}"));
            }
            PastEnd::Empty | PastEnd::LastPageAgain | PastEnd::FirstPage => {}
        }
    }
    let list = list(page, board, n, None);
    themed(
        page,
        name,
        "",
        &format!("<div class=\"board\">{list}</div>"),
        None,
    )
}

fn article_page(
    page: &mut Page<'_>,
    board_in_url: Option<&str>,
    id: u64,
    comment_page: Option<usize>,
    n: usize,
) -> Reply {
    let Some(home) = page
        .state
        .boards
        .home_of(id)
        .map(|board| board.name.clone())
    else {
        return not_found(page);
    };
    if board_in_url != Some(home.as_str()) {
        return Reply::redirect(301, &format!("/{home}/{id}"));
    }
    page.state.boards.post_mut(&home, id).views += 1;
    let board = page.state.boards.board(&home).expect("found just now");
    if board.members_only {
        let body = login_form("로그인이 필요합니다.");
        return themed(page, &home, "", &body, None).status(403);
    }
    let post = &board.posts[&id];
    let content = page.state.boards.content(&home, id);
    let secret = post.secret;
    let mut rng = page.state.rng.clone();
    let body = if secret {
        password_form(&home, id)
    } else {
        let parts: String = content
            .parts
            .iter()
            .map(|part| part_html(part, &mut rng))
            .collect();
        format!(
            "<!--BeforeDocument({id},0)--><div class=\"document_{id}_0 rhymix_content xe_content\">{parts}</div>\
             <!--AfterDocument({id},0)-->"
        )
    };
    let read = read(page, board, post, &content, &body);
    let comments = if secret {
        "<div class=\"feedback\" id=\"comment\"><div class=\"fbHeader\"><h2>댓글 <em>0</em></h2></div></div>".to_owned()
    } else {
        comments(page, board, post, comment_page)
    };
    let below = if page.state.quirks.listing_under_article {
        list(page, board, n, Some(id))
    } else {
        String::new()
    };
    let title = content.title.clone();
    page.state.rng = rng;
    let canonical = format!("{}/{home}/{id}", page.origin);
    let body = format!("<div class=\"board\">{read}{comments}{below}</div>");
    themed(page, &home, &title, &body, Some(&canonical)).status(if secret { 403 } else { 200 })
}

/// A path with the session id that some sites put into every link.
fn link(page: &Page<'_>, path: &str) -> String {
    match &page.session {
        Some(session) => {
            let mark = if path.contains('?') { '&' } else { '?' };
            escape(&format!("{path}{mark}PHPSESSID={session}"))
        }
        None => escape(path),
    }
}

fn themed(
    page: &mut Page<'_>,
    board: &str,
    title: &str,
    body: &str,
    canonical: Option<&str>,
) -> Reply {
    let csrf = page.state.rng.hex32();
    let site = page.state.quirks.site_name;
    let origin = &page.origin;
    let title = if title.is_empty() {
        format!("{site} {board}")
    } else {
        format!("{} - {site}", escape(title))
    };
    let canonical = canonical.map_or(String::new(), |url| {
        format!("<link rel=\"canonical\" href=\"{}\" />\n", escape(url))
    });
    let category = escape(&format!("/{board}?category=79"));
    Reply::html(format!(
        r##"<!DOCTYPE html>
<html lang="ko">
<head>
<meta charset="utf-8">
<meta name="generator" content="Rhymix">
<meta name="csrf-token" content="{csrf}" />
<title>{title}</title>
{canonical}<link rel="stylesheet" href="/files/cache/assets/compiled/site.min.css?t=1795448263" />
<link rel="stylesheet" href="/modules/board/skins/default/board.default.css?t=1795448215" />
<script>
var default_url = "{origin}/";
var current_url = "{origin}/?mid={board}";
var current_mid = "{board}";
var rewrite_level = 1;
</script>
</head>
<body>
<p class="skip"><a href="#content">메뉴 건너뛰기</a></p>
<div class="container">
<header class="header"><h1><a href="/">{site}</a></h1>
<nav class="gnb"><ul><li><a href="/{board}">게시판</a></li></ul></nav>
<a href="/index.php?mid={board}&amp;act=dispMemberLoginForm">로그인</a>
<a href="/index.php?mid={board}&amp;act=IS&amp;is_keyword=%EB%A7%88%EC%9D%84">검색</a></header>
<div class="body"><div class="content" id="content">
<ul class="cTab"><li class="on"><a href="/{board}">전체</a></li><li><a href="/{board}/category/79">마을</a></li>
<li><a href="{category}">소식</a></li></ul>
{body}
</div></div>
<footer class="footer"><p>{site}. Powered by <a href="https://www.rhymix.org/">Rhymix</a></p></footer>
</div>
</body>
</html>
"##
    ))
    .header("Cache-Control", "must-revalidate, no-store, no-cache")
    .header("Expires", "Thu, 01 Jan 1997 00:00:00 GMT")
}

fn not_found(page: &mut Page<'_>) -> Reply {
    let body = login_form("대상을 찾을 수 없습니다.");
    themed(page, "index", "", &body, None).status(404)
}

fn login_form(heading: &str) -> String {
    format!(
        r#"<div id="access"><div class="login-header"><h1>{heading}</h1></div>
<div class="login-body"><form id="message_login_form" action="/index.php?act=procMemberLogin" method="post">
<input type="hidden" name="act" value="procMemberLogin" /><input type="text" name="user_id" title="아이디" />
<input type="password" name="password" title="비밀번호" /><button type="submit">로그인</button></form></div>
<div class="login-footer"><a href="/index.php?act=dispMemberSignUpForm">회원가입</a></div></div>"#
    )
}

fn password_form(board: &str, id: u64) -> String {
    format!(
        r#"<form action="/" method="get" onsubmit="return procFilter(this, input_password)">
<input type="hidden" name="mid" value="{board}" /><input type="hidden" name="document_srl" value="{id}" />
<p><label for="cpw">비밀글입니다. 비밀번호를 입력하세요.</label></p>
<p><input type="password" name="password" id="cpw" class="iText" /><input type="submit" value="입력" class="btn" /></p>
</form>"#
    )
}

fn read(page: &Page<'_>, board: &Board, post: &Post, content: &Draft, body: &str) -> String {
    let (name, id) = (&board.name, post.id);
    let category = content.category.as_ref().map_or(String::new(), |category| {
        format!(
            "<a href=\"/{name}/category/79\" class=\"category\">{}</a>",
            escape(category)
        )
    });
    let files = files(page, content);
    let tags = if content.tags.is_empty() {
        String::new()
    } else {
        let links: String = content
            .tags
            .iter()
            .map(|tag| {
                let tag = escape(tag);
                format!(
                    "<a href=\"/{name}?search_target=tag&amp;search_keyword={tag}\" class=\"tag\" rel=\"tag\">{tag}</a><span>,</span>"
                )
            })
            .collect();
        format!("<span class=\"tags\">{links}</span>")
    };
    format!(
        r##"<div class="board_read">
<div class="read_header">
<h1>{category}<a href="{origin}/{name}/{id}">{title}</a></h1>
<p class="time">
{time}</p>
<p class="meta">
{author}<span class="sum"><span class="read">조회 수:{views}</span> <span class="vote">추천:{votes}</span></span>
</p>
</div>
<div class="read_body">
{body}</div>
<div class="read_footer">
{files}<div class="tns">{tags}<a class="document_{id} action" href="#popup_menu_area" onclick="return false">이 게시물을</a>
<ul class="sns"><li class="twitter link"><a href="https://social.example/share">짹짹이로 공유</a></li>
<li class="facebook link"><a href="https://friends.example/share">얼굴책으로 공유</a></li></ul></div>
<div class="btnArea"><a class="btn" href="/index.php?mid={name}&amp;act=dispBoardWrite&amp;document_srl={id}">수정</a>
<a class="btn" href="/index.php?mid={name}&amp;act=dispBoardDelete&amp;document_srl={id}">삭제</a>
<a class="btn" href="/index.php?mid={name}&amp;document_srl={id}&amp;act=dispDocumentPrint">인쇄</a>
<a href="{list}" class="btn">목록</a></div>
</div>
</div>
"##,
        origin = page.origin,
        title = escape(&content.title),
        time = page.local(post.posted).strftime("%Y.%m.%d %H:%M"),
        author = escape(&content.author),
        views = post.views,
        votes = post.votes,
        list = link(page, &format!("/{name}")),
    )
}

fn files(page: &Page<'_>, content: &Draft) -> String {
    if content.files.is_empty() {
        return String::new();
    }
    // The token differs on each view.
    let mut tokens = page.state.rng.clone();
    let items: String = content
        .files
        .iter()
        .map(|file| {
            format!(
                "<li><a href=\"/index.php?module=file&amp;act=procFileDownload&amp;file_srl={}&amp;sid={}\">{} \
                 <span class=\"fileSize\">[File Size:{}/Download:1]</span></a></li>",
                file.id,
                tokens.hex32(),
                escape(&file.name),
                file.size
            )
        })
        .collect();
    format!(
        "<div class=\"fileList\"><button type=\"button\" class=\"toggleFile\">첨부 [<strong>{}</strong>]</button>\
         <ul class=\"files\">{items}</ul></div>",
        content.files.len()
    )
}

fn comments(page: &Page<'_>, board: &Board, post: &Post, wanted: Option<usize>) -> String {
    let per_page = page.state.quirks.comments_per_page;
    let n_pages = post.comments.len().div_ceil(per_page).max(1);
    // Without a number the last page is shown; a number past the end is the last page, too.
    let shown = wanted.unwrap_or(n_pages).clamp(1, n_pages);
    let items: String = post
        .comments
        .iter()
        .skip((shown - 1) * per_page)
        .take(per_page)
        .map(|comment| comment_item(page, &board.name, comment))
        .collect();
    let pager = if n_pages > 1 {
        let numbers: String = (1..=n_pages)
            .map(|n| {
                if n == shown {
                    format!("<strong>{n}</strong> ")
                } else {
                    format!(
                        "<a href=\"/{}/{}?cpage={n}#comment\">{n}</a> ",
                        board.name, post.id
                    )
                }
            })
            .collect();
        let (name, id) = (&board.name, post.id);
        format!(
            "<div class=\"pagination\"><a href=\"/{name}/{id}?cpage=1#comment\" class=\"direction prev\">첫 페이지</a> \
             {numbers}<a href=\"/{name}/{id}?cpage={n_pages}#comment\" class=\"direction next\">끝 페이지</a></div>"
        )
    } else {
        String::new()
    };
    format!(
        r#"<div class="feedback" id="comment">
<div class="fbHeader"><h2>댓글 <em>{n}</em></h2></div>
<ul class="fbList">{items}</ul>
{pager}
<form action="/" method="post" class="write_comment"><input type="hidden" name="act" value="" />
<input type="hidden" name="mid" value="{name}" /><input type="hidden" name="document_srl" value="{id}" />
<textarea name="content"></textarea><button type="submit">댓글 쓰기</button></form>
</div>
"#,
        n = post.comments.len(),
        name = board.name,
        id = post.id,
    )
}

fn comment_item(page: &Page<'_>, board: &str, comment: &Comment) -> String {
    let id = comment.id;
    let indent = match comment.depth {
        0 => String::new(),
        depth => format!(" indent indent{depth}"),
    };
    let body = if comment.secret {
        format!(
            "<form action=\"/\" method=\"get\" class=\"rhymix_content xe_content\"><p><label for=\"cpw_{id}\">\
             비밀글입니다. 비밀번호를 입력하세요.</label></p><p><input type=\"password\" name=\"password\" id=\"cpw_{id}\" />\
             </p><input type=\"hidden\" name=\"comment_srl\" value=\"{id}\" /></form>"
        )
    } else {
        format!(
            "<!--BeforeComment({id},0)--><div class=\"comment_{id}_0 rhymix_content xe_content\"><p>{}</p></div>\
             <!--AfterComment({id},0)-->",
            escape(&comment.text)
        )
    };
    let act = |what: &str| format!("/index.php?mid={board}&amp;act={what}&amp;comment_srl={id}");
    format!(
        r#"<li class="fbItem{indent}" id="comment_{id}">
<div class="fbMeta"><h3 class="author"><strong>{author}</strong></h3>
<p class="time">{time}</p></div>
{body}<p class="action"><a href="{reply}" class="reply">댓글</a><a href="{edit}" class="modify">수정</a><a href="{delete}" class="delete">삭제</a></p>
</li>"#,
        author = escape(&comment.author),
        time = page.local(comment.posted).strftime("%Y.%m.%d %H:%M"),
        reply = act("dispBoardReplyComment"),
        edit = act("dispBoardModifyComment"),
        delete = act("dispBoardDeleteComment"),
    )
}

/// The listing: on its own page, or under the article `open`.
fn list(page: &Page<'_>, board: &Board, n: usize, open: Option<u64>) -> String {
    let name = &board.name;
    let slice = page.slice(board.order.len(), n, 0);
    let sorted = match page.state.quirks.order {
        Order::Newest => None,
        Order::LastReply => Some(by_last_reply(board)),
    };
    let order = sorted.as_deref().unwrap_or(&board.order);
    let mut rows = String::new();
    for id in &board.notices {
        rows += &row(page, board, &board.posts[id], None, n, open);
    }
    for place in slice.rows.clone() {
        let post = &board.posts[&order[place]];
        if page.shows(post) {
            rows += &row(page, board, post, Some(page.number(board, place)), n, open);
        }
    }
    format!(
        r#"<div class="board_list" id="board_list">
<table width="100%" border="1" cellspacing="0" summary="List of Articles">
<thead><tr>
<th scope="col"><span>번호</span></th><th scope="col" class="title"><span>제목</span></th><th scope="col"><span>글쓴이</span></th><th scope="col"><span><a href="/{name}?sort_index=regdate&amp;order_type=desc">날짜</a></span></th></tr>
</thead>
<tbody>
{rows}</tbody></table>
</div><div class="list_footer">
{pager}
<div class="btnArea"><a href="/index.php?mid={name}&amp;act=dispBoardWrite" class="btn">쓰기</a></div>
<form action="{origin}/" method="get" id="board_search" class="board_search"><input type="hidden" name="mid" value="{name}" />
<input type="text" name="search_keyword" value="" title="검색" /><button type="submit" class="btn">검색</button></form>
<a href="/index.php?mid={name}&amp;act=dispBoardTagList" class="tagSearch">태그</a>
</div>
"#,
        origin = page.origin,
        pager = pager(page, name, slice.page, slice.n_pages, slice.current_shown),
    )
}

fn row(
    page: &Page<'_>,
    board: &Board,
    post: &Post,
    number: Option<String>,
    n: usize,
    open: Option<u64>,
) -> String {
    let is_notice = number.is_none();
    let (name, id) = (&board.name, post.id);
    let is_open = open == Some(id);
    let path = if n > 1 && page.state.quirks.page_in_links {
        format!("/{name}/{id}?page={n}")
    } else {
        format!("/{name}/{id}")
    };
    let number = match number {
        _ if is_open => "&raquo;".to_owned(),
        None => "공지".to_owned(),
        Some(number) => number,
    };
    let cell = if is_notice { "notice" } else { "no" };
    let row_class = if is_notice { " class=\"notice\"" } else { "" };
    let mark = if is_open {
        page.state.quirks.current_mark
    } else {
        ""
    };
    let mut icons = String::new();
    let replies = post.comments.len();
    if replies > 0 {
        icons += &format!(
            "<a href=\"{}#comment\" class=\"replyNum\" title=\"Replies\">[{replies}]</a>",
            link(page, &path)
        );
    }
    let icon = |what: &str| {
        format!(
            "<img src=\"/modules/document/tpl/icons/default/{what}.gif\" alt=\"{what}\" title=\"{what}\" />"
        )
    };
    if post.secret {
        icons += &icon("secret");
    }
    if page.now.duration_since(post.posted) < jiff::SignedDuration::from_hours(24) {
        icons += &icon("new");
    }
    format!(
        r##"<tr{row_class}>
<td class="{cell}">
{number}</td><td class="title">
<a href="{href}">{mark}{title}</a>
{icons}</td><td class="author"><a href="#popup_menu_area" class="member_0" onclick="return false">{author}</a></td><td class="time">{date}</td></tr>
"##,
        href = link(page, &path),
        title = escape(&page.state.boards.title(board, post)),
        author = escape(&page.state.boards.author(board, post)),
        date = page.local(post.posted).strftime("%Y.%m.%d"),
    )
}

fn pager(page: &Page<'_>, name: &str, shown: usize, n_pages: usize, current: bool) -> String {
    let to = |n: usize| {
        let path = if n == 1 {
            format!("/{name}")
        } else {
            format!("/{name}?page={n}")
        };
        link(page, &path)
    };
    let first = (shown.min(n_pages) - 1) / PAGER_WIDTH * PAGER_WIDTH + 1;
    let numbers: String = (first..(first + PAGER_WIDTH).min(n_pages + 1))
        .map(|n| {
            if n == shown && current {
                format!("<strong>{n}</strong>")
            } else {
                format!("<a href=\"{}\">{n}</a>", to(n))
            }
        })
        .collect();
    let last = if page.state.quirks.pager_shows_last {
        format!(
            "<a href=\"{}\" class=\"direction next\">끝 페이지 <span></span><span></span></a>",
            to(n_pages)
        )
    } else {
        String::new()
    };
    format!(
        "<div class=\"pagination\"><a href=\"{}\" class=\"direction prev\"><span></span><span></span> 첫 페이지</a>\n{numbers}{last}\n</div>",
        to(1)
    )
}
