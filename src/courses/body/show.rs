//! A body as a page shows it: figures get their pictures, sounds and films.

use super::{
    Body, embed,
    tree::{self, Element, Node},
};
use crate::{
    kernel::{embed::EmbedHost, error::Result, id::AssetId},
    media::Kind,
};

/// A stored file, as a figure shows it.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// Its address.
    pub url: String,
    /// What it is.
    pub kind: Kind,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
}

/// How a body's stored files are found.
pub(super) type Find<'a> = &'a mut dyn FnMut(AssetId) -> Result<Option<Shown>>;
/// Which sites' content is shown.
pub(super) type Allows<'a> = &'a dyn Fn(&EmbedHost) -> bool;

/// The body with its files in place; figures whose file is gone are left out, and content of sites
/// that are not allowed is a link.
///
/// # Errors
/// What `find` returns.
pub(crate) fn show(body: &Body, allows: Allows<'_>, find: Find<'_>) -> Result<String> {
    if !body.contains("data-asset=") && !body.has_embeds() {
        return Ok(body.as_str().to_owned());
    }
    let mut out = Vec::new();
    for node in tree::parse(body) {
        if let Some(Node::Element(element)) = shown(node, allows, find)? {
            out.push(tree::write_one(&element));
        }
    }
    Ok(out.join("\n"))
}

fn shown(node: Node, allows: Allows<'_>, find: Find<'_>) -> Result<Option<Node>> {
    let Node::Element(mut element) = node else { return Ok(Some(node)) };
    if embed::is_embed(&element) {
        return Ok(embed::shown(&element, allows).map(Node::Element));
    }
    if element.name == "figure" {
        return Ok(figure(element, find)?.map(Node::Element));
    }
    let mut children = Vec::with_capacity(element.children.len());
    for child in element.children {
        children.extend(shown(child, allows, find)?);
    }
    element.children = children;
    Ok(Some(Node::Element(element)))
}

fn figure(mut element: Element, find: Find<'_>) -> Result<Option<Element>> {
    let asset = element.attr("data-asset").and_then(|id| id.parse().ok());
    let Some(file) = asset.map(find).transpose()?.flatten() else {
        return Ok(None);
    };
    let is_img = |node: &Node| node.element().is_some_and(|e| e.name == "img");
    let alt = element.children.iter().find(|n| is_img(n)).and_then(Node::element);
    let alt = alt.and_then(|img| img.attr("alt")).unwrap_or_default().to_owned();
    element.children.retain(|node| !is_img(node));
    let name = match file.kind {
        Kind::Video => "video",
        Kind::Audio => "audio",
        _ => "img",
    };
    let mut shown = Element::new(name, Vec::new());
    let mut put = |name: &str, value: String| shown.attrs.push((name.into(), value));
    put("src", file.url);
    if name == "img" {
        put("alt", alt);
        put("loading", "lazy".into());
        put("decoding", "async".into());
    } else {
        put("controls", String::new());
        put("preload", "metadata".into());
        put("aria-label", alt);
    }
    if let Some((width, height)) = file.size.filter(|_| name != "audio") {
        put("width", width.to_string());
        put("height", height.to_string());
    }
    element.children.insert(0, Node::Element(shown));
    Ok(Some(element))
}
