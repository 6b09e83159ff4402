//! Edits: the bytes that must change, and no other.

use envlint_yaml::{Document, EditError, Map, Node, Path, Value, insert, remove, reorder, set};
use proptest::prelude::*;

fn parsed(source: &str) -> Document {
    let doc = Document::parse(source);
    assert_eq!(doc.errors(), [], "{source:?}");
    doc
}

fn path(text: &str) -> Path {
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
    check_set("a:   # c\nb: 1\n", "a", "{k: v}", "a: # c\n  k: v\nb: 1\n");
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
        "m: [x]\n# about a\na: |+ # text\n  one\n\n",
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

/// Files as people write them: nested, commented, quoted, in both styles.
fn source() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("1"),
        Just("'x y'"),
        Just("\"a # b\""),
        Just("plain text"),
        Just("~"),
        Just("yes"),
        Just("[1, {k: 'v'}]"),
        Just("{x: 1, z: [a]}"),
        Just("{}"),
        Just("[]"),
        Just("-Xmx1g"),
        Just("é ü"),
        Just(""),
    ];
    let comment = prop_oneof![3 => Just(""), 1 => Just(" # note: {x}")];
    let line = (scalar, comment, 0..6usize, 0..4usize);
    (proptest::collection::vec(line, 1..8), any::<bool>(), 1..5usize).prop_map(|(lines, windows, width)| {
        let mut text = String::from("# head\n");
        for (at, (scalar, comment, shape, blank)) in lines.into_iter().enumerate() {
            let pad = " ".repeat(width);
            match shape {
                0 => text.push_str(&format!("k{at}: {scalar}{comment}\n")),
                1 => text.push_str(&format!("k{at}:{comment}\n{pad}a: {scalar}{comment}\n{pad}# mid\n{pad}b:\n{pad}{pad}c: {scalar}\n")),
                2 => text.push_str(&format!("k{at}:\n- {scalar}{comment}\n- n: {scalar}\n  m: 1{comment}\n")),
                3 => text.push_str(&format!("k{at}: |{comment}\n{pad}one # no\n\n{pad}two\n")),
                4 => text.push_str(&format!("k{at}: >-\n{pad}folded\n{pad}text\n\n")),
                _ => text.push_str(&format!("k{at}:\n{pad}- - {scalar}\n{pad}  - x{comment}\n{pad}-\n{pad}{pad}{pad}d: {scalar}\n")),
            }
            text.push_str(["", "\n", "# own\n", "  # deep\n"][blank]);
        }
        if windows { text.replace('\n', "\r\n") } else { text }
    })
}

fn new_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-1e9..1e9f64).prop_map(Value::Float),
        ".{0,12}".prop_map(Value::String),
        "[ a-z:#'\"\n-]{0,12}".prop_map(Value::String),
        prop_oneof![
            Just("yes"),
            Just("0644"),
            Just("1e3"),
            Just("<<"),
            Just("="),
            Just("- x"),
            Just("a: b"),
            Just("x\ny\n"),
            Just(" lead\nx")
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::Seq),
            proptest::collection::btree_map("[a-z. ]{1,4}", inner, 0..3).prop_map(Value::Map),
        ]
    })
}

/// The paths of every value.
fn paths(node: &Node, at: &Path, all: &mut Vec<Path>) {
    all.push(at.clone());
    if let Some(items) = node.as_sequence() {
        items
            .iter()
            .enumerate()
            .for_each(|(index, item)| paths(item, &at.index(index), all));
    }
    for (key, value) in node.as_mapping().into_iter().flatten() {
        paths(value, &at.key(key.text()), all);
    }
}

