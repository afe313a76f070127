//! The verbs: what people do with their profiles, and admins with people.

use super::{
    jobs::{DropExports, DropPicture},
    model::{Access, Picture, Profile, TextSize, User},
    policy::ManageUser,
    store,
};
use crate::{
    kernel::{
        actor::{Plan, Role},
        error::{Error, Result},
        event::Event,
        id::{CategoryId, UserId},
        text::{Language, Line, PersonName},
        time::Zone,
    },
    people::{SkillLevel, Theme},
    platform::{audit, db::Tx},
};

/// Interests that one person may have.
const MOST_INTERESTS: usize = 20;

/// What a person changes of his profile: what is `None` stays; the inner `None` clears.
#[derive(Debug, Default)]
pub struct ProfileChange {
    /// The name that others see.
    pub name: Option<PersonName>,
    /// What he does, in a line.
    pub headline: Option<Line>,
    /// Where his days begin and end.
    pub time_zone: Option<Zone>,
    /// The language of his screens and mails.
    pub language: Option<Language>,
    /// What he likes to learn about.
    pub interests: Option<Vec<CategoryId>>,
    /// How much he knows.
    pub skill_level: Option<Option<SkillLevel>>,
    /// Minutes a day, 5–120.
    pub daily_goal_minutes: Option<Option<u8>>,
    /// Light or dark.
    pub theme: Option<Theme>,
    /// The size of text.
    pub text_size: Option<TextSize>,
}

/// Changes a person's own profile.
///
/// # Errors
/// `NotFound`, `Invalid` for a goal or interests that cannot be.
pub fn update_profile(tx: &Tx<'_>, user: UserId, change: ProfileChange) -> Result<(User, Profile)> {
    let person = store::get_user(tx, user)?;
    let mut profile = store::find_profile(tx, user)?.ok_or(Error::NotFound("user"))?;
    if let Some(name) = &change.name {
        store::rename(tx, user, name)?;
    }
    if change.time_zone.is_some() || change.language.is_some() {
        let zone = change.time_zone.unwrap_or(person.time_zone);
        store::set_place(tx, user, &zone, &change.language.unwrap_or(person.language))?;
    }
    profile.headline = change.headline.unwrap_or(profile.headline);
    profile.skill_level = change.skill_level.unwrap_or(profile.skill_level);
    profile.daily_goal_minutes = change.daily_goal_minutes.unwrap_or(profile.daily_goal_minutes);
    profile.theme = change.theme.unwrap_or(profile.theme);
    profile.text_size = change.text_size.unwrap_or(profile.text_size);
    if profile.daily_goal_minutes.is_some_and(|goal| !(5..=120).contains(&goal)) {
        return Err(Error::field("daily_goal_minutes", "goal.out_of_range", "Choose 5 to 120 minutes."));
    }
    store::update_profile(tx, user, &profile)?;
    if let Some(interests) = change.interests {
        if interests.len() > MOST_INTERESTS {
            return Err(Error::field("interests", "interests.too_many", "Choose at most 20 interests."));
        }
        store::replace_interests(tx, user, &interests)?;
    }
    tx.tell(&Event::UserProfileChanged { user })?;
    let profile = store::find_profile(tx, user)?.ok_or(Error::NotFound("user"))?;
    recount_completion(tx, user)?;
    Ok((store::get_user(tx, user)?, profile))
}

/// Counts anew how much of a person's profile is filled in, the fields that the admin requires
/// among it.
pub(super) fn recount_completion(tx: &Tx<'_>, user: UserId) -> Result<()> {
    let Some(profile) = store::find_profile(tx, user)? else {
        return Ok(());
    };
    let required: Vec<_> = store::list_fields(tx)?.into_iter().filter(|field| field.is_required).collect();
    let values = if required.is_empty() {
        Vec::new()
    } else {
        store::list_values(tx, user)?
    };
    let filled = required.iter().filter(|field| values.iter().any(|(id, _)| *id == field.id)).count();
    store::set_completion(tx, user, profile.completion().percent_with(filled, required.len()))
}

/// Sets or takes away a person's own picture; the file of the former one is deleted later.
pub(super) fn set_picture(tx: &Tx<'_>, user: UserId, picture: Option<&Picture>) -> Result<()> {
    let former = store::find_picture(tx, user)?;
    if former.as_ref() == picture {
        return Ok(());
    }
    store::set_picture(tx, user, picture)?;
    drop_later(tx, former)?;
    tx.tell(&Event::UserProfileChanged { user })
}

fn drop_later(tx: &Tx<'_>, picture: Option<Picture>) -> Result<()> {
    if let Some(Picture { sha256, .. }) = picture {
        tx.enqueue(&DropPicture { sha256 })?;
    }
    Ok(())
}

/// What an admin changes of somebody's access: what is `None` stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct AccessChange {
    /// What he may do.
    pub role: Option<Role>,
    /// What he paid for or was granted.
    pub plan: Option<Plan>,
    /// Whether he may sign in.
    pub is_active: Option<bool>,
}

/// Changes what a person may do. It holds from his next request on.
///
/// # Errors
/// `NotFound`, or `Conflict` `user.last_admin` when nobody would be left to run the instance.
pub fn change_access(tx: &Tx<'_>, can: &ManageUser, change: AccessChange) -> Result<User> {
    let user = store::get_user(tx, can.user())?;
    let before = user.access();
    let after = Access {
        role: change.role.unwrap_or(before.role),
        plan: change.plan.unwrap_or(before.plan),
        is_active: change.is_active.unwrap_or(before.is_active),
    };
    if before == after {
        return Ok(user);
    }
    if before.is_running_admin() && !after.is_running_admin() {
        keep_an_admin(tx, user.id)?;
    }
    store::update_access(tx, user.id, after)?;
    audit::record(tx, "people.change_access", &user.id.to_string(), Some(&before), Some(&after))?;
    tx.tell(&Event::UserAccessChanged {
        user: user.id,
        role: after.role,
        plan: after.plan,
        is_active: after.is_active,
    })?;
    store::get_user(tx, user.id)
}

/// Refuses a deed after which nobody could run the instance.
///
/// # Errors
/// `Conflict` `user.last_admin`.
pub fn keep_an_admin(tx: &Tx<'_>, leaving: UserId) -> Result<()> {
    let user = store::get_user(tx, leaving)?;
    if user.access().is_running_admin() && !store::has_other_admin(tx, leaving)? {
        return Err(Error::conflict(
            "user.last_admin",
            "This is the only admin. Make somebody else an admin first.",
        ));
    }
    Ok(())
}

/// Deletes everything this slice knows about a person.
pub(super) fn forget(tx: &Tx<'_>, user: UserId) -> Result<()> {
    let picture = store::find_picture(tx, user)?;
    store::delete_user(tx, user)?;
    // A file with his data dies with him, and so does a list that may name him.
    store::delete_imports(tx, tx.now())?;
    tx.enqueue(&DropExports {})?;
    drop_later(tx, picture)
}
