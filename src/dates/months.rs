//! Names of months. In: a name, whole or cut short, in one of the languages below. Out: its number.

use std::collections::HashMap;
use std::sync::LazyLock;

/// For each month: English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Norwegian, Polish,
/// Czech, Russian, Ukrainian, Turkish, Finnish, Romanian, Hungarian, Greek, Croatian and Indonesian, and how they are cut short.
const NAMES: [&str; 12] = [
    "january jan januar jänner jän janvier janv enero ene gennaio gen janeiro januari stycznia styczeń sty ledna leden января янв январь січня ocak oca tammikuuta ianuarie január ιανουαρίου siječnja",
    "february feb februar feber février fevrier févr fév fevr febrero febbraio fevereiro fev februari lutego luty února únor февраля фев февр февраль лютого şubat helmikuuta februarie február φεβρουαρίου veljače",
    "march mar märz maerz mär mrz mars marzo março marco maart mrt marca marzec března březen марта мар март березня mart maaliskuuta martie március μαρτίου ožujka maret",
    "april apr avril avr abril abr aprile kwietnia kwiecień kwi dubna duben апреля апр апрель квітня nisan nis huhtikuuta aprilie április απριλίου travnja",
    "may mai mayo maggio mag maio mei maj maja května květen мая май травня mayıs toukokuuta május μαΐου svibnja",
    "june jun juni juin junio giugno giu junho czerwca czerwiec cze června červen июня июн июнь червня haziran haz kesäkuuta iunie június ιουνίου lipnja",
    "july jul juli juillet juil julio luglio lug julho lipca lipiec lip července červenec июля июл июль липня temmuz tem heinäkuuta iulie július ιουλίου srpnja",
    "august aug août aout aoû agosto ago augustus augusti sierpnia sierpień sie srpna srpen августа авг август серпня ağustos ağu elokuuta augusztus αυγούστου kolovoza agustus",
    "september sep sept septembre septiembre settembre setembro set września wrzesień wrz září сентября сен сент сентябрь вересня eylül eyl syyskuuta septembrie szeptember σεπτεμβρίου rujna",
    "october oct oktober okt octobre octubre ottobre ott outubro out października październik paź října říjen октября окт октябрь жовтня ekim eki lokakuuta octombrie október οκτωβρίου",
    "november nov novembre noviembre novembro listopada listopad lis listopadu ноября ноя нояб ноябрь листопада kasım kas marraskuuta noiembrie νοεμβρίου studenoga nopember",
    "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro grudnia grudzień gru prosince prosinec декабря дек декабрь грудня aralık ara joulukuuta decembrie δεκεμβρίου prosinca desember des",
];

static NUMBERS: LazyLock<HashMap<&'static str, i8>> = LazyLock::new(|| {
    let mut numbers = HashMap::new();
    for (month, names) in (1..).zip(NAMES) {
        for name in names.split(' ') {
            numbers.entry(name).or_insert(month);
        }
    }
    numbers
});

/// The number of the month of this name, in any case.
pub(crate) fn number(name: &str) -> Option<i8> {
    NUMBERS.get(name.to_lowercase().as_str()).copied()
}

/// Whether a name of a month may begin with these three letters, in any case, as far as ASCII goes.
pub(super) fn may_begin(letters: &[u8]) -> bool {
    /// For each pair of letters the third ones, as bits.
    static THIRDS: LazyLock<[u32; 26 * 26]> = LazyLock::new(|| {
        let mut thirds = [0; 26 * 26];
        for name in NUMBERS.keys() {
            if let Some((pair, third)) = begin_of(name.as_bytes()) {
                thirds[pair] |= third;
            }
        }
        thirds
    });
    begin_of(letters).is_some_and(|(pair, third)| THIRDS[pair] & third != 0)
}

/// The first two letters as a number below 26², and the third as a bit.
fn begin_of(letters: &[u8]) -> Option<(usize, u32)> {
    let number = |at: usize| {
        let letter = letters.get(at)?.to_ascii_lowercase();
        letter.is_ascii_lowercase().then(|| letter - b'a')
    };
    let (first, second, third) = (number(0)?, number(1)?, number(2)?);
    Some((usize::from(first) * 26 + usize::from(second), 1 << third))
}

/// All names as alternatives of a pattern, the longest first.
pub(crate) fn alternatives() -> String {
    let mut names: Vec<&str> = NUMBERS.keys().copied().collect();
    names.sort_by_key(|name| (std::cmp::Reverse(name.len()), *name));
    names.join("|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_languages_and_no_others() {
        for (name, month) in [
            ("März", 3),
            ("août", 8),
            ("Enero", 1),
            ("Sept", 9),
            ("ЯНВАРЯ", 1),
            ("dez", 12),
        ] {
            assert_eq!(number(name), Some(month), "{name}");
        }
        assert_eq!(number("monday"), None);
    }

    #[test]
    fn no_name_hides_a_longer_one() {
        let names = alternatives();
        let at = |name: &str| names.split('|').position(|known| known == name);
        assert!(at("märz") < at("mär"));
        assert!(at("juillet") < at("juil"));
    }
}
