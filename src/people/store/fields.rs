//! Fields that the admin defines, and their values.

use crate::{
    kernel::{
        error::{Error, Result},
        id::{FieldId, UserId},
        text::{FieldKey, Label},
    },
    people::model::{Field, FieldKind},
    platform::db::{OnConflict as _, Read, Tx},
};

/// Every field, in the order in which it is shown.
///
/// # Errors
/// A database fault.
pub fn list_fields(read: &Read<'_>) -> Result<Vec<Field>> {
    let rows = read.list(
        "SELECT id, key, label, kind, choices, is_visible, is_editable, is_required FROM user_fields ORDER BY position, id",
        [],
        |row| {
            let field = Field {
                id: row.get(0)?,
                key: row.get(1)?,
                label: row.get(2)?,
                kind: row.get(3)?,
                choices: Vec::new(),
                is_visible: row.get(5)?,
                is_editable: row.get(6)?,
                is_required: row.get(7)?,
            };
            Ok((field, row.get::<_, String>(4)?))
        },
    )?;
    rows.into_iter()
        .map(|(field, choices)| {
            let choices = serde_json::from_str(&choices).map_err(Error::internal)?;
            Ok(Field { choices, ..field })
        })
        .collect()
}

/// Adds a field, shown after those that are there.
///
/// # Errors
/// `Conflict` `field.key_taken`, or a database fault.
pub fn insert_field(tx: &Tx<'_>, key: &FieldKey, label: &Label, kind: FieldKind, choices: &[String]) -> Result<FieldId> {
    let id: FieldId = tx.new_id();
    let choices = serde_json::to_string(choices).map_err(Error::internal)?;
    tx.execute(
        "INSERT INTO user_fields (id, key, label, kind, choices, position, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, (SELECT coalesce(max(position), 0) + 1 FROM user_fields), ?6)",
        (id, key, label, kind, choices, tx.now()),
    )
    .on_conflict("field.key_taken", "There is a field with this name already.")?;
    Ok(id)
}

/// Changes a field's name for people, its choices, and whether the person sees it, changes it, and
/// needs it.
pub(in crate::people) fn update_field(
    tx: &Tx<'_>,
    id: FieldId,
    label: &str,
    choices: &[String],
    [visible, editable, required]: [bool; 3],
) -> Result<()> {
    let choices = serde_json::to_string(choices).map_err(Error::internal)?;
    tx.execute(
        "UPDATE user_fields SET label = ?2, choices = ?3, is_visible = ?4, is_editable = ?5, is_required = ?6 WHERE id = ?1",
        (id, label, choices, visible, editable, required),
    )?;
    Ok(())
}

/// Deletes a field with everything it says.
pub(in crate::people) fn delete_field(tx: &Tx<'_>, id: FieldId) -> Result<()> {
    tx.execute("DELETE FROM user_fields WHERE id = ?1", [id])?;
    Ok(())
}

/// What is known of a person, field by field.
///
/// # Errors
/// A database fault.
pub fn list_values(read: &Read<'_>, user: UserId) -> Result<Vec<(FieldId, String)>> {
    read.list("SELECT field_id, value FROM user_field_values WHERE user_id = ?1", [user], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Keeps a value, which [`Field::parse`] gave, or removes it.
///
/// # Errors
/// A database fault.
pub fn set_value(tx: &Tx<'_>, user: UserId, field: FieldId, value: Option<&str>) -> Result<()> {
    match value {
        Some(value) => tx.execute(
            "INSERT INTO user_field_values (user_id, field_id, value) VALUES (?1, ?2, ?3)
             ON CONFLICT (user_id, field_id) DO UPDATE SET value = excluded.value",
            (user, field, value),
        )?,
        None => tx.execute("DELETE FROM user_field_values WHERE user_id = ?1 AND field_id = ?2", (user, field))?,
    };
    Ok(())
}
