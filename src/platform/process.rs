//! Other programs, such as ffprobe: in a process group of their own, with a time limit and a
//! limit on what they may say. When the caller goes away, the whole group ends.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{io::AsyncReadExt as _, process::Command};

/// How a run ended.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// It could not be started or read from.
    #[error("could not run: {0}")]
    Io(#[from] std::io::Error),
    /// It ended by itself, with a failure; the text is the end of what it complained about.
    #[error("failed: {0}")]
    Failed(String),
    /// It took too long and was ended.
    #[error("took longer than {0:?}")]
    Late(Duration),
    /// It said more than it may and was ended.
    #[error("said more than {0} bytes")]
    Verbose(u64),
}

/// The most that is kept of a program's complaints, in bytes.
const COMPLAINTS: u64 = 8 * 1024;

/// Finds a program on the search path.
#[must_use]
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Runs a program to its end and returns what it wrote, at most `most` bytes. It gets no input
/// and none of our environment but the search path.
///
/// # Errors
/// [`ProcessError`].
pub async fn run(program: &Path, arguments: &[&OsStr], limit: Duration, most: u64) -> Result<Vec<u8>, ProcessError> {
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let mut group = Group(child.id());
    let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(ProcessError::Io(std::io::ErrorKind::BrokenPipe.into()));
    };
    let listen = async move {
        let mut said = Vec::new();
        out.take(most + 1).read_to_end(&mut said).await?;
        // Who says too much is not waited for: his complaints may never end.
        if said.len() as u64 > most {
            Err(ProcessError::Verbose(most))
        } else {
            Ok(said)
        }
    };
    let note = async move {
        let (mut complained, mut err) = (Vec::new(), err.take(COMPLAINTS));
        err.read_to_end(&mut complained).await?;
        // What is not kept is still read, or the program would wait for ever.
        tokio::io::copy(&mut err.into_inner(), &mut tokio::io::sink()).await?;
        Ok(complained)
    };
    let work = async {
        let (said, complained) = tokio::try_join!(listen, note)?;
        let status = child.wait().await?;
        if status.success() {
            Ok(said)
        } else {
            Err(ProcessError::Failed(String::from_utf8_lossy(&complained).trim().to_owned()))
        }
    };
    let done = tokio::time::timeout(limit, work).await.map_err(|_| ProcessError::Late(limit))?;
    if !matches!(done, Err(ProcessError::Verbose(_))) {
        group.0 = None; // It was waited for: its number may belong to somebody else by now.
    }
    done
}

/// Ends every process of the group when dropped.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        let pid = self
            .0
            .and_then(|id| i32::try_from(id).ok())
            .and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            // It may have ended by itself meanwhile.
            let _gone = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn shell(script: &str, limit: Duration, most: u64) -> Result<Vec<u8>, ProcessError> {
        run(Path::new("/bin/sh"), &["-c".as_ref(), script.as_ref()], limit, most).await
    }

    #[tokio::test]
    async fn what_it_says_how_it_fails_and_when_it_is_ended() {
        let second = Duration::from_secs(5);
        assert_eq!(shell("printf hello", second, 100).await.ok(), Some(b"hello".to_vec()));
        assert!(matches!(shell("echo no >&2; exit 3", second, 100).await, Err(ProcessError::Failed(text)) if text == "no"));
        assert!(matches!(shell("yes", second, 100).await, Err(ProcessError::Verbose(100))));
        let began = std::time::Instant::now();
        assert!(matches!(
            shell("sleep 60 & sleep 60", Duration::from_millis(100), 100).await,
            Err(ProcessError::Late(_))
        ));
        assert!(began.elapsed() < second);
    }
}
