//! Orders of keys and of items, many at once, and quotes.

use envlint_yaml::{Arrangement, Stays, Style, arrange, quoted};

use crate::{parsed, path};

fn arranged(source: &str, orders: &[(&str, &[usize])]) -> (Option<String>, Vec<(usize, Stays)>) {
    let orders: Vec<Arrangement> = orders
        .iter()
        .map(|(at, order)| Arrangement {
            path: path(at),
            order: order.to_vec(),
        })
        .collect();
    let arranged = arrange(&parsed(source), &orders);
    let text = arranged.document.map(|doc| doc.source().to_owned());
    (text, arranged.stays)
}

#[test]
fn keys_take_their_comments_along() {
    for (source, orders, expected) in [
        (
            "# head\n\na: 1 # one\n# about b\nb:\n  c: 2\n  # in b\n\nd: 3",
            &[(".", &[2, 1, 0][..])][..],
            "# head\n\nd: 3\n# about b\nb:\n  c: 2\n  # in b\n\na: 1 # one",
        ),
        (
            "env:\n  - value: 1 # v\n    # about name\n    name: A\n  -\n    value: 2\n    name: B\n",
            &[("env[0]", &[1, 0]), ("env[1]", &[1, 0])],
            "env:\n  - # about name\n    name: A\n    value: 1 # v\n  -\n    name: B\n    value: 2\n",
        ),
        (
            "a:\r\n  y: |\r\n    t\r\n  x:\r\nl: [b, a]\r\n",
            &[("a", &[1, 0])],
            "a:\r\n  x:\r\n  y: |\r\n    t\r\nl: [b, a]\r\n",
        ),
        (
            "b: &b 1\nc: *b\na: 1\n",
            &[(".", &[2, 0, 1])],
            "a: 1\nb: &b 1\nc: *b\n",
        ),
    ] {
        assert_eq!(
            arranged(source, orders),
            (Some(expected.to_owned()), vec![])
        );
    }
}

#[test]
fn what_cannot_be_arranged_stays_and_the_others_are() {
    let swap = &[1, 0][..];
    for (source, at, why) in [
        ("m: {b: 1, a: 2}\n", "m", Stays::Flow),
        ("m: [b, # c\n  a]\n", "m", Stays::Flow),
        ("b: &b {x: 1}\nm:\n  <<: *b\n  c: 1\n", "m", Stays::Anchor),
        ("b: &b\n  x: 1\n  y: 2\nm: *b\n", "m", Stays::Anchor),
        ("b: &b 1\na: *b\n", ".", Stays::Anchor),
        ("# the shop\nb: 1\na: 2\n", ".", Stays::Head),
        ("? b\n: 1\na: 2\n", ".", Stays::Unprovable),
        ("m:\n  a: 1\n", "m", Stays::Unprovable),
        ("m: 1\n", "n", Stays::Unprovable),
    ] {
        let (text, stays) = arranged(source, &[(at, swap)]);
        assert_eq!((text, stays), (None, vec![(0, why)]), "{source}");
    }
    let source = "m: {b: 1, a: 2}\nk:\n  b: 1\n  a: 2\n";
    let (text, stays) = arranged(source, &[("m", swap), ("k", swap)]);
    let expected = "m: {b: 1, a: 2}\nk:\n  a: 2\n  b: 1\n".to_owned();
    assert_eq!((text, stays), (Some(expected), vec![(0, Stays::Flow)]));
}

#[test]
fn quotes_change_where_no_escape_is_needed() {
    for (source, style, expected) in [
        ("a: 'x y' # c\n", Style::DoubleQuoted, Some("\"x y\"")),
        ("a: \"x y\"\n", Style::SingleQuoted, Some("'x y'")),
        ("a: x\n", Style::DoubleQuoted, Some("\"x\"")),
        ("a: x\n", Style::SingleQuoted, Some("'x'")),
        ("a: \"x\"\n", Style::DoubleQuoted, None),
        ("a: 'say \"x\"'\n", Style::DoubleQuoted, None),
        ("a: \"x\\ty\"\n", Style::SingleQuoted, None),
        ("a: \"it's\"\n", Style::SingleQuoted, None),
        ("a: 'x\n  y'\n", Style::DoubleQuoted, None),
        ("a: 12\n", Style::DoubleQuoted, None),
        ("a: !!str 12\n", Style::DoubleQuoted, None),
        ("a: |\n  x\n", Style::DoubleQuoted, None),
        ("a:\n", Style::DoubleQuoted, None),
        ("b: &b x\na: *b\n", Style::DoubleQuoted, None),
    ] {
        let doc = parsed(source);
        let edit = quoted(&doc, doc.get(&path("a")).unwrap(), style);
        let edit = edit.map(|edit| edit.replacement);
        assert_eq!(edit.as_deref(), expected, "{source}");
    }
}
