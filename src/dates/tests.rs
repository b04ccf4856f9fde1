use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

fn seoul() -> TimeZone {
    TimeZone::get("Asia/Seoul").expect("a known zone")
}

/// The fixed clock of the cases: 00:50 on 24 November in Korea, while UTC is still on the 23rd.
fn as_of() -> Timestamp {
    "2026-11-23T15:50:00Z".parse().expect("a time")
}

fn local(found: &PostedAt) -> String {
    let zoned = found.at.to_zoned_datetime(seoul());
    format!(
        "{} {}",
        zoned.strftime("%Y-%m-%d %H:%M:%S"),
        found.precision.as_str()
    )
}

#[track_caller]
fn check(text: &str, want: &str) {
    let got = read_date(text, &seoul(), as_of()).map_or("none".into(), |found| local(&found));
    assert_eq!(got, want, "{text:?}");
}

#[test]
fn full_dates_are_read_in_the_sites_zone() {
    check("2026.11.23", "2026-11-23 00:00:00 day");
    check("2026.11.23 23:57", "2026-11-23 23:57:00 minute");
    check("2026.11.23 12:35:21", "2026-11-23 12:35:21 second");
    check("2026.11.23. 10:20", "2026-11-23 10:20:00 minute");
    check("2026-11-23\u{a0}(월) 10:20", "2026-11-23 10:20:00 minute");
    check("2026/11/23(月) 10:20:30.12", "2026-11-23 10:20:30 second");
    check(
        "2026년 11월 23일 오후 3시 5분",
        "2026-11-23 15:05:00 minute",
    );
    check("2026년 1월 3일 9시 5분", "2026-01-03 09:05:00 minute");
    check("2026年11月23日", "2026-11-23 00:00:00 day");
    check("작성일 2026.11.23 23:57", "2026-11-23 23:57:00 minute");
    check("DATE : 2026-11-23 15:45:24", "2026-11-23 15:45:24 second");
    check("20261124005000", "2026-11-24 00:50:00 second");
    check("2026. 11", "2026-11-01 00:00:00 month");
}

#[test]
fn dates_of_other_languages_are_read() {
    check("24.11.2026", "2026-11-24 00:00:00 day");
    check("23.11.2026, 14:05", "2026-11-23 14:05:00 minute");
    check("23. November 2026, 14:05 Uhr", "2026-11-23 14:05:00 minute");
    check("Mo 23. Nov 2026, 14:05", "2026-11-23 14:05:00 minute");
    check("23 ноября 2026, 14:05", "2026-11-23 14:05:00 minute");
    check("23 novembre 2026 à 14:05", "2026-11-23 14:05:00 minute");
    check("23 de noviembre de 2026", "2026-11-23 00:00:00 day");
    check("Posted 23/11/2026 14:05", "2026-11-23 14:05:00 minute");
    check("٢٣/١١/٢٠٢٦", "2026-11-23 00:00:00 day");
    // Either number may be the day.
    check("03/04/2026", "none");
    check("About the 23rd of November 2026 and the harbour", "none");
}

#[test]
fn other_languages_count_back_too() {
    check("vor 3 Stunden", "2026-11-23 21:50:00 hour");
    check("vor einer Stunde", "2026-11-23 23:50:00 hour");
    check("il y a 20 minutes", "2026-11-24 00:30:00 minute");
    check("hace 2 días", "2026-11-22 00:00:00 day");
    check("3 часа назад", "2026-11-23 21:50:00 hour");
    check("5 минут назад", "2026-11-24 00:45:00 minute");
    check("2 giorni fa", "2026-11-22 00:00:00 day");
    check("3 saat önce", "2026-11-23 21:50:00 hour");
    check("för 3 timmar sedan", "2026-11-23 21:50:00 hour");
    check("منذ 3 ساعات", "2026-11-23 21:50:00 hour");
    check("há 2 dias", "2026-11-22 00:00:00 day");
    check("gestern, 14:05", "2026-11-23 14:05:00 minute");
    check("gestern um 14:05 Uhr", "2026-11-23 14:05:00 minute");
    check("вчера в 14:05", "2026-11-23 14:05:00 minute");
    check("hier à 14:05", "2026-11-23 14:05:00 minute");
    check("heute", "2026-11-24 00:00:00 day");
    check("vor dem Haus", "none");
}

