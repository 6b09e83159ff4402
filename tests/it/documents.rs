//! `envlint diff` of files and of folders of manifests.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::Sandbox;

const OLD: &str = r#"# Source: shop/templates/api.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: shop}
spec:
  replicas: 1
  template:
    spec:
      containers:
        - name: api
          image: shop:1
          resources: {limits: {memory: 1Gi}}
        - name: side
          image: side:1
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  app.conf: |
    level = 1
    color = red
    size = 3
---
apiVersion: v1
kind: Secret
metadata: {name: login}
data: {word: UXVva2thLTEtcGFzcw==}
---
apiVersion: v1
kind: Service
metadata: {name: gone}
"#;

/// The same objects in two files and in another order, with some changes.
fn manifests() -> Sandbox {
    Sandbox::with(&[
        ("old/all.yaml", OLD),
        (".gitignore", "new/\n"),
        (
            "new/deployment.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {namespace: shop, name: api}\nspec:\n  template:\n    \
             spec:\n      containers:\n      - {name: side, image: side:1}\n      \
             - {name: api, image: shop:2, resources: {limits: {memory: 1024Mi}}}\n  replicas: 1\n",
        ),
        (
            "new/more/rest.yml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: login}\ndata: {word: V29tYmF0LTItcGFzcw==}\n---\n\
             apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata:\n  app.conf: |\n    level = 1\n    \
             color = blue\n    size = 3\n---\n\
             apiVersion: v1\nkind: Service\nmetadata: {name: \"new\\e[31m`@team|\"}\n",
        ),
    ])
}

#[test]
fn folders_of_manifests_are_compared_object_by_object() {
    let sandbox = manifests();
    let diff = |more: &[&str]| sandbox.run(&[&["diff", "old/", "new/"], more].concat());
    assert_snapshot!("folders-text", diff(&[]).stdout);
    assert_snapshot!("folders-markdown", diff(&["--format", "markdown"]).stdout);
    assert_snapshot!("folders-json", diff(&["--format", "json"]).stdout);
    for format in ["text", "markdown", "json", "unified"] {
        let ran = diff(&["--format", format, "--exit-code"]);
        assert_eq!(ran.status, 1, "{}", ran.stderr);
        for secret in ["UXVva2th", "V29tYmF0", "\u{1b}"] {
            assert!(!ran.stdout.contains(secret), "{format}: {}", ran.stdout);
        }
    }
    let same = sandbox.run(&["diff", "old/", "old/all.yaml"]);
    assert_eq!(same.status, 2);
    let same = sandbox.run(&["diff", "old/all.yaml", "old/all.yaml", "--exit-code"]);
    assert_eq!(same.status, 0);
    assert_snapshot!(same.stdout, @"old/all.yaml -> old/all.yaml: 4 documents: 4 the same");
}

#[test]
fn documents_of_any_form_are_compared() {
    let list = |items: &str| format!("apiVersion: v1\nkind: List\nitems:\n{items}");
    let object = |name: &str, level: usize| {
        format!(
            "  - apiVersion: v1\n    kind: ConfigMap\n    metadata: {{name: {name}}}\n    data: {{level: \"{level}\"}}\n"
        )
    };
    for (old, new, expected) in [
        ("  a: 1\n  b: 2\n", "a: 1\nb: 3\n", "1 document: 1 changed"),
        ("- a\n- b\n", "- a\n- c\n", "1 document: 1 changed"),
        ("- a\n- b\n", "- a\n", "1 document: 1 changed"),
        ("one\n", "two\n", "1 document: 1 changed"),
        ("one\n", "\"one\"\n", "1 document: 1 the same"),
        ("a: 1\n", "- a\n", "1 document: 1 changed"),
        (
            "---\ntext\n---\n- &x a\n- *x\n",
            "---\nother\n---\n- a\n- a\n",
            "2 documents: 1 changed, 1 the same",
        ),
        (
            &list(&(object("a", 1) + &object("b", 1))),
            &list(&(object("b", 2) + &object("a", 1))),
            "2 documents: 1 changed, 1 the same",
        ),
        (
            &list("  - &x {apiVersion: v1, kind: Pod, metadata: {name: a}}\n  - *x\n"),
            &list("  - {apiVersion: v1, kind: Pod, metadata: {name: a}}\n"),
            "2 documents: 1 added, 1 removed",
        ),
    ] {
        let sandbox = Sandbox::with(&[("old.yaml", old), ("new.yaml", new)]);
        let ran = sandbox.run(&["diff", "old.yaml", "new.yaml"]);
        assert!(
            ran.stdout.contains(expected),
            "{old}{new}{}{}",
            ran.stdout,
            ran.stderr
        );
    }
}

#[test]
fn the_guide_shows_what_is_printed_of_folders() {
    let sandbox = manifests();
    for file in ["old/all.yaml", "new/more/rest.yml"] {
        let text = sandbox.read(file);
        let objects = text.split("---\n");
        let is_shown = |object: &&str| !object.contains("ConfigMap") && !object.contains("@team");
        let objects: Vec<&str> = objects.filter(is_shown).collect();
        sandbox.write(file, objects.join("---\n"));
    }
    let page = include_str!("../../docs/diff.md");
    let (_, after) = page
        .split_once("    envlint diff rendered/old/")
        .expect("the command");
    let (_, block) = after.split_once("```text\n").expect("a block");
    let (block, _) = block.split_once("```").expect("its end");
    assert_eq!(sandbox.run(&["diff", "old/", "new/"]).stdout, block);
}