/// The value without what is at the path, to compare the rest.
fn without(value: &Value, at: &Path) -> Value {
    fn blank(value: &mut Value, segments: &[envlint_yaml::Segment]) {
        match (value, segments.split_first()) {
            (Value::Map(map), Some((envlint_yaml::Segment::Key(key), rest))) => {
                blank(map.entry(key.clone()).or_default(), rest);
            }
            (Value::Seq(items), Some((envlint_yaml::Segment::Index(index), rest)))
                if *index < items.len() =>
            {
                blank(&mut items[*index], rest);
            }
            (other, _) => *other = Value::Null,
        }
    }
    let mut value = value.clone();
    blank(&mut value, at.segments());
    value
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn only_the_edited_path_differs(source in source(), new in new_value(), pick in any::<prop::sample::Index>()) {
        let doc = Document::parse(source.as_str());
        prop_assert_eq!(doc.errors(), &[]);
        let root = doc.root().unwrap();
        let mut all = Vec::new();
        paths(root, &Path::root(), &mut all);
        let at = pick.get(&all);
        match set(&doc, at, &new) {
            Ok(edited) => {
                let read = edited.document.get(at).unwrap().to_value();
                prop_assert_eq!(read, new.clone());
                let after = edited.document.root().unwrap().to_value();
                prop_assert_eq!(without(&after, at), without(&root.to_value(), at));
                let (before, behind) = (&source[..edited.edit.span.start], &source[edited.edit.span.end..]);
                prop_assert!(edited.document.source().starts_with(before) && edited.document.source().ends_with(behind));
                // No comment goes but those inside of the value, and what stands behind its last line.
                let value = doc.get(at).unwrap().span();
                let line_end = source[value.end..].find('\n').map_or(source.len(), |end| value.end + end);
                let outside = doc.comments().iter().filter(|comment| {
                    comment.span.end <= value.start || comment.span.start >= line_end
                });
                let kept = edited.document.comments();
                for comment in outside {
                    let same = |other: &&envlint_yaml::Comment| other.text == comment.text;
                    prop_assert!(kept.iter().filter(same).count() >= 1, "{:?} is gone", comment);
                }
                // The edit stays inside of the lines of the value and of its key.
                let span = doc.get(at).unwrap().span();
                let lines = |from: usize, to: usize| source[from.min(to)..to.max(from)].matches('\n').count();
                prop_assert!(at.is_root() || lines(edited.edit.span.end, span.end) == 0, "{:?}", edited.edit);
            }
            Err(error) => prop_assert!(false, "{}: {} in {:?}", at, error, source),
        }
    }

    #[test]
    fn added_keys_and_removed_entries_leave_the_rest(source in source(), new in new_value(), pick in any::<prop::sample::Index>()) {
        let doc = Document::parse(source.as_str());
        let root = doc.root().unwrap();
        let mut all = Vec::new();
        paths(root, &Path::root(), &mut all);
        let at = pick.get(&all);
        if !at.is_root() {
            let edited = remove(&doc, at);
            prop_assert!(edited.is_ok(), "{}: {:?} in {:?}", at, edited.err(), source);
        }
        if doc.get(at).is_some_and(|node| node.as_mapping().is_some() || node.is_null()) {
            let added = set(&doc, &at.key("new key"), &new);
            prop_assert!(added.is_ok(), "{}: {:?} in {:?}", at, added.err(), source);
            let back = remove(&added.unwrap().document, &at.key("new key")).unwrap();
            let after = back.document.root().unwrap().to_value();
            prop_assert_eq!(without(&after, at), without(&root.to_value(), at));
        }
    }

    #[test]
    fn values_travel_between_files(from in source(), to in source(), pick in any::<prop::sample::Index>()) {
        let (from, to) = (Document::parse(from.as_str()), Document::parse(to.as_str()));
        let keys: Vec<Path> = from.root().unwrap().as_mapping().unwrap().iter().map(|(key, _)| Path::root().key(key.text())).collect();
        let at = pick.get(&keys);
        let node = from.get(at).unwrap();
        let edited = set(&to, at, (&from, node));
        prop_assert!(edited.is_ok(), "{}: {:?}\n{}\n{}", at, edited.err(), from.source(), to.source());
        prop_assert_eq!(edited.unwrap().document.get(at).unwrap().to_value(), node.to_value());
    }

    #[test]
    fn a_reordered_list_keeps_every_comment_and_the_rest(
        source in source(),
        keys in proptest::collection::vec(0..1000usize, 6),
        pick in any::<prop::sample::Index>(),
    ) {
        let text = source.replace("\r\n", "\n");
        let list = "list:\n  # one\n  - name: a # x\n    v: |+\n      t\n\n  - name: b\n    # in b\n    v: [1]\n\n  # loose\n\n  # about c\n  - {name: c}\n  -\n    name: d\n    # end of d\n  # under\n  - e\n";
        let source = if pick.index(2) == 0 { format!("{text}{list}") } else { format!("{list}{text}") };
        let doc = Document::parse(source.as_str());
        prop_assert_eq!(doc.errors(), &[]);
        let at = path("list");
        let mut order: Vec<usize> = (0..5).collect();
        order.sort_by_key(|place| keys[*place]);
        let edited = reorder(&doc, &at, &order);
        prop_assert!(edited.is_ok(), "{:?} {:?}\n{}", order, edited.err(), source);
        let edited = edited.unwrap();
        let (root, after) = (doc.root().unwrap().to_value(), edited.document.root().unwrap().to_value());
        prop_assert_eq!(without(&after, &at), without(&root, &at));
        let text = edited.document.source();
        let (before, behind) = (&source[..edited.edit.span.start], &source[edited.edit.span.end..]);
        prop_assert!(text.starts_with(before) && text.ends_with(behind));
        let sorted = |doc: &Document| {
            let mut texts: Vec<String> = doc.comments().iter().map(|comment| comment.text.to_string()).collect();
            texts.sort();
            texts
        };
        prop_assert_eq!(sorted(&doc), sorted(&edited.document));
        // The way back leads to the same bytes.
        let mut back = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, from)| back[*from] = place);
        let again = reorder(&edited.document, &at, &back).unwrap();
        prop_assert_eq!(again.document.root().unwrap().to_value(), root);
    }

    #[test]
    fn no_edit_panics(text in "[-a:?,#&*|>'\"\\[\\]{}<~ \t\r\né1.]{0,40}", new in new_value(), pick in any::<prop::sample::Index>()) {
        let doc = Document::parse(text);
        let Some(root) = doc.root() else { return Ok(()) };
        let mut all = Vec::new();
        paths(root, &Path::root(), &mut all);
        let at = pick.get(&all);
        let _ = (set(&doc, at, &new), set(&doc, &at.key("k"), &new), remove(&doc, at), insert(&doc, at, &new));
    }
}

