//! The embedded web app: files as they are, and one page for every address that is none.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::{ahead::Ahead, etag, problem::Problem};
use crate::{
    kernel::error::{Error, Result},
    platform::crypto::{hex, token_hash},
};

#[derive(RustEmbed)]
#[folder = "web/build/"]
#[exclude = "*.gz"]
#[exclude = "*.zst"]
struct Files;

/// The page that every unknown address answers: the app finds out what it means.
const SHELL: &str = "200.html";
/// What each address wants first: not served.
const AHEAD: &str = "ahead.json";
/// Files whose names hold their hash: they never change.
const IMMUTABLE: &str = "_app/immutable/";

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// One way to send a file.
struct Form {
    bytes: Cow<'static, [u8]>,
    tag: HeaderValue,
}

struct File {
    kind: HeaderValue,
    cache: HeaderValue,
    plain: Form,
    brotli: Option<Form>,
}

/// Every file of the web app with its headers.
#[derive(Clone)]
pub(super) struct Spa(Arc<Laid>);

struct Laid {
    files: HashMap<String, File>,
    ahead: Ahead,
}

impl Spa {
    /// Lays out what is embedded.
    ///
    /// # Errors
    /// Never for what builds contain.
    pub(super) fn load() -> Result<Self> {
        let mut files = HashMap::new();
        for name in Files::iter().filter(|name| !name.ends_with(".br") && name != AHEAD) {
            let Some(plain) = Files::get(&name) else { continue };
            let file = File {
                kind: kind(&plain)?,
                cache: if name.starts_with(IMMUTABLE) { FOR_EVER } else { ASK_AGAIN },
                plain: form(plain, "")?,
                brotli: Files::get(&format!("{name}.br")).map(|file| form(file, "-br")).transpose()?,
            };
            files.insert(name.into_owned(), file);
        }
        let ahead = Files::get(AHEAD)
            .map(|file| Ahead::read(&file.data))
            .transpose()?
            .unwrap_or_default();
        Ok(Self(Arc::new(Laid { files, ahead })))
    }

    /// The page, for the hashes of its scripts.
    #[must_use]
    pub(super) fn shell(&self) -> Cow<'_, str> {
        self.0
            .files
            .get(SHELL)
            .map_or(Cow::Borrowed(""), |file| String::from_utf8_lossy(&file.plain.bytes))
    }

    /// The page with these tags in its head; `None` while no web app is embedded. Its policy is the
    /// page's own, for tags without scripts and styles change no hash.
    #[must_use]
    pub(super) fn with_head(&self, path: &str, tags: &str, asked: &HeaderMap) -> Option<Response> {
        let shell = self.shell();
        let (head, rest) = shell.split_once("</head>")?;
        let page = format!("{head}{tags}</head>{rest}");
        let tag = HeaderValue::from_str(&format!("\"{}\"", &hex(&token_hash(&page))[..32])).ok()?;
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CACHE_CONTROL, ASK_AGAIN),
            (header::ETAG, tag),
        ];
        let mut response = if etag::is_known(asked, &headers[2].1) {
            (StatusCode::NOT_MODIFIED, headers).into_response()
        } else {
            (headers, page).into_response()
        };
        self.0.ahead.add(path, asked, response.headers_mut());
        Some(response)
    }

    /// Answers a request that no route took.
    #[must_use]
    pub(super) fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
        }
        let name = path.trim_start_matches('/');
        let last = name.rsplit('/').next().unwrap_or_default();
        if let Some(file) = self.0.files.get(name) {
            return file.answer(headers);
        }
        // A missing file is missing: a page in its place would be run as a script or cached.
        let is_file = last.contains('.') || name.starts_with("_app/");
        match self.0.files.get(SHELL).filter(|_| !is_file) {
            Some(shell) => {
                let mut response = shell.answer(headers);
                self.0.ahead.add(path, headers, response.headers_mut());
                response
            }
            None => (
                StatusCode::NOT_FOUND,
                [(header::CACHE_CONTROL, ASK_AGAIN)],
                "There is nothing here.\n",
            )
                .into_response(),
        }
    }
}

impl File {
    fn answer(&self, asked: &HeaderMap) -> Response {
        let form = self.brotli.as_ref().filter(|_| takes_brotli(asked)).unwrap_or(&self.plain);
        let mut response = if etag::is_known(asked, &form.tag) {
            // Its kind decides which policy goes with it, and a browser takes the newest policy.
            (StatusCode::NOT_MODIFIED, [(header::CONTENT_TYPE, self.kind.clone())]).into_response()
        } else {
            let body = match &form.bytes {
                Cow::Borrowed(bytes) => Body::from(*bytes),
                Cow::Owned(bytes) => Body::from(bytes.clone()),
            };
            let mut response = Response::new(body);
            response.headers_mut().insert(header::CONTENT_TYPE, self.kind.clone());
            response
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, self.cache.clone());
        headers.insert(header::ETAG, form.tag.clone());
        if let Some(brotli) = &self.brotli {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
            if std::ptr::eq(form, brotli) {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
            }
        }
        response
    }
}

fn form(file: EmbeddedFile, ending: &str) -> Result<Form> {
    let hash = hex(&file.metadata.sha256_hash());
    Ok(Form {
        tag: HeaderValue::from_str(&format!("\"{}{ending}\"", &hash[..32])).map_err(Error::internal)?,
        bytes: file.data,
    })
}

fn kind(file: &EmbeddedFile) -> Result<HeaderValue> {
    let mime = file.metadata.mimetype();
    let is_text = mime.starts_with("text/") || matches!(mime, "application/javascript" | "application/json" | "image/svg+xml");
    let text = if is_text {
        format!("{mime}; charset=utf-8")
    } else {
        mime.to_owned()
    };
    HeaderValue::from_str(&text).map_err(Error::internal)
}

/// Whether the client takes brotli (RFC 9110, 12.5.3).
fn takes_brotli(asked: &HeaderMap) -> bool {
    let values = asked
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values.flat_map(|text| text.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight
            .trim()
            .strip_prefix("q=")
            .and_then(|q| q.parse::<f32>().ok())
            .is_some_and(|q| q <= 0.0);
        name.trim() == "br" && !refused
    })
}

/// What stands for addresses under `/api` that are none.
#[must_use]
pub(super) fn no_such_operation() -> Response {
    Problem::new(StatusCode::NOT_FOUND, "operation.not_found", "The API has no such operation.").into_response()
}
