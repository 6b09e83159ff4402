use super::civil::{Instant, MONTHS, WEEKDAYS, days_in, is_leap};
use super::layout::{Chunk, Offset, Part, next_chunk};
use super::quote::quote;
use super::zone::Zone;

/// What went wrong at one part.
enum Failure {
    /// The text does not look like the part
    Mismatch,
    /// A number out of range, of what
    Range(&'static str),
}

/// What has been read so far.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: u32,
    pm: Option<bool>,
    utc: bool,
    offset: Option<i64>,
    zone_name: Vec<u8>,
}

/// Reads a time by a Go layout; text without a zone is UTC. The error is Go's.
pub(crate) fn parse(layout: &[u8], value: &[u8]) -> Result<Instant, String> {
    let fail = |element: &[u8], rest: &[u8]| {
        format!(
            "parsing time {} as {}: cannot parse {} as {}",
            quote(value),
            quote(layout),
            quote(rest),
            quote(element)
        )
    };
    let refuse = |message: &str| format!("parsing time {}: {message}", quote(value));
    let mut fields = Fields::default();
    let mut layout_rest = layout;
    let mut rest = value;
    while let Some(chunk) = next_chunk(layout_rest) {
        rest = skip(rest, chunk.prefix).map_err(|at| fail(chunk.prefix, at))?;
        let before = rest;
        rest = fields.read(&chunk, rest).map_err(|failure| match failure {
            Failure::Mismatch => fail(chunk.text, before),
            Failure::Range(what) => refuse(&format!("{what} out of range")),
        })?;
        layout_rest = chunk.suffix;
    }
    rest = skip(rest, layout_rest).map_err(|at| fail(layout_rest, at))?;
    if !rest.is_empty() {
        return Err(refuse(&format!("extra text: {}", quote(rest))));
    }
    fields.finish().map_err(refuse)
}

/// Skips the literal text of a layout; a run of spaces in it matches any run of spaces, even none at the end.
fn skip<'a>(mut value: &'a [u8], mut prefix: &[u8]) -> Result<&'a [u8], &'a [u8]> {
    while let Some((first, rest)) = prefix.split_first() {
        if *first == b' ' {
            if value.first().is_some_and(|byte| *byte != b' ') {
                return Err(value);
            }
            prefix = trim_spaces(prefix);
            value = trim_spaces(value);
            continue;
        }
        value = match value.split_first() {
            Some((byte, after)) if byte == first => after,
            _ => return Err(value),
        };
        prefix = rest;
    }
    Ok(value)
}

fn trim_spaces(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|byte| **byte == b' ').count();
    text.get(spaces..).unwrap_or_default()
}

type Read<'a, T> = Result<(T, &'a [u8]), Failure>;

/// One digit or two; exactly two when `fixed`.
fn number(value: &[u8], fixed: bool) -> Read<'_, i64> {
    match value {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', rest @ ..] => {
            Ok((i64::from(a - b'0') * 10 + i64::from(b - b'0'), rest))
        }
        [a @ b'0'..=b'9', rest @ ..] if !fixed => Ok((i64::from(a - b'0'), rest)),
        _ => Err(Failure::Mismatch),
    }
}

/// Up to three digits; exactly three when `fixed`.
fn number3(value: &[u8], fixed: bool) -> Read<'_, i64> {
    let length = value
        .iter()
        .take(3)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if length == 0 || fixed && length != 3 {
        return Err(Failure::Mismatch);
    }
    let (digits, rest) = value.split_at(length);
    Ok((
        digits
            .iter()
            .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')),
        rest,
    ))
}

/// A name of a table, in any case; its first `length` letters are enough where given.
fn name<'a>(value: &'a [u8], names: &[&str], length: Option<usize>) -> Read<'a, i64> {
    let found = names.iter().position(|name| {
        let wanted = name
            .get(..length.unwrap_or(name.len()))
            .unwrap_or(name)
            .as_bytes();
        value
            .get(..wanted.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(wanted))
    });
    let index = found.ok_or(Failure::Mismatch)?;
    let taken = length.unwrap_or_else(|| names.get(index).map_or(0, |name| name.len()));
    Ok((index as i64, value.get(taken..).unwrap_or_default()))
}

