//! [`ProfileFile`] → [`Profile`]: selectors, patterns, time zone and templates are compiled once, at load; what
//! does not compile is reported with its place, all at once.

use jiff::tz::TimeZone;
use regex::Regex;

use super::format::{
    ArticleFile, AttachmentsFile, CallFile, ClassFile, CommentsFile, IdentityFile, JsonFile,
    ListingFile, PagerFile, ProfileFile, RecogniseFile, RuleFile, ShapeFile, Text,
};
use super::identity::Identity;
use super::json_list::{self, JsonList};
use super::notes::Notes;
use super::parse::Complaints;
use super::recognise::{Sign, Signs, words_asked};
use super::sections::{
    ArticleRules, AttachmentKey, AttachmentRules, ClassRule, CommentRules, ListingRules,
    PagerRules, Profile,
};
use super::shape::{GROUPS, Shape};
use super::whole::Whole;
use super::{Call, Rule};
use crate::document::Query;
use crate::model::BoardScope;

/// The zone of a profile that names none: the boards this was first written for.
const DEFAULT_TIMEZONE: &str = "Asia/Seoul";

/// Compiles a file as far as it compiles. The result is only good where no complaint was added.
pub(super) fn compile(file: &ProfileFile, complaints: &mut Complaints<'_>) -> Profile {
    Compiler { complaints }.profile(file)
}

/// Of a file only what its pages are recognised by.
pub(super) fn signs(file: &ProfileFile, complaints: &mut Complaints<'_>) -> Signs {
    Compiler { complaints }.recognise(&file.recognise)
}

/// Compiles part by part; what fails is left out of the result, which is then not handed on.
struct Compiler<'c, 't> {
    complaints: &'c mut Complaints<'t>,
}

impl Compiler<'_, '_> {
    fn profile(&mut self, file: &ProfileFile) -> Profile {
        if *file.format.get_ref() != 1 {
            self.complaints.add(
                file.format.span().start,
                format!(
                    "format: {} is not known; this version reads format 1",
                    file.format.get_ref()
                ),
            );
        }
        let engine = file.engine.get_ref();
        let is_name_letter =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        if engine.is_empty() || !engine.chars().all(is_name_letter) {
            self.complain(
                &file.engine,
                "engine",
                "use lower-case letters, digits, - and _",
            );
        }
        Profile {
            engine: engine.clone(),
            title: file.title.clone(),
            timezone: self.timezone(file.timezone.as_ref()),
            date_order: file.date_order,
            charset: file
                .charset
                .as_ref()
                .map(|charset| charset.get_ref().clone()),
            recognise: self.recognise(&file.recognise),
            identity: self.identity(&file.identity),
            without_scripts: file.without_scripts,
            hidden_links: file.hidden_links,
            calls: self.calls(&file.calls),
            json: file.json.as_ref().map(|json| self.json(json)),
            listing: self.listing(&file.listing),
            pager: self.pager(&file.pager),
            article: self.article(&file.article),
            attachments: self.attachments(&file.attachments),
            comments: self.comments(&file.comments),
            classes: self.classes(&file.classes),
            pitfalls: file.pitfalls.clone(),
            notes: Notes::default(),
            text: "".into(),
        }
    }

    fn complain(&mut self, at: &Text, path: &str, message: &str) {
        self.complaints
            .add(at.span().start, format!("{path}: {message}"));
    }

    fn timezone(&mut self, name: Option<&Text>) -> TimeZone {
        let zone = TimeZone::get(name.map_or(DEFAULT_TIMEZONE, |name| name.get_ref()));
        match (zone, name) {
            (Ok(zone), _) => zone,
            (Err(_), Some(name)) => {
                let message = format!("there is no time zone `{}`", name.get_ref());
                self.complain(name, "timezone", &message);
                TimeZone::UTC
            }
            // The database is in the binary; without it UTC is as good as anything.
            (Err(_), None) => TimeZone::UTC,
        }
    }

    fn recognise(&mut self, file: &RecogniseFile) -> Signs {
        let signs = file.signs.iter().enumerate().map(|(i, sign)| {
            let select = self
                .select(
                    sign.select.as_ref(),
                    &format!("recognise.signs[{i}].select"),
                )
                .zip(sign.select.as_ref())
                .map(|(selector, text)| (text.get_ref().clone(), selector));
            let needed = sign.select.iter().flat_map(|text| {
                let alternatives = words_asked(text.get_ref(), false).into_iter();
                alternatives.map(|words| words.into_iter().map(str::to_owned).collect())
            });
            let needed = needed.collect();
            Sign {
                weight: sign.weight,
                select,
                needed,
                source: sign.source.clone(),
                cookie: sign.cookie.clone(),
            }
        });
        Signs {
            signs: signs.collect(),
            need: file.need,
        }
    }

