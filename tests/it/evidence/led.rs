//! Applications that lead to Applications and to charts: the environment is that of the first.

use super::{CHART, deployments};

fn application(name: &str, path: &str, more: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source: {{repoURL: 'https://git.example.com/acme/platform', path: {path}{more}}}\n  destination: {{server: 'https://kubernetes.default.svc', namespace: {name}}}\n"
    )
}

/// A folder with Applications is of the environment whose Application leads to it, also at a distance; who looks into no folders
/// below leads to none of these.
#[test]
fn an_application_of_an_environment_leads_to_others() {
    let files = |more: &str| {
        deployments(&[
            (
                "bootstrap/prod.yaml",
                &application("root", "argocd/all", ""),
            ),
            (
                "argocd/all/teams.yaml",
                &application("teams", "argocd/teams", more),
            ),
            (
                "argocd/teams/web/shop.yaml",
                &application("shop", "charts/shop", ""),
            ),
            ("charts/shop/Chart.yaml", CHART),
        ])
    };
    assert_eq!(
        files(", directory: {recurse: true}"),
        ["shop prod charts/shop "]
    );
    assert_eq!(files(""), ["shop default charts/shop "]);
}

/// So is a chart that the folder inflates, whatever the folder is called.
#[test]
fn an_application_of_an_environment_leads_to_charts_of_kustomize() {
    let kustomization = "helmCharts:\n- {name: web, repo: 'https://charts.example.com', version: 1.0.0, releaseName: web, valuesFile: values.yaml}\n";
    let seen = deployments(&[
        (
            "clusters/dev/web.yaml",
            &application("web", "apps/web/overlays/one", ""),
        ),
        (
            "clusters/prod/web.yaml",
            &application("web", "apps/web/overlays/two", ""),
        ),
        ("apps/web/overlays/one/kustomization.yaml", kustomization),
        ("apps/web/overlays/one/values.yaml", "host: a\n"),
        ("apps/web/overlays/two/kustomization.yaml", kustomization),
        ("apps/web/overlays/two/values.yaml", "host: b\n"),
    ]);
    assert_eq!(
        seen,
        [
            "web dev https://charts.example.com/web@1.0.0 apps/web/overlays/one/values.yaml",
            "web prod https://charts.example.com/web@1.0.0 apps/web/overlays/two/values.yaml",
        ]
    );
}

/// Applications that lead to each other come to an end.
#[test]
fn applications_that_lead_in_circles_tell_nothing() {
    let first = application("first", "one", "");
    let second = application("second", "two", "");
    let seen = deployments(&[
        ("two/a.yaml", &first),
        ("one/b.yaml", &second),
        ("one/c.yaml", &application("shop", "charts/shop", "")),
        ("charts/shop/Chart.yaml", CHART),
    ]);
    assert_eq!(seen, ["shop default charts/shop "]);
}

/// What a kustomization leaves out is not deployed, though a set of Applications may lead to the kustomization.
#[test]
fn what_a_kustomization_leaves_out_of_a_folder_below_is_not_deployed() {
    let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: argo}\nspec:\n  generators: [{list: {elements: [{overlay: overlays/core}]}}]\n  template:\n    metadata: {name: argo}\n    spec: {source: {repoURL: 'https://git.example.com/acme/platform', path: 'argo/{{overlay}}'}}\n";
    let seen = deployments(&[
        ("sets/argo.yaml", set),
        (
            "argo/overlays/core/kustomization.yaml",
            "resources: [apps/dev.yaml, apps/prod.yaml]\n",
        ),
        (
            "argo/overlays/core/apps/dev.yaml",
            &application("shop-dev", "charts/shop", ""),
        ),
        (
            "argo/overlays/core/apps/prod.yaml",
            &application("shop-prod", "charts/shop", ""),
        ),
        (
            "argo/overlays/core/apps/test.yaml",
            &application("shop-test", "charts/shop", ""),
        ),
        ("charts/shop/Chart.yaml", CHART),
    ]);
    assert_eq!(seen, ["shop dev charts/shop ", "shop prod charts/shop "]);
}
