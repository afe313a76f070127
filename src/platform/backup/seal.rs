//! Encryption by age (age-encryption.org/v1): to recipients, or with a passphrase.

use std::{
    io::{self, Read, Write},
    path::Path,
};

use age::{secrecy::SecretString, x25519};

use super::{BackupError, Result, stream::Hashed};
use crate::platform::config::Secret;

/// Work of a passphrase: 2^17 is the least that OWASP's cheat sheet on password storage asks of
/// scrypt; it takes 128 MiB for a moment.
const WORK: u8 = 17;
/// The most work that is done for somebody else's file: 1 GiB.
const MOST_WORK: u8 = 20;

/// How a backup is locked.
#[derive(Debug, Clone, Default)]
pub enum Lock {
    /// Not at all.
    #[default]
    Open,
    /// To these age recipients.
    Recipients(Vec<String>),
    /// With a passphrase.
    Passphrase(Secret),
}

/// What opens a backup.
#[derive(Debug, Clone, Default)]
pub struct Unlock {
    /// Lines of identity files: AGE-SECRET-KEY-1….
    pub identities: Vec<Secret>,
    /// A passphrase.
    pub passphrase: Option<Secret>,
}

impl Unlock {
    /// Adds the identities of a file as `age-keygen` writes it.
    ///
    /// # Errors
    /// When it cannot be read or holds none.
    pub fn add_file(&mut self, path: &Path) -> Result<()> {
        let text = std::fs::read_to_string(path).map_err(|e| BackupError::io(path, e))?;
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let before = self.identities.len();
        for line in lines {
            line.parse::<x25519::Identity>().map_err(|_| {
                BackupError::Refused(format!(
                    "{}: expected lines that begin with AGE-SECRET-KEY-1, as age-keygen writes them",
                    path.display()
                ))
            })?;
            self.identities.push(Secret::new(line.to_owned()));
        }
        if self.identities.len() == before {
            return Err(BackupError::Refused(format!("{}: there is no identity in it", path.display())));
        }
        Ok(())
    }

    fn keys(&self) -> Vec<Box<dyn age::Identity>> {
        let parsed = self
            .identities
            .iter()
            .filter_map(|line| line.reveal().parse::<x25519::Identity>().ok())
            .map(|key| Box::new(key) as Box<dyn age::Identity>);
        let mut keys: Vec<_> = parsed.collect();
        if let Some(passphrase) = &self.passphrase {
            let mut key = age::scrypt::Identity::new(SecretString::from(passphrase.reveal().to_owned()));
            key.set_max_work_factor(MOST_WORK);
            keys.push(Box::new(key));
        }
        keys
    }
}

/// Recipients as a person writes them.
///
/// # Errors
/// A sentence that names the wrong one.
pub fn parse_recipients(texts: &[String]) -> Result<Vec<x25519::Recipient>, String> {
    let parse = |text: &String| {
        let parsed = text.trim().parse();
        parsed.map_err(|_| format!("{text:?} is no age recipient; expected one such as age1ql3z7hjy54pw3hyww…, as age-keygen prints it"))
    };
    texts.iter().map(parse).collect()
}

/// Where a backup's bytes go: through age or plainly.
pub(super) enum Door<W: Write> {
    Plain(W),
    Sealed(Box<age::stream::StreamWriter<W>>),
}

impl<W: Write> Door<W> {
    pub(super) fn new(lock: &Lock, out: W) -> Result<Self> {
        let refused = |e: age::EncryptError| BackupError::Refused(format!("it cannot be encrypted: {e}"));
        let failed = |e| BackupError::Io("encrypting".into(), e);
        let sealer = match lock {
            Lock::Open => return Ok(Self::Plain(out)),
            Lock::Recipients(texts) => {
                let recipients = parse_recipients(texts).map_err(BackupError::Refused)?;
                let each = recipients.iter().map(|r| r as &dyn age::Recipient);
                age::Encryptor::with_recipients(each).map_err(refused)?
            }
            Lock::Passphrase(text) => {
                let mut recipient = age::scrypt::Recipient::new(SecretString::from(text.reveal().to_owned()));
                recipient.set_work_factor(WORK);
                age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).map_err(refused)?
            }
        };
        Ok(Self::Sealed(Box::new(sealer.wrap_output(out).map_err(failed)?)))
    }

    /// Writes what is left and gives back what is below.
    pub(super) fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(out) => Ok(out),
            Self::Sealed(sealed) => sealed.finish(),
        }
    }
}

impl<W: Write> Write for Door<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Sealed(sealed) => sealed.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            // Age cuts chunks of its own; only the end flushes.
            Self::Sealed(_) => Ok(()),
        }
    }
}

/// Copies a plain stream into an encrypted one.
pub(super) fn seal_into(lock: &Lock, from: &mut impl Read, to: &mut impl Write) -> Result<()> {
    let mut door = Door::new(lock, to)?;
    let copied = io::copy(from, &mut door).and_then(|_| door.finish().map(drop));
    copied.map_err(|e| BackupError::Io("encrypting a file".into(), e))
}

/// The plain bytes of an age file.
pub(super) fn unseal<R: Read>(from: R, unlock: &Unlock) -> Result<impl Read + use<R>> {
    let damaged = |e: age::DecryptError| match e {
        age::DecryptError::Io(source) => BackupError::of_source(source),
        _ => BackupError::Damaged("its age header is damaged".into()),
    };
    let decryptor = age::Decryptor::new(from).map_err(damaged)?;
    if decryptor.is_scrypt() && unlock.passphrase.is_none() {
        return Err(BackupError::Closed(
            "it is encrypted with a passphrase; give it with --passphrase-file".into(),
        ));
    }
    if !decryptor.is_scrypt() && unlock.identities.is_empty() {
        return Err(BackupError::Closed(
            "it is encrypted to recipients; give one's identity with --identity".into(),
        ));
    }
    let keys = unlock.keys();
    decryptor.decrypt(keys.iter().map(|key| &**key)).map_err(|error| match error {
        age::DecryptError::Io(source) => BackupError::of_source(source),
        age::DecryptError::NoMatchingKeys => BackupError::Closed("none of the given identities opens it".into()),
        age::DecryptError::KeyDecryptionFailed | age::DecryptError::DecryptionFailed => {
            BackupError::Closed("the passphrase does not open it, or its header is damaged".into())
        }
        age::DecryptError::ExcessiveWork { .. } => {
            BackupError::Closed("its passphrase asks for more work than this program is ready to do; it is not one of ours".into())
        }
        _ => BackupError::Damaged("its age header is damaged".into()),
    })
}

/// Whether a file is encrypted, and whether with a passphrase.
///
/// # Errors
/// When it cannot be read.
pub fn locked_by(path: &Path) -> Result<Option<bool>> {
    let file = std::fs::File::open(path).map_err(|e| BackupError::io(path, e))?;
    let mut head = Vec::new();
    let mut file = io::BufReader::new(file);
    let read = file.by_ref().take(super::format::AGE.len() as u64).read_to_end(&mut head);
    read.map_err(|e| BackupError::io(path, e))?;
    if head != super::format::AGE {
        return Ok(None);
    }
    let whole = io::Cursor::new(head).chain(file);
    Ok(Some(age::Decryptor::new(whole).is_ok_and(|d| d.is_scrypt())))
}

/// A writer that counts and hashes, behind a buffer, on a file.
pub(super) type Out = Hashed<io::BufWriter<std::fs::File>>;
