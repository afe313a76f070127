//! What a slice hands to `app`: its routes, jobs, reactions and tables.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::future::BoxFuture;
use utoipa_axum::router::OpenApiRouter;

use super::{
    Platform,
    config::Config,
    db::{Db, Read, Tx},
    doctor::{Check, Severity},
    events::Reaction,
    jobs::JobKind,
    metrics::Collect,
    services::Services,
    settings::SectionKind,
    web::{guard::Web, health::Ready},
};
use crate::kernel::{
    actor::{Actor, Person},
    error::Result,
    finding::Finding,
    id::{AssetId, CourseId, EnrolmentId, LessonId, UserId},
};

/// Whether an actor may read an asset because of the use a slice makes of it. `Ok(None)`: the
/// slice does not use this asset; `Some(false)`: it does, but not for this actor.
pub type AssetGate = fn(&Read<'_>, &Actor, AssetId) -> Result<Option<bool>>;

/// A place where a stored file is shown, as those may see it who look after the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetPlace {
    /// The course.
    pub course: CourseId,
    /// Its title.
    pub course_title: String,
    /// The lesson, unless the course's own page shows the file.
    pub lesson: Option<LessonId>,
    /// The lesson's title.
    pub lesson_title: Option<String>,
    /// Whether learners see it there now, not only the course's authors.
    pub is_published: bool,
    /// Whether the one who asks may change what shows it.
    pub may_edit: bool,
}

/// Where a slice shows an asset.
#[derive(Debug, Clone, Default)]
pub struct AssetPlaces {
    /// The places that the one who asks may know.
    pub known: Vec<AssetPlace>,
    /// How many others there are.
    pub elsewhere: u64,
}

