//! CSS selectors, put to a tree. How they are read and compared is `selectors`' (the browser's own), in the dialect that
//! scraper reads; here it is told what our tree's elements are.

use html5ever::{Namespace, ns};
use scraper::error::SelectorErrorKind;
use scraper::selector::{CssLocalName, CssString, NonTSPseudoClass, PseudoElement, Simple};
use selectors::OpaqueElement;
use selectors::attr::{AttrSelectorOperation, CaseSensitivity, NamespaceConstraint};
use selectors::bloom::BloomFilter;
use selectors::matching::{
    ElementSelectorFlags, MatchingContext, MatchingForInvalidation, MatchingMode,
    NeedsSelectorFlags, QuirksMode, SelectorCaches, matches_selector,
};
use selectors::parser::{ParseRelative, SelectorList};

use super::dom::{ElementRef, Html, NodeRef};

/// A list of selectors, one of which is to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    list: SelectorList<Simple>,
}

impl Selector {
    /// # Errors
    /// `css` is no selector.
    pub fn parse(css: &str) -> Result<Self, SelectorErrorKind> {
        let mut parser = cssparser::Parser::new(css);
        let list = SelectorList::parse(&scraper::selector::Parser, &mut parser, ParseRelative::No)?;
        Ok(Self { list })
    }

    /// As CSS.
    pub fn to_css_string(&self) -> String {
        cssparser::ToCss::to_css_string(&self.list)
    }

    /// Whether it selects the element.
    pub fn matches(&self, element: &ElementRef<'_>) -> bool {
        self.matches_in(element, None)
    }

    /// Likewise; `scope`: what `:scope` means.
    pub fn matches_in(&self, element: &ElementRef<'_>, scope: Option<ElementRef<'_>>) -> bool {
        self.fits(element, scope, &mut SelectorCaches::default())
    }

    fn fits(
        &self,
        element: &ElementRef<'_>,
        scope: Option<ElementRef<'_>>,
        caches: &mut SelectorCaches,
    ) -> bool {
        let mut context = MatchingContext::new(
            MatchingMode::Normal,
            None,
            caches,
            QuirksMode::NoQuirks,
            NeedsSelectorFlags::No,
            MatchingForInvalidation::No,
        );
        context.scope_element = scope.map(|scope| selectors::Element::opaque(&scope));
        let mut alternatives = self.list.slice().iter();
        alternatives.any(|selector| matches_selector(selector, 0, None, element, &mut context))
    }
}

impl Html {
    /// The elements that are selected, in document order.
    pub fn select<'a>(&'a self, selector: &Selector) -> impl Iterator<Item = ElementRef<'a>> {
        selected(self.document(), selector, None)
    }
}

impl<'a> ElementRef<'a> {
    /// The elements in this one that are selected, in document order.
    pub fn select<'s>(
        &self,
        selector: &'s Selector,
    ) -> impl Iterator<Item = ElementRef<'a>> + use<'a, 's> {
        selected(**self, selector, Some(*self))
    }
}

fn selected<'a, 's>(
    around: NodeRef<'a>,
    selector: &'s Selector,
    scope: Option<ElementRef<'a>>,
) -> impl Iterator<Item = ElementRef<'a>> + use<'a, 's> {
    // How many brothers stand before an element is counted once for a whole search.
    let mut caches = SelectorCaches::default();
    let elements = around.inside().filter_map(ElementRef::wrap);
    elements.filter(move |element| selector.fits(element, scope, &mut caches))
}

impl selectors::Element for ElementRef<'_> {
    type Impl = Simple;

    fn opaque(&self) -> OpaqueElement {
        OpaqueElement::new(self.entry())
    }

    fn parent_element(&self) -> Option<Self> {
        self.parent().and_then(ElementRef::wrap)
    }

    fn parent_node_is_shadow_root(&self) -> bool {
        false
    }

    fn containing_shadow_host(&self) -> Option<Self> {
        None
    }

    fn is_pseudo_element(&self) -> bool {
        false
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        self.prev_siblings().find_map(ElementRef::wrap)
    }

    fn next_sibling_element(&self) -> Option<Self> {
        self.next_siblings().find_map(ElementRef::wrap)
    }

    fn first_element_child(&self) -> Option<Self> {
        self.children().find_map(ElementRef::wrap)
    }

    fn is_html_element_in_html_document(&self) -> bool {
        self.value().is_html()
    }

    fn has_local_name(&self, name: &CssLocalName) -> bool {
        *self.value().local_name() == name.0
    }

    fn has_namespace(&self, namespace: &Namespace) -> bool {
        (*namespace == ns!(html)) == self.value().is_html()
    }

    fn is_same_type(&self, other: &Self) -> bool {
        let (one, other) = (self.value(), other.value());
        one.local_name() == other.local_name() && one.is_html() == other.is_html()
    }

    fn attr_matches(
        &self,
        namespace: &NamespaceConstraint<&Namespace>,
        name: &CssLocalName,
        operation: &AttrSelectorOperation<&CssString>,
    ) -> bool {
        let any = matches!(namespace, NamespaceConstraint::Any);
        self.value()
            .has_value(&name.0, any, |value| operation.eval_str(value))
    }

    fn match_non_ts_pseudo_class(
        &self,
        class: &NonTSPseudoClass,
        _: &mut MatchingContext<'_, Simple>,
    ) -> bool {
        match *class {}
    }

    fn match_pseudo_element(
        &self,
        element: &PseudoElement,
        _: &mut MatchingContext<'_, Simple>,
    ) -> bool {
        match *element {}
    }

    fn apply_selector_flags(&self, _: ElementSelectorFlags) {}

    fn is_link(&self) -> bool {
        // As scraper has it.
        self.value().name() == "link"
    }

    fn is_html_slot_element(&self) -> bool {
        self.value().name() == "slot"
    }

    fn has_id(&self, id: &CssLocalName, case: CaseSensitivity) -> bool {
        let own = self.value().id();
        own.is_some_and(|own| case.eq(id.0.as_bytes(), own.as_bytes()))
    }

    fn has_class(&self, class: &CssLocalName, case: CaseSensitivity) -> bool {
        let mut classes = self.value().classes();
        classes.any(|own| case.eq(class.0.as_bytes(), own.as_bytes()))
    }

    fn has_custom_state(&self, _: &CssLocalName) -> bool {
        false
    }

    fn imported_part(&self, _: &CssLocalName) -> Option<CssLocalName> {
        None
    }

    fn is_part(&self, _: &CssLocalName) -> bool {
        false
    }

    fn is_empty(&self) -> bool {
        let mut children = self.children();
        !children.any(|child| child.is_element() || child.value().as_text().is_some())
    }

    fn is_root(&self) -> bool {
        self.parent().is_some_and(|parent| !parent.is_element())
    }

    fn add_element_unique_hashes(&self, _: &mut BloomFilter) -> bool {
        false
    }
}
