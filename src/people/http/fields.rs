//! Fields that the admin defines, and what they say about people.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    kernel::{
        error::Result,
        id::{FieldId, UserId},
        text::{FieldKey, Label},
    },
    people::{
        fields::{self, FieldShape},
        model::{Field, FieldKind},
        policy::{ManageFields, ManageUser, OneField},
        store,
    },
    platform::{
        db::Read,
        web::{
            extract::{Body, created},
            guard::{Guard, SignedIn},
        },
    },
};

/// A field that the admin defined.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FieldOut {
    /// Its id.
    id: FieldId,
    /// Its lasting name, for files and programs.
    key: String,
    /// Its name for people.
    label: Label,
    /// What it holds.
    kind: FieldKind,
    /// The words to choose from; empty unless it is a choice.
    choices: Vec<String>,
    /// Whether the person sees it.
    is_visible: bool,
    /// Whether the person may change it.
    is_editable: bool,
    /// Whether it counts towards a complete profile.
    is_required: bool,
}

impl From<Field> for FieldOut {
    fn from(field: Field) -> Self {
        Self {
            id: field.id,
            key: field.key.to_string(),
            label: field.label,
            kind: field.kind,
            choices: field.choices,
            is_visible: field.is_visible,
            is_editable: field.is_editable,
            is_required: field.is_required,
        }
    }
}

/// A field as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldIn {
    /// Its lasting name: small letters, digits and underscores. Only counts when it is made.
    #[schema(value_type = String, max_length = 40)]
    key: FieldKey,
    /// Its name for people.
    label: Label,
    /// What it holds. Only counts when it is made.
    kind: FieldKind,
    /// The words to choose from, for a choice.
    #[serde(default)]
    choices: Vec<String>,
    /// Whether the person sees it.
    #[serde(default)]
    is_visible: bool,
    /// Whether the person may change it; then he sees it, too.
    #[serde(default)]
    is_editable: bool,
    /// Whether it counts towards a complete profile; then he may change it.
    #[serde(default)]
    is_required: bool,
}

impl From<FieldIn> for FieldShape {
    fn from(body: FieldIn) -> Self {
        Self {
            key: body.key,
            label: body.label,
            kind: body.kind,
            choices: body.choices,
            is_visible: body.is_visible || body.is_editable || body.is_required,
            is_editable: body.is_editable || body.is_required,
            is_required: body.is_required,
        }
    }
}

/// Every field, in the order in which they are shown.
#[utoipa::path(get, path = "/user-fields", tag = "people", responses((status = 200, body = Vec<FieldOut>)))]
pub(super) async fn list_fields(g: Guard<ManageFields>) -> Result<Json<Vec<FieldOut>>> {
    let all = g.db.read("people.fields", store::list_fields).await?;
    Ok(Json(all.into_iter().map(FieldOut::from).collect()))
}

/// Defines a field.
#[utoipa::path(post, path = "/user-fields", tag = "people", request_body = FieldIn, responses((status = 201, body = FieldOut), (status = 409, description = "`field.key_taken`.")))]
pub(super) async fn create_field(g: Guard<ManageFields>, Body(body): Body<FieldIn>) -> Result<(StatusCode, Json<FieldOut>)> {
    let (can, shape) = (g.can, body.into());
    let field =
        g.db.write("people.create_field", move |tx| fields::create(tx, &can, &shape))
            .await?;
    Ok(created(field.into()))
}

/// Changes a field: its name for people, its choices, who sees and changes it.
#[utoipa::path(put, path = "/user-fields/{field}", tag = "people", params(("field" = FieldId, Path)), request_body = FieldIn, responses((status = 200, body = FieldOut)))]
pub(super) async fn update_field(g: Guard<OneField>, Body(body): Body<FieldIn>) -> Result<Json<FieldOut>> {
    let (can, shape) = (g.can, body.into());
    let field =
        g.db.write("people.change_field", move |tx| fields::update(tx, can.manage(), can.id(), &shape))
            .await?;
    Ok(Json(field.into()))
}

