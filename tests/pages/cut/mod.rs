//! A page that was cut to what its reader asks for, read beside the whole: the same rows, pagers, classes and articles.
//! On all fixture pages, on the recorded pages where `BOARDWALK_CORPUS` names them, and on pages broken on purpose.

mod broken;
mod pages;

use boardwalk::article::{
    PageView, ReadOptions, classify, id_in_url, read_article, template_names, wanted_of_article,
    wanted_of_listing,
};
use boardwalk::document::{
    Document, Html, LeftOut, Wanted, parse, parse_wanted, tree_of_plain, without_unwanted,
};
use boardwalk::listing::{linked_articles, read_listing};
use boardwalk::model::PageClass;
use boardwalk::profile::{Library, Profile};
use jiff::Timestamp;
use url::Url;

/// A profile with all it asks pages for.
pub struct Reader {
    profile: std::sync::Arc<Profile>,
    listing: Option<Wanted>,
    article: Option<Wanted>,
    slug: Option<Wanted>,
}

impl Reader {
    pub fn all() -> Vec<Reader> {
        let library = Library::built_in();
        let profiles = library.names().filter_map(|name| library.get(name));
        profiles
            .map(|profile| Reader {
                listing: wanted_of_listing(&profile),
                article: wanted_of_article(&profile, true),
                slug: wanted_of_article(&profile, false),
                profile,
            })
            .collect()
    }

    pub fn engine(&self) -> &str {
        &self.profile.engine
    }

    /// Reads a page in all ways; how many of them were by a part of it that showed what was asked for.
    #[track_caller]
    pub fn check(&self, source: &str, url: &Url) -> usize {
        let whole = parse(source);
        check_tree(source);
        let mut n_believed = 0;
        let by_article = match id_in_url(url, &self.profile) {
            Some(_) => &self.article,
            None => &self.slug,
        };
        let nothing = LeftOut::default();
        if let Some(wanted) = by_article
            && let Ok(Some(rest)) = without_unwanted(source, wanted)
        {
            check_tree(&rest);
        }
        if let Some((part, left_out)) = cut(source, by_article) {
            let read = |html: &Document, left_out: &LeftOut<'_>| {
                let view = view(html, source, url);
                let names = template_names(html, left_out, &self.profile)?;
                let options = ReadOptions::default();
                Some((read_article(&view, &self.profile, &options), names))
            };
            let by_part = read(&part, &left_out);
            if by_part
                .as_ref()
                .is_some_and(|(article, _)| article.class == PageClass::Article)
            {
                let by_whole = read(&whole, &nothing);
                assert_eq!(by_part, by_whole, "{} as {}", url, self.engine());
                n_believed += 1;
            }
        }
        if let Some((part, left_out)) = cut(source, &self.listing) {
            let read = |html: &Document, left_out: &LeftOut<'_>| {
                let page = read_listing(html, url, &self.profile, Timestamp::UNIX_EPOCH);
                let class = classify(&view(html, source, url), Some(&self.profile));
                let mut linked = linked_articles(html, &left_out.links, url, &self.profile)?;
                linked.sort_by(|a, b| a.as_str().cmp(b.as_str()));
                Some((class, page, linked))
            };
            let by_part = read(&part, &left_out);
            if by_part.as_ref().is_some_and(|(class, page, _)| {
                class.0 == PageClass::Listing && page.container_found
            }) {
                assert_eq!(
                    by_part,
                    read(&whole, &nothing),
                    "{} as {}",
                    url,
                    self.engine()
                );
                n_believed += 1;
            }
        }
        n_believed
    }
}

/// The tree that is made by the tags, where they tell it, is the parser's. Answers whether they do.
#[track_caller]
pub fn check_tree(text: &str) -> bool {
    let Ok(told) = tree_of_plain(text) else {
        return false;
    };
    let parsed = Html::parse_document(text);
    assert!(
        told == parsed,
        "another tree\n{}\n{}",
        told.html(),
        parsed.html()
    );
    true
}

fn view<'a>(html: &'a Document, source: &'a str, url: &'a Url) -> PageView<'a> {
    PageView {
        html,
        source,
        url,
        redirect_to: None,
        status: 200,
        as_of: Timestamp::UNIX_EPOCH,
    }
}

fn cut<'s>(source: &'s str, wanted: &Option<Wanted>) -> Option<(Document, LeftOut<'s>)> {
    parse_wanted(source, wanted.as_ref()?)
}
