//! The control socket: verbs asked of a server that runs.
//!
//! `control.sock` in the data folder, open to its owner alone. One line of JSON asks, lines of
//! JSON answer; see [`Frame`].

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
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

/// Answers until `stop`.
pub async fn serve(listener: UnixListener, app: Arc<App>, stop: CancellationToken) {
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
        let worker = app.clone();
        app.spawn(async move {
            if let Err(error) = converse(stream, worker).await {
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

async fn converse(stream: UnixStream, app: Arc<App>) -> anyhow::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let asked: Asked = serde_json::from_str(&lines.next_line().await?.context("nothing was asked")?)?;
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
                    Some(text) => answer.send(text).await.context("nobody asked")?,
                    // Whoever asked has gone: as if he had pressed Ctrl-C.
                    None => anyhow::bail!("the asker left"),
                },
            }
        }
    };
    let talked = talk.await;
    if talked.is_err() {
        abort.abort();
    }
    if work.await.is_err_and(|error| error.is_panic()) {
        say(&mut write, &Frame::Note("error: the verb broke; see the server's log".into())).await?;
        say(&mut write, &Frame::Exit(Exit::Failed)).await?;
    }
    talked
}

async fn hear(lines: &mut tokio::io::Lines<BufReader<impl AsyncRead + Unpin>>) -> anyhow::Result<Option<String>> {
    let line = lines.next_line().await?;
    line.map(|line| serde_json::from_str(&line).context("not an answer")).transpose()
}
