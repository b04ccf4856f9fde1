//! What do the names of elements and the words before a date say about it? In: class, id, `<meta>` names, labels in many
//! languages. Out: what a date there is worth.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

/// Whether a date is that of posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sense {
    /// Says that it is of something else: of a change, an event, a copyright.
    Other,
    Unsaid,
    Published,
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern; the tests use each")
}

/// Names of `<meta>` that state when a page was published, and what each is worth (the lists of htmldate and of news
/// sites' guidelines; the more general the name, the less it is worth).
const STATED: &[(&str, f32)] = &[
    ("article:published_time", 100.0),
    ("og:article:published_time", 98.0),
    ("bt:pubdate", 96.0),
    ("datepublished", 96.0),
    ("og:published_time", 96.0),
    ("og:pubdate", 96.0),
    ("rnews:datepublished", 96.0),
    ("sailthru.date", 94.0),
    ("article.published", 96.0),
    ("article_date_original", 96.0),
    ("article:post_date", 94.0),
    ("published-date", 94.0),
    ("publish-date", 94.0),
    ("publish_date", 94.0),
    ("published_date", 94.0),
    ("published", 92.0),
    ("publishdate", 94.0),
    ("publisheddate", 94.0),
    ("published_time_telegram", 90.0),
    ("parsely-pub-date", 94.0),
    ("cxenseparse:recs:publishtime", 92.0),
    ("cxenseparse:publishtime", 92.0),
    ("shareaholic:article_published_time", 92.0),
    ("pubdate", 92.0),
    ("pub_date", 92.0),
    ("ptime", 90.0),
    ("citation_publication_date", 88.0),
    ("citation_online_date", 86.0),
    ("citation_date", 84.0),
    ("dcterms.issued", 90.0),
    ("dcterms.created", 88.0),
    ("dc.date.issued", 90.0),
    ("dc.date.created", 88.0),
    ("dcterms.date", 60.0),
    ("dc.date", 60.0),
    ("dc:date", 60.0),
    ("prism.publicationdate", 88.0),
    ("originalpublicationdate", 94.0),
    ("original-publish-date", 94.0),
    ("vr:published_time", 92.0),
    ("date.published", 92.0),
    ("content_create_date", 88.0),
    ("article:publicationdate", 94.0),
    ("publicationdate", 92.0),
    ("publication_date", 92.0),
    ("release_date", 84.0),
    ("displaydate", 84.0),
    ("datecreated", 84.0),
    ("created", 80.0),
    ("date_created", 80.0),
    ("creation_date", 80.0),
    ("last-publish-date", 70.0),
    ("date", 60.0),
    ("issuedate", 86.0),
    ("timestamp", 70.0),
    ("gentime", 80.0),
    ("dateline", 80.0),
    ("rbpubdate", 92.0),
    ("release-date", 84.0),
    ("time", 70.0),
];

/// What a date in a `<meta>` of this name is worth; names in lower case.
pub(super) fn stated(name: &str) -> Option<f32> {
    if let Some((_, worth)) = STATED.iter().find(|(known, _)| *known == name) {
        return Some(*worth);
    }
    MODIFIED_META.is_match(name).then_some(22.0)
}

static MODIFIED_META: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"modified|updated|revised|lastmod|last-update|dcterms\.valid|revision")
});

/// What the names of an element (class, id, itemprop) may speak of, each by a pattern of its own.
static SPOKEN_OF: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([DATE_NAME, ABOUT_NAME, OTHER_NAME, CHANGE_NAME, BESIDE_NAME])
        .expect("constant patterns; the tests use each")
});
/// Places of these in the set.
const DATE: usize = 0;
const ABOUT: usize = 1;
const OTHER: usize = 2;
const CHANGE: usize = 3;
const BESIDE: usize = 4;

/// Words in the names of an element that holds a date.
const DATE_NAME: &str = r"date|datum|fecha|publi|posted|post-?time|timestamp|created|submitted|erstellt|pubtime|dateline|(?:^|[\s_-])(?:time|zeit|data|dato|when|day|uhrzeit|regdate|reg|wdate|ptime)(?:$|[\s_-])|[a-z]time(?:$|[\s_-])";
const ABOUT_NAME: &str = r"meta|byline|info|author|autor|details|credit|stand|kicker|header|subline|subtitle|source|quelle|write|writer";
/// Of a change, an event, the site.
const OTHER_NAME: &str = r"update[ds]?(?:$|[\s_-]|on|at|time|date)|modif|lastmod|edited|event|birth|expire|copyright|countdown|timeline|valid|archive|calendar|deadline|changed|weather|edition|today|current-?date|site-?date|head(?:er)?-?date|top-?bar|site-?nav|clock";
/// Of a change, and nothing else.
const CHANGE_NAME: &str = r"(?:^|[\s_-])(?:mod|modified|changed|updated|lastmod|datemodified)(?:$|[\s_-]?(?:date|time|datetime|on|at)?(?:$|[\s_-]))";
/// Of what is beside the article: comments, neighbours, advertising, the frame of the site.
const BESIDE_NAME: &str = r"(?:^|[\s_-])(?:comments?|commentlist|kommentare?|reply|replies|respond|sidebar|side|aside|related|widget|widgets|popular|recent|recommended|recommendations|teaser|teasers|teaserlist|footer|foot|nav|navi|navigation|menu|breadcrumb|promo|promos|archive|archives|newsletter|upcoming|calendar|events?|trending|latest|mostread|most-read|more|similar|ticker|disqus|latestnews|carousel|slider|ads?|weiterlesen)(?:$|[\s_-])|comment-?list|comments-|related|sidebar|aside-";

