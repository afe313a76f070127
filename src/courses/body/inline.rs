//! Lines: text with emphasis, links, code and mathematics, in one canonical form.

use super::tree::{Element, Node};

/// Elements that stand in a line, near relatives included.
pub(super) fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "strong" | "b" | "em" | "i" | "code" | "a" | "sub" | "sup" | "br" | "kbd" | "mark" | "s" | "del" | "strike" | "math"
    ) || is_math(name)
}

fn is_math(name: &str) -> bool {
    matches!(
        name,
        "mrow" | "msup" | "msub" | "msubsup" | "mfrac" | "msqrt" | "mroot" | "mover" | "munder" | "munderover" | "mtable" | "mtr" | "mtd"
    ) || is_math_token(name)
}

fn is_math_token(name: &str) -> bool {
    matches!(name, "mi" | "mo" | "mn" | "ms" | "mtext" | "mspace")
}

/// All text inside, line breaks included.
pub(super) fn text_of(nodes: &[Node]) -> String {
    let mut out = String::new();
    collect(nodes, &mut out);
    out
}

fn collect(nodes: &[Node], out: &mut String) {
    for node in nodes {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Element(e) if e.name == "br" => out.push('\n'),
            Node::Element(e) => collect(&e.children, out),
        }
    }
}

/// The canonical line: white space folded and moved out of emphasis, empty elements gone.
pub(super) fn line(nodes: Vec<Node>) -> Vec<Node> {
    let mut out = Vec::new();
    gather(nodes, &[], &mut out);
    trim(out)
}

/// Appends the canonical form of `nodes`, which stand inside the elements named in `open`.
fn gather(nodes: Vec<Node>, open: &[&'static str], out: &mut Vec<Node>) {
    for node in nodes {
        match node {
            Node::Text(text) => push_text(out, &text),
            Node::Element(element) => gather_element(element, open, out),
        }
    }
}

fn gather_element(element: Element, open: &[&'static str], out: &mut Vec<Node>) {
    let name = match element.name.as_str() {
        "strong" | "b" => "strong",
        "em" | "i" => "em",
        "s" | "del" | "strike" => "s",
        "sub" => "sub",
        "sup" => "sup",
        "mark" => "mark",
        "a" => return link(element, open, out),
        "br" => return out.push(Node::Element(Element::new("br", Vec::new()))),
        "code" | "kbd" => return verbatim(&element, out),
        "math" => return out.extend(math(element).map(Node::Element)),
        _ => {
            // A block, or mathematics out of place: its words stay, apart from their neighbours.
            push_text(out, " ");
            gather(element.children, open, out);
            return push_text(out, " ");
        }
    };
    if open.contains(&name) {
        return gather(element.children, open, out);
    }
    let mut inner = Vec::new();
    gather(element.children, &[open, &[name]].concat(), &mut inner);
    wrap(Element::new(name, Vec::new()), inner, out);
}

fn link(element: Element, open: &[&'static str], out: &mut Vec<Node>) {
    let href = element.attr("href").map(str::trim).filter(|href| !href.is_empty() && *href != "#");
    let Some(href) = href.map(str::to_owned).filter(|_| !open.contains(&"a")) else {
        return gather(element.children, open, out);
    };
    let mut shell = Element::new("a", Vec::new());
    shell.attrs.push(("href".into(), href));
    let title = element.attr("title").map(|t| t.split_whitespace().collect::<Vec<_>>().join(" "));
    shell.attrs.extend(title.filter(|t| !t.is_empty()).map(|t| ("title".to_owned(), t)));
    let mut inner = Vec::new();
    gather(element.children, &[open, &["a"]].concat(), &mut inner);
    wrap(shell, inner, out);
}

fn verbatim(element: &Element, out: &mut Vec<Node>) {
    let text = text_of(&element.children).replace(['\n', '\r', '\t', '\u{c}'], " ");
    if text.trim().is_empty() {
        return push_text(out, &text);
    }
    let text = if element.name == "kbd" { text.trim().to_owned() } else { text };
    out.push(Node::Element(Element::new(&element.name, vec![Node::Text(text)])));
}

/// Puts the shell around what is inside, with outer spaces moved out of it.
fn wrap(mut shell: Element, inner: Vec<Node>, out: &mut Vec<Node>) {
    let starts = matches!(inner.first(), Some(Node::Text(t)) if t.starts_with(' '));
    let ends = matches!(inner.last(), Some(Node::Text(t)) if t.ends_with(' '));
    let inner = trim(inner);
    if inner.is_empty() {
        if starts || ends {
            push_text(out, " ");
        }
        return;
    }
    if starts {
        push_text(out, " ");
    }
    shell.children = inner;
    out.push(Node::Element(shell));
    if ends {
        push_text(out, " ");
    }
}

/// Appends text with its white space folded; a second space after a space is dropped.
fn push_text(out: &mut Vec<Node>, text: &str) {
    let mut spaced = match out.last() {
        Some(Node::Text(last)) => last.ends_with(' '),
        Some(Node::Element(last)) => last.name == "br",
        None => false,
    };
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}') {
            if !spaced {
                folded.push(' ');
            }
            spaced = true;
        } else if !c.is_control() {
            folded.push(c);
            spaced = false;
        }
    }
    match out.last_mut() {
        Some(Node::Text(last)) => last.push_str(&folded),
        _ if folded.is_empty() => {}
        _ => out.push(Node::Text(folded)),
    }
}

/// Without white space and line breaks at both ends, or before a line break.
fn trim(mut nodes: Vec<Node>) -> Vec<Node> {
    while nodes.first().is_some_and(is_gap) {
        nodes.remove(0);
    }
    while nodes.last().is_some_and(is_gap) {
        nodes.pop();
    }
    for i in 0..nodes.len() {
        let before_break = nodes.get(i + 1).is_none_or(|n| n.element().is_some_and(|e| e.name == "br"));
        if let Node::Text(text) = &mut nodes[i] {
            if i == 0 && text.starts_with(' ') {
                text.remove(0);
            }
            if before_break && text.ends_with(' ') {
                text.pop();
            }
        }
    }
    nodes.retain(|n| !matches!(n, Node::Text(t) if t.is_empty()));
    nodes
}

fn is_gap(node: &Node) -> bool {
    node.is_blank() || node.element().is_some_and(|e| e.name == "br")
}

/// A formula: MathML elements only, and only text in its tokens.
fn math(element: Element) -> Option<Element> {
    let mut made = Element::new(&element.name, Vec::new());
    made.attrs = element.attrs.into_iter().filter(|(n, v)| is_math_attr(n, v)).collect();
    if is_math_token(&element.name) {
        let text = text_of(&element.children).split_whitespace().collect::<Vec<_>>().join(" ");
        made.children.extend((!text.is_empty()).then_some(Node::Text(text)));
        return Some(made);
    }
    made.children = element
        .children
        .into_iter()
        .filter_map(|node| match node {
            Node::Element(e) if is_math(&e.name) => math(e).map(Node::Element),
            _ => None,
        })
        .collect();
    (made.name != "math" || !made.children.is_empty()).then_some(made)
}

fn is_math_attr(name: &str, value: &str) -> bool {
    match name {
        "display" => matches!(value, "block" | "inline"),
        // How it was typed: what an editor shows when the formula is opened again.
        "alttext" => (1..=2_000).contains(&value.len()) && !value.chars().any(char::is_control),
        "stretchy" => matches!(value, "true" | "false"),
        "mathvariant" => value == "normal",
        "width" => value.len() <= 8 && value.ends_with("em") && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.'),
        _ => false,
    }
}
