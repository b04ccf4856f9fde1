//! Broken configuration files, and what is said of them.

use std::path::Path;

use boardwalk::config::from_toml;

/// Text and every complaint about it, in order, without the path.
const BROKEN: &[(&str, &[&str])] = &[
    // Keys.
    (
        "[walk]\nqiet_pages = 2\n",
        &["2:1: `qiet_pages` is not a key of walk; did you mean `quiet_pages`?"],
    ),
    (
        "[text]\ncolour = 2\n",
        &["2:1: `colour` is not a key of text; known are mask_addresses"],
    ),
    (
        "[htpp]\n",
        &["1:2: `htpp` is not a key; did you mean `http`?"],
    ),
    (
        "[[board]]\nname = \"a\"\nurl = \"http://h/\"\nevery = \"1h\"\n",
        &[
            "4:1: `every` is not a key of board[1]; known are charset, engine, max_delay, name, open, override, \
             pages, rate, schedule, since, timezone, url, weight",
        ],
    ),
    // Types.
    (
        "[walk]\nquiet_pages = \"two\"\n",
        &["2:15: walk.quiet_pages is a string; it should be a whole number"],
    ),
    (
        "[pace]\nmax_connections = 1.5\n",
        &["2:19: pace.max_connections is a number with a fraction; it should be a whole number"],
    ),
    (
        "http = 5\n",
        &["1:8: http is a whole number; it should be a table"],
    ),
    (
        "profiles = [\"/nowhere/a.toml\", 7]\n",
        &[
            "1:13: profile /nowhere/a.toml cannot be read: No such file or directory (os error 2)",
            "1:32: profiles[2] is a whole number; it should be a string",
        ],
    ),
    (
        "[http]\nobey_robots = \"no\"\n",
        &["2:15: http.obey_robots is a string; it should be true or false"],
    ),
    (
        "[[board]]\nname = \"a\"\nurl = \"http://h/\"\nschedule = \"cron * *\"\nopen = \"9-5\"\nweight = 0\n",
        &[
            "4:12: schedule: `* *` is not a cron expression of five fields (Invalid pattern: Pattern must have 5 fields \
             when seconds are disallowed)",
            "5:8: open: `9-5` are no opening hours; write them like Mon-Fri 09:00-18:00 or 08:00-22:00",
            "6:10: weight is 0; the least is 0.01",
        ],
    ),
    (
        "[schedule]\nmin_interval = \"1h\"\nmax_interval = \"10min\"\n",
        &["3:16: schedule.max_interval is 10min, shorter than schedule.min_interval, 1h"],
    ),
    (
        "[[notify]]\nname = \"a\"\nkind = \"pager\"\nevents = [\"stord\"]\nboards = [\"news\"]\n\
         secret = \"hush\"\ntemplate = \"{titel}\"\n[[notify]]\nname = \"a\"\nkind = \"telegram\"\nchat = \"1\"\n",
        &[
            "3:8: kind: `pager` is not known; write webhook, telegram, slack, discord or email",
            "4:11: events: `stord` is not an event; known are stored, edited, vanished, restricted, reappeared, alarm, \
             recovered",
            "5:11: boards: no board is named news",
            "6:10: secret: a secret does not stand in this file; write env:VARIABLE or file:PATH",
            "7:12: template: {titel} is not known; known are kind, board, title, url, author, posted, at, note, text",
            "8:1: a notifier of Telegram needs the bot's token: secret = \"env:VARIABLE\"",
            "9:8: another notifier is named a, on line 2",
        ],
    ),
    (
        "[[search]]\nname = \"a\"\n[[notify]]\nname = \"b\"\nkind = \"slack\"\n",
        &[
            "1:1: this search has no query",
            "3:1: a hook needs its URL: either as url, or by secret = \"env:VARIABLE\"",
        ],
    ),
    // Bounds.
    (
        "[walk]\nquiet_pages = 0\n",
        &["2:15: walk.quiet_pages is 0; the least is 1"],
    ),
    (
        "[http]\ntimeout = \"1h\"\nmax_body = \"1GiB\"\n",
        &[
            "2:11: http.timeout is 1h; the most is 10min",
            "3:12: http.max_body is 1GiB; the most is 256MiB",
        ],
    ),
    (
        "[pace]\nrate = \"30/min\"\nmax_interval = \"1s\"\n",
        &["3:16: pace.max_interval is 1s, shorter than the 2s between requests at pace.rate"],
    ),
    // Forms.
    (
        "[http]\ntimeout = \"90\"\n",
        &["2:11: http.timeout: `90` has no unit; write 90s, 90min, 90h or 90d"],
    ),
    (
        "[pace]\nrate = \"fast\"\n",
        &["2:8: pace.rate: `fast` is not a rate; write one like 1/s, 30/min or 500/h"],
    ),
    (
        "[http]\nmax_body = \"8\"\n",
        &["2:12: http.max_body: `8` has no unit; write 8MiB, 8KiB or 8B"],
    ),
    (
        "[http]\nuser_agent = \"a\\r\\nHost: b\"\n",
        &["2:14: http.user_agent: '\\r' cannot be part of a header; only visible ASCII can"],
    ),
    (
        "[http]\nproxy = \"socks5://h:1\"\n",
        &["2:9: http.proxy: `socks5://h:1` is not an http:// proxy"],
    ),
    (
        "[log]\nformat = \"xml\"\n",
        &["2:10: log.format: `xml` is not known; write text or json"],
    ),
    (
        "database = \"postgres://h/d\"\n",
        &["1:12: database: this boardwalk cannot use PostgreSQL; write sqlite:FILE"],
    ),
    // Boards.
    (
        "\n[[board]]\nname = \"a\"\n",
        &["2:1: this board has no url"],
    ),
    (
        "[[board]]\nname = \"a\"\nurl = \"ftp://h/\"\n\n[[board]]\nname = \"a\"\nurl = \"http://u:p@h/\"\n",
        &[
            "3:7: url: `ftp://h/` is not an http:// or https:// URL",
            "6:8: another board is named a, on line 2",
            "7:7: url: a URL with a password in it would be stored and logged",
        ],
    ),
    (
        "[[board]]\nname = \"a\"\nurl = \"http://h/a\"\n[[board]]\nname = \"a\"\nurl = \"http://h/b\"\n",
        &["5:8: another board is named a, on line 2"],
    ),
    (
        "[[board]]\nname = \"a\"\nurl = \"http://h/\"\ntimezone = \"Asia/Soul\"\ncharset = \"utf-9\"\n\
         pages = 0\nsince = \"soon\"\n",
        &[
            "4:12: timezone: `Asia/Soul` is not a time zone; write one like Asia/Seoul",
            "5:11: charset: `utf-9` is not a charset",
            "6:9: pages: 0 pages would read nothing; the least is 1",
            "7:9: since: `soon` is not a date; write one like 2025-01-31",
        ],
    ),
    // Columns count characters.
    (
        "[[board]]\nurl = \"http://h/\"\nname = \"가나\" # 다\nengine = { \"이름\" = \"x\" }\n",
        &["4:10: board[1].engine is a table; it should be a string"],
    ),
    (
        "text = { \"가나다\" = 1, mask_addresses = 2 }\n",
        &[
            "1:10: `가나다` is not a key of text; known are mask_addresses",
            "1:38: text.mask_addresses is a whole number; it should be true or false",
        ],
    ),
];

