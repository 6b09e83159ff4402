//! The work on all apps, side by side. One app that fails does not stop the others, and large ones do not fill the memory
//! together.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use super::{App, Workspace};
use crate::masking::{Name, text};
use crate::source::Problem;

/// How many bytes of values the apps may have that are in memory at the same time. Read, laid over each other and rendered,
/// they take up to a hundred times that.
const TOGETHER: u64 = 4 << 20;

/// Does something with each of these apps, and gives the answers in their order. A crash that a strange file causes is an
/// answer, too: `failed` makes it of a problem with the app's name. `done` is the word for what the others were: "checked".
pub fn each_app<'a, T: Send>(
    workspace: &Workspace,
    apps: &[&'a App],
    done: &'static str,
    work: impl Fn(&'a App) -> T + Sync,
    failed: impl Fn(Problem) -> T + Sync,
) -> Vec<T> {
    let weights: Vec<u64> = apps.par_iter().map(|app| app.bytes(workspace)).collect();
    let mut answers = Vec::with_capacity(apps.len());
    let mut rest = apps;
    for length in batches(&weights) {
        let (batch, others) = rest.split_at(length.min(rest.len()));
        let answer = |app: &&'a App| guarded(&app.name, done, || work(app)).unwrap_or_else(&failed);
        answers.par_extend(batch.par_iter().map(answer));
        rest = others;
    }
    answers
}

/// How many apps are done at the same time, batch by batch.
fn batches(weights: &[u64]) -> Vec<usize> {
    let mut batches = Vec::new();
    let mut room = 0;
    for weight in weights {
        match (batches.last_mut(), *weight <= room) {
            (Some(length), true) => *length += 1,
            _ => {
                batches.push(1);
                room = TOGETHER;
            }
        }
        room = room.saturating_sub(*weight);
    }
    batches
}

/// The last line of defence: a crash that a strange file causes is reported with the app's name.
fn guarded<T>(app: &str, done: &'static str, work: impl FnOnce() -> T) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        Problem::without_place(text!(
            "envlint crashed on app `{}`; the other apps were {}",
            Name(&app),
            done
        ))
        .help("this is a bug in envlint: please report it, with the app's values files if you can share them")
    })
}

#[cfg(test)]
mod tests {
    use super::{TOGETHER, batches};

    #[test]
    fn small_apps_are_done_together_and_a_large_one_alone() {
        assert_eq!(batches(&[1, 2, 3]), [3]);
        assert_eq!(
            batches(&[1, TOGETHER * 9, 1, 1, TOGETHER, TOGETHER - 1, 1]),
            [1, 1, 2, 1, 2]
        );
        assert!(batches(&[]).is_empty());
    }
}
