//! What the names of an element (class, id, role, itemprop) say it is for. In: names. Out: a set of marks.
//!
//! The words are those that the stock themes of publishing systems, forums and share or advertisement services use;
//! they say what an element is likely to be, and every rule that believes them keeps a guard.

use std::ops::{BitOr, BitOrAssign};
use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use crate::document::Element;

/// A set of what names say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks(u32);

impl Marks {
    /// Names that are given to the text of an article and to nothing else.
    pub(super) const BODY: Marks = Marks(1);
    /// Names of stories and posts that may hold more than the text.
    pub(super) const STORY: Marks = Marks(1 << 1);
    /// Names of the content of any page.
    pub(super) const CONTENT: Marks = Marks(1 << 2);
    pub(super) const COMMENTS: Marks = Marks(1 << 3);
    pub(super) const SHARE: Marks = Marks(1 << 4);
    /// Other articles: related, popular, next.
    pub(super) const RELATED: Marks = Marks(1 << 5);
    /// Newsletters, apps, paywalls, memberships, donations.
    pub(super) const SUBSCRIBE: Marks = Marks(1 << 6);
    /// Byline, dateline, tags, categories, bread crumbs.
    pub(super) const META: Marks = Marks(1 << 7);
    /// Menus, side bars, heads and feet of pages, banners of consent.
    pub(super) const CHROME: Marks = Marks(1 << 8);
    pub(super) const ADVERTISEMENT: Marks = Marks(1 << 9);
    pub(super) const CAPTION: Marks = Marks(1 << 10);
    pub(super) const HIDDEN: Marks = Marks(1 << 11);
    /// Who wrote it: byline, author box.
    pub(super) const AUTHOR: Marks = Marks(1 << 12);
    /// `itemprop=articleBody`.
    pub(super) const DECLARED: Marks = Marks(1 << 13);
    /// Says by an attribute of its own what part of a forum's page it is.
    pub(super) const PART: Marks = Marks(1 << 14);

    /// All that speaks of what is not the body.
    pub(super) const fn furniture() -> Marks {
        Marks(
            Self::COMMENTS.0
                | Self::SHARE.0
                | Self::RELATED.0
                | Self::SUBSCRIBE.0
                | Self::META.0
                | Self::CHROME.0
                | Self::ADVERTISEMENT.0
                | Self::AUTHOR.0,
        )
    }

    /// What is taken out before a body is looked for.
    pub(super) const fn furniture_of_page() -> Marks {
        Marks(
            Self::HIDDEN.0
                | Self::COMMENTS.0
                | Self::SHARE.0
                | Self::RELATED.0
                | Self::SUBSCRIBE.0
                | Self::CHROME.0
                | Self::ADVERTISEMENT.0,
        )
    }

    pub(super) fn any(self, other: Marks) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Marks {
    type Output = Marks;
    fn bitor(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }
}

impl BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Marks) {
        self.0 |= other.0;
    }
}

