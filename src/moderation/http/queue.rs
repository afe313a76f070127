//! The queue: reviews and reports that wait, and those that were decided.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    courses,
    kernel::{
        error::{Error, Result},
        id::{CourseId, ReportId, ReviewId, UserId},
        page::{self, Limit},
        text::{PersonName, Slug},
        time::Timestamp,
    },
    moderation::{
        actions,
        model::{Reason, Report, ReportState, Review, ReviewState},
        policy::SeeQueue,
        store,
    },
    people,
    platform::{
        db::Read,
        module::Reportables,
        web::{
            extract::{PageOut, Query},
            guard::Guard,
        },
    },
};

/// A person in a case, by his name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::moderation) struct CasePerson {
    id: UserId,
    name: PersonName,
}

impl CasePerson {
    /// The person, while he is there.
    pub(super) fn find(read: &Read<'_>, user: Option<UserId>) -> Result<Option<Self>> {
        let Some(user) = user else { return Ok(None) };
        let named = people::list_names(read, &[user])?.pop();
        Ok(named.map(|(id, name)| Self { id, name }))
    }
}

/// A review as the queue shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::moderation) struct ReviewItem {
    id: ReviewId,
    course: CourseId,
    course_slug: Slug,
    course_title: String,
    /// The number of the version that learners see; 0 for a new course.
    version: u32,
    state: ReviewState,
    /// Why, in the submitter's words.
    note: String,
    /// Who submitted it; absent after he left.
    #[serde(skip_serializing_if = "Option::is_none")]
    submitter: Option<CasePerson>,
    /// Who looks after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<CasePerson>,
    /// Who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decider: Option<CasePerson>,
    submitted_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
}

impl ReviewItem {
    pub(super) fn of(read: &Read<'_>, review: &Review) -> Result<Self> {
        let head = courses::find_any(read, &review.course.into())?;
        Ok(Self {
            id: review.id,
            course: review.course,
            course_slug: head.slug,
            course_title: courses::draft_title(read, review.course)?,
            version: head.number,
            state: review.state,
            note: review.note.clone(),
            submitter: CasePerson::find(read, review.submitter)?,
            assignee: CasePerson::find(read, review.assignee)?,
            decider: CasePerson::find(read, review.decider)?,
            submitted_at: review.submitted_at,
            decided_at: review.decided_at,
        })
    }
}

/// A report as the queue shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::moderation) struct ReportItem {
    id: ReportId,
    /// What kind of thing it is about, such as `lesson`.
    subject_kind: String,
    subject_id: String,
    /// What the thing is called; absent when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Where it is in the web app.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// Whether the thing is hidden now.
    is_hidden: bool,
    reason: Reason,
    text: String,
    state: ReportState,
    #[serde(skip_serializing_if = "Option::is_none")]
    reporter: Option<CasePerson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee: Option<CasePerson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decider: Option<CasePerson>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
    /// How many open reports there are about the same thing.
    open_about_it: u32,
}

impl ReportItem {
    pub(super) fn of(read: &Read<'_>, kinds: &Reportables, report: &Report) -> Result<Self> {
        let of = actions::kind_of(kinds, &report.kind);
        let found = of.map(|of| (of.find)(read, &report.subject)).transpose()?.flatten();
        Ok(Self {
            id: report.id,
            subject_kind: report.kind.clone(),
            subject_id: report.subject.clone(),
            is_hidden: found.as_ref().is_some_and(|found| found.is_hidden),
            title: found.as_ref().map(|found| found.title.clone()),
            link: found.map(|found| found.link),
            reason: report.reason,
            text: report.body.clone(),
            state: report.state,
            reporter: CasePerson::find(read, report.reporter)?,
            assignee: CasePerson::find(read, report.assignee)?,
            decider: CasePerson::find(read, report.decider)?,
            created_at: report.created_at,
            decided_at: report.decided_at,
            open_about_it: store::reports::count_about(read, &report.kind, &report.subject)?,
        })
    }
}

fn cursor<T: std::str::FromStr>(text: Option<&str>) -> Result<Option<T>> {
    let bad = || Error::field("cursor", "cursor.malformed", "Use the cursor that the last page gave.");
    text.map(|text| text.parse().map_err(|_| bad())).transpose()
}

