//! Flux and Kustomize.

use super::{CHART, apps, deployments};
use crate::support::Sandbox;

#[test]
fn flux_releases_are_read_as_kustomize_puts_them_together() {
    let release = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop, namespace: shop}
spec:
  chart: {spec: {chart: ./charts/shop, sourceRef: {kind: GitRepository, name: flux-system}}}
  valuesFrom: [{kind: ConfigMap, name: shop-values}]
  values: {replicas: 1}
";
    let patch = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop}
spec:
  values: {replicas: 3}
";
    let overlay = "resources: [../../base/shop]\npatches: [{path: patch.yaml}]\nconfigMapGenerator: [{name: shop-values, files: [values.yaml=shop.yaml]}]\n";
    let files = [
        ("charts/shop/Chart.yaml", CHART),
        ("base/shop/release.yaml", release),
        (
            "base/shop/kustomization.yaml",
            "resources: [release.yaml]\n",
        ),
        ("clusters/staging/kustomization.yaml", overlay),
        ("clusters/staging/patch.yaml", patch),
        ("clusters/staging/shop.yaml", "a: 1\n"),
        ("clusters/prod/kustomization.yaml", overlay),
        ("clusters/prod/patch.yaml", patch),
        ("clusters/prod/shop.yaml", "a: 2\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn kustomize_inflates_charts() {
    let kustomization = "helmCharts:\n- name: shop\n  repo: https://charts.example.com\n  version: 1.2.3\n  releaseName: shop\n  namespace: shop\n  valuesFile: values.yaml\n  additionalValuesFiles: [../../common.yaml]\n";
    let seen = deployments(&[
        ("common.yaml", "a: 1\n"),
        ("overlays/dev/kustomization.yaml", kustomization),
        ("overlays/dev/values.yaml", "a: 1\n"),
        ("overlays/prod/kustomization.yaml", kustomization),
        ("overlays/prod/values.yaml", "a: 1\n"),
    ]);
    assert_eq!(
        seen,
        [
            "shop dev https://charts.example.com/shop@1.2.3 overlays/dev/values.yaml < common.yaml",
            "shop prod https://charts.example.com/shop@1.2.3 overlays/prod/values.yaml < common.yaml",
        ]
    );
}

/// A cluster next to that of a known environment is an environment, too.
#[test]
fn clusters_next_to_known_ones_are_environments() {
    let sync = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: infra, namespace: flux-system}\nspec: {path: ./infrastructure, prune: true}\n";
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: ingress, namespace: ingress}\nspec: {chart: {spec: {chart: ingress, version: 1.0.0, sourceRef: {kind: HelmRepository, name: x}}}}\n";
    let seen = deployments(&[
        ("clusters/local/infra.yaml", sync),
        ("clusters/production/infra.yaml", sync),
        ("infrastructure/ingress.yaml", release),
    ]);
    assert_eq!(
        seen,
        [
            "ingress local x/ingress@1.0.0 ",
            "ingress production x/ingress@1.0.0 ",
        ]
    );
}

/// A patch may be called as values are, and tell by its target what it changes.
#[test]
fn patches_that_are_called_values_are_patches() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop, namespace: x}\nspec: {chart: {spec: {chart: shop, version: 1.0.0, sourceRef: {kind: HelmRepository, name: x}}}}\n";
    let patch = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: any}\nspec: {chart: {spec: {version: 2.0.0}}, values: {replicas: 3}}\n";
    let overlay = "resources: [../../base]\npatches: [{path: values-prod.yaml, target: {kind: HelmRelease, name: shop}}]\n";
    let seen = apps(&[
        ("apps/base/kustomization.yaml", "resources: [shop.yaml]\n"),
        ("apps/base/shop.yaml", release),
        ("apps/prod/shop/kustomization.yaml", overlay),
        ("apps/prod/shop/values-prod.yaml", patch),
    ]);
    assert!(seen.contains("x/shop@2.0.0"), "{seen}");
    assert!(
        seen.contains("values    apps/prod/shop/values-prod.yaml"),
        "{seen}"
    );
    assert!(
        seen.contains("1 app, 1 environment, 1 deployment; 0 places"),
        "{seen}"
    );
}

