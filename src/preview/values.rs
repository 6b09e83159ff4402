//! The values of a preview: those of the source environment with what belongs to the pull request.

use std::collections::BTreeSet;

use envlint_budget::Budget;
use envlint_helm::Given;
use envlint_yaml::{Change, Document, EditError, Path, Segment, Value, change_all};

use super::addresses::{Hosts, rewritten};
use super::image::{Pinned, pin};
use super::plan::Request;
use crate::masking::{Name, Said, text};
use crate::resolve::EnvironmentValues;
use crate::source::{Problem, Source};
use crate::values::{Pattern, PatternIndex, Tree};
use crate::workspace::PreviewNames;

/// The values of a preview.
#[derive(Debug)]
pub(super) struct Derived {
    /// The file
    pub(super) text: String,
    /// What differs from the source environment, by path: before and after
    pub(super) changes: Vec<(Path, Option<Value>, Value)>,
    /// Which patterns of `preview.set` name something
    pub(super) used: BTreeSet<usize>,
    /// Where that belongs
    pub(super) paths: Vec<Path>,
}

/// A pattern of `preview.set`, with its place in the configuration.
struct Setting<'r> {
    number: usize,
    pattern: Pattern,
    value: &'r Value,
}

/// Makes the values of a preview.
///
/// # Errors
/// When a layer cannot be read, or a value cannot be written.
pub(super) fn derive(
    request: &Request<'_>,
    names: &PreviewNames<'_>,
    source: &EnvironmentValues<'_>,
    (hosts, pinned): (&Hosts, &[Pinned<'_>]),
) -> Result<Derived, Problem> {
    let effective = source.effective.as_ref();
    let before = effective.map(Tree::to_value).unwrap_or_default();
    let mut after = before.clone();
    let (mut changed, mut paths) = (Vec::new(), Vec::new());
    let mut readdressing = Readdressing {
        hosts,
        room: Budget::new(MOST_MADE),
        changed: &mut changed,
    };
    readdressing.visit(&mut after, &Path::root());
    if readdressing.room.is_spent() {
        let message = text!(
            "the hosts of the preview would make more than {} MiB of the values of {}",
            MOST_MADE >> 20,
            Name(&names.app)
        );
        return Err(Problem::without_place(message).help("leave it out of `preview.apps`"));
    }
    pin(&mut after, &Path::root(), pinned, &mut changed);
    walk(&before, &Path::root(), &mut paths);
    let mut used = BTreeSet::new();
    let room = Budget::new(MOST_MADE);
    for (setting, named) in named(request, effective, &paths) {
        for path in named {
            used.insert(setting.number);
            let value = filled(setting.value, names);
            if !room.spend(size(&value)) {
                let message = text!(
                    "`preview.set` would make more than {} MiB of the values of {}",
                    MOST_MADE >> 20,
                    Name(&names.app)
                );
                return Err(
                    Problem::without_place(message).help("name fewer paths, or set shorter values")
                );
            }
            if put(&mut after, path, value) {
                changed.push(path.clone());
            }
        }
    }
    let changed = outermost(changed);
    let changes = changed.into_iter().filter_map(|path| {
        let (old, new) = (at(&before, &path), at(&after, &path)?);
        (old != Some(new)).then(|| (path.clone(), old.cloned(), new.clone()))
    });
    let changes: Vec<_> = changes.collect();
    let text = written(request, names, source, &after, &changes)?;
    Ok(Derived {
        text,
        changes,
        used,
        paths,
    })
}

/// The patterns of the configuration, the most specific one last: it wins.
fn settings<'r>(request: &Request<'r>) -> Vec<Setting<'r>> {
    let all = request.config.set.iter().enumerate();
    let mut settings: Vec<Setting<'_>> = all
        .filter_map(|(number, (pattern, value))| {
            Some(Setting {
                number,
                pattern: pattern.value.parse().ok()?,
                value: &value.value,
            })
        })
        .collect();
    settings.sort_by_key(|setting| setting.pattern.specificity());
    settings
}

