//! Change what people call a file, and what it says to those who do not see it.

use crate::{
    kernel::error::{Error, Result},
    media::{
        model::{Asset, clean_name},
        policy::ChangeAsset,
        store,
    },
    platform::db::Tx,
};

/// The longest alternative text, in characters.
const MOST_ALT: usize = 500;

/// What is to change; absent words stay.
#[derive(Debug, Default)]
pub(in crate::media) struct Words {
    pub(in crate::media) name: Option<String>,
    pub(in crate::media) alt: Option<String>,
}

pub(in crate::media) fn rename(tx: &Tx<'_>, can: &ChangeAsset, words: Words) -> Result<Asset> {
    let asset = store::get_asset(tx, can.asset())?;
    let name = match words.name {
        Some(name) if name.trim().is_empty() => {
            return Err(Error::field("name", "text.required", "Give the file a name."));
        }
        Some(name) => clean_name(&name),
        None => asset.name,
    };
    let alt = words
        .alt
        .map_or(asset.alt, |alt| alt.split_whitespace().collect::<Vec<_>>().join(" "));
    if alt.chars().count() > MOST_ALT {
        return Err(Error::field(
            "alt",
            "text.too_long",
            format!("The alternative text has at most {MOST_ALT} characters."),
        ));
    }
    store::update_words(tx, asset.id, &name, &alt)?;
    store::get_asset(tx, asset.id)
}
