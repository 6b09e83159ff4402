//! Paths read back exactly as they are printed.

use envlint_yaml::{Document, Items, Node, Path, Segment, Value, field_of};
use proptest::prelude::*;

fn check(text: &str, segments: &[Segment]) {
    let path: Path = text.parse().unwrap();
    assert_eq!(path.segments(), segments);
    assert_eq!(path.to_string(), text);
}

fn key(text: &str) -> Segment {
    Segment::Key(text.to_owned())
}

#[test]
fn paths_are_written_as_the_design_writes_them() {
    check(".", &[]);
    check("a", &[key("a")]);
    check(
        "connect.sparkConf.\"spark.sql.shuffle.partitions\"",
        &[
            key("connect"),
            key("sparkConf"),
            key("spark.sql.shuffle.partitions"),
        ],
    );
    check(
        "hosts[0][12].x",
        &[
            key("hosts"),
            Segment::Index(0),
            Segment::Index(12),
            key("x"),
        ],
    );
    let found = Segment::Match {
        field: "name".to_owned(),
        value: "LOG_LEVEL".to_owned(),
    };
    check(
        "env[name=LOG_LEVEL].value",
        &[key("env"), found.clone(), key("value")],
    );
    check("[name=LOG_LEVEL]", &[found]);
    check(
        "[\"a b\"=\"x]\\n\"]",
        &[Segment::Match {
            field: "a b".to_owned(),
            value: "x]\n".to_owned(),
        }],
    );
    check("\"\".\"*\".ä/b", &[key(""), key("*"), key("ä/b")]);
    check("\"\\u202e\\u0007\"", &[key("\u{202e}\u{7}")]);
}

#[test]
fn what_is_not_a_path_is_refused_with_its_place() {
    for (text, column) in [
        ("", 1),
        ("a..b", 3),
        ("a.", 3),
        (".a", 1),
        ("a b", 2),
        ("a[", 3),
        ("a[0", 4),
        ("a[x]", 4),
        ("a[x=y", 6),
        ("\"a", 3),
        ("\"\\q\"", 3),
        ("\"\\ud800\"", 3),
        ("a[99999999999999999999999]", 3),
        ("ä.*", 3),
    ] {
        let error = text.parse::<Path>().unwrap_err();
        assert_eq!(error.column, column, "{error}");
    }
}

#[test]
fn a_match_takes_the_first_item_with_the_text() {
    let doc = Document::parse(
        "env:\n- {name: A, value: 1}\n- {name: '8080', value: 2}\n- {name: 8080, value: 3}\n- x\n",
    );
    let get = |path: &str| {
        doc.get(&path.parse::<Path>().unwrap())
            .map(|node| node.to_value())
    };
    assert_eq!(get("env[name=A].value"), Some(Value::Int(1)));
    assert_eq!(get("env[name=8080].value"), Some(Value::Int(2)));
    assert_eq!(get("env[3]"), Some(Value::from("x")));
    for missing in [
        "env[name=B]",
        "env[4]",
        "env.name",
        "env[name=A].value.x",
        "nope",
    ] {
        assert_eq!(get(missing), None, "{missing}");
    }
}

fn segment() -> impl Strategy<Value = Segment> {
    prop_oneof![
        ".*".prop_map(Segment::Key),
        "[a-z.]{0,3}".prop_map(Segment::Key),
        any::<usize>().prop_map(Segment::Index),
        (".{0,4}", ".{0,4}").prop_map(|(field, value)| Segment::Match { field, value }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn paths_read_back_as_printed(segments in proptest::collection::vec(segment(), 0..5)) {
        let path = Path::from(segments);
        prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path));
    }

    #[test]
    fn no_text_panics(text in ".*") {
        if let Ok(path) = text.parse::<Path>() {
            prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path));
        }
    }
}

#[test]
fn one_function_decides_by_what_the_items_of_a_list_go() {
    for (list, expected) in [
        ("[{name: a}, {name: b}]", &["[name=a]", "[name=b]"][..]),
        ("[{key: a}, {key: b, name: c}]", &["[key=a]", "[key=b]"]),
        (
            "[{id: 1, name: a}, {id: 2, name: a}]",
            &["[id=1]", "[id=2]"],
        ),
        ("[{name: a}, {name: a}]", &["[0]", "[1]"]),
        ("[{name: a}, {}]", &["[0]", "[1]"]),
        ("[{name: a}, x]", &["[0]", "[1]"]),
        ("[{name: [a]}]", &["[0]"]),
        ("[{name: ''}]", &["[0]"]),
        ("[{host: a}]", &["[0]"]),
        ("[{name: 'a b]'}]", &["[name=\"a b]\"]"]),
        ("[]", &[]),
    ] {
        let doc = Document::parse(list);
        let items = doc.root().and_then(|root| root.as_sequence()).unwrap();
        let steps: Vec<String> = Items::of(items)
            .iter()
            .map(|(step, _)| step.to_segment().to_string())
            .collect();
        assert_eq!(steps, expected, "{list}");
    }
    // A very long text is none that anyone would look for; and many items are told apart as well as few.
    let long = format!("[{{name: {}}}]", "x".repeat(300));
    let many: Vec<String> = (0..100)
        .map(|at| format!("{{name: n{at}, key: k}}"))
        .collect();
    for (list, last) in [
        (long, "[0]"),
        (format!("[{}]", many.join(", ")), "[name=n99]"),
    ] {
        let doc = Document::parse(list);
        let items = doc.root().and_then(|root| root.as_sequence()).unwrap();
        let step = Items::of(items).step(items.len() - 1);
        assert_eq!(step.to_segment().to_string(), last);
    }
}

#[test]
fn lists_side_by_side_go_by_what_names_the_items_of_all() {
    for (lists, expected) in [
        (&["[{name: a}]", "[{name: b}]"][..], Some("name")),
        (&["[{name: a, key: x}]", "[{key: y}]"], Some("key")),
        (&["[{name: a}]", "[{key: y}]"], None),
        (&["[{name: a}]", "[]"], Some("name")),
        (&["[]", "[]"], None),
    ] {
        let docs: Vec<Document> = lists.iter().map(|list| Document::parse(*list)).collect();
        let all = docs.iter().filter_map(|doc| doc.root()?.as_sequence());
        assert_eq!(field_of(all), expected, "{lists:?}");
    }
}

#[test]
fn the_steps_of_a_printed_path_lead_to_its_value() {
    fn check(root: &Node, node: &Node, path: &Path) {
        let found = root.get(&path.to_string().parse().unwrap());
        assert_eq!(found.map(Node::span), Some(node.span()), "{path}");
        for (step, child) in node.children() {
            check(root, child, &path.join(step.to_segment()));
        }
    }
    let doc = Document::parse(
        "a:\n- {name: x, l: [1, {key: q}]}\n- {name: 'y.\"z', m: {n: [{id: 1}, {id: 2}]}}\nb: [{c: 1}, {c: 1}, []]\n'': {'d e': 1}\n",
    );
    let root = doc.root().unwrap();
    check(root, root, &Path::root());
}
