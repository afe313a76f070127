//! Holds the house together: arrows between floors and slices, table ownership, file length.
//!
//! Every failure is a sentence that says what is wrong and what to do instead. The plan itself
//! is in ARCHITECTURE.md.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Who may import whom, through `mod.rs` only. A floor that is not named here may be used by nobody.
const ARROWS: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("platform", &["kernel"]),
    ("people", &["kernel", "platform"]),
    ("media", &["kernel", "platform"]),
    ("courses", &["kernel", "platform", "people", "media"]),
    ("auth", &["kernel", "platform", "people"]),
    ("enrolments", &["kernel", "platform", "people", "media", "courses"]),
    ("notes", &["kernel", "platform", "people", "media", "courses", "enrolments"]),
    // A lesson's answer tells how many notes its reader has there.
    (
        "progress",
        &["kernel", "platform", "people", "media", "courses", "enrolments", "notes"],
    ),
    // Search shows only what its viewer may see, so it asks those who know.
    ("search", &["kernel", "platform", "courses", "enrolments"]),
    // What is moderated is shown and hidden by those who own it, through what they register.
    ("moderation", &["kernel", "platform", "people", "courses"]),
    // Webhooks hear the catalogue and know nothing else.
    ("webhooks", &["kernel", "platform"]),
    // Admin shows and changes the settings that other slices define.
    ("admin", &["kernel", "platform", "people", "auth", "enrolments"]),
];

/// Floors above the slices: they may know everybody, and only `cli` and `main` may know them.
const TOP: &[(&str, &[&str])] = &[("app", &[]), ("cli", &["app"]), ("main", &["cli", "app"])];

/// Joins over other slices' tables that a list needs, each with its reason.
const JOINS: &[(&str, &str, &str)] = &[
    // The gate, today and every list of a learner ask for it with each enrolment.
    (
        "enrolments",
        "courses",
        "whether a moderator has hidden the course that an enrolment is in",
    ),
];

/// Where a database handle may be made without a guard.
const HANDLE_MAKERS: &[&str] = &["src/app.rs", "src/app/", "src/cli/", "src/platform/"];

const WARN_LINES: usize = 400;
const MOST_LINES: usize = 700;

struct Source {
    path: String,
    text: String,
}

fn sources(folder: &str, ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == ending) {
                let text = fs::read_to_string(&path).expect("a readable source file");
                let path = path
                    .strip_prefix(env!("CARGO_MANIFEST_DIR"))
                    .expect("a path below the project")
                    .display()
                    .to_string();
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The text without line comments: doc links are not imports.
fn code(text: &str) -> String {
    text.lines()
        .map(|line| line.split_once("//").map_or(line, |(before, _)| before))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The first two segments of every `crate::…` path, groups expanded.
fn crate_paths(text: &str) -> BTreeSet<(String, String)> {
    let code = code(text);
    let mut out = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        expand(&code[at + "crate::".len()..], &mut Vec::new(), &mut out);
    }
    out
}

/// Reads one use tree and returns what follows it.
fn expand<'t>(text: &'t str, prefix: &mut Vec<String>, out: &mut BTreeSet<(String, String)>) -> &'t str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = expand(rest, prefix, out).trim_start();
            match rest.strip_prefix(',') {
                Some(after) => rest = after,
                None => return rest.strip_prefix('}').unwrap_or(rest),
            }
        }
    }
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    if word.is_empty() {
        return rest;
    }
    prefix.push(word.to_owned());
    let rest = match rest.strip_prefix("::") {
        Some(deeper) => expand(deeper, prefix, out),
        None => {
            let first = prefix[0].clone();
            out.insert((first, prefix.get(1).cloned().unwrap_or_default()));
            rest
        }
    };
    prefix.pop();
    rest
}

/// The room that a file belongs to: its folder under `src`, or its name.
fn floor_of(path: &str) -> &str {
    let inner = path.strip_prefix("src/").unwrap_or(path);
    inner.split(['/', '.']).next().unwrap_or(inner)
}

fn is_slice(floor: &str) -> bool {
    !matches!(floor, "kernel" | "platform") && ARROWS.iter().any(|(name, _)| *name == floor)
}

fn report(problems: &[String]) {
    assert!(
        problems.is_empty(),
        "\n\n{}\n\nThe plan of the house is in ARCHITECTURE.md.\n",
        problems.join("\n\n")
    );
}

