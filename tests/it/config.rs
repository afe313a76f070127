//! Configuration: who overrides whom, what is refused, and that the example file is true.

use std::{fs, path::PathBuf};

use momentum::platform::config::{self, Config, Sources};

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("momentum.toml");
    fs::write(&path, text).expect("a file");
    (folder, path)
}

fn with(text: &str, env: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, String> {
    let (_folder, path) = file(text);
    let sources = Sources {
        file: Some(path),
        env: env.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
        flags: flags.iter().map(|(k, v)| ((*k).into(), (*v).into(), "--set".into())).collect(),
    };
    config::load(&sources).map(|(config, _)| config).map_err(|e| e.to_string())
}

#[test]
fn flags_beat_the_environment_beats_the_file_beats_defaults() {
    let text = "[server]\nlisten = \"127.0.0.1:1\"\n[limits]\nrequests = 7\nconnections = 8";
    let env = [
        ("MOMENTUM__SERVER__LISTEN", "127.0.0.1:2"),
        ("MOMENTUM__LIMITS__REQUESTS", "9"),
        ("HOME", "/"),
    ];
    let config = with(text, &env, &[("server.listen", "127.0.0.1:3")]).expect("a configuration");
    assert_eq!(config.server.listen.port(), 3);
    assert_eq!((config.limits.requests, config.limits.connections), (9, 8));
    assert_eq!(config.limits.body_bytes, 1024 * 1024);
}

#[test]
fn every_mistake_is_named_at_once_with_the_nearest_name() {
    let text = "dta = \"x\"\n[server]\nlisen = \"127.0.0.1:1\"\npublic_url = \"ftp://a\"\n[limits]\nrequests = \"7\"\n[zzz]\nq = 1";
    let env = [("MOMENTUM__THROTTLE__ISON", "false"), ("MOMENTUM__LOG__FORMAT", "xml")];
    let wrong = with(text, &env, &[]).expect_err("a refusal");
    for part in [
        "unknown key dta",
        "did you mean data?",
        "did you mean server.listen?",
        "server.public_url: expected http",
        "limits.requests",
        "without quotes",
        "unknown key zzz.q",
        "unknown variable MOMENTUM__THROTTLE__ISON; did you mean MOMENTUM__THROTTLE__IS_ON?",
        "log.format (MOMENTUM__LOG__FORMAT): expected text or json",
    ] {
        assert!(wrong.contains(part), "{part} is missing in:\n{wrong}");
    }
    assert!(with("a = [", &[], &[]).is_err(), "no TOML");
}

#[test]
fn secrets_come_from_files_too_and_are_never_shown() {
    let (_folder, path) = file(&format!("{}\n", "ab".repeat(32)));
    let from_file = ("MOMENTUM__KEY_FILE", path.to_str().expect("a path"));
    let sources = Sources {
        env: vec![(from_file.0.into(), from_file.1.into())],
        ..Sources::default()
    };
    let (config, shown) = config::load(&sources).expect("a configuration");
    assert_eq!(config.key.map(|key| key.reveal().to_owned()), Some("ab".repeat(32)));
    let key = shown.iter().find(|s| s.path == "key").expect("the key is shown");
    assert_eq!(key.value.as_ref().and_then(|v| v.as_str()), Some("********"));
    assert_eq!(key.origin.to_string(), from_file.1);
    let both = with(&format!("key = \"{0}\"\nkey_file = \"x\"", "ab".repeat(32)), &[], &[]);
    assert!(both.expect_err("a refusal").contains("keep one"));
    let stronger = with("key_file = \"/nowhere\"", &[("MOMENTUM__KEY", &"cd".repeat(32))], &[]);
    assert!(stronger.is_ok(), "the environment's key replaces the file's key_file: {stronger:?}");
    assert!(
        with("key = \"short\"", &[], &[])
            .expect_err("a refusal")
            .contains("64 hexadecimal digits")
    );
    assert!(
        with("key_file = \"/nowhere\"", &[], &[])
            .expect_err("a refusal")
            .contains("/nowhere")
    );
}

#[test]
fn networks_and_lists_are_read() {
    let text = "[server]\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]";
    assert_eq!(with(text, &[], &[]).expect("a configuration").server.trusted_proxies.len(), 2);
    let env = [("MOMENTUM__SERVER__TRUSTED_PROXIES", "10.0.0.1, 192.168.0.0/16")];
    assert_eq!(with(text, &env, &[]).expect("a configuration").server.trusted_proxies.len(), 2);
    assert!(with("[server]\ntrusted_proxies = [\"10.0.0.0/99\"]", &[], &[]).is_err());
}

#[test]
fn the_example_is_current_and_means_the_defaults() {
    let example = config::example();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config.example.toml");
    if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        fs::write(&path, &example).expect("the example is written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == example, "config.example.toml is not current: run scripts/bless");
    let uncommented: String = example
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if rest.contains(" = ") && !rest.starts_with(' ') && !rest.ends_with("\"\"") => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let mut config = with(&uncommented, &[], &[]).expect("the example is valid");
    let mut defaults = with("", &[], &[]).expect("the defaults");
    // Each was read from a file of its own.
    (config.file, defaults.file) = (None, None);
    assert!(defaults.given.is_empty() && config.given.contains_key("server.public_url"));
    config.given.clear();
    assert_eq!(format!("{config:?}"), format!("{defaults:?}"));
}
