//! Boards written as markup with places for what they hold: `tests/fixtures/boards/NAME.html`. A file begins with what it
//! shows, then has sections, each under a line `=== NAME`: `board` (settings), `row`, `between` (after every fourth row),
//! `listing`, `first` (the post on its page; else as a reply), `said` (a reply), `article`, `pager`.
//!
//! Places: `{id}`, `{title}`, `{slug}`, `{name}` (a slug without digits), `{author}`, `{writer}` (as it stands in addresses), `{replies}`, `{views}`, `{rank}`, `{teaser}`, `{at:%Y-%m-%d}` and
//! `{said.id}` of a post; `{last.author}`, `{last.id}`, `{last:%H:%M}` of what was said last. In `first` and `said`,
//! `{author}`, `{at:…}` and `{said.id}` are the speaker's, with `{lines}`, `{paragraphs}` and `{nth}`, the place in the
//! thread; in `article`, `{first}`, `{said}` (replies), `{pager}`. `{if WORD}…{end}` stands where WORD holds: `pinned`,
//! `plain`, `replies`, `silent`, `long` (many replies), `third` (every third post), `even`, `odd`, `inner` (an answer to the
//! reply before it), `outer`. `{when:%d %B %Y}` and `{last.when:…}` are `{at:…}` in the board's language, digits and
//! calendar; a setting `file = NAME | URL | BYTES` is a file that each post's page lists; `{ago}` and `{near:%H:%M}` count from now, as boards do whose setting says `recent = yes`. `days = 1` puts a day more between a post and the next; `lifelike = yes` makes posts as varied as people's; `n_posts`, `n_per_page` and `n_said_per_page` are numbers.

use std::collections::BTreeMap;
use std::path::Path;

use boardwalk::model::{Clock, SystemClock};
use jiff::civil::DateTime;

use super::latin::{CZECH, DUTCH, INDONESIAN, ITALIAN, POLISH, PORTUGUESE, SPANISH};
use super::posts::{self, CHINESE, ENGLISH, FRENCH, GERMAN, JAPANESE, KOREAN, Tongue};
use super::tongues::{
    ARABIC, GREEK, HEBREW, HINDI, PERSIAN, RUSSIAN, TAIWANESE, THAI, TURKISH, UKRAINIAN, VIETNAMESE,
};
use super::{
    Board, File, OtherFile, PastEnd, Plan, Post, Said, Shown, Thread, Turns, life, lines, numbers,
    paragraphs,
};

/// A board of such a file.
pub struct Sketch {
    plan: Plan,
    /// By the board's own clock, when its pages were made.
    now: DateTime,
    /// Whether its posts are as varied as people's.
    is_lifelike: bool,
    settings: BTreeMap<String, String>,
    sections: BTreeMap<String, String>,
}

/// All of them, by name.
pub fn sketches() -> Vec<Sketch> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/boards");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of sketches")
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    paths.sort();
    let sketch = |path: &std::path::PathBuf| {
        let name = path.file_stem().and_then(|name| name.to_str());
        let text = std::fs::read_to_string(path).expect("a readable sketch");
        Sketch::new(name.expect("a name"), &text)
    };
    paths.iter().map(sketch).collect()
}