/// What one directory synchronizes may synchronize others; and a cluster may have folders for stages of its own.
#[test]
fn directories_are_followed_from_one_to_another() {
    let sync = |path: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: x, namespace: flux-system}}\nspec: {{path: {path}, prune: true}}\n"
        )
    };
    let release = |name: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}, namespace: x}}\nspec: {{chart: {{spec: {{chart: {name}, version: 1.0.0, sourceRef: {{kind: HelmRepository, name: x}}}}}}, values: {{replicas: 2}}}}\n"
        )
    };
    let seen = deployments(&[
        (
            "clusters/prod/kustomization.yaml",
            "resources: [../../base]\n",
        ),
        ("clusters/prod/shop.yaml", &sync("./deployments/clusters")),
        (
            "deployments/clusters/kustomization.yaml",
            "resources: [../shop/staging, ../shop/prod]\n",
        ),
        (
            "deployments/shop/staging/kustomization.yaml",
            "resources: [shop.yaml]\n",
        ),
        ("deployments/shop/staging/shop.yaml", &release("shop")),
        (
            "deployments/shop/prod/kustomization.yaml",
            "resources: [shop.yaml]\n",
        ),
        ("deployments/shop/prod/shop.yaml", &release("shop")),
        ("base/kustomization.yaml", "resources: [infra.yaml]\n"),
        ("base/infra.yaml", &sync("./base/infra")),
        ("base/infra/kustomization.yaml", "resources: [cache.yaml]\n"),
        ("base/infra/cache.yaml", &sync("./apps/cache")),
        ("apps/cache/release.yaml", &release("cache")),
    ]);
    assert_eq!(
        seen,
        [
            "cache prod x/cache@1.0.0 apps/cache/release.yaml",
            "shop staging x/shop@1.0.0 deployments/shop/staging/shop.yaml",
            "shop prod x/shop@1.0.0 deployments/shop/prod/shop.yaml",
        ]
    );
}

#[test]
fn a_cluster_deploys_what_the_directories_that_it_synchronizes_hold() {
    let sync = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: infra, namespace: flux-system}\nspec: {path: ./infrastructure, prune: true}\n";
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: ingress, namespace: ingress}\nspec: {chart: {spec: {chart: ingress, version: 1.0.0, sourceRef: {kind: HelmRepository, name: x}}}, values: {replicas: 2}}\n";
    let seen = deployments(&[
        ("clusters/staging/infrastructure.yaml", sync),
        ("clusters/prod/infrastructure.yaml", sync),
        ("infrastructure/ingress.yaml", release),
        (
            "infrastructure/kustomization.yaml",
            "resources: [ingress.yaml]\n",
        ),
    ]);
    assert_eq!(
        seen,
        [
            "ingress staging x/ingress@1.0.0 infrastructure/ingress.yaml",
            "ingress prod x/ingress@1.0.0 infrastructure/ingress.yaml",
        ]
    );
}

#[test]
fn values_that_flux_takes_from_elsewhere_are_said_and_nothing_rests_on_them() {
    let release = |values: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: shop, namespace: shop}}\nspec:\n  chart: {{spec: {{chart: charts/shop, valuesFiles: [charts/shop/values-prd.yaml], sourceRef: {{kind: GitRepository, name: x}}}}}}\n{values}"
        )
    };
    let dev = release("  values: {replicas: 1, db: {host: a}}\n")
        .replace("valuesFiles: [charts/shop/values-prd.yaml], ", "");
    let prod =
        release("  valuesFrom: [{kind: Secret, name: shop-prod}]\n  values: {replicas: 1}\n");
    let files = [
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values-prod.yaml", "a: 1\n"),
        ("clusters/dev/shop.yaml", &*dev),
        ("clusters/prod/shop.yaml", &prod),
    ];
    insta::assert_snapshot!(apps(&files));
    let findings = Sandbox::with(&files).check().findings;
    let rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["layout/unread-values", "layout/missing-file"]);
}

#[test]
fn a_patch_of_the_version_is_no_release_of_its_own() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: proxy}\nspec: {chart: {spec: {chart: proxy, version: 1.0.0, sourceRef: {kind: HelmRepository, name: acme}}}, values: {a: 1}}\n";
    let patch = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: proxy}\nspec: {chart: {spec: {version: 2.0.0}}}\n";
    let seen = deployments(&[
        ("base/release.yaml", release),
        ("base/kustomization.yaml", "resources: [release.yaml]\n"),
        (
            "prod/kustomization.yaml",
            "resources: [../base]\npatches: [{path: version.yaml}]\n",
        ),
        ("prod/version.yaml", patch),
    ]);
    assert_eq!(seen, ["proxy prod acme/proxy@2.0.0 base/release.yaml"]);
}