fn within(
    value: i64,
    range: std::ops::RangeInclusive<i64>,
    what: &'static str,
) -> Result<i64, Failure> {
    if range.contains(&value) {
        Ok(value)
    } else {
        Err(Failure::Range(what))
    }
}

/// `.123` or `,123`: nanoseconds.
fn fraction(text: &[u8]) -> Result<u32, Failure> {
    let (separator, digits) = text.split_first().ok_or(Failure::Mismatch)?;
    if !matches!(separator, b'.' | b',') || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Failure::Mismatch);
    }
    let padded = digits
        .iter()
        .copied()
        .chain(std::iter::repeat(b'0'))
        .take(9);
    Ok(padded.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

/// The length of `.` or `,` and the digits after it; nothing without a digit.
fn fraction_length(value: &[u8]) -> Option<usize> {
    let (separator, digits) = value.split_first()?;
    let count = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    (matches!(separator, b'.' | b',') && count > 0).then_some(count + 1)
}

impl Fields {
    fn read<'a>(&mut self, chunk: &Chunk<'_>, value: &'a [u8]) -> Result<&'a [u8], Failure> {
        match chunk.part {
            Part::Year | Part::LongYear => self.read_year(chunk.part, value),
            Part::Month | Part::LongMonth | Part::NumMonth | Part::ZeroMonth => {
                self.read_month(chunk.part, value)
            }
            Part::Weekday => name(value, &WEEKDAYS, Some(3)).map(|(_, rest)| rest),
            Part::LongWeekday => name(value, &WEEKDAYS, None).map(|(_, rest)| rest),
            Part::Day | Part::UnderDay | Part::ZeroDay | Part::UnderYearDay | Part::ZeroYearDay => {
                self.read_day(chunk.part, value)
            }
            Part::Hour | Part::Hour12 | Part::ZeroHour12 | Part::Minute | Part::ZeroMinute => {
                self.read_clock(chunk.part, value)
            }
            Part::Second | Part::ZeroSecond => self.read_second(chunk, value),
            Part::UpperPm | Part::LowerPm => self.read_pm(chunk.part, value),
            Part::Abbreviation => self.read_abbreviation(value),
            Part::Offset(form) => self.read_offset(form, value),
            Part::Fraction0 { digits, .. } => {
                let (text, rest) = value
                    .split_at_checked(digits + 1)
                    .ok_or(Failure::Mismatch)?;
                self.nanos = fraction(text)?;
                Ok(rest)
            }
            Part::Fraction9 { .. } => self.read_fraction(value),
        }
    }

    fn read_year<'a>(&mut self, part: Part, value: &'a [u8]) -> Result<&'a [u8], Failure> {
        let (century, rest) = number(value, true)?;
        if part == Part::Year {
            self.year = century + if century >= 69 { 1900 } else { 2000 };
            return Ok(rest);
        }
        let (years, rest) = number(rest, true)?;
        self.year = century * 100 + years;
        Ok(rest)
    }

    fn read_month<'a>(&mut self, part: Part, value: &'a [u8]) -> Result<&'a [u8], Failure> {
        let (month, rest) = match part {
            Part::Month => name(value, &MONTHS, Some(3)).map(|(index, rest)| (index + 1, rest))?,
            Part::LongMonth => name(value, &MONTHS, None).map(|(index, rest)| (index + 1, rest))?,
            _ => number(value, part == Part::ZeroMonth)?,
        };
        self.month = Some(within(month, 1..=12, "month")?);
        Ok(rest)
    }

    fn read_day<'a>(&mut self, part: Part, mut value: &'a [u8]) -> Result<&'a [u8], Failure> {
        let spaces = match part {
            Part::UnderDay => 1,
            Part::UnderYearDay => 2,
            _ => 0,
        };
        for _ in 0..spaces {
            value = value.strip_prefix(b" ").unwrap_or(value);
        }
        if matches!(part, Part::UnderYearDay | Part::ZeroYearDay) {
            let (day, rest) = number3(value, part == Part::ZeroYearDay)?;
            self.year_day = Some(day);
            return Ok(rest);
        }
        let (day, rest) = number(value, part == Part::ZeroDay)?;
        self.day = Some(day);
        Ok(rest)
    }

    fn read_clock<'a>(&mut self, part: Part, value: &'a [u8]) -> Result<&'a [u8], Failure> {
        let fixed = matches!(part, Part::ZeroHour12 | Part::ZeroMinute);
        let (found, rest) = number(value, fixed)?;
        match part {
            Part::Hour => self.hour = within(found, 0..=23, "hour")?,
            Part::Hour12 | Part::ZeroHour12 => self.hour = within(found, 0..=12, "hour")?,
            _ => self.minute = within(found, 0..=59, "minute")?,
        }
        Ok(rest)
    }

    /// A fraction may follow the seconds even when the layout has none.
    fn read_second<'a>(&mut self, chunk: &Chunk<'_>, value: &'a [u8]) -> Result<&'a [u8], Failure> {
        let (second, rest) = number(value, chunk.part == Part::ZeroSecond)?;
        self.second = within(second, 0..=59, "second")?;
        let next = next_chunk(chunk.suffix).map(|next| next.part);
        if matches!(next, Some(Part::Fraction0 { .. } | Part::Fraction9 { .. })) {
            return Ok(rest);
        }
        self.read_fraction(rest)
    }

    fn read_fraction<'a>(&mut self, value: &'a [u8]) -> Result<&'a [u8], Failure> {
        let Some(length) = fraction_length(value) else {
            return Ok(value);
        };
        let (text, rest) = value.split_at(length);
        self.nanos = fraction(text)?;
        Ok(rest)
    }

    fn read_pm<'a>(&mut self, part: Part, value: &'a [u8]) -> Result<&'a [u8], Failure> {
        let (text, rest) = value.split_at_checked(2).ok_or(Failure::Mismatch)?;
        self.pm = Some(match (part, text) {
            (Part::UpperPm, b"PM") | (Part::LowerPm, b"pm") => true,
            (Part::UpperPm, b"AM") | (Part::LowerPm, b"am") => false,
            _ => return Err(Failure::Mismatch),
        });
        Ok(rest)
    }

    fn read_abbreviation<'a>(&mut self, value: &'a [u8]) -> Result<&'a [u8], Failure> {
        if let Some(rest) = value.strip_prefix(b"UTC") {
            self.utc = true;
            return Ok(rest);
        }
        let length = abbreviation_length(value).ok_or(Failure::Mismatch)?;
        let (name, rest) = value.split_at(length);
        self.zone_name = name.to_vec();
        Ok(rest)
    }

    fn read_offset<'a>(&mut self, form: Offset, value: &'a [u8]) -> Result<&'a [u8], Failure> {
        if let Some(rest) = value.strip_prefix(b"Z").filter(|_| form.iso) {
            self.utc = true;
            return Ok(rest);
        }
        let (sign, mut rest) = value.split_first().ok_or(Failure::Mismatch)?;
        let mut parts = [0; 3];
        let count = 1 + usize::from(form.minutes) + usize::from(form.seconds);
        for (index, part) in parts.iter_mut().take(count).enumerate() {
            if index > 0 && form.colon {
                rest = rest.strip_prefix(b":").ok_or(Failure::Mismatch)?;
            }
            (*part, rest) = number(rest, true)?;
        }
        let [hours, minutes, seconds] = parts;
        // Some people write offsets of 24 hours, or 60 minutes or seconds; Go lets them.
        within(hours, 0..=24, "time zone offset hour")?;
        within(minutes, 0..=60, "time zone offset minute")?;
        within(seconds, 0..=60, "time zone offset second")?;
        let offset = (hours * 60 + minutes) * 60 + seconds;
        self.offset = Some(match sign {
            b'+' => offset,
            b'-' => -offset,
            _ => return Err(Failure::Mismatch),
        });
        Ok(rest)
    }

    fn finish(mut self) -> Result<Instant, &'static str> {
        self.hour += match self.pm {
            Some(true) if self.hour < 12 => 12,
            Some(false) if self.hour == 12 => -12,
            _ => 0,
        };
        let (month, day) = self.date()?;
        if day < 1 || day > days_in(month, self.year) {
            return Err("day out of range");
        }
        let date = [self.year, month, day];
        let clock = [self.hour, self.minute, self.second];
        let zone = self.zone();
        if self.offset.is_none() {
            // An abbreviation alone is attached to the time of UTC, even `GMT+3`.
            return Ok(Instant::from_civil(date, clock, self.nanos, Zone::Utc).in_zone(zone));
        }
        Ok(Instant::from_civil(date, clock, self.nanos, zone))
    }

    fn date(&self) -> Result<(i64, i64), &'static str> {
        let Some(year_day) = self.year_day else {
            return Ok((self.month.unwrap_or(1), self.day.unwrap_or(1)));
        };
        if year_day < 1 || year_day > 365 + i64::from(is_leap(self.year)) {
            return Err("day-of-year out of range");
        }
        let (mut month, mut day) = (1, year_day);
        while day > days_in(month, self.year) {
            day -= days_in(month, self.year);
            month += 1;
        }
        if self.month.is_some_and(|given| given != month) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|given| given != day) {
            return Err("day-of-year does not match day");
        }
        Ok((month, day))
    }

    /// An abbreviation alone says nothing of the offset, except `GMT+3`.
    fn zone(&self) -> Zone {
        let name = String::from_utf8_lossy(&self.zone_name).into_owned();
        if self.utc {
            return Zone::Utc;
        }
        match self.offset {
            Some(0) if name.is_empty() => Zone::Utc,
            Some(offset) => Zone::Fixed { name, offset },
            None if name.is_empty() => Zone::Utc,
            None => {
                let hours = name
                    .strip_prefix("GMT")
                    .and_then(|hours| hours.parse().ok());
                Zone::Fixed {
                    offset: hours.unwrap_or(0) * 3600,
                    name,
                }
            }
        }
    }
}

