//! Who may join, follow and change what. Each proof's constructor is private to this file.

use serde::Deserialize;

use super::{
    access::{OpenLesson, lesson_access},
    model::{Audience, Enrolment},
    store,
};
use crate::{
    courses::{self, CourseHead, CoursePath},
    kernel::{
        actor::{Actor, Person, Role},
        error::{Error, Result},
        id::{AssignmentId, CourseId, EnrolmentId, GroupId, LessonId, UserId},
    },
    people,
    platform::{
        db::Read,
        web::guard::{NoKey, PathKey, Require},
    },
};

/// May see a course as a learner: a signed-in person, a course he may know of, and his place in it.
#[derive(Debug, Clone)]
pub struct FollowCourse {
    person: Person,
    head: CourseHead,
    enrolment: Option<Enrolment>,
    is_staff: bool,
}

impl FollowCourse {
    /// The person.
    #[must_use]
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// The course.
    #[must_use]
    pub fn course(&self) -> &CourseHead {
        &self.head
    }

    /// His enrolment, if he has joined and not left.
    #[must_use]
    pub fn enrolment(&self) -> Option<&Enrolment> {
        self.enrolment.as_ref()
    }

    /// Whether he edits the course, and so reads all of it.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.is_staff
    }
}

impl Require for FollowCourse {
    type Key = PathKey<CoursePath>;
    fn decide(read: &Read<'_>, actor: &Actor, key: &Self::Key) -> Result<Self> {
        let person = actor.signed_in()?.clone();
        let head = courses::find_any(read, &key.0.course)?;
        let enrolment = store::find_live(read, person.id, head.id)?;
        // Who learns a course keeps it when it is archived.
        if enrolment.is_none() {
            courses::find_visible(read, actor, &head.id.into())?;
        }
        let is_staff = actor.is_at_least(Role::Instructor) && courses::can_edit(read, actor, head.id)?;
        Ok(Self {
            person,
            head,
            enrolment,
            is_staff,
        })
    }
}

impl FollowCourse {
    /// Somebody whom the instance lets join a course: whoever assigns it answers for his seeing it.
    pub(super) fn as_assigned(read: &Read<'_>, person: Person, course: CourseId) -> Result<Self> {
        let head = courses::find_any(read, &course.into())?;
        let enrolment = store::find_live(read, person.id, head.id)?;
        Ok(Self {
            person,
            head,
            enrolment,
            is_staff: false,
        })
    }
}

/// May assign courses: admins to everybody, managers to the members of their groups.
#[derive(Debug, Clone)]
pub(super) struct Assign {
    /// The groups that he manages; `None` for admins.
    groups: Option<Vec<GroupId>>,
}

impl Assign {
    /// Whether he may assign to these.
    ///
    /// # Errors
    /// `Denied("group")`, or a database fault.
    pub(super) fn may_assign(&self, read: &Read<'_>, audience: &Audience) -> Result<()> {
        let Some(groups) = &self.groups else { return Ok(()) };
        let is_inside = |user: &UserId| {
            let inside = groups.iter().map(|group| people::is_member(read, *group, *user));
            inside.collect::<Result<Vec<bool>>>().map(|all| all.contains(&true))
        };
        let all_groups = audience.groups.iter().all(|group| groups.contains(group));
        let outside = audience
            .people
            .iter()
            .map(is_inside)
            .collect::<Result<Vec<bool>>>()?
            .contains(&false);
        if !all_groups || outside || (audience.groups.is_empty() && audience.people.is_empty()) {
            return Err(Error::Denied("group"));
        }
        Ok(())
    }

    fn of(read: &Read<'_>, actor: &Actor) -> Result<Self> {
        if actor.require(Role::Admin).is_ok() {
            return Ok(Self { groups: None });
        }
        let groups = people::managed_by(read, actor.signed_in()?.id)?;
        if groups.is_empty() {
            return Err(Error::Denied("role"));
        }
        Ok(Self { groups: Some(groups) })
    }
}

impl Require for Assign {
    type Key = NoKey;
    fn decide(read: &Read<'_>, actor: &Actor, _: &NoKey) -> Result<Self> {
        Self::of(read, actor)
    }
}

/// `{assignment}` of a path.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct AssignmentPath {
    assignment: AssignmentId,
}

/// May see and end one assignment: whoever may assign to all of its people.
#[derive(Debug)]
pub(super) struct OneAssignment(Assign, AssignmentId);

impl OneAssignment {
    /// Which.
    pub(super) fn id(&self) -> AssignmentId {
        self.1
    }

    /// That he may assign.
    pub(super) fn assign(&self) -> &Assign {
        &self.0
    }
}

impl Require for OneAssignment {
    type Key = PathKey<AssignmentPath>;
    fn decide(read: &Read<'_>, actor: &Actor, PathKey(path): &PathKey<AssignmentPath>) -> Result<Self> {
        let assign = Assign::of(read, actor)?;
        let hidden = |_| Error::NotFound("assignment");
        assign.may_assign(read, &store::audience(read, path.assignment)?).map_err(hidden)?;
        store::get_assignment(read, path.assignment)?;
        Ok(Self(assign, path.assignment))
    }
}

/// The path key of one enrolment.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct EnrolmentPath {
    /// Its id.
    pub enrolment: EnrolmentId,
}

/// May change an enrolment: his own.
#[derive(Debug, Clone)]
pub struct OwnEnrolment {
    person: Person,
    enrolment: EnrolmentId,
}

impl OwnEnrolment {
    /// The person.
    #[must_use]
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// The enrolment.
    #[must_use]
    pub fn enrolment(&self) -> EnrolmentId {
        self.enrolment
    }
}

impl Require for OwnEnrolment {
    type Key = PathKey<EnrolmentPath>;
    fn decide(read: &Read<'_>, actor: &Actor, key: &Self::Key) -> Result<Self> {
        let person = actor.signed_in()?.clone();
        let enrolment = store::get(read, key.0.enrolment)?;
        if enrolment.user != person.id {
            return Err(Error::NotFound("enrolment"));
        }
        Ok(Self {
            person,
            enrolment: enrolment.id,
        })
    }
}

/// The path key of one lesson.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct LessonPath {
    /// Its id.
    pub lesson: LessonId,
}

/// May open a lesson, and do in it what learners do.
#[derive(Debug, Clone)]
pub struct LearnLesson {
    actor: Actor,
    person: Person,
    lesson: OpenLesson,
}

impl LearnLesson {
    /// The person.
    #[must_use]
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// The lesson as it was open to him when this was decided.
    #[must_use]
    pub fn lesson(&self) -> &OpenLesson {
        &self.lesson
    }

    /// Decides once more, on a newer state: deeds ask this inside their own transaction.
    ///
    /// # Errors
    /// As [`Require::decide`].
    pub fn again(&self, read: &Read<'_>) -> Result<OpenLesson> {
        lesson_access(read, &self.actor, self.lesson.lesson())?.open()
    }
}

impl Require for LearnLesson {
    type Key = PathKey<LessonPath>;
    fn decide(read: &Read<'_>, actor: &Actor, key: &Self::Key) -> Result<Self> {
        let person = actor.signed_in()?.clone();
        let lesson = lesson_access(read, actor, key.0.lesson)?.open()?;
        Ok(Self {
            actor: actor.clone(),
            person,
            lesson,
        })
    }
}
