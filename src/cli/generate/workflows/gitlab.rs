//! Jobs of GitLab CI/CD.

use super::route::Step;
use super::{Content, Scaffold, fill, indented};

const JOBS: &str = include_str!("../../../../templates/workflows/gitlab/envlint.yml");
const PROMOTION: &str = include_str!("../../../../templates/workflows/gitlab/promote.yml");

/// The script that installs envlint: a release's file that has the checksum which the release gives.
const INSTALL: &str = include_str!("../../../../templates/workflows/gitlab/install.sh");

/// One folder for each app.
const SPLIT: &str = " --split .promotion/apps";

/// One merge request for all apps.
const ALL_APPS: &str = "      open_request .promotion --all";

/// One merge request for each app, with what was written of it.
const EACH_APP: &str = r#"      for app in .promotion/apps/*; do
        open_request "$app" --pathspec-from-file="$app/files" --pathspec-file-nul
      done"#;

/// What a person does with the file.
pub(super) const NEXT: &str =
    "include it in .gitlab-ci.yml: include: [{local: .gitlab/envlint.yml}]\n";

pub(super) fn scaffolds(content: &Content<'_>) -> Vec<Scaffold> {
    let sums = "fetch SHA256SUMS\nsha256sum --check --ignore-missing SHA256SUMS".to_owned();
    let check = content.is_digest().unwrap_or(sums);
    let install = indented(&content.install(INSTALL, &check), 6);
    let common = [("install", &*install), ("config", &content.config)];
    let mut text = fill(JOBS, &common);
    if !content.steps.is_empty() {
        let own = [
            ("options", &*content.options(6)),
            ("promote", &indented(&content.promote(), 6)),
            ("open", &open(&content.steps)),
            ("split", if content.each_app { SPLIT } else { "" }),
            (
                "requests",
                if content.each_app { EACH_APP } else { ALL_APPS },
            ),
        ];
        text += &fill(PROMOTION, &[&own[..], &common].concat());
    }
    vec![Scaffold {
        path: ".gitlab/envlint.yml".to_owned(),
        text,
        executable: false,
    }]
}

/// The jobs that open the merge request: one by itself, and one that a person starts for what is production.
fn open(steps: &[Step<'_>]) -> String {
    let jobs = [(false, "open"), (true, "open-production")].map(|(gated, name)| {
        let own = steps.iter().filter(|step| step.is_gated() == gated);
        let conditions: Vec<String> = own
            .map(|step| format!("$PROMOTE_TO == \"{}\"", step.to.name))
            .collect();
        if conditions.is_empty() {
            return String::new();
        }
        let (when, environment) = match gated {
            true => ("\n      when: manual # a person approves", "production"),
            false => ("", "$PROMOTE_TO"),
        };
        format!(
            "\nenvlint:{name}:\n  extends: .envlint-open\n  environment: {environment}\n  rules:\n    - if: $CI_COMMIT_BRANCH != $CI_DEFAULT_BRANCH\n      when: never\n    - if: {}{when}\n",
            conditions.join(" || ")
        )
    });
    jobs.concat()
}
