//! Pieces of helmfiles, and templates of values.

use super::{CHART, apps};
use crate::support::Sandbox;

#[test]
fn templates_of_values_are_said_to_be_unchecked() {
    let files = [
        (
            "helmfile.yaml",
            "environments:\n  dev: {}\n  prod: {}\n---\nreleases:\n- name: shop\n  chart: ./chart\n  values:\n  - values/{{ .Environment.Name }}.yaml.gotmpl\n  - plain.yaml.gotmpl\n  - broken.yaml.gotmpl\n",
        ),
        ("chart/Chart.yaml", CHART),
        ("values/dev.yaml.gotmpl", "a: {{ .Environment.Name }}\n"),
        ("values/prod.yaml.gotmpl", "a: {{ .Environment.Name }}\n"),
        ("plain.yaml.gotmpl", "b: 1\n"),
        ("broken.yaml.gotmpl", "c: {{ fail \"no\" }}\n"),
        ("other/values-prod.yaml.gotmpl", "a: {{ .x }}\n"),
    ];
    insta::assert_snapshot!(apps(&files));
    let findings = Sandbox::with(&files).check().findings;
    let unread: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.rule == "layout/unread-values")
        .map(|finding| finding.location.source.path.as_str())
        .collect();
    assert_eq!(unread, ["other/values-prod.yaml.gotmpl"]);
}

#[test]
fn pieces_of_helmfiles_are_no_values() {
    let said = apps(&[
        (
            "helmfile.yaml.gotmpl",
            "bases:\n- environments/dev.yaml\n- environments/prod.yaml\n---\nreleases:\n- {name: shop, chart: ./chart, inherit: [{template: usual}]}\n",
        ),
        (
            "environments/dev.yaml",
            "environments:\n  dev: {values: [state/dev.yaml]}\n",
        ),
        (
            "environments/prod.yaml",
            "environments:\n  prod: {values: [state/prod.yaml]}\ntemplates:\n  usual: {values: ['values.yaml']}\n",
        ),
        ("defaults/dev.yaml", "helmDefaults: {wait: false}\n"),
        ("defaults/prod.yaml", "helmDefaults: {wait: true}\n"),
        ("state/dev.yaml", "replicas: 1\n"),
        ("state/prod.yaml", "replicas: 2\n"),
        ("values.yaml", "a: 1\n"),
        ("chart/Chart.yaml", CHART),
    ]);
    insta::assert_snapshot!(said);
}
