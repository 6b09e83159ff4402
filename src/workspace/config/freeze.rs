//! `promotion.freeze` of the configuration: when nothing is promoted.

use std::borrow::Cow;
use std::fmt;

use envlint_yaml::Spanned;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// A time in which nothing is promoted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// The environments that nothing is promoted to. Default: those of the tier `production`.
    #[serde(default)]
    pub environments: Vec<Spanned<String>>,
    /// When it begins: a day (`2026-12-18`), a moment (`2026-12-18T16:00`), or a time of every week (`fri 16:00`).
    pub from: Spanned<FreezeTime>,
    /// When it ends: a day, which belongs to it, a moment, or a time of every week.
    pub to: Spanned<FreezeTime>,
    /// The time zone of both: `Europe/Berlin`. Default: UTC.
    #[serde(default)]
    pub zone: Option<Spanned<Zone>>,
}

/// Where a freeze begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreezeTime {
    /// A day.
    Day(Date),
    /// A moment.
    Moment(DateTime),
    /// A time of every week.
    Weekly(Weekday, Time),
}

/// A time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(pub TimeZone);

impl Freeze {
    /// Whether it holds at a time.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        let zone = self.zone.as_ref().map(|zone| zone.value.0.clone());
        let now: Zoned = now.to_zoned(zone.unwrap_or(TimeZone::UTC));
        let moment = now.datetime();
        match (self.from.value, self.to.value) {
            (FreezeTime::Weekly(first, begin), FreezeTime::Weekly(last, end)) => {
                let at = |day: Weekday, time: Time| (day.to_monday_zero_offset(), time);
                let (from, to) = (at(first, begin), at(last, end));
                let now = at(moment.weekday(), moment.time());
                match from <= to {
                    true => from <= now && now < to,
                    false => from <= now || now < to,
                }
            }
            (from, to) => from.is_at_or_before(moment) && !to.is_over(moment),
        }
    }

    /// What is wrong with its two ends, which have to be of one kind and in order.
    pub(super) fn contradiction(&self) -> Option<&'static str> {
        match (self.from.value, self.to.value) {
            (FreezeTime::Weekly(..), FreezeTime::Weekly(..))
                if self.from.value == self.to.value =>
            {
                Some("it ends when it begins")
            }
            (FreezeTime::Weekly(..), FreezeTime::Weekly(..)) => None,
            (FreezeTime::Weekly(..), _) | (_, FreezeTime::Weekly(..)) => {
                Some("a time of every week ends at a time of every week")
            }
            (from, to) if to.beginning() < from.beginning() => Some("it ends before it begins"),
            (FreezeTime::Moment(from), FreezeTime::Moment(to)) if from == to => {
                Some("it ends when it begins")
            }
            _ => None,
        }
    }
}

impl FreezeTime {
    fn beginning(self) -> Option<DateTime> {
        match self {
            FreezeTime::Day(day) => Some(day.to_datetime(Time::midnight())),
            FreezeTime::Moment(moment) => Some(moment),
            FreezeTime::Weekly(..) => None,
        }
    }

    fn is_at_or_before(self, now: DateTime) -> bool {
        self.beginning().is_some_and(|beginning| beginning <= now)
    }

    fn is_over(self, now: DateTime) -> bool {
        match self {
            FreezeTime::Day(day) => day < now.date(),
            FreezeTime::Moment(moment) => moment <= now,
            FreezeTime::Weekly(..) => true,
        }
    }
}

impl fmt::Display for FreezeTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FreezeTime::Day(day) => write!(f, "{day}"),
            FreezeTime::Moment(moment) => write!(f, "{}", moment.strftime("%Y-%m-%d %H:%M")),
            FreezeTime::Weekly(day, time) => {
                let name = DAYS.get(usize::from(day.to_monday_zero_offset().unsigned_abs()));
                write!(f, "{} {}", name.unwrap_or(&""), time.strftime("%H:%M"))
            }
        }
    }
}

/// The days of a week, from Monday.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl<'de> Deserialize<'de> for FreezeTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        read(&text).ok_or_else(|| {
            D::Error::custom(
                "write a day (`2026-12-18`), a moment (`2026-12-18T16:00`) or a time of every week (`fri 16:00`)",
            )
        })
    }
}

