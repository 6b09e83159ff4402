//! Workflows of GitHub Actions.

use super::route::Step;
use super::{Content, Scaffold, fill, indented};

const CHECK: &str = include_str!("../../../../templates/workflows/github/envlint.yml");
const PROMOTE: &str = include_str!("../../../../templates/workflows/github/promote.yml");

/// The script that installs envlint: a release's file whose attestation says that this project's release workflow built it.
const INSTALL: &str = include_str!("../../../../templates/workflows/github/install.sh");

pub(super) fn scaffolds(content: &Content<'_>) -> Vec<Scaffold> {
    let check = content.is_digest().map(|check| check + "\n");
    let script = content.install(INSTALL, check.as_deref().unwrap_or_default());
    let install = format!(
        "        env:\n          GH_TOKEN: ${{{{ github.token }}}}\n        run: |\n{}",
        indented(&script, 10)
    );
    let common = [("install", &*install), ("config", &content.config)];
    let file = |name: &str, text: String| Scaffold {
        path: format!(".github/workflows/{name}.yml"),
        text,
        executable: false,
    };
    let mut scaffolds = vec![file("envlint", fill(CHECK, &common))];
    if !content.steps.is_empty() {
        let own = [
            ("options", &*content.options(10)),
            ("promote", &indented(&content.promote(), 10)),
            ("gate", &gate(&content.steps)),
        ];
        scaffolds.push(file(
            "promote",
            fill(PROMOTE, &[&own[..], &common].concat()),
        ));
    }
    scaffolds
}

/// The GitHub environment of the job that opens the pull request: `production` for all that is production, else one with
/// the environment's own name.
fn gate(steps: &[Step<'_>]) -> String {
    let gated = steps.iter().filter(|step| step.is_gated());
    let gated: Vec<String> = gated
        .map(|step| format!("inputs.to == '{}'", step.to.name))
        .collect();
    match gated.as_slice() {
        [] => "${{ inputs.to }}".to_owned(),
        [one] => format!("${{{{ {one} && 'production' || inputs.to }}}}"),
        several => format!(
            "${{{{ ({}) && 'production' || inputs.to }}}}",
            several.join(" || ")
        ),
    }
}
