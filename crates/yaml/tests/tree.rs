//! The tree: exact bytes of every key and value, comments, anchors, merge keys, duplicates, limits.

use envlint_yaml::{Document, Kind, Node, Origin, Path, Position, ProblemKind, Value};

/// Every key and value of the file, as the text of its span.
fn spans(source: &str) -> Vec<String> {
    let doc = Document::parse(source);
    assert!(doc.errors().is_empty(), "{source:?}: {:?}", doc.errors());
    let mut lines = Vec::new();
    for node in doc.documents() {
        walk(&doc, node, &mut lines);
    }
    lines
}

fn walk(doc: &Document, node: &Node, lines: &mut Vec<String>) {
    lines.push(format!("={}", doc.text(node.span())));
    match node.kind() {
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => items.iter().for_each(|item| walk(doc, item, lines)),
        Kind::Mapping(mapping) => {
            for (key, node) in mapping {
                lines.push(format!("?{}", doc.text(key.span())));
                walk(doc, node, lines);
            }
        }
    }
}

fn check(source: &str, expected: &[&str]) {
    assert_eq!(spans(source), expected, "{source:?}");
    // The same with a byte order mark, and with the line breaks of Windows where that does not change a value.
    let with_mark = format!("\u{feff}{source}");
    assert_eq!(spans(&with_mark), expected, "{with_mark:?}");
    let windows = source.replace('\n', "\r\n");
    let expected: Vec<String> = expected
        .iter()
        .map(|text| text.replace('\n', "\r\n"))
        .collect();
    assert_eq!(spans(&windows), expected, "{windows:?}");
}

#[test]
fn block_collections_go_from_their_first_item_to_the_end_of_the_last() {
    check("a: b # c\n\n# d\n", &["=a: b", "?a", "=b"]);
    check(
        "a:\n  b: 1\n  c: 2   \nd: 3\n",
        &[
            "=a:\n  b: 1\n  c: 2   \nd: 3",
            "?a",
            "=b: 1\n  c: 2",
            "?b",
            "=1",
            "?c",
            "=2",
            "?d",
            "=3",
        ],
    );
    check(
        "- a\n- - b\n  - c\n",
        &["=- a\n- - b\n  - c", "=a", "=- b\n  - c", "=b", "=c"],
    );
    check(
        "e:\n- 1\n-  k: v\n",
        &[
            "=e:\n- 1\n-  k: v",
            "?e",
            "=- 1\n-  k: v",
            "=1",
            "=k: v",
            "?k",
            "=v",
        ],
    );
}

#[test]
fn quoted_scalars_end_at_their_quote() {
    check("a: 'x'   # c\n", &["=a: 'x'", "?a", "='x'"]);
    check(
        "a: 'it''s'\nb: \"q\\\" # no\"  # c\n",
        &[
            "=a: 'it''s'\nb: \"q\\\" # no\"",
            "?a",
            "='it''s'",
            "?b",
            "=\"q\\\" # no\"",
        ],
    );
    check(
        "\"a b\" : \"y\n  z\"\n",
        &["=\"a b\" : \"y\n  z\"", "?\"a b\"", "=\"y\n  z\""],
    );
}

#[test]
fn block_scalars_begin_at_their_header() {
    check(
        "a: |\n  x\n  y\n\n# c\nb: 1\n",
        &[
            "=a: |\n  x\n  y\n\n# c\nb: 1",
            "?a",
            "=|\n  x\n  y",
            "?b",
            "=1",
        ],
    );
    check(
        "a: >- # c\n    x\n\n    y # t\n",
        &[
            "=a: >- # c\n    x\n\n    y # t",
            "?a",
            "=>- # c\n    x\n\n    y # t",
        ],
    );
    check("a: |\nb: |-\n", &["=a: |\nb: |-", "?a", "=|", "?b", "=|-"]);
    check(
        "- |2\n   x\n- &k |\n  y\n",
        &["=- |2\n   x\n- &k |\n  y", "=|2\n   x", "=|\n  y"],
    );
    check(
        "a: # c | d\n  !!str |+\n  x\n\n",
        &["=a: # c | d\n  !!str |+\n  x", "?a", "=|+\n  x"],
    );
}

#[test]
fn block_scalars_end_at_a_line_break_of_any_kind() {
    let source = "- >\u{85}- a\n- |\u{85}  b\u{2028}  c\u{85}- d\n";
    let whole = "- >\u{85}- a\n- |\u{85}  b\u{2028}  c\u{85}- d";
    let expected = [whole, ">", "a", "|\u{85}  b\u{2028}  c", "d"];
    assert_eq!(
        spans(source),
        expected.map(|text| format!("={text}")).to_vec()
    );
}

