//! Do two texts fill in the same form with different words? A daily forecast in words, a list of the lost and found, who was
//! appointed to what: nearly all words are the same, and yet it is another story.
//!
//! Two things tell them from an edited copy. What a form is filled in with comes from few words, which stand in other
//! places of the other text: who edits does not put in the place of *rain* what stands for *snow* two lines below. And
//! earlier texts of a board show at which places they differ each time.

use std::collections::{BTreeMap, BTreeSet};

use super::shingle::mix;
use super::words::{Swap, Word, common, swaps};

/// So many swaps of words that are swapped for others elsewhere …
const FEWEST_SHUFFLED: usize = 3;
/// … as one of so many of all swaps.
const SHUFFLED_SHARE: usize = 2;
/// Words of a swap that counts among them.
const LONGEST_SHUFFLED: usize = 4;
/// In another order of paragraphs words meet by chance: so much of the shorter text is in the same order.
const LEAST_IN_ORDER: f64 = 0.6;
/// Of a form's places: as of its numbers.
const AGREE_FOR_EACH: usize = 3;
/// Different words at one place, each of another text, that make it one which is filled in.
const FEWEST_FILLINGS: usize = 3;
/// … and at least one of so many texts that are like one says something else there.
const FILLED_IN: usize = 3;
/// Slots are at least one of so many places at which it and they say something else.
const OF_ALL_PLACES: usize = 4;
/// So many times as many texts as are alike may have the two words beside a place.
const AT_LARGE: usize = 2;

/// Whether two texts fill in one form with different words. `is_slot`: whether a place is known to be filled in.
pub(super) fn is_filled_otherwise(a: &[Word], b: &[Word], is_slot: impl Fn(u32) -> bool) -> bool {
    let common = common(a, b);
    let swaps = swaps(a, b, &common);
    let (n_agree, n_differ) = at_slots(a, b, &common, &swaps, is_slot);
    n_differ * AGREE_FOR_EACH > n_agree
        || (common.len() as f64 >= LEAST_IN_ORDER * a.len().min(b.len()) as f64
            && is_shuffled(a, b, &swaps))
}

/// How many slots of a form say the same in both texts, and how many do not.
fn at_slots(
    a: &[Word],
    b: &[Word],
    common: &[(usize, usize)],
    swaps: &[Swap],
    is_slot: impl Fn(u32) -> bool,
) -> (usize, usize) {
    let is_run = |three: &&[(usize, usize)]| match three {
        [(i, j), _, (last_i, last_j)] => last_i - i == 2 && last_j - j == 2,
        _ => false,
    };
    let runs = || {
        common
            .windows(3)
            .filter(is_run)
            .map(|run| run[0].0..run[2].0 + 1)
    };
    let agree_before = runs().filter(|run| before(a, run.end - 1).is_some_and(&is_slot));
    let agree_after = runs().filter(|run| after(a, run.start + 1).is_some_and(&is_slot));
    let is_at_slot = |swap: &&Swap| places_of(a, b, swap).any(|(place, _)| is_slot(place));
    (
        agree_before.count().max(agree_after.count()),
        swaps.iter().filter(is_at_slot).count(),
    )
}

/// Whether many words are swapped for others that stand elsewhere. A press's name that is another one throughout is not.
fn is_shuffled(a: &[Word], b: &[Word], swaps: &[Swap]) -> bool {
    let swaps: Vec<&Swap> = swaps.iter().filter(|swap| is_short(swap)).collect();
    // By what is swapped, as a whole and word by word: in which swaps.
    let mut swapped: BTreeMap<u64, BTreeSet<(u64, u64)>> = BTreeMap::new();
    for swap in &swaps {
        let words = said_by(a, b, swap).map(|word| word.hash);
        for said in words.chain([swap.said.0, swap.said.1]) {
            swapped.entry(said).or_default().insert(swap.said);
        }
    }
    let is_elsewhere = |said: u64| swapped[&said].len() > 1;
    let is_shuffled = |swap: &&&Swap| {
        is_elsewhere(swap.said.0)
            || is_elsewhere(swap.said.1)
            || said_by(a, b, swap).all(|word| is_elsewhere(word.hash))
    };
    let n_shuffled = swaps.iter().filter(is_shuffled).count();
    n_shuffled >= FEWEST_SHUFFLED && n_shuffled * SHUFFLED_SHARE >= swaps.len()
}

