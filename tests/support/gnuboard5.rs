//! Pages in the shape of gnuboard5's stock skins `basic` and `gallery` (BOARDS.md 2), with and without rewriting, in
//! UTF-8 or, as gnuboard4 had it, in EUC-KR: our own words in the engine's structure.

use encoding_rs::EUC_KR;

use super::board::{Board, Comment, Draft, Part, Post};
use super::server::{Reply, Request};
use super::site::{Asked, Engine, Order, Page, PastEnd, by_last_reply, escape, part_html};

/// How many page numbers the pager shows at once.
const PAGER_WIDTH: usize = 10;
/// The stock skins cut titles to this many characters.
const LISTING_TITLE_CHARS: usize = 60;
const HEADING_CHARS: usize = 70;
/// Parameters of links that act, sort, filter or switch the device.
const STRAY: [&str; 9] = [
    "w", "sca", "sfl", "stx", "sst", "sod", "sop", "c_id", "device",
];
/// md5 of `ck_visit_ip`, the same on every gnuboard site.
const VISIT_COOKIE: &str = "2a0d2363701f23f8a75028924a3af643";

pub fn asked(request: &Request) -> Asked {
    match request.path() {
        "/robots.txt" => return Asked::Robots,
        "/bbs/password.php" if request.query("w").as_deref() == Some("s") => {
            return Asked::Password;
        }
        _ => {}
    }
    if STRAY.iter().any(|name| request.query(name).is_some()) {
        return Asked::Stray;
    }
    let page = request
        .query("page")
        .and_then(|page| page.parse().ok())
        .unwrap_or(1);
    let article = |board: String, id: u64| Asked::Article {
        board: Some(board),
        id,
        comment_page: None,
        page,
    };
    if request.path() == "/bbs/board.php" {
        let id = request.query("wr_id").and_then(|id| id.parse().ok());
        return match (request.query("bo_table"), id) {
            (Some(board), Some(id)) => article(board, id),
            (Some(board), None) => Asked::Listing { board, page },
            (None, _) => Asked::Stray,
        };
    }
    let segments: Vec<&str> = request
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    match segments.as_slice() {
        ["bbs" | "data" | "rss", ..] => Asked::Stray,
        [board] => Asked::Listing {
            board: (*board).to_owned(),
            page,
        },
        [board, id] => match id.parse() {
            Ok(id) => article((*board).to_owned(), id),
            Err(_) => Asked::Stray,
        },
        _ => Asked::Stray,
    }
}

pub fn answer(page: &mut Page<'_>, asked: &Asked) -> Reply {
    let by_path = !page.request.path().starts_with("/bbs/");
    let html = match asked {
        _ if by_path && rewrite(page) == 0 => {
            return Reply::html("<html><head><title>404 Not Found</title></head></html>")
                .status(404);
        }
        Asked::Listing { board, page: n } => match listing_page(page, board, *n) {
            Ok(html) => html,
            Err(reply) => return reply,
        },
        Asked::Article {
            board: Some(board),
            id,
            page: n,
            ..
        } => match article_page(page, board, *id, *n) {
            Ok(html) => html,
            Err(reply) => return reply,
        },
        Asked::Password => password_page(page),
        _ => alert(page, "잘못된 접근입니다."),
    };
    let reply = if page.state.quirks.euc_kr {
        // What the header leaves out, the markup says, in words that mean CP949.
        let (bytes, _, _) = EUC_KR.encode(&html);
        Reply::new(200, "text/html", bytes.into_owned())
    } else {
        Reply::html(html)
    };
    let reply = reply
        .header("Expires", "0")
        .header("Cache-Control", "pre-check=0, post-check=0, max-age=0")
        .header("Pragma", "no-cache");
    if page.request.has_cookie("PHPSESSID") {
        return reply;
    }
    let session = page.state.rng.hex32();
    reply
        .header("Set-Cookie", &format!("PHPSESSID={session}; path=/; HttpOnly"))
        .header("Set-Cookie", &format!("{VISIT_COOKIE}=MTI3LjAuMC4x; path=/"))
        .header("P3P", "CP=\"ALL CURa ADMa DEVa TAIa OUR BUS IND PHY ONL UNI PUR FIN COM NAV INT DEM CNT STA POL HEA PRE LOC OTC\"")
}

