//! One round: a server, a load, trouble, and a close look at what is left.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use momentum::platform::db;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::Mutex;

use super::{
    server::Server,
    writers::{Load, Seen},
};

/// Clients at once.
const CLIENTS: usize = 32;

/// What happens to the server.
pub(super) enum Trouble {
    /// kill -9 after so many milliseconds of load.
    Kill(u64),
    /// System calls fail by this rule of strace; then kill -9.
    Inject(String),
}

/// Torments one folder.
pub(super) struct Tester {
    binary: PathBuf,
    folder: PathBuf,
    load: Arc<Load>,
    pub(super) seen: Arc<Mutex<Seen>>,
    pub(super) told: Arc<AtomicU64>,
    pub(super) rounds: u32,
    has_doctor: bool,
}

impl Tester {
    pub(super) fn new(binary: PathBuf, folder: PathBuf, lists: &Path) -> anyhow::Result<Self> {
        let (seen, told) = (Arc::<Mutex<Seen>>::default(), Arc::<AtomicU64>::default());
        let has_doctor = Command::new(&binary).args(["doctor", "--help"]).output()?.status.success();
        Ok(Self {
            load: Arc::new(Load::read(lists, seen.clone(), told.clone())?),
            binary,
            folder,
            seen,
            told,
            rounds: 0,
            has_doctor,
        })
    }

    /// One round on the folder itself.
    pub(super) async fn round(&mut self, name: &str, trouble: &Trouble) -> anyhow::Result<()> {
        let folder = self.folder.clone();
        let (inject, length) = match trouble {
            Trouble::Kill(ms) => (None, *ms),
            Trouble::Inject(rule) => (Some(rule.as_str()), 2500),
        };
        let told = self.told.load(Ordering::Relaxed);
        let mut server = match Server::start(&self.binary, &folder, inject) {
            Ok(server) => server,
            // The disk failed before the port was open: refusing to start is an honest answer, too.
            Err(error) if inject.is_some() => return self.look(name, &folder, &format!("{error}")).await,
            Err(error) => return Err(error),
        };
        let (writers, stop) = self.write(&server, name);
        tokio::time::sleep(Duration::from_millis(length)).await;
        if inject.is_some() {
            anyhow::ensure!(server.is_alive(), "{name}: the server fell over instead of telling");
            anyhow::ensure!(self.told.load(Ordering::Relaxed) > told, "{name}: nobody was told of an error");
        }
        server.kill()?;
        finish(writers, &stop).await?;
        let errors = self.told.load(Ordering::Relaxed) - told;
        self.look(name, &folder, &format!("{errors} errors told")).await
    }

    /// A round on a file system that fills up: writes are refused honestly, and go on by
    /// themselves when there is room again.
    pub(super) async fn full_disk(&mut self, name: &str, disk: &Path) -> anyhow::Result<()> {
        let folder = disk.join("data");
        let _none_before = std::fs::remove_dir_all(&folder);
        copy(&self.folder, &folder)?;
        let server = Server::start(&self.binary, &folder, None)?;
        let (writers, stop) = self.write(&server, name);
        tokio::time::sleep(Duration::from_millis(300)).await;
        let told = self.told.load(Ordering::Relaxed);
        let ballast = disk.join("ballast");
        // All that is left of the disk, and one byte.
        let filled = std::fs::File::create(&ballast).and_then(|mut file| std::io::copy(&mut std::io::repeat(1), &mut file));
        anyhow::ensure!(filled.is_err(), "{name}: {} is no small disk", disk.display());
        self.until(name, "an error is told", |tester, _| {
            tester.told.load(Ordering::Relaxed) > told + 10
        })
        .await?;
        std::fs::remove_file(&ballast)?;
        let kept = self.seen.lock().await.notes.len();
        self.until(name, "writes go on when there is room", move |_, notes| notes > kept + 50)
            .await?;
        server.kill()?;
        finish(writers, &stop).await?;
        let errors = self.told.load(Ordering::Relaxed) - told;
        self.look(name, &folder, &format!("{errors} errors told, then it went on")).await?;
        // What was written there stays there: the next round begins with it.
        std::fs::remove_dir_all(self.folder.join("index-v1")).or_else(ignore_missing)?;
        for ending in ["", "-wal", "-shm"] {
            let name = format!("{}{ending}", db::FILE);
            let _none = std::fs::remove_file(self.folder.join(&name));
            if folder.join(&name).exists() {
                std::fs::copy(folder.join(&name), self.folder.join(&name))?;
            }
        }
        Ok(())
    }

