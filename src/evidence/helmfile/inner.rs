//! Helmfiles that another one takes in: `helmfiles:`.

use std::rc::Rc;

use envlint_yaml::{Map, Node, Value};

use super::reader::Reader;
use super::situation::lay_over;
use super::state::State;
use crate::evidence::files::Files;
use crate::evidence::holes::has_holes;
use crate::evidence::nodes::{items, text};

/// A helmfile that another one takes in.
pub(super) struct Inner {
    /// As it is written.
    pub path: String,
    /// The files; none where it lies elsewhere.
    pub found: Option<Vec<String>>,
    /// Which of its releases, where not all.
    pub selectors: Vec<String>,
    /// What is laid over its values.
    pub values: Rc<Map>,
    /// Whether it is given any `values:`, though they may come to nothing: `{{ toYaml .Values }}`.
    pub has_values: bool,
}

/// The helmfiles that a helmfile takes in.
pub(super) fn inner_of(state: &State, reader: &Reader<'_, '_>) -> Vec<Inner> {
    let entries = state.last(|root| {
        let entries = items(root, &["helmfiles"]);
        (!entries.is_empty()).then_some(entries)
    });
    let inner = |entry: &Node| {
        let path = entry.as_str().or_else(|| text(entry, &["path"]))?;
        let is_elsewhere = path.contains("://") || path.contains("::") || has_holes(path);
        let full = reader
            .path(&state.directory, path)
            .filter(|_| !is_elsewhere);
        let mut values = Map::new();
        for entry in items(entry, &["values"]) {
            let value = match entry.as_str() {
                None => entry.to_value(),
                Some(file) => {
                    let full = reader.path(&state.directory, file);
                    let text = full.as_ref().and_then(|full| reader.text(full));
                    let text = text.unwrap_or_default();
                    let path = full.unwrap_or_default();
                    let text = match path.ends_with(".gotmpl") {
                        true => state.situation.file_text(&reader.home(&path), &text),
                        false => text.to_string(),
                    };
                    let document = reader.document(&text);
                    document.root().map_or(Value::Null, Node::to_value)
                }
            };
            if let Value::Map(map) = value {
                lay_over(&mut values, map);
            }
        }
        let selectors = items(entry, &["selectors"]).iter();
        Some(Inner {
            path: path.to_owned(),
            found: full.map(|full| helmfiles_at(&full, reader.files)),
            selectors: selectors
                .filter_map(|selector| selector.as_str().map(str::to_owned))
                .collect(),
            values: Rc::new(values),
            has_values: !items(entry, &["values"]).is_empty(),
        })
    };
    entries.into_iter().flatten().filter_map(inner).collect()
}

/// The helmfiles at a path: a file, what a pattern names, or all of a directory.
/// helmfile: pkg/app/app.go, `findDesiredStateFiles`
pub(super) fn helmfiles_at(path: &str, files: &Files<'_>) -> Vec<String> {
    let is_directory = !files.is_file(path) && files.is_directory(path);
    let found = match () {
        () if path.contains('*') => files.matching(path),
        () if is_directory && !path.is_empty() => files.matching(&format!("{path}/*.y*ml*")),
        () if files.is_file(path) => return vec![path.to_owned()],
        () => Vec::new(),
    };
    found.into_iter().map(str::to_owned).collect()
}
