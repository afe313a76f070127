//! Into which area of API tokens each part of the API falls.

use utoipa::openapi::OpenApi;

use crate::{kernel::scope::Area, platform::web::scopes::Scopes};

/// By tag. What is not named here no token reaches: the ways in above all, or a token could make
/// itself another one that goes further.
const AREAS: [(&str, Area); 11] = [
    ("courses", Area::Courses),
    ("media", Area::Courses),
    ("search", Area::Courses),
    ("moderation", Area::Courses),
    ("people", Area::People),
    ("groups", Area::People),
    ("enrolments", Area::Enrolments),
    ("progress", Area::Enrolments),
    ("notes", Area::Enrolments),
    ("admin", Area::Admin),
    ("webhooks", Area::Admin),
];

/// What each operation of the document wants of a token.
pub(super) fn of(document: &OpenApi) -> Scopes {
    Scopes::of(document, |tag| AREAS.iter().find(|(name, _)| *name == tag).map(|(_, area)| *area))
}
