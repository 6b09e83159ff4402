//! Comments, blank lines and the end of the file, where an edit is next to them.

use envlint_yaml::{
    Arrangement, Change, Document, Node, arrange, change_all, comments_above, insert, remove, set,
};

use crate::{parsed, path};

fn check_remove(source: &str, at: &str, expected: &str) {
    let edited = remove(&parsed(source), &path(at)).unwrap();
    assert_eq!(edited.document.source(), expected, "{source:?} {at}");
}

/// Puts the value that another file has at a path there.
fn check_carry(source: &str, at: &str, other: &str, expected: &str) {
    let other = parsed(other);
    let node = other.get(&path(at)).unwrap();
    let edited = set(&parsed(source), &path(at), (&other, node)).unwrap();
    assert_eq!(edited.document.source(), expected, "{source:?} {at}");
}

#[test]
fn an_entry_of_several_lines_in_brackets_goes_with_its_own_comment() {
    let three = "m: {\n  a: 1, # one\n  # about b\n  b: 2, # two\n  c: 3 # three\n}\n";
    check_remove(
        three,
        "m.a",
        "m: {\n  # about b\n  b: 2, # two\n  c: 3 # three\n}\n",
    );
    check_remove(three, "m.b", "m: {\n  a: 1, # one\n  c: 3 # three\n}\n");
    check_remove(
        three,
        "m.c",
        "m: {\n  a: 1, # one\n  # about b\n  b: 2 # two\n}\n",
    );
    check_remove(
        "m: {\n  a: 1, # one\n  b: 2, # two\n}\n",
        "m.b",
        "m: {\n  a: 1, # one\n}\n",
    );
    check_remove(
        "l: [\n  x, # one\n  y # two\n]\n",
        "l[1]",
        "l: [\n  x # one\n]\n",
    );
    check_remove("l: [x, y,\n  z]\n", "l[1]", "l: [x, z]\n");
    check_remove("l: [x, y] # both\n", "l[1]", "l: [x] # both\n");
}

#[test]
fn an_entry_is_added_in_brackets_behind_the_comment_of_the_one_before_it() {
    for (source, expected) in [
        (
            "m: {\n  a: 1, # one\n}\n",
            "m: {\n  a: 1, # one\n  b: 2,\n}\n",
        ),
        (
            "m: {\r\n  a: 1 # one\r\n}\r\n",
            "m: {\r\n  a: 1, # one\r\n  b: 2\r\n}\r\n",
        ),
        ("m: {a: 1} # one\n", "m: {a: 1, b: 2} # one\n"),
        ("m: {a: 1,\n  c: 2}\n", "m: {a: 1,\n  c: 2, b: 2}\n"),
    ] {
        check_carry(source, "m.b", "m: {b: 2}\n", expected);
    }
}

#[test]
fn comments_in_what_is_removed_go_with_it() {
    check_remove("m:\n  # one\n  a: 1\n  # two\nb: 1\n", "m", "b: 1\n");
    check_remove("b: 1\nm:\n  a: 1\n  # two\n", "m", "b: 1\n");
}

#[test]
fn comments_above_go_where_they_are_known_to_be_of_the_entry() {
    let source = "# head\n\n# about a\na: 1\nb: 2\nl:\n  # about x\n  - x\n  - y\n";
    let doc = parsed(source);
    assert_eq!(comments_above(&doc, &path("a")), [" about a"]);
    assert_eq!(comments_above(&doc, &path("l[0]")), [" about x"]);
    assert!(comments_above(&doc, &path("b")).is_empty());
    let paths = [path("a"), path("l[0]")];
    let changes = paths.each_ref().map(Change::RemoveWithComments);
    let made = change_all(&doc, &changes).unwrap().unwrap();
    assert_eq!(made.source(), "# head\n\nb: 2\nl:\n  - y\n");
    let changes = paths.each_ref().map(Change::Remove);
    let made = change_all(&doc, &changes).unwrap().unwrap();
    assert!(made.source().contains("about a") && made.source().contains("about x"));
}

