//! How two texts run beside each other, word for word: which words both have in the same order (a longest common
//! subsequence), and what the one says in place of the other between them.

use std::ops::Range;

use super::letters::Letters;
use super::shingle::BASE;

/// Of longer texts the beginning is looked at: rows of bits grow with the product.
const MOST_WORDS: usize = 2048;

/// A run of letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) hash: u64,
    n_letters: u32,
    has_digits: bool,
}

pub(super) fn words(letters: &Letters) -> Vec<Word> {
    let ends = letters.word_starts.iter().skip(1).copied();
    let ends = ends.chain([letters.all.len()]);
    let words = letters.word_starts.iter().zip(ends).take(MOST_WORDS);
    words
        .map(|(start, end)| {
            let letters = &letters.all[*start..end];
            Word {
                hash: letters.iter().fold(0, |hash: u64, c| {
                    hash.wrapping_mul(BASE)
                        .wrapping_add(u64::from(u32::from(*c)) + 1)
                }),
                n_letters: letters.len() as u32,
                has_digits: letters.iter().any(char::is_ascii_digit),
            }
        })
        .collect()
}

/// What some words say, however they are spaced.
fn said(words: &[Word]) -> u64 {
    words.iter().fold(0, |hash: u64, word| {
        hash.wrapping_mul(BASE.wrapping_pow(word.n_letters))
            .wrapping_add(word.hash)
    })
}

/// Places of the words that both texts have in the same order.
pub(super) fn common(a: &[Word], b: &[Word]) -> Vec<(usize, usize)> {
    let n_least = a.len().min(b.len());
    let same = |(a, b): &(&Word, &Word)| a.hash == b.hash;
    let n_first = a.iter().zip(b).take_while(same).count();
    let n_last = (a.iter().rev())
        .zip(b.iter().rev())
        .take(n_least - n_first)
        .take_while(same)
        .count();
    let mut found: Vec<(usize, usize)> = (0..n_first).map(|n| (n, n)).collect();
    let between = |all: &[Word]| n_first..all.len() - n_last;
    let inner = longest(&a[between(a)], &b[between(b)]);
    found.extend(inner.into_iter().map(|(i, j)| (i + n_first, j + n_first)));
    found.extend((1..=n_last).rev().map(|n| (a.len() - n, b.len() - n)));
    found
}

/// A longest common subsequence, a row of bits for each word of `a` (Hyyrö, "Bit-parallel LCS-length computation
/// revisited", 2004): a bit that is not set is where one more is found.
fn longest(a: &[Word], b: &[Word]) -> Vec<(usize, usize)> {
    let mut places: Vec<(u64, usize)> = b.iter().map(|word| word.hash).zip(0..).collect();
    places.sort_unstable();
    let width = b.len().div_ceil(64);
    let mut rows = vec![u64::MAX; width];
    rows.reserve(a.len() * width);
    let mut here = vec![0u64; width];
    for (i, word) in a.iter().enumerate() {
        here.fill(0);
        let first = places.partition_point(|(hash, _)| *hash < word.hash);
        let its = places[first..]
            .iter()
            .take_while(|(hash, _)| *hash == word.hash);
        its.for_each(|(_, j)| here[j / 64] |= 1 << (j % 64));
        let mut carry = false;
        for (at, here) in here.iter().enumerate() {
            let before = rows[i * width + at];
            let met = before & here;
            let (sum, one) = before.overflowing_add(met);
            let (sum, two) = sum.overflowing_add(u64::from(carry));
            carry = one || two;
            rows.push(sum | (before & !here));
        }
    }
    let finds = |i: usize, j: usize| rows[i * width + j / 64] >> (j % 64) & 1 == 0;
    let (mut i, mut j, mut found) = (a.len(), b.len(), Vec::new());
    while i > 0 && j > 0 {
        if !finds(i, j - 1) {
            j -= 1;
        } else {
            i -= 1;
            if !finds(i, j - 1) {
                j -= 1;
                found.push((i, j));
            }
        }
    }
    found.reverse();
    found
}

/// Words of one text in place of some of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Swap {
    /// What each of them says.
    pub(super) said: (u64, u64),
    /// Where the words are.
    pub(super) at: (Range<usize>, Range<usize>),
}

/// More words than this are no longer a name or a list of things: a passage was written anew.
const LONGEST_SWAP: usize = 12;

/// Between words that both have. Those with digits are left to the numbers.
pub(super) fn swaps(a: &[Word], b: &[Word], common: &[(usize, usize)]) -> Vec<Swap> {
    let gaps = common.windows(2).filter_map(|both| match both {
        [(i, j), (next_i, next_j)] => Some((i + 1..*next_i, j + 1..*next_j)),
        _ => None,
    });
    let is_short = |range: &Range<usize>| (1..=LONGEST_SWAP).contains(&range.len());
    gaps.filter(|(i, j)| is_short(i) && is_short(j))
        .filter_map(|(i, j)| {
            let (here, there) = (&a[i.clone()], &b[j.clone()]);
            let has_digits = here.iter().chain(there).any(|word| word.has_digits);
            let swap = Swap {
                said: (said(here), said(there)),
                at: (i, j),
            };
            (!has_digits && swap.said.0 != swap.said.1).then_some(swap)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::letters::letters;
    use super::*;

    fn of(text: &str) -> Vec<Word> {
        words(&letters(text))
    }

    fn swapped(a: &str, b: &str) -> usize {
        let (a, b) = (of(a), of(b));
        swaps(&a, &b, &common(&a, &b)).len()
    }

    #[test]
    fn what_stands_in_the_place_of_another_word_is_a_swap() {
        assert_eq!(swapped("오늘 서울 맑음 내일", "오늘 서울 흐림 내일"), 1);
        assert_eq!(
            swapped("in the north rain and", "in the north some snow and"),
            1
        );
        // Spacing, numbers, words added, and words at an end are none.
        assert_eq!(swapped("올해 기준 금리 동결", "올해 기준금리 동결"), 0);
        assert_eq!(swapped("서울 3도 맑음", "서울 5도 맑음"), 0);
        assert_eq!(swapped("서울 맑음", "서울 대체로 맑음"), 0);
        assert_eq!(swapped("가람 서울 맑음 나무", "노을 서울 맑음 들판"), 0);
    }

    /// The textbook's table.
    fn n_common(a: &[u8], b: &[u8]) -> usize {
        let mut row = vec![0; b.len() + 1];
        for x in a {
            let mut before = 0;
            for (j, y) in b.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = if x == y {
                    before + 1
                } else {
                    row[j].max(above)
                };
                before = above;
            }
        }
        row[b.len()]
    }

    proptest! {
        #[test]
        fn what_is_common_is_as_long_as_it_can_be(
            a in proptest::collection::vec(b'a'..b'f', 0..150),
            b in proptest::collection::vec(b'a'..b'f', 0..150),
        ) {
            let text = |letters: &[u8]| letters.iter().map(|c| format!("{} ", char::from(*c))).collect::<String>();
            let found = common(&of(&text(&a)), &of(&text(&b)));
            prop_assert!(found.iter().all(|(i, j)| a[*i] == b[*j]));
            prop_assert!(found.is_sorted_by(|x, y| x.0 < y.0 && x.1 < y.1));
            prop_assert_eq!(found.len(), n_common(&a, &b));
        }
    }
}
