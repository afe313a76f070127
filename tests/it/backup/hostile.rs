//! Damaged, foreign, newer and made-up files: refused, and nothing changes.

use std::{
    io::{Read as _, Write as _},
    path::Path,
};

use momentum::platform::{
    backup::{About, BackupError, Unlock},
    crypto::hex,
    db::migrate::{self, STEPS},
};
use sha2::{Digest as _, Sha256};

use super::{into, make, plan, restore, school, verify};
use crate::support::BEGIN;

/// Chance that is the same every time.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % below
    }
}

async fn backup_bytes() -> Vec<u8> {
    let app = school().await;
    let folder = tempfile::tempdir().expect("a folder");
    let made = make(&app, &plan(folder.path().join("one.backup"))).await.expect("a backup");
    std::fs::read(made.file).expect("its bytes")
}

/// Must be refused by the check and by a restore, which must leave nothing.
async fn refused(folder: &Path, bytes: &[u8]) -> BackupError {
    let path = folder.join("bad.backup");
    std::fs::write(&path, bytes).expect("written");
    let target = folder.join("target");
    let restored = restore(&path, &Unlock::default(), into(&target)).await;
    assert!(restored.is_err(), "it was restored");
    let left: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert_eq!(left, ["bad.backup"], "something was left");
    match verify(&path, &Unlock::default()).await {
        Err(error) => error,
        Ok(report) => panic!("it was taken for sound: {:?}", report.problems),
    }
}

#[tokio::test]
async fn every_one_of_200_random_alterations_is_told() {
    let bytes = backup_bytes().await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("altered.backup");
    let mut dice = Dice(7);
    let edges = (0..100).chain(bytes.len() - 60..bytes.len()).step_by(3);
    let random: Vec<usize> = (0..200).map(|_| dice.roll(bytes.len())).collect();
    for at in random.into_iter().chain(edges) {
        let mut altered = bytes.clone();
        altered[at] ^= u8::try_from(1 + dice.roll(255)).expect("a byte");
        std::fs::write(&path, &altered).expect("written");
        let told = verify(&path, &Unlock::default()).await;
        assert!(told.is_err(), "the alteration at {at} of {} was not told", bytes.len());
    }
}

#[tokio::test]
async fn an_altered_shortened_or_lengthened_backup_is_not_restored() {
    let bytes = backup_bytes().await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice(3);
    for _ in 0..20 {
        let mut altered = bytes.clone();
        altered[dice.roll(bytes.len())] ^= 0x10;
        refused(folder.path(), &altered).await;
    }
    let near_end = (1..=60).map(|cut| bytes.len() - cut);
    let anywhere: Vec<usize> = (0..25).map(|_| dice.roll(bytes.len())).collect();
    for length in (0..90).step_by(3).chain(near_end.step_by(4)).chain(anywhere) {
        refused(folder.path(), &bytes[..length]).await;
    }
    for more in [&[0_u8][..], &[0; 512], b"x", &bytes] {
        let longer = [&bytes[..], more].concat();
        assert!(matches!(refused(folder.path(), &longer).await, BackupError::Damaged(_)));
    }
}

#[tokio::test]
async fn what_is_no_backup_is_called_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let zip = [b"PK\x03\x04".to_vec(), vec![7; 5000]].concat();
    let database = {
        let path = folder.path().join("x.db");
        migrate::run(&path, BEGIN, true).expect("a database");
        let bytes = std::fs::read(&path).expect("its bytes");
        for name in ["x.db", "x.db-wal", "x.db-shm"] {
            drop(std::fs::remove_file(folder.path().join(name)));
        }
        bytes
    };
    for foreign in [zip, database, vec![0; 100_000], b"hello".to_vec()] {
        let error = refused(folder.path(), &foreign).await;
        assert!(matches!(error, BackupError::Foreign(_)), "{error}");
    }
    assert!(matches!(refused(folder.path(), b"").await, BackupError::Foreign(_)));
}

/// Members of a tar as they are: header and bytes.
type Members = Vec<(tar::Header, Vec<u8>)>;

