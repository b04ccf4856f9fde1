//! Pages with broken markup: whatever a selector selects in the whole page, it selects in what is left of it, or nothing
//! is left out at all.

use std::sync::LazyLock;

use boardwalk::document::{Selector, Wanted, parse, parse_wanted};
use proptest::prelude::*;
use url::Url;

use super::Reader;
use super::pages::{fixtures, framed};

/// Things that mend, close or swallow other elements.
const PIECES: [&str; 64] = [
    "<div>",
    "</div>",
    "<div class=x>",
    "<p>",
    "</p>",
    "<span>",
    "</span>",
    "<b>",
    "</b>",
    "<a href=/x>",
    "</a>",
    "<i>",
    "</i>",
    "<ul>",
    "</ul>",
    "<li>",
    "</li>",
    "<ol>",
    "<dl><dt>d<dd>",
    "<table>",
    "</table>",
    "<tr>",
    "</tr>",
    "<td>",
    "</td>",
    "<tbody>",
    "<caption>",
    "<form>",
    "</form>",
    "<select>",
    "</select>",
    "<option>",
    "<button>",
    "</button>",
    "<h2>",
    "</h2>",
    "<h3>",
    "<!--",
    "-->",
    "<!>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<textarea>",
    "</textarea>",
    "<title>",
    "</title>",
    "<noscript>",
    "</noscript>",
    "<plaintext>",
    "<template>",
    "</template>",
    "<svg>",
    "</svg>",
    "<path/>",
    "<math>",
    "<body class=y>",
    "</body>",
    "<iframe>",
    "<a title='",
    "\">",
    "<br/>",
    "<div/>",
];

/// Elements that are looked for, among them some inside others.
const SELECTORS: [&str; 7] = [
    "#kept",
    ".kept > p",
    "title",
    "td.kept",
    "li.kept",
    ".first ~ .kept",
    "a[href*='kept']",
];

fn page() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => (0..PIECES.len()).prop_map(|at| PIECES[at].to_owned()),
        2 => "[a-c가-나 ]{1,6}",
        1 => Just("<div id=kept>k</div>".to_owned()),
        1 => Just("<div class=kept><p>q</div>".to_owned()),
        1 => Just("<b class=first></b><a class=kept href='/kept?a&amp;b'>r</a>".to_owned()),
        1 => Just("<table><tr><td>1<td class=kept>2<tr><td>3</table>".to_owned()),
        1 => Just("<ul><li>1<li class=kept>2<li>3</ul>".to_owned()),
        3 => Just("<div class=box><p>words<ul><li>1<li>2</ul></div>".to_owned()),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| {
        let filler = "<div><ul><li><a href=/x>menu</a></li></ul></div>".repeat(60);
        let content = pieces.concat();
        format!("<!doctype html><html><head><title>t</title></head><body>{content}{filler}{content}{filler}<div id=kept>end</div></body></html>")
    })
}

/// All that the selectors select, as markup.
fn selected(html: &boardwalk::document::Html, selectors: &[Selector]) -> Vec<Vec<String>> {
    let of = |selector| {
        html.select(selector)
            .map(|element| element.html())
            .collect()
    };
    selectors.iter().map(of).collect()
}

static READERS: LazyLock<Vec<Reader>> = LazyLock::new(Reader::all);
static PAGES: LazyLock<Vec<(String, Url)>> = LazyLock::new(fixtures);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_same_is_selected_in_part_and_whole(page in page()) {
        let selectors = SELECTORS.map(|text| Selector::parse(text).expect("a selector"));
        let wanted = Wanted::new(&selectors, []).expect("selectors that tags can answer");
        if let Some((part, _)) = parse_wanted(&page, &wanted) {
            prop_assert_eq!(selected(&part, &selectors), selected(&parse(&page), &selectors));
        }
    }

    #[test]
    fn broken_fixtures_read_the_same_in_part_and_whole(
        which in any::<prop::sample::Index>(),
        breaks in prop::collection::vec((any::<prop::sample::Index>(), 0..PIECES.len(), any::<bool>()), 0..4),
    ) {
        let (source, url) = which.get(PAGES.as_slice());
        let mut page = framed(source);
        for (at, piece, deletes) in breaks {
            let tags: Vec<usize> = page.match_indices('<').map(|(at, _)| at).collect();
            let at = *at.get(&tags);
            let end = page[at..].find('>').map_or(page.len(), |length| at + length + 1);
            page.replace_range(at..if deletes { end } else { at }, PIECES[piece]);
        }
        for reader in READERS.iter() {
            reader.check(&page, url);
        }
    }
}
