//! The configuration, and the process that runs with it: what works but is better otherwise.

use std::net::IpAddr;

use super::{Check, Finding, Patient, bytes};
use crate::{
    kernel::error::Result,
    platform::{config::Config, web::address},
};

/// Memory below which a run with transcodes or imports may be ended by the system.
const LITTLE_MEMORY: u64 = 512 * 1024 * 1024;

pub(super) fn checks() -> Vec<Check> {
    vec![
        Check::database("config.address", |patient, db| {
            Box::pin(async move {
                let platform = patient.platform.clone();
                let url = db.read("doctor.address", move |read| address::public_url(read, &platform.config));
                told(reached(&patient.platform.config, &url.await?))
            })
        }),
        Check::house("config.listen", |patient| {
            Box::pin(async move { told(listen(&patient.platform.config)) })
        }),
        Check::house("config.proxies", |patient| {
            Box::pin(async move { told(proxies(&patient.platform.config)) })
        }),
        Check::house("config.throttle", |patient| {
            Box::pin(async move { told(throttle(&patient.platform.config)) })
        }),
        Check::house("config.log", |patient| Box::pin(async move { told(log(&patient.platform.config)) })),
        Check::house("process.user", |patient| Box::pin(async move { told(user(&patient)) })),
        Check::house("process.files", |patient| Box::pin(async move { told(open_files(&patient)) })),
        Check::house("process.memory", |_| Box::pin(async move { told(memory(free_to_use())) })),
    ]
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every check")]
fn told(finding: Finding) -> Result<Vec<Finding>> {
    Ok(vec![finding])
}

/// Whether people who are elsewhere can reach this host name.
fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
}

fn reached(config: &Config, url: &str) -> Finding {
    let mend = "Set server.public_url, or the address in the settings, to what people type, such as https://learn.example.com.";
    if is_here(&address::host_of(url)) {
        let says = format!("The public address is {url}: links in mails lead nowhere but to this machine.");
        return if config.server.listen.ip().is_loopback() {
            Finding::notice(says, mend)
        } else {
            Finding::warning(says, mend)
        };
    }
    if url.to_ascii_lowercase().starts_with("http://") {
        return Finding::warning(
            format!("The public address is {url}: passwords travel in the clear."),
            "Serve it over TLS and begin the address with https://.",
        );
    }
    Finding::ok(format!("People reach it at {url}."))
}

fn listen(config: &Config) -> Finding {
    let listen = config.server.listen;
    if config.tls.is_on() {
        return Finding::ok(format!("It listens on {listen}, with TLS."));
    }
    if !listen.ip().is_unspecified() {
        return Finding::ok(format!("It listens on {listen}."));
    }
    let is_secure = config.server.public_url.to_ascii_lowercase().starts_with("https://");
    if is_secure && !config.server.trusted_proxies.is_empty() {
        return Finding::notice(
            format!("It listens on every address ({listen}), so it can be reached past the proxy."),
            "Let server.listen be the address that the proxy uses, unless a firewall or a container keeps others out.",
        );
    }
    Finding::warning(
        format!("It listens on every address ({listen}) without TLS."),
        "Set server.listen to 127.0.0.1 and put a TLS proxy in front, named in server.trusted_proxies.",
    )
}

fn proxies(config: &Config) -> Finding {
    let wide: Vec<String> = config
        .server
        .trusted_proxies
        .iter()
        .filter(|n| n.is_wide())
        .map(ToString::to_string)
        .collect();
    if wide.is_empty() {
        return Finding::ok(format!("{} proxies are believed.", config.server.trusted_proxies.len()));
    }
    Finding::problem(
        format!(
            "server.trusted_proxies has {}: anybody there can claim any address, and throttling protects nobody.",
            wide.join(", ")
        ),
        "Name the addresses of your own proxies only.",
    )
}

fn throttle(config: &Config) -> Finding {
    if config.throttle.is_on {
        return Finding::ok("Requests are throttled.");
    }
    Finding::warning(
        "Nobody is throttled: passwords can be guessed at full speed.",
        "Remove throttle.is_on from the configuration.",
    )
}

fn log(config: &Config) -> Finding {
    let level = config.log.level.to_ascii_lowercase();
    let is_loud = |part: &str| matches!(part.rsplit('=').next().unwrap_or_default().trim(), "debug" | "trace");
    match level.split(',').find(|part| is_loud(part)) {
        Some(part) if part.contains('=') => Finding::notice(
            format!("A part of the program logs in detail ({part})."),
            "Set log.level back to info when you have seen enough.",
        ),
        Some(part) => Finding::warning(
            format!("Everything is logged at {part}: that is slow, fills the disk and may tell about people."),
            "Set log.level to info.",
        ),
        None => Finding::ok(format!("The log's level is {level}.")),
    }
}

