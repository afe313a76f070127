//! Mails in an admin's own words.

use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    admin::{actions, policy::RunInstance},
    kernel::{error::Result, text::Email},
    platform::{
        mail::{self, Paragraph, Words},
        web::{extract::Body, guard::Guard},
    },
};

/// A kind of mail.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct MailTemplateOut {
    name: String,
    /// The words that it has when an admin gave it none.
    usual: Words,
    /// What may be filled in, as `{{name}}`.
    placeholders: Vec<String>,
}

/// Every kind of mail with its usual words. The words of an admin are the section `mail_templates`.
#[utoipa::path(get, path = "/admin/mail-templates", tag = "admin", responses((status = 200, body = Vec<MailTemplateOut>)))]
pub(in crate::admin) async fn list_mail_templates(g: Guard<RunInstance>) -> Result<Json<Vec<MailTemplateOut>>> {
    drop(g);
    let all = mail::all_templates()?.into_iter().map(|template| MailTemplateOut {
        name: template.name.into(),
        usual: template.usual,
        placeholders: template.placeholders.into_iter().map(str::to_owned).collect(),
    });
    Ok(Json(all.collect()))
}

/// Words to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct PreviewIn {
    /// Of which mail.
    template: String,
    subject: String,
    text: String,
}

/// What a mail would say.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct PreviewOut {
    subject: String,
    /// As readers without pages see it.
    text: String,
    /// As its page shows it.
    parts: Vec<Paragraph>,
}

/// What a mail would say in these words, filled with examples. Nothing is kept.
#[utoipa::path(post, path = "/admin/mail-templates/preview", tag = "admin", request_body = PreviewIn, responses((status = 200, body = PreviewOut)))]
pub(in crate::admin) async fn preview_mail_template(g: Guard<RunInstance>, Body(body): Body<PreviewIn>) -> Result<Json<PreviewOut>> {
    let platform = g.platform.clone();
    let words = Words {
        subject: body.subject,
        text: body.text,
    };
    let seen =
        g.db.read("admin.mail_preview", move |read| {
            mail::preview(read, &platform, &body.template, words)
        })
        .await?;
    Ok(Json(PreviewOut {
        subject: seen.subject,
        text: seen.text,
        parts: seen.parts,
    }))
}

/// Which mail goes to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct TestTemplateIn {
    /// Which mail.
    template: String,
    to: Email,
}

/// Sends a mail in the words that are saved, filled with examples.
#[utoipa::path(post, path = "/admin/mail-templates/test", tag = "admin", request_body = TestTemplateIn, responses((status = 202)))]
pub(in crate::admin) async fn send_mail_template(g: Guard<RunInstance>, Body(body): Body<TestTemplateIn>) -> Result<StatusCode> {
    let platform = g.platform.clone();
    g.db.write("admin.test_template", move |tx| {
        actions::settings::send_sample(tx, &platform, &g.can, &body.template, body.to)
    })
    .await?;
    Ok(StatusCode::ACCEPTED)
}
