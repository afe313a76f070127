//! Files that courses show: checked when they are named, counted where they are used.

use crate::{
    courses::{
        body,
        content::{Content, Resource, Video},
        model::Meta,
        policy::EditCourse,
        store,
    },
    kernel::{
        actor::Role,
        error::{Error, Fields, Result, TextError},
        id::{AssetId, CourseId, LessonId, RevisionId, VersionId},
    },
    media::{self, Kind},
    platform::db::Tx,
};

/// The use that a draft's front matter makes of its files.
const DRAFT: &str = "courses.draft";
/// The use that a published front matter makes of its files.
const VERSION: &str = "courses.version";
/// The use that a lesson's revision makes of its files.
const REVISION: &str = "courses.revision";

/// Keeps a content as a revision of the lesson, after looking at the files it names.
pub(super) fn keep_content(tx: &Tx<'_>, can: &EditCourse, lesson: LessonId, content: &Content) -> Result<RevisionId> {
    check_content(tx, can, content)?;
    let revision = store::lessons::put_revision(tx, lesson, content)?;
    media::set_uses(tx, REVISION, revision.raw(), &content.assets())?;
    Ok(revision)
}

/// Keeps a content that stands in another lesson already: its files were looked at there.
pub(super) fn copy_content(tx: &Tx<'_>, lesson: LessonId, content: &Content) -> Result<RevisionId> {
    let revision = store::lessons::put_revision(tx, lesson, content)?;
    media::set_uses(tx, REVISION, revision.raw(), &content.assets())?;
    Ok(revision)
}

/// Notes the files of a front matter that another draft has already.
pub(super) fn copy_draft(tx: &Tx<'_>, can: &EditCourse, meta: &Meta) -> Result<()> {
    let assets = meta.assets();
    store::assets::set_of_course(tx, can.course(), &assets, false)?;
    media::set_uses(tx, DRAFT, can.course().raw(), &assets)
}

/// Drops revisions of a lesson that nothing shows any more, and their use of files.
pub(super) fn sweep(tx: &Tx<'_>, lesson: LessonId) -> Result<()> {
    for revision in store::lessons::list_unused(tx, lesson)? {
        media::set_uses(tx, REVISION, revision.raw(), &[])?;
    }
    store::lessons::sweep(tx, lesson)
}

/// Notes the files of a draft's front matter, after looking at them.
pub(super) fn keep_draft(tx: &Tx<'_>, can: &EditCourse, meta: &Meta) -> Result<()> {
    check_meta(tx, can, meta)?;
    let assets = meta.assets();
    store::assets::set_of_course(tx, can.course(), &assets, false)?;
    media::set_uses(tx, DRAFT, can.course().raw(), &assets)
}

/// Notes the files of a front matter that was published: they stay as long as the version.
pub(super) fn keep_version(tx: &Tx<'_>, course: CourseId, version: VersionId, meta: &Meta) -> Result<()> {
    let assets = meta.assets();
    store::assets::set_of_course(tx, course, &assets, true)?;
    media::set_uses(tx, VERSION, version.raw(), &assets)
}

/// Drops every use that a draft makes of files: it is about to be deleted.
pub(super) fn drop_all(tx: &Tx<'_>, course: CourseId) -> Result<()> {
    media::set_uses(tx, DRAFT, course.raw(), &[])?;
    for revision in store::lessons::list_revisions(tx, course)? {
        media::set_uses(tx, REVISION, revision.raw(), &[])?;
    }
    Ok(())
}

/// Looks at files that a person named.
struct Look<'t> {
    tx: &'t Tx<'t>,
    course: CourseId,
    fields: Fields,
}

impl Look<'_> {
    /// The file must be there, be of one of these kinds, and be the person's own or one that
    /// his courses show.
    fn at(&mut self, path: &str, asset: AssetId, kinds: &[Kind]) -> Result<()> {
        let mut refuse = |code, message: &str| self.fields.push(path, TextError::new(code, message));
        let found = match media::describe(self.tx, asset) {
            Ok(found) => found,
            Err(Error::NotFound(_)) => {
                refuse("asset.unknown", "There is no such file. Upload it first.");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let own = self.tx.actor().is_at_least(Role::Admin) || (found.owner.is_some() && found.owner == self.tx.actor().user());
        if !own && !store::assets::shows(self.tx, self.course, asset)? && !is_of_his_courses(self.tx, asset)? {
            refuse("asset.unknown", "There is no such file. Upload it first.");
        } else if !kinds.is_empty() && !kinds.contains(&found.kind) {
            refuse("asset.wrong_kind", "This file is of another kind than is wanted here.");
        }
        Ok(())
    }

    fn at_video(&mut self, path: &str, video: &Video) -> Result<()> {
        self.at(&format!("{path}.asset"), video.asset, &[Kind::Video])?;
        if let Some(poster) = video.poster {
            self.at(&format!("{path}.poster"), poster, &[Kind::Image])?;
        }
        for (i, captions) in video.captions.iter().enumerate() {
            self.at(&format!("{path}.captions[{i}].asset"), captions.asset, &[Kind::Captions])?;
        }
        Ok(())
    }
}

/// Whether another course of the person shows the file: his library offers it.
fn is_of_his_courses(tx: &Tx<'_>, asset: AssetId) -> Result<bool> {
    match tx.actor().user() {
        Some(user) => Ok(store::assets::list_shown_by(tx, user)?.contains(&asset)),
        None => Ok(false),
    }
}

fn check_content(tx: &Tx<'_>, can: &EditCourse, content: &Content) -> Result<()> {
    let (course, fields) = (can.course(), Fields::default());
    let mut look = Look { tx, course, fields };
    for asset in content.body_html.assets() {
        look.at("body_html", asset, body::SHOWN)?;
    }
    if let Some(video) = &content.video {
        look.at_video("video", video)?;
    }
    for (i, resource) in content.resources.iter().enumerate() {
        if let Resource::File { asset, .. } = resource {
            look.at(&format!("resources[{i}].asset"), *asset, &[])?;
        }
    }
    look.fields.finish()
}

fn check_meta(tx: &Tx<'_>, can: &EditCourse, meta: &Meta) -> Result<()> {
    let (course, fields) = (can.course(), Fields::default());
    let mut look = Look { tx, course, fields };
    for asset in meta.description_html.assets() {
        look.at("description_html", asset, body::SHOWN)?;
    }
    if let Some(cover) = meta.cover {
        look.at("cover", cover, &[Kind::Image])?;
    }
    if let Some(trailer) = &meta.trailer {
        look.at_video("trailer", trailer)?;
    }
    look.fields.finish()
}
