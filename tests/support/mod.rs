//! What tests stand on: a whole instance without a port, a still clock, people with sessions.
//!
//! ```ignore
//! let app = TestApp::start().await;
//! let ana = app.learner("Ana").await;
//! ana.get("/me").await.expect(200);
//! app.settle().await;
//! ```

pub mod certs;
pub mod cli;
mod client;
pub mod courses;
mod folder;
pub mod mails;
pub mod pebble;
mod people;
mod server;
pub mod smtp;
pub mod workbook;

use std::{ops::Deref, sync::Arc, time::Duration};

use axum::Router;
use momentum::{
    app::{App, Means},
    kernel::{actor::Actor, time::Timestamp},
    platform::{
        clock::{FixedClock, Random},
        config::Config,
        crypto::HashCost,
        db::Db,
    },
};

pub use client::{Answer, Client};
pub use people::PASSWORD;
pub use server::Server;

/// When every test begins: Monday 2026-11-16, 09:00 UTC.
pub const BEGIN: Timestamp = Timestamp::from_millis(1_794_819_600_000);

/// One instance in a folder of its own. Dropping it asserts that no job that is due, dead job or
/// failed event is left behind.
pub struct TestApp {
    app: App,
    router: Router,
    /// The clock of the house: it moves when a test moves it.
    pub clock: Arc<FixedClock>,
    is_left_alone: bool,
    folder: tempfile::TempDir,
}

impl Deref for TestApp {
    type Target = App;
    fn deref(&self) -> &App {
        &self.app
    }
}

impl TestApp {
    /// A fresh instance.
    pub async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// A fresh instance with another configuration.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_in(folder::fresh(), HashCost::Weakest, 1, change)
    }

    /// Another instance on a copy of what a closed one left, with this cost of password hashes.
    pub async fn copy_of(closed: &Self, cost: HashCost) -> Self {
        let folder = folder::copy_of(closed.platform().data());
        // Another chance than the first one had, or the same ids would come again.
        Self::start_in(folder, cost, 2, |_| ())
    }

    fn start_in(folder: tempfile::TempDir, cost: HashCost, seed: u64, change: impl FnOnce(&mut Config)) -> Self {
        let clock = Arc::new(FixedClock::at(BEGIN));
        let mut config = Config::at(folder.path().to_owned());
        // Slices test their own limits; the house's are tested where they are made.
        config.throttle.is_on = false;
        change(&mut config);
        let means = Means {
            clock: clock.clone(),
            chance: Arc::new(Random::seeded(seed)),
            cost,
            may_migrate: false,
        };
        let app = App::open(config, means).expect("an instance opens");
        Self {
            router: app.router().expect("the routes are laid out"),
            app,
            clock,
            is_left_alone: false,
            folder,
        }
    }

    /// The database, acting as the system.
    pub fn system(&self) -> Db {
        self.app.db(Actor::System("test"))
    }

    /// Events are carried and jobs run until nothing is left to do.
    pub async fn settle(&self) {
        self.app.settle().await.expect("everything settles");
    }

    /// Moves the clock, then settles.
    pub async fn pass(&self, time: Duration) {
        self.clock.advance(time);
        self.settle().await;
    }

    /// For tests that leave work behind on purpose.
    pub fn leave_work_behind(&mut self) {
        self.is_left_alone = true;
    }

    /// The mails that have gone out, oldest first.
    pub fn mails(&self) -> Vec<mails::Received> {
        mails::read(&self.folder.path().join(momentum::platform::mail::OUTBOX))
    }

    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> Client<'_> {
        Client::anonymous(self)
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if self.is_left_alone || std::thread::panicking() {
            return;
        }
        let left = folder::left_behind(self.folder.path(), self.app.database().now());
        assert!(
            left.is_empty(),
            "the test left work behind (settle it, or say leave_work_behind): {left:?}"
        );
    }
}