#[test]
fn imports_run_downward_only() {
    let mut problems = Vec::new();
    for source in sources("src", "rs") {
        let floor = floor_of(&source.path);
        if floor == "lib" {
            continue;
        }
        let allowed: Vec<&str> = match (
            ARROWS.iter().find(|(name, _)| *name == floor),
            TOP.iter().find(|(name, _)| *name == floor),
        ) {
            (Some((_, allowed)), _) => allowed.to_vec(),
            (None, Some((_, above))) => ARROWS.iter().map(|(name, _)| *name).chain(above.iter().copied()).collect(),
            (None, None) => {
                problems.push(format!(
                    "{}: `{floor}` has no row in tests/architecture.rs. Give it one that says whom it may know.",
                    source.path
                ));
                continue;
            }
        };
        for (target, _) in crate_paths(&source.text) {
            let known = ARROWS.iter().any(|(name, _)| *name == target) || TOP.iter().any(|(name, _)| *name == target);
            if known && target != floor && !allowed.contains(&target.as_str()) {
                problems.push(format!(
                    "{}: `{floor}` imports `{target}`, which is not below it. Use an event, pass the value in, or look for the third word that both need on a lower floor.",
                    source.path
                ));
            }
        }
    }
    report(&problems);
}

#[test]
fn slices_show_only_their_mod_rs() {
    const ROOMS: [&str; 7] = ["store", "actions", "http", "policy", "model", "jobs", "reactions"];
    let mut problems = Vec::new();
    for source in sources("src", "rs") {
        let floor = floor_of(&source.path);
        if is_slice(floor) && source.path == format!("src/{floor}/mod.rs") {
            for line in code(&source.text).lines().filter(|l| l.trim_start().starts_with("pub mod ")) {
                problems.push(format!(
                    "{}: `{}` opens a room to everybody. Keep it private and re-export the few names that others need.",
                    source.path,
                    line.trim()
                ));
            }
        }
        for (target, room) in crate_paths(&source.text) {
            if is_slice(&target) && target != floor && ROOMS.contains(&room.as_str()) {
                problems.push(format!(
                    "{}: reaches into `{target}::{room}`. Ask `{target}`'s mod.rs for a facade function instead.",
                    source.path
                ));
            }
        }
    }
    report(&problems);
}

#[test]
fn rooms_of_a_slice_face_downward() {
    // Each room with the rooms that it must not know.
    const ABOVE: [(&str, &[&str]); 4] = [
        ("model", &["store", "actions", "http", "policy", "jobs", "reactions"]),
        ("store", &["actions", "http", "policy", "jobs", "reactions"]),
        ("policy", &["http", "actions"]),
        ("actions", &["http"]),
    ];
    let mut problems = Vec::new();
    for source in sources("src", "rs").iter().filter(|s| is_slice(floor_of(&s.path))) {
        let floor = floor_of(&source.path);
        let room = source
            .path
            .trim_start_matches(&format!("src/{floor}/"))
            .split(['/', '.'])
            .next()
            .unwrap_or_default()
            .to_owned();
        let code = code(&source.text);
        for (_, above) in ABOVE.iter().filter(|(name, _)| *name == room) {
            for other in above.iter() {
                let reaches = ["super::", "super::super::", &format!("crate::{floor}::")].iter().any(|start| {
                    code.match_indices(&format!("{start}{other}"))
                        .any(|(at, found)| !code[at + found.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'))
                });
                if reaches && !code.contains(&format!("mod {other}")) {
                    problems.push(format!(
                        "{}: `{room}` knows `{other}`, which is above it. The order inside a slice is http → actions → store → model.",
                        source.path
                    ));
                }
            }
        }
    }
    report(&problems);
}

/// The words that follow these keywords in SQL are tables.
fn tables_named(sql: &str) -> BTreeSet<String> {
    let words: Vec<&str> = sql
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|w| !w.is_empty())
        .collect();
    words
        .windows(2)
        .filter(|pair| matches!(pair[0], "FROM" | "JOIN" | "INTO" | "UPDATE"))
        .map(|pair| pair[1].to_owned())
        .collect()
}

/// Every table with its owner: the migration file's word, or the slice that claims it.
fn owners() -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    for module in momentum::app::modules() {
        for table in module.tables {
            owners.insert((*table).to_owned(), module.name.to_owned());
        }
    }
    for table in momentum::platform::TABLES {
        owners.insert((*table).to_owned(), "platform".to_owned());
    }
    owners
}

#[test]
fn every_table_has_one_owner() {
    let owners = owners();
    let mut problems = Vec::new();
    let all = sources("src/migrations", "sql");
    for source in &all {
        for (at, found) in source.text.match_indices("CREATE TABLE ") {
            let name = source.text[at + found.len()..]
                .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .next()
                .unwrap_or_default();
            let is_gone = all.iter().any(|later| later.text.contains(&format!("DROP TABLE {name};")));
            if !owners.contains_key(name) && !name.ends_with("_new") && !is_gone {
                problems.push(format!(
                    "{}: nobody claims the table `{name}`. Name it in its slice's `Module::new`.",
                    source.path
                ));
            }
        }
    }
    report(&problems);
}

