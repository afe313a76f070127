//! What the doctor looks at: whether pictures are there, and whether anybody runs the instance.

use super::{shelf, store};
use crate::{
    kernel::{error::Result, id::UserId},
    platform::{
        db::Db,
        doctor::{
            Check, Finding, Patient,
            files::{self, Wanted},
        },
    },
};

/// Pictures that are looked at together; a quick look takes no more.
const HANDFUL: u32 = 500;

pub(super) fn checks() -> Vec<Check> {
    vec![
        Check::database("people.admin", |_, db| Box::pin(admin(db))),
        Check::database("people.pictures", |patient, db| Box::pin(pictures(patient, db))),
    ]
}

async fn admin(db: Db) -> Result<Vec<Finding>> {
    Ok(vec![if db.read("doctor.admin", store::has_admin).await? {
        Finding::ok("Somebody runs the instance.")
    } else {
        Finding::notice(
            "Nobody runs the instance yet.",
            "Run `momentum users create-admin`, or open the link that the server prints when it starts.",
        )
    }])
}

async fn pictures(patient: Patient, db: Db) -> Result<Vec<Finding>> {
    let is_deep = patient.scope.is_deep;
    let (mut after, mut looked_at, mut damaged) = (UserId::from_raw(0), 0, Vec::new());
    loop {
        let page = db
            .read("doctor.pictures", move |read| store::list_pictures_after(read, after, HANDFUL))
            .await?;
        let is_last = page.len() < HANDFUL as usize;
        after = page.last().map_or(after, |(user, _)| *user);
        looked_at += page.len() as u64;
        let wanted = page.into_iter().map(|(_, sha256)| Wanted { sha256, bytes: None }).collect();
        damaged.extend(files::damaged(shelf(&patient.platform), wanted, is_deep).await?);
        if is_last || !is_deep {
            break;
        }
    }
    Ok(vec![files::finding("pictures of people", looked_at, &damaged)])
}
