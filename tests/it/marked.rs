//! What a schema marks as secret, `writeOnly: true` and `format: password`, is shown by no command.

use envlint::values::{Located, Tree};
use envlint::workspace::Workspace;

use crate::support::Sandbox;

const CHART: (&str, &str) = ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");

/// The paths of the single values of `values-prod.yaml` that are masked where the file is quoted.
fn marked(files: &[(&str, &str)]) -> Vec<String> {
    let sandbox = Sandbox::with(&[CHART]);
    for (path, text) in files {
        sandbox.write(path, text);
    }
    let workspace = Workspace::open(&sandbox.root()).expect("a workspace");
    let files = workspace.apps[0].load(&workspace);
    let mut values = files.values.iter();
    let file = values.find(|file| file.path == "values-prod.yaml");
    let source = file.and_then(|file| file.source.as_ref().ok());
    let tree = source.and_then(Tree::of).expect("a tree");
    let mut found = Vec::new();
    let mut left = vec![Located::root(&tree)];
    while let Some(value) = left.pop() {
        let node = value.tree().node();
        if node.as_scalar().is_some() && value.tree().source().is_sensitive(node.span()) {
            found.push(value.path().to_string());
        }
        left.extend(value.children().into_iter().rev());
    }
    found
}

#[test]
fn a_schema_tells_which_values_are_secret() {
    let schema = r##"{
        "properties": {
            "admin": {"properties": {"door": {"type": "string", "format": "password"}, "name": {"type": "string"}}},
            "first": {"allOf": [{"$ref": "#/$defs/secret"}]},
            "users": {"items": {"properties": {"pin": {"writeOnly": true}}}},
            "extra": {"additionalProperties": {"$ref": "#/$defs/secret"}},
            "named": {"patternProperties": {"^x-": {"writeOnly": true}, "(": {}}},
            "chosen": {"if": {"required": ["kind"]}, "then": {"properties": {"a": {"writeOnly": true}}}},
            "pair": {"prefixItems": [{"type": "string"}, {"writeOnly": true}]},
            "tuple": {"items": [{"writeOnly": true}, {"type": "string"}]},
            "needs": {"dependentSchemas": {"a": {"properties": {"b": {"writeOnly": true}}}}},
            "rest": {"unevaluatedProperties": {"writeOnly": true}},
            "anchored": {"$ref": "#hidden"},
            "dynamic": {"$dynamicRef": "#hidden"}
        },
        "$defs": {"secret": {"writeOnly": true}, "by": {"$anchor": "hidden", "writeOnly": true}}
    }"##;
    let values = "\
admin: {door: a, name: b}
first: {one: c, two: \"\"}
users: [{name: x, pin: 1}]
extra: {key: d}
named: {x-a: e, y: f}
chosen: {kind: g, a: h}
pair: [i, j]
tuple: [k, l]
needs: {a: m, b: n}
rest: {any: o}
anchored: p
dynamic: q
other: r
";
    assert_eq!(
        marked(&[("values-prod.yaml", values), ("values.schema.json", schema)]),
        [
            "admin.door",
            "first.one",
            "users[name=x].pin",
            "extra.key",
            "named.x-a",
            "chosen.a",
            "pair[1]",
            "tuple[0]",
            "needs.b",
            "rest.any",
            "anchored",
            "dynamic",
        ]
    );
}

#[test]
fn the_schema_of_a_subchart_marks_what_stands_below_its_name() {
    let sub = r#"{"properties": {
        "door": {"writeOnly": true},
        "global": {"properties": {"shared": {"writeOnly": true}}}
    }}"#;
    let files = [
        (
            "Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: db, version: 1.0.0, alias: first}\n- {name: db, version: 1.0.0, alias: second}\n",
        ),
        (
            "charts/db/Chart.yaml",
            "apiVersion: v2\nname: db\nversion: 1.0.0\n",
        ),
        ("charts/db/values.schema.json", sub),
        (
            "values-prod.yaml",
            "first: {door: a, other: b}\nsecond: {door: c}\ndoor: d\nglobal: {shared: e, other: f}\n",
        ),
    ];
    assert_eq!(
        marked(&files),
        ["first.door", "second.door", "global.shared"]
    );
}

#[test]
fn a_marked_value_comes_out_in_no_form_that_yaml_has_for_it() {
    let values = |new: &str| {
        format!(
            "changed: {new}\nplain: tiger\nquoted: \"ti\\u0067er lily\"\nblock: |\n  blue tiger one\n  white tiger two\nfolded: >-\n  red tiger three\n  pink tiger four\n"
        )
    };
    let schema = r#"{"properties": {
        "plain": {"writeOnly": true}, "quoted": {"writeOnly": true},
        "block": {"writeOnly": true}, "folded": {"writeOnly": true}
    }}"#;
    let template = "kind: A\nmetadata: {name: a}\ndata: {{ toYaml .Values | nindent 2 }}\n";
    let (dev, prod) = (values("1"), "changed: 0\n".to_owned());
    let sandbox = Sandbox::with(&[
        CHART,
        ("values.schema.json", schema),
        ("templates/a.yaml", template),
        ("values-dev.yaml", &dev),
        ("values-prod.yaml", &prod),
    ]);
    for arguments in [
        &["check"][..],
        &["check", "--format", "json"],
        &["diff", "dev", "prod"],
        &["diff", "dev", "prod", "--format", "unified"],
        &["diff", "dev", "prod", "--format", "json"],
        &["diff", "dev", "prod", "--rendered"],
        &["promote", "--from", "dev", "--to", "prod", "--allow-skip"],
        &[
            "promote",
            "--from",
            "dev",
            "--to",
            "prod",
            "--allow-skip",
            "--format",
            "markdown",
        ],
        &["status"],
        &["trace", "--env", "dev", "--value", "plain"],
    ] {
        let ran = sandbox.run(arguments);
        for said in [&ran.stdout, &ran.stderr] {
            assert!(!said.contains("tiger"), "{arguments:?}: {said}");
        }
    }
    let ran = sandbox.run(&["template", ".", "--set", "plain=tiger"]);
    assert!(ran.stdout.contains("tiger"), "the manifests are whole");
    sandbox.write("templates/a.yaml", "{{ fail .Values.plain }}\n");
    let ran = sandbox.run(&["template", ".", "--set", "plain=tiger"]);
    assert!(!ran.stderr.contains("tiger"), "{}", ran.stderr);
}
