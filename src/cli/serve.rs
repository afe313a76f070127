//! `momentum serve`: opens the instance and serves it until it is told to stop.

mod systemd;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::Router;
use clap::Args;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use super::{Alone, Common, Exit, Out, control};
use crate::{
    app::{App, Means},
    auth,
    kernel::actor::Actor,
    platform::{
        config::Config,
        telemetry,
        web::{
            self,
            tls::{self, Tls},
        },
    },
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
        let telemetry = telemetry::start(&config.log);
        let means = Means {
            may_migrate: !self.no_migrate,
            ..Means::system()
        };
        let app = App::open(config, means)?;
        app.platform().logs.attach(&telemetry);
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
    TcpListener::bind(listen).await.map_err(|error| {
        let is_forbidden = error.kind() == io::ErrorKind::PermissionDenied && listen.port() < 1024;
        let hint = if is_forbidden {
            "; ports below 1024 need the capability CAP_NET_BIND_SERVICE, which the systemd unit in assets/deploy gives"
        } else {
            ""
        };
        anyhow::Error::new(error).context(format!("the port {listen} cannot be opened{hint}"))
    })
}

/// As [`serve()`], on a port that is open already.
///
/// # Errors
/// A certificate that cannot be used, a port that cannot be opened, a fault of the operating system.
pub async fn serve_on(app: App, listener: TcpListener, out: &mut Out) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let ports = Ports::open(listener, &app).await?;
    let app = Arc::new(app);
    let router = app.router()?;
    let (doors, hurry) = (CancellationToken::new(), CancellationToken::new());
    if let Some(address) = web::scrape::open(app.web(), &doors).await? {
        out.line(format!("Metrics are on http://{address}/metrics"));
    }
    // Before anything is said: whoever reads that it listens may stop it at once.
    let signals = Signals::listen()?;
    let background = app.start(&stop, &hurry);
    match control::bind(app.platform().data()) {
        Ok(socket) => drop(tokio::spawn(control::serve(socket, app.clone(), doors.clone(), hurry.clone()))),
        Err(error) => tracing::warn!(%error, "no control socket: stop the server to use the command line"),
    }
    if let Some(tls) = &ports.tls {
        background.spawn(tls.clone().keep(tls::LOOK, stop.clone()));
    }
    offer_set_up(&app, out).await?;
    let address = ports.address()?;
    out.line(format!("Momentum {} listens on {address}", env!("CARGO_PKG_VERSION")));
    let status = format!("Listens on {address}");
    let signals = tokio::spawn(signals.obey(doors.clone(), hurry.clone(), ports.tls.clone(), status.clone()));
    let watchdog = tokio::spawn(systemd::watch(app.db(Actor::System("watchdog"))));
    let live = app.web().stop().clone();
    // Live streams end first, or requests would never be done.
    let ending = tokio::spawn({
        let doors = doors.clone();
        async move {
            doors.cancelled().await;
            live.cancel();
        }
    });
    systemd::ready(&status);
    ports.serve(router, &app.platform().config, &doors, &hurry).await;
    stop.cancel();
    background.wait().await;
    watchdog.abort();
    app.close_or(&hurry).await;
    signals.abort();
    ending.abort();
    tracing::info!("stopped");
    Ok(())
}

/// The port that people come to, and with TLS perhaps a plain one that sends them there.
struct Ports {
    main: TcpListener,
    tls: Option<Arc<Tls>>,
    plain: Option<TcpListener>,
}

/// Connections that the plain port has at once: what it does is done in no time.
const PLAIN_CONNECTIONS: usize = 1000;

impl Ports {
    async fn open(main: TcpListener, app: &App) -> anyhow::Result<Self> {
        let platform = app.platform();
        let tls = Tls::open(&platform.config, platform.clock.clone())?;
        let plain = match platform.config.tls.redirect_listen.filter(|_| tls.is_some()) {
            Some(listen) => Some(bind(listen).await.context("tls.redirect_listen")?),
            None => None,
        };
        Ok(Self { main, tls, plain })
    }

    fn address(&self) -> anyhow::Result<String> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let plain = self.plain.as_ref().map(TcpListener::local_addr).transpose()?;
        let also = plain.map_or_else(String::new, |plain| format!(", and sends http://{plain} there"));
        Ok(format!("{scheme}://{}{also}", self.main.local_addr()?))
    }

    async fn serve(self, router: Router, config: &Config, doors: &CancellationToken, hurry: &CancellationToken) {
        let grace = Duration::from_secs(config.server.stop_seconds);
        let redirect = async {
            if let (Some(tls), Some(plain)) = (&self.tls, self.plain) {
                let mut limits = config.limits.clone();
                limits.connections = limits.connections.min(PLAIN_CONNECTIONS);
                web::serve::serve(plain, tls.redirect(), &limits, doors, hurry, grace).await;
            }
        };
        let main = web::serve::serve_over(self.main, self.tls.clone(), router, &config.limits, doors, hurry, grace);
        tokio::join!(main, redirect);
    }
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

/// The signals of the operating system, which end the process until they are listened to.
struct Signals {
    term: Signal,
    int: Signal,
    hup: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
            hup: signal(SignalKind::hangup())?,
        })
    }

    /// The first SIGTERM or Ctrl-C closes the doors; the second one hurries. SIGHUP reads
    /// certificates again.
    async fn obey(mut self, doors: CancellationToken, hurry: CancellationToken, tls: Option<Arc<Tls>>, status: String) {
        for token in [doors, hurry] {
            loop {
                tokio::select! {
                    _ = self.term.recv() => break,
                    _ = self.int.recv() => break,
                    _ = self.hup.recv() => reload(tls.as_ref(), &status).await,
                }
            }
            systemd::stopping();
            token.cancel();
        }
    }
}

async fn reload(tls: Option<&Arc<Tls>>, status: &str) {
    systemd::reloading();
    match tls {
        Some(tls) => tls.reload().await,
        None => tracing::info!("there is nothing to read again: configuration holds until the next start"),
    }
    systemd::ready(status);
}
