//! Webhooks: addresses of other programs that are called when something happens here.
//!
//! What happened is taken from the event log; each call is a row that says how it went, with every
//! try, and can be made again by hand. Calls are signed as Standard Webhooks says (see `sign`).
//! A call that does not go through is tried again for about a day; an address that has not answered
//! for five days is switched off, which the overview and the trail tell.
//!
//! Tables: `webhooks`, `webhook_deliveries`, `webhook_tries`. Tells: nothing. Hears: everything.

mod actions;
mod http;
mod jobs;
mod model;
mod policy;
mod reactions;
mod sign;
mod store;

use std::sync::Arc;

use crate::{
    kernel::error::Result,
    platform::{
        Platform,
        db::Read,
        doctor::Severity,
        jobs as work,
        module::{Module, Need},
    },
};

/// What this slice hands to `app`.
#[must_use]
pub fn module() -> Module {
    Module {
        routes: http::routes(),
        jobs: vec![work::kind::<jobs::Deliver>()],
        reactions: vec![Arc::new(reactions::Enqueue)],
        nightly: Some(actions::nightly),
        attention: Some(attention),
        names: Some(names),
        ..Module::new("webhooks", &["webhooks", "webhook_deliveries", "webhook_tries"])
    }
}

fn attention(read: &Read<'_>, _: &Platform) -> Result<Vec<Need>> {
    let off = store::count_disabled(read)?;
    Ok((off > 0)
        .then(|| Need {
            kind: "webhooks.disabled",
            severity: Severity::Warning,
            count: off,
            says: format!("Webhooks that were switched off because nobody answered: {off}."),
            href: "/admin/settings?tab=webhooks".into(),
        })
        .into_iter()
        .collect())
}

/// For pages that show ids.
fn names(read: &Read<'_>, ids: &[&str]) -> Result<Vec<(String, String)>> {
    let wanted = ids.iter().filter_map(|id| id.parse().ok().map(|parsed| (id, parsed)));
    let named = wanted.filter_map(|(id, parsed)| {
        let found = store::find_webhook(read, parsed).transpose()?;
        Some(found.map(|webhook| {
            let host = webhook.url.split('/').nth(2).unwrap_or_default().to_owned();
            (
                (*id).to_owned(),
                if webhook.description.is_empty() {
                    host
                } else {
                    webhook.description
                },
            )
        }))
    });
    named.collect()
}
