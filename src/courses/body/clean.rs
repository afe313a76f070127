//! Cleaning: whatever comes in, only the vocabulary comes out, in one canonical form.
//!
//! Ammonia removes what is dangerous; a pass over the tree then keeps the closed vocabulary,
//! maps near relatives to it (`b` to `strong`, `h1` to `h2`), folds white space and gives every
//! top-level block its lasting name. Both run until nothing changes any more, so that no browser
//! can read the result differently than it was checked.

use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};

use super::{
    ids,
    tree::{self, Element, Node},
    vocabulary,
};

/// Rounds after which a text that still changes is reduced to its words.
const ROUNDS: usize = 6;

/// Cleans a body.
#[must_use]
pub(crate) fn clean(html: &str) -> String {
    if is_too_deep(html) {
        return named(vocabulary::body(vec![Node::Text(without_tags(html))]));
    }
    let cleaner = cleaner();
    let mut now = pass(&cleaner, html);
    for _ in 0..ROUNDS {
        // What reads back as it was written is what was checked.
        if named(vocabulary::body(tree::parse(&now))) == now {
            return now;
        }
        now = pass(&cleaner, &now);
    }
    let words = Node::Element(Element::new("p", vec![Node::Text(super::plain_text(&now))]));
    named(vocabulary::body(vec![words]))
}

fn pass(cleaner: &Builder<'_>, html: &str) -> String {
    let safe = cleaner.clean(html).to_string();
    named(vocabulary::body(tree::parse(&safe)))
}

/// More open elements than any person writes: parsing takes time with the square of their number.
const MAX_OPEN: usize = 1_000;

fn is_too_deep(html: &str) -> bool {
    let (mut open, mut most) = (0_usize, 0);
    for (at, _) in html.match_indices('<') {
        let rest = &html[at + 1..];
        if rest.starts_with('/') {
            open = open.saturating_sub(1);
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let name = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            open += usize::from(!tree::is_void(&name.to_ascii_lowercase()));
            most = most.max(open);
        }
    }
    most > MAX_OPEN
}

fn without_tags(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

/// Gives every top-level block its name and writes the body, one block a line.
pub(super) fn named(blocks: Vec<Element>) -> String {
    let (wanted, written): (Vec<_>, Vec<_>) = blocks.into_iter().map(unnamed).unzip();
    let texts: Vec<String> = written.iter().map(tree::write_one).collect();
    let things: Vec<_> = wanted.iter().zip(&texts).map(|(id, text)| (id.as_deref(), text.as_str())).collect();
    let lines = ids::assign(&things).into_iter().zip(written).map(|(id, mut element)| {
        element.attrs.insert(0, ("data-id".into(), id));
        tree::write_one(&element)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn unnamed(mut element: Element) -> (Option<String>, Element) {
    let id = element.attr("data-id").map(str::to_owned);
    element.attrs.retain(|(name, _)| name != "data-id");
    (id, element)
}

/// Elements that come through, near relatives included.
const TAGS: &[&str] = &[
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "blockquote",
    "pre",
    "code",
    "figure",
    "img",
    "figcaption",
    "aside",
    "details",
    "summary",
    "hr",
    "strong",
    "b",
    "em",
    "i",
    "a",
    "sub",
    "sup",
    "br",
    "kbd",
    "mark",
    "s",
    "del",
    "strike",
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "dl",
    "dt",
    "dd",
    "math",
    "mrow",
    "mi",
    "mo",
    "mn",
    "ms",
    "mtext",
    "mspace",
    "msup",
    "msub",
    "msubsup",
    "mfrac",
    "msqrt",
    "mroot",
    "mover",
    "munder",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
];

fn cleaner() -> Builder<'static> {
    let attributes: HashMap<&str, HashSet<&str>> = [
        ("a", &["href", "title"][..]),
        ("img", &["alt"]),
        ("figure", &["data-asset", "data-kind", "data-src", "data-title"]),
        ("aside", &["data-kind"]),
        ("code", &["class"]),
        ("ol", &["start"]),
        ("td", &["colspan", "rowspan", "data-align"]),
        ("th", &["colspan", "rowspan", "data-align", "scope"]),
        ("math", &["display", "alttext"]),
        ("mo", &["stretchy"]),
        ("mi", &["mathvariant"]),
        ("mspace", &["width"]),
    ]
    .into_iter()
    .map(|(tag, names)| (tag, names.iter().copied().collect()))
    .collect();
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(
            ["script", "style", "template", "title", "noscript", "iframe", "object", "svg"]
                .into_iter()
                .collect(),
        )
        .tag_attributes(attributes)
        .generic_attributes(["data-id"].into_iter().collect())
        .url_schemes(SCHEMES.into_iter().collect())
        .url_relative(UrlRelative::PassThrough)
        .attribute_filter(|_, name, value| (name != "href" || is_good_link(value)).then_some(value.into()))
        .link_rel(None)
        .strip_comments(true);
    builder
}

/// Schemes that links may have.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// Whether a link leads somewhere good: a web or mail address, a telephone number, or a place on
/// this site.
pub(in crate::courses) fn is_good_link(url: &str) -> bool {
    let url = url.trim();
    let named = url.split_once(':').is_some_and(|(name, rest)| {
        let name = name.to_ascii_lowercase();
        SCHEMES.contains(&name.as_str()) && (!name.starts_with("http") || rest.len() > 2 && rest.starts_with("//"))
    });
    (named || inside(url)) && !url.chars().any(char::is_control)
}

/// Whether a relative address stays on this site: a path from its root, or a place on the page.
fn inside(url: &str) -> bool {
    let path = url.strip_prefix('/').is_some_and(|rest| !rest.starts_with(['/', '\\']));
    (path || url.starts_with('#')) && !url.contains('\\')
}