impl Sketch {
    fn new(name: &str, text: &str) -> Self {
        let mut sections = BTreeMap::new();
        for section in text.split("\n=== ").skip(1) {
            let (title, inside) = section.split_once('\n').unwrap_or((section, ""));
            sections.insert(title.trim().to_owned(), inside.to_owned());
        }
        let settings: BTreeMap<String, String> = sections["board"]
            .lines()
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, value)| (key.to_owned(), value.trim().to_owned()))
            .collect();
        let get = |key: &str| settings.get(key).map_or("", String::as_str);
        let shown = |field: &str| get("shows").split(' ').any(|word| word == field);
        let plan = Plan {
            name: name.to_owned().leak(),
            tongue: match get("tongue") {
                "german" => &GERMAN,
                "french" => &FRENCH,
                "korean" => &KOREAN,
                "japanese" => &JAPANESE,
                "chinese" => &CHINESE,
                "arabic" => &ARABIC,
                "thai" => &THAI,
                "vietnamese" => &VIETNAMESE,
                "russian" => &RUSSIAN,
                "turkish" => &TURKISH,
                "hebrew" => &HEBREW,
                "greek" => &GREEK,
                "hindi" => &HINDI,
                "ukrainian" => &UKRAINIAN,
                "persian" => &PERSIAN,
                "taiwanese" => &TAIWANESE,
                "polish" => &POLISH,
                "italian" => &ITALIAN,
                "spanish" => &SPANISH,
                "portuguese" => &PORTUGUESE,
                "dutch" => &DUTCH,
                "czech" => &CZECH,
                "indonesian" => &INDONESIAN,
                _ => &ENGLISH,
            },
            charset: match get("charset") {
                "" => "utf-8",
                other => other.to_owned().leak(),
            },
            n_posts: get("n_posts").parse().unwrap_or(33),
            n_per_page: get("n_per_page").parse().unwrap_or(10),
            n_said_per_page: get("n_said_per_page").parse().unwrap_or(200),
            has_notices: get("has_notices") == "yes",
            shown: Shown {
                author: shown("author"),
                date: shown("date"),
                rank: shown("rank"),
                comments: shown("comments"),
            },
            past_end: match get("past_end") {
                "last" => PastEnd::LastAgain,
                "first" => PastEnd::FirstAgain,
                "404" => PastEnd::NotFound,
                _ => PastEnd::Empty,
            },
        };
        let now = SystemClock.now().in_tz(plan.tongue.zone).expect("a zone");
        Self {
            plan,
            now: now.datetime(),
            is_lifelike: settings.contains_key("lifelike"),
            settings,
            sections,
        }
    }

    /// The same board with posts as varied as people's.
    pub fn with_life(self) -> Self {
        Self {
            is_lifelike: true,
            ..self
        }
    }

    fn section(&self, name: &str) -> Option<&str> {
        self.sections.get(name).map(String::as_str)
    }

    /// An address by its setting; of page 1, by a setting of its own where there is one.
    fn address(&self, name: &str, page: usize) -> &str {
        let first = format!("{name}_of_first_page");
        match self.settings.get(&first).filter(|_| page == 1) {
            Some(first) => first,
            None => &self.settings[name],
        }
    }

    /// Whether a section's lines stand in a paragraph, which can hold no quotation, list or code.
    fn is_in_a_paragraph(&self, section: &str) -> bool {
        let before = self
            .section(section)
            .and_then(|text| text.split_once("{lines}"));
        let tag = before.and_then(|(before, _)| before.rsplit_once('<'));
        tag.is_some_and(|(_, tag)| tag.starts_with("p>") || tag.starts_with("p "))
    }

    /// What was said, as the `nth` of a thread.
    fn said(&self, section: &str, post: &Post, said: &Said, nth: usize) -> String {
        fill(self.section(section).unwrap_or_default(), &|name| {
            Some(match name {
                "nth" => nth.to_string(),
                "nth.next" => (nth + 1).to_string(),
                "author" => said.author.clone(),
                "said.id" => said.id.to_string(),
                "said.letters" => in_letters(said.id as usize),
                "lines" if self.is_in_a_paragraph(section) => said.lines.join("<br>\n"),
                "lines" => lines(said),
                "paragraphs" => paragraphs(said),
                "inner" => word(nth % 3 == 2),
                "outer" => word(nth % 3 != 2),
                "even" => word(nth.is_multiple_of(2)),
                "odd" => word(nth % 2 == 1),
                _ => moment(name, "at:", said)
                    .or_else(|| when(name, "when:", said, self.plan.tongue))
                    .or_else(|| self.since(name, said))
                    .or_else(|| self.of_post(name, post))?,
            })
        })
    }

    /// How long ago, or which of the last days.
    fn since(&self, name: &str, said: &Said) -> Option<String> {
        let tongue = self.plan.tongue;
        let minutes = said.at.duration_until(self.now).as_mins();
        let days = (self.now.date() - said.at.date()).get_days();
        let (of, n) = match minutes {
            0..60 => (0, minutes),
            60..1_440 => (1, minutes / 60),
            _ => (2, minutes / 1_440),
        };
        if name == "ago" {
            return Some(tongue.ago[of].replace("{n}", &n.to_string()));
        }
        let format = name.strip_prefix("near:")?;
        match usize::try_from(days).ok().filter(|days| *days < 2) {
            Some(days) => {
                let time = said.at.strftime("%H:%M");
                Some(format!("{}, {time}", tongue.near_days[days]))
            }
            None => when(&format!("when:{format}"), "when:", said, tongue),
        }
    }

    fn of_post(&self, name: &str, post: &Post) -> Option<String> {
        let (said, tongue) = (&post.said, self.plan.tongue);
        Some(match name {
            "id" => post.id.to_string(),
            "title" => post.title.replace('&', "&amp;"),
            "slug" => post.slug(),
            "name" => post.slug().replace(char::is_numeric, "n") + "-" + &in_letters(post.rank),
            "letters" => in_letters(post.id as usize),
            "hex" => format!("{:03X}", post.id * 1_571 % 4_096),
            "author" => said.author.clone(),
            "writer" => said.author.to_lowercase().replace(' ', "-"),
            "replies" => post.replies.len().to_string(),
            "views" => post.views.to_string(),
            "rank" => post.rank.to_string(),
            "teaser" => said.lines[0].chars().take(24).collect(),
            "said.id" => said.id.to_string(),
            "last.author" => post.last().author.clone(),
            "last.id" => post.last().id.to_string(),
            "pinned" => word(post.notice),
            "plain" => word(!post.notice),
            "silent" => word(post.replies.is_empty()),
            "long" => word(post.replies.len() > 4),
            "third" => word(post.rank.is_multiple_of(3)),
            "even" => word(post.rank.is_multiple_of(2)),
            "odd" => word(post.rank % 2 == 1),
            _ => moment(name, "last:", post.last())
                .or_else(|| moment(name, "at:", said))
                .or_else(|| when(name, "when:", said, tongue))
                .or_else(|| when(name, "last.when:", post.last(), tongue))
                .or_else(|| self.since(name, said))?,
        })
    }
}