fn rewrite(page: &Page<'_>) -> u8 {
    match page.engine {
        Engine::Gnuboard5 { rewrite } => rewrite,
        Engine::Rhymix => 0,
    }
}

/// A page, or an answer that is none.
type Answer = Result<String, Reply>;

fn listing_page(page: &mut Page<'_>, name: &str, n: usize) -> Answer {
    let Some(board) = page.state.boards.board(name) else {
        return Ok(alert(page, "존재하지 않는 게시판입니다."));
    };
    let n_pages = page
        .slice(board.order.len(), n, board.notices.len())
        .n_pages;
    if n > n_pages {
        match page.state.quirks.past_end {
            PastEnd::NotFound => return Err(Reply::html("").status(404)),
            PastEnd::RedirectToLast => {
                let to = listing_path(page, name, n_pages);
                return Err(Reply::redirect(302, &format!("{}{to}", page.origin)));
            }
            PastEnd::Empty | PastEnd::LastPageAgain | PastEnd::FirstPage => {}
        }
    }
    let list = list(page, board, n, None);
    let title = format!("{name} {n} 페이지");
    Ok(themed(page, name, &title, &list))
}

fn article_page(page: &mut Page<'_>, name: &str, id: u64, n: usize) -> Answer {
    let Some(board) = page.state.boards.board(name) else {
        return Ok(alert(page, "존재하지 않는 게시판입니다."));
    };
    if board.members_only {
        return Ok(alert(page, "글을 읽을 권한이 없습니다."));
    }
    // A comment's id stands in the same table.
    let parent = board
        .posts
        .values()
        .find(|post| !post.deleted && post.comments.iter().any(|comment| comment.id == id));
    if let Some(parent) = parent {
        let to = article_path(page, name, parent.id, 1);
        let mark = if to.contains('?') { "&" } else { "?" };
        return Err(Reply::redirect(
            302,
            &format!("{}{to}{mark}#c_{id}", page.origin),
        ));
    }
    let Some(post) = board.posts.get(&id).filter(|post| !post.deleted) else {
        return Ok(alert(
            page,
            "글이 존재하지 않습니다.\\n\\n글이 삭제되었거나 이동된 경우입니다.",
        ));
    };
    if post.secret {
        return Err(Reply::redirect(
            302,
            &format!(
                "{}/bbs/password.php?w=s&bo_table={name}&wr_id={id}",
                page.origin
            ),
        ));
    }
    page.state.boards.post_mut(name, id).views += 1;
    let mut rng = page.state.rng.clone();
    let content = page.state.boards.content(name, id);
    // Photos without words are uploads: they stand in front of the body. The rest is the body.
    let body: String = content
        .parts
        .iter()
        .map(|part| part_html(part, &mut rng))
        .collect();
    page.state.rng = rng;
    let board = page.state.boards.board(name).expect("found above");
    let post = &board.posts[&id];
    let view = view(page, board, post, &content, &body);
    let below = if page.state.quirks.listing_under_article {
        list(page, board, n, Some(id))
    } else {
        String::new()
    };
    let title = format!("{} > {name} 게시판", content.title);
    Ok(themed(page, name, &title, &format!("{view}{below}")))
}

