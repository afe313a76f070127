//! Operations over webhooks and their calls.

mod calls;
mod hooks;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::platform::web::guard::Web;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(hooks::list_webhooks, hooks::create_webhook))
        .routes(routes!(hooks::update_webhook, hooks::delete_webhook))
        .routes(routes!(hooks::rotate_webhook_secret))
        .routes(routes!(calls::ping_webhook))
        .routes(routes!(calls::list_webhook_deliveries))
        .routes(routes!(calls::get_webhook_delivery))
        .routes(routes!(calls::replay_webhook_delivery))
}
