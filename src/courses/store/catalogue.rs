//! The catalogue as people browse it: filtered, sorted, page by page.

use crate::{
    courses::{
        card::CourseCard,
        model::{Listing, Sort},
        store::listings,
    },
    kernel::{
        error::{Error, Result},
        id::CourseId,
        page::Page,
    },
    platform::db::Read,
};

/// Each list of words is a JSON array, empty for "any".
const FILTER: &str = "WHERE l.is_listed = 1
     AND (?1 = '[]' OR g.slug IN (SELECT value FROM json_each(?1)))
     AND (?2 = '[]' OR l.length IN (SELECT value FROM json_each(?2)))
     AND (?3 = '[]' OR l.level IN (SELECT value FROM json_each(?3)))
     AND (?4 = '[]' OR l.language IN (SELECT value FROM json_each(?4)))
     AND (?5 IS NULL OR EXISTS (SELECT 1 FROM listing_tags t WHERE t.tag = ?5 AND t.course_id = l.course_id))
     AND (?6 IS NULL OR l.plan = ?6)
     AND (c.visibility = 'everyone' OR ?10 IS NULL OR l.course_id IN (SELECT value FROM json_each(?10)))";

/// `shown` are the courses for some that the viewer sees, as JSON; `None` for who sees all.
pub(in crate::courses) fn list(read: &Read<'_>, wanted: &Listing, shown: Option<&str>) -> Result<Page<CourseCard>> {
    let (key, order) = match wanted.sort {
        Sort::Newest => ("l.published_at", "DESC"),
        Sort::Popular => ("l.learner_count", "DESC"),
        Sort::Title => ("l.sort_title", "ASC"),
    };
    let beyond = if order == "ASC" { ">" } else { "<" };
    let sql = format!(
        "{} {FILTER} AND (?8 IS NULL OR ({key}, l.course_id) {beyond} (?7, ?8)) ORDER BY {key} {order}, l.course_id {order} LIMIT ?9",
        listings::CARD
    );
    let json = |words: &[String]| serde_json::to_string(words).map_err(Error::internal);
    let (after_key, after) = match &wanted.after {
        Some((key, id)) => (Some(key), Some(*id)),
        None => (None, None),
    };
    let lengths: Vec<u16> = wanted.lengths.iter().map(|l| l.days().unwrap_or(0)).collect();
    // Keys are numbers but for titles: a text would never compare with them.
    let number = after_key.and_then(|k| k.parse::<i64>().ok()).filter(|_| wanted.sort != Sort::Title);
    let after_key: Option<rusqlite::types::Value> = number.map(Into::into).or_else(|| after_key.map(|k| k.clone().into()));
    let cards = read.list(
        &sql,
        (
            json(&wanted.categories)?,
            serde_json::to_string(&lengths).map_err(Error::internal)?,
            json(&wanted.levels)?,
            json(&wanted.languages)?,
            &wanted.tag,
            wanted.plan,
            after_key,
            after,
            wanted.limit + 1,
            shown,
        ),
        listings::card,
    )?;
    Ok(Page::cut(cards, wanted.limit, |card| wanted.cursor(card)))
}

impl Listing {
    fn cursor(&self, card: &CourseCard) -> String {
        let key = match self.sort {
            Sort::Newest => card.published_at.millis().to_string(),
            Sort::Popular => card.learner_count.to_string(),
            Sort::Title => card.title.to_lowercase(),
        };
        Self::write_cursor(&key, card.id)
    }

    /// A cursor is the sort key and id of the last card, as URL-safe base64.
    fn write_cursor(key: &str, id: CourseId) -> String {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        URL_SAFE_NO_PAD.encode(format!("{id} {key}"))
    }
}
