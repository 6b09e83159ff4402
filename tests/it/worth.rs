//! Findings that are worth a reader's time at their severity, and advice that can be followed: small workspaces, each with
//! all that a check says of it by the rules that are named.

use crate::findings::{CHART, CONFIG, DEPLOYMENT, SERVICE, check};
use crate::support::{Sandbox, shown};

const SINGLE: &[&str] = &["production/single-replica"];

/// A configuration with two environments of production.
const TWO: (&str, &str) = (
    "envlint.yaml",
    "environments: {prod-eu: {}, prod-us: {}}\nperEnvironment: [{path: \"**\"}]\napps: [{name: shop, chart: chart, values: \"{env}.yaml\"}]\n",
);

#[test]
fn a_default_of_one_replica_is_said_once_where_it_stands() {
    check(
        &[
            CHART,
            TWO,
            ("chart/templates/deployment.yaml", DEPLOYMENT),
            ("chart/templates/service.yaml", SERVICE),
            (
                "chart/values.yaml",
                "replicaCount: 1\nautoscaling: {enabled: false}\n",
            ),
            ("prod-eu.yaml", "a: 1\n"),
            ("prod-us.yaml", "a: 1\n"),
        ],
        SINGLE,
        &[
            "warning chart/values.yaml:1 `replicaCount` is 1 in prod-eu and prod-us, so a node drain or a crash stops all of it",
        ],
    );
}

#[test]
fn a_template_that_sets_one_replica_or_none_is_an_info() {
    let set = DEPLOYMENT.replace("{{ .Values.replicaCount }}", "1");
    let left_out = DEPLOYMENT
        .replace("  replicas: {{ .Values.replicaCount }}\n", "")
        .replace("containers: [{", "\n      containers: [{")
        .replace("spec: {\n", "spec:\n")
        .replace("}]}\n", "}]\n");
    for (template, expected) in [
        (
            &set,
            &[
                "info chart/templates/deployment.yaml:6 the template writes `replicas: 1` for Deployment `shop` in prod, so a node drain or a crash stops all of it",
            ][..],
        ),
        (
            &left_out,
            &[
                "info chart/templates/deployment.yaml:4 the template writes no `replicas` for Deployment `shop`, which means 1 in prod, so a node drain or a crash stops all of it",
            ],
        ),
        // Somebody decides it in the values, and has not done so yet.
        (
            &DEPLOYMENT.replace("replicaCount", "replicaCount | default 1"),
            &[],
        ),
    ] {
        check(
            &[
                CHART,
                CONFIG,
                ("chart/templates/deployment.yaml", template),
                ("chart/templates/service.yaml", SERVICE),
                ("chart/values.yaml", "autoscaling: {enabled: false}\n"),
                ("staging.yaml", "a: 1\n"),
                ("prod.yaml", "a: 1\n"),
            ],
            SINGLE,
            expected,
        );
    }
}

/// The help of each finding of a rule.
fn help(files: &[(&str, &str)], rule: &str) -> Vec<String> {
    let findings = Sandbox::with(files).findings_of(rule);
    let help = findings.iter().filter_map(|finding| finding.help.as_ref());
    help.map(shown).collect()
}

#[test]
fn only_a_budget_that_a_template_makes_can_be_turned_on() {
    const BUDGET: &str = "{{- if .Values.web.podDisruptionBudget.enabled }}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
{{- end }}
";
    let of = |name: &str| {
        DEPLOYMENT
            .replace("shop", name)
            .replace("replicaCount", &format!("{name}.replicas"))
            .replace(".Values.autoscaling.enabled", "false")
    };
    let (web, search) = (of("web"), of("search"));
    let services = [
        SERVICE.replace("shop", "web"),
        SERVICE.replace("shop", "search"),
    ]
    .join("---\n");
    let files = |prod: &'static str| {
        help(
            &[
                CHART,
                CONFIG,
                ("chart/templates/web.yaml", &web),
                ("chart/templates/search.yaml", &search),
                ("chart/templates/services.yaml", &services),
                ("chart/templates/budget.yaml", BUDGET),
                (
                    "chart/values.yaml",
                    "web: {replicas: 1, podDisruptionBudget: {}}\nsearch: {replicas: 1}\n",
                ),
                ("staging.yaml", "a: 1\n"),
                ("prod.yaml", prod),
            ],
            "production/no-disruption-budget",
        )
    };
    assert_eq!(
        files("search: {replicas: 3}\n"),
        ["add a PodDisruptionBudget to the chart's templates, with `maxUnavailable: 1`"]
    );
    let found = files("web: {replicas: 3}\n");
    assert!(
        found.len() == 1 && found[0].starts_with("turn "),
        "{found:?}"
    );
}

