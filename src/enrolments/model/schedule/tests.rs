use super::*;

fn zone(name: &str) -> Zone {
    Zone::parse(name).expect("a known zone")
}

fn boundary(name: &str) -> Boundary {
    Boundary {
        zone: zone(name),
        start_hour: 3,
    }
}

fn day(y: i16, m: i8, d: i8) -> Day {
    Day::from_ymd(y, m, d).expect("a real day")
}

fn at(text: &str) -> Timestamp {
    serde_json::from_value(serde_json::Value::String(text.into())).expect("an instant")
}

fn set(days: &[u8]) -> WeekdaySet {
    WeekdaySet::parse(days).expect("a set")
}

fn custom(days: &[u8]) -> Pace {
    Pace::Custom(set(days))
}

/// The rest days of an organisation.
fn rest(days: &[u8]) -> Option<WeekdaySet> {
    Some(set(days))
}

/// The dates of the first days.
fn dates(schedule: &Schedule, count: u16) -> Vec<String> {
    (1..=count).map(|d| schedule.date_of(d).to_string()).collect()
}

#[test]
fn one_day_each_day() {
    let utc = boundary("UTC");
    let schedule = Schedule::begin(Pace::Daily, None, at("2026-11-20T10:00:00Z"), utc.clone());
    assert_eq!(dates(&schedule, 3), ["2026-11-20", "2026-11-21", "2026-11-22"]);
    assert_eq!(schedule.opened(at("2026-11-20T10:00:00Z"), &utc), 1);
    assert_eq!(schedule.opened(at("2026-11-21T02:59:59.999Z"), &utc), 1);
    assert_eq!(schedule.opened(at("2026-11-21T03:00:00Z"), &utc), 2);
    assert_eq!(schedule.opened(at("2026-12-20T03:00:00Z"), &utc), 31);
    assert_eq!(schedule.opens_at(2, &utc), at("2026-11-21T03:00:00Z"));
}

#[test]
fn night_owls_start_on_the_evening_before() {
    let utc = boundary("UTC");
    let schedule = Schedule::begin(Pace::Daily, None, at("2026-11-20T01:30:00Z"), utc.clone());
    assert_eq!(schedule.starts_on(), day(2026, 11, 19));
    assert_eq!(schedule.opened(at("2026-11-20T03:00:00Z"), &utc), 2);
}

#[test]
fn weekdays_skip_the_weekend_and_a_saturday_start_counts() {
    let utc = boundary("UTC");
    let friday = Schedule::begin(Pace::Weekdays, None, at("2026-11-20T10:00:00Z"), utc.clone());
    assert_eq!(dates(&friday, 3), ["2026-11-20", "2026-11-23", "2026-11-24"]);
    let saturday = Schedule::begin(Pace::Weekdays, None, at("2026-11-21T10:00:00Z"), utc.clone());
    assert_eq!(dates(&saturday, 3), ["2026-11-21", "2026-11-23", "2026-11-24"]);
    assert_eq!(saturday.opened(at("2026-11-22T23:00:00Z"), &utc), 1);
    assert_eq!(saturday.opened(at("2026-11-23T03:00:00Z"), &utc), 2);
}

#[test]
fn chosen_days_over_weeks() {
    let utc = boundary("UTC");
    let schedule = Schedule::begin(custom(&[2, 4]), None, at("2026-11-19T10:00:00Z"), utc.clone());
    assert_eq!(
        dates(&schedule, 5),
        ["2026-11-19", "2026-11-24", "2026-11-26", "2026-12-01", "2026-12-03"]
    );
    let sundays = Schedule::begin(custom(&[7]), None, at("2026-11-19T10:00:00Z"), utc);
    assert_eq!(sundays.date_of(21), day(2027, 4, 4));
}

#[test]
fn all_at_once_is_all_open() {
    let utc = boundary("UTC");
    let now = at("2026-11-19T10:00:00Z");
    let schedule = Schedule::begin(Pace::AllAtOnce, None, now, utc.clone());
    assert_eq!(schedule.opened(now, &utc), u16::MAX);
    assert_eq!(schedule.date_of(40), day(2026, 11, 19));
    assert_eq!(schedule.settled(now, &utc, 30).opened_through, 30);
}

