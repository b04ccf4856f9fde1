//! The shapes of dates as patterns over lower-case, NFKC-normalised words. What they mean is decided in the parent.

use std::sync::LazyLock;

use regex::Regex;

/// A time of day. Groups `am`, `h`, `m`, `s`, `pm`; an hour alone needs a word that says so: `am_h`, `hour` (`오후 3시`),
/// `exact`, `pm_h` (`3 p.m.`, as Django writes 3:00 p.m.), or `word`.
const TIME: &str = r"(?:(?:(?P<am>오전|오후|午前|午後|上午|下午|am|pm)\s*)?(?P<h>[0-9]{1,2})\s*(?::|시|時|点)\s*(?P<m>[0-9]{1,2})\s*(?:분|分)?(?:\s*:?\s*(?P<s>[0-9]{1,2})(?:\.[0-9]+)?\s*(?:초|秒)?)?(?:\s*(?P<pm>a\.?m\.?|p\.?m\.?))?|(?:(?P<am_h>오전|오후|午前|午後|上午|下午)\s*)?(?P<hour>[0-9]{1,2})\s*(?:시|時|点)|(?P<exact>[0-9]{1,2})\s*(?P<pm_h>a\.?m\.?|p\.?m\.?)|(?P<word>noon|midnight))";
const WEEKDAY: &str = r"(?:\s*[(\[]?(?:월|화|수|목|금|토|일|月|火|水|木|金|土|日|mon|tue|wed|thu|fri|sat|sun)[a-z]*(?:요일|曜日)?[)\]]?,?)?";
const MONTHS: &str = r"(?P<mon>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?";

pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the patterns of this file are constants; the tests use each")
}

pub(super) static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:작성\s*일[시자]?|등록\s*일[시자]?|게시\s*일[시자]?|작성\s*시간|작성|등록|입력|날짜|일시|date|posted(?:\s+(?:on|at))?|投稿日時?|发表于|發表於|发布于)\s*[:|]?\s*)+",
    )
});
pub(super) static BARE_TIME: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"^\s*{TIME}\s*$")));
pub(super) static ZONED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<y>[0-9]{4})-(?P<mo>[0-9]{2})-(?P<d>[0-9]{2})[t ](?P<h>[0-9]{2}):(?P<m>[0-9]{2})(?::(?P<s>[0-9]{2})(?:\.[0-9]+)?)?\s*(?P<z>z|gmt|utc|kst|jst|[+-][0-9]{2}(?::?[0-9]{2})?)(?:$|[^0-9:])",
    )
});
pub(super) static RFC_2822: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:[a-z]{{3}}, )?(?P<d>[0-9]{{1,2}}) {MONTHS} (?P<y>[0-9]{{4}}) (?P<h>[0-9]{{2}}):(?P<m>[0-9]{{2}})(?::(?P<s>[0-9]{{2}}))? (?P<z>gmt|utc|kst|jst|[+-][0-9]{{4}})"
    ))
});
pub(super) static YEAR_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:^|[^0-9])(?P<y>(?:19|20)[0-9]{{2}}|25[3-9][0-9])\s*[.\-/년年]\s*(?P<mo>[0-9]{{1,2}})\s*[.\-/월月]\s*(?P<d>[0-9]{{1,2}})(?:\s*[.일日])?(?P<rest>{WEEKDAY}\s*[,t]?\s*{TIME})?(?:$|[^0-9])"
    ))
});
pub(super) static SHORT_YEAR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^'?(?P<y>[0-9]{{2}})\s*[.\-/년]\s*(?P<mo>[0-9]{{1,2}})\s*[.\-/월]\s*(?P<d>[0-9]{{1,2}})(?:\s*[.일])?(?:{WEEKDAY}\s*,?\s*{TIME})?{WEEKDAY}$"
    ))
});
pub(super) static YEAR_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?P<y>(?:19|20)[0-9]{2})\s*[.\-/년年]\s*(?P<mo>[0-9]{1,2})\s*[.월月]?$")
});
pub(super) static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?P<mo>[0-9]{{1,2}})\s*[.\-/월月]\s*(?P<d>[0-9]{{1,2}})\s*[.일日]?(?:{WEEKDAY}\s*,?\s*{TIME})?{WEEKDAY}$"
    ))
});
/// `10:20 PM`.
pub(super) static TWELVE_HOURS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\s*[ap]\.?m\b"));
pub(super) static COMPACT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?P<y>(?:19|20)[0-9]{2})(?P<mo>[0-9]{2})(?P<d>[0-9]{2})(?:(?P<h>[0-9]{2})(?P<m>[0-9]{2})(?P<s>[0-9]{2})?)?$",
    )
});
/// Years that are counted otherwise, in digits of their own number: those of the republic in Taiwan (`民國114年11月10日`,
/// `114/11/10`), of an emperor in Japan (`令和7年11月10日`, `R7.11.10`), and of the Hijra by the sun in Iran (`1404/08/19`).
pub(super) static OTHER_COUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?:(?:中華)?民國)?\s*(?:(?P<era>令和|平成|r|h)\s?(?P<ey>[0-9]{{1,2}}|元)|(?P<y>1[0-4][0-9]|13[5-9][0-9]|14[0-4][0-9]))\s*[.\-/年]\s*(?P<mo>[0-9]{{1,2}})\s*[.\-/月]\s*(?P<d>[0-9]{{1,2}})\s*日?(?:{WEEKDAY}\s*[,|-]?\s*{TIME})?$"
    ))
});
/// Months of the calendar of Iran, as it writes them and as Afghans do, whose names are those of the zodiac.
const IRANIAN_MONTHS: [&str; 12] = [
    "فروردین فروردين حمل",
    "اردیبهشت ارديبهشت ثور",
    "خرداد جوزا",
    "تیر تير سرطان",
    "مرداد امرداد اسد",
    "شهریور شهريور سنبله",
    "مهر میزان",
    "آبان عقرب",
    "آذر قوس",
    "دی دي جدی",
    "بهمن دلو",
    "اسفند حوت",
];