fn themed(page: &Page<'_>, board: &str, title: &str, body: &str) -> String {
    let origin = &page.origin;
    let site = page.state.quirks.site_name;
    let meta = if page.state.quirks.euc_kr {
        "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=euc-kr\">"
    } else {
        "<meta charset=\"utf-8\">"
    };
    format!(
        r##"<!doctype html>
<html lang="ko">
<head>
{meta}
<title>{title} | {site}</title>
<link rel="stylesheet" href="{origin}/theme/basic/css/default.css?ver=2303229">
<link rel="stylesheet" href="{origin}/skin/board/basic/style.css?ver=2303229">
<script>
var g5_url       = "{origin}";
var g5_bbs_url   = "{origin}/bbs";
var g5_is_member = "";
var g5_bo_table  = "{board}";
var g5_sca       = "";
var g5_cookie_domain = "";
</script>
</head>
<body>
<div id="skip_to_container"><a href="#container">본문 바로가기</a></div>
<div id="hd"><a href="{origin}">{site}</a>
<a href="{origin}/bbs/login.php">로그인</a> <a href="{origin}/bbs/search.php?sfl=wr_subject&amp;stx=test">검색</a></div>
<div id="container">
{body}
</div>
<div id="ft"><a href="{list}?device=mobile">모바일버전</a> {site}</div>
</body>
</html>
"##,
        title = escape(title),
        list = page.request.path(),
    )
}

/// What gnuboard5 says instead of an error status.
fn alert(page: &Page<'_>, words: &str) -> String {
    let origin = &page.origin;
    let site = page.state.quirks.site_name;
    let lines = words.replace("\\n", "<br>");
    format!(
        r#"<!doctype html>
<html lang="ko">
<head>
<meta charset="utf-8">
<title>오류안내 페이지 | {site}</title>
<script>
var g5_url       = "{origin}";
var g5_bbs_url   = "{origin}/bbs";
var g5_bo_table  = "";
</script>
</head>
<body>
<script>
alert("{words}");
document.location.replace("{origin}/bbs/board.php?bo_table=news");
</script>
<noscript>
<div id="validation_check">
<h1>다음 항목에 오류가 있습니다.</h1>
<p class="cbg">{lines}</p>
<div class="btn_confirm"><a href="">돌아가기</a></div>
</div>
</noscript>
</body>
</html>
"#
    )
}

fn password_page(page: &Page<'_>) -> String {
    let board = page.request.query("bo_table").unwrap_or_default();
    let body = r#"<div id="pw_confirm" class="mbskin"><p><strong>비밀글 기능으로 보호된 글입니다.</strong>
작성자와 관리자만 볼 수 있습니다.</p>
<form name="fboardpassword" method="post"><input type="hidden" name="w" value="s">
<input type="password" name="wr_password"><input type="submit" value="확인"></form></div>"#;
    themed(page, &board, "비밀번호 입력", body)
}

fn listing_path(page: &Page<'_>, name: &str, n: usize) -> String {
    match (rewrite(page), n) {
        (0, 1) => format!("/bbs/board.php?bo_table={name}"),
        (0, n) => format!("/bbs/board.php?bo_table={name}&page={n}"),
        (_, 1) => format!("/{name}"),
        (_, n) => format!("/{name}?page={n}"),
    }
}

fn article_path(page: &Page<'_>, name: &str, id: u64, n: usize) -> String {
    let state = n > 1 && page.state.quirks.page_in_links;
    match (rewrite(page), state) {
        (0, false) => format!("/bbs/board.php?bo_table={name}&wr_id={id}"),
        (0, true) => format!("/bbs/board.php?bo_table={name}&wr_id={id}&page={n}"),
        (_, false) => format!("/{name}/{id}"),
        (_, true) => format!("/{name}/{id}?page={n}"),
    }
}

/// Absolute and escaped, with the session id that some sites put into every link.
fn href(page: &Page<'_>, path: &str) -> String {
    let url = format!("{}{path}", page.origin);
    match &page.session {
        Some(session) => {
            let mark = if url.contains('?') { '&' } else { '?' };
            escape(&format!("{url}{mark}PHPSESSID={session}"))
        }
        None => escape(&url),
    }
}

/// The address of a category, which holds the board's own charset.
fn category_href(page: &Page<'_>, name: &str, category: &str) -> String {
    let bytes = if page.state.quirks.euc_kr {
        EUC_KR.encode(category).0.into_owned()
    } else {
        category.as_bytes().to_vec()
    };
    let encoded: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    href(
        page,
        &format!("/bbs/board.php?bo_table={name}&sca={encoded}"),
    )
}

