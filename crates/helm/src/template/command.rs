//! What `helm template` is asked, and what it answers.

use std::path::PathBuf;
use std::time::Duration;

use crate::layer::ValuesError;
use crate::load::{LoadError, LoadOptions};
use crate::render::{Error, Stage};
use crate::values::ValueOptions;
use crate::warning::Warning;

/// The options of `helm template` that need neither a cluster nor the network.
#[derive(Clone, Debug, Default)]
pub struct TemplateCommand {
    /// The first of two arguments: the name of the release.
    pub release: Option<String>,
    /// The last argument: a directory or an archive.
    pub chart: PathBuf,
    /// `-f`, `--set` and their relatives
    pub values: ValueOptions,
    /// `--namespace`; `default` without it
    pub namespace: Option<String>,
    /// `--name-template`
    pub name_template: Option<String>,
    /// `--generate-name`: only refused next to a name, as `helm template` always has one
    pub generate_name: bool,
    /// `--kube-version`
    pub kube_version: Option<String>,
    /// `--api-versions`
    pub api_versions: Vec<String>,
    /// `--is-upgrade`
    pub upgrade: bool,
    /// `--skip-schema-validation`
    pub skip_schema: bool,
    /// `--show-only`
    pub show_only: Vec<String>,
    /// `--include-crds`
    pub include_crds: bool,
    /// `--skip-tests`
    pub skip_tests: bool,
    /// `--no-hooks`
    pub no_hooks: bool,
    /// `--output-dir`
    pub output_dir: Option<PathBuf>,
    /// `--release-name`: the release's name becomes part of the output directory
    pub release_in_path: bool,
    /// `--debug`: print what was rendered even when it is no YAML
    pub debug: bool,
    /// Which symbolic links of the chart are followed.
    pub load: LoadOptions,
    /// See [`Options::seed`](crate::Options::seed).
    pub seed: Option<u64>,
    /// See [`Options::now`](crate::Options::now).
    pub now: Option<Duration>,
}

/// What the command prints.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Printed {
    /// Standard output.
    pub stdout: String,
    /// What Helm logs to standard error, without its `level=INFO msg=`.
    pub warnings: Vec<Warning>,
    /// What goes to the output directory, in the order in which it is written.
    pub files: Vec<OutputFile>,
}

/// A file of the output directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Where: below the output directory.
    pub path: PathBuf,
    /// What is written.
    pub text: String,
    /// Whether it goes to the end of a file that an earlier run left: a hook does (Helm: pkg/action/install.go).
    pub append: bool,
}

/// Why the command failed; [`Display`](std::fmt::Display) is what Helm prints after `Error: `.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The arguments contradict each other, or name something that is not there.
    #[error("{0}")]
    Usage(String),
    /// The chart cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The values cannot be read.
    #[error(transparent)]
    Values(#[from] ValuesError),
    /// The chart cannot be rendered.
    #[error("{error}{}", hint(.error, .stdout))]
    Render {
        /// Why.
        error: Error,
        /// What is printed nevertheless, with `--debug`.
        stdout: String,
    },
}

/// With `--debug`, what there is was printed.
fn hint(error: &Error, stdout: &str) -> &'static str {
    if is_late(error) && stdout.is_empty() {
        "\n\nUse --debug flag to render out invalid YAML"
    } else {
        ""
    }
}

/// Whether the templates were looked at, so that Helm has a release to print (Helm: pkg/cmd/template.go).
pub(super) fn is_late(error: &Error) -> bool {
    use Stage::{Execute, Manifest, Parse, Render};
    matches!(error.stage(), Render | Parse | Execute | Manifest)
}
