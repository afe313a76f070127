//! From a package to an instance: all of it, or nothing.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Files, Problem,
    files::Source,
    parse::{self, Package, PackageLesson},
};
use crate::{
    courses::{
        actions::{self, NewCourse, NewLesson},
        content::Content,
        model::{Category, CourseRef},
        policy::{EditCourse, WriteCourses},
        store,
    },
    kernel::{
        error::{Error, Result},
        id::{AssetId, CourseId, LessonId, UserId},
        text::Slug,
    },
    media::{self, StoreAsset},
    platform::{
        Platform, audit,
        db::{Db, Read, Tx},
    },
};

/// How a package is imported.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The author of a course that is not there yet.
    pub owner: Option<UserId>,
    /// Whether to publish what came in.
    pub publish: bool,
    /// Only look whether all is well.
    pub dry_run: bool,
}

/// What an import did, or would do.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Imported {
    /// The course; absent after a look at a course that is not there yet.
    pub course: Option<CourseId>,
    /// Its address.
    pub slug: String,
    /// Whether the course was there before.
    pub is_known: bool,
    /// How many lessons the package has.
    pub lessons: usize,
    /// How many files.
    pub files: usize,
    /// The number of the version that was published; absent when nothing was.
    pub published: Option<u32>,
    /// What a person may want to know.
    pub remarks: Vec<Problem>,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The package has to be mended first.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Problem>),
    /// The instance could not take it.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// Imports a package: into the draft of the course with its slug, or as a new course.
///
/// # Errors
/// [`ImportError::Refused`] names everything to mend; nothing is stored then.
pub async fn import(platform: &Platform, db: &Db, files: Files, options: &ImportOptions) -> std::result::Result<Imported, ImportError> {
    let files = Arc::new(files);
    let categories: Vec<Category> = db
        .read("courses.import_look", |read| {
            Ok(store::categories::list(read, None)?.into_iter().map(|(c, _)| c).collect())
        })
        .await?;
    let package = look(files.clone(), categories.clone(), None).await?;
    let slug = package.slug.clone();
    let known = db.read("courses.import_known", move |read| Known::find(read, &slug)).await?;
    let mut report = Imported {
        course: known.as_ref().map(|k| k.course),
        slug: package.slug.to_string(),
        is_known: known.is_some(),
        lessons: package.lessons.len(),
        files: package.used.len(),
        published: None,
        remarks: package.remarks.clone(),
    };
    if options.dry_run {
        return Ok(report);
    }
    let owner = known.as_ref().map_or(options.owner, |k| k.owner);
    let assets = store_media(platform, db, &files, &package, owner).await?;
    // A package without files is whole already.
    let package = if assets.is_empty() {
        package
    } else {
        look(files, categories, Some(assets)).await?
    };
    let (options, named) = (options.clone(), package.lessons.iter().map(|l| l.file.clone()).collect::<Vec<_>>());
    let package = carried(package, known).await?;
    let done = db.write_low("courses.import", move |tx| take_in(tx, package, &options)).await;
    let (course, published) = done.map_err(|error| explain(error, &named))?;
    (report.course, report.published) = (Some(course), published);
    Ok(report)
}

async fn look(
    files: Arc<Files>,
    categories: Vec<Category>,
    assets: Option<BTreeMap<String, AssetId>>,
) -> std::result::Result<Package, ImportError> {
    let parsed = tokio::task::spawn_blocking(move || parse::parse(&files, &categories, assets.as_ref()));
    parsed.await.map_err(Error::internal)?.map_err(ImportError::Refused)
}

/// What is there already of a course.
struct Known {
    course: CourseId,
    owner: Option<UserId>,
    /// Contents of the draft by key.
    contents: BTreeMap<String, Content>,
}

impl Known {
    fn find(read: &Read<'_>, slug: &Slug) -> Result<Option<Self>> {
        let Some(head) = store::courses::find(read, &CourseRef::Slug(slug.clone()))? else {
            return Ok(None);
        };
        let keys: BTreeMap<LessonId, String> = store::lessons::list_keys(read, head.id)?.into_iter().collect();
        let mut contents = BTreeMap::new();
        for place in store::drafts::list_places(read, head.id)? {
            if let Some(key) = keys.get(&place.lesson) {
                contents.insert(key.clone(), store::lessons::get_content(read, place.revision)?);
            }
        }
        Ok(Some(Self {
            course: head.id,
            owner: head.owner,
            contents,
        }))
    }
}

/// Names of blocks and action items are carried from what is there, so that notes and ticks keep
/// their place.
async fn carried(mut package: Package, known: Option<Known>) -> Result<Package> {
    let Some(mut known) = known else { return Ok(package) };
    let carried = tokio::task::spawn_blocking(move || {
        for lesson in &mut package.lessons {
            if let Some(old) = known.contents.remove(&lesson.key) {
                lesson.content.body_html = std::mem::take(&mut lesson.content.body_html).after(&old.body_html);
                for action in &mut lesson.content.actions {
                    if let Some(same) = old.actions.iter().find(|a| a.text == action.text) {
                        action.id.clone_from(&same.id);
                    }
                }
            }
        }
        package
    });
    carried.await.map_err(Error::internal)
}

