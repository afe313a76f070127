//! What stands between a draft and its publication, and what its author should think about.
//!
//! Slices that know more, such as those of quizzes, add their own findings by
//! [`crate::platform::module::Module::publish_checks`].

mod lessons;
mod links;
mod reading;

use std::collections::HashSet;

use super::{
    model::{At, Meta, PublishPolicy, VersionLesson, Weigh},
    store,
};
use crate::{
    kernel::{error::Result, finding::Finding, id::CourseId},
    platform::{db::Read, module::PublishChecks, settings},
};

/// Everything that a look at a course's draft finds, blockers first.
///
/// # Errors
/// `NotFound` or a database fault.
pub(super) fn check(read: &Read<'_>, course: CourseId, others: &PublishChecks) -> Result<Vec<Finding>> {
    let draft = store::drafts::get(read, course)?;
    let lessons = store::drafts::outline(read, course)?;
    let policy: PublishPolicy = settings::get(read)?;
    let sites = settings::get(read)?;
    let mut weigh = Weigh::default();
    outline(&mut weigh, &draft.meta, &lessons);
    let own: HashSet<_> = lessons.iter().map(|place| place.lesson).collect();
    let links = links::Links::new(read, course, &own);
    description(&mut weigh, &links, &draft.meta)?;
    for place in &lessons {
        let look = lessons::Look {
            read,
            place,
            policy: &policy,
            links: &links,
            sites: &sites,
            language: draft.meta.language.as_str(),
        };
        look.at(&mut weigh)?;
    }
    let mut found = weigh.done();
    found.append(&mut others.ask(read, course)?);
    found.sort_by_key(|finding| finding.severity);
    Ok(found)
}

/// The course as a whole: its summary and its days.
fn outline(weigh: &mut Weigh, meta: &Meta, lessons: &[VersionLesson]) {
    if meta.summary.as_str().is_empty() {
        let sentence = "Write one sentence for the catalogue.";
        weigh.block(At::course("summary"), "publish.summary_missing", sentence);
    }
    if lessons.is_empty() {
        return weigh.block(At::course("lessons"), "publish.no_lessons", "Add at least one lesson.");
    }
    if !lessons.iter().any(|place| place.is_required) {
        let sentence = "Make at least one lesson required.";
        weigh.block(At::course("lessons"), "publish.none_required", sentence);
    }
    match meta.length.days() {
        Some(days) => fixed_days(weigh, days, lessons),
        None => gaps(weigh, lessons),
    }
}

fn fixed_days(weigh: &mut Weigh, days: u16, lessons: &[VersionLesson]) {
    let empty = (1..=days).filter(|day| !lessons.iter().any(|place| place.day == *day));
    let empty: Vec<String> = empty.map(|day| day.to_string()).collect();
    if !empty.is_empty() {
        let sentence = format!("Give these days a lesson: {}.", empty.join(", "));
        weigh.block(At::course("lessons"), "publish.days_empty", sentence);
    }
    for place in lessons.iter().filter(|place| place.day > days) {
        let sentence = format!(
            "Move \u{201c}{}\u{201d}: day {} is after the last day, {days}, and learners meet it only after the course has ended.",
            place.title, place.day
        );
        weigh.warn(At::lesson(place.lesson, "day"), "publish.day_beyond_end", sentence);
    }
}

/// In self-paced courses days are only an order: a jump in it is most likely a slip.
fn gaps(weigh: &mut Weigh, lessons: &[VersionLesson]) {
    for pair in lessons.windows(2) {
        if pair[1].day > pair[0].day + 1 {
            let sentence = format!(
                "Between \u{201c}{}\u{201d} on day {} and \u{201c}{}\u{201d} on day {} there is nothing.",
                pair[0].title, pair[0].day, pair[1].title, pair[1].day
            );
            weigh.warn(At::lesson(pair[1].lesson, "day"), "publish.gap", sentence);
        }
    }
}

fn description(weigh: &mut Weigh, links: &links::Links<'_>, meta: &Meta) -> Result<()> {
    for block in super::body::look(&meta.description_html) {
        let at = At::course("description_html").block(block.id.as_deref());
        for link in &block.links {
            if let Some(sentence) = links.broken(link)? {
                weigh.block(at, "publish.link_broken", sentence);
            }
        }
    }
    Ok(())
}