/// Which reviews are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::moderation) struct ReviewsQuery {
    /// In which state; open when absent.
    #[serde(default)]
    #[param(inline)]
    state: Option<ReviewState>,
    /// Only those of this reviewer.
    #[serde(default)]
    assignee: Option<UserId>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    #[param(inline)]
    limit: Option<Limit>,
}

/// Reviews, the oldest first: admins see all, instructors those assigned to them, or all of others'
/// courses where the instance lets them review.
#[utoipa::path(get, path = "/reviews", tag = "moderation", params(ReviewsQuery), responses((status = 200, body = PageOut<ReviewItem>)))]
pub(in crate::moderation) async fn list_reviews(
    g: Guard<SeeQueue>,
    Query(query): Query<ReviewsQuery>,
) -> Result<Json<PageOut<ReviewItem>>> {
    let (state, assignee) = (query.state.unwrap_or(ReviewState::Open), g.can.only_reviews().or(query.assignee));
    let (after, limit) = (cursor(query.cursor.as_deref())?, Limit::or_default(query.limit));
    let page = g.db.read("moderation.reviews", move |read| {
        let page = store::reviews::list(read, state, assignee, after, limit)?;
        let mut items = Vec::new();
        for review in &page.items {
            if g.can.shows(read, review)? {
                items.push(ReviewItem::of(read, review)?);
            }
        }
        Ok(PageOut { items, next: page.next })
    });
    page.await.map(Json)
}

/// Which reports are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::moderation) struct ReportsQuery {
    /// In which state; open when absent.
    #[serde(default)]
    #[param(inline)]
    state: Option<ReportState>,
    /// Only those of this moderator.
    #[serde(default)]
    assignee: Option<UserId>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    #[param(inline)]
    limit: Option<Limit>,
}

/// Reports, the oldest first: admins see all, instructors those assigned to them.
#[utoipa::path(get, path = "/reports", tag = "moderation", params(ReportsQuery), responses((status = 200, body = PageOut<ReportItem>)))]
pub(in crate::moderation) async fn list_reports(
    g: Guard<SeeQueue>,
    Query(query): Query<ReportsQuery>,
) -> Result<Json<PageOut<ReportItem>>> {
    let (state, assignee) = (query.state.unwrap_or(ReportState::Open), g.can.only().or(query.assignee));
    let (after, limit) = (cursor(query.cursor.as_deref())?, Limit::or_default(query.limit));
    let kinds = g.platform.services.find::<Reportables>().unwrap_or_default();
    let page = g.db.read("moderation.reports", move |read| {
        let page = store::reports::list(read, state, assignee, after, limit)?;
        let items = page
            .items
            .iter()
            .map(|report| ReportItem::of(read, &kinds, report))
            .collect::<Result<_>>()?;
        Ok(PageOut { items, next: page.next })
    });
    page.await.map(Json)
}

/// How much waits.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::moderation) struct QueueCounts {
    reviews: u32,
    reports: u32,
}

/// Reviews that wait for this person.
fn count_reviews(read: &Read<'_>, can: &SeeQueue) -> Result<u32> {
    if can.only().is_none() || can.only_reviews().is_some() {
        return store::reviews::count_open(read, can.only_reviews());
    }
    let mut count = 0;
    for review in store::reviews::list(read, ReviewState::Open, None, None, page::MAX_LIMIT)?.items {
        count += u32::from(can.shows(read, &review)?);
    }
    Ok(count)
}

/// How many reviews and reports wait: of all for admins, of their own for instructors.
#[utoipa::path(get, path = "/reviews/counts", tag = "moderation", responses((status = 200, body = QueueCounts)))]
pub(in crate::moderation) async fn count_queue(g: Guard<SeeQueue>) -> Result<Json<QueueCounts>> {
    let counts = g.db.read("moderation.counts", move |read| {
        Ok(QueueCounts {
            reviews: count_reviews(read, &g.can)?,
            reports: store::reports::count_open(read, g.can.only())?,
        })
    });
    counts.await.map(Json)
}
