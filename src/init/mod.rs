//! `envlint init`: a first configuration, from what the repository says it deploys and from the values as they are today.
//!
//! [`entries`] puts the apps into the form of the configuration, [`observe`] looks at every path of every app, [`infer`]
//! decides which of the paths that differ belong to the environment, [`text`] writes it down for a person to read and
//! correct, and [`verify`] holds the result against the workspace: what makes a check worse is not written.

mod entries;
mod generalise;
mod hed;
mod infer;
mod kinds;
mod observe;
mod suggest;
mod text;
mod verify;

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::resolve::resolve;
use crate::source::Problem;
use crate::workspace::{App, Charts, Workspace, each_app};

pub use entries::Obstacle;
pub use hed::{Conversion, convert};
pub use infer::{Declaration, Expected, Kept};
pub use observe::Defect;
pub use suggest::{Suggestion, Suggestions, suggest};

use entries::Entries;
use infer::Inferred;
use observe::{Observation, Seen};
use verify::{Before, Candidate, Verdict};

/// A configuration that has not been written yet.
#[derive(Debug)]
pub struct Draft {
    /// The text of `envlint.yaml`.
    pub text: String,
    /// Whether it lists the apps; else discovery keeps finding them.
    pub is_listed: bool,
    /// The apps of which only the name can be written, and why.
    pub left: Vec<(String, Obstacle)>,
    /// How many paths and patterns are declared, for all apps and for single ones.
    pub declared: usize,
    /// How many versions differ until they are promoted.
    pub travelling: usize,
    /// What is not declared, defects first.
    pub kept: Vec<Kept>,
    /// Why some apps could not be looked at.
    pub problems: Vec<Problem>,
}

/// An app, and all of its paths.
type Observed = (Arc<str>, Vec<Arc<Observation>>);

/// What of a workspace is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// One entry for apps that have one form.
    Joined,
    /// An entry for each app.
    Single,
    /// The environments; discovery keeps finding the apps.
    Environments,
    /// Only what may differ.
    Paths,
    /// Nothing: what is written makes the check worse, whatever it is.
    Comments,
}

/// How often paths are taken out before another form is tried.
const ROUNDS: usize = 5;

/// On so many apps a configuration is tried first: what is wrong for one app is mostly wrong for many.
const SAMPLE: usize = 100;

/// Drafts the configuration of a workspace.
pub fn draft(workspace: &Workspace) -> Draft {
    let (apps, problems) = observe(workspace);
    let all: Vec<&App> = workspace.apps.iter().collect();
    let every = all.len().div_ceil(SAMPLE).max(1);
    let some: Vec<&App> = all.iter().copied().step_by(every).collect();
    let before_some = Before::of(workspace, &some);
    let before = OnceCell::new();
    let before = || before.get_or_init(|| Before::of(workspace, &all));
    let verify = |text: &str| {
        let Some(candidate) = Candidate::read(workspace, text) else {
            return Verdict::Other;
        };
        let verdict = candidate.verdict(&before_some, &some);
        match verdict {
            Verdict::Good | Verdict::Other if some.len() < all.len() => {
                candidate.verdict(before(), &all)
            }
            verdict => verdict,
        }
    };
    let entries = Entries::of(workspace);
    let left: Vec<(String, Obstacle)> = entries
        .left()
        .map(|(app, obstacle)| (app.to_owned(), obstacle))
        .collect();
    let is_any_told = left.len() < entries.list.len();
    let draft = |form: Form, refused: &BTreeSet<_>, lowered: &BTreeSet<&str>| {
        let is_listed = matches!(form, Form::Joined | Form::Single);
        let inferred = match form {
            Form::Comments => Inferred::default(),
            _ => infer::infer(&apps, is_listed, refused),
        };
        let own = workspace.apps.iter().zip(&inferred.own);
        let owners: HashSet<&str> = own
            .filter(|(_, own)| !own.is_empty())
            .map(|(app, _)| &*app.name)
            .collect();
        let has_own = |name: &str| owners.contains(name);
        let listed = match form {
            Form::Joined => Some(entries.joined(&has_own)),
            Form::Single => Some(entries.clone()),
            _ => None,
        };
        let has_environments = !matches!(form, Form::Paths | Form::Comments);
        Draft {
            text: text::write(
                workspace,
                &inferred,
                lowered,
                listed.as_ref(),
                has_environments,
            ),
            is_listed,
            left: left.clone(),
            declared: inferred.common.len() + inferred.own.iter().map(Vec::len).sum::<usize>(),
            travelling: inferred.travelling.len(),
            kept: inferred.kept,
            problems: Vec::new(),
        }
    };
    let forms = [Form::Joined, Form::Single, Form::Environments, Form::Paths];
    let is_possible = |form: &Form| match form {
        Form::Joined | Form::Single => is_any_told,
        _ => true,
    };
    for form in forms.into_iter().filter(is_possible) {
        let (mut refused, mut lowered) = (BTreeSet::new(), BTreeSet::new());
        for _ in 0..ROUNDS {
            let drafted = draft(form, &refused, &lowered);
            match verify(&drafted.text) {
                Verdict::Good => {
                    return Draft {
                        problems,
                        ..drafted
                    };
                }
                Verdict::Refused(paths) if !paths.is_subset(&refused) => refused.extend(paths),
                Verdict::Louder(rules) if !rules.is_subset(&lowered) => lowered.extend(rules),
                Verdict::Refused(_) | Verdict::Louder(_) | Verdict::Other => break,
            }
        }
    }
    Draft {
        problems,
        ..draft(Form::Comments, &BTreeSet::new(), &BTreeSet::new())
    }
}

/// All paths of all apps, and why some apps could not be read.
fn observe(workspace: &Workspace) -> (Vec<Observed>, Vec<Problem>) {
    let charts = Charts::load(workspace, workspace.apps.iter());
    let known = Seen::default();
    let read = |app: &App| {
        let files = app.load(workspace);
        let resolved = resolve(workspace, app, &files, charts.of(app));
        Ok(known.shared(observe::app(&resolved)))
    };
    let all: Vec<&App> = workspace.apps.iter().collect();
    let observed = each_app(workspace, &all, "read", read, Err);
    let mut problems = Vec::new();
    let apps = workspace.apps.iter().zip(observed).map(|(app, result)| {
        let seen = result.unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        });
        (Arc::clone(&app.name), seen)
    });
    let apps = apps.collect();
    (apps, problems)
}
