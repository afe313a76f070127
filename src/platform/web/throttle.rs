//! Throttles: how often an address and an account may ask.
//!
//! Each is a generic cell rate algorithm (as in ATM's GCRA) over a fixed table of cells, so that
//! no number of addresses makes it grow: every key is hashed, with a seed nobody knows, to two
//! cells, and is refused only when both refuse. Two honest keys that share both cells are one
//! in four thousand million.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    net::IpAddr,
    sync::{
        Mutex, PoisonError, TryLockError,
        atomic::{AtomicI64, Ordering},
    },
};

use serde::{Deserialize, Serialize};

use super::config::ThrottleConfig;
use crate::kernel::{
    error::{Error, Result},
    time::Timestamp,
};

/// Cells in each of the two rows: half a megabyte a row.
const CELLS: usize = 1 << 16;

/// The most keys that are remembered as held back: of more, the rest goes unseen, not unthrottled.
const MOST_HELD: usize = 256;
/// Seconds after its last refusal in which a key is still shown.
const SHOWN: i64 = 300;

/// Which limit holds somebody back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ThrottleKind)]
pub enum HeldBy {
    /// All requests of an address.
    Address,
    /// Tries to get in of an address.
    WaysIn,
    /// Requests of an account or an API token.
    Account,
}

/// Somebody who is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// By which limit.
    pub by: HeldBy,
    /// The limit's key of him.
    pub key: u64,
    /// The address or network, for the limits on addresses.
    pub ip: Option<IpAddr>,
    /// When his next request goes through.
    pub until: Timestamp,
    /// How often he was refused since he was first shown.
    pub refused: u64,
    last: Timestamp,
}

/// One limit on one kind of key.
struct Limit {
    rows: [Box<[AtomicI64]>; 2],
    seeds: [RandomState; 2],
    /// Microseconds between two requests at the allowed pace.
    pace: i64,
    /// How far ahead of that pace a key may be.
    slack: i64,
}

impl Limit {
    fn new(per_minute: u32, burst: u32) -> Self {
        let row = || (0..CELLS).map(|_| AtomicI64::new(0)).collect();
        let pace = 60_000_000 / i64::from(per_minute.max(1));
        Self {
            rows: [row(), row()],
            seeds: [RandomState::new(), RandomState::new()],
            pace,
            slack: pace * i64::from(burst.max(1)),
        }
    }

    fn cells(&self, key: u64) -> [&AtomicI64; 2] {
        std::array::from_fn(|row| {
            let mut hasher = self.seeds[row].build_hasher();
            hasher.write_u64(key);
            // Cut to the table by the mask.
            &self.rows[row][(hasher.finish() as usize) & (CELLS - 1)]
        })
    }

    /// Gives a key everything back that it may do at once.
    fn free(&self, key: u64) {
        for cell in self.cells(key) {
            cell.store(0, Ordering::Relaxed);
        }
    }

    /// Takes one request of this key, or says how many seconds to wait.
    fn take(&self, key: u64, now: Timestamp) -> Result<()> {
        let now = now.millis().saturating_mul(1000);
        let cells = self.cells(key);
        // The less burdened cell is the nearer to the truth: the other is shared with somebody.
        let least = if cells[0].load(Ordering::Relaxed) <= cells[1].load(Ordering::Relaxed) {
            0
        } else {
            1
        };
        let taken = cells[least].fetch_update(Ordering::Relaxed, Ordering::Relaxed, |due| {
            let next = due.max(now) + self.pace;
            (next - now <= self.slack).then_some(next)
        });
        match taken {
            Ok(due) => {
                cells[1 - least].fetch_max(due.max(now) + self.pace, Ordering::Relaxed);
                Ok(())
            }
            Err(due) => Err(Error::Throttled {
                retry_after: u32::try_from((due + self.pace - self.slack - now) / 1_000_000 + 1).unwrap_or(60),
            }),
        }
    }
}