/// The patterns with the paths that each of them names.
fn named<'r, 'p>(
    request: &Request<'r>,
    effective: Option<&Tree<'_>>,
    paths: &'p [Path],
) -> Vec<(Setting<'r>, Vec<&'p Path>)> {
    let settings = settings(request).into_iter();
    let mut found: Vec<(Setting<'_>, Vec<&Path>)> = settings.map(|one| (one, Vec::new())).collect();
    let index = PatternIndex::of(found.iter().map(|(setting, _)| &setting.pattern));
    for path in paths {
        for at in index.around(path) {
            if let Some((setting, named)) = found.get_mut(at)
                && setting.pattern.names(path, effective.into_iter().cloned())
            {
                named.push(path);
            }
        }
    }
    found
}

/// Paths without those that lie in another one: what is set as a whole covers what was changed in it.
fn outermost(mut paths: Vec<Path>) -> Vec<Path> {
    // What lies in a path follows it.
    paths.sort();
    let mut kept: Vec<Path> = Vec::new();
    for path in paths {
        if !kept.last().is_some_and(|last| last.contains(&path)) {
            kept.push(path);
        }
    }
    kept
}

/// A value with the placeholders of its texts filled in.
fn filled(value: &Value, names: &PreviewNames<'_>) -> Value {
    match value {
        Value::String(text) => Value::String(names.fill(text)),
        Value::Seq(items) => items
            .iter()
            .map(|item| filled(item, names))
            .collect::<Vec<_>>()
            .into(),
        Value::Map(entries) => {
            let entries = entries.iter();
            let filled = entries.map(|(key, value)| (key.clone(), filled(value, names)));
            Value::Map(filled.collect())
        }
        other => other.clone(),
    }
}

/// About how many bytes a value has.
fn size(value: &Value) -> u64 {
    match value {
        Value::String(text) => text.len() as u64,
        Value::Seq(items) => 1 + items.iter().map(size).sum::<u64>(),
        Value::Map(map) => map
            .iter()
            .map(|(key, value)| key.len() as u64 + size(value))
            .sum(),
        _ => 8,
    }
}

/// All paths of a value, that of the whole apart.
fn walk(value: &Value, path: &Path, paths: &mut Vec<Path>) {
    let mut below = |path: Path, value: &Value| {
        paths.push(path.clone());
        walk(value, &path, paths);
    };
    match value {
        Value::Map(map) => map
            .iter()
            .for_each(|(key, value)| below(path.key(key), value)),
        Value::Seq(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| below(path.index(index), item));
        }
        _ => {}
    }
}

/// The bytes that texts with the hosts of a preview may have together: a short host may stand in a text a million times.
const MOST_MADE: u64 = 16 << 20;

/// Puts the hosts of the preview in the place of the source's.
struct Readdressing<'r> {
    hosts: &'r Hosts,
    /// What the texts may still have.
    room: Budget,
    changed: &'r mut Vec<Path>,
}

impl Readdressing<'_> {
    fn visit(&mut self, value: &mut Value, path: &Path) {
        match value {
            Value::Map(map) => {
                for (key, value) in map {
                    self.visit(value, &path.key(key));
                }
            }
            Value::Seq(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.visit(item, &path.index(index));
                }
            }
            Value::String(text) if !self.room.is_spent() => {
                if let Some(new) = rewritten(text, self.hosts, &self.room) {
                    *text = new;
                    self.changed.push(path.clone());
                }
            }
            _ => {}
        }
    }
}

fn step<'v>(value: &'v Value, segment: &Segment) -> Option<&'v Value> {
    match (value, segment) {
        (Value::Map(map), Segment::Key(key)) => map.get(key),
        (Value::Seq(items), Segment::Index(index)) => items.get(*index),
        _ => None,
    }
}

fn at<'v>(value: &'v Value, path: &Path) -> Option<&'v Value> {
    path.segments().iter().try_fold(value, step)
}

