//! One app that fails does not stop the others.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::masking::{Name, text};
use crate::source::Problem;

/// The last line of defence: a crash that a strange file causes is reported with the app's name, and the other apps are
/// still done. `done` is the word for that: "checked".
///
/// # Errors
/// When the work failed.
pub fn guarded<T>(app: &str, done: &'static str, work: impl FnOnce() -> T) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        Problem::without_place(text!(
            "envlint crashed on app `{}`; the other apps were {}",
            Name(&app),
            done
        ))
        .help("this is a bug in envlint: please report it, with the app's values files if you can share them")
    })
}