/// Patterns over names written as words: lower case, `-` between words, a space between names.
const PATTERNS: &[(Marks, &str)] = &[
    (
        Marks::BODY,
        r"\b(?:entry|post|page|article|art|story|news|blog|single|text|view|detail)-{1,2}(?:inner-)?(?:content|body|text|txt|bodycopy|contents|copy)\b|\barticle-?(?:body|text|content)|\bpostcontent|\bbody-text|\bstory-?(?:body|content|text)|\bfulltext|\bfield-(?:name-)?body\b|\bwpb-text-column|\bcontent-text\b|\b(?:body|content)-copy\b",
    ),
    (
        Marks::STORY,
        r"\b(?:article|story|post|entry|hentry|postarea|blogpost|fulltext|single|main-column|article-container|text)\b",
    ),
    (
        Marks::CONTENT,
        r"\b(?:content|contents|main|primary|page|body|maincontent|center|middle|wrapper)\b|content-(?:main|body)",
    ),
    (
        Marks::COMMENTS,
        r"\bcomments?\b|\bcomment(?:list|form|section)|\bdisqus|\bdsq-|\brespond\b|\breplies\b|\breader-comments|\bcomol\b|\bcmt\b|\bviafoura|\bcoral-|\bopenweb\b|\bspot-?im\b",
    ),
    (
        Marks::SHARE,
        r"\bshar(?:e|es|ing|er)\b|\bshare-?(?:bar|this|links?|buttons?|tools)|\bsocial|\bsociable|\baddtoany|\baddthis|\bsns\b|\bfollow-?(?:us|links?)?\b|\bfacebook|\btwitter-(?:share|follow)|\bwhatsapp|\bsharedaddy|\bjp-relatedposts|\bviral",
    ),
    (
        Marks::RELATED,
        r"related|\brecommend|\bmore-?(?:from|on|news|stories|articles|posts|links|in)\b|\bread-?(?:more|next|also|too)|\bmost-(?:read|popular|viewed)|\bpopular|\btrending|\balso-?(?:like|read|on)|\boutbrain|\btaboola|\bzergnet|\bteasers?\b|\bup-?next|\bnext-?(?:post|article|story|up)|\bprev(?:ious)?-?(?:post|article)|\bsee-also|\bpost-nav|\binfinite-?scroll|\blatest-?(?:news|posts|stories|articles)|\bsuggest|\b(?:other|top|similar)-(?:news|stories|articles|posts)|\byou-may|\bcross-?links?\b|\bnav-links|\binternal-?links?\b",
    ),
    (
        Marks::SUBSCRIBE,
        r"newsletter|\bsubscri|\bsign-?up|\bpaywall|\bdonat|\bsupport-us|\bmembership|\bregwall|\bapp-?(?:promo|download|banner)|\bcall-?to-?action|\bcta\b|\boptin|\bpromo|\bmailchimp|\bmc-embed|\bsyndication",
    ),
    (
        Marks::META,
        r"\b(?:post|entry|article|story|blog|news|content)-?(?:meta|info|infos|data|details|date|tags|tag|category|categories|cats|footer|utility|header-meta|tools|actions?)\b|\bmeta\b|\btimestamp|\bdateline|\bdate\b|\bpubdate|\bpublish|\btags?(?: |$)|\btags?-?(?:list|links?|cloud|container|wrapper|items?|box|label)\b|\btaglist|\bcategor(?:y|ies)(?: |$)|\bcategor(?:y|ies)-(?:list|links?|label|name|title)\b|\bkeywords?(?: |$)|\btopics?(?: |$|-list|-links?)|\bbread-?crumbs?|\bkicker|\breading-?time|\bread-?time|\bfiled-under|\bposted-(?:on|in|by)|\battachments?\b|\bratings?\b|\bcopyright|\blicense|\brights|\bviews?-?count|\bhits?\b|\bprint\b|\bfont-?size|\bcorrection-policy|\bboilerplate\b|\battribution\b|\btools?\b",
    ),
    (
        Marks::CHROME,
        r"\bnav\b|\bnav(?:bar|igation|box|menu)|\bsub-?nav|\bmenu|\bside-?bar|\bfooter|\bmasthead|\bsite-(?:header|footer|head|top)|\bcookie|\bconsent|\bgdpr|\bmodal|\bpop-?up|\boverlay|\bbanner|(?:^| )(?:sidebar-)?widget(?:-area|s|-title)?(?: |$)|(?:^| )widget |\bpagination|\bpager\b|\bskip-?(?:link|to)|\bsearch-?(?:form|box|bar)?\b|\blog-?in\b|\btoolbar|\btooltip|\bbuttons?\b|\bbtn\b|\brail\b|\bright-?(?:col|column|rail)\b|\bdropdown|\bcarousel|\bticker\b|\btoc\b|\btable-of-contents|\bez-toc|\bmw-editsection|\bnavbox|\bcatlinks|\bcontrols?\b|\bplayer\b|\bjw-?player|\bvideo-?js|\bslideshow-?nav|\bgallery-?nav|\bplaceholder",
    ),
    (
        Marks::ADVERTISEMENT,
        r"\bads?\b|\badvert|\badsense|\bad-?(?:slot|unit|container|wrap|wrapper|box|label|block|banner|placeholder|space)|\bdfp|\bsponsor|\bgoogle-?ad|\badsby|\bpartners?\b|\baffiliate|\bcriteo|\bpaid-content|\bpromoted",
    ),
    (
        Marks::CAPTION,
        r"caption|\bcredits?\b|\bphoto-?(?:credit|by|info)|\bimage-?(?:credit|meta|source|description|info)|\bwp-caption|\blegend\b|\bmedia-?(?:info|meta)|\b(?:photo|image|picture)-?(?:text|desc|description)\b",
    ),
    (
        Marks::HIDDEN,
        r"(?:^| )(?:hidden|hide|is-hidden)(?: |$)|\bvisually-?hidden|\bsr-only|\bscreen-?reader|\bno-?print\b|\bprint-only|\bnoscript|\boffscreen|\bassistive|\bu-hidden|\bdisplay-none|\bd-none\b",
    ),
    (
        Marks::AUTHOR,
        r"\bauthors?\b|\bauthor-?(?:box|bio|info|card|name|profile)|\bby-?line|\bbio\b|\bwriter|\breporter|\bjournalist|\bcontributors?\b|\bprofile\b|\bvcard\b|\babout-the-author|\bsignature\b",
    ),
];

