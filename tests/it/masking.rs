//! No secret comes out: random secrets of every sort are planted at random paths of all environments, every command is
//! run in every format, and everything that comes out is searched for them.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use crate::commands::{COMMANDS, base64, searched};
use crate::support::{Sandbox, rust_files};

/// A chart that says what its values are when it refuses them.
const CHART: &[(&str, &str)] = &[
    (
        "chart/Chart.yaml",
        "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    ),
    (
        "chart/templates/refuse.yaml",
        "{{ fail (printf \"%v\\n%s\\n%s\" .Values (toYaml .Values) (toJson .Values)) }}\n",
    ),
];

/// One secret: the lines of YAML that hold it, and the texts that must not come out.
#[derive(Debug, Clone)]
struct Planted {
    yaml: Vec<String>,
    hidden: Vec<String>,
}

fn planted(yaml: &[String], hidden: &[&str]) -> Planted {
    Planted {
        yaml: yaml.to_vec(),
        hidden: hidden.iter().map(|text| (*text).to_owned()).collect(),
    }
}

/// A key that promises a secret.
fn key() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "password",
        "dbPassword",
        "DB_PASSWORD",
        "api-key",
        "clientSecret",
        "token",
        "passphrase",
        "secret_key",
        "spark.ssl.keyPassword",
        "authToken",
        "credentials",
        "secret",
    ])
    .prop_map(str::to_owned)
}

/// Text as a double-quoted scalar.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Secrets of every sort. The texts are unlike anything else in a workspace or a message.
fn secret() -> impl Strategy<Value = Planted> {
    let drawn = "[A-Za-z][A-Za-z0-9]{3}[0-9][A-Z][a-z][0-9][A-Za-z0-9]{10,30}";
    let word = "(zu|ky|vo|xa)(bo|ri|ka|lu)(zz|qq)(mi|no|pe)[a-z]{0,4}";
    let symbols = "[A-Za-z0-9]{4}[0-9][a-z][!%&<>|*'\"\\\\]{2}[A-Za-z0-9]{6}";
    prop_oneof![
        (key(), drawn).prop_map(|(key, text)| planted(&[format!("{key}: {text}")], &[&text])),
        (key(), word).prop_map(|(key, text)| planted(&[format!("{key}: {text} # kept")], &[&text])),
        (key(), symbols)
            .prop_map(|(key, text)| planted(&[format!("{key}: {}", quoted(&text))], &[&text])),
        "[1-9][0-9]{11}".prop_map(|text| planted(&[format!("password: {text}")], &[&text])),
        drawn.prop_map(|text| planted(
            &[format!("url: postgres://app:{text}@db:5432/shop")],
            &[&text]
        )),
        drawn.prop_map(|text| planted(
            &[format!("dsn: Server=db;Password={text};Encrypt=true")],
            &[&text]
        )),
        drawn.prop_map(|text| planted(
            &[format!("args: [serve, \"--api-token={text}\"]")],
            &[&text]
        )),
        drawn.prop_map(|text| planted(
            &[
                "env:".into(),
                "  - name: DB_PASSWORD".into(),
                format!("    value: {text}")
            ],
            &[&text]
        )),
        drawn.prop_map(|text| planted(
            &[
                "kind: Secret".into(),
                "data:".into(),
                format!("  password: {}", base64(&text))
            ],
            &[&text, &base64(&text)]
        )),
        "[A-Za-z0-9]{36}"
            .prop_filter("no filler", |text| text.len() == 36)
            .prop_map(|text| planted(&[format!("note: use {}{text} here", "ghp_")], &[&text])),
        ("[A-Za-z0-9+/]{60}", "[A-Za-z0-9+/]{60}").prop_map(|(first, second)| planted(
            &[
                "pem: |".into(),
                "  -----BEGIN RSA PRIVATE KEY-----".into(),
                format!("  {first}"),
                format!("  {second}"),
                "  -----END RSA PRIVATE KEY-----".into()
            ],
            &[&first, &second]
        )),
        word.prop_map(|text| planted(
            &[format!("plain: &shared {text}"), "password: *shared".into()],
            &[&text]
        )),
        (drawn, drawn).prop_map(|(first, second)| planted(
            &[
                "conf: |".into(),
                format!("  db.password={first}"),
                format!("  api.token: \"{second}\"")
            ],
            &[&first, &second]
        )),
    ]
}

