//! `workflow/pasted-input`.

use super::reader::{Script, Workflow};
use crate::masking::{Name, Text, text};
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::source::{Location, Severity};
use crate::values::{Tree, TreeKind};

rule! {
    /// A workflow pastes a text of somebody else into a script.
    ///
    /// ## What it does
    ///
    /// Looks at the scripts of GitHub workflows (`run:`, and `script:` of `actions/github-script`) for `${{ … }}` with a
    /// text that anybody may write: the title, the text or the branch of a pull request, an issue, a comment, a commit,
    /// where an event that starts the workflow brings it; and with inputs of `workflow_dispatch` that are free text. One finding names all texts of a workflow. Inputs with
    /// a `type` of `choice`, `boolean`, `number` or `environment` are fine.
    ///
    /// It is an error where strangers start the workflow with the repository's rights (`pull_request_target`, `issues`,
    /// `issue_comment`, `discussion`, `discussion_comment`), a warning elsewhere, and an info where only inputs are
    /// pasted: who may start the workflow may write to the repository.
    ///
    /// ## Why it matters
    ///
    /// GitHub puts the text into the script before the shell reads it. A title like `"; curl … | sh; "` runs with the
    /// workflow's rights and secrets.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # .github/workflows/promote.yml
    /// - run: git checkout "${{ inputs.commit }}"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # .github/workflows/promote.yml
    /// - env:
    ///     COMMIT: ${{ inputs.commit }}
    ///   run: git checkout "$COMMIT"
    /// ```
    ///
    /// ## References
    ///
    /// - [GitHub: script injections](https://docs.github.com/en/actions/concepts/security/script-injections)
    "workflow/pasted-input", Error, Check::File(check)
}

/// Texts that whoever starts the workflow writes.
const WRITTEN: [&str; 18] = [
    "github.head_ref",
    "github.event.comment.body",
    "github.event.discussion.body",
    "github.event.discussion.title",
    "github.event.head_commit.author.email",
    "github.event.head_commit.author.name",
    "github.event.head_commit.message",
    "github.event.issue.body",
    "github.event.issue.title",
    "github.event.pull_request.body",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.title",
    "github.event.review.body",
    "github.event.review_comment.body",
    "github.event.workflow_run.display_title",
    HEAD_BRANCH,
    "github.event.workflow_run.head_commit.message",
];

/// The events that bring a text, by what it begins with; in any other workflow it is empty.
/// GitHub: events that trigger workflows, and the webhook payloads of each
const BROUGHT_BY: [(&str, &[&str]); 8] = [
    ("github.head_ref", &PULL_REQUEST),
    ("github.event.pull_request.", &PULL_REQUEST),
    ("github.event.review", &PULL_REQUEST),
    (
        "github.event.comment.",
        &[
            "issue_comment",
            "commit_comment",
            "discussion_comment",
            "pull_request_review_comment",
        ],
    ),
    (
        "github.event.discussion.",
        &["discussion", "discussion_comment"],
    ),
    ("github.event.issue.", &["issues", "issue_comment"]),
    ("github.event.head_commit.", &["push"]),
    ("github.event.workflow_run.", &["workflow_run"]),
];

const PULL_REQUEST: [&str; 4] = [
    "pull_request",
    "pull_request_target",
    "pull_request_review",
    "pull_request_review_comment",
];

/// Events that strangers cause, and that have the repository's rights.
const OPEN: [&str; 5] = [
    "pull_request_target",
    "issues",
    "issue_comment",
    "discussion",
    "discussion_comment",
];

/// How many other places are pointed at.
const SHOWN: usize = 5;

