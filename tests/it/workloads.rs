//! The rules about workloads on values as charts in the wild write them: what they find, and what they leave alone.

use crate::support::{Sandbox, shown};

/// The findings of the rules about workloads in a production file: rule and path.
fn found(text: &str) -> Vec<String> {
    let findings = Sandbox::with(&[("values-prod.yaml", text)])
        .check()
        .findings;
    let about = [
        "production/",
        "resources/",
        "autoscaling/",
        "disruption-budget/",
    ];
    let mut found: Vec<String> = findings
        .iter()
        .filter(|finding| {
            about
                .iter()
                .any(|category| finding.rule.starts_with(category))
        })
        .map(|finding| {
            let path = finding
                .path
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            format!(
                "{} {path}",
                finding.rule.rsplit('/').next().unwrap_or_default()
            )
        })
        .collect();
    found.sort();
    found
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(found(text), expected, "{text}");
}

const RESOURCES: &str = "resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}}\n";

#[test]
fn a_new_chart_of_helm_create() {
    let text = "replicaCount: 1\nimage: {repository: nginx, pullPolicy: IfNotPresent, tag: \"\"}\nimagePullSecrets: []\n\
                serviceAccount: {create: true, automount: true, annotations: {}, name: \"\"}\npodAnnotations: {}\n\
                service: {type: ClusterIP, port: 80}\ningress: {enabled: false, className: \"\", hosts: []}\nresources: {}\n\
                autoscaling: {enabled: false, minReplicas: 1, maxReplicas: 100, targetCPUUtilizationPercentage: 80}\n\
                livenessProbe: {httpGet: {path: /, port: http}}\nvolumes: []\nnodeSelector: {}\ntolerations: []\naffinity: {}\n";
    check(
        text,
        &["missing-resources resources", "single-replica replicaCount"],
    );
}

#[test]
fn a_database_with_primary_and_read_replicas() {
    let text = "global: {imageRegistry: \"\", postgresql: {auth: {existingSecret: db}}}\n\
                image: {registry: docker.io, repository: bitnami/postgresql, tag: 17.2.0-debian-12-r8, digest: \"\", debug: false}\n\
                architecture: replication\nprimary:\n  resourcesPreset: nano\n  resources: {}\n  pdb: {create: true, minAvailable: \"\", maxUnavailable: \"\"}\n\
                readReplicas:\n  replicaCount: 2\n  resourcesPreset: nano\n  resources: {}\n  pdb: {create: true, minAvailable: \"\", maxUnavailable: \"\"}\n\
                volumePermissions:\n  enabled: false\n  image: {repository: bitnami/os-shell, tag: latest}\n  resources: {}\n\
                metrics:\n  enabled: false\n  image: {repository: bitnami/exporter, tag: latest}\n  resources: {}\n\
                diagnosticMode: {enabled: false, command: [sleep], args: [infinity]}\n";
    check(text, &[]);
}

#[test]
fn several_components_are_judged_each_by_itself() {
    let text = format!(
        "image: {{repository: shop, tag: v1}}\napi:\n  replicas: 3\n  {RESOURCES}  pdb: {{minAvailable: 1}}\n\
         web:\n  replicas: 1\n  {RESOURCES}  autoscaling: {{enabled: true, minReplicas: 2, maxReplicas: 5}}\n  pdb: {{maxUnavailable: 1}}\n\
         admin:\n  replicas: 1\n  {RESOURCES}"
    );
    check(&text, &["single-replica admin.replicas"]);
}

#[test]
fn what_stands_around_a_component_speaks_for_it() {
    let text = format!(
        "connect:\n  replicas: 3\n  image: {{repository: spark, tag: v4}}\n  {RESOURCES}\
         autoscaling: {{enabled: true, minReplicas: 3, maxReplicas: 9}}\npodDisruptionBudget: {{enabled: true, minAvailable: 2}}\n"
    );
    check(&text, &[]);
    let tight = text.replace("minAvailable: 2", "minAvailable: 3");
    check(
        &tight,
        &["blocks-every-eviction podDisruptionBudget.minAvailable"],
    );
}

