//! Notes and bookmarks over HTTP.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    actions,
    model::{Anchor, MAX_LABEL, MAX_QUOTE, NewBookmark, NewNote, like, note_text, optional},
    policy::{OwnBookmark, OwnNote},
    store::{self, Wanted},
    views::{self, BookmarkOut, Names, NoteOut},
};
use crate::{
    courses::{self, CourseRef, Shelf},
    enrolments::{self, LearnLesson},
    kernel::{
        error::{Error, Fields, Result},
        id::{BookmarkId, CourseId, LessonId, NoteId, UserId},
        page::{Limit, Page},
        text::{BlockId, ClientKey},
        time::Moment,
    },
    platform::{
        db::Read,
        web::{
            extract::{Body, PageOut, Query},
            guard::{Guard, SignedIn, Web},
        },
    },
};

/// The operations of this slice.
pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list_notes))
        .routes(routes!(export_notes))
        .routes(routes!(list_lesson_notes, create_note))
        .routes(routes!(update_note, delete_note))
        .routes(routes!(restore_note))
        .routes(routes!(list_bookmarks))
        .routes(routes!(create_bookmark))
        .routes(routes!(delete_bookmark))
}

/// Which of one's own notes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NotesQuery {
    /// Only those of this course: an id or a slug.
    course: Option<String>,
    /// Only those that hold these words, in the note or in its quote.
    #[param(max_length = 200)]
    q: Option<String>,
    /// From the last page's `next`.
    cursor: Option<String>,
    /// Items on a page, at most 200.
    #[param(inline)]
    limit: Option<Limit>,
}

/// One's own notes, newest first.
#[utoipa::path(get, path = "/me/notes", tag = "notes", params(NotesQuery), responses((status = 200, body = PageOut<NoteOut>)))]
async fn list_notes(g: Guard<SignedIn>, Query(query): Query<NotesQuery>) -> Result<Json<PageOut<NoteOut>>> {
    let shelf = Shelf::of(&g.platform);
    let page = g.db.read("notes.list", move |read| {
        let page = find_notes(read, g.can.user(), &query)?;
        let mut names = Names::new(read, shelf, g.can.user());
        let items = names.notes(page.items)?;
        Ok(PageOut { items, next: page.next })
    });
    page.await.map(Json)
}

fn find_notes(read: &Read<'_>, user: UserId, query: &NotesQuery) -> Result<Page<super::model::Note>> {
    let words = query.q.as_deref().map(str::trim).filter(|words| !words.is_empty());
    if words.is_some_and(|words| words.chars().count() > 200) {
        return Err(Error::field("q", "text.too_long", "Use at most 200 characters."));
    }
    let course = match &query.course {
        // A course that is not there, or not for him, has no notes of his.
        Some(course) => match find_course(read, course)? {
            Some(course) => Some(course),
            None => {
                return Ok(Page {
                    items: Vec::new(),
                    next: None,
                });
            }
        },
        None => None,
    };
    let limit = Limit::or_default(query.limit);
    let wanted = Wanted {
        user,
        course,
        pattern: words.map(like),
        before: cursor::<NoteId>(query.cursor.as_deref())?,
        limit: limit + 1,
    };
    Ok(Page::cut(store::list_notes(read, &wanted)?, limit, |note| note.id.to_string()))
}

fn find_course(read: &Read<'_>, text: &str) -> Result<Option<CourseId>> {
    match CourseRef::parse(text).and_then(|course| courses::find_any(read, &course)) {
        Ok(head) => Ok(Some(head.id)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn cursor<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>> {
    let malformed = |_| Error::field("cursor", "cursor.malformed", "Use the cursor that the last page gave.");
    text.map(str::parse).transpose().map_err(malformed)
}

/// One's own notes as a Markdown file.
#[utoipa::path(get, path = "/me/notes/export", tag = "notes",
    responses((status = 200, description = "A Markdown file.", body = String, content_type = "text/markdown")))]
async fn export_notes(g: Guard<SignedIn>) -> Result<Response> {
    let shelf = Shelf::of(&g.platform);
    let read = g.db.read_heavy("notes.export", move |read| {
        let today = enrolments::boundary(read, g.can.person())?.date(read.now());
        let notes = store::list_notes_for_export(read, g.can.user())?;
        let notes = Names::new(read, shelf, g.can.user()).notes(notes)?;
        Ok((views::markdown(notes, today), today))
    });
    let (text, today) = read.await?;
    let headers = [
        (header::CONTENT_TYPE, "text/markdown; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"notes-{today}.md\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, text).into_response())
}

/// One's own notes in a lesson, in the order they were written.
#[utoipa::path(get, path = "/lessons/{lesson}/notes", tag = "notes", params(("lesson" = LessonId, Path,)),
    responses((status = 200, body = Vec<NoteOut>), (status = 403, description = "`lesson.locked`, with `reason` and `opens_at`.")))]
