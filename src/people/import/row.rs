//! What a row says: its cells as values, or everything that is wrong with it.

use serde::{Deserialize, Serialize};

use super::{
    cells::{is_formula, trimmed, unguarded},
    csv::RawRow,
    header::{Column, Target, folded},
};
use crate::{
    kernel::{
        actor::{Plan, Role},
        error::TextError,
        text::{Email, GroupName, Language, PersonName, free_text},
        time::Zone,
    },
    people::model::{Field, flag},
};

/// What a row wants somebody to be: what is `None` stays.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub(super) email: Email,
    pub(super) name: Option<PersonName>,
    pub(super) role: Option<Role>,
    pub(super) plan: Option<Plan>,
    pub(super) is_active: Option<bool>,
    pub(super) time_zone: Option<Zone>,
    pub(super) language: Option<Language>,
    pub(super) groups: Option<Vec<GroupName>>,
    /// Values by the field's key; an empty one is cleared where that is asked for.
    pub(super) fields: Vec<(String, Option<String>)>,
}

/// A cell that is there.
struct Cell<'a> {
    column: &'a str,
    text: &'a str,
    is_formula: bool,
}

/// The address that a row seems to have, for messages.
pub(super) fn address(row: &RawRow, columns: &[Column]) -> String {
    let at = columns.iter().position(|column| column.target == Target::Email);
    let cell = at.and_then(|at| row.cells.get(at)).map_or("", |cell| trimmed(cell));
    cell.chars().take(254).collect()
}

/// Understands a row, or says what is wrong with it.
pub(super) fn understand(row: &RawRow, columns: &[Column], fields: &[Field], creates_fields: bool) -> Result<Wanted, Vec<String>> {
    if let Some(fault) = &row.fault {
        return Err(vec![fault.clone()]);
    }
    let mut faults = Vec::new();
    let beyond = row.cells.iter().skip(columns.len()).any(|cell| !trimmed(cell).is_empty());
    if beyond {
        faults.push(format!(
            "The row has {} cells and the header {}. Is there a delimiter in a cell without quotes?",
            row.cells.len(),
            columns.len()
        ));
        return Err(faults);
    }
    let reader = Reader {
        row,
        columns,
        fields,
        creates_fields,
        faults,
    };
    reader.read()
}

struct Reader<'a> {
    row: &'a RawRow,
    columns: &'a [Column],
    fields: &'a [Field],
    creates_fields: bool,
    faults: Vec<String>,
}

impl<'a> Reader<'a> {
    fn read(mut self) -> Result<Wanted, Vec<String>> {
        let email = self.email();
        let name = self.name();
        let role = self.one(&Target::Role, role);
        let plan = self.one(&Target::Plan, plan);
        let is_active = self.active();
        let time_zone = self.one(&Target::TimeZone, |text| {
            Zone::parse(text).map_err(|_| TextError::new("zone.unknown", "Write a time zone such as Europe/Lisbon."))
        });
        let language = self.one(&Target::Language, |text| Language::parse(&text.replace('_', "-")));
        let groups = self.groups();
        let fields = self.values();
        match email {
            Some(email) if self.faults.is_empty() => Ok(Wanted {
                email,
                name,
                role,
                plan,
                is_active,
                time_zone,
                language,
                groups,
                fields,
            }),
            _ => Err(self.faults),
        }
    }

