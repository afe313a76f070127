//! What the doctor looks at: whether the files that rows name are there.

use super::{shelf, store};
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

/// Files that are looked at together; a quick look takes two such handfuls.
const HANDFUL: u32 = 200;

pub(super) fn checks() -> Vec<Check> {
    vec![Check::database("media.files", |patient, db| Box::pin(look(patient, db)))]
}

/// Deeply, every file and every byte of it; otherwise a few, others each time.
async fn look(patient: Patient, db: Db) -> Result<Vec<Finding>> {
    let is_deep = patient.scope.is_deep;
    // Names are hashes, so any name to begin with gives a fair sample.
    let mut after = if is_deep {
        String::new()
    } else {
        format!("{:016x}", patient.platform.chance.next_u64())
    };
    let (mut looked_at, mut damaged, mut rounds) = (0, Vec::new(), 0);
    loop {
        let from = after.clone();
        let page = db
            .read("doctor.files", move |read| store::list_blobs_after(read, &from, HANDFUL))
            .await?;
        rounds += 1;
        let is_last = page.len() < HANDFUL as usize;
        let wanted: Vec<Wanted> = page
            .into_iter()
            .map(|(sha256, bytes)| Wanted {
                sha256,
                bytes: Some(bytes),
            })
            .collect();
        after = wanted.last().map_or(after, |one| one.sha256.clone());
        looked_at += wanted.len() as u64;
        damaged.extend(files::damaged(shelf(&patient.platform), wanted, is_deep).await?);
        if is_last && is_deep || rounds == 2 && !is_deep {
            break;
        }
        if is_last {
            // The end of the names is not the end of the sample.
            after = String::new();
        }
    }
    damaged.sort_by(|a, b| a.sha256.cmp(&b.sha256));
    damaged.dedup();
    let damaged = still_named(&db, damaged).await?;
    Ok(vec![files::finding("stored files", looked_at, &damaged)])
}

/// Without those that were swept meanwhile.
async fn still_named(db: &Db, damaged: Vec<Wanted>) -> Result<Vec<Wanted>> {
    db.read("doctor.still_named", move |read| {
        let named = damaged
            .into_iter()
            .map(|one| Ok((store::find_blob(read, &one.sha256)?.is_some(), one)));
        let named: Vec<(bool, Wanted)> = named.collect::<Result<_>>()?;
        Ok(named.into_iter().filter_map(|(is_named, one)| is_named.then_some(one)).collect())
    })
    .await
}
