//! Forums whose listing is a table or list of topics with a column for the last post: phpBB, MyBB, SMF, vBulletin,
//! XenForo.

use super::posts::{ENGLISH, FRENCH, GERMAN};
use super::{Post, Said, Shape, Shown, Thread, Turns, if_notice, lines, plain};

pub fn shapes() -> Vec<Shape> {
    vec![
        phpbb_german(),
        phpbb_french(),
        mybb(),
        smf(),
        vbulletin(),
        xenforo(),
    ]
}

const SESSION: &str = "sid=0123456789abcdef0123456789abcdef";

/// `Sa 1. Nov 2025, 15:12`.
fn german_date(said: &Said) -> String {
    let day = GERMAN.days[said.at.weekday().to_monday_zero_offset() as usize];
    let month = GERMAN.months[said.at.month() as usize - 1];
    format!(
        "{day} {}. {month} {}, {}",
        said.at.day(),
        said.at.year(),
        said.at.strftime("%H:%M")
    )
}

fn phpbb_pager(turns: &Turns<'_>) -> String {
    let mut links: String = (1..=turns.n_pages)
        .map(|n| match n == turns.page {
            true => format!("<li class=active><span>{n}</span></li>"),
            false => format!(
                "<li><a class=button href='{}' role=button>{n}</a></li>",
                (turns.url)(n)
            ),
        })
        .collect();
    if turns.page < turns.n_pages {
        links.push_str(&format!(
            "<li class='arrow next'><a class='button button-icon-only' href='{}' rel=next role=button><i class='icon fa-chevron-right'></i><span class=sr-only>Nächste</span></a></li>",
            (turns.url)(turns.page + 1)
        ));
    }
    format!("<div class='action-bar bar-top'><div class=pagination>33 <ul>{links}</ul></div></div>")
}

fn phpbb_listing_url(page: usize) -> String {
    match page {
        1 => "/viewforum.php?f=2".into(),
        n => format!("/viewforum.php?f=2&{SESSION}&start={}", (n - 1) * 10),
    }
}

fn phpbb_article_url(post: &Post, page: usize) -> String {
    match page {
        1 => format!("/viewtopic.php?f=2&t={}&{SESSION}", post.id),
        n => format!(
            "/viewtopic.php?f=2&t={}&{SESSION}&start={}",
            post.id,
            (n - 1) * 5
        ),
    }
}

/// The pages of a long topic are linked from its row.
fn phpbb_topic_pages(post: &Post) -> String {
    if post.replies.len() < 5 {
        return String::new();
    }
    let links: String = (1..=2)
        .map(|n| {
            format!(
                "<li><a class=button href='.{}'>{n}</a></li>",
                phpbb_article_url(post, n)
            )
        })
        .collect();
    format!(
        "<div class=pagination><span><i class='icon fa-clone'></i></span><ul>{links}</ul></div>"
    )
}

fn phpbb_german() -> Shape {
    Shape {
        name: "phpbb-german",
        tongue: &GERMAN,
        n_said_per_page: 5,
        has_notices: true,
        listing_url: phpbb_listing_url,
        article_url: phpbb_article_url,
        pager: phpbb_pager,
        row: |post| {
            format!(
                "<li class='row bg{}{}'><dl class='row-item {}'><dt title='Keine ungelesenen Beiträge'><div class=list-inner><a href='.{}' class=topictitle>{}</a><br>\
                 <div class=responsive-show style='display: none;'>Letzter Beitrag von <a href='./memberlist.php?mode=viewprofile&u=5' class=username>{}</a> « <a href='./viewtopic.php?p={}#p{}'>{}</a></div>\
                 <div class='topic-poster responsive-hide left-box'>von <a href='./memberlist.php?mode=viewprofile&u=4' class=username>{}</a> » {}</div>{}</div></dt>\
                 <dd class=posts>{} <dfn>Antworten</dfn></dd><dd class=views>{} <dfn>Zugriffe</dfn></dd>\
                 <dd class=lastpost><span><dfn>Letzter Beitrag </dfn>von <a href='./memberlist.php?mode=viewprofile&u=5' class=username>{}</a> <a href='./viewtopic.php?p={}#p{}' title='Gehe zum letzten Beitrag'><i class='icon fa-external-link-square'></i></a><br>{}</span></dd></dl></li>",
                1 + post.rank % 2,
                if_notice(post, " sticky"),
                if post.notice {
                    "sticky_read"
                } else {
                    "topic_read"
                },
                phpbb_article_url(post, 1),
                post.title,
                post.last().author,
                post.last().id,
                post.last().id,
                german_date(post.last()),
                post.said.author,
                german_date(&post.said),
                phpbb_topic_pages(post),
                post.replies.len(),
                post.views,
                post.last().author,
                post.last().id,
                post.last().id,
                german_date(post.last()),
            )
        },
        listing: |rows, pager| {
            format!(
                "<h2 class=forum-title><a href='./viewforum.php?f=2'>Die Küste</a></h2>{pager}<div class=forumbg><div class=inner><ul class=topiclist><li class=header><dl class=row-item><dt><div class=list-inner>Themen</div></dt><dd class=posts>Antworten</dd><dd class=views>Zugriffe</dd><dd class=lastpost><span>Letzter Beitrag</span></dd></dl></li></ul><ul class='topiclist topics'>{rows}</ul></div></div>{pager}"
            )
        },
        article: |thread| phpbb_topic(thread, german_date, "Registriert:"),
        ..plain()
    }
}

