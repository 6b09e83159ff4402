//! How much the values files of an app may hold together.

use std::collections::HashSet;
use std::sync::Arc;

use envlint_budget::Budget;

use super::values_file::{LayerFile, ValuesFile};
use super::{App, Workspace};
use crate::source::{MOST_VALUES, ReadError, Source};

/// A pattern that begins with `*` is held against all paths of an app; all of them together against so many values.
const MOST_TRIES: u64 = 100_000_000;

/// What is left for the files of an app. A layer that several environments share is in memory once.
#[derive(Debug)]
pub(super) struct Room {
    left: Budget,
    counted: HashSet<*const LayerFile>,
    /// How many of the declarations begin with `*`, where that is what bounds the files.
    open: Option<usize>,
}

impl Room {
    /// The room of an app with nothing in it.
    pub(super) fn of(app: &App, workspace: &Workspace) -> Room {
        let own = app.config(workspace).map(|config| &config.per_environment);
        let declared = workspace.config.per_environment.iter();
        let declared = declared.chain(own.into_iter().flatten());
        let open = declared.filter(|declaration| declaration.path.value.begins_openly());
        Room::with(open.count())
    }

    /// The room of an app with so many declarations that begin with `*`.
    fn with(open: usize) -> Room {
        let tries = MOST_TRIES / (open as u64).max(1);
        Room {
            left: Budget::new(tries.min(MOST_VALUES)),
            counted: HashSet::new(),
            open: (tries < MOST_VALUES).then_some(open),
        }
    }

    /// The same file where it and its layers still have room: all files of an app are in memory while it is checked.
    pub(super) fn take(&mut self, file: ValuesFile) -> ValuesFile {
        let size = |source: &Result<Arc<Source>, ReadError>| {
            let source = source.as_ref().ok();
            source.map_or(0, |source| source.document.size() as u64)
        };
        let layers = file
            .others()
            .filter(|layer| self.counted.insert(Arc::as_ptr(layer)));
        let layers: u64 = layers.map(|layer| size(&layer.source)).sum();
        match self.left.spend(size(&file.source) + layers) {
            true => file,
            false => file.refused(match self.open {
                Some(open) => ReadError::TooManyTries(open),
                None => ReadError::TooMany,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::values_file::Around;
    use super::*;
    use crate::workspace::{Environment, Tier};

    fn source(path: &str) -> Result<Arc<Source>, ReadError> {
        Ok(Arc::new(Source::new(path, "a: [1, 2]\n")))
    }

    #[test]
    fn a_layer_takes_room_once_and_the_file_that_has_none_is_refused() {
        let layer = Arc::new(LayerFile::of("base.yaml", source("base.yaml")));
        let size = layer.source.as_ref().expect("text").document.size() as u64;
        let mut room = Room {
            left: Budget::new(3 * size),
            ..Room::with(0)
        };
        let is_refused = |name: &str| {
            let environment = Environment::named(name, Tier::Production, 0);
            let file = ValuesFile::new(environment, name.to_owned(), source(name));
            let around = Around {
                below: vec![Arc::clone(&layer)],
                ..Around::default()
            };
            let file = room.take(file.within(around));
            matches!(file.source, Err(ReadError::TooMany))
        };
        assert_eq!(
            ["dev", "staging", "prod"].map(is_refused),
            [false, false, true]
        );
    }

    #[test]
    fn many_open_patterns_leave_less_room() {
        assert_eq!(Room::with(50).left.left(), MOST_VALUES);
        let mut room = Room::with(50_000_000);
        let environment = Environment::named("dev", Tier::Production, 0);
        let file = ValuesFile::new(environment, "dev".to_owned(), source("dev"));
        let refused = room.take(file).source.expect_err("no room");
        assert!(
            refused.to_string().contains("50000000 patterns"),
            "{refused}"
        );
    }
}
