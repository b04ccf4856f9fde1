//! Large Korean boards (BOARDS.md 9), and a town's notice board whose links are calls of a script.

use super::posts::KOREAN;
use super::{Said, Shape, Shown, if_notice, paragraphs, plain};

pub fn shapes() -> Vec<Shape> {
    vec![dcinside(), clien(), ppomppu(), town(), town_of_scripts()]
}

fn full(said: &Said) -> String {
    said.at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn dcinside() -> Shape {
    Shape {
        name: "dcinside",
        tongue: &KOREAN,
        n_per_page: 12,
        has_notices: true,
        listing_url: |page| format!("/board/lists/?id=coast&page={page}"),
        article_url: |post, _| format!("/board/view/?id=coast&no={}&page=1", post.id),
        row: |post| {
            format!(
                "<tr class='ub-content us-post' data-no={0} data-type=icon_txt><td class=gall_num>{1}</td><td class=gall_subject>{2}</td><td class='gall_tit ub-word'><a href='/board/view/?id=coast&no={0}&page=1'><em class='icon_img icon_txt'></em>{3}</a>{4}</td><td class='gall_writer ub-writer' data-nick='{5}' data-uid='' data-ip='1.2'><span class=nickname><em>{5}</em></span><span class=ip>(1.2)</span></td><td class=gall_date title='{6}'>{7}</td><td class=gall_count>{8}</td><td class=gall_recommend>{9}</td></tr>",
                post.id,
                if post.notice {
                    "공지".into()
                } else {
                    post.id.to_string()
                },
                if post.notice { "공지" } else { "일반" },
                post.title,
                if post.replies.is_empty() {
                    String::new()
                } else {
                    format!(
                        "<a class=reply_numbox href='/board/view/?id=coast&no={}&t=cv&page=1'><span class=reply_num>[{}]</span></a>",
                        post.id,
                        post.replies.len()
                    )
                },
                post.said.author,
                full(&post.said),
                post.said.at.strftime("%m.%d"),
                post.views,
                post.id % 4
            )
        },
        listing: |rows, pager| {
            format!(
                "<table class=gall_list><thead><tr><th>번호</th><th>말머리</th><th>제목</th><th>글쓴이</th><th>작성일</th><th>조회</th><th>추천</th></tr></thead><tbody>{rows}</tbody></table>{pager}"
            )
        },
        article: |thread| {
            let replies: String = thread
                .replies()
                .map(|said| {
                    format!(
                        "<li id=comment_li_{0} class='ub-content'><div class='cmt_info clear' data-no={0}><div class=cmt_nickbox><span class='gall_writer ub-writer'><span class=nickname><em>{1}</em></span></span></div><div class='clear cmt_txtbox btn_reply_write_all'><p class='usertxt ub-word'>{2}</p></div><div class=fr><span class=date_time>{3}</span></div></div></li>",
                        said.id,
                        said.author,
                        said.lines[0],
                        said.at.strftime("%Y.%m.%d %H:%M:%S")
                    )
                })
                .collect();
            format!(
                "<header><div class='gallview_head clear ub-content'><h3 class='title ub-word'><span class=title_headtext>[일반]</span> <span class=title_subject>{0}</span></h3><div class='gall_writer ub-writer'><div class=fl><span class=nickname><em>{1}</em></span><span class=ip>(1.2)</span><span class=gall_date title='{2}'>{3}</span></div><div class=fr><span class=gall_count>조회 {4}</span></div></div></div></header><div class=gallview_contents><div class='inner clear'><div class=writing_view_box><div class=write_div>{5}</div></div><div class=btn_recommend_box>추천</div></div></div><div class=view_comment><div class=comment_wrap><div class=comment_count>전체 댓글</div><div class=comment_box><ul class=cmt_list>{replies}</ul></div></div></div>",
                thread.post.title,
                thread.post.said.author,
                full(&thread.post.said),
                thread.post.said.at.strftime("%Y.%m.%d %H:%M:%S"),
                thread.post.views,
                paragraphs(&thread.post.said)
            )
        },
        ..plain()
    }
}

fn clien() -> Shape {
    Shape {
        name: "clien",
        tongue: &KOREAN,
        has_notices: true,
        listing_url: |page| match page {
            1 => "/service/board/park".into(),
            n => format!("/service/board/park?od=T31&po={}", n - 1),
        },
        article_url: |post, _| format!("/service/board/park/{}?od=T31&po=0", post.id),
        row: |post| {
            format!(
                "<div class='list_item {0} symph_row' data-board-sn={1} data-comment-count={2}><div class=list_title><a class=list_subject href='/service/board/park/{1}?od=T31&po=0'><span class=subject_fixed title='{3}'>{3}</span></a><a class=list_reply href='/service/board/park/{1}?od=T31&po=0#comment-point'><span class=rSymph05>{2}</span></a></div><div class=list_author><span class=nickname><span title='{4}'>{4}</span></span></div><div class=list_hit><span class=hit>{5}</span></div><div class=list_time><span class='time popover'>{6}<span class=timestamp>{7}</span></span></div></div>",
                if_notice(post, "notice"),
                post.id,
                post.replies.len(),
                post.title,
                post.said.author,
                post.views,
                post.said.at.strftime("%m-%d"),
                full(&post.said)
            )
        },
        listing: |rows, pager| {
            format!("<div class=content_list><div class=list_content>{rows}</div></div>{pager}")
        },
        article: |thread| {
            let replies: String = thread
                .replies()
                .map(|said| {
                    format!(
                        "<div class='comment_row ' data-comment-sn={0} id={0}><div class=comment_info><div class=post_contact><span class=contact_name><span class=nickname><span title='{1}'>{1}</span></span></span></div><div class=comment_time><span class=timestamp>{2}</span></div></div><div class=comment_content><div class=comment_view data-comment-view={0}>{3}</div></div></div>",
                        said.id,
                        said.author,
                        full(said),
                        said.lines[0]
                    )
                })
                .collect();
            format!(
                "<div class=content_view><div class=post_title><h3 class=post_subject><span>{}</span></h3></div><div class=post_view><div class=post_contact><span class=contact_name><span class=nickname><span title='{1}'>{1}</span></span></span></div><div class=post_author><span class='view_count date'>{2}</span><span class=view_count>조회 {3}</span></div><div class=post_content><article><div class=post_article>{4}</div></article></div></div><div class=post_comment><div class=comment>{replies}</div></div></div>",
                thread.post.title,
                thread.post.said.author,
                full(&thread.post.said),
                thread.post.views,
                paragraphs(&thread.post.said)
            )
        },
        ..plain()
    }
}

/// Tables in tables, in CP949.
fn ppomppu() -> Shape {
    Shape {
        name: "ppomppu",
        tongue: &KOREAN,
        charset: "euc-kr",
        has_notices: true,
        shown: Shown {
            author: true,
            date: true,
            rank: false,
            comments: true,
        },
        listing_url: |page| match page {
            1 => "/zboard/zboard.php?id=coast".into(),
            n => format!("/zboard/zboard.php?id=coast&page={n}&divpage=99"),
        },
        article_url: |post, _| {
            format!("/zboard/view.php?id=coast&page=1&divpage=99&no={}", post.id)
        },
        row: |post| {
            format!(
                "<tr class='baseList {0}' align=center><td class='baseList-space baseList-numb' colspan=1>{1}</td><td class='baseList-space title' align=left><div class=baseList-box><div class=baseList-cover><a class=baseList-title href='view.php?id=coast&page=1&divpage=99&no={2}'><span>{3}</span></a> <span class=baseList-c>{4}</span></div></div></td><td class=baseList-space><table><tr><td><div class=list_name><span class=baseList-name>{5}</span></div></td></tr></table></td><td class='baseList-space' title='{6}'><time class=baseList-time>{7}</time></td><td class='baseList-space baseList-rec'>{8} - 0</td><td class='baseList-space baseList-views'>{9}</td></tr>",
                if post.notice {
                    "baseNotice"
                } else {
                    "bbs_new1"
                },
                if post.notice {
                    "공지".into()
                } else {
                    post.id.to_string()
                },
                post.id,
                post.title,
                post.replies.len(),
                post.said.author,
                post.said.at.strftime("%y.%m.%d %H:%M:%S"),
                post.said.at.strftime("%y/%m/%d"),
                post.id % 3,
                post.views
            )
        },
        listing: |rows, pager| {
            format!(
                "<table class=board_table><tr><td><table id=revolution_main_table class=board_table><tbody><tr class=title_bg><td>번호</td><td>제목</td><td>글쓴이</td><td>등록일</td><td>추천</td><td>조회</td></tr>{rows}</tbody></table></td></tr></table>{pager}"
            )
        },
        article: |thread| {
            let replies: String = thread
                .replies()
                .map(|said| {
                    format!(
                        "<div class=comment_wrapper><div class='comment_line' id=comment_{0}><table class=info_bg><tr><td><div class=comment_template_depth1><b><a class=com_name href='#'>{1}</a></b><font class=eng-day>{2}</font><div class=mid-text-area id=commentContent_{0}>{3}</div></div></td></tr></table></div></div>",
                        said.id,
                        said.author,
                        full(said),
                        said.lines[0]
                    )
                })
                .collect();
            format!(
                "<table class=info_bg><tr><td><div id=topTitle class=topTitle><h1>{}</h1></div><div class=topTitle-mainbox><ul class=topTitle-main><li class=topTitle-name>{}</li><li>등록일 {}</li><li>조회수 {}</li></ul></div></td></tr></table><table class=pic_bg><tr><td><table><tr><td class=board-contents>{}</td></tr></table></td></tr></table><div id=quote>{replies}</div>",
                thread.post.title,
                thread.post.said.author,
                thread.post.said.at.strftime("%Y-%m-%d %H:%M"),
                thread.post.views,
                paragraphs(&thread.post.said)
            )
        },
        ..plain()
    }
}

fn town_row(post: &super::Post, link: &str) -> String {
    format!(
        "<tr><td>{}</td><td class=subject>{link}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        post.rank,
        post.said.author,
        post.said.at.strftime("%Y-%m-%d"),
        post.views
    )
}

fn town_article(thread: &super::Thread<'_>) -> String {
    format!(
        "<div class=bbs_view><table class=view><caption>공지사항 상세</caption><tbody><tr><th scope=row>제목</th><td colspan=3>{}</td></tr><tr><th scope=row>작성자</th><td>{}</td><th scope=row>등록일</th><td>{}</td></tr><tr><th scope=row>조회수</th><td colspan=3>{}</td></tr><tr><td colspan=4 class=content><div class=view_cont>{}</div></td></tr></tbody></table></div><div class=btn_area><a href='#' onclick='fn_list(); return false;'>목록</a></div>",
        thread.post.title,
        thread.post.said.author,
        thread.post.said.at.strftime("%Y-%m-%d"),
        thread.post.views,
        paragraphs(&thread.post.said)
    )
}

/// A post is opened by a call that sends the listing's form; so is another page.
fn town() -> Shape {
    Shape {
        name: "town",
        tongue: &KOREAN,
        shown: Shown {
            author: true,
            date: true,
            rank: true,
            comments: false,
        },
        listing_url: |page| match page {
            1 => "/cop/bbs/selectBoardList.do?bbsId=BBSMSTR_000000000012".into(),
            n => {
                format!("/cop/bbs/selectBoardList.do?bbsId=BBSMSTR_000000000012&pageIndex={n}")
            }
        },
        article_url: |post, _| {
            format!(
                "/cop/bbs/selectBoardArticle.do?bbsId=BBSMSTR_000000000012&nttId={}",
                post.id
            )
        },
        pager: |turns| {
            let links: String = (1..=turns.n_pages)
                .map(|n| match n == turns.page {
                    true => format!("<strong>{n}</strong> "),
                    false => format!(
                        "<a href='#' onclick='fn_egov_select_noticeList({n}); return false;'>{n}</a> "
                    ),
                })
                .collect();
            format!("<div class=paging>{links}</div>")
        },
        row: |post| {
            town_row(
                post,
                &format!(
                    "<a href=\"javascript:fn_egov_inqire_notice('{}','BBSMSTR_000000000012')\">{}</a>",
                    post.id, post.title
                ),
            )
        },
        listing: |rows, pager| {
            format!(
                "<script>function fn_egov_select_noticeList(pageNo) {{ document.frm.pageIndex.value = pageNo; document.frm.action = \"/cop/bbs/selectBoardList.do\"; document.frm.submit(); }}\n\
                 function fn_egov_inqire_notice(nttId, bbsId) {{ document.frm.nttId.value = nttId; document.frm.bbsId.value = bbsId; document.frm.action = '/cop/bbs/selectBoardArticle.do'; document.frm.submit(); }}</script>\
                 <form name=frm action='/cop/bbs/selectBoardList.do' method=get><input type=hidden name=bbsId value=BBSMSTR_000000000012><input type=hidden name=nttId value=''><input type=hidden name=pageIndex value=1><input type=text name=searchWrd value=''></form>\
                 <table class=board_list><thead><tr><th>번호</th><th>제목</th><th>작성자</th><th>등록일</th><th>조회</th></tr></thead><tbody>{rows}</tbody></table>{pager}"
            )
        },
        article: town_article,
        ..plain()
    }
}

/// A post is opened by a call that makes its URL.
fn town_of_scripts() -> Shape {
    Shape {
        name: "town-of-scripts",
        tongue: &KOREAN,
        shown: Shown {
            author: true,
            date: true,
            rank: true,
            comments: false,
        },
        listing_url: |page| match page {
            1 => "/notice/list.do?mid=a10".into(),
            n => format!("/notice/list.do?mid=a10&cpage={n}"),
        },
        article_url: |post, _| format!("/notice/view.do?mid=a10&seq={}", post.id),
        row: |post| {
            town_row(
                post,
                &format!(
                    "<a href='#none' onclick='goView({}); return false;'>{}</a>",
                    post.id, post.title
                ),
            )
        },
        listing: |rows, pager| {
            format!(
                "<table class=tbl><thead><tr><th>순번</th><th>제목</th><th>담당부서</th><th>작성일</th><th>조회수</th></tr></thead><tbody>{rows}</tbody></table>{pager}\
                 <script>var base = 1;\nfunction goView(seq) {{\n  if (seq == '') {{ return; }}\n  location.href = \"/notice/view.do?mid=a10&seq=\" + seq;\n}}</script>"
            )
        },
        article: town_article,
        ..plain()
    }
}
