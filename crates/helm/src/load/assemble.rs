//! From files to a chart (Helm: pkg/chart/v2/loader/load.go, LoadFiles).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::allowance::Allowance;
use super::archive;
use super::options::LoadError;
use crate::chart::{self, Chart, DecodeError, Metadata};
use crate::layer::Layer;
use crate::parallel;
use crate::parsed::Parsed;
use crate::schema::Schema;
use crate::source::SourceFile;
use crate::warning::Warning;

/// Subcharts of subcharts of …: archives can nest without a directory tree that would bound them.
const MAX_DEPTH: usize = 32;

/// Charts that a chart says it depends on. No chart known to us names a fifth of this.
const MAX_DEPENDENCIES: usize = 1_000;

/// Makes a chart of its files.
pub(super) fn chart(files: Vec<SourceFile>, loading: Loading<'_>) -> Result<Chart, LoadError> {
    loading.tell(&files);
    assemble(files, 0, loading)
}

/// What holds for a chart and all charts in it.
#[derive(Clone, Copy)]
pub(super) struct Loading<'l> {
    /// Who is told of the files of a chart and of the archives in it.
    pub(super) seen: Option<fn(&str, &[u8])>,
    /// What the archives may still inflate to.
    pub(super) allowance: &'l Allowance,
}

impl Loading<'_> {
    fn tell(self, files: &[SourceFile]) {
        if let Some(seen) = self.seen {
            files.iter().for_each(|file| seen(file.name(), file.data()));
        }
    }
}

fn assemble(
    files: Vec<SourceFile>,
    depth: usize,
    loading: Loading<'_>,
) -> Result<Chart, LoadError> {
    if depth > MAX_DEPTH {
        return Err(LoadError::new(format!(
            "charts are nested more than {MAX_DEPTH} levels deep"
        )));
    }
    let mut builder = Builder::default();
    let mut metadata = None;
    for file in files.iter().filter(|f| f.name() == "Chart.yaml") {
        let metadata = metadata.get_or_insert_with(Metadata::default);
        metadata
            .read_into(file.data())
            .map_err(|e| cannot_load("Chart.yaml", &e))?;
        if metadata.api_version.is_empty() {
            metadata.api_version = "v1".to_owned();
        }
    }
    builder.metadata = metadata;
    for file in files {
        builder.add(file)?;
    }
    builder.finish(depth, loading)
}

fn cannot_load(what: &str, error: &DecodeError) -> LoadError {
    match error {
        // Helm accepts the null while reading and refuses it while validating.
        DecodeError::Empty(_) => LoadError::new(error.to_string()),
        _ => LoadError::new(format!("cannot load {what}: {error}")),
    }
}

#[derive(Default)]
struct Builder {
    metadata: Option<Metadata>,
    values: Option<SourceFile>,
    schema: Option<Schema>,
    templates: Vec<SourceFile>,
    files: Vec<SourceFile>,
    subcharts: BTreeMap<String, Vec<SourceFile>>,
    warnings: Vec<Warning>,
}

impl Builder {
    fn add(&mut self, file: SourceFile) -> Result<(), LoadError> {
        match file.name() {
            "Chart.yaml" => {}
            "Chart.lock" => {
                chart::check_lock(file.data()).map_err(|e| cannot_load("Chart.lock", &e))?
            }
            "values.yaml" => self.values = Some(file),
            "values.schema.json" => self.schema = Some(Schema::new(file.shared_data())),
            "requirements.yaml" => {
                let keep = self.is_v1(Warning::RequirementsFile);
                let metadata = self.metadata.get_or_insert_with(Metadata::default);
                metadata
                    .read_into(file.data())
                    .map_err(|e| cannot_load("requirements.yaml", &e))?;
                self.files.extend(keep.then_some(file));
            }
            "requirements.lock" => {
                chart::check_lock(file.data()).map_err(|e| cannot_load("requirements.lock", &e))?;
                let keep = self.is_v1(Warning::RequirementsLock);
                self.files.extend(keep.then_some(file));
            }
            name if name.starts_with("templates/") => self.templates.push(file),
            name if name.starts_with("charts/") && !name.ends_with(".prov") => {
                let inner = name.strip_prefix("charts/").unwrap_or(name);
                let chart = inner.split('/').next().unwrap_or(inner).to_owned();
                let file = file.renamed(inner);
                self.subcharts.entry(chart).or_default().push(file);
            }
            _ => self.files.push(file),
        }
        Ok(())
    }

