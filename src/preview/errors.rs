//! What a check finds in a preview: objects that the API server refuses, and what the rules and the team's own policies find
//! no error in the source environment.

use std::collections::HashSet;

use envlint_yaml::Path;

use super::plan::Request;
use crate::check::Checker;
use crate::masking::{Name, text};
use crate::rules::Finding;
use crate::source::{Problem, Severity};
use crate::workspace::{App, AppFiles};

/// What the rules begin with that tell what the API server refuses: it does so whoever has it, too.
const REFUSED_BY_API: &str = "api/";

/// Rules about what the configuration says of environments by their names: a preview has a name of its own every time.
const OF_NAMED_ENVIRONMENTS: [&str; 3] =
    ["drift/", "objects/missing-label", "objects/name-pattern"];

/// The errors that keep an app from being deployed: those of its preview, `files`, which the source environment, `source`,
/// does not have, and all objects that the API server refuses.
pub(super) fn problems(
    request: &Request<'_>,
    checker: &Checker<'_>,
    (app, source): (&App, &AppFiles),
    (preview, files): (&App, &AppFiles),
) -> Vec<Problem> {
    let errors = |app: &App, files: &AppFiles| {
        let mut findings = checker.findings_of(app, files);
        findings.retain(|finding| finding.severity == Severity::Error && !is_of_named(finding));
        findings
    };
    let found = errors(preview, files);
    if found.is_empty() {
        return Vec::new();
    }
    let known = errors(app, source);
    let known: HashSet<(&str, Option<&Path>)> = known.iter().map(place).collect();
    let is_new = |finding: &&Finding| {
        finding.rule.starts_with(REFUSED_BY_API) || !known.contains(&place(finding))
    };
    let made: Vec<&str> = files.values.iter().map(|file| file.path.as_str()).collect();
    found
        .iter()
        .filter(is_new)
        .map(|finding| problem(request, app, finding, &made))
        .collect()
}

fn is_of_named(finding: &Finding) -> bool {
    let mut rules = OF_NAMED_ENVIRONMENTS.iter();
    rules.any(|rule| finding.rule.starts_with(rule))
}

/// What two findings of one mistake have in common: their messages name their environments.
fn place(finding: &Finding) -> (&str, Option<&Path>) {
    (finding.rule, finding.path.as_ref())
}

fn problem(request: &Request<'_>, app: &App, finding: &Finding, made: &[&str]) -> Problem {
    let message = text!(
        "the preview of {} has an error (`{}`): {}",
        Name(&app.name),
        finding.rule,
        finding.message
    );
    // The values of the preview are nowhere yet; a template is.
    let location = &finding.location;
    let problem = match made.contains(&location.source.path.as_str()) {
        true => request.located(None, message),
        false => Problem::located(location.clone(), message),
    };
    problem.help(match finding.advice() {
        Some(advice) => text!("{}; or set another value under `preview.set`", advice),
        None => text!(
            "run `envlint explain {}`, or set another value under `preview.set`",
            finding.rule
        ),
    })
}