/// A text, with the places where it is pasted.
struct Pasted<'a> {
    text: &'a str,
    is_input: bool,
    places: Vec<Location>,
}

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    let Some(workflow) = Workflow::of(cx) else {
        return;
    };
    let mut pasted: Vec<Pasted<'_>> = Vec::new();
    for script in workflow.scripts() {
        collect(&workflow, &script, &mut pasted);
    }
    let mut places = pasted.iter().flat_map(|pasted| &pasted.places);
    let Some(first) = places.next() else { return };
    let texts = pasted.iter().map(|pasted| text!("`{}`", Name(pasted.text)));
    let are = match pasted.as_slice() {
        [_] => "is text that others write, and GitHub pastes it",
        _ => "are texts that others write, and GitHub pastes them",
    };
    let message = text!(
        "{} {} into a script before it runs",
        Text::sentence(texts),
        are
    );
    let mut finding = out.finding(first.clone(), message).help(
        "set it as a variable under `env:` of the step, and use that in the script, with quotes",
    );
    for place in places.take(SHOWN) {
        finding = finding.note(place.clone(), "pasted here, too");
    }
    let is_open = OPEN.iter().any(|event| workflow.is_started_by(event));
    let is_strange = pasted.iter().any(|pasted| !pasted.is_input);
    out.push(match (is_open, is_strange) {
        (true, true) => finding,
        (false, true) => out.lower_severity(Severity::Warning, finding),
        // Only who may write to the repository starts the workflow with an input.
        (_, false) => out.lower_severity(Severity::Info, finding),
    });
}

fn collect<'a>(workflow: &Workflow<'a>, script: &Script<'a>, pasted: &mut Vec<Pasted<'a>>) {
    for expression in script.expressions() {
        // `x || 'main'` is x, where x is set.
        let first = expression.text.split_once("||");
        let text = first.map_or(expression.text, |(first, _)| first).trim();
        let is_input = is_free_input(workflow, text);
        let is_written = WRITTEN.contains(&text)
            && is_brought(workflow, text)
            && !(text == HEAD_BRANCH && has_named_branches(workflow));
        if !is_input && !is_written {
            continue;
        }
        let place = script.place(&expression.range);
        match pasted.iter_mut().find(|known| known.text == text) {
            Some(known) => known.places.push(place),
            None => pasted.push(Pasted {
                text,
                is_input,
                places: vec![place],
            }),
        }
    }
}

/// The branch of the workflow that ran before.
const HEAD_BRANCH: &str = "github.event.workflow_run.head_branch";

/// Whether only workflows of branches with these very names start the workflow: then the name is one of them, also of a fork.
/// GitHub: `on.workflow_run.branches`, whose patterns are globs
fn has_named_branches(workflow: &Workflow<'_>) -> bool {
    let on = workflow.on();
    let branches = on.and_then(|on| on.get_keys(&["workflow_run", "branches"]));
    let Some(branches) = branches else {
        return false;
    };
    let is_name = |branch: &Tree<'_>| {
        let name = branch.as_str();
        name.is_some_and(|name| !name.contains(['*', '?', '+', '[', '!']))
    };
    match branches.kind() {
        TreeKind::Sequence(branches) => branches.iter().all(is_name),
        TreeKind::Scalar(_) => is_name(&branches),
        TreeKind::Mapping(_) => false,
    }
}

/// Whether an event that starts the workflow, or another workflow that calls it, brings a text.
fn is_brought(workflow: &Workflow<'_>, text: &str) -> bool {
    let mut known = BROUGHT_BY.iter();
    let known = known.find(|(beginning, _)| text.starts_with(beginning));
    workflow.is_started_by("workflow_call")
        || known.is_none_or(|(_, events)| events.iter().any(|event| workflow.is_started_by(event)))
}

/// Whether a text is an input of `workflow_dispatch` that may be anything.
fn is_free_input(workflow: &Workflow<'_>, text: &str) -> bool {
    let name = ["github.event.inputs.", "inputs."]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix));
    let Some(name) = name else { return false };
    let input = workflow
        .on()
        .and_then(|on| on.get_keys(&["workflow_dispatch", "inputs", name]));
    let kind = input.as_ref().and_then(|input| input.get("type"));
    let kind = kind.as_ref().and_then(Tree::as_str).unwrap_or("string");
    input.is_some() && kind == "string"
}
