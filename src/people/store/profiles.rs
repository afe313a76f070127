//! Profiles and pictures.

use crate::{
    kernel::{
        error::{Error, Result},
        id::{CategoryId, UserId},
    },
    people::model::{Picture, Profile, TextSize},
    platform::db::{OnConflict as _, Read, Tx},
};

/// A person's profile.
///
/// # Errors
/// A database fault.
pub fn find_profile(read: &Read<'_>, id: UserId) -> Result<Option<Profile>> {
    let profile = read.find(
        "SELECT headline, skill_level, daily_goal_minutes, theme, text_percent, picture, picture_mime FROM profiles WHERE user_id = ?1",
        [id],
        |row| {
            Ok(Profile {
                headline: row.get(0)?,
                interests: Vec::new(),
                skill_level: row.get(1)?,
                daily_goal_minutes: row.get(2)?,
                theme: row.get(3)?,
                text_size: TextSize::from_percent(row.get(4)?),
                picture: picture(row.get(5)?, row.get(6)?),
            })
        },
    )?;
    let Some(mut profile) = profile else { return Ok(None) };
    profile.interests = read.list(
        "SELECT category_id FROM user_interests WHERE user_id = ?1 ORDER BY category_id",
        [id],
        |row| row.get(0),
    )?;
    Ok(Some(profile))
}

fn picture(sha256: Option<String>, mime: Option<String>) -> Option<Picture> {
    sha256.zip(mime).map(|(sha256, mime)| Picture { sha256, mime })
}

/// A person's picture, if he has one.
pub(in crate::people) fn find_picture(read: &Read<'_>, id: UserId) -> Result<Option<Picture>> {
    let found = read.find("SELECT picture, picture_mime FROM profiles WHERE user_id = ?1", [id], |row| {
        Ok(picture(row.get(0)?, row.get(1)?))
    })?;
    Ok(found.flatten())
}

/// Pictures of people after this one.
pub(in crate::people) fn list_pictures_after(read: &Read<'_>, after: UserId, limit: u32) -> Result<Vec<(UserId, String)>> {
    read.list(
        "SELECT user_id, picture FROM profiles WHERE user_id > ?1 AND picture IS NOT NULL ORDER BY user_id LIMIT ?2",
        (after, limit),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Whether anybody's picture is this file.
pub(in crate::people) fn is_picture(read: &Read<'_>, sha256: &str) -> Result<bool> {
    read.exists("SELECT 1 FROM profiles WHERE picture = ?1", [sha256])
}

/// The files of everybody's pictures.
pub(in crate::people) fn list_pictures(read: &Read<'_>) -> Result<Vec<String>> {
    read.list("SELECT DISTINCT picture FROM profiles WHERE picture IS NOT NULL", [], |row| {
        row.get(0)
    })
}

/// Writes everything of a profile but the picture and the interests.
pub(in crate::people) fn update_profile(tx: &Tx<'_>, id: UserId, profile: &Profile) -> Result<()> {
    tx.execute(
        "UPDATE profiles SET headline = ?2, skill_level = ?3, daily_goal_minutes = ?4, theme = ?5, text_percent = ?6 WHERE user_id = ?1",
        (
            id,
            &profile.headline,
            profile.skill_level,
            profile.daily_goal_minutes,
            profile.theme,
            profile.text_size.percent(),
        ),
    )?;
    Ok(())
}

/// Replaces what a person wants to learn about.
pub(in crate::people) fn replace_interests(tx: &Tx<'_>, id: UserId, interests: &[CategoryId]) -> Result<()> {
    tx.execute("DELETE FROM user_interests WHERE user_id = ?1", [id])?;
    for category in interests {
        tx.execute(
            "INSERT INTO user_interests (user_id, category_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (id, category),
        )
        .on_dangling(|| Error::field("interests", "category.unknown", "There is no such category."))?;
    }
    Ok(())
}

/// Sets or takes away a person's picture.
pub(in crate::people) fn set_picture(tx: &Tx<'_>, id: UserId, picture: Option<&Picture>) -> Result<()> {
    tx.execute(
        "UPDATE profiles SET picture = ?2, picture_mime = ?3 WHERE user_id = ?1",
        (id, picture.map(|p| &p.sha256), picture.map(|p| &p.mime)),
    )?;
    Ok(())
}
