//! What the doctor looks at, deeply: whether every number follows from the facts.

use super::{RebuildProgress, check};
use crate::{
    courses::Shelf,
    kernel::{error::Result, id::UserId},
    platform::{
        db::Db,
        doctor::{Check, Finding, Patient},
    },
};

/// Differences that are told; there may be very many.
const TOLD: usize = 3;

pub(super) fn checks() -> Vec<Check> {
    vec![Check::database("progress.numbers", |patient, db| Box::pin(look(patient, db))).deep()]
}

async fn look(patient: Patient, db: Db) -> Result<Vec<Finding>> {
    let shelf = Shelf::of(&patient.platform);
    let (mut people, mut differ, mut told) = (0, 0, Vec::new());
    let mut after = UserId::from_raw(0);
    loop {
        let shelf = shelf.clone();
        let can = RebuildProgress::as_system("doctor");
        let walked = db
            .read_heavy("doctor.progress", move |read| check(read, &can, &shelf, after))
            .await?;
        let Some(last) = walked.last else { break };
        after = last;
        people += walked.people;
        differ += walked.differences.len();
        told.extend(walked.differences.into_iter().take(TOLD));
        told.truncate(TOLD);
    }
    Ok(vec![if differ == 0 {
        Finding::ok(format!("The numbers of {people} people follow from the facts."))
    } else {
        Finding::problem(
            format!("{differ} numbers of progress do not follow from the facts: {}.", told.join("; ")),
            "Run `momentum progress rebuild`, which puts them right.",
        )
    }])
}