/// Every limit of the instance. In the [`Services`](crate::platform::services::Services).
pub struct Throttle {
    config: ThrottleConfig,
    address: Limit,
    auth: Limit,
    account: Limit,
    held: Mutex<HashMap<(HeldBy, u64), Held>>,
}

impl Throttle {
    /// As the configuration says.
    #[must_use]
    pub fn new(config: &ThrottleConfig) -> Self {
        Self {
            address: Limit::new(config.address_per_minute, config.address_burst),
            auth: Limit::new(config.auth_per_minute, config.auth_burst),
            account: Limit::new(config.account_per_minute, config.account_burst),
            config: config.clone(),
            held: Mutex::default(),
        }
    }

    /// Whether anybody is throttled at all.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.config.is_on
    }

    /// Who is held back, or was a few minutes ago; the latest first.
    #[must_use]
    pub fn held(&self, now: Timestamp) -> Vec<Held> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, held| held.is_shown(now));
        let mut all: Vec<Held> = held.values().cloned().collect();
        all.sort_by_key(|held| std::cmp::Reverse((held.last, held.key)));
        all
    }

    /// Lets somebody go on at once; false when he is not held back.
    #[must_use]
    pub fn release(&self, by: HeldBy, key: u64) -> Option<Held> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&(by, key))?;
        self.limit(by).free(key);
        Some(held)
    }

    fn limit(&self, by: HeldBy) -> &Limit {
        match by {
            HeldBy::Address => &self.address,
            HeldBy::WaysIn => &self.auth,
            HeldBy::Account => &self.account,
        }
    }

    fn take(&self, by: HeldBy, key: u64, ip: Option<IpAddr>, now: Timestamp) -> Result<()> {
        let taken = self.limit(by).take(key, now);
        if let Err(Error::Throttled { retry_after }) = &taken {
            self.note(by, key, ip, now, now.plus_secs(i64::from(*retry_after)));
        }
        taken
    }

    /// Remembers a refusal, unless that would make the refused wait for each other.
    fn note(&self, by: HeldBy, key: u64, ip: Option<IpAddr>, now: Timestamp, until: Timestamp) {
        let mut held = match self.held.try_lock() {
            Ok(held) => held,
            Err(TryLockError::Poisoned(broken)) => broken.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if held.len() >= MOST_HELD && !held.contains_key(&(by, key)) {
            held.retain(|_, held| held.is_shown(now));
            if held.len() >= MOST_HELD {
                return;
            }
        }
        let entry = held.entry((by, key)).or_insert(Held {
            by,
            key,
            ip,
            until,
            refused: 0,
            last: now,
        });
        (entry.until, entry.last, entry.ip) = (until, now, ip);
        entry.refused += 1;
    }

    /// Takes a request from an address; `is_auth` for tries to get in.
    ///
    /// # Errors
    /// [`Error::Throttled`].
    pub(super) fn take_address(&self, ip: Option<IpAddr>, is_auth: bool, now: Timestamp) -> Result<()> {
        let Some(ip) = ip.filter(|_| self.config.is_on) else {
            return Ok(());
        };
        if self.config.exempt.iter().any(|network| network.contains(ip)) {
            return Ok(());
        }
        let key = address_key(ip);
        self.take(HeldBy::Address, key, Some(ip), now)?;
        if is_auth {
            self.take(HeldBy::WaysIn, key, Some(ip), now)
        } else {
            Ok(())
        }
    }

    /// Takes a request of an account, or of a token, which is counted by itself.
    ///
    /// # Errors
    /// [`Error::Throttled`].
    pub(super) fn take_account(&self, account: i64, ip: Option<IpAddr>, now: Timestamp) -> Result<()> {
        let is_exempt = ip.is_some_and(|ip| self.config.exempt.iter().any(|network| network.contains(ip)));
        if !self.config.is_on || is_exempt {
            return Ok(());
        }
        self.take(HeldBy::Account, account.cast_unsigned(), None, now)
    }
}

impl Held {
    fn is_shown(&self, now: Timestamp) -> bool {
        self.until > now || self.last.plus_secs(SHOWN) > now
    }

