//! The audit trail: looked through, taken along, checked.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    admin::{
        actions::{self, names},
        policy::RunInstance,
    },
    kernel::{
        error::{Error, Result},
        id::{AuditId, TokenId},
        page::{Limit, Page},
        time::Timestamp,
    },
    platform::{
        Platform,
        audit::{self, Filter, ListedRow},
        db::{Db, Read},
        web::{
            extract::{PageOut, Query},
            guard::Guard,
            pieces,
        },
    },
};

/// A row of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct AuditOut {
    id: AuditId,
    /// Who: a user's id, `cli` or `system:reason`.
    actor: String,
    /// The person's name, when it was a person who still has an account.
    actor_name: Option<String>,
    /// What, as `slice.verb`.
    action: String,
    /// To what.
    subject: String,
    /// Before, without secrets.
    #[schema(value_type = serde_json::Value)]
    before: Option<serde_json::Value>,
    /// After, without secrets.
    #[schema(value_type = serde_json::Value)]
    after: Option<serde_json::Value>,
    at: Timestamp,
    /// The network address that it came from, as long as that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    /// The API token that was used, when it was a program.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<TokenId>,
    /// What the ids in this row are called, as far as the things still exist.
    names: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct AuditQuery {
    /// Who: `usr_…`, `cli`, `system` for all of its reasons, or `system:reason`.
    actor: Option<String>,
    /// What: `slice.verb`, or `slice` for all of its verbs.
    action: Option<String>,
    /// To what: an id or a section of settings.
    subject: Option<String>,
    /// From this instant on.
    from: Option<Timestamp>,
    /// Before this instant.
    until: Option<Timestamp>,
    /// The network address, or its beginning.
    ip: Option<String>,
    /// The `next` of the page before.
    cursor: Option<AuditId>,
    /// 1–200, 50 when absent.
    #[param(inline)]
    limit: Option<Limit>,
}

impl AuditQuery {
    fn filter(&self) -> Filter {
        let given = |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        Filter {
            actor: given(&self.actor),
            action: given(&self.action),
            subject: given(&self.subject),
            from: self.from,
            until: self.until,
            ip: given(&self.ip),
        }
    }
}

/// The audit trail, newest first, as far as the filters let through.
#[utoipa::path(get, path = "/admin/audit", tag = "admin", params(AuditQuery), responses((status = 200, body = PageOut<AuditOut>)))]
pub(in crate::admin) async fn list_audit(g: Guard<RunInstance>, Query(query): Query<AuditQuery>) -> Result<Json<PageOut<AuditOut>>> {
    let (filter, limit, platform) = (query.filter(), Limit::or_default(query.limit), g.platform.clone());
    let page = g.db.read_heavy("admin.audit", move |read| {
        let page = audit::list(read, &filter, query.cursor, limit)?;
        shown(read, &platform, page)
    });
    page.await.map(|page| Json(page.into()))
}

fn shown(read: &Read<'_>, platform: &Platform, page: Page<ListedRow>) -> Result<Page<AuditOut>> {
    let texts = page.items.iter().flat_map(|listed| {
        let row = &listed.row;
        let bodies = row.before.as_deref().into_iter().chain(row.after.as_deref());
        [row.actor.as_str(), row.subject.as_str()].into_iter().chain(bodies)
    });
    let token_ids: Vec<String> = page
        .items
        .iter()
        .filter_map(|listed| listed.origin.token.map(|id| id.to_string()))
        .collect();
    let names = names::of(read, platform, texts.chain(token_ids.iter().map(String::as_str)))?;
    Ok(page.map(|listed| out(listed, &names)))
}

fn out(listed: ListedRow, all: &BTreeMap<String, String>) -> AuditOut {
    let ListedRow { row, origin } = listed;
    let token = origin.token.map(|id| id.to_string()).unwrap_or_default();
    let has = |id: &str| {
        let bodies = [row.before.as_deref(), row.after.as_deref()];
        id == row.actor || id == row.subject || id == token || bodies.into_iter().flatten().any(|body| body.contains(id))
    };
    AuditOut {
        names: all
            .iter()
            .filter(|(id, _)| has(id))
            .map(|(id, name)| (id.clone(), name.clone()))
            .collect(),
        actor_name: all.get(&row.actor).cloned(),
        before: parsed(row.before.as_deref()),
        after: parsed(row.after.as_deref()),
        id: row.id,
        actor: row.actor,
        action: row.action,
        subject: row.subject,
        at: row.at,
        ip: origin.ip,
        token: origin.token,
    }
}

fn parsed(text: Option<&str>) -> Option<serde_json::Value> {
    text.and_then(|text| serde_json::from_str(text).ok())
}

/// Every action that the trail knows, for a filter to choose from.
#[utoipa::path(get, path = "/admin/audit/actions", tag = "admin", responses((status = 200, body = Vec<String>)))]
pub(in crate::admin) async fn list_audit_actions(g: Guard<RunInstance>) -> Result<Json<Vec<String>>> {
    g.db.read("admin.audit_actions", audit::list_actions).await.map(Json)
}

/// What an export looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::admin) enum AuditFormat {
    Csv,
    Json,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct AuditExportQuery {
    /// `csv`, or `json` for one object a line.
    #[param(inline)]
    format: AuditFormat,
    /// As for the list.
    actor: Option<String>,
    /// As for the list.
    action: Option<String>,
    /// As for the list.
    subject: Option<String>,
    /// As for the list.
    from: Option<Timestamp>,
    /// As for the list.
    until: Option<Timestamp>,
    /// As for the list.
    ip: Option<String>,
}

