//! Files that were read, once nobody needs their values any more.

use std::sync::Arc;

use envlint_yaml::Problem as Mistake;

use super::Workspace;
use super::values_file::read;
use crate::evidence::LayerPath;
use crate::source::Source;

/// What is known of a file that was looked at. A check reads ten thousands of them: of one that only an app has, the values
/// are gone with the app.
#[derive(Debug)]
pub struct ReadFile {
    /// Whether nothing in it kept its values from being known.
    pub is_readable: bool,
    values: Values,
}

/// Where the values of a file are.
#[derive(Debug)]
enum Values {
    /// In memory, since apps share the file: the defaults of a chart, a layer.
    Held(Arc<Source>),
    /// Only on the disk.
    OnDisk(LayerPath),
}

impl ReadFile {
    /// A file that stays in memory anyway.
    pub fn held(source: &Arc<Source>) -> ReadFile {
        ReadFile {
            is_readable: is_readable(source),
            values: Values::Held(Arc::clone(source)),
        }
    }

    /// A file, or a part of one, whose values are let go of.
    pub fn on_disk(source: &Source, layer: LayerPath) -> ReadFile {
        ReadFile {
            is_readable: is_readable(source),
            values: Values::OnDisk(layer),
        }
    }

    /// Its path, relative to the workspace's root.
    pub fn path(&self) -> &str {
        match &self.values {
            Values::Held(source) => &source.path,
            Values::OnDisk(layer) => &layer.path,
        }
    }

    /// The file with its values, which are read again where they are gone; none where it cannot be read any more.
    pub fn again(&self, workspace: &Workspace) -> Option<Arc<Source>> {
        match &self.values {
            Values::Held(source) => Some(Arc::clone(source)),
            Values::OnDisk(layer) => read(&workspace.root, layer).ok(),
        }
    }
}

fn is_readable(source: &Source) -> bool {
    !source.document.errors().iter().any(Mistake::is_fatal)
}
