//! Where a restore may go, and what becomes of what is there.

use std::path::Path;

use momentum::platform::{
    backup::{BackupError, Target, Unlock},
    db::lock,
};

use super::{files, into, make, plan, restore, school};

fn swap(folder: &Path) -> Target {
    Target {
        swap: true,
        ..into(folder)
    }
}

async fn kept(folder: &Path) -> std::path::PathBuf {
    let app = school().await;
    make(&app, &plan(folder.join("one.backup"))).await.expect("a backup").file
}

#[tokio::test]
async fn an_empty_folder_is_filled_and_a_full_one_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = kept(folder.path()).await;
    let target = folder.path().join("data");
    std::fs::create_dir(&target).expect("made");
    // What an earlier try left that was killed.
    std::fs::create_dir_all(target.join("restore.work/data/blobs")).expect("made");
    std::fs::write(target.join("restore.work/data/momentum.db"), "half").expect("written");
    restore(&file, &Unlock::default(), into(&target)).await.expect("restored");
    let names: Vec<String> = files(&target).into_keys().filter(|name| !name.starts_with("blobs")).collect();
    assert_eq!(names, ["key", "momentum.db", "momentum.lock"]);
    let before = files(&target);
    let refused = restore(&file, &Unlock::default(), into(&target)).await;
    assert!(
        matches!(refused, Err(BackupError::Refused(ref why)) if why.contains("--swap")),
        "{refused:?}"
    );
    assert_eq!(files(&target), before);
}

#[tokio::test]
async fn a_swap_keeps_what_was_there_and_never_replays_its_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = kept(folder.path()).await;
    let target = folder.path().join("data");
    restore(&file, &Unlock::default(), into(&target)).await.expect("restored");
    let good = std::fs::read(target.join("momentum.db")).expect("a database");
    std::fs::write(target.join("momentum.db"), "what was there").expect("written");
    std::fs::write(target.join("momentum.db-wal"), vec![7; 4096]).expect("written");
    std::fs::write(target.join("momentum.db-shm"), vec![7; 4096]).expect("written");
    let before = files(&target);
    let restored = restore(&file, &Unlock::default(), swap(&target)).await.expect("restored");
    let former = restored.former.expect("the old one is kept");
    assert_eq!(former.parent(), target.parent());
    assert!(
        former.display().to_string().contains("data.before-restore-2026"),
        "{}",
        former.display()
    );
    assert_eq!(files(&former), before);
    assert_eq!(std::fs::read(target.join("momentum.db")).expect("it"), good);
    assert!(!target.join("momentum.db-wal").exists() && !target.join("momentum.db-shm").exists());
    // A second one in the same second would have the same name: it is refused, not written over.
    let again = restore(&file, &Unlock::default(), swap(&target)).await;
    assert!(matches!(again, Err(BackupError::Refused(_))), "{again:?}");
    assert_eq!(files(&former), before);
    assert_eq!(std::fs::read(target.join("momentum.db")).expect("it"), good);
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[tokio::test]
async fn a_folder_in_use_is_never_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = kept(folder.path()).await;
    let running = school().await;
    let data = running.platform().data().clone();
    let before = files(&data);
    for target in [into(&data), swap(&data)] {
        let refused = restore(&file, &Unlock::default(), target).await;
        assert!(matches!(refused, Err(BackupError::Refused(_))), "{refused:?}");
    }
    assert_eq!(files(&data), before);
    running.close().await;
    let empty = folder.path().join("held");
    let held = lock::take(&empty).expect("held");
    let refused = restore(&file, &Unlock::default(), into(&empty)).await;
    assert!(
        matches!(refused, Err(BackupError::Refused(ref why)) if why.contains("in use")),
        "{refused:?}"
    );
    drop(held);
    restore(&file, &Unlock::default(), into(&empty)).await.expect("free again");
}

#[tokio::test]
async fn a_link_to_a_folder_is_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = kept(folder.path()).await;
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    std::fs::create_dir(&real).expect("made");
    std::os::unix::fs::symlink(&real, &link).expect("linked");
    restore(&file, &Unlock::default(), into(&link)).await.expect("restored");
    let restored = restore(&file, &Unlock::default(), swap(&link)).await.expect("restored");
    assert!(link.is_symlink() && real.join("momentum.db").exists());
    assert!(
        restored
            .former
            .expect("kept")
            .display()
            .to_string()
            .contains("real.before-restore-")
    );
}
