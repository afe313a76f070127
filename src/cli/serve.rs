//! `momentum serve`: opens the instance and serves it until it is told to stop.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use clap::Args;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use super::{Alone, Common, Exit, Out, control};
use crate::{
    app::{App, Means},
    auth,
    kernel::actor::Actor,
    platform::{telemetry, web},
};

/// Runs the server.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Refuse to start when migrations are pending, instead of applying them.
    #[arg(long)]
    no_migrate: bool,
}

impl Alone for Serve {
    async fn run(self, common: &Common, out: &mut Out) -> anyhow::Result<Exit> {
        let config = common.load(&[("server.listen", self.listen.map(|listen| listen.to_string()))])?;
        let _telemetry = telemetry::start(&config.log);
        let means = Means {
            may_migrate: !self.no_migrate,
            ..Means::system()
        };
        let app = App::open(config, means)?;
        serve(app, out).await?;
        Ok(Exit::Done)
    }
}

/// Serves an opened instance until SIGTERM or SIGINT, then stops gracefully.
///
/// # Errors
/// When the port cannot be opened.
pub async fn serve(app: App, out: &mut Out) -> anyhow::Result<()> {
    let listener = bind(app.platform().config.server.listen).await?;
    serve_on(app, listener, out).await
}

/// Opens a port.
///
/// # Errors
/// When that cannot be.
pub async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(listen).await;
    bound.with_context(|| format!("the port {listen} cannot be opened"))
}

/// As [`serve()`], on a port that is open already.
///
/// # Errors
/// A fault of the operating system.
pub async fn serve_on(app: App, listener: TcpListener, out: &mut Out) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let app = Arc::new(app);
    let router = app.router()?;
    let (doors, hurry) = (CancellationToken::new(), CancellationToken::new());
    let background = app.start(&stop, &hurry);
    match control::bind(app.platform().data()) {
        Ok(socket) => drop(tokio::spawn(control::serve(socket, app.clone(), doors.clone(), hurry.clone()))),
        Err(error) => tracing::warn!(%error, "no control socket: stop the server to use the command line"),
    }
    offer_set_up(&app, out).await?;
    out.line(format!(
        "Momentum {} listens on http://{}",
        env!("CARGO_PKG_VERSION"),
        listener.local_addr()?
    ));
    let signals = tokio::spawn(obey_signals(doors.clone(), hurry.clone()));
    let config = &app.platform().config;
    let grace = Duration::from_secs(config.server.stop_seconds);
    let live = app.web().stop().clone();
    // Live streams end first, or requests would never be done.
    let ending = tokio::spawn({
        let doors = doors.clone();
        async move {
            doors.cancelled().await;
            live.cancel();
        }
    });
    web::serve::serve(listener, router, &config.limits, &doors, &hurry, grace).await;
    stop.cancel();
    background.wait().await;
    app.close_or(&hurry).await;
    signals.abort();
    ending.abort();
    tracing::info!("stopped");
    Ok(())
}

/// While nobody runs the instance, each start prints a new one-time link that makes the first admin.
async fn offer_set_up(app: &App, out: &mut Out) -> anyhow::Result<()> {
    let (db, url) = (app.db(Actor::System("serve")), app.platform().config.server.public_url.clone());
    if let Some(link) = db.write("serve.setup_link", move |tx| auth::setup_link(tx, &url)).await? {
        out.line(format!(
            "Nobody runs this instance yet. Make yourself its first admin (works once):\n\n  {link}\n"
        ));
    }
    Ok(())
}

/// The first SIGTERM or Ctrl-C closes the doors; the second one hurries.
async fn obey_signals(doors: CancellationToken, hurry: CancellationToken) -> anyhow::Result<()> {
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    for token in [doors, hurry] {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        token.cancel();
    }
    Ok(())
}
