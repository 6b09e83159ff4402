//! `envlint fmt`: files in one form, which say the same.

use std::sync::Arc;

use envlint::format::format;
use envlint::source::Source;
use envlint::workspace::Format;
use envlint_yaml::{Document, Node, Value, from_node};
use proptest::prelude::*;

use crate::support::Sandbox;

/// `format:` of the page.
fn of_the_page() -> String {
    let page = include_str!("../../docs/fmt.md");
    let (_, config) = page.split_once("```yaml\n").expect("a block");
    config.split_once("```").expect("its end").0.to_owned()
}

fn sandbox(format: &str, values: &[(&str, &str)]) -> Sandbox {
    let config = "environments: {dev: {}, prod: {}}\napps: [{name: shop, values: '{env}.yaml'}]\n";
    let config = format!("{config}{format}");
    let sandbox = Sandbox::with(&[("envlint.yaml", config.as_str())]);
    for (file, text) in values {
        sandbox.write(file, text);
    }
    sandbox
}

const DEV: &str = "\
# values of the shop

replicas: 2 # few
labels:
  # who
  team: web
  app: shop
ingress: {hosts: [b, a]}
# which one
image:
  tag: v1

env:
  - name: URL
    value: 'http://x'
  # how much is said
  - value: info
    name: LEVEL
";

const FORMATTED: &str = "\
# values of the shop

# which one
image:
  tag: \"v1\"
replicas: 2 # few
labels:
  app: shop
  # who
  team: web
ingress: {hosts: [a, b]}

env:
  # how much is said
  - name: LEVEL
    value: info
  - name: URL
    value: \"http://x\"
";

#[test]
fn files_get_the_form_of_the_page_once() {
    let sandbox = sandbox(
        &of_the_page(),
        &[("dev.yaml", DEV), ("prod.yaml", FORMATTED)],
    );
    let checked = sandbox.run(&["fmt", "--check"]);
    assert_eq!(checked.status, 1, "{}", checked.stderr);
    assert_eq!(sandbox.read("dev.yaml"), DEV);
    insta::assert_snapshot!("check", checked.stdout);
    let ran = sandbox.run(&["fmt"]);
    let told = "formatted dev.yaml\n2 files: 1 formatted, 1 as they should be\n";
    assert_eq!((ran.status, &*ran.stdout), (0, told), "{}", ran.stderr);
    assert_eq!(sandbox.read("dev.yaml"), FORMATTED);
    let again = sandbox.run(&["fmt", "--check"]);
    let told = "2 files: 2 as they should be\n";
    assert_eq!((again.status, &*again.stdout), (0, told));
}

#[test]
fn what_is_formatted_in_part_is_counted_as_that() {
    let half = "replicas: 1\nimage: {}\nlabels: {b: 1, a: 2}\n";
    let sandbox = sandbox(&of_the_page(), &[("dev.yaml", half), ("prod.yaml", DEV)]);
    let checked = sandbox.run(&["fmt", "--check"]);
    let told = "\n2 files: 1 to format, 1 to format in part\n";
    assert!(checked.stdout.ends_with(told), "{}", checked.stdout);
    let ran = sandbox.run(&["fmt"]);
    let told =
        "formatted dev.yaml\nformatted prod.yaml\n2 files: 1 formatted, 1 formatted in part\n";
    assert_eq!((ran.status, &*ran.stdout), (1, told), "{}", ran.stderr);
    let none = sandbox.run(&["fmt", "envlint.yaml"]);
    assert_eq!((none.status, &*none.stdout), (0, "0 files\n"));
}

