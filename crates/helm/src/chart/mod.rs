//! The chart as it lies on disk: metadata, files, default values, charts that it brings along. Immutable and shared by renders.

mod decode;
mod head;
mod metadata;

use std::path::Path;
use std::sync::Arc;

use envlint_yaml::{Map, Value};

use crate::load::{self, LoadError, LoadOptions};
use crate::parsed::Parsed;
use crate::warning::Warning;

pub(crate) use decode::DecodeError;
pub(crate) use head::Head;
pub use metadata::{ChartType, Dependency, ImportValues, Maintainer, Metadata};

/// One file of a chart. Cloning shares the bytes.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: Arc<str>,
    data: Arc<[u8]>,
}

impl SourceFile {
    /// A file; a UTF-8 byte order mark is dropped, as Helm does with every file that it loads.
    pub(crate) fn new(name: String, data: Vec<u8>) -> SourceFile {
        let data = match data.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => Arc::from(rest),
            None => Arc::from(data),
        };
        SourceFile {
            name: name.into(),
            data,
        }
    }

    /// The path relative to its chart, with `/`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bytes.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The bytes, shared.
    pub(crate) fn shared_data(&self) -> Arc<[u8]> {
        Arc::clone(&self.data)
    }

    /// The text, with U+FFFD in place of bytes that are not UTF-8.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.data)
    }

    /// Whether both have the same bytes in memory.
    pub(crate) fn is_same(&self, other: &SourceFile) -> bool {
        Arc::ptr_eq(&self.data, &other.data)
    }

    /// The same file under another name: a file of a subchart loses the prefix of its directory.
    pub(crate) fn renamed(&self, name: &str) -> SourceFile {
        SourceFile {
            name: name.into(),
            data: Arc::clone(&self.data),
        }
    }
}

/// A loaded chart with its subcharts. `Send + Sync`: one chart serves the renders of all environments.
#[derive(Debug)]
pub struct Chart {
    pub(crate) metadata: Metadata,
    pub(crate) values: Map,
    pub(crate) values_file: Option<SourceFile>,
    pub(crate) schema: Option<crate::values::Schema>,
    pub(crate) templates: Vec<SourceFile>,
    pub(crate) files: Vec<SourceFile>,
    pub(crate) dependencies: Vec<Arc<Chart>>,
    pub(crate) warnings: Vec<Warning>,
    /// The parsed templates of the whole tree, when this is its root.
    pub(crate) parsed: Parsed,
}

impl Chart {
    /// Loads a chart from a directory or a `.tgz`.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn load(path: impl AsRef<Path>) -> Result<Chart, LoadError> {
        load::load(path.as_ref(), &LoadOptions::default())
    }

    /// As [`Chart::load`], with a say in which symbolic links are followed.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn load_with(path: impl AsRef<Path>, options: &LoadOptions) -> Result<Chart, LoadError> {
        load::load(path.as_ref(), options)
    }

    /// Builds a chart from files in memory: pairs of a name relative to the chart and the content.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn from_files(files: Vec<(String, Vec<u8>)>) -> Result<Chart, LoadError> {
        load::from_files(files)
    }

    /// The name in `Chart.yaml`.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// The metadata of `Chart.yaml` (and `requirements.yaml`).
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The chart's own `values.yaml`, integers kept as integers. Empty when there is none.
    pub fn values(&self) -> &Map {
        &self.values
    }

    /// The file `values.yaml`, to point at places in it.
    pub fn values_file(&self) -> Option<&SourceFile> {
        self.values_file.as_ref()
    }

    /// The text of `values.schema.json`.
    pub fn schema(&self) -> Option<&[u8]> {
        self.schema.as_ref().map(|schema| schema.source())
    }

    /// The files under `templates/`, in the order of loading.
    pub fn templates(&self) -> &[SourceFile] {
        &self.templates
    }

    /// What `.Files` has: every file that is nothing else, `crds/` included.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The charts in `charts/`, enabled or not, in the order of their names.
    pub fn dependencies(&self) -> &[Arc<Chart>] {
        &self.dependencies
    }

    /// What Helm would log while loading.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The files in `crds/` that are manifests (Helm: Chart.CRDObjects), subcharts not included.
    pub fn crds(&self) -> impl Iterator<Item = &SourceFile> {
        let manifest = |name: &str| {
            name.rsplit_once('.').is_some_and(|(_, ext)| {
                ["yaml", "yml", "json"]
                    .iter()
                    .any(|known| ext.eq_ignore_ascii_case(known))
            })
        };
        self.files
            .iter()
            .filter(move |f| f.name().starts_with("crds/") && manifest(f.name()))
    }
}

/// `apiVersion` of a `Chart.yaml`, empty when it has none (Helm: chartBase in pkg/chart/loader).
pub(crate) fn api_version(manifest: &[u8]) -> Result<String, DecodeError> {
    let value = crate::read::document(manifest).map_err(DecodeError::Yaml)?;
    let mut version = String::new();
    decode::structure(
        &value,
        "loader.chartBase",
        "chartBase",
        &mut |key, field| {
            if key.is("apiVersion") {
                field.string(&mut version)?;
            }
            Ok(())
        },
    )?;
    Ok(version)
}

/// Reads `Chart.lock`: only whether Helm could, since nothing else of it matters to a render.
pub(crate) fn check_lock(data: &[u8]) -> Result<(), DecodeError> {
    let value = crate::read::document(data).map_err(DecodeError::Yaml)?;
    decode::structure(&value, "v2.Lock", "Lock", &mut |key, field| {
        if key.is("generated") && !matches!(field.value(), Value::String(_) | Value::Null) {
            return Err(DecodeError::Json(
                "Time.UnmarshalJSON: input is not a JSON string".to_owned(),
            ));
        }
        if key.is("digest") {
            field.string(&mut String::new())?;
        }
        Ok(())
    })
}
