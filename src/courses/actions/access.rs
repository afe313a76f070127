//! Who writes a course, who sees it, what comes before it, and what a moderator says.

use crate::{
    courses::{
        model::{CourseRef, Visibility},
        policy::{EditCourse, again, writes},
        store,
    },
    kernel::{
        actor::Role,
        error::{Error, Result},
        event::Event,
        id::{CourseId, GroupId, LessonId, UserId},
    },
    people,
    platform::{
        audit,
        db::{Read, Tx},
    },
};

/// The most co-authors, groups or prerequisites that a course has.
const MOST: usize = 20;

/// Lets another instructor write the course.
///
/// # Errors
/// `Invalid` for somebody who is no instructor; `Conflict` when there are twenty.
pub(in crate::courses) fn add_author(tx: &Tx<'_>, can: &EditCourse, user: UserId) -> Result<()> {
    let head = store::courses::get(tx, &CourseRef::Id(can.course()))?;
    again(tx, tx.actor(), &head)?;
    let found = people::find_user(tx, user)?.filter(|found| found.role >= Role::Instructor && found.is_active);
    if found.is_none() {
        let message = "Choose an instructor or an admin: others do not write courses.";
        return Err(Error::field("user", "author.not_instructor", message));
    }
    if writes(tx, user, &head)? {
        return Ok(());
    }
    if store::access::list_authors(tx, head.id)?.len() >= MOST {
        return Err(Error::conflict("course.authors_full", "A course has at most 20 co-authors."));
    }
    store::access::insert_author(tx, head.id, user)?;
    audit::record(tx, "courses.add_author", &head.id.to_string(), None::<&()>, Some(&user))
}

/// Takes the course from a co-author.
///
/// # Errors
/// `NotFound` when he is none.
pub(in crate::courses) fn remove_author(tx: &Tx<'_>, can: &EditCourse, user: UserId) -> Result<()> {
    if !store::access::delete_author(tx, can.course(), user)? {
        return Err(Error::NotFound("author"));
    }
    audit::record(tx, "courses.remove_author", &can.course().to_string(), Some(&user), None::<&()>)
}

/// What of a course's access is to change.
#[derive(Debug, Clone, Default)]
pub(in crate::courses) struct AccessChange {
    pub(in crate::courses) visibility: Option<Visibility>,
    pub(in crate::courses) groups: Option<Vec<GroupId>>,
    pub(in crate::courses) prerequisites: Option<Vec<CourseId>>,
}

/// Changes who sees a course and what comes before it. It holds at once, without a publish.
///
/// # Errors
/// `Invalid` for unknown groups or courses, for too many, or when courses would wait for each other.
pub(in crate::courses) fn change_access(tx: &Tx<'_>, can: &EditCourse, change: AccessChange) -> Result<()> {
    let head = store::courses::get(tx, &CourseRef::Id(can.course()))?;
    again(tx, tx.actor(), &head)?;
    if let Some(groups) = change.groups {
        check_groups(tx, &groups)?;
        store::access::set_groups(tx, head.id, &groups)?;
    }
    let visibility = change.visibility.unwrap_or(head.visibility);
    if visibility == Visibility::Groups && store::access::list_groups(tx, head.id)?.is_empty() {
        return Err(Error::field("groups", "course.no_groups", "Choose at least one group."));
    }
    store::access::set_visibility(tx, head.id, visibility)?;
    if let Some(needs) = change.prerequisites {
        check_prerequisites(tx, head.id, &needs)?;
        store::access::set_prerequisites(tx, head.id, &needs)?;
    }
    tx.tell(&Event::CourseAccessChanged { course: head.id })?;
    audit::record(
        tx,
        "courses.change_access",
        &head.id.to_string(),
        Some(&head.visibility),
        Some(&visibility),
    )
}

fn check_groups(tx: &Tx<'_>, groups: &[GroupId]) -> Result<()> {
    if groups.len() > MOST {
        return Err(Error::field("groups", "list.too_long", "Choose at most 20 groups."));
    }
    let known = people::list_groups(tx)?;
    if groups.iter().all(|group| known.iter().any(|k| k.id == *group)) {
        Ok(())
    } else {
        Err(Error::field(
            "groups",
            "group.unknown",
            "One of these groups is gone. Choose again.",
        ))
    }
}

