//! Text that is not meant well: no panic, and every span lies inside of the source.

use envlint_yaml::{Document, Kind, Node, Span};
use proptest::prelude::*;

fn check_spans(doc: &Document) {
    let inside = |span: Span| doc.source().get(span.range()).is_some();
    for problem in doc.errors() {
        assert!(inside(problem.span), "{problem:?}");
    }
    for comment in doc.comments() {
        assert!(doc.text(comment.span).starts_with('#'), "{comment:?}");
    }
    doc.documents()
        .iter()
        .for_each(|node| check_node(doc, node));
}

fn check_node(doc: &Document, node: &Node) {
    assert!(
        doc.source().get(node.span().range()).is_some(),
        "{:?}",
        node.span()
    );
    match node.kind() {
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => items.iter().for_each(|item| check_node(doc, item)),
        Kind::Mapping(mapping) => {
            for (key, value) in mapping {
                assert!(doc.source().get(key.span().range()).is_some(), "{key:?}");
                check_node(doc, value);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn indicators_in_any_order(text in "[-a:?,#&*!|>'\"%@\\[\\]{}<~ \t\r\né\u{feff}1.]{0,40}") {
        check_spans(&Document::parse(text));
    }

    #[test]
    fn lines_in_any_order(lines in proptest::collection::vec(prop_oneof![
        Just("a:"), Just("  b: 1"), Just("- x"), Just("  - &a [1, {c: d}]"), Just("e: *a"), Just("f: |+"), Just("   text # no"),
        Just(""), Just("# c"), Just("g: 'q"), Just("'"), Just("---"), Just("..."), Just("<<: *a"), Just("? k"), Just(": v"),
        Just("h: !!str &b >-2"), Just("%YAML 1.1"), Just("\ti: j"), Just("k: \"l\\"),
    ], 0..12)) {
        check_spans(&Document::parse(lines.join("\n")));
    }
}

#[test]
fn the_deepest_tree_is_safe_on_a_worker_thread() {
    let work = || {
        let deep = format!("{}x", "- ".repeat(256));
        let doc = Document::parse(deep);
        assert!(doc.errors().is_empty());
        let value = doc.root().map(Node::to_value);
        assert_eq!(value.clone(), value);
    };
    std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(work)
        .unwrap()
        .join()
        .unwrap();
}
