//! No statement of enrolments, progress and notes walks a table.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::support::TestApp;

fn stores() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for slice in ["enrolments", "progress", "notes"] {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(slice);
        files.push(src.join("store.rs"));
        files.extend(
            fs::read_dir(src.join("store"))
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path()),
        );
    }
    files
}

/// What may walk or sort, each with its reason.
const MEANT: [&str; 4] = [
    // The administrator's overview, on the lane for heavy reads.
    "sum(state = 'active'), sum(state = 'completed'",
    "count(DISTINCT d.enrolment_id)",
    // Assignments are a few hundred in a large school.
    "ran_at, added, already, refused FROM assignments",
    // One person's export.
    "AS enrolment_id, course_id, number AS version",
];

/// Every string of a file with the line it begins on, line comments left out, escapes read.
fn strings(text: &str) -> Vec<(String, String)> {
    let text: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect();
    let mut found = Vec::new();
    let mut rest = text.as_str();
    let mut line = String::new();
    while let Some((before, after)) = rest.split_once('"') {
        line = before
            .rsplit_once('\n')
            .map_or_else(|| format!("{line}{before}"), |(_, last)| last.to_owned());
        let mut string = String::new();
        let mut chars = after.chars();
        while let Some(c) = chars.next().filter(|c| *c != '"') {
            match c {
                '\\' => match chars.next() {
                    Some('\n') => chars = chars.as_str().trim_start().chars(),
                    Some(escaped) => string.push(escaped),
                    None => break,
                },
                other => string.push(other),
            }
        }
        found.push((line.clone(), string));
        rest = chars.as_str();
    }
    found
}

/// The statements of a file, with its constants and the parts that are chosen at run time filled in.
fn statements(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a source file");
    let (mut all, mut constants) = (Vec::new(), BTreeMap::new());
    for (line, string) in strings(&text) {
        match line.trim().strip_prefix("const ").and_then(|rest| rest.split_once(':')) {
            Some((name, _)) => _ = constants.insert(name.to_owned(), string),
            None => all.push(string),
        }
    }
    constants.insert("course".into(), "AND course_id = ?2".into());
    constants.insert("words".into(), "AND folded LIKE ?3 ESCAPE '\\'".into());
    let fill = |mut sql: String| {
        for (name, text) in &constants {
            sql = sql.replace(&format!("{{{name}}}"), text);
        }
        sql
    };
    let is_statement = |sql: &String| {
        ["SELECT ", "UPDATE ", "DELETE ", "INSERT "]
            .iter()
            .any(|start| sql.starts_with(start))
    };
    all.into_iter().map(fill).filter(is_statement).collect()
}

#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index() {
    let app = TestApp::start().await;
    let path = app.database().path().to_owned();
    let conn = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the database");
    let (mut problems, mut seen) = (Vec::new(), 0);
    for sql in stores().iter().filter(|path| path.exists()).flat_map(|path| statements(path)) {
        seen += 1;
        let mut statement = conn
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap_or_else(|e| panic!("{e}: {sql}"));
        let mut plan = statement.raw_query();
        while let Some(row) = plan.next().expect("a plan") {
            let step: String = row.get(3).expect("a step");
            let walks = step.starts_with("SCAN") && !step.contains("CONSTANT ROW") && !step.contains("(subquery");
            // The latest of a few positions, and one person's export, are sorted; nothing else is.
            let is_meant = MEANT.iter().any(|part| sql.contains(part));
            let sorts = step.contains("TEMP B-TREE") && !sql.contains("client_at DESC") && !sql.contains("ORDER BY course_id, id");
            if (walks || sorts) && !is_meant {
                problems.push(format!("{step}: {sql}"));
            }
        }
    }
    assert!(seen > 50, "only {seen} statements were found");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