#[test]
fn sql_stays_in_its_own_store() {
    let owners = owners();
    let mut problems = Vec::new();
    for source in sources("src", "rs")
        .iter()
        .filter(|s| !s.path.starts_with("src/platform/db/migrate"))
    {
        let floor = floor_of(&source.path);
        let text = source.text.split("#[cfg(test)]").next().unwrap_or_default();
        let code = code(text);
        let named: Vec<String> = tables_named(&code).into_iter().filter(|t| owners.contains_key(t)).collect();
        if is_slice(floor) && !named.is_empty() && !source.path.starts_with(&format!("src/{floor}/store")) {
            problems.push(format!(
                "{}: SQL over {} outside the store. Move it to src/{floor}/store.rs.",
                source.path,
                named.join(", ")
            ));
        }
        for table in named {
            let owner = &owners[&table];
            let excepted = JOINS.iter().any(|(slice, joined, _)| *slice == floor && *joined == table);
            if owner != floor && !excepted {
                problems.push(format!(
                    "{}: names the table `{table}`, which belongs to `{owner}`. Ask `{owner}`'s facade; for a join that a list needs, add a row with its reason to JOINS in tests/architecture.rs.",
                    source.path
                ));
            }
        }
    }
    report(&problems);
}

#[test]
fn database_handles_come_from_guards() {
    let mut problems = Vec::new();
    for source in sources("src", "rs") {
        let is_maker = HANDLE_MAKERS.iter().any(|start| source.path.starts_with(start));
        let text = source.text.split("#[cfg(test)]").next().unwrap_or_default();
        if !is_maker && (text.contains(".acting_as(") || text.contains(".becoming(")) {
            problems.push(format!(
                "{}: makes its own database handle. Take a `Guard<R>` in the handler, or the handle of the job's context.",
                source.path
            ));
        }
    }
    report(&problems);
}

#[test]
fn files_are_small_and_rooms_have_names() {
    let mut problems = Vec::new();
    for source in sources("src", "rs").into_iter().chain(sources("tests", "rs")) {
        let lines = source.text.lines().count();
        if lines > MOST_LINES {
            problems.push(format!(
                "{}: {lines} lines. Split it by verb; {WARN_LINES} is the aim and {MOST_LINES} the end.",
                source.path
            ));
        } else if lines > WARN_LINES {
            eprintln!("note: {} has {lines} lines; is it one room, or two that want a wall?", source.path);
        }
        if Path::new(&source.path).file_name().is_some_and(|n| n == "mod.rs") && !source.text.starts_with("//!") {
            problems.push(format!(
                "{}: begin with a doc comment: purpose, tables owned, events told and heard.",
                source.path
            ));
        }
    }
    report(&problems);
}

#[test]
fn the_schema_avoids_the_traps_of_a_shared_commit() {
    let mut problems = Vec::new();
    for source in sources("src/migrations", "sql") {
        let spoken = source.text.lines().map(|line| line.split_once("--").map_or(line, |(sql, _)| sql));
        let upper = spoken.collect::<Vec<_>>().join("\n").to_uppercase();
        if upper.contains("DEFERRABLE") {
            problems.push(format!(
                "{}: a deferrable foreign key fails at COMMIT and takes innocent neighbours with it. Use an immediate one.",
                source.path
            ));
        }
        for statement in upper
            .split(';')
            .filter(|s| s.contains("CREATE TABLE ") && !s.contains("CREATE TRIGGER"))
        {
            if !statement.contains("STRICT") {
                let name = statement
                    .split("CREATE TABLE ")
                    .nth(1)
                    .unwrap_or_default()
                    .split_whitespace()
                    .next()
                    .unwrap_or_default();
                problems.push(format!("{}: table {name} is not STRICT. Every table is.", source.path));
            }
        }
    }
    for source in sources("src", "rs") {
        if code(&source.text).to_uppercase().contains("OR ROLLBACK") {
            problems.push(format!(
                "{}: `OR ROLLBACK` ends the transaction that other deeds share. Use ON CONFLICT.",
                source.path
            ));
        }
    }
    report(&problems);
}

#[test]
fn breaches_are_told_in_sentences() {
    let paths = crate_paths("use crate::{a::{b, c::d}, e};\nlet x = crate::f::g();\n// crate::not::this\n");
    let firsts: BTreeSet<&str> = paths.iter().map(|(first, _)| first.as_str()).collect();
    assert_eq!(firsts, BTreeSet::from(["a", "e", "f"]));
    assert!(paths.contains(&("a".into(), "c".into())));
    assert_eq!(
        tables_named("SELECT 1 FROM users JOIN sessions ON 1"),
        BTreeSet::from(["users".into(), "sessions".into()])
    );
    assert_eq!(floor_of("src/people/store.rs"), "people");
}
