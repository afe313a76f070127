//! The server as a child: started, spied on, killed.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// A server on a free port; killed when dropped.
pub(super) struct Server {
    child: Child,
    /// Where it listens.
    pub(super) address: String,
}

impl Server {
    /// Starts it; with `inject`, under a tracer that makes system calls fail by that rule.
    pub(super) fn start(binary: &Path, folder: &Path, inject: Option<&str>) -> anyhow::Result<Self> {
        let mut command = match inject {
            None => Command::new(binary),
            Some(rule) => {
                let call = rule.split(':').next().unwrap_or_default();
                let mut command = Command::new("strace");
                // -D: the server is the child, the tracer its grandchild, so that a kill meets the server.
                command.args([
                    "-D",
                    "-f",
                    "-q",
                    "-o",
                    "/dev/null",
                    "-e",
                    &format!("trace={call}"),
                    "-e",
                    &format!("inject={rule}"),
                ]);
                command.arg(binary);
                command
            }
        };
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .env("MOMENTUM__THROTTLE__IS_ON", "false")
            .env("MOMENTUM__LOG__LEVEL", "off")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let said = child.stdout.take().map(BufReader::new);
        let address = said
            .into_iter()
            .flat_map(|said| said.lines().map_while(Result::ok))
            .find_map(|line| {
                let words = line.split_whitespace().find(|word| word.starts_with("http://127"));
                words.filter(|_| line.contains("listens on")).map(str::to_owned)
            });
        let Some(address) = address else {
            let _gone = child.kill();
            let status = child.wait()?;
            anyhow::bail!("the server did not start: {status}");
        };
        Ok(Self { child, address })
    }

    /// As the kernel does it when memory is short: no farewell.
    pub(super) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Whether it still runs.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _reaped_already = self.child.wait();
    }
}