/// What a slice knows about the uses it makes of stored files.
#[derive(Clone, Copy)]
pub struct AssetUses {
    /// Where it shows an asset. Places of which the actor may know nothing are counted, not named.
    pub places: fn(&Read<'_>, &Actor, AssetId) -> Result<AssetPlaces>,
    /// The assets that this person's things show, whoever uploaded them.
    pub shown_by: fn(&Read<'_>, UserId) -> Result<Vec<AssetId>>,
}

/// What every slice knows about uses of stored files. In the [`Services`].
#[derive(Clone, Default)]
pub struct AllAssetUses(pub Vec<AssetUses>);

/// Runs when a person is to be forgotten: deletes the slice's rows about him.
pub type Forget = fn(&Tx<'_>, UserId) -> Result<()>;

/// What a slice knows about a person, for the file with his data: parts with a lasting name, each a
/// list of rows as people read them.
pub type Portray = fn(&Read<'_>, crate::kernel::id::UserId) -> Result<Vec<(&'static str, Vec<serde_json::Value>)>>;

/// Builds the slice's long-lived objects before the port opens.
pub type Provide = fn(&Config, Services) -> Result<Services>;

/// Brings what a slice keeps outside the database, such as the search index, up to date with it.
/// Called after events were carried and every few seconds. True when there was something to do.
pub type Follow = fn(Db, Arc<Platform>) -> BoxFuture<'static, Result<bool>>;

/// Enqueues the slice's upkeep, once a night.
pub type Nightly = fn(&Tx<'_>) -> Result<()>;

/// The asset gates of every slice, for the slice that serves assets. In the [`Services`].
pub struct AssetGates(pub Vec<AssetGate>);

impl AssetGates {
    /// Whether any slice lets this actor read the asset because of a use it makes of it.
    /// `None` when no slice uses it.
    ///
    /// # Errors
    /// A database fault of a gate.
    pub fn ask(&self, read: &Read<'_>, actor: &Actor, asset: AssetId) -> Result<Option<bool>> {
        let mut used = None;
        for gate in &self.0 {
            match gate(read, actor, asset)? {
                Some(true) => return Ok(Some(true)),
                Some(false) => used = Some(false),
                None => {}
            }
        }
        Ok(used)
    }
}

/// What every slice deletes of a person, for the slice that owns accounts. In the [`Services`].
pub struct Forgetters(pub Vec<Forget>);

impl Forgetters {
    /// Lets every slice forget the person, from the highest floor to the lowest.
    ///
    /// # Errors
    /// The first fault; the deed is then rolled back as a whole.
    pub fn forget(&self, tx: &Tx<'_>, user: UserId) -> Result<()> {
        self.0.iter().rev().try_for_each(|forget| forget(tx, user))
    }
}

/// What every slice knows about a person, by its name. In the [`Services`].
pub struct Portraits(pub Vec<(&'static str, Portray)>);

/// Figures of a slice for the system page: names and values, such as `documents` of the index.
pub type Figures = fn(&Read<'_>, &Platform) -> Result<Vec<(&'static str, i64)>>;

/// The figures of every slice by its name. In the [`Services`].
pub struct AllFigures(pub Vec<(&'static str, Figures)>);

/// The stored files that a slice's rows name: shelf and SHA-256 of each. Backups keep these, and
/// are whole when they have them all.
pub type Files = fn(&Read<'_>) -> Result<Vec<(&'static str, String)>>;

/// The stored files of every slice. In the [`Services`].
#[derive(Default)]
pub struct AllFiles(pub Vec<Files>);

impl AllFiles {
    /// Every stored file that any slice names.
    ///
    /// # Errors
    /// A database fault.
    pub fn list(&self, read: &Read<'_>) -> Result<Vec<(&'static str, String)>> {
        let mut all = Vec::new();
        for files in &self.0 {
            all.append(&mut files(read)?);
        }
        Ok(all)
    }
}

/// What a slice finds in a course's draft that stands between it and its publication.
pub type PublishCheck = fn(&Read<'_>, CourseId) -> Result<Vec<Finding>>;

/// What every slice finds in a draft, besides the courses' own look. In the [`Services`].
#[derive(Default)]
pub struct PublishChecks(pub Vec<PublishCheck>);

impl PublishChecks {
    /// What the slices find.
    ///
    /// # Errors
    /// A database fault of a check.
    pub fn ask(&self, read: &Read<'_>, course: CourseId) -> Result<Vec<Finding>> {
        let mut all = Vec::new();
        for check in &self.0 {
            all.append(&mut check(read, course)?);
        }
        Ok(all)
    }
}

/// Something that needs a person, for the admin's overview.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Need {
    /// `slice.thing`, fixed for ever.
    pub kind: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How many things there are of it.
    pub count: i64,
    /// What is so, in one sentence.
    pub says: String,
    /// The page on which it is seen to.
    pub href: String,
}

/// What of a slice needs a person now. Asked whenever an admin looks: keep it to cheap counts.
pub type Attention = fn(&Read<'_>, &Platform) -> Result<Vec<Need>>;

/// The needs of every slice. In the [`Services`].
#[derive(Default)]
pub struct AllAttention(pub Vec<Attention>);

impl AllAttention {
    /// Everything that needs a person now, in no order.
    ///
    /// # Errors
    /// A database fault.
    pub fn list(&self, read: &Read<'_>, platform: &Platform) -> Result<Vec<Need>> {
        let mut all = Vec::new();
        for attention in &self.0 {
            all.append(&mut attention(read, platform)?);
        }
        Ok(all)
    }
}

/// The names of things with these ids, as far as they are the slice's own and still exist.
pub type Names = fn(&Read<'_>, &[&str]) -> Result<Vec<(String, String)>>;

/// Who knows which id. In the [`Services`].
#[derive(Default)]
pub struct AllNames(pub Vec<Names>);

impl AllNames {
    /// What these ids are called; those that nobody knows any more are left out.
    ///
    /// # Errors
    /// A database fault.
    pub fn find(&self, read: &Read<'_>, ids: &[&str]) -> Result<BTreeMap<String, String>> {
        let mut all = BTreeMap::new();
        for names in &self.0 {
            all.extend(names(read, ids)?);
        }
        Ok(all)
    }
}

/// The lessons of an enrolment in which its learner has begun something that a newer version must
/// not take from him.
pub type Begun = fn(&Read<'_>, UserId, EnrolmentId) -> Result<Vec<LessonId>>;

/// What learners have begun, by every slice that keeps it. In the [`Services`].
#[derive(Default)]
pub struct AllBegun(pub Vec<Begun>);

/// The courses that somebody has finished at least once, for who shows what comes before a course.
/// In the [`Services`].
pub struct Finished(pub fn(&Read<'_>, UserId) -> Result<Vec<CourseId>>);

/// A kind of thing that people can report to the moderators.
#[derive(Clone, Copy)]
pub struct Reportable {
    /// Its name in reports, such as `lesson`: fixed for ever.
    pub kind: &'static str,
    /// The thing, whatever its state; `None` when it is not there. For moderators.
    pub find: fn(&Read<'_>, &str) -> Result<Option<Reported>>,
    /// Whether this actor sees it, and so may report it.
    pub sees: fn(&Read<'_>, &Actor, &str) -> Result<bool>,
    /// Hides it from everybody but those who can mend it, or shows it again. True when that changed
    /// anything.
    pub hide: fn(&Tx<'_>, &str, bool) -> Result<bool>,
}

/// Something that was reported, as moderators see it.
#[derive(Debug, Clone)]
pub struct Reported {
    /// What it is called.
    pub title: String,
    /// Where it is in the web app.
    pub link: String,
    /// Whether it is hidden now.
    pub is_hidden: bool,
}

/// Every kind of thing that can be reported. In the [`Services`].
#[derive(Default)]
pub struct Reportables(pub Vec<Reportable>);

/// What a page of the web app says about itself to those who only read its head: link previews.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageHead {
    /// Its title.
    pub title: String,
    /// One or two sentences.
    pub description: String,
    /// A picture, as a path on this site.
    pub image: Option<String>,
    /// Its one address, as a path on this site, however it was asked for.
    pub path: String,
}

/// What a person has to do before he does anything else: refuses while he has not. Asked with each
/// request of somebody who is signed in, so it costs next to nothing.
pub type Before = fn(&Read<'_>, &Person) -> Result<()>;

/// The head of a page by its path, as visitors may see it; `None` where nothing special is said.
pub type HeadOf = fn(&Read<'_>, &str) -> Result<Option<PageHead>>;

/// A slice, as `app` sees it.
pub struct Module {
    /// The slice's folder name.
    pub name: &'static str,
    /// Its tables: nobody else may name them in SQL.
    pub tables: &'static [&'static str],
    /// Its operations, under `/api/v1`.
    pub routes: OpenApiRouter<Web>,
    /// Its kinds of background work.
    pub jobs: Vec<JobKind>,
    /// What it listens to.
    pub reactions: Vec<Arc<dyn Reaction>>,
    /// Its answers to "may this actor read this asset?".
    pub asset_gates: Vec<AssetGate>,
    /// What it knows about the uses it makes of stored files.
    pub asset_uses: Option<AssetUses>,
    /// What it deletes when a person is forgotten, in the transaction of that deed.
    pub forget: Option<Forget>,
    /// What a person has to do before he does anything else here.
    pub before: Option<Before>,
    /// What it knows about a person, for the file with his data.
    pub portray: Option<Portray>,
    /// The stored files that its rows name.
    pub files: Option<Files>,
    /// Its long-lived objects.
    pub provide: Option<Provide>,
    /// What it keeps outside the database.
    pub follow: Option<Follow>,
    /// Its upkeep.
    pub nightly: Option<Nightly>,
    /// Its figures for the system page.
    pub figures: Option<Figures>,
    /// What of it needs a person, for the overview.
    pub attention: Option<Attention>,
    /// What its things are called, for pages that show ids.
    pub names: Option<Names>,
    /// Its sections of settings.
    pub sections: Vec<SectionKind>,
    /// Its figures for a monitor.
    pub collect: Option<Collect>,
    /// Whether its own part can work.
    pub ready: Option<Ready>,
    /// What the doctor looks at.
    pub checks: Vec<Check>,
    /// What it finds in drafts that are to be published.
    pub publish_checks: Vec<PublishCheck>,
    /// What its learners have begun.
    pub begun: Option<Begun>,
    /// What of it can be reported.
    pub reportables: Vec<Reportable>,
    /// What it says in the heads of its pages: the beginning of their paths, and how.
    pub heads: Vec<(&'static str, HeadOf)>,
}

impl Module {
    /// A module with nothing in it yet.
    #[must_use]
    pub fn new(name: &'static str, tables: &'static [&'static str]) -> Self {
        Self {
            name,
            tables,
            routes: OpenApiRouter::new(),
            jobs: Vec::new(),
            reactions: Vec::new(),
            asset_gates: Vec::new(),
            asset_uses: None,
            forget: None,
            before: None,
            portray: None,
            files: None,
            provide: None,
            follow: None,
            nightly: None,
            figures: None,
            attention: None,
            names: None,
            sections: Vec::new(),
            collect: None,
            ready: None,
            checks: Vec::new(),
            publish_checks: Vec::new(),
            begun: None,
            reportables: Vec::new(),
            heads: Vec::new(),
        }
    }
}