async fn list_lesson_notes(g: Guard<LearnLesson>) -> Result<Json<Vec<NoteOut>>> {
    let shelf = Shelf::of(&g.platform);
    let read = g.db.read("notes.list_in_lesson", move |read| {
        let (user, lesson) = (g.can.person().id, g.can.lesson().lesson());
        let notes = store::list_notes_in(read, user, lesson)?;
        Names::new(read, shelf, user).notes(notes)
    });
    read.await.map(Json)
}

/// A note to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoteIn {
    /// What he writes.
    #[schema(min_length = 1, max_length = 5000)]
    text: String,
    /// The block it is anchored to: its `data-id`.
    #[serde(default)]
    block_id: Option<BlockId>,
    /// The words it is about.
    #[serde(default)]
    #[schema(max_length = 500)]
    quote: Option<String>,
    /// The moment of the video it is anchored to.
    #[serde(default)]
    video_seconds: Option<Moment>,
    /// Names this note, such as a UUID: sent twice, it is one note.
    #[serde(default)]
    key: Option<ClientKey>,
}

impl NoteIn {
    fn parse(self) -> Result<NewNote> {
        let mut fields = Fields::default();
        let text = fields.take("text", note_text(&self.text)).unwrap_or_default();
        let quote = fields.take("quote", optional(self.quote.as_deref(), MAX_QUOTE)).flatten();
        fields.finish()?;
        Ok(NewNote {
            text,
            quote,
            anchor: Anchor {
                block: self.block_id,
                video: self.video_seconds,
            },
            key: self.key,
        })
    }
}

/// Writes a note in a lesson that is open.
#[utoipa::path(post, path = "/lessons/{lesson}/notes", tag = "notes", params(("lesson" = LessonId, Path,)), request_body = NoteIn,
    responses((status = 201, body = NoteOut), (status = 200, body = NoteOut, description = "The note with this key is there already."),
        (status = 403, description = "`lesson.locked`, with `reason` and `opens_at`."), (status = 409, description = "`note.too_many`.")))]
async fn create_note(g: Guard<LearnLesson>, Body(body): Body<NoteIn>) -> Result<Response> {
    let new = body.parse()?;
    let shelf = Shelf::of(&g.platform);
    let deed = g.db.write("notes.write", move |tx| {
        let (note, is_new) = actions::write(tx, &g.can, &new)?;
        Ok((Names::new(tx, shelf, note.user).note(note)?, is_new))
    });
    let (note, is_new) = deed.await?;
    Ok((made(is_new), Json(note)).into_response())
}

fn made(is_new: bool) -> StatusCode {
    if is_new { StatusCode::CREATED } else { StatusCode::OK }
}

/// What changes of a note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NotePatch {
    /// What he writes.
    #[schema(min_length = 1, max_length = 5000)]
    text: String,
}

/// Changes a note's text.
#[utoipa::path(patch, path = "/notes/{note}", tag = "notes", params(("note" = NoteId, Path,)), request_body = NotePatch,
    responses((status = 200, body = NoteOut)))]
async fn update_note(g: Guard<OwnNote>, Body(body): Body<NotePatch>) -> Result<Json<NoteOut>> {
    let text = note_text(&body.text).map_err(|e| Error::field("text", e.code, e.message))?;
    let shelf = Shelf::of(&g.platform);
    let deed = g.db.write("notes.change", move |tx| {
        let note = actions::change(tx, &g.can, &text)?;
        Names::new(tx, shelf, g.can.user()).note(note)
    });
    deed.await.map(Json)
}

/// Deletes a note. For ten minutes it can be brought back.
#[utoipa::path(delete, path = "/notes/{note}", tag = "notes", params(("note" = NoteId, Path,)), responses((status = 204)))]
async fn delete_note(g: Guard<OwnNote>) -> Result<StatusCode> {
    g.db.write("notes.delete", move |tx| actions::delete(tx, &g.can)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings back a note that was deleted less than ten minutes ago.
#[utoipa::path(post, path = "/notes/{note}/restore", tag = "notes", params(("note" = NoteId, Path,)),
    responses((status = 200, body = NoteOut)))]