#[test]
fn zones_in_the_text_win() {
    check("2026-11-23T22:15:00+09:00", "2026-11-23 22:15:00 second");
    check("2026-11-23T13:15:00Z", "2026-11-23 22:15:00 second");
    check(
        "Mon, 23 Nov 2026 13:15:00 +0000",
        "2026-11-23 22:15:00 second",
    );
    check(
        "Mon, 23 Nov 2026 13:15:00 GMT",
        "2026-11-23 22:15:00 second",
    );
    check("2026-11-23 13:15:00 UTC", "2026-11-23 22:15:00 second");
    check("2026-11-23T13:15:00+00", "2026-11-23 22:15:00 second");
    check("2026-11-23T22:15:00.123+0900", "2026-11-23 22:15:00 second");
    check("1795439700", "2026-11-23 22:15:00 second");
    check("1795439700000", "2026-11-23 22:15:00 second");
}

/// Case 37: KBoard's feed gives local time as if it were UTC. What would lie ahead is the site's own time.
#[test]
fn universal_time_that_lies_ahead_is_local() {
    let feed = "Tue, 24 Nov 2026 00:47:12 +0000";
    check(feed, "2026-11-24 00:47:12 second");
    check("2026-11-24T00:47:12Z", "2026-11-24 00:47:12 second");
    // The words as they stood are kept.
    let found = read_date(feed, &seoul(), as_of()).expect("a date");
    assert_eq!(found.text, feed);
    // Not where it lies ahead either way, nor where another zone is named.
    check("Tue, 24 Nov 2026 02:00:00 +0000", "none");
    check("2026-11-24T00:47:12-05:00", "none");
}

#[test]
fn short_dates_go_by_the_sites_day() {
    check("00:44", "2026-11-24 00:44:00 minute");
    check("11-23", "2026-11-23 00:00:00 day");
    check("11.23", "2026-11-23 00:00:00 day");
    check("11/24", "2026-11-24 00:00:00 day");
    check("12-31", "2025-12-31 00:00:00 day");
    check("07.15", "2026-07-15 00:00:00 day");
    check("11월 23일", "2026-11-23 00:00:00 day");
    check("11-23 22:15", "2026-11-23 22:15:00 minute");
    check("16 Nov", "2026-11-16 00:00:00 day");
    check("작성일자 00:44", "2026-11-24 00:44:00 minute");
    // Tonight has not been yet: last year's.
    check("11-24 23:00", "2025-11-24 23:00:00 minute");
    check("11/24(화) 00:30", "2026-11-24 00:30:00 minute");
}

#[test]
fn a_two_digit_year_comes_first() {
    check("26-11-24 00:02", "2026-11-24 00:02:00 minute");
    check("26/11/23", "2026-11-23 00:00:00 day");
    check("25-10-20 09:00", "2025-10-20 09:00:00 minute");
    check("26.09.18", "2026-09-18 00:00:00 day");
    check("99.12.31", "1999-12-31 00:00:00 day");
}

#[test]
fn relative_words_have_the_precision_of_their_unit() {
    check("43분 전", "2026-11-24 00:07:00 minute");
    check("43분전", "2026-11-24 00:07:00 minute");
    check("2시간 전", "2026-11-23 22:50:00 hour");
    check("3일 전", "2026-11-21 00:00:00 day");
    check("2개월 전", "2026-09-24 00:00:00 month");
    check("1년 전", "2025-11-24 00:00:00 year");
    check("방금", "2026-11-24 00:50:00 minute");
    check("방금 전", "2026-11-24 00:50:00 minute");
    check("어제 10:21", "2026-11-23 10:21:00 minute");
    check("그저께", "2026-11-22 00:00:00 day");
    check("18 seconds ago", "2026-11-24 00:49:42 second");
    check("an hour ago", "2026-11-23 23:50:00 hour");
    check("15h", "2026-11-23 09:50:00 hour");
    check("Yesterday, 10:21 PM", "2026-11-23 22:21:00 minute");
    check("昨天 10:20", "2026-11-23 10:20:00 minute");
    check("3 天前", "2026-11-21 00:00:00 day");
    check("1시간 20분 전", "2026-11-23 23:30:00 minute");
    check("한 시간 전", "2026-11-23 23:50:00 hour");
    check("하루 전", "2026-11-23 00:00:00 day");
    check("일주일 전", "2026-11-17 00:00:00 month");
    check("몇 초 전", "2026-11-24 00:50:00 minute");
    check("2 days, 3 hours ago", "2026-11-21 21:50:00 hour");
    check("3時間前", "2026-11-23 21:50:00 hour");
}

