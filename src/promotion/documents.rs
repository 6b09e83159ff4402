//! Two files, or two folders of manifests, compared document by document: no workspace says what they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use envlint_yaml::Node;

use super::comparison::{Pair, PathState};
use super::files::unreadable;
use super::patch::Patch;
use super::plan::Action;
use super::unified;
use super::view::{Class, PathView};
use crate::masking::{Name, ObjectName, Said, Text, text};
use crate::source::{Entry, Location, Problem, ReadError, Source, Walk, read_regular};
use crate::values::{Aspect, Presence, Row, Tree, compare, same};

/// As many files as a folder of manifests may have; a cluster's has some thousands.
const MOST_FILES: usize = 20_000;
/// As many bytes as all files of a folder may have.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// What became of a document.
#[derive(Debug)]
pub struct DocumentDiff {
    /// The object (`Deployment shop/api`), or the file.
    pub name: Text,
    /// The file that has it on the first side.
    pub from: Option<String>,
    /// The file that has it on the second side.
    pub to: Option<String>,
    /// The paths that differ, or all of them, of a document that both sides have.
    pub paths: Vec<PathView>,
    /// How many paths differ.
    pub differing: usize,
    /// Both as a unified diff, masked.
    pub unified: Text,
    /// What makes the second of the first.
    pub patch: Patch,
}

impl DocumentDiff {
    /// Keeps what is of these kinds; false where that is nothing.
    pub fn keep(&mut self, kinds: &[Action]) -> bool {
        let of_both = self.from.is_some() && self.to.is_some();
        if !of_both {
            let kind = Action::between(Aspect::Value, self.from.is_some(), self.to.is_some());
            return kinds.contains(&kind);
        }
        self.paths.retain(|path| kinds.contains(&path.action()));
        self.differing = self.paths.len();
        self.differing > 0
    }

    /// Whether the sides differ in it.
    pub fn differs(&self) -> bool {
        self.differing > 0 || self.from.is_none() || self.to.is_none()
    }
}

/// What a document goes by. Of several with the same key, the first of one side is compared with the first of the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Object(String),
    File(String),
}

/// A document of one side.
struct Document {
    file: String,
    source: Arc<Source>,
    /// The lines of the file above it.
    above: usize,
}

/// A document, by what it goes by and which of those that go by the same it is.
type Found = ((Key, usize), Document);

/// Compares two files, or two folders.
///
/// # Errors
/// When a file cannot be read, or is no YAML, or there are too many.
pub fn diff_documents(
    from: &Path,
    to: &Path,
    all_paths: bool,
) -> Result<Vec<DocumentDiff>, Problem> {
    let (old, mut new) = (documents(from)?, documents(to)?);
    let order: Vec<(Key, usize)> = new.iter().map(|(key, _)| key.clone()).collect();
    let mut by_key: BTreeMap<(Key, usize), Document> = new.drain(..).collect();
    let mut diffs: Vec<DocumentDiff> = Vec::new();
    for (key, before) in old {
        let after = by_key.remove(&key);
        diffs.push(document(&key.0, Some(before), after, all_paths));
    }
    for key in order {
        let after = by_key.remove(&key);
        diffs.extend(after.map(|after| document(&key.0, None, Some(after), all_paths)));
    }
    Ok(diffs)
}