fn cut(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let start: String = text.chars().take(max_chars).collect();
    format!("{start}…")
}

fn view(page: &Page<'_>, board: &Board, post: &Post, content: &Draft, body: &str) -> String {
    let (name, id) = (&board.name, post.id);
    let category = content.category.as_ref().map_or(String::new(), |category| {
        format!("<span class=\"bo_v_cate\">{}</span> ", escape(category))
    });
    let acting = |what: &str| {
        format!(
            "{}/bbs/password.php?w={what}&amp;bo_table={name}&amp;wr_id={id}&amp;page=",
            page.origin
        )
    };
    format!(
        r##"<!-- 게시물 읽기 시작 {{ -->
<article id="bo_v" style="width:100%">
<header><h2 id="bo_v_title">{category}<span class="bo_v_tit">
{heading}</span></h2></header>
<section id="bo_v_info"><h2>페이지 정보</h2>
<div class="profile_info"><div class="profile_info_ct">
<span class="sound_only">작성자</span> <strong><span class="sv_guest">{author}</span></strong><br>
<span class="sound_only">댓글</span><strong><a href="#bo_vc"> {n_comments}건</a></strong>
<span class="sound_only">조회</span><strong> {views}회</strong>
<strong class="if_date"><span class="sound_only">작성일</span> {time}</strong>
</div></div>
<div id="bo_v_top"><ul class="btn_bo_user bo_v_com">
<li><a href="{list}" class="btn_b01 btn">목록</a></li>
<li><a href="{origin}/bbs/write.php?w=r&amp;bo_table={name}&amp;wr_id={id}" class="btn_b01 btn">답변</a></li>
<li><a href="{edit}">수정</a></li><li><a href="{delete}">삭제</a></li></ul></div>
</section>
<section id="bo_v_atc"><h2 id="bo_v_atc_title">본문</h2>
<div id="bo_v_share"><a href="https://social.example/share">짹짹이로 공유</a></div>
<div id="bo_v_img">
{images}</div>
<!-- 본문 내용 시작 {{ -->
<div id="bo_v_con">{body}</div>
<!-- }} 본문 내용 끝 -->
<div id="bo_v_act"><a href="{origin}/bbs/good.php?bo_table={name}&amp;wr_id={id}&amp;good=good" class="bo_v_good"><span class="sound_only">추천</span><strong>{votes}</strong></a></div>
</section>
{files}<!-- 댓글 시작 {{ -->
<section id="bo_vc"><h2>댓글목록</h2>
{comments}</section>
<!-- }} 댓글 끝 -->
<aside id="bo_vc_w" class="bo_vc_w"><h2>댓글쓰기</h2>
<form name="fviewcomment" action="{origin}/bbs/write_comment_update.php" method="post">
<input type="hidden" name="bo_table" value="{name}"><input type="hidden" name="wr_id" value="{id}">
<textarea id="wr_content" name="wr_content"></textarea></form></aside>
</article>
<!-- }} 게시물 읽기 끝 -->
"##,
        heading = escape(&cut(&content.title, HEADING_CHARS)),
        author = escape(&content.author),
        n_comments = post.comments.len(),
        views = post.views,
        votes = post.votes,
        time = page.local(post.posted).strftime("%y-%m-%d %H:%M"),
        list = href(page, &listing_path(page, name, 1)),
        origin = page.origin,
        edit = acting("u"),
        delete = acting("d"),
        images = images(page, name, content),
        files = files(page, board, post, content),
        comments = comments(page, name, id, &post.comments),
    )
}

/// Uploaded pictures stand in front of the body: here every file whose name ends like one.
fn images(page: &Page<'_>, name: &str, content: &Draft) -> String {
    content
        .files
        .iter()
        .filter(|file| is_image(&file.name))
        .map(|file| {
            format!(
                "<a href=\"{0}/bbs/view_image.php?bo_table={name}&amp;fn={1}\" class=\"view_image\">\
                 <img src=\"{0}/data/file/{name}/{1}\" alt=\"\"></a>",
                page.origin,
                escape(&file.name)
            )
        })
        .collect()
}

