//! Sections of settings without knowing their types: what holds, what was, who made it so.

use std::collections::BTreeMap;

use serde_json::Value;

use super::names_of;
use crate::{
    admin::{model::LegalSettings, policy::OneSection, store},
    kernel::{
        error::{Error, Result},
        id::SettingId,
        time::Timestamp,
    },
    platform::{
        Platform,
        db::{Read, Tx},
        settings::{self, AllSections, Past, Section as _, SectionKind, Seen},
    },
};

/// States that are looked through for who changed what.
const LOOKED: u32 = 100;

/// Who made something so, and when.
#[derive(Debug, Clone)]
pub(in crate::admin) struct Touch {
    pub(in crate::admin) at: Timestamp,
    pub(in crate::admin) by: String,
    pub(in crate::admin) by_name: Option<String>,
}

/// A section as it stands.
pub(in crate::admin) struct Stand {
    pub(in crate::admin) kind: SectionKind,
    pub(in crate::admin) value: Value,
    pub(in crate::admin) usual: Value,
    pub(in crate::admin) version: Option<SettingId>,
    /// The last change of each field, by its dotted path.
    pub(in crate::admin) fields: BTreeMap<String, Touch>,
}

/// An earlier state of a section.
pub(in crate::admin) struct Earlier {
    pub(in crate::admin) version: SettingId,
    pub(in crate::admin) touch: Touch,
    pub(in crate::admin) value: Value,
    /// The fields in which it differs from the state before it.
    pub(in crate::admin) changed: Vec<String>,
}

fn kinds(platform: &Platform) -> Vec<SectionKind> {
    let all = platform.services.find::<AllSections>();
    all.map(|all| all.0.clone()).unwrap_or_default()
}

/// Every section, by name.
pub(in crate::admin) fn all(read: &Read<'_>, platform: &Platform) -> Result<Vec<Stand>> {
    let mut stands: Vec<Stand> = kinds(platform).into_iter().map(|kind| stand(read, kind)).collect::<Result<_>>()?;
    stands.sort_by_key(|stand| stand.kind.name);
    Ok(stands)
}

fn find(platform: &Platform, name: &str) -> Result<SectionKind> {
    kinds(platform)
        .into_iter()
        .find(|kind| kind.name == name)
        .ok_or(Error::NotFound("section"))
}

fn stand(read: &Read<'_>, kind: SectionKind) -> Result<Stand> {
    let usual = kind.default()?;
    let standing = settings::standing(read, kind.name)?;
    let value = standing
        .as_ref()
        .map_or_else(|| Ok(usual.clone()), |standing| kind.shown(&standing.body))?;
    let mut fields = BTreeMap::new();
    for earlier in states(read, kind, LOOKED)? {
        for field in &earlier.changed {
            fields.entry(field.clone()).or_insert_with(|| earlier.touch.clone());
        }
    }
    Ok(Stand {
        kind,
        value,
        usual,
        version: standing.map(|standing| standing.version),
        fields,
    })
}

/// The states that a section was in, newest first.
pub(in crate::admin) fn history(read: &Read<'_>, platform: &Platform, can: &OneSection) -> Result<Vec<Earlier>> {
    states(read, find(platform, &can.section)?, LOOKED)
}

fn states(read: &Read<'_>, kind: SectionKind, limit: u32) -> Result<Vec<Earlier>> {
    let past = settings::history(read, kind.name, limit)?;
    let names = names_of(read, past.iter().map(|state| state.by.as_str()))?;
    // What an older version wrote and this one cannot read tells at least who and when.
    let shown = |state: &Past| kind.shown(&state.body).unwrap_or(Value::Null);
    let values: Vec<Value> = past.iter().map(shown).collect();
    let usual = kind.default()?;
    let earlier = past.into_iter().enumerate().map(|(n, state)| {
        let value = values.get(n).cloned().unwrap_or_default();
        Earlier {
            changed: differing(values.get(n + 1).unwrap_or(&usual), &value),
            touch: Touch {
                at: state.at,
                by_name: names.get(&state.by).cloned(),
                by: state.by,
            },
            version: state.version,
            value,
        }
    });
    Ok(earlier.collect())
}

/// The dotted paths at which two states differ, two levels deep.
fn differing(before: &Value, after: &Value) -> Vec<String> {
    fn walk(path: &str, depth: u8, before: &Value, after: &Value, found: &mut Vec<String>) {
        match (before, after) {
            (Value::Object(old), Value::Object(new)) if depth > 0 => {
                let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
                keys.sort();
                keys.dedup();
                for key in keys {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    let side = |side: &serde_json::Map<String, Value>| side.get(key).cloned().unwrap_or_default();
                    walk(&path, depth - 1, &side(old), &side(new), found);
                }
            }
            (old, new) if old != new => found.push(path.to_owned()),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk("", 2, before, after, &mut found);
    found
}

/// Replaces a section, unless somebody was faster.
pub(in crate::admin) fn put(tx: &Tx<'_>, platform: &Platform, can: &OneSection, value: Value, seen: Option<Seen>) -> Result<Stand> {
    let kind = find(platform, &can.section)?;
    settings::expect(tx, kind.name, seen)?;
    kind.put(tx, value)?;
    if kind.name == LegalSettings::NAME {
        store::replace_wanted(tx, &settings::get::<LegalSettings>(tx)?.asked())?;
    }
    stand(tx, kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_is_named_two_levels_deep() {
        let before = json!({ "a": 1, "b": { "c": [1], "d": 2 }, "e": null });
        let after = json!({ "a": 1, "b": { "c": [2], "d": 2 }, "f": true });
        assert_eq!(differing(&before, &after), ["b.c", "f"]);
        assert!(differing(&after, &after).is_empty());
    }
}
