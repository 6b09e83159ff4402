//! Secrets in texts: documents in a text, expressions of the configuration, and what a template makes of a value. No command
//! shows them.

use crate::commands::base64;
use crate::support::Sandbox;

const SECRET: &str = "Gh7wRt4zNc83bVqe";
const OTHER: &str = "Xx81mmQw0pLs";

/// What `diff` prints of two files, in every format and both ways.
fn differences(first: &str, second: &str) -> String {
    let sandbox = Sandbox::with(&[("a.yaml", first), ("b.yaml", second)]);
    let mut all = String::new();
    for format in ["text", "unified", "json", "json-patch", "markdown"] {
        for (from, to) in [("./a.yaml", "./b.yaml"), ("./b.yaml", "./a.yaml")] {
            let ran = sandbox.run(&["diff", from, to, "--format", format]);
            // A broken file has no differences.
            assert!(
                ran.stdout.is_empty()
                    || !format.starts_with("json")
                    || serde_json::from_str::<serde_json::Value>(&ran.stdout).is_ok(),
                "{}",
                ran.stdout
            );
            all += &ran.stdout;
            all += &ran.stderr;
        }
    }
    all
}

#[test]
fn a_secret_that_is_a_text_an_item_or_broken_is_not_shown() {
    let applied = |secret: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"stringData\":{{\"word\":\"{secret}\"}},\"data\":{{\"k\":\"{}\"}}}}\ndata: {{other: eA==}}\n",
            base64(secret)
        )
    };
    let listed = |secret: &str| {
        format!(
            "kind: SecretList\napiVersion: v1\nitems:\n- {{metadata: {{name: x}}, data: {{k: {}}}}}\n",
            base64(secret)
        )
    };
    let broken = |secret: &str| format!("kind: Secret\nstringData:\n  k: {secret}: x\n");
    for make in [&applied as &dyn Fn(&str) -> String, &listed, &broken] {
        let shown = differences(&make(SECRET), &make(OTHER));
        assert!(!shown.contains(SECRET), "{shown}");
        assert!(!shown.contains(&base64(SECRET)), "{shown}");
    }
}

#[test]
fn the_quoted_line_of_a_policy_is_masked_as_its_message_is() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "apps: [{name: shop, values: \"{env}.yaml\"}]\npolicies:\n  - {name: t/a, expression: 'values.password == \"Gh7wRt4zNc83bVqe\"'}\n  - {name: t/b, expression: \"false\", message: \"it is Gh7wRt4zNc83bVqe\"}\n  - {name: t/c, expression: 'values.password != \"hunter2\"'}\n",
        ),
        ("dev.yaml", "password: hunter2\n"),
        ("prod.yaml", "password: hunter2\n"),
    ]);
    for format in ["text", "json", "markdown", "github"] {
        let ran = sandbox.run(&["check", "--format", format]);
        assert!(ran.stdout.contains("t/b"), "{}", ran.stdout);
        assert!(!ran.stdout.contains(SECRET), "{}", ran.stdout);
        assert!(!ran.stdout.contains("hunter2"), "{}", ran.stdout);
    }
}

/// A workspace whose chart makes something of its values.
fn made(values: &str, template: &str) -> Sandbox {
    Sandbox::with(&[
        (
            "envlint.yaml",
            "apps: [{name: shop, chart: chart, values: \"{env}.yaml\"}]\n",
        ),
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        ),
        ("chart/templates/a.yaml", template),
        ("dev.yaml", values),
        ("staging.yaml", "user: q\npassword: Xx81mmQw0pLs\n"),
    ])
}

