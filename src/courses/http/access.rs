//! Who writes a course, who sees it, and what comes before it: holds at once, without a publish.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    courses::{
        actions::{self, AccessChange},
        model::{CourseRef, Visibility},
        needs::{Prerequisite, prerequisites},
        policy::{EditCourse, EditHand, WriteCourses},
        store,
    },
    kernel::{
        actor::{Actor, Role},
        error::{Error, Result},
        id::{CourseId, GroupId, UserId},
        text::{Email, GroupName, PersonName},
    },
    people::{self, ListQuery, ListUsers, UserState},
    platform::{
        db::Read,
        web::{
            extract::{Body, Query, not_null},
            guard::Guard,
        },
    },
};

/// The most guests that the settings show, and suggestions that a search gives.
const MOST_GUESTS: u32 = 200;
const SUGGESTIONS: u32 = 8;

/// A person, by his name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CourseHand)]
pub(in crate::courses) struct Hand {
    id: UserId,
    name: PersonName,
}

/// A group, by its name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CourseGroupRef)]
pub(in crate::courses) struct GroupRef {
    id: GroupId,
    #[schema(value_type = String)]
    name: GroupName,
}

/// Who writes a course, who sees it, and what comes before it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CourseAccessOut)]
pub(in crate::courses) struct AccessOut {
    /// Its first author; absent after he left.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<Hand>,
    /// Who writes it with him.
    authors: Vec<Hand>,
    visibility: Visibility,
    /// Whose members see it while the visibility is `groups`.
    groups: Vec<GroupRef>,
    /// Who sees it while the visibility is `invitation`: the latest 200.
    guests: Vec<Hand>,
    /// What has to be finished before one may join.
    prerequisites: Vec<Prerequisite>,
    /// Whether a moderator has hidden it.
    is_hidden: bool,
}

impl AccessOut {
    fn load(read: &Read<'_>, actor: &Actor, course: CourseId) -> Result<Self> {
        let head = store::courses::get(read, &CourseRef::Id(course))?;
        let hands = |ids: &[UserId]| -> Result<Vec<Hand>> {
            let named = people::list_names(read, ids)?.into_iter();
            Ok(named.map(|(id, name)| Hand { id, name }).collect())
        };
        let wanted = store::access::list_groups(read, course)?;
        let groups = people::list_groups(read)?.into_iter().filter(|group| wanted.contains(&group.id));
        Ok(Self {
            owner: hands(&Vec::from_iter(head.owner))?.pop(),
            authors: hands(&store::access::list_authors(read, course)?)?,
            visibility: head.visibility,
            groups: groups.map(GroupRef::of).collect(),
            guests: hands(&store::access::list_guests(read, course, MOST_GUESTS)?)?,
            prerequisites: prerequisites(read, actor, course, None)?,
            is_hidden: head.is_hidden,
        })
    }
}

impl GroupRef {
    fn of(group: people::Group) -> Self {
        Self {
            id: group.id,
            name: group.name,
        }
    }
}

/// Who writes a course, who sees it, and what comes before it.
#[utoipa::path(get, path = "/courses/{course}/access", tag = "courses", params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 200, body = AccessOut)))]
pub(in crate::courses) async fn get_course_access(g: Guard<EditCourse>) -> Result<Json<AccessOut>> {
    let found =
        g.db.read("courses.access", move |read| AccessOut::load(read, &g.actor, g.can.course()));
    Ok(Json(found.await?))
}

/// What changes of a course's access: absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CourseAccessPatch)]
pub(in crate::courses) struct AccessPatch {
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    visibility: Option<Visibility>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, max_items = 20)]
    groups: Option<Vec<GroupId>>,
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, max_items = 20)]
    prerequisites: Option<Vec<CourseId>>,
}

/// Changes who sees a course and what comes before it. It holds at once.
#[utoipa::path(patch, path = "/courses/{course}/access", tag = "courses", request_body = AccessPatch,
    params(("course" = String, Path, description = "Id or slug.")), responses((status = 200, body = AccessOut)))]
pub(in crate::courses) async fn change_course_access(g: Guard<EditCourse>, Body(body): Body<AccessPatch>) -> Result<Json<AccessOut>> {
    let change = AccessChange {
        visibility: body.visibility,
        groups: body.groups,
        prerequisites: body.prerequisites,
    };
    let changed = g.db.write("courses.change_access", move |tx| {
        actions::change_access(tx, &g.can, change)?;
        AccessOut::load(tx, tx.actor(), g.can.course())
    });
    Ok(Json(changed.await?))
}

