//! All courses and lessons at once, as admins go through them.

use rusqlite::{Row, ToSql, params_from_iter};

use crate::{
    courses::model::{State, Visibility},
    kernel::{
        error::Result,
        id::{CategoryId, CourseId, LessonId, RevisionId, UserId},
        page::Page,
        text::Slug,
        time::Timestamp,
    },
    platform::db::Read,
};

/// A course as admins go through them.
pub(in crate::courses) struct DeskRow {
    pub id: CourseId,
    pub slug: Slug,
    pub title: String,
    pub owner: Option<UserId>,
    pub state: State,
    pub visibility: Visibility,
    pub is_hidden: bool,
    pub number: u32,
    pub category: CategoryId,
    pub learner_count: u32,
    pub lesson_count: u32,
    pub updated_at: Timestamp,
}

/// Which courses are wanted.
#[derive(Default)]
pub(in crate::courses) struct DeskQuery {
    /// Part of the title or address, in lower case.
    pub q: String,
    pub state: Option<State>,
    pub hidden: bool,
    pub category: Option<CategoryId>,
    pub owner: Option<UserId>,
    pub after: Option<CourseId>,
    pub limit: u32,
}

fn like(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// Courses, the latest first.
pub(in crate::courses) fn list_courses(read: &Read<'_>, wanted: &DeskQuery) -> Result<Page<DeskRow>> {
    let values: Vec<Box<dyn ToSql>> = vec![
        Box::new(like(&wanted.q)),
        Box::new(wanted.state),
        Box::new(wanted.category),
        Box::new(wanted.owner),
        Box::new(wanted.after),
        Box::new(wanted.hidden),
        Box::new(wanted.limit + 1),
    ];
    let rows = read.list(
        "SELECT c.id, c.slug, json_extract(d.meta, '$.title'), c.owner_id, c.state, c.visibility, c.hidden_at IS NOT NULL, c.number,
                d.category_id, coalesce(l.learner_count, 0), (SELECT count(*) FROM draft_lessons p WHERE p.course_id = c.id), d.updated_at
         FROM courses c JOIN drafts d ON d.course_id = c.id LEFT JOIN listings l ON l.course_id = c.id
         WHERE (?1 = '%%' OR lower(json_extract(d.meta, '$.title')) LIKE ?1 ESCAPE '\\' OR c.slug LIKE ?1 ESCAPE '\\')
           AND (?2 IS NULL OR c.state = ?2) AND (?3 IS NULL OR d.category_id = ?3) AND (?4 IS NULL OR c.owner_id = ?4)
           AND (?5 IS NULL OR c.id < ?5) AND (?6 = 0 OR c.hidden_at IS NOT NULL)
         ORDER BY c.id DESC LIMIT ?7",
        params_from_iter(values),
        desk_row,
    )?;
    Ok(Page::cut(rows, wanted.limit, |row| row.id.to_string()))
}

fn desk_row(row: &Row<'_>) -> rusqlite::Result<DeskRow> {
    Ok(DeskRow {
        id: row.get(0)?,
        slug: row.get(1)?,
        title: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
        owner: row.get(3)?,
        state: row.get(4)?,
        visibility: row.get(5)?,
        is_hidden: row.get(6)?,
        number: row.get(7)?,
        category: row.get(8)?,
        learner_count: row.get(9)?,
        lesson_count: row.get(10)?,
        updated_at: row.get(11)?,
    })
}

/// How many courses are in each state, and how many are hidden.
pub(in crate::courses) fn count_states(read: &Read<'_>) -> Result<Vec<(State, u32)>> {
    read.list("SELECT state, count(*) FROM courses GROUP BY state", [], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// A lesson of some draft, as admins go through them.
pub(in crate::courses) struct DeskLesson {
    pub course: CourseId,
    pub course_slug: Slug,
    pub course_title: String,
    pub lesson: LessonId,
    pub revision: RevisionId,
    pub day: u16,
    pub title: String,
    pub minutes: u16,
    pub is_preview: bool,
    pub is_required: bool,
    pub is_hidden: bool,
}

/// Lessons of all drafts whose title or course's title has these words, in the order of courses
/// and lessons. Titles live in the revisions, so this reads every draft's: for the reports' lane.
pub(in crate::courses) fn list_lessons(
    read: &Read<'_>,
    q: &str,
    course: Option<CourseId>,
    after: Option<(CourseId, LessonId)>,
    limit: u32,
) -> Result<Page<DeskLesson>> {
    let (after_course, after_lesson) = after.unzip();
    let rows = read.list(
        "SELECT c.id, c.slug, json_extract(d.meta, '$.title'), p.lesson_id, p.revision_id, p.day, json_extract(r.content, '$.title'),
                json_extract(r.content, '$.minutes'), json_extract(r.content, '$.is_preview'), json_extract(r.content, '$.is_required'),
                n.hidden_at IS NOT NULL
         FROM draft_lessons p JOIN courses c ON c.id = p.course_id JOIN drafts d ON d.course_id = p.course_id
         JOIN revisions r ON r.id = p.revision_id JOIN lessons n ON n.id = p.lesson_id
         WHERE (?3 IS NULL OR (p.course_id, p.lesson_id) > (?3, ?4)) AND (?2 IS NULL OR p.course_id = ?2)
           AND (?1 = '%%' OR lower(json_extract(r.content, '$.title')) LIKE ?1 ESCAPE '\\' OR lower(json_extract(d.meta, '$.title')) LIKE ?1 ESCAPE '\\')
         ORDER BY p.course_id, p.lesson_id LIMIT ?5",
        (like(q), course, after_course, after_lesson, limit + 1),
        |row| {
            Ok(DeskLesson {
                course: row.get(0)?,
                course_slug: row.get(1)?,
                course_title: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
                lesson: row.get(3)?,
                revision: row.get(4)?,
                day: row.get(5)?,
                title: row.get::<_, Option<String>>(6)?.unwrap_or_default(),
                minutes: row.get::<_, Option<u16>>(7)?.unwrap_or_default(),
                is_preview: row.get::<_, Option<bool>>(8)?.unwrap_or_default(),
                is_required: row.get::<_, Option<bool>>(9)?.unwrap_or_default(),
                is_hidden: row.get(10)?,
            })
        },
    )?;
    Ok(Page::cut(rows, limit, |row| format!("{}.{}", row.course, row.lesson)))
}
