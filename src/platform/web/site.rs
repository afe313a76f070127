//! Puts everything around the slices' routes: the web app, the document, health, the layers.

use std::sync::{Arc, atomic::AtomicU64};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware,
    response::{IntoResponse as _, Response},
    routing::get,
};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, Predicate, predicate::SizeAbove},
};
use utoipa::openapi::OpenApi;

use super::{
    address,
    credential::has_session_cookie,
    docs, etag,
    guard::Web,
    headers::{Policies, is_kind},
    health,
    layers::{self, Edge},
    scrape, share,
    spa::{self, Spa},
};
use crate::{
    kernel::{
        actor::Actor,
        error::{Error, Result},
    },
    platform::{
        branding::Branding,
        crypto::{hex, token_hash},
        embeds::EmbedSettings,
        module::HeadOf,
        settings,
    },
};

/// Bytes below which compressing costs more than it saves.
const WORTH_COMPRESSING: u64 = 1024;

/// The side of the icon that stands in for a page's picture in previews of links, in pixels.
const PREVIEW_SIDE: u32 = 512;

/// Every route of the house, ready to be served.
///
/// # Errors
/// When the document cannot be written or the web app's files cannot be laid out.
pub fn build(
    slices: Router<Web>,
    document: &OpenApi,
    ready: Vec<(&'static str, health::Ready)>,
    heads: Vec<(&'static str, HeadOf)>,
    web: &Web,
) -> Result<Router> {
    let platform = web.platform();
    let spa = Spa::load()?;
    let edge = Arc::new(Edge {
        server: platform.config.server.clone(),
        limits: platform.config.limits.clone(),
        throttle: web.throttle().clone(),
        policies: Policies::of(&spa.shell(), platform.config.tls.hsts_seconds)?,
        room: tokio::sync::Semaphore::new(platform.config.limits.requests),
        clock: platform.clock.clone(),
        platform: platform.clone(),
        // The low half is chance enough to tell two starts apart.
        start: platform.chance.next_u64() as u32,
        count: AtomicU64::new(0),
    });
    let policies = edge.policies.clone();
    let contract = Page::new(serde_json::to_string(document).map_err(Error::internal)?, "application/json")?;
    let value = serde_json::to_value(document).map_err(Error::internal)?;
    let manual = Page::new(docs::page(&value), "text/html; charset=utf-8")?;
    let style = Page::new(docs::STYLE.to_owned(), "text/css; charset=utf-8")?;
    let body_limit = DefaultBodyLimit::max(platform.config.limits.body_bytes);
    let routed = slices
        .method_not_allowed_fallback(|| async { StatusCode::METHOD_NOT_ALLOWED })
        .with_state(web.clone())
        .route("/healthz", get(health::healthz))
        .route(scrape::PATH, get(scrape::beside).with_state(web.clone()))
        .route("/readyz", get(health::readyz).with_state((web.clone(), Arc::new(ready))))
        .route("/api/openapi.json", get(page).with_state(contract))
        .route("/api/docs", get(page).with_state(manual))
        .route("/api/docs.css", get(page).with_state(style))
        .fallback_service(get(nowhere).fallback(nowhere).with_state(Nowhere {
            spa,
            heads: heads.into(),
            policies,
            web: web.clone(),
        }));
    Ok(routed
        .layer(body_limit)
        .layer(compression())
        .layer(middleware::from_fn_with_state(edge, layers::pass)))
}

/// What no route took: an operation that does not exist, or the web app.
async fn nowhere(State(state): State<Nowhere>, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return spa::no_such_operation();
    }
    // Programs that show previews of links have no session; people who have one get the shell as it is.
    let may_be_program = matches!(*request.method(), Method::GET | Method::HEAD) && !has_session_cookie(request.headers());
    let special = if may_be_program {
        state.special(path, request.headers()).await
    } else {
        None
    };
    let mut response = special.unwrap_or_else(|| state.spa.answer(request.method(), path, request.headers()));
    state.frame(response.headers_mut()).await;
    response
}

/// What answers where no route does.
#[derive(Clone)]
struct Nowhere {
    spa: Spa,
    heads: Arc<[(&'static str, HeadOf)]>,
    policies: Policies,
    web: Web,
}

impl Nowhere {
    /// Says whose content a page may frame. Where nobody can tell, nobody's.
    async fn frame(&self, headers: &mut HeaderMap) {
        if !is_kind(headers, b"text/html") {
            return;
        }
        let reader = self.web.database().acting_as(Actor::Anonymous);
        if let Ok(sites) = reader.read("web.frames", settings::get::<EmbedSettings>).await {
            self.policies.frame(&sites, headers);
        }
    }

    /// The page with a head of its own, for those who show previews of links. A head that cannot be
    /// made is no reason to refuse the page.
    async fn special(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let (_, head_of) = *self.heads.iter().find(|(start, _)| path.starts_with(start))?;
        let reader = self.web.database().acting_as(Actor::Anonymous);
        let (asked, platform) = (path.to_owned(), self.web.platform().clone());
        let found = reader.read("web.head", move |read| {
            let head = head_of(read, &asked)?;
            let Some(head) = head else { return Ok(None) };
            let brand = settings::get::<Branding>(read)?;
            let public = address::public_url(read, &platform.config)?;
            Ok(Some(share::tags(
                &head,
                brand.organisation.name.as_str(),
                &public,
                brand.icon_url(PREVIEW_SIDE).as_deref(),
            )))
        });
        let tags = found.await.ok().flatten()?;
        self.spa.with_head(path, &tags, headers)
    }
}

/// A text that was made at start.
#[derive(Clone)]
struct Page {
    text: axum::body::Bytes,
    kind: &'static str,
    tag: HeaderValue,
}

impl Page {
    fn new(text: String, kind: &'static str) -> Result<Self> {
        let tag = format!("\"{}\"", &hex(&token_hash(&text))[..32]);
        Ok(Self {
            tag: HeaderValue::from_str(&tag).map_err(Error::internal)?,
            text: text.into(),
            kind,
        })
    }
}

async fn page(State(page): State<Page>, headers: HeaderMap) -> Response {
    let own = [
        (header::ETAG, page.tag.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    if etag::is_known(&headers, &page.tag) {
        return (StatusCode::NOT_MODIFIED, own, [(header::CONTENT_TYPE, page.kind)]).into_response();
    }
    (own, [(header::CONTENT_TYPE, page.kind)], page.text).into_response()
}

/// JSON and text are compressed on the way, quickly; media, ranges and live streams never.
fn compression() -> CompressionLayer<impl Predicate> {
    let is_worth = SizeAbove::new(WORTH_COMPRESSING).and(
        |status: StatusCode, _: axum::http::Version, headers: &HeaderMap, _: &axum::http::Extensions| {
            let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
            let is_text = [
                &b"application/json"[..],
                b"application/problem+json",
                b"text/html",
                b"text/css",
                b"text/plain",
                b"text/markdown",
                b"text/csv",
            ]
            .iter()
            .any(|text| kind.starts_with(text));
            is_text && status != StatusCode::PARTIAL_CONTENT && !headers.contains_key(header::CONTENT_RANGE)
        },
    );
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .no_br()
        .no_deflate()
        .compress_when(is_worth)
}
