//! Workflows of CircleCI that run their jobs for one value of a parameter: `when: {equal: [qa, << pipeline.parameters.env >>]}`.
//!
//! <https://circleci.com/docs/guides/orchestrate/pipeline-variables/#conditional-workflows>

use envlint_yaml::{Document, Mapping, Node};

use super::runs::Runs;
use super::variables::{LONGEST, Variables};
use crate::evidence::nodes::{at, items};
use crate::masking::is_secret_key;

/// More workflows are not looked at.
const MOST: usize = 100;

/// The jobs of such workflows: the bytes of each, and what the parameter is there.
pub(super) fn runs(text: &str) -> Runs {
    if !text.contains("workflows:") || !text.contains("equal:") {
        return Runs::new();
    }
    let document = Document::parse(text);
    let Some(root) = document.root() else {
        return Runs::new();
    };
    let mapping = |key: &str| at(root, &[key]).and_then(Node::as_mapping);
    let workflows = mapping("workflows").into_iter().flat_map(Mapping::iter);
    let workflows: Vec<(&Node, Variables)> = workflows
        .take(MOST)
        .filter_map(|(_, workflow)| Some((workflow, parameter(workflow)?)))
        .collect();
    let jobs = mapping("jobs").into_iter().flat_map(Mapping::iter);
    let found = jobs.filter_map(|(name, job)| {
        let runs_it = |workflow: &&(&Node, Variables)| {
            let mut jobs = items(workflow.0, &["jobs"]).iter();
            jobs.any(|job| job.as_str() == Some(name.text()) || at(job, &[name.text()]).is_some())
        };
        let known = workflows.iter().filter(runs_it);
        let known: Vec<Variables> = known.map(|(_, known)| known.clone()).collect();
        let span = job.span();
        (!known.is_empty()).then_some((span.start..span.end, known))
    });
    found.collect()
}

/// What the parameter is that a workflow asks for.
fn parameter(workflow: &Node) -> Option<Variables> {
    let texts = items(workflow, &["when", "equal"]).iter();
    let texts: Option<Vec<&str>> = texts.map(|item| Some(item.as_scalar()?.text())).collect();
    let texts = texts?;
    let [one, other] = texts.as_slice() else {
        return None;
    };
    let name = |text: &str| {
        let name = text.trim().strip_prefix("<<")?.strip_suffix(">>")?;
        name.trim()
            .strip_prefix("pipeline.parameters.")
            .map(str::to_owned)
    };
    let (name, value) = match (name(one), name(other)) {
        (Some(name), None) => (name, other),
        (None, Some(name)) => (name, one),
        _ => return None,
    };
    let is_usable = !value.is_empty() && value.len() < LONGEST && !is_secret_key(&name);
    is_usable.then(|| Variables::from([(name, (*value).to_owned())]))
}
