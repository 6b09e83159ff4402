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
        Ok(without_addresses(&String::from_utf8_lossy(&output.stdout)))
    } else {
        Err(message(&error))
    })
}

/// The error without the prefix that the command line adds, and without warnings.
fn message(error: &str) -> String {
    let text = error
        .split_once("Error: ")
        .map_or(error, |(_, message)| message);
    let hint = "\n\nUse --debug flag to render out invalid YAML";
    without_addresses(text.trim_end().trim_end_matches(hint))
}

/// Go prints where a pointer points to, which is another place in every run: addresses have more than eight digits.
fn without_addresses(text: &str) -> String {
    let mut pieces = text.split("0x");
    let mut clean = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.len()
            - piece
                .trim_start_matches(|c: char| c.is_ascii_hexdigit())
                .len();
        clean.push_str("0x");
        clean.push_str(if digits > 8 { &piece[digits..] } else { piece });
    }
    clean
}

/// Asks ours.
pub fn ours(chart: &Path) -> Answer {
    let command = TemplateCommand {
        release: Some(RELEASE.to_owned()),
        chart: chart.to_owned(),
        kube_version: Some(KUBE_VERSION.to_owned()),
        ..TemplateCommand::default()
    };
    let printed = command.run().map_err(|error| message(&error.to_string()))?;
    Ok(without_addresses(&printed.stdout))
}
