//! Mails in the words of an admin: the settings section `mail_templates`.
//!
//! A mail's subject and text may be written anew, with placeholders such as `{{name}}` that are
//! checked when they are saved. They are filled by plain replacement: what an admin writes is never
//! run as a template. The page of the mail is made from the text: paragraphs, lists that keep a line
//! for each item, and a button where a paragraph is nothing but an address.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    kernel::error::{Fields, Result, TextError},
    platform::settings::Section,
};

/// Every kind of mail: its name, what it brings besides what all of them know, the words of its
/// button, and an example of what it brings.
pub(super) const KINDS: [Kind; 14] = [
    Kind::new("verify", &["token"], "Confirm your address"),
    Kind::new("already-registered", &[], "Sign in"),
    Kind::new("reset", &["token"], "Choose a new password"),
    Kind::new("reset-asked", &["token"], "Choose a new password"),
    Kind::new("password-changed", &[], "Choose a new password"),
    Kind::new("change-email", &["token"], "Confirm the new address"),
    Kind::new("email-changed", &["new_address"], "Open"),
    Kind::new("invite", &["token", "invited_by"], "Accept the invitation"),
    Kind::new("course-approved", &["course", "page", "reviewer", "words"], "Open the course"),
    Kind::new("course-returned", &["course", "page", "reviewer", "words"], "Open the course"),
    Kind::new("review-assigned", &["course", "page", "assigned_by", "note"], "Open the review"),
    Kind::new("reviews-waiting", &["waiting", "courses", "page"], "Open the queue"),
    Kind::new("webhook-off", &["webhook", "reason", "page"], "Open webhooks"),
    Kind::new("test", &[], "Open"),
];

/// What every mail knows.
const COMMON: [&str; 4] = ["name", "organisation", "address", "support_email"];

const LONGEST_SUBJECT: usize = 200;
const LONGEST_TEXT: usize = 5000;

/// A kind of mail.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    brings: &'static [&'static str],
    pub(super) button: &'static str,
}

impl Kind {
    const fn new(name: &'static str, brings: &'static [&'static str], button: &'static str) -> Self {
        Self { name, brings, button }
    }

    pub(super) fn find(name: &str) -> Option<Self> {
        KINDS.into_iter().find(|kind| kind.name == name)
    }

    pub(super) fn placeholders(self) -> Vec<&'static str> {
        COMMON.into_iter().chain(self.brings.iter().copied()).collect()
    }

    /// What it would bring, for previews and tests.
    pub(super) fn sample(self) -> Value {
        let mut data = json!({});
        for name in self.brings {
            data[*name] = json!(match *name {
                "token" => "sample-token",
                "invited_by" | "reviewer" | "assigned_by" => "Ada Admin",
                "course" => "Clear writing",
                "courses" => "• Clear writing\n• First-time manager",
                "words" => "Nearly there.\n• Day 3: add an example.",
                "note" => "Days 4 and 5 are new.",
                "waiting" => "2",
                "webhook" => "hooks.example.com",
                "reason" => "did not answer for five days",
                "page" => "/catalogue",
                _ => "a•••@example.org",
            });
        }
        data
    }
}

/// The words of one mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The subject.
    pub subject: String,
    /// The text; an empty line begins a new paragraph.
    pub text: String,
}

/// The section: the mails that have words of their own, by kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailTemplates(pub BTreeMap<String, Words>);

impl Section for MailTemplates {
    const NAME: &'static str = "mail_templates";

    fn checked(self) -> Result<Self> {
        let mut fields = Fields::default();
        let mut clean = BTreeMap::new();
        for (name, words) in self.0 {
            match Kind::find(&name) {
                None => fields.push(&name, TextError::new("mail.kind", "There is no such mail.")),
                Some(kind) => {
                    let words = words.tidy();
                    words.judge(kind, &name, &mut fields);
                    clean.insert(name, words);
                }
            }
        }
        fields.finish()?;
        Ok(Self(clean))
    }
}

impl Words {
    fn tidy(self) -> Self {
        Self {
            subject: self.subject.split_whitespace().collect::<Vec<_>>().join(" "),
            text: self.text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned(),
        }
    }

    /// # Errors
    /// `Invalid` that names what is wrong with these words for a mail of this kind.
    pub(super) fn checked(self, kind: Kind) -> Result<Self> {
        let mut fields = Fields::default();
        let words = self.tidy();
        words.judge(kind, "", &mut fields);
        fields.finish()?;
        Ok(words)
    }

    fn judge(&self, kind: Kind, path: &str, fields: &mut Fields) {
        let known = kind.placeholders();
        let at = |name: &str| {
            if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            }
        };
        for (field, text, most) in [("subject", &self.subject, LONGEST_SUBJECT), ("text", &self.text, LONGEST_TEXT)] {
            let mut refuse = |code, message: String| fields.push(&at(field), TextError::new(code, message));
            if text.is_empty() {
                refuse("text.empty", "Write something.".into());
            }
            if text.chars().count() > most {
                refuse("text.too_long", format!("Use at most {most} characters."));
            }
            if text.chars().any(|c| c.is_control() && c != '\n') {
                refuse("text.control", "Leave control characters out.".into());
            }
            if text.matches("{{").count() != text.matches("}}").count() {
                refuse("mail.placeholder", "Close every {{ with }}.".into());
            }
            for name in names(text) {
                if !known.contains(&name) {
                    let known = known.iter().map(|name| format!("{{{{{name}}}}}")).collect::<Vec<_>>().join(", ");
                    refuse(
                        "mail.placeholder",
                        format!("{{{{{name}}}}} stands for nothing here. Known are {known}."),
                    );
                }
            }
        }
        if kind.brings.contains(&"token") && !names(&self.text).any(|name| name == "token") {
            let message = "Without the link, {{token}}, this mail helps nobody.";
            fields.push(&at("text"), TextError::new("mail.link_missing", message));
        }
    }
}

