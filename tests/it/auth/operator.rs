//! `momentum users`, as it runs on an instance.

use momentum::cli::{self, Exit, Out, out::Frame};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Browser, OTHER, PASSWORD};
use crate::support::TestApp;

/// Runs a verb whose questions are answered by this password; gives how it ended and what it said.
async fn run(app: &TestApp, words: &str, password: &str) -> (Exit, String) {
    let (frames, mut said) = mpsc::unbounded_channel();
    let (answer, answers) = mpsc::channel(1);
    answer.send(password.to_owned()).await.expect("an answer");
    let words: Vec<String> = words.split(' ').map(|word| word.replace('_', " ")).collect();
    let mut out = Out::remote(cli::wants_json(&words), std::env::temp_dir(), frames, answers);
    let exit = match cli::run_words(app, words, &mut out).await {
        Ok(exit) => exit,
        Err(error) => out.fail(&error),
    };
    drop(out);
    let mut text = String::new();
    while let Some(frame) = said.recv().await {
        if let Frame::Out(words) | Frame::Note(words) = frame {
            text.push_str(&words);
        }
    }
    (exit, text)
}

#[tokio::test]
async fn an_operator_opens_accounts() {
    let app = TestApp::start().await;
    let (exit, said) = run(&app, "users create-admin --email root@example.com --name Root --json", PASSWORD).await;
    assert_eq!(exit, Exit::Done, "{said}");
    let said: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((&said["role"], &said["is_new"]), (&json!("admin"), &json!(true)));
    let mut root = Browser::at(&app, "192.0.2.1");
    assert_eq!(
        root.sign_in("root@example.com", PASSWORD).await.expect(200)["user"]["role"],
        "admin"
    );
    let (exit, said) = run(
        &app,
        "users create --email ivo@example.com --name Ivo_Lind --role instructor --no-password",
        "",
    )
    .await;
    assert_eq!(exit, Exit::Done, "{said}");
    let (exit, said) = run(&app, "users create --email IVO@example.com --name Ivo", PASSWORD).await;
    assert_eq!(exit, Exit::Failed);
    assert!(said.contains("has an account already"), "{said}");
    let (exit, said) = run(&app, "users create --email a@example.com --name A", "password").await;
    assert_eq!(exit, Exit::Usage, "{said}");
    let (_, said) = run(&app, "users list --search lin", "").await;
    assert!(said.contains("ivo@example.com") && !said.contains("root@"), "{said}");
    let (_, said) = run(&app, "users list --json --role admin", "").await;
    let said: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(
        (said["items"].as_array().map(Vec::len), &said["items"][0]["state"]),
        (Some(1), &json!("active"))
    );
    let trail = root.get("/admin/audit").await.expect(200);
    let actions: Vec<_> = trail["items"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| (&row["actor"], &row["action"]))
        .collect();
    assert!(
        actions
            .iter()
            .filter(|(actor, action)| **actor == "cli" && **action == "auth.open_account")
            .count()
            == 2,
        "{actions:?}"
    );
    assert!(!trail.to_string().contains("ivo@"), "no addresses in the trail");
    app.settle().await;
}

#[tokio::test]
async fn a_locked_out_admin_gets_back_in() {
    let app = TestApp::start().await;
    let (root, second) = (app.admin("Root").await, app.admin("Second").await);
    second
        .patch(&format!("/users/{}", root.id()), json!({"is_active": false}))
        .await
        .expect(200);
    app.settle().await;
    let (exit, said) = run(&app, "users create-admin --email root@example.com --name Root", OTHER).await;
    assert_eq!(exit, Exit::Done, "{said}");
    assert!(said.contains("was made an admin"), "{said}");
    let mut browser = Browser::at(&app, "192.0.2.1");
    assert_eq!(browser.sign_in("root@example.com", PASSWORD).await.status, 401);
    assert_eq!(
        browser.sign_in("root@example.com", OTHER).await.expect(200)["user"]["role"],
        "admin"
    );
    app.settle().await;
}
