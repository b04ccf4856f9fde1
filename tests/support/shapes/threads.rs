//! Discussions: Discuz!, Flarum and Discourse as they are without scripts, 5channel, FlaskBB, Spirit and NodeBB.

use super::posts::{CHINESE, ENGLISH, JAPANESE};
use super::{Post, Said, Shape, Shown, Turns, if_notice, lines, paragraphs, plain};

pub fn shapes() -> Vec<Shape> {
    vec![
        discuz(),
        flarum(),
        discourse(),
        fivechannel(),
        flaskbb(),
        spirit(),
        nodebb(),
    ]
}

const TITLE_ONLY: Shown = Shown {
    author: false,
    date: false,
    rank: false,
    comments: true,
};

fn minute(said: &Said) -> String {
    said.at.strftime("%Y-%m-%d %H:%M").to_string()
}

fn discuz() -> Shape {
    Shape {
        name: "discuz",
        tongue: &CHINESE,
        charset: "gbk",
        n_said_per_page: 6,
        has_notices: true,
        listing_url: |page| format!("/forum-2-{page}.html"),
        article_url: |post, page| format!("/thread-{}-{page}-1.html", post.id),
        row: |post| {
            format!(
                "<tbody id={0}thread_{1}><tr><td class=icn><a href='thread-{1}-1-1.html' title='新窗口打开' target=_blank><img src='/i/folder.gif'></a></td><th class=common><a href='javascript:;' id=content_{1} class=showcontent></a><em>[<a href='forum.php?mod=forumdisplay&fid=2&filter=typeid&typeid=1'>杂谈</a>]</em> <a href='thread-{1}-1-1.html' onclick='atarget(this)' class='s xst'>{2}</a></th>\
                 <td class=by><cite><a href='space-uid-4.html' c=1>{3}</a></cite><em><span>{4}</span></em></td><td class=num><a href='thread-{1}-1-1.html' class=xi2>{5}</a><em>{6}</em></td><td class=by><cite><a href='space-username-x.html' c=1>{7}</a></cite><em><a href='forum.php?mod=redirect&tid={1}&goto=lastpost#lastpost'>{8}</a></em></td></tr></tbody>",
                if post.notice { "stick" } else { "normal" },
                post.id,
                post.title,
                post.said.author,
                post.said.at.strftime("%Y-%m-%d"),
                post.replies.len(),
                post.views,
                post.last().author,
                minute(post.last())
            )
        },
        listing: |rows, pager| {
            format!(
                "<div id=threadlist class=tl><div class=th><table><tr><th colspan=2><div class=tf>筛选</div></th><td class=by>作者</td><td class=num>回复/查看</td><td class=by>最后发表</td></tr></table></div><div class=bm_c><table id=threadlisttableid>{rows}</table></div></div>{pager}"
            )
        },
        article: |thread| {
            let posts: String = thread
                .said
                .iter()
                .map(|said| {
                    format!(
                        "<div id=post_{0}><table id=pid{0} class=plhin><tr><td class=pls rowspan=2><div class='pls favatar'><div class=pi><div class=authi><a href='space-uid-4.html' target=_blank class=xw1>{1}</a></div></div><p>注册时间 2020-3-1</p></div></td><td class=plc><div class=pi><strong><a href='forum.php?mod=redirect&goto=findpost&pid={0}' id=postnum{0}><em>1</em><sup>#</sup></a></strong><div class=pti><div class=authi><em id=authorposton{0}>发表于 {2}</em></div></div></div><div class=pct><div class=pcb><div class=t_fsz><table><tr><td class=t_f id=postmessage_{0}>{3}</td></tr></table></div></div></div></td></tr></table></div>",
                        said.id,
                        said.author,
                        minute(said),
                        lines(said)
                    )
                })
                .collect();
            format!(
                "<div id=postlist class='pl bm'><table><tr><td class=plc><h1 class=ts><span id=thread_subject>{}</span></h1></td></tr></table>{posts}</div>{}",
                thread.post.title, thread.pager
            )
        },
        ..plain()
    }
}

