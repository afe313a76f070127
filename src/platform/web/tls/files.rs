//! Certificates in files of the operator's: read at the start, and again when they change.

use std::{
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{
    TlsError,
    certificate::{Pair, read},
    shelf::Shelf,
};
use crate::{kernel::time::Timestamp, platform::clock::SharedClock};

/// What shows that a file is another one than before: device, inode, size, and when it changed.
type Stamp = (u64, u64, u64, i64, i64);

pub(super) struct Files {
    certificate: PathBuf,
    key: PathBuf,
    /// How both looked when they were last read.
    seen: Mutex<[Option<Stamp>; 2]>,
}

impl Files {
    pub(super) fn new(certificate: &Path, key: &Path) -> Self {
        Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            seen: Mutex::default(),
        }
    }

    /// Reads the pair.
    pub(super) fn load(&self) -> Result<Pair, TlsError> {
        // Stamps first: what changes while we read is seen at the next look.
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = self.stamps();
        let (chain, key) = (read(&self.certificate)?, read(&self.key)?);
        let shown = (self.certificate.display().to_string(), self.key.display().to_string());
        Pair::parse((&shown.0, &chain), (&shown.1, &key))
    }

    /// Whether a file is another one than when it was last read.
    pub(super) fn have_changed(&self) -> bool {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) != self.stamps()
    }

    /// Reads the pair again. A pair that is broken, or has ended while the one that is served has
    /// not, changes nothing.
    pub(super) fn renew(&self, shelf: &Shelf, clock: &SharedClock) -> Result<(), TlsError> {
        let pair = self.load()?;
        let now = clock.now();
        let served = shelf.served();
        if served.as_ref().is_some_and(|served| served.about.holds(now)) && !pair.about.holds(now) {
            return Err(TlsError(format!(
                "the certificate in {} holds from {} until {}, which is not now",
                self.certificate.display(),
                pair.about.not_before,
                pair.about.not_after
            )));
        }
        if served.is_none_or(|served| served.key.cert != pair.key.cert) {
            tracing::info!(names = %pair.about.names.join(", "), until = %pair.about.not_after, "a new certificate is served");
        }
        shelf.serve(pair);
        Ok(())
    }

    fn stamps(&self) -> [Option<Stamp>; 2] {
        [stamp(&self.certificate), stamp(&self.key)]
    }
}

/// `None` for a file that is not there.
fn stamp(path: &Path) -> Option<Stamp> {
    let about = std::fs::metadata(path).ok()?;
    Some((about.dev(), about.ino(), about.size(), about.ctime(), about.ctime_nsec()))
}

/// What is unwise about a key file, if anything: a sentence with the mend.
pub(super) fn smell_of_key(path: &Path) -> Option<String> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    // A group that may read is how Debian shares keys (ssl-cert); more than that is an accident.
    (mode & 0o027 != 0).then(|| {
        format!(
            "the private key {} can be read or changed by others (mode {mode:03o}): chmod 640 it, or 600",
            path.display()
        )
    })
}

/// What is unwise about a certificate that is served at this host, each a sentence with the mend.
pub(super) fn smells_of(pair: &Pair, host: &str, now: Timestamp) -> Vec<String> {
    let about = &pair.about;
    let mut smells = Vec::new();
    if about.not_after <= now {
        smells.push(format!("the certificate ended at {}: renew it", about.not_after));
    } else if about.not_before > now {
        smells.push(format!(
            "the certificate holds only from {} on: check the clock, or use the former one",
            about.not_before
        ));
    }
    if !about.covers(host) {
        smells.push(format!(
            "the certificate is for {}, not for {host}, the host of server.public_url: get one that names it",
            about.names.join(", ")
        ));
    }
    smells
}