#[test]
fn what_cannot_be_formatted_is_named_and_stays() {
    let sandbox = sandbox(&of_the_page(), &[("prod.yaml", "a: 1\n")]);
    for (text, said) in [
        (
            "labels: {b: 1, a: 2}\n",
            "`labels` keeps its order, because it is written in brackets",
        ),
        (
            "b: &b {x: 1}\nlabels:\n  <<: *b\n  c: 1\n  a: 1\n",
            "`labels` keeps its order, because an anchor",
        ),
        (
            "# the shop\nreplicas: 1\nimage: {}\n",
            "the file keeps its order, because the comment at the top",
        ),
        (
            "env:\n  - name: b\n  - value: a\n",
            "`env` is not sorted, because an item has no single value `name`",
        ),
        (
            "ingress:\n  hosts:\n    - b\n    - {}\n",
            "`ingress.hosts` is not sorted, because an item is no single value",
        ),
        (
            "image:\n  tag: 1.2\n",
            "`image.tag` is no text, and quotes would make it one",
        ),
        ("replicas: 1\nimage: {}\nreplicas: 2\n", "`replicas`"),
        ("replicas: 1\nimage: {}\n---\na: 1\n", "2 YAML documents"),
        (
            "replicas: 1\nimage: {}\nsops:\n  mac: ENC[x]\n",
            "SOPS has encrypted dev.yaml",
        ),
        ("a: [\n", "cannot be read as YAML"),
        (
            "<<<<<<< a\na: 1\n=======\na: 2\n>>>>>>> b\n",
            "markers of a merge",
        ),
    ] {
        sandbox.write("dev.yaml", text);
        for command in [&["fmt"][..], &["fmt", "--check"]] {
            let ran = sandbox.run(command);
            assert_eq!(ran.status, 1, "{text}{}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains(said), "{text}{}", ran.stderr);
            assert_eq!(sandbox.read("dev.yaml"), text);
        }
    }
}

#[test]
fn only_what_is_asked_for_is_formatted() {
    let sandbox = sandbox(
        "format: {quotes: single}\n",
        &[("dev.yaml", "a: \"x\"\n"), ("prod.yaml", "a: \"x\"\n")],
    );
    sandbox.write("other.yaml", "a: \"x\"\n");
    let ran = sandbox.run(&["fmt", "prod.yaml", "other.yaml"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(
        ran.stderr,
        "note: other.yaml is skipped: it is no values file of an app in an environment\n"
    );
    assert_eq!(sandbox.read("dev.yaml"), "a: \"x\"\n");
    assert_eq!(sandbox.read("prod.yaml"), "a: 'x'\n");
    let config = "apps: [{name: shop, values: '{env}.yaml'}]\n";
    sandbox.write("envlint.yaml", config);
    let ran = sandbox.run(&["fmt"]);
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("has no `format:`"), "{}", ran.stderr);
    sandbox.write(
        "envlint.yaml",
        format!("{config}format: {{keys: [{{path: a}}, {{path: a}}]}}\n"),
    );
    let ran = sandbox.run(&["fmt"]);
    assert!(ran.stderr.contains("`a` has two orders"), "{}", ran.stderr);
}

/// Values as a person may write them.
fn values() -> impl Strategy<Value = String> {
    let scalar = prop::sample::select(vec![
        "1",
        "'x y'",
        "\"a # b\"",
        "\"it's\"",
        "text",
        "~",
        "",
        "yes",
        "[b, a]",
        "{b: 1, a: x}",
        "|\n      t\n      u",
        "&x 1",
        "*x",
        "|+\n      t\n\n",
    ]);
    let comment = prop_oneof![3 => Just(""), 1 => Just(" # behind")];
    let line = (0..5_usize, scalar, comment, 0..6_usize, 0..4_usize);
    prop::collection::vec(line, 1..9).prop_map(|lines| {
        let mut text = String::new();
        for (key, scalar, comment, shape, blank) in lines {
            let comment = if scalar.contains('\n') { "" } else { comment };
            text += ["", "\n", "# above\n", "# alone\n\n"][blank];
            text += &match shape {
                0 => format!("k{key}: {scalar}{comment}\n"),
                1 => format!("k{key}:{comment}\n  b: {scalar}\n  # in\n  a: 'y'{comment}\n"),
                2 => format!("k{key}:\n  - name: b{comment}\n    v: {scalar}\n  # of a\n  - v: 2\n    name: a\n"),
                3 => format!("k{key}:\n- c\n- a{comment}\n- b\n"),
                4 => format!("k{key}:\n  <<: {{b: 1}}\n  z: {scalar}\n  a: 1\n"),
                _ => format!("k{key}:\n  -\n    - b: {scalar}\n      a: 1\n    - x{comment}\n"),
            };
        }
        text
    })
}

/// The same with the items of all lists in one order.
fn unordered(value: &Value) -> Value {
    match value {
        Value::Seq(items) => {
            let mut items: Vec<Value> = items.iter().map(unordered).collect();
            items.sort_by_key(|item| format!("{item:?}"));
            Value::Seq(items)
        }
        Value::Map(map) => Value::Map(
            map.iter()
                .map(|(key, value)| (key.clone(), unordered(value)))
                .collect(),
        ),
        single => single.clone(),
    }
}

proptest! {
    #[test]
    fn a_second_time_changes_nothing_and_nothing_is_lost(text in values(), quotes in prop::sample::select(vec!["single", "double"])) {
        let config = format!(
            "keys: [{{path: '.', first: [k3, k1]}}, {{path: '**', alphabetical: true}}, {{path: '*[*]', first: [name]}}]\n\
             lists: [{{path: '*', by: name}}, {{path: k0}}]\nquotes: {quotes}\nquoted: ['**.a', k2]\n"
        );
        let config = Document::parse(config);
        let rules: Format = from_node(config.root().unwrap()).unwrap();
        let source = Arc::new(Source::new("values.yaml", text.as_str()));
        let Ok(formatted) = format(&source, &rules) else { return Ok(()) };
        let Some(new) = formatted.text else { return Ok(()) };
        let (before, after) = (&source.document, Document::parse(new.as_str()));
        let value = |document: &Document| unordered(&document.root().map(Node::to_value).unwrap());
        prop_assert_eq!(value(before), value(&after));
        let comments = |document: &Document| {
            let mut texts: Vec<String> = document.comments().iter().map(|comment| comment.text.to_string()).collect();
            texts.sort();
            texts
        };
        prop_assert_eq!(comments(before), comments(&after));
        let again = format(&Arc::new(Source::new("values.yaml", new.as_str())), &rules).unwrap();
        prop_assert_eq!(again.text, None, "{}\n{}", text, new);
        prop_assert_eq!(again.left.len(), formatted.left.len());
    }
}

#[test]
fn keys_and_patterns_without_end_are_ordered_or_refused() {
    let lines = |numbers: &mut dyn Iterator<Item = usize>| -> String {
        numbers.map(|number| format!("k{number}: a\n")).collect()
    };
    let names: Vec<String> = (0..5000).map(|number| format!("k{number}")).collect();
    let config = format!(
        "format: {{keys: [{{path: '.', first: [{}]}}]}}\n",
        names.join(", ")
    );
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", &config),
        ("values-dev.yaml", &lines(&mut (0..5000).rev())),
    ]);
    let ran = sandbox.run(&["fmt"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(sandbox.read("values-dev.yaml"), lines(&mut (0..5000)));
    let patterns: Vec<String> = (0..4000)
        .map(|number| format!("'**.**.a{number}'"))
        .collect();
    let config = format!(
        "format: {{quotes: double, quoted: [{}]}}\n",
        patterns.join(", ")
    );
    sandbox.write("envlint.yaml", config);
    sandbox.write("values-prod.yaml", "k1: 'a'\n");
    let ran = sandbox.run(&["fmt"]);
    let words = "values-dev.yaml has too many values for so many patterns";
    assert!(ran.stderr.contains(words), "{}{}", ran.stdout, ran.stderr);
    // The others go on.
    assert_eq!(sandbox.read("values-prod.yaml"), "k1: \"a\"\n");
}
