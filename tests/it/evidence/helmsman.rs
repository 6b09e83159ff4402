//! helmsman: states of environments over a base.

use super::apps;

#[test]
fn states_of_environments_lie_on_a_base() {
    let base = "helmRepos: {x: https://charts.example.com}\napps:\n  hub: {chart: x/hub, version: 1.0.0, enabled: true, namespace: prod, valuesFiles: []}\n  off: {chart: x/off, enabled: false, valuesFiles: [off.yaml]}\n";
    let state = |env: &str| {
        format!(
            "apps:\n  hub:\n    namespace: hub-{env}\n    name: hub-{env}\n    valuesFiles: [../hub/values.yaml, ../hub/{env}.yaml]\n"
        )
    };
    let files = [
        ("helmsman.yaml", base),
        ("helmsman/dev.yaml", &state("dev")),
        ("helmsman/prod.yaml", &state("prod")),
        ("helmsman/kiosk.yaml", &state("kiosk")),
        ("hub/values.yaml", "a: 1\n"),
        ("hub/dev.yaml", "a: 1\n"),
        ("hub/kiosk.yaml", "a: 1\n"),
    ];
    insta::assert_snapshot!(apps(&files));
}