#[test]
fn english_dates_and_halves_of_the_day() {
    check("Nov. 16, 2026, 3:56 p.m.", "2026-11-16 15:56:00 minute");
    check("Nov. 16, 2026, 3 p.m.", "2026-11-16 15:00:00 minute");
    check("Nov. 16, 2026, noon", "2026-11-16 12:00:00 minute");
    check("Nov. 16, 2026, midnight", "2026-11-16 00:00:00 minute");
    check("Mon Nov 23, 2026 10:21 pm", "2026-11-23 22:21:00 minute");
    check("2026년 11월 23일 오후 3시", "2026-11-23 15:00:00 hour");
    check(
        "2026년 11월 23일 03시 05분 09초",
        "2026-11-23 03:05:09 second",
    );
    check("November 16, 2026", "2026-11-16 00:00:00 day");
    check("16 Nov 2026", "2026-11-16 00:00:00 day");
    check("2026.11.23 오전 12:05", "2026-11-23 00:05:00 minute");
    check("2026.11.23 오후 12:05", "2026-11-23 12:05:00 minute");
}

#[test]
fn what_is_no_date_is_none() {
    for text in [
        "",
        " ",
        "-",
        "24:00",
        "2026.11.23 24:00",
        "02-29",
        "오후 3시 5분",
        "00:61",
        "2025-02-29",
        "02-30",
        "2026-13-01",
        "2027.01.01",
        "23:59",
        "1970.01.01",
        "비밀글",
        "공지",
        "296",
        "12345",
        "26.13.40",
        "０",
        "0분",
        "99999999999999999999",
        "1.50",
        "2026-11-24T15:50:00+00:00",
    ] {
        check(text, "none");
    }
}

#[test]
fn a_cell_and_its_tooltip_make_one_date() {
    let both = |cell: &str, tooltip: &str| {
        combine(cell, tooltip, &seoul(), as_of()).map_or("none".into(), |found| local(&found))
    };
    assert_eq!(both("2026.11.22", "18:20"), "2026-11-22 18:20:00 minute");
    assert_eq!(both("2026.11.24", "43분 전"), "2026-11-24 00:07:00 minute");
    assert_eq!(both("2026.11.22", "43분 전"), "2026-11-22 00:00:00 day");
    assert_eq!(
        both("11.23", "2026-11-23 10:21:33"),
        "2026-11-23 10:21:33 second"
    );
    assert_eq!(
        both("", "2026-11-23 10:21:33"),
        "2026-11-23 10:21:33 second"
    );
    assert_eq!(
        both("2026.11.24", "18:20"),
        "2026-11-24 00:00:00 day",
        "not in the future"
    );
    assert_eq!(both("2026.11.22", "24:00"), "2026-11-22 00:00:00 day");
    assert_eq!(
        both("10-20", "2025-10-20 09:00"),
        "2025-10-20 09:00:00 minute",
        "a stated year replaces a guessed one"
    );
    assert_eq!(both("10-20", "2025-10-20"), "2025-10-20 00:00:00 day");
    assert_eq!(
        both("2026.11.22", "2026-11-23 10:00"),
        "2026-11-22 00:00:00 day",
        "another day's tooltip is about something else"
    );
    assert_eq!(both("2026.11.22", ""), "2026-11-22 00:00:00 day");
    assert_eq!(both("", ""), "none");
}