/// Deletes a field with everything it says about people.
#[utoipa::path(delete, path = "/user-fields/{field}", tag = "people", params(("field" = FieldId, Path)), responses((status = 204), (status = 409, description = "`field.in_use`: a group's rule looks at it.")))]
pub(super) async fn delete_field(g: Guard<OneField>) -> Result<StatusCode> {
    let can = g.can;
    g.db.write("people.delete_field", move |tx| fields::delete(tx, can.manage(), can.id()))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a field says about somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FieldValueOut {
    /// The field.
    field: FieldOut,
    /// What it says; null when nothing.
    #[schema(required)]
    value: Option<String>,
}

/// What a field is to say; null for nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldValueIn {
    /// The field.
    field: FieldId,
    /// What it is to say.
    value: Option<String>,
}

fn values(read: &Read<'_>, user: UserId, is_admin: bool) -> Result<Vec<FieldValueOut>> {
    store::get_user(read, user)?;
    let values = store::list_values(read, user)?;
    let all = store::list_fields(read)?.into_iter().filter(|field| is_admin || field.is_visible);
    let all = all.map(|field| FieldValueOut {
        value: values.iter().find(|(id, _)| *id == field.id).map(|(_, value)| value.clone()),
        field: field.into(),
    });
    Ok(all.collect())
}

/// What the fields say about somebody, for admins.
#[utoipa::path(get, path = "/users/{user}/fields", tag = "people", params(("user" = UserId, Path)), responses((status = 200, body = Vec<FieldValueOut>)))]
pub(super) async fn list_user_fields(g: Guard<ManageUser>) -> Result<Json<Vec<FieldValueOut>>> {
    let user = g.can.user();
    Ok(Json(g.db.read("people.user_fields", move |read| values(read, user, true)).await?))
}

/// Changes what the fields say about somebody: fields that are not named stay.
#[utoipa::path(patch, path = "/users/{user}/fields", tag = "people", params(("user" = UserId, Path)), request_body = Vec<FieldValueIn>, responses((status = 200, body = Vec<FieldValueOut>)))]
pub(super) async fn update_user_fields(g: Guard<ManageUser>, Body(body): Body<Vec<FieldValueIn>>) -> Result<Json<Vec<FieldValueOut>>> {
    let user = g.can.user();
    let changes = body.into_iter().map(|one| (one.field, one.value)).collect();
    let deed = g.db.write("people.set_fields", move |tx| {
        fields::set_values(tx, user, changes, true)?;
        values(tx, user, true)
    });
    Ok(Json(deed.await?))
}

/// What the fields say about oneself, as far as one may see it.
#[utoipa::path(get, path = "/me/fields", tag = "people", responses((status = 200, body = Vec<FieldValueOut>)))]
pub(super) async fn list_my_fields(g: Guard<SignedIn>) -> Result<Json<Vec<FieldValueOut>>> {
    let user = g.can.user();
    Ok(Json(g.db.read("people.my_fields", move |read| values(read, user, false)).await?))
}

/// Changes what the fields say about oneself, as far as one may.
#[utoipa::path(patch, path = "/me/fields", tag = "people", request_body = Vec<FieldValueIn>, responses((status = 200, body = Vec<FieldValueOut>)))]
pub(super) async fn update_my_fields(g: Guard<SignedIn>, Body(body): Body<Vec<FieldValueIn>>) -> Result<Json<Vec<FieldValueOut>>> {
    let user = g.can.user();
    let changes = body.into_iter().map(|one| (one.field, one.value)).collect();
    let deed = g.db.write("people.set_my_fields", move |tx| {
        fields::set_values(tx, user, changes, false)?;
        values(tx, user, false)
    });
    Ok(Json(deed.await?))
}
