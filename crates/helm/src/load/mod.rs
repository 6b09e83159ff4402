//! Reading a chart: a directory or a `.tgz` becomes a list of files, and the list becomes a [`Chart`] (Helm: pkg/chart/loader and
//! pkg/chart/v2/loader).

mod archive;
mod assemble;
mod directory;
mod ignore;
mod sniff;

use std::path::{Path, PathBuf};

use crate::chart::{Chart, SourceFile};

/// The largest file that Helm loads (Helm: archive.MaxDecompressedFileSize).
pub(crate) const MAX_FILE_SIZE: u64 = 5 * 1024 * 1024;
/// The largest chart that Helm unpacks (Helm: archive.MaxDecompressedChartSize). Directories are held to it as well.
pub(crate) const MAX_CHART_SIZE: u64 = 100 * 1024 * 1024;
/// No chart known to us has a tenth of this; an archive of empty files must not fill the memory.
pub(crate) const MAX_FILES: usize = 20_000;

/// Where the loader may look.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Symbolic links may lead to places inside the chart, and inside this directory when it is given (a workspace whose charts
    /// share a library chart by a link). Helm follows every link; a chart from a pull request could then read the machine.
    pub links_within: Option<PathBuf>,
    /// Is told the name and the bytes of every file, before anything can be said about them.
    pub seen: Option<fn(&str, &[u8])>,
}

/// A chart that could not be loaded. The text is Helm's where Helm has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LoadError(pub(crate) String);

impl LoadError {
    pub(crate) fn new(message: impl Into<String>) -> LoadError {
        LoadError(message.into())
    }
}

/// Loads the chart at `path`.
///
/// # Errors
/// Nothing there, not a chart, limits exceeded, or metadata that Helm refuses.
pub fn load(path: &Path, options: &LoadOptions) -> Result<Chart, LoadError> {
    let path = std::path::absolute(path)
        .map_err(|e| LoadError::new(format!("{}: {e}", path.display())))?;
    let meta = std::fs::metadata(&path)
        .map_err(|e| LoadError::new(format!("stat {}: {}", path.display(), reason(&e))))?;
    if meta.is_dir() {
        let mut directory = directory::Directory::new(&path, options);
        let manifest = directory.file("Chart.yaml")?.ok_or_else(|| {
            let shown = path.join("Chart.yaml");
            let shown = shown.display();
            LoadError::new(format!(
                "unable to detect chart at {shown}: open {shown}: no such file or directory"
            ))
        })?;
        check_api_version(manifest)?;
        assemble::chart(directory::read(directory)?, options.seen)
    } else {
        let files = archive::read_file(&path)?;
        let manifest = files.iter().find(|f| f.name() == "Chart.yaml");
        let manifest = manifest
            .ok_or_else(|| LoadError::new("unable to detect chart version, no Chart.yaml found"))?;
        check_api_version(manifest.data())?;
        assemble::chart(files, options.seen)
    }
}

/// Builds a chart from files in memory; names are relative to the chart, with `/`.
///
/// # Errors
/// As [`load`], without those of the disk.
pub fn from_files(files: Vec<(String, Vec<u8>)>) -> Result<Chart, LoadError> {
    let files: Vec<SourceFile> = files
        .into_iter()
        .map(|(name, data)| SourceFile::new(name, data))
        .collect();
    if let Some(manifest) = files.iter().find(|f| f.name() == "Chart.yaml") {
        check_api_version(manifest.data())?;
    }
    assemble::chart(files, None)
}

/// Helm detects the chart format before it loads anything (Helm: chart/loader.LoadDir, chartBase).
fn check_api_version(manifest: &[u8]) -> Result<(), LoadError> {
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
        _ => Err(LoadError::new("unsupported chart version")),
    }
}

/// The operating system's reason as Go prints it: lower case, without "(os error 2)".
pub(crate) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        std::io::ErrorKind::NotADirectory => "not a directory".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error")
                .next()
                .unwrap_or_default()
                .to_lowercase()
        }
    }
}
