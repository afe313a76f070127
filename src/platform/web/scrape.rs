//! `/metrics`: on a port of its own, or on the main port for who knows the token, or nowhere.

use std::{io, net::SocketAddr};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use subtle::ConstantTimeEq as _;
use tokio_util::sync::CancellationToken;

use super::{guard::Web, problem::Problem, serve};
use crate::platform::{crypto::token_hash, metrics::Format};

/// Where figures are read.
pub(super) const PATH: &str = "/metrics";

/// Opens the port of `metrics.listen` and serves it until `stop`; its address. Nothing happens
/// when the configuration names none.
///
/// # Errors
/// When the port cannot be opened.
pub async fn open(web: &Web, stop: &CancellationToken) -> io::Result<Option<SocketAddr>> {
    let Some(listen) = web.platform().config.metrics.listen else {
        return Ok(None);
    };
    let refused = |error: io::Error| {
        let said = format!("the port {listen} of metrics.listen cannot be opened: {error}");
        io::Error::new(error.kind(), said)
    };
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(refused)?;
    let address = listener.local_addr()?;
    let router = Router::new().route(PATH, get(alone)).with_state(web.clone());
    let (limits, stop) = (web.platform().config.limits.clone(), stop.clone());
    web.spawn(async move {
        // A scrape under way gets a moment to finish; nobody hurries it.
        let grace = std::time::Duration::from_secs(2);
        serve::serve(listener, router, &limits, &stop, &CancellationToken::new(), grace).await;
    });
    Ok(Some(address))
}

/// On the main port: there only for who has the token, and only without a port of its own.
pub(super) async fn beside(State(web): State<Web>, headers: HeaderMap) -> Response {
    let config = &web.platform().config.metrics;
    if config.listen.is_some() || config.token.is_none() {
        return Problem::new(StatusCode::NOT_FOUND, "page.not_found", "There is nothing here.").into_response();
    }
    alone(State(web), headers).await
}

/// On its own port: for everybody who reaches it, unless a token is asked for.
async fn alone(State(web): State<Web>, headers: HeaderMap) -> Response {
    if !may_read(&web, &headers) {
        let title = "Send the token of `metrics.token` as `Authorization: Bearer …`.";
        let mut refusal = Problem::new(StatusCode::UNAUTHORIZED, "metrics.token_wrong", title).into_response();
        let how = HeaderValue::from_static("Bearer realm=\"metrics\"");
        refusal.headers_mut().insert(header::WWW_AUTHENTICATE, how);
        return refusal;
    }
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let (format, platform) = (Format::wanted(accept), web.platform());
    match platform.metrics.scrape(web.database(), platform, format).await {
        Ok(page) => {
            let own = [(header::CONTENT_TYPE, format.content_type()), (header::CACHE_CONTROL, "no-store")];
            (own, page).into_response()
        }
        Err(error) => error.into_response(),
    }
}

/// Compares digests in constant time: neither the token nor its length shows in the time it takes.
fn may_read(web: &Web, headers: &HeaderMap) -> bool {
    let Some(token) = &web.platform().config.metrics.token else {
        return true;
    };
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    token_hash(given.trim()).ct_eq(&token_hash(token.reveal())).into()
}