#[test]
fn days_open_in_the_learners_own_morning() {
    for (name, opens) in [
        ("Pacific/Apia", "2026-11-20T14:00:00Z"),
        ("Australia/Lord_Howe", "2026-11-20T16:00:00Z"),
        ("Asia/Kathmandu", "2026-11-20T21:15:00Z"),
        ("America/Los_Angeles", "2026-11-21T11:00:00Z"),
    ] {
        let here = boundary(name);
        let start = here.begins(day(2026, 11, 20)).plus_secs(3600);
        let schedule = Schedule::begin(Pace::Daily, None, start, here.clone());
        assert_eq!(schedule.opens_at(2, &here), at(opens), "{name}");
        assert_eq!(schedule.opened(at(opens).plus_millis(-1), &here), 1, "{name}");
        assert_eq!(schedule.opened(at(opens), &here), 2, "{name}");
    }
}

#[test]
fn clock_changes_move_the_opening_with_the_wall_clock() {
    let berlin = boundary("Europe/Berlin");
    let schedule = Schedule::begin(Pace::Daily, None, at("2026-03-28T10:00:00Z"), berlin.clone());
    assert_eq!(schedule.opens_at(2, &berlin), at("2026-03-29T01:00:00Z"));
    assert_eq!(schedule.opened(at("2026-03-29T00:59:59Z"), &berlin), 1);
    assert_eq!(schedule.opened(at("2026-03-29T01:00:00Z"), &berlin), 2);
    // Lord Howe: half an hour, 02:00 becomes 01:30 on 2026-04-05.
    let howe = Boundary {
        zone: zone("Australia/Lord_Howe"),
        start_hour: 2,
    };
    let schedule = Schedule::begin(Pace::Daily, None, at("2026-04-04T01:00:00Z"), howe.clone());
    let opens = schedule.opens_at(2, &howe);
    assert_eq!(opens, at("2026-04-04T15:30:00Z"));
    assert_eq!(schedule.opened(opens.plus_millis(-1), &howe), 1);
    assert_eq!(schedule.opened(opens, &howe), 2);
}

#[test]
fn a_skipped_date_still_opens_its_day() {
    // Apia had no 2011-12-30: its day opens with the skip, the next one three hours later.
    let apia = boundary("Pacific/Apia");
    let schedule = Schedule::begin(Pace::Daily, None, at("2011-12-29T20:00:00Z"), apia.clone());
    assert_eq!(dates(&schedule, 3), ["2011-12-29", "2011-12-30", "2011-12-31"]);
    assert_eq!(schedule.opened(at("2011-12-30T09:59:59Z"), &apia), 1);
    assert_eq!(schedule.opened(at("2011-12-30T10:00:00Z"), &apia), 2);
    assert_eq!(schedule.opened(at("2011-12-30T13:00:00Z"), &apia), 3);
}

#[test]
fn another_pace_moves_only_what_is_to_come() {
    let utc = boundary("UTC");
    let schedule = Schedule::begin(Pace::Daily, None, at("2026-11-16T10:00:00Z"), utc.clone());
    let now = at("2026-11-18T10:00:00Z"); // Wednesday: three days are open.
    let mondays = schedule.repaced(custom(&[1]), None, now, &utc, 14);
    assert_eq!(
        dates(&mondays, 5),
        ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-23", "2026-11-30"]
    );
    assert_eq!(mondays.opened(now, &utc), 3);
    let back = mondays.repaced(Pace::Daily, None, now, &utc, 14);
    assert_eq!(dates(&back, 5), dates(&schedule, 5));
}

#[test]
fn a_quicker_pace_opens_one_day_today_and_no_more() {
    let utc = boundary("UTC");
    let schedule = Schedule::begin(custom(&[1]), None, at("2026-11-16T10:00:00Z"), utc.clone());
    let now = at("2026-11-28T10:00:00Z"); // A Saturday, twelve days on: days 1 and 2 are open.
    assert_eq!(schedule.opened(now, &utc), 2);
    let mut schedule = schedule.repaced(Pace::Daily, None, now, &utc, 14);
    assert_eq!(schedule.opened(now, &utc), 3);
    for pace in [custom(&[1]), Pace::Daily, custom(&[6]), Pace::Daily] {
        schedule = schedule.repaced(pace, None, now, &utc, 14);
        assert_eq!(schedule.opened(now, &utc), 3, "changing to and fro opens nothing more");
    }
    assert_eq!(schedule.date_of(4), day(2026, 11, 29));
}

