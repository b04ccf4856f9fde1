//! The tree of a page that says plainly what it means. html5ever is made for pages that do not: its tokenizer looks at
//! each letter, and its tree builder at each tag in the light of twenty modes. Where [`Nesting`](super::nesting::Nesting) can tell which elements are
//! open, the tree can be made from the tags at a fraction of that.
//!
//! In: a page's text. Out: the tree that html5ever makes of it, to the last node (`tests/pages/cut` holds both against each other,
//! on all recorded pages), or [`Unclear`] as soon as anything stands where the rules for mending pages (HTML Living Standard,
//! 13.2.6) might have a say.

use std::borrow::Cow;

use html5ever::{LocalName, data::NAMED_ENTITIES, local_name};
use memchr::memchr;

use super::MAX_ATTRIBUTES;
use super::dom::{Html, Kind as NodeKind, NodeId, TooLarge};
use super::nesting::Unclear;
use super::steps::{Step, Tag, Way, What, way_through};
use super::tags::{Attribute, Kind, end_tag, find_near, has_one_of};

const DOCTYPE: &str = "<!doctype html>";

/// Names of elements and attributes that are remembered; a page of a board has some forty.
const NAMES: usize = 64;

/// The tree of `text`.
///
/// # Errors
/// html5ever is needed to tell it.
pub(super) fn tree_of(text: &str) -> Made<Html> {
    tree_from(text, &way_through(text)?, text.len())
}

/// The tree that a way through `text` leads to, less what lies in its gaps; `n_bytes` are left.
///
/// # Errors
/// As [`tree_of`]; or some steps were not told.
pub(super) fn tree_from<'t>(text: &'t str, way: &Way<'t>, n_bytes: usize) -> Made<Html> {
    if memchr(0, text.as_bytes()).is_some() {
        return Err(Unclear("a NUL"));
    }
    Builder::of(text, way, n_bytes).build(&way.steps)
}

impl From<TooLarge> for Unclear {
    fn from(_: TooLarge) -> Self {
        Self("more than a tree can hold")
    }
}

/// An open element, as a node.
#[derive(Clone, Copy)]
struct Open {
    node: NodeId,
    is_table: bool,
    takes_words: bool,
    /// Of a table that has rows: the `tbody` that nobody wrote, while it is open.
    body: Option<NodeId>,
}

/// How far the page's end has been told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Open,
    AfterBody,
    AfterHtml,
}

struct Builder<'t, 'w> {
    text: &'t str,
    attributes: &'w [Attribute<'t>],
    tree: Html,
    open: Vec<Open>,
    /// Head and body have begun.
    allows_words: bool,
    head: Option<NodeId>,
    end: End,
    /// The next letter does not count if it is a line's end.
    skips_newline: bool,
    names: Names<'t>,
}

/// Names that were met a moment ago, as the tree has them: to find or make that of a name takes longer than all else that is
/// done for a tag.
struct Names<'t>([(&'t str, LocalName); NAMES]);

impl<'t> Names<'t> {
    fn new() -> Self {
        Self(std::array::from_fn(|_| ("", LocalName::default())))
    }

    /// Names are caseless.
    fn of(&mut self, name: &'t str) -> LocalName {
        let bytes = name.as_bytes();
        let ends = bytes.first().zip(bytes.last());
        let (first, last) = ends.map_or((0, 0), |(a, b)| (usize::from(*a), usize::from(*b)));
        let place = &mut self.0[(first + 7 * last + 3 * bytes.len()) % NAMES];
        if place.0 != name {
            *place = (name, LocalName::from(&*lower(name)));
        }
        place.1.clone()
    }
}

type Made<T> = Result<T, Unclear>;

impl<'t, 'w> Builder<'t, 'w> {
    fn of(text: &'t str, way: &'w Way<'t>, n_bytes: usize) -> Self {
        Self {
            text,
            attributes: &way.attributes,
            // Every other tag begins an element, most with words in it; half of the bytes are names and tags.
            tree: Html::with_room(way.steps.len(), way.attributes.len(), n_bytes / 2),
            open: Vec::with_capacity(32),
            allows_words: false,
            head: None,
            end: End::Open,
            skips_newline: false,
            names: Names::new(),
        }
    }

