//! Objects that others name or choose: what is missing in one app may be in another, or be made by an operator.

use crate::support::{Sandbox, shown};

const RULES: &str = "objects/missing-target,objects/selects-nothing";

const WORKLOAD: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: shop, component: web}}
  template:
    metadata: {labels: {app: shop, component: web}}
    spec: {containers: [{name: web, image: 'registry.example.com/web:1.2.3'}]}
";

const SERVICE: &str = "apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: shop, component: api}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  defaultBackend: {service: {name: '{{ .Release.Name }}-web', port: {number: 80}}}
";

/// Two apps: `one` has the objects of `chart`, `two` those of `other`, in its namespace.
fn workspace(chart: &str, other: &str, namespace: &str) -> Sandbox {
    let config = format!(
        "environments: {{prod: {{}}}}
apps:
  - {{name: one, chart: one, values: 'one/{{env}}.yaml', namespace: shop}}
  - {{name: two, chart: two, values: 'two/{{env}}.yaml', namespace: {namespace}}}
"
    );
    let manifest = |name: &str| format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
    Sandbox::with(&[
        ("envlint.yaml", config.as_str()),
        ("one/Chart.yaml", manifest("one").as_str()),
        ("one/prod.yaml", "unused: {}\n"),
        ("one/templates/all.yaml", chart),
        ("two/Chart.yaml", manifest("two").as_str()),
        ("two/prod.yaml", "unused: {}\n"),
        ("two/templates/all.yaml", other),
    ])
}

fn said(sandbox: &Sandbox, more: &[&str]) -> Vec<String> {
    let ran = sandbox.run(&[&["check", "--only", RULES, "--format", "json"], more].concat());
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings").iter();
    findings
        .map(|finding| finding["message"].as_str().expect("a message").to_owned())
        .collect()
}

#[test]
fn another_app_of_the_namespace_may_bring_it() {
    let one = format!("{WORKLOAD}---\n{SERVICE}");
    let nothing = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: two}\n";
    let found = said(&workspace(&one, nothing, "shop"), &[]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].starts_with("Service `api` selects `component: api`"),
        "{found:?}"
    );
    assert!(
        found[1].starts_with("Ingress `web` leads to Service `one-web`"),
        "{found:?}"
    );
    let pods = WORKLOAD.replace("component: web", "component: api");
    let brings = format!(
        "{pods}---\napiVersion: v1\nkind: Service\nmetadata: {{name: one-web}}\nspec: {{ports: [{{port: 80}}]}}\n"
    );
    assert_eq!(
        said(&workspace(&one, &brings, "shop"), &[]),
        Vec::<String>::new()
    );
    assert_eq!(said(&workspace(&one, &brings, "other"), &[]).len(), 2);
}

#[test]
fn a_plain_manifest_or_a_command_may_make_it() {
    let service = |namespace: &str| {
        format!("apiVersion: v1\nkind: Service\nmetadata: {{name: one-web{namespace}}}\n")
    };
    let run = |command: &str| format!("jobs:\n  a:\n    steps:\n    - run: |\n        {command}\n");
    let create = "kubectl create service clusterip one-web --tcp=80";
    let applied = "kubectl apply -f - <<EOF\n        apiVersion: v1\n        kind: Service\n        metadata:\n          name: one-web\n        EOF";
    for (path, text, is_said) in [
        ("k8s/web.yaml", service(""), false),
        ("k8s/web.yaml", service(", namespace: shop"), false),
        ("k8s/web.yaml", service(", namespace: other"), true),
        (
            "k8s/web.yaml",
            service("").replace("Service", "ConfigMap"),
            true,
        ),
        ("k8s/prod/web.yaml", service(""), false),
        ("k8s/dev/web.yaml", service(""), true),
        ("k8s/web-dev.yaml", service(""), true),
        (
            "one/templates/off.yaml",
            format!("{{{{ if false }}}}\n{}{{{{ end }}}}\n", service("")),
            true,
        ),
        (
            "k8s/two.yaml",
            "kind: ConfigMap\nmetadata: {name: one-web}\n---\nkind: Service\nmetadata: {name: x}\n"
                .to_owned(),
            true,
        ),
        (
            "k8s/web.yaml",
            "# create one\nkind: Service\nmetadata: {name: x}\nspec:\n  name: one-web\n".to_owned(),
            true,
        ),
        (".github/workflows/a.yaml", run(create), false),
        (
            ".github/workflows/a.yaml",
            run(&format!("{create} -n other")),
            true,
        ),
        (
            ".github/workflows/a.yaml",
            run(&format!("# {create}")),
            true,
        ),
        (
            ".github/workflows/a.yaml",
            run("kubectl create secret generic one-web"),
            true,
        ),
        (".github/workflows/a.yaml", run(applied), false),
    ] {
        let sandbox = workspace(&format!("{WORKLOAD}---\n{SERVICE}"), WORKLOAD, "other");
        let config = std::fs::read_to_string(sandbox.root().join("envlint.yaml")).expect("it");
        sandbox.write(
            "envlint.yaml",
            config.replace("{prod: {}}", "{dev: {}, prod: {}}"),
        );
        sandbox.write(path, &text);
        let found = said(&sandbox, &[]);
        let of_ingress = |message: &String| message.contains("leads to Service `one-web`");
        assert_eq!(
            found.iter().any(of_ingress),
            is_said,
            "{path}: {text}{found:?}"
        );
    }
}

