//! What needs a person: what the doctor says about a few cheap things, and what slices tell.

use std::sync::Arc;

use crate::{
    kernel::error::Result,
    platform::{
        Platform,
        db::Db,
        doctor::{self, Finding, Patient, Scope, Severity},
        mail,
        module::{AllAttention, Need},
    },
};

/// Checks of the doctor that are cheap enough for a page that stays open, each with the page on
/// which it is seen to.
const CHECKS: [(&str, &str); 6] = [
    ("disk.space", "/admin/system?tab=storage"),
    ("backup.age", "/admin/system?tab=backups"),
    ("tls.certificate", "/admin/system?tab=health"),
    ("jobs.dead", "/admin/system?tab=jobs&state=dead"),
    ("events.reactions", "/admin/system?tab=health"),
    ("database.writer", "/admin/system?tab=health"),
];

/// Everything that needs a person now, the worst first.
pub(in crate::admin) async fn list(db: &Db, platform: &Arc<Platform>) -> Result<Vec<Need>> {
    let patient = Patient {
        platform: platform.clone(),
        scope: Scope {
            is_deep: false,
            is_serving: true,
        },
    };
    let findings = doctor::examine_some(&patient, db, &CHECKS.map(|(name, _)| name)).await;
    let mut needs: Vec<Need> = findings.into_iter().filter_map(need).collect();
    let asked = platform.clone();
    let (failed, told) = db
        .read("admin.attention", move |read| {
            let all = asked.services.find::<AllAttention>().unwrap_or_default();
            Ok((mail::counts(read)?.failed, all.list(read, &asked)?))
        })
        .await?;
    needs.extend((failed > 0).then(|| Need {
        kind: "mail.failed",
        severity: Severity::Warning,
        count: failed,
        says: format!("Letters that could not be delivered: {failed}."),
        href: "/admin/system?tab=mail&state=failed".into(),
    }));
    needs.extend(told);
    needs.sort_by_key(|need| std::cmp::Reverse(need.severity));
    Ok(needs)
}

fn need(finding: Finding) -> Option<Need> {
    let (kind, href) = CHECKS.into_iter().find(|(name, _)| *name == finding.check)?;
    (finding.severity >= Severity::Warning).then(|| Need {
        kind,
        severity: finding.severity,
        count: 1,
        says: finding.says,
        href: href.into(),
    })
}
