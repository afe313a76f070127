//! The only file that knows all slices: builds the state, lists the modules, starts and stops.

mod examine;
mod scopes;

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::{Router, routing::get};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    admin, auth, courses, enrolments,
    kernel::{
        actor::Actor,
        error::Result,
        id::{CourseId, UserId},
    },
    media, moderation, notes, people,
    platform::{
        self, Platform,
        blobs::Blobs,
        clock::{Chance, Random, SharedChance, SharedClock, SystemClock},
        config::Config,
        crypto::{self, HashCost, Keys, Passwords},
        db::{self, Database, Db, Read, lock, migrate, upkeep},
        doctor::{self, AllChecks},
        events::{Dispatcher, Reaction},
        http_client::Outgoing,
        images::Images,
        jobs::{self, JobKind, Runner},
        metrics::{Collect, Metrics},
        module::{
            AllAssetUses, AllAttention, AllBegun, AllFigures, AllFiles, AllNames, AssetGates, Before, Finished, Follow, Forgetters, HeadOf,
            Module, Nightly, Portraits, PublishChecks, Reportables,
        },
        services::Services,
        settings::AllSections,
        telemetry::Logs,
        web::{document, guard::Web, health::Ready, site},
    },
    progress, search, webhooks,
};

pub use examine::{Progress, examine_at_rest};

/// Where the API lives.
pub const API: &str = "/api/v1";

pub use crate::platform::crypto::KEY_FILE;

/// Every slice, from the lowest floor to the highest.
#[must_use]
pub fn modules() -> Vec<Module> {
    vec![
        people::module(),
        media::module(),
        courses::module(),
        auth::module(),
        enrolments::module(),
        progress::module(),
        notes::module(),
        search::module(),
        moderation::module(),
        webhooks::module(),
        admin::module(),
    ]
}

/// What the document says about each slice's operations.
const TAGS: [(&str, &str); 10] = [
    ("people", "Profiles and accounts."),
    ("media", "Files: images, video, captions, documents."),
    ("courses", "The catalogue, course pages and authoring."),
    ("auth", "Registration, sign-in, sessions, invitations."),
    ("enrolments", "Who learns what, and at which pace."),
    ("progress", "Today, lessons, completion, history."),
    ("notes", "Notes and bookmarks."),
    ("search", "Search over courses and lessons."),
    ("moderation", "Reviews of drafts, reports by learners."),
    ("admin", "The instance: settings, audit trail, jobs."),
];

/// Time, chance and the cost of a password hash: given, so that tests stand still.
pub struct Means {
    /// The time of the house.
    pub clock: SharedClock,
    /// The house's random bits.
    pub chance: SharedChance,
    /// Work of one password hash.
    pub cost: HashCost,
    /// Whether pending migrations are applied; otherwise they refuse the start.
    pub may_migrate: bool,
}

impl Means {
    /// The system's clock and chance, and hashes at full strength.
    #[must_use]
    pub fn system() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            chance: Arc::new(Random::system()),
            cost: HashCost::Standard,
            may_migrate: true,
        }
    }
}

