//! From an instance to a package. A lesson whose body has no exact Markdown form keeps it as an
//! HTML file beside.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{
    Files,
    parse::COURSE,
    write::{self, Text},
};
use crate::{
    courses::{
        body::{self, Body},
        content::Content,
        model::{Category, CourseRef, Meta},
        policy::EditCourse,
        store,
    },
    kernel::{
        error::{Error, Result},
        id::AssetId,
    },
    media::{self, Rendition, StoredFile},
    platform::{
        Platform,
        db::{Db, Read},
    },
};

/// A course's draft as a package.
#[derive(Debug)]
pub struct Exported {
    /// Its address: what the folder may be called.
    pub slug: String,
    /// Its files.
    pub files: Files,
    /// Lessons that had to keep their body as HTML.
    pub as_html: Vec<String>,
}

/// Writes a course's draft as a package.
///
/// # Errors
/// `NotFound` or a database fault.
pub async fn export(platform: &std::sync::Arc<Platform>, db: &Db, can: &EditCourse) -> Result<Exported> {
    let (platform, can) = (platform.clone(), can.clone());
    let course = db
        .read_heavy("courses.export", move |read| Loaded::load(&platform, read, &can))
        .await?;
    tokio::task::spawn_blocking(move || course.write()).await.map_err(Error::internal)?
}

/// Everything that an export needs, out of the database.
struct Loaded {
    slug: String,
    meta: Meta,
    category: Category,
    /// Day, key and content, in order.
    lessons: Vec<(u16, String, Content)>,
    /// Stored files with their names in the package.
    media: BTreeMap<AssetId, (String, StoredFile)>,
}

impl Loaded {
    fn load(platform: &Platform, read: &Read<'_>, can: &EditCourse) -> Result<Self> {
        let head = store::courses::get(read, &CourseRef::Id(can.course()))?;
        let meta = store::drafts::get(read, head.id)?.meta;
        let keys: BTreeMap<_, _> = store::lessons::list_keys(read, head.id)?.into_iter().collect();
        let mut lessons = Vec::new();
        for place in store::drafts::list_places(read, head.id)? {
            let key = keys.get(&place.lesson).cloned().ok_or(Error::NotFound("lesson"))?;
            lessons.push((place.day, key, store::lessons::get_content(read, place.revision)?));
        }
        let mut media: BTreeMap<AssetId, (String, StoredFile)> = BTreeMap::new();
        let mut taken = Vec::new();
        for asset in meta.assets().into_iter().chain(lessons.iter().flat_map(|(_, _, c)| c.assets())) {
            if let Entry::Vacant(place) = media.entry(asset) {
                let file = media::path(platform, read, asset, Rendition::Source)?;
                place.insert((free_name(&file.name, &mut taken), file));
            }
        }
        Ok(Self {
            category: store::categories::find(read, meta.category)?.ok_or(Error::NotFound("category"))?,
            slug: head.slug.to_string(),
            meta,
            lessons,
            media,
        })
    }

    fn write(self) -> Result<Exported> {
        let mut files = Files::default();
        let mut as_html = Vec::new();
        let name = |asset: AssetId| self.media.get(&asset).map(|(name, _)| name.clone());
        let lost = || Error::internal("a file of the course has no name in the package");
        let description = self.text_of(&self.meta.description_html);
        let text = write::course(&self.slug, &self.meta, &self.category, &description, &name).ok_or_else(lost)?;
        files.put_text(COURSE, text);
        let width = if self.lessons.len() > 99 { 3 } else { 2 };
        for (number, (day, key, content)) in (1..).zip(&self.lessons) {
            let stem = format!("{number:0width$}-{key}");
            let (markdown, html) = match self.text_of(&content.body_html) {
                Text::Markdown(text) => (text, None),
                Text::Html(html) => {
                    as_html.push(format!("lessons/{stem}.html"));
                    files.put_text(&format!("lessons/{stem}.html"), html + "\n");
                    (String::new(), Some(format!("{stem}.html")))
                }
            };
            let text = write::lesson(*day, content, &markdown, html.as_deref(), &name).ok_or_else(lost)?;
            files.put_text(&format!("lessons/{stem}.md"), text);
        }
        for (name, file) in self.media.values() {
            files.put_file(name, file.path.clone());
        }
        Ok(Exported {
            slug: self.slug,
            files,
            as_html,
        })
    }

    fn text_of(&self, body: &Body) -> Text {
        let name = |asset: AssetId| self.media.get(&asset).map(|(name, _)| name.clone());
        let find = |path: &str| self.media.iter().find(|(_, (name, _))| name == path).map(|(asset, _)| *asset);
        match body::to_markdown(body, &name, &find) {
            Some(text) => Text::Markdown(text),
            None => Text::Html(body::map_assets(body, &|id| name(id.parse().ok()?))),
        }
    }
}

/// A name under `media/` that no other file has, whatever their capital letters.
fn free_name(name: &str, taken: &mut Vec<String>) -> String {
    let (stem, ending) = name.rsplit_once('.').map_or((name, String::new()), |(s, e)| (s, format!(".{e}")));
    let mut number = 1;
    loop {
        let free = if number == 1 {
            format!("media/{name}")
        } else {
            format!("media/{stem}-{number}{ending}")
        };
        if !taken.contains(&free.to_lowercase()) {
            taken.push(free.to_lowercase());
            return free;
        }
        number += 1;
    }
}