/// Exactly the rows that the filters let through, newest first, as a file.
#[utoipa::path(
    get, path = "/admin/audit/export", tag = "admin", params(AuditExportQuery),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>))
)]
pub(in crate::admin) async fn export_audit(g: Guard<RunInstance>, Query(query): Query<AuditExportQuery>) -> Result<Response> {
    let format = query.format;
    let query = AuditQuery {
        actor: query.actor,
        action: query.action,
        subject: query.subject,
        from: query.from,
        until: query.until,
        ip: query.ip,
        cursor: None,
        limit: None,
    };
    let filter = query.filter();
    let noted = filter.clone();
    g.db.write("admin.export_audit", move |tx| actions::note_export(tx, &noted)).await?;
    let (kind, name) = match format {
        AuditFormat::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""),
        AuditFormat::Json => ("application/x-ndjson", "attachment; filename=\"audit.jsonl\""),
    };
    // The first page before the answer begins: what goes wrong with it can still be said by a status.
    let (first, next) = page(g.db.clone(), g.platform.clone(), filter.clone(), None, format).await?;
    let mut response = pieces::body(first, pages(g.db, g.platform, filter, format, next)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
        .headers_mut()
        .insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    Ok(response)
}

/// Rows of one page of an export.
const PAGE: u32 = 500;

/// One page of the file, and where the next begins.
async fn page(
    db: Db,
    platform: Arc<Platform>,
    filter: Filter,
    cursor: Option<AuditId>,
    format: AuditFormat,
) -> Result<(Vec<u8>, Option<AuditId>)> {
    let page = db.read_heavy("admin.audit_page", move |read| {
        let page = audit::list(read, &filter, cursor, PAGE)?;
        shown(read, &platform, page)
    });
    let page = page.await?;
    let bytes = written(&page.items, format, cursor.is_none())?;
    Ok((bytes, page.next.and_then(|next| next.parse().ok())))
}

/// The rest of the file page by page, so that no read holds the log for long and nothing grows with the trail.
fn pages(
    db: Db,
    platform: Arc<Platform>,
    filter: Filter,
    format: AuditFormat,
    next: Option<AuditId>,
) -> impl stream::Stream<Item = Result<Vec<u8>>> + Send {
    stream::unfold(next, move |place| {
        let page = place.map(|at| page(db.clone(), platform.clone(), filter.clone(), Some(at), format));
        async move {
            Some(match page?.await {
                Ok((bytes, next)) => (Ok(bytes), next),
                Err(error) => (Err(error), None),
            })
        }
    })
}

fn written(rows: &[AuditOut], format: AuditFormat, is_first: bool) -> Result<Vec<u8>> {
    if format == AuditFormat::Json {
        let mut out = Vec::new();
        for row in rows {
            serde_json::to_writer(&mut out, row).map_err(Error::internal)?;
            out.push(b'\n');
        }
        return Ok(out);
    }
    let mut out = csv::Writer::from_writer(Vec::new());
    if is_first {
        let header = [
            "At", "Who", "Name", "What", "To what", "Its name", "Before", "After", "Address", "Row",
        ];
        out.write_record(header).map_err(Error::internal)?;
    }
    for row in rows {
        let name = |id: &str| row.names.get(id).cloned().unwrap_or_default();
        let body = |value: &Option<serde_json::Value>| value.as_ref().map(ToString::to_string).unwrap_or_default();
        let cells = [
            row.at.to_string(),
            row.actor.clone(),
            row.actor_name.clone().unwrap_or_default(),
            row.action.clone(),
            row.subject.clone(),
            name(&row.subject),
            body(&row.before),
            body(&row.after),
            row.ip.clone().unwrap_or_default(),
            row.id.to_string(),
        ];
        let cells = cells.iter().map(|cell| crate::people::guarded(cell));
        out.write_record(cells.map(|cell| cell.into_owned())).map_err(Error::internal)?;
    }
    out.into_inner().map_err(|error| Error::internal(error.to_string()))
}

/// Whether the trail is whole.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct AuditChainOut {
    /// Rows that were looked at.
    rows: u64,
    /// Whether every row follows from those before it.
    is_whole: bool,
    /// The first row that does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    broken_row: Option<AuditId>,
    /// What is wrong with it, as the end of a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// The hash of everything: written down elsewhere, it proves later that nothing was changed.
    seal: String,
}

/// Walks the whole trail and looks whether its chain holds, as `momentum doctor` does.
#[utoipa::path(get, path = "/admin/audit/chain", tag = "admin", responses((status = 200, body = AuditChainOut)))]
pub(in crate::admin) async fn check_audit(g: Guard<RunInstance>) -> Result<Json<AuditChainOut>> {
    let mut walk = audit::Walk::default();
    while !walk.is_done {
        walk = g.db.read_heavy("admin.audit_chain", move |read| audit::step(read, walk)).await?;
    }
    Ok(Json(AuditChainOut {
        rows: walk.rows,
        is_whole: walk.broken.is_none(),
        seal: walk.seal(),
        broken_row: walk.broken.as_ref().map(|broken| broken.row),
        why: walk.broken.map(|broken| broken.why.to_owned()),
    }))
}
