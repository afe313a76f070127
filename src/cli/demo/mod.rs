//! `momentum demo`: a school with courses and people in it, to look around in.
//!
//! What they did is done through the same verbs as everything else, under a clock that is moved
//! through the past weeks; then the instance is opened again under the system's clock and served.

mod deeds;
mod maya;
mod people;
mod plan;
mod school;

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use super::{Alone, Common, Exit, Out, serve};
use crate::{
    app::{App, Means},
    kernel::time::Zone,
    platform::{
        clock::{Clock as _, FixedClock, SharedClock, SystemClock},
        config::Config,
        db,
    },
};

pub use school::{package, packages};

/// The password of every account that one can sign in to.
pub const PASSWORD: &str = "momentum-demo-2026";

/// Left in the data folder while it is being filled.
const UNFINISHED: &str = "demo.unfinished";

/// Serves a school that is full of courses and people, to look around in.
#[derive(Debug, Args)]
pub struct Demo {
    /// Address and port to listen on; port 0 for any that is free.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Fewer courses and people, ready sooner.
    #[arg(long)]
    small: bool,
    /// Lets requests through however many there are: for measurements.
    #[arg(long)]
    without_throttle: bool,
    /// Another number makes other people.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What the school is filled with.
#[derive(Debug, Clone)]
pub struct Filling {
    /// Fewer courses and people.
    pub small: bool,
    /// Another number makes other people.
    pub seed: u64,
    /// Where the main learner lives.
    pub zone: Zone,
}

impl Alone for Demo {
    async fn run(self, common: &Common, out: &mut Out) -> anyhow::Result<Exit> {
        let listener = serve::bind(self.listen).await?;
        let address = format!("http://{}", listener.local_addr()?);
        // Without a folder of its own the demo leaves nothing behind.
        let passing = match common.data {
            Some(_) => None,
            None => Some(tempfile::Builder::new().prefix("momentum-demo-").tempdir()?),
        };
        let folder = passing.as_ref().map(|folder| folder.path().display().to_string());
        let config = common.load(&[
            ("data", folder),
            ("server.public_url", Some(address.clone())),
            // The demo is for this machine: an installed server's TLS is not its business.
            ("tls.certificate_file", Some(String::new())),
            ("tls.key_file", Some(String::new())),
            ("tls.acme_domains", Some(String::new())),
            ("tls.redirect_listen", Some(String::new())),
            ("throttle.is_on", self.without_throttle.then(|| "false".to_owned())),
        ])?;
        let filling = Filling {
            small: self.small,
            seed: self.seed,
            zone: zone(),
        };
        tokio::select! {
            done = prepare(&config, filling, out) => done?,
            _ = tokio::signal::ctrl_c() => anyhow::bail!("stopped before the demo was ready"),
        }
        let app = App::open(config, Means::system())?;
        greet(&address, out);
        serve::serve_on(app, listener, out).await?;
        Ok(Exit::Done)
    }
}

/// Where this machine stands, if it says so.
fn zone() -> Zone {
    let named = std::env::var("TZ").ok().filter(|name| name.contains('/'));
    let linked = || {
        let target = std::fs::read_link("/etc/localtime").ok()?;
        let (_, name) = target.to_str()?.split_once("zoneinfo/")?;
        Some(name.to_owned()).filter(|name| name.contains('/') && !name.starts_with("Etc/"))
    };
    named
        .or_else(linked)
        .and_then(|name| Zone::parse(&name).ok())
        .or_else(|| Zone::parse("Europe/Lisbon").ok())
        .unwrap_or_else(Zone::utc)
}

/// Fills the data folder unless it has a database already.
async fn prepare(config: &Config, filling: Filling, out: &mut Out) -> anyhow::Result<()> {
    let mark = config.data.join(UNFINISHED);
    anyhow::ensure!(
        !mark.exists(),
        "an earlier start was cut off while it filled {}; delete that folder and start again",
        config.data.display()
    );
    if config.data.join(db::FILE).exists() {
        return Ok(());
    }
    std::fs::create_dir_all(&config.data).with_context(|| format!("{} cannot be made", config.data.display()))?;
    std::fs::write(&mark, "")?;
    let clock = Arc::new(FixedClock::at(SystemClock.now()));
    let means = Means {
        clock: clock.clone() as SharedClock,
        ..Means::system()
    };
    let app = App::open(config.clone(), means)?;
    let filled = fill(&app, &clock, filling, out).await;
    app.close().await;
    filled?;
    std::fs::remove_file(&mark)?;
    Ok(())
}

/// Fills an empty instance: courses, accounts and what people did until the instant at which the
/// clock stands, which it does again at the end.
///
/// # Errors
/// A course that cannot be imported, or a fault of the database.
pub async fn fill(app: &App, clock: &FixedClock, filling: Filling, out: &mut Out) -> anyhow::Result<()> {
    let now = clock.now();
    let school = school::found(app, clock, &filling, out).await?;
    let plan = plan::plan(&school, &filling, now);
    deeds::perform(app, clock, plan, out).await?;
    clock.set(now);
    app.settle().await?;
    Ok(())
}

fn greet(address: &str, out: &mut Out) {
    let accounts = [
        ("learner", people::LEARNER),
        ("instructor", people::INSTRUCTOR),
        ("admin", people::ADMIN),
    ];
    let listed = accounts.map(|(role, (name, email))| json!({ "role": role, "name": name, "email": email, "password": PASSWORD }));
    out.json(&json!({ "url": address, "accounts": listed }));
    out.line(format!("\nOpen {address} and sign in as\n"));
    for (role, (name, email)) in accounts {
        out.line(format!("  {role:<11} {name:<12} {email:<24} {PASSWORD}"));
    }
    out.line("\nCtrl-C stops it.\n");
}