#[test]
fn a_secret_inside_of_base64_is_not_shown() {
    let template = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\ndata:\n  a: {{ printf \"%s:%s\" .Values.user .Values.password | b64enc }}\n";
    for user in ["shopper", "shoppers", "a shopper"] {
        let values = format!("user: {user}\npassword: {SECRET}\n");
        for format in ["text", "json", "markdown"] {
            let arguments = ["diff", "dev", "staging", "--rendered", "--format", format];
            let ran = made(&values, template).run(&arguments);
            // The digits that only the middle of the secret has a part in.
            let all = base64(&format!("{user}:{SECRET}"));
            let inner = &all[all.len() - 16..all.len() - 4];
            assert!(ran.stdout.contains("[redacted"), "{}", ran.stdout);
            assert!(!ran.stdout.contains(inner), "{}", ran.stdout);
        }
    }
}

#[test]
fn what_a_template_escapes_is_not_shown() {
    for (password, said, hidden) in [
        (
            "Pässwört9xYq🔑zz",
            "printf \"%+q\" .Values.password",
            "rt9xYq",
        ),
        (
            "Gh7w&Rt4zNc83bVqe",
            ".Values.password | html | html",
            "Rt4zNc83bVqe",
        ),
    ] {
        let values = format!("password: '{password}'\n");
        let ran = made(&values, &format!("{{{{ fail ({said}) }}}}\n")).run(&["check"]);
        assert!(ran.stdout.contains("[redacted"), "{}", ran.stdout);
        assert!(!ran.stdout.contains(hidden), "{}", ran.stdout);
    }
}

#[test]
fn a_password_behind_an_option_is_hidden_wherever_it_is_reported() {
    // An unknown program, and what its letters say as a rule; a known one; and a script.
    let values = |draw: &str| {
        format!(
            "a: {{args: [\"-p\", \"Wq7{draw}xK2mLpZq81xBn\"]}}\nb: {{command: [redis-cli, -h, db, -a, \"tromb{draw}one\"]}}\n\
             c: {{command: [mongosh], args: [-u, app, -p, \"clari{draw}net\"]}}\nd: {{args: [\"-storepass\", \"basso{draw}on\"]}}\n\
             e: {{args: [\"-u\", \"app:Wq7{draw}xK2mLpZq81yBn\"]}}\nf: |\n  docker login -u me -p ocari{draw}na shop.example\n  echo done\n\
             g: {{args: [\"-p\", \"80{draw}0\", \"-a\", \"0.0.0.0:80{draw}0\", \"-u\", \"10{draw}0:1000\"]}}\n"
        )
    };
    let sandbox = Sandbox::with(&[
        ("values-dev.yaml", &values("4")),
        ("values-prod.yaml", &values("5")),
    ]);
    let found = sandbox.check().findings;
    let reported = |path: &str| {
        let mut found = found.iter();
        found.any(|finding| {
            finding.rule == "secrets/plaintext"
                && finding
                    .path
                    .as_ref()
                    .is_some_and(|at| at.to_string() == path)
        })
    };
    for path in [
        "a.args[1]",
        "b.command[4]",
        "c.args[3]",
        "d.args[1]",
        "e.args[1]",
        "f",
    ] {
        assert!(reported(path), "{path}: {found:?}");
    }
    assert!(!found.iter().any(|finding| {
        finding
            .path
            .as_ref()
            .is_some_and(|at| at.to_string().starts_with('g'))
    }));
    for command in [
        &["diff", "values-dev.yaml", "values-prod.yaml"][..],
        &[
            "diff",
            "values-dev.yaml",
            "values-prod.yaml",
            "--format",
            "unified",
        ],
        &[
            "diff",
            "values-dev.yaml",
            "values-prod.yaml",
            "--format",
            "json-patch",
        ],
        &["diff", "dev", "prod", "--format", "json"],
        &[
            "promote", "--from", "dev", "--to", "prod", "--format", "markdown",
        ],
        &["check", "--format", "json"],
    ] {
        let ran = sandbox.run(command);
        let output = ran.stdout + &ran.stderr;
        for secret in ["xK2mLpZq81", "tromb", "clari", "basso", "ocari"] {
            assert!(!output.contains(secret), "{command:?}: {output}");
        }
    }
    let patch = sandbox.run(&[
        "diff",
        "values-dev.yaml",
        "values-prod.yaml",
        "--format",
        "json-patch",
    ]);
    assert!(!patch.stdout.contains("redacted"), "{}", patch.stdout);
    assert!(patch.stdout.contains("\"8050\""), "{}", patch.stdout);
}
