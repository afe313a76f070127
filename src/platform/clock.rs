//! Time and chance, given rather than taken.
//!
//! Nothing outside this file may ask the system for the time or for random bits: whoever
//! needs them receives a [`Clock`] or a [`Chance`], so that tests stand still.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::kernel::time::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// This instant.
    fn now(&self) -> Timestamp;
}

/// Gives random bits.
pub trait Chance: Send + Sync + 'static {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);

    /// 64 random bits.
    fn next_u64(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

/// A shared clock.
pub type SharedClock = Arc<dyn Clock>;
/// A shared source of chance.
pub type SharedChance = Arc<dyn Chance>;

/// The system's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp::from_millis(since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// A clock that stands still until it is moved; also the system's clock moved by an offset.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that stands at this instant.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.millis()))
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.millis(), Ordering::SeqCst);
    }

    /// Moves the clock forward by milliseconds.
    pub fn advance_millis(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: std::time::Duration) {
        self.advance_millis(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// The operating system's randomness, or a seeded stream for tests and the demo.
pub struct Random(Mutex<StdRng>);

impl Random {
    /// Seeded by the operating system.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that seeds from the system")]
    pub fn system() -> Self {
        Self(Mutex::new(rand::make_rng()))
    }

    /// The same stream every time.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}

impl Chance for Random {
    fn fill(&self, buffer: &mut [u8]) {
        let mut rng = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        rng.fill_bytes(buffer);
    }
}
