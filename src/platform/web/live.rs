//! Live streams (server-sent events): a hint that something is new. The client then asks for it as
//! always, so that a stream carries nothing that would have to be permitted anew.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::response::{
    IntoResponse as _, Response,
    sse::{Event, KeepAlive, Sse},
};
use futures_util::stream;
use tokio_util::sync::CancellationToken;

use crate::{
    kernel::{
        error::{Error, Result},
        id::UserId,
    },
    platform::{db::Db, events},
};

/// Streams that one person may have open at once.
const MOST: u32 = 4;
/// How often a stream looks.
const LOOK: Duration = Duration::from_secs(2);
/// Looks after which a stream ends: its client connects again, and is asked anew who he is.
const LOOKS: u32 = 300;

/// The open streams of each person. In the [`Services`](crate::platform::services::Services).
#[derive(Debug, Default)]
pub struct Streams(Mutex<HashMap<UserId, u32>>);

impl Streams {
    fn open(&self) -> MutexGuard<'_, HashMap<UserId, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for a person; it is given back when the place is dropped.
    ///
    /// # Errors
    /// [`Error::Throttled`] when he has enough streams open.
    pub fn take(self: &Arc<Self>, user: UserId) -> Result<Place> {
        let mut open = self.open();
        let count = open.entry(user).or_default();
        if *count >= MOST {
            return Err(Error::Throttled { retry_after: 10 });
        }
        *count += 1;
        Ok(Place {
            streams: self.clone(),
            user,
        })
    }
}

/// One of a person's streams.
#[derive(Debug)]
pub struct Place {
    streams: Arc<Streams>,
    user: UserId,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        if let Some(count) = open.get_mut(&self.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

/// A stream that says `changed` whenever the event log has grown. It ends when the server stops.
#[must_use]
pub fn changes(db: Db, stop: CancellationToken, place: Place) -> Response {
    let begin = State {
        db,
        stop,
        seen: None,
        looks: 0,
        _place: place,
    };
    let events = stream::unfold(begin, |mut state| async move {
        let head = state.next().await?;
        let event = Event::default().event("changed").data(head.to_string());
        Some((Ok::<_, Infallible>(event), state))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

struct State {
    db: Db,
    stop: CancellationToken,
    seen: Option<i64>,
    looks: u32,
    _place: Place,
}

impl State {
    /// Waits for the log to grow; `None` when the stream is to end. The first answer comes at once.
    async fn next(&mut self) -> Option<i64> {
        loop {
            if self.looks >= LOOKS {
                return None;
            }
            if self.seen.is_some() {
                tokio::select! {
                    () = self.stop.cancelled() => return None,
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
            self.looks += 1;
            let head = self.db.read("live.head", events::head).await.ok()?;
            if self.seen != Some(head) {
                self.seen = Some(head);
                return Some(head);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_and_given_back() {
        let streams = Arc::new(Streams::default());
        let user = UserId::from_raw(1);
        let mut held: Vec<Place> = (0..MOST).filter_map(|_| streams.take(user).ok()).collect();
        assert_eq!(held.len(), 4);
        assert!(streams.take(user).is_err() && streams.take(UserId::from_raw(2)).is_ok());
        held.pop();
        assert!(streams.take(user).is_ok());
        held.clear();
        assert!(streams.open().is_empty());
    }
}
