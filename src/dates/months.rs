//! Names of months. In: a name, whole or cut short, in one of the languages below. Out: its number.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// For each month: English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Norwegian, Polish,
/// Czech, Russian, Ukrainian, Turkish, Finnish, Romanian, Hungarian, Greek, Croatian and Indonesian, and how they are cut
/// short; then Serbian, Slovak, Slovene, Bulgarian, Lithuanian, Latvian, Estonian, Catalan, Icelandic, Malay, Arabic
/// (of Egypt, of the Levant, of the Maghreb), Hebrew (`ב`, "in", is part of the word in a date), Thai, Vietnamese, Hindi,
/// Bengali and Persian. `_` is white space.
const NAMES: [&str; 12] = [
    "january jan januar jänner jän janvier janv enero ene gennaio gen janeiro januari stycznia styczeń sty ledna leden января янв январь січня ocak oca tammikuuta ianuarie január ιανουαρίου siječnja ιανουάριος јануар januára januarja януари sausio janvāris janvārī jaanuar gener janúar يناير كانون_الثاني جانفي ינואר בינואר มกราคม ม.ค. tháng_1 thg_1 जनवरी জানুয়ারি ژانویه sij tammi яну ιαν",
    "february feb februar feber février fevrier févr fév fevr febrero febbraio fevereiro fev februari lutego luty února únor февраля фев февр февраль лютого şubat helmikuuta februarie február φεβρουαρίου veljače φεβρουάριος фебруар februára februarja февруари vasario februāris februārī veebruar febrer febrúar فبراير شباط فيفري פברואר בפברואר กุมภาพันธ์ ก.พ. tháng_2 thg_2 फ़रवरी फरवरी ফেব্রুয়ারি فوریه velj helmi φεβ",
    "march mar märz maerz mär mrz mars marzo março marco maart mrt marca marzec března březen марта мар март березня mart maaliskuuta martie március μαρτίου ožujka maret μάρτιος marca kovo marts martā märts març مارس آذار מרץ במרץ מרס במרס มีนาคม มี.ค. tháng_3 thg_3 मार्च মার্চ ožu maalis μαρ μάρ",
    "april apr avril avr abril abr aprile kwietnia kwiecień kwi dubna duben апреля апр апрель квітня nisan nis huhtikuuta aprilie április απριλίου travnja απρίλιος apríla aprila април balandžio aprīlis aprīlī aprill apríl أبريل ابريل إبريل نيسان أفريل אפריל באפריל เมษายน เม.ย. tháng_4 thg_4 अप्रैल এপ্রিল آوریل huhti απρ",
    "may mai mayo maggio mag maio mei maj maja května květen мая май травня mayıs toukokuuta május μαΐου svibnja μάιος máj mája мај gegužės maijs maijā maig maí مايو أيار ماي מאי במאי พฤษภาคม พ.ค. tháng_5 thg_5 मई মে touko μάι μαΐ",
    "june jun juni juin junio giugno giu junho czerwca czerwiec cze června červen июня июн июнь червня haziran haz kesäkuuta iunie június ιουνίου lipnja ιούνιος јун jún júna junija юни birželio jūnijs jūnijā juuni juny júní يونيو حزيران جوان יוני ביוני มิถุนายน มิ.ย. tháng_6 thg_6 जून জুন ژوئن kesä ιουν ιούν",
    "july jul juli juillet juil julio luglio lug julho lipca lipiec lip července červenec июля июл июль липня temmuz tem heinäkuuta iulie július ιουλίου srpnja ιούλιος јул júl júla julija юли liepos jūlijs jūlijā juuli juliol júlí julai يوليو تموز جويلية יולי ביולי กรกฎาคม ก.ค. tháng_7 thg_7 जुलाई জুলাই ژوئیه heinä ιουλ ιούλ",
    "august aug août aout aoû agosto ago augustus augusti sierpnia sierpień sie srpna srpen августа авг август серпня ağustos ağu elokuuta augusztus αυγούστου kolovoza agustus αύγουστος augusta avgust avgusta rugpjūčio augusts augustā agost ágúst ogos أغسطس اغسطس آب أوت אוגוסט באוגוסט สิงหาคม ส.ค. tháng_8 thg_8 अगस्त আগস্ট elo αυγ αύγ",
    "september sep sept septembre septiembre settembre setembro set września wrzesień wrz září сентября сен сент сентябрь вересня eylül eyl syyskuuta septembrie szeptember σεπτεμβρίου rujna σεπτέμβριος септембар septembar septembra септември rugsėjo septembris septembrī setembre سبتمبر أيلول ספטמבר בספטמבר กันยายน ก.ย. tháng_9 thg_9 सितंबर सितम्बर সেপ্টেম্বর سپتامبر ruj syys сеп σεπ σεπτ",
    "october oct oktober okt octobre octubre ottobre ott outubro out października październik paź října říjen октября окт октябрь жовтня ekim eki lokakuuta octombrie október οκτωβρίου οκτώβριος октобар oktobar októbra oktobra октомври spalio oktobris oktobrī oktoober أكتوبر اكتوبر تشرين_الأول אוקטובר באוקטובר ตุลาคม ต.ค. tháng_10 thg_10 अक्टूबर अक्तूबर অক্টোবর اکتبر loka οκτ",
    "november nov novembre noviembre novembro listopada listopad lis listopadu ноября ноя нояб ноябрь листопада kasım kas marraskuuta noiembrie νοεμβρίου studenoga nopember νοέμβριος новембар novembar novembra ноември lapkričio novembris novembrī nóvember نوفمبر تشرين_الثاني נובמבר בנובמבר พฤศจิกายน พ.ย. tháng_11 thg_11 नवंबर नवम्बर নভেম্বর نوامبر stu marras ное νοε νοέ νοέμ",
    "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro grudnia grudzień gru prosince prosinec декабря дек декабрь грудня aralık ara joulukuuta decembrie δεκεμβρίου prosinca desember des δεκέμβριος децембар decembar decembra декември gruodžio decembris decembrī detsember desembre disember ديسمبر كانون_الأول דצמבר בדצמבר ธันวาคม ธ.ค. tháng_12 thg_12 दिसंबर दिसम्बर ডিসেম্বর دسامبر joulu δεκ",
];

/// As they are written, and in the form that [`super::read_date`] brings words into: some letters have two.
static NUMBERS: LazyLock<HashMap<String, i8>> = LazyLock::new(|| {
    let mut numbers = HashMap::new();
    for (month, names) in (1..).zip(NAMES) {
        for name in names.split(' ') {
            let name = name.replace('_', " ");
            numbers.entry(name.nfkc().collect()).or_insert(month);
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
    let mut names: Vec<&String> = NUMBERS.keys().collect();
    names.sort_by_key(|name| (std::cmp::Reverse(name.len()), *name));
    let escaped: Vec<String> = names.into_iter().map(|name| regex::escape(name)).collect();
    escaped.join("|")
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
            ("พ.ย.", 11),
            ("tháng 10", 10),
            ("تشرين الثاني", 11),
            ("בנובמבר", 11),
            ("फ़रवरी", 2),
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
