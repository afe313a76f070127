//! Texts with rules: parse once at the border, trust afterwards.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::error::TextError;

/// Characters that show nothing and turn or hide what stands around them: direction overrides and
/// isolates, zero-width spaces, line and paragraph separators, the byte order mark. Joiners stay:
/// Persian and emoji need them.
fn is_trick(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// Removes control characters, characters that only deceive and outer white space, and folds
/// inner runs of spaces. A line of nothing but joiners is empty.
fn clean_line(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|c| !is_trick(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if visible.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200C}' | '\u{200D}')) {
        return String::new();
    }
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn line(text: &str, min: usize, max: usize) -> Result<String, TextError> {
    let clean = clean_line(text);
    let length = clean.chars().count();
    if length < min {
        return Err(TextError::new(
            "text.too_short",
            if min == 1 {
                "Write something here.".to_owned()
            } else {
                format!("Use at least {min} characters.")
            },
        ));
    }
    if length > max {
        return Err(TextError::new(
            "text.too_long",
            format!("Use at most {max} characters (now {length})."),
        ));
    }
    Ok(clean)
}

macro_rules! lines {
    ($($(#[$doc:meta])* $name:ident, $min:literal, $max:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);
        impl $name {
            /// Cleans the text and checks its length in characters.
            ///
            /// # Errors
            /// [`TextError`] that says which bound was passed.
            pub fn parse(text: &str) -> Result<Self, TextError> { line(text, $min, $max).map(Self) }
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str { &self.0 }
            /// The owned text.
            #[must_use]
            pub fn into_string(self) -> String { self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                Self::parse(&text).map_err(de::Error::custom)
            }
        }
    )*};
}

lines! {
    /// A person's display name, 1–80 characters.
    PersonName, 1, 80;
    /// A title of a course or lesson, 1–120 characters.
    Title, 1, 120;
    /// One or two sentences, at most 300 characters; may be empty.
    Summary, 0, 300;
    /// A short label such as a tag or category name, 1–40 characters.
    Label, 1, 40;
    /// A line such as an action item or headline, at most 200 characters; may be empty.
    Line, 0, 200;
}

impl Line {
    /// The line that says nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self(String::new())
    }
}

impl Summary {
    /// The summary that says nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self(String::new())
    }
}

/// A group's name, 1–80 characters, without the `;` and `|` that separate groups in a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct GroupName(String);

impl GroupName {
    /// Cleans the text and checks it.
    ///
    /// # Errors
    /// [`TextError`] that says what to change.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let clean = line(text, 1, 80)?;
        if clean.contains([';', '|']) {
            return Err(TextError::new("group.separator", "A group's name holds no ; and no |."));
        }
        Ok(Self(clean))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form by which names are compared and looked up.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for GroupName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// A web-safe name: lower-case letters, digits and single hyphens, 1–80 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// Accepts a text that already is a slug.
    ///
    /// # Errors
    /// [`TextError`] when it holds anything but `a-z`, `0-9` and single inner hyphens.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let good = !text.is_empty()
            && text.len() <= 80
            && text
                .split('-')
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        if good {
            Ok(Self(text.into()))
        } else {
            Err(TextError::new(
                "slug.malformed",
                "Use lower-case letters, digits and single hyphens.",
            ))
        }
    }

    /// Makes a slug from any title; empty results become `fallback`.
    #[must_use]
    pub fn from_title(title: &str, fallback: &str) -> Self {
        let mut out = String::new();
        for c in title.chars().flat_map(char::to_lowercase) {
            if c.is_ascii_alphanumeric() {
                out.push(c);
            } else if !out.ends_with('-') && !out.is_empty() {
                out.push('-');
            }
            if out.len() >= 60 {
                break;
            }
        }
        let trimmed = out.trim_matches('-');
        Self(if trimmed.is_empty() { fallback.into() } else { trimmed.into() })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

macro_rules! marks {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $hint:literal, $good:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);
        impl $name {
            /// Accepts a text of this form.
            ///
            /// # Errors
            /// [`TextError`] for anything else.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                let good: fn(&str) -> bool = $good;
                if good(text) { Ok(Self(text.into())) } else { Err(TextError::new($code, $hint)) }
            }
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                Self::parse(&text).map_err(de::Error::custom)
            }
        }
    )*};
}

