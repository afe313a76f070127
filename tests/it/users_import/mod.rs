//! `momentum users import` and `export`: awkward files, each with its right answer.

mod files;

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

use momentum::{
    cli::Exit,
    kernel::text::{FieldKey, Label},
    people::{self, FieldKind, GroupKind},
};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use crate::support::{
    TestApp,
    cli::{Said, run},
};

/// An instance with a folder for files.
struct Desk {
    app: TestApp,
    folder: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
        Self {
            app: TestApp::start().await,
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn run(&self, words: &[&str]) -> Said {
        let said = run(&self.app, self.folder.path(), words, &[]).await;
        self.app.settle().await;
        said
    }

    /// Imports these bytes with `--json` and more words.
    async fn import(&self, bytes: &[u8], more: &[&str]) -> Said {
        fs::write(self.path("list"), bytes).expect("written");
        let mut words = vec!["users", "import", "list", "--json", "--show", "1000"];
        words.extend(more);
        self.run(&words).await
    }

    /// As [`Desk::import`], applied; gives the rows as `row outcome`.
    async fn apply(&self, bytes: &[u8], more: &[&str]) -> Vec<String> {
        let more = [&["--apply"], more].concat();
        outcomes(&self.import(bytes, &more).await.json())
    }

    /// Everybody, as the export has it, by address.
    async fn people(&self) -> BTreeMap<String, Value> {
        let said = self.run(&["users", "export", "--json"]).await.expect(Exit::Done);
        let all: Vec<Value> = serde_json::from_str(&said.out).expect("JSON");
        all.into_iter()
            .map(|row| (row["E-mail"].as_str().expect("an address").to_owned(), row))
            .collect()
    }

    /// Everything in the database, for comparing.
    fn contents(&self) -> String {
        let conn = self.database();
        let mut all = String::new();
        let mut names = conn
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            .expect("tables");
        let names = names.query_map([], |row| row.get::<_, String>(0)).expect("names");
        for name in names.map(|name| name.expect("a name")) {
            let mut rows = conn.prepare(&format!("SELECT * FROM \"{name}\"")).expect("a table");
            let width = rows.column_count();
            let mut rows = rows.query([]).expect("rows");
            while let Some(row) = rows.next().expect("a row") {
                let cells: Vec<_> = (0..width).map(|n| row.get_ref(n).expect("a cell")).collect();
                all.push_str(&format!("{name} {cells:?}\n"));
            }
        }
        all
    }

    fn database(&self) -> Connection {
        let path = self.app.database().path();
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the database opens")
    }
}

fn outcomes(told: &Value) -> Vec<String> {
    let rows = told["rows"].as_array().unwrap_or_else(|| panic!("{told}"));
    let mut rows: Vec<_> = rows
        .iter()
        .map(|row| (row["row"].as_u64(), row["outcome"].as_str().expect("an outcome")))
        .collect();
    rows.sort();
    rows.iter()
        .map(|(row, outcome)| format!("{} {outcome}", row.expect("a number")))
        .collect()
}

#[track_caller]
fn reason(told: &Value, row: u64) -> String {
    let rows = told["rows"].as_array().expect("rows");
    let found = rows
        .iter()
        .find(|one| one["row"] == row)
        .unwrap_or_else(|| panic!("no row {row}: {told}"));
    found["reasons"].to_string()
}

#[tokio::test]
async fn a_dry_run_shows_everything_and_writes_nothing() {
    let desk = Desk::new().await;
    let ana = desk.app.learner("Ana").await;
    desk.app.learner("Same").await;
    desk.app.settle().await;
    let before = desk.contents();
    let list = "email,name,role,plan\nana@example.com,Ana Maria,instructor,free\nnew@example.com,New,,\nSAME@example.com,Same,learner,\nbad,Bad,,\n";
    let said = desk.import(list.as_bytes(), &["--result", "out.csv"]).await.expect(Exit::Failed);
    let told = said.json();
    assert_eq!(outcomes(&told), ["2 changed", "3 new", "4 same", "5 wrong"]);
    assert_eq!(told["is_applied"], false);
    assert_eq!(
        told["counts"],
        json!({"rows": 4, "new": 1, "changed": 1, "same": 1, "wrong": 1, "repeated_headers": 0, "invited": 0})
    );
    assert_eq!(
        told["rows"][0]["changes"],
        json!([{"what": "name", "from": "Ana", "to": "Ana Maria"}, {"what": "role", "from": "learner", "to": "instructor"}])
    );
    assert!(reason(&told, 5).contains("email: Write an address"), "{told}");
    assert_eq!(desk.contents(), before, "a dry run wrote something");
    let mode = fs::metadata(desk.path("out.csv")).expect("a result").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let result = fs::read_to_string(desk.path("out.csv")).expect("a result");
    assert!(
        result.contains("2,2,changed,ana@example.com,,\"name: Ana → Ana Maria, role: learner → instructor\","),
        "{result}"
    );
    // A result file is never written over.
    desk.import(list.as_bytes(), &["--result", "out.csv"]).await.expect(Exit::Failed);
    // People read it, too.
    let said = desk.run(&["users", "import", "list", "--show", "0"]).await.expect(Exit::Failed);
    assert!(
        said.out.contains("1 new, 1 changed, 1 same, 1 wrong.") && said.out.contains("Nothing was written"),
        "{}",
        said.out
    );
    // Applied, the right rows are done and the wrong one harms none of them.
    assert_eq!(desk.apply(list.as_bytes(), &[]).await, ["2 changed", "3 new", "4 same", "5 wrong"]);
    assert_eq!(desk.apply(list.as_bytes(), &[]).await, ["2 same", "3 same", "4 same", "5 wrong"]);
    let people = desk.people().await;
    assert_eq!(
        (&people["ana@example.com"]["Name"], &people["ana@example.com"]["Role"]),
        (&json!("Ana Maria"), &json!("instructor"))
    );
    assert_eq!(ana.get("/me").await.expect(200)["name"], "Ana Maria");
}

#[tokio::test]
async fn encodings_delimiters_and_headers() {
    let desk = Desk::new().await;
    let table = [
        ["E-Mail", "Vorname", "Nachname", "Sprache"],
        ["jose@example.com", "José", "Núñez", "es"],
        ["zoe@example.com", "Zoë", "Åström", "sv_SE"],
    ];
    let write = |delimiter: &str| table.map(|row| row.join(delimiter)).join("\r\n");
    let latin = |text: &str| -> Vec<u8> { text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect() };
    let sixteen = |text: &str, little: bool, mark: bool| -> Vec<u8> {
        let text = if mark { format!("\u{FEFF}{text}") } else { text.to_owned() };
        text.encode_utf16()
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    };
    let files = [
        (write(",").into_bytes(), "UTF-8", ","),
        (format!("\u{FEFF}{}", write(";")).into_bytes(), "UTF-8", ";"),
        (latin(&write(";")), "windows-1252", ";"),
        (sixteen(&write("\t"), true, true), "UTF-16LE", "\t"),
        (sixteen(&write("|"), false, true), "UTF-16BE", "|"),
        (sixteen(&write(","), true, false), "UTF-16LE", ","),
        (sixteen(&write(";"), false, false), "UTF-16BE", ";"),
        (format!("sep=;\r\n{}", write(";")).into_bytes(), "UTF-8", ";"),
        (format!("Staff of 2026\r\n\r\n{}", write(",")).into_bytes(), "UTF-8", ","),
    ];
    let mut is_first = true;
    for (bytes, encoding, delimiter) in files {
        let told = desk.import(&bytes, &["--apply"]).await.expect(Exit::Done).json();
        assert_eq!(
            (&told["head"]["encoding"], &told["head"]["delimiter"]),
            (&json!(encoding), &json!(delimiter)),
            "{told}"
        );
        let wanted = if is_first { "new" } else { "same" };
        assert_eq!(told["counts"][wanted], 2, "{told}");
        is_first = false;
    }
    let people = desk.people().await;
    assert_eq!(people["jose@example.com"]["Name"], "José Núñez");
    assert_eq!(
        (&people["zoe@example.com"]["Name"], &people["zoe@example.com"]["Language"]),
        (&json!("Zoë Åström"), &json!("sv-SE"))
    );
    // Told instead of found out.
    let bytes = b"Wer^Wo\nBo^bo@example.com\n";
    desk.import(bytes, &[]).await.expect(Exit::Usage);
    let told = desk
        .import(
            bytes,
            &["--delimiter", "^", "--map", "Wo=email", "--map", "1=name", "--encoding", "latin1"],
        )
        .await;
    assert_eq!(outcomes(&told.expect(Exit::Done).json()), ["2 new"]);
    desk.import(bytes, &["--encoding", "klingon"]).await.expect(Exit::Usage);
    let said = desk
        .import(bytes, &["--delimiter", "^", "--map", "Gone=email"])
        .await
        .expect(Exit::Usage);
    assert!(said.notes.contains("no column Gone. It has: Wer, Wo"), "{}", said.notes);
    let said = desk.import(b"email,mail,name\na@b.co,c@d.co,A\n", &[]).await.expect(Exit::Usage);
    assert!(
        said.notes.contains("Several columns are taken for email: email, mail"),
        "{}",
        said.notes
    );
    let said = desk.import(b"email,mail,name\na@b.co,c@d.co,A\n", &["--map", "mail=ignore"]).await;
    assert_eq!(outcomes(&said.expect(Exit::Done).json()), ["2 new"]);
    for empty in [&b""[..], b"\n\n", b"\xEF\xBB\xBF"] {
        desk.import(empty, &[]).await.expect(Exit::Usage);
    }
}

#[tokio::test]
async fn awkward_rows_are_wrong_alone() {
    let desk = Desk::new().await;
    let list = [
        "Name,E-mail,Role,Plan,Active,Time zone,Groups",          // 1
        "\u{A0} Ana \u{A0},  ana@example.com\u{A0},,,,,",         // 2 spaces of both kinds
        "Ana Again,ANA@Example.com,,,,,",                         // 3 twice, by case
        "",                                                       // 4 empty
        ",,,,,,",                                                 // 5 empty, too
        "Name,E-mail,Role,Plan,Active,Time zone,Groups",          // 6 the header again
        "=cmd|' /C calc'!A0,evil@example.com,,,,,",               // 7 a formula
        "@SUM(1),evil2@example.com,,,,,",                         // 8
        "'=1+1,equals@example.com,,,,,",                          // 9 meant so
        "Short,short@example.com",                                // 10 missing cells
        "Long,long@example.com,,,,,,more",                        // 11 too many
        "No address,,,,,,",                                       // 12
        "Two Ats,a@b@c.com,,,,,",                                 // 13
        "A B,a b@example.com,,,,,",                               // 14
        "Boss,boss@example.com,chief,,,,",                        // 15
        "Plan,plan@example.com,,gold,,,",                         // 16
        "Maybe,maybe@example.com,,,maybe,,",                      // 17
        "Moon,moon@example.com,,,,Moon/Base,",                    // 18
        "Lis,lis@example.com,Lehrerin,Premium,ja,europe/lisbon,", // 19
        "Nul\0,nul@example.com,,,,,",                             // 20
        "\"Multi\nline\",multi@example.com,,,,,",                 // 21
        ",nameless@example.com,,,,,",                             // 22
        "Group,group@example.com,,,,,Ghosts",                     // 23
        "\"Open,open@example.com,,,,,",                           // 24 never closed
        "Last,last@example.com,,,no,,",                           // 25
        "Broken \u{FFFD},broken@example.com,,,,,",                // 26
    ]
    .join("\n");
    let told = desk.import(list.as_bytes(), &["--apply"]).await.expect(Exit::Failed).json();
    let wrong: Vec<u64> = told["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|row| row["outcome"] == "wrong")
        .filter_map(|row| row["row"].as_u64())
        .collect();
    assert_eq!(wrong, [3, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18, 20, 22, 23, 24, 26], "{told:#}");
    assert_eq!(told["counts"]["new"], 6);
    assert_eq!(told["counts"]["repeated_headers"], 1);
    for (row, words) in [
        (3, "Row 2 has this address already"),
        (7, "is a formula"),
        (11, "8 cells and the header 7"),
        (12, "no e-mail address"),
        (15, "Role: Write learner, instructor or admin"),
        (18, "Time zone: Write a time zone"),
        (20, "NUL"),
        (22, "needs a name"),
        (23, "--create-groups"),
        (24, "never closed"),
        (26, "--encoding"),
    ] {
        assert!(reason(&told, row).contains(words), "{}", reason(&told, row));
    }
    let multi = told["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["row"] == 22)
        .expect("row 22");
    assert_eq!(multi["line"], 23, "rows are counted as a spreadsheet does, lines as an editor does");
    let people = desk.people().await;
    assert_eq!(people.len(), 6);
    assert_eq!(people["ana@example.com"]["Name"], "Ana");
    assert_eq!(people["equals@example.com"]["Name"], "'=1+1", "guarded on its way out");
    assert_eq!(people["multi@example.com"]["Name"], "Multi line");
    assert_eq!(people["last@example.com"]["Active"], "no");
    let lis = &people["lis@example.com"];
    assert_eq!(
        (&lis["Role"], &lis["Plan"], &lis["Time zone"]),
        (&json!("instructor"), &json!("premium"), &json!("Europe/Lisbon"))
    );
    let said = desk.run(&["users", "list", "--search", "=1+1", "--json"]).await.expect(Exit::Done);
    assert_eq!(said.json()["items"][0]["name"], "=1+1", "and kept as it is");
    // A huge cell is its row's trouble alone.
    let huge = format!("name,email\n{},huge@example.com\nOk,ok@example.com\n", "x".repeat(2 << 20));
    assert_eq!(desk.apply(huge.as_bytes(), &[]).await, ["2 wrong", "3 new"]);
}

#[tokio::test]
async fn all_or_nothing_is_just_that() {
    let desk = Desk::new().await;
    let mut list = "email,name,groups\n".to_owned();
    for n in 0..250 {
        list.push_str(&format!("p{n}@example.com,Person {n},Everybody\n"));
    }
    let bad = format!("{list}bad,Bad,\n");
    let before = desk.contents();
    let flags = ["--apply", "--all-or-nothing", "--create-groups", "--result", "none.csv"];
    let said = desk.import(bad.as_bytes(), &flags).await.expect(Exit::Failed);
    assert_eq!(
        (&said.json()["is_applied"], &said.json()["counts"]["wrong"]),
        (&json!(false), &json!(1))
    );
    assert!(said.notes.contains("Nothing was imported"), "{}", said.notes);
    assert_eq!(desk.contents(), before);
    assert_eq!(fs::read_to_string(desk.path("none.csv")).expect("a result").lines().count(), 252);
    let told = desk
        .import(list.as_bytes(), &["--apply", "--all-or-nothing", "--create-groups"])
        .await
        .expect(Exit::Done)
        .json();
    assert_eq!(
        (&told["is_applied"], &told["counts"]["new"], &told["new_groups"]),
        (&json!(true), &json!(250), &json!(["Everybody"]))
    );
    let said = desk
        .run(&["users", "export", "--group", "everybody", "--to", "out.csv"])
        .await
        .expect(Exit::Done);
    assert!(said.out.contains("250 people"), "{}", said.out);
    let trail: String = desk
        .database()
        .query_row(
            "SELECT group_concat(actor || ' ' || action || ' ' || after) FROM audit",
            [],
            |row| row.get(0),
        )
        .expect("a trail");
    assert_eq!(trail.matches("people.import").count(), 1, "one row for the import: {trail}");
    assert!(
        trail.contains("cli people.import") && trail.contains("\"new\":250") && !trail.contains("@"),
        "{trail}"
    );
}

#[tokio::test]
async fn the_last_admin_stays_one() {
    let desk = Desk::new().await;
    desk.app.admin("Root").await;
    desk.app.admin("Second").await;
    // Of two admins who both are to go, the second stays; an admin who has not come yet is none.
    let list = "email,name,role,active\nnext@example.com,Next,admin,\nroot@example.com,,learner,\nsecond@example.com,,,no\n";
    let told = desk.import(list.as_bytes(), &[]).await.expect(Exit::Failed).json();
    assert_eq!(outcomes(&told), ["2 new", "3 changed", "4 wrong"]);
    assert!(reason(&told, 4).contains("only admin"), "{told}");
    assert_eq!(desk.apply(list.as_bytes(), &[]).await, ["2 new", "3 changed", "4 wrong"]);
    let said = desk.run(&["users", "list", "--role", "admin", "--state", "active", "--json"]).await;
    assert_eq!(said.json()["items"][0]["email"], "second@example.com");
    // Whose access changed stands in the trail, one by one, as does an admin's new account.
    let count = |action: &str| -> i64 {
        let conn = desk.database();
        conn.query_row("SELECT count(*) FROM audit WHERE action = ?1 AND actor = 'cli'", [action], |row| {
            row.get(0)
        })
        .expect("a count")
    };
    assert_eq!(
        (count("people.change_access"), count("auth.open_account"), count("people.import")),
        (1, 1, 1)
    );
    // A person who is made an admin first makes room for the other.
    desk.app.learner("Third").await;
    let list = "email,role\nthird@example.com,admin\nsecond@example.com,learner\n";
    assert_eq!(desk.apply(list.as_bytes(), &[]).await, ["2 changed", "3 changed"]);
}

#[tokio::test]
async fn groups_and_fields() {
    let desk = Desk::new().await;
    let system = desk.app.system();
    let made = system.write("test.fields", |tx| {
        let key = |key: &str| FieldKey::parse(key).expect("a key");
        let label = |label: &str| Label::parse(label).expect("a label");
        people::insert_field(tx, &key("employee_id"), &label("Employee ID"), FieldKind::Text, &[])?;
        people::insert_field(
            tx,
            &key("shift"),
            &label("Shift"),
            FieldKind::Choice,
            &["Early".into(), "Late".into()],
        )?;
        people::insert_field(tx, &key("begins"), &label("First day"), FieldKind::Date, &[])?;
        people::insert_field(tx, &key("role"), &label("Role"), FieldKind::Text, &[])?;
        let name = momentum::kernel::text::GroupName::parse("By rule").expect("a name");
        people::insert_group(tx, &name, GroupKind::Rule).map(drop)
    });
    made.await.expect("fields");
    let list = "E-mail;Name;Gruppen;Employee-ID;SHIFT;first day;field:role;Town\n\
        ana@example.com;Ana;\"Nurses; Night, Ward 3\";0042;early;1.2.2026;Head;Porto\n\
        bo@example.com;Bo;Nurses;=1;Never;;;\n\
        cy@example.com;Cy;By rule;+351 900;;02/03/2026;;\n\
        di@example.com;Di;nurses;+351 900;LATE;;;\n\
        ed@example.com;Ed;By rule;;;;;\n";
    let told = desk.import(list.as_bytes(), &["--create-groups"]).await.expect(Exit::Failed).json();
    assert_eq!(outcomes(&told), ["2 new", "3 wrong", "4 wrong", "5 new", "6 wrong"], "{told:#}");
    assert_eq!(told["new_groups"], json!(["Night, Ward 3", "Nurses"]));
    assert!(
        reason(&told, 3).contains("SHIFT: Write one of: Early, Late.")
            && reason(&told, 3).contains("Employee-ID: A value that begins with =")
    );
    assert!(reason(&told, 4).contains("first day: Write a date as") && reason(&told, 6).contains("filled by a rule"));
    assert_eq!(
        desk.apply(list.as_bytes(), &["--create-groups"]).await,
        ["2 new", "3 wrong", "4 wrong", "5 new", "6 wrong"]
    );
    let people = desk.people().await;
    let ana = &people["ana@example.com"];
    assert_eq!(ana["Groups"], "Night, Ward 3; Nurses");
    assert_eq!(
        (&ana["Employee ID"], &ana["Shift"], &ana["First day"], &ana["field:role"]),
        (&json!("0042"), &json!("Early"), &json!("2026-02-01"), &json!("Head"))
    );
    assert_eq!(people["di@example.com"]["Employee ID"], "'+351 900");
    // An unknown field is wrong where it says something, unless it may be made.
    let list = "email,name,Town\nana@example.com,Ana,Porto\n";
    let map = ["--map", "Town=field:town"];
    let told = desk.import(list.as_bytes(), &map).await.expect(Exit::Failed).json();
    assert!(
        reason(&told, 2).contains("There is no field town. Create it with --create-fields."),
        "{told}"
    );
    let told = desk
        .import(list.as_bytes(), &["--create-fields", "--apply"])
        .await
        .expect(Exit::Done)
        .json();
    assert_eq!(
        (&told["new_fields"], &told["rows"][0]["changes"]),
        (&json!(["town"]), &json!([{"what": "field:town", "from": "", "to": "Porto"}]))
    );
    // Groups are added; only --replace takes away, and then an empty cell clears.
    let list = "email,groups,Town\nana@example.com,Doctors,\n";
    let told = desk
        .import(list.as_bytes(), &["--create-groups", "--apply"])
        .await
        .expect(Exit::Done)
        .json();
    assert_eq!(told["rows"][0]["changes"][0]["to"], "Night, Ward 3; Nurses; Doctors");
    let told = desk
        .import(list.as_bytes(), &["--replace", "--apply"])
        .await
        .expect(Exit::Done)
        .json();
    assert_eq!(told["rows"][0]["changes"].as_array().map(Vec::len), Some(2), "{told}");
    let people = desk.people().await;
    assert_eq!(
        (&people["ana@example.com"]["Groups"], &people["ana@example.com"]["Town"]),
        (&json!("Doctors"), &json!(""))
    );
}
