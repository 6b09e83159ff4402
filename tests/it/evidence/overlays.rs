//! Kustomize: what overlays make of the Applications and HelmReleases of a base, and which of them are deployed.

use super::{apps, deployments};
use crate::support::Sandbox;

const APPLICATION: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  project: default
  destination: {name: in-cluster, namespace: shop}
  sources:
  - repoURL: https://charts.example.com
    chart: shop
    targetRevision: 1.0.0
    helm:
      valueFiles: [$repo/base/shop/common.yaml, '']
      values: |
        replicas: 1
  - {repoURL: https://git.example.com/acme/deploy, path: '', ref: repo}
";

/// A patch of one Application, by operations.
const OPERATIONS: &str = "\
resources: [../../base/shop]
patches:
- target: {kind: Application, name: shop}
  patch: |-
    - {op: replace, path: /metadata/name, value: ENV-shop}
    - {op: replace, path: /spec/sources/0/targetRevision, value: 2.0.0}
    - {op: replace, path: /spec/sources/0/helm/valueFiles/1, value: $repo/overlays/ENV/values.yaml}
    - {op: replace, path: /spec/destination/namespace, value: shop-ENV}
";

const RELEASE: &str = "\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop}
spec:
  chart: {spec: {chart: shop, version: 1.0.0, sourceRef: {kind: HelmRepository, name: acme}}}
  values: {replicas: 1}
";

/// What synchronizes a directory.
fn sync(name: &str, path: &str, more: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec:\n  path: {path}\n{more}"
    )
}

#[test]
fn an_overlay_of_an_application_is_a_deployment_of_its_own() {
    let (dev, prod) = (
        OPERATIONS.replace("ENV", "dev"),
        OPERATIONS.replace("ENV", "prod").replace("2.0.0", "1.5.0"),
    );
    insta::assert_snapshot!(apps(&[
        ("base/shop/kustomization.yaml", "resources: [app.yaml]\n"),
        ("base/shop/app.yaml", APPLICATION),
        ("base/shop/common.yaml", "a: 1\n"),
        ("overlays/dev/kustomization.yaml", &dev),
        ("overlays/dev/values.yaml", "a: 2\n"),
        ("overlays/prod/kustomization.yaml", &prod),
        ("overlays/prod/values.yaml", "a: 3\n"),
    ]));
}

/// A patch that is an object changes all Applications where its target names only the kind; one that is `$patch: delete`
/// takes an Application away.
#[test]
fn patches_that_are_objects_change_applications_too() {
    let overlay = "\
resources: [../../base]
nameSuffix: -prod
patches:
- target: {kind: Application}
  patch: |-
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: any}
    spec: {destination: {namespace: live}}
- path: web.yaml
";
    let base = "resources: [shop.yaml, web.yaml]\n";
    let application = |name: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  destination: {{namespace: {name}}}\n  source: {{repoURL: https://charts.example.com, chart: {name}, targetRevision: 1.0.0, helm: {{valuesObject: {{a: 1}}}}}}\n"
        )
    };
    let removed = "$patch: delete\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\n";
    insta::assert_snapshot!(apps(&[
        ("base/kustomization.yaml", base),
        ("base/shop.yaml", &application("shop")),
        ("base/web.yaml", &application("web")),
        (
            "overlays/dev/kustomization.yaml",
            "resources: [../../base]\nnamePrefix: dev-\n"
        ),
        ("overlays/prod/kustomization.yaml", overlay),
        ("overlays/prod/web.yaml", removed),
    ]));
}

/// `prod` takes up two clusters: each is an environment. `dev` takes up one: it is that one.
#[test]
fn directories_that_directories_of_their_stage_take_up_are_counted_once() {
    let seen = deployments(&[
        ("base/kustomization.yaml", "resources: [release.yaml]\n"),
        ("base/release.yaml", RELEASE),
        (
            "envs/dev/kustomization.yaml",
            "resources: [dev-1]\nnamePrefix: dev-\n",
        ),
        (
            "envs/dev/dev-1/kustomization.yaml",
            "resources: [../../../base]\n",
        ),
        (
            "envs/prod/kustomization.yaml",
            "resources: [prod-eu, prod-us]\n",
        ),
        (
            "envs/prod/prod-eu/kustomization.yaml",
            "resources: [../../../base]\n",
        ),
        (
            "envs/prod/prod-us/kustomization.yaml",
            "resources: [../../../base]\n",
        ),
    ]);
    assert_eq!(
        seen,
        [
            "shop dev acme/shop@1.0.0 base/release.yaml",
            "shop prod-eu acme/shop@1.0.0 base/release.yaml",
            "shop prod-us acme/shop@1.0.0 base/release.yaml",
        ]
    );
}

