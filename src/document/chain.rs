//! A selector that asks for names alone: tags, ids and classes of an element, of its parents, and of what it stands in. So are
//! most of a profile's (`#bo_v_info .if_date`, `tbody > tr`), and to hold one against an element takes a tenth of what the
//! selector library takes, which keeps an account of all that a selector may ask.
//!
//! It says what the library says (the property test of [`super::query`] holds both against each other), or that it cannot tell.

use html5ever::{LocalName, local_name};

use super::dom::{Element, ElementRef};

/// One alternative of a selector, from the element that is meant outwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain(Vec<Link>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Link {
    tag: Option<LocalName>,
    id: Option<String>,
    classes: Vec<String>,
    /// Where the next link is looked for.
    outer: Option<Outer>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outer {
    Parent,
    Ancestors,
}

/// What is known of an element that fits a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Fits,
    /// What is around it does not, but what is further out may.
    NotHere,
    /// Nor does anything further out.
    Nowhere,
}

/// An element of `<svg>` or `<math>` has a say: its names count otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Foreign;

impl Chain {
    /// Those of a selector, as the selector library writes it. `None`: it asks for something else, too.
    pub fn all_of(css: &str) -> Option<Vec<Self>> {
        css.split(", ").map(Self::of).collect()
    }

    fn of(css: &str) -> Option<Self> {
        let mut links = Vec::<Link>::new();
        let mut outer = None;
        for word in css.split(' ') {
            if word == ">" {
                outer = Some(Outer::Parent);
                continue;
            }
            let mut link = Link::of(word)?;
            link.outer = outer.filter(|_| !links.is_empty());
            links.push(link);
            outer = Some(Outer::Ancestors);
        }
        links.reverse();
        (!links.is_empty()).then_some(Self(links))
    }

    /// Whether the element is meant.
    pub fn fits(&self, element: ElementRef<'_>) -> Result<bool, Foreign> {
        let [meant, outer @ ..] = &self.0[..] else {
            return Ok(false);
        };
        Ok(meant.fits(element.value())? && around(element, meant, outer)? == Fit::Fits)
    }
}

/// Whether what is around an element fits. `link` is the one that it fits itself, `outer` are those behind it.
fn around(element: ElementRef<'_>, link: &Link, outer: &[Link]) -> Result<Fit, Foreign> {
    let (Some(place), [next, outer @ ..]) = (link.outer, outer) else {
        return Ok(Fit::Fits);
    };
    for around_it in element.ancestors().filter_map(ElementRef::wrap) {
        if next.fits(around_it.value())? {
            match around(around_it, next, outer)? {
                Fit::NotHere => {}
                found => return Ok(found),
            }
        }
        if place == Outer::Parent {
            return Ok(Fit::NotHere);
        }
    }
    Ok(match place {
        Outer::Parent => Fit::NotHere,
        Outer::Ancestors => Fit::Nowhere,
    })
}

impl Link {
    /// `a.b#c`, without escapes.
    fn of(word: &str) -> Option<Self> {
        let mut link = Self::default();
        let n_tag = word.find(['.', '#']).unwrap_or(word.len());
        let (tag, mut rest) = word.split_at(n_tag);
        match tag {
            "" if rest.is_empty() => return None,
            "" => {}
            tag if is_name(tag) => link.tag = Some(LocalName::from(tag.to_ascii_lowercase())),
            _ => return None,
        }
        while let Some(sign) = rest.chars().next() {
            let named = &rest[1..];
            let n_name = named.find(['.', '#']).unwrap_or(named.len());
            let (name, behind) = named.split_at(n_name);
            if !is_name(name) || sign == '#' && link.id.is_some() {
                return None;
            }
            match sign {
                '#' => link.id = Some(name.to_owned()),
                _ => link.classes.push(name.to_owned()),
            }
            rest = behind;
        }
        Some(link)
    }

    fn fits(&self, element: Element<'_>) -> Result<bool, Foreign> {
        if !element.is_html() {
            return Err(Foreign);
        }
        let has_tag = |tag| element.local_name() == tag;
        let has_id = |id: &String| element.value_of(&local_name!("id")) == Some(id);
        if !self.tag.as_ref().is_none_or(has_tag) || !self.id.as_ref().is_none_or(has_id) {
            return Ok(false);
        }
        if self.classes.is_empty() {
            return Ok(true);
        }
        let written = element.value_of(&local_name!("class")).unwrap_or_default();
        let has_class = |class: &String| {
            let mut words = written.split_ascii_whitespace();
            words.any(|word| word == class)
        };
        Ok(self.classes.iter().all(has_class))
    }
}

fn is_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !name.is_empty() && name.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_that_ask_for_more_are_left_to_the_library() {
        for css in [
            "*",
            "a[href]",
            "a:hover",
            "a + b",
            "a ~ b",
            "p.\\31 a",
            ":scope > p",
            "#a#b",
            "a, b[c]",
            "",
        ] {
            assert_eq!(Chain::all_of(css), None, "{css}");
        }
        for css in ["a", ".b", "#c", "a.b.d#c", "a b > c", "a, #b > .c d"] {
            assert!(Chain::all_of(css).is_some(), "{css}");
        }
    }
}
