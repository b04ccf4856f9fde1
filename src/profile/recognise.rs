//! Which engine made a page? In: a page, the cookies it set. Out: the profile whose signs weigh most, or none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use memchr::memmem;
use regex::Regex;
use url::Url;

use super::Profile;
use crate::document::{Html, Query};

/// The profiles in the binary: name and text of each file in `config/engines/`, listed by `build.rs`.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/engines.rs"));

/// Signs of an engine, compiled.
#[derive(Debug, Clone, Default)]
pub(super) struct Signs {
    pub(super) need: u32,
    pub(super) signs: Vec<Sign>,
}

#[derive(Debug, Clone)]
pub(super) struct Sign {
    pub(super) weight: u32,
    pub(super) select: Option<(String, Query)>,
    /// For each alternative of it the words that stand in the source of any page with such an element.
    pub(super) needed: Vec<Vec<String>>,
    pub(super) source: Option<String>,
    pub(super) cookie: Option<String>,
}

impl Sign {
    /// What was seen, for people; `None` where a condition does not hold.
    fn seen(&self, html: &Html, source: &Source<'_>, cookies: &[String]) -> Option<String> {
        let says = |words: &String| source.says(words);
        let mut seen = Vec::new();
        // What costs least is asked first.
        if let Some(name) = &self.cookie {
            cookies.contains(name).then_some(())?;
            seen.push(format!("cookie {name}"));
        }
        if let Some(words) = &self.source {
            says(words).then_some(())?;
            seen.push(format!("words {words}"));
        }
        if let Some((text, selector)) = &self.select {
            let may_hold = |words: &Vec<String>| words.iter().all(says);
            self.needed.iter().any(may_hold).then_some(())?;
            selector.selects_any_in(html).then_some(())?;
            seen.push(format!("element {text}"));
        }
        seen.reverse();
        Some(seen.join(" and "))
    }
}

/// What all signs look for in the source of a page.
#[derive(Debug, Clone)]
struct Searched {
    /// In the order of the pattern's alternatives: one that begins another stands behind it.
    words: Vec<String>,
    any: Regex,
}

/// Shorter words stand on every page, and are looked for only when they are asked for.
const LEAST_BYTES: usize = 4;

impl Searched {
    fn by<'s>(signs: impl Iterator<Item = &'s Sign>) -> Self {
        let asked = signs.flat_map(|sign| sign.source.iter().chain(sign.needed.iter().flatten()));
        let mut words: Vec<String> = asked
            .filter(|words| words.len() >= LEAST_BYTES && words.is_ascii())
            .cloned()
            .collect();
        words.sort_by(|a, b| b.cmp(a));
        words.dedup();
        let alternatives: Vec<String> = words.iter().map(|words| regex::escape(words)).collect();
        let any = Regex::new(&alternatives.join("|")).expect("escaped words are a pattern");
        Self { words, any }
    }
}

/// The source of a page, searched once for all words that any sign asks for.
struct Source<'p> {
    text: &'p str,
    searched: &'p Searched,
    found: BTreeSet<&'p str>,
}

impl<'p> Source<'p> {
    fn of(text: &'p str, searched: &'p Searched) -> Self {
        let mut found = BTreeSet::new();
        let mut from = 0;
        if !searched.words.is_empty() {
            // Words may overlap: the next begins behind where this one does. Those that stand in it are asked of it.
            while let Some(words) = searched.any.find_at(text, from) {
                found.insert(words.as_str());
                from = words.start() + 1;
            }
        }
        Self {
            text,
            searched,
            found,
        }
    }

    fn says(&self, words: &str) -> bool {
        let is_searched = self.searched.words.iter().any(|searched| searched == words);
        match is_searched {
            true => self.found.iter().any(|found| found.starts_with(words)),
            false => memmem::find(self.text.as_bytes(), words.as_bytes()).is_some(),
        }
    }
}