/// The text of a values file with secrets at random places.
fn values(secrets: &[(Planted, String)], broken: bool) -> String {
    let mut text = String::from("logLevel: info\nreplicas: 2\n");
    for (index, (secret, above)) in secrets.iter().enumerate() {
        text += &format!("{above}{index}:\n");
        for line in &secret.yaml {
            text += &format!("  {line}\n");
        }
    }
    if broken {
        text += "broken: [\n";
    }
    text
}

fn never_seen(files: &[(&str, String)], hidden: &[String]) -> Result<(), TestCaseError> {
    let borrowed: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    let sandbox = Sandbox::with(&[CHART, &borrowed].concat());
    for command in COMMANDS {
        let (output, ran) = searched(&sandbox, command);
        prop_assert!(!output.contains("panicked"), "{command:?}: {output}");
        for secret in hidden {
            let escaped = serde_json::to_string(secret).expect("text");
            for form in [
                secret.clone(),
                base64(secret),
                escaped.trim_matches('"').to_owned(),
            ] {
                prop_assert!(
                    !output.contains(&form),
                    "{command:?} shows {form}:\n{output}"
                );
            }
        }
        if command.contains(&"json") || command.contains(&"sarif") || command.contains(&"gitlab") {
            let text = ran.stdout.trim();
            let is_json =
                text.is_empty() || serde_json::from_str::<serde_json::Value>(text).is_ok();
            prop_assert!(is_json, "{command:?} is no JSON:\n{text}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: 3, max_shrink_iters: 40, failure_persistence: None, rng_seed: RngSeed::Fixed(20261121), ..Config::default() })]

    #[test]
    fn no_command_shows_a_secret(
        dev in prop::collection::vec((secret(), "[a-z]{3,6}"), 4..8),
        staging in prop::collection::vec((secret(), "[a-z]{3,6}"), 1..5),
        prod in prop::collection::vec((secret(), "[a-z]{3,6}"), 1..5),
        broken in prop::bool::weighted(0.3),
    ) {
        let hidden: Vec<String> = [&dev, &staging, &prod]
            .into_iter()
            .flatten()
            .flat_map(|(secret, _)| secret.hidden.clone())
            .collect();
        never_seen(
            &[
                ("dev/values.yaml", values(&dev, false)),
                ("staging/values.yaml", values(&staging, broken)),
                ("prod/values.yaml", values(&prod, false)),
            ],
            &hidden,
        )?;
    }
}

#[test]
fn a_weak_password_is_hidden_where_it_is_a_value_and_nowhere_else() {
    let sandbox = Sandbox::with(&[
        ("dev/postgres.yaml", "a: 1\n"),
        (
            "dev/values.yaml",
            "postgres: {user: postgres, password: postgres}\n",
        ),
        (
            "prod/values.yaml",
            "postgres: {user: postgres, password: guest}\n",
        ),
    ]);
    let ran = sandbox.run(&["diff", "dev", "prod", "--format", "unified"]);
    assert_eq!(
        ran.stdout
            .lines()
            .filter(|line| line.starts_with(['-', '+']))
            .collect::<Vec<_>>(),
        [
            "--- dev/values.yaml",
            "+++ prod/values.yaml",
            "-postgres: {user: [redacted, 8 chars], password: [redacted, 8 chars]}",
            "+postgres: {user: postgres, password: [redacted, 5 chars]}",
        ]
    );
    let ran = sandbox.run(&["check", "--format", "json"]);
    assert!(ran.stdout.contains("`postgres.password`"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("guest"), "{}", ran.stdout);
}

#[test]
fn what_a_schema_marks_as_secret_is_hidden() {
    let schema =
        r#"{"properties": {"licence": {"type": "string", "writeOnly": true, "maxLength": 3}}}"#;
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "apps: [{name: shop, values: \"{env}/values.yaml\", schema: schema.json}]\n",
        ),
        ("schema.json", schema),
        ("dev/values.yaml", "licence: blue-whale-song\n"),
        ("prod/values.yaml", "licence: grey-heron-walk\n"),
    ]);
    for format in ["text", "json"] {
        let ran = sandbox.run(&["check", "--format", format]);
        assert!(ran.stdout.contains("schema/values"), "{}", ran.stdout);
        assert!(
            !ran.stdout.contains("whale") && !ran.stdout.contains("heron"),
            "{}",
            ran.stdout
        );
    }
}

#[test]
fn what_a_schema_marks_as_secret_is_hidden_in_every_command() {
    let schema = r#"{"properties": {"licence": {"type": "string", "format": "password"}}}"#;
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "apps: [{name: shop, chart: chart, values: \"{env}/values.yaml\"}]\n",
        ),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("chart/values.yaml", "licence: \"\"\n"),
        ("chart/values.schema.json", schema),
        (
            "chart/templates/object.yaml",
            "kind: ConfigMap\nmetadata: {name: shop}\ndata: {licence: \"{{ .Values.licence }}\"}\n",
        ),
        ("dev/values.yaml", "licence: blue-whale-song\n"),
        ("prod/values.yaml", "licence: grey-heron-walk\n"),
    ]);
    for command in [
        &["diff", "dev", "prod"][..],
        &["diff", "dev", "prod", "--format", "json"],
        &["diff", "dev", "prod", "--format", "unified"],
        &["diff", "dev", "prod", "--rendered"],
        &["promote", "--from", "dev", "--to", "prod"],
        &[
            "promote", "--from", "dev", "--to", "prod", "--format", "json",
        ],
        &["init", "--dry-run"],
        &["check"],
    ] {
        let (output, _) = searched(&sandbox, command);
        assert!(
            !output.contains("whale") && !output.contains("heron"),
            "{command:?}: {output}"
        );
    }
    let ran = sandbox.run(&["diff", "dev", "prod", "--format", "unified"]);
    assert!(
        ran.stdout.contains("[redacted, 15 chars]"),
        "{}",
        ran.stdout
    );
}