fn flarum() -> Shape {
    Shape {
        name: "flarum",
        n_said_per_page: 20,
        shown: TITLE_ONLY,
        listing_url: |page| match page {
            1 => "/all".into(),
            n => format!("/all?page={n}"),
        },
        article_url: |post, _| format!("/d/{}-{}", post.id, post.slug()),
        pager: |turns| {
            let mut links = String::new();
            if turns.page > 1 {
                links.push_str(&format!(
                    "<a href='{}'>&laquo; Previous Page</a> ",
                    (turns.url)(turns.page - 1)
                ));
            }
            if turns.page < turns.n_pages {
                links.push_str(&format!(
                    "<a href='{}'>Next Page &raquo;</a>",
                    (turns.url)(turns.page + 1)
                ));
            }
            links
        },
        row: |post| {
            format!(
                "<li><a href='{{origin}}/d/{}-{}'>{}</a></li>",
                post.id,
                post.slug(),
                post.title
            )
        },
        listing: |rows, pager| {
            format!(
                "<div id=flarum-loading style='display: none'>Loading...</div><noscript><div class=Alert><div class=container>This site is best viewed in a modern browser with JavaScript enabled.</div></div></noscript><noscript id=flarum-content><div class=container><h1>All Discussions</h1><ul>{rows}</ul>{pager}</div></noscript>"
            )
        },
        article: |thread| {
            let posts: String = thread
                .said
                .iter()
                .map(|said| {
                    format!(
                        "<article><div class=PostUser><h3 class=PostUser-name>{}</h3></div><div class=Post-body>{}</div><p><time datetime='{}+00:00'>{}</time></p></article><hr>",
                        said.author,
                        paragraphs(said),
                        said.at.strftime("%Y-%m-%dT%H:%M:%S"),
                        said.at.strftime("%b %d '%y")
                    )
                })
                .collect();
            format!(
                "<noscript id=flarum-content><div class=container><h1>{}</h1><div>{posts}</div></div></noscript>",
                thread.post.title
            )
        },
        ..plain()
    }
}

