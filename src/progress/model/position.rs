//! Where somebody is in a lesson.

use crate::kernel::{
    error::{Fields, Result, TextError},
    text::BlockId,
    time::{Moment, Timestamp},
};

/// A place in a lesson: a block and how far down it, a moment of the video, or both.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::progress) struct Place {
    /// The block at the top of the screen.
    pub block: Option<BlockId>,
    /// How far down that block, 0 to 1.
    pub offset: f64,
    /// The moment of the video.
    pub video: Option<Moment>,
}

/// A place, and when a device was there.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::progress) struct Position {
    /// Where.
    pub place: Place,
    /// When; never after the server heard of it.
    pub at: Timestamp,
}

impl Place {
    /// A place as a device tells it.
    ///
    /// # Errors
    /// `Invalid` for an offset that is out of bounds, or when nothing is named.
    pub(in crate::progress) fn parse(block: Option<BlockId>, offset: Option<f64>, video: Option<Moment>) -> Result<Self> {
        let mut fields = Fields::default();
        let offset = offset.unwrap_or(0.0);
        if !(0.0..=1.0).contains(&offset) {
            fields.push("block_offset", TextError::new("number.out_of_range", "Use a number from 0 to 1."));
        }
        if block.is_none() && video.is_none() {
            fields.push("", TextError::new("position.empty", "Name a block or a second of the video."));
        }
        fields.finish()?;
        Ok(Self { block, offset, video })
    }
}

impl Position {
    /// What holds after a device tells of another place: the latest wins, whichever device it
    /// was; what the later one does not speak of stays. `None` when nothing changes.
    #[must_use]
    pub(in crate::progress) fn merged(before: Option<&Self>, place: Place, client_at: Timestamp, now: Timestamp) -> Option<Self> {
        let at = client_at.min(now);
        let Some(before) = before else {
            return Some(Self { place, at });
        };
        if at < before.at {
            return None;
        }
        let place = Place {
            offset: if place.block.is_some() { place.offset } else { before.place.offset },
            block: place.block.or_else(|| before.place.block.clone()),
            video: place.video.or(before.place.video),
        };
        let after = Self { place, at };
        (after != *before).then_some(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::error::Error;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn block(id: &str) -> Place {
        Place::parse(Some(BlockId::parse(id).expect("an id")), Some(0.5), None).expect("a place")
    }

    fn video(seconds: f64) -> Place {
        Place::parse(None, None, Moment::from_secs(seconds)).expect("a place")
    }

    #[test]
    fn wild_numbers_are_refused() {
        let id = || BlockId::parse("abcdefghi1").ok();
        for bad in [-0.1, 1.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let Err(Error::Invalid(fields)) = Place::parse(id(), Some(bad), None) else {
                panic!("{bad} was not refused")
            };
            assert_eq!(fields[0].path, "block_offset");
        }
        assert!(Place::parse(id(), Some(1.0), None).is_ok());
        assert!(Place::parse(None, Some(0.5), None).is_err());
    }

    #[test]
    fn the_latest_place_wins_and_keeps_what_it_does_not_speak_of() {
        let first = Position::merged(None, video(492.0), at(10), at(100)).expect("a position");
        let second = Position::merged(Some(&first), block("abcdefghi1"), at(20), at(100)).expect("a position");
        assert_eq!(second.place.video, Moment::from_secs(492.0));
        assert_eq!(second.place.block, BlockId::parse("abcdefghi1").ok());
        assert_eq!(
            Position::merged(Some(&second), video(3.0), at(19), at(100)),
            None,
            "an older device"
        );
        let third = Position::merged(Some(&second), video(3.0), at(21), at(100)).expect("a position");
        assert_eq!((third.place.video, third.place.offset), (Moment::from_secs(3.0), 0.5));
        assert_eq!(Position::merged(Some(&third), video(3.0), at(21), at(100)), None, "nothing new");
    }

    #[test]
    fn a_fast_clock_does_not_win_for_ever() {
        let fast = Position::merged(None, video(1.0), at(1_000_000), at(100)).expect("a position");
        assert_eq!(fast.at, at(100));
        let honest = Position::merged(Some(&fast), video(2.0), at(101), at(101)).expect("a position");
        assert_eq!(honest.place.video, Moment::from_secs(2.0));
    }
}
