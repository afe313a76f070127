//! The OpenAPI document: what the code says, plus what holds for every operation.

use utoipa::{
    OpenApi as _,
    openapi::{
        Content, Info, OpenApi, Ref, RefOr, Response, Tag,
        path::{Operation, PathItem},
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use super::{
    guard::COOKIE,
    problem::{Problem, ProblemField},
};

/// Errors that any operation may answer: status, name of the shared response, when.
const COMMON: [(&str, &str, &str); 11] = [
    ("400", "Malformed", "The request is malformed."),
    ("401", "Unauthenticated", "Nobody is signed in, or the session has ended."),
    ("403", "Denied", "The account may not do this."),
    ("404", "NotFound", "It does not exist, or not for this account."),
    ("409", "Conflict", "The thing is in a state that forbids this."),
    ("413", "TooLarge", "The body is too large."),
    ("415", "UnsupportedMedia", "The body is of a type that is not understood here."),
    ("422", "Invalid", "Some fields need another value; `fields` says which and why."),
    ("429", "Throttled", "Too many requests; `Retry-After` says when to come back."),
    ("500", "Internal", "A fault on the server's side."),
    ("503", "Unavailable", "The server is busy; `Retry-After` says when to come back."),
];

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(Problem, ProblemField)))]
struct Shared;

/// The empty document that the slices' operations are added to.
#[must_use]
pub fn base() -> OpenApi {
    let mut document = Shared::openapi();
    document.info = Info::new("Momentum", env!("CARGO_PKG_VERSION"));
    document.info.description = Some(
        "The API of a Momentum instance. Everything the web app does, it does through these operations. \
         Times are RFC 3339 in UTC, ids are opaque prefixed strings, lists are `{items, next?}` read with \
         `?cursor=&limit=`, and errors are `application/problem+json` with a stable `code`."
            .into(),
    );
    document
}

/// Adds what holds for every operation: tags, security, the common errors.
pub fn complete(document: &mut OpenApi, tags: &[(&str, &str)]) {
    document.tags = Some(
        tags.iter()
            .map(|(name, about)| {
                let mut tag = Tag::new(*name);
                tag.description = Some((*about).to_owned());
                tag
            })
            .collect(),
    );
    document.security = Some(vec![
        SecurityRequirement::new::<_, [&str; 0], _>("session", []),
        SecurityRequirement::new::<_, [&str; 0], _>("bearer", []),
        SecurityRequirement::default(),
    ]);
    let components = document.components.get_or_insert_default();
    let cookie = ApiKeyValue::with_description(COOKIE, "The session cookie; `__Host-` is put before its name under TLS.");
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    for (_, name, about) in COMMON {
        let mut response = Response::new(about);
        let content = Content::new(Some(Ref::from_schema_name("Problem")));
        response.content.insert("application/problem+json".into(), RefOr::T(content));
        components.responses.insert(name.into(), RefOr::T(response));
    }
    for path in document.paths.paths.values_mut() {
        operations(path).for_each(add_common);
    }
}

/// Every operation of a path.
fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut path.get,
        &mut path.put,
        &mut path.post,
        &mut path.delete,
        &mut path.patch,
        &mut path.head,
        &mut path.options,
    ]
    .into_iter()
    .filter_map(Option::as_mut)
}

fn add_common(operation: &mut Operation) {
    for (status, name, _) in COMMON {
        let shared = RefOr::Ref(Ref::new(format!("#/components/responses/{name}")));
        let response = operation.responses.responses.entry(status.into()).or_insert(shared);
        // An operation that says when it answers so need not repeat how.
        if let RefOr::T(own) = response
            && own.content.is_empty()
        {
            let content = Content::new(Some(Ref::from_schema_name("Problem")));
            own.content.insert("application/problem+json".into(), RefOr::T(content));
        }
    }
}
