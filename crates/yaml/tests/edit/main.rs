//! Edits: the bytes that must change, and no other.

mod arrange;
mod carried;
mod kept;
mod properties;
mod reorder;

use envlint_yaml::{Document, EditError, Map, Node, Path, Value, insert, remove, set};

pub(crate) fn parsed(source: &str) -> Document {
    let doc = Document::parse(source);
    assert_eq!(doc.errors(), [], "{source:?}");
    doc
}

pub(crate) fn path(text: &str) -> Path {
    text.parse().unwrap()
}

fn value(source: &str) -> Value {
    parsed(source)
        .root()
        .map(Node::to_value)
        .unwrap_or_default()
}

fn check_set(source: &str, at: &str, new: &str, expected: &str) {
    let doc = parsed(source);
    let edited = set(&doc, &path(at), &value(new))
        .unwrap_or_else(|error| panic!("{source:?} {at} {new:?}: {error}"));
    assert_eq!(
        edited.edit.apply(source),
        expected,
        "{source:?} {at} {new:?}"
    );
    assert_eq!(edited.document.source(), expected);
}

#[test]
fn a_scalar_takes_the_place_and_the_quotes_of_the_old_one() {
    check_set("a: 1   # c\nb: 2\n", "a", "new", "a: new   # c\nb: 2\n");
    check_set("a: 'x' # c\n", "a", "it's", "a: 'it''s' # c\n");
    check_set("a: \"x\"\n", "a", "\"v\\t\"", "a: \"v\\t\"\n");
    check_set("a: 'x'\n", "a", "3", "a: 3\n");
    check_set("a: x\n", "a", "'3'", "a: \"3\"\n");
    check_set("a: x\nb: 'y'\n", "a", "'yes'", "a: 'yes'\nb: 'y'\n");
    check_set("a:\t 1\r\nb: é # ñ\r\n", "b", "ü", "a:\t 1\r\nb: ü # ñ\r\n");
    check_set("\u{feff}a: 1", "a", "2", "\u{feff}a: 2");
    check_set("a: x\n  y # c\n", "a", "z", "a: z # c\n");
    check_set("a: !!str 1 # c\n", "a", "2", "a: 2 # c\n");
    check_set("a: 1\n", "a", "[]", "a: []\n");
    check_set("x: 1\n", ".", "v", "v\n");
}

#[test]
fn a_value_that_is_not_written_gets_one() {
    check_set("a:\nb: 1\n", "a", "x", "a: x\nb: 1\n");
    check_set("a:   # c\nb: 1\n", "a", "x", "a: x   # c\nb: 1\n");
    check_set(
        "a:   # c\nb: 1\n",
        "a",
        "{k: v}",
        "a:   # c\n  k: v\nb: 1\n",
    );
    check_set("- a\n-\n- b\n", "[1]", "x", "- a\n- x\n- b\n");
    check_set(
        "- a\n- # c\n- b\n",
        "[1]",
        "{k: v, l: w}",
        "- a\n- k: v # c\n  l: w\n- b\n",
    );
    check_set("a: {b, c: }\n", "a.b", "1", "a: {b: 1, c: }\n");
    check_set("", "a.b", "1", "a:\n  b: 1\n");
    check_set("# only\n", "a", "1", "# only\na: 1\n");
    check_set("# only", "a", "1", "# only\na: 1\n");
}

