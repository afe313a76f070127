//! The control socket: verbs asked of a server that runs.
//!
//! `control.sock` in the data folder, open to its owner alone. One line of JSON asks, lines of
//! JSON answer; see [`Frame`].

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    sync::mpsc,
};
use tokio_util::sync::CancellationToken;

use super::out::{Exit, Frame, Out, read_line};
use crate::app::App;

/// The socket's name in the data folder.
pub const SOCKET: &str = "control.sock";

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    /// The command line after the program's name.
    words: Vec<String>,
    /// Where the person stands who typed it.
    folder: PathBuf,
}

/// Asks the server that owns the folder; `None` when none runs.
///
/// # Errors
/// When the conversation breaks off.
pub async fn ask(data: &Path, words: Vec<String>, out: &mut Out) -> anyhow::Result<Option<Exit>> {
    let Ok(stream) = UnixStream::connect(data.join(SOCKET)).await else {
        return Ok(None);
    };
    let (read, mut write) = stream.into_split();
    let folder = std::env::current_dir()?;
    say(&mut write, &Asked { words, folder }).await?;
    let mut lines = BufReader::new(read).lines();
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line)? {
            Frame::Exit(exit) => return Ok(Some(exit)),
            Frame::Ask(prompt) => {
                let answer = tokio::task::spawn_blocking(move || read_line(&prompt, true)).await??;
                say(&mut write, &answer).await?;
            }
            Frame::Confirm(prompt) => {
                let answer = tokio::task::spawn_blocking(move || read_line(&prompt, false)).await??;
                say(&mut write, &answer).await?;
            }
            frame => out.send(frame),
        }
    }
    anyhow::bail!("the server ended the conversation before the verb was done")
}

async fn say(write: &mut (impl AsyncWrite + Unpin), what: &impl Serialize) -> anyhow::Result<()> {
    let mut line = serde_json::to_string(what)?;
    line.push('\n');
    write
        .write_all(line.as_bytes())
        .await
        .context("the server does not listen any more")
}

/// Listens in the data folder of an instance that this process owns.
///
/// # Errors
/// When the socket cannot be made, for instance because the folder's path is too long for one.
pub fn bind(data: &Path) -> anyhow::Result<UnixListener> {
    let path = data.join(SOCKET);
    // The folder's lock is ours, so a socket in it is a dead process's.
    if path.exists() {
        std::fs::remove_file(&path)?;
    }
    let listener = UnixListener::bind(&path).with_context(|| format!("{}", path.display()))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// How much one asker may say in all, in bytes.
const MOST: u64 = 1024 * 1024;

/// How long a verb may go on after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Answers until `stop`. A verb under way may then finish for a while, unless `hurry` comes first.
pub async fn serve(listener: UnixListener, app: Arc<App>, stop: CancellationToken, hurry: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        if !is_ours(&stream) {
            tracing::warn!("somebody else's process was refused at the control socket");
            continue;
        }
        let (worker, stop, hurry) = (app.clone(), stop.clone(), hurry.clone());
        app.spawn(async move {
            if let Err(error) = converse(stream, worker, &stop, &hurry).await {
                tracing::warn!(%error, "a conversation on the control socket broke off");
            }
        });
    }
    let path = listener.local_addr().ok().and_then(|addr| addr.as_pathname().map(Path::to_owned));
    if let Some(path) = path {
        // Left behind it would only be found dead at the next start.
        drop(std::fs::remove_file(path));
    }
}

/// Only the owner of this process, or root, may command it.
fn is_ours(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| peer.uid() == own || peer.uid() == 0)
}

async fn converse(stream: UnixStream, app: Arc<App>, stop: &CancellationToken, hurry: &CancellationToken) -> anyhow::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read.take(MOST)).lines();
    let first = tokio::select! {
        line = lines.next_line() => line?,
        // Who has asked nothing by now is not waited for.
        () = stop.cancelled() => return Ok(()),
    };
    let asked: Asked = serde_json::from_str(&first.context("nothing was asked")?).context("that is no question")?;
    tracing::info!(words = ?asked.words.first(), "asked through the control socket");
    let (frames, mut said) = mpsc::unbounded_channel();
    let (answer, answers) = mpsc::channel(1);
    let work = tokio::spawn(async move {
        let mut out = Out::remote(super::wants_json(&asked.words), asked.folder, frames, answers);
        let exit = match super::run_words(&app, asked.words, &mut out).await {
            Ok(exit) => exit,
            Err(error) => out.fail(&error),
        };
        out.send(Frame::Exit(exit));
    });
    let abort = work.abort_handle();
    let talk = async {
        loop {
            tokio::select! {
                frame = said.recv() => match frame {
                    Some(frame) => say(&mut write, &frame).await?,
                    None => return anyhow::Ok(()),
                },
                line = hear(&mut lines) => match line? {
                    Some(text) => answer.try_send(text).ok().context("nobody asked")?,
                    // Whoever asked has gone: as if he had pressed Ctrl-C.
                    None => anyhow::bail!("the asker left"),
                },
            }
        }
    };
    let talked = tokio::select! {
        talked = talk => Some(talked),
        () = grace(stop, hurry) => None,
    };
    if !matches!(talked, Some(Ok(()))) {
        abort.abort();
    }
    let is_broken = work.await.is_err_and(|error| error.is_panic());
    if is_broken {
        end(&mut write, "error: the verb broke; see the server's log").await?;
    } else if talked.is_none() {
        end(&mut write, "error: the server stops; the verb was cut off").await?;
    }
    talked.unwrap_or(Ok(()))
}

/// The time that a verb has after the server was told to stop.
async fn grace(stop: &CancellationToken, hurry: &CancellationToken) {
    stop.cancelled().await;
    tokio::select! {
        () = tokio::time::sleep(GRACE) => {}
        () = hurry.cancelled() => {}
    }
}

async fn end(write: &mut (impl AsyncWrite + Unpin), why: &str) -> anyhow::Result<()> {
    say(write, &Frame::Note(why.into())).await?;
    say(write, &Frame::Exit(Exit::Failed)).await
}

async fn hear(lines: &mut tokio::io::Lines<BufReader<impl AsyncRead + Unpin>>) -> anyhow::Result<Option<String>> {
    let line = lines.next_line().await?;
    line.map(|line| serde_json::from_str(&line).context("not an answer")).transpose()
}
