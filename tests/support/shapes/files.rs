//! Boards whose posts have files: in a row of facts, behind calls of scripts, below or among a post's words, beside
//! buttons; some posts have several, most have none, and of one board only an old post has any.

use super::posts::{CHINESE, GERMAN, JAPANESE, KOREAN};
use super::{File, Post, Shape, Shown, Thread, lines, paragraphs, plain};

pub fn shapes() -> Vec<Shape> {
    vec![
        egov(),
        script(),
        phpbb(),
        german(),
        discuz(),
        buttons(),
        japanese(),
        rare(),
    ]
}

const NO_COMMENTS: Shown = Shown {
    author: true,
    date: true,
    rank: false,
    comments: false,
};

/// A table of posts, and a heading with facts above each article.
fn board() -> Shape {
    Shape {
        shown: NO_COMMENTS,
        past_end: super::PastEnd::Empty,
        row: |post| {
            format!(
                "<tr><td class=subject><a href='/board/{}'>{}</a></td><td class=writer>{}</td><td class=day>{}</td></tr>",
                post.id,
                post.title,
                post.said.author,
                post.said.at.strftime("%Y-%m-%d %H:%M")
            )
        },
        listing: |rows, pager| format!("<table class=list><tbody>{rows}</tbody></table>{pager}"),
        ..plain()
    }
}

/// Title, author and date of a post.
fn head(post: &Post) -> String {
    format!(
        "<div class=view-head><h2 class=subject>{}</h2><span class=writer>{}</span> <span class=day>{}</span></div>",
        post.title,
        post.said.author,
        post.said.at.strftime("%Y-%m-%d %H:%M")
    )
}

/// As many files as a post's rank says, of these endings.
fn some(post: &Post, n: usize, name: impl Fn(usize) -> File) -> Vec<File> {
    (0..n).map(|at| name(post.rank * 7 + at)).collect()
}

fn join(files: &[File], one: impl Fn(&File) -> String) -> String {
    files.iter().map(one).collect()
}

/// The link to a viewer stands with every article, in the files' own cell. One post's words have a link to a document of
/// somebody else's.
fn egov() -> Shape {
    fn files(post: &Post) -> Vec<File> {
        let n = [0, 2, 0, 1][post.rank % 4];
        let place = |seed: usize| if seed.is_multiple_of(2) { "hwp" } else { "pdf" };
        let all = some(post, n, |seed| File {
            name: format!("조수표 {seed} (최종).{}", place(seed)),
            url: String::new(),
            size: Some(1024 * (20 + seed as u64)),
        });
        let with_url = |(at, file): (usize, File)| File {
            url: format!(
                "/cmm/fms/FileDown.do?atchFileId=FILE_{:012}&fileSn={at}",
                post.id
            ),
            ..file
        };
        all.into_iter().enumerate().map(with_url).collect()
    }
    Shape {
        name: "files-egov",
        tongue: &KOREAN,
        files,
        article: |thread| {
            let post = thread.post;
            let files = join(&files(post), |file| {
                format!(
                    "<li><a href='{}'>{}</a> <span>[{} KB]</span></li>",
                    file.url,
                    file.name,
                    file.size.unwrap_or(0) / 1024
                )
            });
            let words = paragraphs(&post.said).replacen(
                KOREAN.words[1],
                "<a href='https://tides.example/papers/tide.pdf'>등대</a>",
                1,
            );
            format!(
                "{}<table class=bbs-view><tr><th>첨부파일</th><td><ul>{files}</ul><p class=viewer><a href='/download/hwp_viewer.exe'>한글 뷰어 다운로드</a></p></td></tr></table><div class=bbs-cont>{words}</div>",
                head(post)
            )
        },
        ..board()
    }
}

/// The page's own script says where a call leads. No sizes.
fn script() -> Shape {
    fn files(post: &Post) -> Vec<File> {
        let n = [1, 0, 0, 3, 0][post.rank % 5];
        let one = |seed: usize| File {
            name: format!("회의록_{seed}.xlsx"),
            url: format!("/bbs/down.do?file={}&sn={}", post.id, seed % 7),
            size: None,
        };
        some(post, n, one)
    }
    Shape {
        name: "files-script",
        tongue: &KOREAN,
        files,
        article: |thread| {
            let post = thread.post;
            let files = join(&files(post), |file| {
                let number = file.url.rsplit('=').next().unwrap_or_default();
                format!(
                    "<li><a href=\"javascript:fn_fileDown('{}','{number}');\">{}</a></li>",
                    post.id, file.name
                )
            });
            let list = match files.is_empty() {
                true => String::new(),
                false => format!("<dl class=add><dt>첨부</dt><dd><ul>{files}</ul></dd></dl>"),
            };
            format!(
                "<script>function fn_fileDown(id, sn){{ location.href = '/bbs/down.do?file=' + id + '&sn=' + sn; }}</script>{}{list}<div class=cont>{}</div>",
                head(post),
                paragraphs(&post.said)
            )
        },
        ..board()
    }
}

