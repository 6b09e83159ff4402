//! Bad input: one clear finding or error, and the other apps and environments are still checked.

use envlint::source::Severity;

use crate::support::Sandbox;

/// The rules of all findings, with the files they point at.
fn found(sandbox: &Sandbox) -> Vec<(&'static str, String)> {
    let findings = sandbox.check().findings;
    findings
        .iter()
        .map(|finding| (finding.rule, finding.location.source.path.clone()))
        .collect()
}

const GOOD: &str = "logLevel: info\nimage:\n  tag: \"1.24.3\"\n";

/// Two apps; one of the files is what the test is about.
fn with(bytes: impl AsRef<[u8]>) -> Sandbox {
    let sandbox = Sandbox::with(&[
        ("a/values-dev.yaml", GOOD),
        ("a/values-staging.yaml", GOOD),
        ("a/values-prod.yaml", GOOD),
        ("b/values-dev.yaml", GOOD),
        ("b/values-staging.yaml", "logLevel: info\n"),
        ("b/values-prod.yaml", GOOD),
    ]);
    sandbox.write("a/values-prod.yaml", bytes);
    sandbox
}

#[test]
fn a_file_that_cannot_be_read_is_one_finding() {
    let deep = format!("a: {}1{}\n", "[".repeat(2_000), "]".repeat(2_000));
    let bomb = (0..40).fold("a0: &a0 [x, x]\n".to_owned(), |text, level| {
        let before = format!("*a{level}, ").repeat(9);
        format!("{text}a{0}: &a{0} [{before}]\n", level + 1)
    });
    for (name, bytes) in [
        ("empty", b"".to_vec()),
        ("null", b"null\n".to_vec()),
        ("truncated", b"image:\n  tag: \"1.2".to_vec()),
        ("binary", (0..=255).collect()),
        ("latin-1", b"name: caf\xe9\n".to_vec()),
        ("UTF-16", b"\xff\xfea\0:\0 \x001\0".to_vec()),
        ("list", b"- a\n- b\n".to_vec()),
        ("text", b"just some words\n".to_vec()),
        ("tab", b"image:\n\ttag: 1\n".to_vec()),
        ("list as key", b"? [a, b]\n: c\n".to_vec()),
        ("deep", deep.into_bytes()),
        ("alias bomb", bomb.into_bytes()),
    ] {
        assert_eq!(
            found(&with(bytes)),
            [
                ("yaml/syntax", "a/values-prod.yaml".to_owned()),
                ("drift/missing-key", "b/values-staging.yaml".to_owned())
            ],
            "{name}"
        );
    }
}

/// What git-crypt and ansible-vault encrypt as a whole is as it has to be, and gives values that nobody here can know.
#[test]
fn a_file_of_ciphertext_is_no_mistake_and_hides_values() {
    for bytes in [
        &b"\0GITCRYPT\0\xfe\x01\x02"[..],
        b"$ANSIBLE_VAULT;1.1;AES256\n6130\n",
    ] {
        let sandbox = with(GOOD);
        sandbox.write(
            "deploy.sh",
            "for env in dev staging prod; do\n  helm upgrade a ./a -f a/values-$env.yaml -f a/secrets-$env.yaml\ndone\n",
        );
        sandbox.write("a/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n");
        let template = "a: {{ .Values.token.length }}\nb: {{ toJson .Values }}\n";
        sandbox.write("a/templates/a.yaml", template);
        sandbox.write("a/secrets-dev.yaml", "token: {length: 4}\n");
        sandbox.write("a/secrets-staging.yaml", bytes);
        sandbox.write("a/secrets-prod.yaml", bytes);
        sandbox.write("b/values-staging.yaml", GOOD);
        assert_eq!(found(&sandbox), []);
    }
}

