//! What published versions look like, kept in memory: they never change, so nothing here expires;
//! what has not been asked for in a while makes room.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher as _},
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::value::RawValue;

use super::{
    content::Content,
    links,
    model::{Meta, VersionLesson},
    present::{CourseBody, LessonPage},
};
use crate::{
    kernel::{
        error::Result,
        id::{RevisionId, VersionId},
    },
    platform::{Platform, db::Read, embeds::EmbedSettings, settings},
};

/// About how many bytes of contents are kept.
const CONTENT_BYTES: usize = 24 << 20;
/// About how many bytes of pages that show other sites are kept.
const FRAMED_BYTES: usize = 4 << 20;
/// How many outlines and front matters are kept.
const VERSIONS: usize = 2_000;

/// The memory of this slice; one for each process, in the platform's services.
pub struct Shelf {
    outlines: Memory<VersionId, Vec<VersionLesson>>,
    metas: Memory<VersionId, Meta>,
    lessons: Memory<RevisionId, LessonPage>,
    courses: Memory<VersionId, CourseBody>,
    framed: Memory<(RevisionId, u64), Arc<RawValue>>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            outlines: Memory::new(VERSIONS),
            metas: Memory::new(VERSIONS),
            lessons: Memory::new(CONTENT_BYTES),
            courses: Memory::new(VERSIONS),
            framed: Memory::new(FRAMED_BYTES),
        }
    }
}

impl Shelf {
    /// The shelf of this process; an empty one where `app` put none.
    #[must_use]
    pub fn of(platform: &Platform) -> Arc<Self> {
        platform.services.find().unwrap_or_default()
    }

    /// The outline of a version.
    ///
    /// # Errors
    /// A database fault.
    pub fn version_lessons(&self, read: &Read<'_>, version: VersionId) -> Result<Arc<Vec<VersionLesson>>> {
        self.outlines
            .get(version, |_| 1, || super::store::versions::list_lessons(read, version))
    }

    /// The front matter of a version.
    ///
    /// # Errors
    /// `NotFound` or a database fault.
    pub fn version_meta(&self, read: &Read<'_>, version: VersionId) -> Result<Arc<Meta>> {
        self.metas.get(version, |_| 1, || super::store::versions::get_meta(read, version))
    }

    /// The content of a revision.
    ///
    /// # Errors
    /// `NotFound` or a database fault.
    pub fn lesson_content(&self, read: &Read<'_>, revision: RevisionId) -> Result<Arc<Content>> {
        self.lesson_page(read, revision).map(|page| page.content.clone())
    }

    /// A revision as everybody sees it.
    pub(super) fn lesson_page(&self, read: &Read<'_>, revision: RevisionId) -> Result<Arc<LessonPage>> {
        self.lessons.get(revision, LessonPage::size, || LessonPage::load(read, revision))
    }

    /// The page of a revision that shows content of other sites, as far as they are allowed now.
    pub(super) fn framed(&self, read: &Read<'_>, revision: RevisionId, content: &Content) -> Result<Arc<RawValue>> {
        let sites: EmbedSettings = settings::get(read)?;
        let load = || links::framed(read, &content.body_html, &sites);
        let mut named = DefaultHasher::new();
        sites.names().hash(&mut named);
        let html = self.framed.get((revision, named.finish()), |html| html.get().len() + 128, load)?;
        Ok(Arc::clone(&html))
    }

    /// A version's page as everybody sees it.
    pub(super) fn course_body(&self, platform: &Platform, read: &Read<'_>, version: VersionId) -> Result<Arc<CourseBody>> {
        let load = || CourseBody::load(self, platform, read, version);
        self.courses.get(version, |_| 1, load)
    }
}

/// A bounded memory in two generations: what the young one cannot hold any more is dropped with
/// the old one, unless it was asked for since.
struct Memory<K, V> {
    bound: usize,
    generations: Mutex<Generations<K, V>>,
}

struct Generations<K, V> {
    young: HashMap<K, Arc<V>>,
    old: HashMap<K, Arc<V>>,
    weight: usize,
}

impl<K: Hash + Eq + Copy, V> Memory<K, V> {
    fn new(bound: usize) -> Self {
        let generations = Mutex::new(Generations {
            young: HashMap::new(),
            old: HashMap::new(),
            weight: 0,
        });
        Self { bound, generations }
    }

    fn get(&self, key: K, weigh: impl Fn(&V) -> usize, load: impl FnOnce() -> Result<V>) -> Result<Arc<V>> {
        if let Some(found) = self.find(key, &weigh) {
            return Ok(found);
        }
        let value = Arc::new(load()?);
        self.keep(&mut self.lock(), key, value.clone(), weigh(&value));
        Ok(value)
    }

    fn find(&self, key: K, weigh: &impl Fn(&V) -> usize) -> Option<Arc<V>> {
        let mut generations = self.lock();
        if let Some(found) = generations.young.get(&key) {
            return Some(found.clone());
        }
        let found = generations.old.remove(&key)?;
        self.keep(&mut generations, key, found.clone(), weigh(&found));
        Some(found)
    }

    fn keep(&self, generations: &mut Generations<K, V>, key: K, value: Arc<V>, weight: usize) {
        // Each generation takes half of the bound.
        if generations.weight + weight > self.bound / 2 {
            generations.old = std::mem::take(&mut generations.young);
            generations.weight = 0;
        }
        generations.weight += weight;
        generations.young.insert(key, value);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Generations<K, V>> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_makes_room() {
        let memory: Memory<u32, u32> = Memory::new(8);
        let load = |n: u32| memory.get(n, |_| 1, || Ok(n)).map(|v| *v);
        for n in 0..100 {
            assert!(matches!(load(n), Ok(v) if v == n));
            assert!(matches!(load(0), Ok(0)));
        }
        let kept = memory.get(0, |_| 1, || Err(crate::kernel::error::Error::NotFound("x")));
        assert!(kept.is_ok(), "asked for all the time");
        let generations = memory.lock();
        assert!(generations.young.len() + generations.old.len() <= 9);
    }
}