fn word(holds: bool) -> String {
    let word = if holds { "yes" } else { "" };
    word.to_owned()
}

/// What a page's address says of its place among the others.
fn of_page(name: &str, page: usize, n_per_page: usize) -> Option<String> {
    match name {
        "page" => Some(page.to_string()),
        "page from 0" => Some((page - 1).to_string()),
        "start" => Some(((page - 1) * n_per_page).to_string()),
        _ => None,
    }
}

/// A number in letters: of titles that differ in a number alone, addresses without one must differ, too.
fn in_letters(number: usize) -> String {
    let letter = |digit: char| char::from(b'k' + digit.to_digit(10).unwrap_or(0) as u8);
    number.to_string().chars().map(letter).collect()
}

fn moment(name: &str, prefix: &str, said: &Said) -> Option<String> {
    Some(said.at.strftime(name.strip_prefix(prefix)?).to_string())
}

/// A moment as the language writes it.
fn when(name: &str, prefix: &str, said: &Said, tongue: &Tongue) -> Option<String> {
    let month = tongue.months[usize::from(said.at.month().unsigned_abs()) - 1];
    let day = tongue.days[usize::from(said.at.weekday().to_monday_zero_offset().unsigned_abs())];
    let year = (said.at.year() + tongue.years_ahead).to_string();
    let format = name.strip_prefix(prefix)?;
    let text = said
        .at
        .strftime(
            &format
                .replace("%Y", &year)
                .replace("%B", month)
                .replace("%A", day),
        )
        .to_string();
    let in_digits = |c: char| match c.to_digit(10) {
        Some(digit) => tongue.digits.chars().nth(digit as usize).unwrap_or(c),
        None => c,
    };
    Some(text.chars().map(in_digits).collect())
}

/// The text with its places filled. What `value` does not know stays: styles and scripts have braces, too.
fn fill(text: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find('}').expect("a place ends");
        let name = &rest[1..end];
        if let Some(condition) = name.strip_prefix("if ") {
            let (inside, after) = rest[end + 1..].split_once("{end}").expect("an end");
            let holds = value(condition).unwrap_or_else(|| panic!("{condition} is no condition"));
            if !matches!(holds.as_str(), "" | "0") {
                out.push_str(&fill(inside, value));
            }
            rest = after;
        } else {
            match value(name) {
                Some(value) => out.push_str(&value),
                None => out.push_str(&rest[..=end]),
            }
            rest = &rest[end + 1..];
        }
    }
    out.push_str(rest);
    out
}

impl Board for Sketch {
    fn plan(&self) -> Plan {
        self.plan
    }

    fn posts(&self) -> Vec<Post> {
        let mut all = match self.is_lifelike {
            true => life::posts(self.plan.n_posts, self.plan.tongue),
            false => posts::posts(self.plan.n_posts, self.plan.tongue),
        };
        let apart: Option<i64> = self.settings.get("days").and_then(|days| days.parse().ok());
        if let Some(days) = apart {
            for post in &mut all {
                let rank = i64::try_from(post.rank).expect("small");
                let later = jiff::Span::new().days(rank * days);
                for said in std::iter::once(&mut post.said).chain(&mut post.replies) {
                    said.at += later;
                }
            }
        }
        if !self.settings.contains_key("recent") {
            return all;
        }
        // All of it has been said by now.
        let last = all.iter().map(|post| post.last().at).max();
        let shift = last.map_or_else(jiff::Span::new, |last| {
            self.now - (last + jiff::Span::new().minutes(31))
        });
        for post in &mut all {
            for said in std::iter::once(&mut post.said).chain(&mut post.replies) {
                said.at += shift;
            }
        }
        all
    }