/// Puts a value where another one is.
fn put(root: &mut Value, path: &Path, new: Value) -> bool {
    let mut place = root;
    for segment in path.segments() {
        let next = match (place, segment) {
            (Value::Map(map), Segment::Key(key)) => map.get_mut(key),
            (Value::Seq(items), Segment::Index(index)) => items.get_mut(*index),
            _ => None,
        };
        match next {
            Some(next) => place = next,
            // A value above it was replaced by a more general pattern.
            None => return false,
        }
    }
    *place = new;
    true
}

/// The file: the source's own with its comments, where that is all that there is; else all layers in one.
fn written(
    request: &Request<'_>,
    names: &PreviewNames<'_>,
    source: &EnvironmentValues<'_>,
    after: &Value,
    changes: &[(Path, Option<Value>, Value)],
) -> Result<String, Problem> {
    let base = base(source)?;
    let base = Document::parse(base);
    let (mut sets, mut known): (Vec<(Path, &Value)>, _) = (Vec::new(), BTreeSet::new());
    for (path, _, _) in changes {
        let path = writable(&base, path);
        if let Some(value) = at(after, &path)
            && known.insert(path.clone())
        {
            sets.push((path, value));
        }
    }
    let edits: Vec<Change<'_>> = sets
        .iter()
        .map(|(path, value)| Change::Set(path, (*value).into()))
        .collect();
    let edited = change_all(&base, &edits);
    // The file is a new one, so nobody misses its anchors.
    let edited = edited.or_else(|error| match (error, base.root()) {
        ((_, EditError::Anchored { .. } | EditError::Shared(_)), Some(root)) => {
            let flat = Document::parse(envlint_yaml::emit_pretty(&root.to_value()));
            Ok(change_all(&flat, &edits)?.or(Some(flat)))
        }
        (error, _) => Err(error),
    });
    let edited = edited.map_err(|(path, error)| {
        let message = text!(
            "`{}` of {} cannot be set in {}: {}",
            path,
            Name(&names.app),
            Name(&source.file.path),
            Said(&error)
        );
        Problem::without_place(message)
    })?;
    let body = edited.as_ref().unwrap_or(&base).source();
    // A name may have a line feed in it, which would end the comment.
    let from = request.from.name.replace(char::is_control, " ");
    Ok(format!(
        "# Values of {} for pull request {}, made by `envlint preview` of those of {from}.\n{body}",
        names.app, request.number
    ))
}

/// What the file of a preview begins as.
fn base(source: &EnvironmentValues<'_>) -> Result<String, Problem> {
    let file = source.file;
    let unread = |path: &str, reason| {
        let message = text!("cannot read {}: {}", Name(path), reason);
        Problem::without_place(message).help(
            "the values of a preview are made of all layers; what is encrypted belongs into a secret backend",
        )
    };
    if file.is_encrypted() {
        return Err(unread(&file.path, "it is encrypted".into()));
    }
    for layer in file.others() {
        if let Err(error) = &layer.source {
            return Err(unread(&layer.path, text!("{}", error)));
        }
    }
    let own = file.source.as_ref().ok();
    let is_plain = |source: &&std::sync::Arc<Source>| source.document.documents().len() == 1;
    if let Some(own) = own.filter(is_plain)
        && file.is_own_file()
        && !file.is_layered()
    {
        return Ok(ended(own.text()));
    }
    let layers = match file.layers() {
        Some(Ok(layers)) => layers,
        Some(Err(error)) => return Err(unread(&file.path, text!("{}", Said(error)))),
        None => return Err(unread(&file.path, "it is no map of values".into())),
    };
    let table = Given::layers(layers.iter().copied()).table();
    Ok(ended(&envlint_yaml::emit_pretty(&Value::Map(
        table.to_map(),
    ))))
}

fn ended(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

/// Where a value is to be written: a list that only the chart's defaults have is written as a whole, since Helm replaces
/// lists.
fn writable(base: &Document, path: &Path) -> Path {
    let mut above = Path::root();
    for segment in path.segments() {
        if matches!(segment, Segment::Index(_)) && base.get(&above).is_none() {
            return above;
        }
        above.push(segment.clone());
    }
    above
}