/// For each alternative of a selector the classes, ids and values that it asks for; those that it looks for in upper and
/// lower case alike only if they are wanted, too.
pub(crate) fn words_asked(selector: &str, in_any_case: bool) -> Vec<Vec<&str>> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let asked = |alternative: &'_ str| -> Vec<std::ops::Range<usize>> {
        let mut asked = Vec::new();
        // What is negated or escaped is not asked for.
        if alternative.contains([':', '\\']) {
            return asked;
        }
        let mut at = 0;
        while let Some(start) = alternative[at..].find(is_word).map(|n| at + n) {
            let rest = &alternative[start..];
            let end = start + rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let ignores_case = alternative[end..]
                .split(']')
                .next()
                .is_some_and(|value| value.ends_with(" i"));
            let is_asked = alternative[..start].ends_with(['.', '#', '=', '\'', '"', '/']);
            if is_asked && (in_any_case || !ignores_case) {
                asked.push(start..end);
            }
            at = end;
        }
        asked
    };
    selector
        .split(',')
        .map(|alternative| {
            let words = asked(alternative);
            words.into_iter().map(|at| &alternative[at]).collect()
        })
        .collect()
}

/// All profiles one may use, by the name of their engine.
#[derive(Debug, Clone, Default)]
pub struct Library {
    profiles: BTreeMap<String, Arc<Held>>,
    learnt: BTreeSet<String>,
    /// Names of those that the operator wrote.
    own: BTreeSet<String>,
    /// Of these profiles.
    searched: OnceLock<Searched>,
}

/// A profile, of which only the signs are needed until a page has them: the patterns of one take a megabyte and some ten
/// milliseconds, and a crawl has boards of one or two.
#[derive(Debug)]
struct Held {
    signs: Signs,
    profile: OnceLock<Arc<Profile>>,
    /// Of one that is not compiled yet.
    text: &'static str,
}

impl Held {
    fn given(profile: Profile) -> Self {
        Self {
            signs: profile.recognise.clone(),
            profile: OnceLock::from(Arc::new(profile)),
            text: "",
        }
    }

    fn profile(&self) -> &Arc<Profile> {
        self.profile.get_or_init(|| {
            let profile = Profile::from_toml(self.text);
            Arc::new(profile.expect("a test compiles every built-in profile"))
        })
    }
}

/// A profile that fits a page, and why.
#[derive(Debug, Clone)]
pub struct Recognised {
    pub profile: Arc<Profile>,
    /// Sum of the weights of the signs seen.
    pub score: u32,
    /// What was seen, for people.
    pub signs: Vec<String>,
}

impl Library {
    /// The profiles that come with the binary.
    pub fn built_in() -> Library {
        let mut library = Library::default();
        for (_, text) in BUILT_IN {
            let (engine, signs) =
                Profile::signs_from_toml(text).expect("a test compiles every built-in profile");
            let held = Held {
                signs,
                profile: OnceLock::new(),
                text,
            };
            library.profiles.insert(engine, Arc::new(held));
        }
        library
    }

