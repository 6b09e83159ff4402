//! What each environment of an app really has: its effective values, side by side with those of the others, what may
//! differ between them, and the order in which values are promoted.

mod app;
mod classify;
mod environment;
mod inherited;
pub mod order;
mod reading;
mod secrets;
mod transforms;

pub use app::{ResolvedApp, resolve};
pub use classify::{Class, Conflict, Declarations, DeclaredParts, TooWide};
pub use environment::{EnvironmentValues, source_of};
pub use reading::Reading;
pub use secrets::{AppSecrets, Selected};
pub use transforms::{Rewrite, Transforms};
