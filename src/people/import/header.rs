//! Which column of a file is which: known names in several languages and spellings, or as told.

use std::collections::BTreeSet;

use icu_normalizer::DecomposingNormalizerBorrowed;
use serde::Serialize;

use super::cells::trimmed;
use crate::{
    kernel::{
        error::{Error, Result},
        text::{FieldKey, Label},
    },
    people::model::Field,
};

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The address, by which people are known.
    Email,
    /// The whole name.
    Name,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// learner, instructor or admin.
    Role,
    /// free or premium.
    Plan,
    /// Groups, several in one cell.
    Groups,
    /// The time zone.
    TimeZone,
    /// The language of screens and mails.
    Language,
    /// Whether he may sign in.
    Active,
    /// The same, said the other way round.
    Inactive,
    /// A field that the admin defined, by its key.
    Field(String),
    /// Nothing that is taken.
    Ignored,
}

impl Target {
    /// How `--map` and messages name it.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Email => "email".into(),
            Self::Name => "name".into(),
            Self::FirstName => "first".into(),
            Self::LastName => "last".into(),
            Self::Role => "role".into(),
            Self::Plan => "plan".into(),
            Self::Groups => "groups".into(),
            Self::TimeZone => "time-zone".into(),
            Self::Language => "language".into(),
            Self::Active => "active".into(),
            Self::Inactive => "inactive".into(),
            Self::Field(key) => format!("field:{key}"),
            Self::Ignored => "ignore".into(),
        }
    }

    /// What a person means who writes this after `--map "Column="`.
    ///
    /// # Errors
    /// The words that are known.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if let Some(key) = text.strip_prefix("field:") {
            let key = FieldKey::parse(key).map_err(|e| Error::field("map", e.code, e.message))?;
            return Ok(Self::Field(key.as_str().to_owned()));
        }
        let all = [
            Self::Email,
            Self::Name,
            Self::FirstName,
            Self::LastName,
            Self::Role,
            Self::Plan,
            Self::Groups,
            Self::TimeZone,
            Self::Language,
            Self::Active,
            Self::Inactive,
            Self::Ignored,
        ];
        let wanted = folded(text);
        let known = all.iter().map(Self::word).collect::<Vec<_>>().join(", ");
        let found = all.into_iter().find(|target| folded(&target.word()) == wanted);
        found
            .or_else(|| Some(recognised(&wanted)).filter(|target| *target != Self::Ignored))
            .ok_or_else(|| {
                Error::field(
                    "map",
                    "import.unknown_field",
                    format!("{text} is no field. Use one of {known} or field:KEY."),
                )
            })
    }
}

/// A column of a file.
#[derive(Debug, Clone, Serialize)]
pub struct Column {
    /// What stands above it.
    pub name: String,
    /// What it is taken for.
    pub target: Target,
}

/// A header's letters and digits without case, accents and everything between them.
pub(super) fn folded(text: &str) -> String {
    let plain = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    plain
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ß' { 's' } else { c })
        .collect()
}