#[test]
fn every_complaint_is_told_at_once_with_its_place() {
    for (text, expected) in BROKEN {
        let complaints = from_toml(Path::new("b.toml"), text).expect_err(text);
        let said: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        let expected: Vec<String> = expected
            .iter()
            .map(|line| format!("b.toml:{line}"))
            .collect();
        assert_eq!(said, expected, "{text}");
    }
}

/// The parser's own words may change; that it says where, and that the rest is still checked, must not.
#[test]
fn what_is_not_toml_is_told_with_the_rest() {
    let text = "[walk]\nquiet_pages = = 2\nmax_tries = 0\n[pace]\nrate = 3\n";
    let complaints = from_toml(Path::new("b.toml"), text).expect_err(text);
    let said: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    let has = |start: &str| said.iter().any(|line| line.starts_with(start));
    assert!(has("b.toml:2:"), "{said:?}");
    assert!(
        has("b.toml:3:13: walk.max_tries is 0; the least is 1"),
        "{said:?}"
    );
    assert!(has("b.toml:5:8: pace.rate is a whole number"), "{said:?}");
}

#[test]
fn a_number_beyond_64_bits_is_an_error() {
    let text = "[walk]\nquiet_pages = 99999999999999999999\n";
    let complaints = from_toml(Path::new("b.toml"), text).expect_err(text);
    assert!(
        complaints[0].to_string().starts_with("b.toml:2:15: "),
        "{complaints:?}"
    );
}