    fn identity(&mut self, file: &IdentityFile) -> Identity {
        let articles = self.shapes(&file.articles, "identity.articles");
        let boards = self.shapes(&file.boards, "identity.boards");
        for (shape, text) in articles.iter().zip(&file.articles) {
            let groups: Vec<&str> = shape.groups().collect();
            if !groups.contains(&"id") && !groups.contains(&"slug") {
                let message = "name a group `id` (or `slug`), as in `(?<id>\\d+)`";
                self.complain(&text.path, "identity.articles", message);
            }
            if file.scope == BoardScope::Board && !groups.contains(&"board") {
                let message = "name a group `board`: ids are unique per board only (scope)";
                self.complain(&text.path, "identity.articles", message);
            }
        }
        for (shape, text) in boards.iter().zip(&file.boards) {
            if shape.board.is_none() && !shape.groups().any(|group| group == "board") {
                let message = "name a group `board`, as in `(?<board>\\w+)`";
                self.complain(&text.path, "identity.boards", message);
            }
        }
        Identity {
            scope: file.scope,
            articles,
            boards,
            refuse: file.refuse.clone(),
            reserved: file.reserved.clone(),
            drop: file.drop.clone(),
            article_url: self.template(&file.article_url, "identity.article_url", "id"),
            listing_url: self.template(&file.listing_url, "identity.listing_url", "page"),
            board_url: self.template(&file.board_url, "identity.board_url", ""),
            page_first: file.page_first,
            page_step: file.page_step.max(1),
            id_in_page: self.rules(&file.id_in_page, "identity.id_in_page"),
            board_in_page: self.rules(&file.board_in_page, "identity.board_in_page"),
        }
    }

    fn calls(&mut self, files: &[CallFile]) -> Vec<Call> {
        for file in files {
            let url = file.url.get_ref();
            if !url.starts_with('/') && !url.starts_with('?') {
                self.complain(&file.url, "calls.url", "begin with `/` or `?`");
            }
            if !["{1}", "{2}", "{data-"]
                .iter()
                .any(|place| url.contains(place))
            {
                self.complain(
                    &file.url,
                    "calls.url",
                    "name an argument, as `{1}`, or an attribute, as `{data-no}`",
                );
            }
        }
        files
            .iter()
            .map(|file| Call {
                name: file.name.get_ref().clone(),
                url: file.url.get_ref().clone(),
            })
            .collect()
    }

    fn json(&mut self, file: &JsonFile) -> JsonList {
        for (name, place) in &file.fields {
            if !json_list::FIELDS.iter().any(|(field, _)| field == name) {
                let known: Vec<&str> = json_list::FIELDS.iter().map(|(field, _)| *field).collect();
                let message = format!(
                    "no field is called `{name}`; there are {}",
                    known.join(", ")
                );
                self.complain(place, "json.fields", &message);
            }
        }
        self.pattern(file.parts.as_ref(), "json.parts");
        if json_list::places(file.url.get_ref()).next().is_none() {
            self.complain(
                &file.url,
                "json.url",
                "name a place in the record, as `{id}`",
            );
        }
        let text = |text: &Text| text.get_ref().clone();
        JsonList {
            island: file.island.clone(),
            items: text(&file.items),
            url: text(&file.url),
            fields: file
                .fields
                .iter()
                .map(|(name, place)| (name.clone(), text(place)))
                .collect(),
            html: file.html.clone(),
            next: file.next.as_ref().map(text),
            more: file.more.as_ref().map(text),
            parts: file.parts.as_ref().map(text),
        }
    }

