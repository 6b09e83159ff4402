//! What is put aside without being searched holds nothing: every way to write a secret, in every surrounding.

use envlint_yaml::Document;

use super::super::{detect, may_hold};

/// How a secret can be written: `K` is a key that promises one, and `V` a value.
const WAYS: [&str; 37] = [
    "K: V",
    "K: 'V'",
    "\"K\": V",
    "K : V",
    "K:\n  V",
    "K:\n\n  V",
    "K:\n  # a comment\n  - V",
    "K:\n  secure: true\n  value: V",
    "K:\n  secure: true\n  key: V",
    "{a: {K: V}}",
    "{\"a\": {\"K\": \"V\"}}",
    "a: [{K: V}]",
    "- name: K\n  value: V",
    "- value: V\n  name: K",
    "- value: V\n  secure: true\n  name: K",
    "- {value: V, name: K}",
    "- name: K\n  description: of the database\n  value: V",
    "env: [{\"name\": \"K\",\n  \"value\": \"V\"}]",
    "args: [--K, V]",
    "args:\n- --K\n- V",
    "args: [--K=V]",
    "run: serve --K V",
    "run: >\n  serve\n  --K=V",
    "x: |\n  K=V\n  a=b",
    "x: |\n  K: V\n  a: b",
    "x: |\n  <K>V</K>",
    "x: |\n  <name>K</name>\n  <value>V</value>",
    "x: \"{\\\"K\\\": \\\"V\\\"}\"",
    "# K: V",
    "x: a # K=V",
    "K: &a V\nb: *a",
    "b: &a V\nK: *a",
    "K: !V",
    "K: |\n  V",
    "? K\n: V",
    "K: {a: {{ x }}\nK: V",
    "mySecrets:\n  type: Opaque\n  data:\n    a: QkFTRTY0VA==\nK: V",
];

/// Secrets that no key names.
const FORMS: [&str; 24] = [
    "run: sshpass -p V ssh host",
    "run: psql -c \"ALTER USER x Identified By 'V'\"",
    "run: >\n  ALTER USER x IDENTIFIED\n  BY 'V'",
    "run: CREATE USER x WITH PASSWORD 'V'",
    "run: >\n  CREATE USER x WITH PASSWORD\n  'V'",
    "run: curl -u app:V https://x",
    "run: [curl, --user, 'app:V']",
    "run: >\n  curl https://x\n  -u app:V",
    "conf: requirepass V",
    "conf: |\n  port 1\n  rootpw V",
    "conf: machine x login y password V",
    "conf: |\n  machine x\n  login y\n  password V",
    "header: 'Authorization: Bearer V'",
    "url: postgres://app:V@db/shop",
    "dsn: Server=db;User Id=app;Password=V",
    "kind: Secret\napiVersion: v1\ndata:\n  dsn: Y2hhbmdlbWU=",
    "kind: Secret # x\ndata:\n  dsn: Y2hhbmdlbWU=",
    "kind: \"Secret\"\ndata: {dsn: Y2hhbmdlbWU=}",
    "kind:\n  Secret\ndata: {dsn: Y2hhbmdlbWU=}",
    "{\"kind\":\"Secret\",\"data\":{\"dsn\":\"Y2hhbmdlbWU=\"}}",
    "stringData:\n  dsn: V",
    "encryptedData:\n  db:\n    dsn: V",
    "\"pass\\x77ord\": V",
    "kind: CustomResourceDefinition\nnote: ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3hJ5",
];

#[test]
fn what_is_found_is_never_put_aside() {
    let keys = [
        "password",
        "dbPassword",
        "DB_PASSWORD",
        "api-key",
        "clientSecret",
        "credentials",
        "auth",
        "spark.ssl.keyPassword",
    ];
    let values = ["x8Kd92mZpQ4r", "hunter2", "changeme", "x8Kd92mZpQ4rTy7wLm"];
    let of_keys = WAYS
        .iter()
        .flat_map(|way| keys.iter().map(|key| way.replace('K', key)));
    let ways = of_keys.chain(FORMS.iter().map(|form| (*form).to_owned()));
    let texts = ways.flat_map(|way| values.iter().map(move |value| way.replace('V', value)));
    let mut found = 0;
    for text in texts {
        let indented = text.replace('\n', "\n    ");
        let around: String = (0..20).map(|at| format!("f{at}: {at}\n")).collect();
        for text in [
            format!("{text}\n"),
            format!("{text}\n").replace('\n', "\r\n"),
            format!("a: 1\n---\n{text}"),
            format!("outer:\n    {indented}\n"),
            format!("{around}{text}\n{around}"),
        ] {
            let secrets = detect(&Document::parse(text.as_str()));
            found += usize::from(!secrets.is_empty());
            assert!(
                secrets.is_empty() || may_hold(&text),
                "{text}\nis put aside, and holds {secrets:?}"
            );
        }
    }
    assert!(found > 4_000, "{found}");
}