    async fn until(&self, name: &str, what: &str, is_so: impl Fn(&Self, usize) -> bool) -> anyhow::Result<()> {
        for _ in 0..400 {
            let notes = self.seen.lock().await.notes.len();
            if is_so(self, notes) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("{name}: waited 20 s in vain until {what}")
    }

    fn write(&self, server: &Server, name: &str) -> (Vec<tokio::task::JoinHandle<anyhow::Result<()>>>, Arc<AtomicBool>) {
        let stop = Arc::new(AtomicBool::new(false));
        let writers = (0..CLIENTS).map(|n| {
            let name = format!("{name} client {n}").replace([':', '=', '+', '.', ','], "-");
            tokio::spawn(self.load.clone().write_on(server.address.clone(), name, stop.clone()))
        });
        (writers.collect(), stop)
    }

    /// Opens what is left, as the next start does, and looks at all of it.
    async fn look(&mut self, name: &str, folder: &Path, remark: &str) -> anyhow::Result<()> {
        self.rounds += 1;
        super::super::check::verify(folder, usize::MAX).await?;
        let conn = Connection::open_with_flags(folder.join(db::FILE), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let seen = self.seen.lock().await;
        let texts: BTreeSet<String> = conn
            .prepare("SELECT text FROM notes")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let lost = seen.notes.difference(&texts).count();
        anyhow::ensure!(lost == 0, "{name}: {lost} acknowledged notes were lost");
        let mut done = conn.prepare(
            "SELECT count(*) FROM lesson_progress p JOIN sessions s ON s.user_id = p.user_id
             WHERE s.token_hash = ?1 AND p.lesson_id = ?2 AND p.completed_at IS NOT NULL",
        )?;
        for (person, lesson) in &seen.completed {
            let lesson: momentum::kernel::id::LessonId = lesson.parse()?;
            let hash = momentum::platform::crypto::token_hash(&self.load.people[*person].0);
            let found: i64 = done.query_row((hash, lesson), |row| row.get(0))?;
            anyhow::ensure!(found > 0, "{name}: an acknowledged completion was lost");
        }
        index_is_behind(&conn, folder)?;
        if self.has_doctor {
            let doctor = Command::new(&self.binary)
                .args(["doctor", "--json", "--data"])
                .arg(folder)
                .output()?;
            // 0 is clean; findings about this machine, not about the data, give 1 as well.
            let said = String::from_utf8_lossy(&doctor.stdout);
            let told: serde_json::Value = serde_json::from_str(&said).with_context(|| format!("{name}: the doctor says {said}"))?;
            let findings = told["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
            anyhow::ensure!(findings.len() > 20, "{name}: the doctor hardly looked: {said}");
            let bad: Vec<_> = findings.iter().filter(|finding| is_bad(finding)).collect();
            anyhow::ensure!(bad.is_empty(), "{name}: the doctor found {bad:?}");
        }
        super::super::say(&format!(
            "{name}: {} notes and {} completions are there; {remark}",
            seen.notes.len(),
            seen.completed.len()
        ))
    }
}

/// The index may be behind the outbox, never before it.
fn index_is_behind(conn: &Connection, folder: &Path) -> anyhow::Result<()> {
    let index = folder.join("index-v1");
    let Ok(current) = std::fs::read_to_string(index.join("CURRENT")) else {
        return Ok(());
    };
    let meta: serde_json::Value = serde_json::from_slice(&std::fs::read(index.join(current.trim()).join("meta.json"))?)?;
    let payload: serde_json::Value = serde_json::from_str(meta["payload"].as_str().unwrap_or("{}"))?;
    let head: i64 = conn.query_row(
        "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'search_outbox'",
        [],
        |row| row.get(0),
    )?;
    let heard = payload["seq"].as_i64().unwrap_or(i64::MAX);
    anyhow::ensure!(heard <= head, "the index heard {heard}, the outbox ends at {head}");
    Ok(())
}

async fn finish(writers: Vec<tokio::task::JoinHandle<anyhow::Result<()>>>, stop: &AtomicBool) -> anyhow::Result<()> {
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await??;
    }
    Ok(())
}

fn ignore_missing(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound {
        Ok(())
    } else {
        Err(error)
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_needed = name != "lists" && !name.to_string_lossy().starts_with("control");
        let kind = entry.file_type()?;
        if kind.is_dir() && is_needed {
            copy(&entry.path(), &to.join(name))?;
        } else if kind.is_file() && is_needed {
            std::fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

/// What the doctor may not say of a folder after a crash. Excused is what this test itself makes so:
/// no backup, no throttle, a small disk in memory, whoever runs it.
fn is_bad(finding: &serde_json::Value) -> bool {
    const EXCUSED: [&str; 6] = [
        "backup.age",
        "config.throttle",
        "disk.kind",
        "disk.space",
        "process.files",
        "process.user",
    ];
    let is_fine = matches!(finding["severity"].as_str(), Some("ok" | "notice"));
    !is_fine && !EXCUSED.iter().any(|check| finding["check"] == **check)
}