    fn build(mut self, steps: &[Step<'t>]) -> Made<Html> {
        let Some((Step::Tag(first), steps)) = steps.split_first() else {
            return Err(Unclear("no tags"));
        };
        let mut words_from = self.doctype(first)?;
        for step in steps {
            self.words(&self.text[words_from..step.start()])?;
            words_from = match step {
                Step::Tag(tag) => {
                    self.follow(tag)?;
                    tag.end
                }
                Step::Gap(_, end) => {
                    self.skips_newline = false;
                    *end
                }
                Step::Untold(_) => return Err(Unclear("a part that was not looked through")),
            };
        }
        self.words(&self.text[words_from..])?;
        if !self.allows_words {
            return Err(Unclear("no body"));
        }
        Ok(self.tree)
    }

    /// Where what follows it begins.
    fn doctype(&mut self, first: &Tag<'t>) -> Made<usize> {
        let written = self.text.get(first.start..first.end).unwrap_or_default();
        let in_front = self.text[..first.start].trim_ascii();
        if !in_front.is_empty() || !written.eq_ignore_ascii_case(DOCTYPE) {
            return Err(Unclear("no plain doctype"));
        }
        self.tree
            .append_unshown(NodeId::ROOT, NodeKind::Doctype, "")?;
        Ok(first.end)
    }

    fn follow(&mut self, tag: &Tag<'t>) -> Made<()> {
        self.skips_newline = false;
        if tag.n_attributes as usize > MAX_ATTRIBUTES {
            return Err(Unclear("a tag of very many attributes"));
        }
        if tag.kind == Kind::Comment {
            return self.comment(tag);
        }
        if self.end != End::Open {
            return self.after_body(tag);
        }
        if tag.is_in_svg {
            return Err(Unclear("svg"));
        }
        let is_in_head = !std::mem::replace(&mut self.allows_words, tag.allows_words);
        let n_around = tag.n_open as usize - usize::from(tag.did == What::Opened);
        self.open.truncate(n_around);
        match tag.did {
            What::Opened => self.opened(tag),
            What::Stood => self.stood(tag, is_in_head),
            What::Closed => Ok(()),
            What::Nothing => self.ended_nothing(tag),
        }
    }

    fn comment(&mut self, tag: &Tag<'t>) -> Made<()> {
        let written = &self.text[tag.start..tag.end];
        let words = written
            .strip_prefix("<!--")
            .and_then(|rest| rest.strip_suffix("-->"))
            .filter(|words| !words.starts_with('>') && !words.starts_with("->"))
            .ok_or(Unclear("a comment of another form"))?;
        // Two of them share their dashes, or end in another form.
        if words.ends_with('-') || words.contains("--!>") {
            return Err(Unclear("a comment of another form"));
        }
        let html = self.open.first().map(|open| open.node);
        let parent = match self.end {
            End::Open => self.parent(),
            End::AfterBody => html.unwrap_or(NodeId::ROOT),
            End::AfterHtml => NodeId::ROOT,
        };
        let words = normalised(words);
        Ok(self
            .tree
            .append_unshown(parent, NodeKind::Comment, &words)?)
    }

    fn after_body(&mut self, tag: &Tag<'t>) -> Made<()> {
        let is_end = tag.kind == Kind::End && tag.name.eq_ignore_ascii_case("html");
        if !is_end || self.end == End::AfterHtml {
            return Err(Unclear("a tag behind the body"));
        }
        self.end = End::AfterHtml;
        Ok(())
    }

    /// Where what comes next goes: into the innermost open element.
    fn parent(&self) -> NodeId {
        match self.open.last() {
            Some(Open { node, body, .. }) => body.unwrap_or(*node),
            None => NodeId::ROOT,
        }
    }

    /// Appends an element of this start tag.
    fn append(&mut self, parent: NodeId, tag: &Tag<'t>) -> Made<NodeId> {
        let from = self.tree.n_attributes();
        let first = tag.attributes_from as usize;
        for (name, value) in &self.attributes[first..first + tag.n_attributes as usize] {
            let name = self.names.of(name);
            // Of attributes of one name the first counts.
            if !self.tree.has_attribute(from, &name) {
                let value = decoded(value, true)?;
                self.tree.push_attribute(name, false, &value)?;
            }
        }
        let name = self.names.of(tag.name);
        Ok(self
            .tree
            .append_element(parent, NodeKind::Element, name, from)?)
    }

    fn opened(&mut self, tag: &Tag<'t>) -> Made<()> {
        if self.is_directly_in_table() {
            self.make_room_in_table(&lower(tag.name))?;
        }
        let node = self.append(self.parent(), tag)?;
        if tag.name.eq_ignore_ascii_case("head") {
            self.head = Some(node);
        }
        let mut skipping = ["pre", "listing"].iter();
        self.skips_newline = skipping.any(|name| tag.name.eq_ignore_ascii_case(name));
        self.open.push(Open {
            node,
            is_table: tag.is_table,
            takes_words: tag.takes_words,
            body: None,
        });
        Ok(())
    }

    /// Whether the innermost element around the next one is a table.
    fn is_directly_in_table(&self) -> bool {
        self.open.last().is_some_and(|around| around.is_table)
    }

    /// Rows that are written without a `tbody` get one; other parts of the table end it.
    fn make_room_in_table(&mut self, name: &str) -> Made<()> {
        let Some(&Open {
            node: table, body, ..
        }) = self.open.last()
        else {
            return Ok(());
        };
        let body = match (name, body) {
            ("tr", None) => {
                let (body, from) = (local_name!("tbody"), self.tree.n_attributes());
                let kind = NodeKind::Element;
                Some(self.tree.append_element(table, kind, body, from)?)
            }
            ("tr", body) => body,
            _ => None,
        };
        if let Some(around) = self.open.last_mut() {
            around.body = body;
        }
        Ok(())
    }

    /// An element without content, or with nothing but text.
    fn stood(&mut self, tag: &Tag<'t>, is_in_head: bool) -> Made<()> {
        let parent = match self.head.filter(|_| is_in_head) {
            // Between head and body, too.
            Some(head) => head,
            None => self.parent(),
        };
        let name = lower(tag.name);
        if &*name == "svg" {
            return Err(Unclear("svg"));
        }
        let node = self.append(parent, tag)?;
        if tag.kind != Kind::Text {
            return Ok(());
        }
        let from = tag.start + 1 + tag.name.len() + tag.inside.len() + 1;
        let content = &self.text[from..tag.end];
        let (length, _) = end_tag(content, tag.name).ok_or(Unclear("text without an end"))?;
        let content = &content[..length];
        let words = match &*name {
            "title" => decoded(content, false)?,
            "textarea" => {
                let content = content.strip_prefix('\r').unwrap_or(content);
                decoded(content.strip_prefix('\n').unwrap_or(content), false)?
            }
            _ => normalised(content),
        };
        Ok(self.tree.append_text(node, &words)?)
    }

    /// A tag that nothing was opened or closed by.
    fn ended_nothing(&mut self, tag: &Tag<'t>) -> Made<()> {
        let name = lower(tag.name);
        match &*name {
            // Such an end tag makes an element.
            "p" | "br" => Err(Unclear("an end tag that makes an element")),
            "tbody" if self.is_directly_in_table() => {
                let body = self.open.last_mut().and_then(|table| table.body.take());
                body.map(drop)
                    .ok_or(Unclear("the end of a part of a table"))
            }
            "table" | "caption" | "colgroup" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th" => {
                Err(Unclear("the end of a part of a table"))
            }
            "body" => {
                self.end = End::AfterBody;
                Ok(())
            }
            "html" => {
                self.end = End::AfterHtml;
                Ok(())
            }
            // Of what is not open.
            _ => Ok(()),
        }
    }