fn check_reorder(source: &str, at: &str, order: &[usize], expected: &str) {
    let doc = parsed(source);
    let edited = reorder(&doc, &path(at), order)
        .unwrap_or_else(|error| panic!("{source:?} {order:?}: {error}"));
    assert_eq!(edited.document.source(), expected, "{source:?} {order:?}");
}

#[test]
fn items_move_with_their_comments() {
    check_reorder(
        "a:\n  - x\n  - y # about y\n  - z\nb: 1\n",
        "a",
        &[2, 1, 0],
        "a:\n  - z\n  - y # about y\n  - x\nb: 1\n",
    );
    check_reorder(
        "a:\n# first\n- n: 1\n  # in it\n\n# second\n- n: 2\n# end\nb: 1\n",
        "a",
        &[1, 0],
        "a:\n# second\n- n: 2\n\n# first\n- n: 1\n  # in it\n# end\nb: 1\n",
    );
    check_reorder(
        "a: # key\n  # loose\n\n  - x\n\n  # group\n\n  - y",
        "a",
        &[1, 0],
        "a: # key\n  # loose\n\n  - y\n\n  # group\n\n  - x",
    );
    check_reorder(
        "a: [1, 'b', {c: d}] # e\n",
        "a",
        &[2, 0, 1],
        "a: [{c: d}, 1, 'b'] # e\n",
    );
    check_reorder("- - a\n  - b\n", "[0]", &[1, 0], "- - b\n  - a\n");
    check_reorder(
        "a:\r\n  - |+\r\n    t\r\n\r\n  - y\r\nb: 1\r\n",
        "a",
        &[1, 0],
        "a:\r\n  - y\r\n  - |+\r\n    t\r\n\r\nb: 1\r\n",
    );
}

#[test]
fn an_order_names_every_item_once() {
    let doc = parsed("a: [1, 2]\nb: 1\nc: &c [1, 2]\nd: *c\ne:\n- &x 1\n- *x\n");
    for (at, order, reason) in [
        ("a", &[0, 0][..], "`a[0]` does not exist"),
        ("a", &[1], "`a[0]` does not exist"),
        ("a", &[0, 1, 2], "`a[2]` does not exist"),
        ("b", &[0], "`b` does not exist"),
        (
            "c",
            &[1, 0],
            "`c` has an anchor that 1 alias elsewhere refer to; replace these with their values first",
        ),
        (
            "d",
            &[1, 0],
            "`d` comes from an anchor elsewhere; edit it there, or replace the alias with its value first",
        ),
        (
            "e",
            &[1, 0],
            "`e` cannot be changed without changing something else; edit the file by hand",
        ),
    ] {
        let error = reorder(&doc, &path(at), order).unwrap_err();
        assert_eq!(error.to_string(), reason, "{at} {order:?}");
    }
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
