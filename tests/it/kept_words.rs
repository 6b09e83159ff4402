//! What masking leaves as it is: names, keys, numbers, and the words around a value.

use crate::support::Sandbox;

#[test]
fn names_stay_when_they_are_somebodys_password() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "apps: [{name: postgres, chart: charts/postgres, values: \"environments/{env}/postgres.yaml\"}]\n",
        ),
        (
            "charts/postgres/Chart.yaml",
            "apiVersion: v2\nname: postgres\nversion: 1.0.0\n",
        ),
        (
            "charts/postgres/templates/a.yaml",
            "{{ fail (printf \"no %s\" .Values.auth.password) }}\n{{ .Values.postgres }}\n",
        ),
        (
            "environments/prod/postgres.yaml",
            "auth: {password: postgres, token: prod}\npostgres: 1\n",
        ),
        (
            "environments/dev/postgres.yaml",
            "auth: {password: postgres, token: prod}\n",
        ),
    ]);
    let ran = sandbox.run(&["check", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let all = report["findings"].as_array().expect("findings");
    let missing = all
        .iter()
        .find(|finding| finding["rule"] == "drift/missing-key")
        .expect("a missing key");
    assert_eq!(missing["app"], "postgres");
    assert_eq!(missing["path"], "postgres");
    assert_eq!(missing["file"], "environments/dev/postgres.yaml");
    let message = missing["message"].as_str().expect("a message");
    assert_eq!(
        message,
        "`postgres` is missing in dev; prod has it; the chart reads it there without a default"
    );
    let refused = all
        .iter()
        .find(|finding| finding["rule"] == "chart/does-not-render")
        .expect("a chart that does not render");
    assert_eq!(refused["file"], "charts/postgres/templates/a.yaml");
    let message = refused["message"].as_str().expect("a message");
    assert!(message.starts_with("the chart `charts/postgres` does not render with the values of"));
}

#[test]
fn a_secret_takes_no_key_and_no_number_out_of_a_report() {
    let sandbox = Sandbox::with(&[
        (
            "envlint.yaml",
            "apps: [{name: shop, values: \"{env}/values.yaml\", schema: schema.json}]\n",
        ),
        (
            "schema.json",
            r#"{"properties": {"licence": {"writeOnly": true}}}"#,
        ),
        (
            "dev/values.yaml",
            "licence: 123456789012\ncount: 123456789012\nother: severity\n",
        ),
        (
            "prod/values.yaml",
            "licence: findings\ncount: 5\nother: findings\n",
        ),
    ]);
    let ran = sandbox.run(&["check", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert!(report["findings"].is_array(), "{}", ran.stdout);
    let ran = sandbox.run(&["diff", "dev", "prod", "--format", "json", "--all"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let paths = report["apps"][0]["paths"].as_array().expect("paths");
    let count = paths.iter().find(|path| path["path"] == "count");
    assert_eq!(count.expect("count")["from"], "[redacted, 12 chars]");
    assert_eq!(count.expect("count")["to"], 5);
}

#[test]
fn every_warning_of_helm_is_said_without_its_value() {
    let sandbox = Sandbox::with(&[
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\ndeprecated: true\ndependencies:\n- {name: sub, version: 1.0.0, condition: db.password, tags: [token], import-values: [{child: gone, parent: .}]}\n",
        ),
        ("chart/requirements.yaml", "{}\n"),
        ("chart/requirements.lock", "{}\n"),
        (
            "chart/values.yaml",
            "db: {password: hunter22abc}\nauth: {token: blue-whale, nested: {password: grey-heron, port: 80}}\nplain: 1\ntags: {token: red-robin}\nsub: {port: {password: black-bird}}\nglobal: {a: {b: c}, t: 1, pass: word-lark}\n",
        ),
        (
            "chart/charts/sub/Chart.yaml",
            "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        ),
        (
            "chart/charts/sub/values.yaml",
            "port: {x: y}\nglobal: {a: {password: pale-wren}, t: {b: 1}}\n",
        ),
        (
            "chart/templates/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {\"helm.sh/hook\": \"bogus\"}}\n",
        ),
        (
            "v.yaml",
            "auth: {token: {password: brown-owl}, nested: swift-tern}\nplain: {k: v}\nsub: {global: {a: snow-goose}}\n",
        ),
        ("g.yaml", "global: text\n"),
        ("s.yaml", "sub: {global: text}\n"),
        (
            "t.yaml",
            "global: {t: 1}\nsub: {global: {t: {password: quick-swan}}}\n",
        ),
    ]);
    let birds = [
        "hunter22", "whale", "heron", "robin", "bird", "lark", "wren", "owl", "tern", "goose",
        "swan",
    ];
    let mut said = String::new();
    for file in ["v.yaml", "g.yaml", "s.yaml", "t.yaml"] {
        let ran = sandbox.run(&["template", "shop", "chart", "-f", file]);
        for bird in birds {
            assert!(!ran.stderr.contains(bird), "{bird}: {}", ran.stderr);
        }
        said += &ran.stderr;
    }
    for words in [
        "warning: Dependencies are handled in Chart.yaml",
        "warning: Dependency locking is handled",
        "warning: this chart is deprecated",
        "warning: returned non-bool value tag=token chart=sub",
        "warning: returned non-bool value path=db.password chart=sub",
        "warning: ImportValues missing table from chart chart=sub",
        "warning: skipping globals because destination global is not a table.",
        "warning: skipping globals because source global is not a table.",
        "warning: Conflict: cannot merge map onto non-map for \"a\". Skipping.",
        "warning: key t is table. Skipping",
        "warning: skipped value for shop.plain: Not a table.",
        "warning: cannot overwrite table with non table for shop.auth.nested (map[password:[redacted, 10 chars] port:80])",
        "warning: destination for shop.auth.token is a table. Ignoring non-table value ([redacted, 10 chars])",
        "warning: skipping unknown hooks hookTypes=bogus",
    ] {
        assert!(said.contains(words), "{words} is not in\n{said}");
    }
}
