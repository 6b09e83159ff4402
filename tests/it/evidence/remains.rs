//! Files that only their names tell, of what is deployed in another way.

use super::{CHART, apps, deployments};

#[test]
fn a_part_of_a_deployed_chart_and_a_sibling_of_layers_are_no_apps() {
    let helmfile = "\
environments: {dev: {}, prod: {}}
---
releases:
- {name: stack, chart: ./charts/stack, values: [\"stack/{{ .Environment.Name }}.yaml\"]}
";
    let databases = "\
releases:
- {name: shop-staging-db, namespace: staging, chart: x/db, values: [values/staging-db.yaml, values/staging-size.yaml]}
- {name: shop-live-db, namespace: live, chart: x/db, values: [values/live-db.yaml]}
";
    let stack = "apiVersion: v2\nname: stack\nversion: 1.0.0\ndependencies:\n- {name: shop, version: 1.0.0, repository: 'file://../shop'}\n";
    let mut files = vec![
        ("helmfile.yaml.gotmpl", helmfile),
        ("charts/stack/Chart.yaml", stack),
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values.yaml", "replicas: 1\n"),
        ("stack/dev.yaml", "shop: {replicas: 1}\n"),
        ("stack/prod.yaml", "shop: {replicas: 2}\n"),
        ("helm-values/shop-dev.yaml", "replicas: 1\n"),
        ("helm-values/shop-prod.yaml", "replicas: 2\n"),
        ("databases/helmfile.yaml", databases),
        ("databases/values/staging-db.yaml", "size: 1\n"),
        ("databases/values/staging-size.yaml", "size: 2\n"),
        ("databases/values/live-db.yaml", "size: 3\n"),
        ("databases/values/preview-db.yaml", "size: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
    // To another environment, the part may be deployed by itself.
    files.push(("helm-values/shop-qa.yaml", "replicas: 1\n"));
    let alone = deployments(&files);
    let alone = alone.iter().filter(|line| line.starts_with("shop "));
    assert_eq!(alone.count(), 3);
}

#[test]
fn copies_of_values_that_are_deployed_are_no_app() {
    let values = "a: 1\nb: 2\nc: {d: 3, e: 4}\nf: [5]\n";
    let application = |environment: &str, values: &str| {
        let values = values.replace('\n', "\n        ");
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: net-{environment}}}\nspec:\n  source:\n    repoURL: https://charts.example.com\n    chart: net\n    targetRevision: 1.0.0\n    helm:\n      valuesObject:\n        {values}\n"
        )
    };
    let other = values.replace("b: 2", "b: 3");
    let (qa, prod) = (application("qa", values), application("prod", &other));
    let mut files = vec![
        ("apps/net-qa.yaml", qa.as_str()),
        ("apps/net-prod.yaml", prod.as_str()),
        ("net-values/values-qa.yaml", values),
        ("net-values/values-prod.yaml", other.as_str()),
    ];
    insta::assert_snapshot!(apps(&files));
    files[3].1 = values;
    assert_eq!(deployments(&files).len(), 2);
}

/// Braces in the values of a plain Application are for those who read the values; nothing fills them in before.
#[test]
fn braces_in_the_values_of_an_application_are_text() {
    let application = |name: &str, values: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source:\n    repoURL: https://charts.example.com\n    chart: grafana\n    targetRevision: 1.0.0\n    helm:\n      {values}\n"
        )
    };
    let object = "valuesObject:\n        legend: '{{domain}}'\n        replicas: 2";
    let block = "values: |\n        legend: '{{domain}}'\n        text: |\n          {{ range .Alerts }}x{{ end }}";
    let filled = "values: |\n        {{ toYaml .Values | nindent 8 }}\n        a: 1";
    let files = [
        ("apps/a.yaml", application("a-prod", object)),
        ("apps/b.yaml", application("b-prod", block)),
        ("apps/c.yaml", application("c-prod", filled)),
        ("apps/d.yaml", application("'d-{{ env }}'", object)),
        ("chart/templates/e.yaml", application("e-prod", object)),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    insta::assert_snapshot!(apps(&files));
}