static SET: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new(
        PATTERNS
            .iter()
            .map(|(_, pattern)| format!("(?-u:{pattern})")),
    )
    .expect("constant patterns")
});

/// Marks from class and id.
pub(super) fn of_names(class: &str, id: &str) -> Marks {
    let words = as_words(class, id);
    let mut marks = Marks::default();
    for at in SET.matches(&words) {
        marks |= PATTERNS[at].0;
    }
    marks
}

/// Names longer than this are made by machines; the rest of them says nothing.
const MAX_NAME_BYTES: usize = 400;

/// `articleBody post_text` → `article-body post-text`.
fn as_words(class: &str, id: &str) -> String {
    let mut words = String::with_capacity(class.len() + id.len() + 8);
    for (n, name) in [class, id].into_iter().enumerate() {
        if n > 0 {
            words.push(' ');
        }
        let mut before = ' ';
        for c in name.chars().take(MAX_NAME_BYTES) {
            if c.is_ascii_uppercase() {
                if before.is_ascii_lowercase() || before.is_ascii_digit() {
                    words.push('-');
                }
                words.push(c.to_ascii_lowercase());
            } else if matches!(c, '_' | ':' | '/') {
                words.push('-');
            } else if c.is_whitespace() {
                words.push(' ');
            } else {
                words.push(c);
            }
            before = c;
        }
    }
    words
}

static HIDING_STYLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden").expect("a constant pattern")
});

/// Marks from the other attributes.
pub(super) fn of_attributes(element: Element<'_>) -> Marks {
    let mut marks = Marks::default();
    for (name, value) in element.attrs() {
        match name {
            "itemprop" => match value {
                "articleBody" => marks |= Marks::BODY | Marks::DECLARED,
                "author" | "publisher" => marks |= Marks::AUTHOR,
                "comment" => marks |= Marks::COMMENTS,
                "datePublished" | "dateModified" => marks |= Marks::META,
                _ => {}
            },
            "role" => match value {
                "navigation" | "menu" | "menubar" | "search" | "banner" | "contentinfo"
                | "complementary" | "dialog" | "alert" | "tooltip" => marks |= Marks::CHROME,
                "main" | "article" => marks |= Marks::CONTENT,
                _ => {}
            },
            "data-role" | "component" => marks |= Marks::PART,
            "hidden" => marks |= Marks::HIDDEN,
            "aria-hidden" if value == "true" => marks |= Marks::HIDDEN,
            "style" if HIDING_STYLE.is_match(value) => marks |= Marks::HIDDEN,
            _ => {}
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_words() {
        assert_eq!(
            as_words("articleBody post_text", "Main"),
            "article-body post-text main"
        );
        assert!(of_names("articleBody", "").any(Marks::BODY));
        assert!(of_names("entry-content", "").any(Marks::BODY));
        assert!(of_names("", "comments").any(Marks::COMMENTS));
        assert!(of_names("ad-slot", "").any(Marks::ADVERTISEMENT));
    }

    #[test]
    fn a_word_within_a_word_is_not_the_word() {
        assert!(!of_names("header shadow", "").any(Marks::ADVERTISEMENT));
        assert!(!of_names("commentary", "").any(Marks::COMMENTS));
        assert!(!of_names("innovation", "").any(Marks::CHROME));
    }
}
