use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// A time zone.
#[derive(Clone, Debug)]
pub(crate) enum Zone {
    Utc,
    /// An offset that a parsed text gave, in seconds east of UTC, with the abbreviation that stood there, if any.
    Fixed {
        name: String,
        offset: i64,
    },
    /// A zone of the IANA database.
    Region(TimeZone),
}

impl Zone {
    /// A zone by its IANA name, `UTC` or `Local`; names are case-sensitive, as files of Go's zone database are.
    pub(crate) fn load(name: &str) -> Option<Zone> {
        if matches!(name, "" | "UTC" | "Local") {
            return Some(Zone::Utc);
        }
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        (zone.iana_name() == Some(name)).then_some(Zone::Region(zone))
    }

    /// Seconds east of UTC and the abbreviation, at a moment in seconds since 1970.
    pub(crate) fn at(&self, seconds: i64) -> (i64, Cow<'_, str>) {
        match self {
            Zone::Utc => (0, Cow::Borrowed("UTC")),
            Zone::Fixed { name, offset } => (*offset, Cow::Borrowed(name)),
            Zone::Region(zone) => {
                let info = zone.to_offset_info(timestamp(seconds));
                (
                    i64::from(info.offset().seconds()),
                    Cow::Owned(info.abbreviation().to_owned()),
                )
            }
        }
    }

    /// The moment at which the zone's clock shows `local` seconds since 1970. In a gap or a fold Go takes one of the two
    /// offsets around it: the one in effect before, found through the offset at the local reading taken as UTC.
    pub(super) fn to_utc(&self, local: i64) -> i64 {
        match self {
            Zone::Utc => local,
            Zone::Fixed { offset, .. } => local.saturating_sub(*offset),
            Zone::Region(_) => {
                let guess = self.at(local).0;
                let utc = local.saturating_sub(guess);
                let offset = self.at(utc).0;
                if offset == guess {
                    return utc;
                }
                let other = local.saturating_sub(offset);
                if self.at(other).0 == offset {
                    other
                } else {
                    utc
                }
            }
        }
    }

    /// Whether daylight saving time is in effect.
    pub(super) fn is_dst(&self, seconds: i64) -> bool {
        match self {
            Zone::Region(zone) => zone.to_offset_info(timestamp(seconds)).dst().is_dst(),
            _ => false,
        }
    }

    /// The IANA name, `UTC`, or the abbreviation of a fixed offset: what `Location.String` gives.
    pub(crate) fn name(&self) -> &str {
        match self {
            Zone::Utc => "UTC",
            Zone::Fixed { name, .. } => name,
            Zone::Region(zone) => zone.iana_name().unwrap_or("UTC"),
        }
    }
}

/// The nearest moment that the zone database covers: the years -9999 to 9999.
fn timestamp(seconds: i64) -> Timestamp {
    let clamped = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(clamped).unwrap_or_default()
}
