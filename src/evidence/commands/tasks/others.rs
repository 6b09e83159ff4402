//! Command lines of other programs that deploy charts: `argocd app create`.
//!
//! <https://argo-cd.readthedocs.io/en/stable/user-guide/commands/argocd_app_create/>

use super::{Asked, Task};
use crate::evidence::commands::variables::Variables;
use crate::evidence::commands::words;
use crate::masking::text as said_text;
use crate::source::join;

/// The commands of them in a script.
pub(in crate::evidence::commands) fn tasks(text: &str, variables: &Variables) -> Vec<Task> {
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
    found
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
