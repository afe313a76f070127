//! Backups that the configuration schedules.

use std::{path::Path, time::Duration};

use momentum::{
    kernel::time::Timestamp,
    platform::{
        backup::{self, BackupConfig, MediaChoice, TimeOfDay, Unlock},
        jobs,
    },
};

use super::{fill, verify};
use crate::support::{BEGIN, TestApp};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn daily(folder: &Path) -> BackupConfig {
    BackupConfig {
        folder: Some(folder.to_owned()),
        at: TimeOfDay { hour: 12, minute: 0 },
        keep_last: 2,
        keep_daily: 3,
        keep_weekly: 0,
        ..BackupConfig::default()
    }
}

async fn plan_now(app: &TestApp, config: &BackupConfig) -> Vec<Timestamp> {
    let config = config.clone();
    let db = app.system();
    db.write("test.schedule", move |tx| backup::schedule(tx, &config))
        .await
        .expect("scheduled");
    let page = db.read("test.jobs", |read| jobs::list_jobs(read, None, None, None, 50)).await;
    let waiting = page.expect("jobs").items.into_iter().filter(|job| job.kind == "backup.make");
    waiting.map(|job| job.run_at).collect()
}

fn backups(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn one_is_made_each_day_and_old_ones_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = daily(folder.path());
    let of_app = config.clone();
    let app = TestApp::start_with(move |all| all.backup = of_app).await;
    fill(&app).await;
    let stranger = folder.path().join("momentum-00000000-20200101T000000Z.backup");
    std::fs::write(&stranger, "another instance's").expect("written");
    let noon = BEGIN.plus_secs(3 * 3600);
    assert_eq!(plan_now(&app, &config).await, [noon]);
    assert_eq!(plan_now(&app, &config).await, [noon], "a second start changes nothing");
    app.settle().await;
    assert_eq!(backups(folder.path()).len(), 1, "it is not noon yet");
    app.pass(Duration::from_secs(3 * 3600)).await;
    for _ in 0..5 {
        app.pass(DAY).await;
    }
    let names = backups(folder.path());
    assert_eq!(names.len(), 4, "three days, and the stranger's: {names:?}");
    assert!(stranger.exists());
    for name in names.iter().filter(|name| !name.contains("00000000")) {
        let report = verify(&folder.path().join(name), &Unlock::default()).await.expect("it is sound");
        assert!(report.is_good());
    }
    let standing = app.system().read("test.last", backup::last).await.expect("a standing");
    let made = standing.made.expect("it was recorded");
    assert_eq!(
        (made.trigger.as_str(), made.started_at),
        ("schedule", noon.plus_secs(5 * 24 * 3600))
    );
    assert_eq!(plan_now(&app, &config).await, [noon.plus_secs(6 * 24 * 3600)]);
}

#[tokio::test]
async fn a_changed_schedule_replaces_the_planned_one_and_none_ends_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = TestApp::start().await;
    let mut config = daily(folder.path());
    plan_now(&app, &config).await;
    config.at = TimeOfDay { hour: 10, minute: 30 };
    assert_eq!(plan_now(&app, &config).await, [BEGIN.plus_secs(5400)]);
    config.folder = None;
    assert_eq!(plan_now(&app, &config).await, []);
}

#[tokio::test]
async fn a_folder_that_is_away_is_tried_again_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    // A file where the folder should be: as a disk that is not mounted, it cannot be written.
    let away = folder.path().join("disk");
    std::fs::write(&away, "").expect("written");
    let config = daily(&away.join("backups"));
    let of_app = config.clone();
    let mut app = TestApp::start_with(move |all| all.backup = of_app).await;
    app.leave_work_behind();
    plan_now(&app, &config).await;
    app.pass(Duration::from_secs(3 * 3600)).await;
    let standing = app.system().read("test.last", backup::last).await.expect("a standing");
    assert!(standing.made.is_none() && standing.failed.is_some_and(|f| f.error.is_some_and(|e| e.contains("disk"))));
    assert_eq!(
        plan_now(&app, &config).await.len(),
        2,
        "this one is tried again, and the next waits"
    );
    std::fs::remove_file(&away).expect("it is back");
    app.pass(Duration::from_secs(60)).await;
    assert_eq!(backups(&away.join("backups")).len(), 1);
    let standing = app.system().read("test.last", backup::last).await.expect("a standing");
    assert!(standing.made.is_some() && standing.failed.is_none());
}

#[tokio::test]
async fn files_beside_go_when_no_backup_needs_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = daily(folder.path());
    (config.media, config.keep_last, config.keep_daily) = (MediaChoice::Beside, 1, 0);
    let of_app = config.clone();
    let app = TestApp::start_with(move |all| all.backup = of_app).await;
    fill(&app).await;
    plan_now(&app, &config).await;
    app.pass(Duration::from_secs(3 * 3600)).await;
    let stored = || {
        let all = super::files(&folder.path().join("media")).into_keys();
        all.filter(|name| !name.starts_with("used-by") && name != "about.json").count()
    };
    let before = stored();
    let ana = app.learner("Bea").await;
    let put = |seed| ana.upload(axum::http::Method::PUT, "/me/picture", super::png(64, seed));
    put(40).await.expect(200);
    app.pass(DAY).await;
    assert_eq!(stored(), before + 1);
    put(41).await.expect(200);
    app.settle().await;
    app.pass(DAY).await;
    assert_eq!(stored(), before + 1, "the picture of yesterday is in no backup any more");
    let names = backups(folder.path());
    assert_eq!(names.len(), 1);
    let report = verify(&folder.path().join(&names[0]), &Unlock::default())
        .await
        .expect("it is sound");
    assert!(report.is_good(), "{:?}", report.problems);
}
