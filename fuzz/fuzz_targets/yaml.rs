//! Any text is read: every place lies in it, a path finds its value, and what Helm's `toYaml` prints of a value reads back
//! to the same text.

#![no_main]

use envlint_yaml::{Document, Kind, Node, Origin, Path, Span, Value, marshal};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let document = Document::parse(text);
    let is_inside = |span: Span| text.get(span.range()).is_some();
    for problem in document.errors() {
        assert!(is_inside(problem.span), "{problem:?}");
        assert!(!problem.message.is_empty());
        let related = problem.related.as_ref();
        assert!(related.is_none_or(|related| is_inside(related.span)));
    }
    for comment in document.comments() {
        assert_eq!(document.text(comment.span), format!("#{}", comment.text));
        assert_eq!(document.position(comment.span.start).line, comment.line);
    }
    let is_refused = document.errors().iter().any(|problem| problem.is_refused());
    assert!(!is_refused || document.root().is_none(), "half a file");
    for node in document.documents() {
        check_spans(&document, node);
        check_emitted(&node.to_value());
    }
    if let Some(root) = document.root() {
        check_paths(&document, root, &Path::root(), &mut 0);
    }
});

/// A written value holds its children, in their order.
fn check_spans(document: &Document, node: &Node) {
    let text = document.source().get(node.span().range());
    assert!(text.is_some(), "{:?}", node.span());
    let is_written = node.origin() == Origin::Written;
    let mut end = node.span().start;
    let mut follows = |span: Span| {
        let is_next = end <= span.start && node.span().contains(span);
        assert!(!is_written || is_next, "{span:?} in {:?}", node.span());
        end = span.end;
    };
    match node.kind() {
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => {
            for item in items {
                if item.origin() == Origin::Written {
                    follows(item.span());
                }
                check_spans(document, item);
            }
        }
        Kind::Mapping(mapping) => {
            for (key, value) in mapping.iter() {
                if is_written && mapping.merge_keys().next().is_none() {
                    follows(key.span());
                }
                check_spans(document, value);
            }
        }
    }
}

/// The path of every value reads back, and leads to the value. A bomb of aliases has more paths than anybody asks for.
fn check_paths(document: &Document, node: &Node, path: &Path, seen: &mut usize) {
    *seen += 1;
    if *seen > 2_000 {
        return;
    }
    let read: Path = path.to_string().parse().expect("a path reads back");
    assert_eq!(read, *path);
    assert_eq!(document.get(path).map(Node::span), Some(node.span()));
    for (index, item) in node.as_sequence().into_iter().flatten().enumerate() {
        check_paths(document, item, &path.index(index), seen);
    }
    for (key, value) in node.as_mapping().into_iter().flatten() {
        check_paths(document, value, &path.key(key.text()), seen);
    }
}

/// What YAML 1.1 takes for the end of a line and YAML 1.2 does not (`crates/yaml/tests/fixtures/differences.json`), and the
/// mark that ours refuses within a text.
const OTHER_BREAKS: [char; 4] = ['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}'];

fn check_emitted(value: &Value) {
    if let Ok(text) = marshal(value)
        && !text.contains(OTHER_BREAKS)
    {
        let again = Document::parse(text.as_str());
        assert_eq!(again.errors(), [], "{text:?}");
        let value = again.root().map(Node::to_value).unwrap_or_default();
        assert_eq!(marshal(&value), Ok(text));
    }
}
