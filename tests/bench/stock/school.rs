//! 500 courses with 10,000 lessons, made and published by the product's own verbs.

use momentum::{
    app::App,
    courses::{self, Action, Content, CourseRef, Length, Level, NewCourse, NewLesson, Video, WriteCourses},
    kernel::{
        actor::{Actor, Role},
        error::{Error, Result},
        id::{AssetId, CategoryId, CourseId, LessonId, UserId},
        text::{Language, Line, Slug, Summary, Title},
        time::Zone,
    },
    media::{self, StoreAsset},
    platform::db::Tx,
};

use super::{chance::Dice, people, words};

/// How many courses there are.
pub(crate) const COURSES: usize = 500;
/// Bytes of the one film: 8 MiB.
const FILM: usize = 8 << 20;

/// A published course.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    pub id: CourseId,
    pub lessons: Vec<LessonId>,
}

/// Founds the school: an admin, a teacher, a film, the courses.
pub(crate) async fn found(app: &App, seed: u64, courses: usize) -> anyhow::Result<Vec<Course>> {
    let db = app.db(Actor::System("bench"));
    let hash = app.platform().passwords.hash(super::PASSWORD.into()).await?;
    let owner = db
        .write("bench.staff", move |tx| {
            momentum::auth::create_account(tx, people::account(u32::MAX, Role::Admin, Zone::utc(), &hash)?)?;
            momentum::auth::create_account(tx, people::account(u32::MAX - 1, Role::Instructor, Zone::utc(), &hash)?)
        })
        .await?;
    let film = media::store_bytes(
        app.platform(),
        &db,
        &StoreAsset::as_system("bench", Some(owner)),
        "film.mp4",
        film(),
    )
    .await?;
    let mut all = Vec::new();
    for n in 0..courses {
        let course = db.write_low("bench.course", move |tx| course(tx, n, owner, film.id, seed)).await?;
        all.push(course);
    }
    Ok(all)
}

/// A real film, made longer by a box that players skip (ISO/IEC 14496-12, 8.1.2).
fn film() -> Vec<u8> {
    let mut bytes = include_bytes!("../../../assets/courses/statistics-you-can-feel/media/averages.mp4").to_vec();
    let rest = FILM.saturating_sub(bytes.len()).max(8);
    bytes.extend(u32::try_from(rest).unwrap_or(8).to_be_bytes());
    bytes.extend(b"free");
    let mut dice = Dice::new(3, 3, 3);
    while bytes.len() < FILM {
        bytes.extend(dice.next().to_le_bytes());
    }
    bytes.truncate(FILM);
    bytes
}

/// The days of the lessons: 20 on average.
fn days(length: Length) -> Vec<u16> {
    let lessons = match length {
        Length::Days21 => 21,
        Length::Days14 => 19,
        _ => 20,
    };
    let days = length.days().unwrap_or(lessons);
    (0..lessons).map(|n| n * days / lessons + 1).collect()
}

fn course(tx: &Tx<'_>, n: usize, owner: UserId, film: AssetId, seed: u64) -> Result<Course> {
    let mut dice = Dice::new(seed, 1, n as u64);
    let length = [Length::SelfPaced, Length::Days7, Length::SelfPaced, Length::Days14, Length::Days21][n % 5];
    let title = words::title(&mut dice);
    let new = NewCourse {
        slug: Some(Slug::from_title(&format!("{title} {n}"), "course")),
        owner: Some(owner),
        title: Title::parse(&title).map_err(Error::internal)?,
        category: CategoryId::from_raw(1 + dice.below(6) as i64),
        level: *dice.pick(&[Level::Beginner, Level::Intermediate, Level::Advanced]),
        language: Language::english(),
        length,
    };
    let can = courses::create(tx, &WriteCourses::as_system("bench"), new)?;
    let summary = words::sentence(&mut dice, 18);
    let outcomes: Vec<String> = (0..4).map(|_| words::sentence(&mut dice, 8)).collect();
    courses::change(tx, &can, None, |meta| {
        meta.summary = Summary::parse(&summary).unwrap_or_else(|_| Summary::empty());
        meta.outcomes = outcomes.iter().filter_map(|text| Line::parse(text).ok()).collect();
    })?;
    let mut lessons = Vec::new();
    for (i, day) in days(length).into_iter().enumerate() {
        let mut content = lesson(&mut dice)?;
        content.is_preview = i == 0;
        if n == 0 && i == 1 {
            content.video = Some(Video {
                asset: film,
                poster: None,
                captions: Vec::new(),
            });
        }
        let key = Some(format!("{:02}-lesson", i + 1));
        lessons.push(courses::add_lesson(tx, &can, NewLesson { day, key, content })?.0);
    }
    courses::publish(tx, &can, "", None)?;
    let id = courses::find_any(tx, &CourseRef::Id(can.course()))?.id;
    Ok(Course { id, lessons })
}

fn lesson(dice: &mut Dice) -> Result<Content> {
    let title = Title::parse(&words::title(dice)).map_err(Error::internal)?;
    let mut content = Content::new(title, &words::body(dice));
    content.summary = Summary::parse(&words::sentence(dice, 14)).map_err(Error::internal)?;
    content.minutes = 15 + dice.below(6) as u16;
    for _ in 0..3 {
        content.actions.push(Action {
            id: String::new(),
            text: Line::parse(&words::sentence(dice, 7)).map_err(Error::internal)?,
        });
    }
    Ok(content)
}