    fn words(&mut self, words: &str) -> Made<()> {
        if words.is_empty() {
            return Ok(());
        }
        let is_space = words.trim_ascii().is_empty();
        let words = match std::mem::take(&mut self.skips_newline) {
            true => {
                let words = words.strip_prefix('\r').unwrap_or(words);
                words.strip_prefix('\n').unwrap_or(words)
            }
            false => words,
        };
        if !self.allows_words {
            return match is_space {
                // In front of the head nothing is made of it.
                true if self.head.is_none() => Ok(()),
                true => Ok(self.tree.append_text(self.parent(), &normalised(words))?),
                false => Err(Unclear("words outside the body")),
            };
        }
        let takes_words = self.open.last().is_some_and(|open| open.takes_words);
        if !is_space && (self.end != End::Open || !takes_words) {
            return Err(Unclear("words out of place"));
        }
        // What the tags were looked for in may hold signs that are neither a tag's nor a word's.
        let mut rest = words.as_bytes();
        while let Some(at) = find_near(b'<', rest) {
            rest = &rest[at + 1..];
            match rest.first() {
                Some(b'/' | b'!' | b'?') => return Err(Unclear("half a tag")),
                Some(byte) if byte.is_ascii_alphabetic() => return Err(Unclear("half a tag")),
                _ => {}
            }
        }
        let words = decoded(words, false)?;
        Ok(self.tree.append_text(self.parent(), &words)?)
    }
}

