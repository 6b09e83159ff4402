//! What clusters of Flux deploy by way of directories that others deploy, too.

use super::{apps, deployments};

/// What synchronizes a directory.
fn sync(name: &str, path: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec: {{path: {path}, prune: true}}\n"
    )
}

fn release(name: &str) -> String {
    format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}}}\nspec:\n  chart: {{spec: {{chart: {name}, version: 1.0.0, sourceRef: {{kind: HelmRepository, name: charts}}}}}}\n"
    )
}

/// A cluster takes up another one and changes which directories that one's Kustomizations synchronize: these directories
/// take the place of the first ones, and what they take up of `prod` is deployed to the cluster all the same.
#[test]
fn a_cluster_that_builds_on_another_one_deploys_by_its_own_paths() {
    let patched = "\
resources: [../prod]
patches:
  - patch: |-
      apiVersion: kustomize.toolkit.fluxcd.io/v1
      kind: Kustomization
      metadata: {name: base, namespace: flux-system}
      spec: {path: ./base/acme}
";
    let (base, apps, shop, vault) = (
        sync("base", "./base/prod"),
        sync("apps", "./apps/prod"),
        release("shop"),
        release("vault"),
    );
    let seen = deployments(&[
        ("apps/base/kustomization.yaml", "resources: [shop.yaml]\n"),
        ("apps/base/shop.yaml", &shop),
        ("apps/prod/kustomization.yaml", "resources: [../base]\n"),
        ("base/acme/kustomization.yaml", "resources: [../prod]\n"),
        ("base/prod/kustomization.yaml", "resources: [vault.yaml]\n"),
        ("base/prod/vault.yaml", &vault),
        ("clusters/acme/kustomization.yaml", patched),
        ("clusters/prod/apps.yaml", &apps),
        ("clusters/prod/base.yaml", &base),
        (
            "clusters/prod/kustomization.yaml",
            "resources: [apps.yaml, base.yaml]\n",
        ),
    ]);
    assert_eq!(
        seen,
        [
            "shop prod charts/shop@1.0.0 ",
            "shop acme charts/shop@1.0.0 ",
            "vault prod charts/vault@1.0.0 ",
            "vault acme charts/vault@1.0.0 ",
        ]
    );
}

/// One cluster may hold all stages: their folders tell the environments.
#[test]
fn a_cluster_of_all_stages_deploys_each_folder_to_its_own() {
    let (staging, prod, shop) = (
        sync("staging", "./apps/staging"),
        sync("prod", "./apps/prod"),
        release("shop"),
    );
    let seen = deployments(&[
        ("apps/base/kustomization.yaml", "resources: [shop.yaml]\n"),
        ("apps/base/shop.yaml", &shop),
        ("apps/prod/kustomization.yaml", "resources: [../base]\n"),
        ("apps/staging/kustomization.yaml", "resources: [../base]\n"),
        ("clusters/production/prod.yaml", &prod),
        ("clusters/production/staging.yaml", &staging),
    ]);
    assert_eq!(
        seen,
        [
            "shop staging charts/shop@1.0.0 ",
            "shop prod charts/shop@1.0.0 ",
        ]
    );
}

#[test]
fn a_kustomization_of_flux_that_its_folder_does_not_list_deploys_nothing() {
    let (api, web, old) = (
        sync("api", "./apps/prod/api"),
        sync("web", "./apps/prod/web"),
        sync("old", "./apps/prod/old"),
    );
    let (of_api, of_web, of_old) = (release("api"), release("web"), release("old"));
    let seen = apps(&[
        ("apps/prod/api/kustomization.yaml", "resources: [a.yaml]\n"),
        ("apps/prod/api/a.yaml", &of_api),
        ("apps/prod/old/kustomization.yaml", "resources: [a.yaml]\n"),
        ("apps/prod/old/a.yaml", &of_old),
        ("apps/prod/web/kustomization.yaml", "resources: [a.yaml]\n"),
        ("apps/prod/web/a.yaml", &of_web),
        ("clusters/prod/api.yaml", &api),
        ("clusters/prod/old.yaml", &old),
        ("clusters/prod/web.yaml", &web),
        (
            "clusters/prod/kustomization.yaml",
            "resources:\n- api.yaml\n- web.yaml\n# - old.yaml\n",
        ),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn a_patch_of_the_source_changes_the_version_of_the_chart() {
    let source = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: gateway}\nspec: {url: oci://charts.example.com/gateway, ref: {semver: '>=1.0.0'}}\n";
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: gateway}\nspec: {chartRef: {kind: OCIRepository, name: gateway}}\n";
    let patched = "\
resources: [../base]
patches:
  - target: {kind: OCIRepository, name: gateway}
    patch: |-
      - {op: replace, path: /spec/ref/semver, value: 1.2.x}
";
    let seen = deployments(&[
        (
            "base/kustomization.yaml",
            "resources: [source.yaml, release.yaml]\n",
        ),
        ("base/release.yaml", release),
        ("base/source.yaml", source),
        ("dev/kustomization.yaml", "resources: [../base]\n"),
        ("prod/kustomization.yaml", patched),
    ]);
    assert_eq!(
        seen,
        [
            "gateway dev oci://charts.example.com/gateway@>=1.0.0 ",
            "gateway prod oci://charts.example.com/gateway@1.2.x ",
        ]
    );
}

/// Flux makes a kustomization for a directory without one: of directories in it that have one, that one counts.
#[test]
fn directories_below_a_synchronized_one_are_built_as_they_say() {
    let (sync, shop) = (sync("apps", "./apps/prod"), release("shop"));
    let seen = apps(&[
        (
            "apps/prod/shop/kustomization.yaml",
            "namespace: shops\nresources: [release.yaml]\n",
        ),
        ("apps/prod/shop/release.yaml", &shop),
        ("clusters/prod/apps.yaml", &sync),
    ]);
    assert!(seen.contains("release shop in shops"), "{seen}");
}
