//! The lines of a part of a page, as a reader sees them. In: places and a mask. Out: lines with the numbers that tell
//! prose from furniture.

use std::ops::Range;

use super::page::{Mask, Page, Tag};

/// One line: a paragraph, a heading, an item, or what stands between two breaks.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) text: String,
    /// Columns on a terminal, roughly: a Han, Kana or Hangul character says as much as two letters.
    pub(super) width: u32,
    /// As much of it as is inside links.
    pub(super) link_width: u32,
    /// The innermost element on lines of its own.
    pub(super) block: u32,
    /// Places of the first and the last text.
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) commas: u32,
    /// Its last character, closing quotes and brackets aside, ends a sentence.
    pub(super) ends_sentence: bool,
}

/// A line this wide is prose even if it does not end as a sentence does (Readability and jusText ask for similar).
const WIDE: u32 = 80;
/// A sentence this wide is prose.
const SENTENCE: u32 = 30;

impl Line {
    /// Half or more of it is link.
    pub(super) fn is_mostly_link(&self) -> bool {
        self.link_width * 2 >= self.width
    }

    /// The width, where this is running text.
    pub(super) fn prose(&self) -> u32 {
        let is_prose = self.width >= WIDE || (self.width >= SENTENCE && self.ends_sentence);
        if is_prose && !self.is_mostly_link() {
            self.width
        } else {
            0
        }
    }
}

/// What the lines hold of running text.
pub(super) fn prose(lines: &[Line]) -> u32 {
    lines.iter().map(Line::prose).sum()
}

/// The lines below these places, without what is masked.
pub(super) fn lines_of(page: &Page<'_>, mask: &Mask, roots: &[u32]) -> Vec<Line> {
    walk(page, mask, roots, Maker::default())
}

/// The same without their text: what rules count with.
pub(super) fn measured(page: &Page<'_>, mask: &Mask, roots: &[u32]) -> Vec<Line> {
    let maker = Maker {
        without_text: true,
        ..Maker::default()
    };
    walk(page, mask, roots, maker)
}

fn walk(page: &Page<'_>, mask: &Mask, roots: &[u32], mut maker: Maker) -> Vec<Line> {
    for &root in roots {
        let range = page.range(root);
        maker.end();
        maker.blocks.clear();
        maker.blocks.push((root, page.node(root).end));
        let mut at = u32::try_from(range.start).unwrap_or(u32::MAX);
        let end = page.node(root).end;
        while at < end {
            while maker.blocks.len() > 1 && maker.blocks.last().is_some_and(|(_, end)| *end <= at) {
                maker.blocks.pop();
                maker.end();
            }
            let node = page.node(at);
            if mask.is_out(at) {
                // A whole subtree is out with its root; single texts may be out too.
                if node.tag.is_block() {
                    maker.end();
                }
                at += 1;
                continue;
            }
            match node.tag {
                Tag::Text if maker.without_text => maker.measure(node.measure, at, node.in_link),
                Tag::Text => maker.words(node.text, at, node.in_link),
                Tag::Break => maker.end(),
                Tag::Cell => maker.space = true,
                tag if tag.is_block() && at != root => {
                    maker.end();
                    maker.blocks.push((at, node.end));
                }
                _ => {}
            }
            at += 1;
        }
        maker.end();
    }
    maker.done
}

#[derive(Default)]
struct Maker {
    done: Vec<Line>,
    line: Option<Line>,
    space: bool,
    without_text: bool,
    /// Open blocks and where each ends.
    blocks: Vec<(u32, u32)>,
}

impl Maker {
    fn words(&mut self, words: &str, place: u32, in_link: bool) {
        for piece in Pieces(words) {
            let c = match piece {
                Piece::Space => {
                    self.space = true;
                    continue;
                }
                Piece::Unseen => continue,
                Piece::Plain(run) => {
                    let line = self.widened(place, in_link, run.len() as u32);
                    line.text.push_str(run);
                    line.ends_sentence = false;
                    continue;
                }
                Piece::Sign(c) => c,
            };
            let line = self.widened(place, in_link, width_of(c));
            line.text.push(c);
            if !closes(c) {
                line.ends_sentence = ends(c);
            }
            line.commas += u32::from(is_comma(c));
        }
    }

    /// The same as [`Self::words`], of words that were measured.
    fn measure(&mut self, measure: Measure, place: u32, in_link: bool) {
        self.space |= measure.begins_with_space;
        if measure.width == 0 {
            return;
        }
        let space = std::mem::replace(&mut self.space, measure.ends_with_space);
        let line = self.line(place);
        let width = measure.width + u32::from(space && line.width > 0);
        line.width += width;
        line.link_width += if in_link { width } else { 0 };
        line.last = place;
        line.commas += measure.commas;
        line.ends_sentence = measure.ends_sentence.unwrap_or(line.ends_sentence);
    }

    /// The open line, by so much wider, and with the space that is due.
    fn widened(&mut self, place: u32, in_link: bool, width: u32) -> &mut Line {
        let space = std::mem::take(&mut self.space);
        let line = self.line(place);
        let space = space && line.width > 0;
        if space {
            line.text.push(' ');
        }
        let width = width + u32::from(space);
        line.width += width;
        line.link_width += if in_link { width } else { 0 };
        line.last = place;
        line
    }

