//! What is read out of a body: plain text, its length, the files it shows.

use super::tree::{self, Element, Node};
use crate::kernel::id::AssetId;

/// The words of a body: one line for each block, cells apart, nothing of the markup.
#[must_use]
pub(crate) fn plain_text(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    gather(&tree::parse(html), &mut out);
    let lines = out.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n")
}

fn gather(nodes: &[Node], out: &mut String) {
    for node in nodes {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Element(element) => gather_element(element, out),
        }
    }
}

fn gather_element(element: &Element, out: &mut String) {
    if element.name == "img"
        && let Some(alt) = element.attr("alt")
    {
        out.push_str(alt);
    }
    if super::embed::is_embed(element) {
        out.push_str(element.attr("data-title").unwrap_or_default());
        return out.push('\n');
    }
    gather(&element.children, out);
    let end = match element.name.as_str() {
        "p" | "h2" | "h3" | "h4" | "li" | "tr" | "pre" | "figcaption" | "summary" | "br" | "hr" | "img" | "blockquote" | "aside"
        | "details" => "\n",
        "td" | "th" => " ",
        _ => return,
    };
    out.push_str(end);
}

/// How many words a plain text has. Scripts written without spaces count two characters as a word.
#[must_use]
pub(crate) fn words(text: &str) -> u32 {
    let count = text.split_whitespace().map(word_count).sum::<usize>();
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn word_count(run: &str) -> usize {
    let dense = run.chars().filter(|c| is_dense(*c)).count();
    let other = run.chars().any(|c| c.is_alphanumeric() && !is_dense(c));
    dense.div_ceil(2) + usize::from(other)
}

/// Han, kana, Hangul, Thai, Lao, Khmer and Burmese letters.
fn is_dense(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xAC00..=0xD7AF | 0x20000..=0x323AF)
}

/// The stored files that a body shows, in their order.
#[must_use]
pub(crate) fn assets(html: &str) -> Vec<AssetId> {
    let mut out = Vec::new();
    if html.contains("data-asset") {
        gather_assets(&tree::parse(html), &mut out);
    }
    out
}

fn gather_assets(nodes: &[Node], out: &mut Vec<AssetId>) {
    for element in nodes.iter().filter_map(Node::element) {
        out.extend(element.attr("data-asset").and_then(|id| id.parse::<AssetId>().ok()));
        gather_assets(&element.children, out);
    }
}

/// HTML whose figures name their files in another way: `name` gives what `data-asset` becomes.
pub(crate) fn map_assets(html: &str, name: &dyn Fn(&str) -> Option<String>) -> String {
    if !html.contains("data-asset") {
        return html.to_owned();
    }
    let mut nodes = tree::parse(html);
    rename(&mut nodes, name);
    let written = nodes.iter().filter_map(Node::element).map(tree::write_one);
    written.collect::<Vec<_>>().join("\n")
}

fn rename(nodes: &mut [Node], name: &dyn Fn(&str) -> Option<String>) {
    for node in nodes {
        let Node::Element(element) = node else { continue };
        for (attr, value) in &mut element.attrs {
            if attr == "data-asset" {
                *value = name(value).unwrap_or_default();
            }
        }
        rename(&mut element.children, name);
    }
}
