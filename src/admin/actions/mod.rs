//! What admins do, and what they look at.

use std::collections::{BTreeMap, HashMap};

pub(super) mod address;
pub(super) mod attention;
pub(super) mod brand;
pub(super) mod legal;
pub(super) mod names;
pub(super) mod sections;
pub(super) mod settings;
mod system;

use super::{
    http::instance::{BrandingOut, InstanceOut, RegistrationOut},
    model::LegalSettings,
    policy::RetryJob,
};
use crate::{
    auth::RegistrationSettings,
    enrolments::Learning,
    kernel::{error::Result, id::UserId},
    people,
    platform::{
        Platform, audit,
        blobs::Blobs,
        branding::Branding,
        db::{Read, Tx},
        events, jobs, mail,
        module::AllFigures,
        settings::{get as section, put as put_section},
    },
};

pub(super) use system::{backup_now, cancel_job, endable, measure, note_download, note_export, note_log_level, retry_mail, stored_backups};

/// Where the instance's own files lie.
pub(super) fn shelf(platform: &Platform) -> Blobs {
    platform.blobs.shelf(SHELF)
}

/// The name of this part of the file store.
const SHELF: &str = "instance";

/// For backups: the logos and the icon.
pub(super) fn files(read: &Read<'_>) -> Result<Vec<(&'static str, String)>> {
    let brand = branding(read)?;
    let logos = brand.logo.into_iter().chain(brand.logo_dark).map(|logo| logo.sha256);
    let all = logos.chain(brand.icon.into_iter().map(|file| file.sha256));
    Ok(all.map(|sha256| (SHELF, sha256)).collect())
}

/// Whether a logo or the icon lies in the file of this name.
pub(super) fn is_file(read: &Read<'_>, sha256: &str) -> Result<bool> {
    Ok(files(read)?.iter().any(|(_, named)| named == sha256))
}

/// The organisation and its logo.
pub(super) fn branding(read: &Read<'_>) -> Result<Branding> {
    section(read)
}

/// What everybody may know of the instance.
pub(super) fn instance(read: &Read<'_>) -> Result<InstanceOut> {
    let brand = branding(read)?;
    let registration: RegistrationSettings = section(read)?;
    let learning: Learning = section(read)?;
    let legal: LegalSettings = section(read)?;
    let (hue, chroma) = brand.organisation.brand_colour.hue_and_chroma();
    Ok(InstanceOut {
        branding: BrandingOut {
            hue,
            chroma,
            logo_url: brand.logo_url(),
            logo_dark_url: brand.logo_dark_url(),
            icon_url: brand.icon_url(0),
        },
        footer: brand.organisation.footer.to_string(),
        footer_links: brand.organisation.footer_links,
        name: brand.organisation.name.into_string(),
        tagline: brand.organisation.tagline.into_string(),
        support_email: brand.organisation.support_email.map(|e| e.to_string()),
        needs_setup: !people::has_admin(read)?,
        public_catalogue: registration.public_catalogue,
        registration: RegistrationOut {
            mode: registration.mode,
            domains: registration.domains,
            password_min_length: registration.password_min_length,
        },
        languages: vec!["en".into()],
        version: env!("CARGO_PKG_VERSION").into(),
        day_start_hour: learning.day_start_hour,
        rest_days: learning.rest_days,
        asks_consent: !legal.asked().is_empty(),
        legal: legal.pages(),
    })
}

/// Lets a dead or waiting job run now.
pub(super) fn retry_job(tx: &Tx<'_>, can: &RetryJob) -> Result<()> {
    jobs::retry_job(tx, can.job)?;
    audit::record(tx, "jobs.retry", &can.job.to_string(), None::<&()>, None::<&()>)
}

/// The names of those actors who are people with an account.
pub(super) fn names_of<'a>(read: &Read<'_>, actors: impl Iterator<Item = &'a str>) -> Result<HashMap<String, String>> {
    let mut ids: Vec<UserId> = actors.filter_map(|actor| actor.parse().ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    let names = people::list_names(read, &ids)?;
    Ok(names.into_iter().map(|(id, name)| (id.to_string(), name.into_string())).collect())
}

/// What the system page shows of the database.
pub(super) struct Seen {
    pub(super) head: i64,
    pub(super) reactions: Vec<events::ReactionStatus>,
    pub(super) jobs: [i64; 3],
    pub(super) mails: mail::Counts,
    pub(super) figures: BTreeMap<String, BTreeMap<String, i64>>,
}

/// Looks at the state of the system.
pub(super) fn look(read: &Read<'_>, platform: &Platform) -> Result<Seen> {
    let mut figures = BTreeMap::new();
    for (slice, count) in platform.services.find::<AllFigures>().iter().flat_map(|all| all.0.iter()) {
        let named = count(read, platform)?;
        figures.insert(
            (*slice).to_owned(),
            named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        );
    }
    Ok(Seen {
        head: events::head(read)?,
        reactions: events::statuses(read)?,
        jobs: jobs::count_jobs(read)?,
        mails: mail::counts(read)?,
        figures,
    })
}
