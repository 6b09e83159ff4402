//! What a disruption budget protects.

use crate::findings::{CHART, CONFIG, check};

/// A Deployment, and a budget of which the pods of all deployments are.
fn shop(workloads: &[(&str, u32)], namespace: &str) -> String {
    let workloads = workloads.iter().map(|(name, replicas)| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  replicas: {replicas}\n  selector: {{matchLabels: {{name: {name}}}}}\n  template:\n    metadata: {{labels: {{name: {name}, app: shop}}}}\n    spec: {{containers: [{{name: a, image: acme/a:1}}]}}\n---\n"
        )
    });
    let budget = format!(
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: shop{namespace}}}\nspec: {{minAvailable: 2, selector: {{matchLabels: {{app: shop}}}}}}\n"
    );
    workloads.chain([budget]).collect()
}

#[test]
fn the_pods_of_all_workloads_of_a_budget_count_together() {
    let said = |text: &str, expected: &[&str]| {
        check(
            &[
                CHART,
                CONFIG,
                ("chart/templates/a.yaml", text),
                ("staging.yaml", "a: 1\n"),
                ("prod.yaml", "a: 1\n"),
            ],
            &["disruption-budget/blocks-every-eviction"],
            expected,
        );
    };
    said(&shop(&[("web", 2), ("api", 2)], ""), &[]);
    said(&shop(&[("web", 3), ("api", 1)], ""), &[]);
    said(
        &shop(&[("web", 1), ("api", 1)], ""),
        &[
            "error chart/templates/a.yaml:22 `minAvailable` of the disruption budget `shop` of 2 workloads is 2 of 2 replicas in staging and prod: no pod can ever be evicted, so no node can be drained",
        ],
    );
    // A budget of another namespace protects nothing here.
    said(&shop(&[("web", 2)], ", namespace: kube-system"), &[]);
}