fn phpbb_topic(thread: &Thread<'_>, date: fn(&Said) -> String, joined: &str) -> String {
    let posts: String = thread
        .said
        .iter()
        .map(|said| {
            format!(
                "<div id=p{0} class='post has-profile bg{1}'><div class=inner><dl class=postprofile id=profile{0}><dt class='has-profile-rank no-avatar'><a href='./memberlist.php?mode=viewprofile&u=4' class=username>{2}</a></dt><dd class=profile-rank>Member</dd><dd class=profile-posts><strong>Posts:</strong> <a href='./search.php?author_id=4'>12</a></dd><dd class=profile-joined><strong>{joined}</strong> 1. 3. 2020, 10:00</dd></dl>\
                 <div class=postbody><div id=post_content{0}><h3{3}><a href='./viewtopic.php?p={0}#p{0}'>{4}{5}</a></h3><ul class=post-buttons><li><a href='./posting.php?mode=quote&p={0}' title=Quote class='button button-icon-only'><i class='icon fa-quote-left'></i><span class=sr-only>Quote</span></a></li></ul>\
                 <p class=author><a class=unread href='./viewtopic.php?p={0}#p{0}' title=Post><i class='icon fa-file'></i><span class=sr-only>Post</span></a><span class=responsive-hide>by <strong><a href='./memberlist.php?mode=viewprofile&u=4' class=username>{2}</a></strong> » </span>{6}</p><div class=content>{7}</div></div></div><div class=back2top><a href='#top' class=top title=Top><i class='icon fa-chevron-circle-up'></i></a></div></div></div><hr class=divider>",
                said.id,
                1 + said.id % 2,
                said.author,
                if thread.is_first(said) { " class=first" } else { "" },
                if thread.is_first(said) { "" } else { "Re: " },
                thread.post.title,
                date(said),
                lines(said),
            )
        })
        .collect();
    format!(
        "<h2 class=topic-title><a href='.{}'>{}</a></h2>{}{posts}{}<div id=jumpbox><a href='./viewforum.php?f=2'>Zurück</a></div>",
        phpbb_article_url(thread.post, 1),
        thread.post.title,
        thread.pager,
        thread.pager
    )
}

/// `lun. 3 nov. 2025 15:12`, in an element that has it all.
fn french_date(said: &Said) -> String {
    let day = FRENCH.days[said.at.weekday().to_monday_zero_offset() as usize];
    let month = FRENCH.months[said.at.month() as usize - 1];
    let zoned = said
        .at
        .in_tz(FRENCH.zone)
        .expect("a time of that zone")
        .timestamp();
    format!(
        "<time datetime='{zoned}'>{day} {} {month} {} {}</time>",
        said.at.day(),
        said.at.year(),
        said.at.strftime("%H:%M")
    )
}

