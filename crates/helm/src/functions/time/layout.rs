//! Go's layouts: text in which parts of the reference time `Mon Jan 2 15:04:05 MST 2006` stand for the parts of a time.

/// A part of a layout that stands for a part of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    Abbreviation,
    Offset(Offset),
    /// Exactly so many digits after `.` or `,`
    Fraction0 {
        digits: usize,
        separator: u8,
    },
    /// At most so many digits, without trailing zeros
    Fraction9 {
        digits: usize,
        separator: u8,
    },
}

/// How an offset from UTC is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    /// Zero is `Z`
    pub(super) iso: bool,
    pub(super) colon: bool,
    pub(super) minutes: bool,
    pub(super) seconds: bool,
}

/// A part and the text around it.
pub(super) struct Chunk<'a> {
    pub(super) prefix: &'a [u8],
    /// The text of the part
    pub(super) text: &'a [u8],
    pub(super) part: Part,
    pub(super) suffix: &'a [u8],
}

/// Finds the first part of a layout.
pub(super) fn next_chunk(layout: &[u8]) -> Option<Chunk<'_>> {
    (0..layout.len()).find_map(|at| {
        let (prefix, tail) = layout.split_at_checked(at)?;
        let (skipped, length, part) = part_at(tail)?;
        Some(Chunk {
            prefix: layout.get(..prefix.len() + skipped)?,
            text: tail.get(skipped..skipped + length)?,
            part,
            suffix: tail.get(skipped + length..)?,
        })
    })
}

/// The part that starts here: bytes that are literal after all, bytes of the part, the part.
fn part_at(tail: &[u8]) -> Option<(usize, usize, Part)> {
    let found = |text: &[u8], part: Part| tail.starts_with(text).then_some((0, text.len(), part));
    let lower_follows = |at: usize| tail.get(at).is_some_and(u8::is_ascii_lowercase);
    match tail.first()? {
        b'J' => found(b"January", Part::LongMonth)
            .or_else(|| found(b"Jan", Part::Month).filter(|_| !lower_follows(3))),
        b'M' => found(b"Monday", Part::LongWeekday)
            .or_else(|| found(b"Mon", Part::Weekday).filter(|_| !lower_follows(3)))
            .or_else(|| found(b"MST", Part::Abbreviation)),
        b'0' => zero_part(tail),
        b'1' => found(b"15", Part::Hour).or(Some((0, 1, Part::NumMonth))),
        b'2' => found(b"2006", Part::LongYear).or(Some((0, 1, Part::Day))),
        b'_' if tail.starts_with(b"_2006") => Some((1, 4, Part::LongYear)),
        b'_' => found(b"_2", Part::UnderDay).or_else(|| found(b"__2", Part::UnderYearDay)),
        b'3' => Some((0, 1, Part::Hour12)),
        b'4' => Some((0, 1, Part::Minute)),
        b'5' => Some((0, 1, Part::Second)),
        b'P' => found(b"PM", Part::UpperPm),
        b'p' => found(b"pm", Part::LowerPm),
        b'-' | b'Z' => offset_part(tail),
        b'.' | b',' => fraction_part(tail),
        _ => None,
    }
}

fn zero_part(tail: &[u8]) -> Option<(usize, usize, Part)> {
    let part = match tail.get(1)? {
        b'1' => Part::ZeroMonth,
        b'2' => Part::ZeroDay,
        b'3' => Part::ZeroHour12,
        b'4' => Part::ZeroMinute,
        b'5' => Part::ZeroSecond,
        b'6' => Part::Year,
        b'0' if tail.get(2) == Some(&b'2') => return Some((0, 3, Part::ZeroYearDay)),
        _ => return None,
    };
    Some((0, 2, part))
}

fn offset_part(tail: &[u8]) -> Option<(usize, usize, Part)> {
    let (first, rest) = tail.split_first()?;
    let iso = *first == b'Z';
    let forms: [(&[u8], bool, bool, bool); 5] = [
        (b"070000", false, true, true),
        (b"07:00:00", true, true, true),
        (b"0700", false, true, false),
        (b"07:00", true, true, false),
        (b"07", false, false, false),
    ];
    let (text, colon, minutes, seconds) = forms
        .into_iter()
        .find(|(text, ..)| rest.starts_with(text))?;
    Some((
        0,
        text.len() + 1,
        Part::Offset(Offset {
            iso,
            colon,
            minutes,
            seconds,
        }),
    ))
}

fn fraction_part(tail: &[u8]) -> Option<(usize, usize, Part)> {
    let (separator, rest) = tail.split_first()?;
    let digit = *rest.first().filter(|digit| matches!(digit, b'0' | b'9'))?;
    let digits = rest.iter().take_while(|byte| **byte == digit).count();
    if rest.get(digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let separator = *separator;
    let part = if digit == b'0' {
        Part::Fraction0 { digits, separator }
    } else {
        Part::Fraction9 { digits, separator }
    };
    Some((0, digits + 1, part))
}