fn document(
    key: &Key,
    before: Option<Document>,
    after: Option<Document>,
    all_paths: bool,
) -> DocumentDiff {
    let mut diff = DocumentDiff {
        name: match key {
            Key::Object(name) => Text::of(&ObjectName(name)),
            Key::File(name) => Text::of(&Name(name)),
        },
        from: before.as_ref().map(|document| document.file.clone()),
        to: after.as_ref().map(|document| document.file.clone()),
        paths: Vec::new(),
        differing: 0,
        unified: Text::new(),
        patch: Patch::default(),
    };
    let nothing = |file: &str| Arc::new(Source::new(file, ""));
    let above = |document: &Option<Document>| document.as_ref().map_or(0, |known| known.above);
    let above = [above(&before), above(&after)];
    let (old, new) = match (before, after) {
        (Some(before), Some(after)) => {
            let pairs = pairs(&before.source, &after.source);
            diff.differing = pairs.iter().filter(|pair| pair.differs()).count();
            let shown = pairs.iter().filter(|pair| all_paths || pair.differs());
            diff.paths = shown.map(view).collect();
            (before.source, after.source)
        }
        (Some(before), None) => (before.source, nothing("/dev/null")),
        (None, Some(after)) => (nothing("/dev/null"), after.source),
        (None, None) => return diff,
    };
    if all_paths && (diff.from.is_none() || diff.to.is_none()) {
        let pairs = pairs(&old, &new);
        diff.paths = pairs.iter().map(view).collect();
    }
    // What is only written in another way is no change.
    if diff.differs() {
        diff.unified = unified::parts((&old, above[0]), (&new, above[1]));
        diff.patch = Patch::between_manifests(Tree::of(&old).as_ref(), Tree::of(&new).as_ref());
    }
    diff
}

/// A path inside of a manifest may be made of values, as its name may.
fn view(pair: &Pair<'_>) -> PathView {
    PathView {
        path: Text::of(&ObjectName(&pair.path)),
        ..PathView::of(pair, class(pair))
    }
}

fn class(pair: &Pair<'_>) -> Class {
    match pair.differs() {
        true => Class::Different,
        false => Class::Shared,
    }
}

/// The paths of two documents. A document that is no map compares as a whole.
fn pairs<'a>(old: &'a Arc<Source>, new: &'a Arc<Source>) -> Vec<Pair<'a>> {
    let both = [old, new].map(Tree::of);
    let mut rows = compare(&both);
    // What is no map has no paths in it.
    if rows.is_empty()
        && let [Some(old), Some(new)] = &both
        && !same(old, new)
    {
        rows.push(Row {
            path: envlint_yaml::Path::root(),
            aspect: Aspect::Value,
            presences: [old, new].map(|tree| Presence::Value(tree.clone())).into(),
        });
    }
    let pair = |path, aspect, from, to| Pair {
        path,
        aspect,
        state: PathState::Shared,
        from,
        to,
    };
    let rows = rows.into_iter();
    rows.filter_map(|row| {
        let mut presences = row.presences.into_iter().map(|presence| match presence {
            Presence::Unknown => Presence::Missing { depth: 0 },
            known => known,
        });
        let (from, to) = (presences.next()?, presences.next()?);
        // An order that is the same has no row.
        let is_known =
            row.aspect != Aspect::Value || from.value().is_some() || to.value().is_some();
        is_known.then(|| pair(row.path, row.aspect, from, to))
    })
    .collect()
}

/// The documents of a file or a folder, by what they go by.
fn documents(place: &Path) -> Result<Vec<Found>, Problem> {
    let mut found = Vec::new();
    let mut seen: BTreeMap<Key, usize> = BTreeMap::new();
    for (file, relative) in files(place)? {
        let name = file.display().to_string();
        let read = read_regular(&file).and_then(Source::text_of);
        let text = read.map_err(|error| unreadable(&name, &error))?;
        let source = Arc::new(Source::new(&*name, text));
        let errors = source.document.errors().iter();
        if let Some(error) = errors.clone().find(|error| error.is_fatal()) {
            let place = Location::new(&source, error.span);
            let message = text!("cannot be read as YAML: {}", Said(&error.message));
            return Err(Problem::located(place, message));
        }
        for (part, above) in parts(&source) {
            let Some(tree) = Tree::of(&part).filter(|tree| !tree.is_null()) else {
                continue;
            };
            let key = object(&tree).map_or_else(|| Key::File(relative.clone()), Key::Object);
            let nth = seen.entry(key.clone()).or_default();
            let document = Document {
                file: name.clone(),
                source: Arc::clone(&part),
                above,
            };
            found.push(((key, *nth), document));
            *nth += 1;
        }
    }
    Ok(found)
}

