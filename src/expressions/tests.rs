//! What expressions come to, and that none is too much.

use super::*;

/// What an expression comes to with an object, in a word.
fn verdict(text: &str, object: &str) -> String {
    on_large_stack(|| said(text, object))
}

const VARIABLES: &[Variable] = &[
    Variable::open("object"),
    Variable::open("objects"),
    Variable::open("values"),
    Variable::open("app"),
    Variable {
        name: "environment",
        fields: &["name", "tier"],
    },
];

fn said(text: &str, object: &str) -> String {
    let expression = match Expression::read(text, VARIABLES) {
        Ok(expression) => expression,
        Err(reason) => return format!("refused: {}", reason.show()),
    };
    let mut scope = functions();
    let object = serde_json::from_str(object).expect("an object");
    scope.add_variable_as_val("object", of_json(&object));
    match within(&Budget::new(u64::MAX), || expression.evaluate(&scope)) {
        Verdict::Holds => "holds".to_owned(),
        Verdict::Breaks => "breaks".to_owned(),
        Verdict::Lacks(key) => format!("lacks {key}"),
        Verdict::Fails(reason) => format!("fails: {}", reason.show()),
        Verdict::TooLong => "too long".to_owned(),
    }
}

#[test]
fn expressions_come_to_what_kubernetes_says_of_them() {
    let object = r#"{"kind": "Deployment", "metadata": {"name": "web", "labels": {"app": "web"}},
        "spec": {"replicas": 2, "ports": [{"port": 80}], "cpu": 0.5, "none": null}}"#;
    for (text, expected) in [
        ("has(object.metadata.labels.app)", "holds"),
        ("has(object.metadata.labels.owner)", "breaks"),
        (
            "has(object.metadata.annotations.owner)",
            "lacks annotations",
        ),
        (
            "object.spec.replicas >= 2 && object.spec.cpu < 1.0",
            "holds",
        ),
        ("object.spec.none == null", "holds"),
        ("object.spec.ports.all(p, p.port == 80)", "holds"),
        ("object.spec.ports == [{'port': 80}]", "holds"),
        ("object.metadata.labels.exists(k, k == 'app')", "holds"),
        ("object.metadata.name.matches('^w.b$')", "holds"),
        (
            "object.metadata.name.split('e')[0].upperAscii() == 'W'",
            "holds",
        ),
        ("object.kind in ['Deployment', 'StatefulSet']", "holds"),
        ("'app' in object.metadata.labels", "holds"),
        ("object.spec.?replicas.orValue(1) == 2", "holds"),
        ("type(object.spec.replicas) == int", "holds"),
        (
            "[1, 2, 3].filter(x, x > 1).map(x, x * 2) == [4, 6]",
            "holds",
        ),
        ("true || 1 / 0 > 0", "holds"),
    ] {
        assert_eq!(verdict(text, object), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_evaluated_says_why_and_shows_no_value() {
    let object = r#"{"password": "hunter2-hunter2", "n": 0}"#;
    for (text, expected) in [
        ("1 / object.n > 0", "fails: it divides by zero"),
        ("1 % object.n > 0", "fails: it divides by zero"),
        (
            "object.password + 1 == 'x'",
            "fails: it cannot add string and int",
        ),
        (
            "object.password.size(1)",
            "fails: `size` does not take string and int",
        ),
        (
            "object.password",
            "fails: its result is of the type string, and must be true or false",
        ),
        ("object.password.matches('(')", "fails: `matches` fails"),
        (
            "nope(object)",
            "fails: there is no function or variable `nope`",
        ),
        (
            "object.n.startWith('a')",
            "fails: there is no function or variable `startWith`; did you mean `startsWith`?",
        ),
        (
            "environment.teir == 'production'",
            "refused: `environment` has no `teir`; did you mean `tier`?",
        ),
        (
            "environment.region == 'eu'",
            "refused: `environment` has no `region`; it has name and tier",
        ),
        (
            "objects.all(environment, environment.region == 'eu')",
            "fails: there is no function or variable `objects`",
        ),
        (
            "object.n == 0 &&",
            "refused: it ends too early, in line 1 at column 17",
        ),
        (
            "objekt.n == 0",
            "refused: there is no variable `objekt`; did you mean `object`?",
        ),
        (
            "[object.password].join(object.password) == ''",
            "refused: an expression cannot call `join` here",
        ),
        (
            "object.",
            "refused: no viable alternative at input '.', in line 1 at column 8",
        ),
        ("", "refused: it ends too early, in line 1 at column 1"),
    ] {
        assert_eq!(verdict(text, object), expected, "{text}");
    }
}

#[test]
fn nothing_is_too_deep_or_too_long() {
    for text in [
        format!("{}1{} == 1", "(".repeat(2_000), ")".repeat(2_000)),
        format!("{}1 > 0", "1+".repeat(2_000)),
        format!("{}true", "!".repeat(4_000)),
        format!("{}.b == 1", "object.a".repeat(500)),
        "\u{0}\u{7f}".to_owned(),
        "x".repeat(5_000),
    ] {
        let said = verdict(&text, "{}");
        assert!(!said.is_empty());
    }
    let ten = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]";
    for kind in ["all", "map", "exists", "filter", "exists_one"] {
        let loops = (0..8).fold("true".to_owned(), |inner, at| {
            format!("{ten}.{kind}(x{at}, {inner})")
        });
        let said = verdict(&format!("{loops} == true"), "{}");
        assert!(
            said == "too long" || said.starts_with("fails") || kind == "exists",
            "{kind}: {said}"
        );
    }
    let large = format!(r#"{{"text": "{}"}}"#, "x".repeat(1_000_000));
    let sum = vec!["object.text"; 250].join(" + ");
    assert_eq!(
        verdict(&format!("{sum} == ''"), &large),
        "refused: it is nested too deeply"
    );
    let sum = vec!["object.text"; 150].join(" + ");
    assert_eq!(verdict(&format!("{sum} == ''"), &large), "too long");
}
