//! Mail: whether a server is set up, answers, and lets us in. No mail is sent.

use super::{Check, Finding, Patient, cause};
use crate::{
    kernel::error::Result,
    platform::{
        db::Db,
        mail::{self, MailMode, MailSettings},
        settings,
    },
};

pub(super) fn checks() -> Vec<Check> {
    vec![Check::database("mail.connection", |patient, db| Box::pin(connection(patient, db)))]
}

async fn connection(patient: Patient, db: Db) -> Result<Vec<Finding>> {
    let (settings, counts) = db
        .read("doctor.mail", |read| {
            Ok((settings::get::<MailSettings>(read)?, mail::counts(read)?))
        })
        .await?;
    let mut findings = vec![reach(&patient, &settings).await];
    if counts.failed > 0 {
        findings.push(Finding::notice(
            format!("{} mails of the last three months could not be delivered.", counts.failed),
            "Their errors are among the jobs that gave up, or in the log; wrong addresses are the usual reason.",
        ));
    }
    Ok(findings)
}

async fn reach(patient: &Patient, settings: &MailSettings) -> Finding {
    if settings.mode == MailMode::Outbox {
        return Finding::notice(
            "No mail server is set up: mails are kept in `outbox/` in the data folder.",
            "Enter one under Settings, Mail, so that people can confirm their address and reset a password.",
        );
    }
    let server = format!("{}:{}", settings.host, settings.port);
    if let Err(error) = settings.check() {
        return Finding::problem(
            format!("The mail settings cannot work: {error}."),
            "Correct them under Settings, Mail.",
        );
    }
    if let Err(error) = settings.password(&patient.platform.keys) {
        return Finding::problem(
            format!("The password of the mail server cannot be opened: {}.", cause(&error)),
            "Put the instance's own key back, or enter the password again under Settings, Mail.",
        );
    }
    match mail::test(settings, &patient.platform.keys).await {
        Ok(()) => Finding::ok(format!("The mail server {server} answers and lets us in.")),
        Err(error) => Finding::problem(
            format!("The mail server {server} cannot be used: {}.", error.trim_end_matches('.')),
            "Check host, port, security and account under Settings, Mail, and that no firewall is in the way.",
        ),
    }
}
