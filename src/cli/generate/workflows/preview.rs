//! Workflows that deploy an environment for each pull request.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Content, Scaffold, fill, indented};
use crate::masking::{Name, text};
use crate::preview::{app_label, no_label};
use crate::source::{Problem, join, nearest, remote_owner};
use crate::workspace::{App, Environment, Workspace};

const JOBS: &str = include_str!("../../../../templates/workflows/github/preview-jobs.yml");
const APPLY: &str = include_str!("../../../../templates/workflows/github/preview.yml");
const ARGO_CD: &str = include_str!("../../../../templates/workflows/github/preview-argocd.yml");
const SET: &str = include_str!("../../../../templates/workflows/github/previews.yaml");

/// Argo CD deploys what has the label: nothing is built and said of others.
const LABEL: &str = r#"          changed=$(jq -r '.label.name // empty' "$GITHUB_EVENT_PATH")
          if [ "$action" = deploy ]; then
            if [ -n "$changed" ] && [ "$changed" != preview ]; then
              action=none
            elif [ "$EVENT_ACTION" = unlabeled ]; then
              action=cleanup
            elif ! jq --exit-status '[.labels[].name] | index("preview")' pull.json > /dev/null; then
              action=none
              echo "::notice::give the pull request the label preview: Argo CD deploys no other"
            fi
          fi
"#;

/// What deploys a preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli::generate) enum By {
    /// The workflow itself, with kubectl
    Kubectl,
    /// Argo CD, with the values that the workflow writes
    Argocd,
}

/// What a person does with the files.
pub(super) const NEXT: &str = "before they work, docs/previews.md says what the repository's settings need: two environments, a variable and a secret\n";

/// What a person does where git does not tell the repository.
pub(super) const NO_REMOTE: &str = "note: the remote `origin` is none of GitHub: write the address of the repository into argocd/previews.yaml, in the place of OWNER/REPOSITORY\n";

/// The workflow, and what Argo CD reads.
///
/// # Errors
/// When the configuration does not say which environment previews are made of, or a name needs quotes.
pub(super) fn scaffolds(
    (workspace, out): (&Workspace, &Path),
    by: By,
    content: &Content<'_>,
    install: &str,
) -> Result<Vec<Scaffold>, Problem> {
    // The configuration names the environment: the workflow does not.
    source(workspace)?;
    let jobs = JOBS.replace(
        "{label}",
        match by {
            By::Kubectl => "",
            By::Argocd => LABEL,
        },
    );
    let values = [
        ("jobs", jobs.trim_end()),
        ("install", install),
        ("config", &content.config),
    ];
    let workflow = match by {
        By::Kubectl => APPLY,
        By::Argocd => ARGO_CD,
    };
    let mut scaffolds = vec![Scaffold {
        path: ".github/workflows/preview.yml".to_owned(),
        text: fill(workflow, &values),
        executable: false,
    }];
    if by == By::Argocd {
        scaffolds.push(Scaffold {
            path: "argocd/previews.yaml".to_owned(),
            text: set(workspace, out)?,
            executable: false,
        });
    }
    Ok(scaffolds)
}

/// The environment that previews are made of.
fn source(workspace: &Workspace) -> Result<&Environment, Problem> {
    let preview = workspace.config.preview.as_ref();
    let Some(from) = preview.and_then(|preview| preview.from.as_ref()) else {
        return Err(Problem::without_place(
            "envlint.yaml does not say which environment previews are made of",
        )
        .help("set `preview: {from: staging}`"));
    };
    workspace.environment(&from.value).ok_or_else(|| {
        let names = workspace.environments.iter().map(|known| &*known.name);
        let message = text!("there is no environment `{}`", Name(&from.value));
        Problem::without_place(message).suggest(nearest(&from.value, names))
    })
}

/// The ApplicationSet.
fn set(workspace: &Workspace, out: &Path) -> Result<String, Problem> {
    let from = source(workspace)?;
    let unknown = || ("OWNER".to_owned(), "REPOSITORY".to_owned());
    let (owner, repository) = remote_owner(out).unwrap_or_else(unknown);
    let preview = workspace.config.preview.as_ref();
    let listed = preview
        .map(|preview| preview.apps.as_slice())
        .unwrap_or_default();
    let is_wanted = |app: &&App| {
        let mut listed = listed.iter();
        let is_listed = listed.len() == 0 || listed.any(|name| *name.value == *app.name);
        is_listed && app.deployment(&from.name).is_some()
    };
    let below = below(workspace, out);
    let (mut elements, mut labels): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for app in workspace.apps.iter().filter(is_wanted) {
        if let Some(element) = element(app, from, &below) {
            elements.push(element);
            labels.push(app_label(&app.name));
        }
    }
    if elements.is_empty() {
        let message = text!(
            "no app with a chart in the workspace is deployed to {}",
            Name(&from.name)
        );
        return Err(
            Problem::without_place(message).help("name the charts of the apps in envlint.yaml")
        );
    }
    let namespace = preview.and_then(|preview| preview.namespace.as_ref());
    let namespace = namespace.map_or("preview-pr-{pr}", |pattern| pattern.value.as_str());
    let sample = namespace.replace("{pr}", "1").replace("{app}", "a");
    if let Some(reason) = no_label(&sample) {
        let message = text!("the namespace `{}` of previews {}", Name(namespace), reason);
        return Err(Problem::without_place(message)
            .help("Argo CD knows `{pr}` and `{app}`: `preview.namespace: \"preview-pr-{pr}\"`"));
    }
    let first = labels.first().map_or("", String::as_str);
    let first = namespace.replace("{app}", first);
    let of_app = namespace.replace("{app}", "{{.app}}");
    let numbered = |pattern: &str| pattern.replace("{pr}", "{{.number}}");
    Ok(fill(
        SET,
        &[
            ("apps", &indented(&elements.join("\n"), 16)),
            (
                "destinations",
                &indented(&destinations(namespace, &labels), 4),
            ),
            ("first", &numbered(&first)),
            ("namespace", &numbered(&of_app)),
            ("owner", &owner),
            ("repository", &repository),
        ],
    ))
}

/// The namespaces that a project may deploy to: those of any pull request, and no others.
fn destinations(namespace: &str, apps: &[String]) -> String {
    let of_apps = apps.iter().map(|app| namespace.replace("{app}", app));
    let of_apps: BTreeSet<String> = of_apps.collect();
    let lines = of_apps.iter().map(|namespace| {
        let any = namespace.replace("{pr}", "[1-9]*");
        format!("- {{server: https://kubernetes.default.svc, namespace: \"{any}\"}}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Where the workspace is in the repository.
fn below(workspace: &Workspace, out: &Path) -> String {
    let root = std::fs::canonicalize(out).unwrap_or_default();
    let below = workspace.root.strip_prefix(&root).unwrap_or(Path::new(""));
    below.to_string_lossy().replace('\\', "/")
}

/// An item of the list of apps.
fn element(app: &App, from: &Environment, below: &str) -> Option<String> {
    let own = app
        .deployment(&from.name)
        .and_then(|known| known.chart.as_deref());
    let chart = app.chart.as_deref().or(own)?;
    let text = |text: &str| envlint_yaml::emit(&envlint_yaml::Value::String(text.to_owned()));
    Some(format!(
        "- {{app: {}, chart: {}, release: {}}}",
        text(&app_label(&app.name)),
        text(&join(below, chart)),
        text(&app.release(&from.name))
    ))
}
