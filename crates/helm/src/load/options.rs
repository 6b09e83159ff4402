//! Where the loader may look, how much it may read, and why it stops.

use std::path::{Path, PathBuf};

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
    cause: Cause,
}

/// What a chart could not be loaded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// What the files say.
    Content,
    /// A device, a pipe or a socket among the files, which Helm refuses as well.
    Irregular,
    /// A link among the files, or the chart itself, that is not followed.
    Link,
    /// There is more than is loaded here.
    Limit,
}

impl LoadError {
    fn of(cause: Cause, message: impl Into<String>) -> LoadError {
        LoadError {
            message: message.into(),
            cause,
        }
    }

    pub(crate) fn new(message: impl Into<String>) -> LoadError {
        LoadError::of(Cause::Content, message)
    }

    pub(crate) fn of_link(message: impl Into<String>) -> LoadError {
        LoadError::of(Cause::Link, message)
    }

    /// Helm: pkg/chart/v2/loader/directory.go, `LoadDir`.
    pub(crate) fn irregular(path: &Path) -> LoadError {
        let message = format!(
            "cannot load irregular file {} as it has file mode type bits set",
            path.display()
        );
        LoadError::of(Cause::Irregular, message)
    }

    pub(crate) fn at_limit(self, is_limit: bool) -> LoadError {
        match is_limit {
            true => LoadError::of(Cause::Limit, self.message),
            false => self,
        }
    }

    /// Whether Helm may load the chart: it is more than is loaded here.
    pub fn is_limit(&self) -> bool {
        self.cause == Cause::Limit
    }

    /// Whether a device, a pipe or a socket lies among the files: Helm refuses the chart, too.
    pub fn is_irregular(&self) -> bool {
        self.cause == Cause::Irregular
    }

    /// Whether a link is not followed: it leads to nothing, or out of what may be read. Where the chart is deployed from, it may
    /// lead elsewhere.
    pub fn is_of_link(&self) -> bool {
        self.cause == Cause::Link
    }

    /// The same with the paths of files below a directory as they are seen from it.
    #[must_use]
    pub fn seen_from(self, directory: &Path) -> LoadError {
        let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
        let above = format!("{}{}", directory.display(), std::path::MAIN_SEPARATOR);
        LoadError {
            message: self.message.replace(&above, ""),
            ..self
        }
    }
}