#[test]
fn what_only_restates_the_deployment_is_no_lost_setting() {
    let said = |prod: &'static str, expected: &[&str]| {
        check(
            &[
                CHART,
                CONFIG,
                ("chart/templates/a.yaml", "kind: A\na: {{ .Values.a }}\n"),
                ("staging.yaml", "a: 1\n"),
                ("prod.yaml", prod),
            ],
            &["values/unused"],
            expected,
        );
    };
    said(
        "a: 1\nenv: {name: prod, namespace: shop-prod}\n",
        &["warning prod.yaml:2 `env` is set in prod, but no template of the chart reads it"],
    );
    said(
        "a: 1\ndescription: The shop of the north\n",
        &[
            "warning prod.yaml:2 `description` is set in prod, but no template of the chart reads it",
        ],
    );
    said(
        "a: 1\nenv: {name: prod, retries: 3}\n",
        &["error prod.yaml:2 `env` is set in prod, but no template of the chart reads it"],
    );
}

#[test]
fn a_value_that_nothing_reads_says_nothing_of_production() {
    let said = |template: &'static str, expected: &[&str]| {
        check(
            &[
                CHART,
                CONFIG,
                ("chart/templates/a.yaml", template),
                ("staging.yaml", "a: 1\n"),
                (
                    "prod.yaml",
                    "a: 1\ncatalogue: http://catalogue-staging.example.com\n",
                ),
            ],
            &["values/unused", "production/other-environment"],
            expected,
        );
    };
    said(
        "kind: A\na: {{ .Values.a }}\n",
        &["error prod.yaml:2 `catalogue` is set in prod, but no template of the chart reads it"],
    );
    said(
        "kind: A\na: {{ .Values.a }}\nb: {{ .Values.catalogue }}\n",
        &[
            "warning prod.yaml:2 `catalogue` names `staging` in prod: `catalogue-staging.example.com`",
        ],
    );
}

#[test]
fn people_and_taints_are_no_environments() {
    for (prod, count) in [
        ("contact: dev.shop@example.com\n", 0),
        ("contact: shop@staging.example.com\n", 1),
        ("tolerations: [{key: pool, value: shop-staging}]\n", 0),
        ("pool: shop-staging\n", 1),
    ] {
        let sandbox = Sandbox::with(&[
            ("values-dev.yaml", "a: 1\n"),
            ("values-staging.yaml", "a: 1\n"),
            ("values-prod.yaml", prod),
        ]);
        let found = sandbox.findings_of("production/other-environment");
        assert_eq!(found.len(), count, "{prod}");
    }
}

#[test]
fn templates_that_are_here_decide_where_a_library_is_missing() {
    const SCALER: &str = "{{- if .Values.autoscaling.enabled }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {labels: {{ include \"common.labels\" . }}}
spec: {minReplicas: {{ .Values.NUMBER }}, maxReplicas: 9}
{{- end }}
";
    let said = |number: &str, expected: &[&str]| {
        let scaler = SCALER.replace("NUMBER", number);
        check(
            &[
                (
                    "chart/Chart.yaml",
                    "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies: [{name: common, version: 1.x.x, repository: \"oci://example.com/charts\"}]\n",
                ),
                CONFIG,
                ("chart/templates/hpa.yaml", &scaler),
                (
                    "chart/values.yaml",
                    "replicaCount: 2\nautoscaling: {enabled: true, minReplicas: 1, maxReplicas: 9}\n",
                ),
                ("staging.yaml", "a: 1\n"),
                ("prod.yaml", "a: 1\n"),
            ],
            SINGLE,
            expected,
        );
    };
    said("replicaCount", &[]);
    said(
        "autoscaling.minReplicas",
        &[
            "info chart/values.yaml:2 `autoscaling.minReplicas` lets autoscaling go down to 1 replica in prod, which a node drain or a crash stops",
        ],
    );
}