/// The files of the program by their names in `src/`, and their text.
fn sources() -> impl Iterator<Item = (String, String)> {
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    rust_files(&sources).into_iter().map(move |path| {
        let text = std::fs::read_to_string(&path).expect("a file");
        let name = path.strip_prefix(&sources).expect("below");
        (name.display().to_string(), text)
    })
}

#[test]
fn only_one_file_writes() {
    let writes = ["println!", "print!(", "dbg!(", "::stdout()", "::stderr()"];
    let writers: Vec<String> = sources()
        .filter(|(_, text)| writes.iter().any(|word| text.contains(word)))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        writers,
        ["cli/output.rs"],
        "everything that is printed must be masked by cli::Output"
    );
}

/// `Printable::assembled` takes any text: each place that opens this door is looked at by a person.
#[test]
fn only_a_few_places_assemble_printable_text() {
    let mut doors: Vec<(String, usize)> = sources()
        .map(|(name, text)| (name, text.matches("Printable::assembled(").count()))
        .filter(|(_, count)| *count > 0)
        .collect();
    doors.sort();
    let expected = [
        ("cli/completions.rs", 1),
        ("cli/explain.rs", 1),
        ("cli/mod.rs", 1),
        ("masking/printable.rs", 1),
        ("report/junit.rs", 1),
        ("source/snippet.rs", 1),
    ];
    assert_eq!(
        doors,
        expected.map(|(name, count)| (name.to_owned(), count))
    );
}

