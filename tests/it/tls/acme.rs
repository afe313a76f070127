//! Automatic certificates, got from Pebble.

use std::{fs, os::unix::fs::PermissionsExt as _, sync::Arc, time::Duration};

use momentum::platform::web::tls::{self, ACME_FOLDER, Tls, config::Challenge};
use tokio::net::TcpListener;

use super::{Served, assert_no_certificate, until};
use crate::support::{
    TestApp,
    certs::{client, connect, shown},
    pebble::Pebble,
};

const NAMES: [&str; 2] = ["learn.momentum.test", "www.momentum.test"];

/// A server that may answer these challenges, and the authority that looks at them. `is_tls_seen` says
/// whether the authority finds the TLS port.
async fn start(challenges: Vec<Challenge>, is_tls_seen: bool) -> Option<(Served, Pebble)> {
    let main = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let plain = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = |listener: &TcpListener| listener.local_addr().expect("an address").port();
    let pebble = Pebble::start(if is_tls_seen { port(&main) } else { 1 }, port(&plain))?;
    let app = TestApp::start_with(|config| {
        config.server.public_url = format!("https://{}", NAMES[0]);
        config.tls.acme_domains = NAMES.iter().map(|name| (*name).to_owned()).collect();
        config.tls.acme_terms_agreed = true;
        config.tls.acme_contact = vec!["ops@momentum.test".into()];
        config.tls.acme_directory = pebble.directory.clone();
        config.tls.acme_root_file = Some(pebble.root_file.clone());
        config.tls.acme_challenges = challenges;
        config.tls.redirect_listen = plain.local_addr().ok();
    })
    .await;
    Some((Served::start_on(app, main, plain), pebble))
}

#[tokio::test]
async fn a_certificate_is_got_by_tls_kept_and_renewed() {
    let Some((served, pebble)) = start(vec![Challenge::TlsAlpn01], true).await else {
        return;
    };
    if served.tls.served().is_none() {
        assert_no_certificate(served.at).await;
    }
    until("the first certificate", async || served.tls.served().is_some()).await;
    let trusting = Arc::new(client(pebble.root().await, &[], rustls::ALL_VERSIONS));
    let first = shown(&connect(served.at, NAMES[1], &trusting).await.expect("a chain that holds"));
    let about = served.tls.served().expect("a certificate");
    assert!(NAMES.iter().all(|name| about.covers(name)), "{about:?}");

    let data = served.app.platform().data().clone();
    let folder = data.join(ACME_FOLDER);
    let mode = |path: &std::path::Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let kept = || {
        fs::read_dir(&folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
    };
    until("both files", async || kept().count() == 2).await;
    assert!(kept().all(|path| mode(&path) == 0o600));

    // Another start serves what was kept, and orders nothing.
    let config = &served.app.platform().config;
    served.app.clock.set(about.not_before);
    let again = Tls::open(config, served.app.clock.clone()).expect("opens").expect("TLS");
    assert_eq!(again.served().as_ref(), Some(&about));
    assert_eq!(tls::expiry(config).expect("readable").as_ref(), Some(&about));
    served.tls.reload().await;
    assert_eq!(
        shown(&connect(served.at, NAMES[0], &trusting).await.expect("a handshake")),
        first,
        "not due"
    );

    served.app.clock.set(about.renew_at());
    served.tls.reload().await;
    let fresh = || Arc::new((*trusting).clone());
    until("the renewed certificate", async || {
        shown(&connect(served.at, NAMES[0], &fresh()).await.expect("a handshake")) != first
    })
    .await;
    served.end().await;
}

#[tokio::test]
async fn a_certificate_is_got_by_plain_http_where_tls_is_not_reached() {
    let challenges = vec![Challenge::TlsAlpn01, Challenge::Http01];
    let Some((served, pebble)) = start(challenges, false).await else {
        return;
    };
    until("the certificate", async || {
        // The wait after the first failure is a minute; a signal cuts it short.
        served.tls.reload().await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        served.tls.served().is_some()
    })
    .await;
    let trusting = Arc::new(client(pebble.root().await, &[], rustls::ALL_VERSIONS));
    connect(served.at, NAMES[0], &trusting).await.expect("a chain that holds");
    served.end().await;
}

#[tokio::test]
async fn what_was_kept_and_is_broken_is_got_anew() {
    let Some((served, _pebble)) = start(vec![Challenge::Http01], true).await else {
        return;
    };
    until("the certificate", async || served.tls.served().is_some()).await;
    let first = served.tls.served();
    let folder = served.app.platform().data().join(ACME_FOLDER);
    let kept = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let pem = kept
        .into_iter()
        .find(|path| path.extension().is_some_and(|end| end == "pem"))
        .expect("a certificate");
    let text = fs::read_to_string(&pem).expect("readable");
    fs::write(&pem, &text[..text.len() / 2]).expect("cut off");
    assert!(tls::expiry(&served.app.platform().config).is_err(), "doctor is told");

    let plain = served.plain;
    let app = served.leave().await;
    let main = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let served = Served::start_on(app, main, TcpListener::bind(plain).await.expect("the same port"));
    until("another certificate", async || served.tls.served().is_some()).await;
    assert_ne!(served.tls.served(), first);
    until("a whole file", async || tls::expiry(&served.app.platform().config).is_ok()).await;
    served.end().await;
}