async fn restore_note(g: Guard<OwnNote>) -> Result<Json<NoteOut>> {
    let shelf = Shelf::of(&g.platform);
    let deed = g.db.write("notes.restore", move |tx| {
        let note = actions::restore(tx, &g.can)?;
        Names::new(tx, shelf, g.can.user()).note(note)
    });
    deed.await.map(Json)
}

/// A page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct BookmarksQuery {
    /// From the last page's `next`.
    cursor: Option<String>,
    /// Items on a page, at most 200.
    #[param(inline)]
    limit: Option<Limit>,
}

/// One's own bookmarks, newest first.
#[utoipa::path(get, path = "/me/bookmarks", tag = "notes", params(BookmarksQuery), responses((status = 200, body = PageOut<BookmarkOut>)))]
async fn list_bookmarks(g: Guard<SignedIn>, Query(query): Query<BookmarksQuery>) -> Result<Json<PageOut<BookmarkOut>>> {
    let shelf = Shelf::of(&g.platform);
    let before = cursor::<BookmarkId>(query.cursor.as_deref())?;
    let page = g.db.read("notes.bookmarks", move |read| {
        let (user, limit) = (g.can.user(), Limit::or_default(query.limit));
        let found = store::list_bookmarks(read, user, before, limit + 1)?;
        let page = Page::cut(found, limit, |bookmark| bookmark.id.to_string());
        let mut names = Names::new(read, shelf, user);
        let items = page
            .items
            .into_iter()
            .map(|bookmark| names.bookmark(bookmark))
            .collect::<Result<_>>()?;
        Ok(PageOut { items, next: page.next })
    });
    page.await.map(Json)
}

/// A bookmark to be set.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct BookmarkIn {
    /// The block it points to: its `data-id`. Without block and moment it is the whole lesson.
    block_id: Option<BlockId>,
    /// The moment of the video it points to.
    video_seconds: Option<Moment>,
    /// What he calls it.
    #[schema(max_length = 200)]
    label: Option<String>,
    /// Names this bookmark, such as a UUID: sent twice, it is one bookmark.
    key: Option<ClientKey>,
}

impl BookmarkIn {
    fn parse(self) -> Result<NewBookmark> {
        let label = optional(self.label.as_deref(), MAX_LABEL);
        Ok(NewBookmark {
            label: label.map_err(|e| Error::field("label", e.code, e.message))?,
            anchor: Anchor {
                block: self.block_id,
                video: self.video_seconds,
            },
            key: self.key,
        })
    }
}

/// Sets a bookmark in a lesson that is open. The same place again gives the bookmark that is there.
#[utoipa::path(post, path = "/lessons/{lesson}/bookmarks", tag = "notes", params(("lesson" = LessonId, Path,)), request_body = BookmarkIn,
    responses((status = 201, body = BookmarkOut), (status = 200, body = BookmarkOut, description = "It is there already."),
        (status = 403, description = "`lesson.locked`, with `reason` and `opens_at`."), (status = 409, description = "`bookmark.too_many`.")))]
async fn create_bookmark(g: Guard<LearnLesson>, Body(body): Body<BookmarkIn>) -> Result<Response> {
    let new = body.parse()?;
    let shelf = Shelf::of(&g.platform);
    let deed = g.db.write("notes.mark", move |tx| {
        let (bookmark, is_new) = actions::mark(tx, &g.can, &new)?;
        Ok((Names::new(tx, shelf, bookmark.user).bookmark(bookmark)?, is_new))
    });
    let (bookmark, is_new) = deed.await?;
    Ok((made(is_new), Json(bookmark)).into_response())
}

/// Removes a bookmark.
#[utoipa::path(delete, path = "/bookmarks/{bookmark}", tag = "notes", params(("bookmark" = BookmarkId, Path,)),
    responses((status = 204)))]
async fn delete_bookmark(g: Guard<OwnBookmark>) -> Result<StatusCode> {
    g.db.write("notes.unmark", move |tx| actions::unmark(tx, &g.can)).await?;
    Ok(StatusCode::NO_CONTENT)
}