fn is_short(swap: &Swap) -> bool {
    swap.at.0.len().max(swap.at.1.len()) <= LONGEST_SHUFFLED
}

fn said_by<'a>(a: &'a [Word], b: &'a [Word], swap: &Swap) -> impl Iterator<Item = &'a Word> {
    a[swap.at.0.clone()].iter().chain(&b[swap.at.1.clone()])
}

/// A place in a text: the two words before it …
fn before(words: &[Word], start: usize) -> Option<u32> {
    words
        .get(start.checked_sub(2)?..start)
        .map(|two| hash(0, two))
}

/// … or the two behind it. Of things that stand beside each other one is often known by these alone.
fn after(words: &[Word], end: usize) -> Option<u32> {
    words.get(end..end + 2).map(|two| hash(1, two))
}

fn hash(side: u64, two: &[Word]) -> u32 {
    let hash = two.iter().fold(side, |hash, word| mix(hash ^ word.hash));
    (hash >> 32) as u32
}

/// The places of a swap that both texts have, with where they are.
fn places_of(
    a: &[Word],
    b: &[Word],
    swap: &Swap,
) -> impl Iterator<Item = (u32, (usize, usize))> + use<> {
    let (here, there) = &swap.at;
    let both = [
        (before(a, here.start), before(b, there.start)),
        (after(a, here.end), after(b, there.end)),
    ];
    let at = [(here.start, there.start), (here.end, there.end)];
    let same = both.into_iter().zip(at).filter(|((x, y), _)| x == y);
    same.filter_map(|((place, _), at)| Some((place?, at)))
}