#[test]
fn another_zone_or_hour_closes_nothing() {
    let east = boundary("Pacific/Auckland");
    let west = boundary("America/Los_Angeles");
    let schedule = Schedule::begin(Pace::Daily, None, at("2026-11-16T10:00:00Z"), east.clone());
    // Day 3 has just opened in Auckland; in Los Angeles it is the day before.
    let now = schedule.opens_at(3, &east);
    assert_eq!(schedule.opened(now, &east), 3);
    assert_eq!(schedule.opened(now, &west), 3);
    let moved = schedule.settled(now, &west, 14);
    assert_eq!(moved.opened(now, &west), 3);
    assert_eq!(moved.opened(schedule.opens_at(4, &east), &west), 3);
    assert_eq!(moved.opened(schedule.opens_at(4, &west), &west), 4);
    let later = Boundary {
        start_hour: 6,
        ..east.clone()
    };
    assert_eq!(schedule.opened(now, &later), 3);
}

#[test]
fn nothing_opens_on_a_rest_day_but_day_one() {
    let utc = boundary("UTC");
    let weekend = rest(&[6, 7]);
    // A Saturday: he begins at once.
    let begun = at("2026-11-21T10:00:00Z");
    let schedule = Schedule::begin(Pace::Daily, weekend, begun, utc.clone());
    assert_eq!(dates(&schedule, 3), ["2026-11-21", "2026-11-23", "2026-11-24"]);
    assert_eq!(schedule.opened(at("2026-11-23T02:59:59Z"), &utc), 1);
    assert_eq!(schedule.opened(at("2026-11-23T03:00:00Z"), &utc), 2);
    let own = Schedule::begin(custom(&[5, 6]), weekend, begun, utc.clone());
    assert_eq!(dates(&own, 3), ["2026-11-21", "2026-11-27", "2026-12-04"]);
    // His own pace has rest days only: then it counts alone.
    let none_left = Schedule::begin(custom(&[6]), weekend, begun, utc.clone());
    assert_eq!(dates(&none_left, 3), ["2026-11-21", "2026-11-28", "2026-12-05"]);
    let at_once = Schedule::begin(Pace::AllAtOnce, weekend, begun, utc.clone());
    assert_eq!(at_once.opened(begun, &utc), u16::MAX);
}

#[test]
fn other_rest_days_move_only_what_is_to_come() {
    let utc = boundary("UTC");
    let schedule = Schedule::begin(Pace::Daily, None, at("2026-11-19T10:00:00Z"), utc.clone());
    let sunday = at("2026-11-22T10:00:00Z"); // Four days are open.
    let rested = schedule.repaced(Pace::Daily, rest(&[6, 7]), sunday, &utc, 14);
    assert_eq!(rested.opened(sunday, &utc), 4, "what opened on a Saturday and a Sunday stays");
    assert_eq!(
        dates(&rested, 10),
        [
            "2026-11-19",
            "2026-11-20",
            "2026-11-21",
            "2026-11-22",
            "2026-11-23",
            "2026-11-24",
            "2026-11-25",
            "2026-11-26",
            "2026-11-27",
            "2026-11-30"
        ]
    );
    assert_eq!(
        rested.repaced(Pace::Daily, rest(&[6, 7]), sunday, &utc, 14),
        rested,
        "a second time changes nothing"
    );
    assert_eq!(
        dates(&rested.repaced(Pace::Daily, None, sunday, &utc, 14), 10),
        dates(&schedule, 10)
    );
    // A rest day that is none any more opens its day, once.
    let begun = Schedule::begin(Pace::Daily, rest(&[6, 7]), at("2026-11-20T10:00:00Z"), utc.clone());
    let free = begun.repaced(Pace::Daily, None, sunday, &utc, 14);
    assert_eq!((begun.opened(sunday, &utc), free.opened(sunday, &utc)), (1, 2));
    assert_eq!(dates(&free, 3), ["2026-11-20", "2026-11-22", "2026-11-23"]);
}

#[test]
fn a_day_opened_ahead_moves_no_date() {
    let utc = boundary("UTC");
    let monday = at("2026-11-16T10:00:00Z");
    let schedule = Schedule::begin(Pace::Daily, rest(&[3]), monday, utc.clone());
    let ahead = schedule.opened_ahead(2, monday, &utc, 7);
    assert_eq!(dates(&ahead, 7), dates(&schedule, 7));
    for (now, opened) in [
        ("2026-11-16T10:00:00Z", 2),
        ("2026-11-17T10:00:00Z", 2), // Its own date opens nothing more.
        ("2026-11-18T10:00:00Z", 2),
        ("2026-11-19T03:00:00Z", 3),
    ] {
        assert_eq!(ahead.opened(at(now), &utc), opened, "{now}");
    }
    let twice = ahead.opened_ahead(3, monday, &utc, 7);
    assert_eq!((twice.opened(monday, &utc), dates(&twice, 7)), (3, dates(&schedule, 7)));
    // Asked again for the same, and for more than there is.
    assert_eq!(twice.opened_ahead(2, monday, &utc, 7), twice);
    assert_eq!(twice.opened_ahead(u16::MAX, monday, &utc, 7).opened(monday, &utc), 7);
    // Another pace keeps it open and its date; the next one follows after that date.
    let slower = twice.repaced(custom(&[4, 5]), rest(&[3]), monday, &utc, 7);
    assert_eq!(slower.opened(monday, &utc), 3);
    assert_eq!(
        dates(&slower, 5),
        ["2026-11-16", "2026-11-17", "2026-11-19", "2026-11-20", "2026-11-26"]
    );
}

