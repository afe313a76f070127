//! `momentum serve`: opens the instance and serves it until it is told to stop.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use clap::Args;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use super::{Alone, Common, Exit, Out, control};
use crate::app::{App, Means};

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
    let background = app.start(&stop);
    match control::bind(app.platform().data()) {
        Ok(socket) => drop(tokio::spawn(control::serve(socket, app.clone(), stop.clone()))),
        Err(error) => tracing::warn!(%error, "no control socket: stop the server to use the command line"),
    }
    out.line(format!(
        "Momentum {} listens on http://{}",
        env!("CARGO_PKG_VERSION"),
        listener.local_addr()?
    ));
    let until = stop.clone();
    let server = axum::serve(listener, app.router()).with_graceful_shutdown(async move { until.cancelled().await });
    let serving = tokio::spawn(server.into_future());
    told_to_stop().await?;
    stop.cancel();
    drop(serving.await);
    background.wait().await;
    app.close().await;
    Ok(())
}

/// SIGTERM, or Ctrl-C.
async fn told_to_stop() -> anyhow::Result<()> {
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    Ok(())
}
