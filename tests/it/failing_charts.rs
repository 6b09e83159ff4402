//! What is said of charts that do not render, and how bad it is.

use envlint::source::Severity;

use crate::support::{Sandbox, shown};

#[test]
fn what_no_value_can_mend_is_an_error_and_said_once() {
    let severities = |template: &str| {
        let sandbox = Sandbox::with(&[
            ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
            ("templates/a.yaml", template),
            ("values-dev.yaml", "a: 1\n"),
            ("values-prod.yaml", "a: 1\n"),
        ]);
        let findings = sandbox.check().findings;
        let found: Vec<_> = findings
            .iter()
            .filter(|finding| finding.rule == "chart/does-not-render")
            .map(|finding| (finding.severity, finding.location.source.path.clone()))
            .collect();
        found
    };
    let here = |severity| (severity, "templates/a.yaml".to_owned());
    assert_eq!(severities("a: {{ toYml . }}\n"), [here(Severity::Error)]);
    let each = severities("a: {{ required \"b is needed\" .Values.b }}\n");
    assert_eq!(each, [here(Severity::Info)]);
    let each = severities("a: [{{ .Values.a }}\n");
    assert_eq!(each, [here(Severity::Error)]);
}

#[test]
fn what_production_lacks_and_others_have_is_an_error_where_rendering_fails() {
    let sandbox = Sandbox::with(&[
        ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        (
            "templates/a.yaml",
            "{{- if .Values.policy.enabled }}\nkind: {{ .Values.a }}\n{{- end }}\n",
        ),
        ("values-dev.yaml", "a: 1\npolicy: {enabled: true}\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    let found: Vec<_> = sandbox
        .check()
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.severity.as_str(), finding.rule))
        .collect();
    assert_eq!(
        found,
        ["error chart/does-not-render"],
        "and not a missing key besides"
    );
}

#[test]
fn a_chart_without_a_dependency_is_checked_as_far_as_it_goes() {
    let chart = "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: db, version: 1.0.0, repository: 'https://charts.example.com'}\n";
    let found = |template: &str| {
        let sandbox = Sandbox::with(&[
            ("chart/Chart.yaml", chart),
            ("chart/templates/a.yaml", template),
            ("chart/values-dev.yaml", "name: a\n"),
            ("chart/values-prod.yaml", "name: 1\n"),
        ]);
        let findings = sandbox.check().findings;
        let mut found: Vec<String> = findings
            .iter()
            .map(|finding| {
                format!(
                    "{:?} {} {}",
                    finding.severity,
                    finding.rule,
                    shown(&finding.message)
                )
            })
            .filter(|text| text.contains("chart/does-not-render"))
            .collect();
        found.sort();
        found
    };
    assert_eq!(
        found("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Values.name }}'}\n"),
        [
            "Info chart/does-not-render the chart `chart` depends on `db`, which `charts/` does not have; its own templates were checked without"
        ]
    );
    // Where its templates need it, nothing is known.
    let needed = found("name: {{ include \"db.name\" . }}\n");
    assert_eq!(needed.len(), 1, "{needed:?}");
    assert!(
        needed[0].contains("does not render before its dependencies are fetched: `db`"),
        "{needed:?}"
    );
    let of_dependency = found("name: {{ .Values.db.host.name }}\n");
    assert!(
        of_dependency[0].contains("are fetched"),
        "{of_dependency:?}"
    );
    // With it, they fail just so.
    let own = found("name: {{ .Values.store.name.first }}\n");
    assert!(own[0].contains("<.Values.store.name.first>"), "{own:?}");
}

#[test]
fn a_chart_that_helm_refuses_or_does_not_find_is_an_error() {
    let sandbox = Sandbox::with(&[
        (
            "a/Chart.yaml",
            "apiVersion: apps/v1\nname: a\nversion: 1.0.0\n",
        ),
        ("a/templates/a.yaml", "a: {{ .Values.a }}\n"),
        ("a/values-dev.yaml", "a: 1\n"),
        ("a/values-prod.yaml", "a: 1\n"),
        ("b/chart.yaml", "apiVersion: v2\nname: b\nversion: 1.0.0\n"),
        ("b/templates/b.yaml", "b: 1\n"),
        ("c/chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
    ]);
    let found: Vec<_> = sandbox
        .check()
        .findings
        .iter()
        .map(|finding| {
            format!(
                "{} {}",
                finding.severity.as_str(),
                finding.location.source.path
            )
        })
        .collect();
    assert_eq!(found, ["error a/Chart.yaml", "error b/chart.yaml"]);
}

#[test]
fn a_value_that_several_environments_lack_is_asked_for_in_all_their_files() {
    let chart = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";
    let template = "{{- if .Values.policy.enabled }}\na: 1\n{{- end }}\n";
    let sandbox = Sandbox::with(&[
        ("chart/Chart.yaml", chart),
        ("chart/templates/a.yaml", template),
        ("values-dev.yaml", "a: 1\npolicy: {enabled: true}\n"),
        ("values-staging.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    let ran = sandbox.run(&["check"]);
    let help = "help: add `policy` to values-staging.yaml and values-prod.yaml; other environments have it";
    assert!(ran.stdout.contains(help), "{}", ran.stdout);
}

/// Helm packs a chart under its own name, and looks for it under that of the dependency: fetching it does not help.
#[test]
fn a_dependency_that_is_called_otherwise_is_never_found() {
    let whole = |dependency: &str| {
        format!("apiVersion: v2\nname: whole\nversion: 1.0.0\ndependencies:\n- {dependency}\n")
    };
    let said = |dependency: &str| -> Vec<String> {
        let findings = Sandbox::with(&[
            (
                "charts/front/Chart.yaml",
                "apiVersion: v2\nname: frontend\nversion: 1.0.0\n",
            ),
            ("charts/front/templates/a.yaml", "kind: A\n"),
            ("whole/Chart.yaml", &whole(dependency)),
            ("whole/templates/b.yaml", "kind: B\n"),
            ("whole/values-dev.yaml", "a: 1\n"),
            ("whole/values-prod.yaml", "a: 1\n"),
        ])
        .check()
        .findings;
        let of_charts = findings
            .iter()
            .filter(|found| found.rule.starts_with("chart/"));
        let said = of_charts.map(|found| {
            let help = found
                .help
                .as_ref()
                .map(crate::support::shown)
                .unwrap_or_default();
            format!("{} {}: {help}", found.severity, found.rule)
        });
        said.collect()
    };
    assert_eq!(
        said("{name: ui, version: 1.0.0, repository: \"file://../charts/front\"}"),
        [
            "error chart/unsatisfied-dependency: write `name: frontend`, and `alias: ui` to keep its values where they are"
        ]
    );
    assert_eq!(
        said("{name: frontend, alias: ui, version: 1.0.0, repository: \"file://../charts/front\"}"),
        [""; 0]
    );
}

#[test]
fn what_fails_everywhere_is_a_warning_where_nothing_gives_more_values() {
    let chart = "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: db, version: 1.0.0, repository: 'https://charts.example.com'}\n";
    let application = |environment: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-{environment}}}\nspec:\n  source: {{repoURL: https://git.example.com/a, path: chart, helm: {{valueFiles: [values-{environment}.yaml]}}}}\n  destination: {{namespace: shop-{environment}}}\n"
        )
    };
    let severity = |template: &str, is_deployed: bool| {
        let mut files = vec![
            ("chart/Chart.yaml", chart.to_owned()),
            ("chart/templates/a.yaml", template.to_owned()),
            ("chart/values-dev.yaml", "name: a\n".to_owned()),
            ("chart/values-prod.yaml", "name: a\n".to_owned()),
        ];
        if is_deployed {
            files.push(("argocd/dev.yaml", application("dev")));
            files.push(("argocd/prod.yaml", application("prod")));
        }
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
        let findings = Sandbox::with(&files).check().findings;
        let mut found = findings.iter().filter(|finding| {
            finding.rule == "chart/does-not-render"
                && shown(&finding.message).contains("nil pointer")
        });
        found.next().map(|finding| finding.severity)
    };
    let own = "kind: {{ .Values.grafana.secretName }}\n";
    assert_eq!(severity(own, true), Some(Severity::Warning));
    assert_eq!(severity(own, false), Some(Severity::Info));
    // The dependency may have it, so that nothing is said.
    assert_eq!(severity("kind: {{ .Values.db.auth.user }}\n", true), None);
}

/// Helm ends it after a thousand rounds, whatever the values are, and names each.
#[test]
fn a_template_that_includes_itself_is_an_error_of_one_line() {
    let sandbox = Sandbox::with(&[
        ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        (
            "templates/a.yaml",
            "a: {{ include (print $.Template.BasePath \"/a.yaml\") . | sha256sum }}\n",
        ),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    let findings = sandbox.check().findings;
    let found: Vec<String> = findings
        .iter()
        .filter(|finding| finding.rule == "chart/does-not-render")
        .map(|finding| format!("{} {}", finding.severity.as_str(), shown(&finding.message)))
        .collect();
    assert_eq!(
        found,
        [
            "error the chart does not render with the values of dev and prod: rendering template has a nested reference name: shop/templates/a.yaml: unable to execute template"
        ]
    );
}
