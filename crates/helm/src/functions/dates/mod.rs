//! The functions about times and durations.

mod table;
mod units;

pub(super) use table::TABLE;
pub(super) use units::TABLE as UNITS;
