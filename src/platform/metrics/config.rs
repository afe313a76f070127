//! Where figures may be read, and by whom.

use std::net::SocketAddr;

use crate::platform::config::Secret;

/// The fewest characters of a token that nobody guesses.
const LEAST: usize = 16;

crate::config_section! {
    /// Figures for Prometheus, at /metrics. Off unless one of these is set.
    MetricsConfig in "metrics" {
        /// Address and port of a listener for /metrics alone, such as 127.0.0.1:9464. With it the main
        /// port does not serve them.
        listen: Option<SocketAddr> = None;
        /// What a reader must send as `Authorization: Bearer …`, at least 16 characters. Without
        /// `listen` the main port serves /metrics to who knows it; with `listen` that asks for it, too.
        token: Option<Secret> = None;
    }
    check(this, refuse) {
        if this.token.as_ref().is_some_and(|token| token.reveal().chars().count() < LEAST) {
            refuse("token", format!("expected at least {LEAST} characters; make one with: openssl rand -hex 32"));
        }
    }
}
