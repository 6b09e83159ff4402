//! Both renderers behind one interface: the real program and ours.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use envlint_helm::TemplateCommand;

/// The version both are told, since a helm that somebody built may report another.
const KUBE_VERSION: &str = "v1.34.0";
const RELEASE: &str = "parity";

/// What a renderer says: the text on standard output, or the error.
pub type Answer = Result<String, String>;

/// Asks the real helm.
pub fn real(chart: &Path) -> Result<Answer> {
    let binary = std::env::var("ENVLINT_HELM").unwrap_or_else(|_| "helm".to_owned());
    let output = Command::new(&binary)
        .args(["template", RELEASE])
        .arg(chart)
        .args(["--kube-version", KUBE_VERSION])
        .output()
        .with_context(|| format!("cannot run {binary}; set ENVLINT_HELM"))?;
    let error = String::from_utf8_lossy(&output.stderr);
    Ok(if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(message(&error))
    })
}

/// The error without the prefix that the command line adds, and without warnings.
fn message(error: &str) -> String {
    let text = error
        .split_once("Error: ")
        .map_or(error, |(_, message)| message);
    text.trim_end()
        .trim_end_matches("\n\nUse --debug flag to render out invalid YAML")
        .to_owned()
}

/// Asks ours.
pub fn ours(chart: &Path) -> Answer {
    let command = TemplateCommand {
        release: Some(RELEASE.to_owned()),
        chart: chart.to_owned(),
        kube_version: Some(KUBE_VERSION.to_owned()),
        ..TemplateCommand::default()
    };
    command
        .run()
        .map(|printed| printed.stdout)
        .map_err(|error| message(&error.to_string()))
}