fn phpbb_french() -> Shape {
    Shape {
        name: "phpbb-french",
        tongue: &FRENCH,
        has_notices: true,
        listing_url: |page| match page {
            1 => "/forum/viewforum.php?f=7".into(),
            n => format!("/forum/viewforum.php?f=7&start={}", (n - 1) * 10),
        },
        article_url: |post, page| match page {
            1 => format!("/forum/viewtopic.php?t={}", post.id),
            n => format!("/forum/viewtopic.php?t={}&start={}", post.id, (n - 1) * 8),
        },
        n_said_per_page: 8,
        pager: phpbb_pager,
        row: |post| {
            format!(
                "<li class='row bg{}{}'><dl class='row-item {}'><dt title='Aucun message non lu'><div class=list-inner><a href='./viewtopic.php?t={}' class=topictitle>{}</a><br>\
                 <div class='topic-poster responsive-hide left-box'>par <a href='./memberlist.php?mode=viewprofile&u=4' class='username-coloured' style='color:#AA0000'>{}</a> » {}</div></div></dt>\
                 <dd class=posts>{} <dfn>Réponses</dfn></dd><dd class=views>{} <dfn>Vues</dfn></dd>\
                 <dd class=lastpost><span><dfn>Dernier message </dfn>par <a href='./memberlist.php?mode=viewprofile&u=5' class=username>{}</a> <a href='./viewtopic.php?p={}#p{}' title='Aller au dernier message'><i class='icon fa-external-link-square'></i></a><br>{}</span></dd></dl></li>",
                1 + post.rank % 2,
                if_notice(post, " global-announce"),
                if post.notice {
                    "global_read"
                } else {
                    "topic_read"
                },
                post.id,
                post.title,
                post.said.author,
                french_date(&post.said),
                post.replies.len(),
                post.views,
                post.last().author,
                post.last().id,
                post.last().id,
                french_date(post.last()),
            )
        },
        listing: |rows, pager| {
            let (pinned, rows) = rows.split_at(
                rows.rfind("global_read")
                    .and_then(|at| Some(at + rows[at..].find("</li>")? + "</li>".len()))
                    .unwrap_or(0),
            );
            let block = |class: &str, head: &str, rows: &str| {
                format!(
                    "<div class='forumbg {class}'><div class=inner><ul class=topiclist><li class=header><dl class=row-item><dt><div class=list-inner>{head}</div></dt><dd class=posts>Réponses</dd><dd class=views>Vues</dd><dd class=lastpost><span>Dernier message</span></dd></dl></li></ul><ul class='topiclist topics'>{rows}</ul></div></div>"
                )
            };
            format!(
                "<h2 class=forum-title><a href='./viewforum.php?f=7'>La côte</a></h2>{pager}{}{}{pager}",
                block("announcement", "Annonces", pinned),
                block("", "Sujets", rows)
            )
        },
        article: |thread| phpbb_topic(thread, french_date, "Inscription :"),
        ..plain()
    }
}

/// `11-23-2025, 10:20 PM`.
fn american(said: &Said) -> String {
    said.at.strftime("%m-%d-%Y, %I:%M %p").to_string()
}