pub fn discourse() -> Shape {
    Shape {
        name: "discourse",
        n_said_per_page: 5,
        shown: TITLE_ONLY,
        past_end: super::PastEnd::NotFound,
        listing_url: |page| match page {
            1 => "/c/harbour/4".into(),
            n => format!("/c/harbour/4?page={}", n - 1),
        },
        article_url: |post, page| match page {
            1 => format!("/t/{}/{}", post.slug(), post.id),
            n => format!("/t/{}/{}?page={n}", post.slug(), post.id),
        },
        pager: |turns| {
            let mut links = String::new();
            if turns.page > 1 {
                links.push_str(&format!(
                    "<a rel=prev itemprop=url href='{}'>← previous page</a> ",
                    (turns.url)(turns.page - 1)
                ));
            }
            if turns.page < turns.n_pages {
                links.push_str(&format!(
                    "<span itemprop=name><b><a rel=next itemprop=url href='{}'>next page →</a></b></span>",
                    (turns.url)(turns.page + 1)
                ));
            }
            format!("<div role=navigation class=topic-list-bottom>{links}</div>")
        },
        row: |post| {
            format!(
                "<tr class=topic-list-item id=topic-list-item-{0}><td class=main-link itemprop=itemListElement itemscope><meta itemprop=name content='{1}'><meta itemprop=url content='/t/{2}/{0}'><meta itemprop=position content=1><span class=link-top-line><a itemprop=item href='/t/{2}/{0}' class='title raw-link raw-topic-link'>{1}</a></span><div class=link-bottom-line><a href='/c/harbour/4' class='badge-wrapper bullet'><span class=badge-category-bg></span><span class='badge-category clear-badge'><span class=category-name>Harbour</span></span></a></div></td>\
                 <td class=replies><span class=posts title=posts>{3}</span></td><td class=views><span class=views title=views>{4}</span></td><td>{5}</td></tr>",
                post.id,
                post.title,
                post.slug(),
                post.replies.len(),
                post.views,
                post.last().at.strftime("%B %-d, %Y")
            )
        },
        listing: |rows, pager| {
            format!(
                "<div id=main-outlet class=wrap role=main><div itemscope itemtype='http://schema.org/ItemList'><table class=topic-list itemscope><thead><tr><th>Topic</th><th class=replies>Replies</th><th class=views>Views</th><th>Activity</th></tr></thead><tbody>{rows}</tbody></table></div>{pager}</div>"
            )
        },
        article: |thread| {
            let posts: String = thread
                .said
                .iter()
                .enumerate()
                .map(|(at, said)| {
                    format!(
                        "<div id=post_{0} itemprop=comment itemscope class='topic-body crawler-post'><div class=crawler-post-meta><span class=creator itemprop=author itemscope><a itemprop=url rel=nofollow href='/u/x'><span itemprop=name>{1}</span></a></span><link itemprop=mainEntityOfPage href='/t/x'><span class=crawler-post-infos><time itemprop=datePublished datetime='{2}Z' class=post-time>{3}</time><meta itemprop=dateModified content='{2}Z'><span itemprop=position>{0}</span></span></div><div class=post itemprop=text>{4}</div><div itemprop=interactionStatistic itemscope><meta itemprop=userInteractionCount content=0><span class=post-likes></span></div></div>",
                        (thread.page - 1) * 5 + at + 1,
                        said.author,
                        said.at.strftime("%Y-%m-%dT%H:%M:%S"),
                        said.at.strftime("%B %-d, %Y, %-I:%M%P"),
                        paragraphs(said)
                    )
                })
                .collect();
            format!(
                "<div id=main-outlet class=wrap role=main><div id=topic-title><h1><a href='/t/{}/{}'>{}</a></h1><div class=topic-category><span itemprop=itemListElement><a href='/c/harbour/4' class=badge-wrapper><span class=category-title itemprop=name>Harbour</span></a></span></div></div><div itemscope itemtype='http://schema.org/DiscussionForumPosting'>{posts}{}</div></div>",
                thread.post.slug(),
                thread.post.id,
                thread.post.title,
                thread.pager
            )
        },
        ..plain()
    }
}

/// The list of a board's threads is one page of bare links; a thread's posts are anonymous.
fn fivechannel() -> Shape {
    fn date(said: &Said) -> String {
        let day = JAPANESE.days[said.at.weekday().to_monday_zero_offset() as usize];
        said.at
            .strftime(&format!("%Y/%m/%d({day}) %H:%M:%S.12"))
            .to_string()
    }
    Shape {
        name: "5channel",
        tongue: &JAPANESE,
        charset: "shift_jis",
        n_posts: 24,
        n_per_page: 24,
        shown: TITLE_ONLY,
        listing_url: |page| match page {
            1 => "/coast/subback.html".into(),
            n => format!("/coast/subback{n}.html"),
        },
        article_url: |post, _| format!("/test/read.cgi/coast/{}/l50", 1_763_860_000 + post.id),
        id: |post| (1_763_860_000 + post.id).to_string(),
        pager: |_| String::new(),
        row: |post| {
            format!(
                "<a href='{}/l50'>{}: {} ({})</a>&nbsp;&nbsp; \n",
                1_763_860_000 + post.id,
                33 - post.rank,
                post.title,
                1 + post.replies.len()
            )
        },
        listing: |rows, _| format!("<div><small id=trad>{rows}</small></div>"),
        head: "<base href='/test/read.cgi/coast/'>",
        article: |thread| {
            let posts: String = thread
                .said
                .iter()
                .enumerate()
                .map(|(at, said)| {
                    format!(
                        "<article id={0} data-date=NG data-userid='ID:a{0}b' data-id={0} class='clear post'><details open class=post-header><summary><span class=postid>{0:04}</span><span class=postusername><b><a rel=nofollow href='mailto:sage'>{1}</a></b></span></summary><span class=date>{2}</span><span class=uid>ID:a{0}b</span></details><section class=post-content> {3} </section></article>",
                        at + 1,
                        said.author,
                        date(said),
                        lines(said)
                    )
                })
                .collect();
            format!(
                "<div id=threadtitle>{}</div><div class=pagestats><ul><li>{}コメント</li></ul></div><div id=thread class=thread>{posts}</div>",
                thread.post.title,
                thread.said.len()
            )
        },
        ..plain()
    }
}