#[test]
fn a_patch_that_no_kustomization_names_deploys_nothing() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\nspec:\n  chart: {spec: {chart: shop, sourceRef: {kind: HelmRepository, name: acme}}}\n";
    let patch = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\nspec:\n  chart: {spec: {version: 1.2.3}}\n  values: {replicas: 3}\n";
    let files = [
        ("base/release.yaml", release),
        ("base/kustomization.yaml", "resources: [release.yaml]\n"),
        (
            "apps/prod/kustomization.yaml",
            "resources: [../../base]\npatchesStrategicMerge: [shop.yaml]\n",
        ),
        ("apps/prod/shop.yaml", patch),
        ("apps/staging/kustomization.yaml", "resources: []\n"),
        ("apps/staging/shop.yaml", patch),
    ];
    insta::assert_snapshot!(apps(&files));
}

/// Values in a manifest may be aliases of what the manifest says above them.
#[test]
fn values_in_a_manifest_know_the_anchors_of_their_document() {
    let release = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: &app shop
spec:
  chart: {spec: {chart: shop, version: 1.0.0, sourceRef: {kind: HelmRepository, name: acme}}}
  values:
    name: *app
    env: {LOG_LEVEL: debug}
";
    let application = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: &app web
spec:
  source: {repoURL: https://charts.example.com, chart: web, targetRevision: 1.0.0, helm: {valuesObject: {name: *app, env: {LOG_LEVEL: debug}}}}
";
    let sandbox = Sandbox::with(&[
        ("clusters/prod/shop.yaml", release),
        ("clusters/prod/web.yaml", application),
    ]);
    let check = sandbox.run(&["check"]).stdout;
    assert!(!check.contains("anchor"), "{check}");
    assert_eq!(
        check.matches("production/debug-enabled").count(),
        2,
        "{check}"
    );
    let lost = release.replace("&app ", "");
    let sandbox = Sandbox::with(&[("clusters/prod/shop.yaml", &lost)]);
    let check = sandbox.run(&["check"]).stdout;
    assert!(check.contains("unknown anchor 'app'"), "{check}");
}

/// A component may serve many apps: each Kustomization that names it says what it is called there.
#[test]
fn components_of_a_kustomization_of_flux_are_a_part_of_it() {
    let sync = |app: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {app}, namespace: flux-system}}\nspec:\n  path: ./apps/base/{app}\n  components: [../../../components/login]\n  postBuild: {{substitute: {{APP: {app}}}}}\n"
        )
    };
    let release = |name: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: '{name}', namespace: x}}\nspec:\n  chart: {{spec: {{chart: '{}', version: 1.0.0, sourceRef: {{kind: HelmRepository, name: acme}}}}}}\n  values: {{replicas: 1}}\n",
            name.rsplit('-').next().unwrap_or(name)
        )
    };
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [release.yaml]\npatches: [{target: {kind: HelmRelease}, patch: '{spec: {chart: {spec: {version: 2.0.0}}}}'}]\n";
    let seen = deployments(&[
        (
            "apps/base/shop/kustomization.yaml",
            "resources: [release.yaml]\n",
        ),
        ("apps/base/shop/release.yaml", &release("shop")),
        (
            "apps/base/web/kustomization.yaml",
            "resources: [release.yaml]\n",
        ),
        ("apps/base/web/release.yaml", &release("web")),
        ("clusters/prod/shop.yaml", &sync("shop")),
        ("clusters/prod/web.yaml", &sync("web")),
        ("components/login/kustomization.yaml", component),
        ("components/login/release.yaml", &release("${APP}-login")),
    ]);
    assert_eq!(
        seen,
        [
            "shop prod acme/shop@2.0.0 apps/base/shop/release.yaml",
            "shop-login prod acme/login@2.0.0 components/login/release.yaml",
            "web prod acme/web@2.0.0 apps/base/web/release.yaml",
            "web-login prod acme/login@2.0.0 components/login/release.yaml",
        ]
    );
}
