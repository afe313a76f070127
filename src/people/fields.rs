//! Fields that the admin defines: made, changed, deleted, filled in.

use serde_json::json;

use super::{
    model::{Field, FieldKind},
    policy::ManageFields,
    store,
};
use crate::{
    kernel::{
        error::{Error, Fields, Result, TextError},
        event::Event,
        id::{FieldId, UserId},
        text::{FieldKey, Label},
    },
    platform::{audit, db::Tx},
};

/// Fields that one instance may have.
const MOST_FIELDS: usize = 100;
/// Words to choose from.
const MOST_CHOICES: usize = 200;

/// What a field becomes.
#[derive(Debug, Clone)]
pub(super) struct FieldShape {
    pub(super) key: FieldKey,
    pub(super) label: Label,
    pub(super) kind: FieldKind,
    pub(super) choices: Vec<String>,
    pub(super) is_visible: bool,
    pub(super) is_editable: bool,
    pub(super) is_required: bool,
}

impl FieldShape {
    fn choices(&self, kind: FieldKind) -> Result<Vec<String>> {
        if kind != FieldKind::Choice {
            return Ok(Vec::new());
        }
        let mut choices: Vec<String> = self
            .choices
            .iter()
            .map(|word| word.trim().to_owned())
            .filter(|word| !word.is_empty())
            .collect();
        choices.dedup();
        if choices.is_empty() || choices.len() > MOST_CHOICES || choices.iter().any(|word| word.chars().count() > 100) {
            return Err(Error::field(
                "choices",
                "field.choices",
                "Give 1 to 200 words to choose from, each at most 100 characters.",
            ));
        }
        Ok(choices)
    }
}

/// Defines a field.
pub(super) fn create(tx: &Tx<'_>, _: &ManageFields, shape: &FieldShape) -> Result<Field> {
    if store::list_fields(tx)?.len() >= MOST_FIELDS {
        return Err(Error::conflict("field.too_many", "There are 100 fields already. Delete one first."));
    }
    let choices = shape.choices(shape.kind)?;
    let id = store::insert_field(tx, &shape.key, &shape.label, shape.kind, &choices)?;
    store::update_field(
        tx,
        id,
        shape.label.as_str(),
        &choices,
        [shape.is_visible, shape.is_editable, shape.is_required],
    )?;
    audit::record(
        tx,
        "people.create_field",
        &id.to_string(),
        None::<&()>,
        Some(&json!({ "key": shape.key.as_str(), "kind": shape.kind })),
    )?;
    get(tx, id)
}

fn get(tx: &Tx<'_>, id: FieldId) -> Result<Field> {
    let all = store::list_fields(tx)?;
    all.into_iter().find(|field| field.id == id).ok_or(Error::NotFound("field"))
}

/// Changes a field. Its key and what it holds stay.
pub(super) fn update(tx: &Tx<'_>, _: &ManageFields, id: FieldId, shape: &FieldShape) -> Result<Field> {
    let before = get(tx, id)?;
    let choices = shape.choices(before.kind)?;
    store::update_field(
        tx,
        id,
        shape.label.as_str(),
        &choices,
        [shape.is_visible, shape.is_editable, shape.is_required],
    )?;
    let after = get(tx, id)?;
    audit::record(tx, "people.change_field", &id.to_string(), Some(&before), Some(&after))?;
    Ok(after)
}

/// Deletes a field with everything it says about people.
pub(super) fn delete(tx: &Tx<'_>, _: &ManageFields, id: FieldId) -> Result<()> {
    let before = get(tx, id)?;
    if store::list_rules(tx)?.iter().any(|(_, rule)| rule.uses(id)) {
        return Err(Error::conflict(
            "field.in_use",
            "A group's rule looks at this field. Change the rule first.",
        ));
    }
    store::delete_field(tx, id)?;
    audit::record(tx, "people.delete_field", &id.to_string(), Some(&before), None::<&()>)
}

/// Changes what fields say about somebody; by himself only where he may.
pub(super) fn set_values(tx: &Tx<'_>, user: UserId, changes: Vec<(FieldId, Option<String>)>, is_admin: bool) -> Result<()> {
    store::get_user(tx, user)?;
    let (all, mut faults) = (store::list_fields(tx)?, Fields::default());
    for (id, value) in changes {
        let found = all.iter().find(|field| field.id == id && (is_admin || field.is_visible));
        let Some(field) = found else { return Err(Error::NotFound("field")) };
        if !is_admin && !field.is_editable {
            return Err(Error::Denied("field"));
        }
        let value = value.filter(|text| !text.trim().is_empty());
        match value.map(|text| field.parse(&text)).transpose() {
            Ok(value) => store::set_value(tx, user, id, value.as_deref())?,
            Err(error) => faults.push(field.key.as_str(), TextError::new(error.code, error.message)),
        }
    }
    faults.finish()?;
    super::actions::recount_completion(tx, user)?;
    tx.tell(&Event::UserProfileChanged { user })
}