/// The overlay's prefix and namespace are the release's; with a namespace of the target, Flux puts that one before the
/// name. Values come from a ConfigMap that a patch of all releases names, and lie below the release's own.
#[test]
fn overlays_name_releases_and_add_values_from_config_maps() {
    let overlay = "\
namespace: staging
namePrefix: staging-
resources: [../../base]
patches:
- target: {kind: HelmRelease}
  patch: |-
    - op: add
      path: /spec/valuesFrom
      value:
      - {kind: ConfigMap, name: staging-vars}
      - {kind: ConfigMap, name: staging-vars, valuesKey: tag, targetPath: image.tag}
- patch: |-
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata: {name: shop}
    spec:
      chart: {spec: {version: 1.1.0}}
      values: {replicas: 2}
";
    let vars = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: staging-vars, namespace: staging}
data:
  tag: '1'
  values.yaml: |
    global: {domain: staging.example.com}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: staging-vars, namespace: other}
data: {values.yaml: 'a: 1'}
";
    let targeted = RELEASE.replace("spec:\n", "spec:\n  targetNamespace: live\n");
    insta::assert_snapshot!(apps(&[
        (
            "apps/base/kustomization.yaml",
            "resources: [release.yaml]\n"
        ),
        ("apps/base/release.yaml", RELEASE),
        (
            "apps/staging/kustomization.yaml",
            &overlay.replace("../../base", "../base")
        ),
        ("apps/prod/shop.yaml", &targeted),
        (
            "clusters/main/apps.yaml",
            &sync("staging", "./apps/staging", "")
        ),
        ("clusters/main/vars.yaml", vars),
    ]));
}

/// A Secret, or a ConfigMap that is not here, may hold any value: it is said, and nothing rests on it.
#[test]
fn values_from_what_is_not_here_are_said() {
    let release = RELEASE.replace(
        "  values:",
        "  valuesFrom:\n  - {kind: Secret, name: shop, optional: true}\n  - {kind: ConfigMap, name: shop}\n  values:",
    );
    let seen = apps(&[
        ("apps/dev/shop.yaml", &release),
        ("apps/prod/shop.yaml", RELEASE),
    ]);
    insta::assert_snapshot!(seen);
}

/// What a `Kustomization` of Flux changes, it changes in all that it builds.
#[test]
fn a_kustomization_of_flux_patches_what_it_builds() {
    let more = "  targetNamespace: live
  patches:
  - target: {kind: HelmRelease, name: shop}
    patch: |
      - {op: replace, path: /spec/chart/spec/version, value: 2.0.0}
";
    insta::assert_snapshot!(apps(&[
        ("apps/kustomization.yaml", "resources: [release.yaml]\n"),
        ("apps/release.yaml", RELEASE),
        ("clusters/staging/apps.yaml", &sync("apps", "./apps", "")),
        ("clusters/prod/apps.yaml", &sync("apps", "./apps", more)),
    ]));
}

/// A directory that the listing one leaves out is not deployed, where something synchronizes that one; values that lie in
/// it are none of an app.
#[test]
fn what_a_synchronized_kustomization_leaves_out_is_not_deployed() {
    let overlay = "resources: [../../base]\npatches: [{path: values.yaml}]\n";
    let patch = RELEASE
        .replace(
            "shop, version: 1.0.0, sourceRef: {kind: HelmRepository, name: acme}",
            "",
        )
        .replace("  chart: {spec: {chart: }}\n", "");
    let files = |synced: &'static str| {
        let sync = sync("apps", synced, "");
        apps(&[
            (
                "apps/base/kustomization.yaml",
                "resources: [release.yaml]\n",
            ),
            ("apps/base/release.yaml", RELEASE),
            (
                "apps/prod/kustomization.yaml",
                "resources:\n- shop\n# - web\n",
            ),
            ("apps/prod/shop/kustomization.yaml", overlay),
            ("apps/prod/shop/values.yaml", &patch),
            ("apps/prod/web/kustomization.yaml", overlay),
            ("apps/prod/web/values.yaml", &patch),
            ("apps/prod/web/values-prod.yaml", "a: 1\n"),
            ("clusters/main/apps.yaml", &sync),
        ])
    };
    insta::assert_snapshot!(files("./apps/prod"));
    // Nothing tells what synchronizes the directory: all may be deployed.
    assert!(!files("./elsewhere").contains("is not deployed"));
}