fn mybb() -> Shape {
    Shape {
        name: "mybb",
        n_said_per_page: 5,
        shown: Shown {
            author: true,
            date: false,
            rank: false,
            comments: true,
        },
        listing_url: |page| match page {
            1 => "/forumdisplay.php?fid=4".into(),
            n => format!("/forumdisplay.php?fid=4&page={n}"),
        },
        article_url: |post, page| match page {
            1 => format!("/showthread.php?tid={}", post.id),
            n => format!("/showthread.php?tid={}&page={n}", post.id),
        },
        row: |post| {
            format!(
                "<tr class=inline_row><td align=center class='trow1 forumdisplay_regular'><span class='thread_status newfolder' title='New posts'>&nbsp;</span></td><td class='trow1 forumdisplay_regular'>&nbsp;</td>\
                 <td class='trow1 forumdisplay_regular'><div><span><span class=subject_new id=tid_{0}><a href='showthread.php?tid={0}'>{1}</a></span>{2}</span><div class='author smalltext'><a href='member.php?action=profile&uid=3'>{3}</a></div></div></td>\
                 <td class='trow1 forumdisplay_regular'><a href='misc.php?action=whoposted&tid={0}'>{4}</a></td><td class='trow1 forumdisplay_regular'>{5}</td><td class='trow1' id=rating_table_{0}><ul class='star_rating'></ul></td>\
                 <td class='trow1 forumdisplay_regular' style='text-align: right'><span class='lastpost smalltext'>{6}<br><a href='showthread.php?tid={0}&action=lastpost'>Last Post</a>: <a href='member.php?action=profile&uid=8'>{7}</a></span></td></tr>",
                post.id,
                post.title,
                if post.replies.len() > 4 {
                    format!(
                        " <span class=smalltext>(Pages: <a href='showthread.php?tid={0}'>1</a> <a href='showthread.php?tid={0}&page=2'>2</a>)</span>",
                        post.id
                    )
                } else {
                    String::new()
                },
                post.said.author,
                post.replies.len(),
                post.views,
                american(post.last()),
                post.last().author
            )
        },
        listing: |rows, pager| {
            format!(
                "{pager}<table class='tborder clear'><tr><td class=thead colspan=7><strong>Harbour</strong></td></tr><tr><td class=tcat colspan=3><span class=smalltext><strong><a href='forumdisplay.php?fid=4&sortby=subject'>Thread</a> / <a href='forumdisplay.php?fid=4&sortby=starter'>Author</a></strong></span></td><td class=tcat><span class=smalltext><strong><a href='forumdisplay.php?fid=4&sortby=replies'>Replies</a></strong></span></td><td class=tcat><span class=smalltext><strong>Views</strong></span></td><td class=tcat>Rating</td><td class=tcat><span class=smalltext><strong>Last Post</strong></span></td></tr>{rows}</table>{pager}"
            )
        },
        article: |thread| {
            let posts: String = thread
                .said
                .iter()
                .map(|said| {
                    format!(
                        "<a name=pid{0} id=pid{0}></a><div class='post ' id=post_{0}><div class=post_author><div class=author_information><strong><span class=largetext><a href='member.php?action=profile&uid=3'>{1}</a></span></strong><br><span class=smalltext>Junior Member</span></div><div class=author_statistics>Posts: 3<br>Threads: 1<br>Joined: Nov 2020</div></div>\
                         <div class=post_content><div class=post_head><div class=float_right><strong><a href='showthread.php?tid={4}&pid={0}#pid{0}'>#1</a></strong></div><span class=post_date>{2} <span class=post_edit id=edited_by_{0}></span></span></div><div class='post_body scaleimages' id=pid_{0}>{3}</div><div class=post_meta id=post_meta_{0}></div></div><div class=post_controls><a href='newreply.php?tid={4}&replyto={0}' class=postbit_quote><span>Reply</span></a></div></div>",
                        said.id,
                        said.author,
                        american(said),
                        lines(said),
                        thread.post.id
                    )
                })
                .collect();
            format!(
                "<div class=navigation><a href='forumdisplay.php?fid=4'>Harbour</a></div>{}<table class='tborder tfixed clear'><tr><td class=thead><div><strong>{}</strong></div></td></tr><tr><td id=posts_container><div id=posts>{posts}</div></td></tr></table>{}",
                thread.pager, thread.post.title, thread.pager
            )
        },
        ..plain()
    }
}

/// `November 23, 2025, 10:20:33 PM`.
fn long_american(said: &Said) -> String {
    said.at.strftime("%B %d, %Y, %I:%M:%S %p").to_string()
}

