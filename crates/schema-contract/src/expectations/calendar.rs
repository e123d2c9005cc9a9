//! Days of the calendar, for partitions: just enough to count in days, weeks, months and years.

use std::{fmt, str::FromStr};

use super::Interval;

/// A day of the Gregorian calendar. Days compare as they follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// The year.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u32,
    /// The day, 1 to 31.
    pub day: u32,
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Day {
    type Err = ();

    /// Reads the date that a text starts with: `2026-01-31` or `2026-01-31 00:00:00+00`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.get(..10).ok_or(())?.splitn(3, '-');
        let mut next = || parts.next().ok_or(());
        let (year, month, day) = (next()?, next()?, next()?);
        Ok(Self {
            year: year.parse().map_err(|_| ())?,
            month: month.parse().map_err(|_| ())?,
            day: day.parse().map_err(|_| ())?,
        })
    }
}

impl Day {
    /// The first day after the interval that this day lies in.
    pub(super) fn end_of(self, interval: Interval) -> Self {
        match interval {
            Interval::Day => self.tomorrow(),
            Interval::Week => {
                let mut day = self.tomorrow();
                while day.weekday() != 0 {
                    day = day.tomorrow();
                }
                day
            }
            Interval::Month if self.month == 12 => Self::first_of(self.year + 1, 1),
            Interval::Month => Self::first_of(self.year, self.month + 1),
            Interval::Year => Self::first_of(self.year + 1, 1),
        }
    }

    fn first_of(year: i32, month: u32) -> Self {
        Self { year, month, day: 1 }
    }

    fn tomorrow(self) -> Self {
        if self.day < self.days_in_month() {
            Self {
                day: self.day + 1,
                ..self
            }
        } else {
            Self {
                day: self.day,
                ..self
            }
            .end_of(Interval::Month)
        }
    }

    fn days_in_month(self) -> u32 {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// 0 for Monday; Zeller's congruence.
    fn weekday(self) -> i64 {
        let (year, month) = if self.month < 3 {
            (self.year - 1, self.month + 12)
        } else {
            (self.year, self.month)
        };
        let (year, month, day) = (i64::from(year), i64::from(month), i64::from(self.day));
        let saturday_is_0 =
            (day + 13 * (month + 1) / 5 + year + year / 4 - year / 100 + year / 400).rem_euclid(7);
        (saturday_is_0 + 5).rem_euclid(7)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_end_where_the_next_one_starts() {
        for (day, interval, end) in [
            ("2026-02-28", Interval::Day, "2026-03-01"),
            ("2024-02-28", Interval::Day, "2024-02-29"),
            ("2026-11-21", Interval::Week, "2026-11-23"),
            ("2026-11-23", Interval::Week, "2026-11-30"),
            ("2026-12-31", Interval::Month, "2027-01-01"),
            ("2026-11-21 00:00:00+00", Interval::Month, "2026-12-01"),
            ("2026-11-21", Interval::Year, "2027-01-01"),
        ] {
            assert_eq!(
                day.parse::<Day>().unwrap().end_of(interval).to_string(),
                end,
                "{day}"
            );
        }
        assert!("MINVALUE".parse::<Day>().is_err());
    }
}
