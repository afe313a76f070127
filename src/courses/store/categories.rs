//! Categories.

use rusqlite::Row;

use crate::{
    courses::model::Category,
    kernel::{
        error::Result,
        id::CategoryId,
        text::{Label, Slug},
    },
    platform::db::{OnConflict, Read, Tx},
};

fn category(row: &Row<'_>) -> rusqlite::Result<Category> {
    Ok(Category {
        id: row.get(0)?,
        slug: row.get(1)?,
        name: row.get(2)?,
    })
}

/// Every category with the number of its listed courses that the viewer sees: `shown` as in the
/// catalogue.
pub(in crate::courses) fn list(read: &Read<'_>, shown: Option<&str>) -> Result<Vec<(Category, u32)>> {
    read.list(
        "SELECT id, slug, name, (SELECT count(*) FROM listings l JOIN courses c ON c.id = l.course_id
             WHERE l.category_id = categories.id AND l.is_listed = 1
               AND (c.visibility = 'everyone' OR ?1 IS NULL OR l.course_id IN (SELECT value FROM json_each(?1))))
         FROM categories ORDER BY position, id",
        [shown],
        |row| Ok((category(row)?, row.get(3)?)),
    )
}

/// Every category, without counting.
pub(in crate::courses) fn list_all(read: &Read<'_>) -> Result<Vec<Category>> {
    read.list("SELECT id, slug, name FROM categories ORDER BY position, id", [], category)
}

pub(in crate::courses) fn count_courses(read: &Read<'_>, id: CategoryId) -> Result<u32> {
    let count = read.count("SELECT count(*) FROM listings WHERE category_id = ?1 AND is_listed = 1", [id])?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

pub(in crate::courses) fn find(read: &Read<'_>, id: CategoryId) -> Result<Option<Category>> {
    read.find("SELECT id, slug, name FROM categories WHERE id = ?1", [id], category)
}

pub(in crate::courses) fn insert(tx: &Tx<'_>, slug: &Slug, name: &Label) -> Result<CategoryId> {
    let id = tx.new_id();
    tx.execute(
        "INSERT INTO categories (id, slug, name, position) VALUES (?1, ?2, ?3, (SELECT coalesce(max(position), 0) + 1 FROM categories))",
        (id, slug, name),
    )
    .on_conflict("category.taken", "There is a category of this name already.")?;
    Ok(id)
}

pub(in crate::courses) fn update(tx: &Tx<'_>, id: CategoryId, name: Option<&Label>, position: Option<u32>) -> Result<()> {
    tx.execute(
        "UPDATE categories SET name = coalesce(?2, name), position = coalesce(?3, position) WHERE id = ?1",
        (id, name, position),
    )?;
    Ok(())
}

pub(in crate::courses) fn is_used(read: &Read<'_>, id: CategoryId) -> Result<bool> {
    read.exists(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM drafts WHERE category_id = ?1) OR EXISTS (SELECT 1 FROM listings WHERE category_id = ?1)",
        [id],
    )
}

pub(in crate::courses) fn delete(tx: &Tx<'_>, id: CategoryId) -> Result<()> {
    tx.execute("DELETE FROM categories WHERE id = ?1", [id])?;
    Ok(())
}