/// What a ConfigMap gives to several apps, one of them may leave unread; it is no app's own.
#[test]
fn values_of_a_cluster_are_none_of_an_app() {
    let release = |name: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}, namespace: live}}\nspec:\n  chart: {{spec: {{chart: ./charts/{name}, sourceRef: {{kind: GitRepository, name: a}}}}}}\n  valuesFrom: [{{kind: ConfigMap, name: vars}}]\n"
        )
    };
    let vars = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: vars, namespace: live}\ndata:\n  values.yaml: |\n    global: {domain: example.com, address: 10.0.0.1}\n";
    let chart = |name: &str| format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
    let template = |key: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{a: '{{{{ .Values.global.{key} }}}}'}}\n"
        )
    };
    let sandbox = Sandbox::with(&[
        ("charts/shop/Chart.yaml", &chart("shop")),
        ("charts/shop/templates/a.yaml", &template("domain")),
        ("charts/web/Chart.yaml", &chart("web")),
        ("charts/web/templates/a.yaml", &template("address")),
        ("apps/prod/shop.yaml", &release("shop")),
        ("apps/prod/web.yaml", &release("web")),
        ("clusters/main/vars.yaml", vars),
    ]);
    let apps = sandbox.run(&["apps"]).stdout;
    assert!(apps.contains("values    clusters/main/vars.yaml"), "{apps}");
    let check = sandbox.run(&["check"]).stdout;
    assert!(!check.contains("values/unused"), "{check}");
    assert!(!check.contains("does-not-render"), "{check}");
}

#[test]
fn directories_that_many_ways_lead_to_are_bounded_and_that_is_said() {
    let mut files = vec![
        (
            "overlays/prod/kustomization.yaml".to_owned(),
            "resources: [../../d0]\n".to_owned(),
        ),
        (
            "overlays/stage/kustomization.yaml".to_owned(),
            "resources: [app.yaml]\n".to_owned(),
        ),
        ("overlays/stage/app.yaml".to_owned(), APPLICATION.to_owned()),
    ];
    for level in 0..13 {
        let below = format!("../d{}", level + 1);
        files.push((
            format!("d{level}/kustomization.yaml"),
            format!("resources: [{below}, {below}]\n"),
        ));
    }
    files.push((
        "d13/kustomization.yaml".to_owned(),
        "resources: []\n".to_owned(),
    ));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let said = apps(&files);
    let words = "`overlays/prod` takes up too many files and directories, or all kustomizations together do, so what 1 of them build is not known as a whole";
    assert!(said.contains(words), "{said}");
    assert!(said.contains("shop@1.0.0"), "{said}");
}

/// A bundle of apps may be called as a stage is; the cluster that takes it up is what is deployed, unless it takes up
/// several, or something synchronizes the bundle, too.
#[test]
fn a_bundle_that_a_cluster_takes_up_is_a_part_of_it() {
    let seen = |bundles: &str, synced: &str| {
        deployments(&[
            ("base/kustomization.yaml", "resources: [release.yaml]\n"),
            ("base/release.yaml", RELEASE),
            (
                "bundles/prod-stable/kustomization.yaml",
                "resources: [../../base]\n",
            ),
            (
                "bundles/dev-flex/kustomization.yaml",
                "resources: [../../base]\n",
            ),
            (
                "clusters/home/apps/kustomization.yaml",
                &format!("resources: [{bundles}]\n"),
            ),
            ("clusters/stage/apps/kustomization.yaml", "resources: []\n"),
            (
                "clusters/home/sync.yaml",
                &sync("a", "./clusters/home/apps", ""),
            ),
            ("clusters/main/sync.yaml", &sync("b", synced, "")),
        ])
    };
    let prod = "../../../bundles/prod-stable";
    let names = |lines: Vec<String>| -> Vec<String> {
        let words = lines.iter().filter_map(|line| line.split(' ').nth(1));
        words.map(str::to_owned).collect()
    };
    assert_eq!(names(seen(prod, "./other")), ["dev", "home"]);
    assert_eq!(
        names(seen(prod, "./bundles/prod-stable")),
        ["dev", "prod", "home"]
    );
    let both = format!("{prod}, ../../../bundles/dev-flex");
    assert_eq!(names(seen(&both, "./other")), ["dev", "prod", "home"]);
}

