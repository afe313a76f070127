//! Connections: accepted up to a number, each with a time for its handshake and its headers, closed
//! gracefully.

use std::{
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, header},
};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto::Builder,
        graceful::{GracefulShutdown, Watcher},
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::{
    config::LimitsConfig,
    layers::{OverTls, Peer},
    tls::Tls,
};

/// Requests that one HTTP/2 connection may have under way.
const STREAMS: u32 = 128;

/// Serves connections until `stop`, then lets requests under way finish for `grace`, unless
/// `hurry` comes first.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &LimitsConfig,
    stop: &CancellationToken,
    hurry: &CancellationToken,
    grace: Duration,
) {
    serve_over(listener, None, router, limits, stop, hurry, grace).await;
}

/// As [`serve()`], over TLS if there is one.
pub async fn serve_over(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    router: Router,
    limits: &LimitsConfig,
    stop: &CancellationToken,
    hurry: &CancellationToken,
    grace: Duration,
) {
    let room = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let host = Arc::new(Host {
        builder: builder(limits),
        tls,
        router,
        patience: Duration::from_secs(limits.header_seconds),
        stop: stop.clone(),
    });
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &room) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let (host, watcher) = (host.clone(), graceful.watcher());
        tokio::spawn(async move {
            host.receive(stream, peer, watcher).await;
            drop(place);
        });
    }
    // Nobody new gets in while those inside finish.
    drop(listener);
    let under_way = graceful.count();
    tokio::select! {
        () = graceful.shutdown() => {}
        () = hurry.cancelled() => tracing::warn!(under_way, "told to hurry: connections are cut"),
        () = tokio::time::sleep(grace) => tracing::warn!(under_way, "some requests did not finish in time"),
    }
}

async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = room.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, place)),
        Err(error) => {
            // Too many open files, usually: connections that end make room.
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

fn builder(limits: &LimitsConfig) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(limits.header_seconds))
        .max_buf_size(limits.header_bytes.max(8192))
        .pipeline_flush(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

/// What every connection of one port needs.
struct Host {
    builder: Builder<TokioExecutor>,
    tls: Option<Arc<Tls>>,
    router: Router,
    patience: Duration,
    stop: CancellationToken,
}

impl Host {
    async fn receive(&self, stream: TcpStream, peer: SocketAddr, watcher: Watcher) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        match &self.tls {
            None => self.converse(stream, peer, watcher).await,
            Some(tls) => {
                if let Some(stream) = self.shake(tls, stream).await {
                    self.converse(stream, peer, watcher).await;
                }
            }
        }
    }

    /// A handshake within the time for headers. It is here, in the connection's own task, that the
    /// slow and the garbled are waited for: never where others are accepted.
    async fn shake(&self, tls: &Tls, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let shaken = tokio::select! {
            () = self.stop.cancelled() => return None,
            shaken = tokio::time::timeout(self.patience, tls.shake(stream)) => shaken,
        };
        match shaken {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                tracing::debug!(%error, "a handshake failed");
                None
            }
            Err(_) => {
                tracing::debug!("a handshake took too long");
                None
            }
        }
    }

    async fn converse<S: Spoken>(&self, stream: S, peer: SocketAddr, watcher: Watcher) {
        let has_asked = Arc::new(AtomicBool::new(false));
        let (asked, router) = (has_asked.clone(), self.router.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            asked.store(true, Ordering::Relaxed);
            router.clone().oneshot(received::<S>(request, peer))
        });
        let connection = self.builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let mut connection = pin!(watcher.watch(connection));
        // Whoever says nothing whole in time goes; after the first request the header limits of each
        // protocol hold.
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            () = tokio::time::sleep(self.patience) => None,
        };
        let ended = match ended {
            Some(ended) => ended,
            None if has_asked.load(Ordering::Relaxed) => connection.await,
            None => return,
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended badly");
        }
    }
}

/// A stream of bytes that requests come by.
trait Spoken: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    const OVER_TLS: bool;
}

impl Spoken for TcpStream {
    const OVER_TLS: bool = false;
}

impl Spoken for TlsStream<TcpStream> {
    const OVER_TLS: bool = true;
}

/// The request as the house knows it: where it came from, and its host in one place.
fn received<S: Spoken>(request: Request<Incoming>, peer: SocketAddr) -> Request<Body> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(Peer(peer));
    if S::OVER_TLS {
        request.extensions_mut().insert(OverTls);
    }
    // HTTP/2 says it in `:authority` (RFC 9113, 8.3.1).
    if !request.headers().contains_key(header::HOST)
        && let Some(host) = request.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok())
    {
        request.headers_mut().insert(header::HOST, host);
    }
    request
}