#[test]
fn lines_and_scalars_replace_each_other() {
    check_set(
        "a: {b: 1 } # c\nd: [ x ]  # e\n",
        "a",
        "x",
        "a: x # c\nd: [ x ]  # e\n",
    );
    check_set(
        "a: {b: 1 } # c\nd: [ x ]  # e\n",
        "d[1]",
        "v",
        "a: {b: 1 } # c\nd: [ x, v ]  # e\n",
    );
    check_set(
        "a: # c\n  b: 1\n  # d\n  c: 2 # e\nf: 3\n",
        "a",
        "x",
        "a: x # c\nf: 3\n",
    );
    check_set(
        "a: x # c\nf: 3\n",
        "a",
        "{b: 1, c: [2, 3]}",
        "a: # c\n  b: 1\n  c:\n    - 2\n    - 3\nf: 3\n",
    );
    check_set(
        "a: |- # c\n  t\n  u\n\n# d\nf: 3\n",
        "a",
        "x",
        "a: x # c\n\n# d\nf: 3\n",
    );
    check_set(
        "a: x # c\nf: 3\n",
        "a",
        "\"t\\nu\\n\"",
        "a: | # c\n  t\n  u\nf: 3\n",
    );
    check_set("a: |\n  t\n", "a", "\"v\\nw\"", "a: |-\n  v\n  w\n");
    check_set(
        "a:\n    b:\n        c: 1\n",
        "a.b",
        "{d: {e: 2}}",
        "a:\n    b:\n        d:\n            e: 2\n",
    );
    check_set("a:\n- 1\n- 2\nb: 3\n", "a", "{c: 1}", "a:\n  c: 1\nb: 3\n");
    check_set(
        "a:\n- 1\n- 2\nb: {}\n",
        "b",
        "[x]",
        "a:\n- 1\n- 2\nb:\n- x\n",
    );
    check_set(
        "a:\n  - k: 1 # c\n    l: 2\n  - m\n",
        "a[0]",
        "x",
        "a:\n  - x\n  - m\n",
    );
    check_set(
        "a:\n  - k # c\n  - m\n",
        "a[0]",
        "{b: 1, c: {d: 2}}",
        "a:\n  - b: 1 # c\n    c:\n      d: 2\n  - m\n",
    );
    check_set(
        "a: {b: x, c: 1}\n",
        "a.b",
        "{d: [1, 'a, b']}",
        "a: {b: {d: [1, \"a, b\"]}, c: 1}\n",
    );
}

#[test]
fn missing_paths_are_added_where_they_belong() {
    check_set(
        "a:\n  b: 1 # c\nd: 2\n",
        "a.x",
        "3",
        "a:\n  b: 1 # c\n  x: 3\nd: 2\n",
    );
    check_set(
        "a:\n  b: 1",
        "a.x.w",
        "[1]",
        "a:\n  b: 1\n  x:\n    w:\n      - 1",
    );
    check_set("a: {}\n", "a.x.w", "3", "a:\n  x:\n    w: 3\n");
    check_set("a: {} # c\nb:\n", "b.x", "3", "a: {} # c\nb:\n  x: 3\n");
    check_set("a: ~\n", "a.x", "3", "a:\n  x: 3\n");
    check_set("a: {b: 1, c: {}}\n", "a.c.d", "2", "a: {b: 1, c: {d: 2}}\n");
    check_set("a: {b: 1}\n", "a.\"x.y\"", "z", "a: {b: 1, x.y: z}\n");
    check_set("a: [1]\n", "a[1]", "2", "a: [1, 2]\n");
    check_set("a: []\n", "a[0].k", "2", "a:\n  - k: 2\n");
    check_set(
        "a:\n- 1\n# c\n",
        "a[1]",
        "{k: v, l: w}",
        "a:\n- 1\n- k: v\n  l: w\n# c\n",
    );
    check_set("- - a\n", "[0][1]", "b", "- - a\n  - b\n");
    check_set("a: |+\n  x\n\n\n", "b", "1", "a: |+\n  x\n\n\nb: 1\n");
    check_set("a: |\n  x\n\n# c\n", "b", "1", "a: |\n  x\nb: 1\n\n# c\n");
    check_set(
        "env:\n- name: A\n  value: 1\n",
        "env[name=A].value",
        "2",
        "env:\n- name: A\n  value: 2\n",
    );
    check_set(
        "a:\r\n  b: 1\r\n",
        "a.c",
        "{d: 1}",
        "a:\r\n  b: 1\r\n  c:\r\n    d: 1\r\n",
    );
    check_set(
        "a: 1\n",
        "\"a b\".\"yes\".\"-x\".\"1\"",
        "x",
        "a: 1\na b:\n  \"yes\":\n    -x:\n      \"1\": x\n",
    );
    check_set("{}\n", "a", "1", "a: 1\n");
}

