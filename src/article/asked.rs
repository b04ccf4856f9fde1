//! Which selectors does reading a page put to it? For whoever parses no more of it than that: whatever `read_article`,
//! `read_comments`, `classify` and `listing::read_listing` look for has to stand here. What [`super::template_names`] and
//! `listing::linked_articles` ask of the rest is noted while it is left out.

use std::ops::Deref;

use super::{BASE, classify, media, names};
use crate::document::{Query, Wanted};
use crate::profile::{Profile, Rule};

/// What a page that shows an article is asked for. `id_is_known`: its URL tells the article's id. `None`: the profile looks
/// for something that only a whole page can tell.
pub fn wanted_of_article(profile: &Profile, id_is_known: bool) -> Option<Wanted> {
    let mut asked = Asked::default();
    asked.of_classes(profile);
    asked.of_article(profile, id_is_known);
    asked
        .wanted()?
        .noting_names(names::apart(profile).map(Deref::deref))
}

/// What a page that shows a listing is asked for. Like [`wanted_of_article`].
pub fn wanted_of_listing(profile: &Profile) -> Option<Wanted> {
    let mut asked = Asked::default();
    asked.of_classes(profile);
    asked.of_listing(profile);
    asked.wanted().map(Wanted::noting_links)
}

/// Selectors put to a page, and those put to what is found.
#[derive(Default)]
struct Asked<'p> {
    whole: Vec<&'p Query>,
    inside: Vec<&'p Query>,
    /// A rule reads the page itself.
    all: bool,
}

impl<'p> Asked<'p> {
    fn wanted(self) -> Option<Wanted> {
        (!self.all)
            .then(|| {
                let whole = self.whole.into_iter().map(Deref::deref);
                Wanted::new(whole, self.inside.into_iter().map(Deref::deref))
            })
            .flatten()
    }

    fn of_classes(&mut self, profile: &'p Profile) {
        self.whole.extend(&profile.article.body);
        for rule in &profile.classes {
            self.whole.extend(&rule.select);
            self.whole.extend(&rule.missing);
        }
        self.whole.push(&classify::TITLE);
        self.whole.push(&BASE);
    }

    fn of_article(&mut self, profile: &'p Profile, id_is_known: bool) {
        let rules = &profile.article;
        self.whole
            .extend(rules.images_before.iter().chain(&rules.tags));
        self.inside.extend(&rules.body_remove);
        for fields in [
            &rules.title,
            &rules.author,
            &rules.date,
            &rules.category,
            &rules.views,
            &rules.votes,
            &rules.comment_count,
        ] {
            self.rules(fields);
        }
        self.rules(&profile.identity.board_in_page);
        if !id_is_known {
            self.rules(&profile.identity.id_in_page);
        }
        // A picture's caption may stand around the article's body.
        self.whole.push(&media::FRAME);
        let files = &profile.attachments;
        // What stands around a link may be anything.
        self.all |= files.by_signs;
        self.whole.extend(files.link.iter().chain(&files.item));
        self.rules_inside(&files.name);
        self.rules_inside(&files.size);
        self.of_comments(profile);
    }

    fn of_comments(&mut self, profile: &'p Profile) {
        let rules = &profile.comments;
        // What stands before an item is left out where nobody asks for it by name.
        self.all |= rules.n_heads > 0;
        self.whole.extend(rules.item.iter().chain(&rules.nested_in));
        self.whole.extend(&rules.pages);
        self.rules(&rules.page_current);
        for fields in [&rules.key, &rules.author, &rules.date, &rules.depth] {
            self.rules_inside(fields);
        }
        for selectors in [&rules.body, &rules.body_remove, &rules.secret] {
            self.inside.extend(selectors);
        }
    }

    fn of_listing(&mut self, profile: &'p Profile) {
        let rules = &profile.listing;
        self.all |= rules.container.is_empty();
        self.whole.extend(&rules.container);
        for selectors in [
            &rules.rows,
            &rules.skip,
            &rules.header,
            &rules.link,
            &rules.title_remove,
            &rules.notice,
            &rules.current,
            &rules.secret,
        ] {
            self.inside.extend(selectors);
        }
        for fields in [
            &rules.title,
            &rules.rank,
            &rules.author,
            &rules.date,
            &rules.category,
            &rules.views,
            &rules.votes,
            &rules.comment_count,
        ] {
            self.rules_inside(fields);
        }
        let pager = &profile.pager;
        // Any link of the page may be the one that leads on.
        self.all |= pager.chained;
        self.rules(&pager.current);
        self.rules(&pager.last_number);
        self.whole
            .extend(pager.last.iter().chain(&pager.links).chain(&pager.next));
    }

    fn rules(&mut self, rules: &'p [Rule]) {
        for rule in rules {
            match rule.selector() {
                Some(selector) => self.whole.push(selector),
                None => self.all = true,
            }
            self.inside.extend(rule.removed());
        }
    }

    fn rules_inside(&mut self, rules: &'p [Rule]) {
        for rule in rules {
            self.inside.extend(rule.selector());
            self.inside.extend(rule.removed());
        }
    }
}
