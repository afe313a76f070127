//! The verbs: submit, withdraw, approve, return, comment, assign; report, hide, settle.

use super::{
    jobs::TellReviewers,
    mails,
    model::{Case, MAX_COMMENTS, NewComment, Reason, Report, ReportState, Review, ReviewState, Step},
    policy::{self, AssignReport, LookAfterReport, LookAfterReview},
    store,
};
use crate::{
    courses::{self, EditCourse, PublishPolicy},
    kernel::{
        actor::Role,
        error::{Error, Result},
        finding::Severity,
        id::{CourseId, ReportId, ReviewId, UserId},
    },
    people,
    platform::{
        Platform, audit,
        db::Tx,
        module::{PublishChecks, Reportable, Reportables},
        settings,
    },
};

/// Submits a draft as it is now. A review of another content that still waits is withdrawn.
///
/// # Errors
/// `Conflict` when this content waits or was approved already, or while something has to be mended.
pub(super) fn submit(tx: &Tx<'_>, can: &EditCourse, checks: &PublishChecks, note: &str) -> Result<ReviewId> {
    let course = can.course();
    let blocked = courses::check(tx, course, checks)?
        .into_iter()
        .any(|f| f.severity == Severity::Blocker);
    if blocked {
        let message = "Mend what the check says first: nobody should review what cannot be published.";
        return Err(Error::conflict("review.not_ready", message));
    }
    let hash = courses::draft_hash(tx, course)?;
    if courses::is_approved(tx, course)? {
        return Err(Error::conflict("review.approved_already", "This content was approved. Publish it."));
    }
    if let Some(open) = store::reviews::find_latest(tx, course)?.filter(|review| review.state == ReviewState::Open) {
        if open.hash == hash {
            return Err(Error::conflict("review.waiting", "This content waits for a review already."));
        }
        take_back(tx, open.id, "")?;
    }
    let review = store::reviews::insert(tx, course, &hash, note)?;
    store::steps::insert(tx, Case::Review(review), Step::Submitted, None, note)?;
    tx.enqueue(&TellReviewers { review })?;
    audit::record(tx, "moderation.submit", &course.to_string(), None::<&()>, Some(&review))?;
    Ok(review)
}

/// Takes the open review of a course back.
///
/// # Errors
/// `NotFound` when none is open.
pub(super) fn withdraw(tx: &Tx<'_>, can: &EditCourse) -> Result<()> {
    let latest = store::reviews::find_latest(tx, can.course())?;
    let open = latest.filter(|review| review.state == ReviewState::Open);
    let open = open.ok_or(Error::NotFound("review"))?;
    take_back(tx, open.id, "")?;
    audit::record(tx, "moderation.withdraw", &open.course.to_string(), None::<&()>, Some(&open.id))
}

fn take_back(tx: &Tx<'_>, review: ReviewId, note: &str) -> Result<()> {
    store::reviews::decide(tx, review, ReviewState::Withdrawn)?;
    store::steps::insert(tx, Case::Review(review), Step::Withdrawn, None, note)
}

fn open_review(tx: &Tx<'_>, id: ReviewId) -> Result<Review> {
    let review = store::reviews::find(tx, id)?.ok_or(Error::NotFound("review"))?;
    if review.state == ReviewState::Open {
        Ok(review)
    } else {
        Err(Error::conflict("review.decided", "Somebody has decided about this already."))
    }
}

/// Approves what was submitted, if the draft is still exactly that.
///
/// # Errors
/// `Denied("four_eyes")` for who has a hand in it; `Conflict` when it was decided or changed since.
pub(super) fn approve(tx: &Tx<'_>, platform: &Platform, can: &LookAfterReview, note: &str) -> Result<()> {
    let review = open_review(tx, can.review())?;
    policy::four_eyes(tx, tx.actor(), &review)?;
    if courses::draft_hash(tx, review.course)? != review.hash {
        let message = "The draft was changed after it was submitted. Its authors have to submit it again.";
        return Err(Error::conflict("review.outdated", message));
    }
    store::reviews::decide(tx, review.id, ReviewState::Approved)?;
    courses::approve(tx, review.course, &review.hash)?;
    store::steps::insert(tx, Case::Review(review.id), Step::Approved, None, note)?;
    mails::decided(tx, platform, &review, true, note)?;
    audit::record(tx, "moderation.approve", &review.course.to_string(), None::<&()>, Some(&review.id))
}