async fn store_media(
    platform: &Platform,
    db: &Db,
    files: &Files,
    package: &Package,
    owner: Option<UserId>,
) -> std::result::Result<BTreeMap<String, AssetId>, ImportError> {
    let can = StoreAsset::as_system("a course package is imported", owner);
    let (mut assets, mut problems) = (BTreeMap::new(), Vec::new());
    for name in &package.used {
        let bare = name.rsplit('/').next().unwrap_or(name);
        let stored = match files.source(name) {
            Some(Source::Disk(path)) => media::store_file(platform, db, &can, bare, path).await,
            Some(Source::Memory(bytes)) => media::store_bytes(platform, db, &can, bare, bytes.to_vec()).await,
            None => Err(Error::NotFound("file")),
        };
        match stored {
            Ok(asset) => drop(assets.insert(name.clone(), asset.id)),
            Err(Error::Invalid(fields)) => {
                let found = fields.into_iter().map(|field| Problem::file(name, field.message));
                problems.extend(found);
            }
            Err(error) => return Err(error.into()),
        }
    }
    if problems.is_empty() {
        Ok(assets)
    } else {
        Err(ImportError::Refused(problems))
    }
}

fn take_in(tx: &Tx<'_>, package: Package, options: &ImportOptions) -> Result<(CourseId, Option<u32>)> {
    let lessons = package.lessons.len();
    let can = open_draft(tx, &package, options)?;
    actions::change(tx, &can, None, |meta| *meta = package.meta)?;
    put_lessons(tx, &can, package.lessons)?;
    audit::record(tx, "courses.import", &can.course().to_string(), None::<&()>, Some(&lessons))?;
    let published = if options.publish { publish(tx, &can)? } else { None };
    Ok((can.course(), published))
}

fn open_draft(tx: &Tx<'_>, package: &Package, options: &ImportOptions) -> Result<EditCourse> {
    if let Some(head) = store::courses::find(tx, &CourseRef::Slug(package.slug.clone()))? {
        return Ok(EditCourse::as_system(head.id, "a course package is imported"));
    }
    let new = NewCourse {
        slug: Some(package.slug.clone()),
        owner: options.owner,
        title: package.meta.title.clone(),
        category: package.meta.category,
        level: package.meta.level,
        language: package.meta.language.clone(),
        length: package.meta.length,
    };
    actions::create(tx, &WriteCourses::as_system("a course package is imported"), new)
}

fn put_lessons(tx: &Tx<'_>, can: &EditCourse, lessons: Vec<PackageLesson>) -> Result<()> {
    let keys: BTreeMap<String, LessonId> = store::lessons::list_keys(tx, can.course())?
        .into_iter()
        .map(|(id, key)| (key, id))
        .collect();
    let places = store::drafts::list_places(tx, can.course())?;
    let is_placed = |lesson: LessonId| places.iter().any(|p| p.lesson == lesson);
    let mut order: Vec<(u16, Vec<LessonId>)> = Vec::new();
    for (index, lesson) in lessons.into_iter().enumerate() {
        let PackageLesson { key, day, content, .. } = lesson;
        let id = match keys.get(&key).copied().filter(|id| is_placed(*id)) {
            Some(id) => actions::change_lesson(tx, can, id, None, None, |old| *old = content).map(|_| id),
            None => {
                let key = Some(key);
                actions::add_lesson(tx, can, NewLesson { day, key, content }).map(|(id, _)| id)
            }
        };
        let id = id.map_err(|error| within(error, index))?;
        match order.last_mut() {
            Some((last, lessons)) if *last == day => lessons.push(id),
            _ => order.push((day, vec![id])),
        }
    }
    let kept: Vec<LessonId> = order.iter().flat_map(|(_, lessons)| lessons.iter().copied()).collect();
    for gone in places.iter().filter(|p| !kept.contains(&p.lesson)) {
        actions::remove_lesson(tx, can, gone.lesson)?;
    }
    actions::reorder(tx, can, &order)
}

fn publish(tx: &Tx<'_>, can: &EditCourse) -> Result<Option<u32>> {
    match actions::publish(tx, can, "", None) {
        Ok(made) => Ok(Some(made.number)),
        Err(Error::Conflict {
            code: "course.unchanged", ..
        }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Wrong fields of the lesson with this index: the index stands before the path.
fn within(error: Error, index: usize) -> Error {
    match error {
        Error::Invalid(mut fields) => {
            for field in &mut fields {
                field.path = format!("{index}:{}", field.path);
            }
            Error::Invalid(fields)
        }
        other => other,
    }
}

/// Wrong fields as problems of the files that they stand in.
fn explain(error: Error, files: &[String]) -> ImportError {
    let Error::Invalid(fields) = error else {
        return ImportError::Failed(error);
    };
    let problems = fields.into_iter().map(|field| {
        let lesson = field
            .path
            .split_once(':')
            .and_then(|(index, path)| Some((files.get(index.parse::<usize>().ok()?)?, path)));
        match lesson {
            Some((file, path)) => Problem::field(file, path, field.message),
            None => Problem::field(parse::COURSE, field.path, field.message),
        }
    });
    ImportError::Refused(problems.collect())
}