/// Files of a thread's first post are its own, those of replies are theirs. Sessions stand in all links.
fn phpbb() -> Shape {
    const SESSION: &str = "sid=4f1d0c9a7b2e83d5f60718293a4b5c6d";
    fn files(post: &Post) -> Vec<File> {
        let n = [0, 1, 2][post.rank % 3];
        let one = |seed: usize| File {
            name: format!("map.of.{seed}.zip"),
            url: format!("/download/file.php?id={}", post.id * 10 + seed as u32 % 7),
            size: Some((12.5 * 1024.0) as u64),
        };
        some(post, n, one)
    }
    fn block(files: &[File]) -> String {
        let items = join(files, |file| {
            format!(
                "<dd><dl class=file><dt><span class=icon></span> <a class=postlink href='.{}&{SESSION}'>{}</a></dt><dd>(12.5 KiB) Downloaded 34 times</dd></dl></dd>",
                file.url, file.name
            )
        });
        match items.is_empty() {
            true => items,
            false => format!("<dl class=attachbox><dt>Attachments</dt>{items}</dl>"),
        }
    }
    Shape {
        name: "files-phpbb",
        shown: Shown {
            comments: true,
            ..NO_COMMENTS
        },
        files,
        article_url: |post, _| format!("/viewtopic.php?t={}", post.id),
        row: |post| {
            format!(
                "<li class=row><dl><dt><a class=topictitle href='./viewtopic.php?t={}&{SESSION}'>{}</a> by <a class=username href='./memberlist.php?u=3&{SESSION}'>{}</a> » {}</dt><dd class=posts>{}</dd></dl></li>",
                post.id,
                post.title,
                post.said.author,
                post.said.at.strftime("%a %b %d, %Y %H:%M"),
                post.replies.len()
            )
        },
        listing: |rows, pager| format!("<ul class='topiclist topics'>{rows}</ul>{pager}"),
        article: |thread: &Thread<'_>| {
            let posts: String = thread
                .said
                .iter()
                .map(|said| {
                    let own = match thread.is_first(said) {
                        true => files(thread.post),
                        false if said.id % 3 == 0 => vec![File {
                            name: format!("answer-{}.png", said.id),
                            url: format!("/download/file.php?id={}", 900_000 + said.id),
                            size: None,
                        }],
                        false => Vec::new(),
                    };
                    let text = match thread.is_first(said) {
                        true => lines(said),
                        false => said.lines[0].clone(),
                    };
                    format!(
                        "<div id=p{0} class='post has-profile'><div class=postbody><h3><a href='#p{0}'>Re: {1}</a></h3><p class=author>by <a class=username href='./memberlist.php?u=3&{SESSION}'>{2}</a> » <time datetime='{3}+00:00'>{4}</time></p><div class=content>{text}</div>{5}</div></div>",
                        said.id,
                        thread.post.title,
                        said.author,
                        said.at.strftime("%Y-%m-%dT%H:%M:%S"),
                        said.at.strftime("%a %b %d, %Y %H:%M"),
                        block(&own)
                    )
                })
                .collect();
            format!("<h2 class=topic-title>{}</h2>{posts}", thread.post.title)
        },
        ..board()
    }
}

/// Lines at the end of a post, in the same element as its words; sizes as Germans write numbers.
fn german() -> Shape {
    fn files(post: &Post) -> Vec<File> {
        let n = [2, 0, 1, 0][post.rank % 4];
        let one = |seed: usize| File {
            name: format!("Seekarte {seed}.pdf"),
            url: format!("/attachment.php?aid={}", 4_000 + seed),
            size: Some((1.2 * 1_048_576.0) as u64),
        };
        some(post, n, one)
    }
    Shape {
        name: "files-german",
        tongue: &GERMAN,
        files,
        article: |thread| {
            let post = thread.post;
            let files = join(&files(post), |file| {
                format!(
                    "<br><img src=/icons/pdf.gif alt=''> <a href='{}'>{}</a> (1,2 MB, 12 Mal heruntergeladen)",
                    file.url, file.name
                )
            });
            let list = match files.is_empty() {
                true => files,
                false => format!("<br><br><strong>Anhänge:</strong>{files}"),
            };
            format!(
                "{}<div class=beitrag>{}{list}</div>",
                head(post),
                lines(&post.said)
            )
        },
        ..board()
    }
}