fn user(patient: &Patient) -> Finding {
    if rustix::process::geteuid().is_root() && patient.scope.is_serving {
        return Finding::warning(
            "The server runs as root.",
            "Let it run as a user of its own, as the service in the package does.",
        );
    }
    Finding::ok("The server has no need of root.")
}

fn open_files(patient: &Patient) -> Finding {
    let connections = patient.platform.config.limits.connections as u64;
    // Besides connections: readers of the database, the index, files on their way to people.
    let wanted = connections + 512;
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    match limit {
        // Another process than the server has limits of its own.
        Some(limit) if patient.scope.is_serving && limit < wanted => Finding::warning(
            format!("The server may open {limit} files, fewer than limits.connections ({connections}) asks for."),
            "Set LimitNOFILE=65536 in its systemd unit, or `ulimit -n 65536` before it starts.",
        ),
        _ => Finding::ok("The limit of open files is high enough."),
    }
}

/// Memory of the machine, or of the container when that is less.
fn free_to_use() -> u64 {
    let system = rustix::system::sysinfo();
    let total = (system.totalram as u64).saturating_mul(u64::from(system.mem_unit));
    let group = std::fs::read_to_string("/proc/self/cgroup").ok();
    let group = group.and_then(|text| text.lines().find_map(|line| line.strip_prefix("0::").map(str::to_owned)));
    let limit = group.and_then(|group| std::fs::read_to_string(format!("/sys/fs/cgroup{group}/memory.max")).ok());
    let limit = limit.and_then(|text| text.trim().parse::<u64>().ok());
    total.min(limit.unwrap_or(u64::MAX))
}

fn memory(total: u64) -> Finding {
    if total < LITTLE_MEMORY {
        return Finding::warning(
            format!("There are only {} of memory.", bytes(total)),
            "Give the machine or the container at least 512 MB.",
        );
    }
    Finding::ok(format!("There are {} of memory.", bytes(total)))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::platform::doctor::Severity;

    fn with(change: impl FnOnce(&mut Config)) -> Config {
        let mut config = Config::at(PathBuf::from("data"));
        change(&mut config);
        config
    }

    #[test]
    fn addresses() {
        let severity = |url: &str, listen: &str| {
            let config = with(|c| c.server.listen = listen.parse().expect("an address"));
            reached(&config, url).severity
        };
        assert_eq!(severity("http://127.0.0.1:8080", "127.0.0.1:8080"), Severity::Notice);
        assert_eq!(severity("http://LOCALHOST", "0.0.0.0:80"), Severity::Warning);
        assert_eq!(severity("https://[::1]", "0.0.0.0:80"), Severity::Warning);
        assert_eq!(severity("HTTP://learn.example.com", "127.0.0.1:80"), Severity::Warning);
        assert_eq!(severity("https://learn.example.com", "127.0.0.1:80"), Severity::Ok);
    }

    #[test]
    fn what_everybody_can_reach() {
        let severity = |url: &str, listen: &str, proxies: &[&str]| {
            let config = with(|c| {
                c.server.public_url = url.into();
                c.server.listen = listen.parse().expect("an address");
                c.server.trusted_proxies = proxies.iter().map(|p| p.parse().expect("a network")).collect();
            });
            (super::listen(&config).severity, super::proxies(&config).severity)
        };
        let https = "https://learn.example.com";
        assert_eq!(severity(https, "127.0.0.1:80", &[]), (Severity::Ok, Severity::Ok));
        assert_eq!(severity(https, "0.0.0.0:80", &[]), (Severity::Warning, Severity::Ok));
        assert_eq!(severity(https, "[::]:80", &["10.0.0.0/8"]), (Severity::Notice, Severity::Ok));
        assert_eq!(severity(https, "127.0.0.1:80", &["0.0.0.0/0"]), (Severity::Ok, Severity::Problem));
        assert_eq!(severity(https, "127.0.0.1:80", &["::/0"]), (Severity::Ok, Severity::Problem));
        assert_eq!(severity(https, "127.0.0.1:80", &["0.0.0.0/1"]), (Severity::Ok, Severity::Problem));
    }

    #[test]
    fn logs_throttle_and_memory() {
        let log = |level: &str| super::log(&with(|c| c.log.level = level.into())).severity;
        assert_eq!(log("info"), Severity::Ok);
        assert_eq!(log("warn,momentum::platform::db=debug"), Severity::Notice);
        assert_eq!((log("DEBUG"), log("hyper=info,trace")), (Severity::Warning, Severity::Warning));
        assert_eq!(throttle(&with(|c| c.throttle.is_on = false)).severity, Severity::Warning);
        assert_eq!(memory(100_000_000).severity, Severity::Warning);
        assert_eq!(memory(free_to_use()).severity, Severity::Ok);
    }
}
