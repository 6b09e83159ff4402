//! Whether a promotion would bring an error that was not there before.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use envlint_yaml::Path;

use super::plan::{Action, Plan};
use super::refusal::{Reason, Refusal};
use crate::masking::{Name, Text, text};
use crate::rules::Finding;
use crate::source::{Severity, Source};
use crate::values::{PathSet, Tree, by_places};
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

impl Findings {
    /// Whether the chart does not render in the target, where that is no matter of values that only a deployment gives.
    pub(super) fn breaks(&self) -> bool {
        let mut all = self.all.iter();
        all.any(|finding| finding.rule == BREAKS && finding.severity > Severity::Info)
    }

    /// Whether anything of it refuses a promotion that brings it.
    pub(super) fn refuses(&self) -> bool {
        self.all.iter().chain(&self.alone).any(refuses)
    }
}

/// Whether a finding refuses the promotion that brings it: an error, and what makes a chart fail.
fn refuses(finding: &Finding) -> bool {
    finding.severity == Severity::Error || finding.rule == BREAKS
}

/// The new errors in the target: those that it has by itself, then those that come of the comparison with others.
pub(super) fn refusals(
    before: &Findings,
    after: &Findings,
    to: &Environment,
    promoted: &Source,
) -> Vec<Refusal> {
    let alone = new_errors(&before.alone, &after.alone);
    let known: HashSet<Place<'_>> = alone.iter().flat_map(|finding| places(finding)).collect();
    let is_said = |finding: &&Finding| !places(finding).any(|place| known.contains(&place));
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

/// What a finding of a rule is about: its path, or where it stands. Two that share either say the same.
#[derive(PartialEq, Eq, Hash)]
enum Place<'f> {
    Path(&'static str, &'f Path),
    Byte(&'static str, &'f str, usize),
}

fn places(finding: &Finding) -> impl Iterator<Item = Place<'_>> {
    let location = &finding.location;
    let path = finding.path.as_ref();
    let path = path.map(|path| Place::Path(finding.rule, path));
    let byte = Place::Byte(finding.rule, &location.source.path, location.span.start);
    path.into_iter().chain([byte])
}

/// The errors of `after`, and what makes a chart fail, that have no counterpart in `before`.
///
/// Findings are compared by what they are about, never by their line: a promotion moves lines. Drift is about all
/// environments at once, so its environment and wording change from promotion to promotion: a path that drifted before may
/// still drift after it.
fn new_errors<'f>(before: &[Finding], after: &'f [Finding]) -> Vec<&'f Finding> {
    let known = Known::of(before);
    after
        .iter()
        .filter(|finding| refuses(finding))
        .filter(|finding| !known.has(finding))
        .collect()
}

/// What breaks a deployment is no mere warning when it is the promotion that brings it.
const BREAKS: &str = "chart/does-not-render";

/// A rule, and the environment that a finding of it is about.
type Kind<'f> = (&'static str, Option<&'f str>);

