//! `workflow/endless-preview`.

use std::sync::Arc;

use super::reader::{Script, Workflow};
use crate::masking::text;
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::source::{Confidence, Location, Source, WORKFLOWS};
use crate::workspace::Workspace;

rule! {
    /// A workflow makes a namespace for each pull request, and nothing deletes it.
    ///
    /// ## What it does
    ///
    /// Looks at GitHub workflows that `pull_request` or `pull_request_target` starts for commands that make a namespace with the
    /// number of the pull request, or its branch, in the name (`kubectl create namespace`, `helm upgrade --create-namespace`).
    /// It is reported where no workflow of the repository deletes a namespace or uninstalls a release, and none says anything
    /// of an end (`ttl`, `expires`, `janitor`, `cleanup`, `teardown`).
    ///
    /// ## Why it matters
    ///
    /// Each pull request leaves an environment behind, with its pods, its volumes and its hosts. They cost money until
    /// somebody looks for them, and the cluster has no room for the next one.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # .github/workflows/preview.yml
    /// on: pull_request
    /// jobs:
    ///   deploy:
    ///     steps:
    ///       - run: helm upgrade --install shop chart --create-namespace --namespace "preview-$NUMBER"
    ///         env: {NUMBER: "${{ github.event.number }}"}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # .github/workflows/preview-closed.yml
    /// on: {pull_request: {types: [closed]}}
    /// jobs:
    ///   cleanup:
    ///     steps:
    ///       - run: kubectl delete namespace "preview-$NUMBER" --ignore-not-found
    ///         env: {NUMBER: "${{ github.event.number }}"}
    /// ```
    ///
    /// Or let `envlint generate workflows --preview` write a workflow that does both.
    ///
    /// ## References
    ///
    /// - [GitHub: running a workflow when a pull request closes](https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request)
    "workflow/endless-preview", Warning, Check::File(check)
}

/// What ends an environment, or says that something does.
const ENDS: [&str; 13] = [
    "delete namespace",
    "delete ns",
    "delete project",
    "helm uninstall",
    "helm delete",
    "helm del ",
    "cleanup",
    "clean-up",
    "teardown",
    "tear-down",
    "janitor",
    "ttl",
    "expire",
];

/// What tells one pull request from another, in the name of a namespace or of what it is made of.
const TELLS: [&str; 7] = [
    "github.event.number",
    "github.event.pull_request.number",
    "github.head_ref",
    "GITHUB_HEAD_REF",
    "PR_NUMBER",
    "PR_NUM",
    "PULL_REQUEST",
];

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    let Some(workflow) = Workflow::of(cx) else {
        return;
    };
    let events = ["pull_request", "pull_request_target"];
    if !events.iter().any(|event| workflow.is_started_by(event)) {
        return;
    }
    let is_told = TELLS.iter().any(|tell| cx.source.text().contains(tell));
    let scripts = workflow.scripts();
    let mut places = scripts.iter().filter_map(making);
    let Some(place) = places.next().filter(|_| is_told && !ends(cx.workspace)) else {
        return;
    };
    let message = text!(
        "this makes a namespace for each pull request, and no workflow of the repository deletes it"
    );
    out.push(out.finding(place, message).confidence(Confidence::Medium).help(
        "delete it in a workflow that `pull_request: {types: [closed]}` starts; `envlint generate workflows --preview` writes one",
    ));
}

/// Where a script makes a namespace whose name is not always the same.
fn making(script: &Script<'_>) -> Option<Location> {
    let commands = script.commands();
    let (range, _) = commands.iter().find(|(_, command)| {
        let name = named(command);
        name.is_some_and(|name| name.contains('$'))
    })?;
    Some(script.place(range))
}

/// The namespace that a command makes.
fn named(command: &str) -> Option<String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let behind = |at: usize| {
        // An expression has blanks in it: `pr-${{ github.event.number }}`.
        let mut rest = words.get(at + 1..)?.iter();
        rest.find(|word| !word.starts_with('-'))
            .map(|word| (*word).to_owned())
    };
    for (at, pair) in words.windows(2).enumerate() {
        if pair[0] == "create"
            && matches!(pair[1], "namespace" | "ns")
            && command.contains("kubectl")
        {
            return behind(at + 1);
        }
    }
    if !words.contains(&"--create-namespace") {
        return None;
    }
    let at = words
        .iter()
        .position(|word| matches!(*word, "--namespace" | "-n"));
    at.and_then(behind).or_else(|| {
        let mut joined = words
            .iter()
            .filter_map(|word| word.strip_prefix("--namespace="));
        joined.next().map(str::to_owned)
    })
}

/// Whether any workflow of the repository ends an environment, or speaks of an end. They are read only for a workflow that
/// makes one.
fn ends(workspace: &Workspace) -> bool {
    let files = workspace.searchable_files();
    let mut files = files.filter(|(path, _)| path.starts_with(WORKFLOWS));
    files.any(|(path, is_template)| {
        let searched = Source::search(&workspace.root, path, is_template);
        // Of what cannot be read, nobody knows.
        let Ok(Some(source)) = searched.map(|searched| searched.source.map(Arc::new)) else {
            return true;
        };
        let text = source.text().to_ascii_lowercase();
        ENDS.iter().any(|end| text.contains(end))
    })
}
