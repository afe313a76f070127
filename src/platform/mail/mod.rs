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
pub use store::{Counts, addresses_of, counts, forget, purge};

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