/// What is turned off has a Service all the same, and what is there has its own.
#[test]
fn pods_that_have_a_service_of_their_own_are_not_meant() {
    let own = SERVICE
        .replace("api", "web")
        .replace("'{{ .Release.Name }}-web'", "web");
    let one = format!("{WORKLOAD}---\n{SERVICE}---\n{own}");
    let found = said(&workspace(&one, WORKLOAD, "other"), &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("Ingress"), "{found:?}");
}

#[test]
fn a_check_of_some_apps_does_not_know_what_the_others_bring() {
    let one = format!("{WORKLOAD}---\n{SERVICE}");
    let sandbox = workspace(&one, WORKLOAD, "shop");
    assert_eq!(said(&sandbox, &["one/prod.yaml"]), Vec::<String>::new());
    let apart = workspace(&one, WORKLOAD, "other");
    assert_eq!(said(&apart, &["one/prod.yaml"]).len(), 2);
}

#[test]
fn an_operator_or_the_program_itself_may_make_it() {
    let one = format!("{WORKLOAD}---\n{SERVICE}---\n");
    for (more, expected) in [
        (
            "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nmetadata: {name: a}\n",
            0,
        ),
        (
            "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: a}\n",
            2,
        ),
        (
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\nrules: [{apiGroups: [''], resources: [pods], verbs: [create]}]\n",
            0,
        ),
        (
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\nrules: [{apiGroups: [''], resources: [pods], verbs: [get]}]\n",
            2,
        ),
    ] {
        let sandbox = workspace(&format!("{one}{more}"), WORKLOAD, "other");
        assert_eq!(said(&sandbox, &[]).len(), expected, "{more}");
    }
}

/// Without a backend nobody can tell who makes a Secret; with one, the inventory tells.
#[test]
fn a_secret_that_nobody_lists_is_said_where_a_backend_has_the_others() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: 'web:1', envFrom: [{secretRef: {name: mail}}]}]}\n";
    let made = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: two}\nspec: {target: {name: mail}}\n";
    let rules = ["check", "--only", "objects/missing-configuration"];
    let backend =
        "secrets: {vault: {enabled: true, address: 'https://vault.example.com', role: a}}\n";
    for (other, namespace, values, listed, expected) in [
        (WORKLOAD, "other", "unused: {}\n", "database", ""),
        (
            WORKLOAD,
            "other",
            backend,
            "database",
            "reads Secret `mail`, which neither the chart makes nor envlint.yaml lists",
        ),
        (WORKLOAD, "other", backend, "mail", ""),
        (made, "shop", backend, "database", ""),
        (made, "other", backend, "database", "reads Secret `mail`"),
    ] {
        let sandbox = workspace(pod, other, namespace);
        let config = std::fs::read_to_string(sandbox.root().join("envlint.yaml")).expect("it");
        sandbox.write(
            "envlint.yaml",
            format!("{config}secrets: {{{listed}: {{password: {{}}}}}}\n"),
        );
        sandbox.write("one/prod.yaml", values);
        let ran = sandbox.run(&rules);
        match expected {
            "" => assert!(ran.stdout.contains("no findings"), "{}", ran.stdout),
            said => assert!(ran.stdout.contains(said), "{}", ran.stdout),
        }
    }
}

#[test]
fn keys_that_are_there_only_in_the_cluster_are_left_alone() {
    let pod = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {{containers: [{{name: web, image: 'web:1', env: [{{name: A, valueFrom: {{secretKeyRef: {{name: {name}, key: token}}}}}}]}}]}}\n---\n"
        )
    };
    let secret =
        |more: &str| format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: mine}}\n{more}\n");
    for (more, is_said) in [
        ("stringData: {other: a}", true),
        ("data: {token: YQ==}", false),
        (
            "type: kubernetes.io/service-account-token\ndata: {extra: YQ==}",
            false,
        ),
        ("data: {}", false),
    ] {
        let sandbox = workspace(
            &format!("{}{}", pod("mine"), secret(more)),
            WORKLOAD,
            "other",
        );
        let ran = sandbox.run(&["check", "--only", "objects/missing-configuration"]);
        assert_eq!(
            ran.stdout.contains("reads the key `token`"),
            is_said,
            "{more}: {}",
            ran.stdout
        );
    }
}