/// One instance: its folder, its mechanisms, its slices.
pub struct App {
    platform: Arc<Platform>,
    database: Database,
    dispatcher: Dispatcher,
    runner: Runner,
    follow: Vec<Follow>,
    nightly: Vec<Nightly>,
    ready: Vec<(&'static str, Ready)>,
    routes: Router<Web>,
    heads: Vec<(&'static str, HeadOf)>,
    document: Arc<OpenApi>,
    web: Web,
    tracker: TaskTracker,
    _lock: lock::FolderLock,
}

/// What the slices hand over, sorted by who takes it.
struct Parts {
    services: Services,
    jobs: Vec<JobKind>,
    reactions: Vec<Arc<dyn Reaction>>,
    follow: Vec<Follow>,
    nightly: Vec<Nightly>,
    ready: Vec<(&'static str, Ready)>,
    collect: Vec<(&'static str, Collect)>,
    routes: OpenApiRouter<Web>,
    heads: Vec<(&'static str, HeadOf)>,
    befores: Vec<Before>,
}

impl App {
    /// Takes the data folder, migrates its database and builds everything; nothing runs yet.
    ///
    /// # Errors
    /// A folder that is held or on a network file system, a database of another version, a key
    /// that cannot be read, threads that cannot be started.
    pub fn open(config: Config, means: Means) -> anyhow::Result<Self> {
        let lock = lock::take(&config.data)?;
        let file = config.data.join(db::FILE);
        let report = migrate::run(&file, means.clock.now(), means.may_migrate)?;
        if !report.applied.is_empty() {
            tracing::info!(steps = report.applied.len(), copy = ?report.copy, "the database was migrated");
        }
        let database = Database::open(&file, means.clock.clone(), means.chance.clone())?;
        let parts = gather(modules(), &config)?;
        let platform = Arc::new(Platform {
            keys: Keys::derive(&instance_key(&config, means.chance.as_ref())?),
            blobs: Blobs::new(config.data.join("blobs")),
            images: Images::default(),
            outgoing: Outgoing::new(&config.outgoing),
            passwords: Passwords::start(means.cost)?,
            started_at: means.clock.now(),
            clock: means.clock,
            chance: means.chance,
            services: parts.services,
            metrics: Metrics::new(parts.collect),
            logs: Logs::default(),
            config,
        });
        let tracker = TaskTracker::new();
        let (routes, document) = complete(parts.routes);
        Ok(Self {
            dispatcher: Dispatcher::new(&database, parts.reactions),
            runner: Runner::new(&database, platform.clone(), parts.jobs),
            web: Web::new(
                database.clone(),
                platform.clone(),
                Arc::new(auth::Sessions),
                tracker.clone(),
                scopes::of(&document),
                parts.befores,
            ),
            platform,
            database,
            follow: parts.follow,
            nightly: parts.nightly,
            ready: parts.ready,
            routes,
            heads: parts.heads,
            document: Arc::new(document),
            tracker,
            _lock: lock,
        })
    }

    /// The mechanisms of the house.
    #[must_use]
    pub fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    /// The database, acting as this actor: for the command line and tests.
    #[must_use]
    pub fn db(&self, actor: Actor) -> Db {
        self.database.acting_as(actor)
    }

    /// The opened database: for statistics and upkeep.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Carries events to reactions.
    #[must_use]
    pub fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }

    /// Runs background jobs.
    #[must_use]
    pub fn runner(&self) -> &Runner {
        &self.runner
    }

    /// The API's document.
    #[must_use]
    pub fn document(&self) -> &Arc<OpenApi> {
        &self.document
    }

    /// Every route, ready to be served.
    ///
    /// # Errors
    /// When the web app's files or the document cannot be laid out.
    pub fn router(&self) -> Result<Router> {
        let slices = self
            .routes
            .clone()
            .route("/branding.css", get(admin::branding_css))
            .route("/branding/icon", get(admin::branding_icon))
            .route("/favicon.ico", get(admin::branding_icon))
            .route("/manifest.webmanifest", get(admin::web_manifest));
        site::build(slices, &self.document, self.ready.clone(), self.heads.clone(), &self.web)
    }

    /// The state of the routes: to tell live streams that the server stops.
    #[must_use]
    pub fn web(&self) -> &Web {
        &self.web
    }

    /// Carries events, runs jobs that are due and follows up until nothing is left to do.
    ///
    /// # Errors
    /// A database fault.
    pub async fn settle(&self) -> Result<()> {
        loop {
            let carried = self.dispatcher.run_once().await?;
            let ran = self.runner.run_due().await?;
            let mut followed = false;
            for follow in &self.follow {
                followed |= follow(self.db(Actor::System("follow")), self.platform.clone()).await?;
            }
            if !(carried || ran || followed) {
                return Ok(());
            }
        }
    }

    /// Spawns work that [`App::close`] waits for.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(work);
    }

    /// Upkeep of every slice and of the database file, as it is done once a night.
    ///
    /// # Errors
    /// A database fault of the file's own upkeep; those of the slices are logged.
    pub async fn nightly(&self) -> Result<upkeep::Found> {
        night(&self.nightly, &self.database).await
    }

    /// Starts what runs besides requests: events, jobs, followers. The tracker ends after `stop`;
    /// with `hurry` it waits for no job.
    #[must_use]
    pub fn start(&self, stop: &CancellationToken, hurry: &CancellationToken) -> TaskTracker {
        let background = TaskTracker::new();
        background.spawn(plan_backups(self.db(Actor::System("backup")), self.platform.clone()));
        background.spawn(self.dispatcher.clone().serve(self.database.clone(), stop.clone()));
        background.spawn(self.runner.clone().serve(stop.clone(), hurry.clone()));
        for follow in self.follow.iter().copied() {
            let (db, platform) = (self.db(Actor::System("follow")), self.platform.clone());
            background.spawn(keep_up(follow, db, platform, stop.clone()));
        }
        background.spawn(nights(self.nightly.clone(), self.database.clone(), stop.clone()));
        background.close();
        background
    }

    /// Finishes the work that requests left behind and what the writer still has, and closes
    /// the database.
    pub async fn close(&self) {
        self.close_or(&CancellationToken::new()).await;
    }

    /// As [`App::close`], but what requests left behind is not waited for once `hurry` is
    /// cancelled. What the writer has is always finished.
    pub async fn close_or(&self, hurry: &CancellationToken) {
        self.tracker.close();
        tokio::select! {
            () = self.tracker.wait() => {}
            () = hurry.cancelled() => {}
        }
        let (database, index) = (self.database.clone(), self.platform.services.find::<search::Index>());
        let close = move || {
            if let Some(index) = index {
                index.close();
            }
            database.close();
        };
        if tokio::task::spawn_blocking(close).await.is_err() {
            tracing::error!("closing the database panicked");
        }
    }
}

/// What the configuration says about backups holds from the start on.
async fn plan_backups(db: Db, platform: Arc<Platform>) {
    let planned = db.write("backup.schedule", move |tx| platform::backup::schedule(tx, &platform.config.backup));
    if let Err(error) = planned.await {
        tracing::error!(?error, "backups could not be scheduled");
    }
}

/// Upkeep, a while after the start and then once a day.
async fn nights(nightly: Vec<Nightly>, database: Database, stop: CancellationToken) {
    let mut wait = Duration::from_secs(600);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => wait = Duration::from_secs(24 * 3600),
        }
        match night(&nightly, &database).await {
            Ok(found) => tracing::info!(is_folded = found.is_folded, dangling = found.dangling.len(), "upkeep was done"),
            Err(error) => tracing::error!(?error, "the database's upkeep failed"),
        }
    }
}

async fn night(nightly: &[Nightly], database: &Database) -> Result<upkeep::Found> {
    let db = database.acting_as(Actor::System("nightly"));
    for upkeep in nightly.iter().copied() {
        if let Err(error) = db.write_low("app.nightly", upkeep).await {
            tracing::error!(?error, "upkeep could not be begun");
        }
    }
    upkeep::run(database).await
}

/// How often followers look for work.
const FOLLOW: Duration = Duration::from_millis(500);
/// How long a follower rests after a failure: what fails now, such as building an index on a full
/// disk, would most likely fail again at once, at the same cost.
const FOLLOW_AGAIN: Duration = Duration::from_secs(10);

async fn keep_up(follow: Follow, db: Db, platform: Arc<Platform>, stop: CancellationToken) {
    loop {
        let rest = match follow(db.clone(), platform.clone()).await {
            Ok(true) => continue,
            Ok(false) => FOLLOW,
            Err(error) => {
                tracing::error!(?error, "a follower could not keep up");
                FOLLOW_AGAIN
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// The API's document, without opening anything.
#[must_use]
pub fn openapi() -> OpenApi {
    let routes = modules()
        .into_iter()
        .fold(OpenApiRouter::new(), |all, module| all.merge(module.routes));
    complete(routes).1
}

fn complete(routes: OpenApiRouter<Web>) -> (Router<Web>, OpenApi) {
    let (router, mut document) = OpenApiRouter::with_openapi(document::base()).nest(API, routes).split_for_parts();
    document::complete(&mut document, &TAGS);
    (router, document)
}

/// The stored files that the slices' rows name.
#[must_use]
pub fn stored_files(modules: &[Module]) -> AllFiles {
    AllFiles(modules.iter().filter_map(|module| module.files).collect())
}

/// What somebody has finished: the course page shows it beside what has to be finished first.
fn finished(read: &Read<'_>, user: UserId) -> Result<Vec<CourseId>> {
    let all = enrolments::list_for(read, user)?.into_iter();
    Ok(all.filter(|one| one.completed_at.is_some()).map(|one| one.course).collect())
}

fn gather(modules: Vec<Module>, config: &Config) -> Result<Parts> {
    let gates = modules.iter().flat_map(|m| m.asset_gates.iter().copied()).collect();
    let forgetters = modules.iter().filter_map(|m| m.forget).collect();
    let portraits = modules.iter().filter_map(|m| Some((m.name, m.portray?))).collect();
    let figures = modules.iter().filter_map(|m| Some((m.name, m.figures?))).collect();
    let publish_checks = modules.iter().flat_map(|m| m.publish_checks.iter().copied()).collect();
    let begun = modules.iter().filter_map(|m| m.begun).collect();
    let reportables = modules.iter().flat_map(|m| m.reportables.iter().copied()).collect();
    let attention = modules.iter().filter_map(|m| m.attention).collect();
    let names = modules.iter().filter_map(|m| m.names).collect();
    let sections = modules.iter().flat_map(|m| m.sections.iter().copied()).collect();
    let checks = doctor::checks()
        .into_iter()
        .chain(modules.iter().flat_map(|m| m.checks.iter().copied()))
        .collect();
    let mut parts = Parts {
        services: Services::default()
            .with(Arc::new(AssetGates(gates)))
            .with(Arc::new(AllAssetUses(modules.iter().filter_map(|m| m.asset_uses).collect())))
            .with(Arc::new(Forgetters(forgetters)))
            .with(Arc::new(Portraits(portraits)))
            .with(Arc::new(AllFigures(figures)))
            .with(Arc::new(AllAttention(attention)))
            .with(Arc::new(AllNames(names)))
            .with(Arc::new(AllSections(sections)))
            .with(Arc::new(platform::backup::Current::default()))
            .with(Arc::new(platform::web::live::Streams::default()))
            .with(Arc::new(platform::web::throttle::Throttle::new(&config.throttle)))
            .with(Arc::new(stored_files(&modules)))
            .with(Arc::new(AllChecks(checks)))
            .with(Arc::new(PublishChecks(publish_checks)))
            .with(Arc::new(AllBegun(begun)))
            .with(Arc::new(Finished(finished)))
            .with(Arc::new(Reportables(reportables))),
        jobs: platform::jobs(),
        reactions: Vec::new(),
        follow: Vec::new(),
        nightly: vec![platform::nightly],
        ready: Vec::new(),
        collect: Vec::new(),
        routes: OpenApiRouter::new(),
        heads: Vec::new(),
        befores: Vec::new(),
    };
    for module in modules {
        if let Some(provide) = module.provide {
            parts.services = provide(config, parts.services)?;
        }
        parts.jobs.extend(module.jobs);
        parts.reactions.extend(module.reactions);
        parts.follow.extend(module.follow);
        parts.nightly.extend(module.nightly);
        parts.ready.extend(module.ready.map(|ready| (module.name, ready)));
        parts.collect.extend(module.collect.map(|collect| (module.name, collect)));
        parts.heads.extend(module.heads);
        parts.befores.extend(module.before);
        parts.routes = parts.routes.merge(module.routes);
    }
    let endable = parts.jobs.iter().filter(|kind| kind.may_end()).map(JobKind::name).collect();
    parts.services = parts.services.with(Arc::new(jobs::Endable(endable)));
    Ok(parts)
}

/// The instance's key: from the configuration, else a file that is made at the first start and
/// readable by its owner alone.
fn instance_key(config: &Config, chance: &dyn Chance) -> anyhow::Result<[u8; 32]> {
    match config.key.as_ref().and_then(|key| crypto::unhex(key.reveal())) {
        Some(key) => Ok(key),
        None => key_of_folder(&config.data, chance),
    }
}

fn key_of_folder(data: &Path, chance: &dyn Chance) -> anyhow::Result<[u8; 32]> {
    use std::{
        io::Write as _,
        os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    };
    let file = data.join(KEY_FILE);
    let shown = file.display();
    match std::fs::read(&file) {
        Ok(bytes) => {
            let mode = std::fs::metadata(&file)?.permissions().mode();
            if mode & 0o077 != 0 {
                tracing::warn!("{shown} can be read by others; make it 0600");
            }
            bytes
                .try_into()
                .map_err(|_| anyhow::anyhow!("{shown} is not a key of 32 bytes; restore it from a backup"))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut key = [0_u8; 32];
            chance.fill(&mut key);
            let part = data.join("key.part");
            let _left_over = std::fs::remove_file(&part);
            let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
            out.write_all(&key)
                .and_then(|()| out.sync_all())
                .with_context(|| format!("writing {shown}"))?;
            // Renamed when whole, so that a cut-off start leaves no half key behind.
            std::fs::rename(&part, &file)?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| format!("reading {shown}")),
    }
}
