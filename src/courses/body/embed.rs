//! Content of other sites in a body: `<figure data-kind="embed" data-src=… data-title=…>`, and what
//! readers get of it: a link, and where the site is allowed what a frame needs.

use super::tree::{self, Element, Node};
use crate::kernel::embed::{Embed, EmbedHost};

/// What a figure says in `data-kind` to be one.
const KIND: &str = "embed";
/// What every body with one contains.
const SIGN: &str = "data-kind=\"embed\"";
/// The longest name, in characters.
const MAX_TITLE: usize = 200;

/// Whether a body has content of other sites.
pub(super) fn has_any(html: &str) -> bool {
    html.contains(SIGN)
}

/// Whether the figure is content of another site.
pub(super) fn is_embed(figure: &Element) -> bool {
    figure.name == "figure" && figure.attr("data-kind") == Some(KIND)
}

/// What such a figure shows; `None` for other elements and when its address cannot be framed.
pub(super) fn of(figure: &Element) -> Option<Embed> {
    Embed::parse(figure.attr("data-src").filter(|_| is_embed(figure))?)
}

/// The canonical figure; `None` when its address cannot be framed.
pub(super) fn canonical(figure: &Element) -> Option<Element> {
    let embed = of(figure)?;
    Some(made(&embed, figure.attr("data-title").unwrap_or_default()))
}

fn made(embed: &Embed, title: &str) -> Element {
    let words: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut title: String = words.chars().take(MAX_TITLE).collect::<String>().trim_end().to_owned();
    if title.is_empty() {
        title = embed.site().into();
    }
    let mut figure = Element::new("figure", Vec::new());
    for (name, value) in [("data-kind", KIND), ("data-src", embed.src()), ("data-title", &title)] {
        figure.attrs.push((name.into(), value.into()));
    }
    figure
}

/// The figure as readers get it: with a link, and without what a frame needs where its site is not
/// allowed.
pub(super) fn shown(figure: &Element, allows: &dyn Fn(&EmbedHost) -> bool) -> Option<Element> {
    let embed = of(figure)?;
    let title = figure.attr("data-title").unwrap_or_default();
    let mut link = Element::new("a", vec![Node::Text(title.into())]);
    link.attrs.push(("href".into(), embed.page()));
    let mut out = if allows(embed.host()) {
        let mut out = made(&embed, title);
        out.attrs.push(("data-site".into(), embed.site().into()));
        out
    } else {
        Element::new("p", Vec::new())
    };
    out.children.push(Node::Element(link));
    let id = figure.attr("data-id").map(|id| ("data-id".to_owned(), id.to_owned()));
    out.attrs.splice(0..0, id);
    Some(out)
}

/// What a body shows of other sites, in its order.
pub(in crate::courses) fn embeds(html: &str) -> Vec<Embed> {
    let mut out = Vec::new();
    if has_any(html) {
        gather(&tree::parse(html), &mut out);
    }
    out
}

fn gather(nodes: &[Node], out: &mut Vec<Embed>) {
    for element in nodes.iter().filter_map(Node::element) {
        out.extend(of(element));
        gather(&element.children, out);
    }
}

/// In Markdown it is a link that stands alone and whose title says what it is.
pub(super) fn markdown_title() -> &'static str {
    KIND
}

/// Makes the links of [`markdown_title`] that stand alone in a paragraph what they were.
pub(super) fn from_links(html: &str) -> String {
    if !html.contains("title=\"embed\"") {
        return html.to_owned();
    }
    let mut all = Element::new("div", tree::parse(html));
    unlink(&mut all.children);
    tree::write_one(&all)
}

fn unlink(nodes: &mut [Node]) {
    for node in nodes {
        let Node::Element(element) = node else { continue };
        if let Some(figure) = of_link(element) {
            *element = figure;
        } else {
            unlink(&mut element.children);
        }
    }
}

fn of_link(paragraph: &Element) -> Option<Element> {
    let [Node::Element(link)] = paragraph.children.as_slice() else {
        return None;
    };
    if paragraph.name != "p" || link.name != "a" || link.attr("title") != Some(KIND) {
        return None;
    }
    let embed = Embed::parse(link.attr("href")?)?;
    Some(made(&embed, &super::inline::text_of(&link.children)))
}
