//! People as a file: exactly those that the filter finds.

use std::{
    fs::File,
    io::{Seek as _, Write as _},
};

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use tokio_util::io::ReaderStream;

use super::admin::UsersQuery;
use crate::{
    kernel::{
        error::{Error, Result},
        page,
    },
    people::{export::export_users, policy::ListUsers, workbook::Workbook},
    platform::{
        audit,
        web::{extract::Query, guard::Guard},
    },
};

/// What kind of file.
#[derive(Debug, Clone, Copy)]
enum ExportFormat {
    /// Comma-separated, with a byte order mark so that spreadsheets read it as UTF-8.
    Csv,
    /// An Excel workbook.
    Xlsx,
}

enum Target {
    Csv(Box<csv::Writer<File>>),
    Xlsx(Box<Workbook<File>>),
}

impl Target {
    fn begin(format: ExportFormat, mut file: File) -> Result<Self> {
        Ok(match format {
            ExportFormat::Csv => {
                file.write_all("\u{FEFF}".as_bytes()).map_err(Error::internal)?;
                Self::Csv(Box::new(
                    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file),
                ))
            }
            ExportFormat::Xlsx => Self::Xlsx(Box::new(Workbook::begin(file)?)),
        })
    }

    fn row(&mut self, cells: &[String]) -> Result<()> {
        match self {
            Self::Csv(csv) => csv.write_record(cells).map_err(Error::internal),
            Self::Xlsx(book) => book.row(cells),
        }
    }

    fn finish(self) -> Result<File> {
        let mut file = match self {
            Self::Csv(csv) => csv.into_inner().map_err(|e| Error::internal(e.into_error()))?,
            Self::Xlsx(book) => book.finish()?,
        };
        file.rewind().map_err(Error::internal)?;
        Ok(file)
    }
}

/// Exactly the people that the filters find, as a CSV file that comes in again. Cells that a
/// spreadsheet would take for formulas are guarded.
#[utoipa::path(get, path = "/users/export/csv", tag = "people", params(UsersQuery), responses((status = 200, content_type = "text/csv", body = Vec<u8>)))]
pub(super) async fn export_people_csv(g: Guard<ListUsers>, Query(query): Query<UsersQuery>) -> Result<Response> {
    send(g, query, ExportFormat::Csv).await
}

/// The same as an Excel workbook, in which every cell is a text.
#[utoipa::path(get, path = "/users/export/xlsx", tag = "people", params(UsersQuery), responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>)))]
pub(super) async fn export_people_xlsx(g: Guard<ListUsers>, Query(query): Query<UsersQuery>) -> Result<Response> {
    send(g, query, ExportFormat::Xlsx).await
}

async fn send(g: Guard<ListUsers>, query: UsersQuery, format: ExportFormat) -> Result<Response> {
    let mut query = query.parse()?;
    query.limit = page::MAX_LIMIT;
    // A file without a name: nothing of it is left however the process ends.
    let file = tempfile::tempfile_in(g.platform.data()).map_err(Error::internal)?;
    let mut target = Target::begin(format, file)?;
    let (mut is_first, mut people) = (true, 0_usize);
    loop {
        let page = export_users(&g.db, &g.can, query.clone()).await?;
        if std::mem::take(&mut is_first) {
            target.row(&page.header)?;
        }
        people += page.rows.len();
        page.rows.iter().try_for_each(|row| target.row(row))?;
        let Some(next) = page.next else { break };
        query = query.after(Some(&next))?;
    }
    let file = tokio::fs::File::from_std(target.finish()?);
    let after = serde_json::json!({ "people": people });
    g.db.write("people.export", move |tx| {
        audit::record(tx, "people.export", "users", None::<&()>, Some(&after))
    })
    .await?;
    let (mime, name) = match format {
        ExportFormat::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"people.csv\""),
        ExportFormat::Xlsx => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "attachment; filename=\"people.xlsx\"",
        ),
    };
    let headers = [
        (header::CONTENT_TYPE, mime),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}