/// The number of a month of Iran's calendar.
pub(super) fn iranian_month(name: &str) -> Option<i8> {
    let is_named = |names: &str| names.split(' ').any(|known| known == name);
    let at = IRANIAN_MONTHS.iter().position(|names| is_named(names))?;
    i8::try_from(at + 1).ok()
}

/// `دوشنبه 19 آبان 1404، ساعت 10:30`.
pub(super) static IRANIAN: LazyLock<Regex> = LazyLock::new(|| {
    let names = IRANIAN_MONTHS.join(" ").replace(' ', "|");
    pattern(&format!(
        r"^(?:[\p{{L}}\x{{200c}}]{{2,10}}(?:\s?شنبه)?\s*,?\s+)?(?P<d>[0-9]{{1,2}})\s+(?P<mon>{names})(?:\s*ماه)?\s*,?\s*(?P<y>1[34][0-9][0-9])(?:\s*[,|–-]?\s*(?:ساعت\s*:?\s*)?{TIME})?$"
    ))
});
pub(super) static EPOCH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<sec>[0-9]{10})(?P<ms>[0-9]{3})?$"));
pub(super) static MONTH_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?:[a-z]{{3,9}},? )?{MONTHS}\s+(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y>[0-9]{{4}}))?(?:,?\s+(?:at\s+)?{TIME})?$"
    ))
});
pub(super) static DAY_MONTH_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?:[a-z]{{3,9}},? )?(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)?\s+{MONTHS}(?:,?\s+(?P<y>[0-9]{{4}}))?(?:,?\s+(?:at\s+|-\s*)?{TIME})?$"
    ))
});
pub(super) static NOW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:방금(?:\s*전)?|지금|몇 ?초 ?전|just now|now|(?:a )?few seconds ago|moments ago|たった今|刚刚|剛剛|gerade eben|eben|à l'instant|ahora mismo|agora mesmo|adesso|только что|щойно|az önce|przed chwilą|zojuist|nyss|الآن)$",
    )
});