#[test]
fn absent_values_stand_after_the_colon() {
    let doc = Document::parse("a:\nb: &x\nc : # n\nd: {e, f: , g: }\nh:\n-\n- i\n");
    let at = |path: &str| doc.get(&path.parse::<Path>().unwrap()).unwrap().span();
    assert_eq!(doc.errors(), []);
    for (path, offset) in [
        ("a", 2),
        ("b", 8),
        ("c", 12),
        ("d.e", 22),
        ("d.f", 26),
        ("d.g", 31),
        ("h[0]", 38),
    ] {
        assert_eq!((at(path).start, at(path).end), (offset, offset), "{path}");
    }
}

#[test]
fn anchors_and_tags_are_not_part_of_the_value() {
    check(
        "a: &x !!str 1\nb: *x\n",
        &["=a: &x !!str 1\nb: *x", "?a", "=1", "?b", "=*x"],
    );
    check(
        "a: &y\n  k: v\nb: !m {c: d}\n",
        &[
            "=a: &y\n  k: v\nb: !m {c: d}",
            "?a",
            "=k: v",
            "?k",
            "=v",
            "?b",
            "={c: d}",
            "?c",
            "=d",
        ],
    );
    let doc = Document::parse("a: &x !!str 1\n");
    let node = doc.get(&"a".parse().unwrap()).unwrap();
    assert_eq!(doc.text(doc.span_with_properties(node)), "&x !!str 1");
}

#[test]
fn flow_collections_have_their_brackets() {
    check(
        "a: {b: [1, 'x'], c: {}}\n",
        &[
            "=a: {b: [1, 'x'], c: {}}",
            "?a",
            "={b: [1, 'x'], c: {}}",
            "?b",
            "=[1, 'x']",
            "=1",
            "='x'",
            "?c",
            "={}",
        ],
    );
    check(
        "a: { b: [ 1 , ] , } # c }\nd: [ ] # e\n",
        &[
            "=a: { b: [ 1 , ] , } # c }\nd: [ ]",
            "?a",
            "={ b: [ 1 , ] , }",
            "?b",
            "=[ 1 , ]",
            "=1",
            "?d",
            "=[ ]",
        ],
    );
    check(
        "a: { # }\n  b: 1 # }\n  } # c\nd: {e, f: , }\n",
        &[
            "=a: { # }\n  b: 1 # }\n  } # c\nd: {e, f: , }",
            "?a",
            "={ # }\n  b: 1 # }\n  }",
            "?b",
            "=1",
            "?d",
            "={e, f: , }",
            "?e",
            "=",
            "?f",
            "=",
        ],
    );
    check("[a: b, c]\n", &["=[a: b, c]", "=a: b", "?a", "=b", "=c"]);
}

#[test]
fn characters_are_not_bytes() {
    check(
        "é: ü # ñ\n漢字:\n  - \"ß\"\n  - 😀\n",
        &[
            "=é: ü # ñ\n漢字:\n  - \"ß\"\n  - 😀",
            "?é",
            "=ü",
            "?漢字",
            "=- \"ß\"\n  - 😀",
            "=\"ß\"",
            "=😀",
        ],
    );
    let doc = Document::parse("\u{feff}é: ü # ñ\n漢: 😀 # c\n");
    let at = |path: &str| {
        doc.position(
            doc.get(&path.parse::<Path>().unwrap())
                .unwrap()
                .span()
                .start,
        )
    };
    assert_eq!((at("é").line, at("é").column), (1, 4));
    assert_eq!((at("漢").line, at("漢").column), (2, 4));
    for at in doc.source().char_indices().map(|(at, _)| at).skip(1) {
        assert_eq!(doc.offset(doc.position(at)), at);
    }
    let end = doc.source().len();
    let beyond = |line, column| doc.offset(Position { line, column });
    assert_eq!(
        [beyond(1, 99), beyond(9, 1), beyond(2, 99)],
        [14, end, end - 1]
    );
    assert_eq!(
        doc.comments()
            .iter()
            .map(|comment| comment.text.as_str())
            .collect::<Vec<_>>(),
        [" ñ", " c"]
    );
}

