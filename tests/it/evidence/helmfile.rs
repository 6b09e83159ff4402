//! helmfile: environments, releases, values.

use super::{CHART, apps, deployments};
use crate::support::Sandbox;

#[test]
fn helmfiles_have_environments_bases_and_templates() {
    let helmfile = "\
bases: [environments.yaml]
---
releases:
  - name: shop
    namespace: shop-{{ .Environment.Name }}
    chart: ./charts/shop
    values:
      - common.yaml
      - envs/{{ .Environment.Name }}.yaml
    set: [{name: image.tag, value: {{ requiredEnv \"TAG\" | quote }}}]
  - name: cache
    chart: bitnami/redis
    version: 19.0.0
    installed: {{ .Values.cache }}
    values: [redis-{{ .Environment.Name }}.yaml]
";
    let environments =
        "environments:\n  dev: {values: [{cache: false}]}\n  prod: {values: [state/prod.yaml]}\n";
    let files = [
        ("helmfile.yaml.gotmpl", helmfile),
        ("environments.yaml", environments),
        ("state/prod.yaml", "cache: true\n"),
        ("charts/shop/Chart.yaml", CHART),
        ("common.yaml", "a: 1\n"),
        ("envs/dev.yaml", "a: 1\n"),
        ("envs/prod.yaml", "a: 1\n"),
        ("redis-prod.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn helmfiles_that_stand_on_each_other_come_to_an_end() {
    let files = [
        (
            "helmfile.yaml",
            "bases: [helmfile.yaml, b.yaml]\nhelmfiles: [helmfile.yaml]\nreleases: []\n",
        ),
        ("b.yaml", "bases: [helmfile.yaml]\nreleases: []\n"),
    ];
    assert_eq!(deployments(&files), Vec::<String>::new());
}

#[test]
fn a_helmfile_that_is_no_yaml_is_read_as_far_as_it_goes() {
    let helmfile = "\
environments:
  prod: {values: [envs/prod.yaml, envs/none.yaml]}
releases:
- name: web
  chart: x/web
  values:
  - controller:
      ips:
{{ toYaml .Values.ips | indent 6 }}
- name: issuers
  chart: ../charts/issuers
  values:
  - email: a@example.com
";
    let files = [
        ("helmfile.yaml", helmfile),
        ("envs/prod.yaml", "other: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}

#[test]
fn values_of_templates_alone_are_given() {
    let helmfile = "environments: {dev: {}, prod: {}}\n---\nreleases:\n- {name: shop, chart: example/shop, values: [values/shop.yaml.gotmpl, data/x.conf]}\n";
    let seen = apps(&[
        ("helmfile.yaml", helmfile),
        ("values/shop.yaml.gotmpl", "replicas: {{ env \"N\" }}\n"),
        ("data/x.conf", ""),
    ]);
    insta::assert_snapshot!(seen);
}

#[test]
fn no_finding_rests_on_values_that_are_given() {
    let helmfile = "environments: {prod: {}}\n---\nreleases:\n- {name: shop, chart: ./chart, values: [shop.yaml.gotmpl]}\n";
    let files = [
        ("helmfile.yaml", helmfile),
        (
            "shop.yaml.gotmpl",
            "image: {tag: {{ env \"TAG\" }}}\nhost: x\n",
        ),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        (
            "chart/values.yaml",
            "image: {repository: x/shop, tag: latest}\nreplicaCount: 1\n",
        ),
        (
            "chart/templates/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ required \"host\" .Values.host }}}\n",
        ),
    ];
    let sandbox = Sandbox::with(&files);
    let findings = sandbox.check().findings;
    let said: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(said, Vec::<&str>::new());
}
