//! What one evaluation knows beside its data, and what it finds out. Functions reach it through the thread that they run on:
//! the engine hands them Helm's session, which knows nothing of repositories.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::tree::Place;

thread_local! {
    static RUN: RefCell<Run> = RefCell::default();
}

/// One evaluation.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// What a comparison with something that is not known gives.
    pub assumed: bool,
    /// What was compared with something, and is not known.
    pub compared: BTreeSet<String>,
    /// What is not known, and is off where nobody sets it: `env "DEBUG" | default "false"`.
    pub switches: BTreeSet<String>,
    /// What was asked for and is not known, in the words of the template: `exec "sops"`.
    pub asked: BTreeSet<String>,
    /// Where the template stands, if it may read files.
    pub place: Option<Place>,
}

impl Run {
    /// Begins an evaluation on this thread.
    pub(super) fn begin(run: Run) {
        RUN.set(run);
    }

    /// Ends it: what it found out.
    pub(super) fn end() -> Run {
        RUN.take()
    }

    /// Looks at the evaluation, or notes something.
    pub(super) fn with<T>(look: impl FnOnce(&mut Run) -> T) -> T {
        RUN.with_borrow_mut(look)
    }

    /// What a question gives whose answer depends on something that is not known.
    pub(super) fn assume(open: impl IntoIterator<Item = String>) -> bool {
        Run::with(|run| {
            run.compared.extend(open);
            run.assumed
        })
    }

    /// Notes that a template asks for something that is not known.
    pub(super) fn ask(function: &str, what: &str) {
        Run::with(|run| {
            let words = match what {
                "" => format!("`{function}`"),
                what => format!("`{function} \"{what}\"`"),
            };
            run.asked.insert(words);
        });
    }
}
