//! What a pull request brings to its preview: nothing of it reaches beyond the preview, comes out, or takes too long.

use crate::support::{Ran, Sandbox};

const CONFIG: &str = "environments: {staging: {}, prod: {}}\napps: [{name: web, chart: chart, values: 'values/{env}.yaml', namespace: 'shop-{env}'}]\npreview:\n  from: staging\n";

/// A workspace with a chart of one template.
fn web(preview: &str, values: &str, template: &str) -> Sandbox {
    Sandbox::with(&[
        ("envlint.yaml", &format!("{CONFIG}{preview}")),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: chart\nversion: 0.1.0\n",
        ),
        ("chart/templates/all.yaml", template),
        ("values/staging.yaml", values),
        ("values/prod.yaml", "a: 1\n"),
    ])
}

fn run(sandbox: &Sandbox, more: &[&str]) -> Ran {
    let now = ["preview", "--pr", "107", "--now", "2026-11-27T20:00:00Z"];
    sandbox.run(&[&now, more].concat())
}

fn config_map(metadata: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{{metadata}}}\n")
}

#[test]
fn objects_of_others_are_neither_applied_nor_deleted() {
    let template = |text: &str| {
        format!("{{{{- if hasPrefix \"preview\" .Release.Namespace }}}}\n{text}{{{{- end }}}}\n")
    };
    for (text, why) in [
        (
            config_map("name: a, namespace: shop-prod"),
            "belongs to the namespace `shop-prod`",
        ),
        (
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop-prod}\n".to_owned(),
            "belongs to the namespace `shop-prod`",
        ),
        (
            config_map("name: --all"),
            "is no name that Kubernetes takes",
        ),
        (
            config_map("name: 'a$(touch x)'"),
            "is no name that Kubernetes takes",
        ),
        (
            config_map("name: \"a\\nkubectl delete namespace shop-prod\""),
            "is no name that Kubernetes takes",
        ),
    ] {
        let sandbox = web("", "a: 1\n", &template(&text));
        for more in [
            &["--cleanup"][..],
            &["--cleanup=manifests"],
            &["--out", "out"],
        ] {
            let ran = run(&sandbox, more);
            assert_eq!(ran.status, 2, "{text} {more:?} {}", ran.stdout);
            assert!(ran.stderr.contains(why), "{}", ran.stderr);
            for word in ["shop-prod", "--all", "touch"] {
                assert!(!ran.stdout.contains(word), "{more:?} {}", ran.stdout);
            }
        }
    }
}

