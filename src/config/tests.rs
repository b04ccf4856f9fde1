//! The file, its documentation, its schema and the real defaults say the same.

use std::path::Path;

use serde_json::Value;

use super::*;

const COMMITTED_SCHEMA: &str = include_str!("../../config/boardwalk.schema.json");

fn read_text(text: &str) -> Result<Options, String> {
    from_toml(Path::new("boardwalk.toml"), text)
        .map_err(|complaints| lines(&complaints))
        .map(|options| Options {
            source: None,
            ..options
        })
}

/// The documentation with every key and table in force: a line `#key` becomes `key`, prose has a space after the #.
fn uncommented() -> String {
    let in_force = |line: &str| match line.strip_prefix('#') {
        Some(key) if !key.starts_with([' ', ':']) => key.to_owned(),
        _ => line.to_owned(),
    };
    let lines: Vec<String> = DEFAULT_TEXT.lines().map(in_force).collect();
    lines.join("\n")
}

/// Every key of the schema, with its path: `http.timeout`, `board.name`.
fn keys(schema: &Value, path: &str) -> Vec<(String, Value)> {
    let properties = schema["properties"].as_object().expect("a table's schema");
    let mut all = Vec::new();
    for (name, key) in properties {
        let path = format!("{path}{name}");
        let table = match key["type"].as_str() {
            Some("array") => &key["items"],
            _ => key,
        };
        if table.get("properties").is_some() {
            all.extend(keys(table, &format!("{path}.")));
        } else {
            all.push((path, key.clone()));
        }
    }
    all
}

fn all_keys() -> Vec<(String, Value)> {
    let schema: Value = serde_json::from_str(&schema()).expect("JSON");
    let keys = keys(&schema, "");
    assert!(keys.len() > 25, "{keys:?}");
    keys
}

/// A file with this one key.
fn one_key(path: &str, value: &str) -> String {
    match path.split_once('.') {
        Some(("board", key)) => {
            format!("[[board]]\nname = \"n\"\nurl = \"http://h/\"\n{key} = {value}\n")
        }
        Some(("notify", key)) => {
            format!(
                "[[notify]]\nname = \"n\"\nkind = \"webhook\"\nurl = \"http://h/\"\n{key} = {value}\n"
            )
        }
        Some((table, key)) => format!("[{table}]\n{key} = {value}\n"),
        None => format!("{path} = {value}\n"),
    }
}

#[test]
fn the_committed_schema_is_the_real_one() {
    assert!(
        schema() == COMMITTED_SCHEMA,
        "write it anew: boardwalk config schema > config/boardwalk.schema.json"
    );
}

#[test]
fn the_documentation_as_it_is_changes_nothing() {
    assert_eq!(read_text(DEFAULT_TEXT), Ok(Options::default()));
    assert_eq!(read_text(""), Ok(Options::default()));
}

#[test]
fn the_documentation_names_every_key_with_its_default() {
    let documented: toml::Table = uncommented().parse().expect("TOML");
    for (path, schema) in all_keys() {
        let mut value = Some(&documented);
        let (tables, key) = path.rsplit_once('.').unwrap_or(("", &path));
        for table in tables.split('.').filter(|name| !name.is_empty()) {
            value = value.and_then(|found| match found.get(table)? {
                toml::Value::Array(items) => items.first()?.as_table(),
                other => other.as_table(),
            });
        }
        let value = value.and_then(|table| table.get(key));
        let value = value.unwrap_or_else(|| panic!("{path} is not documented"));
        if let Some(default) = schema.get("default") {
            let value = serde_json::to_value(value).expect("JSON");
            assert_eq!(&value, default, "{path}");
        }
    }
    // No other keys: unknown ones would be refused.
    let options = read_text(&uncommented()).expect("every documented key can be set");
    assert_eq!(options.boards.len(), 1);
    assert_eq!((options.notifiers.len(), options.searches.len()), (1, 1));
}