fn read(text: &str) -> Option<FreezeTime> {
    if let Some((day, time)) = text.split_once(' ')
        && let Some(place) = DAYS.iter().position(|name| name.eq_ignore_ascii_case(day))
    {
        let day = Weekday::from_monday_zero_offset(i8::try_from(place).ok()?).ok()?;
        return Some(FreezeTime::Weekly(day, time.parse().ok()?));
    }
    match text.contains(['T', ' ']) {
        // An offset would contradict the zone.
        true if !text.contains(['Z', '+', '[']) => text.parse().ok().map(FreezeTime::Moment),
        true => None,
        false => text.parse().ok().map(FreezeTime::Day),
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let zone = TimeZone::get(&name).map_err(|_| {
            D::Error::custom("there is no such time zone; write one as `Europe/Berlin` or `UTC`")
        });
        zone.map(Zone)
    }
}

impl JsonSchema for FreezeTime {
    fn schema_name() -> Cow<'static, str> {
        "FreezeTime".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": r"^([0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?|[A-Za-z]{3} [0-9]{2}:[0-9]{2})$",
            "description": "A day (`2026-12-18`), a moment (`2026-12-18T16:00`), or a time of every week (`fri 16:00`).",
        })
    }
}

impl JsonSchema for Zone {
    fn schema_name() -> Cow<'static, str> {
        "Zone".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": "string", "description": "A time zone: `Europe/Berlin`."})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn freeze(text: &str) -> Freeze {
        let document = envlint_yaml::Document::parse(text);
        envlint_yaml::from_node(document.root().unwrap()).unwrap()
    }

    #[test]
    fn a_freeze_holds_from_its_beginning_to_its_end_in_its_zone() {
        for (text, now, expected) in [
            (
                "{from: 2026-12-18, to: 2027-01-04}",
                "2026-12-17T23:59:59Z",
                false,
            ),
            (
                "{from: 2026-12-18, to: 2027-01-04}",
                "2026-12-18T00:00:00Z",
                true,
            ),
            (
                "{from: 2026-12-18, to: 2027-01-04}",
                "2027-01-04T23:59:59Z",
                true,
            ),
            (
                "{from: 2026-12-18, to: 2027-01-04}",
                "2027-01-05T00:00:00Z",
                false,
            ),
            (
                "{from: 2026-12-18, to: 2027-01-04, zone: Europe/Berlin}",
                "2026-12-17T23:00:00Z",
                true,
            ),
            (
                "{from: 2026-12-18T16:00, to: 2026-12-19T08:00, zone: America/New_York}",
                "2026-12-18T20:59:00Z",
                false,
            ),
            (
                "{from: 2026-12-18T16:00, to: 2026-12-19T08:00, zone: America/New_York}",
                "2026-12-18T21:00:00Z",
                true,
            ),
            (
                "{from: 2026-12-18T16:00, to: 2026-12-19T08:00}",
                "2026-12-19T08:00:00Z",
                false,
            ),
            // Friday, Sunday and Monday.
            (
                "{from: fri 16:00, to: mon 08:00}",
                "2026-11-27T15:59:00Z",
                false,
            ),
            (
                "{from: fri 16:00, to: mon 08:00}",
                "2026-11-27T16:00:00Z",
                true,
            ),
            (
                "{from: fri 16:00, to: mon 08:00}",
                "2026-11-29T03:00:00Z",
                true,
            ),
            (
                "{from: fri 16:00, to: mon 08:00}",
                "2026-11-30T08:00:00Z",
                false,
            ),
            (
                "{from: Mon 10:00, to: wed 10:00}",
                "2026-12-01T00:00:00Z",
                true,
            ),
            (
                "{from: mon 10:00, to: wed 10:00}",
                "2026-12-02T10:00:00Z",
                false,
            ),
            // The hour that summer time leaves out is none.
            (
                "{from: sun 02:30, to: sun 03:30, zone: Europe/Berlin}",
                "2026-03-29T01:15:00Z",
                true,
            ),
        ] {
            let freeze = freeze(text);
            assert_eq!(freeze.contradiction(), None, "{text}");
            assert_eq!(
                freeze.holds_at(now.parse().unwrap()),
                expected,
                "{text} {now}"
            );
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026-13-01",
            "friday 16:00",
            "fri",
            "16:00",
            "2026-12-18T16:00Z",
            "2026-12-18T16:00+01:00",
            "soon",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        for text in [
            "{from: 2026-12-18, to: 2026-12-17}",
            "{from: fri 16:00, to: 2026-12-17}",
            "{from: fri 16:00, to: fri 16:00}",
            "{from: 2026-12-18T16:00, to: 2026-12-18T16:00}",
        ] {
            assert!(freeze(text).contradiction().is_some(), "{text}");
        }
    }
}