#[test]
fn comments_are_found_and_strings_are_not_comments() {
    let source = "# one\na: b#c # two\nb: 'x # y' # three\nc: | # header\n  # no\n  x\n# four\nd: \"#no\n  # no\" #five\n\
                  e: [1, # six\n  2] # seven\nf: &a !t v # eight\n  # nine\n";
    let doc = Document::parse(source);
    assert_eq!(doc.errors(), []);
    let found: Vec<(usize, bool, &str)> = doc
        .comments()
        .iter()
        .map(|comment| (comment.line, comment.own_line, comment.text.trim()))
        .collect();
    let expected = [
        (1, true, "one"),
        (2, false, "two"),
        (3, false, "three"),
        (4, false, "header"),
        (7, true, "four"),
        (9, false, "five"),
        (10, false, "six"),
        (11, false, "seven"),
        (12, false, "eight"),
        (13, true, "nine"),
    ];
    assert_eq!(found, expected);
    for comment in doc.comments() {
        assert_eq!(doc.text(comment.span), format!("#{}", comment.text));
        assert_eq!(doc.position(comment.span.start).line, comment.line);
    }
}

#[test]
fn merge_keys_hold_in_the_order_of_the_source() {
    let doc = Document::parse(
        "b: &b {x: 1, w: 1}\nc: &c {w: 2, z: 2}\nlate:\n  x: 0\n  <<: *b\nearly:\n  <<: [*b, *c]\n  x: 9\n",
    );
    assert_eq!(doc.errors(), []);
    let get = |path: &str| doc.get(&path.parse::<Path>().unwrap()).unwrap().clone();
    // goyaml v2 lets a later merge key win over an earlier key.
    assert_eq!(get("late.x").to_value(), Value::Int(1));
    assert_eq!(get("early.x").to_value(), Value::Int(9));
    assert_eq!(
        get("early.w").to_value(),
        Value::Int(1),
        "earlier maps of the list win"
    );
    assert_eq!(get("early.z").to_value(), Value::Int(2));
    assert_eq!(get("early.z").origin(), Origin::Merge);
    assert_eq!(get("early.x").origin(), Origin::Written);
    assert_eq!(
        doc.get(&"early".parse().unwrap())
            .unwrap()
            .as_mapping()
            .unwrap()
            .merge_keys()
            .count(),
        1
    );
}

#[test]
fn duplicate_keys_have_both_places_and_the_last_one_holds() {
    let doc = Document::parse("a: 1\nb: 2\n\"a\": 3\n");
    assert_eq!(
        doc.root().unwrap().to_value().get("a"),
        Some(&Value::Int(3))
    );
    let [problem] = doc.errors() else {
        panic!("{:?}", doc.errors())
    };
    assert_eq!(problem.kind, ProblemKind::DuplicateKey);
    assert_eq!(doc.text(problem.span), "\"a\"");
    assert_eq!(doc.text(problem.related.as_ref().unwrap().span), "a");
    let many: String = (0..50).map(|number| format!("k{number}: 1\n")).collect();
    let doc = Document::parse(format!("{many}k7: 2\n"));
    assert_eq!(doc.errors().len(), 1);
    assert_eq!(
        doc.get(&"k7".parse().unwrap()).unwrap().to_value(),
        Value::Int(2)
    );
    assert_eq!(doc.root().unwrap().as_mapping().unwrap().len(), 50);
}

#[test]
fn keys_become_text() {
    let doc =
        Document::parse("1: a\n0x10: b\ntrue: c\nno: d\n1.5: e\n'2': f\n2001-01-01: g\n.inf: h\n");
    assert_eq!(doc.errors(), []);
    let keys: Vec<String> = doc
        .root()
        .unwrap()
        .as_mapping()
        .unwrap()
        .iter()
        .map(|(key, _)| key.text().to_owned())
        .collect();
    assert_eq!(
        keys,
        ["1", "16", "true", "false", "1.5", "2", "2001-01-01", ".inf"]
    );
}

fn check_problem(source: &str, kind: ProblemKind, text: &str) {
    let doc = Document::parse(source);
    let problem = doc
        .errors()
        .first()
        .unwrap_or_else(|| panic!("{source:?} is accepted"));
    assert_eq!(
        (problem.kind, doc.text(problem.span)),
        (kind, text),
        "{source:?}: {}",
        problem.message
    );
    assert!(problem.is_fatal() && doc.root().is_none());
}

