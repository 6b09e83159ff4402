//! Values that are written out where production is deployed: `--set` of a command, parameters of Argo CD, `set` of helmfile
//! and of Terraform. They are judged as values of a file are.

use std::sync::Arc;

use envlint_yaml::Path;

use crate::masking::{Name, Text, is_secret_key, text};
use crate::rules::{AppContext, Reporter};
use crate::source::{Confidence, Location, Severity};
use crate::workspace::{Deployment, Tier};

/// One such value.
pub(super) struct GivenValue<'c> {
    /// The last key of its path.
    pub(super) name: &'c str,
    /// The value.
    pub(super) text: &'c str,
    /// The environment.
    pub(super) environment: &'c Arc<str>,
    /// What the environments outside of production are given in its place.
    pub(super) elsewhere: Vec<(&'c Deployment, &'c str)>,
    path: &'c str,
    place: &'c Location,
}

/// What a rule says of one. The environments are named between the two parts of the sentence.
pub(super) struct Verdict {
    /// Behind the path: what is wrong.
    pub(super) wrong: Text,
    /// The rest of the sentence.
    pub(super) rest: Text,
    /// The way out.
    pub(super) help: Text,
    /// How bad it is at most.
    pub(super) severity: Severity,
    /// How sure it is.
    pub(super) confidence: Confidence,
}

/// The values that production is given, and that the chart may read. Left out are labels and annotations, and secrets, which
/// other rules are about.
pub(super) fn given<'c>(cx: &'c AppContext<'_>) -> Vec<GivenValue<'c>> {
    let is_production = |known: &Deployment| known.environment.tier == Tier::Production;
    let deployments = || cx.app.deployments.iter().zip(cx.given());
    let mut found = Vec::new();
    for (deployment, all) in deployments().filter(|(known, _)| is_production(known)) {
        for given in all {
            let mut patterns = deployment.given.iter();
            let pattern = patterns.find(|pattern| pattern.to_string() == given.path);
            let path = pattern.and_then(|pattern| pattern.as_path());
            let name = given.path.rsplit('.').next().unwrap_or_default();
            let counts = path.as_ref().is_some_and(|path| {
                cx.may_read(path) && !is_metadata(path) && !is_secret_key(name)
            });
            if !counts {
                continue;
            }
            let others = deployments().filter(|(known, _)| !is_production(known));
            let same = others.flat_map(|(other, all)| {
                let same = all.iter().filter(|other| other.path == given.path);
                same.map(move |given| (other, given.text.as_str()))
            });
            found.push(GivenValue {
                name,
                text: &given.text,
                environment: &deployment.environment.name,
                elsewhere: same.collect(),
                path: &given.path,
                place: &given.place,
            });
        }
    }
    found
}

fn is_metadata(path: &Path) -> bool {
    let text = path.to_string().to_ascii_lowercase();
    let mut keys = text.split('.');
    keys.any(|key| key.ends_with("labels") || key.ends_with("annotations"))
}

/// Says of each value what a rule says of it.
pub(super) fn check_given(
    cx: &AppContext<'_>,
    out: &mut Reporter<'_>,
    judge: &dyn Fn(&GivenValue<'_>) -> Option<Verdict>,
) {
    for value in given(cx) {
        let Some(verdict) = judge(&value) else {
            continue;
        };
        let subject = text!("`{}`", Name(value.path));
        let file = value.place.source.path.clone();
        let finding = out.finding(value.place.clone(), text!("{} {}", subject, verdict.wrong));
        let finding = finding
            .environment(value.environment)
            .help(verdict.help)
            .confidence(verdict.confidence)
            .once_of(file, verdict.wrong, subject)
            .ending(verdict.rest);
        out.push(out.lower_severity(verdict.severity, finding));
    }
}
