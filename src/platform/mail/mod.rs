//! Mail on its way out: queued in the deed's transaction, rendered and sent by a job.
//!
//! Tables: `mails`. What a mail shows is sealed in its row, for it may hold one-time links, and
//! removed once it has gone. Without an SMTP server mails are kept as files in `data/outbox`,
//! so that nothing is lost before an admin has set one up.

mod deliver;
mod job;
mod render;
mod settings;
mod store;
mod templates;

use serde_json::Value;

use super::{Platform, db::Tx};
use crate::kernel::{
    error::{Error, Result},
    id::MailId,
    text::Email,
};

pub use deliver::{OUTBOX, test};
pub use job::{DropLetters, SendMail};
pub use settings::{MailMode, MailSecurity, MailSettings};
pub use store::{Counts, MailRow, MailState, addresses_of, counts, forget, list, purge, retry};
pub use templates::{MailTemplates, Paragraph, Words};

/// A mail to be written and sent.
#[derive(Debug, Clone)]
pub struct Letter {
    /// To whom.
    pub to: Email,
    /// How he is addressed.
    pub to_name: String,
    /// The name of its templates in `assets/mail`.
    pub template: &'static str,
    /// The wanted language, such as `en`; English where there is no such template.
    pub language: String,
    /// What the templates show besides what every mail knows (see `render`).
    pub data: Value,
}

/// Queues a mail in the deed's own transaction.
///
/// # Errors
/// A template that does not exist, or a database fault.
pub fn queue(tx: &Tx<'_>, platform: &Platform, letter: &Letter) -> Result<MailId> {
    if !render::exists(letter.template) {
        return Err(Error::internal(format!("no mail template {}", letter.template)));
    }
    let id: MailId = tx.new_id();
    let sealed = platform
        .keys
        .seal(platform.chance.as_ref(), &purpose(id), letter.data.to_string().as_bytes())?;
    store::insert(tx, id, letter, &sealed)?;
    tx.enqueue(&SendMail { mail: id })?;
    Ok(id)
}

/// What a mail's data is sealed for: nobody can move it to another mail.
fn purpose(id: MailId) -> String {
    format!("mail {id}")
}

/// A kind of mail as an admin may write it anew.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// The words that it has of its own.
    pub usual: Words,
    /// What may be filled in.
    pub placeholders: Vec<&'static str>,
}

/// Every kind of mail.
///
/// # Errors
/// A template of ours that is broken.
pub fn all_templates() -> Result<Vec<Template>> {
    let template = |kind: templates::Kind| {
        Ok(Template {
            name: kind.name,
            usual: render::usual_words(kind)?,
            placeholders: kind.placeholders(),
        })
    };
    templates::KINDS.into_iter().map(template).collect()
}

/// What a mail would say.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The subject.
    pub subject: String,
    /// The text, as a reader without pages sees it.
    pub text: String,
    /// The page's parts.
    pub parts: Vec<Paragraph>,
}

/// What a mail of this kind would say in these words, filled with examples.
///
/// # Errors
/// `NotFound`, or `Invalid` that names what is wrong with the words.
pub fn preview(read: &super::db::Read<'_>, platform: &Platform, name: &str, words: Words) -> Result<Preview> {
    let kind = templates::Kind::find(name).ok_or(Error::NotFound("mail_template"))?;
    let words = words.checked(kind)?;
    let branding = super::settings::get(read)?;
    let stored = store::Stored {
        to: Email::parse("sample@example.org").map_err(|e| Error::internal(e.message))?,
        to_name: "Sam Sample".into(),
        template: kind.name.into(),
        language: "en".into(),
        data: None,
        created_at: read.now(),
    };
    let url = super::web::address::public_url(read, &platform.config)?;
    let rendered = render::render(&stored, &kind.sample(), &branding, &url, Some(&words))?;
    let body = rendered.text.split("\n-- \n").next().unwrap_or_default();
    Ok(Preview {
        parts: templates::paragraphs(body),
        subject: rendered.subject,
        text: rendered.text,
    })
}

/// An example of what a mail of this kind brings, for a test letter.
///
/// # Errors
/// `NotFound`.
pub fn sample(name: &str) -> Result<(&'static str, Value)> {
    let kind = templates::Kind::find(name).ok_or(Error::NotFound("mail_template"))?;
    Ok((kind.name, kind.sample()))
}
