//! What an API token may do: areas of the API, each to be read or to be changed.

use serde::{Deserialize, Serialize};

/// A part of the API that a token may be let into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Courses, lessons, files, search.
    Courses,
    /// People, profiles, groups.
    People,
    /// Who learns what, and how far he is.
    Enrolments,
    /// The instance itself.
    Admin,
}

/// Whether an operation only looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// It changes nothing.
    Read,
    /// It may change something.
    Write,
}

/// An area with what may be done there, written `courses:read`. To write includes to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub struct Scope {
    /// Where.
    pub area: Area,
    /// What.
    pub access: Access,
}

impl Scope {
    /// Every scope, in the order in which people choose.
    pub const ALL: [Self; 8] = [
        Self::new(Area::Courses, Access::Read),
        Self::new(Area::Courses, Access::Write),
        Self::new(Area::People, Access::Read),
        Self::new(Area::People, Access::Write),
        Self::new(Area::Enrolments, Access::Read),
        Self::new(Area::Enrolments, Access::Write),
        Self::new(Area::Admin, Access::Read),
        Self::new(Area::Admin, Access::Write),
    ];

    /// A scope.
    #[must_use]
    pub const fn new(area: Area, access: Access) -> Self {
        Self { area, access }
    }

    /// How it is written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match (self.area, self.access) {
            (Area::Courses, Access::Read) => "courses:read",
            (Area::Courses, Access::Write) => "courses:write",
            (Area::People, Access::Read) => "people:read",
            (Area::People, Access::Write) => "people:write",
            (Area::Enrolments, Access::Read) => "enrolments:read",
            (Area::Enrolments, Access::Write) => "enrolments:write",
            (Area::Admin, Access::Read) => "admin:read",
            (Area::Admin, Access::Write) => "admin:write",
        }
    }

    /// Whether this scope lets `wanted` through.
    #[must_use]
    pub fn allows(self, wanted: Self) -> bool {
        self.area == wanted.area && self.access >= wanted.access
    }
}

impl std::str::FromStr for Scope {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|scope| scope.word() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::word).join(", ");
            format!("expected one of {known}")
        })
    }
}

impl TryFrom<String> for Scope {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Scope> for &'static str {
    fn from(scope: Scope) -> Self {
        scope.word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_write_includes_to_read_and_nothing_else() {
        let write: Scope = "people:write".parse().expect("a scope");
        let read: Scope = "people:read".parse().expect("a scope");
        assert!(write.allows(read) && write.allows(write) && read.allows(read));
        assert!(!read.allows(write));
        assert_eq!(Scope::ALL.iter().filter(|wanted| write.allows(**wanted)).count(), 2);
        for bad in ["", "people", "people:", "PEOPLE:READ", "*", "people:read,admin:write"] {
            assert!(bad.parse::<Scope>().is_err(), "{bad}");
        }
    }
}
