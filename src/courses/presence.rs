//! Who has which lesson open for writing, now. It is kept in memory: after a restart everybody
//! tells again within seconds.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::kernel::{
    id::{CourseId, LessonId, UserId},
    time::Timestamp,
};

/// Who has not told for so long has left.
const GONE_MS: i64 = 20_000;
/// More windows than this over one course are not remembered.
const MAX_SEATS: usize = 100;

/// One open window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seat {
    /// Names the window; made by the browser.
    pub(super) tab: String,
    /// Who sits there.
    pub(super) user: UserId,
    /// What he has open; `None` while he looks at the course.
    pub(super) lesson: Option<LessonId>,
    /// When he told last.
    pub(super) seen: Timestamp,
}

/// Everybody who writes now. One for each process, in the platform's services.
#[derive(Default)]
pub(super) struct Presence {
    courses: Mutex<HashMap<CourseId, Vec<Seat>>>,
}

impl Presence {
    /// Notes a window, or that it was closed, and returns the others over the same course.
    pub(super) fn tell(&self, course: CourseId, seat: Seat, has_left: bool) -> Vec<Seat> {
        let mut courses = self.courses.lock().unwrap_or_else(PoisonError::into_inner);
        let now = seat.seen;
        courses.retain(|_, seats| {
            seats.retain(|s| now.millis() - s.seen.millis() < GONE_MS);
            !seats.is_empty()
        });
        let seats = courses.entry(course).or_default();
        // A window is its user's: nobody speaks for another.
        seats.retain(|s| !(s.tab == seat.tab && s.user == seat.user));
        let others = seats.clone();
        if !has_left && seats.len() < MAX_SEATS {
            seats.push(seat);
        }
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(tab: &str, user: i64, at: i64) -> Seat {
        Seat {
            tab: tab.into(),
            user: UserId::from_raw(user),
            lesson: None,
            seen: Timestamp::from_millis(at),
        }
    }

    #[test]
    fn windows_see_each_other_until_they_leave_or_fall_silent() {
        let presence = Presence::default();
        let (one, two) = (CourseId::from_raw(1), CourseId::from_raw(2));
        assert_eq!(presence.tell(one, seat("a", 1, 0), false), []);
        assert_eq!(presence.tell(one, seat("b", 2, 1_000), false), [seat("a", 1, 0)]);
        assert_eq!(presence.tell(two, seat("c", 3, 1_000), false), [], "another course");
        assert_eq!(presence.tell(one, seat("a", 1, 2_000), false), [seat("b", 2, 1_000)]);
        assert_eq!(presence.tell(one, seat("b", 2, 3_000), true), [seat("a", 1, 2_000)]);
        assert_eq!(presence.tell(one, seat("a", 1, 4_000), false), [], "b has left");
        assert_eq!(presence.tell(one, seat("d", 4, 40_000), false), [], "a has said nothing for long");
        assert_eq!(
            presence.tell(one, seat("d", 5, 41_000), false).len(),
            1,
            "a name of a window is not a claim on it"
        );
    }
}
