//! The reader against another reader, against known answers, and against broken files.

use std::path::PathBuf;

use super::*;

fn rows(text: &str, delimiter: char) -> Vec<RawRow> {
    let mut records = Records::new(Whole(Some(text.to_owned())));
    let mut all = Vec::new();
    while let Some(row) = records.next(delimiter).expect("readable") {
        all.push(row);
    }
    all
}

fn cells(text: &str) -> Vec<Vec<String>> {
    rows(text, ',').into_iter().map(|row| row.cells).collect()
}

/// As [`cells`], by the csv crate: what well-formed files mean.
fn oracle(text: &str) -> Vec<Vec<String>> {
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect());
    rows.collect()
}

#[test]
fn the_spectrum_of_edge_cases_is_read_as_its_authors_say() {
    let Some(folder) = std::env::var_os("MOMENTUM_TESTDATA").map(|root| PathBuf::from(root).join("csv-import")) else {
        eprintln!("skipped: MOMENTUM_TESTDATA is not set");
        return;
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the data").flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|e| e == "json") {
            let text = std::fs::read_to_string(path.with_extension("csv")).expect("a file");
            let wanted: Vec<serde_json::Map<String, serde_json::Value>> =
                serde_json::from_str(&std::fs::read_to_string(&path).expect("a file")).expect("JSON");
            let all: Vec<RawRow> = rows(&text, ',').into_iter().filter(|row| !row.is_empty()).collect();
            let found: Vec<serde_json::Map<String, serde_json::Value>> = all[1..]
                .iter()
                .map(|row| {
                    all[0]
                        .cells
                        .iter()
                        .cloned()
                        .zip(row.cells.iter().cloned().map(Into::into))
                        .collect()
                })
                .collect();
            assert_eq!(found, wanted, "{}", path.display());
            seen += 1;
        }
    }
    assert_eq!(seen, 6);
}

#[test]
fn well_formed_texts_are_read_as_by_another_reader() {
    // A small generator with a fixed seed: cells of awkward pieces, quoted where they must be.
    let pieces = ["a", "é", "\"", ",", "\n", "\r\n", ";", " ", "'", "ß", "0", "=1"];
    let mut state = 7_u64;
    let mut chance = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..2_000 {
        let mut text = String::new();
        for _ in 0..=chance(4) {
            let row: Vec<String> = (0..=chance(3))
                .map(|_| {
                    let cell: String = (0..chance(5)).map(|_| pieces[chance(pieces.len())]).collect();
                    format!("\"{}\"", cell.replace('"', "\"\""))
                })
                .collect();
            text.push_str(&row.join(","));
            text.push_str(["\n", "\r\n"][chance(2)]);
        }
        assert_eq!(cells(&text), oracle(&text), "{text:?}");
    }
}

#[test]
fn a_broken_row_harms_no_other() {
    let text = "email,name\n\"a@b.co,A\nc@d.co,C\n\"e@f.co\",E\n\"g\"h,G\ni@j.co,\"I\nI\"\nk@l.co,\"K\nm@n.co,M";
    let found: Vec<(u32, u32, String, bool)> = rows(text, ',')
        .into_iter()
        .map(|row| (row.row, row.line, row.cells.join("/"), row.fault.is_some()))
        .collect();
    let wanted = [
        (1, 1, "email/name", false),
        (2, 2, "a@b.co/A", true),
        (3, 3, "c@d.co/C", false),
        (4, 4, "e@f.co/E", false),
        (5, 5, "g\"h/G", true),
        (6, 6, "i@j.co/I\nI", false),
        (7, 8, "k@l.co/K", true),
        (8, 9, "m@n.co/M", false),
    ];
    let wanted = wanted.map(|(row, line, text, bad)| (row, line, text.to_owned(), bad));
    assert_eq!(found, wanted);
}

#[test]
fn ends_of_lines_spaces_and_sizes() {
    assert_eq!(cells("a,b\rc,d\r"), [["a", "b"], ["c", "d"]]);
    assert_eq!(cells("a , \"b\" ,c"), [["a ", "b", "c"]]);
    assert_eq!(cells("5\" pipe,x"), [["5\" pipe", "x"]]);
    assert_eq!(rows("a\n\n\nb", ',').iter().filter(|row| row.is_empty()).count(), 2);
    let huge = format!("a,{}\nb,c\n", "x".repeat(40_000));
    let found = rows(&huge, ',');
    assert!(found[0].fault.is_some() && found[1].fault.is_none() && found[1].cells == ["b", "c"]);
    let endless = format!("a,{}\nb,c\n", "x".repeat(3 << 20));
    let found = rows(&endless, ',');
    assert!(found[0].fault.is_some(), "{:?}", found[0].fault);
    assert_eq!(found[1].cells, ["b", "c"]);
    assert!(rows("a\0b,c", ',')[0].fault.is_some());
    assert!(rows(&",".repeat(5_000), ',')[0].fault.is_some());
    // Thousands of open quotes are read in a time that grows with their number, not its square.
    let open = "\"a,b\nc,d\n".repeat(5_000);
    assert!(rows(&open, ',').len() > 5_000);
}