#[test]
fn a_value_of_another_file_keeps_its_own_layout() {
    let check = |source: &str, from: &str, at: &str, expected: &str| {
        let (doc, other) = (parsed(source), parsed(from));
        let node = other.get(&path(at)).unwrap();
        let edited = set(&doc, &path(at), (&other, node))
            .unwrap_or_else(|error| panic!("{source:?} {at}: {error}"));
        assert_eq!(edited.document.source(), expected, "{source:?} {at}");
    };
    check("a: x\n", "a: 0x1F # c\n", "a", "a: 0x1F\n");
    check("a: 'x'\n", "a: \"v\"\n", "a", "a: 'v'\n");
    check("a: x\n", "a: 'v'\n", "a", "a: v\n");
    check("a: x\n", "a: 'y'\n", "a", "a: 'y'\n");
    check("a: x\n", "a: '3'\n", "a", "a: '3'\n");
    check("a: 1\n", "a: 'y'\n", "a", "a: 'y'\n");
    check(
        "m:\n    a: 1\n    z: 2\n",
        "m:\n  # lead\n  a: 1\n  # about b\n  b:\n    # first\n    c: 'x'   # one\n\n    d: {e:  1}\n    t: |\n      two\n\n      lines # no\n  z: 2\n",
        "m.b",
        "m:\n    a: 1\n    # about b\n    b:\n        # first\n        c: 'x'   # one\n\n        d: {e:  1}\n        t: |\n          two\n\n          lines # no\n    z: 2\n",
    );
    check(
        "a: 1\nz: 2\n",
        "a: 1\nl:\n- x\n- y # c\nz: 2\n",
        "l",
        "a: 1\nl:\n  - x\n  - y # c\nz: 2\n",
    );
    check(
        "b: 1\nc: 1\n",
        "b: 1\n# c\na: 2\nc: 3\n",
        "a",
        "b: 1\n# c\na: 2\nc: 1\n",
    );
    check(
        "b: 1\n# about c\nc: 1\n",
        "a: 2\nc: 3\n",
        "a",
        "b: 1\na: 2\n# about c\nc: 1\n",
    );
    check(
        "# head\nc: 1\n",
        "a: 2\nc: 3\n",
        "a",
        "# head\nc: 1\na: 2\n",
    );
    check(
        "a: |\n    x\n",
        "a: >- # f\n  one\n  two\n",
        "a",
        "a: >- # f\n  one\n  two\n",
    );
    // Comments come along: above the key, on its line, above and behind an item. What may be about the file does not.
    check(
        "m:\n  # which\n  z: 1\n",
        "m:\n  # one\n  # two\n  a: 1  # three\n  z: 1\n",
        "m.a",
        "m:\n  # one\n  # two\n  a: 1  # three\n  # which\n  z: 1\n",
    );
    check(
        "m: {z: 1}\n",
        "# head\na: {b: 1} # b\n",
        "a",
        "m: {z: 1}\na: {b: 1} # b\n",
    );
    check(
        "m: [x]\n",
        "m: [x]\n\n# about a\na: |+ # text\n  one\n\n",
        "a",
        "m: [x]\n\n# about a\na: |+ # text\n  one\n\n",
    );
    check(
        "l:\n- name: x\n# end\n",
        "l:\n- name: x # no\n# about y\n- name: y # yes\n",
        "l[1]",
        "l:\n- name: x\n# about y\n- name: y # yes\n# end\n",
    );
    check(
        "l:\n  - {n: z}\n",
        "l:\n  - {n: z}\n  # lead\n  - {n: y} # yes\n",
        "l[1]",
        "l:\n  - {n: z}\n  # lead\n  - {n: y} # yes\n",
    );
    // The first value of what is empty brings them, too.
    check(
        "l: []\n",
        "l:\n  # lead\n  - name: y # yes\n",
        "l[0]",
        "l:\n  # lead\n  - name: y # yes\n",
    );
    check(
        "m: {} # m\n",
        "m:\n  # about a\n  a: 1 # one\n",
        "m.a",
        "m: # m\n  # about a\n  a: 1 # one\n",
    );
    check("", "# head\n\n# about a\na: 1\n", "a", "# about a\na: 1\n");
    check("z: 1\n", "a: 1\nz: 1\n", "a", "a: 1\nz: 1\n");
    check(
        "# head\n\n# z\nz: 1\n",
        "a: 1\nz: 1\n",
        "a",
        "# head\n\na: 1\n# z\nz: 1\n",
    );
    check("- z: 1\n", "- a: 1\n  z: 1\n", "[0].a", "- z: 1\n  a: 1\n");
    // What an alias stands for is written out.
    check("a: 1\n", "k: &k {b: 2}\na: *k\n", "a", "a:\n  b: 2\n");
    check(
        "a: 1\n",
        "k: &k {b: 2}\na:\n  <<: *k\n",
        "a",
        "a:\n  b: 2\n",
    );
}

