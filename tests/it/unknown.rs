//! Values that are given when an app is deployed and that nobody here knows: what the chart makes of them is not judged.

use crate::support::{Sandbox, shown};

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";

/// The errors and warnings about what a chart makes, each with its rule.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let outcome = Sandbox::with(files).check();
    let made = ["chart/", "api/", "secrets/invalid-object"];
    let of_manifests = outcome.findings.iter().filter(|finding| {
        let is_made = made.iter().any(|start| finding.rule.starts_with(start));
        is_made && finding.severity > envlint::source::Severity::Info
    });
    let shown = of_manifests.map(|finding| format!("{}: {}", finding.rule, finding.message.show()));
    shown.collect()
}

/// `image: shop:` is no YAML, and no pod has a container without a tag by this: the command gives one.
#[test]
fn a_text_that_is_given_stands_where_the_chart_reads_it() {
    let template = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  containers:\n  - name: shop\n    image: acme/shop:{{ .Values.tag }}\n    ports:\n    - containerPort: {{ .Values.port }}\n";
    let script = "for ENV in dev prod; do\n  helm upgrade shop chart -f chart/values-$ENV.yaml --set tag=$TAG --set port=$PORT\ndone\n";
    let mut files = vec![
        ("chart/Chart.yaml", CHART),
        ("chart/templates/pod.yaml", template),
        ("chart/values-dev.yaml", "a: 1\n"),
        ("chart/values-prod.yaml", "a: 1\n"),
        ("deploy.sh", script),
    ];
    assert_eq!(findings(&files), [""; 0]);
    files[4].1 =
        "for ENV in dev prod; do\n  helm upgrade shop chart -f chart/values-$ENV.yaml\ndone\n";
    assert_eq!(findings(&files).len(), 1);
}

/// A template of values gives the map that the chart reads; what fails behind it is what is said.
#[test]
fn a_map_that_is_given_is_no_reason_to_fail() {
    let helmfile = "environments: {dev: {}, prod: {}}\n---\nreleases:\n- name: shop\n  chart: ./chart\n  values: [values.yaml.gotmpl, \"values-{{ .Environment.Name }}.yaml\"]\n";
    let secret = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: shop}\nspec:\n  secretStoreRef:\n    name: {{ .Values.store.name }}\n    kind: SecretStore\n  target: {name: shop}\n  data:\n  - secretKey: key\n    remoteRef: {key: {{ .Values.secrets.key.name }}}\n";
    let files = [
        ("helmfile.yaml.gotmpl", helmfile),
        (
            "values.yaml.gotmpl",
            "store: {name: {{ env \"STORE\" | quote }}}\n",
        ),
        ("values-dev.yaml", "secrets: {key: {name: a}}\n"),
        ("values-prod.yaml", "secrets: {token: {name: a}}\n"),
        ("chart/Chart.yaml", CHART),
        ("chart/templates/secret.yaml", secret),
    ];
    insta::assert_snapshot!(findings(&files).join("\n"));
}

/// Which of the files are laid over each other is not known, so nothing is missing for sure; what is there is judged.
#[test]
fn what_a_layer_that_is_not_known_may_set_is_not_missing() {
    let volume = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: shop}\nspec:\n  nfs:\n    server: {{ .Values.nfs.server }}\n    path: /\n  capacity: {storage: 1Gi}\n  accessModes: [ReadWriteOnce]\n";
    let files = [
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", "nfs: {server: null}\n"),
        ("chart/templates/volume.yaml", volume),
        ("deployments/shop/config/common.yaml", "nfs: {server: a}\n"),
        ("deployments/shop/config/dev.yaml", "nfs: {size: 1}\n"),
        ("deployments/shop/config/prod.yaml", "nfs: {size: 1}\n"),
    ];
    assert_eq!(findings(&files), [""; 0]);
    let mut without = files.to_vec();
    without.remove(3);
    assert_eq!(findings(&without).len(), 1);
}

