//! The school itself: its name, who runs and teaches it, its courses.

use std::{borrow::Cow, collections::BTreeMap};

use anyhow::Context as _;
use rust_embed::RustEmbed;

use super::{Filling, Out, PASSWORD, people};
use crate::{
    app::App,
    auth::{self, NewAccount, RegistrationMode, RegistrationSettings},
    courses::{self, Completion, CourseRef, Files, ImportOptions},
    enrolments::Learning,
    kernel::{
        actor::{Actor, Plan, Role},
        error::{Error, Result},
        id::{CategoryId, CourseId, LessonId, UserId},
        text::{BlockId, Label, Line, Slug},
        time::{Timestamp, Zone},
    },
    platform::{
        branding::{Branding, Organisation},
        clock::FixedClock,
        db::{Read, Tx},
        settings,
    },
};

/// One day in milliseconds.
pub(super) const DAY: i64 = 24 * 3600 * 1000;

/// Every course that comes with the program.
#[derive(RustEmbed)]
#[folder = "assets/courses/"]
struct Packages;

/// A course on its way into the catalogue: its slug, which teacher wrote it, how many days ago it
/// was published, how often people choose it, and whether the small school has it. Oldest first.
const CATALOGUE: &[(&str, usize, i64, u64, bool)] = &[
    ("meetings-worth-having", 1, 118, 9, true),
    ("git-without-fear", 0, 109, 14, true),
    ("statistics-you-can-feel", 0, 97, 18, true),
    ("clear-writing", 2, 92, 12, true),
    ("passwords-and-phishing", 0, 85, 8, true),
    ("design-eye", 3, 77, 6, false),
    ("budget-for-non-accountants", 4, 70, 5, false),
    ("accessible-by-default", 3, 64, 4, true),
    ("first-time-manager", 1, 58, 5, false),
    ("customer-interviews", 2, 51, 4, false),
    ("invoices-and-cash", 4, 45, 2, false),
    ("a-landing-page-that-answers", 2, 39, 3, true),
    ("spanish-for-the-ward", 5, 9, 3, false),
];

/// A course, and what one can do in it.
#[derive(Debug)]
pub(super) struct Course {
    pub id: CourseId,
    pub slug: String,
    /// Whether its days open one by one.
    pub is_daily: bool,
    pub is_premium: bool,
    pub published_at: Timestamp,
    /// How often people choose it.
    pub weight: u64,
    pub lessons: Vec<Lesson>,
}

/// A lesson, and what one can do in it.
#[derive(Debug, Clone)]
pub(super) struct Lesson {
    pub id: LessonId,
    pub day: u16,
    pub minutes: u16,
    pub rule: Completion,
    pub actions: Vec<String>,
    /// Its paragraphs and their words.
    pub blocks: Vec<(BlockId, String)>,
}

/// A school without learners.
#[derive(Debug)]
pub(super) struct School {
    pub courses: Vec<Course>,
    pub categories: BTreeMap<String, CategoryId>,
    /// The hash of everybody's password.
    pub hash: String,
}

/// Founds the school: settings, staff, courses.
pub(super) async fn found(app: &App, clock: &FixedClock, filling: &Filling, out: &mut Out) -> anyhow::Result<School> {
    let now = app.database().now();
    let hash = app.platform().passwords.hash(PASSWORD.into()).await?;
    clock.set(now.plus_millis(-130 * DAY));
    let db = app.db(Actor::System("demo"));
    let (hashed, zone) = (hash.clone(), filling.zone.clone());
    let staff = db.write("demo.found", move |tx| {
        settle_settings(tx)?;
        hire(tx, &hashed, &zone)
    });
    let staff = staff.await?;
    let chosen: Vec<_> = CATALOGUE.iter().filter(|row| row.4 || !filling.small).collect();
    let mut bar = out.bar("Courses", chosen.len() as u64);
    let mut courses = Vec::new();
    for (slug, teacher, days_ago, weight, _) in chosen.into_iter().copied() {
        let published_at = now.plus_millis(-days_ago * DAY);
        clock.set(published_at);
        import(app, slug, staff[teacher]).await?;
        let course = db.read("demo.course", move |read| look(read, slug, published_at, weight)).await?;
        courses.push(course);
        bar.step();
    }
    let categories = db.read("demo.categories", |read| {
        let all = courses::categories(read)?.into_iter();
        Ok(all.map(|c| (c.slug.to_string(), c.id)).collect())
    });
    Ok(School {
        courses,
        categories: categories.await?,
        hash,
    })
}

