//! Names of backups, and which of them stay.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::{BackupConfig, BackupError, Result, beside};
use crate::{
    kernel::time::{Timestamp, Zone},
    platform::crypto::{Keys, hex},
};

const ENDING: &str = ".backup";
const SEALED_ENDING: &str = ".backup.age";

/// Eight digits that tell one instance's backups from another's: they follow from its key.
fn tag(keys: &Keys) -> String {
    hex(&Sha256::digest(keys.sign("names of backups"))[..4])
}

/// `momentum-TAG-20261116T090000Z.backup`, with `.age` when it is encrypted.
#[must_use]
pub fn file_name(keys: &Keys, at: Timestamp, is_sealed: bool) -> String {
    let digits: String = at.to_string().chars().take(19).filter(|c| !matches!(c, '-' | ':')).collect();
    let ending = if is_sealed { SEALED_ENDING } else { ENDING };
    format!("momentum-{}-{digits}Z{ending}", tag(keys))
}

/// When this instance's backup of this name was made; `None` for every other name.
#[must_use]
pub fn is_ours(keys: &Keys, name: &str) -> Option<Timestamp> {
    let rest = name.strip_prefix("momentum-")?.strip_prefix(&tag(keys))?.strip_prefix('-')?;
    let stamp = rest.strip_suffix(SEALED_ENDING).or_else(|| rest.strip_suffix(ENDING))?;
    if stamp.len() != 16 || !stamp.is_ascii() {
        return None;
    }
    let (day, time) = stamp.split_once('T')?;
    let text = format!(
        "\"{}-{}-{}T{}:{}:{}\"",
        day.get(..4)?,
        day.get(4..6)?,
        day.get(6..8)?,
        time.get(..2)?,
        time.get(2..4)?,
        time.get(4..)?
    );
    serde_json::from_str(&text).ok()
}

/// Where stored files lie beside the backups of a folder.
pub(super) fn media_folder(backups: &Path) -> PathBuf {
    backups.join("media")
}

/// How many backups stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// The newest, whatever their age.
    pub last: u32,
    /// Days of which the newest stays.
    pub daily: u32,
    /// Weeks of which the newest stays.
    pub weekly: u32,
}

impl Keep {
    /// As the configuration says.
    #[must_use]
    pub fn of(config: &BackupConfig) -> Self {
        Self {
            last: config.keep_last.max(1),
            daily: config.keep_daily,
            weekly: config.keep_weekly,
        }
    }

    /// Which of these go. The newest always stays.
    fn doomed(self, mut found: Vec<(Timestamp, PathBuf)>, zone: &Zone) -> Vec<PathBuf> {
        found.sort_by(|a, b| b.cmp(a));
        let (mut days, mut weeks) = (BTreeSet::new(), BTreeSet::new());
        let mut doomed = Vec::new();
        for (place, (at, path)) in found.into_iter().enumerate() {
            let day = at.learning_day(zone, 0).number();
            // Day 0 was a Thursday; weeks begin on Mondays.
            let week = (day + 3).div_euclid(7);
            let is_day = days.len() < self.daily as usize && days.insert(day);
            let is_week = weeks.len() < self.weekly as usize && weeks.insert(week);
            if place >= self.last as usize && !is_day && !is_week {
                doomed.push(path);
            }
        }
        doomed
    }
}

/// Deletes this instance's backups that need not stay, and files beside them that none of its
/// backups needs any more. Says how many backups went.
///
/// # Errors
/// When the folder cannot be read; a backup that cannot be deleted is told in the log.
pub fn prune(folder: &Path, keys: &Keys, keep: Keep, zone: &Zone) -> Result<usize> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| BackupError::io(folder, e))? {
        let entry = entry.map_err(|e| BackupError::io(folder, e))?;
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        let at = entry.file_name().to_str().and_then(|name| is_ours(keys, name));
        if let (true, Some(at)) = (is_file, at) {
            found.push((at, entry.path()));
        }
    }
    let mut gone = 0;
    for path in keep.doomed(found, zone) {
        match fs::remove_file(&path) {
            Ok(()) => gone += 1,
            Err(error) => tracing::warn!(%error, path = %path.display(), "an old backup could not be deleted"),
        }
    }
    // As the lists name it.
    let folder = std::path::absolute(folder).map_err(|e| BackupError::io(folder, e))?;
    beside::prune(&media_folder(&folder), &folder)?;
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        serde_json::from_str(&format!("\"{text}\"")).expect("an instant")
    }

    #[test]
    fn names_tell_instance_and_time() {
        let (ours, theirs) = (Keys::derive(&[1; 32]), Keys::derive(&[2; 32]));
        let now = at("2026-11-16T09:00:07.250Z");
        let name = file_name(&ours, now, true);
        assert!(
            name.starts_with("momentum-") && name.ends_with("-20261116T090007Z.backup.age"),
            "{name}"
        );
        assert_eq!(is_ours(&ours, &name), Some(at("2026-11-16T09:00:07Z")));
        assert_eq!(is_ours(&theirs, &name), None);
        for bad in [
            format!("{name}.part"),
            name.replace("20261116", "20261399"),
            name.replace("T09", "Té"),
            "x".into(),
        ] {
            assert_eq!(is_ours(&ours, &bad), None, "{bad}");
        }
    }

    #[test]
    fn the_newest_of_each_day_and_week_stays() {
        let mut found = Vec::new();
        for day in 1..=30 {
            for hour in [3, 15] {
                let text = format!("2026-11-{day:02}T{hour:02}:00:00Z");
                found.push((at(&text), PathBuf::from(text)));
            }
        }
        let keep = Keep {
            last: 3,
            daily: 4,
            weekly: 3,
        };
        let doomed: BTreeSet<PathBuf> = keep.doomed(found.clone(), &Zone::utc()).into_iter().collect();
        let stay: Vec<String> = found
            .iter()
            .filter(|(_, path)| !doomed.contains(path))
            .map(|(_, path)| path.display().to_string())
            .collect();
        // 30 November is a Monday: its week, the one that ended on the 29th, the one before.
        assert_eq!(
            stay,
            [
                "2026-11-22T15:00:00Z",
                "2026-11-27T15:00:00Z",
                "2026-11-28T15:00:00Z",
                "2026-11-29T15:00:00Z",
                "2026-11-30T03:00:00Z",
                "2026-11-30T15:00:00Z"
            ]
        );
        let one = Keep {
            last: 1,
            daily: 0,
            weekly: 0,
        };
        assert_eq!(one.doomed(found, &Zone::utc()).len(), 59);
    }
}
