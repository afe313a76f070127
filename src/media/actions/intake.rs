//! Bytes that arrive piece by piece, written on a thread that may block. The sender waits when
//! the disk is slower than the network; when it goes away, nothing is left.

use axum::body::Bytes;
use tokio::sync::mpsc;

use super::blocking;
use crate::{
    kernel::error::{Error, Result},
    platform::{Platform, blobs::Part},
};

/// Pieces in flight between the network and the disk.
const IN_FLIGHT: usize = 8;

/// An upload on its way to disk.
pub(in crate::media) struct Intake {
    pieces: mpsc::Sender<Option<Bytes>>,
    written: tokio::task::JoinHandle<Result<Option<Part>>>,
}

impl Intake {
    pub(in crate::media) async fn begin(platform: &Platform) -> Result<Self> {
        let blobs = super::super::shelf(platform);
        let mut part = blocking(move || blobs.begin()).await?;
        let (pieces, mut arriving) = mpsc::channel::<Option<Bytes>>(IN_FLIGHT);
        let written = tokio::spawn(blocking(move || {
            while let Some(piece) = arriving.blocking_recv() {
                match piece {
                    Some(bytes) => part.write(&bytes)?,
                    None => return Ok(Some(part)),
                }
            }
            Ok(None) // Nobody said that this was all: the part is dropped here.
        }));
        Ok(Self { pieces, written })
    }

    pub(in crate::media) async fn write(&mut self, piece: Bytes) -> Result<()> {
        if self.pieces.send(Some(piece)).await.is_err() {
            return Err(self.fault().await);
        }
        Ok(())
    }

    /// All of it has arrived.
    pub(in crate::media) async fn finish(mut self) -> Result<Part> {
        if self.pieces.send(None).await.is_err() {
            return Err(self.fault().await);
        }
        let part = self.written.await.map_err(Error::internal)??;
        part.ok_or_else(|| Error::internal("an upload ended without its end"))
    }

    /// Why the writing thread ended early: a full disk, mostly.
    async fn fault(&mut self) -> Error {
        match (&mut self.written).await {
            Ok(Err(error)) => error,
            _ => Error::internal("an upload could not be written"),
        }
    }
}