#[test]
fn a_name_with_a_secret_in_it_is_deleted_by_its_label() {
    let template = config_map("name: 'web-{{ .Values.password }}'");
    let sandbox = web("", "password: zq8wkf3hv7tnx2\n", &template);
    let ran = run(&sandbox, &["--cleanup"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let line = "kubectl delete configmap --selector envlint/pull-request=107 --namespace preview-pr-107 --ignore-not-found";
    assert!(ran.stdout.contains(line), "{}", ran.stdout);
    assert!(!ran.stdout.contains("redacted"), "{}", ran.stdout);
}

#[test]
fn what_the_secrets_of_a_cluster_hold_is_no_part_of_a_message() {
    let sandbox = web("", "a: 1\n", &config_map("name: a"));
    for data in [
        "data: {foo: dHJ1bXBldGJhbmpvaGFycDk=}",
        "stringData: {foo: trumpetbanjoharp9}",
    ] {
        sandbox.write(
            "left.yaml",
            format!(
                "apiVersion: v1\nkind: List\nitems:\n- {{apiVersion: v1, kind: Secret, metadata: {{name: db, namespace: other}}, {data}}}\n- {{apiVersion: v1, kind: Namespace, metadata: {{name: preview-pr-107}}, status: {{phase: Terminating, conditions: [{{status: 'True', message: 'login with trumpetbanjoharp9 failed'}}]}}}}\n- {{apiVersion: v1, kind: \"Pod\\nnothing of pull request 107\", metadata: {{name: x-trumpetbanjoharp9, namespace: preview-pr-107}}}}\n"
            ),
        );
        let ran = run(&sandbox, &["--verify", "left.yaml"]);
        assert_eq!(ran.status, 1, "{}", ran.stderr);
        assert!(!ran.stdout.contains("trumpetbanjo"), "{}", ran.stdout);
        assert_eq!(ran.stdout.lines().count(), 2, "{}", ran.stdout);
    }
}

#[test]
fn what_hosts_and_settings_make_of_values_is_bounded() {
    let label = "a".repeat(60);
    let hosts = format!("  hosts: '{{app}}-{{pr}}.{label}.{label}.b'\n");
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {rules: [{host: {{ if hasPrefix \"preview\" .Release.Namespace }}web-107.b{{ else }}a{{ end }}}]}\n";
    let many = format!("x: \"{}\"\n", "a,".repeat(200_000));
    let set = format!("  set: {{'x[*]': '{}'}}\n", "{pr}".repeat(1000));
    let list = format!("x:\n{}", "- 1\n".repeat(10_000));
    for (preview, values, template) in [
        (&hosts, &many, ingress.to_owned()),
        (&set, &list, config_map("name: a")),
    ] {
        let ran = run(&web(preview, values, &template), &["--values-only"]);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.contains("more than 16 MiB"), "{}", ran.stderr);
    }
}

#[test]
fn what_still_goes_to_the_source_is_said() {
    for (values, set, notes) in [
        (
            "db: {url: 'postgres://api-db.shop-staging.svc.cluster.local:5432/shop'}",
            "",
            &["`db.url` of web still goes to the namespace `shop-staging` of staging"][..],
        ),
        (
            "env: {DATABASE_URL: 'postgres://db.shop-staging:5432/shop'}",
            "",
            &["`env.DATABASE_URL` of web still goes to the namespace `shop-staging`"],
        ),
        (
            "env: {DATABASE_URL: 'postgres://pg.internal.example.com:5432/shop'}",
            "",
            &["`env.DATABASE_URL` of web is still the database of staging"],
        ),
        (
            "env: [{name: DATABASE_NAME, value: till}]",
            "",
            &["`env[name=DATABASE_NAME].value` of web is still the database of staging"],
        ),
        (
            "env: {DB_HOST: db.example.com, DB_NAME: till, CACHE: 'redis://staging-cache.example.com:6379'}",
            "  set: {env.DB_NAME: 'till_{pr}'}\n",
            &["`env.CACHE` of web still names a host of staging"],
        ),
        (
            "env: {DATABASE_NAME: till, FILE: values-staging.yaml}",
            "  set: {env.DATABASE_NAME: 'till_{pr}'}\n",
            &[],
        ),
    ] {
        let sandbox = web(set, &format!("{values}\n"), &config_map("name: a"));
        let ran = run(&sandbox, &["--values-only"]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert_eq!(
            ran.stderr.matches("of web ").count(),
            notes.len(),
            "{}",
            ran.stderr
        );
        for note in notes {
            assert!(ran.stderr.contains(note), "{note}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_quota_counts_objects_and_knows_its_words() {
    let template = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b}\n";
    for (quota, says) in [
        (
            "services: 1",
            "the preview has 2 of services in preview-pr-107, but `preview.quota` allows 1",
        ),
        ("count/services: 1", "the preview has 2 of count/services"),
        ("request.cpu: 4", "did you mean `requests.cpu`?"),
        ("foo: 3", "a ResourceQuota limits no `foo`"),
    ] {
        let sandbox = web(&format!("  quota: {{{quota}}}\n"), "a: 1\n", template);
        let ran = run(&sandbox, &["--out", "out"]);
        assert_eq!(ran.status, 2, "{quota} {}", ran.stdout);
        assert!(ran.stderr.contains(says), "{quota} {}", ran.stderr);
        assert!(!sandbox.root().join("out").exists());
    }
    let enough = "  quota: {services: 2, count/deployments.apps: 1, requests.example.com/gpu: 1}\n";
    let ran = run(&web(enough, "a: 1\n", template), &["--out", "out"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
}

#[test]
fn a_quota_counts_claims_and_services_as_the_api_server_does() {
    let template = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  replicas: 2\n  selector: {matchLabels: {a: b}}\n  \
                    template: {metadata: {labels: {a: b}}, spec: {containers: [{name: db, image: \"a@sha256:0123456789012345678901234567890123456789012345678901234567890123\"}]}}\n  \
                    volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 5Gi}}}}]\n---\n\
                    apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: more}\nspec: {resources: {requests: {storage: 1Gi}}}\n---\n\
                    apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, ports: [{port: 80}, {port: 443}]}\n";
    for (quota, says) in [
        (
            "requests.storage: 10Gi",
            "needs 11Gi of requests.storage, but `preview.quota` allows 10Gi",
        ),
        (
            "persistentvolumeclaims: 2",
            "needs 3 of persistentvolumeclaims, but `preview.quota` allows 2",
        ),
        (
            "services.loadbalancers: 0",
            "needs 1 of services.loadbalancers",
        ),
        ("services.nodeports: 1", "needs 2 of services.nodeports"),
    ] {
        let sandbox = web(&format!("  quota: {{{quota}}}\n"), "a: 1\n", template);
        let ran = run(&sandbox, &["--out", "out"]);
        assert_eq!(ran.status, 2, "{quota} {}", ran.stdout);
        assert!(ran.stderr.contains(says), "{quota} {}", ran.stderr);
    }
    let enough = "  quota: {requests.storage: 11Gi, persistentvolumeclaims: 3, services.loadbalancers: 1, services.nodeports: 2}\n";
    let ran = run(&web(enough, "a: 1\n", template), &["--out", "out"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
}