fn settle_settings(tx: &Tx<'_>) -> Result<()> {
    let branding: Branding = settings::get(tx)?;
    let organisation = Organisation {
        name: Label::parse("Alder Academy").map_err(Error::internal)?,
        tagline: Line::parse("A little every day, and something you can use by Friday.").map_err(Error::internal)?,
        ..branding.organisation
    };
    settings::put(
        tx,
        &Branding {
            organisation,
            ..settings::get(tx)?
        },
    )?;
    let registration = RegistrationSettings {
        mode: RegistrationMode::Open,
        public_catalogue: true,
        ..settings::get(tx)?
    };
    settings::put(tx, &registration)?;
    settings::put(tx, &Learning::default())
}

/// The admin, and the teachers in the order of [`people::TEACHERS`].
fn hire(tx: &Tx<'_>, hash: &str, zone: &Zone) -> Result<Vec<UserId>> {
    let admin = people::account(people::ADMIN, zone, Some(hash))?;
    auth::create_account(
        tx,
        NewAccount {
            role: Role::Admin,
            plan: Plan::Premium,
            ..admin
        },
    )?;
    let teachers = people::TEACHERS.iter().enumerate();
    let hired = teachers.map(|(n, who)| {
        // The first of them is the one to sign in as.
        let account = people::account(*who, zone, (n == 0).then_some(hash))?;
        auth::create_account(
            tx,
            NewAccount {
                role: Role::Instructor,
                ..account
            },
        )
    });
    hired.collect()
}

/// The slugs of every package that comes with the program.
#[must_use]
pub fn packages() -> Vec<String> {
    let mut slugs: Vec<String> = Packages::iter()
        .filter_map(|path| path.strip_suffix("/course.toml").map(str::to_owned))
        .collect();
    slugs.sort();
    slugs
}

/// The files of one of them.
#[must_use]
pub fn package(slug: &str) -> Files {
    let inner = |path: Cow<'static, str>| {
        let name = path.strip_prefix(slug)?.strip_prefix('/')?.to_owned();
        Some((name, Packages::get(&path)?.data))
    };
    Files::in_memory(Packages::iter().filter_map(inner))
}

async fn import(app: &App, slug: &str, owner: UserId) -> anyhow::Result<()> {
    let options = ImportOptions {
        owner: Some(owner),
        publish: true,
        dry_run: false,
    };
    let db = app.db(Actor::System("demo"));
    let done = courses::import(app.platform(), &db, package(slug), &options).await;
    let done = done.with_context(|| format!("the course {slug} cannot be imported"))?;
    for remark in done.remarks {
        tracing::warn!("{slug}: {remark}");
    }
    Ok(())
}

fn look(read: &Read<'_>, slug: &str, published_at: Timestamp, weight: u64) -> Result<Course> {
    let head = courses::find_any(read, &CourseRef::Slug(Slug::parse(slug).map_err(Error::internal)?))?;
    let version = head.version.ok_or(Error::NotFound("version"))?;
    let meta = courses::version_meta(read, version)?;
    let lessons = courses::version_lessons(read, version)?;
    let lessons = lessons.iter().map(|place| {
        let content = courses::lesson_content(read, place.revision)?;
        Ok(Lesson {
            id: place.lesson,
            day: place.day,
            minutes: place.minutes,
            rule: place.completion,
            actions: content.actions.iter().map(|action| action.id.clone()).collect(),
            blocks: paragraphs(content.body_html.as_str()),
        })
    });
    Ok(Course {
        id: head.id,
        slug: slug.to_owned(),
        is_daily: meta.length.days().is_some(),
        is_premium: meta.plan == Plan::Premium,
        published_at,
        weight,
        lessons: lessons.collect::<Result<_>>()?,
    })
}

/// The paragraphs that a note can hang on.
fn paragraphs(html: &str) -> Vec<(BlockId, String)> {
    let mut found = Vec::new();
    for part in html.split("<p data-id=\"").skip(1) {
        let Some((id, rest)) = part.split_once("\">") else { continue };
        let words = rest.split("</p>").next().unwrap_or_default();
        // Quotes are plain words: a paragraph with markup in it lends only those before it.
        let plain = words.split('<').next().unwrap_or_default().trim();
        if let Ok(id) = BlockId::parse(id)
            && !plain.contains('&')
        {
            found.push((id, plain.to_owned()));
        }
    }
    found
}
