//! `workflow/default-token`.

use std::sync::Arc;

use super::reader::{Job, Step, Workflow};
use crate::masking::{Name, text};
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::source::{Location, Source, WORKFLOWS};
use crate::values::Tree;
use crate::workspace::Workspace;

rule! {
    /// A workflow opens a pull request with its own token, so that the checks on it do not start.
    ///
    /// ## What it does
    ///
    /// Looks at the steps of GitHub workflows that open a pull request (`gh pr create`, `peter-evans/create-pull-request`) with
    /// the token of the workflow (`secrets.GITHUB_TOKEN`, `github.token`, or none where that is the default), in a repository
    /// with a workflow that every pull request starts. Workflows for some paths only are left out, and so are those for
    /// branches other than `main` and `master`: the pull request may not be theirs. A workflow that starts others by
    /// itself (`gh workflow run`) is left alone, and so is a step whose condition compares a variable with another text than
    /// the workflow gives it (`env.MODE == 'pull_request'` next to `MODE: commit`).
    ///
    /// A `git push` is left alone, too: it is seldom meant to start anything.
    ///
    /// ## Why it matters
    ///
    /// GitHub keeps what a workflow does from starting workflows without end. On such a pull request the checks wait for a
    /// person's approval; GitHub Enterprise Server does not start them at all. A promotion is merged without them, or it
    /// cannot be merged where they are required.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # .github/workflows/promote.yml
    /// - run: gh pr create --fill
    ///   env:
    ///     GH_TOKEN: ${{ secrets.GITHUB_TOKEN }}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # .github/workflows/promote.yml
    /// - uses: actions/create-github-app-token@<commit>
    ///   id: app
    ///   with:
    ///     client-id: ${{ vars.APP_CLIENT_ID }}
    ///     private-key: ${{ secrets.APP_PRIVATE_KEY }}
    /// - run: gh pr create --fill
    ///   env:
    ///     GH_TOKEN: ${{ steps.app.outputs.token }}
    /// ```
    ///
    /// ## References
    ///
    /// - [GitHub: the GITHUB_TOKEN](https://docs.github.com/en/actions/concepts/security/github_token)
    "workflow/default-token", Warning, Check::File(check)
}

/// What starts another workflow, whatever the token: GitHub does not hold these back.
const STARTS: [&str; 4] = [
    "gh workflow run",
    "createWorkflowDispatch",
    "workflow-dispatch",
    "/dispatches",
];

/// What a person may have called the branch that all is merged into.
const DEFAULT_BRANCHES: [&str; 2] = ["main", "master"];

/// The events of a pull request that `pull_request` means when it names none.
const USUAL: [&str; 3] = ["opened", "synchronize", "reopened"];

/// How many workflows are pointed at.
const SHOWN: usize = 5;

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    let Some(workflow) = Workflow::of(cx) else {
        return;
    };
    let source = cx.source;
    if STARTS.iter().any(|start| source.text().contains(start)) {
        return;
    }
    let Some(place) = opening(&workflow) else {
        return;
    };
    let waiting = waiting(cx.workspace);
    let named = match waiting.as_slice() {
        [] => return,
        [one] => text!("`{}` does not start", Name(file_name(&one.source))),
        several => text!("{} workflows do not start", several.len()),
    };
    let mut finding = out.finding(
        place,
        text!(
            "this opens a pull request with the workflow's own token, so {} on it before a person approves that",
            named
        ),
    );
    for place in waiting.into_iter().take(SHOWN) {
        finding = finding.note(place, "pull requests start this");
    }
    out.push(finding.help(
        "open it with the token of a GitHub App (`actions/create-github-app-token`), as the workflow of `envlint generate workflows` does",
    ));
}

/// Where workflows say that every pull request starts them. They are read only for a workflow that opens one.
fn waiting(workspace: &Workspace) -> Vec<Location> {
    let files = workspace.searchable_files();
    let files = files.filter(|(path, _)| path.starts_with(WORKFLOWS));
    let sources = files.filter_map(|(path, is_template)| {
        Source::search(&workspace.root, path, is_template)
            .ok()?
            .source
    });
    let places = sources.filter_map(|source| trigger(&Workflow::of_source(&Arc::new(source))?));
    places.collect()
}

fn file_name(source: &Source) -> &str {
    source.path.rsplit('/').next().unwrap_or_default()
}

/// Where a workflow says that every pull request starts it.
fn trigger(workflow: &Workflow<'_>) -> Option<Location> {
    if !workflow.is_started_by("pull_request") {
        return None;
    }
    let on = workflow.on()?;
    let Some(filter) = on.get("pull_request").filter(Tree::is_mapping) else {
        return Some(on.location());
    };
    let limits = ["paths", "paths-ignore", "branches-ignore"];
    if limits.iter().any(|limit| filter.get(limit).is_some()) {
        return None;
    }
    let names = |key: &str, known: &[&str]| match filter.get(key) {
        Some(list) => {
            let items = list.node().as_sequence().unwrap_or_default().iter();
            let mut items = items.filter_map(|item| item.as_scalar());
            items.any(|item| known.contains(&item.text()))
                || list.as_str().is_some_and(|one| known.contains(&one))
        }
        None => true,
    };
    let is_for_all = names("branches", &DEFAULT_BRANCHES) && names("types", &USUAL);
    is_for_all.then(|| filter.location())
}

