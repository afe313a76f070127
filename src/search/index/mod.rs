//! The index on disk: a cache of the database that rebuilds itself.
//!
//! `index-v1/` in the data folder holds one *generation* (`g1`, `g2` …) and the file `CURRENT`
//! that names it. A rebuild fills the next generation beside the one that serves, then changes
//! `CURRENT` by a rename. Each commit carries `{"schema":1,"seq":42}`: the last outbox row that it
//! contains. A crash loses at most what was not committed, and the outbox tells that again.

mod folder;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use tantivy::{
    IndexReader, IndexWriter, ReloadPolicy, Searcher, collector::Collector, directory::MmapDirectory, indexer::IndexWriterOptions,
    query::Query, tokenizer::Language,
};

use super::{
    schema::{Entry, Fields, SCHEMA},
    words,
};
use crate::{
    kernel::{
        error::{Error, Result},
        id::CourseId,
    },
    platform::metrics::{Histogram, STEPS},
};

/// Memory of the indexing thread, in bytes.
const BUDGET: usize = 50_000_000;

/// What each commit says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    schema: u32,
    seq: i64,
}

/// The index of one data folder. In the platform's services.
pub struct Index {
    folder: PathBuf,
    fields: Fields,
    live: RwLock<Option<Arc<Live>>>,
    writer: Mutex<Option<IndexWriter>>,
    /// How long queries take.
    pub(super) queries: Histogram,
    /// Whether something was ever published, so that there has to be an index.
    is_wanted: AtomicBool,
    /// Held by whoever brings the index up to date.
    pub(super) work: tokio::sync::Mutex<()>,
}

/// What searches look into.
pub(super) struct Live {
    reader: IndexReader,
    /// The languages whose stems are in it.
    pub(super) languages: Vec<Language>,
    /// The last outbox row that it contains.
    pub(super) seq: i64,
    searcher: Searcher,
}

impl Live {
    pub(super) fn documents(&self) -> u64 {
        self.searcher.num_docs()
    }
}

fn unavailable() -> Error {
    Error::Unavailable {
        code: "search.unavailable",
        retry_after: 5,
    }
}

/// A fault of the index: logged where it is mended.
pub(super) fn fault(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::internal(error)
}