#[test]
fn what_helm_refuses_has_no_root() {
    check_problem("a: b\nc: [1\n", ProblemKind::Syntax, "");
    check_problem("~: a\n", ProblemKind::InvalidKey, "~");
    check_problem("? [a]\n: b\n", ProblemKind::InvalidKey, "[a]");
    check_problem("a: .nan\n", ProblemKind::InvalidScalar, ".nan");
    check_problem("a: [-.inf]\n", ProblemKind::InvalidScalar, "-.inf");
    check_problem("a: !!int x\n", ProblemKind::InvalidScalar, "x");
    check_problem("a: !!binary '*'\n", ProblemKind::InvalidScalar, "'*'");
    check_problem("<<: 1\n", ProblemKind::InvalidMerge, "1");
    check_problem("a: &a [*a]\n", ProblemKind::InvalidAlias, "*a");
    check_problem("a: x\0y\n", ProblemKind::Syntax, "\0");
}

#[test]
fn files_without_a_value_have_no_root() {
    for source in ["", "\n", "# only\n", "\u{feff}", "\r\n\r\n"] {
        let doc = Document::parse(source);
        assert!(
            doc.root().is_none() && doc.errors().is_empty(),
            "{source:?}: {:?}",
            doc.errors()
        );
    }
    assert!(Document::parse("---\n").root().unwrap().is_null());
    assert_eq!(
        Document::parse("a: 1\n---\n# c\nb: 2\n").documents().len(),
        2
    );
}

#[test]
fn nothing_explodes() {
    // Nine levels of nine aliases.
    let mut bomb = String::from("l0: &l0 [x,x,x,x,x,x,x,x,x]\n");
    for level in 1..10 {
        let before = format!("*l{}", level - 1);
        bomb.push_str(&format!(
            "l{level}: &l{level} [{}]\n",
            [before.as_str(); 9].join(",")
        ));
    }
    assert_eq!(
        Document::parse(bomb.as_str()).errors()[0].kind,
        ProblemKind::InvalidAlias
    );
    // Deep in brackets, in indentation, and by aliases.
    let brackets = format!("a: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Document::parse(brackets).root().is_none());
    let dashes = "- ".repeat(100_000);
    assert_eq!(
        Document::parse(dashes).errors()[0].kind,
        ProblemKind::TooLarge
    );
    let mut chain = String::from("l0: &l0 [x]\n");
    for level in 1..5000 {
        chain.push_str(&format!("l{level}: &l{level} [*l{}]\n", level - 1));
    }
    assert_eq!(
        Document::parse(chain).errors()[0].kind,
        ProblemKind::TooLarge
    );
    // Half a million of keys and values, none of them deep.
    let many = "k: [".to_owned() + &"0,".repeat(500_000) + "]";
    assert_eq!(
        Document::parse(many).errors()[0].kind,
        ProblemKind::TooLarge
    );
    // A big map, merged often.
    let keys: String = (0..2000).map(|key| format!("  k{key}: 1\n")).collect();
    let merges: String = (0..2000)
        .map(|key| format!("m{key}: {{<<: *b}}\n"))
        .collect();
    assert_eq!(
        Document::parse(format!("b: &b\n{keys}{merges}")).errors()[0].kind,
        ProblemKind::InvalidAlias
    );
}

#[test]
fn problems_are_bounded() {
    let doc = Document::parse("a: 1\n".repeat(5000) + "b: .inf\n");
    assert_eq!(doc.errors().len(), 100);
    assert!(doc.errors().iter().any(envlint_yaml::Problem::is_fatal) && doc.root().is_none());
}

#[test]
fn what_helm_lets_pass_keeps_its_bytes() {
    // Tabs between tokens, lines of brackets and quotes at the left, comments without a space: as the file has them.
    let source = "é:\t'x'# c\nm: {\n\"k\":\t[\nv, # d\n\tw\n]\n}\nq: \"o\nt\n\n  u\"\n";
    let expected = [
        "=é:\t'x'# c\nm: {\n\"k\":\t[\nv, # d\n\tw\n]\n}\nq: \"o\nt\n\n  u\"",
        "?é",
        "='x'",
        "?m",
        "={\n\"k\":\t[\nv, # d\n\tw\n]\n}",
        "?\"k\"",
        "=[\nv, # d\n\tw\n]",
        "=v",
        "=w",
        "?q",
        "=\"o\nt\n\n  u\"",
    ];
    check(source, &expected);
    let doc = Document::parse(source);
    let comments: Vec<usize> = doc.comments().iter().map(|comment| comment.line).collect();
    assert_eq!(comments, [1, 4]);
}

#[test]
fn long_files_that_helm_lets_pass_are_read() {
    let many = format!("a: [\n{}]\n", "b,\n".repeat(200_000));
    let doc = Document::parse(many);
    assert_eq!(doc.errors(), []);
    let items = doc
        .root()
        .and_then(|root| root.as_mapping()?.get("a")?.as_sequence());
    assert_eq!(items.map(<[Node]>::len), Some(200_000));
}
