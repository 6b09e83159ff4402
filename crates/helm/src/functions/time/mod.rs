//! Go's time package as far as templates reach it: layouts, zones, durations, `time.Time` and its methods.
//!
//! The local zone is always UTC: a chart renders the same on every machine, and no template reads the environment.

mod civil;
mod duration;
mod encode;
mod format;
mod layout;
mod object;
mod parse;
mod quote;
mod zone;

pub(crate) use civil::Instant;
pub(crate) use duration::{Duration, HOUR, MINUTE, SECOND};
pub(crate) use object::{Month, TIME, Time, Weekday};
pub(crate) use parse::parse;
pub(crate) use zone::Zone;