    fn pinned(&self) -> Vec<Post> {
        match (self.plan.has_notices, self.is_lifelike) {
            (false, _) => Vec::new(),
            (true, true) => life::notices(self.plan.tongue),
            (true, false) => posts::notices(self.plan.tongue),
        }
    }

    fn listing_url(&self, page: usize) -> String {
        fill(self.address("listing_url", page), &|name| match name {
            "page from the oldest" => Some((self.n_pages() + 1).saturating_sub(page).to_string()),
            "page in letters" => Some(in_letters(page * 7_919 % 1_000)),
            _ => of_page(name, page, self.plan.n_per_page),
        })
    }

    fn article_url(&self, post: &Post, page: usize) -> String {
        fill(self.address("article_url", page), &|name| {
            of_page(name, page, self.plan.n_said_per_page).or_else(|| self.of_post(name, post))
        })
    }

    fn files(&self, post: &Post) -> Vec<File> {
        let setting = self.settings.get("file");
        let file = setting.map(|setting| {
            let filled = fill(setting, &|name| self.of_post(name, post));
            let mut parts = filled.split(" | ").map(str::to_owned);
            File {
                name: parts.next().expect("a name"),
                url: parts.next().expect("an address"),
                size: parts.next().map(|size| size.parse().expect("a number")),
            }
        });
        file.into_iter().collect()
    }

    fn id(&self, post: &Post) -> String {
        let id = self.settings.get("id").map_or("{id}", String::as_str);
        fill(id, &|name| self.of_post(name, post))
    }

    fn row(&self, post: &Post) -> String {
        let mut row = fill(&self.sections["row"], &|name| match name {
            "url" => Some(self.article_url(post, 1)),
            _ => self.of_post(name, post),
        });
        if post.rank.is_multiple_of(4) {
            row.push_str(self.section("between").unwrap_or_default());
        }
        row
    }

    fn listing(&self, rows: &str, pager: &str) -> String {
        fill(&self.sections["listing"], &|name| match name {
            "rows" => Some(rows.to_owned()),
            "pager" => Some(pager.to_owned()),
            _ => None,
        })
    }

    fn pager(&self, turns: &Turns<'_>) -> String {
        let Some(pager) = self.section("pager") else {
            return numbers(turns);
        };
        let url = |page: usize| (turns.url)(page);
        fill(pager, &|name| {
            Some(match name {
                "numbers" => numbers(turns),
                "page" => turns.page.to_string(),
                "page from 0" => (turns.page - 1).to_string(),
                "pages" => turns.n_pages.to_string(),
                "newer" => word(turns.page > 1),
                "older" => word(turns.page < turns.n_pages),
                "newer.page" => (turns.page - 1).to_string(),
                "older.page" => (turns.page + 1).to_string(),
                "newer.url" => url(turns.page - 1),
                "older.url" => url(turns.page + 1),
                "last.url" => url(turns.n_pages),
                "options" => (1..=turns.n_pages)
                    .map(|page| {
                        let chosen = if page == turns.page { " selected" } else { "" };
                        format!("<option value='{}'{chosen}>{page}</option>", url(page))
                    })
                    .collect(),
                _ => return None,
            })
        })
    }

    fn is_nested(&self) -> bool {
        self.settings.contains_key("nested")
    }

    fn ignored(&self) -> Vec<String> {
        let names = self.settings.get("ignored").map_or("", String::as_str);
        names.split_whitespace().map(str::to_owned).collect()
    }

    fn others(&self, posts: &[Post]) -> Vec<OtherFile> {
        let also = self.settings.get("also");
        also.map(|url| (url.clone(), "text/html", self.listing_page(1, posts)))
            .into_iter()
            .collect()
    }

    fn article(&self, thread: &Thread<'_>) -> String {
        let post = thread.post;
        let before = (thread.page - 1) * self.plan.n_said_per_page;
        let mut first = String::new();
        let mut replies = String::new();
        for (at, said) in thread.said.iter().enumerate() {
            match thread.is_first(said) {
                true if self.section("first").is_some() => {
                    first = self.said("first", post, said, 0);
                }
                true => first = self.said("said", post, said, 0),
                false => replies.push_str(&self.said("said", post, said, before + at)),
            }
        }
        fill(&self.sections["article"], &|name| match name {
            "first" => Some(first.clone()),
            "said" => Some(replies.clone()),
            "pager" => Some(thread.pager.clone()),
            "url" => Some(self.article_url(post, 1)),
            _ => self.of_post(name, post),
        })
    }
}