/// Names are caseless.
fn lower(name: &str) -> Cow<'_, str> {
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => Cow::Borrowed(name),
    }
}

/// With one sign for a line's end: input is normalised before anything else (13.2.3.5).
fn normalised(words: &str) -> Cow<'_, str> {
    match memchr(b'\r', words.as_bytes()) {
        Some(_) => Cow::Owned(words.replace("\r\n", "\n").replace('\r', "\n")),
        None => Cow::Borrowed(words),
    }
}

/// Without character references (13.2.5.72), and normalised.
fn decoded(words: &str, in_attribute: bool) -> Made<Cow<'_, str>> {
    if !has_one_of([b'&', b'\r'], words.as_bytes()) {
        return Ok(Cow::Borrowed(words));
    }
    match normalised(words) {
        Cow::Borrowed(words) => without_references(words, in_attribute),
        Cow::Owned(words) => {
            let plain = without_references(&words, in_attribute)?;
            Ok(Cow::Owned(plain.into_owned()))
        }
    }
}

fn without_references(words: &str, in_attribute: bool) -> Made<Cow<'_, str>> {
    let Some(first) = memchr(b'&', words.as_bytes()) else {
        return Ok(Cow::Borrowed(words));
    };
    let mut plain = String::with_capacity(words.len());
    plain.push_str(&words[..first]);
    let mut rest = &words[first..];
    while let Some(after) = rest.strip_prefix('&') {
        let (meant, length) = match after.strip_prefix('#') {
            Some(number) => numbered(number)?.map_or((None, 0), |(c, length)| (Some(c), length)),
            None => named(after, in_attribute)?.map_or((None, 0), |(c, length)| (Some(c), length)),
        };
        match meant {
            Some(c) => plain.push(c),
            None => plain.push('&'),
        }
        rest = &after[length..];
        let next = memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        plain.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Ok(Cow::Owned(plain))
}

/// A number's character, and how many bytes stand for it behind the `&`; from behind the `#`.
fn numbered(number: &str) -> Made<Option<(char, usize)>> {
    let (radix, digits, before) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (16, digits, 2),
        None => (10, number, 1),
    };
    let n_digits = digits
        .bytes()
        .take_while(|byte| char::from(*byte).is_digit(radix))
        .count();
    if n_digits == 0 {
        return Ok(None);
    }
    let ends = usize::from(digits[n_digits..].starts_with(';'));
    // Those of the C1 controls stand for other characters, and some for none.
    u32::from_str_radix(&digits[..n_digits], radix)
        .ok()
        .filter(|code| !matches!(code, 0 | 0x0D | 0x80..=0x9F))
        .and_then(char::from_u32)
        .map(|c| Some((c, before + n_digits + ends)))
        .ok_or(Unclear("a reference to no character"))
}

