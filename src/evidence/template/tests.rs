use envlint_yaml::Value;

use super::*;
use crate::evidence::holes::shown;
use crate::evidence::nodes::flat;

fn data() -> Map {
    let path: Map = [
        ("basename".to_owned(), Value::String("shop".to_owned())),
        (
            "segments".to_owned(),
            Value::Seq(vec![
                Value::String("apps".to_owned()),
                Value::String("shop".to_owned()),
            ]),
        ),
    ]
    .into_iter()
    .collect();
    [
        ("path".to_owned(), Value::Map(path)),
        ("env".to_owned(), Value::String("prod".to_owned())),
    ]
    .into_iter()
    .collect()
}

#[test]
fn templates_are_evaluated_and_what_is_not_known_stays_open() {
    for (template, expected) in [
        ("{{ .path.basename }}-{{ .env }}", "shop-prod"),
        ("{{ index .path.segments 0 }}", "apps"),
        ("{{ .cluster }}/x", "{value}/x"),
        ("{{ env \"STAGE\" }}", "{STAGE}"),
        ("{{ env \"STAGE\" | default \"dev\" }}", "dev"),
        ("{{ coalesce (env \"STAGE\") .env }}", "prod"),
        ("{{ .env | default \"dev\" }}", "prod"),
        ("{{ get \"path.basename\" . | upper }}", "SHOP"),
        ("{{ .env | normalize }}", "prod"),
    ] {
        let text = Evaluator::default()
            .text(template, &data())
            .map(|text| shown(&text));
        assert_eq!(text.as_deref(), Some(expected), "{template}");
    }
    assert_eq!(Evaluator::default().text("{{ if }}", &data()), None);
}

#[test]
fn secrets_are_no_part_of_what_templates_know() {
    let database: Map = [("password", "QwErTy123456abc"), ("host", "db")]
        .map(|(key, text)| (key.to_owned(), Value::String(text.to_owned())))
        .into_iter()
        .collect();
    let data: Map = [("db".to_owned(), Value::Map(database))]
        .into_iter()
        .collect();
    let text = Evaluator::default().text("{{ .db.host }}-{{ .db.password }}{{ toJson . }}", &data);
    let text = text.expect("text");
    assert!(text.starts_with("db-"), "{text}");
    assert!(!text.contains("QwErTy"), "{text}");
}

#[test]
fn a_comparison_with_what_is_not_known_is_told() {
    let evaluator = Evaluator::default();
    for (template, other) in [
        ("{{ if eq (env \"X\") \"y\" }}a{{ end }}", Some("a")),
        (
            "{{ if ne (env \"X\") \"y\" }}a{{ else }}b{{ end }}",
            Some("a"),
        ),
        ("{{ if hasPrefix \"y\" (env \"X\") }}a{{ end }}", Some("a")),
        (
            "{{ if eq (env \"X\" | default \"y\") \"y\" }}a{{ end }}",
            None,
        ),
        ("{{ if eq .env \"dev\" \"prod\" }}a{{ end }}", None),
    ] {
        let evaluated = evaluator.evaluate(template, "", || Data::of(&data()));
        let doubt = evaluated.expect(template).doubt;
        let seen = doubt.map(|doubt| doubt.other);
        assert_eq!(seen.as_deref(), other, "{template}");
    }
}

#[test]
fn all_templates_together_have_their_steps() {
    let evaluator = Evaluator::default();
    let run = |count: usize| {
        let template = format!("{{{{ range until 10000 }}}}{{{{ end }}}}{count}");
        evaluator.evaluate(&template, "", Data::default).is_ok()
    };
    assert!(run(0));
    assert!((0..2000).any(|count| !run(count)));
    evaluator.begin_file();
    assert!(run(0));
}

#[test]
fn the_plain_templates_of_argo_know_names_only() {
    let known: BTreeMap<String, String> = flat(&data()).into_iter().collect();
    let names = |template: &str| substitute(template, &known).unwrap_or_default();
    assert_eq!(names("{{path.basename}}/{{ env }}"), "shop/prod");
    assert_eq!(shown(&names("{{name}}")), "{name}");
    assert_eq!(names("{{env"), "env");
}

#[test]
fn the_plain_templates_of_argo_make_no_endless_text() {
    let known = BTreeMap::from([("a".to_owned(), "x".repeat(1 << 20))]);
    assert!(substitute(&"{{a}}".repeat(3), &known).is_some());
    assert_eq!(substitute(&"{{a}}".repeat(100), &known), None);
}