/// Returns what was submitted, with comments.
///
/// # Errors
/// `Denied("four_eyes")` for who has a hand in it; `Conflict` when it was decided already or there
/// is not a word of what to mend.
pub(super) fn send_back(tx: &Tx<'_>, platform: &Platform, can: &LookAfterReview, note: &str, comments: &[NewComment]) -> Result<()> {
    let review = open_review(tx, can.review())?;
    policy::four_eyes(tx, tx.actor(), &review)?;
    put_comments(tx, &review, comments)?;
    if note.is_empty() && store::reviews::count_comments(tx, review.id)? == 0 {
        return Err(Error::field("note", "review.no_word", "Say what has to be mended."));
    }
    store::reviews::decide(tx, review.id, ReviewState::Returned)?;
    store::steps::insert(tx, Case::Review(review.id), Step::Returned, None, note)?;
    mails::decided(tx, platform, &review, false, note)?;
    audit::record(tx, "moderation.return", &review.course.to_string(), None::<&()>, Some(&review.id))
}

/// Adds comments to an open review.
///
/// # Errors
/// `Conflict` when it was decided already or is full.
pub(super) fn comment(tx: &Tx<'_>, can: &LookAfterReview, comments: &[NewComment]) -> Result<()> {
    let review = open_review(tx, can.review())?;
    put_comments(tx, &review, comments)
}

fn put_comments(tx: &Tx<'_>, review: &Review, comments: &[NewComment]) -> Result<()> {
    if store::reviews::count_comments(tx, review.id)? + comments.len() > MAX_COMMENTS {
        return Err(Error::conflict("review.comments_full", "A review has at most 200 comments."));
    }
    for new in comments {
        if let Some(lesson) = new.lesson
            && courses::course_of_lesson(tx, lesson)? != Some(review.course)
        {
            return Err(Error::field("lesson", "lesson.unknown", "This lesson is not part of the course."));
        }
        store::reviews::insert_comment(tx, review.id, new)?;
    }
    Ok(())
}

/// Who is to look after a case may be an admin or an instructor, and for a review nobody who has a
/// hand in it.
fn check_assignee(tx: &Tx<'_>, to: UserId, course: Option<CourseId>) -> Result<()> {
    let found = people::find_user(tx, to)?.filter(|user| user.is_active && user.role >= Role::Instructor);
    if found.is_none() {
        return Err(Error::field("assignee", "assignee.unfit", "Choose an instructor or an admin."));
    }
    match course {
        Some(course) if courses::has_hand_in(tx, course, to)? => Err(Error::field(
            "assignee",
            "assignee.has_hand",
            "This person has a hand in the course. Choose somebody else.",
        )),
        _ => Ok(()),
    }
}

/// Says who looks after a review, and tells him so by mail unless he says it himself. Who has it
/// already is told nothing.
///
/// # Errors
/// `Invalid` for somebody who cannot; `Conflict` when it was decided already.
pub(super) fn assign_review(tx: &Tx<'_>, platform: &Platform, can: &LookAfterReview, to: Option<UserId>) -> Result<()> {
    let review = open_review(tx, can.review())?;
    if review.assignee == to {
        return Ok(());
    }
    if let Some(to) = to {
        check_assignee(tx, to, Some(review.course))?;
        if review.submitter == Some(to) {
            return Err(Error::field(
                "assignee",
                "assignee.has_hand",
                "Who submits a course does not review it.",
            ));
        }
    }
    store::reviews::assign(tx, review.id, to)?;
    if let Some(to) = to.filter(|to| tx.actor().user() != Some(*to)) {
        mails::assigned(tx, platform, &review, to)?;
    }
    store::steps::insert(tx, Case::Review(review.id), Step::Assigned, to, "")
}

