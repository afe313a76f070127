//! What the doctor looks at: who may join.

use super::{RegistrationMode, RegistrationSettings};
use crate::{
    kernel::error::Result,
    platform::{
        db::Db,
        doctor::{Check, Finding},
        settings,
    },
};

pub(super) fn checks() -> Vec<Check> {
    vec![Check::database("auth.registration", |_, db| Box::pin(registration(db)))]
}

async fn registration(db: Db) -> Result<Vec<Finding>> {
    let section = db.read("doctor.registration", settings::get::<RegistrationSettings>).await?;
    Ok(vec![match section.mode {
        RegistrationMode::Open => Finding::notice(
            "Everybody who reaches the instance may register.",
            "If it is for one company only, choose invitations or your domains under Settings, Registration.",
        ),
        RegistrationMode::Domains => Finding::ok("Only people of the chosen domains may register."),
        RegistrationMode::Invite => Finding::ok("Only those who are invited may register."),
    }])
}