#[test]
fn no_walk_through_paces_and_zones_ever_closes_a_day() {
    let zones = [
        "UTC",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "Australia/Lord_Howe",
        "America/Havana",
    ];
    let paces = [Pace::Daily, Pace::Weekdays, custom(&[1]), custom(&[2, 6]), custom(&[7])];
    let rests = [None, rest(&[7]), rest(&[6, 7]), rest(&[1, 2, 3, 4, 5])];
    let mut seed = 7_u64;
    let mut next = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("small") % n
    };
    for _ in 0..300 {
        let mut now = at("2026-02-20T00:00:00Z").plus_secs(i64::try_from(next(86_400)).expect("small"));
        let mut here = boundary(zones[next(zones.len())]);
        let mut schedule = Schedule::begin(paces[next(paces.len())], rests[next(rests.len())], now, here.clone());
        let mut seen = 1;
        for _ in 0..60 {
            match next(8) {
                0 => schedule = schedule.repaced(paces[next(paces.len())], schedule.rest, now, &here, 21),
                1 => schedule = schedule.settled(now, &here, 21),
                2 => {
                    // A write settles before the zone changes a second time.
                    schedule = schedule.settled(now, &here, 21);
                    here = boundary(zones[next(zones.len())]);
                }
                3 => {
                    let changed = schedule.repaced(schedule.pace, rests[next(rests.len())], now, &here, 21);
                    let again = changed.repaced(changed.pace, changed.rest, now, &here, 21);
                    assert_eq!(dates(&changed, 21), dates(&again, 21), "a second time changes nothing");
                    assert_eq!(changed.opened(now, &here), again.opened(now, &here));
                    schedule = changed;
                }
                4 => {
                    let ahead = schedule.opened_ahead(schedule.opened(now, &here).saturating_add(1), now, &here, 21);
                    assert_eq!(dates(&ahead, 21), dates(&schedule, 21));
                    schedule = ahead;
                }
                _ => now = now.plus_secs(i64::try_from(next(100_000)).expect("small")),
            }
            let opened = schedule.opened(now, &here).min(21);
            assert!(opened >= seen, "{opened} < {seen}: {schedule:?} {now} {here:?}");
            seen = opened;
            to_come_keeps_the_rules(&schedule, opened);
        }
    }
}

/// Of days that have not opened: at most one on any date, none on a rest day unless the pace has
/// nothing else.
fn to_come_keeps_the_rules(schedule: &Schedule, opened: u16) {
    let only_rest = schedule.pace.weekdays().zip(schedule.rest).is_some_and(|(pace, rest)| {
        let rest = rest.days();
        pace.days().iter().all(|day| rest.contains(day))
    });
    for day in opened + 1..=21 {
        let date = schedule.date_of(day);
        assert!(date > schedule.date_of(day - 1), "day {day}: {schedule:?}");
        let is_rest = schedule.rest.is_some_and(|rest| rest.days().contains(&date.weekday()));
        assert!(only_rest || !is_rest, "day {day} on {date}: {schedule:?}");
    }
}

#[test]
fn far_instants_do_not_overflow() {
    let utc = boundary("UTC");
    let schedule = Schedule::begin(Pace::Daily, None, at("2026-11-16T10:00:00Z"), utc.clone());
    for far in [i64::MAX, i64::MIN, i64::MAX / 2] {
        assert!(schedule.opened(Timestamp::from_millis(far), &utc) >= 1);
    }
    assert!(schedule.opened(at("9999-01-01T00:00:00Z"), &utc) >= 21);
    assert_eq!(schedule.opened(at("0001-01-01T00:00:00Z"), &utc), 1);
    let _no_panic = schedule.date_of(u16::MAX);
}
