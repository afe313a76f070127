//! Courses and lessons as people see them: what the published version holds, with the addresses
//! of its files.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    Shelf,
    card::CourseCard,
    content::{Action, Content, Resource},
    links,
    model::{Completion, CourseHead, Length, Palette, State, VersionLesson, Visibility},
    needs::{Prerequisite, prerequisites},
    store,
};
use crate::{
    kernel::{
        actor::Actor,
        error::{Error, Result},
        id::{CourseId, LessonId, RevisionId, UserId, VersionId},
        text::{Language, Line, PersonName, Slug, Summary, Title},
        time::Timestamp,
    },
    media, people,
    platform::{Platform, db::Read, embeds::EmbedSettings, module::Finished},
};

/// A video, ready to be played.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct VideoOut {
    /// Where the film is.
    pub url: String,
    /// Its media type.
    pub mime: String,
    /// A still to show before it plays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poster_url: Option<String>,
    /// How long it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Captions, one for each language.
    pub captions: Vec<CaptionsOut>,
}

/// Captions in one language.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CaptionsOut {
    /// Such as `en`.
    pub language: Language,
    /// What the menu says.
    pub label: Line,
    /// The WebVTT file.
    pub url: String,
}

/// Something to read or take along.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ResourceOut {
    /// What it is.
    pub title: Line,
    /// Where it is.
    pub url: String,
    /// Whether it leads elsewhere or is a file of ours.
    pub kind: ResourceKind,
    /// The file's size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

/// What a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    /// A page elsewhere.
    Link,
    /// A file of ours.
    File,
}

/// A lesson, ready to be read.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LessonContent {
    /// Its id, for ever.
    pub id: LessonId,
    /// Its course.
    pub course_id: CourseId,
    /// Its name.
    pub title: String,
    /// The promise of the day.
    pub summary: String,
    /// The day it belongs to.
    pub day: u16,
    /// How long it takes.
    pub minutes: u16,
    /// HTML of the closed vocabulary; every block has a `data-id`.
    #[serde(serialize_with = "inner")]
    #[schema(value_type = String)]
    pub body_html: Arc<RawValue>,
    /// Its film.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<VideoOut>,
    /// What to do today.
    pub actions: Vec<Action>,
    /// What to read or take along.
    pub resources: Vec<ResourceOut>,
    /// Whether the course needs it.
    pub is_required: bool,
    /// When it counts as done.
    pub completion: Completion,
    /// Which state of its content this is.
    pub revision: RevisionId,
}

/// A lesson as this viewer may read it. Whether he may is for the caller to decide first.
///
/// # Errors
/// `NotFound` or a database fault.
pub fn present_lesson(
    platform: &Platform,
    read: &Read<'_>,
    viewer: Option<UserId>,
    course: CourseId,
    line: &VersionLesson,
) -> Result<LessonContent> {
    let shelf = Shelf::of(platform);
    let page = shelf.lesson_page(read, line.revision)?;
    let content = &page.content;
    // Which sites are allowed changes, so what shows them is kept for one answer to that.
    let html = if content.body_html.has_embeds() {
        shelf.framed(read, line.revision, content)?
    } else {
        page.html.clone()
    };
    let video = content.video.as_ref().map(|video| links::video(platform, read, viewer, video));
    Ok(LessonContent {
        id: line.lesson,
        course_id: course,
        title: line.title.clone(),
        summary: line.summary.clone(),
        day: line.day,
        minutes: line.minutes,
        body_html: html,
        video: video.transpose()?.flatten(),
        actions: content.actions.clone(),
        resources: page.resources.clone(),
        is_required: line.is_required,
        completion: line.completion,
        revision: line.revision,
    })
}

/// What of a lesson is the same for everybody: kept on the shelf.
pub(super) struct LessonPage {
    pub(super) content: Arc<Content>,
    /// As JSON has it, so that nobody writes its escapes again.
    pub(super) html: Arc<RawValue>,
    pub(super) resources: Vec<ResourceOut>,
}

impl LessonPage {
    /// About how many bytes it takes.
    pub(super) fn size(&self) -> usize {
        self.html.get().len() + self.content.body_html.len() + 2048
    }

    pub(super) fn load(read: &Read<'_>, revision: RevisionId) -> Result<Self> {
        let content = store::lessons::get_content(read, revision)?;
        let resources = content.resources.iter().map(|resource| {
            let (title, url, kind, bytes) = match resource {
                Resource::Link { title, url } => (title, url.clone(), ResourceKind::Link, None),
                Resource::File { title, asset } => {
                    let bytes = media::describe(read, *asset).ok().map(|found| found.bytes);
                    (title, links::download(*asset), ResourceKind::File, bytes)
                }
            };
            ResourceOut {
                title: title.clone(),
                url,
                kind,
                bytes,
            }
        });
        Ok(Self {
            resources: resources.collect(),
            html: links::framed(read, &content.body_html, &EmbedSettings::none())?,
            content: Arc::new(content),
        })
    }
}

/// A course's page: what every viewer of this version sees, and what is his own.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct CoursePage {
    #[serde(flatten)]
    pub(super) card: CourseCard,
    #[serde(flatten, serialize_with = "inner")]
    #[schema(value_type = CourseBody)]
    pub(super) fixed: Arc<CourseBody>,
    /// Who wrote it; absent after he left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<Author>,
    /// Whether the viewer may change it.
    pub(super) can_edit: bool,
    /// Where it is in its life.
    pub(super) state: State,
    /// Who sees it.
    pub(super) visibility: Visibility,
    /// Whether a moderator has hidden it: only those who edit it see it then.
    pub(super) is_hidden: bool,
    /// What has to be finished first, as far as the viewer sees it.
    pub(super) prerequisites: Vec<Prerequisite>,
}