#[test]
fn items_are_inserted_before_others() {
    let check = |source: &str, at: &str, new: &str, expected: &str| {
        let edited = insert(&parsed(source), &path(at), &value(new))
            .unwrap_or_else(|error| panic!("{source:?}: {error}"));
        assert_eq!(edited.document.source(), expected);
    };
    check(
        "a:\n  - x # c\n  - y\n",
        "a[0]",
        "v",
        "a:\n  - v\n  - x # c\n  - y\n",
    );
    check(
        "a:\n  - x # c\n  # d\n  - y\n",
        "a[1]",
        "{k: v, l: w}",
        "a:\n  - x # c\n  - k: v\n    l: w\n  # d\n  - y\n",
    );
    check(
        "a:\n  # about x\n  - x\n",
        "a[0]",
        "v",
        "a:\n  - v\n  # about x\n  - x\n",
    );
    check("# head\n- x\n", "[0]", "v", "# head\n- v\n- x\n");
    check("- - x\n", "[0][0]", "v", "- - v\n  - x\n");
    check("a: [x, y]\n", "a[1]", "v", "a: [x, v, y]\n");
    check("a: [x, y]\n", "a[2]", "v", "a: [x, y, v]\n");
    check("a: {b: 1}\n", "c", "v", "a: {b: 1}\nc: v\n");
    let error =
        |source: &str, at: &str| insert(&parsed(source), &path(at), &Value::Null).unwrap_err();
    assert_eq!(error("a: 1\n", "a"), EditError::Exists(path("a")));
    assert_eq!(error("a: [1]\n", "a[3]"), EditError::Missing(path("a[3]")));
}

#[test]
fn entries_go_with_the_comment_on_their_line() {
    let check = |source: &str, at: &str, expected: &str| {
        let edited = remove(&parsed(source), &path(at))
            .unwrap_or_else(|error| panic!("{source:?} {at}: {error}"));
        assert_eq!(edited.document.source(), expected, "{source:?} {at}");
    };
    check("a: 1\nb: 2 # c\n\n# d\nc: 3\n", "b", "a: 1\n\n# d\nc: 3\n");
    check("a: 1\nb: 2", "b", "a: 1\n");
    check("a: 1\r\nb:\r\n  c: 1\r\nd: 1\r\n", "b", "a: 1\r\nd: 1\r\n");
    check("m: # k\n  a: 1 # c\nb: 2\n", "m.a", "m: {} # k\nb: 2\n");
    check("a: 1\n", "a", "{}\n");
    check("a:\n  - x\nb: 1\n", "a[0]", "a: []\nb: 1\n");
    check("a:\n- x\n- y # c\n- z\n", "a[1]", "a:\n- x\n- z\n");
    check("- a: 1\n  b: 2\n", "[0].a", "- b: 2\n");
    check(
        "- a: 1 # c\n  # about b\n  b: 2\n",
        "[0].a",
        "- \n  # about b\n  b: 2\n",
    );
    check("- - x\n  - y\n", "[0][0]", "- - y\n");
    check(
        "a: 1\n\n# about b\nb: 2 # c\n\n# c\nc: 3\n",
        "b",
        "a: 1\n\n# c\nc: 3\n",
    );
    check("a: 1\n\n# about b\nb: 2\n", "b", "a: 1\n");
    check("a: 1\n# both\nb: 2\nc: 3\n", "b", "a: 1\n# both\nc: 3\n");
    check("# head\na: 1\n\nb: 2\n", "a", "# head\n\nb: 2\n");
    check("# head\n\n# a\na: 1\n\nb: 2\n", "a", "# head\n\nb: 2\n");
    check(
        "m:\n  # one\n  - x\n  # two\n  - y\n# end\n",
        "m[0]",
        "m:\n  # two\n  - y\n# end\n",
    );
    check(
        "m:\n  k:\n    a: 1\n    # in k\n  # about l\n  l: 1\nb: 1\n",
        "m.l",
        "m:\n  k:\n    a: 1\n    # in k\nb: 1\n",
    );
    check("a: |+\n  x\n\nb: 1\n\nc: 2\n", "b", "a: |+\n  x\n\nc: 2\n");
    check("a: {b: 1, c: 2, d: 3}\n", "a.b", "a: {c: 2, d: 3}\n");
    check("a: {b: 1, c: 2, d: 3}\n", "a.d", "a: {b: 1, c: 2}\n");
    check("a: { b: 1, }\n", "a.b", "a: {}\n");
    check("a: [x]\n", "a[0]", "a: []\n");
    check("a: [x, y]\n", "a[1]", "a: [x]\n");
    check("a: |\n  x\n  y\nb: 1\n", "a", "b: 1\n");
    check("a:\nb:   # c\nc: 1\n", "b", "a:\nc: 1\n");
    check(
        "b: &b {x: 1}\na:\n  <<: *b\n  k: 1\n",
        "a.k",
        "b: &b {x: 1}\na:\n  <<: *b\n",
    );
    check(
        "env:\n- {name: A}\n- {name: B}\n",
        "env[name=B]",
        "env:\n- {name: A}\n",
    );
}

