//! A value of another file as it is written there: its layout, its keys, its comments and the blank lines around it.

use envlint_yaml::{insert, set};

use crate::{parsed, path};

/// Puts the value that another file has at a path there.
fn check(source: &str, at: &str, other: &str, expected: &str) {
    let other = parsed(other);
    let node = other.get(&path(at)).unwrap();
    let edited = set(&parsed(source), &path(at), (&other, node)).unwrap();
    assert_eq!(edited.document.source(), expected, "{source:?} {at}");
}

#[test]
fn brackets_and_quotes_over_several_lines_keep_their_lines() {
    let list = "b: [\n  x, # ex\n  'y',\n] # both\n";
    check("a: 1\n", "b", list, &format!("a: 1\n{list}"));
    check(
        "a: 1\nb: [z] # own\n",
        "b",
        list,
        "a: 1\nb: [\n  x, # ex\n  'y',\n] # own\n",
    );
    check(
        "l:\n  - a\n",
        "l[1]",
        "l:\n- a\n- [\n    x, # ex\n  ]\n",
        "l:\n  - a\n  - [\n      x, # ex\n    ]\n",
    );
    check(
        "m:\n    a: 1\n",
        "m.b",
        "m:\n  a: 1\n  b: {x: 1,\n    y: 2}\n",
        "m:\n    a: 1\n    b: {x: 1,\n        y: 2}\n",
    );
    check("a: 1\n", "b", "b: \"x\n  y\"\n", "a: 1\nb: \"x\n  y\"\n");
    check(
        "a: {x: 1}\n",
        "a.b",
        "a:\n  b: [\n    x,\n  ]\n",
        "a: {x: 1, b: [x]}\n",
    );
}

#[test]
fn blocks_that_say_how_far_they_stand_keep_their_lines() {
    let block = "b: |2+\n    x\n   y\n\n";
    check("b: 1\n", "b", block, block);
    check(
        "m:\n    b: |\n        x\n",
        "m.b",
        "m:\n  b: |2\n      x\n     y\n",
        "m:\n    b: |4\n          x\n         y\n",
    );
    check(
        "l:\n- a\n",
        "l[1]",
        "l:\n    - a\n    - |1\n      x\n",
        "l:\n- a\n- |2\n   x\n",
    );
}

#[test]
fn new_keys_are_written_as_they_are_there() {
    check("a: 1\n", "\"8080\"", "8080: c\n", "a: 1\n8080: c\n");
    check(
        "a: 1\n",
        "\"new.key\"",
        "\"new.key\": 1\n",
        "a: 1\n\"new.key\": 1\n",
    );
    check("a: 1\n", "\"false\"", "n: y\n", "a: 1\nn: y\n");
    check(
        "a: {b: 1}\n",
        "a.c",
        "a:\n  'c': 1\n",
        "a: {b: 1, 'c': 1}\n",
    );
    check(
        "a: {}\n",
        "a.c.d",
        "a:\n  'c': {\"d\": 1}\n",
        "a:\n  'c':\n    \"d\": 1\n",
    );
}

#[test]
fn comments_at_the_end_and_between_brackets_come_along() {
    check(
        "a: 1\nz: 1\n",
        "m",
        "a: 1\nm:   # m\n  b: 1\n  # end of m\n\n  # the very end\nz: 1\n",
        "a: 1\nm:   # m\n  b: 1\n  # end of m\n\n  # the very end\nz: 1\n",
    );
    check(
        "m: {\n  a: 1, # one\n}\n",
        "m.b",
        "m: {\n  # about b\n  b: 2,  # two\n}\n",
        "m: {\n  a: 1, # one\n  # about b\n  b: 2,  # two\n}\n",
    );
    let (doc, other) = (
        parsed("l: [\n  b,\n]\n"),
        parsed("l: [\n  # about a\n  a, # a\n]\n"),
    );
    let node = other.get(&path("l[0]")).unwrap();
    let edited = insert(&doc, &path("l[0]"), (&other, node)).unwrap();
    let expected = "l: [\n  # about a\n  a, # a\n  b,\n]\n";
    assert_eq!(edited.document.source(), expected);
    check(
        "e: {\n  # nothing\n}\n",
        "e.q",
        "e:\n  q: 1\n",
        "e:\n  # nothing\n  q: 1\n",
    );
}

#[test]
fn blank_lines_come_along() {
    let other = "a: 1\n\n# about b\nb: 1\n\nc: 1\n\nd: 1\n";
    check(
        "a: 1\nc: 1\n",
        "b",
        other,
        "a: 1\n\n# about b\nb: 1\nc: 1\n",
    );
    check("c: 1\n", "b", other, "# about b\nb: 1\n\nc: 1\n");
    check("a: 1\n\nd: 1\n", "c", other, "a: 1\n\nc: 1\n\nd: 1\n");
    check("a: 1\r\n", "d", other, "a: 1\r\n\r\nd: 1\r\n");
    let (doc, other) = (
        parsed("l:\n  - a: 1\n"),
        parsed("l:\n  - b: 1\n\n  - a: 1\n"),
    );
    let node = other.get(&path("l[0]")).unwrap();
    let edited = insert(&doc, &path("l[0]"), (&other, node)).unwrap();
    assert_eq!(edited.document.source(), other.source());
}

#[test]
fn comments_above_the_first_item_are_written_once() {
    check(
        "l:\n  # why\n  # own\n  - a: 1\n",
        "l",
        "l:\n  # why\n  - b: 1\n  - c: 1\n",
        "l:\n  # why\n  # own\n  - b: 1\n  - c: 1\n",
    );
    check(
        "l:\n- a\nm:\n  - x\n",
        "l",
        "l:\n  - b\n",
        "l:\n- b\nm:\n  - x\n",
    );
    check(
        "m:\n  - x\nl:\n- a\n",
        "l",
        "l:\n  - b\n",
        "m:\n  - x\nl:\n- b\n",
    );
}

#[test]
fn what_stands_in_a_map_goes_with_it() {
    check(
        "m:   # note\n  # inner\n  a: 1\n  # after\nb: 1\n",
        "m",
        "m: 5\n",
        "m: 5   # note\nb: 1\n",
    );
}
