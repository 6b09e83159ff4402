//! A configuration of HelmEnvDelta, version 2, as far as it can be converted
//! (<https://github.com/BCsabaEngine/helm-env-delta>, `config.schema.json`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::transforms::with_files;
use crate::masking::{Said, text};
use crate::source::{Location, Problem, ReadError, Source, boundary, read_text};

/// How many files may inherit from each other there.
const DEEPEST: usize = 5;

/// What is said of the files that a glob names.
pub(super) type ByGlob<T> = BTreeMap<String, Vec<T>>;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Hed {
    extends: Option<String>,
    pub(super) source: Option<String>,
    pub(super) destination: Option<String>,
    pub(super) prune: bool,
    /// Globs of the files that count; all when there are none.
    pub(super) include: Vec<String>,
    /// Globs of those that do not.
    pub(super) exclude: Vec<String>,
    pub(super) skip_path: ByGlob<String>,
    pub(super) transforms: BTreeMap<String, Transform>,
    pub(super) stop_rules: ByGlob<StopRule>,
    pub(super) fixed_values: ByGlob<FixedValue>,
    pub(super) output_format: Option<OutputFormat>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Transform {
    pub(super) content: Vec<Replacement>,
    /// A file of replacements, or several; when the configuration is read, they are put before `content`.
    pub(super) content_file: Option<serde_json::Value>,
    pub(super) filename: Vec<Replacement>,
    /// The same for names of files.
    pub(super) filename_file: Option<serde_json::Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Replacement {
    pub(super) find: String,
    pub(super) replace: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct StopRule {
    pub(super) r#type: String,
    pub(super) path: Option<String>,
    pub(super) min: Option<serde_json::Value>,
    pub(super) max: Option<serde_json::Value>,
    pub(super) v_prefix: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FixedValue {
    pub(super) path: String,
    #[serde(default)]
    pub(super) value: serde_json::Value,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OutputFormat {
    pub(super) indent: Option<serde_json::Value>,
    pub(super) key_separator: bool,
    pub(super) quote_values: ByGlob<String>,
    pub(super) key_orders: ByGlob<String>,
    pub(super) key_sort: ByGlob<Sorted>,
    pub(super) array_sort: ByGlob<Sorted>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Sorted {
    pub(super) path: String,
    pub(super) sort_by: Option<String>,
    pub(super) order: Option<String>,
}

/// Where the files of a configuration may lie: in the git work tree of the one that is named, else beside it and below.
pub(super) struct Around(PathBuf);

impl Around {
    fn of(file: &Path) -> Around {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        let directory = file.parent().unwrap_or(Path::new("/"));
        // What cannot be found holds nothing.
        let directory = std::fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
        Around(boundary(&directory))
    }

    /// Reads a file that lies there, where its links lead, too.
    pub(super) fn read(&self, file: &Path) -> Result<String, ReadError> {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        read_text(&self.0, &file.to_string_lossy())
    }
}

impl Hed {
    /// Reads a file, and those that it inherits from.
    ///
    /// # Errors
    /// What is wrong with one of them, with its place.
    pub(super) fn read(file: &Path) -> Result<Hed, Problem> {
        let around = Around::of(file);
        let mut hed = Hed::one(file, &around)?;
        let mut place: PathBuf = file.to_owned();
        for _ in 0..DEEPEST {
            let Some(parent) = hed.extends.take() else {
                return Ok(hed);
            };
            place = place.parent().unwrap_or(Path::new("")).join(parent);
            hed = Hed::one(&place, &around)?.overlaid(hed);
        }
        Err(Problem::without_place(text!(
            "{} inherits from more than {} files, one after the other",
            file,
            DEEPEST
        )))
    }

    fn one(file: &Path, around: &Around) -> Result<Hed, Problem> {
        let text = around.read(file).map_err(|error| {
            Problem::without_place(text!("cannot read {}: {}", file, error))
                .help("name the configuration of HelmEnvDelta (`config.yaml`)")
        })?;
        let source = Arc::new(Source::new(file.display().to_string(), text));
        if let Some(error) = source.document.errors().first() {
            let place = Location::new(&source, error.span);
            return Err(Problem::located(place, text!("{}", Said(&error.message))));
        }
        let Some(root) = source.document.root() else {
            return Ok(Hed::default());
        };
        let mut hed: Hed =
            envlint_yaml::from_node(root).map_err(|error: envlint_yaml::DeError| {
                let place = Location::new(&source, error.span());
                Problem::located(place, text!("{}", Said(&error)))
            })?;
        let directory = file.parent().unwrap_or(Path::new(""));
        for transform in hed.transforms.values_mut() {
            with_files(transform, directory, around)?;
        }
        Ok(hed)
    }

    /// This one with what a child says: its single values count, and its lists follow.
    fn overlaid(self, child: Hed) -> Hed {
        let mut transforms = self.transforms;
        for (glob, more) in child.transforms {
            let known = transforms.entry(glob).or_default();
            known.content.extend(more.content);
            known.filename.extend(more.filename);
        }
        Hed {
            extends: self.extends,
            source: child.source.or(self.source),
            destination: child.destination.or(self.destination),
            prune: child.prune || self.prune,
            include: [self.include, child.include].concat(),
            exclude: [self.exclude, child.exclude].concat(),
            skip_path: joined(self.skip_path, child.skip_path),
            transforms,
            stop_rules: joined(self.stop_rules, child.stop_rules),
            fixed_values: joined(self.fixed_values, child.fixed_values),
            output_format: match (self.output_format, child.output_format) {
                (Some(parent), Some(child)) => Some(parent.overlaid(child)),
                (parent, child) => child.or(parent),
            },
        }
    }
}

impl OutputFormat {
    /// This one with what a child says.
    fn overlaid(self, child: OutputFormat) -> OutputFormat {
        OutputFormat {
            indent: child.indent.or(self.indent),
            key_separator: child.key_separator || self.key_separator,
            quote_values: joined(self.quote_values, child.quote_values),
            key_orders: joined(self.key_orders, child.key_orders),
            key_sort: joined(self.key_sort, child.key_sort),
            array_sort: joined(self.array_sort, child.array_sort),
        }
    }
}

fn joined<T>(mut parent: ByGlob<T>, child: ByGlob<T>) -> ByGlob<T> {
    for (glob, more) in child {
        parent.entry(glob).or_default().extend(more);
    }
    parent
}
