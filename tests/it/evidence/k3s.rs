//! Charts that K3s deploys.

use super::apps;

/// A chart with the values of both objects of its name, and one that K3s brings along, in the environment of its folder.
#[test]
fn charts_of_k3s_have_the_values_that_their_objects_hold() {
    let chart = "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: redis, namespace: kube-system}\nspec:\n  repo: https://charts.example.com\n  chart: redis\n  version: 1.0.0\n  targetNamespace: cache\n  set: {replicas: 2}\n  valuesContent: |\n    a: 1\n";
    let config = |name: &str| {
        format!(
            "apiVersion: helm.cattle.io/v1\nkind: HelmChartConfig\nmetadata: {{name: {name}, namespace: kube-system}}\nspec:\n  valuesContent: |-\n    b: 2\n"
        )
    };
    insta::assert_snapshot!(apps(&[
        ("apps/dev/redis.yaml", chart),
        ("apps/dev/redis-config.yaml", &config("redis")),
        ("apps/prod/traefik.yaml", &config("traefik")),
        ("setup/traefik.yaml", &config("traefik")),
    ]));
}
