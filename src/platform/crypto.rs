//! Passwords, tokens, sealing and signing.
//!
//! Argon2id (RFC 9106) with m = 19 MiB, t = 2, p = 1 runs on two threads of its own behind a
//! bounded queue; when that is full the caller is told to come back. Tokens are 256 random bits
//! of which only the SHA-256 is stored. Secrets at rest are sealed with XChaCha20-Poly1305 and
//! links signed with HMAC-SHA-256, both keyed from the data folder's key.

use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce, aead::Aead};
use crossbeam_channel::{Sender, TrySendError};
use hmac::{Hmac, Mac as _};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::oneshot;

use super::clock::Chance;
use crate::kernel::error::{Error, Result};

/// Work of one password hash. Tests use the weakest so that they spend their time elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashCost {
    /// 19 MiB, two passes: about 16 ms of CPU.
    Standard,
    /// The least Argon2 allows; for tests only.
    Weakest,
}

/// The file in the data folder that holds the instance's key unless the configuration does.
pub const KEY_FILE: &str = "key";

type Work = Box<dyn FnOnce(&Argon2<'static>) + Send>;

/// Hashes and verifies passwords on threads of its own.
#[derive(Clone)]
pub struct Passwords {
    queue: Sender<Work>,
    dummy: String,
    params: Params,
}

/// Hashes that may wait before callers are told to come back.
const QUEUE: usize = 64;

impl Passwords {
    /// Starts two threads.
    ///
    /// # Errors
    /// When threads cannot be started.
    pub fn start(cost: HashCost) -> Result<Self> {
        let (memory, passes) = match cost {
            HashCost::Standard => (19 * 1024, 2),
            HashCost::Weakest => (8, 1),
        };
        let params = Params::new(memory, passes, 1, None).map_err(|e| Error::internal(e.to_string()))?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
        let (queue, work) = crossbeam_channel::bounded::<Work>(QUEUE);
        for n in 0..2 {
            let (work, argon) = (work.clone(), argon.clone());
            std::thread::Builder::new()
                .name(format!("argon2-{n}"))
                .spawn(move || {
                    step_back();
                    work.iter().for_each(|job| job(&argon));
                })
                .map_err(Error::internal)?;
        }
        Ok(Self {
            queue,
            dummy: nobodys(memory, passes),
            params,
        })
    }

    async fn run<T: Send + 'static>(&self, f: impl FnOnce(&Argon2<'static>) -> T + Send + 'static) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let job: Work = Box::new(move |argon| {
            if !reply.is_closed() {
                let _gone = reply.send(f(argon));
            }
        });
        self.queue.try_send(job).map_err(|e| match e {
            TrySendError::Full(_) => Error::Unavailable {
                code: "auth.busy",
                retry_after: 2,
            },
            TrySendError::Disconnected(_) => Error::internal("the password threads ended"),
        })?;
        answer.await.map_err(|_| Error::internal("a password hash panicked"))
    }

    /// Thinks about a password, such as how easily it is guessed, on the same threads: what takes
    /// milliseconds for a text of the asker's choice does not belong between other people's requests.
    ///
    /// # Errors
    /// `Unavailable` when too much waits.
    pub async fn weigh<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        self.run(move |_| f()).await
    }

    /// The PHC string of a password, with a fresh salt.
    ///
    /// # Errors
    /// `Unavailable` when too many hashes wait.
    pub async fn hash(&self, password: String) -> Result<String> {
        let hash = self
            .run(move |argon| argon.hash_password(password.as_bytes()).map(|h| h.to_string()))
            .await?;
        hash.map_err(|e| Error::internal(e.to_string()))
    }

    /// Whether a stored hash is weaker than one made now: of another kind, or of less work.
    #[must_use]
    pub fn is_outdated(&self, stored: &str) -> bool {
        let Ok(hash) = PasswordHash::new(stored) else { return false };
        let is_less = |name: &str, now: u32| hash.params.get_decimal(name).is_none_or(|was| was < now);
        hash.algorithm != ARGON2ID_IDENT
            || hash.version != Some(Version::V0x13.into())
            || is_less("m", self.params.m_cost())
            || is_less("t", self.params.t_cost())
    }

    /// Whether the password fits. Without a stored hash the same work is done and the answer is no.
    ///
    /// # Errors
    /// `Unavailable` when too many hashes wait.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.dummy.clone());
        let fits = self
            .run(move |argon| PasswordHash::new(&stored).is_ok_and(|hash| argon.verify_password(password.as_bytes(), &hash).is_ok()))
            .await?;
        Ok(fits && known)
    }
}

/// Lets whoever answers requests go first: on Linux a thread has a priority of its own.
fn step_back() {
    if let Err(error) = rustix::process::setpriority_process(None, 5) {
        tracing::debug!(%error, "password hashes run at the priority of requests");
    }
}

/// Verified for unknown accounts, so that they take as long as known ones. Nothing hashes to it,
/// and nothing has to be hashed at start to have it.
fn nobodys(memory: u32, passes: u32) -> String {
    let (salt, hash) = (STANDARD_NO_PAD.encode(b"no such account."), STANDARD_NO_PAD.encode([0; 32]));
    format!("$argon2id$v=19$m={memory},t={passes},p=1${salt}${hash}")
}

