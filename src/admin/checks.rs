//! What the doctor looks at: whether the logo is there.

use super::actions;
use crate::{
    kernel::error::Result,
    platform::{
        db::Db,
        doctor::{
            Check, Finding, Patient,
            files::{self, Wanted},
        },
    },
};

pub(super) fn checks() -> Vec<Check> {
    vec![Check::database("admin.logo", |patient, db| Box::pin(logo(patient, db)))]
}

async fn logo(patient: Patient, db: Db) -> Result<Vec<Finding>> {
    let Some(logo) = db.read("doctor.logo", actions::branding).await?.logo else {
        return Ok(Vec::new());
    };
    let wanted = Wanted {
        sha256: logo.sha256,
        bytes: None,
    };
    let damaged = files::damaged(actions::shelf(&patient.platform), vec![wanted], true).await?;
    Ok(vec![files::finding("logo", 1, &damaged)])
}
