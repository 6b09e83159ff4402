//! Apps with a chart: effective values over subcharts, and checks of what the chart renders.

use envlint::source::Severity;

use crate::support::{Sandbox, shown};

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 0.1.0\n";
const CONFIG: &str = "environments: {dev: {}, prod: {}}\napps:\n  - {name: shop, chart: chart, values: 'values-{env}.yaml', namespace: 'shop-{env}'}\n";

/// The rule and the place of every finding of a check.
fn places(sandbox: &Sandbox) -> Vec<String> {
    let outcome = sandbox.check();
    let places = outcome.findings.iter().map(|finding| {
        let start = finding.location.start();
        format!(
            "{} {}:{}",
            finding.rule, finding.location.source.path, start.line
        )
    });
    places.collect()
}

#[test]
fn objects_that_a_chart_renders_are_checked_at_their_template() {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        ("chart/Chart.yaml", CHART),
        (
            "chart/templates/secret.yaml",
            "{{- if .Values.external }}\napiVersion: external-secrets.io/v1beta1\nkind: ExternalSecret\nmetadata:\n  name: s\n{{- end }}\n",
        ),
        ("values-dev.yaml", "external: true\n"),
        ("values-prod.yaml", "external: true\n"),
    ]);
    assert_eq!(
        places(&sandbox),
        ["secrets/unserved-api-version chart/templates/secret.yaml:2"]
    );

    sandbox.write("values-dev.yaml", "external: []\n");
    sandbox.write("values-prod.yaml", "external: []\n");
    assert_eq!(
        places(&sandbox),
        [""; 0],
        "what no switch would bring is not checked"
    );
}

#[test]
fn the_defaults_of_a_subchart_are_there_in_every_environment() {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n  - {name: cache, version: 0.1.0, alias: store}\n",
        ),
        (
            "chart/charts/cache/Chart.yaml",
            "apiVersion: v2\nname: cache\nversion: 0.1.0\n",
        ),
        ("chart/charts/cache/values.yaml", "ttl: 60\nmode: fast\n"),
        ("values-dev.yaml", "debugging: false\n"),
        ("values-prod.yaml", "debugging: false\nstore:\n  ttl: 90\n"),
    ]);
    let outcome = sandbox.check();
    let rules: Vec<&str> = outcome
        .findings
        .iter()
        .map(|finding| finding.rule)
        .collect();
    assert_eq!(
        rules,
        ["drift/undeclared-difference"],
        "a difference, and not a key that dev lacks"
    );
}

#[test]
fn a_chart_that_cannot_be_loaded_is_said_once_and_the_values_are_still_compared() {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        ("chart/Chart.yaml", "apiVersion: v9\nname: shop\n"),
        ("values-dev.yaml", "a: 1\nb: 2\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    let found = places(&sandbox);
    assert_eq!(
        found,
        [
            "chart/does-not-render chart/Chart.yaml:1",
            "drift/missing-key values-prod.yaml:1"
        ]
    );
}

/// Helm 3, which Argo CD and Flux have, takes any format for version 2: what it deploys is checked.
#[test]
fn a_chart_that_only_helm_4_refuses_is_rendered() {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        (
            "chart/Chart.yaml",
            "name: shop\nversion: 1.0.0\napiVersion: 1.0.0\n",
        ),
        (
            "chart/templates/map.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata: {a: {{ .Values.a | quote }}}\n",
        ),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\nb: 2\n"),
    ]);
    assert_eq!(
        places(&sandbox),
        [
            "chart/does-not-render chart/Chart.yaml:3",
            "values/unused values-prod.yaml:2"
        ]
    );
    let ran = sandbox.run(&["template", "r", "chart"]);
    assert!(
        ran.stderr.contains("unsupported chart version"),
        "{}",
        ran.stderr
    );
}