#[test]
fn lists_of_components_have_paths_by_name() {
    let text = "services:\n  - name: api\n    replicas: 1\n    image: api:latest\n  - name: web\n    enabled: false\n    replicas: 1\n    image: web:latest\n";
    check(
        text,
        &[
            "latest-tag services[name=api].image",
            "missing-resources services[name=api].replicas",
            "single-replica services[name=api].replicas",
        ],
    );
}

#[test]
fn jobs_daemon_sets_and_counts_of_other_things_have_no_replicas() {
    for text in [
        "report: {schedule: \"@daily\", replicas: 1}\n",
        "agent: {kind: DaemonSet, replicas: 1}\n",
        "agent: {controller: {type: daemonset}, replicas: 1}\n",
        "kafka: {topics: [{name: a, partitions: 1, replicas: 1}]}\n",
        "search: {config: {index: {replicas: 1}}}\n",
        "api: {replicas: 0}\n",
        "api: {enabled: false, replicas: 1}\n",
        "sub: {enabled: false, api: {replicas: 1}}\n",
        "api: {replicas: {min: 1, max: 3}}\n",
        "replicas: null\n",
        "cluster: {nodes: 6, replicas: 1}\n",
        "master: {count: 1}\nreplica: {replicaCount: 1}\n",
        "primary: {persistence: {enabled: true}}\nreadReplicas: {replicaCount: 1}\n",
    ] {
        check(text, &[]);
    }
}

#[test]
fn budgets_are_found_in_the_words_of_charts() {
    for budget in [
        "podDisruptionBudget: {enabled: true}",
        "podDisruptionBudget: {minAvailable: 1}",
        "pdb: {create: true, minAvailable: \"\", maxUnavailable: \"\"}",
        "pdb: true",
        "disruptionBudget: {maxUnavailable: 25%}",
        "availability: {pdb: {enabled: true, maxUnavailable: 1}}",
        "pdbMinAvailable: 1",
        "pod_disruption_budget: {enabled: true, max_unavailable: 1}",
    ] {
        check(&format!("replicas: 3\n{budget}\n"), &[]);
    }
    for (budget, path) in [
        ("pdb: {create: false}", "pdb.create"),
        ("podDisruptionBudget: {}", "podDisruptionBudget"),
        (
            "podDisruptionBudget: {enabled: false, minAvailable: 1}",
            "podDisruptionBudget.enabled",
        ),
        ("pdb: false", "pdb"),
        ("a: b", "replicas"),
    ] {
        check(
            &format!("replicas: 3\n{budget}\n"),
            &[&format!("no-disruption-budget {path}")],
        );
    }
}

#[test]
fn a_chart_that_makes_its_own_budget_needs_none_in_its_values() {
    let sandbox = Sandbox::with(&[
        ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        (
            "templates/pdb.yaml",
            "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {labels: {of: \"{{ .Values.replicas }}\"}}\n",
        ),
        ("values-prod.yaml", "replicas: 3\n"),
    ]);
    assert_eq!(sandbox.check().findings.len(), 0);
}

#[test]
fn values_switch_on_no_budget_that_the_chart_does_not_make() {
    let messages = |values: &str| {
        let sandbox = Sandbox::with(&[
            ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
            (
                "templates/web.yaml",
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, annotations: {budget: {{ toJson .Values.podDisruptionBudget | quote }}}}\n\
                 spec:\n  replicas: {{ .Values.replicas }}\n  template: {metadata: {labels: {app: web}}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n\
                 spec: {selector: {app: web}}\n",
            ),
            ("values-prod.yaml", values),
        ]);
        let findings = sandbox.check().findings;
        let budgets = findings
            .iter()
            .filter(|finding| finding.rule == "production/no-disruption-budget");
        budgets
            .map(|finding| shown(&finding.message))
            .collect::<Vec<_>>()
    };
    let on = messages("replicas: 3\npodDisruptionBudget: {enabled: true, maxUnavailable: 1}\n");
    assert_eq!(
        on,
        [
            "the disruption budget of the workload is on in prod, but no template of the chart makes one"
        ]
    );
    assert_eq!(messages("replicas: 3\n").len(), 1);
}