/// The placeholders of a text. What does not close is one, too: the text up to the end.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{")
        .skip(1)
        .map(|rest| rest.split_once("}}").map_or(rest, |(name, _)| name).trim())
}

/// The text with its placeholders replaced by what stands for them, in one pass: what is filled in
/// is not looked at again.
pub(super) fn fill(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut parts = text.split("{{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once("}}") {
            Some((name, rest)) => {
                out.push_str(&value(name.trim()));
                out.push_str(rest);
            }
            None => out.push_str(part),
        }
    }
    out
}

/// A part of a mail's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Paragraph {
    /// Whether it is nothing but an address, shown as a button.
    pub is_link: bool,
    /// Its text, or the address. Items of a list stand on lines of their own.
    pub text: String,
}

/// The paragraphs of a text that is filled in.
pub(super) fn paragraphs(text: &str) -> Vec<Paragraph> {
    let parts = text.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    let all = parts.flat_map(|part| {
        // An address on a line of its own is a button, also when a sentence stands above it.
        let mut found: Vec<Paragraph> = Vec::new();
        let mut is_in_list = false;
        for whole in part.lines() {
            let line = whole.trim();
            let is_link = (line.starts_with("https://") || line.starts_with("http://")) && !line.contains(char::is_whitespace);
            // Prose flows on; an item begins a line, and what follows it does so too unless it is
            // indented: then it is the rest of the item.
            let is_rest = is_in_list && whole.starts_with(char::is_whitespace) && !is_item(line);
            let breaks = is_item(line) || (is_in_list && !is_rest);
            is_in_list = is_item(line) || is_rest;
            match found.last_mut().filter(|last| !is_link && !last.is_link) {
                Some(last) => {
                    last.text.push(if breaks { '\n' } else { ' ' });
                    last.text.push_str(line);
                }
                None => found.push(Paragraph {
                    is_link,
                    text: line.to_owned(),
                }),
            }
        }
        found
    });
    all.collect()
}

/// Whether a line is an item of a list: a bullet, a dash or a number before its words.
fn is_item(line: &str) -> bool {
    let (mark, words) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let number = mark.strip_suffix(['.', ')']).unwrap_or_default();
    let is_number = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    (matches!(mark, "\u{2022}" | "-" | "*" | "\u{2013}") || is_number) && !words.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(subject: &str, text: &str) -> Words {
        Words {
            subject: subject.into(),
            text: text.into(),
        }
    }

    #[test]
    fn placeholders_are_those_of_the_kind() {
        let invite = Kind::find("invite").expect("a kind");
        assert!(
            words("Hi {{ name }}", "Come: {{address}}/x?token={{token}}")
                .checked(invite)
                .is_ok()
        );
        for (subject, text) in [
            ("", "{{token}}"),
            ("Hi", "no link"),
            ("Hi {{secret}}", "{{token}}"),
            ("Hi {{ 7*7 }}", "{{token}}"),
            ("Hi", "{{token}} {{name"),
            ("Hi", "{{token}} {% for %} \u{7}"),
        ] {
            assert!(words(subject, text).checked(invite).is_err(), "{subject} {text}");
        }
        let long = "x".repeat(6000);
        assert!(words("Hi", &format!("{{{{token}}}}{long}")).checked(invite).is_err());
        let tidy = words("Hi\r\nBcc: all@example.org", "{{token}}").checked(invite).expect("words");
        assert_eq!(tidy.subject, "Hi Bcc: all@example.org", "a subject is one line");
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let filled = fill("a {{x}} b {{ y }} {{", |name| if name == "x" { "{{y}}".into() } else { "Y".into() });
        assert_eq!(filled, "a {{y}} b Y ");
    }

    #[test]
    fn items_of_a_list_keep_a_line_each() {
        let parts = paragraphs(
            "These\nwait:\n\u{2022} Clear writing\n\u{2022} First-time\n  manager\nSee you\nsoon.\n\n1. one\n2) two\n\n- a\n- b\nhttps://a.example/x",
        );
        let texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "These wait:\n\u{2022} Clear writing\n\u{2022} First-time manager\nSee you soon.",
                "1. one\n2) two",
                "- a\n- b",
                "https://a.example/x"
            ]
        );
        let prose = paragraphs("We met in\n2025. It was\n3 o'clock -\nand late.\n-");
        assert_eq!(prose[0].text.lines().count(), 1, "{prose:?}");
    }

    #[test]
    fn addresses_on_their_own_are_buttons() {
        let parts = paragraphs("Hello,\nyou.\n\nOpen:\nhttps://a.example/x\n\nBye https://no.example");
        let links: Vec<bool> = parts.iter().map(|part| part.is_link).collect();
        assert_eq!(links, [false, false, true, false]);
        assert_eq!(parts[0].text, "Hello, you.");
    }
}
