//! The chart as it lies on disk: metadata, files, default values, charts that it brings along. Immutable and shared by renders.

mod decode;
mod head;
mod metadata;

use std::sync::Arc;

use envlint_yaml::Value;

use crate::layer::Layer;
use crate::parsed::Parsed;
use crate::schema::{CompiledSchema, Schema};
use crate::source::SourceFile;
use crate::warning::Warning;

pub(crate) use decode::DecodeError;
pub(crate) use head::Head;
pub use metadata::{ChartType, Dependency, ImportValues, Maintainer, Metadata};

/// A loaded chart with its subcharts. `Send + Sync`: one chart serves the renders of all environments.
#[derive(Debug)]
pub struct Chart {
    pub(crate) metadata: Metadata,
    pub(crate) values: Option<Layer>,
    pub(crate) schema: Option<Schema>,
    pub(crate) templates: Vec<SourceFile>,
    pub(crate) files: Vec<SourceFile>,
    pub(crate) dependencies: Vec<Arc<Chart>>,
    /// Where it lies, from the chart that it is in; nothing for a chart by itself.
    pub(crate) place: String,
    pub(crate) warnings: Vec<Warning>,
    /// The parsed templates of the whole tree, when this is its root.
    pub(crate) parsed: Parsed,
}

impl Chart {
    /// The name in `Chart.yaml`.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// The metadata of `Chart.yaml` (and `requirements.yaml`).
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The chart's own `values.yaml`; none when it has none.
    pub fn values(&self) -> Option<&Layer> {
        self.values.as_ref()
    }

    /// The text of `values.schema.json`.
    pub fn schema(&self) -> Option<&[u8]> {
        self.schema.as_ref().map(|schema| schema.source())
    }

    /// The chart's JSON Schema, ready to be applied, or why it cannot be; none when the chart has none.
    pub fn compiled_schema(&self) -> Option<Result<&CompiledSchema, &str>> {
        self.schema.as_ref().map(Schema::compiled)
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

    /// Where it lies, from the chart that it is in: `charts/backend`, `charts/backend-1.2.0.tgz`, or `../backend`, where
    /// Chart.yaml says so; nothing for a chart by itself.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Where a file of the chart's tree lies, from the chart, by the name that templates have (`charts/api/templates/a.yaml`
    /// of `api`, which is another name of `charts/backend-1.2.0`).
    pub fn place_of(&self, file: &str) -> String {
        let below = |file: &str| -> Option<String> {
            let (name, inside) = file.strip_prefix("charts/")?.split_once('/')?;
            let part = self.part(name)?;
            Some(format!("{}/{}", part.place, part.place_of(inside)))
        };
        below(file).unwrap_or_else(|| file.to_owned())
    }

    /// A template of the chart's tree, by the name that renders have for it without the chart's own.
    pub fn template(&self, file: &str) -> Option<&SourceFile> {
        let below = || {
            let (name, inside) = file.strip_prefix("charts/")?.split_once('/')?;
            self.part(name)?.template(inside)
        };
        let mut own = self.templates.iter();
        own.find(|template| template.name() == file).or_else(below)
    }

    /// The chart in this one that appears under a name, which may be an alias.
    fn part(&self, name: &str) -> Option<&Chart> {
        let mut listed = self.metadata.dependencies.iter();
        let entry = listed.find(|entry| entry.appears_as() == name);
        let mut parts = self.dependencies.iter();
        let part = match entry {
            Some(entry) => parts.find(|part| entry.takes(&part.metadata)),
            None => parts.find(|part| part.name() == name),
        };
        part.map(|part| &**part)
    }

    /// The chart with others beside those in `charts/`: as `helm dependency build` puts them there.
    pub(crate) fn with_dependencies(mut self, charts: impl IntoIterator<Item = Chart>) -> Chart {
        self.dependencies.extend(charts.into_iter().map(Arc::new));
        self.dependencies
            .sort_by(|left, right| left.name().cmp(right.name()));
        self
    }

    /// The names of the dependencies that are not in `charts/`, enabled or not: Helm refuses to install the chart.
    pub fn missing(&self) -> Vec<&str> {
        let is_present = |name: &str| self.dependencies.iter().any(|chart| chart.name() == name);
        let named = self.metadata.dependencies.iter();
        let names = named.map(|dependency| dependency.name.as_str());
        names.filter(|name| !is_present(name)).collect()
    }

    /// Whether no dependency is missing, of it and of the charts in it.
    pub fn has_all(&self) -> bool {
        self.missing().is_empty() && self.dependencies.iter().all(|chart| chart.has_all())
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