#[test]
fn debugging_is_told_from_what_merely_speaks_of_it() {
    for text in [
        "debug: false\n",
        "debug: {enabled: false, port: 5005}\n",
        "debugPort: 5005\n",
        "debug: \"false\"\n",
        "noDebug: true\n",
        "labels: {debug: \"true\"}\n",
        "logLevel: info\n",
        "log: {level: warn, format: json}\n",
        "image: {repository: shop/debug, tag: debug}\n",
        "env: [{name: DEBUG, value: \"0\"}, {name: DEBUG_TOKEN, valueFrom: {secretKeyRef: {name: a, key: b}}}]\n",
        "args: [--level=debug-me, run]\n",
        "env: {DEBUG_PLUGINS: \"true\", DEBUG_SAMPLE_RATE: \"1\"}\n",
    ] {
        check(text, &[]);
    }
    for (text, path) in [
        ("debug: true\n", "debug"),
        ("debug: {enabled: true}\n", "debug.enabled"),
        ("global: {debugMode: yes}\n", "global.debugMode"),
        ("env: {ENABLE_DEBUG: \"true\"}\n", "env.ENABLE_DEBUG"),
        ("env: {X_DEBUG: \"1\"}\n", "env.X_DEBUG"),
        ("env: {DEBUG_ENABLED: \"true\"}\n", "env.DEBUG_ENABLED"),
        ("env: {DEBUG: \"true\"}\n", "env.DEBUG"),
        ("env: {LOG_LEVEL: Debug}\n", "env.LOG_LEVEL"),
        ("log: {level: trace}\n", "log.level"),
        (
            "config: {logging: {level: {root: DEBUG}}}\n",
            "config.logging.level.root",
        ),
        ("extraArgs: [--debug]\n", "extraArgs[0]"),
        (
            "env: [{name: APP_DEBUG, value: \"1\"}]\n",
            "env[name=APP_DEBUG].value",
        ),
    ] {
        check(text, &[&format!("debug-enabled {path}")]);
    }
}

#[test]
fn tags_that_move_are_told_from_those_that_stand() {
    for text in [
        "image: {repository: shop, tag: v1}\n",
        "image: {repository: shop, tag: \"\"}\n",
        "image: {repository: shop, tag: latest, digest: \"sha256:abc\"}\n",
        "image: shop:1.2\n",
        "image: shop@sha256:abc\n",
        "image: localhost:5000/shop:1.2\n",
        "image: \"{{ .Values.repository }}\"\n",
        "image: shop\nimageTag: \"1.2\"\n",
        "image: {name: shop, tag: 1.2.3-latestfix}\n",
        "cacheFrom: latest\n",
    ] {
        check(text, &[]);
    }
    for (text, path) in [
        ("image: {repository: shop, tag: latest}\n", "image.tag"),
        ("global: {image: {tag: latest}}\n", "global.image.tag"),
        ("image: shop:latest\n", "image"),
        ("image: localhost:5000/shop\n", "image"),
        ("image: shop\n", "image"),
        ("sidecarImage: envoy:latest\n", "sidecarImage"),
        ("images: [\"a:1\", \"b:latest\"]\n", "images[1]"),
        (
            "initContainers: [{name: wait, image: \"busybox:latest\"}]\n",
            "initContainers[name=wait].image",
        ),
    ] {
        check(text, &[&format!("latest-tag {path}")]);
    }
}

