//! The parsed templates of a chart tree: made by the first render that needs them, shared by the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use envlint_gotemplate::tree::Template;
use envlint_gotemplate::{Error, Functions, parse_trees};

use crate::source::SourceFile;

/// The trees of each template by its whole name, which is part of its error messages; a chart with two aliases has two. The file
/// is kept to tell apart two subcharts that claim one name.
type Trees = HashMap<Arc<str>, (SourceFile, Vec<Arc<Template>>)>;

/// A cache that belongs to the root chart.
#[derive(Debug, Default)]
pub(crate) struct Parsed(Mutex<Trees>);

impl Parsed {
    /// The templates that a file defines, itself included.
    ///
    /// # Errors
    /// The file does not parse. Errors are not kept.
    pub(crate) fn trees(
        &self,
        name: &Arc<str>,
        file: &SourceFile,
        functions: &Functions,
    ) -> Result<Vec<Arc<Template>>, Error> {
        // A panic elsewhere leaves the map as it was: entries are only ever added whole.
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, trees)) = lock().get(name)
            && known.is_same(file)
        {
            return Ok(trees.clone());
        }
        let trees = parse_trees(name, file.data(), functions)?;
        lock().insert(Arc::clone(name), (file.clone(), trees.clone()));
        Ok(trees)
    }
}