/// A text stands only where a template cannot do without: a digest that is given, too, takes no branch that nothing takes.
#[test]
fn what_is_given_takes_no_branch_by_itself() {
    let template = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  containers:\n  - name: shop\n    image: acme/shop{{ if .Values.digest }}@{{ .Values.digest }}{{ else }}:1.0{{ end }}\n    args: [{{ required \"a host\" .Values.host | quote }}]\n    command: {{ .Values.command | first }}\n";
    let script = "for ENV in dev prod; do\n  helm upgrade shop chart -f values-$ENV.yaml --set digest=$DIGEST --set host=$HOST\ndone\n";
    let given = script.replace("--set host", "--set command[0]=$COMMAND --set host");
    let mut files = vec![
        ("chart/Chart.yaml", CHART),
        ("chart/values.yaml", "digest: ''\ncommand: [a]\n"),
        ("chart/templates/pod.yaml", template),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "command: null\n"),
        ("deploy.sh", script),
    ];
    let broken = |files: &[(&str, &str)]| -> Vec<&'static str> {
        let findings = Sandbox::with(files).check().findings.into_iter();
        let rules = findings.map(|finding| finding.rule);
        rules
            .filter(|rule| rule.starts_with("objects/") || rule.starts_with("chart/"))
            .collect()
    };
    // Prod has no command, and nothing gives one.
    assert_eq!(broken(&files), ["chart/does-not-render"]);
    files[5].1 = &given;
    assert_eq!(broken(&files), [""; 0]);
}

/// Each environment's own chart is asked what it reads of the given values.
#[test]
fn a_chart_of_one_environment_fails_for_nothing_that_is_given() {
    let template = "kind: A\na: {{ index (splitList \"/\" .Values.tag) 3 | quote }}\n";
    let sandbox = Sandbox::with(&[
        (
            "Makefile",
            "deploy-dev:\n\thelm upgrade shop charts/dev -f values-dev.yaml --set tag=$(TAG)\ndeploy-prod:\n\thelm upgrade shop charts/prod -f values-prod.yaml --set tag=$(TAG)\n",
        ),
        ("charts/dev/Chart.yaml", CHART),
        ("charts/dev/templates/a.yaml", template),
        ("charts/prod/Chart.yaml", CHART),
        ("charts/prod/templates/a.yaml", template),
        ("values-dev.yaml", "a: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
    ]);
    let shown = sandbox
        .run(&["check", "--only", "chart/does-not-render"])
        .stdout;
    assert!(!shown.contains("does-not-render]"), "{shown}");
}

/// The tag is read by a named template only, for another alias of the chart than the one that fails without it.
#[test]
fn what_a_named_template_of_an_alias_reads_is_found() {
    let values = "enabled: false\nimage: {repository: acme/shop}\n";
    let helper = "{{- define \"image\" -}}{{ .repo }}:{{ .tag }}{{- end -}}\n";
    let template = "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Chart.Name }}}\nspec:\n  containers:\n  - name: shop\n    image: {{ include \"image\" (dict \"repo\" .Values.image.repository \"tag\" .Values.global.tag) }}\n    imagePullPolicy: Always\n";
    let whole = "apiVersion: v2\nname: whole\nversion: 1.0.0\ndependencies:\n- {name: shop, alias: one, version: 1.0.0, condition: one.enabled, repository: \"file://../shop\"}\n- {name: shop, alias: two, version: 1.0.0, condition: two.enabled, repository: \"file://../shop\"}\n";
    let script = "for ENV in dev prod; do\n  helm upgrade whole charts/whole -f values-$ENV.yaml --set global.tag=$TAG\ndone\n";
    let files = [
        ("charts/shop/Chart.yaml", CHART),
        ("charts/shop/values.yaml", values),
        ("charts/shop/templates/_helpers.tpl", helper),
        ("charts/shop/templates/pod.yaml", template),
        ("charts/whole/Chart.yaml", whole),
        ("charts/whole/values.yaml", "global: {tag: ''}\n"),
        ("values-dev.yaml", "one: {enabled: true}\n"),
        ("values-prod.yaml", "one: {enabled: true}\n"),
        ("deploy.sh", script),
    ];
    assert_eq!(findings(&files), [""; 0]);
}

/// Nothing is filled in for a key that is a word of the reason, and what is filled in is no reason.
#[test]
fn a_reason_that_has_the_word_is_about_no_given_path() {
    let template = "{{- if .Values.env }}{{ fail \"with env\" }}{{ end }}\nkind: A\na: {{ required \"an env variable\" .Values.other }}\n";
    let script = "for ENV in dev prod; do\n  helm upgrade shop chart -f values-$ENV.yaml --set env=$NAME\ndone\n";
    let files = [
        ("chart/Chart.yaml", CHART),
        ("chart/templates/a.yaml", template),
        ("values-dev.yaml", "other: 1\n"),
        ("values-prod.yaml", "a: 1\n"),
        ("deploy.sh", script),
    ];
    let found = findings(&files);
    let [finding] = &found[..] else {
        panic!("one finding: {found:?}")
    };
    assert!(finding.contains("an env variable"), "{finding}");
}

#[test]
fn a_schema_is_not_held_against_what_is_given() {
    let schema = r#"{
        "required": ["domain", "mail"],
        "properties": {
            "domain": {"type": "string"},
            "broker": {"anyOf": [{"required": ["url"]}, {"required": ["host"]}]},
            "port": {"type": "integer"},
            "mode": {"type": "string"}
        },
        "if": {"properties": {"mode": {"const": "own"}}},
        "then": {"required": ["own"]},
        "additionalProperties": true
    }"#;
    let files = |given: &str| {
        let script = format!(
            "for ENV in dev prod; do\n  helm upgrade shop chart -f values-$ENV.yaml {given}\ndone\n"
        );
        let values = "broker: {user: x}\nport: a\nmode: own\n";
        let files = [
            (
                "chart/Chart.yaml",
                "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
            ),
            ("chart/templates/a.yaml", "a: {{ .Values.mode }}\n"),
            ("chart/values.schema.json", schema),
            ("values-dev.yaml", values),
            ("values-prod.yaml", values),
            ("deploy.sh", &script),
        ];
        let check = Sandbox::with(&files).check();
        let found = check
            .findings
            .iter()
            .filter(|finding| finding.rule == "schema/values");
        let mut found: Vec<String> = found.map(|finding| shown(&finding.message)).collect();
        found.sort();
        found.dedup();
        found
    };
    assert_eq!(
        files("--set a=$A"),
        [
            "`broker` does not fit the schema: it is not valid under any of the schemas listed in the 'anyOf' keyword",
            "`domain` is missing, but the schema requires it",
            "`mail` is missing, but the schema requires it",
            "`port` is text, but the schema requires a whole number",
        ]
    );
    assert_eq!(
        files("--set domain=$D --set broker.url=$U"),
        [
            "`mail` is missing, but the schema requires it",
            "`port` is text, but the schema requires a whole number",
        ]
    );
}
