//! Command lines of other programs that deploy charts: `argocd app create`, `werf converge`.
//!
//! <https://argo-cd.readthedocs.io/en/stable/user-guide/commands/argocd_app_create/>,
//! <https://werf.io/docs/v2/reference/cli/werf_converge.html>

use envlint_yaml::Document;

use super::{Asked, Task};
use crate::evidence::commands::variables::Variables;
use crate::evidence::commands::words;
use crate::evidence::files::Files;
use crate::evidence::nodes::text as text_at;
use crate::masking::text as said_text;
use crate::source::join;

/// The commands of both programs in a script. `project` is what werf deploys, by `werf.yaml`.
pub(in crate::evidence::commands) fn tasks(
    text: &str,
    variables: &Variables,
    project: Option<&str>,
) -> Vec<Task> {
    let mut found = Vec::new();
    if text.contains("argocd app create") {
        for (at, words) in words::commands(text, "argocd", variables) {
            found.extend(application(&words).map(|asked| Task {
                at,
                line: asked.line(),
                words: Some(said_text!("the command `argocd app create`")),
                ..Task::default()
            }));
        }
    }
    if text.contains("werf converge") {
        for (at, words) in words::commands(text, "werf", variables) {
            found.extend(converge(&words, project).map(|(asked, target)| Task {
                at,
                line: asked.line(),
                words: Some(said_text!("the command `werf converge`")),
                target,
                ..Task::default()
            }));
        }
    }
    found
}

/// The name of what `werf.yaml` describes.
/// <https://werf.io/docs/v2/reference/werf_yaml.html>
pub(in crate::evidence::commands) fn project(files: &Files<'_>) -> Option<String> {
    let text = files.text("werf.yaml")?;
    let document = Document::parse(text);
    let mut documents = document.documents().iter();
    documents.find_map(|root| text_at(root, &["project"]).map(str::to_owned))
}

/// `argocd app create shop --path charts/shop --values values-prod.yaml`: values files lie in the chart.
fn application(words: &[String]) -> Option<Asked> {
    let mut rest = words.iter().skip(1);
    let is_create = rest.next()? == "app" && rest.next()? == "create";
    let mut asked = Asked::default();
    let mut path = None;
    let mut chart = None;
    while let Some(word) = rest.next().filter(|_| is_create) {
        let (flag, joined) = words::option(word, "");
        let mut value = || joined.clone().or_else(|| rest.next().cloned());
        match flag {
            "--path" => path = value(),
            "--helm-chart" => chart = value(),
            "--revision" => asked.version = value(),
            "--dest-namespace" => asked.namespace = value(),
            "--release-name" => asked.release = value(),
            "--values" => asked.files.extend(value()),
            "-p" | "--parameter" | "--helm-set" | "--helm-set-string" => {
                let set = value().unwrap_or_default();
                asked
                    .given
                    .extend(set.split_once('=').map(|(name, _)| name.to_owned()));
            }
            flag if flag.starts_with("--") => {
                value();
            }
            name if asked.release.is_none() => asked.release = Some(name.to_owned()),
            _ => {}
        }
    }
    if let Some(path) = &path {
        let of_chart = |file: &String| match file.starts_with('/') {
            true => file.trim_start_matches('/').to_owned(),
            false => join(path, file),
        };
        asked.files = asked.files.iter().map(of_chart).collect();
        asked.version = None;
    }
    asked.chart = path.or(chart)?;
    // A folder without values of Helm may be of anything.
    let says_values = !asked.files.is_empty() || !asked.given.is_empty();
    (is_create && says_values).then_some(asked)
}

/// `werf converge --env prod --values .helm/values-prod.yaml`: the chart lies in `.helm`, and needs no `Chart.yaml`.
fn converge(words: &[String], project: Option<&str>) -> Option<(Asked, Option<String>)> {
    let mut rest = words.iter().skip(1);
    let is_converge = rest.next()? == "converge";
    let mut asked = Asked {
        chart: ".helm".to_owned(),
        release: project.map(str::to_owned),
        ..Asked::default()
    };
    let mut environment = None;
    while let Some(word) = rest.next().filter(|_| is_converge) {
        let (flag, joined) = words::option(word, "");
        let mut value = || joined.clone().or_else(|| rest.next().cloned());
        match flag {
            "--values" | "--secret-values" => asked.files.extend(value()),
            "--env" => environment = value(),
            "--namespace" => asked.namespace = value(),
            "--release" => asked.release = value(),
            "--set" | "--set-string" | "--set-file" => {
                let set = value().unwrap_or_default();
                asked
                    .given
                    .extend(set.split_once('=').map(|(name, _)| name.to_owned()));
            }
            _ => {}
        }
    }
    is_converge.then_some((asked, environment))
}