/// What is counted back from the moment a page was served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// Words of units: Korean, Japanese, Chinese, English, German, French, Spanish, Portuguese, Italian, Dutch, Swedish,
/// Danish and Norwegian, Finnish, Polish, Czech, Russian, Ukrainian, Turkish, Greek, Arabic, Vietnamese and Indonesian; then
/// Thai, Hindi, Hebrew, Persian, Bengali, Bulgarian, Romanian, Hungarian, Croatian and Serbian, Slovene, Lithuanian, Latvian
/// and Estonian.
const UNIT_WORDS: [(Unit, &str); 7] = [
    (
        Unit::Second,
        "초 秒 秒钟 second seconds sec secs sekunde sekunden seconde secondes segundo segundos secondo secondi seconden sekund sekunder sekunnin sekuntia sekundę sekundy sekundami секунду секунды секунд saniye δευτερόλεπτα ثانية ثواني ثوان giây detik วินาที सेकंड सेकेंड שנייה שניות ثانیه সেকেন্ড секунди másodperce sekunde sekundi sekundžu sekundēm sekundes sekundžių sekundit",
    ),
    (
        Unit::Minute,
        "분 分 分钟 分鐘 minute minutes min mins minuten minuto minutos minuto minuti minuut minuten minut minuter minutter minuutin minuuttia minutę minuty minutami минуту минуты минут хвилину хвилини хвилин dakika λεπτά دقيقة دقائق phút menit นาที मिनट דקה דקות λεπτό دقیقه মিনিট минути perce minuta minuti minutę minučių minutes minūtēm minūtes minutit",
    ),
    (
        Unit::Hour,
        "시간 時間 小时 小時 hour hours hr hrs stunde stunden heure heures hora horas ora ore uur timme timmar time timer tunnin tuntia godzinę godziny godzin hodinou hodinami час часа часов годину години годин saat ώρα ώρες ساعة ساعات giờ jam ชั่วโมง घंटे घंटा घंटों שעה שעות ساعة ساعت ঘন্টা ore órája ώρας sat sata sati ura ure urama valandas valandų valandą stundām stundas tundi hodinu",
    ),
    (
        Unit::Day,
        "일 日 天 day days tag tagen tage jour jours día días dia dias giorno giorni dag dagen dagar dage dager päivän päivää dzień dni dnem dny день дня дней днів gün ημέρα ημέρες μέρες يوم أيام ngày hari วัน दिन יום ימים ημέρα μέρα يوما أيام روز দিন zile napja дни dan dana danima dienas dienų dieną dienām päeva",
    ),
    (
        Unit::Week,
        "주 주일 週間 周 week weeks woche wochen semaine semaines semana semanas settimana settimane weken vecka veckor uge uger uke uker viikon viikkoa tydzień tygodnie tygodni týdnem týdny неделю недели недель тиждень тижні тижнів hafta εβδομάδα εβδομάδες أسبوع أسابيع tuần minggu สัปดาห์ अठवाड़े सप्ताह हफ्ते שבוע שבועות هفته সপ্তাহ hete tjedan tjedna tjedana nedelju nedelje nedelja savaites savaičių nedēļām nedēļas nädalat",
    ),
    (
        Unit::Month,
        "개월 달 个月 個月 か月 ヶ月 カ月 month months monat monaten monate mois mes meses mês mese mesi maand maanden månad månader måned måneder kuukauden kuukautta miesiąc miesiące miesięcy měsícem měsíci месяц месяца месяцев місяць місяці місяців ay μήνα μήνες شهر أشهر tháng bulan เดือน महीने महीना माह חודש חודשים أشهر ماه মাস hónapja mjesec mjeseca mjeseci mesec meseca meseci mėnesius mėnesių mēnešiem mēnešus kuud luni",
    ),
    (
        Unit::Year,
        "년 年 year years jahr jahren jahre an ans année années año años ano anos anno anni jaar år vuoden vuotta rok lata lat rokem lety год года лет рік роки років yıl χρόνο χρόνια سنة سنوات năm tahun ปี साल वर्ष שנה שנים سنوات سال বছর éve godinu godine godina metus metų gadiem gadus aastat ani",
    ),
];

/// The unit a word or a letter names.
pub(super) fn unit(word: &str) -> Option<Unit> {
    let letter = match word {
        "s" => Some(Unit::Second),
        "m" => Some(Unit::Minute),
        "h" => Some(Unit::Hour),
        "d" => Some(Unit::Day),
        "w" => Some(Unit::Week),
        "mo" => Some(Unit::Month),
        "y" => Some(Unit::Year),
        _ => None,
    };
    let known = || {
        UNIT_WORDS
            .iter()
            .find(|(_, words)| words.split(' ').any(|known| known == word))
    };
    letter.or_else(|| known().map(|(unit, _)| *unit))
}

/// All words of units as alternatives of a pattern, the longest first.
static UNITS: LazyLock<String> = LazyLock::new(|| {
    let mut words: Vec<&str> = UNIT_WORDS
        .iter()
        .flat_map(|(_, words)| words.split(' '))
        .collect();
    words.sort_by_key(|word| (std::cmp::Reverse(word.len()), *word));
    words.dedup();
    words.join("|")
});
/// One of a thing.
pub(super) const ONE: &str =
    "an?|einer|einem|eine|une?|una|uno|um|uma|een|en|ett|et|один|одну|одна|bir|một";
