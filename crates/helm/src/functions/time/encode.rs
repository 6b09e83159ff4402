//! Times as bytes (Go: `Time.appendTo`, `appendStrictRFC3339`, `GoString`).

use envlint_gotemplate::fmt::quote;
use envlint_gotemplate::{Error, Value};

use super::civil::{Instant, MONTHS};
use super::zone::Zone;

/// What the method of this name makes of a time, behind the bytes that it is given.
pub(super) fn encode(method: &str, time: &Instant, before: &[u8]) -> Result<Value, Error> {
    let made = match method {
        "GoString" => return Ok(go_string(time).into()),
        "MarshalJSON" => format!("\"{}\"", text(method, time)?).into_bytes(),
        "MarshalText" | "AppendText" => text(method, time)?.into_bytes(),
        _ => binary(time)?,
    };
    Ok(Value::bytes([before, made.as_slice()].concat()))
}

fn text(method: &str, time: &Instant) -> Result<String, Error> {
    if (0..=9999).contains(&time.civil().year) {
        Ok(time.rfc3339())
    } else {
        Err(Error::new(format!(
            "Time.{method}: year outside of range [0,9999]"
        )))
    }
}

/// The version, the seconds since year 1, the nanoseconds, and the minutes to UTC; -1 is UTC itself.
fn binary(time: &Instant) -> Result<Vec<u8>, Error> {
    let seconds = time.seconds.wrapping_sub(Instant::zero().seconds);
    let offset = match &time.zone {
        Zone::Utc => None,
        _ => Some(time.offset()),
    };
    let minutes = match offset.map(|offset| offset / 60) {
        None => Some(-1),
        Some(-1) => None,
        Some(minutes) => i16::try_from(minutes).ok(),
    };
    let minutes =
        minutes.ok_or_else(|| Error::new("Time.MarshalBinary: unexpected zone offset"))?;
    let odd_seconds = offset.map_or(0, |offset| offset % 60);
    let mut bytes = vec![if odd_seconds == 0 { 1 } else { 2 }];
    bytes.extend(seconds.to_be_bytes());
    bytes.extend(time.nanos.to_be_bytes());
    bytes.extend(minutes.to_be_bytes());
    if odd_seconds != 0 {
        bytes.push((odd_seconds as i8).cast_unsigned());
    }
    Ok(bytes)
}

fn go_string(time: &Instant) -> String {
    let civil = time.civil();
    let month = usize::try_from(civil.month - 1)
        .ok()
        .and_then(|at| MONTHS.get(at))
        .copied()
        .unwrap_or_default();
    let zone = match &time.zone {
        Zone::Utc => "time.UTC".to_owned(),
        zone => format!("time.Location({})", quote(zone.name())),
    };
    format!(
        "time.Date({}, time.{month}, {}, {}, {}, {}, {}, {zone})",
        civil.year, civil.day, civil.hour, civil.minute, civil.second, time.nanos
    )
}