/// Likewise for a name: the longest that is one.
fn named(after: &str, in_attribute: bool) -> Made<Option<(char, usize)>> {
    // Nearly all there are; no longer name begins with one of them.
    const USUAL: [(&str, char); 5] = [
        ("amp;", '&'),
        ("lt;", '<'),
        ("gt;", '>'),
        ("quot;", '"'),
        ("nbsp;", '\u{a0}'),
    ];
    let mut usual = USUAL.iter();
    if let Some((name, meant)) = usual.find(|(name, _)| after.starts_with(name)) {
        return Ok(Some((*meant, name.len())));
    }
    let bytes = after.as_bytes();
    let mut found = None;
    let mut length = 0;
    while let Some(byte) = bytes.get(length)
        && byte.is_ascii()
    {
        length += 1;
        match NAMED_ENTITIES.get(&after[..length]) {
            None => break,
            Some((0, _)) => {}
            Some((first, second)) => found = Some((*first, *second, length)),
        }
    }
    let Some((first, second, length)) = found else {
        return Ok(None);
    };
    let ends = bytes[length - 1] == b';';
    let goes_on = bytes
        .get(length)
        .is_some_and(|byte| *byte == b'=' || byte.is_ascii_alphanumeric());
    if in_attribute && !ends && goes_on {
        return Ok(None);
    }
    match (char::from_u32(first), second) {
        (Some(c), 0) => Ok(Some((c, length))),
        _ => Err(Unclear("a reference to two characters")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(body: &str) -> String {
        format!(
            "<!DOCTYPE html>\n<html lang=ko><head>\n<title>a &amp; b</title> <meta charset=utf-8></head>\n<body class='x'>{body}</body>\n</html>\n"
        )
    }

    /// Whether the tree can be told by the tags; that it is the right one is asserted.
    #[track_caller]
    fn is_told(text: &str) -> bool {
        match tree_of(text) {
            Ok(html) => {
                let by_parser = Html::parse_document(text);
                assert!(
                    html == by_parser,
                    "{text:?}\n{}\n{}",
                    html.html(),
                    by_parser.html()
                );
                true
            }
            Err(_) => false,
        }
    }

    #[test]
    fn plain_pages_are_told_by_their_tags() {
        for body in [
            "",
            "words",
            "<p>a<p>b<br>c<hr>d",
            "<ul><li>a<li>b<p>c<li>d</ul><dl><dt>a<dd>b<dt>c</dl>",
            "<table> <tr><td>a<td>b </tr> <tr><th>c</table>",
            "<table><caption>a</caption><colgroup> <col><col></colgroup><thead><tr><th>b</thead> <tbody> <tr><td>c</tbody></table>",
            "<table><tr><td>a</td></tr> </tbody> <tbody><tr><td>b</tbody></table>",
            "<table><tr><td>a</tr><!-- b --> <tfoot><tr><td>c</table>d",
            "<DIV ID=A Class='b  c' id=d>x</DIV><IMG SRC=a.png /><Custom-Tag>y</Custom-Tag>",
            "<select><option>a<option selected>b<optgroup label=c><option>d</select>",
            "<textarea>\n\na &lt; <b></textarea><script>if (a<b) '&amp;' </script><pre>\n\na\n</pre><pre><b>\nc</b></pre>",
            "<!-- a --><div><!-- b - c <i> --></div>a<!---->b<noscript><img src=a></noscript>",
            "a &lt;b&gt; &amp;amp; &nbsp;&middot;&hellip; &copy 2 &#44032;&#xAC00;&#1 &unknown; & &; &# &#x; &a",
            "<a href='?a=1&b=2&copy=3&lt;4&reg;&amp;c=5&para6&sect' title=\"&quot;x&#39;\">x</a>",
            "1 < 2, 3 <4, a<",
            "<form><input name=a><button>b</button></form></b></form><h2>c</h2>",
            "<b><i>a</i></b><font color=red>b</font>",
            "a\r\nb\rc<p title='d\r\ne'>",
            "</div>",
            "<div>open",
            "<video src=a><source src=b></video><iframe src=c><p></iframe>",
        ] {
            assert!(is_told(&page(body)), "{body:?}");
        }
        for tail in [
            "</body><!-- a -->",
            "</html> <!-- b -->",
            "</body>\n</html>\n<!-- c -->\n",
        ] {
            assert!(is_told(&format!(
                "<!doctype html><html><head></head><body><p>x{tail}"
            )));
        }
        let between = "<!doctype html> <!-- a --> <html> <!-- b --> <head> <!-- c --> </head> <!-- d --> <script>e</script> <body>";
        assert!(is_told(between));
    }

    /// Each piece that is put to a text behind something else is a copy of all of it.
    #[test]
    fn a_text_in_very_many_pieces_is_left_to_the_parser() {
        let pieces = |n: usize| {
            let scripts = "<script>x</script> ".repeat(n);
            format!("<!doctype html><html><head></head> {scripts}<body>words</body></html>")
        };
        assert!(is_told(&pieces(3)));
        assert!(!is_told(&pieces(1_000)));
    }

    #[test]
    fn pages_to_be_mended_are_left_to_the_parser() {
        for body in [
            "<b><p>a</b>b",
            "</p>",
            "</br>",
            "<table>a<tr><td>b</table>",
            "<table><td>a</table>",
            "<table><tr><td>a</tbody></table>",
            "<svg/>",
            "<svg><path/></svg>",
            "<math></math>",
            "<a>a<a>b",
            "<template>a</template>",
            "a</",
            "<!x>",
            "<?x?>",
            "<![CDATA[a]]>",
            "<!-- a --!>",
            "<!--->",
            "&#128;",
            "&#0;",
            "&NotEqualTilde;",
            "a\0",
            "</body>a",
            "</body><p>",
            "<optgroup><optgroup>",
            "<table><colgroup><script>a</script>",
            "<table><colgroup></b><col>",
            "<table></body><!-- a -->",
        ] {
            assert!(!is_told(&page(body)), "{body:?}");
        }
        for text in [
            "",
            "a",
            "<p>a",
            "<html><head></head><body>",
            "<!DOCTYPE html PUBLIC 'x'><html><head></head><body>",
            "<!doctype html><html><head><title>a</title>",
            "<!doctype html><html><head></head>",
            "<!doctype html><html><head></head><body>a<i",
        ] {
            assert!(!is_told(text), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn what_is_told_is_what_the_parser_makes(
            body in proptest::collection::vec(proptest::sample::select(vec![
                "<p>", "</p>", "<div class='a b'>", "</div>", "<table>", "</table>", "<tbody>", "</tbody>", "<thead>",
                "<tr>", "</tr>", "<td>", "</td>", "<th>", "<caption>", "</caption>", "<colgroup>", "<col>", "<ul>", "</ul>",
                "<li>", "</li>", "<dl>", "<dt>", "<dd>", "</dl>", "<b>", "</b>", "<a href=x>", "</a>", "<h1>", "</h1>",
                "<select>", "<option>", "<optgroup>", "</select>", "<pre>", "</pre>", "\n", " ", "words", "&amp;", "&lt",
                "&copy=1", "<!-- c -->", "<br>", "<br/>", "</br>", "<hr>", "<img alt='&quot;'>", "<script>a</script>",
                "<textarea>\na</textarea>", "<title>t</title>", "<style>s</style>", "<form>", "</form>", "<button>",
                "</button>", "<span>", "</span>", "<section>", "</section>", "<input>", "<svg>", "</svg>", "<iframe>",
                "</iframe>", "<object>", "</object>", "<nobr>", "</nobr>", "<font>", "</font>", "<listing>", "</listing>",
                "<xmp>", "</xmp>", "</body>", "</html>", "<label>", "</label>", "<blockquote>", "</blockquote>", "<article>",
                "</article>", "<x-y>", "</x-y>", "<address>", "</address>", "<center>", "</center>", "<fieldset>",
                "</fieldset>", "<figure>", "</figure>", "<summary>", "<details>", "</details>", "<marquee>", "</marquee>",
            ]), 0..14)
        ) {
            let body = body.concat();
            let text = format!("<!doctype html><html><head></head><body>{body}");
            if let Ok(html) = tree_of(&text) {
                let by_parser = Html::parse_document(&text);
                prop_assert!(html == by_parser, "{}\n{}\n{}", body, html.html(), by_parser.html());
            }
        }
    }
}
