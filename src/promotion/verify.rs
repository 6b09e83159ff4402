//! Whether a promotion would bring an error that was not there before.

use std::sync::Arc;

use envlint_yaml::Path;

use super::plan::{Action, Plan};
use super::refusal::{Reason, Refusal};
use crate::masking::{Name, Text, text};
use crate::rules::Finding;
use crate::source::{Severity, Source};
use crate::values::{Pattern, Tree};
use crate::workspace::Environment;

/// What a check finds in all environments of an app, and in the target alone.
///
/// Among all of them, what another environment has already hides that the target gets it, too: a rule says once what
/// several deployments have. By itself, the target cannot be compared with the environment before it.
#[derive(Debug)]
pub(super) struct Findings {
    /// In all environments
    pub all: Vec<Finding>,
    /// In the target, looked at without the others
    pub alone: Vec<Finding>,
}

/// The new errors in the target: those that it has by itself, then those that come of the comparison with others.
pub(super) fn refusals(
    before: &Findings,
    after: &Findings,
    to: &Environment,
    promoted: &Source,
) -> Vec<Refusal> {
    let alone = new_errors(&before.alone, &after.alone);
    let is_said = |finding: &&Finding| !alone.iter().any(|said| is_at_one_place(said, finding));
    let others = new_errors(&before.all, &after.all);
    let others = others.into_iter().filter(is_said);
    let alone = alone.iter().map(|finding| (*finding, Some(&to.name)));
    let others = others.map(|finding| (finding, finding.environment.as_ref()));
    let all = alone.chain(others);
    all.map(|(finding, environment)| {
        let mut refusal = refusal(finding, environment);
        // The new text is nowhere yet; a template is.
        let location = Some(&finding.location).filter(|at| at.source.path != promoted.path);
        refusal.location = location.cloned();
        refusal
    })
    .collect()
}

fn is_at_one_place(left: &Finding, right: &Finding) -> bool {
    let place = |finding: &Finding| {
        let location = &finding.location;
        (location.source.path.clone(), location.span.start)
    };
    let is_same_path = left.path.is_some() && left.path == right.path;
    left.rule == right.rule && (is_same_path || place(left) == place(right))
}

/// The errors of `after`, and what makes a chart fail, that have no counterpart in `before`.
///
/// Findings are compared by what they are about, never by their line: a promotion moves lines. Drift is about all
/// environments at once, so its environment and wording change from promotion to promotion: a path that drifted before may
/// still drift after it.
fn new_errors<'f>(before: &[Finding], after: &'f [Finding]) -> Vec<&'f Finding> {
    after
        .iter()
        .filter(|finding| finding.severity == Severity::Error || finding.rule == BREAKS)
        .filter(|finding| !before.iter().any(|known| is_same(known, finding)))
        .collect()
}

/// What breaks a deployment is no mere warning when it is the promotion that brings it.
const BREAKS: &str = "chart/does-not-render";

fn is_same(known: &Finding, finding: &Finding) -> bool {
    if known.rule != finding.rule {
        return false;
    }
    if known.rule.starts_with("drift/") {
        return match (&known.path, &finding.path) {
            (Some(known), Some(path)) => known.contains(path) || path.contains(known),
            (None, None) => true,
            _ => false,
        };
    }
    if known.environment != finding.environment {
        return false;
    }
    if !known.paths.is_empty() && !finding.paths.is_empty() {
        let mut paths = finding.paths.iter();
        return paths.all(|path| known.paths.iter().any(|outer| outer.contains(path)));
    }
    known.path == finding.path && known.message == finding.message
}

fn refusal(finding: &Finding, environment: Option<&Arc<str>>) -> Refusal {
    let environment = match environment {
        Some(environment) => text!(" in {}", Name(environment)),
        None => Text::new(),
    };
    let mut refusal = Refusal::because(
        Reason::Finding(finding.rule),
        text!(
            "the result would have a new error{}: {}",
            environment,
            finding.message
        ),
    );
    refusal.path = finding.path.clone();
    refusal.suggestion = finding.suggestion.clone();
    refusal.help = finding.help.clone();
    match refusal.advice() {
        Some(_) => refusal,
        None => refusal.help(text!(
            "run `envlint explain {}` for the way out",
            finding.rule
        )),
    }
}

/// The rules that find secrets written out in a values file.
const PLAIN_SECRETS: [&str; 2] = ["secrets/plaintext", "secrets/default-password"];

/// The secrets that a promotion would copy into the target, whether or not the target has one there already: a secret
/// belongs to its environment, so it is never copied without a person seeing it.
pub(super) fn copied_secrets(
    from: &Environment,
    to: &Environment,
    plan: &Plan<'_>,
    promoted: &Arc<Source>,
    after: &[Finding],
) -> Vec<Refusal> {
    // The table of two files may address an item otherwise than the walk through one file that found the secret.
    let holds = |outer: &Path, inner: &Path| {
        Pattern::from(outer).covers_in(inner, Tree::of(promoted).into_iter())
    };
    let arrives = |path: &Path| {
        let mut arriving = plan
            .changes
            .iter()
            .filter(|change| change.after.is_some() && change.action != Action::Reorder);
        arriving.any(|change| holds(&change.path, path) || holds(path, &change.path))
    };
    after
        .iter()
        .filter(|finding| PLAIN_SECRETS.contains(&finding.rule))
        .filter(|finding| finding.environment.as_ref() == Some(&to.name))
        .filter_map(|finding| finding.path.as_ref().filter(|path| arrives(path)))
        .map(|path| {
            Refusal::because(
                Reason::Secret,
                text!("`{}` holds a secret in {}, and a promotion would copy it to {}", path, Name(&from.name), Name(&to.name)),
            )
            .at(path.clone())
            .help("move it out of the values file: list it under `secrets:` in envlint.yaml, and let each environment's backend provide its own")
        })
        .collect()
}

/// Whether a refusal says again what another one already says of its path.
pub(super) fn is_repeated(refusal: &Refusal, others: &[Refusal]) -> bool {
    let same_path = |path: &Path| others.iter().any(|other| other.path.as_ref() == Some(path));
    refusal
        .rule()
        .is_some_and(|rule| rule.starts_with("secrets/"))
        && refusal.path.as_ref().is_some_and(same_path)
}
