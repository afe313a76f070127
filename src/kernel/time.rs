//! Instants, calendar days and the one place where a learner's learning date is computed.

use std::fmt;

use jiff::{
    civil,
    tz::{AmbiguousOffset, TimeZone},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant: integer milliseconds since the Unix epoch, UTC. RFC 3339 `Z` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A calendar day without a zone, such as a learning date. ISO 8601 in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(civil::Date);

/// An IANA time zone that is known to exist, such as `Europe/Lisbon`.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone, String);

/// A moment of a video, in milliseconds from its beginning: at most a day. Seconds in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u32);

/// Why a text names no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a time zone such as Europe/Lisbon")]
pub struct ZoneError;

impl Timestamp {
    /// The instant this many milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This instant moved by a number of milliseconds (negative: earlier).
    #[must_use]
    pub const fn plus_millis(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// This instant moved by whole seconds.
    #[must_use]
    pub const fn plus_secs(self, secs: i64) -> Self {
        self.plus_millis(secs.saturating_mul(1000))
    }

    fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// The learning date of this instant: the date that the clock on the wall in `zone` shows,
    /// set back by the day-start hour, so that a lesson at 01:30 belongs to the evening before.
    ///
    /// It is `D` exactly from [`Day::opens_at`] of `D` until that of the next day: what opens and
    /// what counts change at one instant, on days with a clock change too.
    #[must_use]
    pub fn learning_day(self, zone: &Zone, day_start_hour: u8) -> Day {
        let local = zone.0.to_datetime(self.jiff());
        let early = local.hour().unsigned_abs() < day_start_hour.min(23);
        let day = Day(local.date()).plus(-i32::from(early));
        // A clock set back over the start hour shows it twice: the first time counts.
        let next = day.plus(1);
        if next.opens_at(zone, day_start_hour) <= self { next } else { day }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.jiff())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        let parsed: jiff::Timestamp = text.parse().map_err(de::Error::custom)?;
        Ok(Self(parsed.as_millisecond()))
    }
}

impl Moment {
    /// The moment this many seconds after the beginning; `None` for what is no number from 0 to
    /// one day.
    #[must_use]
    pub fn from_secs(seconds: f64) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded just before")]
        (0.0..=86_400.0).contains(&seconds).then(|| Self((seconds * 1000.0).round() as u32))
    }

    /// The moment this many milliseconds after the beginning; at most a day.
    #[must_use]
    pub fn from_millis(ms: u32) -> Self {
        Self(ms.min(86_400_000))
    }

    /// Milliseconds from the beginning.
    #[must_use]
    pub const fn millis(self) -> u32 {
        self.0
    }

    /// Seconds from the beginning.
    #[must_use]
    pub fn secs(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}

/// As people write it: `8:12`, `1:02:03`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0 / 1000;
        let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
        if hours > 0 {
            write!(f, "{hours}:{minutes:02}:{seconds:02}")
        } else {
            write!(f, "{minutes}:{seconds:02}")
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.secs())
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(from)?;
        Self::from_secs(seconds).ok_or_else(|| de::Error::custom("use seconds of the video, from 0 to 86400"))
    }
}

/// Days in 400 years of the calendar.
const DAYS_OF_ERA: i32 = 146_097;
/// Days from 0000-03-01, where counting is simplest, to 1970-01-01.
const DAYS_BEFORE_1970: i32 = 719_468;

