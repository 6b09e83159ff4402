//! `workflow/unprotected-production`.

use std::collections::BTreeSet;
use std::ops::Range;

use super::reader::{Job, Script, Workflow};
use crate::masking::{Name, text};
use crate::naming::{Tier, mentions};
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::source::Location;

rule! {
    /// A job deploys to production without an environment that asks a person.
    ///
    /// ## What it does
    ///
    /// Looks at the jobs of GitHub workflows for commands that deploy (`helm upgrade`, `helmfile apply`, `kubectl apply`,
    /// `argocd app sync`, `envlint promote --write` with a `git push`, and the like) and that name production, or stand in a
    /// job that does. It reports the first one of a job that has no `environment:`, and that needs no job with one. Jobs that
    /// start a cluster of their own for tests are left alone, and so are dry runs.
    ///
    /// ## Why it matters
    ///
    /// Protection rules of a GitHub environment are what makes a person approve a deployment, and what limits the branches
    /// that may deploy. Without one, whoever can push or start the workflow deploys to production.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # .github/workflows/deploy.yml
    /// jobs:
    ///   deploy-prod:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - run: helm upgrade --install shop charts/shop -f environments/prod/values.yaml
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # .github/workflows/deploy.yml
    /// jobs:
    ///   deploy-prod:
    ///     runs-on: ubuntu-latest
    ///     environment: production # with required reviewers, in the repository's settings
    ///     concurrency: production
    /// ```
    ///
    /// ## References
    ///
    /// - [GitHub: deployments and environments](https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments)
    "workflow/unprotected-production", Warning, Check::File(check)
}

/// Commands that change what runs.
const DEPLOYS: [&str; 11] = [
    "helm upgrade",
    "helm install",
    "helmfile apply",
    "helmfile sync",
    "kubectl apply",
    "kubectl set image",
    "kubectl create",
    "kubectl rollout restart",
    "argocd app sync",
    "argocd app set",
    "envlint promote",
];

/// What starts a cluster that lives as long as the job.
const OF_TESTS: [&str; 7] = [
    "kind create",
    "kind-action",
    "minikube",
    "k3d",
    "setup-kind",
    "microk8s",
    "k3s",
];

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    let Some(workflow) = Workflow::of(cx) else {
        return;
    };
    let jobs = workflow.jobs();
    for job in &jobs {
        if is_protected(job, &jobs) || has_own_cluster(job) {
            continue;
        }
        let Some(place) = deployment(job) else {
            continue;
        };
        let finding = out.finding(
            place,
            text!(
                "the job `{}` deploys to production without `environment:`, so GitHub asks nobody before",
                Name(job.id)
            ),
        );
        out.push(finding.help(
            "set `environment: production` in the job, and require reviewers for it in the repository's settings",
        ));
    }
}

/// Whether a job has an environment, or needs one that has.
fn is_protected(job: &Job<'_>, jobs: &[Job<'_>]) -> bool {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut open = vec![job.id];
    while let Some(id) = open.pop() {
        let Some(job) = jobs.iter().find(|job| job.id == id) else {
            continue;
        };
        if job.body.get("environment").is_some() {
            return true;
        }
        if seen.insert(id) {
            open.extend(job.needs());
        }
    }
    false
}

fn has_own_cluster(job: &Job<'_>) -> bool {
    OF_TESTS.iter().any(|word| text_of(job).contains(word))
}

fn text_of<'a>(job: &Job<'a>) -> &'a str {
    let span = job.body.location().span;
    let text = job.body.source().text().get(span.start..span.end);
    text.unwrap_or_default()
}

/// The first command that deploys to production.
fn deployment(job: &Job<'_>) -> Option<Location> {
    let name = job.body.get("name");
    let name = name.as_ref().and_then(|name| name.as_str());
    let is_named = names_production(job.id) || name.is_some_and(names_production);
    // A promotion that nobody pushes is a plan.
    let pushes = text_of(job).contains("git push");
    job.steps().iter().find_map(|step| {
        let script = step.script()?;
        let range = command(&script, is_named, pushes)?;
        Some(script.place(&range))
    })
}

fn command(script: &Script<'_>, is_named: bool, pushes: bool) -> Option<Range<usize>> {
    let commands = script.commands();
    let mut deploying = commands.into_iter().filter(|(_, command)| {
        is_deploying(command) && (pushes || !command.contains("envlint promote"))
    });
    let (range, _) =
        deploying.find(|(_, command)| is_named || names_production(target_of(command)))?;
    Some(range)
}

/// What of a command says where it deploys to: a promotion names the environment before, too.
fn target_of(command: &str) -> &str {
    let promotion = command.split_once("envlint promote");
    let target = promotion.and_then(|(_, options)| options.split_once("--to"));
    target.map_or(command, |(_, target)| {
        let target = target.trim_start_matches(['=', ' ']);
        target.split_whitespace().next().unwrap_or_default()
    })
}

fn is_deploying(command: &str) -> bool {
    let starts = |known: &str| {
        let begin = command.find(known);
        begin.is_some_and(|at| {
            let before = command.get(..at).unwrap_or_default().trim_end();
            // `echo "run helm upgrade …"` deploys nothing.
            before.is_empty() || before.ends_with(['&', '|', ';', '(', '!']) || before == "sudo"
        })
    };
    let is_dry = command.contains("--dry-run") || command.contains("--help");
    let is_written = !command.contains("envlint promote") || command.contains("--write");
    let is_secret = command.contains("kubectl create") && !command.contains(" -f");
    DEPLOYS.iter().any(|known| starts(known)) && !is_dry && is_written && !is_secret
}

/// Whether a text names production as a word of its own, and no other stage.
fn names_production(text: &str) -> bool {
    let mut tiers = mentions(text).map(|mention| mention.tier).peekable();
    tiers.peek().is_some() && tiers.all(|tier| tier == Tier::Production)
}