/// `1시간 20분 전`, `2 days, 3 hours ago`, `vor 3 Stunden`, `il y a 3 heures`, `3 часа назад`: every number with its unit
/// is found by [`AGO_PART`].
pub(super) static AGO: LazyLock<Regex> = LazyLock::new(|| {
    let units = &*UNITS;
    let parts = format!(
        r"(?:(?:[0-9]{{1,6}}|{ONE})\s*(?:{units})\.?[\s,]*(?:(?:and|und|et|y|e|и)\s+)?){{1,4}}"
    );
    pattern(&format!(
        r"^(?:(?:about|약|ca\.?|etwa|circa|environ|около)\s*)?(?:(?:vor|il y a|hace|há|cerca de|για|πριν|πριν από|منذ|för|for|před|pred|قبل|منذ|לפני|cách đây|преди|acum|prije|pre|prieš|pirms)\s+(?:(?:etwa|ca\.?|environ)\s+)?(?P<after>{parts})(?:\s*(?:sedan|siden))?|(?P<parts>{parts})(?:전|前|ago|назад|тому|fa|atrás|temu|önce|geleden|sedan|siden|sitten|trước|yang lalu|lalu|πριν|ที่แล้ว|ที่ผ่านมา|पहले|قبل|پیش|আগে|tagasi|în urmă|ezelőtt))$"
    ))
});
/// `3 órája`: in Hungarian the unit's own ending says that it is past.
pub(super) static PAST_UNIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:kb\.?\s*)?(?P<n>[0-9]{1,4}|egy)\s+(?P<u>másodperce|perce|órája|napja|hete|hónapja|éve)$",
    )
});
/// Units that are one, or two of a kind in a word of their own: `منذ ساعتين`, `לפני יומיים`.
const COUNTED_UNITS: [(&str, &str); 12] = [
    ("1 دقيقة", "دقيقة דקה"),
    ("2 دقيقة", "دقيقتين دقيقتان"),
    ("1 ساعة", "ساعة שעה"),
    ("2 ساعة", "ساعتين ساعتان שעתיים"),
    ("1 يوم", "يوم יום"),
    ("2 يوم", "يومين يومان יומיים"),
    ("1 أسبوع", "أسبوع שבוע"),
    ("2 أسبوع", "أسبوعين أسبوعان שבועיים"),
    ("1 شهر", "شهر חודש"),
    ("2 شهر", "شهرين شهران חודשיים חדשיים"),
    ("1 سنة", "سنة عام שנה"),
    ("2 سنة", "سنتين عامين שנתיים"),
];

/// Number and unit of a word that is both.
pub(super) fn counted_unit(word: &str) -> Option<&'static str> {
    let is_said = |words: &str| words.split(' ').any(|known| known == word);
    let mut counted = COUNTED_UNITS.iter();
    counted.find_map(|(digits, words)| is_said(words).then_some(*digits))
}

pub(super) static COUNTED_AGO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:(?:منذ|قبل|לפני)\s+(?P<w>\p{L}{2,10})|(?P<v>\p{L}{2,10})\s+(?:مضت|مضى))$")
});
pub(super) static AGO_PART: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?P<n>[0-9]{{1,6}}|{ONE})\s*(?P<u>{})", *UNITS)));
/// Counts in words, and what they are in digits.
pub(super) static COUNT_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?P<w>하루|이틀|사흘|일주일|한 ?시간|한 ?달|일 ?년)\s*(?P<rest>전)$")
});
pub(super) static SHORT_AGO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<n>[0-9]{1,4})\s?(?P<u>s|m|min|h|d|w|mo|y)$"));
/// Days by name: today, yesterday, and the day before. `_` is white space.
const NAMED_DAYS: [&str; 3] = [
    "오늘 today 今日 今天 heute aujourd'hui hoy hoje oggi vandaag dziś dzisiaj dnes сегодня сьогодні bugün idag tänään σήμερα اليوم วันนี้ hôm_nay היום आज امروز আজ hari_ini i_dag azi днес ma",
    "어제 yesterday 昨日 昨天 gestern hier ayer ontem ieri gisteren wczoraj včera вчера вчора dün igår eilen χθες χτες أمس kemarin เมื่อวาน เมื่อวานนี้ hôm_qua i_går אתמול कल دیروز গতকাল tegnap",
    "그저께 그제 엊그제 一昨日 前天 vorgestern avant-hier anteayer anteontem eergisteren przedwczoraj předevčírem позавчера позавчора",
];

/// How many days ago a day of this name is.
pub(super) fn days_back(name: &str) -> Option<i64> {
    let at = NAMED_DAYS.iter().position(|names| {
        names
            .split(' ')
            .any(|known| known.replace('_', " ") == name)
    })?;
    i64::try_from(at).ok()
}

pub(super) static NAMED_DAY: LazyLock<Regex> = LazyLock::new(|| {
    let mut names: Vec<&str> = NAMED_DAYS
        .iter()
        .flat_map(|names| names.split(' '))
        .collect();
    names.sort_by_key(|name| (std::cmp::Reverse(name.len()), *name));
    pattern(&format!(
        r"^(?P<day>{})(?:,?\s*(?:(?:at|um|à|a las|às|alle|om|kl\.?|klo|в|о|v|ve|w|o|pukul|jam|saat|στις|lúc|เวลา|בשעה|الساعة|-|–)\s+)?{TIME}(?:\s*uhr)?)?$",
        names.join("|").replace('_', " ")
    ))
});