/// The id of a file is one with the moment of the view.
fn discuz() -> Shape {
    fn files(post: &Post) -> Vec<File> {
        let n = [0, 0, 2][post.rank % 3];
        let one = |seed: usize| File {
            name: format!("海图-{seed}.rar"),
            url: format!("/forum.php?mod=attachment&aid={}", 700 + seed),
            size: Some(((32.5 + seed as f64) * 1024.0) as u64),
        };
        some(post, n, one)
    }
    Shape {
        name: "files-discuz",
        tongue: &CHINESE,
        files,
        article: |thread| {
            let post = thread.post;
            let files = join(&files(post), |file| {
                format!(
                    "<ignore_js_op><dl class=tattl><dd><p class=attnm><a href='{}&nonce=b7f1%7C1764400000%7C9f2c'>{}</a></p><p>({:.1} KB, 下载次数: 12)</p></dd></dl></ignore_js_op>",
                    file.url,
                    file.name,
                    file.size.unwrap_or(0) as f64 / 1024.0
                )
            });
            format!(
                "{}<div class=pcb><div class=t_f>{}</div><div class=pattl>{files}</div></div>",
                head(post),
                paragraphs(&post.said)
            )
        },
        ..board()
    }
}

/// The name is no link; a button beside it is.
fn buttons() -> Shape {
    fn files(post: &Post) -> Vec<File> {
        let n = [1, 0, 2][post.rank % 3];
        let one = |seed: usize| File {
            name: format!("ledger of {seed}.docx"),
            url: format!(
                "/file/download/{}",
                30_000 + post.id as usize * 10 + seed % 7
            ),
            size: Some(1024 * (40 + seed as u64)),
        };
        some(post, n, one)
    }
    Shape {
        name: "files-buttons",
        files,
        article: |thread| {
            let post = thread.post;
            let files = join(&files(post), |file| {
                format!(
                    "<tr><td>{}</td><td>{}KB</td><td><a class=btn href='{}'>Download</a></td></tr>",
                    file.name,
                    file.size.unwrap_or(0) / 1024,
                    file.url
                )
            });
            let list = match files.is_empty() {
                true => files,
                false => format!("<h4>Attached files</h4><table class=enclosed>{files}</table>"),
            };
            format!(
                "<div class=view>{}<div class=words>{}<p><a href='/photos/{3}.jpg'><img src='/photos/{3}-small.jpg' alt=''></a></p></div>{2}</div>",
                head(post),
                paragraphs(&post.said),
                list,
                post.id
            )
        },
        ..board()
    }
}

/// Links say what a file is about, not what it is called.
fn japanese() -> Shape {
    fn files(post: &Post) -> Vec<File> {
        let n = [0, 1, 0, 2][post.rank % 4];
        let one = |seed: usize| File {
            name: format!("潮位表その{seed}"),
            url: format!("/uploads/2025/11/{}.pdf", 5_000 + seed),
            size: Some(1024 * (60 + seed as u64)),
        };
        some(post, n, one)
    }
    Shape {
        name: "files-japanese",
        tongue: &JAPANESE,
        files,
        article: |thread| {
            let post = thread.post;
            let files = join(&files(post), |file| {
                format!(
                    "<p><a href='{}'>{} [PDF:{}KB]</a></p>",
                    file.url,
                    file.name,
                    file.size.unwrap_or(0) / 1024
                )
            });
            let list = match files.is_empty() {
                true => files,
                false => format!("<div class=tenpu><h3>添付ファイル</h3>{files}</div>"),
            };
            format!(
                "{}<div class=honbun>{}{list}</div>",
                head(post),
                paragraphs(&post.said)
            )
        },
        ..board()
    }
}

/// One post of all has files, on the listing's last page.
fn rare() -> Shape {
    fn files(post: &Post) -> Vec<File> {
        let n = if post.rank == 2 { 3 } else { 0 };
        let one = |seed: usize| File {
            name: format!("signal {seed}.pdf"),
            url: format!("/download.php?board=coast&post={}&no={}", post.id, seed % 7),
            size: Some(1024 * (10 + seed as u64)),
        };
        some(post, n, one)
    }
    Shape {
        name: "files-rare",
        files,
        article: |thread| {
            let post = thread.post;
            let files = join(&files(post), |file| {
                format!(
                    "<li><a href='{}&token=5f0c1e'>{}</a> ({} KB)</li>",
                    file.url,
                    file.name,
                    file.size.unwrap_or(0) / 1024
                )
            });
            let list = match files.is_empty() {
                true => files,
                false => format!("<ul class=list>{files}</ul>"),
            };
            format!(
                "{}<div class=words>{}{list}</div>",
                head(post),
                paragraphs(&post.said)
            )
        },
        ..board()
    }
}