#[test]
fn render_prints_the_chart_and_names_the_app_that_fails() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}}\napps:\n  - {name: good, chart: chart, values: 'good-{env}.yaml', namespace: 'ns-{env}'}\n  - {name: bad, chart: chart, values: 'bad-{env}.yaml'}\n",
        ),
        ("chart/Chart.yaml", CHART),
        (
            "chart/templates/map.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}\ndata: {size: {{ .Values.size | int | quote }}, needed: {{ required \"needed!\" .Values.needed }}}\n",
        ),
        ("good-dev.yaml", "size: 3\nneeded: yes-it-is\n"),
        ("bad-dev.yaml", "size: 3\n"),
    ]);
    let ran = sandbox.run(&["render", "--env", "dev"]);
    assert_eq!(ran.status, 2);
    insta::assert_snapshot!(ran.stdout, @r#"
    ---
    # Source: shop/templates/map.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: good, namespace: ns-dev}
    data: {size: "3", needed: yes-it-is}
    "#);
    assert!(
        ran.stderr
            .contains("the chart of `bad` does not render with the values of dev"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("needed!"), "{}", ran.stderr);
}

#[test]
fn what_may_be_deployed_is_not_to_be_guessed_and_what_is_compared_repeats() {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        ("chart/Chart.yaml", CHART),
        (
            "chart/templates/map.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {word: {{ randAlphaNum 24 }}}\n",
        ),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    let render = || sandbox.run(&["render", "--env", "dev"]).stdout;
    assert_ne!(render(), render(), "a password that everybody can compute");
    let compared = sandbox.run(&["diff", "dev", "prod", "--rendered", "--exit-code"]);
    assert_eq!(compared.status, 0, "{}", compared.stdout);
}

#[test]
fn a_chart_beside_the_environments_is_taken_where_only_one_fits() {
    let chart = |directory: &str| {
        let name = format!("{directory}/Chart.yaml");
        (name, "apiVersion: v2\nname: shop\nversion: 1.0.0\n")
    };
    let sandbox = Sandbox::with(&[
        ("shop/environments/dev.yaml", "replicas: 1\n"),
        ("shop/environments/prod.yaml", "replicas: 1\n"),
    ]);
    let charts = || {
        let listed = sandbox.run(&["apps"]).stdout;
        let charts = listed.lines().filter(|line| line.starts_with("    chart"));
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        charts.map(words).collect::<Vec<_>>()
    };
    assert_eq!(charts(), Vec::<String>::new());

    let (file, text) = chart("shop/deploy/chart");
    sandbox.write(&file, text);
    let (file, text) = chart("shop/deploy/chart/charts/cache");
    sandbox.write(&file, text);
    assert_eq!(charts(), ["chart shop/deploy/chart"; 2]);

    // Two could be meant: none is, unless the values fit one alone.
    let (file, text) = chart("shop/other");
    sandbox.write(&file, text);
    assert_eq!(charts(), Vec::<String>::new());

    // One that has none of the values is another app's.
    std::fs::remove_dir_all(sandbox.root().join("shop/deploy")).expect("the chart goes away");
    sandbox.write("shop/other/values.yaml", "port: 80\nhost: a\n");
    assert_eq!(charts(), Vec::<String>::new());
    let hint = sandbox.run(&["render", "--env", "dev"]).stderr;
    assert!(hint.contains("`shop/other`"), "{hint}");
}

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

/// A chart with a subchart `cache`.
const PARENT: &str = "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n  - {name: cache, version: 0.1.0, condition: cache.enabled, import-values: [{child: exports, parent: imported}]}\n";
const CACHE: &str = "apiVersion: v2\nname: cache\nversion: 0.1.0\n";

/// A workspace with the chart and subchart, these defaults and schemas, and the same values in both environments.
fn with_subchart(files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        ("chart/Chart.yaml", PARENT),
        ("chart/charts/cache/Chart.yaml", CACHE),
    ]);
    for (path, text) in files {
        sandbox.write(path, text);
    }
    sandbox
}

#[test]
fn imported_values_are_there_for_the_schema() {
    let sandbox = with_subchart(&[
        ("chart/charts/cache/values.yaml", "exports: {port: 80}\n"),
        (
            "chart/values.schema.json",
            r#"{"properties": {"imported": {"required": ["port"], "properties": {"port": {"type": "string"}}}}, "required": ["imported"]}"#,
        ),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    // Helm is content that it is there; the type is wrong, and the place to change it is the values file.
    let found = places(&sandbox);
    assert_eq!(
        found,
        [
            "schema/values values-dev.yaml:1",
            "schema/values values-prod.yaml:1"
        ]
    );
    let outcome = sandbox.check();
    let related = &outcome.findings[0].related[0].location;
    assert_eq!(related.source.path, "chart/charts/cache/values.yaml");
}

#[test]
fn the_schema_of_a_subchart_holds_at_the_line_of_the_value() {
    let sandbox = with_subchart(&[
        ("chart/charts/cache/values.yaml", "port: 80\n"),
        (
            "chart/charts/cache/values.schema.json",
            r#"{"properties": {"port": {"type": "integer"}, "global": {}, "enabled": {}}, "additionalProperties": false}"#,
        ),
        (
            "values-dev.yaml",
            "global: {a: 1}\ncache:\n  port: \"81\"\n  prot: 1\n",
        ),
        ("values-prod.yaml", "global: {a: 1}\ncache:\n  port: 81\n"),
    ]);
    assert_eq!(
        places(&sandbox),
        [
            "schema/values values-dev.yaml:3",
            "schema/values values-dev.yaml:4",
            "drift/undeclared-difference values-prod.yaml:3",
        ]
    );
}

#[test]
fn a_null_that_takes_a_default_away_is_a_difference() {
    let sandbox = with_subchart(&[
        (
            "envlint.yaml",
            &(CONFIG.to_owned() + "perEnvironment: [{path: x}]\n"),
        ),
        ("chart/values.yaml", "flag: true\nx: 1\n"),
        ("values-dev.yaml", "x: 1\n"),
        ("values-prod.yaml", "x: 2\nflag: null\n"),
    ]);
    assert_eq!(
        places(&sandbox),
        ["drift/undeclared-difference values-prod.yaml:2"]
    );
}

#[test]
fn a_subchart_that_is_off_lacks_nothing_and_globals_differ_once() {
    let sandbox = with_subchart(&[
        ("envlint.yaml", CONFIG),
        (
            "chart/charts/cache/values.yaml",
            "port: 80\nsize: {max: 1}\n",
        ),
        (
            "values-dev.yaml",
            "cache: {enabled: false}\nglobal: {region: a}\n",
        ),
        (
            "values-prod.yaml",
            "cache: {enabled: true}\nglobal: {region: b}\n",
        ),
    ]);
    let outcome = sandbox.check();
    let messages: Vec<_> = outcome
        .findings
        .iter()
        .map(|finding| finding.message.show())
        .collect();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(
        messages[0].starts_with("2 paths of `shop` differ"),
        "{messages:?}"
    );
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

/// A cluster knows the kinds of its versions, and serves none that was removed.
#[test]
fn a_chart_asks_what_a_cluster_would_serve() {
    let job = "\
{{- if .Capabilities.APIVersions.Has \"batch/v1/CronJob\" }}
apiVersion: batch/v1
{{- else }}
apiVersion: batch/v1beta1
{{- end }}
kind: CronJob
metadata: {name: report}
spec: {schedule: '0 4 * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: 'a:1.0.0'}]}}}}}
";
    let budget = "\
{{- if .Capabilities.APIVersions.Has \"policy/v1beta1\" }}
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: shop}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: shop}}}
{{- end }}
";
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        ("chart/Chart.yaml", CHART),
        ("chart/templates/job.yaml", job),
        ("chart/templates/budget.yaml", budget),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    let of_api = |sandbox: &Sandbox| -> Vec<String> {
        let found = places(sandbox);
        found
            .into_iter()
            .filter(|place| place.starts_with("api/"))
            .collect()
    };
    assert_eq!(of_api(&sandbox), [""; 0]);
    // What no cluster of any version serves stays a finding.
    sandbox.write(
        "chart/templates/job.yaml",
        job.replace("apiVersion: batch/v1\n", "apiVersion: batch/v1beta1\n"),
    );
    assert_eq!(of_api(&sandbox), ["api/removed chart/templates/job.yaml:2"]);
}