/// What a patch makes of a document, as RFC 6902 says.
fn patched(mut document: Value, patch: &Value) -> Value {
    for operation in patch.as_array().expect("a list") {
        let path = operation["path"].as_str().expect("a path");
        let (parent, key) = path.rsplit_once('/').expect("no operation on the root");
        let key = key.replace("~1", "/").replace("~0", "~");
        let parent = document.pointer_mut(parent).expect("the parent");
        match (parent, operation["op"].as_str().expect("an operation")) {
            (Value::Object(map), "remove") => drop(map.remove(&key).expect("the key")),
            (Value::Object(map), "add" | "replace") => {
                drop(map.insert(key, operation["value"].clone()));
            }
            (Value::Array(items), "replace") => {
                let index: usize = key.parse().expect("an index");
                items[index] = operation["value"].clone();
            }
            other => panic!("{other:?}"),
        }
    }
    document
}

#[test]
fn a_patch_makes_the_second_file_of_the_first() {
    let old = serde_json::json!({"a/b~c": 1, "list": [1, {"x": 1}], "long": [1], "gone": {"deep": 1}, "kind": "1Gi",
                                 "same": [1, 2], "null": null});
    let new = serde_json::json!({"a/b~c": 2, "list": [1, {"x": 2, "w": []}], "long": [1, 2], "kind": {"now": "a map"},
                                 "same": [1, 2], "null": {}, "added": {"list": [{}]}});
    let sandbox = Sandbox::with(&[
        ("old.yaml", &old.to_string()),
        ("new.yaml", &new.to_string()),
    ]);
    let ran = sandbox.run(&["diff", "old.yaml", "new.yaml", "--format", "json-patch"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let patch: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(patched(old, &patch), new);
}

#[test]
fn a_patch_holds_no_secret_and_is_of_one_app() {
    let sandbox = Sandbox::with(&[
        (
            "shop/values-dev.yaml",
            "tag: 1\ndb: {password: Quokka-1-pass}\n",
        ),
        (
            "shop/values-prod.yaml",
            "tag: 2\ndb: {password: Wombat-2-pass}\n",
        ),
        ("cart/values-dev.yaml", "tag: 1\n"),
        ("cart/values-prod.yaml", "tag: 2\n"),
    ]);
    let patch = ["diff", "dev", "prod", "--format", "json-patch"];
    let ran = sandbox.run(&patch);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("2 are compared"), "{}", ran.stderr);
    let ran = sandbox.run(&[&patch[..], &["--app", "shop"]].concat());
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("leaves out 1 value"), "{}", ran.stderr);
    let operations: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let expected = serde_json::json!([{"op": "replace", "path": "/tag", "value": 2}]);
    assert_eq!(operations, expected);
}

#[test]
fn what_is_no_file_or_no_yaml_is_said() {
    let sandbox = Sandbox::with(&[
        ("a.yaml", "a: 1\n"),
        ("broken.yaml", "a: [1\n"),
        ("folder/a.txt", ""),
        ("dev/values.yaml", "a: 1\n"),
        ("prod/values.yaml", "a: 2\n"),
    ]);
    let sides: [&[&str]; 6] = [
        &["a.yaml", "missing.yaml"],
        &["a.yaml", "broken.yaml"],
        &["a.yaml", "folder/"],
        &["folder/", "folder/"],
        &["a.yaml", "a.yaml", "--rendered"],
        &["dev/", "prod/", "--format", "json-patch", "--app", "shop"],
    ];
    let mut all = String::new();
    for arguments in sides {
        let ran = sandbox.run(&[&["diff"], arguments].concat());
        assert_eq!(ran.status, 2, "{arguments:?}");
        all += &format!("diff {}\n{}\n", arguments.join(" "), ran.stderr);
    }
    assert_snapshot!("no-files", all);
    // A name of an environment is one, whatever else has it.
    let ran = sandbox.run(&["diff", "dev", "prod"]);
    assert!(
        ran.stdout.starts_with("shop: dev/values.yaml"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_certificate_is_told_by_its_fingerprint() {
    let pem = |body: &str| {
        format!("ca: |\n  -----BEGIN CERTIFICATE-----\n  {body}\n  -----END CERTIFICATE-----\n")
    };
    let sandbox = Sandbox::with(&[
        ("old.yaml", &pem("AAECAwQFBgcICQ==")),
        ("new.yaml", &pem("AAECAwQFBgcICg==")),
    ]);
    let ran = sandbox.run(&["diff", "old.yaml", "new.yaml"]);
    assert_snapshot!(ran.stdout, @r"
    old.yaml -> new.yaml
      ca  certificate, SHA-256 1F825AA2F0020EF7 -> certificate, SHA-256 3A92222128D5715A

    old.yaml -> new.yaml: 1 document: 1 changed
    ");
}
