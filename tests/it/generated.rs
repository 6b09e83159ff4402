//! The chart of secrets that `generate templates` writes, when it is written again.

use std::fs;
use std::path::PathBuf;

use crate::secrets::{CONFIG, generated, workspace};
use crate::support::Sandbox;

#[test]
fn a_second_run_of_generate_changes_nothing() {
    let sandbox = generated("replicas: 1\n");
    let before = files(&sandbox);
    let ran = sandbox.run(&["generate", "templates", "--chart", "chart"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_eq!(files(&sandbox), before);
}

#[test]
fn a_template_edited_by_hand_is_kept() {
    let sandbox = generated("replicas: 1\n");
    let template = "chart/templates/secrets/gcp-secrets.yaml";
    let text = fs::read_to_string(sandbox.root().join(template)).expect("a template");
    let edited = text.replace("provider: gcp", "provider: google");
    sandbox.write(template, &edited);
    sandbox.write("chart/templates/secrets/aws-secrets.yaml", "# mine\n");
    let before = files(&sandbox);
    let ran = sandbox.run(&["generate", "templates", "--chart", "chart"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stdout
            .contains("-  provider: google\n+  provider: gcp\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("-# mine\n"), "{}", ran.stdout);
    assert_eq!(files(&sandbox), before, "nothing is written");
    let forced = sandbox.run(&["generate", "templates", "--chart", "chart", "--force"]);
    assert_eq!(forced.status, 0, "{}", forced.stderr);
    assert_eq!(
        fs::read_to_string(sandbox.root().join(template)).expect("a template"),
        text
    );
}

#[test]
fn an_older_generated_template_is_replaced() {
    let sandbox = generated("replicas: 1\n");
    sandbox.write("envlint.yaml", CONFIG.replace("access_key", "id"));
    let ran = sandbox.run(&["generate", "templates", "--chart", "chart"]);
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let said = ran.stderr.replace('\\', "/");
    assert!(
        said.contains("changed chart/templates/secrets/vault-secrets.yaml"),
        "{said}"
    );
}

#[test]
fn defaults_and_schema_keep_what_a_chart_has() {
    let values = "# The shop.\nreplicas: 2 # two\nsecrets:\n  vault:\n    enabled: true\n";
    let schema = "{\n  \"type\": \"object\",\n  \"properties\": {\n    \"replicas\": {\"type\": \"integer\"}\n  }\n}\n";
    let sandbox = workspace("replicas: 1\n");
    sandbox.write("chart/values.yaml", values);
    sandbox.write("chart/values.schema.json", schema);
    for _ in 0..2 {
        let ran = sandbox.run(&["generate", "templates", "--chart", "chart"]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
    }
    let read =
        |name: &str| fs::read_to_string(sandbox.root().join("chart").join(name)).expect("a file");
    assert!(
        read("values.yaml").starts_with(values),
        "{}",
        read("values.yaml")
    );
    insta::assert_snapshot!("defaults", read("values.yaml"));
    let read_schema: serde_json::Value =
        serde_json::from_str(&read("values.schema.json")).expect("JSON");
    assert_eq!(read_schema["properties"]["replicas"]["type"], "integer");
    assert_eq!(
        read_schema["properties"]["secrets"],
        envlint::secrets::schema::fragment()
    );
}

/// The chart's files and their texts.
fn files(sandbox: &Sandbox) -> Vec<(PathBuf, String)> {
    let folder = |path: &str| fs::read_dir(sandbox.root().join(path)).expect("a folder");
    let mut files: Vec<(PathBuf, String)> = folder("chart")
        .chain(folder("chart/templates/secrets"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read_to_string(&path).expect("a text")))
        .collect();
    files.sort();
    files
}
