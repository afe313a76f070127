//! Renders and sends one mail.

use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};

use super::{
    OUTBOX,
    deliver::{self, Envelope},
    purpose, render,
    settings::MailSettings,
    store::{self, Stored},
    templates::{MailTemplates, Words},
};
use crate::{
    kernel::{error::Error, id::MailId},
    platform::{
        branding::Branding,
        jobs::{Job, JobContext, JobError, Queue},
        settings,
        web::address,
    },
};

/// Sends a mail. Run twice, it sends the same `Message-ID` again at worst.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendMail {
    /// Which.
    pub mail: MailId,
}

impl Job for SendMail {
    const KIND: &'static str = "mail.send";
    const QUEUE: Queue = Queue::Mail;
    /// About four hours of a server that is away.
    const ATTEMPTS: u32 = 20;

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let (id, platform) = (self.mail, ctx.platform.clone());
        let found = ctx.db.read("mail.load", move |read| {
            Ok((
                store::find(read, id)?,
                settings::get::<MailSettings>(read)?,
                settings::get::<Branding>(read)?,
                settings::get::<MailTemplates>(read)?,
                address::public_url(read, &platform.config)?,
            ))
        });
        let (mail, settings, branding, templates, url) = found.await?;
        let Some((mail, data)) = mail.and_then(|mut mail| mail.data.take().map(|data| (mail, data))) else {
            return Ok(()); // Sent before, or forgotten with its person.
        };
        let words = templates.0.get(&mail.template);
        let result = self.send(&ctx, &mail, &data, (&settings, &branding, words), &url).await;
        let counts = &ctx.platform.metrics.mails;
        let (is_last, error) = match &result {
            Ok(()) => {
                counts.sent.fetch_add(1, Ordering::Relaxed);
                ctx.db.write("mail.sent", move |tx| store::mark_sent(tx, id)).await?;
                return Ok(());
            }
            Err(JobError::Fail(error)) => (true, error.clone()),
            Err(JobError::Retry(error)) => (ctx.attempt >= Self::ATTEMPTS, error.clone()),
            Err(JobError::Snooze(_)) => return result,
        };
        counts.refused.fetch_add(1, Ordering::Relaxed);
        counts.failed.fetch_add(u64::from(is_last), Ordering::Relaxed);
        ctx.db
            .write("mail.refused", move |tx| store::mark_refused(tx, id, is_last, &error))
            .await?;
        result
    }
}

/// Removes mails from the outbox whose reader is forgotten.
#[derive(Debug, Serialize, Deserialize)]
pub struct DropLetters {
    /// Which.
    pub mails: Vec<MailId>,
}

impl Job for DropLetters {
    const KIND: &'static str = "mail.drop_letters";
    const QUEUE: Queue = Queue::Mail;

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        for mail in &self.mails {
            let file = ctx.platform.data().join(OUTBOX).join(format!("{mail}.eml"));
            match tokio::fs::remove_file(&file).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(JobError::Retry(error.to_string())),
                _ => {}
            }
        }
        Ok(())
    }
}

impl SendMail {
    async fn send(
        &self,
        ctx: &JobContext,
        mail: &Stored,
        sealed: &str,
        (settings, branding, words): (&MailSettings, &Branding, Option<&Words>),
        url: &str,
    ) -> Result<(), JobError> {
        let platform = &ctx.platform;
        let broken = |e: Error| JobError::Fail(format!("{e:?}"));
        let data = platform.keys.open(&purpose(self.mail), sealed).map_err(broken)?;
        let data = serde_json::from_slice(&data).map_err(|e| JobError::Fail(format!("data: {e}")))?;
        let rendered = render::render(mail, &data, branding, url, words).map_err(broken)?;
        let domain = address::host_of(url);
        let from_address = settings.from_address.as_ref().map(|a| a.as_str().to_owned());
        let from_name = match settings.from_name.as_str() {
            "" => branding.organisation.name.as_str(),
            name => name,
        };
        let envelope = Envelope {
            to: mail.to.as_str(),
            to_name: &mail.to_name,
            from_name,
            from_address: from_address.unwrap_or_else(|| format!("momentum@{domain}")),
            message_id: format!("<{}@{domain}>", ctx.id),
            at: mail.created_at,
        };
        let message = deliver::message(&envelope, rendered)?;
        let outbox = platform.data().join(OUTBOX);
        deliver::deliver(settings, &platform.keys, &outbox, &self.mail.to_string(), message).await
    }
}
