//! The closed vocabulary of bodies: what may stand where, and its one canonical form.

use super::{
    embed,
    inline::{self, is_inline},
    tree::{Element, Node},
};

/// A whole body: blocks only, loose text in paragraphs, nothing empty.
pub(super) fn body(nodes: Vec<Node>) -> Vec<Element> {
    blocks(nodes, true)
}

/// Blocks, with runs of loose text made paragraphs.
fn blocks(nodes: Vec<Node>, top: bool) -> Vec<Element> {
    let mut out = Vec::new();
    let mut run = Vec::new();
    for node in nodes {
        match node {
            Node::Element(element) if !is_inline(&element.name) => {
                paragraph(&mut run, &mut out);
                block(element, top, &mut out);
            }
            loose => run.push(loose),
        }
    }
    paragraph(&mut run, &mut out);
    out
}

fn paragraph(run: &mut Vec<Node>, out: &mut Vec<Element>) {
    let children = inline::line(std::mem::take(run));
    if !children.is_empty() {
        out.push(Element::new("p", children));
    }
}

fn block(mut element: Element, top: bool, out: &mut Vec<Element>) {
    let id = element.attrs.iter().position(|(name, _)| name == "data-id");
    let id = id.map(|at| element.attrs.remove(at)).filter(|_| top);
    let first = out.len();
    match element.name.as_str() {
        "p" => paragraph_like("p", element, out),
        "h1" | "h2" => paragraph_like("h2", element, out),
        "h3" => paragraph_like("h3", element, out),
        "h4" | "h5" | "h6" | "dt" => paragraph_like("h4", element, out),
        "ul" | "ol" => list(element, out),
        "table" => table(element, out),
        "blockquote" => container(Element::new("blockquote", Vec::new()), element.children, out),
        "aside" => aside(element, out),
        "details" => details(element, out),
        "pre" => pre(&element, out),
        "figure" => figure(element, top, out),
        "hr" => out.push(Element::new("hr", Vec::new())),
        // A picture without a stored file shows nothing.
        "img" => {}
        // What only groups (div, section, a list item or cell out of place) leaves its content.
        _ => out.extend(blocks(element.children, top)),
    }
    if let (Some(id), Some(made)) = (id, out.get_mut(first))
        && made.attr("data-id").is_none()
    {
        made.attrs.insert(0, id);
    }
}

/// Paragraphs and headings hold a line; blocks inside them leave their text.
fn paragraph_like(name: &str, element: Element, out: &mut Vec<Element>) {
    let children = inline::line(element.children);
    if !children.is_empty() {
        out.push(Element::new(name, children));
    }
}

fn container(mut shell: Element, children: Vec<Node>, out: &mut Vec<Element>) {
    shell.children = blocks(children, false).into_iter().map(Node::Element).collect();
    if !shell.children.is_empty() {
        out.push(shell);
    }
}

fn aside(element: Element, out: &mut Vec<Element>) {
    let kind = element.attr("data-kind").filter(|kind| ["tip", "note", "warning"].contains(kind));
    let mut shell = Element::new("aside", Vec::new());
    shell.attrs.push(("data-kind".into(), kind.unwrap_or("note").into()));
    container(shell, element.children, out);
}

fn details(element: Element, out: &mut Vec<Element>) {
    let (summaries, rest): (Vec<_>, Vec<_>) = element
        .children
        .into_iter()
        .partition(|node| node.element().is_some_and(|e| e.name == "summary"));
    let mut summaries = summaries.into_iter().filter_map(|node| match node {
        Node::Element(e) => Some(inline::line(e.children)),
        Node::Text(_) => None,
    });
    let title = summaries.next().filter(|line| !line.is_empty());
    let mut inside: Vec<Element> = summaries.filter(|l| !l.is_empty()).map(|l| Element::new("p", l)).collect();
    inside.extend(blocks(rest, false));
    if inside.is_empty() && title.is_none() {
        return;
    }
    let title = title.unwrap_or_else(|| vec![Node::Text("Details".into())]);
    let mut children = vec![Node::Element(Element::new("summary", title))];
    children.extend(inside.into_iter().map(Node::Element));
    out.push(Element::new("details", children));
}

fn list(element: Element, out: &mut Vec<Element>) {
    let mut made = Element::new(&element.name, Vec::new());
    if element.name == "ol"
        && let Some(start) = element.attr("start").and_then(|s| s.parse::<u32>().ok())
        && start != 1
        && start < 1_000_000
    {
        made.attrs.push(("start".into(), start.to_string()));
    }
    for child in element.children {
        let children = match child {
            Node::Element(e) if e.name == "li" => flow(e.children),
            blank if blank.is_blank() => continue,
            other => flow(vec![other]),
        };
        if !children.is_empty() {
            made.children.push(Node::Element(Element::new("li", children)));
        }
    }
    if !made.children.is_empty() {
        out.push(made);
    }
}

