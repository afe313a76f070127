//! Reviewers learn of what waits: by one mail an hour at most, however much is submitted.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    mails,
    model::{Review, ReviewState},
    policy, store,
};
use crate::{
    courses::{self, PublishPolicy},
    kernel::{
        actor::Role,
        error::Result,
        id::{ReviewId, UserId},
    },
    people,
    platform::{
        Platform,
        db::{Read, Tx},
        jobs::{Job, JobContext, JobError},
        settings,
    },
};

/// Seconds between two mails to one reviewer.
const REST: i64 = 3600;
/// Reviewers that are looked at in one deed.
const CHUNK: u32 = 200;
/// Waiting reviews that a mail knows of; it says so when there are more.
const MOST: u32 = 200;

/// Finds out who may review what was submitted, and has each of them told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TellReviewers {
    pub(super) review: ReviewId,
}

impl Job for TellReviewers {
    const KIND: &'static str = "moderation.tell_reviewers";

    fn dedupe_key(&self) -> Option<String> {
        Some(self.review.to_string())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let asks = ctx.db.read("moderation.who_reviews", |read| {
            Ok(settings::get::<PublishPolicy>(read)?.instructors_review)
        });
        let roles = if asks.await? {
            vec![Role::Admin, Role::Instructor]
        } else {
            vec![Role::Admin]
        };
        for role in roles {
            let step = move |tx: &Tx<'_>, at| {
                let some = people::list_by_role(tx, role, at, CHUNK)?;
                for user in &some {
                    tx.enqueue(&TellReviewer { user: *user })?;
                }
                Ok(some.last().copied())
            };
            ctx.db
                .write_in_steps("moderation.tell_reviewers", UserId::from_raw(i64::MIN), step)
                .await?;
        }
        Ok(())
    }
}

/// Mails one reviewer what is new in his queue, unless he was told within the hour: then it waits.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TellReviewer {
    pub(super) user: UserId,
}

impl Job for TellReviewer {
    const KIND: &'static str = "moderation.tell_reviewer";

    fn dedupe_key(&self) -> Option<String> {
        Some(self.user.to_string())
    }

    async fn run(self, ctx: JobContext) -> Result<(), JobError> {
        let (user, platform) = (self.user, ctx.platform.clone());
        let wait = ctx.db.write_low("moderation.tell_reviewer", move |tx| tell(tx, &platform, user));
        match wait.await? {
            Some(wait) => Err(JobError::Snooze(wait)),
            None => Ok(()),
        }
    }
}

/// Tells him, or says how long to wait.
fn tell(tx: &Tx<'_>, platform: &Platform, user: UserId) -> Result<Option<Duration>> {
    let Some(reader) = people::find_user(tx, user)?.filter(|user| user.is_active && user.is_verified) else {
        return Ok(None);
    };
    let before = store::mails::find(tx, user)?;
    let seen = before.map_or(ReviewId::from_raw(0), |(_, review)| review);
    let waiting = waiting_for(tx, user, reader.role)?;
    if !waiting.iter().any(|review| review.id > seen) {
        return Ok(None);
    }
    if let Some((told_at, _)) = before {
        let rest = told_at.plus_secs(REST).millis() - tx.now().millis();
        if let Some(rest) = u64::try_from(rest).ok().filter(|rest| *rest > 0) {
            return Ok(Some(Duration::from_millis(rest)));
        }
    }
    let last = waiting.iter().map(|review| review.id).max().unwrap_or(seen);
    mails::waiting(tx, platform, &reader, &waiting)?;
    store::mails::note(tx, user, last)?;
    Ok(None)
}

/// What waits for somebody and that he may decide about.
fn waiting_for(read: &Read<'_>, user: UserId, role: Role) -> Result<Vec<Review>> {
    let all = store::reviews::list(read, ReviewState::Open, None, None, MOST)?.items;
    let mut mine = Vec::new();
    for review in all {
        let is_his = review
            .assignee
            .map_or_else(|| policy::reviews_all(read, role), |assignee| Ok(assignee == user))?;
        if is_his && review.submitter != Some(user) && !courses::has_hand_in(read, review.course, user)? {
            mine.push(review);
        }
    }
    Ok(mine)
}
