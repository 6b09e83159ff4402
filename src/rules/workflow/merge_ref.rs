//! `workflow/merge-ref`.

use super::reader::{Step, Workflow};
use crate::masking::text;
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::source::Location;
use crate::values::Tree;

rule! {
    /// A workflow of a pull request starts another one at a ref that GitHub does not start workflows at.
    ///
    /// ## What it does
    ///
    /// Looks at GitHub workflows that `pull_request` starts for steps that start another workflow (`gh workflow run`,
    /// `createWorkflowDispatch`, `benc-uk/workflow-dispatch`) at `github.ref`, or at such a ref that is written out. A step
    /// or a job with a condition (`if:`) is left alone: it may not run for pull requests.
    ///
    /// ## Why it matters
    ///
    /// In a pull request, `github.ref` is `refs/pull/NUMBER/merge`. `workflow_dispatch` takes branches and tags only, so
    /// GitHub answers "No ref found" and the step fails.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # .github/workflows/preview.yml
    /// on: pull_request
    /// jobs:
    ///   preview:
    ///     steps:
    ///       - run: gh workflow run deploy.yml --ref "$GITHUB_REF"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # .github/workflows/preview.yml
    ///       - run: gh workflow run deploy.yml --ref "$GITHUB_HEAD_REF"
    /// ```
    ///
    /// ## References
    ///
    /// - [GitHub: create a workflow dispatch event](https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event)
    "workflow/merge-ref", Error, Check::File(check)
}

/// What stands for the merge ref of a pull request, without quotes and braces.
const REFS: [&str; 5] = [
    "github.ref",
    "github.ref_name",
    "context.ref",
    "GITHUB_REF",
    "GITHUB_REF_NAME",
];

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    let Some(workflow) = Workflow::of(cx).filter(|workflow| workflow.is_started_by("pull_request"))
    else {
        return;
    };
    let is_always = |tree: &Tree<'_>| tree.get("if").is_none();
    for job in workflow.jobs() {
        if !is_always(&job.body) {
            continue;
        }
        for step in job.steps().iter().filter(|step| is_always(&step.body)) {
            if let Some(place) = dispatch(step) {
                let finding = out.finding(
                    place,
                    text!(
                        "this starts a workflow at the merge ref of the pull request (`refs/pull/NUMBER/merge`), which GitHub \
                         refuses: it starts workflows at branches and tags only"
                    ),
                );
                out.push(
                    finding
                        .help("start it at the branch: `github.head_ref`, or `$GITHUB_HEAD_REF`"),
                );
            }
        }
    }
}

/// Where a step starts a workflow at the ref of the event.
fn dispatch(step: &Step<'_>) -> Option<Location> {
    if step.uses("benc-uk/workflow-dispatch") {
        let at = step.body.get_keys(&["with", "ref"])?;
        return is_event_ref(at.as_str()?).then(|| at.location());
    }
    let script = step.script()?;
    if script.text.contains("createWorkflowDispatch") {
        let at = script.text.find("context.ref")?;
        let rest = script.text.get(at + "context.ref".len()..)?;
        // `context.refName` is another one.
        let is_whole = !rest.starts_with(|char: char| char.is_ascii_alphanumeric());
        return is_whole.then(|| script.place(&(at..at + "context.ref".len())));
    }
    let commands = script.commands();
    let mut starts = commands
        .iter()
        .filter(|(_, command)| command.contains("gh workflow run"));
    let (range, _) = starts.find(|(_, command)| {
        let mut words = command.split_whitespace();
        let mut option = words.find(|word| matches!(*word, "--ref" | "-r"));
        let behind = option.take().map(|_| words.collect::<Vec<_>>().join(" "));
        let joined = command.split("--ref=").nth(1).map(str::to_owned);
        behind.or(joined).is_some_and(|value| is_event_ref(&value))
    })?;
    Some(script.place(range))
}

/// Whether a value begins with the ref of the event: `"${{ github.ref }}"`, `$GITHUB_REF`; or is written out, as
/// `refs/pull/${{ github.event.number }}/merge`.
fn is_event_ref(value: &str) -> bool {
    let value = value.trim_start_matches(['"', '\'', '$', '{', ' ']);
    if let Some(number) = value.strip_prefix("refs/pull/") {
        return number.contains("/merge") || number.contains("/head");
    }
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.');
    let end = value.find(|char| !is_part(char)).unwrap_or(value.len());
    value.get(..end).is_some_and(|name| REFS.contains(&name))
}
