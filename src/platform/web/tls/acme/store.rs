//! What automatic certificates keep in the data folder, readable by its owner alone.

use std::{
    fs::{DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use super::super::{TlsError, certificate, certificate::Pair, config::TlsConfig};
use crate::platform::crypto::{hex, token_hash};

/// The folder below the data folder.
pub const FOLDER: &str = "acme";

/// Two files: the account's key and the certificate with its key. Their names tell authorities and
/// contacts apart, so that a trial with another authority leaves these alone.
#[derive(Debug, Clone)]
pub(in super::super) struct Store {
    folder: PathBuf,
    account: PathBuf,
    certificate: PathBuf,
}

impl Store {
    pub(in super::super) fn new(data: &Path, config: &TlsConfig) -> Self {
        let folder = data.join(FOLDER);
        let tag = |text: &str| hex(&token_hash(text))[..12].to_owned();
        let directory = config.acme_directory.as_str();
        let account = tag(&format!("{directory}\n{}", config.acme_contact.join("\n")));
        Self {
            account: folder.join(format!("account-{account}.p8")),
            certificate: folder.join(format!("certificate-{}.pem", tag(directory))),
            folder,
        }
    }

    /// The account's key (PKCS #8), if there is one.
    pub(super) fn account(&self) -> Result<Option<Vec<u8>>, TlsError> {
        if !self.account.exists() {
            return Ok(None);
        }
        certificate::read(&self.account).map(Some)
    }

    /// The certificate, if there is one.
    pub(in super::super) fn certificate(&self) -> Result<Option<Pair>, TlsError> {
        if !self.certificate.exists() {
            return Ok(None);
        }
        let pem = certificate::read(&self.certificate)?;
        let shown = self.certificate.display().to_string();
        Pair::parse((&shown, &pem), (&shown, &pem)).map(Some)
    }

    pub(super) fn keep_account(&self, key: &[u8]) -> Result<(), TlsError> {
        self.write(&self.account, key)
    }

    /// Key and chain stand in one file: a cut-off write can never leave two that do not match.
    pub(super) fn keep_certificate(&self, pem: &[u8]) -> Result<(), TlsError> {
        self.write(&self.certificate, pem)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), TlsError> {
        let written = || -> io::Result<()> {
            DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
            std::fs::set_permissions(&self.folder, Permissions::from_mode(0o700))?;
            let part = path.with_extension("part");
            let _left_over = std::fs::remove_file(&part);
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&part, path)?;
            File::open(&self.folder)?.sync_all()
        };
        written().map_err(|error| TlsError(format!("{} cannot be written: {error}", path.display())))
    }
}
