//! Importing people over the web: upload, look, do, read what became of it.

use axum::{
    Json,
    body::Body as Bytes,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt as _;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    kernel::{
        error::{Error, Result},
        id::ImportId,
    },
    people::{
        import::{Outcome, RowReport},
        jobs::ApplyImport,
        policy::{ImportUsers, OneImport},
        store::{self, ImportRow},
        wizard::{self, Choices},
    },
    platform::{
        Platform,
        db::Db,
        web::{
            extract::{Body, created},
            guard::Guard,
        },
    },
};

/// The largest file that is taken, in bytes.
const MAX_BYTES: u64 = 50 * 1024 * 1024;
/// Rows of each outcome that a look shows.
const SHOWN: usize = 100;

/// A column of the file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportColumn {
    /// Its name.
    name: String,
    /// What it holds, as `columns` of a look names it.
    target: String,
}

/// A row of the file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportRowOut {
    /// The number that a spreadsheet shows beside it.
    row: u32,
    /// The address, or what stands in its place.
    email: String,
    /// `new`, `changed`, `same` or `wrong`.
    outcome: String,
    /// What is wrong with it, or what it changes.
    notes: Vec<String>,
}

/// What a file would do. Nothing is done yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportLookOut {
    /// The import.
    id: ImportId,
    /// Its columns.
    columns: Vec<ImportColumn>,
    /// How many rows of which kind.
    counts: ImportCounts,
    /// The first hundred rows of each kind.
    rows: Vec<ImportRowOut>,
    /// Groups that would be made.
    new_groups: Vec<String>,
}

/// How many rows of which kind.
#[derive(Debug, Default, Serialize, serde::Deserialize, ToSchema)]
pub(super) struct ImportCounts {
    /// Rows below the header that hold anything.
    rows: u64,
    /// People who get an account.
    new: u64,
    /// People who change.
    changed: u64,
    /// People who are there just so.
    same: u64,
    /// Rows by which nothing can be done.
    wrong: u64,
}

/// An import on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportOut {
    /// Its id.
    id: ImportId,
    /// `uploaded`, `applying`, `done` or `failed`.
    state: String,
    /// Rows that are done.
    done: u32,
    /// What became of them, at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<ImportCounts>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl ImportOut {
    fn of(row: ImportRow) -> Result<Self> {
        Ok(Self {
            id: row.id,
            state: row.state,
            done: row.done,
            counts: row
                .counts
                .map(|text| serde_json::from_str(&text).map_err(Error::internal))
                .transpose()?,
            error: row.error,
        })
    }
}

async fn look(db: &Db, platform: &Platform, can: &ImportUsers, row: &ImportRow, choices: &Choices) -> Result<ImportLookOut> {
    let (mut rows, mut shown) = (Vec::new(), [0_usize; 4]);
    let judged = wizard::judge(db, platform, can, &row.sha256, choices, |report| {
        let place = &mut shown[match report.outcome {
            Outcome::New => 0,
            Outcome::Changed => 1,
            Outcome::Same => 2,
            Outcome::Wrong => 3,
        }];
        *place += 1;
        if *place <= SHOWN {
            rows.push(told(report));
        }
    });
    let judged = judged.await?;
    let columns = judged.head.columns.iter().map(|column| ImportColumn {
        name: column.name.clone(),
        target: column.target.word(),
    });
    Ok(ImportLookOut {
        id: row.id,
        columns: columns.collect(),
        counts: ImportCounts {
            rows: judged.counts.rows,
            new: judged.counts.new,
            changed: judged.counts.changed,
            same: judged.counts.same,
            wrong: judged.counts.wrong,
        },
        new_groups: judged.new_groups,
        rows,
    })
}

fn told(report: &RowReport) -> ImportRowOut {
    let changes = report.changes.iter().map(wizard::in_words);
    ImportRowOut {
        row: report.row,
        email: report.email.clone(),
        outcome: report.outcome.word().to_owned(),
        notes: report.reasons.iter().cloned().chain(changes).collect(),
    }
}