#[test]
fn what_belongs_to_other_places_is_refused() {
    let source =
        "base: &b\n  x: 1\n  deep: {y: 2}\nuse: *b\nmerged:\n  <<: *b\n  own: 1\nfree: &f {z: 1}\n";
    let doc = parsed(source);
    let refused = |at: &str| {
        set(&doc, &path(at), &Value::Int(9))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused("use.x"),
        "`use` comes from an anchor elsewhere; edit it there, or replace the alias with its value first"
    );
    assert_eq!(
        refused("base.x"),
        "`base` has an anchor that 2 aliases elsewhere refer to; replace these with their values first"
    );
    assert_eq!(
        refused("base.new"),
        "`base` has an anchor that 2 aliases elsewhere refer to; replace these with their values first"
    );
    assert_eq!(
        refused("base"),
        "`base` has an anchor that 2 aliases elsewhere refer to; replace these with their values first"
    );
    assert_eq!(
        refused("merged.deep.n"),
        "`merged.deep` comes from an anchor elsewhere; edit it there, or replace the alias with its value first"
    );
    assert_eq!(
        remove(&doc, &path("merged.x")).unwrap_err(),
        EditError::Shared(path("merged.x"))
    );
    assert!(matches!(
        remove(&doc, &path("base")),
        Err(EditError::Anchored { .. })
    ));
    // These change one place only.
    check_set(source, "use", "3", &source.replace("use: *b", "use: 3"));
    check_set(
        source,
        "merged.x",
        "3",
        &source.replace("  own: 1\n", "  own: 1\n  x: 3\n"),
    );
    check_set(source, "free.z", "3", &source.replace("z: 1", "z: 3"));
}

#[test]
fn what_cannot_be_done_is_an_error() {
    let refused = |source: &str, at: &str| {
        set(&Document::parse(source), &path(at), &Value::Int(9))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused("a: 1\n", "a.b"),
        "`a` is a single value, so it cannot have `b`"
    );
    assert_eq!(
        refused("a: {c: 1}\n", "a[0]"),
        "`a` is a map, so it cannot have `[0]`"
    );
    assert_eq!(refused("a: [1]\n", "a[5]"), "`a[5]` does not exist");
    assert_eq!(
        refused("a: [{n: x}]\n", "a[n=y].z"),
        "`a[n=y]` does not exist"
    );
    assert_eq!(
        refused("a: 1\n---\nb: 2\n", "a"),
        "the file cannot be edited: it has several YAML documents"
    );
    assert!(refused("a: [\n", "a").starts_with("the file cannot be edited: "));
    assert_eq!(
        remove(&parsed("a: 1\n"), &path("b")).unwrap_err(),
        EditError::Missing(path("b"))
    );
    let doubled = Document::parse("a: 1\na: 2\n");
    assert_eq!(
        remove(&doubled, &path("a")).unwrap_err(),
        EditError::Duplicate(path("a"))
    );
    assert_eq!(
        set(&doubled, &path("a"), &Value::Int(3))
            .unwrap()
            .document
            .source(),
        "a: 1\na: 3\n"
    );
}

#[test]
fn many_edits_follow_each_other() {
    let mut doc = parsed("# head\na: 1 # one\nb:\n  c: 2 # two\n");
    for (at, new) in [
        ("a", Value::Int(2)),
        ("b.d", Value::Map(Map::new())),
        ("b.d.e", Value::from("x")),
        ("b.c", Value::Null),
    ] {
        doc = set(&doc, &path(at), &new).unwrap().document;
    }
    doc = remove(&doc, &path("a")).unwrap().document;
    assert_eq!(
        doc.source(),
        "# head\nb:\n  c: null # two\n  d:\n    e: x\n"
    );
}
