//! Throttles: how often an address and an account may ask.
//!
//! Each is a generic cell rate algorithm (as in ATM's GCRA) over a fixed table of cells, so that
//! no number of addresses makes it grow: every key is hashed, with a seed nobody knows, to two
//! cells, and is refused only when both refuse. Two honest keys that share both cells are one
//! in four thousand million.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    net::IpAddr,
    sync::atomic::{AtomicI64, Ordering},
};

use super::config::ThrottleConfig;
use crate::kernel::{
    error::{Error, Result},
    time::Timestamp,
};

/// Cells in each of the two rows: half a megabyte a row.
const CELLS: usize = 1 << 16;

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

    /// Takes one request of this key, or says how many seconds to wait.
    fn take(&self, key: u64, now: Timestamp) -> Result<()> {
        let now = now.millis().saturating_mul(1000);
        let cells: [&AtomicI64; 2] = std::array::from_fn(|row| {
            let mut hasher = self.seeds[row].build_hasher();
            hasher.write_u64(key);
            // Cut to the table by the mask.
            &self.rows[row][(hasher.finish() as usize) & (CELLS - 1)]
        });
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

/// Every limit of the instance.
pub(super) struct Throttle {
    config: ThrottleConfig,
    address: Limit,
    auth: Limit,
    account: Limit,
}

impl Throttle {
    pub(super) fn new(config: &ThrottleConfig) -> Self {
        Self {
            address: Limit::new(config.address_per_minute, config.address_burst),
            auth: Limit::new(config.auth_per_minute, config.auth_burst),
            account: Limit::new(config.account_per_minute, config.account_burst),
            config: config.clone(),
        }
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
        self.address.take(key, now)?;
        if is_auth { self.auth.take(key, now) } else { Ok(()) }
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
        self.account.take(account.cast_unsigned(), now)
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
    fn ipv6_counts_by_network() {
        let key = |text: &str| address_key(text.parse().expect("an address"));
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:10.0.0.1"), key("10.0.0.1"));
    }
}
