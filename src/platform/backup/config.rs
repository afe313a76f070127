//! When backups are made by themselves, where they go, how long they stay.

use std::{fmt, path::PathBuf, str::FromStr};

use super::seal;
use crate::{
    kernel::time::{Timestamp, Zone},
    platform::config::Secret,
};

/// A time of day, such as 03:30.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay {
    /// 0–23.
    pub hour: u8,
    /// 0–59.
    pub minute: u8,
}

impl FromStr for TimeOfDay {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (hour, minute) = text.split_once(':').ok_or(())?;
        let number = |text: &str, below: u8| {
            let is_plain = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            text.parse().ok().filter(|n| is_plain && *n < below).ok_or(())
        };
        Ok(Self {
            hour: number(hour, 24)?,
            minute: number(minute, 60)?,
        })
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

/// What a backup does with stored files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaChoice {
    /// They are in the backup's file.
    Inside,
    /// They lie in a folder that all backups share; each is copied there once.
    Beside,
    /// They are left out.
    None,
}

impl FromStr for MediaChoice {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "inside" => Ok(Self::Inside),
            "beside" => Ok(Self::Beside),
            "none" => Ok(Self::None),
            _ => Err(()),
        }
    }
}

impl fmt::Display for MediaChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inside => "inside",
            Self::Beside => "beside",
            Self::None => "none",
        })
    }
}

crate::text_value! {
    TimeOfDay: "a time of day such as 03:30",
    MediaChoice: "inside, beside or none",
}

crate::config_section! {
    /// Backups that the server makes by itself. See docs/backup.md.
    BackupConfig in "backup" {
        /// The folder that scheduled backups go to, best on another disk or machine; the server's user
        /// must be able to write there, and no other instance should. Unset, none are scheduled.
        folder: Option<PathBuf> = None;
        /// When the day's backup is made.
        at: TimeOfDay = TimeOfDay { hour: 3, minute: 0 };
        /// The time zone of `at`, and of the days and weeks below.
        zone: String = "UTC".into();
        /// Hours from one backup to the next, counted from `at`: 1, 2, 3, 4, 6, 8, 12 or 24.
        every_hours: u32 = 24;
        /// How many of the newest backups stay, whatever their age.
        keep_last: u32 = 7;
        /// Of how many days the newest backup stays, besides those.
        keep_daily: u32 = 14;
        /// Of how many weeks (from Monday) the newest backup stays, besides those.
        keep_weekly: u32 = 8;
        /// What is done with uploaded files: "inside" the backup's file, "beside" it in the folder
        /// `media`, where each file is copied only once, or "none".
        media: MediaChoice = MediaChoice::Inside;
        /// Whether the instance's key and this file are in the backup. Without the key, sealed
        /// settings such as the mail password cannot be opened after a restore.
        with_key: bool = true;
        /// Age recipients (age1…) that backups are encrypted to: only their identities open them.
        recipients: Vec<String> = Vec::new();
        /// A passphrase that backups are encrypted with, instead of recipients.
        passphrase: Option<Secret> = None;
    }
    check(this, refuse) {
        if Zone::parse(&this.zone).is_err() {
            refuse("zone", "expected a time zone such as Europe/Lisbon".into());
        }
        if this.every_hours == 0 || 24 % this.every_hours != 0 {
            refuse("every_hours", "expected 1, 2, 3, 4, 6, 8, 12 or 24".into());
        }
        if this.keep_last == 0 {
            refuse("keep_last", "expected at least 1".into());
        }
        if let Err(wrong) = seal::parse_recipients(&this.recipients) {
            refuse("recipients", wrong);
        }
        if let Some(passphrase) = &this.passphrase {
            if passphrase.reveal().is_empty() {
                refuse("passphrase", "it is empty".into());
            }
            if !this.recipients.is_empty() {
                refuse("passphrase", "keep either recipients or a passphrase".into());
            }
            if this.media == MediaChoice::Beside {
                refuse("passphrase", "files beside a backup can be encrypted to recipients only".into());
            }
        }
    }
}

impl BackupConfig {
    /// The zone of the schedule; UTC should the name not be known, which `check` refuses.
    #[must_use]
    pub fn time_zone(&self) -> Zone {
        Zone::parse(&self.zone).unwrap_or_else(|_| Zone::utc())
    }

    /// When the next backup is due after `now`.
    #[must_use]
    pub fn next_after(&self, now: Timestamp) -> Timestamp {
        let zone = self.time_zone();
        let today = now.learning_day(&zone, 0);
        let every = i64::from(self.every_hours.clamp(1, 24));
        let starts = [-1, 0, 1, 2].map(|n| {
            let hour = today.plus(n).opens_at(&zone, self.at.hour);
            hour.plus_secs(i64::from(self.at.minute) * 60)
        });
        let mut next = starts[3];
        for pair in starts.windows(2) {
            let mut slot = pair[0];
            while slot < pair[1] {
                if slot > now && slot < next {
                    next = slot;
                }
                slot = slot.plus_secs(every * 3600);
            }
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::config::{Section as _, Value as _};

    fn at(text: &str) -> Timestamp {
        serde_json::from_str(&format!("\"{text}\"")).expect("an instant")
    }

    #[test]
    fn the_next_backup_is_at_the_hour_on_the_wall() {
        let mut config = BackupConfig {
            zone: "Europe/Berlin".into(),
            at: TimeOfDay { hour: 3, minute: 30 },
            ..BackupConfig::default()
        };
        assert_eq!(config.next_after(at("2026-11-16T01:00:00Z")), at("2026-11-16T02:30:00Z"));
        assert_eq!(config.next_after(at("2026-11-16T02:30:00Z")), at("2026-11-17T02:30:00Z"));
        // Summer time began in between.
        assert_eq!(config.next_after(at("2026-03-28T12:00:00Z")), at("2026-03-29T01:30:00Z"));
        config.every_hours = 6;
        assert_eq!(config.next_after(at("2026-11-16T02:30:00Z")), at("2026-11-16T08:30:00Z"));
        assert_eq!(config.next_after(at("2026-11-16T20:30:00Z")), at("2026-11-17T02:30:00Z"));
        assert_eq!(config.next_after(at("2026-11-16T00:00:00Z")), at("2026-11-16T02:30:00Z"));
    }

    #[test]
    fn what_cannot_work_is_refused_by_name() {
        let bad = BackupConfig {
            zone: "Mars/Base".into(),
            every_hours: 5,
            keep_last: 0,
            recipients: vec!["age1nobody".into()],
            passphrase: Some(Secret::new("x".into())),
            media: MediaChoice::Beside,
            ..BackupConfig::default()
        };
        let mut keys = Vec::new();
        bad.check(&mut |key, _| keys.push(key));
        assert_eq!(keys, ["zone", "every_hours", "keep_last", "recipients", "passphrase", "passphrase"]);
        BackupConfig::default().check(&mut |key, wrong| panic!("{key}: {wrong}"));
        for text in ["24:00", "3", "03:60", "+3:00", "003:00", ""] {
            assert!(TimeOfDay::from_text(text).is_err(), "{text}");
        }
        assert_eq!(TimeOfDay::from_text("3:05").map(|t| t.to_string()), Ok("03:05".into()));
    }
}
