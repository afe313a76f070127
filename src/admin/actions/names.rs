//! What the ids on a page are called.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    kernel::error::Result,
    platform::{Platform, db::Read, module::AllNames},
};

/// Letters of an id's prefix, and characters after its underscore.
const PREFIX: usize = 3;
const DIGITS: usize = 13;

/// Everything in these texts that looks like an id.
fn ids<'t>(texts: impl Iterator<Item = &'t str>) -> BTreeSet<&'t str> {
    let mut found = BTreeSet::new();
    for text in texts {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        found.extend(words.filter(|word| word.len() == PREFIX + 1 + DIGITS && word.as_bytes().get(PREFIX) == Some(&b'_')));
    }
    found
}

/// What the ids in these texts are called, as far as the things still exist.
pub(in crate::admin) fn of<'t>(
    read: &Read<'_>,
    platform: &Platform,
    texts: impl Iterator<Item = &'t str>,
) -> Result<BTreeMap<String, String>> {
    let ids: Vec<&str> = ids(texts).into_iter().collect();
    let known = platform.services.find::<AllNames>().unwrap_or_default();
    known.find(read, &ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_prose_and_json() {
        let texts = [
            r#"{"course":"crs_0000000000001","n":[1,"usr_0000000000002"]}"#,
            "set_short none",
            "crs_0000000000001",
        ];
        let found: Vec<&str> = ids(texts.into_iter()).into_iter().collect();
        assert_eq!(found, ["crs_0000000000001", "usr_0000000000002"]);
    }
}