#[test]
fn an_app_that_only_a_path_tells_overwrites_nobody() {
    let chart = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\n";
    let sandbox = Sandbox::with(&[
        ("a/Chart.yaml", chart),
        ("a/templates/a.yaml", object),
        ("a/values-dev.yaml", "{}\n"),
        ("a/values-prod.yaml", "{}\n"),
        ("b/Chart.yaml", chart),
        ("b/templates/b.yaml", object),
        ("b/values-dev.yaml", "{}\n"),
        ("b/values-prod.yaml", "{}\n"),
    ]);
    let duplicates = |sandbox: &Sandbox| {
        let findings = sandbox.check().findings;
        let rules = findings.iter().map(|finding| finding.rule);
        rules.filter(|rule| *rule == "objects/duplicate").count()
    };
    assert_eq!(duplicates(&sandbox), 0);
    sandbox.write(
        "envlint.yaml",
        "apps: [{name: a, chart: a, values: \"a/values-{env}.yaml\"}, {name: b, chart: b, values: \"b/values-{env}.yaml\"}]\n",
    );
    assert_ne!(duplicates(&sandbox), 0);
}

/// Who changes to Argo CD often keeps the commands that deployed the chart before.
#[test]
fn two_ways_to_deploy_one_chart_overwrite_nobody() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-prod}\nspec:\n  source: {repoURL: x, path: chart, helm: {valueFiles: [gitops-prod.yaml]}}\n  destination: {namespace: shop}\n";
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n";
    let duplicates = |first: (&str, &str)| {
        let sandbox = Sandbox::with(&[
            first,
            (
                "deploy.sh",
                "helm upgrade legacy chart -f chart/values-prod.yaml --namespace shop\n",
            ),
            (
                "chart/Chart.yaml",
                "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
            ),
            ("chart/templates/x.yaml", object),
            ("chart/gitops-prod.yaml", "a: 1\n"),
            ("chart/values-prod.yaml", "a: 2\n"),
        ]);
        let findings = sandbox.check().findings;
        let rules = findings.iter().map(|finding| finding.rule);
        rules.filter(|rule| *rule == "objects/duplicate").count()
    };
    assert_eq!(duplicates(("argocd/shop.yaml", application)), 0);
    let command = "helm upgrade other chart -f chart/gitops-prod.yaml --namespace shop\n";
    assert_eq!(duplicates(("other.sh", command)), 1);
}

/// One release in two clusters of an environment is no duplicate of itself.
#[test]
fn apps_of_different_clusters_overwrite_nobody() {
    let duplicates = |first: &str, second: &str| {
        let application = |name: &str, server: &str| {
            format!(
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source: {{repoURL: x, path: charts/{name}, helm: {{valueFiles: [values-prod.yaml]}}}}\n  destination: {{server: '{server}', namespace: shop}}\n"
            )
        };
        let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n";
        let (a, b) = (application("a", first), application("b", second));
        let sandbox = Sandbox::with(&[
            ("argocd/a.yaml", a.as_str()),
            ("argocd/b.yaml", b.as_str()),
            (
                "charts/a/Chart.yaml",
                "apiVersion: v2\nname: a\nversion: 1.0.0\n",
            ),
            ("charts/a/templates/x.yaml", object),
            ("charts/a/values-prod.yaml", "{}\n"),
            (
                "charts/b/Chart.yaml",
                "apiVersion: v2\nname: b\nversion: 1.0.0\n",
            ),
            ("charts/b/templates/x.yaml", object),
            ("charts/b/values-prod.yaml", "{}\n"),
        ]);
        let findings = sandbox.check().findings;
        let rules = findings.iter().map(|finding| finding.rule);
        rules.filter(|rule| *rule == "objects/duplicate").count()
    };
    let (one, other) = ("https://one.example.com", "https://other.example.com");
    assert_eq!(duplicates(one, one), 1);
    assert_eq!(duplicates(one, other), 0);
    assert_eq!(duplicates(one, "https://kubernetes.default.svc"), 1);
}

#[test]
fn what_several_apps_have_in_common_names_them_all() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}, prod: {}}\napps:\n- {name: shop, values: [common.yaml, 'shop-{env}.yaml']}\n- {name: web, values: [common.yaml, 'web-{env}.yaml']}\n",
        ),
        ("common.yaml", "logLevel: debug\n"),
        ("shop-dev.yaml", "a: 1\n"),
        ("shop-prod.yaml", "a: 1\n"),
        ("web-dev.yaml", "b: 1\n"),
        ("web-prod.yaml", "b: 1\n"),
    ]);
    let findings = sandbox.check().findings;
    let of_debug = findings
        .iter()
        .filter(|finding| finding.rule == "production/debug-enabled");
    let said: Vec<String> = of_debug.map(|finding| shown(&finding.message)).collect();
    assert_eq!(
        said,
        ["`logLevel` turns debug logs on in prod; the same for `web`"]
    );
}
