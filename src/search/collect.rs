//! One pass over everything that matches: what the viewer may find is counted, tallied by facet
//! and ranked; the rest is as if it were not there.

use std::sync::Arc;

use tantivy::{
    DocId, Score, SegmentOrdinal, SegmentReader,
    collector::{Collector, SegmentCollector, TopNComputer},
    columnar::ColumnValues,
};

use super::{
    schema::column,
    scope::{Mark, Scope},
};

/// The columns that one can filter by, in the order of [`Tallies`].
pub(super) const FACETS: [&str; 5] = [column::CATEGORY, column::LEVEL, column::LENGTH, column::LANGUAGE, column::PLAN];

/// How many values each facet has among what was found.
pub(super) type Tallies = [Vec<(u64, u32)>; FACETS.len()];

/// What is wanted.
#[derive(Debug, Default)]
pub(super) struct Filters {
    /// Of each facet, the wanted values; none: all.
    pub(super) facets: [Vec<u64>; FACETS.len()],
    /// Courses (`false`) or lessons (`true`) only.
    pub(super) only_lessons: Option<bool>,
}

/// What goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// What fits best.
    Fit,
    /// What was published last.
    Newest,
}

/// Looks at everything that matches.
pub(super) struct Finder {
    pub(super) scope: Arc<Scope>,
    pub(super) filters: Arc<Filters>,
    pub(super) order: Order,
    /// How many of the best are wanted.
    pub(super) most: usize,
    /// Whether facets are wanted, to be counted or to filter by.
    pub(super) with_facets: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The best, in order.
    pub(super) best: Vec<Mark>,
    /// All that the filters let through.
    pub(super) total: u32,
    /// Of each facet: what there would be without this facet's own filter.
    pub(super) tallies: Tallies,
}

/// What one segment gave: the best with their ranks.
pub(super) struct Harvest {
    ranked: Vec<(u64, Mark)>,
    total: u32,
    tallies: Tallies,
}

type Values = Arc<dyn ColumnValues<u64>>;

/// As [`Finder`], in one segment.
pub(super) struct SegmentFinder {
    scope: Arc<Scope>,
    filters: Arc<Filters>,
    order: Order,
    with_facets: bool,
    marks: [Values; 4],
    published: Values,
    facets: [Values; FACETS.len()],
    best: TopNComputer<u64, DocId, tantivy::collector::sort_key::ReverseComparator>,
    total: u32,
    tallies: Tallies,
}

impl Collector for Finder {
    type Fruit = Found;
    type Child = SegmentFinder;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentFinder> {
        let values = |name: &str| segment.fast_fields().column_first_or_default::<u64>(name);
        let [category, level, length, language, plan] = FACETS;
        Ok(SegmentFinder {
            scope: self.scope.clone(),
            filters: self.filters.clone(),
            order: self.order,
            with_facets: self.with_facets,
            marks: [
                values(column::COURSE)?,
                values(column::LESSON)?,
                values(column::REVISION)?,
                values(column::AUDIENCE)?,
            ],
            published: values(column::PUBLISHED)?,
            facets: [values(category)?, values(level)?, values(length)?, values(language)?, values(plan)?],
            best: TopNComputer::new(self.most),
            total: 0,
            tallies: Tallies::default(),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.order == Order::Fit
    }

    fn merge_fruits(&self, harvests: Vec<Harvest>) -> tantivy::Result<Found> {
        let mut found = Found::default();
        let mut ranked = Vec::new();
        for harvest in harvests {
            ranked.extend(harvest.ranked);
            found.total += harvest.total;
            for (all, some) in found.tallies.iter_mut().zip(harvest.tallies) {
                some.into_iter().for_each(|(value, count)| add(all, value, count));
            }
        }
        // Equal ranks in an order of their own, so that pages do not overlap.
        ranked.sort_by_key(|(rank, mark)| (std::cmp::Reverse(*rank), mark.lesson, mark.course));
        found.best = ranked.into_iter().take(self.most).map(|(_, mark)| mark).collect();
        Ok(found)
    }
}

impl SegmentFinder {
    fn take(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        let rank = match self.order {
            // Scores are never negative: their bits are in their order.
            Order::Fit => u64::from(score.max(0.0).to_bits()),
            Order::Newest => self.published.get_val(doc),
        };
        self.best.push(rank, doc);
    }

    fn mark(&self, doc: DocId) -> Mark {
        let [course, lesson, revision, audience] = &self.marks;
        Mark {
            course: course.get_val(doc),
            lesson: lesson.get_val(doc),
            revision: revision.get_val(doc),
            audience: audience.get_val(doc),
        }
    }
}

impl SegmentCollector for SegmentFinder {
    type Fruit = Harvest;

    fn collect(&mut self, doc: DocId, score: Score) {
        // What is quickly refused is refused before more of it is looked up.
        let is_lesson = self.marks[1].get_val(doc) != 0;
        if self.filters.only_lessons.is_some_and(|only| only != is_lesson) || !self.scope.allows(self.mark(doc)) {
            return;
        }
        if !self.with_facets {
            self.take(doc, score);
            return;
        }
        let values = std::array::from_fn::<u64, { FACETS.len() }, _>(|n| self.facets[n].get_val(doc));
        let refused = |n: usize| !self.filters.facets[n].is_empty() && !self.filters.facets[n].contains(&values[n]);
        let mut refusals = (0..FACETS.len()).filter(|n| refused(*n));
        let (first, more) = (refusals.next(), refusals.next().is_some());
        match (first, more) {
            (None, _) => {
                for (tally, value) in self.tallies.iter_mut().zip(values) {
                    add(tally, value, 1);
                }
                self.take(doc, score);
            }
            (Some(only), false) => add(&mut self.tallies[only], values[only], 1),
            _ => {}
        }
    }

    fn harvest(mut self) -> Harvest {
        let best = std::mem::replace(&mut self.best, TopNComputer::new(1));
        let ranked = best.into_vec().into_iter().map(|d| (d.sort_key, self.mark(d.doc))).collect();
        Harvest {
            ranked,
            total: self.total,
            tallies: self.tallies,
        }
    }
}

fn add(tally: &mut Vec<(u64, u32)>, value: u64, count: u32) {
    match tally.iter_mut().find(|(known, _)| *known == value) {
        Some((_, n)) => *n += count,
        None => tally.push((value, count)),
    }
}