/// The content of an item or cell: a line, or blocks, or a line followed by blocks.
fn flow(nodes: Vec<Node>) -> Vec<Node> {
    let split = nodes.iter().position(|n| n.element().is_some_and(|e| !is_inline(&e.name)));
    let Some(split) = split else { return inline::line(nodes) };
    let mut nodes = nodes;
    let rest = nodes.split_off(split);
    let mut out = inline::line(nodes);
    out.extend(blocks(rest, false).into_iter().map(Node::Element));
    out
}

fn pre(element: &Element, out: &mut Vec<Element>) {
    let only = element.children.iter().find_map(|n| n.element().filter(|e| e.name == "code"));
    let language = only.and_then(|code| code.attr("class")).and_then(language);
    let text = inline::text_of(&element.children);
    // Blank lines around code mean nothing, and parsers drop the first one anyway.
    let text = text.trim_start_matches('\n').trim_end();
    if text.is_empty() {
        return;
    }
    let mut code = Element::new("code", vec![Node::Text(format!("{text}\n"))]);
    if let Some(language) = language {
        code.attrs.push(("class".into(), language));
    }
    out.push(Element::new("pre", vec![Node::Element(code)]));
}

/// The class `language-…` among the classes of a code block.
fn language(classes: &str) -> Option<String> {
    let wanted = classes.split_ascii_whitespace().find(|c| c.starts_with("language-"))?;
    let name = wanted.strip_prefix("language-")?;
    let good = (1..=30).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"+#-_.".contains(&b));
    good.then(|| format!("language-{}", name.to_ascii_lowercase()))
}

fn figure(element: Element, top: bool, out: &mut Vec<Element>) {
    if embed::is_embed(&element) {
        match embed::canonical(&element) {
            Some(made) => out.push(made),
            None => out.extend(blocks(element.children, top)),
        }
        return;
    }
    let asset = element
        .attr("data-asset")
        .filter(|id| id.parse::<crate::kernel::id::AssetId>().is_ok());
    let Some(asset) = asset.map(str::to_owned) else {
        out.extend(blocks(element.children, top));
        return;
    };
    let mut made = Element::new("figure", Vec::new());
    made.attrs.push(("data-asset".into(), asset));
    if let Some(alt) = alt_of(&element.children) {
        let mut img = Element::new("img", Vec::new());
        img.attrs.push(("alt".into(), alt));
        made.children.push(Node::Element(img));
    }
    let caption = element.children.into_iter().find_map(|node| match node {
        Node::Element(e) if e.name == "figcaption" => Some(inline::line(e.children)),
        _ => None,
    });
    if let Some(caption) = caption.filter(|line| !line.is_empty()) {
        made.children.push(Node::Element(Element::new("figcaption", caption)));
    }
    out.push(made);
}

fn alt_of(nodes: &[Node]) -> Option<String> {
    nodes.iter().filter_map(Node::element).find_map(|e| match e.name.as_str() {
        "img" => Some(e.attr("alt").unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")),
        "figcaption" => None,
        _ => alt_of(&e.children),
    })
}

fn table(element: Element, out: &mut Vec<Element>) {
    let (mut head, mut body) = (Vec::new(), Vec::new());
    rows(element.children, false, &mut head, &mut body);
    if head.is_empty() && body.is_empty() {
        return;
    }
    let mut made = Element::new("table", Vec::new());
    for (name, rows) in [("thead", head), ("tbody", body)] {
        if !rows.is_empty() {
            made.children.push(Node::Element(Element::new(name, rows)));
        }
    }
    out.push(made);
}

fn rows(nodes: Vec<Node>, is_head: bool, head: &mut Vec<Node>, body: &mut Vec<Node>) {
    for node in nodes {
        let Node::Element(element) = node else { continue };
        match element.name.as_str() {
            "thead" => rows(element.children, true, head, body),
            "tr" => {
                let cells: Vec<Node> = element.children.into_iter().filter_map(cell).collect();
                if !cells.is_empty() {
                    let row = Node::Element(Element::new("tr", cells));
                    if is_head { head.push(row) } else { body.push(row) }
                }
            }
            _ => rows(element.children, is_head, head, body),
        }
    }
}

fn cell(node: Node) -> Option<Node> {
    let Node::Element(element) = node else { return None };
    if element.name != "td" && element.name != "th" {
        return None;
    }
    let mut made = Element::new(&element.name, Vec::new());
    for name in ["colspan", "rowspan"] {
        let span = element
            .attr(name)
            .and_then(|v| v.parse::<u8>().ok())
            .filter(|n| (2..=50).contains(n));
        made.attrs.extend(span.map(|n| (name.to_owned(), n.to_string())));
    }
    for (name, words) in [("data-align", &["left", "center", "right"][..]), ("scope", &["row", "col"])] {
        let word = element.attr(name).filter(|word| words.contains(word));
        made.attrs.extend(word.map(|word| (name.to_owned(), word.to_owned())));
    }
    made.children = flow(element.children);
    Some(Node::Element(made))
}
