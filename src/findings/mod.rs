//! What a check says: findings, how bad they are, where they point, and the comments that excuse them.

mod finding;
mod repair;
mod severity;
mod suggest;
mod suppression;

pub use finding::{Finding, Fix, Location, Note};
pub use repair::repair;
pub use severity::Severity;
pub use suggest::nearest;
pub use suppression::{Suppression, apply as apply_suppressions, suppressions};