#[test]
fn a_chart_that_a_base_inflates_is_deployed_with_each_overlay() {
    let chart = "helmCharts: [{name: reloader, repo: https://charts.example.com, version: 1.0.0, releaseName: reloader, valuesFile: values.yaml}]\n";
    let overlay = "resources: [../../base]\n";
    let seen = deployments(&[
        ("k8s/reloader/base/kustomization.yaml", chart),
        ("k8s/reloader/base/values.yaml", "a: 1\n"),
        ("k8s/reloader/overlays/dev/kustomization.yaml", overlay),
        ("k8s/reloader/overlays/prod/kustomization.yaml", overlay),
        // Nothing takes this one up.
        (
            "k8s/nats/base/kustomization.yaml",
            "helmCharts: [{name: nats, repo: https://charts.example.com, version: 1.0.0}]\n",
        ),
        // What a cluster takes up is deployed to the cluster, whatever is on the way.
        (
            "clusters/staging/kustomization.yaml",
            "resources: [../../k8s/web/overlays/small]\n",
        ),
        ("k8s/web/overlays/small/kustomization.yaml", overlay),
        (
            "k8s/web/base/kustomization.yaml",
            "helmCharts: [{name: web, repo: https://charts.example.com, version: 1.0.0, valuesInline: {a: 1}}]\n",
        ),
    ]);
    let all = seen.join("\n");
    for expected in ["reloader dev", "reloader prod", "web staging"] {
        assert!(all.contains(expected), "{all}");
    }
    assert!(!all.contains("nats") && seen.len() == 3, "{all}");
}

#[test]
fn config_maps_of_one_name_belong_to_their_namespaces() {
    let release = |name: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}}}\nspec:\n  chart: {{spec: {{chart: {name}, sourceRef: {{kind: HelmRepository, name: example}}}}}}\n  valuesFrom: [{{kind: ConfigMap, name: values}}]\n"
        )
    };
    let of = |name: &str| {
        format!(
            "namespace: {name}\nresources: [release.yaml]\nconfigMapGenerator: [{{name: values, files: [values.yaml]}}]\n"
        )
    };
    let synced = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\nspec: {path: ./apps, sourceRef: {kind: GitRepository, name: flux-system}}\n";
    let seen = deployments(&[
        ("clusters/prod/apps.yaml", synced),
        ("apps/kustomization.yaml", "resources: [shop, web]\n"),
        ("apps/shop/kustomization.yaml", &of("shop")),
        ("apps/shop/release.yaml", &release("shop")),
        ("apps/shop/values.yaml", "a: 1\n"),
        ("apps/web/kustomization.yaml", &of("web")),
        ("apps/web/release.yaml", &release("web")),
        ("apps/web/values.yaml", "a: 1\n"),
    ]);
    let of = |app: &str| seen.iter().find(|line| line.starts_with(app)).cloned();
    assert!(
        of("shop prod").is_some_and(|line| line.contains("apps/shop/values.yaml")),
        "{seen:?}"
    );
    assert!(
        of("web prod").is_some_and(|line| line.contains("apps/web/values.yaml")),
        "{seen:?}"
    );
}

/// What the directory of an environment takes up is deployed to that one, whatever its folder is called.
#[test]
fn an_option_of_an_environment_is_deployed_to_that_one() {
    let seen = deployments(&[
        ("clusters/prod/apps.yaml", &sync("apps", "./apps/prod", "")),
        (
            "apps/prod/kustomization.yaml",
            "resources: [../options/loadtest]\n",
        ),
        (
            "apps/options/loadtest/kustomization.yaml",
            "resources: [release.yaml]\n",
        ),
        ("apps/options/loadtest/release.yaml", RELEASE),
    ]);
    let [only] = seen.as_slice() else {
        panic!("{seen:?}");
    };
    assert_eq!(only.split(' ').nth(1), Some("prod"), "{only}");
}

/// Nothing synchronizes examples of overlays.
#[test]
fn overlays_in_folders_of_examples_are_no_environments() {
    let overlay = "resources: [../../base]\n";
    let seen = apps(&[
        (
            "shop/base/kustomization.yaml",
            "resources: [release.yaml]\n",
        ),
        ("shop/base/release.yaml", RELEASE),
        ("shop/examples/prod/kustomization.yaml", overlay),
        (
            "clusters/staging/kustomization.yaml",
            "resources: [../../shop/base]\n",
        ),
    ]);
    insta::assert_snapshot!(seen);
}
