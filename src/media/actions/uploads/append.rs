//! Bytes of an upload, written where it ends. What has come is kept, whatever becomes of the
//! request; only what was to come to a checksum and did not is taken back.

use std::{fs::File, io::Write as _};

use axum::body::Bytes;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Finish, Refusal, desk};
use crate::{
    kernel::{
        error::{Error, Result},
        id::UploadId,
    },
    media::{
        actions::blocking,
        desk::Hold,
        model::uploads::{Algorithm, Checksum, KEPT_MS, State, Upload},
        store,
    },
    platform::{Platform, db::Db},
};

/// Pieces in flight between the network and the disk.
const IN_FLIGHT: usize = 8;
/// After so many bytes the disk is told to keep them: that much a power cut can take back.
const STEP: u64 = 16 * 1024 * 1024;

/// One request's bytes on their way to disk.
pub(in crate::media) struct Append {
    pieces: mpsc::Sender<Option<Bytes>>,
    written: tokio::task::JoinHandle<Result<Outcome>>,
    stop: CancellationToken,
}

/// How far an upload has come, durably.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) struct Outcome {
    pub(in crate::media) offset: u64,
    pub(in crate::media) verdict: Verdict,
}

/// What is to be said about the bytes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) enum Verdict {
    Kept,
    /// They do not come to their checksum, or not all of them came: taken back.
    Mismatch,
    /// More than was announced: taken back.
    TooLong,
}

impl Append {
    /// Ready to write at `offset`, if the upload has come as far as that and nobody else writes.
    pub(in crate::media) async fn begin(
        platform: &Platform,
        db: &Db,
        upload: &Upload,
        offset: u64,
        checksum: Option<Checksum>,
    ) -> Result<std::result::Result<Self, Refusal>> {
        let desk = desk(platform);
        let Ok(hold) = desk.take(upload.id).await else {
            return Ok(Err(Refusal::Taken));
        };
        // What the row says may have changed while another request wrote.
        let id = upload.id;
        let upload = db.read("media.upload", move |read| store::uploads::get(read, id)).await?;
        if upload.state != State::Receiving {
            return Ok(Err(Refusal::Elsewhere(upload.length)));
        }
        let proven = upload.unproven_from;
        let (file, end) = blocking(move || desk.open(id, proven)).await?;
        if end != offset {
            return Ok(Err(Refusal::Elsewhere(end)));
        }
        if checksum.is_some() {
            db.write("media.upload_unproven", move |tx| store::uploads::update_unproven(tx, id, end))
                .await?;
        }
        let stop = hold.stop().clone();
        let (pieces, arriving) = mpsc::channel(IN_FLIGHT);
        let mut writing = Writing {
            file,
            hold,
            begin: end,
            at: end,
            end: upload.length,
            unsynced: 0,
            sum: checksum.map(Sum::new),
        };
        let written = tokio::spawn(blocking(move || writing.run(arriving)));
        Ok(Ok(Self { pieces, written, stop }))
    }

    /// Cancelled when another request of the sender takes over.
    pub(in crate::media) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Hands over a piece. False when the writing has ended; [`Append::end`] tells why.
    pub(in crate::media) async fn write(&self, piece: Bytes) -> bool {
        self.pieces.send(Some(piece)).await.is_ok()
    }

    /// Waits until everything that came is durable.
    pub(in crate::media) async fn end(self, is_whole: bool) -> Result<Outcome> {
        if is_whole {
            let _ended_early = self.pieces.send(None).await;
        }
        drop(self.pieces);
        self.written.await.map_err(Error::internal)?
    }
}

/// Notes how far the upload has come; when that is all of it, it is to be finished.
pub(in crate::media) async fn note(db: &Db, id: UploadId, offset: u64) -> Result<Upload> {
    db.write("media.upload_received", move |tx| {
        let upload = store::uploads::get(tx, id)?;
        if upload.state != State::Receiving {
            return Ok(upload);
        }
        let is_whole = offset == upload.length;
        let state = if is_whole { State::Processing } else { State::Receiving };
        store::uploads::update_received(tx, id, offset, state, tx.now().plus_millis(KEPT_MS))?;
        if is_whole {
            tx.enqueue(&Finish { upload: id })?;
        }
        store::uploads::get(tx, id)
    })
    .await
}

/// The thread's side.
struct Writing {
    file: File,
    hold: Hold,
    begin: u64,
    at: u64,
    end: u64,
    unsynced: u64,
    sum: Option<Sum>,
}

impl Writing {
    fn run(&mut self, arriving: mpsc::Receiver<Option<Bytes>>) -> std::io::Result<Outcome> {
        let (ended, is_long) = match self.receive(arriving) {
            Ok(Some(is_whole)) => (Ok(is_whole), false),
            Ok(None) => (Ok(false), true),
            Err(error) => (Err(error), false),
        };
        let is_proven = match (&ended, self.sum.take()) {
            (Ok(true), Some(sum)) => sum.meets(),
            (_, Some(_)) => false,
            (_, None) => true,
        };
        if is_long || !is_proven {
            self.file.set_len(self.begin)?;
            self.at = self.begin;
        }
        // Also after a failed write: what came before it is good.
        self.file.sync_all()?;
        ended?;
        Ok(Outcome {
            offset: self.at,
            verdict: if is_long {
                Verdict::TooLong
            } else if is_proven {
                Verdict::Kept
            } else {
                Verdict::Mismatch
            },
        })
    }

    /// Whether the sender said that this was all; `None` when it was more than was announced.
    fn receive(&mut self, mut arriving: mpsc::Receiver<Option<Bytes>>) -> std::io::Result<Option<bool>> {
        while let Some(piece) = arriving.blocking_recv() {
            let Some(bytes) = piece else { return Ok(Some(true)) };
            self.hold.heard();
            let length = bytes.len() as u64;
            if length > self.end - self.at {
                return Ok(None);
            }
            self.file.write_all(&bytes)?;
            if let Some(sum) = &mut self.sum {
                sum.add(&bytes);
            }
            self.at += length;
            self.unsynced += length;
            if self.unsynced >= STEP {
                self.file.sync_data()?;
                self.unsynced = 0;
            }
        }
        Ok(Some(false))
    }
}

/// A checksum under way.
struct Sum {
    hash: Hash,
    wanted: Vec<u8>,
}

enum Hash {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Sum {
    fn new(wanted: Checksum) -> Self {
        Self {
            hash: match wanted.algorithm {
                Algorithm::Sha1 => Hash::Sha1(Sha1::new()),
                Algorithm::Sha256 => Hash::Sha256(Sha256::new()),
            },
            wanted: wanted.digest,
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        match &mut self.hash {
            Hash::Sha1(hash) => hash.update(bytes),
            Hash::Sha256(hash) => hash.update(bytes),
        }
    }

    fn meets(self) -> bool {
        match self.hash {
            Hash::Sha1(hash) => hash.finalize().as_slice() == self.wanted,
            Hash::Sha256(hash) => hash.finalize().as_slice() == self.wanted,
        }
    }
}