fn smf() -> Shape {
    Shape {
        name: "smf",
        n_said_per_page: 5,
        has_notices: true,
        shown: Shown {
            author: true,
            date: false,
            rank: false,
            comments: true,
        },
        past_end: super::PastEnd::LastAgain,
        listing_url: |page| format!("/index.php?board=3.{}", (page - 1) * 10),
        article_url: |post, page| format!("/index.php?topic={}.{}", post.id, (page - 1) * 5),
        pager: |turns| {
            let links: String = (1..=turns.n_pages)
                .map(|n| match n == turns.page {
                    true => format!("<span class=current_page>{n}</span> "),
                    false => format!("<a class=nav_page href='{}'>{n}</a> ", (turns.url)(n)),
                })
                .collect();
            format!(
                "<div class=pagesection><div class='pagelinks floatleft'><a href='#bot' class=button>Go Down</a><span class=pages>Pages</span>{links}</div></div>"
            )
        },
        row: |post| {
            format!(
                "<div class='windowbg{0}'><div class=board_icon><img src='/icons/xx.png' alt=''></div><div class='info info_block'><div><div class='icons floatright'>{1}</div><div class=message_index_title><span class=preview title='{9}'><span id=msg_{2}><a href='{{origin}}/index.php?topic={3}.0'>{4}</a></span></span></div>\
                 <p class=floatleft>Started by <a href='{{origin}}/index.php?action=profile;u=4' title='View the profile of {5}'>{5}</a></p><br class=clear></div></div><div class='board_stats centertext'><p>Replies: {6}<br>Views: {7}</p></div>\
                 <div class=lastpost><p><a href='{{origin}}/index.php?topic={3}.msg{2}#new'>{8}</a><br>by <a href='{{origin}}/index.php?action=profile;u=9'>{10}</a></p></div></div>",
                if_notice(post, " sticky"),
                if_notice(post, "<span class='main_icons sticky'></span>"),
                post.last().id,
                post.id,
                post.title,
                post.said.author,
                post.replies.len(),
                post.views,
                long_american(post.last()),
                &post.said.lines[0][..20],
                post.last().author
            )
        },
        listing: |rows, pager| {
            format!(
                "{pager}<div id=messageindex><div class=title_bar id=topic_header><div class=board_icon></div><div class=info><a href='{{origin}}/index.php?board=3.0;sort=subject'>Subject</a> / <a href='{{origin}}/index.php?board=3.0;sort=starter'>Started by</a></div><div class='board_stats centertext'>Replies / Views</div><div class=lastpost>Last post</div></div><div id=topic_container>{rows}</div></div>{pager}"
            )
        },
        article: |thread| {
            let posts: String = thread
                .said
                .iter()
                .map(|said| {
                    format!(
                        "<div class=windowbg id=msg{0}><div class=post_wrapper><div class=poster><h4><a href='{{origin}}/index.php?action=profile;u=4' title='View the profile of {1}'>{1}</a></h4><ul class=user_info><li class=membergroup>Newbie</li><li class=postcount>Posts: 12</li></ul></div><div class=postarea><div class=keyinfo><div class=postinfo><span class=messageicon><img src='/icons/xx.png' alt=''></span><a href='{{origin}}/index.php?msg={0}' rel=nofollow title='{4}' class=smalltext>{2}</a><span class='spacer'></span></div><div id=subject_{0} class='subject_title subject_hidden'><a href='{{origin}}/index.php?msg={0}' rel=nofollow>{4}</a></div></div><div class=post><div class=inner data-msgid={0} id=msg_{0}>{3}</div></div></div><div class=moderatorbar><div class=signature id=msg_{0}_signature>Fair winds.</div></div></div></div>",
                        said.id,
                        said.author,
                        long_american(said),
                        lines(said),
                        if thread.is_first(said) {
                            thread.post.title.clone()
                        } else {
                            format!("Re: {}", thread.post.title)
                        }
                    )
                })
                .collect();
            format!(
                "<div id=display_head class=information><h2 class=display_title><span id=top_subject>{}</span></h2><p>Started by {}, {}</p></div>{}<div id=forumposts><form action='{{origin}}/index.php?action=quickmod2;topic={}.0' method=post>{posts}</form></div>{}",
                thread.post.title,
                thread.post.said.author,
                long_american(&thread.post.said),
                thread.pager,
                thread.post.id,
                thread.pager
            )
        },
        ..plain()
    }
}

