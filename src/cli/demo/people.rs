//! Who is there.

use crate::{
    auth::NewAccount,
    kernel::{
        actor::{Plan, Role},
        error::{Error, Result},
        text::{Email, Language, PersonName},
        time::Zone,
    },
};

/// A name and an address.
pub(super) type Who = (&'static str, &'static str);

/// Runs the school.
pub(super) const ADMIN: Who = ("Jonas Ek", "admin@demo.example");
/// Teaches, and one can sign in as her.
pub(super) const INSTRUCTOR: Who = ("Ines Laurent", "instructor@demo.example");
/// Learns, and one can sign in as her.
pub(super) const LEARNER: Who = ("Maya Okafor", "learner@demo.example");

/// Who wrote the courses.
pub(super) const TEACHERS: &[Who] = &[
    INSTRUCTOR,
    ("Daniel Achterberg", "daniel.achterberg@demo.example"),
    ("Priya Raman", "priya.raman@demo.example"),
    ("Tomasz Wilk", "tomasz.wilk@demo.example"),
    ("Grace Adeyemi", "grace.adeyemi@demo.example"),
    ("Lucía Ferrer", "lucia.ferrer@demo.example"),
];

/// The other learners, each with a zone.
pub(super) const LEARNERS: [(&str, &str); 40] = [
    ("Amara Nwosu", "Africa/Lagos"),
    ("Ben Whitlock", "Europe/London"),
    ("Chiara Bellini", "Europe/Rome"),
    ("Dmitri Volkov", "Europe/Berlin"),
    ("Elif Şahin", "Europe/Istanbul"),
    ("Farid Haddad", "Europe/Paris"),
    ("Greta Lindqvist", "Europe/Stockholm"),
    ("Hiroshi Tanaka", "Asia/Tokyo"),
    ("Imani Brooks", "America/New_York"),
    ("Jakub Novák", "Europe/Prague"),
    ("Karin Odegaard", "Europe/Oslo"),
    ("Liam O’Connell", "Europe/Dublin"),
    ("Mei-Ling Chen", "Asia/Taipei"),
    ("Nadia Petrova", "Europe/Sofia"),
    ("Omar Benali", "Africa/Casablanca"),
    ("Paula Ribeiro", "America/Sao_Paulo"),
    ("Quentin Marchand", "Europe/Brussels"),
    ("Rosa Delgado", "America/Mexico_City"),
    ("Samuel Osei", "Africa/Accra"),
    ("Tara McAllister", "America/Chicago"),
    ("Umar Siddiqui", "Asia/Karachi"),
    ("Valentina Rossi", "Europe/Rome"),
    ("William Hart", "Australia/Sydney"),
    ("Xenia Papadaki", "Europe/Athens"),
    ("Yusuf Demir", "Europe/Istanbul"),
    ("Zofia Kowalska", "Europe/Warsaw"),
    ("Aoife Byrne", "Europe/Dublin"),
    ("Bao Tran", "Asia/Ho_Chi_Minh"),
    ("Carmen Ortiz", "Europe/Madrid"),
    ("David Goldberg", "America/Toronto"),
    ("Esther Mwangi", "Africa/Nairobi"),
    ("Felix Baumann", "Europe/Vienna"),
    ("Giulia Conti", "Europe/Zurich"),
    ("Hana Suzuki", "Asia/Tokyo"),
    ("Ivan Horvat", "Europe/Zagreb"),
    ("Jasmine Patel", "Asia/Kolkata"),
    ("Kofi Mensah", "Africa/Accra"),
    ("Leila Rahimi", "Europe/Copenhagen"),
    ("Mateo Fernández", "America/Argentina/Buenos_Aires"),
    ("Noor van Dijk", "Europe/Amsterdam"),
];

/// An account of somebody who learns; without a hash one cannot sign in to it.
pub(super) fn account((name, email): Who, zone: &Zone, hash: Option<&str>) -> Result<NewAccount> {
    Ok(NewAccount {
        name: PersonName::parse(name).map_err(Error::internal)?,
        email: Email::parse(email).map_err(Error::internal)?,
        role: Role::Learner,
        plan: Plan::Free,
        time_zone: zone.clone(),
        language: Language::english(),
        password_hash: hash.map(ToOwned::to_owned),
        is_verified: true,
        source: "demo",
    })
}

/// The account of one of [`LEARNERS`]; every fourth has the premium plan.
pub(super) fn learner(n: usize) -> Result<NewAccount> {
    let (name, zone) = LEARNERS[n % LEARNERS.len()];
    let zone = Zone::parse(zone).map_err(Error::internal)?;
    let email = format!("learner{:02}@demo.example", n + 1);
    let plan = if n % 4 == 2 { Plan::Premium } else { Plan::Free };
    Ok(NewAccount {
        email: Email::parse(&email).map_err(Error::internal)?,
        plan,
        ..account((name, LEARNER.1), &zone, None)?
    })
}