/// Where a workflow opens a pull request with its own token.
fn opening(workflow: &Workflow<'_>) -> Option<Location> {
    workflow.jobs().iter().find_map(|job| {
        let steps = job.steps().into_iter();
        let mut steps = steps.filter(|step| !never_runs(workflow, job, step));
        steps.find_map(|step| match step.uses("peter-evans/create-pull-request") {
            true => by_action(&step),
            false => by_command(workflow, job, &step),
        })
    })
}

/// Whether the condition of a step compares a variable with another text than the one that the workflow gives it:
/// `env.MODE == 'pull_request'`, where `MODE: commit` is all that is written.
fn never_runs(workflow: &Workflow<'_>, job: &Job<'_>, step: &Step<'_>) -> bool {
    let condition = step.body.get("if");
    let condition = condition.as_ref().and_then(Tree::as_str);
    demands(condition.unwrap_or_default())
        .into_iter()
        .any(|demand| {
            let Some((name, text)) = demand.split_once("==") else {
                return false;
            };
            let name = name.trim().strip_prefix("env.");
            let text = text
                .trim()
                .strip_prefix('\'')
                .and_then(|text| text.strip_suffix('\''));
            name.zip(text).is_some_and(|(name, text)| {
                // The innermost one counts.
                let mut levels = [&step.body, &job.body, &workflow.root].into_iter();
                let set = levels.find_map(|level| level.get_keys(&["env", name]));
                let set = set.as_ref().and_then(Tree::as_scalar);
                let is_other = set.is_some_and(|set| {
                    let set = set.text();
                    // GitHub compares texts without regard to case.
                    !set.contains("${{") && !set.eq_ignore_ascii_case(text)
                });
                // A step may set it.
                let is_set_later = step.body.source().text().contains("GITHUB_ENV");
                is_other && !is_set_later
            })
        })
}

/// What a condition demands, all of it: the parts between `&&` outside of parentheses. Nothing where one of several may do.
fn demands(condition: &str) -> Vec<&str> {
    let condition = condition
        .trim()
        .trim_start_matches("${{")
        .trim_end_matches("}}");
    let mut found = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, char) in condition.char_indices() {
        let rest = condition.get(at..).unwrap_or_default();
        match char {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => return Vec::new(),
            '&' if depth == 0 && rest.starts_with("&&") => {
                found.extend(condition.get(start..at));
                start = at + 2;
            }
            _ => {}
        }
    }
    found.extend(condition.get(start..));
    found
}

fn by_action(step: &Step<'_>) -> Option<Location> {
    let uses = step.body.get("uses")?;
    match step.body.get_keys(&["with", "token"]) {
        // Its `action.yml`: the default is `${{ github.token }}`.
        None => Some(uses.location()),
        Some(token) => is_default(&token).then(|| token.location()),
    }
}

fn by_command(workflow: &Workflow<'_>, job: &Job<'_>, step: &Step<'_>) -> Option<Location> {
    step.body.get("run")?;
    let script = step.script()?;
    // The script may take another token.
    let takes_token = ["GH_TOKEN=", "GITHUB_TOKEN=", "gh auth login"];
    if takes_token.iter().any(|text| script.text.contains(text)) {
        return None;
    }
    let commands = script.commands();
    let (range, _) = commands.iter().find(|(_, command)| opens(command))?;
    // gh: GH_TOKEN comes before GITHUB_TOKEN; GitHub: the step's variables before the job's, and these before the workflow's.
    let levels = [&step.body, &job.body, &workflow.root];
    let mut variables = ["GH_TOKEN", "GITHUB_TOKEN"].into_iter();
    let token = variables.find_map(|name| {
        let mut levels = levels.iter();
        levels.find_map(|level| level.get_keys(&["env", name]))
    })?;
    is_default(&token).then(|| script.place(range))
}

/// Whether a command opens a pull request, and does not only say so.
fn opens(command: &str) -> bool {
    command.find("gh pr create").is_some_and(|at| {
        let before = command.get(..at).unwrap_or_default().trim_end();
        before.is_empty() || before.ends_with(['&', '|', ';', '(', '!', '='])
    })
}

/// Whether a value is the token of the workflow and nothing else.
fn is_default(token: &Tree<'_>) -> bool {
    let text = token.as_str().unwrap_or_default().trim();
    let inner = text
        .strip_prefix("${{")
        .and_then(|text| text.strip_suffix("}}"));
    matches!(
        inner.map(str::trim),
        Some("github.token" | "secrets.GITHUB_TOKEN")
    )
}

#[cfg(test)]
mod tests {
    use super::demands;

    #[test]
    fn a_condition_demands_what_no_other_can_do_for() {
        for (condition, expected) in [
            ("env.A == 'b'", &["env.A == 'b'"][..]),
            ("${{ x && (a || b) && c }}", &[" x ", " (a || b) ", " c "]),
            ("a && b || c", &[]),
            ("", &[""]),
        ] {
            assert_eq!(demands(condition), expected, "{condition}");
        }
    }
}
