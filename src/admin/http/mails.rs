//! Letters on their way and those that have gone.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    admin::{
        actions,
        policy::{OneMail, RunInstance},
    },
    kernel::{error::Result, id::MailId, page::Limit, time::Timestamp},
    platform::{
        mail::{self, MailRow, MailState},
        web::{
            extract::{PageOut, Query},
            guard::Guard,
        },
    },
};

/// A letter; what it says is nobody's business.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct MailOut {
    id: MailId,
    /// The address, masked: `a•••@example.org`.
    to: String,
    /// What kind of letter it is.
    template: String,
    /// `waiting`, `sent` or `failed`.
    state: String,
    /// What the mail server said last.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<Timestamp>,
}

impl From<MailRow> for MailOut {
    fn from(row: MailRow) -> Self {
        Self {
            id: row.id,
            to: row.to,
            template: row.template,
            state: row.state,
            last_error: row.last_error,
            created_at: row.created_at,
            sent_at: row.sent_at,
        }
    }
}

/// Where a letter may stand.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::admin) enum MailStateIn {
    Waiting,
    Sent,
    Failed,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct MailsQuery {
    /// Only letters that stand so.
    #[param(inline)]
    state: Option<MailStateIn>,
    /// The `next` of the page before.
    cursor: Option<MailId>,
    /// 1–200, 50 when absent.
    #[param(inline)]
    limit: Option<Limit>,
}

/// Letters, newest first.
#[utoipa::path(get, path = "/admin/mails", tag = "admin", params(MailsQuery), responses((status = 200, body = PageOut<MailOut>)))]
pub(in crate::admin) async fn list_mails(g: Guard<RunInstance>, Query(query): Query<MailsQuery>) -> Result<Json<PageOut<MailOut>>> {
    let state = query.state.map(|state| match state {
        MailStateIn::Waiting => MailState::Waiting,
        MailStateIn::Sent => MailState::Sent,
        MailStateIn::Failed => MailState::Failed,
    });
    let limit = Limit::or_default(query.limit);
    let page =
        g.db.read("admin.mails", move |read| mail::list(read, state, query.cursor, limit))
            .await?;
    Ok(Json(page.map(Into::into).into()))
}

/// Sends a letter now that could not be delivered or waits for its next try.
#[utoipa::path(
    post, path = "/admin/mails/{mail}/retry", tag = "admin", params(("mail" = MailId, Path)),
    responses((status = 202), (status = 409, description = "`mail.gone`: it has gone already."))
)]
pub(in crate::admin) async fn retry_mail(g: Guard<OneMail>) -> Result<StatusCode> {
    g.db.write("admin.retry_mail", move |tx| actions::retry_mail(tx, &g.can)).await?;
    Ok(StatusCode::ACCEPTED)
}