/// Uploads a list of people, CSV or .xlsx, and says what it would do.
#[utoipa::path(
    post, path = "/users/import", tag = "people",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file, at most 50 MB."),
    responses((status = 201, body = ImportLookOut), (status = 422, description = "The file cannot be understood as a whole; the message names the mend."))
)]
pub(super) async fn upload_import(g: Guard<ImportUsers>, body: Bytes) -> Result<(StatusCode, Json<ImportLookOut>)> {
    let shelf = wizard::shelf(&g.platform);
    let mut part = tokio::task::spawn_blocking(move || shelf.begin())
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    let mut stream = body.into_data_stream();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Error::field("file", "upload.cut_off", "The file did not arrive whole. Send it again."))?;
        if part.bytes() + piece.len() as u64 > MAX_BYTES {
            return Err(Error::field("file", "upload.too_large", "Use a file of at most 50 MB."));
        }
        part = tokio::task::spawn_blocking(move || part.write(&piece).map(|()| part))
            .await
            .map_err(Error::internal)?
            .map_err(Error::internal)?;
    }
    let sealed = tokio::task::spawn_blocking(move || part.seal())
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    let sha256 = sealed.sha256.clone();
    let kept = g.db.write("people.keep_import", move |tx| {
        let id = store::insert_import(tx, &sha256)?;
        store::get_import(tx, id)
    });
    let row = kept.await?;
    drop(sealed);
    Ok(created(look(&g.db, &g.platform, &g.can, &row, &Choices::default()).await?))
}

/// Looks at an uploaded list with other choices.
#[utoipa::path(post, path = "/users/import/{import}/look", tag = "people", params(("import" = ImportId, Path)), request_body = Choices, responses((status = 200, body = ImportLookOut)))]
pub(super) async fn look_at_import(g: Guard<OneImport>, Body(choices): Body<Choices>) -> Result<Json<ImportLookOut>> {
    let id = g.can.id();
    let row = g.db.read("people.import_row", move |read| store::get_import(read, id)).await?;
    Ok(Json(look(&g.db, &g.platform, g.can.import(), &row, &choices).await?))
}

/// Does an import, as a job. Asked twice, it is done once.
#[utoipa::path(post, path = "/users/import/{import}/apply", tag = "people", params(("import" = ImportId, Path)), request_body = Choices, responses((status = 202, body = ImportOut)))]
pub(super) async fn apply_import(g: Guard<OneImport>, Body(choices): Body<Choices>) -> Result<(StatusCode, Json<ImportOut>)> {
    let id = g.can.id();
    let options = serde_json::to_string(&choices).map_err(Error::internal)?;
    let deed = g.db.write("people.begin_import", move |tx| {
        if store::begin_import(tx, id, &options)? {
            tx.enqueue(&ApplyImport { import: id })?;
        }
        ImportOut::of(store::get_import(tx, id)?)
    });
    Ok((StatusCode::ACCEPTED, Json(deed.await?)))
}

/// How far an import is.
#[utoipa::path(get, path = "/users/import/{import}", tag = "people", params(("import" = ImportId, Path)), responses((status = 200, body = ImportOut)))]
pub(super) async fn get_import(g: Guard<OneImport>) -> Result<Json<ImportOut>> {
    let id = g.can.id();
    let read =
        g.db.read("people.import_row", move |read| ImportOut::of(store::get_import(read, id)?));
    Ok(Json(read.await?))
}

/// What became of each row, as CSV.
#[utoipa::path(get, path = "/users/import/{import}/report", tag = "people", params(("import" = ImportId, Path)), responses((status = 200, content_type = "text/csv", body = String)))]
pub(super) async fn read_import_report(g: Guard<OneImport>) -> Result<Response> {
    let id = g.can.id();
    let row = g.db.read("people.import_row", move |read| store::get_import(read, id)).await?;
    let report = row.report.ok_or(Error::NotFound("report"))?;
    let bytes = tokio::fs::read(wizard::shelf(&g.platform).path(&report)).await;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"import.csv\""),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, bytes.map_err(|_| Error::NotFound("report"))?).into_response())
}
