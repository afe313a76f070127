//! What the doctor looks at: whether the index is there, whole, and up to date.

use super::{
    feed, index_of,
    store::{self, Reach},
};
use crate::{
    kernel::{
        error::{Error, Result},
        time::Timestamp,
    },
    platform::{
        db::Db,
        doctor::{Check, Finding, Patient, span},
    },
};

const REINDEX: &str = "Run `momentum search reindex` while the server runs; look at the disk if it happens again.";
const AT_START: &str = "Start the server: it builds the index in the background.";

pub(super) fn checks() -> Vec<Check> {
    vec![Check::database("search.index", |patient, db| Box::pin(look(patient, db)))]
}

async fn look(patient: Patient, db: Db) -> Result<Vec<Finding>> {
    let index = index_of(&patient.platform)?;
    let (reach, _) = db.read("doctor.reach", |read| reach_after(read, 0)).await?;
    if !index.is_there() {
        return Ok(vec![if reach.head == 0 {
            Finding::ok("Nothing was ever published: there is no search index yet.")
        } else {
            unfit(&patient, "The search index is missing.".into())
        }]);
    }
    // Nobody commits meanwhile, so what is read belongs together.
    let only = index.work.lock().await;
    let work = index.clone();
    let seq = tokio::task::spawn_blocking(move || work.inspect()).await.map_err(Error::internal)?;
    drop(only);
    let seq = match seq {
        Ok(seq) => seq,
        Err(reason) => return Ok(vec![unfit(&patient, format!("The search index is damaged: {reason}."))]),
    };
    let (reach, since) = db.read("doctor.reach", move |read| reach_after(read, seq)).await?;
    if !feed::knows(reach, seq) {
        let says = "The search index does not belong to this database.";
        return Ok(vec![unfit(&patient, says.into())]);
    }
    let patience = i64::from(patient.platform.config.doctor.wait_minutes) * 60_000;
    let waits = since.map_or(0, |since| db.now().millis() - since.millis());
    let says = format!(
        "The search index is {} changes behind, the oldest for {}.",
        reach.head - seq,
        span(waits)
    );
    Ok(vec![match (waits > patience, patient.scope.is_serving) {
        (false, _) => Finding::ok("The search index is whole and up to date."),
        (true, true) => Finding::warning(says, REINDEX),
        (true, false) => Finding::notice(says, AT_START),
    }])
}

fn unfit(patient: &Patient, says: String) -> Finding {
    if patient.scope.is_serving {
        Finding::problem(says, REINDEX)
    } else {
        Finding::notice(says, AT_START)
    }
}

/// How far the outbox goes, and when the first change after this one was made.
fn reach_after(read: &crate::platform::db::Read<'_>, seq: i64) -> Result<(Reach, Option<Timestamp>)> {
    Ok((store::reach(read)?, store::changed_after(read, seq)?))
}
