//! Layers: values files that are laid over each other, as `helm -f` does, and what the configuration says of them.

use crate::support::Sandbox;

const CONFIG: &str = "\
environments:
  dev: {}
  prod: {kubernetes: \"1.31\"}
kubernetes: \"1.30\"
apps:
  - name: shop
    chart: chart
    values: [common.yaml, \"{env}.yaml\"]
    given: [image.tag]
";

const TEMPLATE: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data:
  version: {{ .Capabilities.KubeVersion.Version | quote }}
  level: {{ .Values.level | quote }}
  name: {{ .Values.name | quote }}
  port: {{ .Values.port | quote }}
";

fn layered() -> Sandbox {
    Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("chart/values.yaml", "level: none\nname: none\nport: 80\n"),
        ("chart/templates/a.yaml", TEMPLATE),
        ("common.yaml", "level: info\nname: shop\n"),
        ("dev.yaml", "level: debug\n"),
        ("prod.yaml", "image: {tag: '1'}\n"),
        ("chart/templates/NOTES.txt", "{{ .Values.image }}\n"),
    ])
}

#[test]
fn layers_are_rendered_in_order_for_the_cluster_that_is_declared() {
    let sandbox = layered();
    let data = |environment: &str| {
        let ran = sandbox.run(&["render", "--env", environment]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        let lines = ran.stdout.lines().skip_while(|line| *line != "data:");
        lines.skip(1).map(str::trim).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        data("dev"),
        r#"version: "v1.30" level: "debug" name: "shop" port: "80" "#
    );
    assert_eq!(
        data("prod"),
        r#"version: "v1.31" level: "info" name: "shop" port: "80" "#
    );
}

/// What a check says: rule, severity and place.
fn said(sandbox: &Sandbox) -> Vec<String> {
    let findings = sandbox.check().findings;
    let said = findings.iter().map(|finding| {
        format!(
            "{} {} {}:{}",
            finding.severity,
            finding.rule,
            finding.location.source.path,
            finding.location.start().line
        )
    });
    said.collect()
}

#[test]
fn what_a_layer_says_is_missing_nowhere_and_is_found_in_the_layer() {
    let sandbox = layered();
    assert_eq!(
        said(&sandbox),
        [
            "warning layout/hierarchical-values common.yaml:1",
            "info drift/undeclared-difference common.yaml:1",
        ]
    );
    sandbox.write(
        "common.yaml",
        "level: info\nname: shop\npassword: 9fK2mQx7Lw3zVb8TnR5yHc1D\n",
    );
    assert!(
        said(&sandbox).contains(&"error secrets/plaintext common.yaml:3".to_owned()),
        "{:?}",
        said(&sandbox)
    );
}

#[test]
fn values_over_no_chart_are_those_of_all_layers() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}, prod: {}}\napps: [{name: shop, values: [common.yaml, \"{env}.yaml\"]}]\n",
        ),
        ("common.yaml", "level: info\nname: shop\n"),
        ("dev.yaml", "name: shop\nextra: 1\n"),
        ("prod.yaml", "extra: 1\n"),
    ]);
    assert_eq!(
        said(&sandbox),
        ["warning layout/hierarchical-values common.yaml:1"]
    );
}

#[test]
fn one_entry_stands_for_all_apps_that_have_files() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments:\n  dev: {}\n  staging: {aliases: [stg]}\n  prod: {}\napps:\n  - name: \"{app}\"\n    values: \"clusters/{env}/{app}/values.yaml\"\n    namespace: \"{app}-{env}\"\n  - {name: tools, values: \"tools/{env}.yaml\", environments: [prod]}\n",
        ),
        ("clusters/dev/shop/values.yaml", "a: 1\n"),
        ("clusters/stg/shop/values.yaml", "a: 1\n"),
        ("clusters/prod/shop/values.yaml", "a: 1\n"),
        ("clusters/prod/web/values.yaml", "a: 1\n"),
        ("tools/prod.yaml", "a: 1\n"),
    ]);
    let workspace = envlint::workspace::Workspace::open(&sandbox.root()).expect("a workspace");
    let seen: Vec<String> = workspace
        .apps
        .iter()
        .flat_map(|app| {
            app.deployments.iter().map(|known| {
                let name = &known.environment.name;
                format!(
                    "{} {name} {} {}",
                    app.name,
                    known.own.path(),
                    app.namespace(name)
                )
            })
        })
        .collect();
    assert_eq!(
        seen,
        [
            "shop dev clusters/dev/shop/values.yaml shop-dev",
            "shop staging clusters/stg/shop/values.yaml shop-staging",
            "shop prod clusters/prod/shop/values.yaml shop-prod",
            "web prod clusters/prod/web/values.yaml web-prod",
            "tools prod tools/prod.yaml default",
        ]
    );
    assert_eq!(said(&sandbox), Vec::<String>::new());
}

#[test]
fn mistakes_of_layers_are_said_at_their_place() {
    let many = "dev.yaml, ".repeat(201);
    let endless = format!("apps: [{{name: shop, values: [{many}\"{{env}}.yaml\"]}}]\n");
    for (config, expected) in [
        (
            "apps: [{name: shop, values: [a.yaml, b.yaml]}]\n",
            "put `{env}` where the environment's name stands",
        ),
        (
            "apps: [{name: shop, values: []}]\n",
            "at least one values file",
        ),
        (
            "apps: [{name: shop, values: [\"{app}.yaml\", \"{env}.yaml\"]}]\n",
            "call the app `{app}`, too",
        ),
        (
            "apps: [{name: \"{app}\", values: \"{env}.yaml\"}]\n",
            "put `{app}` where the app's name stands",
        ),
        (
            "environments: {dev: {aliases: [prod]}, prod: {}}\n",
            "`prod` already stands for an environment",
        ),
        (
            "environments: {dev: {}}\napps: [{name: shop, values: \"{env}.yaml\", environments: [deev]}]\n",
            "did you mean `dev`?",
        ),
        (
            "kubernetes: latest\n",
            "could not parse \"latest\" as version",
        ),
        (
            "apps: [{name: shop, values: [none.yaml, \"{env}.yaml\"]}]\n",
            "the layer `none.yaml` of `shop` does not exist",
        ),
        (&endless, "at most 200 values files"),
    ] {
        let sandbox = Sandbox::with(&[("envlint.yaml", config), ("dev.yaml", "a: 1\n")]);
        let ran = sandbox.run(&["check"]);
        assert_eq!(ran.status, 2, "{config}{}", ran.stdout);
        assert!(ran.stderr.contains(expected), "{config}{}", ran.stderr);
    }
}

#[test]
fn environments_beside_each_other_are_held_against_the_one_before() {
    let config = "environments: {dev: {}, stg-eu: {}, stg-us: {}, prod-eu: {}, prod-us: {}}\napps: [{name: shop, values: \"v/{env}.yaml\"}]\nperEnvironment: [{path: size, expect: non-decreasing}]\n";
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", config),
        ("v/dev.yaml", "size: 1\n"),
        ("v/stg-eu.yaml", "size: 3\n"),
        ("v/stg-us.yaml", "size: 2\n"),
        ("v/prod-eu.yaml", "size: 5\n"),
        ("v/prod-us.yaml", "size: 2\n"),
    ]);
    assert_eq!(said(&sandbox), Vec::<String>::new());
    sandbox.write("v/prod-us.yaml", "size: 1\n");
    assert_eq!(said(&sandbox), ["error drift/expectation v/prod-us.yaml:1"]);
}
