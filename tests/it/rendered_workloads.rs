//! What is said of production by what the chart makes, where the names of values alone would mislead.

use crate::findings::{CHART, CONFIG, SERVICE, check};

/// A tag that no container has is a label; one that a container has is told, whatever it is called.
#[test]
fn a_tag_without_an_image_is_one_of_an_image_where_a_container_has_it() {
    let said = |image: &str, values: &str, expected: &[&str]| {
        let deployment = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: shop, labels: {{tag: \"{{{{ .Values.labels.tag }}}}\"}}}}\nspec:\n  template:\n    spec: {{containers: [{{name: shop, image: \"{image}\", env: [{{name: A, value: \"{{{{ .Values.env }}}}\"}}]}}]}}\n"
        );
        check(
            &[
                CHART,
                CONFIG,
                ("chart/templates/deployment.yaml", &deployment),
                ("staging.yaml", "labels: {tag: v1}\nenv: {}\n"),
                ("prod.yaml", values),
            ],
            &["production/latest-tag"],
            expected,
        );
    };
    let label = "labels: {tag: alpine}\nenv: {SHOP_IMAGE_TAG: latest}\n";
    said("shop:1.17.0", label, &[]);
    said(
        "shop:{{ .Values.labels.tag }}",
        label,
        &[
            "warning prod.yaml:1 `labels.tag` is `alpine` in prod, so nobody knows which version runs",
        ],
    );
    said(
        "shop:{{ .Values.env.SHOP_IMAGE_TAG }}",
        label,
        &[
            "error prod.yaml:2 `env.SHOP_IMAGE_TAG` is `latest` in prod, so nobody knows which version runs",
        ],
    );
}

#[test]
fn every_container_of_a_template_that_lacks_resources_is_named() {
    let pods = "apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  template:
    spec:
      containers:
        - {name: web, image: \"a:1.0.0\"}
        - {name: proxy, image: \"b:1.0.0\"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: b}
spec:
  template:
    spec:
      containers:
        - {name: metrics, image: \"c:1.0.0\"}
";
    check(
        &[
            CHART,
            CONFIG,
            ("chart/templates/pods.yaml", pods),
            ("staging.yaml", "a: 1\n"),
            ("prod.yaml", "a: 1\n"),
        ],
        &["production/missing-resources"],
        &[
            "warning chart/templates/pods.yaml:7 container `proxy` of Deployment `a` sets no CPU request, no memory request and no memory limit in prod; also container `metrics` of Deployment `b`, container `web` of Deployment `a`",
        ],
    );
}

#[test]
fn replicas_of_a_template_or_of_a_key_of_any_name_ask_for_a_budget() {
    let said = |replicas: &str, values: &str, expected: &[&str]| {
        let deployment = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: shop}}\nspec:\n  replicas: {replicas}\n  template:\n    metadata: {{labels: {{app: shop}}}}\n    spec: {{containers: [{{name: shop, image: \"shop:1.0.0\"}}]}}\n"
        );
        check(
            &[
                CHART,
                CONFIG,
                ("chart/templates/deployment.yaml", &deployment),
                ("chart/templates/service.yaml", SERVICE),
                ("staging.yaml", values),
                ("prod.yaml", values),
            ],
            &["production/no-disruption-budget"],
            expected,
        );
    };
    let expected = [
        "warning chart/templates/deployment.yaml:5 no disruption budget selects the pods of Deployment `shop` in prod, so a node drain can stop all of them at once",
    ];
    said("3", "a: 1\n", &expected);
    said(
        "{{ .Values.replica.count }}",
        "replica: {count: 2}\n",
        &expected,
    );
    said("{{ .Values.replica.count }}", "replica: {count: 1}\n", &[]);
}

/// What the other environment has was chosen for it, or is what the chart has for all.
#[test]
fn less_than_the_default_of_the_chart_is_no_warning() {
    let said = |staging: &str, expected: &str| {
        check(
            &[
                CHART,
                CONFIG,
                ("chart/values.yaml", "autoscaling: {maxReplicas: 3}\n"),
                ("staging.yaml", staging),
                ("prod.yaml", "autoscaling: {maxReplicas: 1}\n"),
            ],
            &["production/smaller-than-before"],
            &[expected],
        );
    };
    said(
        "autoscaling: {maxReplicas: 3}\n",
        "warning prod.yaml:1 `autoscaling.maxReplicas` drops from 3 in staging to 1 in prod",
    );
    said(
        "a: 1\n",
        "info prod.yaml:1 `autoscaling.maxReplicas` drops from 3 in staging to 1 in prod",
    );
}