/// All places of a text, ascending.
pub(super) fn places(words: &[Word]) -> Vec<u32> {
    let two = words.windows(2);
    let mut places: Vec<u32> = two.flat_map(|two| [hash(0, two), hash(1, two)]).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// The places at which texts are filled in, ascending. `alike`: which pairs of them may be one form.
pub(super) fn slots(
    texts: &[&[Word]],
    alike: impl IntoIterator<Item = (usize, usize)>,
) -> Vec<u32> {
    let mut around: Vec<Around> = texts.iter().map(|_| Around::default()).collect();
    for (n, m) in alike {
        let (a, b) = (texts[n], texts[m]);
        let swaps = swaps(a, b, &common(a, b));
        for one in [n, m] {
            around[one].n_alike += 1;
        }
        for swap in swaps {
            for (place, (i, j)) in places_of(a, b, &swap) {
                let (here, there) = swap.said;
                around[n].note((place, i), here, there);
                around[m].note((place, j), there, here);
            }
        }
    }
    let mut having: Vec<u32> = texts.iter().flat_map(|words| places(words)).collect();
    having.sort_unstable();
    let n_having = |place: u32| {
        let first = having.partition_point(|other| *other < place);
        having[first..].partition_point(|other| *other == place)
    };
    let slots = around.iter().flat_map(|around| {
        // What stands before the texts of a whole board is its frame's.
        let is_of_form = |place: &u32| n_having(*place) <= AT_LARGE * (around.n_alike + 1);
        around.slots().filter(is_of_form)
    });
    let mut slots: Vec<u32> = slots.collect();
    slots.sort_unstable();
    slots.dedup();
    slots
}

/// What the texts that are like one of them say in its place.
#[derive(Default)]
struct Around {
    n_alike: usize,
    /// By place and where it is, since a phrase may come again in other sentences: of how many texts, and what.
    fillings: BTreeMap<(u32, usize), (usize, BTreeSet<u64>)>,
}

impl Around {
    fn note(&mut self, place: (u32, usize), here: u64, there: u64) {
        let (n, said) = self.fillings.entry(place).or_default();
        *n += 1;
        said.extend([here, there]);
    }

    /// Copies of one story have different words at a place where two of them were edited by chance; a form has them in many
    /// texts, and hardly anywhere else.
    fn slots(&self) -> impl Iterator<Item = u32> {
        let is_slot = |(n, said): &(usize, BTreeSet<u64>)| {
            said.len() >= FEWEST_FILLINGS && n * FILLED_IN >= self.n_alike
        };
        let found = self.fillings.iter().filter(move |(_, of)| is_slot(of));
        let is_form = found.clone().count() * OF_ALL_PLACES >= self.fillings.len();
        found.filter(move |_| is_form).map(|((place, _), _)| *place)
    }
}

#[cfg(test)]
mod tests {
    use super::super::letters::letters;
    use super::super::words::words;
    use super::*;

    fn of(text: &str) -> Vec<Word> {
        words(&letters(text))
    }

    fn forecast(skies: [&str; 5]) -> String {
        let places = ["한내", "가람", "솔빛", "윗샘", "달재"];
        let lines = places.iter().zip(skies);
        lines
            .map(|(place, sky)| format!("{place} 지역은 하루 내내 {sky} 날씨가 되겠습니다. "))
            .collect()
    }

    fn is_other(a: &str, b: &str, slots: &[u32]) -> bool {
        is_filled_otherwise(&of(a), &of(b), |place| slots.contains(&place))
    }

    #[test]
    fn words_that_change_places_are_another_filling_and_new_ones_are_an_edit() {
        let monday = forecast(["맑은", "흐린", "맑은", "비 오는", "흐린"]);
        let tuesday = forecast(["흐린", "맑은", "비 오는", "비 오는", "눈 오는"]);
        assert!(is_other(&monday, &tuesday, &[]));
        let edited = monday
            .replace("하루", "온종일")
            .replacen("맑은", "화창한", 1);
        assert!(!is_other(&monday, &edited, &[]));
        // One name for another throughout.
        let named = |press: &str| {
            format!("{press}은 물었다. ").repeat(2) + &monday.replace("지역은", press)
        };
        assert!(!is_other(&named("가나신문"), &named("다라일보"), &[]));
    }

    fn notice(thing: &str, place: &str) -> String {
        format!(
            "주운 물건은 {thing} 하나이고 발견된 곳은 {place} 앞이며 주인은 관리실로 와서 찾아가시기 바랍니다"
        )
    }

    #[test]
    fn earlier_texts_tell_where_a_form_is_filled_in() {
        let days = [
            ("우산", "정문"),
            ("지갑", "매점"),
            ("장갑", "강당"),
            ("모자", "식당"),
        ];
        let texts = days.map(|(thing, place)| of(&notice(thing, place)));
        let texts: Vec<&[Word]> = texts.iter().map(Vec::as_slice).collect();
        let all = |n: usize| (0..n).flat_map(move |a| (a + 1..n).map(move |b| (a, b)));
        assert!(slots(&texts[..2], all(2)).is_empty(), "two may be an edit");
        let slots = slots(&texts, all(4));
        assert_eq!(slots.len(), 4, "two places, from both sides");
        let (mine, other) = (notice("안경", "옥상"), notice("열쇠", "현관"));
        assert!(is_other(&mine, &other, &slots) && !is_other(&mine, &other, &[]));
        assert!(!is_other(
            &mine,
            &mine.replace("찾아가시기", "가져가시기"),
            &slots
        ));
    }

    #[test]
    fn edits_of_one_story_at_different_places_are_no_form() {
        let story: Vec<String> = (0..60)
            .map(|n| format!("낱말{}", char::from_u32('가' as u32 + n * 28).unwrap()))
            .collect();
        let edited = (1..6).map(|n| {
            let mut words = story.clone();
            words[n * 9] = format!("고침{}", char::from_u32('나' as u32 + n as u32).unwrap());
            of(&words.join(" "))
        });
        let texts: Vec<Vec<Word>> = edited.collect();
        let texts: Vec<&[Word]> = texts.iter().map(Vec::as_slice).collect();
        let all = (0..5).flat_map(|a| (a + 1..5).map(move |b| (a, b)));
        assert!(slots(&texts, all).is_empty());
    }

    #[test]
    fn what_every_text_of_a_board_has_in_front_is_no_form_s() {
        let framed = |n: usize, text: &str| {
            format!(
                "우리 신문 기자{} 씀 무단으로 옮기지 말 것 {text}",
                ["갑", "을", "병", "정", "무", "기", "경", "신"][n]
            )
        };
        let form = |n: usize| framed(n, &notice("우산", "정문"));
        let other = |n: usize| framed(n, &format!("{n}번째 이야기는 아무것도 같지 않다"));
        let texts: Vec<Vec<Word>> = (0..4)
            .map(form)
            .chain((0..8).map(other))
            .map(|text| of(&text))
            .collect();
        let texts: Vec<&[Word]> = texts.iter().map(Vec::as_slice).collect();
        let all = (0..4).flat_map(|a| (a + 1..4).map(move |b| (a, b)));
        assert!(slots(&texts, all).is_empty());
    }
}
