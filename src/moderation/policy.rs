//! Who may see the queue and decide. Each proof's constructor is private to this file.

use serde::Deserialize;

use super::{
    model::{Report, Review, ReviewState},
    store,
};
use crate::{
    courses::{self, PublishPolicy},
    kernel::{
        actor::{Actor, Role},
        error::{Error, Result},
        id::{AssetId, CourseId, LessonId, ReportId, ReviewId, UserId},
    },
    platform::{
        db::Read,
        settings,
        web::guard::{NoKey, PathKey, Require},
    },
};

/// May see the queue: admins all of it, instructors what is assigned to them, and all reviews of
/// others' courses where the instance lets them review.
#[derive(Debug)]
pub(super) struct SeeQueue {
    only: Option<UserId>,
    reviews_all: bool,
}

impl SeeQueue {
    /// Whose reports alone are shown; all for `None`.
    pub(super) fn only(&self) -> Option<UserId> {
        self.only
    }

    /// Whose reviews alone are shown; all for `None`.
    pub(super) fn only_reviews(&self) -> Option<UserId> {
        self.only.filter(|_| !self.reviews_all)
    }

    /// Whether a review is his to look at: of his own courses he sees how they stand elsewhere.
    ///
    /// # Errors
    /// A database fault.
    pub(super) fn shows(&self, read: &Read<'_>, review: &Review) -> Result<bool> {
        match self.only {
            Some(user) if review.assignee != Some(user) => Ok(!courses::has_hand_in(read, review.course, user)?),
            _ => Ok(true),
        }
    }
}

/// Whether people of this role review every course in which they have no hand.
///
/// # Errors
/// A database fault.
pub(super) fn reviews_all(read: &Read<'_>, role: Role) -> Result<bool> {
    Ok(role >= Role::Admin || (role >= Role::Instructor && settings::get::<PublishPolicy>(read)?.instructors_review))
}

impl Require for SeeQueue {
    type Key = NoKey;
    fn decide(read: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        actor.require(Role::Instructor)?;
        Ok(Self {
            only: actor.user().filter(|_| !actor.is_at_least(Role::Admin)),
            reviews_all: reviews_all(read, Role::Instructor)?,
        })
    }
}

/// Whether this person looks after a case: an admin, or the instructor to whom it is assigned.
fn looks_after(actor: &Actor, assignee: Option<UserId>) -> bool {
    actor.is_at_least(Role::Admin) || (actor.is_at_least(Role::Instructor) && assignee.is_some() && assignee == actor.user())
}

/// Whether this person looks after a review: as with every case, and where the instance lets
/// instructors review, those who have no hand in the course.
fn looks_after_review(read: &Read<'_>, actor: &Actor, review: &Review) -> Result<bool> {
    if looks_after(actor, review.assignee) {
        return Ok(true);
    }
    let (Some(user), true) = (actor.user(), actor.is_at_least(Role::Instructor)) else {
        return Ok(false);
    };
    Ok(reviews_all(read, Role::Instructor)? && !courses::has_hand_in(read, review.course, user)?)
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
        let review = store::reviews::find(read, key.0.review)?.ok_or(Error::NotFound("review"))?;
        if looks_after_review(read, actor, &review)? {
            Ok(Self { review: review.id })
        } else {
            Err(Error::NotFound("review"))
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
    if !looks_after_review(read, actor, review)? {
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
        if let Some(review) = latest.filter(|review| review.state == ReviewState::Open)
            && looks_after_review(read, actor, &review)?
        {
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
