//! Which courses show which files.

use crate::{
    kernel::{
        error::Result,
        id::{AssetId, CourseId, LessonId, RevisionId, UserId},
    },
    platform::db::{Read, Tx},
};

/// Replaces the files that a course's front matter shows, of the draft or of what is published.
pub(in crate::courses) fn set_of_course(tx: &Tx<'_>, course: CourseId, assets: &[AssetId], is_published: bool) -> Result<()> {
    // What a version has shown stays readable to those who learn by it.
    if !is_published {
        tx.execute("DELETE FROM course_assets WHERE course_id = ?1 AND is_published = 0", [course])?;
    }
    for asset in assets {
        tx.execute(
            "INSERT INTO course_assets (asset_id, course_id, is_published) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            (asset, course, is_published),
        )?;
    }
    Ok(())
}

/// Courses whose front matter shows the file, and whether a published version does.
pub(in crate::courses) fn list_courses(read: &Read<'_>, asset: AssetId) -> Result<Vec<(CourseId, bool)>> {
    read.list(
        "SELECT course_id, max(is_published) FROM course_assets WHERE asset_id = ?1 GROUP BY course_id",
        [asset],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Lessons that show the file, with the revision that does.
pub(in crate::courses) fn list_lessons(read: &Read<'_>, asset: AssetId) -> Result<Vec<(CourseId, LessonId, RevisionId)>> {
    read.list(
        "SELECT l.course_id, l.id, r.id FROM revision_assets a
         JOIN revisions r ON r.id = a.revision_id JOIN lessons l ON l.id = r.lesson_id WHERE a.asset_id = ?1",
        [asset],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// Whether the course shows the file anywhere.
pub(in crate::courses) fn shows(read: &Read<'_>, course: CourseId, asset: AssetId) -> Result<bool> {
    read.exists(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM course_assets WHERE asset_id = ?1 AND course_id = ?2)
         OR EXISTS (SELECT 1 FROM revision_assets a JOIN revisions r ON r.id = a.revision_id JOIN lessons l ON l.id = r.lesson_id
                    WHERE a.asset_id = ?1 AND l.course_id = ?2)",
        (asset, course),
    )
}

/// Lessons that show the file, the oldest revision first: course, lesson, what the revision calls
/// it, and whether a published version shows that revision.
pub(in crate::courses) fn list_places(read: &Read<'_>, asset: AssetId) -> Result<Vec<(CourseId, LessonId, String, bool)>> {
    read.list(
        "SELECT l.course_id, l.id, coalesce(json_extract(r.content, '$.title'), ''),
                EXISTS (SELECT 1 FROM version_lessons v WHERE v.revision_id = r.id)
         FROM revision_assets a JOIN revisions r ON r.id = a.revision_id JOIN lessons l ON l.id = r.lesson_id
         WHERE a.asset_id = ?1 ORDER BY r.id",
        [asset],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )
}

/// The files that a person's courses show: those that he owns, and those that he writes with others.
pub(in crate::courses) fn list_shown_by(read: &Read<'_>, user: UserId) -> Result<Vec<AssetId>> {
    read.list(
        "WITH mine AS (SELECT id FROM courses WHERE owner_id = ?1 UNION SELECT course_id FROM course_authors WHERE user_id = ?1)
         SELECT a.asset_id FROM mine JOIN course_assets a ON a.course_id = mine.id
         UNION
         SELECT a.asset_id FROM mine JOIN lessons l ON l.course_id = mine.id JOIN revisions r ON r.lesson_id = l.id
         JOIN revision_assets a ON a.revision_id = r.id",
        [user],
        |row| row.get(0),
    )
}