proptest! {
    #[test]
    fn no_text_panics_and_no_date_lies_ahead(text in ".{0,60}") {
        if let Some(found) = read_date(&text, &seoul(), as_of()) {
            prop_assert!(found.at <= as_of().checked_add(MOST_AHEAD).expect("in range"));
        }
    }

    /// What is told of digits without the patterns is what the patterns tell.
    #[test]
    fn plain_forms_mean_what_their_patterns_mean(
        words in "(19|20)?[0-9]{2}[./-][0-9]{1,2}[./-][0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2})?)?",
        day_first in any::<bool>(),
    ) {
        let zone = seoul();
        let mut calendar = Calendar::from(&zone);
        calendar.order = day_first.then_some(NumberOrder::DayFirst);
        let reader = Reader { calendar, as_of: as_of() };
        if let Some(plain) = reader.plain(&words) {
            prop_assert_eq!(Some(plain), reader.stated(&words));
        } else {
            prop_assert!(day_first && words.as_bytes()[2].is_ascii_punctuation());
        }
    }

    #[test]
    fn short_plain_forms_mean_what_their_patterns_mean(
        words in "[0-9]{1,4}[./:-][0-9]{1,3}(:[0-9]{1,2})?",
    ) {
        let zone = seoul();
        let reader = Reader { calendar: Calendar::from(&zone), as_of: as_of() };
        if let Some(plain) = reader.plain_guess(&words) {
            prop_assert_eq!(Some((plain, Sort::Guessed)), reader.by_patterns(&words));
        }
    }

    #[test]
    fn date_like_text_never_panics(
        text in "['(]{0,1}[0-9]{0,5}[.:/년월 -]{1,2}[0-9]{0,3}[.:/월일 -]{0,2}[0-9]{0,3}( 오후)?( [0-9]{1,2}:[0-9]{1,2})?(전|ago|d)?",
        time in "(오후 )?[0-9]{1,2}:[0-9]{2}",
        second in 0i64..4_000_000_000,
    ) {
        let now = Timestamp::from_second(second).expect("in range");
        if let Some(found) = read_date(&text, &seoul(), now) {
            prop_assert!(found.at <= now.checked_add(MOST_AHEAD).expect("in range"));
        }
        for (cell, tooltip) in [(text.as_str(), time.as_str()), (&text, &text), (&time, &text)] {
            if let Some(found) = combine(cell, tooltip, &seoul(), now) {
                prop_assert!(found.at <= now.checked_add(MOST_AHEAD).expect("in range"));
            }
        }
    }
}

#[test]
fn short_forms_need_no_pattern() {
    let zone = seoul();
    let reader = Reader {
        calendar: Calendar::from(&zone),
        as_of: as_of(),
    };
    for words in ["11-22", "1.2", "02/28", "9:05", "10:20:33"] {
        assert!(reader.plain_guess(words).is_some(), "{words}");
    }
    for words in ["13-40", "24:00", "2026-11", "10:2:3:4", "10", "11-22 "] {
        assert!(reader.plain_guess(words).is_none(), "{words}");
    }
}

/// An hour that a day skips is read as the one after it, and of an hour that comes twice the first (RFC 5545, 3.3.5); a
/// midnight that was skipped is where its day begins.
#[test]
fn days_of_23_and_25_hours_have_every_date() {
    let as_of: Timestamp = "2026-11-23T15:50:00Z".parse().expect("a time");
    for (zone, text, moment) in [
        (
            "America/New_York",
            "2026-03-08 01:59",
            "2026-03-08T06:59:00Z",
        ),
        (
            "America/New_York",
            "2026-03-08 02:30",
            "2026-03-08T07:30:00Z",
        ),
        (
            "America/New_York",
            "2026-03-08 03:00",
            "2026-03-08T07:00:00Z",
        ),
        (
            "America/New_York",
            "2026-11-01 01:30",
            "2026-11-01T05:30:00Z",
        ),
        (
            "America/New_York",
            "2026-11-01 02:00",
            "2026-11-01T07:00:00Z",
        ),
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"),
    ] {
        let zone = TimeZone::get(zone).expect("a known zone");
        let found = read_date(text, &zone, as_of).expect(text);
        assert_eq!(found.at.to_string(), moment, "{text}");
    }
}

/// `10/11/2025` is in October or in November, `10.11.25` may be in 2010: only the board's order tells.
#[test]
fn the_order_of_numbers_is_the_boards() {
    let zone = TimeZone::UTC;
    let as_of: Timestamp = "2026-11-22T12:00:00Z".parse().expect("a moment");
    let read = |text: &str, order| {
        let calendar = Calendar { zone: &zone, order };
        let posted = read_date(text, calendar, as_of)?;
        Some(posted.at.to_zoned_datetime(zone.clone()).date().to_string())
    };
    let (day, month) = (Some(NumberOrder::DayFirst), Some(NumberOrder::MonthFirst));
    for (text, order, date) in [
        ("10/11/2025 - 08:12", None, None),
        ("10/11/2025 - 08:12", month, Some("2025-10-11")),
        ("10/11/2025 - 08:12", day, Some("2025-11-10")),
        ("10.11.25 08:12", day, Some("2025-11-10")),
        ("10/11/25", month, Some("2025-10-11")),
        ("10.11.25 08:12", None, Some("2010-11-25")),
        ("10.11.25", Some(NumberOrder::YearFirst), Some("2010-11-25")),
    ] {
        assert_eq!(read(text, order).as_deref(), date, "{text} {order:?}");
    }
}