    /// Whether the chart has the old format; if not, the file is out of place and `warning` is kept.
    fn is_v1(&mut self, warning: Warning) -> bool {
        let v1 = self
            .metadata
            .as_ref()
            .is_some_and(|m| m.api_version == "v1");
        if !v1 {
            self.warnings.push(warning);
        }
        v1
    }

    fn finish(self, depth: usize, loading: Loading<'_>) -> Result<Chart, LoadError> {
        let missing = || LoadError::new("Chart.yaml file is missing");
        let metadata = self.metadata.ok_or_else(missing).and_then(|mut metadata| {
            metadata.validate().map_err(LoadError::new)?;
            if metadata.dependencies.len() > MAX_DEPENDENCIES {
                let message = format!("the chart names more than {MAX_DEPENDENCIES} dependencies");
                return Err(LoadError::new(message).at_limit(true));
            }
            Ok(metadata)
        });
        let parent = metadata.as_ref().map_or("", |m| m.name.as_str());
        let is_chart = |(name, _): &(String, Vec<SourceFile>)| !name.starts_with(['_', '.']);
        let subcharts: Vec<_> = self.subcharts.into_iter().filter(is_chart).collect();
        let size = |(_, files): &(String, Vec<SourceFile>)| {
            files.iter().map(|file| file.data().len()).sum()
        };
        let (values, subcharts) = parallel::join(
            (
                self.values.as_ref().map_or(0, |file| file.data().len()),
                || {
                    let values_of = |file| values(file, loading);
                    self.values.as_ref().map(values_of).transpose()
                },
            ),
            (subcharts.iter().map(size).sum(), || {
                parallel::map(subcharts, size, |(name, files)| {
                    let chart = subchart(&name, files, parent, (depth, loading))?;
                    let place = format!("charts/{name}");
                    Ok(Chart { place, ..chart })
                })
            }),
        );
        let mut chart = Chart {
            values: values?,
            metadata: metadata?,
            schema: self.schema,
            templates: self.templates,
            files: self.files,
            dependencies: Vec::new(),
            place: String::new(),
            warnings: self.warnings,
            parsed: Parsed::default(),
        };
        for subchart in subcharts {
            let subchart: Chart = subchart?;
            chart.warnings.extend(subchart.warnings.iter().cloned());
            chart.dependencies.push(Arc::new(subchart));
        }
        Ok(chart)
    }
}

fn values(file: &SourceFile, loading: Loading<'_>) -> Result<Layer, LoadError> {
    let read = Layer::read(file.data());
    let values = read.map_err(|e| {
        LoadError::new(format!("cannot load values.yaml: {e}")).at_limit(e.is_limit())
    })?;
    loading.allowance.admit(values)
}

/// The chart in `charts/NAME/` or `charts/NAME.tgz`.
fn subchart(
    name: &str,
    files: Vec<SourceFile>,
    parent: &str,
    (depth, loading): (usize, Loading<'_>),
) -> Result<Chart, LoadError> {
    let failed = |why: String| {
        LoadError::new(format!(
            "error unpacking subchart {name} in {parent}: {why}"
        ))
    };
    if name.ends_with(".tgz") {
        let archive = files
            .first()
            .filter(|file| file.name() == name)
            .ok_or_else(|| {
                let found = files.first().map_or("nothing", |file| file.name());
                LoadError::new(format!(
                    "error unpacking subchart tar in {parent}: expected {name}, got {found}"
                ))
            })?;
        let files = archive::read(archive.data(), loading.allowance).map_err(|e| {
            failed(match e {
                archive::ArchiveError::Header => "gzip: invalid header".to_owned(),
                archive::ArchiveError::Other(why) => why,
            })
        })?;
        loading.tell(&files);
        return assemble(files, depth + 1, loading)
            .map_err(|e| failed(e.to_string()).at_limit(e.is_limit()));
    }
    // A file directly in charts/ has no name inside of a chart and is dropped; alone, it is no chart.
    let inside = |file: &SourceFile| {
        file.name()
            .split_once('/')
            .map(|(_, inner)| file.renamed(inner))
    };
    assemble(
        files.iter().filter_map(inside).collect(),
        depth + 1,
        loading,
    )
    .map_err(|e| failed(e.to_string()).at_limit(e.is_limit()))
}