pub fn is_image(name: &str) -> bool {
    name.ends_with(".jpg") || name.ends_with(".png")
}

fn files(page: &Page<'_>, board: &Board, post: &Post, content: &Draft) -> String {
    let mut tokens = page.state.rng.clone();
    let items: String = content
        .files
        .iter()
        .filter(|file| !is_image(&file.name))
        .map(|file| {
            format!(
                "<li><a href=\"{}/bbs/download.php?bo_table={}&amp;wr_id={}&amp;no={}&amp;nonce={}|{}|{}\" \
                 class=\"view_file_download\"><strong>{}</strong>  ({})</a><br>\
                 <span class=\"bo_v_file_cnt\">3회 다운로드 | DATE : 2026-11-23 15:45:24</span></li>",
                page.origin,
                board.name,
                post.id,
                file.id,
                tokens.hex32(),
                page.now.as_second(),
                tokens.hex32(),
                escape(&file.name),
                file.size,
            )
        })
        .collect();
    if items.is_empty() {
        return items;
    }
    format!("<section id=\"bo_v_file\"><h2>첨부파일</h2><ul>{items}</ul></section>\n")
}

fn comments(page: &Page<'_>, name: &str, id: u64, comments: &[Comment]) -> String {
    if comments.is_empty() {
        return "<p id=\"bo_vc_empty\">등록된 댓글이 없습니다.</p>\n".to_owned();
    }
    comments
        .iter()
        .map(|comment| {
            let key = comment.id;
            let style = match comment.depth {
                0 => String::new(),
                depth => format!("style=\"margin-left:{}px;border-top-color:#e0e0e0\"", 50 * depth),
            };
            let at = page.local(comment.posted);
            let text = escape(&comment.text);
            let (words, copy) = if comment.secret {
                let origin = &page.origin;
                (
                    format!(
                        "<img src=\"{origin}/skin/board/basic/img/icon_secret.gif\" alt=\"비밀글\"> \
                         <a href=\"{origin}/bbs/password.php?w=sc&amp;bo_table={name}&amp;wr_id={key}\" class=\"s_cmt\">댓글내용 확인</a>"
                    ),
                    String::new(),
                )
            } else {
                (text.clone(), text)
            };
            format!(
                r##"<article id="c_{key}" {style}>
<div class="cm_wrap"><header><h2>{author}님의 댓글</h2>
<span class="guest">{author}</span> <span class="sound_only">작성일</span>
<span class="bo_vc_hdinfo"><time datetime="{stamp}">{short}</time></span></header>
<div class="cmt_contents"><p>
{words}</p></div>
<input type="hidden" value="" id="secret_comment_{key}">
<textarea id="save_comment_{key}" style="display:none">{copy}</textarea></div>
<div class="bo_vl_opt"><ul class="bo_vc_act"><li><a href="{origin}/bbs/board.php?bo_table={name}&amp;wr_id={id}&amp;c_id={key}&amp;w=c#bo_vc_w">답변</a></li></ul></div>
</article>
"##,
                author = escape(&comment.author),
                stamp = at.strftime("%Y-%m-%dT%H:%M:%S%:z"),
                short = at.strftime("%y-%m-%d %H:%M"),
                origin = page.origin,
            )
        })
        .collect()
}