#[test]
fn bounds_are_compared_only_where_they_are_bounds_of_scaling() {
    for text in [
        "autoscaling: {enabled: false, minReplicas: 5, maxReplicas: 1}\n",
        "keda: {minReplicaCount: 1, maxReplicaCount: 1}\n",
        "port: {min: 9, max: 1}\n",
        "autoscaling: {enabled: true, minReplicas: 2}\n",
    ] {
        check(text, &[]);
    }
    for (text, path) in [
        ("hpa: {min: 5, max: 1}\n", "hpa.min"),
        (
            "keda: {enabled: true, minReplicaCount: 3, maxReplicaCount: 2}\n",
            "keda.minReplicaCount",
        ),
        (
            "worker: {autoscaling: {minReplicas: \"3\", maxReplicas: 2}}\n",
            "worker.autoscaling.minReplicas",
        ),
        (
            "connect: {dynamicAllocation: {minExecutors: 3, maxExecutors: 2}}\n",
            "connect.dynamicAllocation.minExecutors",
        ),
    ] {
        check(text, &[&format!("minimum-exceeds-maximum {path}")]);
    }
}

/// A workspace with a chart of one template, and the same values in dev and prod.
fn with_chart(values: &str, template: &str) -> Sandbox {
    Sandbox::with(&[
        (
            "envlint.yaml",
            "apps: [{name: shop, chart: chart, values: \"{env}.yaml\"}]\nschemas: {crds: [\"crds/*.yaml\"]}\n",
        ),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("chart/values.yaml", "{}\n"),
        ("chart/templates/a.yaml", template),
        ("dev.yaml", values),
        ("prod.yaml", values),
    ])
}

