use super::civil::{Civil, Instant, MONTHS, WEEKDAYS};
use super::layout::{Offset, Part, next_chunk};

impl Instant {
    /// The time by a Go layout. Text of the layout that is no part of a time is copied.
    pub(crate) fn format(&self, layout: &[u8]) -> Vec<u8> {
        let civil = self.civil();
        let mut out = Vec::with_capacity(layout.len() + 10);
        let mut rest = layout;
        while let Some(chunk) = next_chunk(rest) {
            out.extend_from_slice(chunk.prefix);
            self.append(&mut out, chunk.part, &civil);
            rest = chunk.suffix;
        }
        out.extend_from_slice(rest);
        out
    }

    /// What `Time.String` gives, with the monotonic reading where there is one.
    pub(crate) fn display(&self) -> String {
        let text = self.format(b"2006-01-02 15:04:05.999999999 -0700 MST");
        let mut text = String::from_utf8_lossy(&text).into_owned();
        if let Some(reading) = self.monotonic {
            let sign = if reading < 0 { '-' } else { '+' };
            let nanos = reading.unsigned_abs();
            text.push_str(&format!(
                " m={sign}{}.{:09}",
                nanos / 1_000_000_000,
                nanos % 1_000_000_000
            ));
        }
        text
    }

    /// The form of JSON and YAML.
    pub(crate) fn rfc3339(&self) -> String {
        String::from_utf8_lossy(&self.format(b"2006-01-02T15:04:05.999999999Z07:00")).into_owned()
    }

    fn append(&self, out: &mut Vec<u8>, part: Part, civil: &Civil) {
        let name = |names: &[&'static str], index: i64| {
            usize::try_from(index)
                .ok()
                .and_then(|index| names.get(index).copied())
                .unwrap_or("")
        };
        let hour12 = if civil.hour % 12 == 0 {
            12
        } else {
            civil.hour % 12
        };
        let text = match part {
            Part::LongMonth => name(&MONTHS, civil.month - 1).to_owned(),
            Part::Month => name(&MONTHS, civil.month - 1).chars().take(3).collect(),
            Part::NumMonth => civil.month.to_string(),
            Part::ZeroMonth => format!("{:02}", civil.month),
            Part::LongWeekday => name(&WEEKDAYS, civil.weekday).to_owned(),
            Part::Weekday => name(&WEEKDAYS, civil.weekday).chars().take(3).collect(),
            Part::Day => civil.day.to_string(),
            Part::UnderDay => format!("{:2}", civil.day),
            Part::ZeroDay => format!("{:02}", civil.day),
            Part::UnderYearDay => format!("{:3}", civil.year_day),
            Part::ZeroYearDay => format!("{:03}", civil.year_day),
            Part::Hour => format!("{:02}", civil.hour),
            Part::Hour12 => hour12.to_string(),
            Part::ZeroHour12 => format!("{hour12:02}"),
            Part::Minute => civil.minute.to_string(),
            Part::ZeroMinute => format!("{:02}", civil.minute),
            Part::Second => civil.second.to_string(),
            Part::ZeroSecond => format!("{:02}", civil.second),
            Part::LongYear if civil.year < 0 => format!("-{:04}", civil.year.unsigned_abs()),
            Part::LongYear => format!("{:04}", civil.year),
            Part::Year => format!("{:02}", civil.year.max(0) % 100),
            Part::UpperPm => (if civil.hour >= 12 { "PM" } else { "AM" }).to_owned(),
            Part::LowerPm => (if civil.hour >= 12 { "pm" } else { "am" }).to_owned(),
            Part::Abbreviation => self.abbreviation(),
            Part::Offset(offset) => self.offset_text(offset),
            Part::Fraction0 { digits, separator } => self.fraction(digits, separator),
            Part::Fraction9 { digits, separator } => {
                let text = self.fraction(digits, separator);
                let trimmed = text.trim_end_matches('0');
                if trimmed.len() == 1 {
                    String::new()
                } else {
                    trimmed.to_owned()
                }
            }
        };
        out.extend_from_slice(text.as_bytes());
    }

    /// The zone's abbreviation; without one Go prints the offset.
    fn abbreviation(&self) -> String {
        let (_, name) = self.zone.at(self.seconds);
        if !name.is_empty() {
            return name.into_owned();
        }
        self.offset_text(Offset {
            iso: false,
            colon: false,
            minutes: true,
            seconds: false,
        })
    }

    fn offset_text(&self, form: Offset) -> String {
        let offset = self.offset();
        if form.iso && offset == 0 {
            return "Z".to_owned();
        }
        // Go takes the sign of whole minutes.
        let sign = if offset / 60 < 0 { '-' } else { '+' };
        let seconds = offset.unsigned_abs();
        let colon = if form.colon { ":" } else { "" };
        let mut text = format!("{sign}{:02}", seconds / 3600);
        if form.minutes {
            text.push_str(&format!("{colon}{:02}", seconds / 60 % 60));
        }
        if form.seconds {
            text.push_str(&format!("{colon}{:02}", seconds % 60));
        }
        text
    }

    fn fraction(&self, digits: usize, separator: u8) -> String {
        let all = format!("{:09}", self.nanos);
        let kept = all.get(..digits).unwrap_or(&all);
        format!("{}{kept}", char::from(separator))
    }
}
