use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::*;

static FUNCTIONS: &[Function] = &[
    Function::new(
        "include",
        &[Type::String, Type::Interface],
        |cx, mut args| {
            let data = args.take(1);
            Ok(Value::String(cx.execute(&args.text(0), data)?.into()))
        },
    ),
    Function::new("fail", &[Type::String], |_, args| {
        Err(Error::new(args.text(0)))
    }),
    Function::new("double", &[Type::INT], |_, args| {
        Ok(Value::int(args.int(0) * 2))
    }),
];

fn render_with(text: &str, data: Value, limits: Limits) -> Result<String, Error> {
    let mut set = TemplateSet::new("root", Arc::new(Functions::new().with(FUNCTIONS)));
    set.parse("t", text)?;
    let out = Arc::new(set).execute("t", data, &mut (), limits)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn check(text: &str, expected: &str) {
    let inner: Map = [("c", Value::float64(1.0)), ("n", Value::Nil)]
        .into_iter()
        .collect();
    let list = Value::from(vec!["x".into(), "y".into()]);
    let data: Map = [("a", Value::from("A")), ("m", inner.into()), ("l", list)]
        .into_iter()
        .collect();
    let shown =
        render_with(text, data.into(), Limits::default()).unwrap_or_else(|error| error.to_string());
    assert_eq!(shown, expected, "{text}");
}

#[test]
fn structures() {
    check(
        "{{if .a}}1{{else}}2{{end}}{{with .m}}{{.c}}{{end}}{{with .q}}{{else with .a}}{{.}}{{end}}",
        "11A",
    );
    check(
        "{{range $i, $v := .l}}{{$i}}{{$v}} {{end}}{{range .q}}{{else}}none{{end}}",
        "0x 1y none",
    );
    check(
        "{{range 3}}{{.}}{{end}}{{range $k, $v := .m}}{{$k}}={{$v}};{{end}}",
        "012c=1;n=<no value>;",
    );
    check(
        "{{range .l}}{{if eq . `y`}}{{break}}{{end}}{{.}}{{continue}}z{{end}}",
        "x",
    );
    check(
        "{{$x := 1}}{{if true}}{{$x = 2}}{{$x := 3}}{{end}}{{$x}}",
        "2",
    );
    check(
        "{{define `d`}}[{{.}}]{{end}}{{template `d` .a}}{{block `b` .a}}<{{.}}>{{end}}",
        "[A]<A>",
    );
    check(
        "{{and 1 0 (fail `x`)}}{{or 0 .a}}{{not 1}}{{1 | double | double}}",
        "0Afalse4",
    );
}

#[test]
fn errors_are_gos() {
    check(
        "{{.m.n.z}}",
        "template: t:1:4: executing \"t\" at <.m.n.z>: nil pointer evaluating interface {}.z",
    );
    check(
        "{{.a.z}}",
        "template: t:1:4: executing \"t\" at <.a.z>: can't evaluate field z in type interface {}",
    );
    check(
        "\n {{fail `no`}}",
        "template: t:2:3: executing \"t\" at <fail `no`>: error calling fail: no",
    );
    check(
        "{{define `d`}}{{fail .}}{{end}}{{include `d` `no`}}",
        "template: t:1:33: executing \"t\" at <include `d` `no`>: error calling include: \
         template: t:1:16: executing \"d\" at <fail .>: error calling fail: no",
    );
    check(
        "{{double .a}}",
        "template: t:1:9: executing \"t\" at <.a>: wrong type for value; expected int; got string",
    );
    check(
        "{{double}}",
        "template: t:1:2: executing \"t\" at <double>: wrong number of args for double: want 1 got 0",
    );
}

#[test]
fn suggestions_name_what_exists() {
    let suggest = |text: &str, missing_key| {
        let image: Map = [("tag", Value::from("1"))].into_iter().collect();
        let data: Map = [("image", Value::Map(image))].into_iter().collect();
        let set = TemplateSet::new("root", Arc::default()).with_missing_key(missing_key);
        let mut set = set;
        set.parse("t", text).unwrap();
        let error = Arc::new(set)
            .execute("t", data.into(), &mut (), Limits::default())
            .unwrap_err();
        error.suggestion().map(str::to_owned)
    };
    assert_eq!(
        suggest("{{.imag.tag}}", MissingKey::Zero).as_deref(),
        Some("image")
    );
    assert_eq!(
        suggest("{{.image.tga}}", MissingKey::Error).as_deref(),
        Some("tag")
    );
    assert_eq!(
        suggest("{{template `s`}}{{define `tt`}}x{{end}}", MissingKey::Zero),
        Some("t".into())
    );
    assert_eq!(suggest("{{.other.tag}}", MissingKey::Zero), None);
}

#[test]
fn a_trace_tells_where_output_comes_from() {
    let mut set = TemplateSet::new("root", Arc::new(Functions::new().with(FUNCTIONS)));
    set.parse(
        "h",
        "{{define `d`}}[{{.}}]{{end}}{{define `e`}}\nk: 1\nv: {{.}}{{end}}",
    )
    .unwrap();
    set.parse(
        "t",
        "a{{/* c */}}{{.}}{{template `d` 1}}{{$kept := include `e` 2}}{{include `d` 3}}{{$kept | printf `%s\n`}}",
    )
    .unwrap();
    let mut host = ();
    let mut cx = Execution::new(Arc::new(set), &mut host, Limits::default());
    let traced = cx.execute_traced("t", "x".into()).unwrap();
    assert_eq!(traced.text(), b"ax[1][3]\nk: 1\nv: 2\n");
    let left = AtomicUsize::new(10_000);
    let of = |byte: u8| {
        let at = traced.text().iter().position(|known| *known == byte);
        let origins = traced.origins(at.unwrap(), &left).into_iter();
        let shown: Vec<_> = origins
            .map(|origin| (origin.file.to_string(), origin.span.start))
            .collect();
        shown
    };
    let at = |file: &str, start: usize| (file.to_owned(), start);
    assert_eq!(of(b'a'), [at("t", 0)]);
    assert_eq!(of(b'x'), [at("t", 14)]);
    assert_eq!(of(b'1'), [at("h", 17), at("t", 28)]);
    // What `include` returned comes from its template.
    assert_eq!(of(b'3'), [at("h", 17), at("t", 63)]);
    // So does what a variable holds, line by line.
    assert_eq!(of(b'k'), [at("h", 43), at("t", 80)]);
    assert_eq!(of(b'v'), [at("h", 48), at("t", 80)]);
    // It is not compared again; where too much was compared already, the action is known.
    left.store(0, Ordering::Relaxed);
    assert_eq!(of(b'v'), [at("h", 48), at("t", 80)]);
    let traced = cx.execute_traced("t", "x".into()).unwrap();
    let v = traced.text().iter().position(|known| *known == b'v');
    let origins = traced.origins(v.unwrap(), &left);
    assert_eq!(origins.len(), 1);
}

#[test]
fn a_trace_holds_an_action_only_against_what_it_may_print() {
    let origins = |text: &str| -> Vec<String> {
        let mut set = TemplateSet::new("root", Arc::new(Functions::new().with(FUNCTIONS)));
        set.parse("h", "{{define `e`}}k: 1{{end}}{{define `s`}}{{.}}{{end}}")
            .unwrap();
        set.parse("t", text).unwrap();
        let mut host = ();
        let mut cx = Execution::new(Arc::new(set), &mut host, Limits::default());
        let traced = cx.execute_traced("t", "k: 1".into()).unwrap();
        let left = AtomicUsize::new(10_000);
        let found = traced.origins(0, &left).into_iter();
        found.map(|origin| origin.file.to_string()).collect()
    };
    // A variable, the `.` of a branch and that of a template may hold what was executed.
    assert_eq!(origins("{{$x := include `e` .}}{{$x}}"), ["h", "t"]);
    assert_eq!(
        origins("{{if $x := include `e` .}}{{$x}}{{end}}"),
        ["h", "t"]
    );
    assert_eq!(origins("{{with include `e` .}}{{.}}{{end}}"), ["h", "t"]);
    assert_eq!(
        origins("{{$x := include `e` .}}{{with $x}}{{.}}{{end}}"),
        ["h", "t"]
    );
    assert_eq!(origins("{{template `s` (include `e` .)}}"), ["h", "h", "t"]);
    // Nothing keeps what a condition looks at, and another value may only look the same.
    assert_eq!(origins("{{if include `e` .}}{{.}}{{end}}"), ["t"]);
    assert_eq!(origins("{{$x := include `e` .}}{{.}}"), ["t"]);
    assert_eq!(origins("{{$x := include `e` .}}{{$}}"), ["t"]);
    assert_eq!(
        origins("{{$x := include `e` .}}{{template `s` .}}"),
        ["h", "t"]
    );
}

#[test]
fn what_conditions_execute_is_not_kept() {
    let mut set = TemplateSet::new("root", Arc::new(Functions::new().with(FUNCTIONS)));
    let text = "{{define `e`}}some text{{end}}";
    set.parse("h", text).unwrap();
    let text = "{{range 1000}}{{if include `e` .}}{{end}}{{end}}x";
    set.parse("t", text).unwrap();
    let mut host = ();
    let mut cx = Execution::new(Arc::new(set), &mut host, Limits::default());
    let traced = cx.execute_traced("t", Value::Nil).unwrap();
    assert_eq!(traced.text(), b"x");
    assert!(traced.weight() < 1_000, "{}", traced.weight());
}

#[test]
fn limits_end_hostile_templates() {
    let limits = Limits {
        depth: 5000,
        output: 1 << 16,
        steps: 1_000_000,
    };
    let limit = |text: &str| render_with(text, Value::Nil, limits).unwrap_err().limit();
    assert_eq!(
        limit("{{range 9000000000000000000}}{{end}}"),
        Some(Limit::Steps)
    );
    assert_eq!(
        limit("{{define `d`}}{{template `d`}}{{end}}{{template `d`}}"),
        Some(Limit::Depth)
    );
    assert_eq!(
        limit("{{define `d`}}{{include `d` .}}{{end}}{{include `d` .}}"),
        Some(Limit::Depth)
    );
    assert_eq!(limit("{{printf `%1000000d` 1}}"), Some(Limit::Output));
    assert_eq!(limit("{{range 90000}}xx{{end}}"), Some(Limit::Output));
    let doubled = "{{$x := `xxxxxxxx`}}{{range 900}}{{$x = printf `%s%s` $x $x}}{{end}}";
    assert_eq!(limit(doubled), Some(Limit::Output));
    let repeated = "{{$x := printf `%60000d` 1}}{{range 900}}{{$y := printf `%s` $x}}{{end}}";
    assert_eq!(limit(repeated), Some(Limit::Steps));
}
