use super::*;

fn check(guard: &Guard, url: &str) -> Result<Route, Refusal> {
    guard.check(&Url::parse(url).unwrap())
}

#[test]
fn private_and_special_addresses_are_refused_in_every_spelling() {
    let guard = Guard::default();
    for url in [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://１２７.0.0.1/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://172.31.255.255/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://192.0.0.170/",
        "http://192.0.2.1/",
        "http://198.18.0.1/",
        "http://198.51.100.7/",
        "http://203.0.113.9/",
        "http://224.0.0.1/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
        "http://[::]/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a00:1]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2001::1]/",
        "http://[2001:db8::1]/",
        "http://[3fff:1::1]/",
        "http://[fc00::1]/",
        "http://[fd12:3456::1]/",
        "http://[fe80::1]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://[100::1]/",
    ] {
        assert!(
            matches!(check(&guard, url), Err(Refusal::Address(_))),
            "{url}"
        );
    }
}

#[test]
fn public_addresses_and_names_pass() {
    let guard = Guard::default();
    for url in [
        "http://8.8.8.8/",
        "https://172.32.0.1/",
        "http://100.128.0.1/",
        "http://192.169.0.1/",
        "http://[2606:4700::1111]/",
        "http://[::ffff:8.8.8.8]/",
        "https://board.example:8443/news",
        // Whether a name is public is the resolver's to find out.
        "http://localhost/",
    ] {
        assert_eq!(check(&guard, url), Ok(Route::Public), "{url}");
    }
}

#[test]
fn only_http_without_password_is_asked() {
    let guard = Guard::default();
    assert!(matches!(
        check(&guard, "file:///etc/passwd"),
        Err(Refusal::Scheme(_))
    ));
    assert!(matches!(
        check(&guard, "ftp://board.example/"),
        Err(Refusal::Scheme(_))
    ));
    assert_eq!(
        check(&guard, "http://a@board.example/"),
        Err(Refusal::Userinfo)
    );
    assert_eq!(
        check(&guard, "http://:b@board.example/"),
        Err(Refusal::Userinfo)
    );
}

#[test]
fn a_named_board_opens_its_host_and_port_and_nothing_else() {
    let guard = Guard::new(vec!["127.0.0.1:8080".parse().unwrap()]);
    assert_eq!(check(&guard, "http://127.0.0.1:8080/x"), Ok(Route::Named));
    assert_eq!(check(&guard, "http://2130706433:8080/"), Ok(Route::Named));
    for url in [
        "http://127.0.0.1/",
        "http://127.0.0.1:8081/",
        "http://127.0.0.2:8080/",
        "http://[::1]:8080/",
    ] {
        assert!(check(&guard, url).is_err(), "{url}");
    }
    let metadata = Guard::new(vec!["169.254.169.254:80".parse().unwrap()]);
    assert!(
        check(&metadata, "http://169.254.169.254/").is_err(),
        "link-local is for nobody, named or not"
    );
}

/// Answers with these lists in turn, and then has no more.
struct Lying(Mutex<Vec<Vec<IpAddr>>>);

impl Resolver for Lying {
    fn resolve(&self, _: &str) -> Resolved {
        let mut answers = lock_answers(&self.0);
        let answer = (!answers.is_empty()).then(|| answers.remove(0));
        Box::pin(async move { answer.ok_or_else(|| io::Error::other("no more")) })
    }
}

fn lock_answers(answers: &Mutex<Vec<Vec<IpAddr>>>) -> std::sync::MutexGuard<'_, Vec<Vec<IpAddr>>> {
    answers.lock().unwrap()
}

async fn look_up(resolver: &GuardedResolver) -> Result<Vec<String>, Option<Refusal>> {
    use reqwest::dns::Resolve;
    match resolver.resolve("board.example".parse().unwrap()).await {
        Ok(found) => Ok(found.map(|socket| socket.ip().to_string()).collect()),
        Err(error) => Err(refusal_in(error.as_ref())),
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_names_addresses_only_the_public_ones_are_handed_on() {
    let answers: &[&[&str]] = &[
        &[
            "10.0.0.1",
            "8.8.8.8",
            "::1",
            "2606:4700::1111",
            "::ffff:127.0.0.1",
        ],
        &["127.0.0.1"],
        &[],
    ];
    let answers = answers
        .iter()
        .map(|list| list.iter().map(|ip| ip.parse().unwrap()).collect())
        .collect();
    let resolver = GuardedResolver::new(Route::Public, Arc::new(Lying(Mutex::new(answers))));
    for _ in 0..3 {
        let found = look_up(&resolver).await.unwrap();
        assert_eq!(
            found,
            ["8.8.8.8", "2606:4700::1111"],
            "and kept for a minute"
        );
    }
    tokio::time::advance(DNS_CACHE_TIME).await;
    // The name turned private: what was allowed before says nothing now.
    assert_eq!(
        look_up(&resolver).await,
        Err(Some(Refusal::Name("board.example".into())))
    );
    assert_eq!(
        look_up(&resolver).await,
        Err(None),
        "no address is no refusal"
    );
    assert_eq!(
        look_up(&resolver).await,
        Err(None),
        "nor is a failed lookup"
    );
}

#[test]
fn hosts_and_ports_are_read_as_urls_write_them() {
    let read = |text: &str| text.parse::<HostPort>().map(|pair| pair.to_string());
    assert_eq!(read("127.0.0.1:8080").as_deref(), Ok("127.0.0.1:8080"));
    assert_eq!(read("[::1]:80").as_deref(), Ok("[::1]:80"));
    assert_eq!(
        read("Board.Example:443").as_deref(),
        Ok("board.example:443")
    );
    for wrong in ["board.example", "a:b", "a:99999", "u@a:1", "a/b:1", ":80"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    let url = Url::parse("https://board.example/news").unwrap();
    assert_eq!(HostPort::of(&url).unwrap().to_string(), "board.example:443");
}
