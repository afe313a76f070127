//! Mail: queued in a deed, rendered in the instance's colours, kept in the outbox or sent.

use std::time::Duration;

use momentum::{
    kernel::{id::MailId, text::Email},
    platform::{
        mail::{self, Letter, MailMode, MailSecurity, MailSettings},
        settings,
    },
};
use serde_json::json;

use crate::support::{
    TestApp,
    mails::parse,
    smtp::{Mood, SmtpServer},
};

async fn queue(app: &TestApp, to_name: &str) -> MailId {
    let platform = app.platform().clone();
    let letter = Letter {
        to: Email::parse("ana@example.com").expect("an address"),
        to_name: to_name.into(),
        template: "test",
        language: "de-AT".into(),
        data: json!({}),
    };
    let db = app.system();
    let queued = db.write("test.mail", move |tx| mail::queue(tx, &platform, &letter));
    queued.await.expect("a mail is queued")
}

async fn through(app: &TestApp, port: u16) {
    let section = MailSettings {
        mode: MailMode::Smtp,
        host: "127.0.0.1".into(),
        port,
        security: MailSecurity::None,
        ..MailSettings::default()
    };
    let db = app.system();
    let put = db.write("test.settings", move |tx| settings::put(tx, &section));
    put.await.expect("settings are stored");
}

async fn state(app: &TestApp, id: MailId) -> (String, Option<String>, bool) {
    let db = app.system();
    let found = db.read("test.state", move |read| {
        read.get(
            "mail",
            "SELECT state, last_error, data IS NULL FROM mails WHERE id = ?1",
            [id],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
    });
    found.await.expect("the mail's row")
}

#[tokio::test]
async fn without_a_server_mails_are_kept_as_files() {
    let app = TestApp::start().await;
    let id = queue(&app, "Ana <b>שלום</b> 🦉").await;
    assert_eq!(state(&app, id).await, ("waiting".into(), None, false));
    app.settle().await;
    let mails = app.mails();
    let [mail] = mails.as_slice() else { panic!("one mail: {mails:?}") };
    assert!(mail.to.contains("ana@example.com") && mail.to.contains('🦉'), "{}", mail.to);
    assert!(
        mail.from.contains("Momentum") && mail.from.contains("momentum@127.0.0.1"),
        "{}",
        mail.from
    );
    assert_eq!(mail.subject, "Momentum can send mail");
    assert!(mail.text.contains("Hello Ana <b>שלום</b> 🦉,"), "{}", mail.text);
    assert!(
        mail.html.contains("Hello Ana &lt;b&gt;שלום&lt;") && !mail.html.contains("<b>"),
        "{}",
        mail.html
    );
    assert!(mail.message_id.ends_with("@127.0.0.1>"), "{}", mail.message_id);
    assert_eq!(state(&app, id).await, ("sent".into(), None, true), "what it said is gone");
}

#[tokio::test]
async fn a_busy_server_is_asked_again_with_the_same_message() {
    let app = TestApp::start().await;
    let server = SmtpServer::start(&[Mood::Answers(451), Mood::HangsUp]).await;
    through(&app, server.port).await;
    let id = queue(&app, "Ana").await;
    app.settle().await;
    let (waits, error, is_empty) = state(&app, id).await;
    assert!(waits == "waiting" && !is_empty && error.unwrap_or_default().contains("not this time"));
    app.pass(Duration::from_secs(6)).await;
    assert_eq!(state(&app, id).await.0, "waiting", "nobody said that it was taken");
    app.pass(Duration::from_secs(30)).await;
    assert_eq!(state(&app, id).await, ("sent".into(), None, true));
    let ids: Vec<String> = server.messages().iter().map(|m| parse(m).message_id).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1], "the second can be recognised");
}

#[tokio::test]
async fn a_permanent_refusal_ends_it_and_a_person_can_try_again() {
    let mut app = TestApp::start().await;
    app.leave_work_behind();
    let server = SmtpServer::start(&[Mood::Answers(550)]).await;
    through(&app, server.port).await;
    let id = queue(&app, "Ana").await;
    app.settle().await;
    assert_eq!(state(&app, id).await.0, "failed");
    let db = app.system();
    let counts = db.read("test.counts", mail::counts).await.expect("counts");
    assert_eq!((counts.waiting, counts.failed), (0, 1));
    let dead = db.read("test.dead", |read| {
        read.get("job", "SELECT id FROM jobs WHERE state = 'dead'", [], |row| row.get(0))
    });
    let job = dead.await.expect("a dead job");
    db.write("test.retry", move |tx| momentum::platform::jobs::retry_job(tx, job))
        .await
        .expect("it waits again");
    app.settle().await;
    assert_eq!(state(&app, id).await.0, "sent");
}

#[tokio::test]
async fn a_server_that_is_away_or_knows_us_not_loses_nothing() {
    let app = TestApp::start().await;
    let server = SmtpServer::start(&[Mood::Answers(530)]).await;
    through(&app, server.port).await;
    let id = queue(&app, "Ana").await;
    app.settle().await;
    assert_eq!(state(&app, id).await.0, "waiting");
    app.pass(Duration::from_secs(6)).await;
    assert_eq!(state(&app, id).await.0, "sent");
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0))
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port();
    through(&app, closed).await;
    let id = queue(&app, "Ana").await;
    app.settle().await;
    assert_eq!(state(&app, id).await.0, "waiting");
    through(&app, server.port).await;
    app.pass(Duration::from_secs(6)).await;
    assert_eq!(state(&app, id).await.0, "sent");
}

#[tokio::test]
async fn an_unknown_template_is_refused_in_the_deed() {
    let app = TestApp::start().await;
    let platform = app.platform().clone();
    let letter = Letter {
        to: Email::parse("ana@example.com").expect("an address"),
        to_name: String::new(),
        template: "no-such",
        language: "en".into(),
        data: json!({}),
    };
    let refused = app.system().write("test.mail", move |tx| mail::queue(tx, &platform, &letter)).await;
    assert!(refused.is_err());
    app.settle().await;
    assert!(app.mails().is_empty());
}

#[test]
fn links_are_found_in_the_text() {
    let mail = parse("Subject: a\r\n\r\n--\r\nContent-Type: text/plain\r\n\r\nOpen https://x.org/verify?token=abc now\r\n");
    assert_eq!(mail.link("/verify?token="), "/verify?token=abc");
}