/// Reports something that the person sees.
///
/// # Errors
/// `NotFound` for what he does not see, `Conflict` when he has reported it already.
pub(super) fn report(tx: &Tx<'_>, kinds: &Reportables, kind: &str, subject: &str, reason: Reason, body: &str) -> Result<ReportId> {
    tx.actor().signed_in()?;
    let of = kind_of(kinds, kind).ok_or_else(|| {
        let known: Vec<&str> = kinds.0.iter().map(|of| of.kind).collect();
        Error::field(
            "subject_kind",
            "report.unknown_kind",
            format!("Report one of these: {}.", known.join(", ")),
        )
    })?;
    if !(of.sees)(tx, tx.actor(), subject)? {
        return Err(Error::NotFound("subject"));
    }
    let report = store::reports::insert(tx, kind, subject, reason, body)?;
    store::steps::insert(tx, Case::Report(report), Step::Reported, None, "")?;
    hide_by_itself(tx, of, report, subject)?;
    Ok(report)
}

/// Hides what as many people have reported as the instance says, until somebody has looked. What a
/// moderator has hidden or shown since those reports stays as he left it.
fn hide_by_itself(tx: &Tx<'_>, of: Reportable, report: ReportId, subject: &str) -> Result<()> {
    let enough = u32::from(settings::get::<PublishPolicy>(tx)?.hide_after_reports);
    if enough == 0 || store::reports::count_about(tx, of.kind, subject)? < enough || store::reports::was_touched(tx, of.kind, subject)? {
        return Ok(());
    }
    if (of.hide)(tx, subject, true)? {
        store::steps::insert_by_itself(tx, report, Step::Hidden)?;
        audit::record(tx, "moderation.hidden_by_reports", subject, None::<&()>, Some(&report))?;
    }
    Ok(())
}

/// The kind of thing with this name.
pub(super) fn kind_of(kinds: &Reportables, kind: &str) -> Option<Reportable> {
    kinds.0.iter().find(|of| of.kind == kind).copied()
}

/// Hides what was reported, or shows it again.
///
/// # Errors
/// `NotFound` when it is gone.
pub(super) fn hide(tx: &Tx<'_>, kinds: &Reportables, can: &LookAfterReport, is_hidden: bool, note: &str) -> Result<()> {
    let report = LookAfterReport::again(tx, tx.actor(), can.report())?;
    let of = kind_of(kinds, &report.kind).ok_or(Error::NotFound("subject"))?;
    if (of.hide)(tx, &report.subject, is_hidden)? {
        let step = if is_hidden { Step::Hidden } else { Step::Shown };
        store::steps::insert(tx, Case::Report(report.id), step, None, note)?;
    }
    Ok(())
}

/// Settles a report: something was done, or nothing is to be.
///
/// # Errors
/// `Conflict` when it is settled already.
pub(super) fn settle(tx: &Tx<'_>, can: &LookAfterReport, state: ReportState, note: &str) -> Result<()> {
    let report = open_report(tx, can.report())?;
    let step = match state {
        ReportState::Resolved => Step::Resolved,
        ReportState::Dismissed => Step::Dismissed,
        ReportState::Open => return Err(Error::field("state", "report.stays_open", "Choose resolved or dismissed.")),
    };
    store::reports::decide(tx, report.id, state)?;
    store::steps::insert(tx, Case::Report(report.id), step, None, note)?;
    audit::record(tx, "moderation.settle", &report.id.to_string(), None::<&()>, Some(&state))
}

fn open_report(tx: &Tx<'_>, id: ReportId) -> Result<Report> {
    let report = LookAfterReport::again(tx, tx.actor(), id)?;
    if report.state == ReportState::Open {
        Ok(report)
    } else {
        Err(Error::conflict("report.decided", "Somebody has settled this already."))
    }
}

/// Says who looks after a report.
///
/// # Errors
/// `Invalid` for somebody who cannot; `Conflict` when it is settled already.
pub(super) fn assign_report(tx: &Tx<'_>, can: &AssignReport, to: Option<UserId>) -> Result<()> {
    let report = open_report(tx, can.report())?;
    if let Some(to) = to {
        check_assignee(tx, to, None)?;
    }
    store::reports::assign(tx, report.id, to)?;
    store::steps::insert(tx, Case::Report(report.id), Step::Assigned, to, "")
}