static PUBLISHED_LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)publi(?:shed|cation|é|ée|cado|cada|cato|kacja|cerad|sert)|posted|veröffentlicht|erschienen|erstellt|eingestellt|geschrieben|gepostet|verfasst|online seit|released|issued|first aired|written|입력|등록|작성|발행|게재|기사입력|公開|掲載|投稿|配信|发布|發布|发表|发稿|опубликовано|дата|fecha|\bstand\s*:?\s*$|filed|creado|gepubliceerd|geplaatst|datum|added|submitted|uploaded",
    )
});
static OTHER_LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)updat|aktualisiert|geändert|änderung|modifi|mis à jour|actualiz|aggiorna|edited|수정|更新|обновлено|bijgewerkt|uppdaterad|last visit|joined|registr(?:iert|ed)|member since|dabei seit|beitritt|가입|copyright|©|\(c\)|born|geboren|geb\.|expires|deadline|valid until|gültig|retrieved|accessed|abgerufen|zuletzt|last (?:changed|post|active)|bis zum|until|starts?:|beginn|termin",
    )
});

/// What the words right before a date say of it.
pub(super) fn labelled(before: &str) -> Sense {
    match (
        OTHER_LABEL.find_iter(before).last(),
        PUBLISHED_LABEL.find_iter(before).last(),
    ) {
        (None, None) => Sense::Unsaid,
        (None, Some(_)) => Sense::Published,
        (Some(_), None) => Sense::Other,
        (Some(other), Some(published)) if published.start() > other.start() => Sense::Published,
        _ => Sense::Other,
    }
}

/// Says that what is in it is not the article.
pub(super) fn is_beside(tag: &str, named_beside: bool) -> bool {
    match tag {
        "html" | "body" | "main" | "article" | "h1" => false,
        "nav" | "footer" | "aside" | "form" | "select" => true,
        _ => named_beside,
    }
}

/// All that the names of an element say. The same names stand on a page many times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Verdict {
    pub(super) is_beside: bool,
    pub(super) is_of_change: bool,
    /// What they make of a date within it.
    pub(super) date: Option<(f32, Sense)>,
}

impl Verdict {
    pub(super) fn of(names: &str) -> Self {
        let spoken_of = match names {
            "" => None,
            names => Some(SPOKEN_OF.matches(names)),
        };
        let speaks_of = |what: usize| spoken_of.as_ref().is_some_and(|all| all.matched(what));
        let says = |words: &[&str]| words.iter().any(|word| names.contains(word));
        let sense_of_date = || match speaks_of(OTHER) {
            true => Sense::Other,
            false if says(&["publi", "created", "posted"]) => Sense::Published,
            false => Sense::Unsaid,
        };
        let date = match (speaks_of(DATE), speaks_of(ABOUT)) {
            (true, _) => Some((62.0, sense_of_date())),
            (false, true) if speaks_of(OTHER) => Some((50.0, Sense::Other)),
            (false, true) => Some((50.0, Sense::Unsaid)),
            (false, false) => None,
        };
        Verdict {
            is_beside: speaks_of(BESIDE) && !says(&["no-sidebar", "with-sidebar", "has-sidebar"]),
            is_of_change: speaks_of(CHANGE) && !says(&["publi", "entry-date"]),
            date,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_posting_from_changes() {
        let named = |names| Verdict::of(names).date;
        assert_eq!(
            named("entry-date published"),
            Some((62.0, Sense::Published))
        );
        assert_eq!(named("date updated"), Some((62.0, Sense::Other)));
        assert_eq!(named("byline"), Some((50.0, Sense::Unsaid)));
        assert_eq!(named("logo"), None);
    }

    #[test]
    fn labels_of_many_languages() {
        for published in [
            "Veröffentlicht am",
            "기사입력",
            "Publié le",
            "公開日：",
            "发布时间：",
        ] {
            assert_eq!(labelled(published), Sense::Published, "{published}");
        }
        for other in ["Updated:", "수정", "Letzte Änderung:", "© ", "Joined: "] {
            assert_eq!(labelled(other), Sense::Other, "{other}");
        }
        assert_eq!(labelled("Berlin, "), Sense::Unsaid);
    }

    #[test]
    fn the_article_is_not_beside_itself() {
        let beside = |tag, names: &str| is_beside(tag, Verdict::of(names).is_beside);
        assert!(beside("div", "comments"));
        assert!(beside("div", "widget recent-posts"));
        assert!(!beside("article", "related"));
        assert!(!beside("div", "article-body"));
    }
}