    /// The text of a built-in profile, to be laid over with a board's own table.
    pub fn built_in_text(engine: &str) -> Option<&'static str> {
        BUILT_IN
            .iter()
            .find_map(|(name, text)| (*name == engine).then_some(*text))
    }

    /// A profile of the same name is replaced.
    pub fn add(&mut self, profile: Profile) {
        self.learnt.remove(&profile.engine);
        self.hold(profile);
    }

    /// A profile that boardwalk has learnt. It never takes the place of one that somebody wrote or named.
    pub fn add_learnt(&mut self, profile: Profile) {
        if self.get_given(&profile.engine).is_none() {
            self.learnt.insert(profile.engine.clone());
            self.hold(profile);
        }
    }

    fn hold(&mut self, profile: Profile) {
        self.searched = OnceLock::new();
        self.profiles
            .insert(profile.engine.clone(), Arc::new(Held::given(profile)));
    }

    /// By the name of the engine, if it came with the binary or from the operator.
    pub fn get_given(&self, engine: &str) -> Option<Arc<Profile>> {
        self.get(engine).filter(|_| !self.learnt.contains(engine))
    }

    /// Whether this name's profile is one that boardwalk has learnt.
    pub fn is_learnt(&self, engine: &str) -> bool {
        self.learnt.contains(engine)
    }

    /// Whether a profile of the operator's own, which has signs to be recognised by, knows a URL as a listing.
    pub fn may_recognise(&self, url: &Url) -> bool {
        self.profiles.iter().any(|(engine, held)| {
            !held.signs.signs.is_empty()
                && !self.learnt.contains(engine)
                && Self::built_in_text(engine).is_none()
                && held.profile().identity.board(url).is_some()
        })
    }

    /// One that the operator wrote: nothing that boardwalk learns takes its place.
    pub fn add_own(&mut self, profile: Profile) {
        self.own.insert(profile.engine.clone());
        self.add(profile);
    }

    /// Whether the operator wrote the profile of this name.
    pub fn is_own(&self, engine: &str) -> bool {
        self.own.contains(engine)
    }

    /// By the name of the engine.
    pub fn get(&self, engine: &str) -> Option<Arc<Profile>> {
        self.profiles
            .get(engine)
            .map(|held| Arc::clone(held.profile()))
    }

    /// In alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    /// The profile with the most weight among those that reach what they need. At equal weight the one that knows
    /// the shape of `url`, then the first by name. `cookies` are the names set by the answer.
    pub fn recognise(
        &self,
        html: &Html,
        source: &str,
        cookies: &[String],
        url: &Url,
    ) -> Option<Recognised> {
        let searched = self.searched.get_or_init(|| {
            Searched::by(self.profiles.values().flat_map(|held| &held.signs.signs))
        });
        let source = Source::of(source, searched);
        let mut best: Option<(u32, bool, Recognised)> = None;
        for held in self.profiles.values() {
            let mut score = 0;
            let mut most: u32 = held.signs.signs.iter().map(|sign| sign.weight).sum();
            let mut signs = Vec::new();
            for sign in &held.signs.signs {
                if let Some(seen) = sign.seen(html, &source, cookies) {
                    score += sign.weight;
                    signs.push(seen);
                } else {
                    most -= sign.weight;
                }
                if most < held.signs.need {
                    break;
                }
            }
            // A profile without signs is only used by name.
            if signs.is_empty() || score < held.signs.need {
                continue;
            }
            let profile = held.profile();
            let knows_url = profile.identity.follows(url);
            if best
                .as_ref()
                .is_none_or(|(score_, knows, _)| (score, knows_url) > (*score_, *knows))
            {
                let profile = Arc::clone(profile);
                best = Some((
                    score,
                    knows_url,
                    Recognised {
                        profile,
                        score,
                        signs,
                    },
                ));
            }
        }
        best.map(|(_, _, recognised)| recognised)
    }
}

#[cfg(test)]
mod tests {
    use super::{Searched, Sign, Source, words_asked};

    #[test]
    fn words_that_overlap_are_all_found() {
        let sign = |words: &str| Sign {
            weight: 1,
            select: None,
            needed: Vec::new(),
            source: Some(words.to_owned()),
            cookie: None,
        };
        let asked = [
            "/bbs/board",
            "bbs/board",
            "/bbs",
            "board.php",
            "php?",
            "no",
            "thumb",
        ];
        let searched = Searched::by(asked.map(sign).iter());
        let source = Source::of("<a href=/bbs/board.php?no=1>&thumb;", &searched);
        for words in asked {
            assert!(source.says(words), "{words}");
        }
        let source = Source::of("<a href=/bbs/ board>", &searched);
        let said: Vec<&str> = asked
            .into_iter()
            .filter(|words| source.says(words))
            .collect();
        assert_eq!(said, ["/bbs"]);
    }

    #[test]
    fn each_alternative_asks_for_words_or_for_none() {
        assert_eq!(
            words_asked(
                "ul.rows > li#one, td a[href*='wr_id=12'], table tbody, .seen:not(.hidden), b[id^='Top' i].x",
                false
            ),
            [
                vec!["rows", "one"],
                vec!["wr_id", "12"],
                vec![],
                vec![],
                vec!["x"]
            ]
        );
    }
}