#[test]
fn a_file_with_every_default_changes_nothing() {
    for (path, schema) in all_keys() {
        let Some(default) = schema.get("default") else {
            continue;
        };
        let options = read_text(&one_key(&path, &default.to_string())).expect("a default is fine");
        if path.starts_with("board.") {
            let plain = read_text(&one_key("board.pages", "\"all\"")).expect("a board");
            assert_eq!(options, plain, "{path}");
        } else if path.starts_with("notify.") {
            let plain = read_text(&one_key("notify.chat", "\"unused\"")).expect("a notifier");
            let chat = Some("unused".to_owned());
            let options = options.notifiers.into_iter();
            let options: Vec<_> = options
                .map(|options| NotifyOptions {
                    chat: chat.clone(),
                    ..options
                })
                .collect();
            assert_eq!(options, plain.notifiers, "{path}");
        } else {
            assert_eq!(options, Options::default(), "{path}");
        }
    }
}

#[test]
fn the_documentation_explains_each_key_as_the_schema_does() {
    let is_prose = |line: &&str| line.starts_with("# ");
    let prose: Vec<&str> = DEFAULT_TEXT
        .lines()
        .filter(is_prose)
        .map(|line| &line[2..])
        .collect();
    let prose = prose.join(" ");
    for (path, schema) in all_keys() {
        let description = schema["description"].as_str().expect("every key has one");
        assert!(prose.contains(description), "{path}: {description}");
        // Without a default, the prose says so.
        let no_default = format!("{description} No default");
        assert_eq!(
            prose.contains(&no_default),
            schema.get("default").is_none(),
            "{path}"
        );
    }
}

#[test]
fn documented_bounds_are_the_real_ones() {
    let mut n_bounds = 0;
    for (path, schema) in all_keys() {
        let description = schema["description"].as_str().expect("every key has one");
        let bounds = description
            .split_once("; ")
            .and_then(|(_, rest)| rest.split('.').next()?.split_once(" to "));
        let Some((least, most)) = bounds else {
            continue;
        };
        n_bounds += 1;
        let (below, above) = match (schema["type"].as_str(), least) {
            (Some("integer"), _) => ("-1", "999999999"),
            (_, least) if least.ends_with("iB") => ("\"1B\"", "\"99GiB\""),
            (_, least) if least.contains('/') => ("\"0/s\"", "\"9999999/s\""),
            _ => ("\"0s\"", "\"99999d\""),
        };
        let complaint = |value: &str| read_text(&one_key(&path, value)).expect_err("out of bounds");
        assert!(
            complaint(above).contains(&format!("the most is {most}")),
            "{path}: {}",
            complaint(above)
        );
        if least != "0s" {
            let said = complaint(below);
            let fits = said.contains(&format!("the least is {least}"))
                || said.contains(&format!("the slowest rate is {least}"));
            assert!(fits, "{path}: {said}");
        }
    }
    assert!(n_bounds >= 11, "{n_bounds}");
}

#[test]
fn a_board_takes_every_wish() {
    let options = read_text(
        r#"
        [[board]]
        name = "소식"
        url = "http://127.0.0.1:8080/news"
        engine = "rhymix"
        timezone = "Asia/Seoul"
        charset = "ks_c_5601-1987"
        rate = "30/min"
        pages = 12
        since = 2025-01-31
        schedule = "every 10m"
        open = "Mon-Fri 08:00-20:00"
        weight = 2.5
        max_delay = "2h"
        override.listing.title_remove = ["span.new"]
        "#,
    )
    .expect("a good file");
    let board = options.board("소식").expect("a board of that name");
    assert_eq!(board.url.as_str(), "http://127.0.0.1:8080/news");
    assert_eq!(board.charset.as_deref(), Some("EUC-KR"));
    assert_eq!(board.min_interval, Some(std::time::Duration::from_secs(2)));
    assert_eq!(board.pages, PageLimit::First(12));
    assert_eq!(board.since, "2025-01-31".parse().ok());
    let ten_minutes = std::time::Duration::from_secs(600);
    assert_eq!(board.policy, crate::schedule::Policy::Every(ten_minutes));
    let open = board.open.as_ref().expect("opening hours");
    assert_eq!(open.to_string(), "Mon-Fri 08:00-20:00");
    assert_eq!(board.weight, 2.5);
    assert_eq!(board.max_delay, Some(ten_minutes * 12));
    assert_eq!(board.place, Some(Place { line: 2, column: 9 }));
    assert!(board.overrides["listing"].get("title_remove").is_some());
}

