//! Items in another order.

use envlint_yaml::reorder;

use crate::{parsed, path};

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
fn items_between_brackets_take_the_comments_of_their_lines_along() {
    check_reorder(
        "a: [ # both\n  # why x\n  x, # x\n\n  [y,\n   z] # y\n  # end\n]\n",
        "a",
        &[1, 0],
        "a: [ # both\n\n  [y,\n   z], # y\n  # why x\n  x # x\n  # end\n]\n",
    );
    check_reorder(
        "a: [\r\n  x, # x\r\n  y,\r\n]\r\n",
        "a",
        &[1, 0],
        "a: [\r\n  y,\r\n  x, # x\r\n]\r\n",
    );
    // Where two share a line, comments stay.
    check_reorder(
        "a: [x, y, # x, y\n  z]\n",
        "a",
        &[2, 0, 1],
        "a: [z, x, # x, y\n  y]\n",
    );
}
