//! Text that is not meant well: no panic, and every span lies inside of the source.

use envlint_yaml::{Document, Kind, Node, Origin, Span, Style};
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

/// A written value begins and ends with its own characters, and holds its children in their order.
fn check_node(doc: &Document, node: &Node) {
    let text = doc
        .source()
        .get(node.span().range())
        .unwrap_or_else(|| panic!("{:?}", node.span()));
    if node.origin() != Origin::Written {
        return;
    }
    let encloses = |open: &str, close: &str| {
        assert!(
            text.starts_with(open) && text.ends_with(close),
            "{text:?} in {:?}",
            doc.source()
        );
    };
    let mut at = node.span().start;
    let mut follows = |span: Span| {
        assert!(
            at <= span.start && node.span().contains(span),
            "{span:?} in {:?} of {:?}",
            node.span(),
            doc.source()
        );
        at = span.end;
    };
    match node.kind() {
        Kind::Scalar(scalar) => match scalar.style() {
            Style::Plain => assert!(
                !text.starts_with([' ', '#', '"', '\'']),
                "{text:?} in {:?}",
                doc.source()
            ),
            Style::SingleQuoted => encloses("'", "'"),
            Style::DoubleQuoted => encloses("\"", "\""),
            Style::Literal => encloses("|", ""),
            Style::Folded => encloses(">", ""),
        },
        Kind::Sequence(items) => {
            if node.is_flow() {
                encloses("[", "]");
            } else {
                encloses("-", "");
            }
            for item in items {
                follows(item.span());
                check_node(doc, item);
            }
        }
        Kind::Mapping(mapping) => {
            if node.is_flow() {
                encloses("{", "}");
            }
            for (key, value) in mapping
                .iter()
                .filter(|(_, value)| value.origin() != Origin::Merge)
            {
                follows(key.span());
                follows(value.span());
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