fn flaskbb() -> Shape {
    Shape {
        name: "flaskbb",
        n_said_per_page: 5,
        shown: Shown {
            author: true,
            date: false,
            rank: false,
            comments: true,
        },
        past_end: super::PastEnd::NotFound,
        listing_url: |page| match page {
            1 => "/forum/3-harbour".into(),
            n => format!("/forum/3-harbour?page={n}"),
        },
        article_url: |post, page| match page {
            1 => format!("/topic/{}-{}", post.id, post.slug()),
            n => format!("/topic/{}-{}?page={n}", post.id, post.slug()),
        },
        pager: |turns| {
            let links: String = (1..=turns.n_pages)
                .map(|n| match n == turns.page {
                    true => format!(
                        "<li class='page-item active'><a class=page-link href='#'>{n}</a></li>"
                    ),
                    false => format!(
                        "<li class=page-item><a class=page-link href='{}'>{n}</a></li>",
                        (turns.url)(n)
                    ),
                })
                .collect();
            format!(
                "<div class=btn-toolbar><ul class='pagination flaskbb-pagination'>{links}</ul></div>"
            )
        },
        row: |post| {
            format!(
                "<div class='row forum-row hover'><div class='col-md-5 topic-info'><div class=row><div class='col-md-1 topic-status'><span class='fa fa-comment-o topic-read'></span></div><div class='col-md-11'><div class=topic-name><a href='/topic/{0}-{1}'>{2}</a><span class=topic-pages></span></div><div class=topic-author>by <a href='/user/x'>{3}</a></div></div></div></div>\
                 <div class='col-md-2 topic-stats'>{4}</div><div class='col-md-2 topic-stats'>{5}</div><div class='col-md-3 topic-last-post'><a href='/post/{6}'>{7}</a><br><div class=topic-author>by <a href='/user/y'>{8}</a></div></div></div>",
                post.id,
                post.slug(),
                post.title,
                post.said.author,
                1 + post.replies.len(),
                post.views,
                post.last().id,
                post.last().at.strftime("%b %d, %Y"),
                post.last().author
            )
        },
        listing: |rows, pager| {
            format!(
                "<div class=forum-view>{pager}<div class='card forum-card'><div class='card-header forum-head'><a href='/forum/3-harbour'>Harbour</a></div><div class='card-body forum-body'><div class='row forum-meta'><div class='col-md-5 topic-name'>Topic</div><div class='col-md-2 topic-stats'>Posts</div><div class='col-md-2 topic-stats'>Views</div><div class='col-md-3 topic-last-post'>Last Post</div></div>{rows}</div></div></div>"
            )
        },
        article: |thread| {
            let posts: String = thread
                .said
                .iter()
                .map(|said| {
                    format!(
                        "<div id={0} class='row post-row clearfix'><div class='author col-md-2'><div class=author-name><h4><a href='/user/x'>{1}</a></h4></div><div class=author-title><h5>Member</h5></div><div class=author-registered>Joined: Nov 01, 2020</div><div class=author-posts>Posts: 12</div></div><div class='post-box col-md-10'><div class='post-meta row'><div><a href='/post/{0}'>{2}</a></div><div><strong>#1</strong></div></div><div class=post-content id=pid{0}>{3}</div><div class=post-footer></div></div></div>",
                        said.id,
                        said.author,
                        said.at.strftime("%b %d, %Y, %-I:%M:%S %p"),
                        paragraphs(said)
                    )
                })
                .collect();
            format!(
                "<div class=topic-view><ol class=breadcrumb><li><a href='/forum/3-harbour'>Harbour</a></li><li class=active>{0}</li></ol>{1}<div class='card topic'><div class='card-header topic-header'><a href='/topic/{2}-{3}'>{0}</a></div><div class='card-body topic-body'>{posts}</div></div>{1}</div>",
                thread.post.title,
                thread.pager,
                thread.post.id,
                thread.post.slug()
            )
        },
        ..plain()
    }
}

