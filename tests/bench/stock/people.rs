//! People who come to the school and join courses, by the product's own verbs, over four months.

use std::sync::Arc;

use momentum::{
    app::App,
    auth::{self, NewAccount},
    courses::{CoursePath, Shelf},
    enrolments::{self, FollowCourse},
    kernel::{
        actor::{Actor, Person, Plan, Role},
        error::{Error, Result},
        id::{CourseId, EnrolmentId, UserId},
        text::{Email, Language, PersonName},
        time::{Timestamp, Zone},
    },
    platform::{
        clock::FixedClock,
        db::Tx,
        web::guard::{PathKey, Require as _},
    },
};

use super::{BASE, DAY, chance::Dice, school::Course};

/// People who share a write.
const CHUNK: u32 = 250;
/// For how many days people have been coming.
const DAYS: i64 = 120;

pub(crate) const FIRST: [&str; 16] = [
    "Ana", "Ben", "Carmen", "David", "Esther", "Felix", "Giulia", "Hana", "Ivan", "Jasmine", "Kofi", "Leila", "Mateo", "Noor", "Omar",
    "Paula",
];
pub(crate) const LAST: [&str; 20] = [
    "Almeida",
    "Baumann",
    "Chen",
    "Delgado",
    "Eriksen",
    "Fischer",
    "Goldberg",
    "Horvat",
    "Ito",
    "Jansen",
    "Kowalska",
    "Lindqvist",
    "Mensah",
    "Novak",
    "Ortiz",
    "Petrova",
    "Rossi",
    "Suzuki",
    "Tran",
    "Yilmaz",
];
const ZONES: [&str; 8] = [
    "Europe/Lisbon",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Tokyo",
    "America/Sao_Paulo",
    "Africa/Nairobi",
    "Asia/Kolkata",
    "UTC",
];

/// Somebody who joined courses.
pub(crate) struct Joined {
    pub user: UserId,
    pub zone: Zone,
    pub at: Timestamp,
    /// The enrolments and their courses, by number.
    pub courses: Vec<(EnrolmentId, usize)>,
}

/// The address of somebody.
pub(crate) fn email(n: u32) -> String {
    format!("person{n}@bench.example")
}

/// An account.
pub(crate) fn account(n: u32, role: Role, zone: Zone, hash: &str) -> Result<NewAccount> {
    let mut dice = Dice::new(11, 2, u64::from(n));
    Ok(NewAccount {
        name: PersonName::parse(&format!("{} {}", dice.pick(&FIRST), dice.pick(&LAST))).map_err(Error::internal)?,
        email: Email::parse(&email(n)).map_err(Error::internal)?,
        role,
        plan: if n.is_multiple_of(5) { Plan::Premium } else { Plan::Free },
        time_zone: zone,
        language: Language::english(),
        password_hash: Some(hash.to_owned()),
        is_verified: true,
        source: "bench",
    })
}

/// Lets them come and join one to five courses each, three on average.
pub(crate) async fn arrive(app: &App, clock: &FixedClock, courses: &[Course], users: u32, seed: u64) -> anyhow::Result<Vec<Joined>> {
    let hash: Arc<str> = app.platform().passwords.hash(super::PASSWORD.into()).await?.into();
    let ids: Arc<[CourseId]> = courses.iter().map(|course| course.id).collect();
    let (db, shelf) = (app.db(Actor::System("bench")), Shelf::of(app.platform()));
    let mut all = Vec::new();
    for from in (0..users).step_by(CHUNK as usize) {
        clock.set(BASE.plus_millis(-DAYS * DAY + DAYS * DAY * i64::from(from) / i64::from(users)));
        let (hash, ids, shelf) = (hash.clone(), ids.clone(), shelf.clone());
        let came = db.write_low("bench.people", move |tx| {
            (from..users.min(from + CHUNK))
                .map(|n| join(tx, n, &hash, &ids, &shelf, seed))
                .collect::<Result<Vec<_>>>()
        });
        all.extend(came.await?);
    }
    Ok(all)
}

fn join(tx: &Tx<'_>, n: u32, hash: &str, courses: &[CourseId], shelf: &Shelf, seed: u64) -> Result<Joined> {
    let mut dice = Dice::new(seed, 4, u64::from(n));
    let zone = Zone::parse(dice.pick::<&str>(&ZONES)).map_err(Error::internal)?;
    let account = account(n, Role::Learner, zone.clone(), hash)?;
    let plan = account.plan;
    let user = auth::create_account(tx, account)?;
    let actor = Actor::Person(Person::without_session(user, Role::Learner, plan, zone.clone()));
    let mut chosen: Vec<usize> = Vec::new();
    for _ in 0..1 + n % 5 {
        let course = dice.skewed(courses.len());
        if !chosen.contains(&course) {
            chosen.push(course);
        }
    }
    let mut joined = Vec::new();
    for course in chosen {
        let can = FollowCourse::decide(
            tx,
            &actor,
            &PathKey(CoursePath {
                course: courses[course].into(),
            }),
        )?;
        joined.push((enrolments::enrol(tx, &can, shelf, None)?.0.id, course));
    }
    Ok(Joined {
        user,
        zone,
        at: tx.now(),
        courses: joined,
    })
}
