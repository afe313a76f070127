//! How guessers are held back without locking anybody out.
//!
//! Tries are counted for (account, where from), so that a stranger's failures slow down only the
//! stranger. All strangers together are slowed down per account as well, for guesses may come from
//! many addresses; a device with a pass, or an address from which the person has a session, is no
//! stranger and is counted alone. Unknown accounts are counted in the same way as known ones.

use std::net::IpAddr;

use sha2::{Digest as _, Sha256};

use crate::kernel::time::Timestamp;

/// How many tries are free and what happens then.
#[derive(Debug, Clone, Copy)]
pub(in crate::auth) struct Limit {
    /// Tries without a wait.
    pub(in crate::auth) free: u32,
    /// The wait after the first try too many, in seconds; it doubles with each further one.
    pub(in crate::auth) first_wait: i64,
    /// The longest wait, in seconds.
    pub(in crate::auth) longest_wait: i64,
    /// Tries are forgotten this long after the last one, in seconds.
    pub(in crate::auth) memory: i64,
}

impl Limit {
    /// Passwords for one account from one place.
    pub(in crate::auth) const SIGN_IN: Self = Self::new(5, 15, 900, 24 * 3600);
    /// Passwords for one account from all strangers together.
    pub(in crate::auth) const STRANGERS: Self = Self::new(30, 30, 300, 24 * 3600);
    /// Passwords for any account from one address: a school may share one.
    pub(in crate::auth) const ADDRESS: Self = Self::new(100, 15, 900, 3600);
    /// The own password, typed again inside a session.
    pub(in crate::auth) const CONFIRM: Self = Self::new(5, 15, 900, 3600);
    /// Registrations and mails wanted from one address.
    pub(in crate::auth) const WANTED: Self = Self::new(30, 60, 3600, 3600);
    /// Mails to one address.
    pub(in crate::auth) const MAILS: Self = Self::new(4, 900, 3600, 3600);
    /// Judged passwords and looked-up invitations from one address.
    pub(in crate::auth) const ASKED: Self = Self::new(120, 10, 60, 60);

    const fn new(free: u32, first_wait: i64, longest_wait: i64, memory: i64) -> Self {
        Self {
            free,
            first_wait,
            longest_wait,
            memory,
        }
    }

    /// Until when nobody may try again after the try with this number.
    pub(in crate::auth) fn blocked_until(self, count: u32, now: Timestamp) -> Timestamp {
        if count <= self.free {
            return Timestamp::from_millis(0);
        }
        let doublings = (count - self.free - 1).min(20);
        let wait = self.first_wait.saturating_mul(1 << doublings).min(self.longest_wait);
        now.plus_secs(wait)
    }
}

/// Where a try comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::auth) enum Source {
    /// A device with this mark in its pass.
    Device(String),
    /// A network address from which the person has a session.
    Known(String),
    /// Anywhere else.
    Stranger(String),
}

impl Source {
    /// The address as it is counted: a whole /64 for IPv6, for one line has all of it.
    pub(in crate::auth) fn place(ip: Option<IpAddr>) -> String {
        match ip.map(|ip| ip.to_canonical()) {
            Some(IpAddr::V4(ip)) => ip.to_string(),
            Some(IpAddr::V6(ip)) => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            None => "nowhere".into(),
        }
    }

    fn word(&self) -> String {
        match self {
            Self::Device(mark) => format!("device {mark}"),
            Self::Known(place) | Self::Stranger(place) => format!("place {place}"),
        }
    }
}

/// Names one counter. Hashed, so that the table tells nothing about who tried to be whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) struct TryKey(pub(in crate::auth) [u8; 16]);

impl TryKey {
    fn of(purpose: &str, whom: &str, from: &str) -> Self {
        let digest = Sha256::digest(format!("{purpose}\n{whom}\n{from}").as_bytes());
        Self(std::array::from_fn(|n| digest[n]))
    }

    /// Passwords for this account from there.
    pub(in crate::auth) fn sign_in(account: &str, source: &Source) -> Self {
        Self::of("sign-in", account, &source.word())
    }

    /// Passwords for this account from all strangers.
    pub(in crate::auth) fn strangers(account: &str) -> Self {
        Self::of("strangers", account, "")
    }

    /// What is done from one address, for a purpose.
    pub(in crate::auth) fn address(purpose: &str, ip: Option<IpAddr>) -> Self {
        Self::of(purpose, "", &Source::place(ip))
    }

    /// What is done to one account or mail address, for a purpose.
    pub(in crate::auth) fn whom(purpose: &str, whom: &str) -> Self {
        Self::of(purpose, whom, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let now = Timestamp::from_millis(0);
        let wait = |count| Limit::SIGN_IN.blocked_until(count, now).millis() / 1000;
        assert_eq!([1, 5, 6, 7, 8, 12, 40, u32::MAX].map(wait), [0, 0, 15, 30, 60, 900, 900, 900]);
    }

    #[test]
    fn neighbours_in_one_ipv6_network_are_one_place() {
        let place = |text: &str| Source::place(text.parse().ok());
        assert_eq!(place("2001:db8:1:2::1"), place("2001:db8:1:2:ffff::9"));
        assert_ne!(place("2001:db8:1:2::1"), place("2001:db8:1:3::1"));
        assert_eq!(place("::ffff:192.0.2.1"), place("192.0.2.1"));
    }
}
