//! What a check looks at in a body, block by block.

use super::{
    embed,
    inline::text_of,
    text::words,
    tree::{self, Element, Node},
};
use crate::kernel::{embed::Embed, id::AssetId};

/// A top-level block and what a check wants to know of it.
#[derive(Debug, Default)]
pub(in crate::courses) struct Block {
    /// Its name.
    pub(in crate::courses) id: Option<String>,
    /// Whether it is a heading.
    pub(in crate::courses) is_heading: bool,
    /// Its words.
    pub(in crate::courses) words: u32,
    /// Where its links lead.
    pub(in crate::courses) links: Vec<String>,
    /// The files it shows, each with its alternative text.
    pub(in crate::courses) figures: Vec<(AssetId, String)>,
    /// What it shows of other sites.
    pub(in crate::courses) embeds: Vec<Embed>,
}

/// The blocks of a body, in their order.
pub(in crate::courses) fn look(html: &str) -> Vec<Block> {
    let nodes = tree::parse(html);
    let blocks = nodes.iter().filter_map(Node::element).map(|element| {
        let mut block = Block {
            id: element.attr("data-id").map(Into::into),
            is_heading: matches!(element.name.as_str(), "h2" | "h3" | "h4"),
            words: words(&text_of(&element.children)),
            ..Block::default()
        };
        gather(element, &mut block);
        block
    });
    blocks.collect()
}

fn gather(element: &Element, block: &mut Block) {
    if element.name == "a" {
        block.links.extend(element.attr("href").map(Into::into));
    }
    block.embeds.extend(embed::of(element));
    if let Some(asset) = element.attr("data-asset").and_then(|id| id.parse().ok()) {
        let img = element.children.iter().filter_map(Node::element).find(|e| e.name == "img");
        let alt = img.and_then(|img| img.attr("alt")).unwrap_or_default();
        block.figures.push((asset, alt.trim().to_owned()));
    }
    for child in element.children.iter().filter_map(Node::element) {
        gather(child, block);
    }
}
