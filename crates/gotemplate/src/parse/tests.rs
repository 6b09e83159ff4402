use super::*;

/// The printed tree, or the message.
fn check(text: &str, expected: &str) {
    let shown = match parse("t", text.into(), &Functions::new()) {
        Ok(trees) => trees
            .iter()
            .find(|tree| tree.name() == "t")
            .map(Template::to_string)
            .unwrap_or_default(),
        Err(error) => error.to_string(),
    };
    assert_eq!(shown, expected, "{text}");
}

#[test]
fn trees_print_as_go_prints_them() {
    check(
        "a {{- .x.y | printf `%s` 1 -}} b",
        "a{{.x.y | printf `%s` 1}}b",
    );
    check(
        "{{range $i,$v:=.l}}{{$i}}{{else}}x{{end}}",
        "{{range $i, $v := .l}}{{$i}}{{else}}x{{end}}",
    );
    check(
        "{{if .a}}1{{else if .b}}2{{end}}",
        "{{if .a}}1{{else}}{{if .b}}2{{end}}{{end}}",
    );
    check("{{(index .x 1).y.z}}{{$.a}}", "{{(index .x 1).y.z}}{{$.a}}");
    check("{{block \"b\" .}}x{{end}}", "{{template \"b\" .}}");
}

#[test]
fn mistakes() {
    check("{{if .x}}", "template: t:1: unexpected EOF");
    check("\n{{nope}}", "template: t:2: function \"nope\" not defined");
    check("{{$x}}", "template: t:1: undefined variable \"$x\"");
    check("{{}}", "template: t:1: missing value for command");
    check("{{end}}", "template: t:1: unexpected {{end}}");
    check(
        "{{1 | 2}}",
        "template: t:1: non executable command in pipeline stage 2",
    );
    check("{{break}}", "template: t:1: {{break}} outside {{range}}");
    check(
        "{{define `a`}}1{{end}}{{define `a`}}2{{end}}",
        "template: t:1: template: multiple definition of template \"a\"",
    );
    check("{{\n\n", "template: t:3: unclosed action started at t:1");
}

#[test]
fn a_mistake_in_a_block_in_a_loop_is_reported() {
    check(
        "{{range .}}{{block `b` .}}{{(}}",
        "template: t:1: unclosed left paren",
    );
}

#[test]
fn nesting_is_bounded() {
    let deep = |open: &str, middle: &str, close: &str, count| {
        format!("{}{middle}{}", open.repeat(count), close.repeat(count))
    };
    check(
        &format!("{{{{{}}}}}", deep("(", "1", ")", 2000)),
        "template: t:1: max expression depth exceeded",
    );
    check(
        &deep("{{if 1}}", "", "{{end}}", 2000),
        "template: t:1: actions are nested deeper than 1000",
    );
    check(
        &format!("{{{{if 0}}}}{}{{{{end}}}}", "{{else if 0}}".repeat(2000)),
        "template: t:1: actions are nested deeper than 1000",
    );
    assert!(
        parse(
            "t",
            deep("{{if 1}}", "", "{{end}}", 900).into(),
            &Functions::new()
        )
        .is_ok()
    );
    assert!(
        parse(
            "t",
            format!("{{{{{}}}}}", deep("(", "1", ")", 900)).into(),
            &Functions::new()
        )
        .is_ok()
    );
}

#[test]
fn suggestions() {
    let error = parse("t", "{{printff 1}}".into(), &Functions::new()).unwrap_err();
    assert_eq!(error.suggestion(), Some("printf"));
    let error = parse("t", "{{$name := 1}}{{$nam}}".into(), &Functions::new()).unwrap_err();
    assert_eq!(error.suggestion(), Some("$name"));
}
