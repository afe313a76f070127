//! `momentum users import` and `export`: awkward files, each with its right answer.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use momentum::{
    cli::Exit,
    kernel::text::{FieldKey, Label, PersonName},
    people::{self, FieldKind, GroupKind},
};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use crate::support::{
    TestApp,
    cli::{Said, run},
    workbook::{self, day, error, formula, number, text},
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
    assert_eq!(told["counts"]["new"], 7);
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
    assert_eq!(people.len(), 7);
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
        di@example.com;Di;nurses;+351 900;LATE;;;\n";
    let told = desk.import(list.as_bytes(), &["--create-groups"]).await.expect(Exit::Failed).json();
    assert_eq!(outcomes(&told), ["2 new", "3 wrong", "4 wrong", "5 new"], "{told:#}");
    assert_eq!(told["new_groups"], json!(["Night, Ward 3", "Nurses"]));
    assert!(
        reason(&told, 3).contains("SHIFT: Write one of: Early, Late.")
            && reason(&told, 3).contains("Employee-ID: A value that begins with =")
    );
    assert!(reason(&told, 4).contains("filled by a rule") && reason(&told, 4).contains("first day: Write a date as"));
    assert_eq!(
        desk.apply(list.as_bytes(), &["--create-groups"]).await,
        ["2 new", "3 wrong", "4 wrong", "5 new"]
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

#[tokio::test]
async fn what_goes_out_comes_in_the_same() {
    let desk = Desk::new().await;
    desk.app.admin("Root").await;
    let list = "email,name,role,plan,active,groups,Phone,Time zone,language\n\
        a@example.com,\"A, \"\"B\"\"\",instructor,premium,no,\"X; Y, Z\",+1,Asia/Tokyo,pt-BR\n\
        b@example.com,''=x,,,,\"Y, Z;\",-,,\n\
        +c@example.com,C,,,,,'=2,,\n";
    let flags = ["--apply", "--create-groups", "--create-fields"];
    desk.import(list.as_bytes(), &flags).await.expect(Exit::Done);
    desk.run(&["users", "export", "--to", "out.csv", "--bom"]).await.expect(Exit::Done);
    let mode = fs::metadata(desk.path("out.csv")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let out = fs::read_to_string(desk.path("out.csv")).expect("a file");
    let mut cells = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(out.trim_start_matches('\u{FEFF}').as_bytes());
    for row in cells.records() {
        for cell in &row.expect("a row") {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell} would be run");
        }
    }
    let before = desk.contents();
    for more in [&[][..], &["--replace"]] {
        let told = desk.import(out.as_bytes(), more).await.expect(Exit::Done).json();
        assert_eq!(
            (&told["counts"]["same"], &told["counts"]["rows"]),
            (&json!(4), &json!(4)),
            "{told:#}"
        );
    }
    assert_eq!(desk.contents(), before);
    // To the standard output it is the same, and filters are exact.
    let said = desk.run(&["users", "export"]).await.expect(Exit::Done);
    assert_eq!(said.out, out.trim_start_matches('\u{FEFF}'));
    for (flags, wanted) in [
        (&["--role", "instructor"][..], 1),
        (&["--plan", "premium"], 1),
        (&["--state", "deactivated"], 1),
        (&["--group", "y, z"], 2),
        (&["--group", "x", "--plan", "free"], 0),
        (&["--search", "b@ex"], 1),
    ] {
        let words = [&["users", "export", "--json"], flags].concat();
        let said = desk.run(&words).await.expect(Exit::Done);
        assert_eq!(said.json().as_array().map(Vec::len), Some(wanted), "{flags:?}");
        let words = [&["users", "list", "--json"], flags].concat();
        let said = desk.run(&words).await.expect(Exit::Done);
        assert_eq!(said.json()["items"].as_array().map(Vec::len), Some(wanted), "{flags:?}");
    }
    desk.run(&["users", "export", "--group", "nobody's"]).await.expect(Exit::Failed);
}

#[tokio::test]
async fn invitations_are_printed_or_mailed_and_open_the_account() {
    let desk = Desk::new().await;
    let list = "email,name,role,plan,active\nana@example.com,Ana,instructor,premium,\noff@example.com,Off,,,no\n";
    let flags = ["--apply", "--invite", "print", "--result", "links.csv"];
    let told = desk.import(list.as_bytes(), &flags).await.expect(Exit::Done).json();
    assert_eq!(told["counts"]["invited"], 1, "nobody is invited to a closed account: {told}");
    let link = told["rows"][0]["link"].as_str().expect("a link").to_owned();
    let result = fs::read_to_string(desk.path("links.csv")).expect("a result");
    assert!(result.contains(&link));
    let token = link.split("token=").nth(1).expect("a token");
    let anyone = desk.app.anonymous();
    let details = anyone.post("/auth/invite-details", json!({"token": token})).await.expect(200);
    assert_eq!(
        (&details["email"], &details["role"]),
        (&json!("ana@example.com"), &json!("instructor"))
    );
    let new = json!({"name": "Ana", "email": "ana@example.com", "password": crate::support::PASSWORD, "invite": token, "time_zone": "UTC", "language": "en"});
    let entered = anyone.post("/auth/register", new).await;
    assert!(entered.status.is_success(), "{}", entered.status);
    desk.app.settle().await;
    let said = desk.run(&["users", "list", "--state", "active", "--json"]).await;
    let ana = &said.json()["items"][0];
    assert_eq!(
        (&ana["email"], &ana["role"], &ana["plan"]),
        (&json!("ana@example.com"), &json!("instructor"), &json!("premium"))
    );
    // By mail; those who came are not asked again, those who did not are if that is wished.
    let list = "email,name\nana@example.com,Ana\nbo@example.com,Bo\n";
    desk.import(list.as_bytes(), &["--apply", "--invite", "mail"])
        .await
        .expect(Exit::Done);
    desk.import(list.as_bytes(), &["--apply", "--invite", "mail"])
        .await
        .expect(Exit::Done);
    let to = |app: &TestApp| app.mails().iter().map(|mail| mail.to.clone()).collect::<Vec<_>>();
    assert_eq!(to(&desk.app).len(), 1, "{:?}", to(&desk.app));
    desk.import(list.as_bytes(), &["--apply", "--invite", "mail", "--invite-again"])
        .await
        .expect(Exit::Done);
    let mails = desk.app.mails();
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().all(|mail| mail.to.contains("bo@example.com")));
    let first = mails[0].link("/accept-invite?token=");
    let second = mails[1].link("/accept-invite?token=");
    for (link, status) in [(first, 409), (second, 200)] {
        let token = link.split("token=").nth(1).expect("a token").to_owned();
        anyone.post("/auth/invite-details", json!({"token": token})).await.expect(status);
    }
}

#[tokio::test]
async fn workbooks() {
    let desk = Desk::new().await;
    let rows = vec![
        vec![
            text("E-mail"),
            text("Full name"),
            text("Personnel no"),
            text("Start"),
            text("Active"),
        ],
        vec![
            formula("A1&amp;B1", "ana@example.com"),
            text(" Ana & Bo "),
            number(1042.0),
            day(45_000),
            "<c t=\"b\"><v>1</v></c>".into(),
        ],
        vec![],
        vec![
            text("err@example.com"),
            error("1/0", "#DIV/0!"),
            String::new(),
            String::new(),
            String::new(),
        ],
        vec![text("=A1"), text("=HYPERLINK(\"x\")"), String::new(), String::new(), String::new()],
        vec![text("bo@example.com"), text("Bo\nLind"), number(0.5)],
    ];
    let bytes = workbook::workbook(&rows);
    let told = desk
        .import(&bytes, &["--apply", "--create-fields"])
        .await
        .expect(Exit::Failed)
        .json();
    assert_eq!((&told["head"]["format"], &told["head"]["sheet"]), (&json!("xlsx"), &json!("Staff")));
    assert_eq!(outcomes(&told), ["2 new", "4 wrong", "5 wrong", "6 new"], "{told:#}");
    assert!(reason(&told, 4).contains("#DIV/0!"), "{told}");
    let people = desk.people().await;
    let ana = &people["ana@example.com"];
    assert_eq!(
        (&ana["Name"], &ana["Personnel no"], &ana["Start"]),
        (&json!("Ana & Bo"), &json!("1042"), &json!("2023-03-15"))
    );
    assert_eq!(
        (&people["bo@example.com"]["Name"], &people["bo@example.com"]["Personnel no"]),
        (&json!("Bo Lind"), &json!("0.5"))
    );
    let said = desk.import(&bytes, &["--sheet", "Wages"]).await.expect(Exit::Usage);
    assert!(said.notes.contains("Notes, Staff"), "{}", said.notes);
    desk.import(&bytes, &["--sheet", "notes"]).await.expect(Exit::Usage);
    // What is no workbook says so.
    for (bytes, words) in [
        (&b"\xD0\xCF\x11\xE0 old"[..], "old kind"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"%PDF-1.7", "PDF"),
        (&bytes[..bytes.len() / 2], "damaged"),
    ] {
        let said = desk.import(bytes, &[]).await.expect(Exit::Usage);
        assert!(said.notes.contains(words), "{}", said.notes);
    }
}

/// Real bulk-upload files of another system: lists of courses and competencies, none of people.
/// Each is refused as a whole with the reason, and nothing is written.
#[tokio::test]
async fn real_bulk_uploads_get_the_right_answer() {
    let Some(folder) = std::env::var_os("MOMENTUM_TESTDATA").map(|root| Path::new(&root).join("csv-import")) else {
        eprintln!("skipped: MOMENTUM_TESTDATA is not set");
        return;
    };
    let desk = Desk::new().await;
    let before = desk.contents();
    let mut seen = 0;
    for entry in fs::read_dir(folder).expect("the data").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|e| e != "csv") {
            continue;
        }
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let bytes = fs::read(&path).expect("a file");
        let said = desk.import(&bytes, &["--apply"]).await.expect(Exit::Usage);
        let columns = String::from_utf8_lossy(&bytes)
            .lines()
            .next()
            .expect("a header")
            .split(',')
            .next()
            .expect("a column")
            .replace('"', "");
        assert!(
            said.notes.contains("No column holds e-mail addresses") && said.notes.contains(&columns),
            "{name}: {}",
            said.notes
        );
        seen += 1;
        // Told which column is which, its rows are read to the last cell: the reasons name the text
        // that stands there, and every row is counted.
        let said = desk.import(&bytes, &["--map", "1=email", "--apply"]).await;
        if name.starts_with("spectrum--") {
            let known: Vec<Value> = serde_json::from_str(&fs::read_to_string(path.with_extension("json")).expect("JSON")).expect("JSON");
            assert_eq!(said.json()["counts"]["wrong"], known.len(), "{name}");
        } else {
            assert_eq!(said.exit, Exit::Failed, "{name}: {}", said.notes);
            let counts = &said.json()["counts"];
            assert!(counts["wrong"].as_u64() > Some(0) && counts["new"] == 0, "{name}: {counts}");
        }
    }
    assert_eq!(seen, 18);
    assert_eq!(desk.contents(), before);
}