/// A row's only date is that of the last activity, whole in its tooltip.
fn spirit() -> Shape {
    Shape {
        name: "spirit",
        n_said_per_page: 6,
        shown: TITLE_ONLY,
        past_end: super::PastEnd::NotFound,
        listing_url: |page| match page {
            1 => "/category/2/harbour/".into(),
            n => format!("/category/2/harbour/?page={n}"),
        },
        article_url: |post, page| match page {
            1 => format!("/topic/{}/{}/", post.id, post.slug()),
            n => format!("/topic/{}/{}/?page={n}", post.id, post.slug()),
        },
        pager: |turns| {
            let mut links = String::new();
            for n in 1..=turns.n_pages {
                links.push_str(&match n == turns.page {
                    true => format!("<li class='paginator__button'><span>{n}</span></li>"),
                    false => format!(
                        "<li class='paginator__button'><a href='{}'>{n}</a></li>",
                        (turns.url)(n)
                    ),
                });
            }
            format!("<ul class=paginator>{links}</ul>")
        },
        row: |post| {
            format!(
                "<div class=row><div class=row-title><a class=row-link href='/topic/{}/{}/'>{}</a></div><div class=row-info><div><a style='color: #c62' href='/category/2/harbour/'>Harbour</a></div><div><i class='fa fa-comment'></i> {}</div><div title='{}'><i class='fa fa-clock-o'></i> {}</div></div></div>",
                post.id,
                post.slug(),
                post.title,
                post.replies.len(),
                post.last().at.strftime("%b. %-d, %Y, %-I:%M %P"),
                post.last().at.strftime("%-d %b '%y")
            )
        },
        listing: |rows, pager| {
            format!("<h1 class=headline>Harbour</h1><div class=rows>{rows}</div>{pager}")
        },
        article: |thread| {
            let posts: String = thread
                .said
                .iter()
                .enumerate()
                .map(|(at, said)| {
                    format!(
                        "<div class=comment id=c{0} data-number={0} data-pk={1}><div class=comment-media><div class=comment-img><img class=comment-avatar src='/a.png'></div><div class=comment-body><div class=comment-info><div class=comment-username><a class=username href='/user/3/x/'>{2}</a><span class=comment-realname></span></div><ul class=comment-date><li title='{3}'>{4}</li></ul></div><div class=comment-text>{5}</div></div></div><ul class=comment-actions><li><a class=js-share href='#'><i class='fa fa-share'></i> share</a></li></ul><div class='share' style='display: none;'><div class=share-box><a class=share-close href='#'>close</a><input class=share-url type=text value='/comment/{1}/find/'></div></div></div>",
                        (thread.page - 1) * 6 + at + 1,
                        said.id,
                        said.author,
                        said.at.strftime("%b. %-d, %Y, %-I:%M %P"),
                        said.at.strftime("%-d %b '%y"),
                        paragraphs(said)
                    )
                })
                .collect();
            format!(
                "<ul class=nav><li><a href='/category/2/harbour/'>Harbour</a></li></ul><h1 class=headline>{}</h1><div class=comments>{posts}</div><div class=container>{}</div>",
                thread.post.title, thread.pager
            )
        },
        ..plain()
    }
}

