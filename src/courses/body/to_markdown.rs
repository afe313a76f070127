//! A body as Markdown, where it has an exact Markdown form: [`super::render`] of the result gives
//! the same body again. Whether it does is checked, not hoped.

use super::{
    Body, embed, render,
    tree::{self, Element, Node},
};
use crate::kernel::id::AssetId;

/// The Markdown of a cleaned body, or `None` where it has no exact one. `name` knows the path of a
/// stored file in the package, `media` the stored file of a path.
#[must_use]
pub(crate) fn to_markdown(
    body: &Body,
    name: &dyn Fn(AssetId) -> Option<String>,
    media: &dyn Fn(&str) -> Option<AssetId>,
) -> Option<String> {
    let nodes = tree::parse(body);
    let text = blocks(&nodes, name)?;
    let back = render(&text, media);
    (back.complaints.is_empty() && bare(&back.body) == bare(body)).then_some(text)
}

/// A body without the names of its blocks: equal for bodies that read the same.
#[must_use]
pub(super) fn bare(html: &str) -> String {
    let nodes = tree::parse(html).into_iter().filter_map(|node| match node {
        Node::Element(mut element) => {
            element.attrs.retain(|(name, _)| name != "data-id");
            Some(tree::write_one(&element))
        }
        Node::Text(_) => None,
    });
    nodes.collect::<Vec<_>>().join("\n")
}

type Names<'a> = &'a dyn Fn(AssetId) -> Option<String>;

fn blocks(nodes: &[Node], name: Names<'_>) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut last_list: Option<(&str, bool)> = None;
    for element in nodes.iter().filter_map(Node::element) {
        // Neighbouring lists of one kind take turns with their marks, or they would grow together.
        let swap = matches!(last_list, Some((kind, swapped)) if kind == element.name && !swapped);
        parts.push(block(element, swap, name)?);
        last_list = matches!(element.name.as_str(), "ul" | "ol").then_some((element.name.as_str(), swap));
    }
    Some(parts.join("\n\n"))
}

fn block(element: &Element, swap: bool, name: Names<'_>) -> Option<String> {
    Some(match element.name.as_str() {
        "p" => line(&element.children)?,
        "h2" => format!("## {}", heading(&element.children)?),
        "h3" => format!("### {}", heading(&element.children)?),
        "h4" => format!("#### {}", heading(&element.children)?),
        "ul" | "ol" => list(element, swap, name)?,
        "table" => table(element)?,
        "blockquote" => quoted(&blocks(&element.children, name)?),
        "aside" => {
            let kind = element.attr("data-kind")?.to_uppercase();
            quoted(&format!("[!{kind}]\n{}", blocks(&element.children, name)?))
        }
        "details" => details(element, name)?,
        "pre" => code_block(element)?,
        "figure" => figure(element, name)?,
        "hr" => "---".into(),
        _ => return None,
    })
}

fn quoted(text: &str) -> String {
    let lines = text.lines().map(|l| if l.is_empty() { ">".into() } else { format!("> {l}") });
    lines.collect::<Vec<_>>().join("\n")
}

fn heading(nodes: &[Node]) -> Option<String> {
    let mut text = line(nodes)?;
    // A closing run of # would be taken for decoration.
    if text.ends_with('#') {
        text.insert(text.len() - 1, '\\');
    }
    (!text.contains('\n')).then_some(text)
}

fn details(element: &Element, name: Names<'_>) -> Option<String> {
    let (summary, rest) = element.children.split_first()?;
    let title = heading(&summary.element()?.children)?;
    Some(format!(":::details {title}\n{}\n:::", blocks(rest, name)?))
}

fn code_block(element: &Element) -> Option<String> {
    let code = element.children.first()?.element()?;
    let text = match code.children.first() {
        Some(Node::Text(text)) => text.as_str(),
        _ => return None,
    };
    let language = code.attr("class").and_then(|c| c.strip_prefix("language-")).unwrap_or_default();
    let fence = "`".repeat(longest_run(text, '`').max(2) + 1);
    Some(format!("{fence}{language}\n{text}{fence}"))
}

