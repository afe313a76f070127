//! Reviews.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::queue::{CasePerson, ReviewItem};
use crate::{
    courses::{self, CourseDiff, EditCourse, LessonSides, PublishPolicy},
    kernel::{
        error::{Error, Result},
        id::{CommentId, LessonId, ReviewId, UserId},
        text::{BlockId, free_text},
        time::Timestamp,
    },
    moderation::{
        actions,
        model::{Case, Comment, MAX_TEXT, NewComment, Review, ReviewState, Step, Trail},
        policy::{AssignReview, LookAfterReview, SeeReviewLesson, four_eyes},
        store,
    },
    platform::{
        db::Read,
        module::PublishChecks,
        settings,
        web::{
            extract::{Body, created},
            guard::Guard,
        },
    },
};

/// What a reviewer said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReviewCommentOut)]
pub(in crate::moderation) struct CommentOut {
    id: CommentId,
    /// The lesson it is about; absent for the course.
    #[serde(skip_serializing_if = "Option::is_none")]
    lesson: Option<LessonId>,
    /// What the lesson is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    lesson_title: Option<String>,
    /// The block of the lesson it is about, by its `data-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    block: Option<BlockId>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<CasePerson>,
    created_at: Timestamp,
}

/// A line of a case's trail.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::moderation) struct TrailOut {
    step: Step,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<CasePerson>,
    /// Whom an assignment names.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<CasePerson>,
    note: String,
    at: Timestamp,
}

impl TrailOut {
    pub(super) fn list(read: &Read<'_>, case: Case) -> Result<Vec<Self>> {
        let one = |line: Trail| {
            Ok(Self {
                step: line.step,
                actor: CasePerson::find(read, line.actor)?,
                about: CasePerson::find(read, line.about)?,
                note: line.note,
                at: line.at,
            })
        };
        store::steps::list(read, case)?.into_iter().map(one).collect()
    }
}

/// A review with everything said in it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::moderation) struct ReviewOut {
    #[serde(flatten)]
    item: ReviewItem,
    comments: Vec<CommentOut>,
    /// What was done, in order.
    trail: Vec<TrailOut>,
    /// Whether the draft is still what was submitted.
    is_current: bool,
}

impl ReviewOut {
    fn of(read: &Read<'_>, review: &Review) -> Result<Self> {
        let outline = courses::draft_outline(read, review.course)?;
        let title = |lesson: LessonId| match outline.iter().find(|place| place.lesson == lesson) {
            Some(place) => Ok(Some(place.title.clone())),
            None => courses::newest_place(read, lesson).map(|place| place.map(|place| place.title)),
        };
        let comment = |comment: Comment| {
            Ok(CommentOut {
                id: comment.id,
                lesson: comment.lesson,
                lesson_title: comment.lesson.map(title).transpose()?.flatten(),
                block: comment.block,
                text: comment.body,
                author: CasePerson::find(read, comment.author)?,
                created_at: comment.created_at,
            })
        };
        let comments = store::reviews::list_comments(read, review.id)?;
        Ok(Self {
            item: ReviewItem::of(read, review)?,
            comments: comments.into_iter().map(comment).collect::<Result<_>>()?,
            trail: TrailOut::list(read, Case::Review(review.id))?,
            is_current: courses::draft_hash(read, review.course)? == review.hash,
        })
    }

    fn load(read: &Read<'_>, id: ReviewId) -> Result<Self> {
        let review = store::reviews::find(read, id)?.ok_or(Error::NotFound("review"))?;
        Self::of(read, &review)
    }
}

/// How a course stands with its reviewers.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::moderation) struct CourseReviewOut {
    /// Whether the instance asks for an approval before a publish.
    required: bool,
    /// Whether the draft, as it is now, was approved.
    is_approved: bool,
    /// The latest review; absent when nothing was ever submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    latest: Option<ReviewOut>,
}

impl CourseReviewOut {
    fn load(read: &Read<'_>, can: &EditCourse) -> Result<Self> {
        let latest = store::reviews::find_latest(read, can.course())?;
        Ok(Self {
            required: settings::get::<PublishPolicy>(read)?.review_required,
            is_approved: courses::is_approved(read, can.course())?,
            latest: latest.map(|review| ReviewOut::of(read, &review)).transpose()?,
        })
    }
}

/// How a course stands with its reviewers.
#[utoipa::path(get, path = "/courses/{course}/review", tag = "moderation", params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 200, body = CourseReviewOut)))]
pub(in crate::moderation) async fn get_course_review(g: Guard<EditCourse>) -> Result<Json<CourseReviewOut>> {
    let found = g.db.read("moderation.course", move |read| CourseReviewOut::load(read, &g.can));
    found.await.map(Json)
}