/// What a column with this folded name usually holds.
fn recognised(name: &str) -> Target {
    // A number at the end: Moodle writes cohort1, cohort2.
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    match name {
        "email"
        | "emails"
        | "emailaddress"
        | "mail"
        | "mailaddress"
        | "emailadresse"
        | "mailadresse"
        | "emailanschrift"
        | "epost"
        | "epostadresse"
        | "epostadress"
        | "adresseemail"
        | "adressemail"
        | "adressedemessagerie"
        | "courriel"
        | "adressecourriel"
        | "adresseelectronique"
        | "correo"
        | "correoelectronico"
        | "direccionemail"
        | "direcciondecorreo"
        | "direcciondecorreoelectronico"
        | "enderecodeemail"
        | "correioeletronico"
        | "indirizzoemail"
        | "postaelettronica"
        | "emailadres"
        | "mailadres"
        | "emailwork"
        | "workemail"
        | "businessemail"
        | "primaryemail"
        | "emailprimary"
        | "useremail"
        | "userprincipalname"
        | "upn"
        | "adresemail"
        | "sahkoposti"
        | "メールアドレス"
        | "邮箱"
        | "电子邮件"
        | "почта"
        | "электроннаяпочта" => Target::Email,
        "name" | "fullname" | "displayname" | "person" | "learner" | "employee" | "employeename" | "vollername" | "anzeigename"
        | "vollstandigername" | "mitarbeiter" | "nomcomplet" | "nometprenom" | "prenometnom" | "nombrecompleto" | "nombreyapellidos"
        | "nomecompleto" | "nomecognome" | "nomeecognome" | "volledigenaam" | "naam" | "imieinazwisko" | "namn" | "navn" | "nimi"
        | "氏名" | "姓名" | "имя" | "фио" => Target::Name,
        "first" | "firstname" | "givenname" | "forename" | "vorname" | "vornamen" | "rufname" | "prenom" | "prenoms" | "nombre"
        | "nombres" | "primeironome" | "nome" | "voornaam" | "imie" | "fornamn" | "fornavn" | "etunimi" | "名" => Target::FirstName,
        "last" | "lastname" | "surname" | "familyname" | "nachname" | "nachnamen" | "familienname" | "zuname" | "nom" | "nomdefamille"
        | "apellido" | "apellidos" | "sobrenome" | "apelido" | "ultimonome" | "cognome" | "achternaam" | "nazwisko" | "efternamn"
        | "etternavn" | "efternavn" | "sukunimi" | "姓" | "фамилия" => Target::LastName,
        "role" | "roles" | "userrole" | "rolle" | "rol" | "funcao" | "papel" | "ruolo" | "perfil" | "roll" => Target::Role,
        "plan" | "subscription" | "tarif" | "abo" | "abonnement" | "abonnementtyp" | "plano" | "piano" | "suscripcion" => Target::Plan,
        "timezone" | "tz" | "zeitzone" | "fuseauhoraire" | "fuseau" | "zonahoraria" | "husohorario" | "fusohorario" | "fusoorario"
        | "tijdzone" | "tidszon" | "tidssone" => Target::TimeZone,
        "language" | "lang" | "locale" | "preferredlanguage" | "sprache" | "langue" | "idioma" | "lengua" | "lingua" | "taal" | "sprak"
        | "jezyk" => Target::Language,
        "active" | "isactive" | "enabled" | "accountenabled" | "aktiv" | "actif" | "activo" | "activa" | "ativo" | "attivo" | "actief"
        | "status" | "state" | "zustand" | "statut" | "estado" | "stato" => Target::Active,
        "inactive" | "suspended" | "disabled" | "deactivated" | "deaktiviert" | "gesperrt" | "inaktiv" | "inactif" | "suspendu"
        | "desactivado" | "suspendido" | "inativo" | "inattivo" => Target::Inactive,
        _ => match stem {
            "group" | "groups" | "cohort" | "cohorts" | "team" | "teams" | "gruppe" | "gruppen" | "groupe" | "groupes" | "grupo"
            | "grupos" | "gruppo" | "gruppi" | "groep" | "groepen" | "grupp" | "equipe" | "equipo" => Target::Groups,
            _ => Target::Ignored,
        },
    }
}

/// How columns are to be taken, besides what their names say.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    /// As told: the column's name, or its number from 1, and what it holds.
    pub told: Vec<(String, Target)>,
    /// Whether columns that nobody knows become text fields.
    pub creates_fields: bool,
}

/// What the columns of this header hold, as far as it can be known; the told columns that are
/// not there are given back.
pub(super) fn columns(cells: &[String], mapping: &Mapping, fields: &[Field]) -> (Vec<Column>, Vec<String>) {
    let names: Vec<&str> = cells.iter().map(|cell| trimmed(cell)).collect();
    let mut used = BTreeSet::new();
    let mut columns: Vec<Column> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let told = mapping
                .told
                .iter()
                .position(|(column, _)| trimmed(column) == *name || (!column.is_empty() && folded(column) == folded(name)))
                .or_else(|| mapping.told.iter().position(|(column, _)| column.parse() == Ok(at + 1)));
            let target = match told {
                Some(n) => {
                    used.insert(n);
                    mapping.told[n].1.clone()
                }
                None => guess(name, fields, mapping.creates_fields),
            };
            Column {
                name: (*name).to_owned(),
                target,
            }
        })
        .collect();
    // Beside a first name and no last one, "Name" is the last: so German and Dutch lists have it.
    let has = |target: &Target| columns.iter().any(|column| column.target == *target);
    if has(&Target::FirstName) && !has(&Target::LastName) {
        let told = |column: &Column| mapping.told.iter().any(|(name, _)| folded(name) == folded(&column.name));
        let plain = |column: &Column| matches!(folded(&column.name).as_str(), "name" | "naam" | "namn" | "navn");
        for column in columns.iter_mut().filter(|column| plain(column) && !told(column)) {
            column.target = Target::LastName;
        }
    }
    let missing = mapping.told.iter().enumerate().filter(|(n, _)| !used.contains(n));
    (columns, missing.map(|(_, (column, _))| column.clone()).collect())
}

fn guess(name: &str, fields: &[Field], creates: bool) -> Target {
    let told = name.strip_prefix("field:").map(str::trim);
    let wanted = folded(told.unwrap_or(name));
    if wanted.is_empty() {
        return Target::Ignored;
    }
    let of_ours = fields
        .iter()
        .find(|field| folded(field.key.as_str()) == wanted || folded(field.label.as_str()) == wanted);
    let known = recognised(&wanted);
    match (of_ours, told) {
        (Some(field), Some(_)) => Target::Field(field.key.as_str().to_owned()),
        (None, Some(key)) => Target::Field(key_of(key)),
        _ if known != Target::Ignored => known,
        (Some(field), None) => Target::Field(field.key.as_str().to_owned()),
        (None, None) if creates => Target::Field(key_of(name)),
        (None, None) => Target::Ignored,
    }
}

