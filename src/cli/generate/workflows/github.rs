//! Workflows of GitHub Actions.

use super::route::Step;
use super::{Content, Scaffold, fill, indented};

const CHECK: &str = include_str!("../../../../templates/workflows/github/envlint.yml");
const PROMOTE: &str = include_str!("../../../../templates/workflows/github/promote.yml");

/// The script that installs envlint: a release's file whose attestation says that this project's release workflow built it.
const INSTALL: &str = include_str!("../../../../templates/workflows/github/install.sh");

/// One folder for each app.
const SPLIT: &str = " --split \"$RUNNER_TEMP/promotion/apps\"";

/// One pull request for all apps.
const ALL_APPS: &str = "          open_request \"$TITLE\" \"$BRANCH\" \"$LABELS\" \"$RUNNER_TEMP/promotion/body.md\" --all";

/// What the pull request for all apps is called.
const VARIABLES: &str = "          TITLE: ${{ needs.plan.outputs.title }}
          BRANCH: ${{ needs.plan.outputs.branch }}
          LABELS: ${{ needs.plan.outputs.labels }}
";

/// One pull request for each app, with what was written of it.
const EACH_APP: &str = r#"          output() { sed -n "s/^$2=//p" "$1/outputs"; }
          for app in "$RUNNER_TEMP"/promotion/apps/*; do
            open_request "$(output "$app" title)" "$(output "$app" branch)" "$(output "$app" labels)" "$app/body.md" \
              --pathspec-from-file="$app/files" --pathspec-file-nul
          done"#;

/// The step that installs envlint, behind its name.
pub(super) fn install(content: &Content<'_>) -> String {
    let check = content.is_digest().map(|check| check + "\n");
    let script = content.install(INSTALL, check.as_deref().unwrap_or_default());
    format!(
        "        env:\n          GH_TOKEN: ${{{{ github.token }}}}\n        run: |\n{}",
        indented(&script, 10)
    )
}

pub(super) fn scaffolds(content: &Content<'_>) -> Vec<Scaffold> {
    let install = install(content);
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
            ("s", if content.each_app { "s" } else { "" }),
            ("split", if content.each_app { SPLIT } else { "" }),
            ("variables", if content.each_app { "" } else { VARIABLES }),
            (
                "requests",
                if content.each_app { EACH_APP } else { ALL_APPS },
            ),
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
