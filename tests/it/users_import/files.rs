//! Whole files: out and in again, invitations, workbooks, real uploads, naughty names.

use std::path::Path;

use momentum::kernel::text::PersonName;

use super::*;
use crate::support::workbook::{self, day, error, formula, number, text};

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
