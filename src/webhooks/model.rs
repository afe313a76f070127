//! What a webhook wants, and how patient we are with it.

use std::time::Duration;

use crate::kernel::{
    error::{Fields, Result, TextError},
    event,
    id::{DeliveryId, WebhookId},
    time::Timestamp,
};

/// Stands for every kind of event.
pub(super) const ALL: &str = "*";
/// The kind of a call that an admin makes to try an address.
pub(super) const PING: &str = "ping";

/// Waits between the tries of a call: 28 hours in all.
const WAITS: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(10 * 3600),
];

/// An address that has not answered for so long is switched off.
pub(super) const GIVE_UP_SECS: i64 = 5 * 24 * 3600;

/// How long to wait after so many tries that failed; `None` when it was the last.
pub(super) fn wait_after(tries: u32) -> Option<Duration> {
    WAITS.get(usize::try_from(tries).unwrap_or(usize::MAX).checked_sub(1)?).copied()
}

/// An address with what it wants.
#[derive(Debug, Clone)]
pub(super) struct Webhook {
    pub(super) id: WebhookId,
    pub(super) url: String,
    pub(super) description: String,
    pub(super) kinds: Vec<String>,
    pub(super) is_active: bool,
    pub(super) created_at: Timestamp,
    pub(super) failing_since: Option<Timestamp>,
    pub(super) disabled_at: Option<Timestamp>,
}

impl Webhook {
    /// Whether it is to be called about this.
    pub(super) fn wants(&self, kind: &str) -> bool {
        self.is_active && self.kinds.iter().any(|wanted| wanted == ALL || wanted == kind)
    }
}

/// Its secrets, sealed.
#[derive(Debug, Clone)]
pub(super) struct Secrets {
    pub(super) now: String,
    pub(super) old: Option<(String, Timestamp)>,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Its time comes, or is tried again.
    Waiting,
    /// It was answered with success.
    Delivered,
    /// It was given up.
    Failed,
}
crate::text_enum!(pub(super) State { Waiting = "waiting", Delivered = "delivered", Failed = "failed" });

/// A call.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) id: DeliveryId,
    pub(super) webhook: WebhookId,
    pub(super) kind: String,
    pub(super) state: State,
    pub(super) tries: u32,
    pub(super) next_at: Option<Timestamp>,
    pub(super) created_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
    /// The status of the newest try, when something came back.
    pub(super) status: Option<u16>,
    /// Milliseconds that it took.
    pub(super) took: Option<u32>,
    /// Why nothing came back.
    pub(super) error: Option<String>,
}

/// A try of a call.
#[derive(Debug, Clone)]
pub(super) struct Try {
    pub(super) at: Timestamp,
    pub(super) took: u32,
    pub(super) status: Option<u16>,
    pub(super) answer: Option<String>,
    pub(super) error: Option<String>,
}

/// What an admin wants of a webhook.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) url: String,
    pub(super) description: String,
    pub(super) kinds: Vec<String>,
}

impl Wish {
    /// The wish as it is stored: kinds that exist, each once.
    ///
    /// # Errors
    /// `Invalid` that names every wrong field.
    pub(super) fn cleaned(mut self) -> Result<Self> {
        let mut fields = Fields::default();
        self.description = self.description.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.description.chars().count() > 200 {
            fields.push("description", TextError::new("text.too_long", "Use at most 200 characters."));
        }
        self.kinds.sort();
        self.kinds.dedup();
        if self.kinds.iter().any(|kind| kind == ALL) {
            self.kinds = vec![ALL.into()];
        }
        if self.kinds.is_empty() {
            fields.push("kinds", TextError::new("list.empty", "Choose at least one kind of event."));
        }
        for (n, kind) in self.kinds.iter().enumerate() {
            if kind != ALL && !event::kinds().contains(&kind.as_str()) {
                fields.push(
                    &format!("kinds[{n}]"),
                    TextError::new("webhook.kind", "There is no such kind of event."),
                );
            }
        }
        fields.finish()?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_lasts_about_a_day() {
        let all: Duration = (1..).map_while(wait_after).sum();
        assert!((24..30).contains(&(all.as_secs() / 3600)), "{all:?}");
        assert_eq!((wait_after(0), wait_after(8)), (None, None));
    }

    #[test]
    fn kinds_are_those_that_exist() {
        let wish = |kinds: &[&str]| Wish {
            url: String::new(),
            description: String::new(),
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        };
        let cleaned = wish(&["user.created", "course.published", "user.created"])
            .cleaned()
            .expect("a wish");
        assert_eq!(cleaned.kinds, ["course.published", "user.created"]);
        assert_eq!(wish(&["user.created", "*"]).cleaned().expect("a wish").kinds, ["*"]);
        for bad in [&[][..], &["user.*"], &["USER.CREATED"]] {
            assert!(wish(bad).cleaned().is_err(), "{bad:?}");
        }
    }
}