fn header(path: &str, bytes: &[u8]) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    // As raw bytes: the library would refuse what we want to try.
    let name = &mut header.as_old_mut().name;
    name.fill(0);
    name[..path.len()].copy_from_slice(path.as_bytes());
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_cksum();
    header
}

/// Takes a backup apart, changes its members, and puts it together with right sums and a right
/// tail: what only somebody who knows the form can do.
fn remade(bytes: &[u8], keep_sums: bool, change: impl FnOnce(&mut Members)) -> Vec<u8> {
    let head = 8 + u32::from_le_bytes(bytes[4..8].try_into().expect("four bytes")) as usize;
    let mut plain = Vec::new();
    let mut decoder = zstd::Decoder::new(&bytes[head..bytes.len() - 48]).expect("zstd");
    decoder.read_to_end(&mut plain).expect("a body");
    let mut members: Members = Vec::new();
    for entry in tar::Archive::new(&plain[..]).entries().expect("a tar") {
        let mut entry = entry.expect("a member");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("its bytes");
        members.push((entry.header().clone(), bytes));
    }
    if !keep_sums {
        members.pop();
    }
    change(&mut members);
    if !keep_sums {
        let mut sums = String::new();
        for (header, bytes) in &members {
            let path = String::from_utf8_lossy(&header.path_bytes()).into_owned();
            sums.push_str(&format!("{}  {path}\n", hex(&Sha256::digest(bytes))));
        }
        members.push((header("SHA256SUMS", sums.as_bytes()), sums.into_bytes()));
    }
    let mut tar = tar::Builder::new(Vec::new());
    for (header, bytes) in &members {
        tar.append(header, &bytes[..]).expect("appended");
    }
    let mut out = bytes[..head].to_vec();
    out.extend(zstd::encode_all(&tar.into_inner().expect("a tar")[..], 1).expect("zstd"));
    let digest = Sha256::digest(&out);
    out.extend(&bytes[bytes.len() - 48..bytes.len() - 32]);
    out.extend(digest);
    out
}

fn about(members: &Members) -> About {
    serde_json::from_slice(&members[0].1).expect("about.json")
}

fn set_about(members: &mut Members, about: &About) {
    let text = serde_json::to_vec(about).expect("JSON");
    members[0] = (header("about.json", &text), text);
}

#[tokio::test]
async fn members_that_no_backup_has_are_refused() {
    let bytes = backup_bytes().await;
    let folder = tempfile::tempdir().expect("a folder");
    let same = remade(&bytes, false, |_| ());
    let path = folder.path().join("bad.backup");
    std::fs::write(&path, &same).expect("written");
    assert!(verify(&path, &Unlock::default()).await.expect("put together rightly").is_good());

    for evil in [
        "../evil",
        "/tmp/evil",
        "momentum.db-wal",
        "blobs/media/ab/../../../evil",
        "./key",
        "config/momentum.toml",
    ] {
        let made = remade(&bytes, false, |members| members.push((header(evil, b"x"), b"x".to_vec())));
        let error = refused(folder.path(), &made).await;
        assert!(
            matches!(error, BackupError::Damaged(ref why) if why.contains("none that a backup has")),
            "{evil}: {error}"
        );
    }
    for (kind, link) in [
        (tar::EntryType::Symlink, "/etc/passwd"),
        (tar::EntryType::Link, "key"),
        (tar::EntryType::Directory, ""),
        (tar::EntryType::Fifo, ""),
        (tar::EntryType::GNULongName, ""),
        (tar::EntryType::XHeader, ""),
    ] {
        let made = remade(&bytes, false, |members| {
            let mut header = header("key", b"");
            header.set_entry_type(kind);
            if !link.is_empty() {
                header.set_link_name(link).expect("a link");
            }
            header.set_cksum();
            members[2] = (header, Vec::new());
        });
        refused(folder.path(), &made).await;
    }
    let orders: [fn(&mut Members); 6] = [
        |members| members.swap(0, 1),
        |members| members.swap(1, 2),
        |members| members.push(members[3].clone()),
        |members| drop(members.remove(0)),
        |members| drop(members.remove(1)),
        |members| drop(members.pop()),
    ];
    for (n, change) in orders.into_iter().enumerate() {
        let error = refused(folder.path(), &remade(&bytes, false, change)).await;
        assert!(matches!(error, BackupError::Damaged(_)), "{n}: {error}");
    }
    let kept: [fn(&mut Members); 3] = [
        |members| drop(members.pop()),
        |members| members[2].1[0] ^= 1,
        |members| members.clear(),
    ];
    for (n, change) in kept.into_iter().enumerate() {
        let error = refused(folder.path(), &remade(&bytes, true, change)).await;
        assert!(matches!(error, BackupError::Damaged(_)), "{n}: {error}");
    }
}