/// The documents of a file, and the objects of a `List`, each as a file of its own, so that one secret of a file masks no
/// other's text; with the lines of the file that are above it.
fn parts(source: &Arc<Source>) -> Vec<(Arc<Source>, usize)> {
    let documents = source.document.documents();
    let whole = |document: &Node| match documents.len() {
        1 => (Arc::clone(source), 0),
        _ => part(source, document).unwrap_or_else(|| (Arc::clone(source), 0)),
    };
    let parts = documents.iter().flat_map(|document| {
        let items = listed(document).unwrap_or_default().iter();
        let objects: Option<Vec<_>> = items.map(|item| part(source, item)).collect();
        // An empty list, or one whose items take something from each other, is only whole by itself.
        let objects = objects.filter(|objects| !objects.is_empty());
        objects.unwrap_or_else(|| vec![whole(document)])
    });
    parts.collect()
}

/// The objects of a `List` of Kubernetes, as `kubectl get` prints it.
fn listed(document: &Node) -> Option<&[Node]> {
    let list = document.as_mapping()?;
    let is_list = list.get("kind")?.as_str()? == "List" && list.get("apiVersion").is_some();
    let items = list.get("items").filter(|_| is_list)?.as_sequence()?;
    items
        .iter()
        .all(|item| item.as_mapping().is_some())
        .then_some(items)
}

/// A value as a file of its own; none where it cannot be read without what is around it.
fn part(source: &Arc<Source>, node: &Node) -> Option<(Arc<Source>, usize)> {
    let span = source.document.span_with_properties(node);
    let text = source.text().get(span.start..span.end)?;
    // Its lines stay below each other.
    let place = source.document.position(span.start);
    let column = place.column.saturating_sub(1);
    let text = format!("{}{text}\n", " ".repeat(column));
    let part = Source::new(&*source.path, text);
    let is_whole = !part.document.errors().iter().any(|error| error.is_fatal());
    is_whole.then(|| (Arc::new(part), place.line.saturating_sub(1)))
}

/// The name of a Kubernetes object; none of what is no object.
fn object(tree: &Tree<'_>) -> Option<String> {
    tree.get("apiVersion")?;
    let kind = tree.get("kind")?.as_str()?.to_owned();
    let metadata = tree.get("metadata");
    let of = |key: &str| {
        let value = metadata.as_ref()?.get(key)?;
        value.as_str().map(str::to_owned)
    };
    let name = of("name")
        .or_else(|| of("generateName"))
        .unwrap_or_default();
    Some(match of("namespace") {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}").trim_end().to_owned(),
    })
}

/// The YAML files of a place with their paths below it, in the order of these paths.
fn files(place: &Path) -> Result<Vec<(std::path::PathBuf, String)>, Problem> {
    let said = |error: ReadError| unreadable(&place.display().to_string(), &error);
    if !place.is_dir() {
        return Ok(vec![(place.to_owned(), String::new())]);
    }
    let root = fs::canonicalize(place).map_err(|error| said(ReadError::Io(error)))?;
    // A folder of manifests is often one that git ignores.
    let walk = Walk::new(&root).with_ignored();
    let walk = walk.entering(|entry| !entry.is_hidden());
    let mut files = Vec::new();
    let mut bytes = 0_usize;
    for entry in walk.entries(Entry::is_yaml_file).entries {
        bytes += fs::metadata(root.join(&entry.path))
            .map_or(0, |data| usize::try_from(data.len()).unwrap_or(usize::MAX));
        if files.len() == MOST_FILES || bytes > MOST_BYTES {
            return Err(Problem::without_place(text!(
                "{} holds more than {} YAML files, or more than {} MiB of them",
                place,
                MOST_FILES,
                MOST_BYTES / 1024 / 1024
            ))
            .help("compare its folders one by one"));
        }
        files.push((place.join(&entry.path), entry.path));
    }
    if files.is_empty() {
        return Err(Problem::without_place(text!(
            "{} holds no YAML file",
            place
        )));
    }
    files.sort();
    Ok(files)
}
