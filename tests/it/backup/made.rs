//! What is in a backup, and what it leaves behind.

use std::os::unix::fs::PermissionsExt as _;

use axum::http::Method;
use momentum::platform::{
    backup::{self, BackupError, Media, Unlock},
    crypto::hex,
};
use sha2::{Digest as _, Sha256};

use super::{files, into, make, plan, png, restore, rows, school, verify};
use crate::support::TestApp;

/// Nothing passing is left in the data folder.
fn assert_tidy(app: &TestApp) {
    let left: Vec<String> = files(app.platform().data())
        .into_keys()
        .filter(|name| name.contains("work") || name.contains(".part") || name.contains(".held"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_backup_restores_to_the_same_rows_files_and_key() {
    let app = school().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("one.backup");
    let made = make(&app, &plan(file.clone())).await.expect("a backup");
    assert_eq!(made.file, file);
    let bytes = std::fs::read(&file).expect("the backup");
    assert_eq!((made.bytes, made.sha256), (bytes.len() as u64, hex(&Sha256::digest(&bytes))));
    assert_eq!(std::fs::metadata(&file).expect("it").permissions().mode() & 0o777, 0o600);
    assert_tidy(&app);
    let report = verify(&file, &Unlock::default()).await.expect("it is sound");
    assert_eq!(report.problems, vec![]);
    assert_eq!(report.files, made.about.files);
    let data = app.platform().data().clone();
    let kept = files(&data.join("blobs"));
    assert!(kept.len() >= 6 && made.about.files == kept.len() as u64, "{:?}", kept.keys());
    for shelf in ["media", "people", "instance"] {
        assert!(kept.keys().any(|name| name.starts_with(shelf)), "{shelf}");
    }

    let new = folder.path().join("new");
    let restored = restore(&file, &Unlock::default(), into(&new)).await.expect("restored");
    assert!(restored.former.is_none() && restored.problems.is_empty() && restored.pending == 0);
    assert_eq!(files(&new.join("blobs")), kept);
    assert_eq!(
        std::fs::read(new.join("key")).expect("a key"),
        std::fs::read(data.join("key")).expect("a key")
    );
    for (name, mode) in [("key", 0o600), ("momentum.db", 0o600), ("", 0o700)] {
        let path = if name.is_empty() { new.clone() } else { new.join(name) };
        assert_eq!(std::fs::metadata(path).expect("it").permissions().mode() & 0o777, mode, "{name}");
    }
    app.close().await;
    // The outcome of the backup itself was recorded after its copy was made.
    let without = ["backups"];
    assert_eq!(rows(&new.join("momentum.db"), &without), rows(&data.join("momentum.db"), &without));
    assert!(!folder.path().join("new.restore.work").exists());
}

#[tokio::test]
async fn an_outcome_is_recorded_good_or_bad() {
    let app = school().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("one.backup");
    make(&app, &plan(file.clone())).await.expect("a backup");
    let again = make(&app, &plan(file.clone())).await;
    assert!(
        matches!(again, Err(BackupError::Refused(ref why)) if why.contains("exists already")),
        "{again:?}"
    );
    let nowhere = make(&app, &plan("/proc/nowhere/x.backup".into())).await;
    assert!(nowhere.is_err());
    let standing = app.system().read("test.last", backup::last).await.expect("a standing");
    let (made, failed) = (standing.made.expect("one was made"), standing.failed.expect("one failed after it"));
    assert_eq!((made.file.as_str(), made.trigger.as_str()), (file.to_str().expect("a path"), "cli"));
    assert!(failed.error.is_some_and(|e| e.contains("/proc/nowhere")));
    let later = folder.path().join("two.backup");
    make(&app, &plan(later)).await.expect("a backup");
    let standing = app.system().read("test.last", backup::last).await.expect("a standing");
    assert!(standing.failed.is_none(), "a failure before the newest backup is history");
    let all = app.system().read("test.list", |read| backup::list(read, 10)).await.expect("a list");
    assert_eq!(all.len(), 4);
    assert_tidy(&app);
}

#[tokio::test]
async fn key_and_files_are_left_out_when_asked() {
    let app = school().await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut bare = plan(folder.path().join("bare.backup"));
    bare.with_key = false;
    bare.media = Media::None;
    let made = make(&app, &bare).await.expect("a backup");
    assert!(!made.about.has_key && made.about.files == 0);
    let report = verify(&made.file, &Unlock::default()).await.expect("it is sound");
    assert!(report.is_good());
    let new = folder.path().join("new");
    let restored = restore(&made.file, &Unlock::default(), into(&new)).await.expect("restored");
    assert!(!new.join("key").exists() && !new.join("blobs").exists());
    assert_eq!(restored.problems.len(), 1, "it says that files are missing");
    let with = momentum::platform::backup::Target {
        media: Some(app.platform().data().join("blobs")),
        ..into(&folder.path().join("other"))
    };
    let restored = restore(&made.file, &Unlock::default(), with).await.expect("restored");
    assert!(restored.problems.is_empty());
    assert_eq!(
        files(&folder.path().join("other/blobs")),
        files(&app.platform().data().join("blobs")),
        "files come from the folder that was named"
    );
}

#[tokio::test]
async fn a_file_that_is_missing_or_rotten_is_told_and_does_not_stop_the_rest() {
    let app = school().await;
    let folder = tempfile::tempdir().expect("a folder");
    let blobs = app.platform().data().join("blobs");
    let kept = files(&blobs);
    let mut names = kept.keys().filter(|name| name.starts_with("media"));
    let (gone, rotten) = (names.next().expect("a file"), names.next().expect("a file"));
    std::fs::remove_file(blobs.join(gone)).expect("removed");
    let mut bytes = kept[rotten].clone();
    bytes[0] ^= 1;
    std::fs::write(blobs.join(rotten), bytes).expect("spoilt");
    let made = make(&app, &plan(folder.path().join("one.backup"))).await.expect("a backup");
    assert_eq!(made.missing.len(), 2, "{:?}", made.missing);
    let report = verify(&made.file, &Unlock::default()).await.expect("as it was made");
    let codes: Vec<&str> = report.problems.iter().map(|p| p.code).collect();
    assert_eq!(codes, ["media.damaged", "media.missing"]);
    let new = folder.path().join("new");
    let restored = restore(&made.file, &Unlock::default(), into(&new)).await.expect("restored");
    assert_eq!(restored.problems.len(), 2);
    let mut there = files(&new.join("blobs"));
    assert!(!there.contains_key(rotten), "what is rotten is not restored as if it were good");
    there.insert(gone.clone(), kept[gone].clone());
    there.insert(rotten.clone(), kept[rotten].clone());
    assert_eq!(there, kept);
}

#[tokio::test]
async fn what_is_swept_meanwhile_is_still_in_the_backup() {
    let app = school().await;
    let folder = tempfile::tempdir().expect("a folder");
    let ana = app.learner("Bea").await;
    ana.upload(Method::PUT, "/me/picture", png(64, 9)).await.expect(200);
    app.settle().await;
    let before = files(&app.platform().data().join("blobs"));
    let wanted = plan(folder.path().join("one.backup"));
    let mut swept = false;
    // The moment the copy of the database is done, the picture is taken away and swept.
    let made = {
        let platform = app.platform().clone();
        let shelf = platform.blobs.shelf("people");
        let mut tell = |progress: backup::Progress| {
            if progress.what == "Checking the copy" && !swept {
                swept = true;
                for name in before.keys().filter(|name| name.starts_with("people")) {
                    let sha256 = name.rsplit('/').next().expect("a name");
                    shelf.sweep::<std::io::Error>(sha256, || Ok(false)).expect("swept");
                }
            }
        };
        backup::make(&platform, &app.system(), &wanted, backup::Trigger::Cli, &mut tell).await
    };
    let made = made.expect("a backup");
    assert!(
        swept
            && !files(&app.platform().data().join("blobs"))
                .keys()
                .any(|name| name.starts_with("people"))
    );
    assert_eq!(made.missing, Vec::<String>::new());
    let new = folder.path().join("new");
    restore(&made.file, &Unlock::default(), into(&new)).await.expect("restored");
    assert_eq!(files(&new.join("blobs")), before);
    assert_tidy(&app);
}

#[tokio::test]
async fn files_beside_are_copied_once_and_go_with_the_last_backup_that_needs_them() {
    let app = school().await;
    let folder = tempfile::tempdir().expect("a folder");
    let media = folder.path().join("media");
    let beside = |name: &str| {
        let mut plan = plan(folder.path().join(name));
        plan.media = Media::Beside(media.clone());
        plan
    };
    let one = make(&app, &beside("one.backup")).await.expect("a backup");
    let (copied, known) = one.beside.expect("files beside it");
    assert!(copied >= 5 && known == 0, "{copied} {known}");
    let ines = app.instructor("Iris").await;
    ines.upload(Method::POST, "/media?name=more.csv", "a,b\n1,2\n").await.expect(201);
    app.settle().await;
    let two = make(&app, &beside("two.backup")).await.expect("a backup");
    assert_eq!(two.beside, Some((1, copied)));
    for made in [&one, &two] {
        let report = verify(&made.file, &Unlock::default()).await.expect("it is sound");
        assert!(report.is_good(), "{:?}", report.problems);
        assert!(made.bytes < 400_000, "files are not in it");
    }
    let new = folder.path().join("new");
    restore(&two.file, &Unlock::default(), into(&new)).await.expect("restored");
    assert_eq!(files(&new.join("blobs")), files(&app.platform().data().join("blobs")));
    // A damaged file beside it is damage of the backup.
    let spoilt = files(&media).into_keys().find(|name| name.len() > 60).expect("a file");
    std::fs::write(media.join(&spoilt), "x").expect("spoilt");
    let report = verify(&two.file, &Unlock::default()).await.expect("a report");
    assert_eq!(report.problems.len(), 1);
    // One of another size is copied again with the next backup.
    let three = make(&app, &beside("three.backup")).await.expect("a backup");
    assert_eq!(three.beside, Some((1, copied)));
    assert!(verify(&two.file, &Unlock::default()).await.expect("a report").is_good());
}
