//! What a good password is.
//!
//! Passwords are normalised to Unicode NFC before they are judged, hashed or compared (as RFC 8265
//! has it), so that `é` is one password on every keyboard. Spaces and everything else stay as
//! typed. At most 128 characters: beyond that nothing is gained and hashing is a burden.

use icu_normalizer::ComposingNormalizerBorrowed;
use serde::Serialize;
use zxcvbn::{Score, zxcvbn};

use crate::kernel::{error::TextError, text::Email};

/// The most characters of a password.
const MOST: usize = 128;
/// Characters whose strength is estimated: what follows can only make it better, and the estimate
/// takes time by the square of their number.
const ESTIMATED: usize = 40;
/// Shorter parts of names and addresses may appear in passwords: they are in too many words.
const SHORTEST_PART: usize = 4;

/// A password as somebody typed it to prove himself: normalised, not judged. One that is too long
/// to be anybody's becomes empty, which fits nobody.
pub(in crate::auth) fn typed(text: &str) -> String {
    if text.len() > MOST * 4 {
        return String::new();
    }
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

/// A password that may be set: normalised and judged.
pub(in crate::auth) struct NewPassword(String);

impl NewPassword {
    /// Judges a password for this person.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub(in crate::auth) fn parse(text: &str, shortest: u8, name: &str, email: Option<&Email>) -> Result<Self, TextError> {
        let verdict = judge(text, shortest, name, email);
        match verdict.problems.first() {
            None => Ok(Self(typed(text))),
            Some(problem) => Err(TextError::new(problem.code(), verdict.advice(*problem, shortest))),
        }
    }

    /// The text to hash.
    pub(in crate::auth) fn into_text(self) -> String {
        self.0
    }
}

/// What may be wrong with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(in crate::auth) enum PasswordProblem {
    /// Fewer characters than the instance wants.
    #[serde(rename = "password.too_short")]
    TooShort,
    /// More than 128 characters.
    #[serde(rename = "password.too_long")]
    TooLong,
    /// Holds a part of the person's name.
    #[serde(rename = "password.has_name")]
    HasName,
    /// Holds a part of the person's address.
    #[serde(rename = "password.has_email")]
    HasEmail,
    /// Easy to guess.
    #[serde(rename = "password.too_weak")]
    TooWeak,
}

impl PasswordProblem {
    fn code(self) -> &'static str {
        match self {
            Self::TooShort => "password.too_short",
            Self::TooLong => "password.too_long",
            Self::HasName => "password.has_name",
            Self::HasEmail => "password.has_email",
            Self::TooWeak => "password.too_weak",
        }
    }
}

/// How good a password is.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::auth) struct Verdict {
    /// 0 (guessed at once) to 4 (very hard to guess); from 3 on it is good enough.
    pub(in crate::auth) score: u8,
    /// What is wrong; empty when it may be used.
    pub(in crate::auth) problems: Vec<PasswordProblem>,
    /// A sentence that helps.
    pub(in crate::auth) suggestion: Option<String>,
}

impl Verdict {
    fn advice(&self, problem: PasswordProblem, shortest: u8) -> String {
        match problem {
            PasswordProblem::TooShort => format!("Use at least {shortest} characters."),
            PasswordProblem::TooLong => format!("Use at most {MOST} characters."),
            PasswordProblem::HasName => "Leave your name out of it.".into(),
            PasswordProblem::HasEmail => "Leave your e-mail address out of it.".into(),
            PasswordProblem::TooWeak => {
                let help = self.suggestion.as_deref().unwrap_or("Add another word or two.");
                format!("This is easy to guess. {help}")
            }
        }
    }
}

/// Judges a password for a person. Takes up to some milliseconds.
pub(in crate::auth) fn judge(text: &str, shortest: u8, name: &str, email: Option<&Email>) -> Verdict {
    let length = text.chars().take(MOST + 1).count();
    if length > MOST {
        return Verdict {
            score: 0,
            problems: vec![PasswordProblem::TooLong],
            suggestion: None,
        };
    }
    let password = typed(text);
    let folded = password.to_lowercase();
    let name_parts = parts(name);
    let email_parts = email.map(|email| parts(&email.key())).unwrap_or_default();
    let known: Vec<&str> = name_parts
        .iter()
        .chain(&email_parts)
        .map(String::as_str)
        .chain(["momentum"])
        .collect();
    let beginning: String = password.chars().take(ESTIMATED).collect();
    let estimate = zxcvbn(&beginning, &known);
    let holds = |parts: &[String]| parts.iter().any(|part| folded.contains(part.as_str()));
    let problems = [
        (PasswordProblem::TooShort, password.chars().count() < usize::from(shortest)),
        (PasswordProblem::HasName, holds(&name_parts)),
        (PasswordProblem::HasEmail, holds(&email_parts)),
        (PasswordProblem::TooWeak, estimate.score() < Score::Three),
    ];
    let feedback = estimate.feedback();
    let warning = feedback.and_then(|f| f.warning()).map(|w| w.to_string());
    let first = feedback.and_then(|f| f.suggestions().first()).map(ToString::to_string);
    Verdict {
        score: estimate.score().into(),
        problems: problems
            .into_iter()
            .filter_map(|(problem, is_so)| is_so.then_some(problem))
            .collect(),
        suggestion: warning.or(first),
    }
}

/// The words of a name or address that are long enough to matter.
fn parts(text: &str) -> Vec<String> {
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(text).to_lowercase();
    composed
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| part.chars().count() >= SHORTEST_PART)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<PasswordProblem> {
        let email = Email::parse("bjorn.lind@fjordschool.no").ok();
        judge(text, 10, "Ana Björnsdóttir", email.as_ref()).problems
    }

    #[test]
    fn the_policy() {
        use PasswordProblem::{HasEmail, HasName, TooLong, TooShort, TooWeak};
        assert_eq!(problems("orbit-lantern-cedar-42"), []);
        assert_eq!(problems("ana likes cedar lanterns"), [], "short parts may appear");
        assert_eq!(problems("lost umbrella björnsdóttir 9"), [HasName]);
        assert_eq!(
            problems("LOST umbrella BJO\u{308}RNSDO\u{301}TTIR 9"),
            [HasName],
            "however it is composed"
        );
        assert_eq!(problems("lantern-fjordschool-orbit-7"), [HasEmail]);
        assert_eq!(problems("password12345"), [TooWeak]);
        assert_eq!(problems("x7#Qp"), [TooShort, TooWeak]);
        assert_eq!(problems(""), [TooShort, TooWeak]);
        assert_eq!(problems(&"é".repeat(129)), [TooLong]);
        assert_eq!(problems(&"🦀".repeat(1_000_000)), [TooLong]);
        assert_eq!(problems("سلام بر همه دوستان خوب"), []);
    }

    #[test]
    fn composed_and_decomposed_are_one_password() {
        assert_eq!(typed("cafe\u{301}"), typed("café"));
        assert_ne!(typed(" a"), typed("a"), "spaces count");
        assert_eq!(typed(&"a".repeat(1_000_000)), "");
    }

    #[test]
    fn refusals_say_what_to_do() {
        let refused = NewPassword::parse("password12345", 10, "", None).err();
        assert_eq!(refused.map(|e| e.code), Some("password.too_weak"));
    }
}
