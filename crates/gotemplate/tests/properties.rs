//! What holds for any template.

use std::sync::Arc;

use envlint_gotemplate::{
    Error, Functions, Limits, List, Map, TemplateSet, Value, fmt, parse_trees,
};
use proptest::prelude::*;

const LIMITS: Limits = Limits {
    depth: 50,
    output: 1 << 16,
    steps: 10_000,
};

/// Pieces of templates, so that random text gets past the lexer.
fn fragment() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "{{",
        "}}",
        "{{- ",
        " -}}",
        "if ",
        "else ",
        "end",
        "range ",
        "with ",
        "define ",
        "block ",
        "template ",
        "break",
        "continue",
        "nil",
        "$",
        "$x",
        ":=",
        "=",
        "|",
        "(",
        ")",
        ".",
        ".a",
        ".b.c",
        ",",
        "\"s\"",
        "`r`",
        "'c'",
        "1",
        "1.5",
        "0x1p4",
        "-",
        "printf ",
        "and ",
        "index ",
        "/*",
        "*/",
        " ",
        "\n",
        "é",
        "\\",
        "%d",
        "{{end}}",
        "{{range .list}}",
        "{{if .a}}",
        "{{else}}",
        "{{block `b` .}}",
        "{{define `d`}}",
    ];
    prop_oneof![4 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => any::<String>()]
}

fn operand() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(
        &[
            ".",
            "$",
            ".list",
            ".map",
            ".map.k",
            ".none",
            ".n",
            ".s",
            "1",
            "2.5",
            "\"%v|%d\"",
            "`x`",
            "true",
            "'c'",
            "$.n",
        ][..],
    );
    leaf.prop_map(str::to_owned)
        .prop_recursive(3, 12, 3, |inner| {
            let function = prop::sample::select(
                &[
                    "print", "printf", "println", "html", "js", "urlquery", "len", "index",
                    "slice", "and", "or", "not", "eq", "lt", "call",
                ][..],
            );
            let call = (function, prop::collection::vec(inner.clone(), 0..4));
            let call = call.prop_map(|(name, args)| format!("({name} {})", args.join(" ")));
            prop_oneof![
                call.clone(),
                (inner, call).prop_map(|(a, b)| format!("({a} | {})", &b[1..b.len() - 1]))
            ]
        })
}

fn template() -> impl Strategy<Value = String> {
    let action = prop_oneof![
        operand().prop_map(|value| format!("{{{{{value}}}}}")),
        operand().prop_map(|value| format!("{{{{$x = {value}}}}}")),
        Just("text\n".to_owned()),
    ];
    let body = action.prop_recursive(4, 24, 4, |inner| {
        let body = prop::collection::vec(inner, 0..4).prop_map(|nodes| nodes.concat());
        let keyword = prop::sample::select(&["if", "with", "range", "range $i, $v :="][..]);
        (keyword, operand(), body.clone(), prop::option::of(body)).prop_map(
            |(keyword, value, body, otherwise)| {
                let end = if keyword.starts_with("range") {
                    "{{if $x}}{{break}}{{end}}"
                } else {
                    ""
                };
                let otherwise = otherwise
                    .map(|body| format!("{{{{else}}}}{body}"))
                    .unwrap_or_default();
                format!("{{{{{keyword} {value}}}}}{body}{end}{otherwise}{{{{end}}}}")
            },
        )
    });
    prop::collection::vec(body, 0..5).prop_map(|nodes| format!("{{{{$x := 0}}}}{}", nodes.concat()))
}

fn data() -> Value {
    let map: Map = [("k", Value::from("v")), ("n", Value::Nil)]
        .into_iter()
        .collect();
    let list = Value::from(vec![
        Value::int(1),
        "two".into(),
        map.clone().into(),
        Value::Nil,
    ]);
    let strings = List::strings(["a", "b"]);
    let entries = [
        ("list", list),
        ("map", map.into()),
        ("n", Value::float64(3.0)),
        ("s", strings.into()),
    ];
    Value::Map(entries.into_iter().collect())
}

fn render(text: &str) -> Result<Vec<u8>, Error> {
    let mut set = TemplateSet::new("root", Arc::new(Functions::new()));
    set.parse("t", text)?;
    Arc::new(set).execute("t", data(), &mut (), LIMITS)
}

fn printed(text: &str) -> Option<String> {
    let trees = parse_trees("t", text, &Functions::new()).ok()?;
    trees
        .iter()
        .find(|tree| tree.name() == "t")
        .map(|tree| tree.to_string())
}

proptest! {
    #[test]
    fn any_text_parses_or_is_refused(fragments in prop::collection::vec(fragment(), 0..40)) {
        let text = fragments.concat();
        if let Err(error) = render(&text) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn any_bytes_parse_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = parse_trees("t", [b"{{".as_slice(), &bytes].concat(), &Functions::new());
    }

    #[test]
    fn any_template_ends(text in template()) {
        let limit = 1 << 16;
        if let Ok(out) = render(&text) {
            prop_assert!(out.len() <= limit);
        }
    }

    #[test]
    fn a_printed_tree_parses_to_itself(text in template()) {
        if let Some(once) = printed(&text) {
            prop_assert_eq!(printed(&once), Some(once.clone()));
            let (before, after) = (render(&text).ok(), render(&once).ok());
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn any_format_prints(format in "[%a-z0-9+# .*\\[\\]-]{0,12}", n in any::<i64>(), x in any::<f64>(), s in any::<String>()) {
        let args = [Value::int(n), Value::float64(x), Value::from(s)];
        prop_assert!(fmt::sprintf(format, &args).is_ok());
    }

    #[test]
    fn quoted_text_unquotes(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        prop_assert_eq!(fmt::unquote(fmt::quote(&bytes).as_bytes()), Some(bytes.clone()));
        prop_assert_eq!(fmt::unquote(fmt::quote_to_ascii(&bytes).as_bytes()), Some(bytes));
    }

    #[test]
    fn shortest_floats_read_back(x in any::<f64>()) {
        for verb in [b'e', b'f', b'g'] {
            let text = fmt::format_float(x, verb, None, 64);
            prop_assert!(x.is_nan() || text.parse::<f64>() == Ok(x));
        }
    }
}