/// Version 3: tables in tables.
fn vbulletin() -> Shape {
    Shape {
        name: "vbulletin",
        charset: "windows-1252",
        n_said_per_page: 6,
        shown: Shown {
            author: true,
            date: false,
            rank: false,
            comments: true,
        },
        past_end: super::PastEnd::LastAgain,
        listing_url: |page| match page {
            1 => "/forumdisplay.php?f=5".into(),
            n => format!("/forumdisplay.php?f=5&order=desc&page={n}"),
        },
        article_url: |post, page| match page {
            1 => format!("/showthread.php?t={}", post.id),
            n => format!("/showthread.php?t={}&page={n}", post.id),
        },
        row: |post| {
            format!(
                "<tr><td class=alt1 id=td_threadstatusicon_{0}><img src='/i/thread.gif' id=thread_statusicon_{0} alt='' border=0></td><td class=alt2>&nbsp;</td><td class=alt1 id=td_threadtitle_{0} title='{1}'><div><a href='showthread.php?t={0}' id=thread_title_{0}>{2}</a></div><div class=smallfont><span style='cursor:pointer' onclick=\"window.open('member.php?u=3', '_self')\">{3}</span></div></td>\
                 <td class=alt2 title='Replies: {4}, Views: {5}'><div class=smallfont style='text-align:right; white-space:nowrap'>{6}<br>by <a href='member.php?find=lastposter&t={0}' rel=nofollow>{7}</a>  <a href='showthread.php?p={8}#post{8}'><img class=inlineimg src='/i/lastpost.gif' alt='Go to last post' border=0></a></div></td>\
                 <td class=alt1 align=center><a href='misc.php?do=whoposted&t={0}'>{4}</a></td><td class=alt2 align=center>{5}</td></tr>",
                post.id,
                &post.said.lines[0][..24],
                post.title,
                post.said.author,
                post.replies.len(),
                post.views,
                post.last()
                    .at
                    .strftime("%m-%d-%Y <span class=time>%I:%M %p</span>"),
                post.last().author,
                post.last().id
            )
        },
        listing: |rows, pager| {
            format!(
                "<table class=tborder id=threadslist><tr><td class=tcat colspan=6>Threads in Forum<span class=normal>: Harbour</span></td></tr><tr><td class=thead colspan=2>&nbsp;</td><td class=thead><a href='forumdisplay.php?f=5&sort=title'>Thread</a> / <a href='forumdisplay.php?f=5&sort=postusername'>Thread Starter</a></td><td class=thead><a href='forumdisplay.php?f=5&sort=lastpost'>Last Post</a></td><td class=thead>Replies</td><td class=thead>Views</td></tr>{rows}</table>{pager}"
            )
        },
        article: |thread| {
            let posts: String = thread
                .said
                .iter()
                .map(|said| {
                    format!(
                        "<div align=center><div class=page style='width:100%'><div style='padding:0px'><table class=tborder id=post{0} width='100%'><tr><td class=thead style='font-weight:normal'><div class=normal style='float:right'>#<a href='showpost.php?p={0}'><strong>1</strong></a></div><div class=normal><a name=post{0}></a>{2}</div></td></tr>\
                         <tr><td class=alt2><table width='100%'><tr><td nowrap><div id=postmenu_{0}><a class=bigusername href='member.php?u=3'>{1}</a></div><div class=smallfont>Member</div></td><td width='100%'>&nbsp;</td><td nowrap><div class=smallfont><div>Join Date: Nov 2020</div><div>Posts: 3</div></div></td></tr></table></td></tr>\
                         <tr><td class=alt1 id=td_post_{0}><div class=smallfont><strong>{4}</strong></div><hr size=1><div id=post_message_{0}>{3}</div><div style='margin-top: 10px' align=right><a href='newreply.php?do=newreply&p={0}' rel=nofollow><img src='/i/quote.gif' alt='Reply With Quote' border=0></a></div></td></tr></table></div></div></div>",
                        said.id,
                        said.author,
                        american(said),
                        lines(said),
                        thread.post.title
                    )
                })
                .collect();
            format!(
                "<table class=tborder><tr><td class=navbar><strong>{}</strong></td></tr></table>{}<div id=posts>{posts}</div>{}",
                thread.post.title, thread.pager, thread.pager
            )
        },
        ..plain()
    }
}