/// A word to a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CaseNoteIn)]
pub(in crate::moderation) struct NoteIn {
    /// May be empty.
    #[serde(default)]
    #[schema(max_length = 2000)]
    note: String,
}

pub(super) fn note(text: &str) -> Result<String> {
    free_text(text, MAX_TEXT)
        .map(|text| text.trim().to_owned())
        .map_err(|e| Error::field("note", e.code, e.message))
}

/// Submits a draft, as it is now, for review. A review of another content that waits is withdrawn.
#[utoipa::path(post, path = "/courses/{course}/review", tag = "moderation", request_body = NoteIn,
    params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 201, body = CourseReviewOut), (status = 409, description = "`review.not_ready`, `review.waiting` or `review.approved_already`.")))]
pub(in crate::moderation) async fn submit_course(
    g: Guard<EditCourse>,
    Body(body): Body<NoteIn>,
) -> Result<(StatusCode, Json<CourseReviewOut>)> {
    let note = note(&body.note)?;
    let checks = g.platform.services.find::<PublishChecks>().unwrap_or_default();
    let submitted = g.db.write("moderation.submit", move |tx| {
        actions::submit(tx, &g.can, &checks, &note)?;
        CourseReviewOut::load(tx, &g.can)
    });
    Ok(created(submitted.await?))
}

/// Takes the open review of a course back.
#[utoipa::path(delete, path = "/courses/{course}/review", tag = "moderation", params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 204), (status = 404, description = "None is open.")))]
pub(in crate::moderation) async fn withdraw_review(g: Guard<EditCourse>) -> Result<StatusCode> {
    g.db.write("moderation.withdraw", move |tx| actions::withdraw(tx, &g.can)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A review as its reviewer sees it: with what the draft changes.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::moderation) struct ReviewDetail {
    #[serde(flatten)]
    review: ReviewOut,
    /// What the draft changes of what learners see.
    diff: CourseDiff,
    /// The lessons of the draft.
    outline: Vec<ReviewLesson>,
    /// Whether the viewer may decide: he has no hand in the draft.
    may_decide: bool,
}

/// A lesson of a draft under review.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::moderation) struct ReviewLesson {
    id: LessonId,
    day: u16,
    title: String,
    minutes: u16,
}

/// A review with what the draft changes, for whoever looks after it.
#[utoipa::path(get, path = "/reviews/{review}", tag = "moderation", params(("review" = ReviewId, Path)),
    responses((status = 200, body = ReviewDetail)))]
pub(in crate::moderation) async fn get_review(g: Guard<LookAfterReview>) -> Result<Json<ReviewDetail>> {
    let found = g.db.read_heavy("moderation.review", move |read| {
        let review = store::reviews::find(read, g.can.review())?.ok_or(Error::NotFound("review"))?;
        let outline = courses::draft_outline(read, review.course)?.into_iter();
        Ok(ReviewDetail {
            may_decide: review.state == ReviewState::Open && four_eyes(read, &g.actor, &review).is_ok(),
            diff: courses::draft_diff(read, review.course)?,
            outline: outline
                .map(|place| ReviewLesson {
                    id: place.lesson,
                    day: place.day,
                    title: place.title,
                    minutes: place.minutes,
                })
                .collect(),
            review: ReviewOut::of(read, &review)?,
        })
    });
    found.await.map(Json)
}

/// A lesson of a draft under review, beside what learners see.
#[utoipa::path(get, path = "/reviews/{review}/lessons/{lesson}", tag = "moderation",
    params(("review" = ReviewId, Path), ("lesson" = LessonId, Path)), responses((status = 200, body = LessonSides)))]
pub(in crate::moderation) async fn compare_lesson(g: Guard<SeeReviewLesson>) -> Result<Json<LessonSides>> {
    let found = g.db.read("moderation.compare", move |read| {
        courses::lesson_sides(read, g.can.course(), g.can.lesson())
    });
    found.await.map(Json)
}

/// Who looks after a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CaseAssignIn)]
pub(in crate::moderation) struct AssignIn {
    /// An admin or instructor; null for nobody in particular.
    #[schema(required)]
    assignee: Option<UserId>,
}

/// Says who looks after a review: for admins.
#[utoipa::path(patch, path = "/reviews/{review}", tag = "moderation", params(("review" = ReviewId, Path)), request_body = AssignIn,
    responses((status = 200, body = ReviewOut), (status = 422, description = "`assignee.unfit` or `assignee.has_hand`.")))]
