//! Go's time package as far as templates reach it: layouts, zones, durations, `time.Time` and its methods.
//!
//! The local zone is always UTC: a chart renders the same on every machine, and no template reads the environment.

mod civil;
mod duration;
mod format;
mod layout;
mod object;
mod parse;
mod table;
mod units;
mod zone;

pub(crate) use civil::Instant;
pub(crate) use object::{Month, Time, Weekday};
pub(super) use table::TABLE;
pub(super) use units::TABLE as UNITS;
pub(crate) use zone::Zone;

/// Quotes text the way Go's time package does in its errors.
fn quote(text: &[u8]) -> String {
    let mut out = String::from("\"");
    for &byte in text {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}
