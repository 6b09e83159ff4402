//! Values files made of a list and a template: one flat, complete file for each app and environment. A file says by a
//! check sum in its first line that it was generated, so that what a person changed in it is seen.

mod cause;
mod engine;
mod failure;
mod generate;
mod kinds;
mod mark;
mod new_app;
mod origin;
mod template;

pub use cause::point_at_causes;
pub use generate::{Change, Options, Report, generate};
pub use kinds::{KINDS, Kind};
pub use new_app::{NewApp, NewFiles, new_app};