#[test]
fn the_contact_stands_behind_the_name() {
    let options = read_text("[http]\ncontact = \"ops@example.org\"").expect("a good file");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        options.http.user_agent,
        format!("boardwalk/{version} (+ops@example.org)")
    );
}

#[test]
fn a_slow_rate_needs_no_longer_max_interval() {
    let options = read_text("[pace]\nrate = \"1/h\"").expect("a good file");
    assert_eq!(options.pace.max_interval, options.pace.min_interval);
}

#[test]
fn paths_start_at_the_file_s_folder_and_the_environment_wins() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("b.toml");
    std::fs::write(folder.path().join("mine.toml"), "engine = 1").expect("written");
    let text = "database = \"sqlite:kept.db\"\nprofiles = [\"mine.toml\"]";
    std::fs::write(&path, text).expect("written");

    let options = load(Some(&path), &Environment::default()).expect("a good file");
    assert_eq!(
        options.database,
        Database::Sqlite(folder.path().join("kept.db"))
    );
    assert_eq!(options.profiles[0].text, "engine = 1");

    let environment = Environment {
        config: Some(path.clone().into_os_string()),
        database: Some("sqlite:other.db".into()),
        ..Environment::default()
    };
    let options = load(None, &environment).expect("a good file");
    assert_eq!(options.source, Some(path));
    assert_eq!(options.database, Database::Sqlite("other.db".into()));

    let environment = Environment {
        database: Some("mysql:x".into()),
        ..environment
    };
    let error = load(None, &environment).unwrap_err().to_string();
    assert!(error.starts_with("BOARDWALK_DATABASE: "), "{error}");
}

#[test]
fn a_named_file_that_is_missing_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("none.toml");
    let error = load(Some(&path), &Environment::default()).unwrap_err();
    assert!(matches!(error, ConfigError::Unreadable { .. }));
}

#[test]
fn the_folder_of_the_user_is_looked_at_second() {
    let of = |xdg: Option<&str>, home: Option<&str>| {
        places(&Environment {
            xdg_config_home: xdg.map(Into::into),
            home: home.map(Into::into),
            ..Environment::default()
        })
    };
    let here = PathBuf::from("boardwalk.toml");
    assert_eq!(of(None, None), std::slice::from_ref(&here));
    assert_eq!(
        of(Some("/c"), Some("/h")),
        [here.clone(), "/c/boardwalk/boardwalk.toml".into()]
    );
    assert_eq!(
        of(Some("relative"), Some("/h")),
        [here, "/h/.config/boardwalk/boardwalk.toml".into()]
    );
}

/// Others see the archive, and can have it crawled: never by an oversight.
#[test]
fn a_service_that_others_can_reach_needs_a_token() {
    for address in ["0.0.0.0:8080", "[::]:8080", "192.0.2.7:8080"] {
        let open = format!("[web]\nlisten = \"{address}\"\n");
        let refused = read_text(&open).unwrap_err();
        assert!(
            refused.contains("can be reached from other machines; set web.token"),
            "{refused}"
        );
        let kept = format!("{open}token = \"{}\"\n", "k".repeat(32));
        let options = read_text(&kept).expect("it has a token");
        assert_eq!(
            options.web.listen,
            Some(address.parse().expect("an address"))
        );
    }
    assert!(read_text("[web]\nlisten = \"127.0.0.1:8080\"\n").is_ok());
    assert!(read_text("[web]\nlisten = \"[::1]:8080\"\n").is_ok());
}