    /// The open line.
    fn line(&mut self, place: u32) -> &mut Line {
        let block = self.blocks.last().map_or(place, |(block, _)| *block);
        self.line.get_or_insert_with(|| Line {
            text: String::new(),
            width: 0,
            link_width: 0,
            block,
            first: place,
            last: place,
            commas: 0,
            ends_sentence: false,
        })
    }

    fn end(&mut self) {
        self.done.extend(self.line.take());
        self.space = false;
    }
}

/// What rules count of one text. A page's texts are counted many times, and measured once.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Measure {
    /// Columns, white space within folded.
    width: u32,
    commas: u32,
    begins_with_space: bool,
    ends_with_space: bool,
    /// Nothing where all of it may stand behind the end of a sentence.
    ends_sentence: Option<bool>,
}

impl Measure {
    pub(super) fn of(text: &str) -> Self {
        let mut measure = Measure::default();
        let mut space = false;
        for piece in Pieces(text) {
            let width = match piece {
                Piece::Space => {
                    space = true;
                    measure.begins_with_space |= measure.width == 0;
                    continue;
                }
                Piece::Unseen => continue,
                Piece::Plain(run) => {
                    measure.ends_sentence = Some(false);
                    run.len() as u32
                }
                Piece::Sign(c) => {
                    measure.commas += u32::from(is_comma(c));
                    if !closes(c) {
                        measure.ends_sentence = Some(ends(c));
                    }
                    width_of(c)
                }
            };
            let space = std::mem::take(&mut space);
            measure.width += width + u32::from(space && measure.width > 0);
        }
        measure.ends_with_space = space;
        measure
    }
}

/// A text, cut where what is counted changes.
struct Pieces<'a>(&'a str);

enum Piece<'a> {
    Space,
    Unseen,
    /// Letters and digits of ASCII: one column each, and no sign.
    Plain(&'a str),
    /// Any other character.
    Sign(char),
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let text = self.0;
        let bytes = text.as_bytes();
        let n_plain = bytes
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        if n_plain > 0 {
            let (run, rest) = text.split_at(n_plain);
            self.0 = rest;
            return Some(Piece::Plain(run));
        }
        let c = text.chars().next()?;
        self.0 = &text[c.len_utf8()..];
        Some(if c.is_whitespace() {
            Piece::Space
        } else if is_unseen(c) {
            Piece::Unseen
        } else {
            Piece::Sign(c)
        })
    }
}

fn is_unseen(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}')
}

fn width_of(c: char) -> u32 {
    if is_wide(c) { 2 } else { 1 }
}

fn is_comma(c: char) -> bool {
    matches!(c, ',' | '，' | '、' | '،' | '。')
}

/// Stands after the end of a sentence and belongs to it.
fn closes(c: char) -> bool {
    matches!(c, '"' | '”' | '’' | '\'' | ')' | '」' | '』' | '»' | ']')
}

/// Ends a sentence, or announces what follows.
fn ends(c: char) -> bool {
    matches!(
        c,
        '.' | '!' | '?' | '…' | '。' | '！' | '？' | ':' | ';' | '؟' | '।' | '։'
    )
}

/// Han, Kana, Hangul, and their punctuation.
pub(super) fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

/// Sums over lines, so that what a subtree holds is a subtraction.
#[derive(Debug)]
pub(super) struct Sums {
    /// The first place that is counted.
    from: usize,
    /// For each place from there: width, link width, prose and number of lines of all places before it.
    before: Vec<[u32; 4]>,
}

/// What a subtree holds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Held {
    pub(super) width: u32,
    pub(super) link_width: u32,
    pub(super) prose: u32,
    pub(super) n_lines: u32,
}

impl Held {
    /// Share of the text that is link, from 0 to 1.
    pub(super) fn link_share(self) -> f32 {
        if self.width == 0 {
            0.0
        } else {
            self.link_width as f32 / self.width as f32
        }
    }
}

impl Sums {
    pub(super) fn of(page: &Page<'_>, lines: &[Line]) -> Self {
        Self::within(0..page.nodes.len(), lines)
    }

    /// Of lines that all stand between these places; what is elsewhere holds nothing.
    pub(super) fn within(places: Range<usize>, lines: &[Line]) -> Self {
        let from = places.start;
        let mut at_place = vec![[0_u32; 4]; places.len() + 1];
        for line in lines {
            // A line counts where it begins.
            let sums = &mut at_place[line.first as usize - from + 1];
            sums[0] += line.width;
            sums[1] += line.link_width;
            sums[2] += line.prose();
            sums[3] += 1;
        }
        let mut so_far = [0_u32; 4];
        for sums in &mut at_place {
            for (sum, total) in sums.iter_mut().zip(&mut so_far) {
                *total += *sum;
                *sum = *total;
            }
        }
        Sums {
            from,
            before: at_place,
        }
    }

    pub(super) fn held(&self, page: &Page<'_>, place: u32) -> Held {
        let range = page.range(place);
        let before = |place: usize| {
            let last = self.before.len() - 1;
            self.before[place.saturating_sub(self.from).min(last)]
        };
        let (low, high) = (before(range.start), before(range.end));
        Held {
            width: high[0] - low[0],
            link_width: high[1] - low[1],
            prose: high[2] - low[2],
            n_lines: high[3] - low[3],
        }
    }
}
