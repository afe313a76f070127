//! Where somebody is in a lesson.

use crate::kernel::{
    error::{Fields, Result, TextError},
    text::BlockId,
    time::Timestamp,
};

/// The longest video anybody resumes in: one day.
const MAX_VIDEO_SECONDS: f64 = 86_400.0;

/// A place in a lesson: a block and how far down it, a moment of the video, or both.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// The block at the top of the screen.
    pub block: Option<BlockId>,
    /// How far down that block, 0 to 1.
    pub offset: f64,
    /// The moment of the video, in milliseconds.
    pub video_ms: Option<u64>,
}

/// A place, and when a device was there.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// Where.
    pub place: Place,
    /// When; never after the server heard of it.
    pub at: Timestamp,
}

impl Place {
    /// A place as a device tells it.
    ///
    /// # Errors
    /// `Invalid` for numbers that are none, out of bounds, or nothing at all.
    pub fn parse(block: Option<BlockId>, offset: Option<f64>, video_seconds: Option<f64>) -> Result<Self> {
        let mut fields = Fields::default();
        let offset = offset.unwrap_or(0.0);
        if !(0.0..=1.0).contains(&offset) {
            fields.push("block_offset", TextError::new("number.out_of_range", "Use a number from 0 to 1."));
        }
        let video_ms = video_seconds.and_then(|seconds| match video_ms(seconds) {
            Ok(ms) => Some(ms),
            Err(error) => {
                fields.push("video_seconds", error);
                None
            }
        });
        if block.is_none() && video_seconds.is_none() {
            fields.push("", TextError::new("position.empty", "Name a block or a second of the video."));
        }
        fields.finish()?;
        Ok(Self { block, offset, video_ms })
    }
}

/// Seconds of a video as milliseconds.
///
/// # Errors
/// [`TextError`] for what is no number from 0 to one day.
pub fn video_ms(seconds: f64) -> Result<u64, TextError> {
    if (0.0..=MAX_VIDEO_SECONDS).contains(&seconds) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded just above")]
        Ok((seconds * 1000.0).round() as u64)
    } else {
        Err(TextError::new("number.out_of_range", "Use seconds from 0 to 86400."))
    }
}

/// Milliseconds of a video as seconds.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a day has fewer milliseconds than a float has digits")]
pub fn video_seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

impl Position {
    /// What holds after a device tells of another place: the latest wins, whichever device it
    /// was; what the later one does not speak of stays. `None` when nothing changes.
    #[must_use]
    pub fn merged(before: Option<&Self>, place: Place, client_at: Timestamp, now: Timestamp) -> Option<Self> {
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
            video_ms: place.video_ms.or(before.place.video_ms),
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
        Place::parse(None, None, Some(seconds)).expect("a place")
    }

    fn wrong(offset: Option<f64>, video: Option<f64>) -> Vec<String> {
        let id = BlockId::parse("abcdefghi1").ok();
        match Place::parse(id, offset, video) {
            Err(Error::Invalid(fields)) => fields.into_iter().map(|f| f.path).collect(),
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn wild_numbers_are_refused() {
        for bad in [-0.1, 1.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(wrong(Some(bad), None), ["block_offset"]);
        }
        for bad in [-1.0, 86_401.0, f64::NAN, f64::INFINITY] {
            assert_eq!(wrong(None, Some(bad)), ["video_seconds"]);
        }
        assert!(Place::parse(None, Some(0.5), None).is_err());
        assert_eq!(video(492.25).video_ms, Some(492_250));
        assert!((video_seconds(492_250) - 492.25).abs() < f64::EPSILON);
        assert_eq!(video_ms(-0.0), Ok(0));
    }

    #[test]
    fn the_latest_place_wins_and_keeps_what_it_does_not_speak_of() {
        let first = Position::merged(None, video(492.0), at(10), at(100)).expect("a position");
        let second = Position::merged(Some(&first), block("abcdefghi1"), at(20), at(100)).expect("a position");
        assert_eq!(second.place.video_ms, Some(492_000));
        assert_eq!(second.place.block, BlockId::parse("abcdefghi1").ok());
        assert_eq!(
            Position::merged(Some(&second), video(3.0), at(19), at(100)),
            None,
            "an older device"
        );
        let third = Position::merged(Some(&second), video(3.0), at(21), at(100)).expect("a position");
        assert_eq!((third.place.video_ms, third.place.offset), (Some(3000), 0.5));
        assert_eq!(Position::merged(Some(&third), video(3.0), at(21), at(100)), None, "nothing new");
    }

    #[test]
    fn a_fast_clock_does_not_win_for_ever() {
        let fast = Position::merged(None, video(1.0), at(1_000_000), at(100)).expect("a position");
        assert_eq!(fast.at, at(100));
        let honest = Position::merged(Some(&fast), video(2.0), at(101), at(101)).expect("a position");
        assert_eq!(honest.place.video_ms, Some(2000));
    }
}
