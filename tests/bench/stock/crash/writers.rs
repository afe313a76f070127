//! Clients that write and remember what was acknowledged.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use reqwest::{Client as Http, RequestBuilder};
use serde_json::json;
use tokio::sync::Mutex;

/// What the server acknowledged.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Texts of notes.
    pub(super) notes: BTreeSet<String>,
    /// Tokens' numbers and lessons.
    pub(super) completed: BTreeSet<(usize, String)>,
}

/// What clients need.
pub(super) struct Load {
    pub(super) http: Http,
    /// Token and a lesson that is open, of each person.
    pub(super) people: Vec<(String, String)>,
    /// What each of them can complete.
    pub(super) open: Vec<(usize, String)>,
    next: AtomicU64,
    pub(super) seen: Arc<Mutex<Seen>>,
    pub(super) told: Arc<AtomicU64>,
}

impl Load {
    pub(super) fn read(lists: &Path, seen: Arc<Mutex<Seen>>, told: Arc<AtomicU64>) -> anyhow::Result<Self> {
        let people = std::fs::read_to_string(lists.join("people.tsv"))?;
        let people = people.lines().filter_map(|line| {
            let mut parts = line.split('\t');
            Some((parts.next()?.to_owned(), parts.nth(1)?.to_owned()))
        });
        let open = std::fs::read_to_string(lists.join("complete.tsv"))?;
        let open = open.lines().filter_map(|line| {
            let (person, lesson) = line.split_once('\t')?;
            Some((person.parse().ok()?, lesson.to_owned()))
        });
        Ok(Self {
            http: Http::builder()
                .pool_max_idle_per_host(64)
                .timeout(std::time::Duration::from_secs(20))
                .build()?,
            people: people.collect(),
            open: open.collect(),
            next: AtomicU64::new(0),
            seen,
            told,
        })
    }

    fn post(&self, address: &str, person: usize, path: &str, body: &serde_json::Value) -> RequestBuilder {
        let url = format!("{address}/api/v1/lessons/{path}");
        self.http.post(url).bearer_auth(&self.people[person].0).json(body)
    }

    /// Writes until `stop`, or until the server is gone. An answer of 503 or 500 is an honest error:
    /// nothing was promised; any other refusal is a fault of the test.
    pub(super) async fn write_on(self: Arc<Self>, address: String, name: String, stop: Arc<AtomicBool>) -> anyhow::Result<()> {
        let mut n = 0_u64;
        while !stop.load(Ordering::Relaxed) {
            n += 1;
            let is_gone = if n.is_multiple_of(8) {
                self.complete(&address).await?
            } else {
                self.note(&address, &format!("{name} note {n}")).await?
            };
            if is_gone {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn note(&self, address: &str, text: &str) -> anyhow::Result<bool> {
        let person = text.len() * 31 + text.bytes().map(usize::from).sum::<usize>();
        let person = person % self.people.len();
        let body = json!({ "text": text, "key": text.replace(' ', "-") });
        let sent = self
            .post(address, person, &format!("{}/notes", self.people[person].1), &body)
            .send()
            .await;
        if self.is_kept(sent, 201).await? == Some(true) {
            self.seen.lock().await.notes.insert(text.to_owned());
            return Ok(false);
        }
        Ok(!self.is_there(address).await)
    }

    async fn complete(&self, address: &str) -> anyhow::Result<bool> {
        let n = usize::try_from(self.next.fetch_add(1, Ordering::Relaxed))?;
        let (person, lesson) = &self.open[n % self.open.len()];
        let sent = self.post(address, *person, &format!("{lesson}/complete"), &json!({})).send().await;
        if self.is_kept(sent, 200).await? == Some(true) {
            self.seen.lock().await.completed.insert((*person, lesson.clone()));
            return Ok(false);
        }
        Ok(!self.is_there(address).await)
    }

    /// `Some(true)` when it was acknowledged, `Some(false)` when an error was told, `None` when
    /// nobody answered.
    async fn is_kept(&self, sent: reqwest::Result<reqwest::Response>, good: u16) -> anyhow::Result<Option<bool>> {
        let Ok(answer) = sent else { return Ok(None) };
        let status = answer.status().as_u16();
        if status == good {
            return Ok(Some(true));
        }
        let text = answer.text().await.unwrap_or_default();
        anyhow::ensure!(matches!(status, 500 | 503), "refused: {status} {text}");
        self.told.fetch_add(1, Ordering::Relaxed);
        Ok(Some(false))
    }

    async fn is_there(&self, address: &str) -> bool {
        self.http.get(format!("{address}/healthz")).send().await.is_ok()
    }
}