fn xenforo() -> Shape {
    Shape {
        name: "xenforo",
        tongue: &ENGLISH,
        n_said_per_page: 5,
        has_notices: true,
        past_end: super::PastEnd::LastAgain,
        listing_url: |page| match page {
            1 => "/forums/harbour.2/".into(),
            n => format!("/forums/harbour.2/page-{n}"),
        },
        article_url: |post, page| match page {
            1 => format!("/threads/{}.{}/", post.slug(), post.id),
            n => format!("/threads/{}.{}/page-{n}", post.slug(), post.id),
        },
        row: |post| {
            let time = |said: &Said| {
                format!(
                    "<time class=u-dt dir=auto datetime='{}+0000' data-time={}>{}</time>",
                    said.at.strftime("%Y-%m-%dT%H:%M:%S"),
                    said.at
                        .in_tz("UTC")
                        .expect("a time")
                        .timestamp()
                        .as_second(),
                    said.at.strftime("%b %d, %Y")
                )
            };
            format!(
                "<div class='structItem structItem--thread{0} js-threadListItem-{1}' data-author='{2}'><div class='structItem-cell structItem-cell--icon'><a href='/members/x.4/' class='avatar'><span>x</span></a></div><div class='structItem-cell structItem-cell--main'>{6}<div class=structItem-title><a href='/forums/harbour.2/?prefix_id=1' class=labelLink><span class='label label--primary'>News</span></a> <a href='/threads/{3}.{1}/' data-tp-primary=on>{4}</a></div><div class=structItem-minor><ul class=structItem-parts><li><a href='/members/x.4/' class='username '>{2}</a></li><li class=structItem-startDate><a href='/threads/{3}.{1}/' rel=nofollow>{5}</a></li></ul></div></div>\
                 <div class='structItem-cell structItem-cell--meta' title='First message reaction score: 0'><dl class='pairs pairs--justified'><dt>Replies</dt><dd>{7}</dd></dl><dl class='pairs pairs--justified structItem-minor'><dt>Views</dt><dd>{8}</dd></dl></div><div class='structItem-cell structItem-cell--latest'><a href='/threads/{3}.{1}/latest' rel=nofollow>{9}</a><div class=structItem-minor><a href='/members/y.5/' class='username '>{10}</a></div></div></div>",
                if_notice(post, " is-sticky"),
                post.id,
                post.said.author,
                post.slug(),
                post.title,
                time(&post.said),
                if_notice(
                    post,
                    "<ul class=structItem-statuses><li><i class='structItem-status structItem-status--sticky'></i><span class=u-srOnly>Sticky</span></li></ul>"
                ),
                post.replies.len(),
                post.views,
                time(post.last()),
                post.last().author
            )
        },
        listing: |rows, pager| {
            format!(
                "<div class=block-outer>{pager}</div><div class=structItemContainer><div class='structItemContainer-group js-threadList'>{rows}</div></div>{pager}"
            )
        },
        article: |thread| {
            let posts: String = thread
                .said
                .iter()
                .map(|said| {
                    format!(
                        "<article class='message message--post js-post' data-author='{1}' data-content=post-{0} id=js-post-{0}><span class=u-anchorTarget id=post-{0}></span><div class=message-inner><div class='message-cell message-cell--user'><section class=message-user><div class=message-userDetails><h4 class=message-name><a href='/members/x.4/' class='username '>{1}</a></h4><h5 class='userTitle message-userTitle'>New member</h5></div><div class=message-userExtras><dl class='pairs pairs--justified'><dt>Joined</dt><dd>Nov 1, 2020</dd></dl></div></section></div>\
                         <div class='message-cell message-cell--main'><div class='message-main js-quickEditTarget'><header class='message-attribution message-attribution--split'><ul class='message-attribution-main listInline'><li class=u-concealed><a href='/threads/{4}.{5}/post-{0}' rel=nofollow><time class=u-dt dir=auto datetime='{2}+0000'>{6}</time></a></li></ul><ul class='message-attribution-opposite listInline'><li><a href='/threads/{4}.{5}/post-{0}' rel=nofollow>#1</a></li></ul></header><div class='message-content js-messageContent'><div class='message-userContent lbContainer'><article class='message-body js-selectToQuote'><div class=bbWrapper>{3}</div><div class=js-selectToQuoteEnd>&nbsp;</div></article></div></div><footer class=message-footer></footer></div></div></div></article>",
                        said.id,
                        said.author,
                        said.at.strftime("%Y-%m-%dT%H:%M:%S"),
                        lines(said),
                        thread.post.slug(),
                        thread.post.id,
                        said.at.strftime("%b %d, %Y")
                    )
                })
                .collect();
            format!(
                "<div class=p-title><h1 class=p-title-value>{}</h1></div>{}<div class='block-container lbContainer'><div class='block-body js-replyNewMessageContainer'>{posts}</div></div>{}",
                thread.post.title, thread.pager, thread.pager
            )
        },
        ..plain()
    }
}