#[tokio::test]
async fn naughty_names_go_in_and_out() {
    let Some(root) = std::env::var_os("MOMENTUM_TESTDATA") else {
        eprintln!("skipped: MOMENTUM_TESTDATA is not set");
        return;
    };
    let naughty = fs::read_to_string(Path::new(&root).join("naughty-strings/blns.json")).expect("the data");
    let naughty: Vec<String> = serde_json::from_str(&naughty).expect("JSON");
    let desk = Desk::new().await;
    let mut wanted = BTreeMap::new();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["email", "name"]).expect("written");
    for (n, text) in naughty.iter().enumerate() {
        let Ok(name) = PersonName::parse(text) else { continue };
        let email = format!("n{n}@example.com");
        writer.write_record([&email, &*people::guarded(name.as_str())]).expect("written");
        wanted.insert(email, name.into_string());
    }
    assert!(wanted.len() > 300, "{}", wanted.len());
    let bytes = writer.into_inner().expect("a file");
    let told = desk.import(&bytes, &["--apply", "--encoding", "utf-8"]).await.json();
    let wrong: Vec<&Value> = told["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|row| row["outcome"] == "wrong")
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    desk.run(&["users", "export", "--to", "out.csv"]).await.expect(Exit::Done);
    let out = fs::read(desk.path("out.csv")).expect("a file");
    let told = desk.import(&out, &[]).await.expect(Exit::Done).json();
    assert_eq!(told["counts"]["same"], wanted.len());
    let conn = desk.database();
    let mut rows = conn.prepare("SELECT email, name FROM users").expect("people");
    let kept: BTreeMap<String, String> = rows
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("rows")
        .map(|row| row.expect("a row"))
        .collect();
    assert_eq!(kept, wanted);
    // Raw, as they are: none may break anything, and what is taken is taken whole.
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["email", "name"]).expect("written");
    for (n, text) in naughty.iter().enumerate() {
        writer.write_record([&format!("r{n}@example.com"), text]).expect("written");
    }
    let bytes = writer.into_inner().expect("a file");
    let told = desk.import(&bytes, &["--apply", "--encoding", "utf-8"]).await.json();
    assert_eq!(told["counts"]["rows"], naughty.len());
}
