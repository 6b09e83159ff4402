//! Which images production is said to run under a tag that moves.

use crate::findings::{CHART, CONFIG, check};

/// An image that the chart runs as it stands in the values, without a tag, gets none from anywhere.
#[test]
fn an_image_without_a_tag_that_runs_as_it_is_has_none() {
    let said = |image: &str, expected: &[&str]| {
        let deployment = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: shop}}\nspec:\n  selector: {{matchLabels: {{app: shop}}}}\n  template:\n    metadata: {{labels: {{app: shop}}}}\n    spec:\n      containers: [{{name: web, image: {image}}}]\n"
        );
        check(
            &[
                CHART,
                CONFIG,
                ("chart/templates/a.yaml", &deployment),
                ("chart/values.yaml", "service: {image: acme/zip}\n"),
                ("staging.yaml", "a: 1\n"),
                ("prod.yaml", "a: 1\n"),
            ],
            &["production/latest-tag"],
            expected,
        );
    };
    said(
        "{{ .Values.service.image }}",
        &[
            "warning chart/values.yaml:1 `service.image` has no tag in prod, so Kubernetes pulls `latest`",
        ],
    );
    said("\"{{ .Values.service.image }}:1.2\"", &[]);
}

/// Whatever container a template writes it for; what `helm test` alone runs is none of production.
#[test]
fn an_image_that_a_template_writes_is_judged_in_every_pod() {
    let pod = |metadata: &str, containers: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a{metadata}}}\nspec:\n  {containers}:\n    - name: i\n      image: busybox\n"
        )
    };
    let said = |template: &str, expected: &[&str]| {
        check(
            &[
                CHART,
                CONFIG,
                ("chart/templates/a.yaml", template),
                ("staging.yaml", "a: 1\n"),
                ("prod.yaml", "a: 1\n"),
            ],
            &["production/latest-tag"],
            expected,
        );
    };
    said(
        &pod("", "initContainers"),
        &[
            "warning chart/templates/a.yaml:7 container `i` of Pod `a` runs an image without a tag in prod, so Kubernetes pulls `latest`",
        ],
    );
    said(
        &pod(", annotations: {helm.sh/hook: test}", "containers"),
        &[],
    );
}

/// Each finding stands at the value of its own image, though two have the same digest.
#[test]
fn a_broken_digest_is_shown_where_its_image_takes_it_from() {
    let pod = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  containers:\n    - name: a\n      image: \"acme/{name}@{{{{ .Values.{name}.digest }}}}\"\n"
        )
    };
    let (web, worker) = (pod("web"), pod("worker"));
    check(
        &[
            CHART,
            CONFIG,
            ("chart/templates/a.yaml", &web),
            ("chart/templates/b.yaml", &worker),
            (
                "staging.yaml",
                "web: {digest: \"sha256:12ab\"}\nworker: {digest: \"sha256:12ab\"}\n",
            ),
            (
                "prod.yaml",
                "web: {digest: abcdef1}\nworker: {digest: abcdef2}\n",
            ),
        ],
        &["objects/broken-digest"],
        &[
            "error prod.yaml:1 the digest of the image `acme/web` names no algorithm in prod, so no node can pull it",
            "error prod.yaml:2 the digest of the image `acme/worker` names no algorithm in prod, so no node can pull it",
            "error staging.yaml:1 the digest of the image `acme/web` has 4 digits instead of 64 in staging, so no node can pull it",
            "error staging.yaml:2 the digest of the image `acme/worker` has 4 digits instead of 64 in staging, so no node can pull it",
        ],
    );
}
