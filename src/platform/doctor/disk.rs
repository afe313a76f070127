//! The data folder: room, kind of disk, who may read it.

use std::{
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use super::{Check, Finding, Patient, bytes};
use crate::{
    kernel::error::{Error, Result},
    platform::{crypto, db},
};

/// The file in the data folder that holds the instance's key unless the configuration does.
const KEY: &str = "key";

pub(super) fn checks() -> Vec<Check> {
    vec![
        Check::house("disk.kind", |patient| Box::pin(blocking(patient, kind))),
        Check::house("disk.space", |patient| Box::pin(blocking(patient, space))),
        Check::house("files.key", |patient| Box::pin(blocking(patient, key))),
        Check::house("files.access", |patient| Box::pin(blocking(patient, access))),
    ]
}

async fn blocking(patient: Patient, look: fn(&Patient) -> Vec<Finding>) -> Result<Vec<Finding>> {
    tokio::task::spawn_blocking(move || look(&patient)).await.map_err(Error::internal)
}

fn kind(patient: &Patient) -> Vec<Finding> {
    // Magic numbers of statfs(2): what lives in memory.
    const MEMORY: [(u64, &str); 2] = [(0x0102_1994, "tmpfs"), (0x8584_58F6, "ramfs")];
    let data = patient.platform.data();
    let shown = data.display();
    if let Some(network) = db::lock::network_kind(data) {
        return vec![Finding::problem(
            format!("{shown} is on a network file system ({network}), where SQLite's locks do not hold."),
            "Move the data folder to a local disk; only backups belong on a network file system.",
        )];
    }
    let Ok(found) = rustix::fs::statfs(data) else {
        return vec![Finding::problem(
            format!("The data folder {shown} is not there or cannot be entered."),
            "Name the folder with --data or `data` in the configuration, and run this as the user who owns it.",
        )];
    };
    let magic = u64::try_from(found.f_type).unwrap_or_default() & 0xFFFF_FFFF;
    if let Some((_, name)) = MEMORY.iter().find(|(number, _)| *number == magic) {
        return vec![Finding::warning(
            format!("{shown} is in memory ({name}): everything is gone when the machine restarts."),
            "Move the data folder to a disk.",
        )];
    }
    let is_read_only = rustix::fs::statvfs(data).is_ok_and(|found| found.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY));
    if is_read_only {
        return vec![Finding::problem(
            format!("The disk of {shown} is mounted read-only."),
            "Look into the system's log for disk errors, then mount it for writing again.",
        )];
    }
    vec![Finding::ok(format!("{shown} is on a local disk."))]
}

fn space(patient: &Patient) -> Vec<Finding> {
    let data = patient.platform.data();
    let wanted = patient.platform.config.doctor.free_bytes;
    let Ok(found) = rustix::fs::statvfs(data) else {
        return Vec::new(); // Said by `disk.kind`.
    };
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let shown = data.display();
    let says = format!("{} are free on the disk of {shown}", bytes(free));
    let mend = "Delete what is not needed there (`momentum media gc` shows unused files) or make the disk larger.";
    let mut findings = vec![if free < wanted {
        Finding::problem(format!("Only {says}; {} are wanted.", bytes(wanted)), mend)
    } else if free < wanted.saturating_mul(2) {
        Finding::warning(
            format!("Only {says}, which is little above the {} that are wanted.", bytes(wanted)),
            mend,
        )
    } else {
        Finding::ok(format!("{says}."))
    }];
    // File systems without a fixed number of inodes say 0.
    if let Some(percent) = found.f_favail.saturating_mul(100).checked_div(found.f_files) {
        let says = format!("{percent} % of the inodes are free on the disk of {shown}");
        let mend = "Delete small files on that disk, or move the data folder to a disk with more inodes.";
        findings.push(match (found.f_favail, percent) {
            (0..1000, _) => Finding::problem(format!("Only {says}: soon no file can be made."), mend),
            (_, 0..5) => Finding::warning(format!("Only {says}."), mend),
            _ => Finding::ok(format!("{says}.")),
        });
    }
    findings
}

fn key(patient: &Patient) -> Vec<Finding> {
    let config = &patient.platform.config;
    if config.key.as_ref().is_some_and(|key| crypto::unhex(key.reveal()).is_some()) {
        return vec![Finding::ok("The instance's key is in the configuration.")];
    }
    let file = config.data.join(KEY);
    let shown = file.display();
    let found = match std::fs::metadata(&file) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !config.data.join(db::FILE).exists() => return Vec::new(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return vec![Finding::problem(
                format!("{shown} is missing: sealed settings cannot be opened, and links in mails do not work."),
                "Put the key back from a backup before the next start, which would make a new one.",
            )];
        }
        Err(error) => {
            return vec![Finding::problem(
                format!("{shown} cannot be read: {error}."),
                "Run this as the user who owns it.",
            )];
        }
    };
    let mut findings = Vec::new();
    if found.len() != 32 {
        findings.push(Finding::problem(
            format!("{shown} has {} bytes and not 32: it is not a key.", found.len()),
            "Put the key back from a backup.",
        ));
    }
    if found.permissions().mode() & 0o077 != 0 {
        findings.push(Finding::problem(
            format!("{shown} can be read by others than its owner."),
            format!("Run `chmod 600 {shown}`."),
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("The instance's key is readable by its owner alone."));
    }
    findings
}

fn access(patient: &Patient) -> Vec<Finding> {
    let config = &patient.platform.config;
    let mut findings = Vec::new();
    if let Ok(found) = std::fs::metadata(&config.data) {
        let shown = config.data.display();
        let mode = found.permissions().mode();
        if mode & 0o022 != 0 {
            findings.push(Finding::problem(
                format!("Others than its owner may write to {shown}."),
                format!("Run `chmod 700 {shown}`."),
            ));
        } else if mode & 0o055 != 0 {
            findings.push(Finding::warning(
                format!("Others than its owner may look into {shown}, where everything about people is kept."),
                format!("Run `chmod 700 {shown}`."),
            ));
        }
        findings.extend(strangers(patient, found.uid()));
    }
    for file in &config.secret_files {
        findings.extend(secret(file));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            "Only the owner may read the data folder and the secrets of the configuration.",
        ));
    }
    findings
}

/// Files that the folder's owner cannot write, for instance because root made them once.
fn strangers(patient: &Patient, owner: u32) -> Option<Finding> {
    let data = patient.platform.data();
    let names = [
        db::FILE,
        "momentum.db-wal",
        "momentum.db-shm",
        KEY,
        "blobs",
        "outbox",
        "momentum.lock",
    ];
    let is_strange = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|found| found.uid() != owner);
    let strange = names.iter().map(|name| data.join(name)).find(is_strange)?;
    Some(Finding::problem(
        format!(
            "{} does not belong to the owner of the data folder, who then cannot write it.",
            strange.display()
        ),
        format!("Run `chown -R --reference={0} {0}`.", data.display()),
    ))
}

fn secret(file: &Path) -> Option<Finding> {
    let mode = std::fs::metadata(file).ok()?.permissions().mode();
    let shown = file.display();
    (mode & 0o007 != 0).then(|| {
        Finding::problem(
            format!("{shown} holds a secret and can be read by everybody."),
            format!("Run `chmod 640 {shown}` and let its group be that of the server."),
        )
    })
}
