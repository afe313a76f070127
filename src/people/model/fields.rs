//! Fields that the admin defines: what the instance keeps about people besides the profile.

use serde::{Deserialize, Serialize};

use crate::kernel::{
    error::TextError,
    id::FieldId,
    text::{FieldKey, Label, free_text},
};

/// The longest value of a text field, in characters.
const LONGEST: usize = 500;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Any text of at most 500 characters.
    Text,
    /// A number.
    Number,
    /// A calendar day.
    Date,
    /// One of some words.
    Choice,
    /// Yes or no.
    Flag,
}
crate::text_enum!(FieldKind { Text = "text", Number = "number", Date = "date", Choice = "choice", Flag = "flag" });

/// A field that the admin defined.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    /// Which.
    pub id: FieldId,
    /// Its lasting name, for files and programs.
    pub key: FieldKey,
    /// Its name for people.
    pub label: Label,
    /// What it holds.
    pub kind: FieldKind,
    /// The words to choose from; empty unless it is a choice.
    pub choices: Vec<String>,
    /// Whether the person sees it.
    pub is_visible: bool,
    /// Whether the person may change it.
    pub is_editable: bool,
    /// Whether it counts towards a complete profile.
    pub is_required: bool,
}

impl Field {
    /// A value as its kind writes it.
    ///
    /// # Errors
    /// [`TextError`] that says what the field holds.
    pub fn parse(&self, text: &str) -> Result<String, TextError> {
        let text = text.trim();
        match self.kind {
            FieldKind::Text => free_text(text, LONGEST),
            FieldKind::Number => number(text),
            FieldKind::Date => date(text),
            FieldKind::Flag => flag(text)
                .map(|yes| if yes { "yes" } else { "no" }.to_owned())
                .ok_or_else(|| TextError::new("field.flag", "Write yes or no.")),
            FieldKind::Choice => {
                let wanted = text.to_lowercase();
                let found = self.choices.iter().find(|choice| choice.to_lowercase() == wanted);
                found
                    .cloned()
                    .ok_or_else(|| TextError::new("field.choice", format!("Write one of: {}.", self.choices.join(", "))))
            }
        }
    }
}

fn number(text: &str) -> Result<String, TextError> {
    let bad = || TextError::new("field.number", "Write a number such as 12 or 12.5, without thousands separators.");
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = digits.replacen(',', ".", 1);
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    let are_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || digits.len() > 30 || digits.ends_with('.') || !are_digits(whole) || !are_digits(part) {
        return Err(bad());
    }
    let part = part.trim_end_matches('0');
    let dot = if part.is_empty() { "" } else { "." };
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if whole == "0" && part.is_empty() { "" } else { sign };
    Ok(format!("{sign}{whole}{dot}{part}"))
}

/// A day as 2026-11-25 or 25.11.2026. With slashes nobody knows which is the month.
fn date(text: &str) -> Result<String, TextError> {
    let bad = || TextError::new("field.date", "Write a date as 2026-11-25.");
    let parts: Vec<&str> = if text.contains('.') {
        text.split('.').rev().collect()
    } else {
        text.split('-').collect()
    };
    let [year, month, day] = parts[..] else { return Err(bad()) };
    let (year, month, day) = (
        year.trim().parse().map_err(|_| bad())?,
        month.trim().parse().map_err(|_| bad())?,
        day.trim().parse().map_err(|_| bad())?,
    );
    if !(1000..=9999).contains(&year) {
        return Err(bad());
    }
    jiff::civil::Date::new(year, month, day)
        .map(|date| date.to_string())
        .map_err(|_| bad())
}

/// Yes or no as people write it in several languages.
pub(in crate::people) fn flag(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "true" | "t" | "1" | "x" | "on" | "active" | "enabled" | "ja" | "j" | "wahr" | "aktiv" | "oui" | "o" | "vrai"
        | "actif" | "si" | "sí" | "s" | "verdadero" | "activo" | "activa" | "sim" | "verdadeiro" | "ativo" | "vero" | "attivo" | "waar"
        | "actief" | "tak" => Some(true),
        "no" | "n" | "false" | "f" | "0" | "off" | "inactive" | "disabled" | "deactivated" | "suspended" | "nein" | "falsch"
        | "inaktiv" | "non" | "faux" | "inactif" | "falso" | "inactivo" | "inactiva" | "não" | "nao" | "inativo" | "inattivo" | "nee"
        | "onwaar" | "inactief" | "nie" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_in_one_way() {
        let field = |kind| Field {
            id: FieldId::from_raw(1),
            key: FieldKey::parse("a").expect("a key"),
            label: Label::parse("A").expect("a label"),
            kind,
            choices: vec!["Early".into(), "Late".into()],
            is_visible: false,
            is_editable: false,
            is_required: false,
        };
        for (kind, text, wanted) in [
            (FieldKind::Number, "007,50", Some("7.5")),
            (FieldKind::Number, "-0.0", Some("0")),
            (FieldKind::Number, "1.000,5", None),
            (FieldKind::Number, "1e5", None),
            (FieldKind::Number, "", None),
            (FieldKind::Date, "2026-02-29", None),
            (FieldKind::Date, "28.2.2026", Some("2026-02-28")),
            (FieldKind::Date, "02/03/2026", None),
            (FieldKind::Choice, "EARLY", Some("Early")),
            (FieldKind::Choice, "never", None),
            (FieldKind::Flag, "Ja", Some("yes")),
            (FieldKind::Flag, "maybe", None),
            (FieldKind::Text, " 0042 ", Some("0042")),
        ] {
            assert_eq!(field(kind).parse(text).ok().as_deref(), wanted, "{kind:?} {text}");
        }
        assert!(field(FieldKind::Text).parse(&"a".repeat(501)).is_err());
    }
}