/// The findings of a file before a promotion, asked for each of the file after it.
#[derive(Default)]
struct Known<'f> {
    /// Of drift, by rule: the paths, and whether one has none.
    drift: HashMap<&'static str, (PathSet, bool)>,
    /// Of the others: what they say of a path.
    single: HashSet<(Kind<'f>, Option<&'f Path>, &'f Text)>,
    /// The same of those that are about several paths.
    several: HashSet<(Kind<'f>, Option<&'f Path>, &'f Text)>,
    /// The paths of these.
    groups: HashMap<Kind<'f>, Vec<PathSet>>,
}

impl<'f> Known<'f> {
    fn of(findings: &'f [Finding]) -> Known<'f> {
        let mut known = Known::default();
        for finding in findings {
            if is_drift(finding) {
                let (paths, is_without) = known.drift.entry(finding.rule).or_default();
                match &finding.path {
                    Some(path) => _ = paths.insert(path.clone()),
                    None => *is_without = true,
                }
            } else if finding.paths.is_empty() {
                known.single.insert(said(finding));
            } else {
                known.several.insert(said(finding));
                let groups = known.groups.entry(kind(finding)).or_default();
                groups.push(finding.paths.iter().cloned().collect());
            }
        }
        known
    }

    fn has(&self, finding: &Finding) -> bool {
        if is_drift(finding) {
            let known = self.drift.get(finding.rule);
            return known.is_some_and(|(paths, is_without)| match &finding.path {
                Some(path) => paths.touches(path),
                None => *is_without,
            });
        }
        let is_single = self.single.contains(&said(finding));
        is_single
            || match finding.paths.is_empty() {
                true => self.several.contains(&said(finding)),
                false => {
                    let holds_all =
                        |group: &PathSet| finding.paths.iter().all(|path| group.covers(path));
                    let groups = self.groups.get(&kind(finding));
                    groups.is_some_and(|groups| groups.iter().any(holds_all))
                }
            }
    }
}

fn kind(finding: &Finding) -> Kind<'_> {
    (finding.rule, finding.environment.as_deref())
}

fn said(finding: &Finding) -> (Kind<'_>, Option<&Path>, &Text) {
    (kind(finding), finding.path.as_ref(), &finding.message)
}

fn is_drift(finding: &Finding) -> bool {
    finding.rule.starts_with("drift/")
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
    let arrives = arriving(plan, promoted);
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
            .help("move it out of the values file: list it under `secrets:` in envlint.yaml, and let each environment's backend provide its own; a comment that suppresses the finding is not copied, so list what is public under `ignore:` of the rule in envlint.yaml")
        })
        .collect()
}

/// The secrets that arrive in the target though no finding says so there, because the configuration or the target's own
/// comment suppresses it.
pub(super) fn unsaid_secrets(
    plan: &Plan<'_>,
    promoted: &Arc<Source>,
    after: &[Finding],
) -> Vec<Path> {
    let arrives = arriving(plan, promoted);
    let said = after
        .iter()
        .filter(|finding| PLAIN_SECRETS.contains(&finding.rule));
    let said: HashSet<&Path> = said.filter_map(|finding| finding.path.as_ref()).collect();
    let sensitive = promoted.sensitive().iter();
    let unsaid = sensitive.filter(|sensitive| {
        sensitive.lets_somebody_in() && !said.contains(&sensitive.path) && arrives(&sensitive.path)
    });
    let mut paths: Vec<Path> = unsaid.map(|sensitive| sensitive.path.clone()).collect();
    paths.dedup();
    paths
}

/// Which paths of the new file a plan brings.
fn arriving<'p>(plan: &Plan<'_>, promoted: &'p Arc<Source>) -> impl Fn(&Path) -> bool + 'p {
    let arriving = plan
        .changes
        .iter()
        .filter(|change| change.after.is_some() && change.action != Action::Reorder)
        .map(|change| change.path.clone());
    let arriving: PathSet = arriving.collect();
    // The table of two files may address an item otherwise than the walk through one file that found the secret.
    let tree = Tree::of(promoted);
    let placed = tree.map(|tree| {
        let places = arriving.by_places(&tree);
        (tree, places)
    });
    move |path| {
        arriving.touches(path)
            || placed
                .as_ref()
                .is_some_and(|(tree, arriving)| arriving.touches(&by_places(path, tree)))
    }
}

/// Takes out what says again of its path what another refusal already says.
pub(super) fn without_repeats(refusals: impl Iterator<Item = Refusal>) -> Vec<Refusal> {
    let mut said: HashSet<Path> = HashSet::new();
    let is_new = |refusal: &Refusal| {
        let is_repeatable = refusal
            .rule()
            .is_some_and(|rule| rule.starts_with("secrets/"));
        let path = refusal.path.as_ref();
        let is_new = path.is_none_or(|path| said.insert(path.clone()));
        is_new || !is_repeatable
    };
    refusals.filter(is_new).collect()
}
