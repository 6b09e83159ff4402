//! What a promotion would break in the target, although another environment has it already.

use insta::assert_snapshot;

use crate::support::{Ran, Sandbox};

const STAGING: &str = "environments/staging/values.yaml";
const PROD: &str = "environments/prod/values.yaml";

const CHART: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, labels: {app: shop}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: "shop:{{ .Values.image.tag }}"
          env:
            - {name: MODE, value: {{ .Values.mode }}}
            - {name: WORD, value: {{ .Values.word | upper | quote }}}
"#;

const VALUES: &str = "replicas: 2\nimage: {tag: 1.4.0}\nmode: fast\nword: plain\n";

/// Three environments with the same values, and those of the first one that were changed.
fn shop(changed: &str, values: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}, staging: {}, prod: {}}\n\
             apps: [{name: shop, chart: charts/shop, values: \"environments/{env}/values.yaml\"}]\n\
             perEnvironment: [{path: replicas}]\n",
        ),
        (
            "charts/shop/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("charts/shop/templates/deployment.yaml", CHART),
    ]);
    for environment in ["dev", "staging", "prod"] {
        sandbox.write(&format!("environments/{environment}/values.yaml"), VALUES);
    }
    sandbox.write(&format!("environments/{changed}/values.yaml"), values);
    sandbox
}

fn promote(sandbox: &Sandbox, from: &str, to: &str) -> Ran {
    let ran = sandbox.run(&["promote", "--from", from, "--to", to, "--write"]);
    assert_eq!(ran.stderr, "");
    ran
}

/// From where the refusals begin.
fn refusals(ran: &Ran) -> &str {
    let at = ran.stdout.find("refused[").expect("a refusal");
    ran.stdout.get(at..).expect("a text")
}

