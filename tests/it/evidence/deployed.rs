//! Which directories of Kustomize are deployed, by what synchronizes them, and which of two charts in them.

use super::{apps, deployments};

const NGINX: &str = "- {name: nginx, repo: 'https://charts.example.com', version: 1.0.0, releaseName: nginx, namespace: web, valuesFile: values.yaml}\n";

fn application(name: &str, source: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source: {{repoURL: 'https://git.example.com/a/b', {source}}}\n  destination: {{server: 'https://kubernetes.default.svc', namespace: {name}}}\n"
    )
}

/// Argo CD deploys one overlay: the others are no deployments, and what stands among Applications of no known environment is
/// deployed as these are, though an overlay deploys the same.
#[test]
fn overlays_that_no_application_names_are_not_deployed() {
    let base = format!("helmCharts:\n{NGINX}");
    let other = application("redis", "chart: redis, targetRevision: 1.0.0");
    let same = application("nginx", "chart: nginx, targetRevision: 1.0.0")
        .replace("https://git.example.com/a/b", "https://charts.example.com");
    let web = application("web", "path: web/overlays/prod");
    let files = [
        ("argocd/redis.yaml", other.as_str()),
        ("argocd/nginx.yaml", &same),
        ("argocd/web.yaml", &web),
        ("web/base/kustomization.yaml", &base),
        ("web/base/values.yaml", "a: 1\n"),
        (
            "web/overlays/prod/kustomization.yaml",
            "resources: [../../base]\n",
        ),
        (
            "web/overlays/dev/kustomization.yaml",
            "resources: [../../base]\n",
        ),
        ("old/prod/kustomization.yaml", &base),
        ("old/prod/values.yaml", "a: 1\n"),
    ];
    let nginx = "https://charts.example.com/nginx@1.0.0";
    let redis = "redis default https://git.example.com/a/b/redis@1.0.0 ".to_owned();
    assert_eq!(
        deployments(&files),
        [
            format!("nginx prod {nginx} web/base/values.yaml"),
            format!("nginx default {nginx} "),
            redis.clone(),
        ]
    );
    let seen = apps(&files);
    for said in [
        "old/prod/kustomization.yaml:2:3: Argo CD synchronizes other directories, and none of them takes this one up, so its charts are not deployed",
        "web/overlays/dev/kustomization.yaml: Argo CD synchronizes other directories, and none of them takes this one up, so its charts are not deployed",
    ] {
        assert!(seen.contains(said), "{seen}");
    }
    // A script may deploy them.
    let script = (
        "deploy.sh",
        "kustomize build --enable-helm \"$1\" | kubectl apply -f -\n",
    );
    let with_script: Vec<(&str, &str)> = files.into_iter().chain([script]).collect();
    let seen = deployments(&with_script);
    assert!(
        seen.contains(&format!("nginx dev {nginx} web/base/values.yaml")),
        "{seen:?}"
    );
}

/// Kustomize builds none of the two, and what the overlay inflates says what is meant there.
#[test]
fn a_chart_that_an_overlay_inflates_again_is_deployed_as_the_overlay_says() {
    let base = format!("helmCharts:\n{NGINX}");
    let overlay = format!("resources: [../base]\nhelmCharts:\n{NGINX}");
    assert_eq!(
        deployments(&[
            ("web/base/kustomization.yaml", &base),
            ("web/base/values.yaml", "a: 1\n"),
            ("web/dev/kustomization.yaml", "resources: [../base]\n"),
            ("web/prod/kustomization.yaml", &overlay),
            ("web/prod/values.yaml", "a: 1\n"),
        ]),
        [
            "nginx dev https://charts.example.com/nginx@1.0.0 web/base/values.yaml",
            "nginx prod https://charts.example.com/nginx@1.0.0 web/prod/values.yaml",
        ]
    );
}

/// A folder of any name that synchronizes what those of known environments next to it do is a cluster as they are.
#[test]
fn a_cluster_next_to_those_of_environments_is_one_by_what_it_synchronizes() {
    let sync = |path: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: apps, namespace: flux-system}}\nspec: {{path: ./apps/{path}, prune: true}}\n"
        )
    };
    let [staging, production, spare] = ["staging", "production", "spare"].map(sync);
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop, namespace: shop}\nspec: {chart: {spec: {chart: shop, version: 1.0.0, sourceRef: {kind: HelmRepository, name: acme}}}, values: {a: 1}}\n";
    let lists = "resources: [../shop.yaml]\n";
    let seen = deployments(&[
        ("base/staging/apps.yaml", &staging),
        ("base/production/apps.yaml", &production),
        ("base/spare/apps.yaml", &spare),
        ("apps/shop.yaml", release),
        ("apps/staging/kustomization.yaml", lists),
        ("apps/production/kustomization.yaml", lists),
        ("apps/spare/kustomization.yaml", lists),
    ]);
    let environments: Vec<&str> = seen
        .iter()
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    assert_eq!(environments, ["staging", "production", "spare"]);
}