#[test]
fn a_budget_with_both_limits_is_what_its_template_takes() {
    let found = |budget: &str| {
        let text = format!("replicas: 2\npdb: {budget}\n");
        let sandbox = Sandbox::with(&[("values-prod.yaml", &text)]);
        sandbox
            .findings_of("disruption-budget/blocks-every-eviction")
            .len()
    };
    assert_eq!(found("{minAvailable: 2}"), 1);
    assert_eq!(found("{minAvailable: 2, maxUnavailable: 1}"), 0);
}

#[test]
fn advice_fits_the_template() {
    let map =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  password: Xk29vQ7mLp\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      env: [{name: DB_PASSWORD, value: Xk29vQ7mLp}]\n";
    for (template, way) in [(map, "Secret that the pod mounts"), (pod, "secretKeyRef")] {
        let files = [
            CHART,
            CONFIG,
            ("chart/templates/a.yaml", template),
            ("staging.yaml", "a: 1\n"),
            ("prod.yaml", "a: 1\n"),
        ];
        let found = help(&files, "secrets/plaintext");
        assert!(found.len() == 1 && found[0].contains(way), "{found:?}");
    }
}

#[test]
fn kustomize_keeps_the_words_of_a_release_of_flux() {
    let release = |values: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: shop, namespace: shop}}\nspec:\n  chart: {{spec: {{chart: ./chart, sourceRef: {{kind: GitRepository, name: own}}}}}}\n  values:\n    {values}\n"
        )
    };
    let kustomization = "resources: [release.yaml]\n";
    for (values, count) in [("mode: off", 0), ("off: 1", 0), ("image: {tag: 1.10}", 1)] {
        let sandbox = Sandbox::with(&[
            CHART,
            ("clusters/prod/kustomization.yaml", kustomization),
            ("clusters/prod/release.yaml", &release(values)),
        ]);
        let found = sandbox.findings_of("yaml/ambiguous-scalar");
        assert_eq!(found.len(), count, "{values}");
    }
    // Argo CD gives the text to Helm as it is.
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-prod}\nspec:\n  source:\n    repoURL: https://example.com/charts\n    chart: shop\n    targetRevision: 1.0.0\n    helm:\n      values: |\n        mode: off\n  destination: {namespace: shop}\n";
    let sandbox = Sandbox::with(&[("argocd/prod/shop.yaml", application)]);
    assert_eq!(sandbox.findings_of("yaml/ambiguous-scalar").len(), 1);
}

/// The chart of one workload, whose pods have this in their specification.
fn workload(pod: &str) -> String {
    DEPLOYMENT.replace("spec: {containers:", &format!("spec: {{{pod}, containers:"))
}

#[test]
fn a_pod_that_takes_its_node_runs_alone() {
    let said = |pod: &str, values: &str, expected: &[&str]| {
        let template = workload(pod);
        check(
            &[
                CHART,
                CONFIG,
                ("chart/templates/deployment.yaml", &template),
                ("chart/templates/service.yaml", SERVICE),
                ("chart/values.yaml", "autoscaling: {enabled: false}\n"),
                ("staging.yaml", "replicaCount: 1\n"),
                ("prod.yaml", values),
            ],
            SINGLE,
            expected,
        );
    };
    let alone =
        "prod.yaml:1 `replicaCount` is 1 in prod, so a node drain or a crash stops all of it";
    let warning = format!("warning {alone}");
    said("hostNetwork: false", "replicaCount: 1\n", &[&warning]);
    said("hostNetwork: true", "replicaCount: 1\n", &[]);
    // Why it is one may be said in words.
    let info = format!("info {alone}");
    said(
        "hostNetwork: false",
        "replicaCount: 1 # Single node by design.\n",
        &[&info],
    );
}

