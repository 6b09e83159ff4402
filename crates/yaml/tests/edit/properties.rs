//! What holds for every edit of every file.

use envlint_yaml::{
    Arrangement, Change, Document, EditError, Node, Path, Segment, Value, arrange, change_all,
    insert, remove, reorder, set,
};
use proptest::prelude::*;

use crate::path;

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

/// The column of the key or dash that a value stands behind.
fn key_column(doc: &Document, at: &Path) -> usize {
    let parent = at.parent().and_then(|parent| doc.get(&parent));
    let start = match (parent, at.last()) {
        (Some(parent), Some(Segment::Key(key))) => {
            parent
                .as_mapping()
                .unwrap()
                .entry(key)
                .unwrap()
                .0
                .span()
                .start
        }
        (Some(parent), _) => parent.span().start,
        (None, _) => return 0,
    };
    start - doc.source()[..start].rfind('\n').map_or(0, |at| at + 1)
}

/// The end of the comments below that stand further right than a column.
fn behind_inner(source: &str, from: usize, column: usize) -> usize {
    let mut end = from;
    let mut at = from;
    for line in source[from..].lines().skip(1) {
        at += 1 + line.len();
        let text = line.trim_start();
        match text.starts_with('#') && line.len() - text.len() > column {
            true => end = at,
            false if text.is_empty() => {}
            false => break,
        }
    }
    end
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
                // No comment goes but those inside of the value, what stands behind its last line, and those below a map or list of
                // lines that stand deeper than its key.
                let node = doc.get(at).unwrap();
                let value = node.span();
                let mut line_end = source[value.end..].find('\n').map_or(source.len(), |end| value.end + end);
                if node.as_scalar().is_none() && !node.is_flow() {
                    line_end = behind_inner(&source, line_end, key_column(&doc, at));
                }
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
                let is_inside = lines(edited.edit.span.end, span.end) == 0 || edited.edit.span.end <= line_end;
                prop_assert!(at.is_root() || is_inside, "{:?}", edited.edit);
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
    fn arranged_keys_keep_every_comment_and_value(source in source(), keys in proptest::collection::vec(0..1000usize, 8)) {
        let doc = Document::parse(source.as_str());
        let map = doc.root().unwrap().as_mapping().unwrap();
        let names = |doc: &Document| -> Vec<String> {
            let map = doc.root().unwrap().as_mapping().unwrap();
            map.iter().map(|(key, _)| key.text().to_owned()).collect()
        };
        let before = names(&doc);
        let mut order: Vec<usize> = (0..map.len()).collect();
        order.sort_by_key(|place| keys[*place]);
        let arranged = arrange(&doc, &[Arrangement { path: Path::root(), order: order.clone() }]);
        let Some(after) = arranged.document else {
            prop_assert_eq!(arranged.stays.len(), 1);
            return Ok(());
        };
        prop_assert_eq!(arranged.stays, vec![]);
        prop_assert_eq!(after.root().unwrap().to_value(), doc.root().unwrap().to_value());
        let wanted: Vec<String> = order.iter().map(|place| before[*place].clone()).collect();
        prop_assert_eq!(names(&after), wanted);
        let mut lines = [doc.source(), after.source()].map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
        lines.iter_mut().for_each(|lines| lines.sort());
        prop_assert_eq!(&lines[0], &lines[1]);
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

    #[test]
    fn changes_made_at_once_are_those_made_one_by_one(
        source in source(),
        wanted in proptest::collection::vec((new_value(), any::<prop::sample::Index>(), 0..4u8), 1..12),
    ) {
        let doc = Document::parse(source.as_str());
        let mut all = Vec::new();
        paths(doc.root().unwrap(), &Path::root(), &mut all);
        let wanted: Vec<(Path, Value, bool)> = wanted
            .into_iter()
            .map(|(new, pick, kind)| match kind {
                0 => (pick.get(&all).clone(), new, true),
                1 => (pick.get(&all).key("new"), new, false),
                _ => (pick.get(&all).clone(), new, false),
            })
            .collect();
        fn change((at, new, is_removed): &(Path, Value, bool)) -> Change<'_> {
            match is_removed {
                true => Change::Remove(at),
                false => Change::Set(at, new.into()),
            }
        }
        let changes: Vec<Change<'_>> = wanted.iter().map(change).collect();
        let mut expected: Result<Document, EditError> = Ok(Document::parse(source.as_str()));
        for (at, new, is_removed) in &wanted {
            expected = expected.and_then(|doc| {
                let edited = if *is_removed { remove(&doc, at) } else { set(&doc, at, new) };
                Ok(edited?.document)
            });
        }
        if let Ok(expected) = expected {
            let made = change_all(&doc, &changes);
            prop_assert!(made.is_ok(), "{:?}", made.err());
            let made = made.unwrap().unwrap();
            let value = |doc: &Document| doc.root().map(Node::to_value);
            prop_assert_eq!(value(&made), value(&expected), "{}\n---\n{}", source, expected.source());
        }
    }
}
