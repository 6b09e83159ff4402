//! Apps with a chart: effective values over subcharts, and checks of what the chart renders.

use crate::support::Sandbox;

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
