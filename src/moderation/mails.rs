//! Mails of moderation: to authors what was decided, to reviewers what waits and what is theirs.

use serde_json::json;

use super::{model::Review, store};
use crate::{
    courses,
    kernel::{
        actor::Role,
        error::Result,
        id::{LessonId, UserId},
    },
    people::{self, User},
    platform::{Platform, db::Tx, mail},
};

/// Comments that a mail quotes; the page has all of them.
const QUOTED: usize = 20;
/// Characters of one comment in a mail.
const LONGEST: usize = 400;
/// Titles that a mail to a reviewer names.
const NAMED: usize = 10;

/// Tells who submitted a course and whose it is that it was approved or returned, with the
/// reviewer's words. Whoever decided himself is told nothing.
pub(super) fn decided(tx: &Tx<'_>, platform: &Platform, review: &Review, is_approved: bool, note: &str) -> Result<()> {
    let head = courses::find_any(tx, &review.course.into())?;
    let decider = tx.actor().user();
    let mut to: Vec<UserId> = review.submitter.into_iter().chain(head.owner).collect();
    to.dedup();
    to.retain(|user| Some(*user) != decider);
    let reviewer = decider.map(|user| people::find_user(tx, user)).transpose()?.flatten();
    let data = json!({
        "course": courses::draft_title(tx, review.course)?,
        "page": format!("/teach/{}", head.slug),
        "reviewer": reviewer.map(|user| user.name.to_string()).unwrap_or_default(),
        "words": words(tx, review, note)?,
    });
    let template = if is_approved { "course-approved" } else { "course-returned" };
    for user in to {
        if let Some(user) = people::find_user(tx, user)?.filter(|user| user.is_active && user.is_verified) {
            mail::queue(tx, platform, &user.letter(template, data.clone()))?;
        }
    }
    Ok(())
}

/// The reviewer's note and comments, each with the lesson that it is about.
fn words(tx: &Tx<'_>, review: &Review, note: &str) -> Result<String> {
    let comments = store::reviews::list_comments(tx, review.id)?;
    let outline = if comments.iter().any(|comment| comment.lesson.is_some()) {
        courses::draft_outline(tx, review.course)?
    } else {
        Vec::new()
    };
    let title = |lesson: LessonId| {
        outline
            .iter()
            .find(|place| place.lesson == lesson)
            .map(|place| place.title.as_str())
    };
    let mut lines: Vec<String> = Some(note.to_owned()).filter(|note| !note.is_empty()).into_iter().collect();
    for comment in comments.iter().take(QUOTED) {
        let text = cut(&comment.body);
        lines.push(match comment.lesson.and_then(title) {
            Some(title) => format!("\u{2022} {title}: {text}"),
            None => format!("\u{2022} {text}"),
        });
    }
    if comments.len() > QUOTED {
        lines.push(format!("\u{2022} \u{2026} ({})", comments.len() - QUOTED));
    }
    Ok(lines.join("\n"))
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(std::iter::once('\u{2026}')).collect()
}

/// Tells a reviewer that a review is his now, and who says so.
pub(super) fn assigned(tx: &Tx<'_>, platform: &Platform, review: &Review, to: UserId) -> Result<()> {
    let Some(to) = people::find_user(tx, to)?.filter(|user| user.is_active && user.is_verified) else {
        return Ok(());
    };
    let by = tx.actor().user().map(|user| people::find_user(tx, user)).transpose()?.flatten();
    let data = json!({
        "course": courses::draft_title(tx, review.course)?,
        "page": format!("{}?review={}", queue_page(&to), review.id),
        "assigned_by": by.map(|user| user.name.to_string()).unwrap_or_default(),
        "note": cut(&review.note),
    });
    mail::queue(tx, platform, &to.letter("review-assigned", data)).map(drop)
}

/// Where this reviewer has his queue.
fn queue_page(to: &User) -> &'static str {
    if to.role >= Role::Admin {
        "/admin/reviews"
    } else {
        "/teach/reviews"
    }
}

/// Tells a reviewer what waits for him.
pub(super) fn waiting(tx: &Tx<'_>, platform: &Platform, to: &User, reviews: &[Review]) -> Result<()> {
    let mut titles = Vec::new();
    for review in reviews.iter().take(NAMED) {
        titles.push(format!("\u{2022} {}", courses::draft_title(tx, review.course)?));
    }
    if reviews.len() > NAMED {
        titles.push("\u{2022} \u{2026}".to_owned());
    }
    let data = json!({
        "waiting": reviews.len().to_string(),
        "courses": titles.join("\n"),
        "page": queue_page(to),
    });
    mail::queue(tx, platform, &to.letter("reviews-waiting", data)).map(drop)
}
