//! What people really post, as far as a reader of pages can tell: titles of one word and of three lines, the same title
//! twice, bodies of one word, quotations, lists, code and pictures, one person who writes every third post, threads without
//! a reply beside threads of two dozen, and moments and numbers that follow no rule.

use jiff::civil::date;

use super::posts::{Mark, Post, Said, Tongue};

/// A number that looks like chance and is always the same.
fn chance(seed: usize, of: usize) -> usize {
    let mut value = (seed as u64).wrapping_mul(31).wrapping_add(of as u64);
    value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (value ^ (value >> 31)) as usize & 0xffff
}

/// Newest first, as [`super::posts`] are.
pub fn posts(n_posts: usize, tongue: &Tongue) -> Vec<Post> {
    (0..n_posts)
        .map(|at| post(n_posts - at, tongue, 1_000))
        .collect()
}

/// Two pinned posts.
pub fn notices(tongue: &Tongue) -> Vec<Post> {
    let pinned = |rank| Post {
        notice: true,
        ..post(rank, tongue, 100)
    };
    (1..=2).map(pinned).collect()
}

fn word(tongue: &Tongue, seed: usize, of: usize) -> &'static str {
    tongue.words[chance(seed, of) % tongue.words.len()]
}

fn filled(template: &str, tongue: &Tongue, seed: usize) -> String {
    template
        .replace("{a}", word(tongue, seed, 1))
        .replace("{b}", word(tongue, seed, 2))
        .replace("{c}", word(tongue, seed, 3))
        .replace("{n}", &(seed % 1_000).to_string())
}

fn title(tongue: &Tongue, seed: usize) -> String {
    let usual = filled(tongue.title, tongue, seed);
    let short = word(tongue, seed, 4);
    match chance(seed, 5) % 9 {
        0 => short.to_owned(),
        1 => format!("{short} {}?", word(tongue, seed, 6)),
        2 => format!("[{short}] {usual}"),
        3 => format!("{usual} – {}", filled(tongue.reply, tongue, seed)),
        4 => format!("{short} & {}", word(tongue, seed, 6)),
        5 => format!("{usual} ({})", chance(seed, 7) % 9),
        6 => format!("{short}!!!"),
        7 => format!("{short}: {} 2.0", word(tongue, seed, 6)),
        _ => usual,
    }
}

fn author(tongue: &Tongue, seed: usize) -> String {
    let name = |of| tongue.authors[chance(seed, of) % tongue.authors.len()];
    match chance(seed, 8) % 6 {
        0 | 1 => tongue.authors[0].to_owned(),
        2 => format!("{}{}", name(9), chance(seed, 10) % 90 + 10),
        3 => format!("{} {}", name(9), name(11)),
        _ => name(9).to_owned(),
    }
}

fn words(tongue: &Tongue, seed: usize, is_reply: bool) -> (Vec<String>, Vec<Mark>) {
    let line = |nth: usize| filled(tongue.line, tongue, seed * 7 + nth);
    let short = |nth: usize| filled(tongue.reply, tongue, seed * 7 + nth);
    let of = |lines: Vec<(String, Mark)>| lines.into_iter().unzip();
    let plain = |text: String| (text, Mark::Plain);
    match chance(seed, 12) % 10 {
        0 => of(vec![plain(word(tongue, seed, 13).to_owned())]),
        1 => of(vec![(short(0), Mark::Quote), plain(short(1))]),
        2 => of(vec![
            plain(short(0)),
            (short(1), Mark::Item),
            (short(2), Mark::Item),
            plain(short(3)),
        ]),
        3 => of(vec![(line(0), Mark::Link)]),
        4 => of(vec![(short(0), Mark::Picture)]),
        5 => of(vec![
            plain(short(0)),
            (format!("{} = {}", "x", seed % 100), Mark::Code),
            plain(short(2)),
        ]),
        6 if !is_reply => of((0..9).map(|nth| plain(line(nth))).collect()),
        _ if is_reply => of(vec![plain(short(0))]),
        _ => of((0..1 + chance(seed, 14) % 3)
            .map(|nth| plain(line(nth)))
            .collect()),
    }
}

fn post(rank: usize, tongue: &Tongue, first_id: usize) -> Post {
    let number = |value: usize| u32::try_from(value).expect("small");
    let minutes =
        |minutes: usize| jiff::Span::new().minutes(i64::try_from(minutes).expect("small"));
    let seed = first_id + rank;
    let id = first_id + rank * rank * 2 + rank + chance(seed, 15) % 3;
    let at = date(2025, 11, 1).at(8, 12, 37, 0)
        + minutes(rank * 420 + rank * rank * 20 + chance(seed, 16) % 400);
    let said = |nth: usize, at| {
        let seed = seed * 40 + nth;
        let (lines, marks) = words(tongue, seed, nth > 0);
        Said {
            id: number(id * 50 + nth),
            author: author(tongue, seed),
            at,
            lines,
            marks,
        }
    };
    let n_replies = match chance(seed, 17) % 12 {
        0..5 => 0,
        5..8 => 1,
        8 => 2,
        9 => 3,
        10 => 6,
        _ => 23,
    };
    let mut last = at;
    let replies = (1..=n_replies).map(|nth| {
        last += minutes(3 + chance(seed, 20 + nth) % 300);
        said(nth, last)
    });
    Post {
        id: number(id),
        title: title(tongue, seed),
        replies: replies.collect(),
        said: said(0, at),
        notice: false,
        rank,
        views: 12 + chance(seed, 18) % 2_000,
    }
}
