//! How complete a profile is.

use serde::Serialize;

use super::Profile;

/// How much of the profile that counts is filled in: the same fields earn the badge for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ProfileCompletion)]
pub struct Completion {
    /// 0–100.
    pub percent: u8,
    /// What is missing.
    pub missing: Vec<ProfileField>,
}

/// A field that counts towards a complete profile. Name, time zone and language count too, and
/// every account has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProfileField {
    /// At least one interest.
    Interests,
    /// Minutes a day.
    DailyGoalMinutes,
    /// How much he knows.
    SkillLevel,
}

impl Completion {
    /// The percentage when fields that the admin requires count too: each as much as one of ours.
    #[must_use]
    pub(in crate::people) fn percent_with(&self, filled: usize, required: usize) -> u8 {
        let own = Profile::FIELDS - self.missing.len();
        u8::try_from((own + filled) * 100 / (Profile::FIELDS + required)).unwrap_or(100)
    }
}

impl Profile {
    /// Name, time zone, language, and the three that may be missing.
    const FIELDS: usize = 6;

    /// How much of what counts is filled in.
    #[must_use]
    pub fn completion(&self) -> Completion {
        let missing: Vec<_> = [
            (ProfileField::Interests, self.interests.is_empty()),
            (ProfileField::DailyGoalMinutes, self.daily_goal_minutes.is_none()),
            (ProfileField::SkillLevel, self.skill_level.is_none()),
        ]
        .into_iter()
        .filter_map(|(field, is_missing)| is_missing.then_some(field))
        .collect();
        let percent = (Self::FIELDS - missing.len()) * 100 / Self::FIELDS;
        Completion {
            percent: u8::try_from(percent).unwrap_or(100),
            missing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kernel::{id::CategoryId, text::Line},
        people::{SkillLevel, TextSize, Theme},
    };

    #[test]
    fn every_counting_field_counts_once() {
        let mut profile = Profile {
            headline: Line::empty(),
            interests: Vec::new(),
            skill_level: None,
            daily_goal_minutes: None,
            theme: Theme::System,
            text_size: TextSize::ORDINARY,
            picture: None,
        };
        assert_eq!(profile.completion().percent, 50);
        profile.interests.push(CategoryId::from_raw(1));
        profile.skill_level = Some(SkillLevel::Beginner);
        assert_eq!(profile.completion().missing, vec![ProfileField::DailyGoalMinutes]);
        profile.daily_goal_minutes = Some(20);
        assert_eq!(profile.completion().percent, 100);
    }
}
