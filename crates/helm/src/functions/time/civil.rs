use std::cmp::Ordering;

use super::zone::Zone;

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(crate) const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

const DAY: i64 = 86_400;
/// 1 January of year 1 in UTC, Go's zero time, in seconds since 1970.
const ZERO: i64 = -62_135_596_800;

/// A moment in a zone: Go's `time.Time`.
#[derive(Clone, Debug)]
pub(crate) struct Instant {
    /// Seconds since 1970 in UTC.
    pub(crate) seconds: i64,
    /// 0 to 999,999,999.
    pub(crate) nanos: u32,
    pub(crate) zone: Zone,
    /// Nanoseconds since the start of the process, for a time that came from the clock: Go prints it.
    pub(crate) monotonic: Option<i64>,
}

/// A moment as calendar and clock show it in its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// 1 to 12
    pub(crate) month: i64,
    /// 1 to 31
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    /// 0 is Sunday
    pub(crate) weekday: i64,
    /// 1 to 366
    pub(crate) year_day: i64,
}

impl Instant {
    /// Go's zero time.
    pub(crate) fn zero() -> Instant {
        Instant::unix(ZERO)
    }

    /// Seconds since 1970, in UTC.
    pub(crate) fn unix(seconds: i64) -> Instant {
        Instant {
            seconds,
            nanos: 0,
            zone: Zone::Utc,
            monotonic: None,
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.seconds == ZERO && self.nanos == 0
    }

    /// The moment at which the zone's clock shows these numbers; numbers out of range carry over, as in Go's `Date`.
    pub(crate) fn from_civil(date: [i64; 3], clock: [i64; 3], nanos: u32, zone: Zone) -> Instant {
        let [year, month, day] = date;
        let [hour, minute, second] = clock;
        let months = month - 1;
        let year = year.saturating_add(months.div_euclid(12));
        let days = days_from_civil(year, months.rem_euclid(12) + 1, 1).saturating_add(day - 1);
        let local = days
            .saturating_mul(DAY)
            .saturating_add(hour * 3600)
            .saturating_add(minute * 60)
            .saturating_add(second);
        let seconds = zone.to_utc(local);
        Instant {
            seconds,
            nanos,
            zone,
            monotonic: None,
        }
    }

    /// The same moment in another zone; Go drops the monotonic reading here.
    pub(crate) fn in_zone(&self, zone: Zone) -> Instant {
        Instant {
            zone,
            monotonic: None,
            ..self.clone()
        }
    }

    /// The moment some nanoseconds later.
    pub(crate) fn add(&self, nanos: i64) -> Instant {
        let total =
            i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanos) + i128::from(nanos);
        let seconds = total.div_euclid(1_000_000_000);
        Instant {
            seconds: i64::try_from(seconds).unwrap_or(if seconds < 0 {
                i64::MIN
            } else {
                i64::MAX
            }),
            // The remainder of a division by 10^9 fits.
            nanos: total.rem_euclid(1_000_000_000) as u32,
            zone: self.zone.clone(),
            monotonic: self
                .monotonic
                .and_then(|reading| reading.checked_add(nanos)),
        }
    }

    /// Adds to year, month and day; a day beyond the end of the month goes on in the next one.
    pub(crate) fn add_date(&self, years: i64, months: i64, days: i64) -> Instant {
        let civil = self.civil();
        Instant::from_civil(
            [
                civil.year.saturating_add(years),
                civil.month.saturating_add(months),
                civil.day.saturating_add(days),
            ],
            [civil.hour, civil.minute, civil.second],
            self.nanos,
            self.zone.clone(),
        )
    }

    /// Nanoseconds from `other` to this moment, at most what fits (as in Go).
    pub(crate) fn since(&self, other: &Instant) -> i64 {
        let nanos = (i128::from(self.seconds) - i128::from(other.seconds)) * 1_000_000_000
            + i128::from(self.nanos)
            - i128::from(other.nanos);
        i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
    }

    pub(crate) fn compare(&self, other: &Instant) -> Ordering {
        (self.seconds, self.nanos).cmp(&(other.seconds, other.nanos))
    }

    /// Seconds east of UTC.
    pub(crate) fn offset(&self) -> i64 {
        self.zone.at(self.seconds).0
    }

    pub(crate) fn civil(&self) -> Civil {
        let local = self.seconds.saturating_add(self.offset());
        let days = local.div_euclid(DAY);
        let clock = local.rem_euclid(DAY);
        let (year, month, day) = civil_from_days(days);
        Civil {
            year,
            month,
            day,
            hour: clock / 3600,
            minute: clock % 3600 / 60,
            second: clock % 60,
            weekday: (days + 4).rem_euclid(7),
            year_day: days - days_from_civil(year, 1, 1) + 1,
        }
    }
}

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(super) fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970 of a date of the proleptic Gregorian calendar. Eras of 400 years start on 1 March of year 0.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 {
        year.saturating_sub(1)
    } else {
        year
    };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    era.saturating_mul(146_097)
        .saturating_add(day_of_era - 719_468)
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let of_year = day_of_era - (365 * of_era + of_era / 4 - of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = of_era + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}