/// The listing: on its own page, or under the article `open`.
fn list(page: &Page<'_>, board: &Board, n: usize, open: Option<u64>) -> String {
    let name = &board.name;
    let slice = page.slice(board.order.len(), n, board.notices.len());
    let sorted = match page.state.quirks.order {
        Order::Newest => None,
        Order::LastReply => Some(by_last_reply(board)),
    };
    let order = sorted.as_deref().unwrap_or(&board.order);
    let gallery = page.state.quirks.gallery;
    let mut rows = String::new();
    // Notices stand on page 1 only.
    if slice.page == 1 {
        for id in &board.notices {
            rows += &row(page, board, &board.posts[id], None, n, open);
        }
    }
    for place in slice.rows.clone() {
        let post = &board.posts[&order[place]];
        if !page.shows(post) {
            continue;
        }
        let number = page.number(board, place);
        rows += &if gallery {
            gallery_box(page, board, post, &number, n, open)
        } else {
            row(page, board, post, Some(number), n, open)
        };
    }
    if rows.is_empty() {
        rows = if gallery {
            "<li class=\"empty_list\">게시물이 없습니다.</li>".to_owned()
        } else {
            "<tr><td colspan=\"5\" class=\"empty_table\">게시물이 없습니다.</td></tr>".to_owned()
        };
    }
    let sort = |field: &str| {
        href(
            page,
            &format!(
                "/bbs/board.php?bo_table={name}&sop=and&sst={field}&sod=desc&sfl=&stx=&sca=&page=1"
            ),
        )
    };
    let rows = if gallery {
        format!("<div id=\"bo_gall\"><ul id=\"gall_ul\" class=\"gall_row\">{rows}</ul></div>")
    } else {
        format!(
            r#"<div id="bo_list"><div class="tbl_head01 tbl_wrap"><table>
<caption>{name} 목록</caption>
<thead><tr><th scope="col">번호</th><th scope="col">제목</th><th scope="col">글쓴이</th><th scope="col"><a href="{hit}">조회 </a></th><th scope="col"><a href="{date}">날짜 </a></th></tr></thead>
<tbody>
{rows}</tbody></table></div></div>"#,
            hit = sort("wr_hit"),
            date = sort("wr_datetime"),
        )
    };
    format!(
        "<form name=\"fboardlist\" method=\"post\">\n{rows}\n{pager}\n<ul class=\"btn_bo_user\"><li>\
         <a href=\"{origin}/bbs/rss.php?bo_table={name}\">RSS</a></li><li>\
         <a href=\"{origin}/bbs/write.php?bo_table={name}\">글쓰기</a></li></ul></form>\n",
        pager = pager(page, name, slice.page, slice.n_pages, slice.current_shown),
        origin = page.origin,
    )
}

/// Today's posts show the time, others the day; neither shows the year.
fn short_date(page: &Page<'_>, post: &Post) -> String {
    let posted = page.local(post.posted);
    let form = if posted.date() == page.local(page.now).date() {
        "%H:%M"
    } else {
        "%m-%d"
    };
    posted.strftime(form).to_string()
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
    let name = &board.name;
    let is_open = open == Some(post.id);
    let path = article_path(page, name, post.id, n);
    let number = match number {
        _ if is_open => "<span class=\"bo_current\">열람중</span>".to_owned(),
        None => "<strong class=\"notice_icon\">공지</strong>".to_owned(),
        Some(number) => number,
    };
    let category = page
        .state
        .boards
        .category(board, post)
        .map_or(String::new(), |category| {
            format!(
                "<a href=\"{}\" class=\"bo_cate_link\">{}</a>\n",
                category_href(page, name, &category),
                escape(&category)
            )
        });
    let mut before = String::new();
    if post.reply_depth > 0 {
        before += &format!(
            "<img src=\"{}/skin/board/basic/img/icon_reply.gif\" class=\"icon_reply\" alt=\"답변글\"> ",
            page.origin
        );
    }
    if post.secret {
        before += "<i class=\"fa fa-lock\" aria-hidden=\"true\"></i> ";
    }
    let mark = if is_open {
        page.state.quirks.current_mark
    } else {
        ""
    };
    let mut after = String::new();
    if page.now.duration_since(post.posted) < jiff::SignedDuration::from_hours(24) {
        after += "<span class=\"new_icon\">N<span class=\"sound_only\">새글</span></span>";
    }
    if !post.comments.is_empty() {
        after += &format!(
            "<span class=\"sound_only\">댓글</span><span class=\"cnt_cmt\">{}</span><span class=\"sound_only\">개</span>",
            post.comments.len()
        );
    }
    format!(
        r#"<tr class="{class}">
<td class="td_num2">
{number}</td>
<td class="td_subject" style="padding-left:{padding}px">
{category}<div class="bo_tit">
<a href="{href}">
{before}{mark}{title}  </a>
{after}</div></td>
<td class="td_name sv_use"><span class="sv_guest">{author}</span></td>
<td class="td_num">{views}</td>
<td class="td_datetime">{date}</td>
</tr>
"#,
        class = if is_notice { "bo_notice" } else { "" },
        padding = 10 * post.reply_depth,
        href = href(page, &path),
        title = escape(&cut(
            &page.state.boards.title(board, post),
            LISTING_TITLE_CHARS
        )),
        author = escape(&page.state.boards.author(board, post)),
        views = post.views,
        date = short_date(page, post),
    )
}

