//! What clusters of Flux synchronize: ConfigMaps of their own, charts by reference, and directories that are not there.

use super::apps;
use crate::support::Sandbox;

const RELEASE: &str = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop, namespace: shop}\nspec:\n  chart: {spec: {chart: shop, version: 1.0.0, sourceRef: {kind: HelmRepository, name: acme}}}\n  valuesFrom: [{kind: ConfigMap, name: cluster}]\n";

fn sync(name: &str, path: &str, more: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec:\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n  path: {path}\n{more}"
    )
}

fn config(environment: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: cluster, namespace: shop}}\ndata:\n  values.yaml: |\n    cluster: {environment}\n"
    )
}

#[test]
fn a_cluster_has_the_config_maps_that_it_synchronizes() {
    let syncs = |environment: &str| {
        let apps = sync("apps", &format!("./apps/{environment}"), "");
        let configs = sync("configs", &format!("./configs/{environment}"), "");
        format!("{apps}---\n{configs}")
    };
    let (dev, prod) = (syncs("dev"), syncs("prod"));
    let (of_dev, of_prod) = (config("dev"), config("prod"));
    let kustomization = "resources: [../base]\n";
    let mut files = vec![
        ("clusters/dev/all.yaml", dev.as_str()),
        ("clusters/prod/all.yaml", prod.as_str()),
        ("apps/base/shop.yaml", RELEASE),
        ("apps/base/kustomization.yaml", "resources: [shop.yaml]\n"),
        ("apps/dev/kustomization.yaml", kustomization),
        ("apps/prod/kustomization.yaml", kustomization),
        ("configs/prod/cluster.yaml", of_prod.as_str()),
        ("configs/dev/cluster.yaml", of_dev.as_str()),
    ];
    insta::assert_snapshot!(apps(&files));
    // That of another cluster is none of this one.
    files.pop();
    files.push(("configs/dev/other.yaml", "a: 1\n"));
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn a_chart_by_reference_is_the_one_that_the_object_describes() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop, namespace: shop}\nspec:\n  chartRef: {kind: HelmChart, name: stack}\n";
    let objects = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: acme}\nspec: {url: https://charts.example.com/}\n---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\nmetadata: {name: stack}\nspec: {chart: shop-stack, version: 2.*, sourceRef: {kind: HelmRepository, name: acme}}\n";
    let said = apps(&[
        ("clusters/prod/shop.yaml", release),
        ("clusters/prod/sources.yaml", objects),
    ]);
    insta::assert_snapshot!(said);
}

/// Where others of the same source find their directories here, one that does not is wrong; what patches change, what is
/// suspended, what a variable tells and what comes from elsewhere is not known.
#[test]
fn a_directory_that_flux_is_to_synchronize_must_be_there() {
    let suspended = sync("old", "./apps/old", "  suspend: true\n");
    let open = sync("open", "./apps/${CLUSTER}", "");
    let other = sync("other", "./apps/elsewhere", "")
        .replace("name: flux-system}\n  path", "name: other}\n  path");
    let patched = sync("patched", "./apps/changed", "");
    let files = [
        ("clusters/prod/self.yaml", sync("self", "./clusters/prod", "")),
        ("clusters/prod/a.yaml", sync("a", "./apps/prod", "")),
        ("clusters/prod/b.yaml", sync("b", "./apps/prd", "")),
        ("clusters/prod/c.yaml", format!("{suspended}---\n{open}---\n{other}")),
        ("clusters/base/kustomization.yaml", "resources: [patched.yaml]\n".to_owned()),
        ("clusters/base/patched.yaml", patched),
        ("clusters/prod/patched/kustomization.yaml", "resources: [../../base]\npatches:\n- target: {kind: Kustomization, name: patched}\n  patch: |\n    - {op: replace, path: /spec/path, value: ./apps/prod}\n".to_owned()),
        ("apps/prod/shop.yaml", RELEASE.replace("  valuesFrom: [{kind: ConfigMap, name: cluster}]\n", "")),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    let findings = Sandbox::with(&files).check().findings;
    let broken = findings
        .iter()
        .filter(|finding| finding.rule == "layout/broken-kustomization");
    // A source may take up directories of others.
    let including = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: flux-system}\nspec:\n  include: [{repository: {name: apps}, toPath: apps/prd}]\n";
    let with_others = files
        .iter()
        .copied()
        .chain([("clusters/prod/git.yaml", including)]);
    let with_others: Vec<(&str, &str)> = with_others.collect();
    let findings_of_others = Sandbox::with(&with_others).check().findings;
    let mut rules = findings_of_others.iter().map(|finding| finding.rule);
    assert!(!rules.any(|rule| rule == "layout/broken-kustomization"));
    let broken: Vec<String> = broken
        .map(|finding| {
            format!(
                "{}: {:?}: {}",
                finding.location.source.path,
                finding.severity,
                finding.message.show()
            )
        })
        .collect();
    insta::assert_snapshot!(broken.join("\n"));
}
