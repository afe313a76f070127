//! Search: ask the index within what the viewer may find, look everything up again, show it.

use std::sync::Arc;

use super::{guess, items::Items};
use crate::{
    courses::{self, Shelf},
    kernel::{
        actor::Actor,
        error::{Error, Result},
    },
    platform::db::Read,
    search::{
        collect::{Filters, Finder, Found, Order},
        index::{Index, Live},
        model::{FURTHEST, Kind, SearchFacets, SearchOut, SearchQuery},
        query::{Builder, Mercy, Place},
        scope::Scope,
        store,
        words::{self, Word},
    },
};

/// Below this many results more is forgiven.
const FEW: u32 = 5;

/// A question in the hands of the index.
pub(super) struct Asked<'a> {
    pub(super) index: &'a Index,
    pub(super) live: &'a Live,
    pub(super) scope: Arc<Scope>,
    pub(super) words: &'a [Word],
    pub(super) place: Place,
}

impl Asked<'_> {
    /// The best `most`, with as much mercy as it takes to find some.
    pub(super) fn answer(&self, filters: &Arc<Filters>, most: usize) -> Result<(Found, Mercy)> {
        let strict = self.ask(filters, most, Mercy::None)?;
        if strict.total >= FEW {
            return Ok((strict, Mercy::None));
        }
        let forgiven = self.ask(filters, most, Mercy::Typos)?;
        if forgiven.total > 0 || self.words.len() == 1 {
            let mercy = if forgiven.total == strict.total {
                Mercy::None
            } else {
                Mercy::Typos
            };
            return Ok((forgiven, mercy));
        }
        Ok((self.ask(filters, most, Mercy::Any)?, Mercy::Any))
    }

    fn ask(&self, filters: &Arc<Filters>, most: usize, mercy: Mercy) -> Result<Found> {
        let builder = Builder {
            fields: self.index.fields(),
            languages: &self.live.languages,
            place: self.place,
        };
        let finder = Finder {
            scope: self.scope.clone(),
            filters: filters.clone(),
            order: Order::Fit,
            most,
            // Whoever suggests titles shows no facets and filters by none.
            with_facets: self.place == Place::Everywhere,
        };
        self.index.look(self.live, builder.build(self.words, mercy).as_ref(), &finder)
    }
}

/// Whether there is nothing to look into because nothing was ever published.
pub(super) fn open(read: &Read<'_>, index: &Index) -> Result<Option<Arc<Live>>> {
    match index.live() {
        Some(live) => Ok(Some(live)),
        None if store::reach(read)?.head == 0 => Ok(None),
        // It is being built.
        None => Err(Error::Unavailable {
            code: "search.unavailable",
            retry_after: 2,
        }),
    }
}

/// Finds courses and lessons.
///
/// # Errors
/// `Invalid` for a wrong cursor, `Unavailable` while the index is built.
pub(in crate::search) fn search(read: &Read<'_>, actor: &Actor, index: &Index, shelf: &Shelf, query: &SearchQuery) -> Result<SearchOut> {
    let (offset, limit) = (query.offset()?, query.limit());
    let categories = courses::categories(read)?;
    let mut filters = query.filters(&categories);
    let scope = Arc::new(Scope::of(read, actor, shelf)?);
    let words = words::question(&query.q);
    let is_blank = query.q.trim().is_empty();
    if is_blank && query.kind != Some(Kind::Lesson) {
        filters.only_lessons = Some(false);
    }
    let filters = Arc::new(filters);
    let (found, mercy) = match open(read, index)? {
        None => (Found::default(), Mercy::None),
        Some(live) if is_blank => (newest(index, &live, &scope, &filters, offset + limit)?, Mercy::None),
        Some(live) => Asked {
            index,
            live: &live,
            scope: scope.clone(),
            words: &words,
            place: Place::Everywhere,
        }
        .answer(&filters, offset + limit)?,
    };
    let mut items = Items::new(read, actor, shelf, &scope, &words, mercy != Mercy::None);
    let page = found.best.iter().skip(offset).take(limit);
    let shown = page.filter_map(|mark| items.show(*mark).transpose()).collect::<Result<Vec<_>>>()?;
    let more = found.total as usize > offset + limit && offset + limit <= FURTHEST;
    Ok(SearchOut {
        did_you_mean: if mercy == Mercy::None { None } else { guess::meant(&words, &shown) },
        items: shown,
        next: more.then(|| (offset + limit).to_string()),
        facets: SearchFacets::new(found.tallies, &categories),
        total: found.total,
    })
}

fn newest(index: &Index, live: &Live, scope: &Arc<Scope>, filters: &Arc<Filters>, most: usize) -> Result<Found> {
    let finder = Finder {
        scope: scope.clone(),
        filters: filters.clone(),
        order: Order::Newest,
        most,
        with_facets: true,
    };
    index.look(live, Builder::everything().as_ref(), &finder)
}