impl Day {
    /// The day with these numbers, if it exists.
    #[must_use]
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        civil::Date::new(year, month, day).ok().map(Self)
    }

    /// Days since 1970-01-01: how a day is stored.
    #[must_use]
    pub fn number(self) -> i32 {
        // Years begin in March, so that the leap day is their last; eras of 400 years repeat.
        let (year, month, day) = (i32::from(self.0.year()), i32::from(self.0.month()), i32::from(self.0.day()));
        let year = year - i32::from(month <= 2);
        let (era, in_era) = (year.div_euclid(400), year.rem_euclid(400));
        let in_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        era * DAYS_OF_ERA + in_era * 365 + in_era / 4 - in_era / 100 + in_year - DAYS_BEFORE_1970
    }

    /// The day with this number (days since 1970-01-01); far values are clamped.
    #[must_use]
    pub fn from_number(number: i32) -> Self {
        let days = i64::from(number) + i64::from(DAYS_BEFORE_1970);
        let (era, in_era) = (days.div_euclid(i64::from(DAYS_OF_ERA)), days.rem_euclid(i64::from(DAYS_OF_ERA)));
        let year_of_era = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
        let in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * in_year + 2) / 153;
        let day = in_year - (153 * from_march + 2) / 5 + 1;
        let month = (from_march + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let far = if number < 0 { civil::Date::MIN } else { civil::Date::MAX };
        let date = match (i16::try_from(year), i8::try_from(month), i8::try_from(day)) {
            (Ok(year), Ok(month), Ok(day)) => civil::Date::new(year, month, day).unwrap_or(far),
            _ => far,
        };
        Self(date)
    }

    /// This day moved by `n` days.
    #[must_use]
    pub fn plus(self, n: i32) -> Self {
        Self::from_number(self.number().saturating_add(n))
    }

    /// As people write it: Friday, 4 December 2026.
    #[must_use]
    pub fn in_words(self) -> String {
        self.0.strftime("%A, %-d %B %Y").to_string()
    }

    /// 1 for Monday … 7 for Sunday.
    #[must_use]
    pub fn weekday(self) -> u8 {
        self.0.weekday().to_monday_one_offset().unsigned_abs()
    }

    /// The instant at which this learning date begins in `zone`. Where the clock skips the start
    /// hour, the first instant after the gap counts; where it shows it twice, the first of them.
    #[must_use]
    pub fn opens_at(self, zone: &Zone, day_start_hour: u8) -> Timestamp {
        let local = self.0.at(day_start_hour.min(23).cast_signed(), 0, 0, 0);
        let shown = zone.0.to_ambiguous_timestamp(local);
        let skipped = matches!(shown.offset(), AmbiguousOffset::Gap { .. });
        let Ok(at) = shown.earlier() else { return Timestamp(0) };
        let change = if skipped { zone.0.following(at).next() } else { None };
        Timestamp(change.map_or(at, |change| change.timestamp()).as_millisecond())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self(TimeZone::UTC, "UTC".into())
    }

    /// The zone with this IANA name.
    ///
    /// # Errors
    /// [`ZoneError`] when the name is not in the zone database.
    pub fn parse(name: &str) -> Result<Self, ZoneError> {
        let zone = TimeZone::get(name).map_err(|_| ZoneError)?;
        let canonical = zone.iana_name().ok_or(ZoneError)?.to_owned();
        Ok(Self(zone, canonical))
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.1
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.1)
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.1)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().expect("a valid instant").as_millisecond())
    }

    fn zone(name: &str) -> Zone {
        Zone::parse(name).expect("a known zone")
    }

    fn day(y: i16, m: i8, d: i8) -> Day {
        Day::from_ymd(y, m, d).expect("a real day")
    }

    #[test]
    fn night_owls_belong_to_the_evening_before() {
        let lisbon = zone("Europe/Lisbon");
        assert_eq!(at("2026-11-22T01:30:00Z").learning_day(&lisbon, 3), day(2026, 11, 21));
        assert_eq!(at("2026-11-22T03:00:00Z").learning_day(&lisbon, 3), day(2026, 11, 22));
    }

    #[test]
    fn a_day_opens_after_a_gap_and_half_hours_hold() {
        // Berlin skips 02:00–03:00 on 2026-03-29: a day that starts at 2 opens at 03:00 local.
        assert_eq!(day(2026, 3, 29).opens_at(&zone("Europe/Berlin"), 2), at("2026-03-29T01:00:00Z"));
        assert_eq!(
            day(2026, 7, 1).opens_at(&zone("Australia/Lord_Howe"), 3),
            at("2026-06-30T16:30:00Z")
        );
    }

    #[test]
    fn opening_and_learning_day_agree_everywhere() {
        // Clock changes of one hour, half an hour and two hours, at midnight and at night, and a
        // country that skipped a whole day.
        let zones = [
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "America/Havana",
            "America/Santiago",
            "Africa/Cairo",
            "Asia/Beirut",
            "Asia/Kathmandu",
            "Atlantic/Azores",
            "Australia/Lord_Howe",
            "Antarctica/Troll",
            "Pacific/Apia",
            "Pacific/Kiritimati",
        ];
        for name in zones {
            let zone = zone(name);
            for start in [day(2011, 12, 1), day(2025, 1, 1)] {
                for n in 0..800 {
                    let date = start.plus(n);
                    for hour in 0..=6 {
                        let opens = date.opens_at(&zone, hour);
                        assert!(opens.learning_day(&zone, hour) >= date, "{name} {date} {hour}");
                        assert!(opens.plus_millis(-1).learning_day(&zone, hour) < date, "{name} {date} {hour}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_clock_change_moves_both_boundaries() {
        // Berlin, 2026-03-29: 03:00 local is 01:00Z, one hour after 02:00 would have been.
        let berlin = zone("Europe/Berlin");
        assert_eq!(at("2026-03-29T00:59:59Z").learning_day(&berlin, 3), day(2026, 3, 28));
        assert_eq!(at("2026-03-29T01:00:00Z").learning_day(&berlin, 3), day(2026, 3, 29));
        // New York, 2026-11-01: 01:00 comes twice; the first begins the day, the second ends nothing.
        let new_york = zone("America/New_York");
        assert_eq!(day(2026, 11, 1).opens_at(&new_york, 1), at("2026-11-01T05:00:00Z"));
        assert_eq!(at("2026-11-01T06:00:00Z").learning_day(&new_york, 1), day(2026, 11, 1));
        // Troll sets its clock back from 03:00 to 01:00: a day that starts at 2 has begun and stays.
        let troll = zone("Antarctica/Troll");
        assert_eq!(day(2026, 10, 25).opens_at(&troll, 2), at("2026-10-25T00:00:00Z"));
        assert_eq!(at("2026-10-25T01:30:00Z").learning_day(&troll, 2), day(2026, 10, 25));
        // Apia had no 2011-12-30: it begins and ends with the skip.
        let apia = zone("Pacific/Apia");
        assert_eq!(day(2011, 12, 30).opens_at(&apia, 3), at("2011-12-30T10:00:00Z"));
        assert_eq!(day(2011, 12, 31).opens_at(&apia, 3), at("2011-12-30T13:00:00Z"));
    }

    #[test]
    fn moments_are_bounded_and_read_like_moments() {
        for bad in [-0.001, 86_400.001, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Moment::from_secs(bad), None, "{bad}");
        }
        let shown = |seconds| Moment::from_secs(seconds).map(|m| m.to_string());
        assert_eq!(
            [0.0, 9.9, 492.25, 3723.0].map(shown),
            ["0:00", "0:09", "8:12", "1:02:03"].map(|s| Some(s.into()))
        );
        let moment: Moment = serde_json::from_str("492.25").expect("a moment");
        assert_eq!(
            (moment.millis(), serde_json::to_string(&moment).ok()),
            (492_250, Some("492.25".into()))
        );
        assert!(serde_json::from_str::<Moment>("-1").is_err());
        assert_eq!(Moment::from_millis(u32::MAX).millis(), 86_400_000);
    }

    #[test]
    fn numbers_round_trip() {
        assert_eq!(Day::from_number(20_779).number(), 20_779);
        let epoch = civil::date(1970, 1, 1);
        for number in (-900_000..2_900_000).step_by(97).chain(-800..800).chain(11_000..11_700) {
            let counted = epoch.saturating_add(jiff::Span::new().days(number));
            assert_eq!(Day::from_number(number), Day(counted), "{number}");
            if counted > civil::Date::MIN && counted < civil::Date::MAX {
                assert_eq!(Day::from_number(number).number(), number);
            }
        }
        assert_eq!(Day::from_number(i32::MAX), Day(civil::Date::MAX));
        assert_eq!(Day::from_number(i32::MIN), Day(civil::Date::MIN));
        assert_eq!(day(1970, 1, 2).number(), 1);
        assert_eq!(day(2026, 11, 22).weekday(), 7);
        assert_eq!(Timestamp::from_millis(0).to_string(), "1970-01-01T00:00:00.000Z");
    }
}