fn inner<T: Serialize + ?Sized, S: serde::Serializer>(shared: &Arc<T>, to: S) -> std::result::Result<S::Ok, S::Error> {
    T::serialize(shared, to)
}

/// What a version shows besides its card: rendered once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct CourseBody {
    /// HTML of the closed vocabulary.
    pub(super) description_html: String,
    /// What one can do afterwards.
    pub(super) outcomes: Vec<Line>,
    /// A short title for each seven days.
    pub(super) weeks: Vec<Line>,
    /// A short film.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trailer: Option<VideoOut>,
    /// The days and their lessons.
    pub(super) plan_days: Vec<PlanDay>,
    /// When this version was published.
    pub(super) updated_at: Timestamp,
}

/// Who wrote a course.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Author {
    /// The name that others see.
    pub(super) name: PersonName,
}

/// One day of a course's plan.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PlanDay {
    /// From 1.
    day: u16,
    /// What it holds.
    lessons: Vec<PlanLesson>,
}

/// A lesson in a course's plan.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PlanLesson {
    id: LessonId,
    title: String,
    summary: String,
    minutes: u16,
    /// Whether everybody may read it.
    is_preview: bool,
    /// Whether the course needs it.
    is_required: bool,
}

/// A course's page for one viewer.
///
/// # Errors
/// `NotFound` when the course was never published.
pub(super) fn course_page(platform: &Platform, read: &Read<'_>, actor: &Actor, head: &CourseHead) -> Result<CoursePage> {
    let version = head.version.ok_or(Error::NotFound("course"))?;
    let author = match head.owner {
        Some(owner) => people::list_names(read, &[owner])?.pop(),
        None => None,
    };
    Ok(CoursePage {
        card: super::card(read, head.id)?,
        fixed: Shelf::of(platform).course_body(platform, read, version)?,
        author: author.map(|(_, name)| Author { name }),
        can_edit: super::policy::edits(read, actor, head)?,
        state: head.state,
        visibility: head.visibility,
        is_hidden: head.is_hidden,
        prerequisites: prerequisites(read, actor, head.id, platform.services.find::<Finished>().as_deref())?,
    })
}

impl CourseBody {
    pub(super) fn load(shelf: &Shelf, platform: &Platform, read: &Read<'_>, version: VersionId) -> Result<Self> {
        let meta = shelf.version_meta(read, version)?;
        let trailer = meta.trailer.as_ref().map(|trailer| links::video(platform, read, None, trailer));
        Ok(Self {
            description_html: links::shown(read, &meta.description_html, &EmbedSettings::none())?,
            outcomes: meta.outcomes.clone(),
            weeks: meta.weeks.clone(),
            trailer: trailer.transpose()?.flatten(),
            plan_days: days(&shelf.version_lessons(read, version)?),
            updated_at: store::versions::get_published_at(read, version)?,
        })
    }
}

fn days(lessons: &[VersionLesson]) -> Vec<PlanDay> {
    let chunks = lessons.chunk_by(|a, b| a.day == b.day);
    let days = chunks.map(|day| PlanDay {
        day: day.first().map_or(0, |l| l.day),
        lessons: day
            .iter()
            .map(|l| PlanLesson {
                id: l.lesson,
                title: l.title.clone(),
                summary: l.summary.clone(),
                minutes: l.minutes,
                is_preview: l.is_preview,
                is_required: l.is_required,
            })
            .collect(),
    });
    days.collect()
}

/// One of the courses that a person writes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OwnCourse {
    /// Its id.
    pub id: CourseId,
    /// Its address.
    pub slug: Slug,
    /// Where it is in its life.
    pub state: State,
    /// The number of the published version; 0 before the first.
    pub version: u32,
    /// Its name.
    pub title: Title,
    /// One or two sentences.
    pub summary: Summary,
    /// Colours of the drawn cover.
    pub palette: Palette,
    /// How many days.
    pub length: Length,
    /// Lessons of the draft.
    pub lesson_count: usize,
    /// People who joined it.
    pub learner_count: u32,
    /// When the draft last changed.
    pub updated_at: Timestamp,
}

impl OwnCourse {
    fn load(read: &Read<'_>, head: CourseHead) -> Result<Self> {
        let draft = store::drafts::get(read, head.id)?;
        let card = store::listings::find(read, head.id)?;
        Ok(Self {
            lesson_count: store::drafts::list_places(read, head.id)?.len(),
            learner_count: card.map_or(0, |card| card.learner_count),
            id: head.id,
            slug: head.slug,
            state: head.state,
            version: head.number,
            title: draft.meta.title,
            summary: draft.meta.summary,
            palette: draft.meta.palette,
            length: draft.meta.length,
            updated_at: draft.updated_at,
        })
    }
}

/// The courses that a person writes, the latest first; all of them for `None`.
///
/// # Errors
/// A database fault.
pub fn own_courses(read: &Read<'_>, owner: Option<UserId>) -> Result<Vec<OwnCourse>> {
    let heads = store::courses::list_owned(read, owner)?;
    heads.into_iter().map(|head| OwnCourse::load(read, head)).collect()
}
