//! What one evaluation knows beside its data, and what it finds out. Functions reach it through the thread that they run on:
//! the engine hands them Helm's session, which knows nothing of repositories.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use envlint_gotemplate::Value;

use super::tree::Place;
use crate::evidence::holes::hole;

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
    /// Whether what the data lacks is given by something that is not known.
    pub gives_all: bool,
    /// What was given so.
    pub lacking: BTreeSet<String>,
    /// What was asked for and is not known, in the words of the template: `exec "sops"`.
    pub asked: BTreeSet<String>,
    /// The variables of the process that are taken for known.
    pub variables: Rc<BTreeMap<String, String>>,
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

    /// What looking for something gives that the data lacks: the standard, or a part that is not known.
    pub(super) fn missed(path: &str, standard: Value) -> Value {
        Run::with(|run| match run.gives_all {
            true => {
                run.lacking.insert(path.to_owned());
                hole(path).into()
            }
            false => standard,
        })
    }

    /// Whether a text is one that was given in place of what the data or the process lacks.
    pub(super) fn has_given(text: &str) -> bool {
        Run::with(|run| {
            let mut variables = run.variables.values();
            run.gives_all && run.lacking.iter().any(|path| *text == hole(path))
                || variables.any(|value| value.eq_ignore_ascii_case(text))
        })
    }

    /// What a variable of the process is, where it is taken for known.
    pub(super) fn variable(name: &str) -> Option<String> {
        Run::with(|run| run.variables.get(name).cloned())
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
