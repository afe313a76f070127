//! The binary as a service: what it tells its manager, and how it reads certificates again.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    os::unix::net::UnixDatagram,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};

use super::{HOST, Pair};
use crate::support::certs::{Authority, connect, get, shown};

struct Service {
    child: Child,
    socket: UnixDatagram,
    at: SocketAddr,
    plain: SocketAddr,
    data: tempfile::TempDir,
}

impl Service {
    /// Started as a manager starts it, with a watchdog of 0.8 s.
    fn start(pair: &Pair) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let path = data.path().join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
        let mut child = Command::new(env!("CARGO_BIN_EXE_momentum"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data.path())
            .args([
                "--set",
                &format!("server.public_url=https://{HOST}"),
                "--set",
                "tls.redirect_listen=127.0.0.1:0",
            ])
            .args(["--set", &format!("tls.certificate_file={}", pair.path("cert.pem").display())])
            .args(["--set", &format!("tls.key_file={}", pair.path("key.pem").display())])
            .env("NOTIFY_SOCKET", &path)
            .env("WATCHDOG_USEC", "800000")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("its words")).lines();
        let line = lines
            .map_while(Result::ok)
            .find(|line| line.contains("listens on"))
            .expect("where it listens");
        let address = |scheme: &str| {
            let (_, rest) = line.split_once(scheme).expect("an address");
            let end = rest.find([' ', ',']).unwrap_or(rest.len());
            rest[..end].parse().expect("an address")
        };
        Self {
            at: address(" https://"),
            plain: address(" http://"),
            child,
            socket,
            data,
        }
    }

    fn told(&self) -> Option<String> {
        let mut buffer = [0; 4096];
        let length = self.socket.recv(&mut buffer).ok()?;
        Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
    }

    /// The next message with these words.
    fn hear(&self, words: &str) -> String {
        std::iter::from_fn(|| self.told())
            .find(|told| told.contains(words))
            .unwrap_or_else(|| panic!("{words} was not said"))
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("a signal");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _reaped_already = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_manager_is_told_and_a_signal_reads_the_certificate_again() {
    let authority = Authority::new();
    let (first, second) = (authority.issue(&[HOST]), authority.issue(&[HOST]));
    let pair = Pair::new(&first);
    let mut service = Service::start(&pair);
    let ready = service.hear("READY=1");
    assert!(ready.contains(&format!("STATUS=Listens on https://{}", service.at)), "{ready}");
    let client = || Arc::new(authority.client(&[]));
    assert_eq!(shown(&connect(service.at, HOST, &client()).await.expect("a handshake")), first.der);
    assert!(get(service.at, HOST, &client(), "/readyz").await.starts_with("HTTP/1.1 200"));
    let plain = tokio::net::TcpStream::connect(service.plain).await.expect("a connection");
    let answer = crate::support::certs::talk(plain, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 308"), "{answer}");

    pair.put("cert.pem", &second.certificate);
    pair.put("key.pem", &second.key);
    service.signal(Signal::HUP);
    assert!(service.hear("RELOADING=1").contains("MONOTONIC_USEC="));
    service.hear("READY=1");
    assert_eq!(shown(&connect(service.at, HOST, &client()).await.expect("a handshake")), second.der);

    service.signal(Signal::TERM);
    service.hear("STOPPING=1");
    assert!(service.child.wait().expect("it ends").success());
}

#[test]
fn the_watchdog_is_told_only_while_the_database_answers() {
    let authority = Authority::new();
    let pair = Pair::new(&authority.issue(&[HOST]));
    let service = Service::start(&pair);
    service.hear("READY=1");
    service.hear("WATCHDOG=1");
    let other = Connection::open(service.data.path().join("momentum.db")).expect("it opens");
    other.busy_timeout(Duration::from_secs(30)).expect("patience");
    other.execute_batch("BEGIN IMMEDIATE").expect("the write lock");
    // What was said before the lock is still to be heard; after that, nothing.
    service.socket.set_read_timeout(Some(Duration::from_millis(1500))).expect("a limit");
    let heard: Vec<_> = std::iter::from_fn(|| service.told()).take(10).collect();
    assert!(heard.len() <= 2, "a database that hangs was called well: {heard:?}");
    other.execute_batch("ROLLBACK").expect("the lock goes");
    service.socket.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
    service.hear("WATCHDOG=1");
}