/// An opaque token as the client holds it: 43 URL-safe characters.
#[must_use]
pub fn token_text(bytes: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is stored of a token.
#[must_use]
pub fn token_hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Lower-case hexadecimal of bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The 32 bytes that 64 hexadecimal digits write.
#[must_use]
pub fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| (pair[0] << 4) | pair[1]).collect();
    if digits.len() == 64 { bytes.try_into().ok() } else { None }
}

/// The instance's key, from which sealing and signing keys are derived.
#[derive(Clone)]
pub struct Keys {
    seal: [u8; 32],
    sign: [u8; 32],
}

impl Keys {
    /// Derives the keys of each purpose from the instance's key.
    #[must_use]
    pub fn derive(master: &[u8; 32]) -> Self {
        Self {
            seal: mac(master, b"momentum seal 1"),
            sign: mac(master, b"momentum sign 1"),
        }
    }

    /// Seals a secret for storage; `purpose` must be given again to open it.
    ///
    /// # Errors
    /// Only when the cipher refuses, which it does for absurd sizes.
    pub fn seal(&self, chance: &dyn Chance, purpose: &str, secret: &[u8]) -> Result<String> {
        let mut nonce = [0_u8; 24];
        chance.fill(&mut nonce);
        let payload = chacha20poly1305::aead::Payload {
            msg: secret,
            aad: purpose.as_bytes(),
        };
        let sealed = XChaCha20Poly1305::new((&self.seal).into())
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::internal("sealing failed"))?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what [`Keys::seal`] sealed for the same purpose.
    ///
    /// # Errors
    /// When it was sealed with another key, for another purpose, or was changed.
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<Vec<u8>> {
        let bad = || Error::internal("a sealed setting cannot be opened with this instance's key");
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| bad())?;
        let (nonce, text) = bytes.split_at_checked(24).ok_or_else(bad)?;
        let nonce: [u8; 24] = nonce.try_into().map_err(|_| bad())?;
        let payload = chacha20poly1305::aead::Payload {
            msg: text,
            aad: purpose.as_bytes(),
        };
        XChaCha20Poly1305::new((&self.seal).into())
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| bad())
    }

    /// A signature over a message, 43 URL-safe characters.
    #[must_use]
    pub fn sign(&self, message: &str) -> String {
        URL_SAFE_NO_PAD.encode(mac(&self.sign, message.as_bytes()))
    }

    /// Whether the signature is ours, compared in constant time.
    #[must_use]
    pub fn is_signed(&self, message: &str, signature: &str) -> bool {
        self.sign(message).as_bytes().ct_eq(signature.as_bytes()).into()
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // HMAC pads keys to the block size itself (RFC 2104): any length is a key.
    let padded: [u8; 64] = std::array::from_fn(|n| key.get(n).copied().unwrap_or(0));
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new(&padded.into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::clock::Random;

    #[tokio::test]
    async fn passwords_fit_only_themselves() -> Result<()> {
        let passwords = Passwords::start(HashCost::Weakest)?;
        let hash = passwords.hash("correct horse".into()).await?;
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await?);
        assert!(!passwords.verify("wrong horse".into(), Some(hash)).await?);
        assert!(!passwords.verify("no such account".into(), None).await?);
        Ok(())
    }

    #[test]
    fn nobodys_hash_is_worked_through_like_anybodys() {
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).expect("params"));
        let anybodys = argon.hash_password(b"correct horse").expect("a hash").to_string();
        let wrong = [anybodys, nobodys(8, 1)].map(|stored| {
            let hash = PasswordHash::new(&stored).expect("a hash");
            format!("{:?}", argon.verify_password(b"wrong horse", &hash))
        });
        assert!(wrong[0].starts_with("Err") && wrong[0] == wrong[1], "{wrong:?}");
    }

    #[test]
    fn hashes_of_less_work_or_another_kind_are_outdated() -> Result<()> {
        let tail = "c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let passwords = Passwords::start(HashCost::Standard)?;
        for (head, is_outdated) in [
            ("$argon2id$v=19$m=19456,t=2,p=1$", false),
            ("$argon2id$v=19$m=65536,t=3,p=4$", false),
            ("$argon2id$v=19$m=12288,t=3,p=1$", true),
            ("$argon2id$v=19$m=19456,t=1,p=1$", true),
            ("$argon2id$v=16$m=19456,t=2,p=1$", true),
            ("$argon2i$v=19$m=19456,t=2,p=1$", true),
        ] {
            assert_eq!(passwords.is_outdated(&format!("{head}{tail}")), is_outdated, "{head}");
        }
        assert!(!passwords.is_outdated("not a hash"));
        Ok(())
    }

    #[test]
    fn sealed_secrets_open_only_for_their_purpose() -> Result<()> {
        let keys = Keys::derive(&[7; 32]);
        let chance = Random::seeded(1);
        let sealed = keys.seal(&chance, "smtp", b"hush")?;
        assert_eq!(keys.open("smtp", &sealed)?, b"hush");
        assert!(keys.open("other", &sealed).is_err());
        assert!(Keys::derive(&[8; 32]).open("smtp", &sealed).is_err());
        assert!(keys.is_signed("a", &keys.sign("a")) && !keys.is_signed("b", &keys.sign("a")));
        Ok(())
    }
}
