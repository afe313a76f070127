//! The real program as a server of its own.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use reqwest::Client as Http;
use serde_json::json;

use super::PASSWORD;

/// A server on a free port; killed when dropped.
pub struct Server {
    pub child: Child,
    /// Such as `http://127.0.0.1:40123`.
    pub address: String,
}

impl Server {
    /// Serves a data folder, with throttles off and its log thrown away.
    pub fn start(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_momentum"));
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .env("MOMENTUM__THROTTLE__IS_ON", "false")
            .stderr(Stdio::null());
        Self::listening(&mut command)
    }

    /// Runs a command that serves, until it says where it listens.
    pub fn listening(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let lines = BufReader::new(child.stdout.take().expect("its words")).lines();
        let address = lines
            .map_while(Result::ok)
            .filter(|line| line.contains("listens on"))
            .find_map(|line| line.split_whitespace().find(|w| w.starts_with("http://127")).map(str::to_owned));
        Self {
            child,
            address: address.expect("the server says where it listens"),
        }
    }

    /// As the kernel does it when memory is short: no farewell.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// Signs `learner.{n}` in and enrols him; his session. Enrolling again answers with the same place.
    pub async fn learn(&self, http: &Http, n: usize, course: &str) -> String {
        let body = json!({"email": format!("learner.{n}@example.com"), "password": PASSWORD});
        let sent = http.post(format!("{}/api/v1/auth/sign-in", self.address)).json(&body).send().await;
        let answer = sent.expect("an answer");
        let cookie = answer
            .headers()
            .get("set-cookie")
            .unwrap_or_else(|| panic!("a cookie, not {}", answer.status()));
        let cookie = cookie.to_str().expect("text").split(';').next().unwrap_or_default();
        let token = cookie.split_once('=').map(|(_, token)| token.to_owned()).expect("a session");
        let enrolled = http
            .post(format!("{}/api/v1/courses/{course}/enrolment", self.address))
            .bearer_auth(&token)
            .json(&json!({"pace": {"kind": "daily"}}))
            .send()
            .await
            .expect("an answer");
        assert!(matches!(enrolled.status().as_u16(), 200 | 201), "{}", enrolled.status());
        token
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _reaped_already = self.child.wait();
    }
}
