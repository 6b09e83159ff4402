//! One app that fails does not stop the others.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::masking::{Name, text};
use crate::source::Problem;

/// The last line of defence: a defect that a strange file brings out is reported with the app's name, and the other
/// apps are still worked on.
///
/// # Errors
/// When the work failed.
pub fn guarded<T>(app: &str, work: impl FnOnce() -> T) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        Problem::without_place(text!(
            "app `{}` could not be worked on: envlint failed on one of its files",
            Name(&app)
        ))
        .help("this is a defect of envlint; please report it with the app's values files")
    })
}
