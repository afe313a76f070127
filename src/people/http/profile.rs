//! A person's own profile.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    kernel::{
        error::{Error, Result},
        id::CategoryId,
        text::{Language, Line, PersonName},
        time::Zone,
    },
    people::{
        actions::{self, ProfileChange},
        model::{Profile, SkillLevel, TextSize, Theme, User},
        store,
    },
    platform::web::{
        extract::{Body, not_null, present},
        guard::{Guard, SignedIn},
    },
};

/// A person's own profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProfileOut {
    /// The name that others see.
    pub name: PersonName,
    /// One line about him; may be empty.
    pub headline: Line,
    /// Where his days begin and end.
    pub time_zone: Zone,
    /// The language of his screens and mails.
    pub language: Language,
    /// Categories he wants to learn about.
    pub interests: Vec<CategoryId>,
    /// How much he knows; null until he says.
    #[schema(required)]
    pub skill_level: Option<SkillLevel>,
    /// Minutes a day that he wants to learn; null until he says.
    #[schema(required, minimum = 5, maximum = 120)]
    pub daily_goal_minutes: Option<u8>,
    /// Light or dark.
    pub theme: Theme,
    /// The size of text as a factor: 0.9, 1, 1.15 or 1.3.
    pub text_size: f64,
    /// Where his picture is served, with its content in the address; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture_url: Option<String>,
}

impl ProfileOut {
    /// The profile as the API shows it to its owner.
    #[must_use]
    pub fn of(user: &User, profile: Profile) -> Self {
        Self {
            picture_url: profile.picture.map(|picture| {
                let version = picture.sha256.get(..12).unwrap_or_default();
                format!("/api/v1/users/{}/picture?v={version}", user.id)
            }),
            name: user.name.clone(),
            headline: profile.headline,
            time_zone: user.time_zone.clone(),
            language: user.language.clone(),
            interests: profile.interests,
            skill_level: profile.skill_level,
            daily_goal_minutes: profile.daily_goal_minutes,
            theme: profile.theme,
            text_size: profile.text_size.factor(),
        }
    }
}

/// What a person changes of his profile: absent fields stay; null clears where it is allowed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfilePatch {
    /// The name that others see.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    name: Option<PersonName>,
    /// One line about him; null clears.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Line>)]
    headline: Option<Option<Line>>,
    /// Where his days begin and end.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    time_zone: Option<Zone>,
    /// The language of his screens and mails.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    language: Option<Language>,
    /// Categories he wants to learn about, at most 20; null clears.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<CategoryId>>, max_items = 20)]
    interests: Option<Option<Vec<CategoryId>>>,
    /// How much he knows; null clears.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<SkillLevel>)]
    skill_level: Option<Option<SkillLevel>>,
    /// Minutes a day that he wants to learn; null clears.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u8>, minimum = 5, maximum = 120)]
    daily_goal_minutes: Option<Option<u8>>,
    /// Light or dark; null is as the device says.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Theme>)]
    theme: Option<Option<Theme>>,
    /// The size of text as a factor: 0.9, 1, 1.15 or 1.3; null is 1.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<f64>)]
    text_size: Option<Option<f64>>,
}

impl ProfilePatch {
    fn parse(self) -> Result<ProfileChange> {
        let size = |factor: Option<f64>| factor.map_or(Ok(TextSize::ORDINARY), TextSize::from_factor);
        let text_size = self.text_size.map(size).transpose();
        Ok(ProfileChange {
            name: self.name,
            headline: self.headline.map(|line| line.unwrap_or_else(Line::empty)),
            time_zone: self.time_zone,
            language: self.language,
            interests: self.interests.map(Option::unwrap_or_default),
            skill_level: self.skill_level,
            daily_goal_minutes: self.daily_goal_minutes,
            theme: self.theme.map(Option::unwrap_or_default),
            text_size: text_size.map_err(|e| Error::field("text_size", e.code, e.message))?,
        })
    }
}

/// The signed-in person's profile.
#[utoipa::path(get, path = "/me/profile", tag = "people", responses((status = 200, body = ProfileOut)))]
pub(super) async fn get_profile(g: Guard<SignedIn>) -> Result<Json<ProfileOut>> {
    let id = g.can.user();
    let found = g.db.read("people.profile", move |read| {
        let profile = store::find_profile(read, id)?.ok_or(Error::NotFound("user"))?;
        Ok((store::get_user(read, id)?, profile))
    });
    let (user, profile) = found.await?;
    Ok(Json(ProfileOut::of(&user, profile)))
}

/// Changes any part of the signed-in person's profile.
#[utoipa::path(patch, path = "/me/profile", tag = "people", request_body = ProfilePatch, responses((status = 200, body = ProfileOut)))]
pub(super) async fn update_profile(g: Guard<SignedIn>, Body(patch): Body<ProfilePatch>) -> Result<Json<ProfileOut>> {
    let (id, change) = (g.can.user(), patch.parse()?);
    let changed =
        g.db.write("people.update_profile", move |tx| actions::update_profile(tx, id, change));
    let (user, profile) = changed.await?;
    Ok(Json(ProfileOut::of(&user, profile)))
}
