//! While somebody writes: who else does, and how it looks to a learner.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    courses::{
        policy::{EditCourse, EditLesson, WriteCourses},
        presence::{Presence, Seat},
        present::{self, LessonContent},
        store,
    },
    kernel::{
        error::{Error, Result},
        id::{LessonId, RevisionId, UserId},
        text::PersonName,
    },
    people,
    platform::{
        embeds::EmbedSettings,
        settings,
        web::{
            extract::{Body, not_null},
            guard::Guard,
        },
    },
};

/// The most characters of a window's name.
const MAX_TAB: usize = 40;

/// That somebody has a course open for writing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::courses) struct PresenceIn {
    /// Names the window; made by the browser.
    #[schema(min_length = 1, max_length = 40)]
    tab: String,
    /// What is open in it.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    lesson: Option<LessonId>,
    /// The window is being closed.
    #[serde(default)]
    has_left: bool,
}

/// Who else writes, and how far the draft is.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::courses) struct PresenceOut {
    others: Vec<Writer>,
    /// How often the draft changed.
    edition: u32,
    /// Where the lesson stands that is open; absent when the draft has it no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<RevisionId>,
}

/// Somebody with the same course open.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::courses) struct Writer {
    id: UserId,
    name: PersonName,
    /// Oneself, in another window.
    is_self: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    lesson: Option<LessonId>,
}

/// Tells that one has the course open for writing, and hears who else has. Ask every five seconds;
/// who has not for twenty is taken to have left.
#[utoipa::path(put, path = "/courses/{course}/draft/presence", tag = "courses",
    params(("course" = String, Path, description = "Id or slug.")), request_body = PresenceIn, responses((status = 200, body = PresenceOut)))]
pub(in crate::courses) async fn put_presence(g: Guard<EditCourse>, Body(body): Body<PresenceIn>) -> Result<Json<PresenceOut>> {
    if body.tab.is_empty() || body.tab.len() > MAX_TAB {
        return Err(Error::field("tab", "text.too_long", "Use 1 to 40 characters."));
    }
    let user = g.actor.user().ok_or(Error::Unauthenticated)?;
    let (course, presence) = (g.can.course(), g.platform.services.find::<Presence>().unwrap_or_default());
    let found = g.db.read("courses.presence", move |read| {
        let seat = Seat {
            tab: body.tab,
            user,
            lesson: body.lesson,
            seen: read.now(),
        };
        let others = presence.tell(course, seat, body.has_left).into_iter().map(|seat| {
            let name = people::list_names(read, &[seat.user])?.pop();
            Ok(name.map(|(id, name)| Writer {
                id,
                name,
                is_self: id == user,
                lesson: seat.lesson,
            }))
        });
        let place = body
            .lesson
            .map(|lesson| store::drafts::find_place(read, course, lesson))
            .transpose()?;
        Ok(PresenceOut {
            others: others.filter_map(Result::transpose).collect::<Result<_>>()?,
            edition: store::drafts::get_edition(read, course)?,
            revision: place.flatten().map(|place| place.revision),
        })
    });
    Ok(Json(found.await?))
}

/// Sites whose content lessons may show.
#[utoipa::path(get, path = "/teach/embeds", tag = "courses", responses((status = 200, body = EmbedSettings)))]
pub(in crate::courses) async fn list_embed_sites(g: Guard<WriteCourses>) -> Result<Json<EmbedSettings>> {
    g.db.read("courses.embeds", settings::get::<EmbedSettings>).await.map(Json)
}

/// A lesson of the draft as a learner will see it.
#[utoipa::path(get, path = "/courses/{course}/draft/lessons/{lesson}/preview", tag = "courses",
    params(("course" = String, Path, description = "Id or slug."), ("lesson" = LessonId, Path)),
    responses((status = 200, body = LessonContent)))]
pub(in crate::courses) async fn preview_draft_lesson(g: Guard<EditLesson>) -> Result<Json<LessonContent>> {
    let (platform, viewer) = (g.platform, g.actor.user());
    let (course, lesson) = (g.can.course().course(), g.can.lesson());
    let shown = g.db.read("courses.draft_preview", move |read| {
        let line = store::drafts::find_line(read, course, lesson)?.ok_or(Error::NotFound("lesson"))?;
        present::present_lesson(&platform, read, viewer, course, &line)
    });
    Ok(Json(shown.await?))
}