impl Index {
    /// The index of this data folder. Nothing is opened yet.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self {
            folder: data.join(format!("index-v{SCHEMA}")),
            fields: Fields::new(),
            live: RwLock::default(),
            writer: Mutex::default(),
            queries: Histogram::seconds(STEPS),
            is_wanted: AtomicBool::new(false),
            work: tokio::sync::Mutex::default(),
        }
    }

    pub(super) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Whether there is anything on disk that claims to be the index.
    pub(super) fn is_there(&self) -> bool {
        folder::current(&self.folder).is_some()
    }

    /// There has to be an index from now on.
    pub(super) fn want(&self) {
        self.is_wanted.store(true, Ordering::Relaxed);
    }

    /// Whether searches are answered, or there is nothing to search yet. Never waits: who opens an
    /// index or builds one takes his time, and then the answer is no.
    pub(super) fn is_ready(&self) -> bool {
        let is_open = self.live.try_read().is_ok_and(|live| live.is_some());
        is_open || !(self.is_wanted.load(Ordering::Relaxed) || self.is_there())
    }

    /// What searches look into; opened when asked for the first time. `None` while there is no
    /// index or it must be rebuilt. Blocking, some milliseconds, at the first time only.
    pub(super) fn live(&self) -> Option<Arc<Live>> {
        if let Some(live) = self.live.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            return Some(live.clone());
        }
        let mut slot = self.live.write().unwrap_or_else(PoisonError::into_inner);
        if slot.is_none() {
            *slot = self.open().map(Arc::new);
        }
        slot.clone()
    }

    /// The last outbox row that the index on disk contains, after a look at every byte of it.
    /// Blocking.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub(super) fn inspect(&self) -> std::result::Result<i64, String> {
        let generation = folder::current(&self.folder).ok_or("it does not say which generation serves")?;
        open_checked(&generation, &self.fields).map(|live| live.seq)
    }

    fn open(&self) -> Option<Live> {
        let generation = folder::current(&self.folder)?;
        match open_checked(&generation, &self.fields) {
            Ok(live) => Some(live),
            Err(reason) => {
                tracing::warn!(reason, "the search index must be rebuilt");
                None
            }
        }
    }

    /// Asks what serves.
    ///
    /// # Errors
    /// `Unavailable` when a file of the index cannot be read: it is then looked at again, and
    /// rebuilt if need be.
    pub(super) fn look<C: Collector>(&self, live: &Live, query: &dyn Query, collector: &C) -> Result<C::Fruit> {
        let began = std::time::Instant::now();
        let found = live.searcher.search(query, collector);
        self.queries.observe(began.elapsed());
        found.map_err(|error| {
            tracing::error!(%error, "a search failed");
            self.live.write().unwrap_or_else(PoisonError::into_inner).take();
            unavailable()
        })
    }

    /// Bytes on disk. Reads a folder of some dozen files.
    pub(super) fn bytes(&self) -> u64 {
        let files = walkdir::WalkDir::new(&self.folder).into_iter().filter_map(std::result::Result::ok);
        let sizes = files.filter_map(|file| file.metadata().ok()).filter(std::fs::Metadata::is_file);
        sizes.map(|file| file.len()).sum()
    }

    /// Replaces the documents of a course; nobody sees it before [`Index::commit`]. Blocking.
    ///
    /// # Errors
    /// A fault of the index; call [`Index::give_up`] then.
    pub(super) fn put(&self, course: CourseId, entries: &[Entry]) -> Result<()> {
        let mut slot = self.writer()?;
        let Some(writer) = slot.as_mut() else { return Err(unavailable()) };
        writer.delete_term(self.fields.of_course(course));
        for entry in entries {
            writer.add_document(self.fields.document(entry)).map_err(fault)?;
        }
        Ok(())
    }

    /// Makes what was put visible, up to and including this outbox row. Blocking: it waits for the disk.
    ///
    /// # Errors
    /// A fault of the index; call [`Index::give_up`] then.
    pub(super) fn commit(&self, seq: i64) -> Result<()> {
        let mut slot = self.writer()?;
        let Some(writer) = slot.as_mut() else { return Err(unavailable()) };
        commit(writer, seq)?;
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = live.take() {
            before.reader.reload().map_err(fault)?;
            *live = Some(Arc::new(look(&before.reader, &self.fields, seq).map_err(fault)?));
        }
        Ok(())
    }

    /// Drops what was put and not committed, after a fault.
    pub(super) fn give_up(&self) {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(writer);
    }

    /// Ends merges and forgets what is open; the next look opens it again, and finds out whether it
    /// is damaged. Blocking.
    pub fn close(&self) {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer
            && let Err(error) = writer.wait_merging_threads()
        {
            tracing::warn!(%error, "a merge of the search index did not end well");
        }
        self.live.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// The writer, opened when it is needed for the first time.
    fn writer(&self) -> Result<MutexGuard<'_, Option<IndexWriter>>> {
        let mut slot = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.is_none() {
            let live = self.live().ok_or_else(unavailable)?;
            *slot = Some(writer(live.searcher.index())?);
        }
        Ok(slot)
    }

    /// Begins a new generation beside the one that serves. Blocking.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn begin(&self) -> Result<Generation> {
        folder::tidy(&self.folder); // What a rebuild left behind that was cut off.
        let path = folder::next(&self.folder).map_err(Error::internal)?;
        let index = tantivy::Index::create_in_dir(&path, self.fields.schema.clone()).map_err(fault)?;
        Ok(Generation {
            writer: writer(&index)?,
            fields: self.fields.clone(),
            path,
        })
    }

    /// Lets a finished generation serve. Searches that run go on in the former one. Blocking.
    ///
    /// # Errors
    /// What the file system says; the former generation then serves on.
    pub(super) fn adopt(&self, generation: Generation, seq: i64) -> Result<()> {
        let Generation { mut writer, path, .. } = generation;
        commit(&mut writer, seq)?;
        writer.wait_merging_threads().map_err(fault)?;
        let live = open_checked(&path, &self.fields).map_err(Error::internal)?;
        self.close();
        folder::adopt(&self.folder, &path).map_err(Error::internal)?;
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(live));
        folder::tidy(&self.folder);
        Ok(())
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.close();
    }
}