#[test]
fn workloads_are_judged_with_all_that_protects_them_or_not_at_all() {
    let template = |count: usize| {
        format!(
            "{{{{- range $i := until {count} }}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: d{{{{ $i }}}}}}
spec:
  template:
    metadata: {{labels: {{a: 'x{{{{ $i }}}}'}}}}
    spec:
      containers: [{{name: c, image: 'x:1', resources: {{requests: {{cpu: 1, memory: 1Gi}}, limits: {{memory: 1Gi}}}}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: d{{{{ $i }}}}}}
spec: {{selector: {{a: 'x{{{{ $i }}}}'}}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: d{{{{ $i }}}}}}
spec: {{minReplicas: 3, maxReplicas: 5, scaleTargetRef: {{kind: Deployment, name: d{{{{ $i }}}}}}}}
{{{{- end }}}}
# {{{{ .Values.api.replicas }}}}
"
        )
    };
    // What scales them is seen, and that nothing else protects them.
    let of_few = vec!["production/no-disruption-budget".to_owned()];
    for (count, expected) in [(100, of_few), (260, Vec::new())] {
        let sandbox = with_chart("api:\n  replicas: 1\n  image: x\n", &template(count));
        let findings = sandbox.check().findings;
        let worse: Vec<String> = findings
            .iter()
            .filter(|finding| finding.rule.starts_with("production/"))
            .filter(|finding| finding.severity > envlint::source::Severity::Info)
            .map(|finding| finding.rule.to_string())
            .collect();
        assert_eq!(worse, expected, "{count}");
    }
}

#[test]
fn a_chart_renders_objects_of_the_users_own_kinds() {
    let sandbox = with_chart(
        "a: 1\n",
        "apiVersion: ex.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: {sise: 1}\n",
    );
    sandbox.write(
        "crds/thing.yaml",
        "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.ex.com}
spec:
  group: ex.com
  names: {kind: Thing, plural: things}
  versions:
    - name: v1
      served: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            apiVersion: {type: string}
            kind: {type: string}
            spec: {type: object, properties: {size: {type: integer}}}
",
    );
    let ran = sandbox.run(&["check"]);
    assert!(
        ran.stdout
            .contains("Thing `t`: `spec.sise` is not a known field"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_message_names_a_part_of_many() {
    let values = |size: &str| {
        let keys: String = (0..200)
            .map(|at| format!("  s{at}StorageSize: {size}\n"))
            .collect();
        format!("m:\n{keys}")
    };
    let sandbox = Sandbox::with(&[
        ("values-staging.yaml", &values("20Gi")),
        ("values-prod.yaml", &values("10Gi")),
    ]);
    let ran = sandbox.run(&["check"]);
    let line = ran
        .stdout
        .lines()
        .find(|line| line.contains("production/smaller-than-before"));
    let line = line.unwrap_or_else(|| panic!("{}", ran.stdout));
    assert!(line.ends_with(" and 195 more"), "{line}");
}

#[test]
fn a_tag_that_a_template_writes_out_moves_as_well() {
    let template = "apiVersion: apps/v1
kind: Deployment
metadata: {name: tools}
spec:
  template:
    spec:
      containers:
        - name: tools
          image: registry.example.com/tools:latest
        - name: web
          image: \"registry.example.com/web:{{ .Values.tag }}\"
";
    let ran =
        with_chart("tag: 1.2.3\n", template).run(&["check", "--only", "production/latest-tag"]);
    assert!(
        ran.stdout.contains(
            "warning[production/latest-tag]: container `tools` of Deployment `tools` runs `latest` in prod"
        ) && ran.stdout.contains("chart/templates/a.yaml:9:"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("container `web` of"), "{}", ran.stdout);
}

/// The findings of one rule in a workspace of staging and production.
fn of_rule(rule: &str, staging: &str, production: &str) -> Vec<String> {
    let sandbox = Sandbox::with(&[
        ("values-staging.yaml", staging),
        ("values-prod.yaml", production),
    ]);
    let findings = sandbox.check().findings;
    let of_rule = findings.iter().filter(|finding| finding.rule == rule);
    of_rule.map(|finding| shown(&finding.message)).collect()
}

#[test]
fn the_parts_of_one_release_have_one_version() {
    let text = |version: &str| {
        format!("api: {{image: {{tag: {version}}}}}\nweb: {{image: {{tag: {version}}}}}\n")
    };
    assert_eq!(
        of_rule(
            "production/untested-version",
            &text("1.4.2"),
            &text("1.5.0")
        ),
        [
            "`api.image.tag` is 1.5.0 in prod, newer than 1.4.2 in staging, which did not test it; also `web.image.tag`"
        ]
    );
}

#[test]
fn where_errors_are_sent_to_is_no_data() {
    let rule = "production/shared-data";
    let errors =
        "SENTRY_DSN: https://de303153328352a5b50dfdd84d381428@o4545.ingest.us.sentry.io/45083\n";
    assert_eq!(of_rule(rule, errors, errors), [""; 0]);
    let data = "DATABASE_DSN: postgres://shop.db.example.com/shop\n";
    assert_eq!(of_rule(rule, data, data).len(), 1);
}

#[test]
fn init_containers_need_no_resources() {
    let text = format!(
        "replicaCount: 2\nimage: {{tag: '1.0.0'}}\npodDisruptionBudget: {{enabled: true, maxUnavailable: 1}}\n{RESOURCES}initContainers:\n  wait:\n    image: {{tag: '1.0.0'}}\n    resources: {{}}\n"
    );
    check(&text, &[]);
}

#[test]
fn versions_that_applications_give_are_compared() {
    let application = |environment: &str, tag: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop-{environment}}}\nspec:\n  source:\n    repoURL: https://charts.example.com\n    chart: web\n    targetRevision: 1.0.0\n    helm:\n      parameters:\n      - name: image.tag\n        value: {tag}\n"
        )
    };
    let (staging, prod) = (
        application("staging", "1.4.2"),
        application("prod", "1.5.0"),
    );
    let sandbox = Sandbox::with(&[
        ("argocd/staging.yaml", staging.as_str()),
        ("argocd/prod.yaml", prod.as_str()),
    ]);
    let findings = sandbox.check().findings;
    let mut found = findings.iter();
    let found = found.find(|found| found.rule == "production/untested-version");
    let found = found.expect("a finding");
    assert_eq!(
        shown(&found.message),
        "`image.tag` is 1.5.0 in prod, newer than 1.4.2 in staging, which did not test it"
    );
    let place = &found.location;
    assert_eq!(
        (place.source.path.as_str(), place.start().line),
        ("argocd/prod.yaml", 12)
    );
}