#[test]
fn a_directory_that_nothing_else_uses_is_little_of_the_node() {
    for (directory, expected) in [
        ("/data/shop", "info"),
        ("/etc", "warning"),
        ("/", "warning"),
    ] {
        let volume = format!("volumes: [{{name: data, hostPath: {{path: {directory}}}}}]");
        let sandbox = Sandbox::with(&[
            CHART,
            CONFIG,
            ("chart/templates/deployment.yaml", &workload(&volume)),
            ("chart/values.yaml", "autoscaling: {enabled: false}\n"),
            ("staging.yaml", "replicaCount: 2\n"),
            ("prod.yaml", "replicaCount: 2\n"),
        ]);
        let found = sandbox.findings_of("security/beyond-baseline");
        let found: Vec<_> = found.iter().map(|found| found.severity.as_str()).collect();
        assert_eq!(found, [expected], "{directory}");
    }
}

#[test]
fn a_null_among_the_defaults_of_a_chart_is_meant() {
    for (defaults, expected) in [("probe: {scheme: null}\n", 0), ("probe: {port: 1}\n", 1)] {
        let sandbox = Sandbox::with(&[
            CHART,
            CONFIG,
            (
                "chart/templates/a.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {url: \"{{ .Values.probe.scheme }}://a\"}\n",
            ),
            ("chart/values.yaml", defaults),
            ("staging.yaml", "a: 1\n"),
            ("prod.yaml", "a: 1\n"),
        ]);
        let found = sandbox.findings_of("values/undefined");
        assert_eq!(found.len(), expected, "{defaults}");
    }
}

#[test]
fn the_name_of_an_item_tells_people_which_it_is() {
    check(
        &[
            CHART,
            CONFIG,
            (
                "chart/templates/a.yaml",
                "{{ range .Values.sites }}\n---\nkind: A\nurl: {{ .url }}\n{{ end }}",
            ),
            ("staging.yaml", "sites: [{name: a, url: x}]\n"),
            ("prod.yaml", "sites: [{name: a, url: y, cache: on}]\n"),
        ],
        &["values/unused"],
        &[
            "error prod.yaml:1 `sites[name=a].cache` is set in prod, but no template of the chart reads it",
        ],
    );
}

#[test]
fn what_is_given_at_deploy_time_makes_the_maps_above_it() {
    const COMMANDS: &str = "deploy:\n\thelm upgrade --install shop example/shop -f staging.yaml SET\n\thelm upgrade --install shop example/shop -f prod.yaml SET\n";
    for (set, expected) in [("--set global.zone=a", "global.size"), ("", "global")] {
        let commands = COMMANDS.replace("SET", set);
        check(
            &[
                ("Makefile", &commands),
                ("staging.yaml", "a: 1\n"),
                ("prod.yaml", "a: 1\nglobal: {size: 2}\n"),
            ],
            &["drift/missing-key"],
            &[&*format!(
                "info staging.yaml:1 `{expected}` is missing in staging; prod has it"
            )],
        );
    }
}

#[test]
fn sizes_of_one_file_are_one_finding() {
    check(
        &[
            (
                "values-staging.yaml",
                "a: {resources: {requests: {cpu: 200m, memory: 2Gi}}}\nb: {resources: {requests: {cpu: 1, memory: 2Gi}}}\n",
            ),
            (
                "values-prod.yaml",
                "a: {resources: {requests: {cpu: 100m, memory: 1Gi}}}\nb: {resources: {requests: {cpu: 1, memory: 1Gi}}}\n",
            ),
        ],
        &["production/smaller-than-before"],
        &[
            "warning values-prod.yaml:1 `a.resources.requests.cpu` drops from 200m in staging to 100m in prod; also `memory`, `b.resources.requests.memory`",
        ],
    );
}

#[test]
fn a_version_of_the_app_that_is_the_tag_of_its_image_moves() {
    let template = DEPLOYMENT.replace("shop:1.0.0", "shop:{{ .Values.appVersion }}");
    let said = |template: &str, expected: &[&str]| {
        check(
            &[
                CHART,
                CONFIG,
                ("chart/templates/deployment.yaml", template),
                ("chart/values.yaml", "autoscaling: {enabled: true}\n"),
                ("staging.yaml", "appVersion: \"1.0.0\"\n"),
                ("prod.yaml", "appVersion: latest\n"),
            ],
            &["production/latest-tag"],
            expected,
        );
    };
    said(
        &template,
        &["error prod.yaml:1 `appVersion` is `latest` in prod, so nobody knows which version runs"],
    );
    said(
        &DEPLOYMENT.replace("{app: shop}}", "{app: \"{{ .Values.appVersion }}\"}}"),
        &[],
    );
}