/// Lets another instructor write the course.
#[utoipa::path(put, path = "/courses/{course}/authors/{user}", tag = "courses",
    params(("course" = String, Path, description = "Id or slug."), ("user" = UserId, Path)),
    responses((status = 204), (status = 422, description = "`author.not_instructor`.")))]
pub(in crate::courses) async fn add_author(g: Guard<EditHand>) -> Result<StatusCode> {
    let added = g.db.write("courses.add_author", move |tx| {
        actions::add_author(tx, g.can.course(), g.can.user())
    });
    added.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the course from a co-author.
#[utoipa::path(delete, path = "/courses/{course}/authors/{user}", tag = "courses",
    params(("course" = String, Path, description = "Id or slug."), ("user" = UserId, Path)), responses((status = 204)))]
pub(in crate::courses) async fn remove_author(g: Guard<EditHand>) -> Result<StatusCode> {
    let gone = g.db.write("courses.remove_author", move |tx| {
        actions::remove_author(tx, g.can.course(), g.can.user())
    });
    gone.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who is invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CourseGuestIn)]
pub(in crate::courses) struct GuestIn {
    /// The address of somebody's account.
    email: Email,
}

/// Invites somebody with an account to a course that is for invited people.
#[utoipa::path(post, path = "/courses/{course}/guests", tag = "courses", request_body = GuestIn,
    params(("course" = String, Path, description = "Id or slug.")),
    responses((status = 200, body = AccessOut), (status = 422, description = "`guest.unknown`: nobody has this address.")))]
pub(in crate::courses) async fn invite_guest(g: Guard<EditCourse>, Body(body): Body<GuestIn>) -> Result<Json<AccessOut>> {
    let invited = g.db.write("courses.invite", move |tx| {
        let found = people::find_by_email(tx, &body.email)?;
        let found = found.ok_or_else(|| {
            Error::field(
                "email",
                "guest.unknown",
                "Nobody here has this address. Invite the person to the site first.",
            )
        })?;
        actions::invite(tx, &g.can, found.id)?;
        AccessOut::load(tx, tx.actor(), g.can.course())
    });
    Ok(Json(invited.await?))
}

/// Takes an invitation back; who has joined stays.
#[utoipa::path(delete, path = "/courses/{course}/guests/{user}", tag = "courses",
    params(("course" = String, Path, description = "Id or slug."), ("user" = UserId, Path)), responses((status = 204)))]
pub(in crate::courses) async fn uninvite_guest(g: Guard<EditHand>) -> Result<StatusCode> {
    let gone =
        g.db.write("courses.uninvite", move |tx| actions::uninvite(tx, g.can.course(), g.can.user()));
    gone.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::courses) struct NameQuery {
    /// Beginnings of words of the name.
    #[serde(default)]
    q: String,
}

/// Instructors and admins by name: who may become a co-author.
#[utoipa::path(get, path = "/teach/people", tag = "courses", params(NameQuery), responses((status = 200, body = Vec<Hand>)))]
pub(in crate::courses) async fn find_instructors(g: Guard<WriteCourses>, Query(query): Query<NameQuery>) -> Result<Json<Vec<Hand>>> {
    let found = g.db.read("courses.instructors", move |read| {
        let mut all = Vec::new();
        for role in [Role::Instructor, Role::Admin] {
            let mut wanted = ListQuery::new(Some(SUGGESTIONS)).matching(&query.q);
            wanted.filter.role = Some(role);
            wanted.filter.state = Some(UserState::Active);
            let page = people::list_users(read, &ListUsers::as_system("instructors are looked for"), &wanted)?;
            all.extend(page.items.into_iter().map(|user| Hand {
                id: user.id,
                name: user.name,
            }));
        }
        Ok(all)
    });
    Ok(Json(found.await?))
}

/// Groups by name: whose members may see a course.
#[utoipa::path(get, path = "/teach/groups", tag = "courses", params(NameQuery), responses((status = 200, body = Vec<GroupRef>)))]
pub(in crate::courses) async fn find_groups(g: Guard<WriteCourses>, Query(query): Query<NameQuery>) -> Result<Json<Vec<GroupRef>>> {
    let wanted = query.q.trim().to_lowercase();
    let found = g.db.read("courses.groups", people::list_groups).await?;
    let fits = found
        .into_iter()
        .filter(|group| group.name.as_str().to_lowercase().contains(&wanted));
    Ok(Json(fits.take(50).map(GroupRef::of).collect()))
}