/// A field's key made from a column's name.
fn key_of(name: &str) -> String {
    let plain = DecomposingNormalizerBorrowed::new_nfkd().normalize(name);
    let mut key = String::new();
    for c in plain.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            key.push(c);
        } else if !key.ends_with('_') && !key.is_empty() && !('\u{300}'..='\u{36F}').contains(&c) {
            key.push('_');
        }
    }
    key.truncate(40);
    let key = key.trim_end_matches('_');
    if key.is_empty() { "field".to_owned() } else { key.to_owned() }
}

/// A label for a field that is made from a column.
pub(super) fn label_of(columns: &[Column], key: &str) -> Result<Label> {
    let name = columns
        .iter()
        .find(|column| column.target == Target::Field(key.to_owned()))
        .map_or(key, |column| column.name.as_str());
    let name: String = name.strip_prefix("field:").unwrap_or(name).chars().take(40).collect();
    Label::parse(&name).or_else(|_| Label::parse(key)).map_err(Error::internal)
}

/// Refuses columns with which no row could be understood.
pub(super) fn check(columns: &[Column], missing: &[String]) -> Result<()> {
    let names = || columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(column) = missing.first() {
        return Err(Error::field(
            "map",
            "import.no_such_column",
            format!("The file has no column {column}. It has: {}.", names()),
        ));
    }
    let of = |target: &Target| columns.iter().filter(|column| column.target == *target).collect::<Vec<_>>();
    if of(&Target::Email).is_empty() {
        return Err(Error::field(
            "file",
            "import.no_email",
            format!(
                "No column holds e-mail addresses. The columns are: {}. Name it with --map \"Column=email\".",
                names()
            ),
        ));
    }
    let many = |target: &Target| !matches!(target, Target::Groups | Target::Ignored);
    for column in columns.iter().filter(|column| many(&column.target)) {
        let twins = of(&column.target);
        if twins.len() > 1 {
            let names: Vec<&str> = twins.iter().map(|twin| twin.name.as_str()).collect();
            return Err(Error::field(
                "file",
                "import.column_twice",
                format!(
                    "Several columns are taken for {}: {}. Say which with --map \"Column={}\" and --map \"Column=ignore\".",
                    column.target.word(),
                    names.join(", "),
                    column.target.word()
                ),
            ));
        }
    }
    Ok(())
}

/// The header that stands above a field's values in a file that we write.
pub(in crate::people) fn heading(field: &Field) -> String {
    let is_taken = recognised(&folded(field.label.as_str())) != Target::Ignored;
    if is_taken || field.label.as_str().starts_with("field:") {
        format!("field:{}", field.key)
    } else {
        field.label.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str]) -> Vec<String> {
        let cells: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let (columns, _) = columns(&cells, &Mapping::default(), &[]);
        columns.iter().map(|column| column.target.word()).collect()
    }

    #[test]
    fn headers_are_known_in_several_languages_and_spellings() {
        assert_eq!(
            found(&["E-Mail-Adresse", "Vorname", "Nachname", "Rolle", "Gruppen"]),
            ["email", "first", "last", "role", "groups"]
        );
        assert_eq!(
            found(&["Adresse e-mail", "Prénom", "Nom", "Fuseau horaire", "Langue"]),
            ["email", "first", "last", "time-zone", "language"]
        );
        assert_eq!(
            found(&["Correo electrónico", "Nombre", "Apellidos", "Activo"]),
            ["email", "first", "last", "active"]
        );
        assert_eq!(
            found(&["  EMAIL_address ", "Full Name", "Time-Zone", "Suspended"]),
            ["email", "name", "time-zone", "inactive"]
        );
        assert_eq!(
            found(&["email", "firstname", "lastname", "cohort1", "cohort2", "city"]),
            ["email", "first", "last", "groups", "groups", "ignore"]
        );
        assert_eq!(found(&["Indirizzo e-mail", "Nome", "Cognome"]), ["email", "first", "last"]);
        assert_eq!(found(&["Name", "Vorname", "Mail"]), ["last", "first", "email"]);
        assert_eq!(found(&["shortname", "fullname", "summary"]), ["ignore", "name", "ignore"]);
    }

    #[test]
    fn columns_can_be_told_by_name_and_number() {
        let cells = ["Contact", "Who", "x"].map(str::to_owned);
        let mapping = Mapping {
            told: vec![
                ("contact".into(), Target::Email),
                ("2".into(), Target::Name),
                ("gone".into(), Target::Role),
            ],
            creates_fields: true,
        };
        let (columns, missing) = columns(&cells, &mapping, &[]);
        let words: Vec<String> = columns.iter().map(|column| column.target.word()).collect();
        assert_eq!(words, ["email", "name", "field:x"]);
        assert_eq!(missing, ["gone"]);
        assert!(check(&columns, &missing).is_err() && check(&columns, &[]).is_ok());
        assert!(Target::parse("E-Mail").is_ok() && Target::parse("shoe size").is_err() && Target::parse("field:No").is_err());
        assert_eq!(key_of("Größe (cm)"), "gro_e_cm");
    }
}
