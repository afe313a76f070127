//! The file with one person's data: what every slice knows about him, as JSON for programs and a
//! page for people, in a zip that dies after a week. It stays out of backups.

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};

use serde_json::Value;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    jobs::MakeExport,
    model::Picture,
    store::{self, PersonFile},
};
use crate::{
    kernel::{
        error::{Error, Result},
        id::UserId,
    },
    platform::{
        Platform, audit,
        blobs::Blobs,
        db::{Read, Tx},
        module::Portraits,
    },
};

/// How long a file lives, in seconds.
const LIFE: i64 = 7 * 24 * 3600;
/// Within so many seconds the file that is there is as good as a new one.
const FRESH: i64 = 3600;
/// The newest rows of the trail about him that the file holds.
const TRAIL: u32 = 10_000;
/// The part of the file store in which these files lie; no backup asks for it.
const SHELF: &str = "person-files";

pub(super) fn shelf(platform: &Platform) -> Blobs {
    platform.blobs.shelf(SHELF)
}

/// Asks for a person's file; one that was asked for within the hour is it.
pub(super) fn ask(tx: &Tx<'_>, user: UserId) -> Result<PersonFile> {
    let fresh = store::find_newest_file(tx, user)?.filter(|file| file.created_at.plus_secs(FRESH) > tx.now());
    if let Some(file) = fresh {
        return Ok(file);
    }
    store::get_user(tx, user)?;
    let id = store::insert_file(tx, user, tx.now().plus_secs(LIFE))?;
    audit::record(tx, "people.export_person", &user.to_string(), None::<&()>, None::<&()>)?;
    tx.enqueue(&MakeExport { export: id })?;
    store::find_file(tx, id)?.ok_or(Error::NotFound("export"))
}

/// What a file holds.
pub(super) struct Portrait {
    name: String,
    parts: Vec<(String, Vec<Value>)>,
    picture: Option<Picture>,
}

/// Everything that any slice knows about a person, in one snapshot.
pub(super) fn portray(read: &Read<'_>, platform: &Platform, user: UserId) -> Result<Portrait> {
    let portraits = platform
        .services
        .find::<Portraits>()
        .ok_or_else(|| Error::internal("nobody knows people"))?;
    let mut parts = Vec::new();
    for (_, portray) in &portraits.0 {
        parts.extend(portray(read, user)?.into_iter().map(|(name, rows)| (name.to_owned(), rows)));
    }
    let trail = audit::list_about(read, user, TRAIL)?;
    let trail = trail.into_iter().map(|row| serde_json::to_value(row).map_err(Error::internal));
    parts.push(("audit".to_owned(), trail.collect::<Result<_>>()?));
    Ok(Portrait {
        name: store::get_user(read, user)?.name.to_string(),
        parts,
        picture: store::find_picture(read, user)?,
    })
}

/// The zip. Blocking.
pub(super) fn pack(portrait: &Portrait, pictures: &Blobs) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let mut put = |name: &str, bytes: &[u8]| -> Result<()> {
        zip.start_file(name, options).map_err(Error::internal)?;
        zip.write_all(bytes).map_err(Error::internal)
    };
    for (name, rows) in &portrait.parts {
        put(&format!("{name}.json"), &serde_json::to_vec_pretty(rows).map_err(Error::internal)?)?;
    }
    if let Some(picture) = &portrait.picture {
        let ending = if picture.mime == "image/webp" { "webp" } else { "jpg" };
        if let Ok(bytes) = std::fs::read(pictures.path(&picture.sha256)) {
            put(&format!("picture.{ending}"), &bytes)?;
        }
    }
    put("index.html", page(portrait).as_bytes())?;
    Ok(zip.finish().map_err(Error::internal)?.into_inner())
}

/// The page that people read: a table for each part.
fn page(portrait: &Portrait) -> String {
    let name = escaped(&portrait.name);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{name}</title><style>\
         body{{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}}\
         table{{border-collapse:collapse;display:block;overflow-x:auto}}th,td{{text-align:start;padding:.3rem .8rem;border-bottom:1px solid #ccc;vertical-align:top}}\
         </style></head><body>\n<h1>{name}</h1>\n<p>Everything that is kept about you here. The .json files beside this page hold the same for programs.</p>\n"
    );
    for (part, rows) in &portrait.parts {
        let title = escaped(part);
        let _infallible = writeln!(out, "<h2 id=\"{title}\">{title} ({})</h2>", rows.len());
        out.push_str(&table(rows));
    }
    out.push_str("</body></html>\n");
    out
}

fn table(rows: &[Value]) -> String {
    let Some(Value::Object(first)) = rows.first() else {
        return "<p>Nothing.</p>\n".to_owned();
    };
    let mut out = "<table><thead><tr>".to_owned();
    for name in first.keys() {
        let _infallible = write!(out, "<th scope=\"col\">{}</th>", escaped(&name.replace('_', " ")));
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for name in first.keys() {
            let _infallible = write!(out, "<td>{}</td>", escaped(&text(&row[name])));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>\n");
    out
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_text_on_the_page() {
        let portrait = Portrait {
            name: "<b>Ana</b>".into(),
            parts: vec![("notes".into(), vec![serde_json::json!({ "text": "<script>\"&" })])],
            picture: None,
        };
        let page = page(&portrait);
        assert!(
            page.contains("&lt;b&gt;Ana") && page.contains("&lt;script&gt;&quot;&amp;"),
            "{page}"
        );
        assert!(!page.contains("<script>"));
    }
}