/// An Ingress may lead to the Services of other releases in its namespace.
#[test]
fn a_service_that_is_named_by_a_plain_text_may_be_another_release_s() {
    let ingress = |name: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: shop}}\nspec: {{rules: [{{http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: {name}, port: {{number: 80}}}}}}}}]}}}}]}}\n"
        )
    };
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: shop-website}\nspec: {ports: [{port: 80}]}\n";
    let missing = |name: &str| {
        let ingress = ingress(name);
        let sandbox = Sandbox::with(&[
            ("envlint.yaml", CONFIG),
            ("chart/Chart.yaml", CHART),
            ("chart/templates/ingress.yaml", ingress.as_str()),
            ("chart/templates/service.yaml", service),
            ("values-dev.yaml", "a: 1\n"),
            ("values-prod.yaml", "a: 1\n"),
        ]);
        let found = places(&sandbox);
        found
            .iter()
            .any(|place| place.starts_with("objects/missing-target"))
    };
    assert!(!missing("shop-account"));
    assert!(missing("shop-webiste"));
    assert!(missing("'{{ .Release.Name }}-account'"));
}

/// Each environment has a chart of its own: what it makes there is checked, and rendered.
#[test]
fn a_chart_for_each_environment_is_rendered_with_its_own_values() {
    let budget = |version: &str| {
        format!(
            "apiVersion: policy/{version}\nkind: PodDisruptionBudget\nmetadata: {{name: shop}}\nspec: {{maxUnavailable: {{{{ .Values.most }}}}, selector: {{matchLabels: {{app: shop}}}}}}\n"
        )
    };
    let (old, new) = (budget("v1beta1"), budget("v1"));
    let sandbox = Sandbox::with(&[
        ("helm/dev/Chart.yaml", CHART),
        ("helm/dev/values.yaml", "most: 1\n"),
        ("helm/dev/templates/budget.yaml", new.as_str()),
        ("helm/prod/Chart.yaml", CHART),
        ("helm/prod/values.yaml", "most: 2\n"),
        ("helm/prod/templates/budget.yaml", old.as_str()),
    ]);
    let removed: Vec<String> = places(&sandbox)
        .into_iter()
        .filter(|place| place.starts_with("api/"))
        .collect();
    assert_eq!(removed, ["api/removed helm/prod/templates/budget.yaml:1"]);
    for (environment, expected) in [
        ("dev", ["apiVersion: policy/v1\n", "maxUnavailable: 1"]),
        (
            "prod",
            ["apiVersion: policy/v1beta1\n", "maxUnavailable: 2"],
        ),
    ] {
        let ran = sandbox.run(&["render", "--env", environment]);
        for text in expected {
            assert!(ran.stdout.contains(text), "{environment}: {}", ran.stdout);
        }
    }
    let ran = sandbox.run(&["diff", "dev", "prod", "--rendered"]);
    assert!(
        ran.stdout.contains("+apiVersion: policy/v1beta1"),
        "{}",
        ran.stdout
    );
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
