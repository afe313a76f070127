//! The catalogue: one row for each course that was ever published.

use rusqlite::Row;

use crate::{
    courses::{
        card::CourseCard,
        model::{Category, Meta, VersionLesson},
    },
    kernel::{
        error::{Error, Result},
        id::CourseId,
        money::{Currency, Price},
        time::Timestamp,
    },
    platform::db::{Read, Tx},
};

pub(super) const CARD: &str =
    "SELECT l.course_id, c.slug, l.title, l.summary, g.id, g.slug, g.name, l.level, l.language, l.length, l.minutes_per_day,
        l.total_minutes, l.lesson_count, l.tags, l.plan, l.price_minor, l.price_currency, l.palette, l.cover_id, l.learner_count,
        l.published_at, c.number
     FROM listings l JOIN courses c ON c.id = l.course_id JOIN categories g ON g.id = l.category_id";

pub(super) fn card(row: &Row<'_>) -> rusqlite::Result<CourseCard> {
    let tags: String = row.get(13)?;
    let currency: Option<String> = row.get(16)?;
    let price = row.get::<_, Option<i64>>(15)?.zip(currency.and_then(|c| Currency::parse(&c).ok()));
    Ok(CourseCard {
        id: row.get(0)?,
        slug: row.get(1)?,
        title: row.get(2)?,
        summary: row.get(3)?,
        category: Category {
            id: row.get(4)?,
            slug: row.get(5)?,
            name: row.get(6)?,
        },
        level: row.get(7)?,
        language: row.get(8)?,
        length: row.get(9)?,
        minutes_per_day: row.get(10)?,
        total_minutes: row.get(11)?,
        lesson_count: row.get(12)?,
        tags: serde_json::from_str(&tags).unwrap_or_default(),
        plan: row.get(14)?,
        price: price.map(|(minor, currency)| Price { minor, currency }.into()),
        palette: row.get(17)?,
        cover_url: row.get::<_, Option<_>>(18)?.map(crate::courses::links::cover),
        learner_count: row.get(19)?,
        published_at: row.get(20)?,
        version: row.get(21)?,
    })
}

pub(in crate::courses) fn find(read: &Read<'_>, course: CourseId) -> Result<Option<CourseCard>> {
    read.find(&format!("{CARD} WHERE l.course_id = ?1"), [course], card)
}

/// Renews the row of a course from what was just published; its learners are kept.
pub(in crate::courses) fn put(
    tx: &Tx<'_>,
    course: CourseId,
    meta: &Meta,
    lessons: &[VersionLesson],
    published_at: Timestamp,
) -> Result<()> {
    let total: u32 = lessons.iter().map(|l| u32::from(l.minutes)).sum();
    let count = u32::try_from(lessons.len()).unwrap_or(u32::MAX);
    let days = meta.length.days().map_or(count, u32::from).max(1);
    tx.execute(
        "INSERT INTO listings (course_id, is_listed, category_id, title, sort_title, summary, level, language, length, plan,
                palette, cover_id, tags, lesson_count, total_minutes, minutes_per_day, published_at)
         VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
         ON CONFLICT (course_id) DO UPDATE SET category_id = excluded.category_id, title = excluded.title, sort_title = excluded.sort_title,
                summary = excluded.summary, level = excluded.level, language = excluded.language, length = excluded.length,
                plan = excluded.plan, palette = excluded.palette, cover_id = excluded.cover_id, tags = excluded.tags,
                lesson_count = excluded.lesson_count, total_minutes = excluded.total_minutes, minutes_per_day = excluded.minutes_per_day",
        rusqlite::params![
            course,
            meta.category,
            meta.title,
            meta.title.as_str().to_lowercase(),
            meta.summary,
            meta.level,
            meta.language.as_str(),
            meta.length,
            meta.plan,
            meta.palette,
            meta.cover,
            serde_json::to_string(&meta.tags).map_err(Error::internal)?,
            count,
            total,
            total.div_ceil(days),
            published_at,
        ],
    )?;
    tx.execute(
        "UPDATE listings SET price_minor = ?2, price_currency = ?3 WHERE course_id = ?1",
        (
            course,
            meta.price.as_ref().map(|p| p.minor),
            meta.price.as_ref().map(|p| p.currency.as_str()),
        ),
    )?;
    tx.execute("DELETE FROM listing_tags WHERE course_id = ?1", [course])?;
    for tag in &meta.tags {
        tx.execute(
            "INSERT INTO listing_tags (tag, course_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (tag.as_str().to_lowercase(), course),
        )?;
    }
    Ok(())
}

/// Lists the course while it is published and nobody has hidden it.
pub(in crate::courses) fn relist(tx: &Tx<'_>, course: CourseId) -> Result<()> {
    tx.execute(
        "UPDATE listings SET is_listed = (SELECT state = 'published' AND hidden_at IS NULL FROM courses WHERE id = ?1) WHERE course_id = ?1",
        [course],
    )?;
    Ok(())
}

pub(in crate::courses) fn list_ids(read: &Read<'_>) -> Result<Vec<CourseId>> {
    read.list("SELECT course_id FROM listings", [], |row| row.get(0))
}