    fn shapes(&mut self, files: &[ShapeFile], path: &str) -> Vec<Shape> {
        let shapes = files.iter().enumerate().map(|(i, file)| {
            let path = format!("{path}[{i}]");
            let shape = Shape {
                path: self.whole(&file.path, &format!("{path}.path")),
                query: self.parameters(&file.query, &format!("{path}.query")),
                optional: self.parameters(&file.optional, &format!("{path}.optional")),
                without: file.without.clone(),
                article_url: self.template_of(
                    file.article_url.as_ref(),
                    &path,
                    "article_url",
                    "id",
                ),
                listing_url: self.template_of(
                    file.listing_url.as_ref(),
                    &path,
                    "listing_url",
                    "page",
                ),
                board_url: self.template_of(file.board_url.as_ref(), &path, "board_url", ""),
                board: file.board.clone(),
            };
            if let Some(group) = shape.groups().find(|group| !GROUPS.contains(group)) {
                let message = format!(
                    "no group is called `{group}`; there are {}",
                    GROUPS.join(", ")
                );
                self.complain(&file.path, &path, &message);
            }
            shape
        });
        shapes.collect()
    }

    fn parameters<'f>(
        &mut self,
        file: impl IntoIterator<Item = (&'f String, &'f Text)>,
        path: &str,
    ) -> Vec<(String, Whole)> {
        file.into_iter()
            .map(|(name, pattern)| (name.clone(), self.whole(pattern, &format!("{path}.{name}"))))
            .collect()
    }

    fn template_of(
        &mut self,
        text: Option<&Text>,
        path: &str,
        key: &str,
        must_have: &str,
    ) -> Option<String> {
        text.map(|text| self.template(text, &format!("{path}.{key}"), must_have))
    }

    fn template(&mut self, text: &Text, path: &str, must_have: &str) -> String {
        let template = text.get_ref();
        let mut marks = template
            .split('{')
            .skip(1)
            .map(|rest| rest.split('}').next());
        if let Some(mark) = marks.find(|mark| !mark.is_some_and(|mark| GROUPS.contains(&mark))) {
            let message = format!(
                "`{{{}}}` is not filled; there are {{{}}}",
                mark.unwrap_or_default(),
                GROUPS.join("}, {")
            );
            self.complain(text, path, &message);
        } else if !must_have.is_empty() && !template.contains(&format!("{{{must_have}}}")) {
            self.complain(text, path, &format!("`{{{must_have}}}` is missing"));
        }
        if !template.starts_with('/') && !template.starts_with("{base}") {
            self.complain(text, path, "begin with `{base}` or `/`");
        }
        template.clone()
    }

    fn listing(&mut self, file: &ListingFile) -> ListingRules {
        ListingRules {
            container: self.selectors(&file.container, "listing.container"),
            rows: self.selectors(&file.rows, "listing.rows"),
            skip: self.selectors(&file.skip, "listing.skip"),
            header: self.selectors(&file.header, "listing.header"),
            link: self.selectors(&file.link, "listing.link"),
            title_remove: self.selectors(&file.title_remove, "listing.title_remove"),
            title: self.rules(&file.title, "listing.title"),
            rank: self.rules(&file.rank, "listing.rank"),
            author: self.rules(&file.author, "listing.author"),
            date: self.rules(&file.date, "listing.date"),
            category: self.rules(&file.category, "listing.category"),
            views: self.rules(&file.views, "listing.views"),
            votes: self.rules(&file.votes, "listing.votes"),
            comment_count: self.rules(&file.comment_count, "listing.comment_count"),
            notice: self.selectors(&file.notice, "listing.notice"),
            current: self.selectors(&file.current, "listing.current"),
            secret: self.selectors(&file.secret, "listing.secret"),
            empty: file.empty.clone(),
            cut_mark: file.cut_mark.clone(),
        }
    }

    fn pager(&mut self, file: &PagerFile) -> PagerRules {
        PagerRules {
            current: self.rules(&file.current, "pager.current"),
            last: self.selectors(&file.last, "pager.last"),
            last_number: self.rules(&file.last_number, "pager.last_number"),
            links: self.selectors(&file.links, "pager.links"),
            next: self.selectors(&file.next, "pager.next"),
            chained: file.chained,
            backwards: file.backwards,
        }
    }

    fn article(&mut self, file: &ArticleFile) -> ArticleRules {
        let source: Vec<Regex> = file
            .source
            .iter()
            .filter_map(|text| self.pattern(Some(text), "article.source"))
            .collect();
        for (pattern, text) in source.iter().zip(&file.source) {
            if !pattern
                .capture_names()
                .flatten()
                .any(|name| name == "source")
            {
                self.complain(text, "article.source", "name a group `source`");
            }
        }
        ArticleRules {
            body: self.selectors(&file.body, "article.body"),
            body_remove: self.selectors(&file.body_remove, "article.body_remove"),
            images_before: self.selectors(&file.images_before, "article.images_before"),
            title: self.rules(&file.title, "article.title"),
            title_suffix: self.pattern(file.title_suffix.as_ref(), "article.title_suffix"),
            author: self.rules(&file.author, "article.author"),
            date: self.rules(&file.date, "article.date"),
            category: self.rules(&file.category, "article.category"),
            views: self.rules(&file.views, "article.views"),
            votes: self.rules(&file.votes, "article.votes"),
            tags: self.selectors(&file.tags, "article.tags"),
            comment_count: self.rules(&file.comment_count, "article.comment_count"),
            source,
        }
    }

    fn attachments(&mut self, file: &AttachmentsFile) -> AttachmentRules {
        let key = file.key.as_ref().and_then(|text| {
            if !text.get_ref().contains('(') {
                return Some(AttachmentKey::Parameter(text.get_ref().clone()));
            }
            let pattern = self.pattern(Some(text), "attachments.key")?;
            if !pattern.capture_names().flatten().any(|name| name == "key") {
                self.complain(text, "attachments.key", "name a group `key`");
            }
            Some(AttachmentKey::Pattern(pattern))
        });
        AttachmentRules {
            by_signs: file.by_signs,
            skip: self.selectors(&file.skip, "attachments.skip"),
            link: self.selectors(&file.link, "attachments.link"),
            key,
            drop: file.drop.clone(),
            name: self.rules(&file.name, "attachments.name"),
            size: self.rules(&file.size, "attachments.size"),
            item: self.select(file.item.as_ref(), "attachments.item"),
        }
    }

    fn comments(&mut self, file: &CommentsFile) -> CommentRules {
        let page_pattern = self.pattern(file.page_pattern.as_ref(), "comments.page_pattern");
        if let (Some(pattern), Some(text)) = (&page_pattern, &file.page_pattern)
            && !pattern.capture_names().flatten().any(|name| name == "page")
        {
            self.complain(text, "comments.page_pattern", "name a group `page`");
        }
        CommentRules {
            item: self.selectors(&file.item, "comments.item"),
            article_is_first: file.article_is_first,
            n_heads: file.heads as usize,
            key: self.rules(&file.key, "comments.key"),
            author: self.rules(&file.author, "comments.author"),
            date: self.rules(&file.date, "comments.date"),
            body: self.selectors(&file.body, "comments.body"),
            body_remove: self.selectors(&file.body_remove, "comments.body_remove"),
            secret: self.selectors(&file.secret, "comments.secret"),
            secret_words: file.secret_words.clone(),
            depth: self.rules(&file.depth, "comments.depth"),
            depth_unit: file.depth_unit,
            nested_in: self.select(file.nested_in.as_ref(), "comments.nested_in"),
            pages: self.selectors(&file.pages, "comments.pages"),
            page_param: file.page_param.clone(),
            page_pattern,
            page_first: file.page_first.unwrap_or(1),
            page_step: file.page_step.unwrap_or(1).max(1),
            page_current: self.rules(&file.page_current, "comments.page_current"),
        }
    }

    fn classes(&mut self, files: &[ClassFile]) -> Vec<ClassRule> {
        let rules = files.iter().enumerate().map(|(i, file)| {
            let path = |key: &str| format!("classes[{i}].{key}");
            ClassRule {
                class: file.class,
                status: file.status.clone(),
                select: self.select(file.select.as_ref(), &path("select")),
                missing: self.select(file.missing.as_ref(), &path("missing")),
                title: self.pattern(file.title.as_ref(), &path("title")),
                source: self.pattern(file.source.as_ref(), &path("source")),
                url: self.pattern(file.url.as_ref(), &path("url")),
            }
        });
        rules.collect()
    }

    fn rules(&mut self, files: &[RuleFile], path: &str) -> Vec<Rule> {
        let rules = files.iter().enumerate().map(|(i, file)| {
            let path = format!("{path}[{i}]");
            match file {
                RuleFile::Select(text) => Rule {
                    select: self.select(Some(text), &path),
                    attr: None,
                    remove: Vec::new(),
                    own: false,
                    pattern: None,
                    last: false,
                },
                RuleFile::Full(file) => Rule {
                    select: self.select(file.select.as_ref(), &format!("{path}.select")),
                    attr: file.attr.clone(),
                    remove: self.selectors(&file.remove, &format!("{path}.remove")),
                    own: file.own,
                    pattern: self.pattern(file.pattern.as_ref(), &format!("{path}.pattern")),
                    last: file.last,
                },
            }
        });
        rules.collect()
    }

    fn selectors(&mut self, texts: &[Text], path: &str) -> Vec<Query> {
        let selectors = texts.iter().enumerate();
        selectors
            .filter_map(|(i, text)| self.select(Some(text), &format!("{path}[{i}]")))
            .collect()
    }

    fn select(&mut self, text: Option<&Text>, path: &str) -> Option<Query> {
        let text = text?;
        match Query::parse(text.get_ref()) {
            Ok(selector) => Some(selector),
            Err(error) => {
                let message = format!("`{}` is not a selector: {error}", text.get_ref());
                self.complain(text, path, &message);
                None
            }
        }
    }

    fn pattern(&mut self, text: Option<&Text>, path: &str) -> Option<Regex> {
        let text = text?;
        match Regex::new(text.get_ref()) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let message = format!("`{}` is not a pattern: {}", text.get_ref(), short(&error));
                self.complain(text, path, &message);
                None
            }
        }
    }

    /// A pattern that must match a whole path or value of an address. One that matches nothing, where it is none.
    fn whole(&mut self, text: &Text, path: &str) -> Whole {
        if let Some(whole) = Whole::plain(text.get_ref()) {
            return whole;
        }
        let plain = with_plain_classes(text.get_ref());
        // What is none by itself may be one between brackets: `a)|(b`.
        let is_one =
            regex_syntax::parse(text.get_ref()).is_ok() || self.pattern(Some(text), path).is_some();
        let regex = match is_one {
            true => Regex::new(&format!("^(?:{plain})$")),
            false => Regex::new("$^"),
        };
        Whole::other(regex.unwrap_or_else(|error| {
            self.complain(text, path, &short(&error));
            Regex::new("$^").expect("a constant pattern")
        }))
    }
}

