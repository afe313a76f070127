//! The last step: an SMTP server, or a file in the outbox.

use std::{
    path::Path,
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    address::AddressError,
    message::{
        Mailbox, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{CertificateStore, Tls, TlsParameters},
    },
};

use super::{
    render::Rendered,
    settings::{MailMode, MailSecurity, MailSettings},
};
use crate::{
    kernel::{error::Error, time::Timestamp},
    platform::{crypto::Keys, jobs::JobError},
};

/// The folder in the data folder where mails are kept when no server is set up.
pub const OUTBOX: &str = "outbox";

/// How long one step of the conversation with the server may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a message is made of besides its words.
pub(super) struct Envelope<'a> {
    pub(super) to: &'a str,
    pub(super) to_name: &'a str,
    pub(super) from_name: &'a str,
    pub(super) from_address: String,
    /// The same for every try, so that a server that saw an earlier one can tell.
    pub(super) message_id: String,
    pub(super) at: Timestamp,
}

/// Written by a machine: auto-responders stay silent (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".into())
    }
}

/// Builds the message.
pub(super) fn message(envelope: &Envelope<'_>, rendered: Rendered) -> Result<Message, JobError> {
    let mailbox = |name: &str, address: &str| -> Result<Mailbox, JobError> {
        let address = address
            .parse()
            .map_err(|e: AddressError| JobError::Fail(format!("address {address}: {e}")))?;
        Ok(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address))
    };
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(envelope.at.millis()).unwrap_or(0));
    Message::builder()
        .from(mailbox(envelope.from_name, &envelope.from_address)?)
        .to(mailbox(envelope.to_name, envelope.to)?)
        .subject(rendered.subject)
        .message_id(Some(envelope.message_id.clone()))
        .date(at)
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(rendered.text, rendered.html))
        .map_err(|e| JobError::Fail(format!("the message cannot be built: {e}")))
}

/// Hands the message on.
pub(super) async fn deliver(settings: &MailSettings, keys: &Keys, outbox: &Path, file: &str, message: Message) -> Result<(), JobError> {
    match settings.mode {
        MailMode::Outbox => keep(outbox, file, &message.formatted()).await,
        MailMode::Smtp => {
            let transport = transport(settings, keys)?;
            transport.send(message).await.map(|_| ()).map_err(verdict)
        }
    }
}

/// Writes the mail as a file that appears only when it is whole.
async fn keep(outbox: &Path, file: &str, bytes: &[u8]) -> Result<(), JobError> {
    let write = async {
        tokio::fs::create_dir_all(outbox).await?;
        let part = outbox.join(format!("{file}.part"));
        tokio::fs::write(&part, bytes).await?;
        tokio::fs::rename(&part, outbox.join(format!("{file}.eml"))).await
    };
    write.await.map_err(|e: std::io::Error| JobError::Retry(format!("outbox: {e}")))
}

/// Connects to the server, greets it, signs in and says goodbye; sends nothing.
///
/// # Errors
/// A sentence that says what went wrong.
pub async fn test(settings: &MailSettings, keys: &Keys) -> Result<(), String> {
    /// A person waits for this answer.
    const TEST_PATIENCE: Duration = Duration::from_secs(10);
    let work = async {
        let transport = transport(settings, keys).map_err(|error| match error {
            JobError::Fail(text) | JobError::Retry(text) => text,
            JobError::Snooze(_) => "it asked us to wait".to_owned(),
        })?;
        match transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it does not answer after the greeting".to_owned()),
            Err(error) => Err(error_text(&error)),
        }
    };
    let tested = tokio::time::timeout(TEST_PATIENCE, work).await;
    tested.unwrap_or_else(|_| Err(format!("it did not answer within {} s", TEST_PATIENCE.as_secs())))
}

/// The error with its causes, each said once.
fn error_text(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = cause.source();
    }
    text
}

fn transport(settings: &MailSettings, keys: &Keys) -> Result<AsyncSmtpTransport<Tokio1Executor>, JobError> {
    settings.check().map_err(|e| JobError::Fail(e.to_string()))?;
    let tls = match settings.security {
        MailSecurity::None => Tls::None,
        MailSecurity::Starttls => Tls::Required(tls(&settings.host)?),
        MailSecurity::Tls => Tls::Wrapper(tls(&settings.host)?),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
        .port(settings.port)
        .tls(tls)
        .timeout(Some(PATIENCE));
    if !settings.username.is_empty() {
        let password = settings.password(keys).map_err(|e| JobError::Retry(describe(&e)))?;
        builder = builder.credentials(Credentials::new(settings.username.clone(), password.unwrap_or_default()));
    }
    Ok(builder.build())
}

/// The machine's own certificate authorities; Mozilla's where it has none, as in an empty
/// container. Looked for at the first mail, never at start.
fn tls(host: &str) -> Result<TlsParameters, JobError> {
    static HAS_NATIVE: OnceLock<bool> = OnceLock::new();
    let has_native = *HAS_NATIVE.get_or_init(|| !rustls_native_certs::load_native_certs().certs.is_empty());
    let store = if has_native {
        CertificateStore::Default
    } else {
        CertificateStore::WebpkiRoots
    };
    TlsParameters::builder(host.to_owned())
        .certificate_store(store)
        .build_rustls()
        .map_err(|e| JobError::Retry(format!("TLS: {e}")))
}

/// A permanent refusal of this mail ends it. Everything else is tried again: a server that is
/// away, and also one that refuses *us* (530, 534, 535, 538: authentication), for an admin can
/// mend that and no mail should be lost over it.
fn verdict(error: lettre::transport::smtp::Error) -> JobError {
    let text = Error::internal(error.to_string());
    let text = std::error::Error::source(&text).map_or_else(String::new, ToString::to_string);
    let code = error.status().map(u16::from);
    if error.is_permanent() && !matches!(code, Some(530 | 534 | 535 | 538)) {
        JobError::Fail(text)
    } else {
        JobError::Retry(text)
    }
}

/// The inner cause of a fault of ours.
fn describe(error: &Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}
