//! Pebble, Let's Encrypt's own small authority for tests (Debian: pebble), which really comes back
//! to look at challenges, refuses some nonces on purpose, and reuses no authorization here.

use std::{
    io::{BufRead as _, BufReader},
    net::{SocketAddr, TcpListener, UdpSocket},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use rustls::pki_types::{CertificateDer, pem::PemObject as _};

use super::certs::{self, Authority};

pub struct Pebble {
    children: Vec<Child>,
    /// Of the root of its web server: what a private authority's clients must be told.
    pub root_file: PathBuf,
    pub directory: String,
    management: SocketAddr,
    web: Authority,
    _folder: tempfile::TempDir,
}

impl Pebble {
    /// Starts one that looks at challenges on these ports of this machine, whatever the name;
    /// `None`, said in one line, where it is not installed.
    pub fn start(tls_port: u16, http_port: u16) -> Option<Self> {
        let is_installed =
            std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join("pebble").is_file()));
        if !is_installed {
            eprintln!("skipped: install pebble");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let web = Authority::new();
        let pair = web.issue(&["localhost"]);
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a file");
            path
        };
        let (root_file, certificate, key) = (
            file("root.pem", &web.pem()),
            file("web.pem", &pair.certificate),
            file("web.key", &pair.key),
        );
        let (listen, management, dns, names) = (free(), free(), free_for_names(), free());
        let config = serde_json::json!({"pebble": {
            "listenAddress": listen.to_string(), "managementListenAddress": management.to_string(),
            "certificate": certificate, "privateKey": key, "httpPort": http_port, "tlsPort": tls_port,
            "ocspResponderURL": "", "externalAccountBindingRequired": false,
        }});
        let config = file("config.json", &config.to_string());
        let mut resolver = Command::new("pebble-challtestsrv");
        resolver
            .args([
                "-defaultIPv6",
                "",
                "-defaultIPv4",
                "127.0.0.1",
                "-http01",
                "",
                "-https01",
                "",
                "-tlsalpn01",
                "",
            ])
            .args(["-dns01", &dns.to_string(), "-management", &names.to_string()]);
        let mut authority = Command::new("pebble");
        authority
            .args(["-strict", "-config", &config.display().to_string(), "-dnsserver", &dns.to_string()])
            .envs([
                ("PEBBLE_VA_NOSLEEP", "1"),
                ("PEBBLE_WFE_NONCEREJECT", "15"),
                ("PEBBLE_AUTHZREUSE", "0"),
            ]);
        let children = vec![
            until(resolver, "Starting management server"),
            until(authority, "ACME directory available"),
        ];
        Some(Self {
            children,
            root_file,
            directory: format!("https://localhost:{}/dir", listen.port()),
            management,
            web,
            _folder: folder,
        })
    }

    /// The root of what it issues, which is another one at every start.
    pub async fn root(&self) -> CertificateDer<'static> {
        let answer = certs::get(self.management, "localhost", &Arc::new(self.web.client(&[])), "/roots/0").await;
        CertificateDer::from_pem_slice(answer.as_bytes()).expect("a root")
    }
}

impl Drop for Pebble {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _gone_already = child.kill();
            let _reaped_already = child.wait();
        }
    }
}

/// Starts it, and waits for it to say this.
fn until(mut command: Command, words: &'static str) -> Child {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    command
        .stdout(writer.try_clone().expect("a pipe"))
        .stderr(writer)
        .stdin(Stdio::null());
    let child = command.spawn().expect("it starts");
    drop(command);
    let mut lines = BufReader::new(reader).lines().map_while(Result::ok);
    let mut heard = Vec::new();
    let found = lines.by_ref().any(|line| {
        let is_it = line.contains(words);
        heard.push(line);
        is_it
    });
    assert!(found, "it ended: {heard:?}");
    // Whoever says more is heard, or he would wait for it.
    std::thread::spawn(move || lines.for_each(drop));
    child
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port")
}

/// Free for UDP and TCP, as a name server needs it.
fn free_for_names() -> SocketAddr {
    std::iter::repeat_with(free).find(|at| UdpSocket::bind(at).is_ok()).expect("a port")
}