/// A pattern whose `\d` and `\w` are the digits and letters of addresses, not those of all scripts: the machines of these are
/// ten and a hundred times as large.
fn with_plain_classes(pattern: &str) -> String {
    const DIGITS: &str = "0-9";
    const LETTERS: &str = "0-9A-Za-z_";
    let mut plain = String::with_capacity(pattern.len() + 8);
    let mut n_classes = 0_u32;
    let mut letters = pattern.chars();
    while let Some(c) = letters.next() {
        match c {
            '\\' => match letters.next() {
                Some('d') if n_classes > 0 => plain.push_str(DIGITS),
                Some('w') if n_classes > 0 => plain.push_str(LETTERS),
                Some('d') => plain.extend(["[", DIGITS, "]"]),
                Some('w') => plain.extend(["[", LETTERS, "]"]),
                escaped => plain.extend(std::iter::once(c).chain(escaped)),
            },
            '[' => {
                n_classes += 1;
                plain.push(c);
                // A bracket that a class begins with is one of its letters.
                let rest = letters.as_str();
                let first = rest.trim_start_matches('^');
                if first.starts_with(']') {
                    let n = rest.len() - first.len() + 1;
                    plain.push_str(&rest[..n]);
                    letters = rest[n..].chars();
                }
            }
            ']' => {
                n_classes = n_classes.saturating_sub(1);
                plain.push(c);
            }
            _ => plain.push(c),
        }
    }
    // A comment between its parts may hold a bracket that is none.
    if n_classes == 0 {
        plain
    } else {
        pattern.to_owned()
    }
}

/// The regex crate draws a picture over several lines; its last line is the reason.
fn short(error: &regex::Error) -> String {
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default();
    reason.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_letters_of_addresses_are_those_of_ascii() {
        for (pattern, plain) in [
            (r"\d+", "[0-9]+"),
            (r"[\d,]+/\\d\D", r"[0-9,]+/\\d\D"),
            (r"[^]\d]\d[[a-z]\d]\]\d", r"[^]0-9][0-9][[a-z]0-9]\][0-9]"),
            (r"(?<id>[1-9]\d*)\", r"(?<id>[1-9][0-9]*)\"),
            (r"\w+[\w-]\W", r"[0-9A-Za-z_]+[0-9A-Za-z_-]\W"),
            ("(?x) \\d # [\n \\d", "(?x) \\d # [\n \\d"),
        ] {
            assert_eq!(with_plain_classes(pattern), plain);
        }
        let whole = Regex::new(&with_plain_classes(r"^[\d-]+\d$")).unwrap();
        assert!(whole.is_match("12-3") && !whole.is_match("١٢٣"));
    }
}
