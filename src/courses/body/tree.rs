//! A small owned tree of HTML: parsed by html5ever, walked and written by the body's own files.

use scraper::{ElementRef, Html, node::Node as Parsed};

/// How deep elements may nest; deeper ones leave only their text.
const MAX_DEPTH: usize = 48;

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// An element.
    Element(Element),
    /// Text, without entities.
    Text(String),
}

/// An element with its attributes in their written order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// Lower-case name (MathML keeps its case, which is lower too).
    pub name: String,
    /// Name and value.
    pub attrs: Vec<(String, String)>,
    /// What is inside.
    pub children: Vec<Node>,
}

impl Element {
    /// An element without attributes.
    pub(super) fn new(name: &str, children: Vec<Node>) -> Self {
        Self {
            name: name.into(),
            attrs: Vec::new(),
            children,
        }
    }

    /// The value of an attribute.
    pub(super) fn attr(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

impl Node {
    /// The element, if it is one.
    pub(super) fn element(&self) -> Option<&Element> {
        match self {
            Self::Element(element) => Some(element),
            Self::Text(_) => None,
        }
    }

    /// Whether it is text of nothing but white space.
    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim_matches([' ', '\t', '\n', '\r', '\u{c}']).is_empty())
    }
}

/// Parses a fragment as a browser would inside a body.
pub(super) fn parse(html: &str) -> Vec<Node> {
    children(Html::parse_fragment(html).root_element(), 0)
}

fn children(parent: ElementRef<'_>, depth: usize) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::new();
    for child in parent.children() {
        if let Parsed::Text(text) = child.value() {
            push_text(&mut out, text);
        } else if let Some(element) = ElementRef::wrap(child) {
            if depth < MAX_DEPTH {
                out.push(Node::Element(Element {
                    name: element.value().name().to_owned(),
                    attrs: element.value().attrs().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
                    children: children(element, depth + 1),
                }));
            } else {
                push_text(&mut out, &element.text().collect::<String>());
            }
        }
    }
    out
}

fn push_text(out: &mut Vec<Node>, text: &str) {
    if let Some(Node::Text(last)) = out.last_mut() {
        last.push_str(text);
    } else if !text.is_empty() {
        out.push(Node::Text(text.to_owned()));
    }
}

/// Writes an element as HTML.
pub(super) fn write_one(element: &Element) -> String {
    let mut out = String::new();
    write_element(element, &mut out);
    out
}

fn write_node(node: &Node, out: &mut String) {
    match node {
        Node::Text(text) => escape(text, false, out),
        Node::Element(element) => write_element(element, out),
    }
}

fn write_element(element: &Element, out: &mut String) {
    out.push('<');
    out.push_str(&element.name);
    for (name, value) in &element.attrs {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        escape(value, true, out);
        out.push('"');
    }
    out.push('>');
    if is_void(&element.name) {
        return;
    }
    // The parser drops one line break after <pre>: give it one to drop where the text has its own.
    if element.name == "pre" && first_text(&element.children).starts_with('\n') {
        out.push('\n');
    }
    for child in &element.children {
        write_node(child, out);
    }
    out.push_str("</");
    out.push_str(&element.name);
    out.push('>');
}

fn first_text(nodes: &[Node]) -> &str {
    match nodes.first() {
        Some(Node::Text(text)) => text,
        _ => "",
    }
}

/// Whether an element has no end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(name, "br" | "hr" | "img" | "source" | "track")
}

/// Escapes text, or an attribute's value.
pub(super) fn escape(text: &str, is_attribute: bool, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if is_attribute => out.push_str("&quot;"),
            '\0' => {}
            c => out.push(c),
        }
    }
}
