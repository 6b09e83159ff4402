//! Charts that an umbrella depends on by `file://` and that nobody put into `charts/`: `helm dependency build` takes them
//! from where they lie, and so does envlint.

use crate::support::Sandbox;

const BACKEND: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: backend}\nspec:\n  replicas: {{ .Values.replicas }}\n  \
    selector: {matchLabels: {app: backend}}\n  template:\n    metadata: {labels: {app: backend}}\n    spec:\n      containers:\n        \
    - {name: app, image: \"{{ .Values.image }}\", args: [\"{{ .Values.phrase }}\"]}\n";

const SCHEMA: &str = r#"{"properties": {"phrase": {"type": "string", "writeOnly": true}}}"#;

fn umbrella(version: &str) -> Sandbox {
    Sandbox::with(&[
        (
            "shop/Chart.yaml",
            &format!(
                "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n- {{name: backend, version: {version}, repository: \"file://../backend\"}}\n"
            ),
        ),
        (
            "backend/Chart.yaml",
            "apiVersion: v2\nname: backend\nversion: 0.1.0\n",
        ),
        (
            "backend/values.yaml",
            "replicas: 1\nimage: shop:1.0.0\nphrase: \"\"\n",
        ),
        ("backend/values.schema.json", SCHEMA),
        ("backend/templates/app.yaml", BACKEND),
        ("values-dev.yaml", "backend: {replicas: 1}\n"),
        (
            "values-prod.yaml",
            "backend: {replicas: 3, replicaCuont: 3, image: \"shop:latest\", phrase: larkspur meadow}\n",
        ),
        (
            "envlint.yaml",
            "environments: {dev: {}, prod: {}}\napps: [{name: shop, chart: shop, values: \"values-{env}.yaml\"}]\n",
        ),
    ])
}

#[test]
fn a_chart_beside_the_umbrella_is_rendered_with_it() {
    let sandbox = umbrella("0.1.0");
    let ran = sandbox.run(&["check"]);
    let shown = ran.stdout;
    for words in [
        // At the chart's own file, where a person can mend it.
        "warning[production/missing-resources]: container `app`",
        "--> backend/templates/app.yaml:10:7",
        "error[values/unused]: `backend.replicaCuont` is set in prod, but no template of the chart reads it",
        "phrase: [redacted, 15 chars]",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    assert!(!shown.contains("dependency build"), "{shown}");
    assert!(!shown.contains("larkspur"), "{shown}");
    let trace = sandbox.run(&[
        "trace",
        "--env",
        "prod",
        "Deployment/backend",
        "spec.replicas",
    ]);
    assert!(
        trace.stdout.contains("backend/templates/app.yaml:5"),
        "{}",
        trace.stdout
    );
}

#[test]
fn one_of_another_version_is_not_taken() {
    let ran = umbrella("0.2.0").run(&["check"]);
    assert!(
        ran.stdout.contains("error[chart/unsatisfied-dependency]"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("app.yaml"), "{}", ran.stdout);
}

#[test]
fn one_under_other_names_is_shown_where_it_lies() {
    let umbrella = |directory: &str, local: &str| {
        let template = BACKEND.replace("name: backend", "name: {{ .Chart.Name }}");
        Sandbox::with(&[
            (
                "shop/Chart.yaml",
                &format!(
                    "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n- {{name: backend, version: 0.1.0, alias: api{local}}}\n- {{name: backend, version: 0.1.0, alias: web{local}}}\n"
                ),
            ),
            (
                &format!("{directory}/Chart.yaml"),
                "apiVersion: v2\nname: backend\nversion: 0.1.0\n",
            ),
            (
                &format!("{directory}/values.yaml"),
                "replicas: 1\nimage: shop:1.0.0\nphrase: \"\"\n",
            ),
            (&format!("{directory}/templates/app.yaml"), &template),
            (
                "shop/values-dev.yaml",
                "api: {replicas: 1}\nweb: {replicas: 1}\n",
            ),
            (
                "shop/values-prod.yaml",
                "api: {replicas: 3}\nweb: {replicas: 3}\n",
            ),
        ])
    };
    for (directory, local) in [
        ("shop/charts/backend", ""),
        // Helm looks at the name that a chart gives itself.
        ("shop/charts/backend-of-another-name", ""),
        ("backend", ", repository: \"file://../backend\""),
    ] {
        let shown = umbrella(directory, local).run(&["check"]).stdout;
        assert!(
            shown.contains("container `app` of Deployment `api` sets no CPU request"),
            "{directory}\n{shown}"
        );
        assert!(
            shown.contains(&format!("--> {directory}/templates/app.yaml:10:7")),
            "{directory}\n{shown}"
        );
    }
}

/// Compared with helm 4.3.1: two that Chart.yaml asks for come out in turns, and of an older one only the templates that the
/// other has not.
#[test]
fn two_of_one_name_are_said_where_it_matters() {
    let said = |version: &str, template: &str| {
        let chart = format!("apiVersion: v2\nname: cache\nversion: {version}\n");
        let ran = Sandbox::with(&[
            (
                "chart/Chart.yaml",
                "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n- {name: cache, version: 1.x.x}\n",
            ),
            (
                "chart/charts/a/Chart.yaml",
                "apiVersion: v2\nname: cache\nversion: 1.0.0\n",
            ),
            ("chart/charts/a/templates/a.yaml", "a: 1\n"),
            ("chart/charts/b/Chart.yaml", &chart),
            (&format!("chart/charts/b/templates/{template}"), "a: 1\n"),
            ("chart/values-dev.yaml", "{}\n"),
            ("chart/values-prod.yaml", "{}\n"),
        ])
        .run(&["check", "--only", "chart/ambiguous-dependency"]);
        let line = ran.stdout.lines().next().unwrap_or_default();
        line.split(':').next().unwrap_or_default().to_owned()
    };
    assert_eq!(said("1.1.0", "a.yaml"), "error[chart/ambiguous-dependency]");
    assert_eq!(
        said("0.9.0", "b.yaml"),
        "warning[chart/ambiguous-dependency]"
    );
    for same in ["1.0.0", "0.9.0"] {
        assert!(!said(same, "a.yaml").contains("ambiguous"), "{same}");
    }
}
