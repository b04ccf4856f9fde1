//! Korean or English: what the address asks for, else what the browser prefers.

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Korean,
}

/// Entries of an Accept-Language header that are looked at.
const MOST_ENTRIES: usize = 20;

impl Language {
    /// As HTML names it (BCP 47).
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    pub(super) fn parse(code: &str) -> Option<Self> {
        let primary = code.trim().split(['-', '_']).next()?;
        [Self::English, Self::Korean]
            .into_iter()
            .find(|language| primary.eq_ignore_ascii_case(language.code()))
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::English => Self::Korean,
            Self::Korean => Self::English,
        }
    }

    /// The one with the greatest weight in an Accept-Language header (RFC 9110, 12.5.4); of equal ones the first.
    pub(super) fn preferred(header: &str) -> Self {
        let mut best: Option<(f32, Self)> = None;
        for entry in header.split(',').take(MOST_ENTRIES) {
            let (range, parameters) = entry.split_once(';').unwrap_or((entry, ""));
            let weight = match parameters.trim().strip_prefix("q=") {
                Some(weight) => weight.trim().parse().unwrap_or(0.0),
                None => 1.0,
            };
            if let Some(language) = Self::parse(range)
                && weight > best.map_or(0.0, |(weight, _)| weight)
            {
                best = Some((weight, language));
            }
        }
        best.map_or(Self::English, |(_, language)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_is_asked_and_its_weights_count() {
        for (header, expected) in [
            ("", Language::English),
            ("ko-KR,ko;q=0.9,en;q=0.6", Language::Korean),
            ("en;q=0.5, ko;q=0.8", Language::Korean),
            ("fr, en;q=0.3", Language::English),
            ("ko;q=0, en;q=0.1", Language::English),
            ("ko;q=nonsense", Language::English),
            ("*", Language::English),
        ] {
            assert_eq!(Language::preferred(header), expected, "{header}");
        }
    }
}