fn longest_run(text: &str, mark: char) -> usize {
    text.split(|c| c != mark).map(str::len).max().unwrap_or(0)
}

fn figure(element: &Element, name: Names<'_>) -> Option<String> {
    if embed::is_embed(element) {
        let title = inline(&[Node::Text(element.attr("data-title")?.into())])?;
        let src = address(element.attr("data-src")?);
        return Some(format!("[{title}]({src} \"{}\")", embed::markdown_title()));
    }
    let path = name(element.attr("data-asset")?.parse().ok()?)?;
    let alt = element.children.iter().filter_map(Node::element).find(|e| e.name == "img");
    let alt = alt.and_then(|img| img.attr("alt")).unwrap_or_default();
    let caption = element.children.iter().filter_map(Node::element).find(|e| e.name == "figcaption");
    let title = match caption.map(|c| c.children.as_slice()) {
        Some([Node::Text(text)]) => format!(" \"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        Some(_) => return None,
        None => String::new(),
    };
    Some(format!("![{}]({}{title})", escaped(alt), address(&path)))
}

fn list(element: &Element, swap: bool, name: Names<'_>) -> Option<String> {
    let items: Vec<&Element> = element.children.iter().filter_map(Node::element).collect();
    let is_block = |e: &Element| !matches!(e.name.as_str(), "ul" | "ol") && !super::inline::is_inline(&e.name);
    let loose = items
        .iter()
        .any(|item| item.children.iter().filter_map(Node::element).any(is_block));
    let first: u32 = element.attr("start").and_then(|s| s.parse().ok()).unwrap_or(1);
    let mut parts = Vec::new();
    for (number, item) in (first..).zip(items) {
        let mark = match (element.name.as_str(), swap) {
            ("ul", false) => "- ".to_owned(),
            ("ul", true) => "* ".to_owned(),
            (_, false) => format!("{number}. "),
            (_, true) => format!("{number}) "),
        };
        let indent = " ".repeat(mark.len());
        let text = self::item(item, name)?.replace('\n', &format!("\n{indent}"));
        let text = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        parts.push(format!("{mark}{text}"));
    }
    Some(parts.join(if loose { "\n\n" } else { "\n" }))
}

fn item(element: &Element, name: Names<'_>) -> Option<String> {
    let at = element
        .children
        .iter()
        .position(|n| n.element().is_some_and(|e| !super::inline::is_inline(&e.name)))
        .unwrap_or(element.children.len());
    let (first, rest) = element.children.split_at(at);
    let mut parts = Vec::new();
    if !first.is_empty() {
        parts.push(line(first)?);
    }
    let tight = !first.is_empty()
        && rest
            .iter()
            .filter_map(Node::element)
            .all(|e| matches!(e.name.as_str(), "ul" | "ol"));
    if !rest.is_empty() {
        parts.push(blocks(rest, name)?);
    }
    Some(parts.join(if tight { "\n" } else { "\n\n" }))
}

fn table(element: &Element) -> Option<String> {
    let part = |wanted: &str| {
        let found = element.children.iter().filter_map(Node::element).find(|e| e.name == wanted);
        found
            .map(|e| e.children.iter().filter_map(Node::element).collect::<Vec<_>>())
            .unwrap_or_default()
    };
    let (head, body) = (part("thead"), part("tbody"));
    let [head] = head.as_slice() else { return None };
    let rule = head
        .children
        .iter()
        .filter_map(Node::element)
        .map(|cell| match cell.attr("data-align") {
            Some("left") => ":---",
            Some("center") => ":---:",
            Some("right") => "---:",
            _ => "---",
        });
    let rule = format!("|{}|", rule.collect::<Vec<_>>().join("|"));
    let mut lines = vec![row(head)?, rule];
    for line in body {
        lines.push(row(line)?);
    }
    Some(lines.join("\n"))
}

fn row(element: &Element) -> Option<String> {
    let cells = element.children.iter().filter_map(Node::element).map(|cell| {
        let text = inline(&cell.children)?.replace('|', "\\|");
        (!text.contains('\n')).then_some(text)
    });
    let cells = cells.collect::<Option<Vec<_>>>()?.into_iter();
    let padded = cells.map(|cell| if cell.is_empty() { " ".into() } else { format!(" {cell} ") });
    Some(format!("|{}|", padded.collect::<Vec<_>>().join("|")))
}

/// A line of its own: what would start a block there is escaped.
fn line(nodes: &[Node]) -> Option<String> {
    let text = inline(nodes)?;
    Some(text.split('\n').map(guarded).collect::<Vec<_>>().join("\n"))
}

fn guarded(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let mut after = line[digits..].chars();
    let is_mark = matches!(after.next(), Some('.' | ')')) && matches!(after.next(), None | Some(' '));
    if (1..=9).contains(&digits) && is_mark {
        let (number, rest) = line.split_at(digits);
        return format!("{number}\\{rest}");
    }
    if line.starts_with(['#', '+', '-', '=', '>']) || line.starts_with(":::") {
        return format!("\\{line}");
    }
    line.into()
}

fn inline(nodes: &[Node]) -> Option<String> {
    let mut out = String::new();
    for (i, node) in nodes.iter().enumerate() {
        match node {
            Node::Text(text) => {
                out.push_str(&escaped(text));
                // An exclamation mark before a link would make it a picture.
                let link_next = nodes.get(i + 1).and_then(Node::element).is_some_and(|e| e.name == "a");
                if link_next && out.ends_with('!') {
                    out.insert(out.len() - 1, '\\');
                }
            }
            Node::Element(element) => inline_element(element, &mut out)?,
        }
    }
    Some(out)
}

fn inline_element(element: &Element, out: &mut String) -> Option<()> {
    let inner = || inline(&element.children);
    match element.name.as_str() {
        "strong" => out.push_str(&format!("**{}**", inner()?)),
        "em" => out.push_str(&format!("*{}*", inner()?)),
        "s" => out.push_str(&format!("~~{}~~", inner()?)),
        "br" => out.push_str("\\\n"),
        "code" => out.push_str(&code(&super::inline::text_of(&element.children))),
        "a" => {
            let href = address(element.attr("href")?);
            let title = element
                .attr("title")
                .map(|t| format!(" \"{}\"", t.replace('\\', "\\\\").replace('"', "\\\"")));
            out.push_str(&format!("[{}]({href}{})", inner()?, title.unwrap_or_default()));
        }
        name => {
            let mut open = tree::write_one(&Element {
                children: Vec::new(),
                ..element.clone()
            });
            open.truncate(open.len() - name.len() - 3);
            out.push_str(&format!("{open}{}</{name}>", inner()?));
        }
    }
    Some(())
}

fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text, '`') + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || (text.starts_with(' ') && text.ends_with(' ')) {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn address(url: &str) -> String {
    if url.contains([' ', '(', ')', '<', '>', '\\']) {
        format!("<{}>", url.replace('\\', "\\\\").replace('<', "\\<").replace('>', "\\>"))
    } else {
        url.to_owned()
    }
}

/// Text whose marks mean nothing.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let chars: Vec<char> = text.chars().collect();
    for (i, c) in chars.iter().copied().enumerate() {
        let near = |at: Option<usize>| at.and_then(|at| chars.get(at)).copied();
        let (before, after) = (near(i.checked_sub(1)), near(Some(i + 1)));
        let escape = match c {
            '\\' => after.is_none_or(|c| c.is_ascii_punctuation() || c == '\n'),
            '`' | '*' | '[' | ']' | '<' | '~' => true,
            '_' => !(before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)),
            '&' => after.is_some_and(|c| c.is_ascii_alphanumeric() || c == '#'),
            _ => false,
        };
        if escape {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