pub(in crate::moderation) async fn assign_review(g: Guard<AssignReview>, Body(body): Body<AssignIn>) -> Result<Json<ReviewOut>> {
    let platform = g.platform.clone();
    let assigned = g.db.write("moderation.assign_review", move |tx| {
        actions::assign_review(tx, &platform, &g.can.0, body.assignee)?;
        ReviewOut::load(tx, g.can.0.review())
    });
    assigned.await.map(Json)
}

/// Approves what was submitted, if the draft is still exactly that. Never for who has a hand in it.
#[utoipa::path(post, path = "/reviews/{review}/approve", tag = "moderation", params(("review" = ReviewId, Path)), request_body = NoteIn,
    responses((status = 200, body = ReviewOut), (status = 403, description = "`denied.four_eyes`."),
        (status = 409, description = "`review.decided` or `review.outdated`.")))]
pub(in crate::moderation) async fn approve_review(g: Guard<LookAfterReview>, Body(body): Body<NoteIn>) -> Result<Json<ReviewOut>> {
    let note = note(&body.note)?;
    let platform = g.platform.clone();
    let approved = g.db.write("moderation.approve", move |tx| {
        actions::approve(tx, &platform, &g.can, &note)?;
        ReviewOut::load(tx, g.can.review())
    });
    approved.await.map(Json)
}

/// A comment to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewCommentIn)]
pub(in crate::moderation) struct CommentIn {
    /// The lesson it is about; absent for the course.
    #[serde(default)]
    lesson: Option<LessonId>,
    /// The block of the lesson it is about, by its `data-id`.
    #[serde(default)]
    block: Option<BlockId>,
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
}

fn comments(all: Vec<CommentIn>) -> Result<Vec<NewComment>> {
    let one = |(i, new): (usize, CommentIn)| {
        let at = |field: &str| format!("comments[{i}].{field}");
        let body = free_text(&new.text, MAX_TEXT).map_err(|e| Error::field(at("text"), e.code, e.message))?;
        if body.trim().is_empty() {
            return Err(Error::field(at("text"), "text.too_short", "Write something here."));
        }
        if new.block.is_some() && new.lesson.is_none() {
            return Err(Error::field(
                at("lesson"),
                "comment.no_lesson",
                "Name the lesson that has the block.",
            ));
        }
        Ok(NewComment {
            lesson: new.lesson,
            block: new.block,
            body: body.trim().to_owned(),
        })
    };
    all.into_iter().enumerate().map(one).collect()
}

/// What has to be mended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewReturnIn)]
pub(in crate::moderation) struct ReturnIn {
    /// In a sentence; may be empty when there are comments.
    #[serde(default)]
    #[schema(max_length = 2000)]
    note: String,
    /// On the course, its lessons, their blocks.
    #[serde(default)]
    #[schema(max_items = 200)]
    comments: Vec<CommentIn>,
}

/// Returns what was submitted, with comments. Never for who has a hand in it.
#[utoipa::path(post, path = "/reviews/{review}/return", tag = "moderation", params(("review" = ReviewId, Path)), request_body = ReturnIn,
    responses((status = 200, body = ReviewOut), (status = 403, description = "`denied.four_eyes`."), (status = 409, description = "`review.decided`.")))]
pub(in crate::moderation) async fn return_review(g: Guard<LookAfterReview>, Body(body): Body<ReturnIn>) -> Result<Json<ReviewOut>> {
    let (note, comments) = (note(&body.note)?, comments(body.comments)?);
    let platform = g.platform.clone();
    let returned = g.db.write("moderation.return", move |tx| {
        actions::send_back(tx, &platform, &g.can, &note, &comments)?;
        ReviewOut::load(tx, g.can.review())
    });
    returned.await.map(Json)
}

/// Comments on an open review without deciding it.
#[utoipa::path(post, path = "/reviews/{review}/comments", tag = "moderation", params(("review" = ReviewId, Path)), request_body = CommentIn,
    responses((status = 201, body = ReviewOut), (status = 409, description = "`review.decided`.")))]
pub(in crate::moderation) async fn comment_review(
    g: Guard<LookAfterReview>,
    Body(body): Body<CommentIn>,
) -> Result<(StatusCode, Json<ReviewOut>)> {
    let comments = comments(vec![body])?;
    let said = g.db.write("moderation.comment", move |tx| {
        actions::comment(tx, &g.can, &comments)?;
        ReviewOut::load(tx, g.can.review())
    });
    Ok(created(said.await?))
}
