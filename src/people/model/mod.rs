//! What a person is, as the school sees him.

mod bulk;
mod completion;
mod fields;
mod groups;
mod list;
mod rules;

use serde::{Deserialize, Serialize};

use crate::{
    kernel::{
        actor::{Plan, Role},
        error::TextError,
        fold::fold as fold_text,
        id::{CategoryId, UserId},
        text::{Email, Language, Line, PersonName},
        time::{Timestamp, Zone},
    },
    platform::mail::Letter,
};

pub use {
    bulk::{BulkAct, Effect},
    completion::{Completion, ProfileField},
    fields::{Field, FieldKind},
    groups::{Group, GroupKind},
    list::{ListQuery, UserFilter, UserSort, UserState},
};
pub(super) use {
    bulk::{BulkRun, BulkState, Whom},
    fields::flag,
    list::{FieldFilter, ListCursor},
    rules::Rule,
};

/// A person with an account.
#[derive(Debug, Clone)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// The name that others see.
    pub name: PersonName,
    /// The address, as written.
    pub email: Email,
    /// What he may do.
    pub role: Role,
    /// What he paid for or was granted.
    pub plan: Plan,
    /// Whether he may sign in.
    pub is_active: bool,
    /// Whether he proved his address.
    pub is_verified: bool,
    /// Where his days begin and end.
    pub time_zone: Zone,
    /// The language of his screens and mails.
    pub language: Language,
    /// Since when.
    pub created_at: Timestamp,
    /// When he was last here, to five minutes.
    pub last_seen_at: Option<Timestamp>,
    /// How much of his profile is filled in, 0–100.
    pub completion: u8,
    /// How he came: `setup`, `register`, `invite`, `import`, `cli` …
    pub source: String,
}

/// What a new account starts with.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The name that others see.
    pub name: PersonName,
    /// The address.
    pub email: Email,
    /// What he may do.
    pub role: Role,
    /// What he paid for or was granted.
    pub plan: Plan,
    /// Where his days begin and end.
    pub time_zone: Zone,
    /// The language of his screens and mails.
    pub language: Language,
    /// Whether his address is proven already.
    pub is_verified: bool,
    /// How he comes: `setup`, `register`, `invite`, `import`, `cli` …
    pub source: &'static str,
}

/// What every request of a signed-in person needs to know about him.
#[derive(Debug, Clone)]
pub struct ActorFacts {
    /// What he may do at this moment.
    pub role: Role,
    /// His plan at this moment.
    pub plan: Plan,
    /// Whether he may be here at all.
    pub is_active: bool,
    /// Where his days begin and end.
    pub zone: Zone,
}

/// How much somebody knows, in his own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkillLevel {
    /// New to most of it.
    Beginner,
    /// Knows the ground.
    Intermediate,
    /// Knows it well.
    Advanced,
}
crate::text_enum!(SkillLevel { Beginner = "beginner", Intermediate = "intermediate", Advanced = "advanced" });

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the device says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}
crate::text_enum!(Theme { System = "system", Light = "light", Dark = "dark" });

/// The size of text, in percent of the ordinary size: 90, 100, 115 or 130.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextSize(u8);

impl TextSize {
    /// The size that holds until a person chooses another.
    pub const ORDINARY: Self = Self(100);

    /// Accepts 0.9, 1, 1.15 and 1.3.
    ///
    /// # Errors
    /// [`TextError`] for any other factor.
    pub fn from_factor(factor: f64) -> Result<Self, TextError> {
        let known = [90_u8, 100, 115, 130];
        known
            .into_iter()
            .find(|percent| (factor * 100.0 - f64::from(*percent)).abs() < 0.01)
            .map(Self)
            .ok_or_else(|| TextError::new("text_size.unknown", "Choose 0.9, 1, 1.15 or 1.3."))
    }

    /// The size as a factor of the ordinary one.
    #[must_use]
    pub fn factor(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// The size in percent.
    #[must_use]
    pub const fn percent(self) -> u8 {
        self.0
    }

    pub(super) const fn from_percent(percent: u8) -> Self {
        Self(percent)
    }
}

/// What a person tells about himself and how he wants the screens.
#[derive(Debug, Clone)]
pub struct Profile {
    /// One line about him.
    pub headline: Line,
    /// What he wants to learn about.
    pub interests: Vec<CategoryId>,
    /// How much he knows.
    pub skill_level: Option<SkillLevel>,
    /// Minutes a day that he wants to learn, 5–120.
    pub daily_goal_minutes: Option<u8>,
    /// Light or dark.
    pub theme: Theme,
    /// How large text is.
    pub text_size: TextSize,
    /// His picture.
    pub picture: Option<Picture>,
}

/// A square picture that we encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// SHA-256 of its file, lower-case hex.
    pub sha256: String,
    /// `image/jpeg` or `image/webp`.
    pub mime: String,
}

/// What an admin changes of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// What he may do.
    pub role: Role,
    /// What he paid for or was granted.
    pub plan: Plan,
    /// Whether he may sign in.
    pub is_active: bool,
}

impl Access {
    /// Whether somebody with this access keeps the instance running.
    #[must_use]
    pub fn is_running_admin(self) -> bool {
        self.role == Role::Admin && self.is_active
    }
}

impl User {
    /// A letter to him, in his language.
    #[must_use]
    pub fn letter(&self, template: &'static str, data: serde_json::Value) -> Letter {
        Letter {
            to: self.email.clone(),
            to_name: self.name.to_string(),
            template,
            language: self.language.as_str().to_owned(),
            data,
        }
    }

    /// What an admin may change of him.
    #[must_use]
    pub fn access(&self) -> Access {
        Access {
            role: self.role,
            plan: self.plan,
            is_active: self.is_active,
        }
    }
}

/// By what a person's name is sorted.
pub(super) fn name_key(name: &PersonName) -> String {
    fold_text(name.as_str())
}

/// In what an admin looks for parts of a name or an address.
pub(super) fn fold(name: &PersonName, email: &Email) -> String {
    format!("{} {}", name_key(name), fold_text(&email.key()))
}
