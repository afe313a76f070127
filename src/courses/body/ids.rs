//! Lasting names of top-level blocks and action items: ten characters of `a-z0-9`.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

/// The length of a name.
const LENGTH: usize = 10;
const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Names for a list of things, each with the name it already has, if any, and its content. A well
/// formed name is kept by the first that has it; others follow from the content and, among equal
/// contents, from their order: an edit elsewhere changes no name.
#[must_use]
pub(crate) fn assign<'a>(things: &[(Option<&'a str>, &'a str)]) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let kept: Vec<Option<&str>> = things
        .iter()
        .map(|(wanted, _)| wanted.filter(|id| is_id(id) && taken.insert((*id).to_owned())))
        .collect();
    let mut names = Vec::with_capacity(things.len());
    for ((_, content), kept) in things.iter().zip(kept) {
        names.push(kept.map_or_else(|| fresh(content, &mut taken), str::to_owned));
    }
    names
}

fn fresh(content: &str, taken: &mut HashSet<String>) -> String {
    let mut ordinal = 0_u32;
    loop {
        let id = name(content, ordinal);
        if taken.insert(id.clone()) {
            return id;
        }
        ordinal += 1;
    }
}

/// Whether a text can be a name.
#[must_use]
pub(super) fn is_id(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

fn name(content: &str, ordinal: u32) -> String {
    let mut hasher = Sha256::new();
    hasher.update(content.as_bytes());
    hasher.update([0]);
    hasher.update(ordinal.to_le_bytes());
    hasher
        .finalize()
        .iter()
        .take(LENGTH)
        .map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]))
        .collect()
}