#[test]
fn an_object_that_the_api_refuses_stays_where_it_is() {
    let sandbox = shop("dev", &VALUES.replace("mode: fast", "mode: 5"));
    let ran = promote(&sandbox, "dev", "staging");
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert_snapshot!(refusals(&ran), @r#"
    refused[api/invalid-object]: the result would have a new error in staging: Deployment `shop`: `spec.template.spec.containers[name=shop].env[name=MODE].value` must be text, but is a number, so the API server refuses the object
      --> charts/shop/templates/deployment.yaml:14:13
       |
    14 |             - {name: MODE, value: {{ .Values.mode }}}
       |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = app: shop
       = help: quote it: in the template with `| quote`, or in the values where `toYaml` prints them

    dev -> staging: 1 app, nothing promoted, 1 app refused
    "#);
    assert_eq!(sandbox.read(STAGING), VALUES);
}

#[test]
fn a_chart_that_no_longer_renders_in_the_source_either_is_not_promoted() {
    let sandbox = shop("dev", &VALUES.replace("word: plain", "word: [plain]"));
    let ran = promote(&sandbox, "dev", "staging");
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert_snapshot!(refusals(&ran), @r#"
    refused[chart/does-not-render]: the result would have a new error in staging: the chart `charts/shop` does not render with the values of staging: shop/templates/deployment.yaml:15:52
                                      executing "shop/templates/deployment.yaml" at <upper>:
                                        wrong type for value; expected string; got []interface {}
      --> charts/shop/templates/deployment.yaml:15:53
       |
    15 |             - {name: WORD, value: {{ .Values.word | upper | quote }}}
       |                                                     ^^^^^^^^^^^^^^^^^
       |
       = app: shop
       = help: run `envlint explain chart/does-not-render` for the way out

    dev -> staging: 1 app, nothing promoted, 1 app refused
    "#);
    assert_eq!(sandbox.read(STAGING), VALUES);
}

#[test]
fn a_value_that_no_template_reads_does_not_come_to_production() {
    let unused = VALUES.replace("tag: 1.4.0", "tag: 1.4.0, policy: Always");
    let sandbox = shop("staging", &unused);
    let ran = promote(&sandbox, "staging", "prod");
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert_snapshot!(refusals(&ran), @r#"
    refused[values/unused]: the result would have a new error in prod: `image.policy` is set in prod, but no template of the chart reads it
     = app: shop
     = help: remove it, or let a template of the chart read it

    staging -> prod: 1 app, nothing promoted, 1 app refused
    "#);
    assert_eq!(sandbox.read(PROD), VALUES);
    let ran = promote(&shop("dev", &unused), "dev", "staging");
    assert_eq!(ran.status, 0, "only a warning there: {}", ran.stdout);
}

#[test]
fn what_production_has_already_is_no_reason_to_keep_a_clean_up_back() {
    let unused = VALUES.replace("tag: 1.4.0", "tag: 1.4.0, policy: Always, debugger: no");
    let sandbox = shop("staging", &unused.replace(", debugger: no", ""));
    sandbox.write(PROD, &unused);
    let ran = promote(&sandbox, "staging", "prod");
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    assert!(!sandbox.read(PROD).contains("debugger"));
    sandbox.write(
        "environments/staging/values.yaml",
        unused.replace("debugger: no", "platform: arm64"),
    );
    let ran = promote(&sandbox, "staging", "prod");
    assert_eq!(ran.status, 1, "one more: {}", ran.stdout);
}

const TEMPLATES: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data:
  level: {{ .Values.level | quote }}
  shop.conf: |
    port = 80
    timeout = {{ .Values.timeout }}
    {{- if .Values.search.enabled }}
    search = {{ .Values.search.index }}
    {{- end }}
---
apiVersion: v1
kind: Secret
metadata: {name: shop}
stringData:
  password: {{ printf "%s-%s" "hunter2hunter2" .Values.level | quote }}
{{- if .Values.search.enabled }}
---
apiVersion: v1
kind: Service
metadata: {name: search}
spec: {selector: {app: search}, ports: [{port: 80}]}
{{- end }}
{{- if .Values.legacy }}
---
apiVersion: v1
kind: Service
metadata: {name: legacy}
spec: {selector: {app: legacy}, ports: [{port: 80}]}
{{- end }}
"#;

/// A change of each kind, in one chart.
fn changes() -> Sandbox {
    let before = "image: {tag: 2.0.0}\nlevel: info\ntimeout: 10s\nnote: a\nsearch: {enabled: false}\nlegacy: true\n";
    let after = "image: {tag: 1.9.0}\nlevel: debug\ntimeout: 20s\nnote: b|c @all\nsearch: {enabled: true, index: items}\n";
    let template = format!(
        "{TEMPLATES}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: shop}}\nspec: {{containers: [{{name: shop, image: \"shop:{{{{ .Values.image.tag }}}}\"}}]}}\n"
    );
    Sandbox::with(&[
        (
            "envlint.yaml",
            "environments: {dev: {}, staging: {}}\n\
             apps: [{name: shop, chart: charts/shop, values: \"environments/{env}/values.yaml\"}]\n\
             promotion: {stop: [{path: level, when: {leaves: [debug, info]}}]}\n",
        ),
        (
            "charts/shop/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("charts/shop/templates/all.yaml", &template),
        ("environments/dev/values.yaml", after),
        ("environments/staging/values.yaml", before),
    ])
}

#[test]
fn the_body_says_what_changes_in_the_cluster_and_why() {
    let sandbox = changes();
    let ran = sandbox.promote(&["--write", "--pr-body", "body.md", "--outputs", "outputs"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let body = sandbox.read("body.md");
    assert!(!body.contains("hunter2"), "{body}");
    assert_snapshot!("cluster-body", body);
    assert_snapshot!(sandbox.read("outputs"), @r#"
    changed=true
    changes=7
    title=Promote dev to staging: shop
    branch=promote/dev-to-staging/shop
    labels=promotion,to-staging
    apps=["shop"]
    refused=[]
    "#);
}

#[test]
fn outputs_are_added_to_those_of_other_steps() {
    let sandbox = changes();
    sandbox.write("outputs", "before=1\n");
    let ran = sandbox.promote(&["--outputs", "outputs", "--except", "**"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    assert_snapshot!(sandbox.read("outputs"), @r#"
    before=1
    changed=false
    changes=0
    title=Promote dev to staging
    branch=promote/dev-to-staging/apps
    labels=promotion,to-staging
    apps=[]
    refused=[]
    "#);
    sandbox.write("folder/file", "");
    let ran = sandbox.promote(&["--write", "--outputs", "folder"]);
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    assert!(
        sandbox.read(STAGING).contains("2.0.0"),
        "nothing was written"
    );
}

#[test]
fn what_takes_back_and_what_nobody_can_decide_is_said() {
    let sandbox = shop("prod", &format!("{VALUES}featureX: true\n"));
    sandbox.git(&["init", "--quiet"]);
    let first = sandbox.commit_by("Ada", 1);
    // A fix of prod at night, carried back.
    let fixed = format!("{}featureX: true\n", VALUES.replace("fast", "safe"));
    sandbox.write(PROD, &fixed);
    sandbox.commit_by("Ben", 2);
    sandbox.write(STAGING, VALUES.replace("fast", "safe"));
    sandbox.commit_by("Ben", 3);
    let arguments = ["promote", "--from", "staging", "--to", "prod", "--rev"];
    let ran = sandbox.run(&[&arguments[..], &[&*first]].concat());
    let said: String = ran.stdout.lines().fold(String::new(), |said, line| {
        match line.trim_start().starts_with("warning:") {
            true => said + &line.replace(&*first, "[commit]") + "\n",
            false => said,
        }
    });
    assert_snapshot!(said, @r"
    warning: `mode` in prod goes back: staging has the same there now, and [commit] is older
    warning: `featureX` of prod is removed, though nothing tells whether staging or prod is ahead
    ");
    let body = sandbox.run(&[&arguments[..], &[&*first, "--format", "markdown"]].concat());
    assert!(
        body.stdout
            .contains("- [ ] It is meant that `mode` in prod goes back"),
        "{}",
        body.stdout
    );
}
