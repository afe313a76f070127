//! Block names carried from a body to its next edition, so that notes keep their place.

use std::collections::VecDeque;

use super::{
    clean,
    tree::{self, Element, Node},
};

/// Above this product of block counts the long way is not taken.
const MOST_PAIRS: usize = 4_000_000;

/// The new body with the names of the old one: equal blocks keep theirs, and between two equal
/// blocks a block of the same kind at the same place counts as the old one, edited.
#[must_use]
pub(super) fn carry(old: &str, new: &str) -> String {
    let (old, mut new) = (top(old), top(new));
    let (old_texts, new_texts) = (texts(&old), texts(&new));
    if old_texts == new_texts {
        return clean::named(old);
    }
    let mut ends = common(&old_texts, &new_texts);
    ends.push_back((old.len(), new.len()));
    let (mut o, mut n) = (0, 0);
    for (old_end, new_end) in ends {
        for (from, to) in (o..old_end).zip(n..new_end) {
            if old[from].name == new[to].name {
                name_after(&mut new[to], &old[from]);
            }
        }
        if let (Some(from), Some(to)) = (old.get(old_end), new.get_mut(new_end)) {
            name_after(to, from);
        }
        (o, n) = (old_end + 1, new_end + 1);
    }
    clean::named(new)
}

fn top(html: &str) -> Vec<Element> {
    let nodes = tree::parse(html).into_iter().filter_map(|node| match node {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    });
    nodes.collect()
}

fn texts(blocks: &[Element]) -> Vec<String> {
    let bare = blocks.iter().cloned().map(|mut block| {
        block.attrs.retain(|(name, _)| name != "data-id");
        tree::write_one(&block)
    });
    bare.collect()
}

fn name_after(new: &mut Element, old: &Element) {
    if let Some(id) = old.attr("data-id") {
        new.attrs.retain(|(name, _)| name != "data-id");
        new.attrs.insert(0, ("data-id".into(), id.to_owned()));
    }
}

/// Pairs of equal blocks, in order, as many as possible.
fn common(old: &[String], new: &[String]) -> VecDeque<(usize, usize)> {
    let mut pairs = VecDeque::new();
    if old.len() * new.len() > MOST_PAIRS {
        return pairs;
    }
    let width = new.len() + 1;
    let mut best = vec![0_u32; (old.len() + 1) * width];
    for o in (0..old.len()).rev() {
        for n in (0..new.len()).rev() {
            best[o * width + n] = if old[o] == new[n] {
                best[(o + 1) * width + n + 1] + 1
            } else {
                best[(o + 1) * width + n].max(best[o * width + n + 1])
            };
        }
    }
    let (mut o, mut n) = (0, 0);
    while o < old.len() && n < new.len() {
        if old[o] == new[n] {
            pairs.push_back((o, n));
            (o, n) = (o + 1, n + 1);
        } else if best[(o + 1) * width + n] >= best[o * width + n + 1] {
            o += 1;
        } else {
            n += 1;
        }
    }
    pairs
}
