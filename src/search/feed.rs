//! From the database to the index: what documents a course gives, and how the index keeps up.

use std::{collections::HashSet, sync::Arc};

use super::{
    index::Index,
    schema::{Audience, Entry, Facets},
    store::{self, ALL, Reach},
};
use crate::{
    courses::{self, Level, Meta, Resource, State, VersionLesson, Visibility},
    kernel::{
        actor::Plan,
        error::{Error, Result},
        id::{CourseId, RevisionId},
    },
    platform::db::{Db, Read},
};

/// Changes that one commit makes visible, at most.
const CHANGES: u32 = 500;
/// Outbox rows that are kept behind the index, in case it has to be replayed.
const KEPT: i64 = 1000;

/// The documents of a course as it is now; none when nobody may find it.
pub(super) fn entries(read: &Read<'_>, course: CourseId) -> Result<Vec<Entry>> {
    let head = match courses::find_any(read, &course.into()) {
        Ok(head) => head,
        Err(Error::NotFound(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let Some(version) = head.version else { return Ok(Vec::new()) };
    let meta = courses::version_meta(read, version)?;
    let base = Entry {
        course,
        lesson: None,
        revision: None,
        audience: match (head.state, head.visibility) {
            _ if head.is_hidden => Audience::Editors,
            (State::Published, Visibility::Everyone) => Audience::All,
            _ => Audience::Members,
        },
        title: meta.title.to_string(),
        labels: labels(read, &meta)?,
        body: words_of(&meta),
        facets: facets(&meta),
        published: head.published_at.map_or(0, crate::kernel::time::Timestamp::millis),
    };
    let mut all = vec![base.clone()];
    let mut seen: HashSet<RevisionId> = HashSet::new();
    let hidden = courses::hidden_lessons(read)?;
    for place in courses::version_lessons(read, version)?.iter() {
        seen.insert(place.revision);
        if hidden.contains(&place.lesson) {
            all.push(whole(read, &base, place, Audience::Editors)?);
        } else if place.is_preview {
            all.push(whole(read, &base, place, base.audience)?);
        } else {
            all.push(outline(&base, place));
            all.push(whole(read, &base, place, Audience::Editors)?);
        }
    }
    // Learners keep the version they joined: its texts are for them alone.
    for earlier in courses::versions_of(read, course)?.into_iter().filter(|v| *v != version) {
        for place in courses::version_lessons(read, earlier)?
            .iter()
            .filter(|p| !hidden.contains(&p.lesson))
        {
            if seen.insert(place.revision) {
                all.push(whole(read, &base, place, Audience::Readers)?);
            }
        }
    }
    Ok(all)
}

/// A lesson by its title and summary: what those may see who may not read it.
fn outline(base: &Entry, place: &VersionLesson) -> Entry {
    Entry {
        lesson: Some(place.lesson),
        title: place.title.clone(),
        labels: String::new(),
        body: place.summary.clone(),
        ..base.clone()
    }
}

/// A lesson with its text.
fn whole(read: &Read<'_>, base: &Entry, place: &VersionLesson, audience: Audience) -> Result<Entry> {
    let content = courses::lesson_content(read, place.revision)?;
    let mut body = format!("{}\n{}", place.summary, courses::lesson_text(read, place.revision)?);
    for line in content
        .actions
        .iter()
        .map(|a| a.text.as_str())
        .chain(content.resources.iter().map(resource_title))
    {
        body.push('\n');
        body.push_str(line);
    }
    Ok(Entry {
        revision: Some(place.revision),
        audience,
        body,
        ..outline(base, place)
    })
}

fn resource_title(resource: &Resource) -> &str {
    let (Resource::Link { title, .. } | Resource::File { title, .. }) = resource;
    title.as_str()
}

fn labels(read: &Read<'_>, meta: &Meta) -> Result<String> {
    let category = courses::categories(read)?.into_iter().find(|c| c.id == meta.category);
    let mut labels: Vec<String> = meta.tags.iter().map(ToString::to_string).collect();
    labels.extend(category.map(|c| c.name));
    labels.push(meta.level.word().into());
    Ok(labels.join(" "))
}

/// What is said about a course: its summary, its description, what one can do afterwards.
pub(super) fn words_of(meta: &Meta) -> String {
    let mut lines = vec![meta.summary.to_string(), meta.description_html.plain_text()];
    lines.extend(meta.outcomes.iter().map(ToString::to_string));
    lines.join("\n")
}

fn facets(meta: &Meta) -> Facets {
    Facets {
        category: meta.category,
        level: level(meta.level),
        length: meta.length.days().map_or(0, u64::from),
        language: meta.language.as_str().into(),
        plan: plan(meta.plan),
    }
}

/// A level as the index has it.
pub(super) fn level(level: Level) -> u64 {
    match level {
        Level::Beginner => 0,
        Level::Intermediate => 1,
        Level::Advanced => 2,
    }
}

/// A plan as the index has it.
pub(super) fn plan(plan: Plan) -> u64 {
    match plan {
        Plan::Free => 0,
        Plan::Premium => 1,
    }
}

/// Brings the index up to date, rebuilding it when it is missing, damaged, of another schema, or
/// further from the outbox than that remembers. True when there was something to do.
///
/// # Errors
/// A fault of the database or the index.
pub(super) async fn follow(db: &Db, index: &Arc<Index>) -> Result<bool> {
    let Ok(_only) = index.work.try_lock() else {
        return Ok(false); // Somebody does it already.
    };
    let reach = db.read("search.reach", store::reach).await?;
    if reach.head == 0 && !index.is_there() {
        return Ok(false); // Nothing was ever published: no index is needed yet.
    }
    index.want();
    let opened = blocking(index, |index| Ok(index.live().map(|live| live.seq))).await?;
    match opened.filter(|seq| knows(reach, *seq)) {
        Some(seq) if seq == reach.head => Ok(false),
        Some(seq) => {
            let caught_up = catch_up(db, index, seq).await;
            if caught_up.is_err() {
                // What was put and not committed is dropped; damage is found at the next look.
                blocking(index, |index| {
                    index.give_up();
                    index.close();
                    Ok(())
                })
                .await?;
            }
            caught_up.map(|()| true)
        }
        None => {
            rebuild_now(db, index, &mut |_, _| ()).await?;
            Ok(true)
        }
    }
}

/// Whether the outbox can tell an index that heard row `seq` last what it missed.
pub(super) fn knows(reach: Reach, seq: i64) -> bool {
    seq <= reach.head && seq + 1 >= reach.oldest
}

async fn catch_up(db: &Db, index: &Arc<Index>, seq: i64) -> Result<()> {
    let rows = db.read("search.outbox", move |read| store::list_after(read, seq, CHANGES)).await?;
    let Some(last) = rows.last().map(|(seq, _)| *seq) else {
        return Ok(());
    };
    let mut changed: Vec<CourseId> = rows.into_iter().map(|(_, course)| course).collect();
    if changed.contains(&ALL) {
        changed.extend(db.read("search.courses", courses::ever_published).await?);
        changed.retain(|course| *course != ALL);
    }
    changed.sort_unstable();
    changed.dedup();
    for course in changed {
        let entries = db.read("search.entries", move |read| entries(read, course)).await?;
        blocking(index, move |index| index.put(course, &entries)).await?;
    }
    blocking(index, move |index| index.commit(last)).await?;
    forget_told(db, last).await
}

async fn forget_told(db: &Db, seq: i64) -> Result<()> {
    let reach = db.read("search.reach", store::reach).await?;
    if seq - reach.oldest > 2 * KEPT {
        db.write_low("search.forget_told", move |tx| store::delete_before(tx, seq - KEPT))
            .await?;
    }
    Ok(())
}

/// Builds the index anew beside the one that serves, and lets it serve. `progress` hears how many
/// courses of how many are in.
///
/// # Errors
/// A fault of the database or the disk; the former index then serves on.
pub(super) async fn rebuild(db: &Db, index: &Arc<Index>, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<u64> {
    let _only = index.work.lock().await;
    rebuild_now(db, index, progress).await
}

async fn rebuild_now(db: &Db, index: &Arc<Index>, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<u64> {
    let began = std::time::Instant::now();
    // What changes from here on is in the outbox, and follows after the new index serves.
    let (head, all) = db
        .read_heavy("search.all", |read| Ok((store::reach(read)?.head, courses::ever_published(read)?)))
        .await?;
    let total = all.len() as u64;
    let mut generation = blocking(index, Index::begin).await?;
    for (n, course) in all.into_iter().enumerate() {
        let entries = db.read("search.entries", move |read| entries(read, course)).await?;
        generation = blocking(index, move |_| generation.add(&entries).map(|()| generation)).await?;
        progress(n as u64 + 1, total);
    }
    let documents = blocking(index, move |index| {
        index.adopt(generation, head)?;
        Ok(index.live().map_or(0, |live| live.documents()))
    })
    .await?;
    tracing::info!(
        courses = total,
        documents,
        ms = began.elapsed().as_millis(),
        "the search index was built"
    );
    Ok(documents)
}

async fn blocking<T: Send + 'static>(index: &Arc<Index>, work: impl FnOnce(&Index) -> Result<T> + Send + 'static) -> Result<T> {
    let index = index.clone();
    tokio::task::spawn_blocking(move || work(&index)).await.map_err(Error::internal)?
}