/// As boards in these languages write it; forums put the day of the week and the month, cut short, in front.
#[test]
fn one_moment_in_many_languages() {
    for text in [
        "uto stu 10, 2025 10:30 am",
        "Seg Nov 10, 2025 10:30 am",
        "pn lis 10, 2025 10:30 am",
        "hétf. nov. 10, 2025 10:30 am",
        "Ma Marras 10, 2025 10:30",
        "mån 10 nov 2025, 10:30",
        "Пн ноя 10, 2025 10:30 am",
        "пон ное 10, 2025 10:30",
        "10 Kas 2025, Pzt 10:30",
        "Δευ 10 Νοε 2025, 10:30",
        "10 novembre 2025 à 10h30",
        "10. listopadu 2025 v 10:30",
        "2025. nov. 10., hétfő 10:30",
        "10.11.2025 klo 10.30",
        "10 November 2025 pukul 10:30",
        "10 Tháng 11, 2025 lúc 10:30",
        "10 नवम्बर 2025 - 10:30",
        "10 พ.ย. 2568, 10:30 น.",
        "10 พ.ย. 68 10:30",
        "10 พฤศจิกายน พ.ศ. 2568 เวลา 10:30 น.",
        "١٠ نوفمبر ٢٠٢٥، ١٠:٣٠ ص",
        "10 בנובמבר 2025 בשעה 10:30",
    ] {
        check(text, "2025-11-10 10:30:00 minute");
    }
}

#[test]
fn a_moment_as_programs_print_it_is_read_in_whatever_case() {
    for text in ["Mon Nov 10 10:30:05 2025", "mon nov 10 10:30:05 kst 2025"] {
        check(text, "2025-11-10 10:30:05 second");
    }
}

#[test]
fn years_of_other_counts() {
    for text in [
        "114/11/10",
        "114-11-10",
        "民國114年11月10日",
        "令和7年11月10日",
        "R7.11.10",
        "2568-11-10",
        "۱۴۰۴/۰۸/۱۹",
    ] {
        check(text, "2025-11-10 00:00:00 day");
    }
    // New year's days as calendars of Iran print them.
    check("1399/01/01", "2020-03-20 00:00:00 day");
    check("1400/01/01", "2021-03-21 00:00:00 day");
    check("1403/12/30", "2025-03-20 00:00:00 day");
    check("1404/01/01", "2025-03-21 00:00:00 day");
    check("1404/13/01", "none");
    check("19 آبان 1404", "2025-11-10 00:00:00 day");
    check(
        "دوشنبه ۱۹ آبان ۱۴۰۴، ساعت ۱۰:۳۰",
        "2025-11-10 10:30:00 minute",
    );
    check(
        "سه‌شنبه 1 فروردین 1400 - 08:05",
        "2021-03-21 08:05:00 minute",
    );
    check("31 مهر 1404", "none");
    check("平成31年4月30日", "2019-04-30 00:00:00 day");
}

#[test]
fn days_by_name_and_counts_back_in_more_languages() {
    for text in [
        "wczoraj, 10:30",
        "Wczoraj o 10:30",
        "Včera v 10:30",
        "I går, 10:30",
        "Hôm qua, lúc 10:30",
        "Χθες στις 10:30",
        "אתמול, 10:30",
        "أمس، 10:30",
        "เมื่อวาน 10:30",
    ] {
        check(text, "2026-11-23 10:30:00 minute");
    }
    for text in [
        "3 ชั่วโมงที่แล้ว",
        "3 giờ trước",
        "3 घंटे पहले",
        "לפני 3 שעות",
        "قبل 3 ساعات",
        "acum 3 ore",
        "3 hrs. ago",
    ] {
        check(text, "2026-11-23 21:50:00 hour");
    }
    for text in [
        "3 órája",
        "prije 3 sata",
        "pre 3 sata",
        "prieš 3 valandas",
        "pirms 3 stundām",
        "3 tundi tagasi",
        "3 ore în urmă",
    ] {
        check(text, "2026-11-23 21:50:00 hour");
    }
    for text in ["منذ ساعتين", "قبل ساعتين", "לפני שעתיים", "2 órája"]
    {
        check(text, "2026-11-23 22:50:00 hour");
    }
    for text in ["منذ ساعة", "לפני שעה"] {
        check(text, "2026-11-23 23:50:00 hour");
    }
    for text in ["منذ يومين", "לפני יומיים", "2 napja"] {
        check(text, "2026-11-22 00:00:00 day");
    }
    for text in ["منذ مدة", "قبل الميلاد", "3 éve múlt", "לפני הספירה"]
    {
        check(text, "none");
    }
}