/// Three or four capital letters, some special names, `GMT+3` or `+03`.
fn abbreviation_length(value: &[u8]) -> Option<usize> {
    if value.len() < 3 {
        return None;
    }
    if value.starts_with(b"ChST") || value.starts_with(b"MeST") {
        return Some(4);
    }
    if value.starts_with(b"GMT") {
        return Some(3 + signed_hours(value.get(3..).unwrap_or_default()));
    }
    if matches!(value.first(), Some(b'+' | b'-')) {
        return Some(signed_hours(value)).filter(|length| *length > 0);
    }
    let capitals = value
        .iter()
        .take(6)
        .take_while(|byte| byte.is_ascii_uppercase())
        .count();
    let ends_in_t = |length: usize| value.get(length - 1) == Some(&b'T');
    match capitals {
        3 => Some(3),
        4 if ends_in_t(4) || value.starts_with(b"WITA") => Some(4),
        5 if ends_in_t(5) => Some(5),
        _ => None,
    }
}

/// The length of a sign and an hour up to 23, or 0.
fn signed_hours(value: &[u8]) -> usize {
    let Some((b'+' | b'-', digits)) = value.split_first() else {
        return 0;
    };
    let length = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let hours = digits.get(..length).unwrap_or_default().iter();
    let hours = hours.fold(0u64, |sum, digit| {
        sum.saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'))
    });
    if length == 0 || hours > 23 {
        0
    } else {
        length + 1
    }
}
