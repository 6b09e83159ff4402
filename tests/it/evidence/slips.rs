//! Names that a set of Applications fills in, and that lead to nothing: the repository needs no address for that to be known.

use super::CHART;
use crate::support::{Sandbox, shown};

fn set(path: &str, values: &str, apps: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: apps}}\nspec:\n  goTemplate: true\n  generators:\n  - matrix:\n      generators:\n      - list: {{elements: [{apps}]}}\n      - list: {{elements: [{{env: dev}}, {{env: prod}}]}}\n  template:\n    metadata: {{name: '{{{{.app}}}}-{{{{.env}}}}'}}\n    spec:\n      source:\n        repoURL: https://git.example.com/acme/platform\n        path: '{path}'\n        helm:\n          valueFiles: ['{values}']\n      destination: {{namespace: '{{{{.app}}}}-{{{{.env}}}}'}}\n"
    )
}

/// What `layout/missing-file` says of a workspace with such a set: the line, and the message.
fn said(set: &str) -> Vec<String> {
    let mut files = vec![("argocd/apps.yaml", set)];
    for (app, values) in [
        ("charts/shop/Chart.yaml", "values/shop"),
        ("charts/billing/Chart.yaml", "values/billing"),
    ] {
        files.push((app, CHART));
        for environment in ["dev", "prod"] {
            let path = format!("{values}/{environment}.yaml").leak();
            files.push((path, "host: a\n"));
        }
    }
    let findings = Sandbox::with(&files).check().findings;
    let missing = findings
        .iter()
        .filter(|finding| finding.rule == "layout/missing-file");
    missing
        .map(|finding| {
            let line = finding.location.start().line;
            format!("{line}: {}", shown(&finding.message))
        })
        .collect()
}

const APPS: &str = "{app: shop}, {app: billing}";

#[test]
fn what_a_set_fills_in_is_looked_for_here() {
    let (path, values) = ("charts/{{.app}}", "../../values/{{.app}}/{{.env}}.yaml");
    assert_eq!(said(&set(path, values, APPS)), [""; 0]);
    insta::assert_snapshot!(
        [
            said(&set(path, "../../valuess/{{.app}}/{{.env}}.yaml", APPS)),
            said(&set(path, values, "{app: shop}, {app: biling}")),
        ]
        .concat()
        .join("\n")
    );
}

/// A folder of Applications that one of them leads to is of this repository, whatever its address is.
#[test]
fn an_application_that_leads_to_its_own_folder_is_of_this_repository() {
    let application = |name: &str, path: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source: {{repoURL: 'https://git.example.com/your-org/platform', path: {path}}}\n  destination: {{namespace: web}}\n"
        )
    };
    let kustomization = "resources: [a.yaml]\n";
    let findings = Sandbox::with(&[
        ("argocd/root.yaml", &application("root", "argocd")),
        ("argocd/web.yaml", &application("web", "web/overlays/local")),
        ("web/overlays/dev/kustomization.yaml", kustomization),
        (
            "web/overlays/dev/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
        ),
    ])
    .check()
    .findings;
    let found: Vec<String> = findings
        .iter()
        .filter(|finding| finding.rule == "layout/missing-file")
        .map(|finding| shown(&finding.message))
        .collect();
    assert_eq!(
        found,
        ["`web` is deployed with `web/overlays/local`, which does not exist"]
    );
}