/// A new generation of the index, on its way.
pub(super) struct Generation {
    writer: IndexWriter,
    fields: Fields,
    path: PathBuf,
}

impl Generation {
    /// # Errors
    /// A fault of the new generation: let it fall.
    pub(super) fn add(&self, entries: &[Entry]) -> Result<()> {
        for entry in entries {
            self.writer.add_document(self.fields.document(entry)).map_err(fault)?;
        }
        Ok(())
    }
}

fn writer(index: &tantivy::Index) -> Result<IndexWriter> {
    let options = IndexWriterOptions::builder()
        .num_worker_threads(1)
        .memory_budget_per_thread(BUDGET)
        .num_merge_threads(1)
        .build();
    index.writer_with_options(options).map_err(fault)
}

fn commit(writer: &mut IndexWriter, seq: i64) -> Result<()> {
    let payload = serde_json::to_string(&Payload { schema: SCHEMA, seq }).map_err(Error::internal)?;
    let mut prepared = writer.prepare_commit().map_err(fault)?;
    prepared.set_payload(&payload);
    prepared.commit().map_err(fault)?;
    Ok(())
}

/// Reads every file once. Through maps of its own, which end here: what was read only to be
/// checked does not stay in the memory of the process.
fn check_whole(path: &Path) -> std::result::Result<(), String> {
    let directory = MmapDirectory::open(path).map_err(|e| e.to_string())?;
    let index = tantivy::Index::open(directory).map_err(|e| e.to_string())?;
    let damaged = index.validate_checksum().map_err(|e| e.to_string())?;
    if damaged.is_empty() {
        Ok(())
    } else {
        Err(format!("{} of its files are damaged", damaged.len()))
    }
}

/// Opens a generation if it is whole, of this schema, and says how far it has heard.
fn open_checked(path: &Path, fields: &Fields) -> std::result::Result<Live, String> {
    let directory = MmapDirectory::open(path).map_err(|e| e.to_string())?;
    let index = tantivy::Index::open(directory).map_err(|e| e.to_string())?;
    if index.schema() != fields.schema {
        return Err("it has another schema".into());
    }
    let payload = index.load_metas().map_err(|e| e.to_string())?.payload;
    let payload: Payload = serde_json::from_str(&payload.unwrap_or_default()).map_err(|_| "it does not say what it contains")?;
    if payload.schema != SCHEMA {
        return Err("it is of another version".into());
    }
    check_whole(path)?;
    let reader = index
        .reader_builder()
        .reload_policy(ReloadPolicy::Manual)
        .try_into()
        .map_err(|e| e.to_string())?;
    look(&reader, fields, payload.seq).map_err(|e| e.to_string())
}

fn look(reader: &IndexReader, fields: &Fields, seq: i64) -> tantivy::Result<Live> {
    let searcher = reader.searcher();
    let mut languages: Vec<(String, Language)> = Vec::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(fields.stemming)?;
        let mut terms = index.terms().stream()?;
        while let Some((term, _)) = terms.next() {
            let tag = String::from_utf8_lossy(term).into_owned();
            if let Some(language) = words::stemming(&tag)
                && !languages.iter().any(|(known, _)| *known == tag)
            {
                languages.push((tag, language));
            }
        }
    }
    Ok(Live {
        reader: reader.clone(),
        languages: languages.into_iter().map(|(_, language)| language).collect(),
        seq,
        searcher,
    })
}
