//! Who may see the queue and decide. Each proof's constructor is private to this file.

use serde::Deserialize;

use super::{
    model::{Report, Review, ReviewState},
    store,
};
use crate::{
    courses,
    kernel::{
        actor::{Actor, Role},
        error::{Error, Result},
        id::{AssetId, CourseId, LessonId, ReportId, ReviewId, UserId},
    },
    platform::{
        db::Read,
        web::guard::{NoKey, PathKey, Require},
    },
};

/// May see the queue: admins all of it, instructors what is assigned to them.
#[derive(Debug)]
pub(super) struct SeeQueue {
    only: Option<UserId>,
}

impl SeeQueue {
    /// Whose cases alone are shown; all for `None`.
    pub(super) fn only(&self) -> Option<UserId> {
        self.only
    }
}

impl Require for SeeQueue {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Instructor)?;
        Ok(Self {
            only: actor.user().filter(|_| !actor.is_at_least(Role::Admin)),
        })
    }
}

/// May change what is asked of courses before they are published: admins.
#[derive(Debug)]
pub(super) struct SetPolicy(());

impl Require for SetPolicy {
    type Key = NoKey;
    fn decide(_: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(()))
    }
}

/// Whether this person looks after a case: an admin, or the instructor to whom it is assigned.
fn looks_after(actor: &Actor, assignee: Option<UserId>) -> bool {
    actor.is_at_least(Role::Admin) || (actor.is_at_least(Role::Instructor) && assignee.is_some() && assignee == actor.user())
}

/// The path key of a review.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ReviewPath {
    review: ReviewId,
}

/// May look at a review and comment on it.
#[derive(Debug)]
pub(super) struct LookAfterReview {
    review: ReviewId,
}

impl LookAfterReview {
    /// The review.
    pub(super) fn review(&self) -> ReviewId {
        self.review
    }
}

impl Require for LookAfterReview {
    type Key = PathKey<ReviewPath>;
    fn decide(read: &Read<'_>, actor: &Actor, key: &Self::Key) -> Result<Self> {
        actor.require(Role::Instructor)?;
        let review = store::reviews::find(read, key.0.review)?;
        match review.filter(|review| looks_after(actor, review.assignee)) {
            Some(review) => Ok(Self { review: review.id }),
            None => Err(Error::NotFound("review")),
        }
    }
}

/// Whether the actor may decide about a review, asked inside the deed. Four eyes, whatever the
/// instance's settings say: never the one who submitted it, never who has a hand in the draft.
///
/// # Errors
/// `Denied("four_eyes")`, or `NotFound` when he does not look after it any more.
pub(super) fn four_eyes(read: &Read<'_>, actor: &Actor, review: &Review) -> Result<UserId> {
    let user = actor.signed_in()?.id;
    if !looks_after(actor, review.assignee) {
        return Err(Error::NotFound("review"));
    }
    if review.submitter == Some(user) || courses::has_hand_in(read, review.course, user)? {
        return Err(Error::Denied("four_eyes"));
    }
    Ok(user)
}

/// The path key of a report.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ReportPath {
    report: ReportId,
}

/// May look at a report and do something about it.
#[derive(Debug)]
pub(super) struct LookAfterReport {
    report: ReportId,
}

impl LookAfterReport {
    /// The report.
    pub(super) fn report(&self) -> ReportId {
        self.report
    }

    /// Whether he still looks after it, asked inside the deed.
    ///
    /// # Errors
    /// `NotFound` when it was assigned to somebody else meanwhile.
    pub(super) fn again(read: &Read<'_>, actor: &Actor, report: ReportId) -> Result<Report> {
        let found = store::reports::find(read, report)?;
        found
            .filter(|report| looks_after(actor, report.assignee))
            .ok_or(Error::NotFound("report"))
    }
}

impl Require for LookAfterReport {
    type Key = PathKey<ReportPath>;
    fn decide(read: &Read<'_>, actor: &Actor, key: &Self::Key) -> Result<Self> {
        actor.require(Role::Instructor)?;
        Self::again(read, actor, key.0.report).map(|report| Self { report: report.id })
    }
}

/// May say who looks after cases: admins.
#[derive(Debug)]
pub(super) struct AssignReview(pub(super) LookAfterReview);

impl Require for AssignReview {
    type Key = PathKey<ReviewPath>;
    fn decide(read: &Read<'_>, actor: &Actor, key: &Self::Key) -> Result<Self> {
        actor.require(Role::Admin)?;
        LookAfterReview::decide(read, actor, key).map(Self)
    }
}

/// May say who looks after a report: admins.
#[derive(Debug)]
pub(super) struct AssignReport(ReportId);

impl AssignReport {
    /// For who looks after the report and is an admin.
    ///
    /// # Errors
    /// `Denied` for others.
    pub(super) fn of(actor: &Actor, can: &LookAfterReport) -> Result<Self> {
        actor.require(Role::Admin)?;
        Ok(Self(can.report))
    }

    /// The report.
    pub(super) fn report(&self) -> ReportId {
        self.0
    }
}

/// The media gate: whoever reviews a course sees what its lessons show.
///
/// # Errors
/// A database fault.
pub(super) fn gate(read: &Read<'_>, actor: &Actor, asset: AssetId) -> Result<Option<bool>> {
    if !actor.is_at_least(Role::Instructor) {
        return Ok(None);
    }
    for (course, ..) in courses::lessons_with_asset(read, asset)? {
        let latest = store::reviews::find_latest(read, course)?;
        if latest.is_some_and(|review| review.state == ReviewState::Open && looks_after(actor, review.assignee)) {
            return Ok(Some(true));
        }
    }
    Ok(None)
}

/// The path key of a lesson under review.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ReviewLessonPath {
    review: ReviewId,
    lesson: LessonId,
}

/// May see a lesson of a draft under review.
#[derive(Debug)]
pub(super) struct SeeReviewLesson {
    course: CourseId,
    lesson: LessonId,
}

impl SeeReviewLesson {
    /// Its course.
    pub(super) fn course(&self) -> CourseId {
        self.course
    }

    /// The lesson.
    pub(super) fn lesson(&self) -> LessonId {
        self.lesson
    }
}

impl Require for SeeReviewLesson {
    type Key = PathKey<ReviewLessonPath>;
    fn decide(read: &Read<'_>, actor: &Actor, PathKey(key): &Self::Key) -> Result<Self> {
        let own = PathKey(ReviewPath { review: key.review });
        let review = LookAfterReview::decide(read, actor, &own)?.review();
        let review = store::reviews::find(read, review)?.ok_or(Error::NotFound("review"))?;
        Ok(Self {
            course: review.course,
            lesson: key.lesson,
        })
    }
}