fn check_prerequisites(tx: &Tx<'_>, course: CourseId, needs: &[CourseId]) -> Result<()> {
    if needs.len() > MOST {
        return Err(Error::field("prerequisites", "list.too_long", "Choose at most 20 courses."));
    }
    for need in needs {
        if crate::courses::find_visible(tx, tx.actor(), &(*need).into()).is_err() {
            return Err(Error::field(
                "prerequisites",
                "course.unknown",
                "One of these courses is not there.",
            ));
        }
        if *need == course || leads_to(tx, *need, course)? {
            let message = "These courses would wait for each other. Take one of them away.";
            return Err(Error::field("prerequisites", "course.circle", message));
        }
    }
    Ok(())
}

/// Whether one has to finish `goal`, by whatever way, before `from`.
fn leads_to(read: &Read<'_>, from: CourseId, goal: CourseId) -> Result<bool> {
    let mut seen = vec![from];
    let mut next = 0;
    while let Some(course) = seen.get(next).copied() {
        for need in store::access::list_prerequisites(read, course)? {
            if need == goal {
                return Ok(true);
            }
            if !seen.contains(&need) {
                seen.push(need);
            }
        }
        next += 1;
    }
    Ok(false)
}

/// Invites somebody to a course that is for invited people.
///
/// # Errors
/// A database fault.
pub(in crate::courses) fn invite(tx: &Tx<'_>, can: &EditCourse, user: UserId) -> Result<()> {
    if store::access::insert_guest(tx, can.course(), user)? {
        tx.tell(&Event::CourseAccessChanged { course: can.course() })?;
        audit::record(tx, "courses.invite", &can.course().to_string(), None::<&()>, Some(&user))?;
    }
    Ok(())
}

/// Takes an invitation back. Who has joined stays.
///
/// # Errors
/// `NotFound` when he was not invited.
pub(in crate::courses) fn uninvite(tx: &Tx<'_>, can: &EditCourse, user: UserId) -> Result<()> {
    if !store::access::delete_guest(tx, can.course(), user)? {
        return Err(Error::NotFound("guest"));
    }
    tx.tell(&Event::CourseAccessChanged { course: can.course() })?;
    audit::record(tx, "courses.uninvite", &can.course().to_string(), Some(&user), None::<&()>)
}

/// Hides a course from everybody but those who edit it, or shows it again. True when that changed
/// anything. Who may is for the caller to decide.
///
/// # Errors
/// `NotFound` or a database fault.
pub fn set_course_hidden(tx: &Tx<'_>, course: CourseId, is_hidden: bool) -> Result<bool> {
    let head = store::courses::get(tx, &course.into())?;
    if head.is_hidden == is_hidden {
        return Ok(false);
    }
    store::access::set_hidden(tx, course, is_hidden)?;
    store::listings::relist(tx, course)?;
    tx.tell(&Event::CourseAccessChanged { course })?;
    let action = if is_hidden { "courses.hide" } else { "courses.show" };
    audit::record(tx, action, &course.to_string(), None::<&()>, None::<&()>)?;
    Ok(true)
}

/// Hides a lesson from everybody but those who edit its course, or shows it again.
///
/// # Errors
/// `NotFound` or a database fault.
pub fn set_lesson_hidden(tx: &Tx<'_>, lesson: LessonId, is_hidden: bool) -> Result<bool> {
    let course = store::lessons::find_course(tx, lesson)?.ok_or(Error::NotFound("lesson"))?;
    if store::access::is_lesson_hidden(tx, lesson)? == is_hidden {
        return Ok(false);
    }
    store::access::set_lesson_hidden(tx, lesson, is_hidden)?;
    tx.tell(&Event::CourseAccessChanged { course })?;
    let action = if is_hidden { "courses.hide_lesson" } else { "courses.show_lesson" };
    audit::record(tx, action, &lesson.to_string(), None::<&()>, None::<&()>)?;
    Ok(true)
}