/// A workspace whose chart says something of its values.
fn saying(values: &str, template: &str) -> Sandbox {
    Sandbox::with(&[
        (
            "envlint.yaml",
            "apps: [{name: shop, chart: chart, values: \"{env}/values.yaml\"}]\n",
        ),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("chart/values.yaml", "{}\n"),
        ("chart/templates/object.yaml", template),
        ("dev/values.yaml", values),
        ("prod/values.yaml", values),
    ])
}

#[test]
fn what_a_chart_prints_of_a_secret_is_hidden() {
    for (values, printed, hidden, shown) in [
        // Go prints a number as the float64 that it is.
        (
            "password: 84629173\n",
            "bad password %v",
            "4629173",
            "bad password [redacted, 13 chars]",
        ),
        (
            "password: 1234567\n",
            "%v",
            "234567",
            "[redacted, 12 chars]",
        ),
        (
            "password: 'S3cr!t7'\n",
            "with %v today",
            "S3cr!t7",
            "with [redacted, 7 chars] today",
        ),
        (
            "password: hunter2\n",
            "with %v today",
            "hunter2",
            "with [redacted, 7 chars] today",
        ),
        (
            "password: [guest, 'S3cr!t7']\n",
            "list %v end",
            "guest",
            "list [[redacted, 5 chars] [redacted, 7 chars]] end",
        ),
        // An ordinary word stays in a sentence.
        (
            "password: guest\n",
            "the guest is %v",
            "is guest",
            "the guest is",
        ),
    ] {
        let template = format!("{{{{ fail (printf \"{printed}\" .Values.password) }}}}\n");
        let ran = saying(values, &template).run(&["check"]);
        let said = ran
            .stdout
            .lines()
            .find(|line| line.contains("execution error"));
        let said = said.unwrap_or_else(|| panic!("{}", ran.stdout));
        let is_word = values.contains(": guest");
        assert!(is_word || !said.contains(hidden), "{said}");
        assert!(said.contains(shown), "{said}");
    }
}

#[test]
fn what_a_chart_calls_its_objects_may_be_a_secret() {
    let template = "apiVersion: apps/v1
kind: Deployment
metadata: {name: 'n-{{ .Values.db.password }}'}
spec:
  template:
    spec:
      containers: [{name: '{{ .Values.db.password }}', image: 'x:1'}]
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: '{{ .Values.db.password }}'}
spec: {colour: 1}
";
    for format in ["text", "json", "sarif"] {
        let sandbox = saying("db: {password: Xk29vQ7mLpZ}\n", template);
        let ran = sandbox.run(&["check", "--format", format]);
        assert!(
            ran.stdout.contains("ExternalSecret `[redacted, 11 chars]`"),
            "{}",
            ran.stdout
        );
        assert!(!ran.stdout.contains("Xk29vQ7mLpZ"), "{}", ran.stdout);
    }
    // A word stays: the name tells nothing.
    let ran = saying("db: {password: guest}\n", template).run(&["check"]);
    assert!(
        ran.stdout.contains("ExternalSecret `guest`"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_user_of_an_address_is_no_host() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "apps: [{name: shop, values: \"{env}.yaml\"}]\n",
        ),
        ("dev.yaml", "url: https://x.example.com\n"),
        (
            "prod.yaml",
            "url: https://aB3dE5gH9kLm@sandbox.example.com\nother: https://sandbox-aB3dE5gH9kLm@api.example.com\n",
        ),
    ]);
    let ran = sandbox.run(&["check"]);
    assert!(
        ran.stdout
            .contains("is the address of a sandbox in prod: `sandbox.example.com`"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("aB3dE5gH9kLm"), "{}", ran.stdout);
    assert!(
        !ran.stdout.contains("`other` is the address"),
        "{}",
        ran.stdout
    );
}