    /// The account or API token, for the limit on accounts.
    #[must_use]
    pub fn account(&self) -> Option<i64> {
        (self.by == HeldBy::Account).then(|| self.key.cast_signed())
    }
}

/// An IPv4 address, or the network of an IPv6 address: one household has 2^64 of those.
fn address_key(ip: IpAddr) -> u64 {
    match ip.to_canonical() {
        IpAddr::V4(ip) => u64::from(u32::from(ip)),
        // Cut to the network half by the shift.
        IpAddr::V6(ip) => (u128::from(ip) >> 64) as u64 | (1 << 63),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + ms)
    }

    #[test]
    fn a_burst_then_the_pace() {
        let limit = Limit::new(60, 5);
        let taken = (0..20).filter(|_| limit.take(1, at(0)).is_ok()).count();
        assert_eq!(taken, 5);
        assert!(limit.take(2, at(0)).is_ok(), "another key is free");
        assert!(limit.take(1, at(500)).is_err());
        assert!(limit.take(1, at(1000)).is_ok() && limit.take(1, at(1000)).is_err());
        let taken = (0..20).filter(|_| limit.take(1, at(3_600_000)).is_ok()).count();
        assert_eq!(taken, 5, "a quiet hour gives the burst back, no more");
    }

    #[test]
    fn the_wait_that_is_told_is_enough() {
        let limit = Limit::new(6, 2);
        while limit.take(7, at(0)).is_ok() {}
        let Err(Error::Throttled { retry_after }) = limit.take(7, at(0)) else {
            panic!("not throttled")
        };
        assert!(limit.take(7, at(i64::from(retry_after) * 1000)).is_ok());
        assert!((1..=11).contains(&retry_after), "{retry_after}");
    }

    #[test]
    fn a_million_addresses_take_no_more_memory_and_few_innocents() {
        let limit = Limit::new(60, 10);
        for key in 0..10_000 {
            while limit.take(key, at(0)).is_ok() {}
        }
        assert_eq!(limit.rows.iter().map(|row| row.len()).sum::<usize>(), 2 * CELLS);
        let hurt = (1_000_000..1_010_000_u64).filter(|key| limit.take(*key, at(0)).is_err()).count();
        assert!(hurt < 400, "{hurt} of 10,000 others were refused while 10,000 attack");
    }

    #[test]
    fn who_is_held_back_is_seen_and_can_be_let_go() {
        let throttle = Throttle::new(&ThrottleConfig {
            account_per_minute: 60,
            account_burst: 2,
            ..ThrottleConfig::default()
        });
        let take = |account, ms| throttle.take_account(account, None, at(ms));
        assert!(take(7, 0).is_ok() && take(7, 0).is_ok() && throttle.held(at(0)).is_empty());
        assert!(take(7, 0).is_err() && take(7, 0).is_err() && take(8, 0).is_ok());
        let held = throttle.held(at(0));
        assert_eq!((held.len(), held[0].account(), held[0].refused), (1, Some(7), 2));
        assert!(held[0].until > at(0) && held[0].until <= at(2000));
        assert!(throttle.release(HeldBy::Account, 8).is_none(), "nobody who is not held back");
        assert!(throttle.release(HeldBy::Account, 7).is_some() && take(7, 0).is_ok());
        assert!(throttle.held(at(0)).is_empty());
        while take(7, 10).is_ok() {}
        assert_eq!(throttle.held(at(299_000)).len(), 1);
        assert!(throttle.held(at(400_000)).is_empty(), "forgotten after a while");
        for account in 100..1000 {
            while take(account, 500_000).is_ok() {}
        }
        assert_eq!(throttle.held(at(500_000)).len(), MOST_HELD, "no number of them makes it grow");
    }

    #[test]
    fn ipv6_counts_by_network() {
        let key = |text: &str| address_key(text.parse().expect("an address"));
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:10.0.0.1"), key("10.0.0.1"));
    }
}
