//! Where the loader may look, how much it may read, and why it stops.

use std::path::PathBuf;

use super::together::Together;

/// The largest chart that Helm unpacks or reads from a directory (Helm: archive.MaxDecompressedChartSize).
pub(crate) const MAX_CHART_SIZE: u64 = 100 * 1024 * 1024;
/// No chart known to us has a tenth of this; an archive of empty files must not fill the memory.
pub(crate) const MAX_FILES: usize = 20_000;

/// Where the loader may look.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Symbolic links may lead to places inside the chart, and inside this directory when it is given (a repository whose charts
    /// share files by links); the chart itself must then be in it, too. Helm follows every link; a chart from a pull request
    /// could then read the machine.
    pub links_within: Option<PathBuf>,
    /// Is told the name and the bytes of every file, before anything can be said about them.
    pub seen: Option<fn(&str, &[u8])>,
    /// Whether a chart of a format that nobody knows (`apiVersion: 1.0.0`) is loaded as one of version 2, as Helm 3 does, which Argo
    /// CD and Flux have (Helm 3.22: pkg/chart/metadata.go). Helm 4 refuses it.
    pub any_format: bool,
    /// Whether charts that Chart.yaml names with `file://…` and that `charts/` lacks are taken from there, as `helm dependency
    /// build` does, and with it Argo CD, Flux and helmfile. Only where `links_within` says which places may be read.
    pub brings_local: bool,
    /// What the chart shares with others that are in memory together with it.
    pub together: Option<Together>,
}

/// A chart that could not be loaded. The text is Helm's where Helm has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LoadError {
    message: String,
    is_limit: bool,
}

impl LoadError {
    pub(crate) fn new(message: impl Into<String>) -> LoadError {
        LoadError {
            message: message.into(),
            is_limit: false,
        }
    }

    pub(crate) fn at_limit(self, is_limit: bool) -> LoadError {
        LoadError { is_limit, ..self }
    }

    /// Whether Helm may load the chart: it is more than is loaded here.
    pub fn is_limit(&self) -> bool {
        self.is_limit
    }
}
