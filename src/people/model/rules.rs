//! Rules that fill groups: what must be so with a person.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::User;
use crate::kernel::id::FieldId;

/// Conditions of one rule at most.
const MOST_TERMS: usize = 20;
/// Values of one condition at most.
const MOST_VALUES: usize = 100;

/// Who is in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::people) struct Rule {
    /// Whether every condition must hold, or one is enough.
    pub match_all: bool,
    /// The conditions.
    pub terms: Vec<RuleTerm>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::people) struct RuleTerm {
    /// What is looked at.
    pub on: RuleOn,
    /// Which field, if a field is looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<FieldId>,
    /// How it is compared.
    pub is: RuleIs,
    /// With what; small and capital letters are the same.
    pub values: Vec<String>,
}

/// What a condition looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::people) enum RuleOn {
    /// `learner`, `instructor` or `admin`.
    Role,
    /// `free` or `premium`.
    Plan,
    /// An IANA time zone.
    TimeZone,
    /// A language tag.
    Language,
    /// How he came.
    Source,
    /// What stands after the @ of his address.
    EmailDomain,
    /// A field that the admin defined.
    Field,
}

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::people) enum RuleIs {
    /// It is one of the values.
    OneOf,
    /// It is none of the values.
    NoneOf,
    /// One of the values is in it.
    Contains,
}

impl Rule {
    /// What is wrong with it, if anything.
    #[must_use]
    pub(in crate::people) fn fault(&self) -> Option<&'static str> {
        if self.terms.is_empty() {
            return Some("Add a condition.");
        }
        if self.terms.len() > MOST_TERMS {
            return Some("Use at most 20 conditions.");
        }
        let is_bad = |term: &RuleTerm| {
            let empty = term.values.iter().all(|value| value.trim().is_empty());
            empty || term.values.len() > MOST_VALUES || (term.on == RuleOn::Field) != term.field.is_some()
        };
        self.terms
            .iter()
            .any(is_bad)
            .then_some("Give every condition a value, and at most 100.")
    }

    /// Whether a person is in. People whose account is closed are in no group by rule.
    #[must_use]
    pub(in crate::people) fn holds(&self, user: &User, fields: &HashMap<FieldId, String>) -> bool {
        if !user.is_active || self.terms.is_empty() {
            return false;
        }
        let mut terms = self.terms.iter().map(|term| term.holds(user, fields));
        if self.match_all {
            terms.all(|holds| holds)
        } else {
            terms.any(|holds| holds)
        }
    }

    /// Whether a field is looked at.
    #[must_use]
    pub(in crate::people) fn uses(&self, field: FieldId) -> bool {
        self.terms.iter().any(|term| term.field == Some(field))
    }
}

impl RuleTerm {
    fn holds(&self, user: &User, fields: &HashMap<FieldId, String>) -> bool {
        let email = user.email.key();
        let value = match self.on {
            RuleOn::Role => user.role.word(),
            RuleOn::Plan => user.plan.word(),
            RuleOn::TimeZone => user.time_zone.name(),
            RuleOn::Language => user.language.as_str(),
            RuleOn::Source => &user.source,
            RuleOn::EmailDomain => email.rsplit_once('@').map_or("", |(_, domain)| domain),
            RuleOn::Field => self.field.and_then(|id| fields.get(&id)).map_or("", String::as_str),
        };
        let value = value.to_lowercase();
        let mut values = self
            .values
            .iter()
            .map(|text| text.trim().to_lowercase())
            .filter(|text| !text.is_empty());
        match self.is {
            RuleIs::OneOf => values.any(|wanted| wanted == value),
            RuleIs::NoneOf => values.all(|wanted| wanted != value),
            RuleIs::Contains => values.any(|wanted| value.contains(&wanted)),
        }
    }
}