#[test]
fn what_helm_reads_is_no_mistake() {
    let crlf = GOOD.replace('\n', "\r\n");
    let mark = format!("\u{feff}{GOOD}");
    for (name, text) in [
        ("CRLF", crlf),
        ("byte order mark", mark),
        ("comments only", "# nothing differs here\n".to_owned()),
    ] {
        assert_eq!(
            found(&with(text)),
            [("drift/missing-key", "b/values-staging.yaml".to_owned())],
            "{name}"
        );
    }
}

#[test]
fn an_empty_file_beside_a_chart_is_a_warning() {
    let sandbox = Sandbox::with(&[
        ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("values.yaml", GOOD),
        ("values-dev.yaml", ""),
        ("values-prod.yaml", "{}\n"),
    ]);
    let findings = sandbox.check().findings;
    let found: Vec<_> = findings
        .iter()
        .map(|finding| (finding.rule, finding.severity))
        .collect();
    assert_eq!(found, [("yaml/syntax", Severity::Warning)]);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_workspace_is_not_followed() {
    let sandbox = with(GOOD);
    let file = sandbox.root().join("a/values-prod.yaml");
    std::fs::remove_file(&file).expect("the file is there");
    std::os::unix::fs::symlink("/etc/hostname", &file).expect("a link");
    assert_eq!(
        found(&sandbox).first().map(|found| found.0),
        Some("yaml/syntax")
    );
}

#[test]
fn what_a_schema_has_in_the_network_is_not_fetched_and_the_rest_is_checked() {
    let schema = "{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n  \"properties\": {\n    \"resources\": {\"$ref\": \"https://example.com/defs.json#/resources\"},\n    \"replicas\": {\"type\": \"integer\"}\n  }\n}\n";
    let sandbox = Sandbox::with(&[
        ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("values.schema.json", schema),
        ("values-dev.yaml", "replicas: 1\nresources: 7\n"),
        ("values-prod.yaml", "replicas: \"3\"\nresources: 7\n"),
    ]);
    let findings = sandbox.check().findings;
    let of_schema: Vec<String> = findings
        .iter()
        .filter(|finding| finding.rule == "schema/values")
        .map(|finding| {
            let place = finding.location.start();
            let file = &finding.location.source.path;
            format!(
                "{} {file}:{}:{}",
                finding.severity, place.line, place.column
            )
        })
        .collect();
    assert_eq!(
        of_schema,
        [
            "error values-prod.yaml:1:11",
            "info values.schema.json:4:27"
        ]
    );
    let ran = sandbox.run(&["template", "r", ".", "-f", "values-dev.yaml"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("is not fetched"), "{}", ran.stderr);
}

#[test]
fn a_schema_that_cannot_be_used_is_one_finding() {
    let multiplied = (0..40).fold(r#""a0": true"#.to_owned(), |text, level| {
        let before = format!(r##"{{"$ref": "#/$defs/a{level}"}}"##);
        format!(
            r#"{text}, "a{0}": {{"anyOf": [{before}, {before}]}}"#,
            level + 1
        )
    });
    let multiplied = format!(
        r##"{{"$ref": "#/$defs/a40", "unevaluatedProperties": false, "$defs": {{{multiplied}}}}}"##
    );
    for (name, schema) in [
        ("references that multiply", multiplied.as_str()),
        ("no JSON", "{"),
        ("unknown type", r#"{"type": "strnig"}"#),
        ("a file", r#"{"$ref": "file:///etc/passwd"}"#),
        (
            "another file",
            r#"{"properties": {"a": {"$ref": "other.json"}}}"#,
        ),
        (
            "a draft that nobody knows",
            r#"{"$schema": "https://example.com/draft"}"#,
        ),
        ("nothing to refer to", r##"{"$ref": "#/definitions/none"}"##),
        (
            "a broken pattern",
            r#"{"properties": {"logLevel": {"pattern": "("}}}"#,
        ),
    ] {
        let sandbox = Sandbox::with(&[
            ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
            ("values-dev.yaml", GOOD),
            ("values-prod.yaml", GOOD),
        ]);
        sandbox.write("values.schema.json", schema);
        assert_eq!(
            found(&sandbox),
            [("schema/values", "values.schema.json".to_owned())],
            "{name}"
        );
    }
}

#[test]
fn schemas_of_all_drafts_are_understood() {
    for schema in [
        r#"{"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"logLevel": {"type": "integer"}}}"#,
        r#"{"$schema": "http://json-schema.org/draft-06/schema#", "properties": {"logLevel": {"const": "x"}}}"#,
        r#"{"$schema": "http://json-schema.org/draft-07/schema#", "if": true, "then": {"required": ["x"]}}"#,
        r#"{"$schema": "https://json-schema.org/draft/2019-09/schema", "unevaluatedProperties": false, "properties": {"image": true}}"#,
        r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "properties": {"logLevel": {"maxLength": 3}}}"#,
        r##"{"$ref": "#/$defs/self", "$defs": {"self": {"properties": {"image": {"$ref": "#"}, "logLevel": {"enum": ["x"]}}}}}"##,
    ] {
        let sandbox = Sandbox::with(&[
            ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
            ("values-prod.yaml", GOOD),
        ]);
        sandbox.write("values.schema.json", schema);
        assert_eq!(
            found(&sandbox),
            [("schema/values", "values-prod.yaml".to_owned())],
            "{schema}"
        );
    }
}

#[test]
fn a_schema_that_turns_in_a_circle_ends() {
    let sandbox = Sandbox::with(&[
        ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("values-prod.yaml", GOOD),
        (
            "values.schema.json",
            r##"{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}"##,
        ),
    ]);
    let rules: Vec<_> = found(&sandbox).into_iter().map(|found| found.0).collect();
    assert!(
        rules.iter().all(|rule| *rule == "schema/values"),
        "{rules:?}"
    );
}

#[test]
fn a_chart_with_more_values_than_are_read_is_a_warning_and_the_values_are_compared() {
    let many = format!("a: [{}]\n", "0,".repeat(500_000));
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "apps: [{name: shop, chart: chart, values: \"{env}.yaml\"}]\n",
        ),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        (
            "chart/charts/sub/Chart.yaml",
            "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        ),
        ("chart/charts/sub/values.yaml", many.as_str()),
        ("dev.yaml", "db: {port: 1}\n"),
        ("prod.yaml", "db: {port: 2}\n"),
    ]);
    let findings = sandbox.check().findings;
    let found: Vec<(&str, Severity)> = findings
        .iter()
        .map(|finding| (finding.rule, finding.severity))
        .collect();
    assert!(
        found.contains(&("chart/does-not-render", Severity::Warning)),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|(rule, _)| *rule == "drift/undeclared-difference"),
        "{found:?}"
    );
}

#[test]
fn an_app_too_wide_to_compare_is_named_and_the_others_are_checked() {
    let names: Vec<String> = (0..700).map(|at| format!("e{at}")).collect();
    let environments: String = names
        .iter()
        .map(|name| format!("  {name}: {{tier: staging}}\n"))
        .collect();
    let config = format!(
        "environments:\n{environments}perEnvironment: [{{path: k1}}]\napps:\n  - {{name: wide, values: 'wide/{{env}}.yaml'}}\n  - {{name: shop, values: 'shop/{{env}}.yaml'}}\n"
    );
    let mut files = vec![
        ("envlint.yaml".to_owned(), config),
        ("shop/e0.yaml".to_owned(), "a: 1\na: 2\n".to_owned()),
    ];
    for name in &names {
        let keys = (0..8).map(|key| format!("{name}k{key}: 1\n")).collect();
        files.push((format!("wide/{name}.yaml"), keys));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    let sandbox = Sandbox::with(&files);
    let ran = sandbox.run(&["check"]);
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("`wide` has too many paths in 700 environments"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("yaml/duplicate-key"), "{}", ran.stdout);
    // Nobody knows what the app uses, so nothing is said of what it does not.
    assert!(
        !ran.stdout.contains("drift/unused-declaration"),
        "{}",
        ran.stdout
    );
}
