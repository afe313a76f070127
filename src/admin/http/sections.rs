//! Sections of settings: what holds, what was, who made it so.

use std::collections::BTreeMap;

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    admin::{
        actions::sections::{self, Earlier, Stand, Touch},
        policy::{OneSection, RunInstance},
    },
    kernel::{error::Result, id::SettingId, time::Timestamp},
    platform::{
        settings::Seen,
        web::{
            extract::{Body, Query},
            guard::Guard,
        },
    },
};

/// Who made something so, and when.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct TouchOut {
    at: Timestamp,
    /// A user's id, `cli` or `system:reason`.
    by: String,
    /// The person's name, when it was a person who still has an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_name: Option<String>,
}

impl From<Touch> for TouchOut {
    fn from(touch: Touch) -> Self {
        Self {
            at: touch.at,
            by: touch.by,
            by_name: touch.by_name,
        }
    }
}

/// A section as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct SectionOut {
    name: String,
    /// Whether it is changed as it is shown; others have operations of their own.
    is_open: bool,
    /// What holds, without secrets.
    value: serde_json::Value,
    /// What holds until an admin says otherwise.
    usual: serde_json::Value,
    /// Give it as `version` when you save, so that two admins notice each other; `default` while
    /// nobody has changed the section.
    version: String,
    /// The last change of each field, by its dotted path.
    fields: BTreeMap<String, TouchOut>,
}

impl From<Stand> for SectionOut {
    fn from(stand: Stand) -> Self {
        Self {
            name: stand.kind.name.into(),
            is_open: stand.kind.is_open,
            value: stand.value,
            usual: stand.usual,
            version: stand.version.map_or_else(|| "default".into(), |version| version.to_string()),
            fields: stand.fields.into_iter().map(|(field, touch)| (field, touch.into())).collect(),
        }
    }
}

/// Every section of settings as it stands, by name.
#[utoipa::path(get, path = "/admin/settings/sections", tag = "admin", responses((status = 200, body = Vec<SectionOut>)))]
pub(in crate::admin) async fn list_sections(g: Guard<RunInstance>) -> Result<Json<Vec<SectionOut>>> {
    let platform = g.platform.clone();
    let all = g.db.read("admin.sections", move |read| sections::all(read, &platform)).await?;
    Ok(Json(all.into_iter().map(Into::into).collect()))
}

/// The state in which a section was seen.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct VersionQuery {
    /// The `version` that was shown. When another holds by now the answer is 409
    /// `settings.changed_meanwhile`; without it nothing is compared.
    #[param(value_type = Option<String>)]
    pub(in crate::admin) version: Option<Seen>,
}

/// What a section is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct SectionIn {
    value: serde_json::Value,
}

/// Replaces a section that is open.
#[utoipa::path(
    put, path = "/admin/settings/sections/{section}", tag = "admin", params(("section" = String, Path), VersionQuery),
    request_body = SectionIn, responses((status = 200, body = SectionOut))
)]
pub(in crate::admin) async fn put_section(
    g: Guard<OneSection>,
    Query(query): Query<VersionQuery>,
    Body(body): Body<SectionIn>,
) -> Result<Json<SectionOut>> {
    let platform = g.platform.clone();
    let put = g.db.write("admin.put_section", move |tx| {
        sections::put(tx, &platform, &g.can, body.value, query.version)
    });
    put.await.map(|stand| Json(stand.into()))
}

/// A state that a section was in.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct EarlierOut {
    version: SettingId,
    #[serde(flatten)]
    touch: TouchOut,
    /// What held, without secrets.
    value: serde_json::Value,
    /// The fields that were changed then, by their dotted paths.
    changed: Vec<String>,
}

impl From<Earlier> for EarlierOut {
    fn from(earlier: Earlier) -> Self {
        Self {
            version: earlier.version,
            touch: earlier.touch.into(),
            value: earlier.value,
            changed: earlier.changed,
        }
    }
}

/// The states that a section was in, newest first, at most 100.
#[utoipa::path(
    get, path = "/admin/settings/sections/{section}/history", tag = "admin", params(("section" = String, Path)),
    responses((status = 200, body = Vec<EarlierOut>))
)]
pub(in crate::admin) async fn list_section_history(g: Guard<OneSection>) -> Result<Json<Vec<EarlierOut>>> {
    let platform = g.platform.clone();
    let all =
        g.db.read("admin.section_history", move |read| sections::history(read, &platform, &g.can));
    Ok(Json(all.await?.into_iter().map(Into::into).collect()))
}