pub fn nodebb() -> Shape {
    fn time(said: &Said) -> String {
        said.at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
    }
    fn turns(turns: &Turns<'_>) -> String {
        let links: String = (1..=turns.n_pages)
            .map(|n| {
                format!(
                    "<li class='page{}'><a href='{}' data-page={n}>{n}</a></li>",
                    if n == turns.page { " active" } else { "" },
                    (turns.url)(n)
                )
            })
            .collect();
        format!(
            "<div component=pagination class='text-center pagination-container'><ul class=pagination>{links}</ul></div>"
        )
    }
    Shape {
        name: "nodebb",
        tongue: &ENGLISH,
        n_said_per_page: 5,
        has_notices: true,
        listing_url: |page| match page {
            1 => "/category/2/harbour".into(),
            n => format!("/category/2/harbour?page={n}"),
        },
        article_url: |post, page| match page {
            1 => format!("/topic/{}/{}", post.id, post.slug()),
            n => format!("/topic/{}/{}?page={n}", post.id, post.slug()),
        },
        pager: turns,
        row: |post: &Post| {
            format!(
                "<li component='category/topic' class='row clearfix category-item{0}' data-tid={1} data-index=0 itemscope><meta itemprop=name content='x'><div class='col-md-7 content'><div class='avatar pull-left'><a href='/user/x'><div class=user-icon>X</div></a></div><h2 component='topic/header' class=title>{2}<a href='/topic/{1}/{3}' itemprop=url>{4}</a><br><small><a href='/category/2/harbour'>Harbour</a> &bull;</small><small class=hidden-xs><span class=timeago title='{5}'></span> &bull; <a href='/user/x'>{6}</a></small></h2></div><div class='mobile-stat col-xs-2'><span class=human-readable-number>{7}</span></div>\
                 <div class='col-md-1 stats'><span class=human-readable-number title={7}>{7}</span><br><small>Posts</small></div><div class='col-md-1 stats'><span class=human-readable-number title={8}>{8}</span><br><small>Views</small></div><div class='col-md-3 teaser'><div class=card><p><a href='/user/y'><img alt='{9}' title='{9}'></a> <a class=permalink href='/topic/{1}/{3}/2'><span class=timeago title='{10}'></span></a></p><div class=post-content>{11}</div></div></div></li>",
                if_notice(post, " pinned"),
                post.id,
                if_notice(
                    post,
                    "<i component='topic/pinned' class='fa fa-thumb-tack'></i> "
                ),
                post.slug(),
                post.title,
                time(&post.said),
                post.said.author,
                1 + post.replies.len(),
                post.views,
                post.last().author,
                time(post.last()),
                post.last().lines[0]
            )
        },
        listing: |rows, pager| {
            format!(
                "<div class=category><ul component=category class=topic-list>{rows}</ul>{pager}</div>"
            )
        },
        article: |thread| {
            let posts: String = thread
                .said
                .iter()
                .enumerate()
                .map(|(at, said)| {
                    format!(
                        "<li component=post class=' ' data-index={0} data-pid={1} data-timestamp=1 itemscope><a component='post/anchor' data-index={0} name={0}></a><meta itemprop=datePublished content='{2}'><div class=clearfix><div class='icon pull-left'><a href='/user/x'><div class=user-icon>X</div></a></div><small class=pull-left><strong><a href='/user/x' itemprop=author data-username=x>{3}</a></strong><div class='visible-xs-inline-block visible-sm-inline-block'><a class=permalink href='/post/{1}'><span class=timeago title='{2}'></span></a></div></small></div><br><div class=content component='post/content' itemprop=text>{4}</div><div class='clearfix post-footer'><small class=pull-right><span class=post-tools><a component='post/reply' href='#'>Reply</a></span><span class=votes><span component='post/vote-count' data-votes=0>0</span></span></small></div><hr></li>",
                        (thread.page - 1) * 5 + at,
                        said.id,
                        time(said),
                        said.author,
                        paragraphs(said)
                    )
                })
                .collect();
            format!(
                "<div class=row><div class=topic><h1 component='post/header' itemprop=name><i class='fa fa-thumb-tack hidden'></i><span class=topic-title component='topic/title'>{}</span></h1><ul component=topic class=posts data-tid={}>{posts}</ul>{}</div></div>",
                thread.post.title, thread.post.id, thread.pager
            )
        },
        ..plain()
    }
}
