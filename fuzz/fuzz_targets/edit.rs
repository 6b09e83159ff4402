//! An edit that is not refused changes what it promises and nothing else, and keeps the file's line breaks.
//!
//! The input: the edit (`s`et, `i`nsert, `r`emove), the number of the place as one character, the new value on the rest of
//! the line, and the file below it.

#![no_main]

use envlint_yaml::{Document, EditError, Edited, Node, Path, Segment, Value, insert, remove, set};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Some((order, source)) = text.split_once('\n') else {
        return;
    };
    let mut order = order.chars();
    let (Some(kind), Some(place)) = (order.next(), order.next()) else {
        return;
    };
    let document = Document::parse(source);
    let mut places = Vec::new();
    if let Some(root) = document.root() {
        list(root, &Path::root(), &mut places);
    }
    let place = u32::from(place).wrapping_sub(u32::from('0')) as usize;
    let Some(path) = (!places.is_empty()).then(|| places.swap_remove(place % places.len())) else {
        return;
    };
    let fresh = Document::parse(order.as_str());
    let fresh = fresh.root().map(Node::to_value).unwrap_or_default();
    match kind {
        's' => changed(&document, &path, &fresh, set(&document, &path, &fresh)),
        'i' => {
            let path = match path.last() {
                Some(Segment::Index(_)) => path,
                _ => path.join(Segment::Key("new".to_owned())),
            };
            added(&document, &path, &fresh, insert(&document, &path, &fresh));
        }
        'r' => removed(&document, &path, remove(&document, &path)),
        _ => {}
    }
});

/// The paths of the values, as many as one character can number.
fn list(node: &Node, path: &Path, places: &mut Vec<Path>) {
    if places.len() > 200 {
        return;
    }
    places.push(path.clone());
    for (index, item) in node.as_sequence().into_iter().flatten().enumerate() {
        list(item, &path.index(index), places);
    }
    for (key, value) in node.as_mapping().into_iter().flatten() {
        list(value, &path.key(key.text()), places);
    }
}

fn value(document: &Document) -> Value {
    document.root().map(Node::to_value).unwrap_or_default()
}

/// The collection at a path of a value, which is there.
fn lookup<'v>(value: &'v mut Value, path: &Path) -> &'v mut Value {
    path.segments()
        .iter()
        .fold(value, |value, segment| match (value, segment) {
            (Value::Map(map), Segment::Key(key)) => map.entry(key.clone()).or_default(),
            (Value::Seq(items), Segment::Index(index)) => &mut items[*index],
            (value, _) => panic!("{value:?} has no {segment:?}"),
        })
}

/// What every edit keeps; the document after it.
fn kept(document: &Document, edited: &Edited) -> Value {
    let (before, after) = (document.source(), edited.document.source());
    assert_eq!(edited.edit.apply(before), after);
    let is_windows = |text: &str| text.matches('\n').count() == text.matches("\r\n").count();
    if before.contains('\n') && is_windows(before) {
        assert!(is_windows(after), "{before:?} becomes {after:?}");
    }
    let is_fatal = |document: &Document| document.errors().iter().any(|problem| problem.is_fatal());
    assert!(!is_fatal(&edited.document), "{before:?} becomes {after:?}");
    value(&edited.document)
}

fn changed(document: &Document, path: &Path, fresh: &Value, edited: Result<Edited, EditError>) {
    if let Ok(edited) = edited {
        let mut expected = value(document);
        *lookup(&mut expected, path) = fresh.clone();
        assert_eq!(kept(document, &edited), expected);
    }
}

fn added(document: &Document, path: &Path, fresh: &Value, edited: Result<Edited, EditError>) {
    let Ok(edited) = edited else { return };
    let (Some(parent), Some(last)) = (path.parent(), path.last()) else {
        panic!("the document itself was inserted");
    };
    let mut expected = value(document);
    match (lookup(&mut expected, &parent), last) {
        (Value::Map(map), Segment::Key(key)) => {
            assert_eq!(map.insert(key.clone(), fresh.clone()), None);
        }
        (Value::Seq(items), Segment::Index(index)) => items.insert(*index, fresh.clone()),
        // A value that is not written becomes the map.
        (empty @ Value::Null, Segment::Key(key)) => {
            *empty = Value::Map([(key.clone(), fresh.clone())].into());
        }
        (other, _) => panic!("{other:?} took {last:?}"),
    }
    assert_eq!(kept(document, &edited), expected);
}

fn removed(document: &Document, path: &Path, edited: Result<Edited, EditError>) {
    let Ok(edited) = edited else { return };
    let (Some(parent), Some(last)) = (path.parent(), path.last()) else {
        panic!("the document itself was removed");
    };
    let mut expected = value(document);
    match (lookup(&mut expected, &parent), last) {
        (Value::Map(map), Segment::Key(key)) => assert!(map.remove(key).is_some()),
        (Value::Seq(items), Segment::Index(index)) => drop(items.remove(*index)),
        (other, _) => panic!("{other:?} lost {last:?}"),
    }
    assert_eq!(kept(document, &edited), expected);
}
