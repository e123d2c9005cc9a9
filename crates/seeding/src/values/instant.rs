//! Moments counted from a fixed epoch, so that the same seed gives the same rows on every day.
//!
//! Left out on purpose: the clock, time zones other than UTC, and fractions of a second.

use serde::Deserialize;
use toml::value::Datetime;

/// How long after (or, negative, before) the epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct After {
    days: i64,
    hours: i64,
    minutes: i64,
    seconds: i64,
}

/// The moment that lies `after` behind the epoch, as PostgreSQL reads a `timestamptz`.
///
/// None when the epoch is not a full date and time in UTC, or the sum leaves the years that PostgreSQL knows.
pub(crate) fn after(epoch: &Datetime, after: After) -> Option<String> {
    let (date, time) = (epoch.date?, epoch.time?);
    if epoch.offset != Some(toml::value::Offset::Z) {
        return None;
    }
    let days = days_from_civil(i64::from(date.year), i64::from(date.month), i64::from(date.day));
    let clock =
        i64::from(time.hour) * 3600 + i64::from(time.minute) * 60 + i64::from(time.second.unwrap_or(0));
    let seconds = (days.checked_add(after.days)?)
        .checked_mul(86_400)?
        .checked_add(clock)?
        .checked_add(after.hours.checked_mul(3600)?)?
        .checked_add(after.minutes.checked_mul(60)?)?
        .checked_add(after.seconds)?;
    let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
    if !(1..=9999).contains(&year) {
        return None;
    }
    let clock = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
    ))
}

/// Days since 1970-01-01 of a date of the Gregorian calendar. A year is counted from March, which puts the leap
/// day at its end; 719 468 days lie between that count's origin and 1970.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(epoch: &str, days: i64, hours: i64, seconds: i64) -> Option<String> {
        let after_epoch = After {
            days,
            hours,
            seconds,
            ..After::default()
        };
        after(&epoch.parse().unwrap(), after_epoch)
    }

    #[test]
    fn moments_are_counted_over_leap_days_and_years() {
        let epoch = "2024-02-28T22:00:00Z";
        assert_eq!(at(epoch, 0, 3, 0).unwrap(), "2024-02-29T01:00:00Z");
        assert_eq!(at(epoch, 366, 0, 0).unwrap(), "2025-02-28T22:00:00Z");
        assert_eq!(
            at("2026-01-01T00:00:00Z", 0, 0, -1).unwrap(),
            "2025-12-31T23:59:59Z"
        );
        assert_eq!(
            at("2000-03-01T00:00:00Z", -1, 0, 0).unwrap(),
            "2000-02-29T00:00:00Z"
        );
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for days in days_from_civil(1899, 1, 1)..days_from_civil(2299, 1, 1) {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), days);
        }
    }

    #[test]
    fn an_epoch_without_utc_and_a_sum_out_of_range_are_refused() {
        assert_eq!(at("2026-01-01T00:00:00", 0, 0, 0), None);
        assert_eq!(at("2026-01-01", 0, 0, 0), None);
        assert_eq!(at("2026-01-01T00:00:00+02:00", 0, 0, 0), None);
        assert_eq!(at("2026-01-01T00:00:00Z", i64::MAX, 0, 0), None);
    }
}