fn gallery_box(
    page: &Page<'_>,
    board: &Board,
    post: &Post,
    number: &str,
    n: usize,
    open: Option<u64>,
) -> String {
    let path = href(page, &article_path(page, &board.name, post.id, n));
    let content = page.state.boards.content(&board.name, post.id);
    let excerpt = content
        .parts
        .iter()
        .find_map(|part| match part {
            Part::Paragraph(text) => Some(cut(text, 40)),
            _ => None,
        })
        .unwrap_or_default();
    format!(
        r#"<li class="gall_li col-gn-4{now}"><div class="gall_box">
<div class="gall_chk chk_box"><span class="sound_only">
{number}</span></div>
<div class="gall_con"><div class="gall_img"><a href="{path}"><span class="no_image">no image</span></a></div>
<div class="gall_text_href"><a href="{path}" class="bo_tit">
{title} </a>
<span class="bo_cnt">{excerpt}</span></div>
<div class="gall_info"><span class="sound_only">작성자 </span><span class="sv_guest">{author}</span>
<span class="gall_date"><span class="sound_only">작성일 </span> {date}</span>
<span class="gall_view"><span class="sound_only">조회 </span> {views}</span></div></div></div></li>
"#,
        now = if open == Some(post.id) {
            " gall_now"
        } else {
            ""
        },
        title = escape(&content.title),
        excerpt = escape(&excerpt),
        author = escape(&content.author),
        date = short_date(page, post),
        views = post.views,
    )
}

fn pager(page: &Page<'_>, name: &str, shown: usize, n_pages: usize, current: bool) -> String {
    if n_pages <= 1 {
        return String::new();
    }
    let to = |n: usize| href(page, &listing_path(page, name, n));
    let first = (shown.min(n_pages) - 1) / PAGER_WIDTH * PAGER_WIDTH + 1;
    let end = (first + PAGER_WIDTH).min(n_pages + 1);
    let mut links = String::new();
    if shown > 1 {
        links += &format!(
            "<a href=\"{}\" class=\"pg_page pg_start\">처음</a>\n",
            to(1)
        );
    }
    for n in first..end {
        links += &if n == shown && current {
            format!(
                "<span class=\"sound_only\">열린</span><strong class=\"pg_current\">{n}</strong><span class=\"sound_only\">페이지</span>\n"
            )
        } else {
            format!(
                "<a href=\"{}\" class=\"pg_page\">{n}<span class=\"sound_only\">페이지</span></a>\n",
                to(n)
            )
        };
    }
    if end <= n_pages {
        links += &format!(
            "<a href=\"{}\" class=\"pg_page pg_next\">다음</a>\n",
            to(end)
        );
    }
    if shown < n_pages && page.state.quirks.pager_shows_last {
        links += &format!(
            "<a href=\"{}\" class=\"pg_page pg_end\">맨끝</a>\n",
            to(n_pages)
        );
    }
    format!("<nav class=\"pg_wrap\"><span class=\"pg\">{links}</span></nav>")
}
