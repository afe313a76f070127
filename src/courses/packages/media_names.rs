//! Files under `media/`: names in a package, ids in an instance.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use super::Files;
use crate::{courses::body, kernel::id::AssetId};

/// What the names of a package's files stand for.
pub(super) struct Media<'a> {
    files: &'a Files,
    assets: Option<&'a BTreeMap<String, AssetId>>,
    used: RefCell<BTreeSet<String>>,
}

impl<'a> Media<'a> {
    pub(super) fn new(files: &'a Files, assets: Option<&'a BTreeMap<String, AssetId>>) -> Self {
        Self {
            files,
            assets,
            used: RefCell::default(),
        }
    }

    /// The stored file of this name; a stand-in while nothing is stored yet.
    pub(super) fn find(&self, name: &str) -> Option<AssetId> {
        if !name.starts_with("media/") || !self.files.has(name) {
            return None;
        }
        self.used.borrow_mut().insert(name.to_owned());
        match self.assets {
            Some(assets) => assets.get(name).copied(),
            None => Some(AssetId::from_raw(1)),
        }
    }

    /// The names that were asked for and are there.
    pub(super) fn used(&self) -> BTreeSet<String> {
        self.used.borrow().clone()
    }
}

/// HTML of a package, whose figures name files, as HTML whose figures name stored files; and the
/// names of files that are not there.
pub(super) fn with_assets(html: &str, find: &dyn Fn(&str) -> Option<AssetId>) -> (String, Vec<String>) {
    let missing = RefCell::new(Vec::new());
    let html = body::map_assets(html, &|name| match find(name) {
        Some(asset) => Some(asset.to_string()),
        None => {
            missing.borrow_mut().push(name.to_owned());
            None
        }
    });
    (html, missing.into_inner())
}
