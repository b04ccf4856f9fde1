//! What is done with an archive once it is there: searched, read as a feed, copied and looked after.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::site::Engine;
use crate::support::world::World;

fn lines(stdout: &str) -> Vec<Value> {
    stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object a line"))
        .collect()
}

#[test]
fn two_syllables_find_every_article_that_has_them() {
    let world = World::with_posts(Engine::Rhymix, 31, 30);
    world.crawl_well();
    let truth = world.truth("news");
    let title: Vec<char> = truth[0].title.chars().collect();
    let word: String = title
        .windows(2)
        .find(|pair| pair.iter().all(|c| ('가'..='힣').contains(c)))
        .expect("a title in Korean")
        .iter()
        .collect();
    let expected: BTreeSet<&str> = truth
        .iter()
        .filter(|post| !post.restricted)
        .filter(|post| {
            [&post.title, &post.text, &post.author]
                .iter()
                .any(|text| text.contains(&word))
        })
        .map(|post| post.key.as_str())
        .collect();
    let found = world
        .boardwalk
        .run(&["search", &word, "--limit", "1000", "--json"])
        .expect_code(0);
    let found = lines(&found.stdout);
    let keys: BTreeSet<&str> = found.iter().filter_map(|hit| hit["key"].as_str()).collect();
    assert_eq!(keys, expected, "{word}");
    for hit in &found {
        let marked = hit["snippet"].as_array().expect("stretches");
        let in_text = marked.iter().any(|stretch| stretch["hit"] == true);
        let in_head = [&hit["title"], &hit["author"]]
            .iter()
            .any(|text| text.as_str().is_some_and(|text| text.contains(&word)));
        assert!(in_text || in_head, "{hit}");
    }
}

#[test]
fn a_feed_holds_the_newest_posts() {
    let world = World::with_posts(Engine::Gnuboard5 { rewrite: 0 }, 32, 30);
    world.crawl_well();
    let feed = world
        .boardwalk
        .run(&["feed", "news", "--format", "json", "--limit", "10"])
        .expect_code(0)
        .report();
    let mut dates: Vec<String> = world
        .truth("news")
        .iter()
        .map(|post| post.posted.to_string())
        .collect();
    dates.sort_unstable_by(|a, b| b.cmp(a));
    let shown: Vec<&str> = feed["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|item| item["date_published"].as_str())
        .collect();
    assert_eq!(shown, dates[..10]);
    let atom = world.boardwalk.run(&["feed", "news"]).expect_code(0);
    assert!(
        atom.stdout
            .contains("<feed xmlns=\"http://www.w3.org/2005/Atom\"")
    );
}

#[test]
fn a_backup_put_back_is_crawled_on() {
    let world = World::with_posts(Engine::Rhymix, 33, 25);
    world.crawl_well();
    let copy = world.boardwalk.folder().join("copy.db");
    let copy = copy.to_str().expect("UTF-8");
    world.boardwalk.run(&["backup", copy]).expect_code(0);
    world.boardwalk.run(&["backup", copy]).expect_code(2);
    std::fs::remove_file(world.boardwalk.database()).expect("it was there");
    world
        .boardwalk
        .run(&["restore", copy, "--replace"])
        .expect_code(0);
    world.boardwalk.run(&["doctor"]).expect_code(0);
    let requests = world.crawl_well();
    assert_eq!(
        requests.n_articles(),
        0,
        "all of them are held: {requests:?}"
    );
    world.assert_whole(true);
}