marks! {
    /// The name a client gives to one deed, such as a UUID: the same deed sent twice is done once.
    ClientKey, "key.malformed", "Use 8 to 64 letters, digits, hyphens or underscores, such as a UUID.", |text| {
        (8..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    /// The lasting name of a field about people: 1 to 40 lower-case letters, digits and underscores.
    FieldKey, "field.malformed", "Use 1 to 40 lower-case letters, digits and underscores, such as employee_id.", |text| {
        (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    /// The lasting name of a block or action item of a lesson: 10 lower-case letters and digits.
    BlockId, "block.malformed", "Use the block's data-id: 10 lower-case letters and digits.", |text| {
        text.len() == 10 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
}

/// An e-mail address, kept as written and compared in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Accepts what mail systems accept in practice: one `@`, no spaces or control characters,
    /// a domain with letters, digits, hyphens and dots; at most 254 characters (RFC 5321).
    ///
    /// # Errors
    /// [`TextError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let bad = || TextError::new("email.malformed", "Write an address such as name@example.com.");
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or_else(bad)?;
        let local_good = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local
                .chars()
                .all(|c| !c.is_control() && !c.is_whitespace() && !"@<>()[],;:\\\"".contains(c));
        let domain_good = domain.len() <= 253
            && domain.split('.').all(|l| {
                !l.is_empty()
                    && l.len() <= 63
                    && !l.starts_with('-')
                    && !l.ends_with('-')
                    && l.chars().all(|c| c.is_alphanumeric() || c == '-')
            })
            && (domain.contains('.') || domain == "localhost");
        if local_good && domain_good && text.len() <= 254 {
            Ok(Self(text.into()))
        } else {
            Err(bad())
        }
    }

    /// The address as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form by which addresses are compared and looked up.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// The part after the `@`, in lower case.
    #[must_use]
    pub fn domain(&self) -> String {
        self.key().rsplit_once('@').map(|(_, d)| d.to_owned()).unwrap_or_default()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl Serialize for Email {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// A language tag such as `en` or `pt-BR` (BCP 47, without extensions); its primary part in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Language(String);

impl Language {
    /// The language that everything has words in.
    #[must_use]
    pub fn english() -> Self {
        Self("en".into())
    }

    /// Accepts two or three letters, then parts of 2–8 letters or digits behind hyphens.
    ///
    /// # Errors
    /// [`TextError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let mut parts = text.trim().split('-');
        let primary = parts.next().unwrap_or_default();
        let good = (2..=3).contains(&primary.len())
            && primary.bytes().all(|b| b.is_ascii_alphabetic())
            && text.len() <= 20
            && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        if !good {
            return Err(TextError::new("language.malformed", "Write a language such as en or pt-BR."));
        }
        let rest = &text.trim()[primary.len()..];
        Ok(Self(format!("{}{rest}", primary.to_ascii_lowercase())))
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// Free text of several lines: control characters other than line breaks and tabs are removed.
///
/// # Errors
/// [`TextError`] when longer than `max` characters.
pub fn free_text(text: &str, max: usize) -> Result<String, TextError> {
    let clean: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| !c.is_control() || *c == '\n' || *c == '\t')
        .collect();
    let length = clean.chars().count();
    if length > max {
        return Err(TextError::new(
            "text.too_long",
            format!("Use at most {max} characters (now {length})."),
        ));
    }
    Ok(clean.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["a@b.co", "Ana.María+x@exämple.org", "x@localhost", "o'brien@mail.example.com"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@",
            "@b.c",
            "a b@c.d",
            "a@b",
            "a@b..c",
            "a\n@b.c",
            "a@-b.c",
            "a..b@c.de",
            "\"a\"@b.co",
            "a@b.c>",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Email::parse("Ana@Example.ORG").map(|e| e.domain()), Ok("example.org".into()));
    }

    #[test]
    fn lines_are_cleaned_and_bounded() {
        assert_eq!(Title::parse("  a\u{0}  b\n").map(Title::into_string), Ok("a b".into()));
        assert!(Title::parse("   ").is_err());
        assert!(Title::parse("\u{200B}\u{200D}\u{FEFF}").is_err());
        assert_eq!(Title::parse("a\u{202E}b\u{2028}").map(Title::into_string), Ok("ab".into()));
        assert_eq!(Title::parse("👩\u{200D}🔬").map(Title::into_string), Ok("👩\u{200D}🔬".into()));
        assert!(Title::parse(&"é".repeat(120)).is_ok());
        assert!(Title::parse(&"é".repeat(121)).is_err());
    }

    #[test]
    fn slugs() {
        assert_eq!(
            Slug::from_title("Clear writing — at work!", "course").as_str(),
            "clear-writing-at-work"
        );
        assert_eq!(Slug::from_title("日本語", "course").as_str(), "course");
        assert!(Slug::parse("a--b").is_err() && Slug::parse("A").is_err() && Slug::parse("a-1").is_ok());
    }
}
