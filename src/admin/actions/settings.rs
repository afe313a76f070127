//! Changing the sections of settings: each is checked whole, audited, and told as an event.

use serde_json::json;

use crate::{
    admin::{
        http::settings::{MailSettingsIn, MailSettingsOut, SettingsOut},
        policy::RunInstance,
    },
    auth::RegistrationSettings,
    enrolments::Learning,
    kernel::{error::Result, text::Email},
    people,
    platform::{
        Platform, audit,
        branding::{Branding, Organisation},
        db::{Read, Tx},
        mail::{self, Letter, MailSettings},
        settings::{Section as _, Seen, expect, get, put},
    },
};

/// Every section as it holds now.
pub(in crate::admin) fn all(read: &Read<'_>) -> Result<SettingsOut> {
    let branding: Branding = get(read)?;
    Ok(SettingsOut {
        logo_url: branding.logo_url(),
        organisation: branding.organisation,
        registration: get(read)?,
        learning: get(read)?,
        mail: get::<MailSettings>(read)?.into(),
    })
}

/// Replaces what the organisation is called and how it looks; the logo stays.
pub(in crate::admin) fn put_organisation(
    tx: &Tx<'_>,
    _can: &RunInstance,
    organisation: Organisation,
    seen: Option<Seen>,
) -> Result<Organisation> {
    expect(tx, Branding::NAME, seen)?;
    let organisation = organisation.checked()?;
    let branding = Branding { organisation, ..get(tx)? };
    put(tx, &branding)?;
    Ok(branding.organisation)
}

/// Replaces who may join and what strangers see.
pub(in crate::admin) fn put_registration(
    tx: &Tx<'_>,
    _can: &RunInstance,
    section: RegistrationSettings,
    seen: Option<Seen>,
) -> Result<RegistrationSettings> {
    expect(tx, RegistrationSettings::NAME, seen)?;
    let section = section.cleaned()?;
    put(tx, &section)?;
    Ok(section)
}

/// Replaces how learning runs.
pub(in crate::admin) fn put_learning(tx: &Tx<'_>, _can: &RunInstance, section: Learning, seen: Option<Seen>) -> Result<Learning> {
    expect(tx, Learning::NAME, seen)?;
    let section = section.checked()?;
    put(tx, &section)?;
    Ok(section)
}

/// Replaces how mail leaves.
pub(in crate::admin) fn put_mail(
    tx: &Tx<'_>,
    platform: &Platform,
    _can: &RunInstance,
    section: MailSettingsIn,
    seen: Option<Seen>,
) -> Result<MailSettingsOut> {
    expect(tx, MailSettings::NAME, seen)?;
    let before: MailSettings = get(tx)?;
    let mut mail = MailSettings {
        mode: section.mode,
        host: section.host.trim().to_owned(),
        port: section.port,
        security: section.security,
        username: section.username,
        sealed_password: before.sealed_password,
        from_name: section.from_name,
        from_address: section.from_address,
    };
    match section.password.as_deref() {
        None => {}
        Some("") => mail.sealed_password = None,
        Some(password) => mail.seal_password(&platform.keys, platform.chance.as_ref(), password)?,
    }
    mail.check()?;
    put(tx, &mail)?;
    Ok(mail.into())
}

/// Queues a test letter.
pub(in crate::admin) fn send_test(tx: &Tx<'_>, platform: &Platform, can: &RunInstance, to: Email) -> Result<()> {
    send_sample(tx, platform, can, "test", to)
}

/// Queues a letter of this kind, filled with examples.
pub(in crate::admin) fn send_sample(tx: &Tx<'_>, platform: &Platform, _can: &RunInstance, name: &str, to: Email) -> Result<()> {
    let (template, data) = mail::sample(name)?;
    let asked_by = tx.actor().user().map(|id| people::get_user(tx, id)).transpose()?;
    let letter = Letter {
        to_name: asked_by.map_or_else(|| to.to_string(), |user| user.name.to_string()),
        to,
        template,
        language: "en".into(),
        data,
    };
    mail::queue(tx, platform, &letter)?;
    audit::record(tx, "mail.test", "mail", None::<&()>, Some(&json!({ "template": template })))
}
