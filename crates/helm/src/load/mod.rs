//! Reading a chart: a directory or a `.tgz` becomes a list of files, and the list becomes a [`Chart`] (Helm: pkg/chart/loader and
//! pkg/chart/v2/loader).

mod allowance;
mod archive;
mod assemble;
mod directory;
mod ignore;
mod local;
mod options;
mod sniff;
mod together;

use std::path::Path;

use crate::chart::Chart;
use crate::source::SourceFile;
use crate::system::reason;

use allowance::Allowance;
use assemble::Loading;

pub use options::{LoadError, LoadOptions};
pub use together::Together;

impl Chart {
    /// Loads a chart from a directory or a `.tgz`.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn load(path: impl AsRef<Path>) -> Result<Chart, LoadError> {
        load(path.as_ref(), &LoadOptions::default())
    }

    /// As [`Chart::load`], with a say in which symbolic links are followed.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn load_with(path: impl AsRef<Path>, options: &LoadOptions) -> Result<Chart, LoadError> {
        load(path.as_ref(), options)
    }

    /// Builds a chart from files in memory: pairs of a name relative to the chart and the content.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn from_files(files: Vec<(String, Vec<u8>)>) -> Result<Chart, LoadError> {
        from_files(files)
    }
}

/// Loads the chart at `path`.
///
/// # Errors
/// Nothing there, not a chart, limits exceeded, or metadata that Helm refuses.
fn load(path: &Path, options: &LoadOptions) -> Result<Chart, LoadError> {
    let allowance = Allowance::within(options.together.as_ref());
    let chart = load_alone(path, options, &allowance)?;
    let brings = options.brings_local && options.links_within.is_some() && path.is_dir();
    let load = |path: &Path| load_alone(path, options, &allowance).ok();
    match brings {
        true => allowance.settle(Ok(local::bring(chart, path, &load))),
        false => Ok(chart),
    }
}

/// Loads the chart at `path` with what is in `charts/`.
fn load_alone(
    path: &Path,
    options: &LoadOptions,
    allowance: &Allowance,
) -> Result<Chart, LoadError> {
    let path = std::path::absolute(path)
        .map_err(|e| LoadError::new(format!("{}: {e}", path.display())))?;
    let meta = std::fs::metadata(&path)
        .map_err(|e| LoadError::new(format!("stat {}: {}", path.display(), reason(&e))))?;
    if let Some(within) = &options.links_within {
        directory::held(&path, within)?;
    }
    let loading = Loading {
        seen: options.seen,
        allowance,
    };
    if !meta.is_dir() && !meta.is_file() {
        return Err(LoadError::irregular(&path));
    }
    if meta.is_dir() {
        let mut directory = directory::Directory::new(&path, options);
        let manifest = directory.file("Chart.yaml")?.ok_or_else(|| {
            let shown = path.join("Chart.yaml");
            let shown = shown.display();
            LoadError::new(format!(
                "unable to detect chart at {shown}: open {shown}: no such file or directory"
            ))
        })?;
        check_api_version(manifest, options.any_format)?;
        let files = directory::read(directory, allowance);
        allowance.settle(files.and_then(|files| assemble::chart(files, loading)))
    } else {
        let files = allowance.settle(archive::read_file(&path, allowance))?;
        let manifest = files.iter().find(|f| f.name() == "Chart.yaml");
        let manifest = manifest
            .ok_or_else(|| LoadError::new("unable to detect chart version, no Chart.yaml found"))?;
        check_api_version(manifest.data(), options.any_format)?;
        allowance.settle(assemble::chart(files, loading))
    }
}

/// Builds a chart from files in memory; names are relative to the chart, with `/`.
///
/// # Errors
/// As [`load`], without those of the disk.
fn from_files(files: Vec<(String, Vec<u8>)>) -> Result<Chart, LoadError> {
    let files: Vec<SourceFile> = files
        .into_iter()
        .map(|(name, data)| SourceFile::new(name, data))
        .collect();
    if let Some(manifest) = files.iter().find(|f| f.name() == "Chart.yaml") {
        check_api_version(manifest.data(), false)?;
    }
    let allowance = Allowance::within(None);
    let loading = Loading {
        seen: None,
        allowance: &allowance,
    };
    allowance.settle(assemble::chart(files, loading))
}

/// Helm detects the chart format before it loads anything (Helm: chart/loader.LoadDir, chartBase).
fn check_api_version(manifest: &[u8], any_format: bool) -> Result<(), LoadError> {
    // Nearly every chart says it on a line of its own. Mistakes elsewhere are found when the whole file is read.
    let lines = manifest.split(|byte| *byte == b'\n');
    let mut told = lines.filter(|line| line.starts_with(b"apiVersion"));
    if let (Some(b"apiVersion: v1" | b"apiVersion: v2"), None) = (told.next(), told.next()) {
        return Ok(());
    }
    let version = crate::chart::api_version(manifest)
        .map_err(|e| LoadError::new(format!("cannot load Chart.yaml: {e}")))?;
    match version.as_str() {
        "" | "v1" | "v2" => Ok(()),
        // Helm 4 parses this experimental format and then refuses to install it (Helm: Install.RunWithContext).
        "v3" => Err(LoadError::new("invalid chart apiVersion")),
        _ if any_format => Ok(()),
        _ => Err(LoadError::new("unsupported chart version")),
    }
}