#[test]
fn the_comment_behind_a_header_is_written_once() {
    let other = "l: | # theirs\n  x\n  y\n";
    check_carry(
        "l: |- # mine\n  a\n  b\n",
        "l",
        other,
        "l: | # mine\n  x\n  y\n",
    );
    check_carry(
        "l: |-\n  a\n  b\nm: 1\n",
        "l",
        other,
        "l: | # theirs\n  x\n  y\nm: 1\n",
    );
    check_carry("m: 1\n", "l", other, "m: 1\nl: | # theirs\n  x\n  y\n");
    check_carry(
        "m: 1\n",
        "o.l",
        "o:\n  l: | # theirs\n    x\n    y\n",
        "m: 1\no:\n  l: | # theirs\n    x\n    y\n",
    );
}

#[test]
fn blank_lines_at_the_end_of_a_text_that_keeps_them_are_replaced_with_it() {
    check_carry(
        "l: |+\n  a\n\n\nm: 1\n",
        "l",
        "l: |+\n  x\n  y\n\nk: 2\n",
        "l: |+\n  x\n  y\n\nm: 1\n",
    );
    check_carry(
        "m: 1\nl: |+\n  a\n\n",
        "l",
        "l: |+\n  x\n  y\n\n\n",
        "m: 1\nl: |+\n  x\n  y\n\n\n",
    );
}

#[test]
fn an_item_with_blank_lines_comes_before_another_as_it_is_written() {
    let other = parsed("l:\n  - k: a # pinned\n\n    text: |\n      one\n\n      two\n  - k: b\n");
    let item = other.get(&path("l[0]")).unwrap();
    let edited = insert(&parsed("l:\n- k: b\n"), &path("l[0]"), (&other, item)).unwrap();
    assert_eq!(
        edited.document.source(),
        "l:\n- k: a # pinned\n\n  text: |\n    one\n\n    two\n- k: b\n"
    );
}

#[test]
fn no_value_leaves_a_blank_at_the_end_of_its_line() {
    check_carry("m: 1\n", "a", "a:\nm: 1\n", "a:\nm: 1\n");
    check_carry("m: 1\n", "o.a", "o:\n  a:\n", "m: 1\no:\n  a:\n");
}

/// What Helm 3, Flux and Argo CD read: the text as it is.
fn is_read_alike(text: &str) {
    let raw = Document::parse_text(text);
    let raw = raw.root().map(Node::to_value);
    assert_eq!(raw, parsed(text).root().map(Node::to_value), "{text:?}");
}

#[test]
fn a_file_without_a_last_line_break_means_the_same_to_all_readers() {
    let other = parsed("b: 1\nc: |\n  x\n  y\n");
    let text = other.get(&path("c")).unwrap();
    for source in ["b: 1", "b: 1\nc: 2", "b: 1\r\nc: 2", "c: {a: 1}", "{}"] {
        let edited = set(&parsed(source), &path("c"), (&other, text)).unwrap();
        is_read_alike(edited.document.source());
        assert_eq!(edited.edit.apply(source), edited.document.source());
    }
    let source = "c: |\n  x\n  y\nb: 1";
    let arranged = arrange(
        &parsed(source),
        &[Arrangement {
            path: path("."),
            order: vec![1, 0],
        }],
    );
    let made = arranged.document.unwrap();
    assert_eq!(made.source(), "b: 1\nc: |\n  x\n  y\n");
    is_read_alike(made.source());
    // What all read in different ways before is not refused.
    let edited = set(
        &parsed("a: 1\nc: |\n  x"),
        &path("a"),
        &envlint_yaml::Value::Int(2),
    );
    assert_eq!(edited.unwrap().document.source(), "a: 2\nc: |\n  x");
    let edited = set(&parsed("a: 1"), &path("a"), &envlint_yaml::Value::Int(2));
    assert_eq!(edited.unwrap().document.source(), "a: 2");
}