#[tokio::test]
async fn a_newer_backup_is_refused_by_its_version() {
    let bytes = backup_bytes().await;
    let folder = tempfile::tempdir().expect("a folder");
    let newer_step = remade(&bytes, false, |members| {
        let mut about = about(members);
        about.step = 9999;
        about.product = "99.0.0".into();
        set_about(members, &about);
    });
    let newer_form = remade(&bytes, false, |members| {
        let text = br#"{"format": 2, "product": "99.0.0", "unknown": true}"#.to_vec();
        members[0] = (header("about.json", &text), text);
    });
    for made in [newer_step, newer_form] {
        let error = refused(folder.path(), &made).await;
        assert!(
            matches!(error, BackupError::Newer { ref product, .. } if product == "99.0.0"),
            "{error}"
        );
    }
}

/// Puts another database into a backup, as if the backup had been made of it.
fn with_database(bytes: &[u8], database: &[u8], step: u32) -> Vec<u8> {
    remade(bytes, false, |members| {
        let mut about = about(members);
        about.step = step;
        about.database_bytes = database.len() as u64;
        about.database_sha256 = hex(&Sha256::digest(database));
        set_about(members, &about);
        members[1] = (header("momentum.db", database), database.to_vec());
    })
}

#[tokio::test]
async fn a_database_that_is_not_sound_or_not_ours_is_refused() {
    let bytes = backup_bytes().await;
    let folder = tempfile::tempdir().expect("a folder");
    let step = STEPS.last().expect("a step").number;
    refused(folder.path(), &with_database(&bytes, b"no database at all", step)).await;
    let work = tempfile::tempdir().expect("a folder");
    let foreign = work.path().join("foreign.db");
    let conn = rusqlite::Connection::open(&foreign).expect("a database");
    conn.execute_batch("CREATE TABLE other (a); INSERT INTO other VALUES (1);")
        .expect("filled");
    drop(conn);
    let error = refused(folder.path(), &with_database(&bytes, &std::fs::read(&foreign).expect("it"), step)).await;
    assert!(matches!(error, BackupError::Damaged(_)), "{error}");
}

#[tokio::test]
async fn a_backup_of_an_older_version_can_be_restored() {
    let bytes = backup_bytes().await;
    let folder = tempfile::tempdir().expect("a folder");
    let old = folder.path().join("old.db");
    let steps = &STEPS[..STEPS.len() - 1];
    migrate::run_steps(&old, steps, BEGIN, true).expect("an older database");
    let conn = rusqlite::Connection::open(&old).expect("it");
    conn.query_row("PRAGMA journal_mode=DELETE", [], |_| Ok(())).expect("one file");
    let rows = migrate::count_rows(&conn).expect("counts");
    drop(conn);
    let database = std::fs::read(&old).expect("it");
    let step = steps.last().expect("a step").number;
    let made = remade(&with_database(&bytes, &database, step), false, |members| {
        let mut about = about(members);
        about.rows = rows;
        set_about(members, &about);
    });
    let path = folder.path().join("older.backup");
    std::fs::File::create(&path)
        .and_then(|mut file| file.write_all(&made))
        .expect("written");
    let report = verify(&path, &Unlock::default()).await.expect("it is sound");
    assert!(report.is_good() && report.pending == 1, "{:?}", report.problems);
    let new = folder.path().join("new");
    let restored = restore(&path, &Unlock::default(), into(&new)).await.expect("restored");
    assert_eq!(restored.pending, 1);
    assert_eq!(
        std::fs::read(new.join("momentum.db")).expect("it"),
        database,
        "it is restored as it was, not migrated"
    );
}