    /// The cells of this kind that are in the row, also empty ones.
    fn cells(&self, target: &Target) -> Vec<Cell<'a>> {
        let (row, columns) = (self.row, self.columns);
        let named = columns.iter().zip(&row.cells).filter(|(column, _)| column.target == *target);
        named
            .map(|(column, cell)| {
                let text = trimmed(cell);
                Cell {
                    column: &column.name,
                    text: trimmed(unguarded(text)),
                    is_formula: is_formula(text),
                }
            })
            .collect()
    }

    fn fault(&mut self, column: &str, message: impl std::fmt::Display) {
        self.faults.push(format!("{column}: {message}"));
    }

    fn refuses(&mut self, cell: &Cell<'_>) -> bool {
        if cell.is_formula {
            let begin: String = cell.text.chars().take(1).collect();
            let message = format!("A value that begins with {begin} is a formula. If it is meant so, write an apostrophe before it.");
            self.fault(cell.column, message);
        }
        cell.is_formula
    }

    fn email(&mut self) -> Option<Email> {
        let cell = self.cells(&Target::Email).into_iter().next();
        let Some(cell) = cell.filter(|cell| !cell.text.is_empty()) else {
            self.faults.push("There is no e-mail address.".into());
            return None;
        };
        if cell.text.starts_with(['=', '@']) && self.refuses(&cell) {
            return None;
        }
        let parsed = Email::parse(cell.text);
        parsed.map_err(|e| self.fault(cell.column, e)).ok()
    }

    fn name(&mut self) -> Option<PersonName> {
        let mut parts: Vec<Cell<'a>> = self.cells(&Target::Name);
        parts.retain(|cell| !cell.text.is_empty());
        if parts.is_empty() {
            parts = self.cells(&Target::FirstName);
            parts.extend(self.cells(&Target::LastName));
            parts.retain(|cell| !cell.text.is_empty());
        }
        let refused = parts.iter().filter(|cell| self.refuses(cell)).count();
        let first = parts.first().filter(|_| refused == 0)?;
        let whole = parts.iter().map(|cell| cell.text).collect::<Vec<_>>().join(" ");
        PersonName::parse(&whole).map_err(|e| self.fault(first.column, e)).ok()
    }

    /// A value of a column that is there once; an empty cell says nothing.
    fn one<T>(&mut self, target: &Target, parse: impl FnOnce(&str) -> Result<T, TextError>) -> Option<T> {
        let cell = self.cells(target).into_iter().next().filter(|cell| !cell.text.is_empty())?;
        parse(cell.text).map_err(|e| self.fault(cell.column, e)).ok()
    }

    fn active(&mut self) -> Option<bool> {
        let parse = |text: &str| flag(text).ok_or_else(|| TextError::new("flag.unknown", "Write yes or no."));
        let inactive = self.one(&Target::Inactive, |text| match folded(text).as_str() {
            "suspended" | "disabled" | "deactivated" | "inactive" => Ok(true),
            "active" | "enabled" => Ok(false),
            _ => parse(text),
        });
        // People who have not come yet are told as unverified; that is no state to be put in.
        let active = self.one(
            &Target::Active,
            |text| if folded(text) == "unverified" { Ok(true) } else { parse(text) },
        );
        inactive.map(|is| !is).or(active)
    }

    fn groups(&mut self) -> Option<Vec<GroupName>> {
        let cells = self.cells(&Target::Groups);
        if cells.is_empty() {
            return None;
        }
        let mut groups: Vec<GroupName> = Vec::new();
        for cell in cells {
            if self.refuses(&cell) {
                continue;
            }
            for name in split(cell.text) {
                match GroupName::parse(name) {
                    Ok(group) if groups.iter().any(|known| known.key() == group.key()) => {}
                    Ok(group) => groups.push(group),
                    Err(error) => self.fault(cell.column, error),
                }
            }
        }
        Some(groups)
    }

    fn values(&mut self) -> Vec<(String, Option<String>)> {
        let (row, columns) = (self.row, self.columns);
        let mut values = Vec::new();
        for column in columns.iter().take(row.cells.len()) {
            let Target::Field(key) = &column.target else { continue };
            let Some(cell) = self.cells(&column.target).into_iter().next() else {
                continue;
            };
            if cell.text.is_empty() {
                values.push((key.clone(), None));
                continue;
            }
            // A telephone number begins with a plus; only what nobody writes by hand is refused.
            if cell.is_formula && cell.text.starts_with(['=', '@', '＝', '＠']) && self.refuses(&cell) {
                continue;
            }
            let field = self.fields.iter().find(|field| field.key.as_str() == key);
            let parsed = match field {
                Some(field) => field.parse(cell.text),
                None if self.creates_fields => free_text(cell.text, 500),
                None => Err(TextError::new(
                    "field.unknown",
                    format!("There is no field {key}. Create it with --create-fields."),
                )),
            };
            match parsed {
                Ok(value) => values.push((key.clone(), Some(value))),
                Err(error) => self.fault(cell.column, error),
            }
        }
        values
    }
}

/// The groups of a cell: separated by semicolons, bars or lines, else by commas.
fn split(text: &str) -> Vec<&str> {
    let strong = [';', '|', '\n', '\r'];
    let parts: Vec<&str> = if text.contains(strong) {
        text.split(strong).collect()
    } else {
        text.split(',').collect()
    };
    parts.into_iter().map(trimmed).filter(|part| !part.is_empty()).collect()
}

/// Groups as a cell that is understood as them again.
pub(in crate::people) fn joined(groups: &[&str]) -> String {
    match groups {
        [one] if one.contains(',') => format!("{one};"),
        many => many.join("; "),
    }
}

fn role(text: &str) -> Result<Role, TextError> {
    match folded(text).as_str() {
        "learner" | "student" | "user" | "member" | "participant" | "employee" | "lernender" | "lernende" | "teilnehmer"
        | "teilnehmerin" | "apprenant" | "apprenante" | "etudiant" | "etudiante" | "alumno" | "alumna" | "estudiante" | "aluno"
        | "aluna" | "studente" | "cursist" => Ok(Role::Learner),
        "instructor" | "teacher" | "editingteacher" | "trainer" | "trainerin" | "author" | "lehrer" | "lehrerin" | "dozent"
        | "dozentin" | "formateur" | "formatrice" | "enseignant" | "enseignante" | "profesor" | "profesora" | "professor"
        | "professora" | "docente" | "instrutor" | "instrutora" | "docent" => Ok(Role::Instructor),
        "admin" | "administrator" | "administratorin" | "administrateur" | "administratrice" | "administrador" | "administradora"
        | "amministratore" | "amministratrice" | "beheerder" => Ok(Role::Admin),
        _ => Err(TextError::new("role.unknown", "Write learner, instructor or admin.")),
    }
}

fn plan(text: &str) -> Result<Plan, TextError> {
    match folded(text).as_str() {
        "free" | "basic" | "kostenlos" | "gratis" | "gratuit" | "gratuito" => Ok(Plan::Free),
        "premium" | "paid" | "pro" => Ok(Plan::Premium),
        _ => Err(TextError::new("plan.unknown", "Write free or premium.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_split_and_joined_as_one() {
        assert_eq!(split("A; B;C"), ["A", "B", "C"]);
        assert_eq!(split("A, B"), ["A", "B"]);
        assert_eq!(split("Sales, Berlin;"), ["Sales, Berlin"]);
        assert_eq!(split("A\nB | C"), ["A", "B", "C"]);
        for groups in [vec!["A"], vec!["a, b"], vec!["a, b", "c"], vec![]] {
            assert_eq!(split(&joined(&groups)), groups);
        }
    }
}
