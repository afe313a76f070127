//! The beginning of a connection: a handshake, an authority's check, or something that is no TLS.

use std::{io, sync::Arc};

use rustls::{ServerConfig, server::Acceptor};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::{LazyConfigAcceptor, server::TlsStream};

use super::profile::ACME_TLS;

/// The first byte of every handshake (RFC 8446, 5.1).
const HANDSHAKE: u8 = 22;
/// Bytes of a plain request that are read before its connection is closed.
const POLITENESS: u64 = 64 * 1024;

/// Shakes hands; `None` when the connection has served its purpose. There is no time limit here:
/// the caller has one.
pub(super) async fn shake(
    mut stream: TcpStream,
    usual: &Arc<ServerConfig>,
    challenge: &Arc<ServerConfig>,
    origin: &str,
) -> io::Result<Option<TlsStream<TcpStream>>> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 0 {
        return Ok(None);
    }
    if first[0] != HANDSHAKE {
        if first[0].is_ascii_uppercase() {
            explain(&mut stream, origin).await?;
        }
        return Ok(None);
    }
    let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    let is_check = start
        .client_hello()
        .alpn()
        .is_some_and(|mut offered| offered.next() == Some(ACME_TLS) && offered.next().is_none());
    if is_check {
        let mut checked = start.into_stream(challenge.clone()).await?;
        checked.shutdown().await?;
        return Ok(None);
    }
    start.into_stream(usual.clone()).await.map(Some)
}

/// Whoever speaks plain HTTP here is told where to go: a bare alert would be a riddle.
async fn explain(stream: &mut TcpStream, origin: &str) -> io::Result<()> {
    let text = format!("This port speaks TLS: ask at {origin}\n");
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    // Closing with unread bytes would reset the connection and take the answer back.
    tokio::io::copy(&mut stream.take(POLITENESS), &mut tokio::io::sink())
        .await
        .map(drop)
}
