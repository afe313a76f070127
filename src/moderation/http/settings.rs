//! What the instance asks of courses before they are published.

use axum::Json;

use crate::{
    courses::PublishPolicy,
    kernel::error::Result,
    moderation::policy::SetPolicy,
    platform::{
        settings::{Section as _, get, put},
        web::{extract::Body, guard::Guard},
    },
};

/// What is asked of courses before they are published.
#[utoipa::path(get, path = "/admin/settings/moderation", tag = "moderation", responses((status = 200, body = PublishPolicy)))]
pub(in crate::moderation) async fn get_moderation_settings(g: Guard<SetPolicy>) -> Result<Json<PublishPolicy>> {
    g.db.read("moderation.settings", get::<PublishPolicy>).await.map(Json)
}

/// Changes what is asked of courses before they are published.
#[utoipa::path(put, path = "/admin/settings/moderation", tag = "moderation", request_body = PublishPolicy,
    responses((status = 200, body = PublishPolicy)))]
pub(in crate::moderation) async fn put_moderation_settings(
    g: Guard<SetPolicy>,
    Body(section): Body<PublishPolicy>,
) -> Result<Json<PublishPolicy>> {
    let changed = g.db.write("moderation.put_settings", move |tx| {
        let section = section.checked()?;
        put(tx, &section)?;
        Ok(section)
    });
    changed.await.map(Json)
}
