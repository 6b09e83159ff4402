//! `helm template` as a value: all of its options, and what it prints (Helm: pkg/cmd/template.go, pkg/cmd/install.go).

mod output;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use envlint_gotemplate::{Limits, TemplateSet, Value};

use crate::chart::Chart;
use crate::functions::{self, Session, SessionOptions};
use crate::load::{LoadError, LoadOptions};
use crate::render::{self, Error, KubeVersion, Options, Rendered};
use crate::values::{ReadFile, ValueOptions, Values, ValuesError, read_local};
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
    /// See [`Options::seed`].
    pub seed: Option<u64>,
    /// See [`Options::now`].
    pub now: Option<Duration>,
}

/// What the command prints.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Printed {
    /// Standard output.
    pub stdout: String,
    /// What Helm logs to standard error, without its `level=INFO msg=`.
    pub warnings: Vec<Warning>,
}

/// What the command has read.
#[derive(Debug)]
pub struct Loaded {
    options: Options,
    values: Values,
    chart: Chart,
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
    /// A file cannot be written.
    #[error("{0}")]
    Write(String),
}

/// Helm has the hint for every error after the templates were looked at.
fn hint(error: &Error, stdout: &str) -> &'static str {
    use render::Stage::{Execute, Manifest, Parse, Render};
    let late = matches!(error.stage(), Render | Parse | Execute | Manifest);
    if late && stdout.is_empty() {
        "\n\nUse --debug flag to render out invalid YAML"
    } else {
        ""
    }
}

impl TemplateCommand {
    /// Loads, renders and prints, as `helm template` does. With an output directory, files are written.
    ///
    /// # Errors
    /// See [`TemplateError`].
    pub fn run(&self) -> Result<Printed, TemplateError> {
        self.print(&self.load()?)
    }

    /// The first half of [`run`](TemplateCommand::run): reads everything that the render needs.
    ///
    /// # Errors
    /// See [`TemplateError`].
    pub fn load(&self) -> Result<Loaded, TemplateError> {
        self.load_with(&read_local)
    }

    /// The same, with the caller's way to read the files that options name.
    ///
    /// # Errors
    /// See [`TemplateError`].
    pub fn load_with(&self, read: ReadFile<'_>) -> Result<Loaded, TemplateError> {
        // In Helm's order, which decides which of two mistakes is told.
        let options = self.options()?;
        let path = self.locate()?;
        let values = self.values.merge_with(read)?;
        let chart = Chart::load_with(path, &self.load)?;
        Ok(Loaded {
            options,
            values,
            chart,
        })
    }

    /// The second half: renders and prints.
    ///
    /// # Errors
    /// See [`TemplateError`].
    pub fn print(&self, loaded: &Loaded) -> Result<Printed, TemplateError> {
        let Loaded {
            options,
            values,
            chart,
        } = loaded;
        let rendered =
            render::render(chart, values, options).map_err(|error| self.failed(error))?;
        let stdout = output::print(self, &rendered, &options.release)?;
        Ok(Printed {
            stdout,
            warnings: rendered.warnings,
        })
    }

    /// The options of the render.
    ///
    /// # Errors
    /// A name or a version that Helm refuses.
    pub fn options(&self) -> Result<Options, TemplateError> {
        let kube_version = match &self.kube_version {
            None => KubeVersion::default(),
            Some(text) => text
                .parse()
                .map_err(|e| TemplateError::Usage(format!("invalid kube version '{text}': {e}")))?,
        };
        Ok(Options {
            release: self.release_name()?,
            namespace: self
                .namespace
                .clone()
                .unwrap_or_else(|| "default".to_owned()),
            upgrade: self.upgrade,
            kube_version,
            api_versions: self.api_versions.clone(),
            skip_schema: self.skip_schema,
            seed: self.seed,
            sample_keys: false,
            now: self.now,
        })
    }

    /// Helm: Install.NameAndChart.
    fn release_name(&self) -> Result<String, TemplateError> {
        let conflict = |flag: &str| {
            Err(TemplateError::Usage(format!(
                "cannot set {flag} and also specify a name"
            )))
        };
        match (&self.release, &self.name_template) {
            (Some(_), _) if self.generate_name => conflict("--generate-name"),
            (Some(_), Some(_)) => conflict("--name-template"),
            (Some(name), None) => Ok(name.clone()),
            (None, Some(template)) => self.templated_name(template),
            (None, None) => Ok("release-name".to_owned()),
        }
    }

    fn templated_name(&self, template: &str) -> Result<String, TemplateError> {
        const NAME: &str = "name-template";
        let refused = |e: envlint_gotemplate::Error| TemplateError::Usage(e.to_string());
        let mut set = TemplateSet::new(NAME, functions::registry());
        set.parse(NAME, template).map_err(refused)?;
        let mut session = Session::new(SessionOptions {
            seed: self.seed,
            now: self.now,
            ..SessionOptions::default()
        });
        let name = Arc::new(set)
            .execute(NAME, Value::Nil, &mut session, Limits::default())
            .map_err(refused)?;
        Ok(String::from_utf8_lossy(&name).into_owned())
    }

    /// Helm: ChartPathOptions.LocateChart, as far as it goes without a network.
    fn locate(&self) -> Result<&Path, TemplateError> {
        let path = self.chart.as_path();
        if path.exists() {
            return Ok(path);
        }
        let shown = path.display().to_string();
        let quoted = envlint_gotemplate::fmt::quote(&shown);
        if path.is_absolute() || shown.starts_with('.') {
            return Err(TemplateError::Usage(format!("path {quoted} not found")));
        }
        let message = format!(
            "chart {quoted} not found: charts are not downloaded; pull it with helm and give the path of the directory or archive"
        );
        Err(TemplateError::Usage(message))
    }

    fn failed(&self, error: Error) -> TemplateError {
        let stdout = match error.outputs() {
            Some(outputs) if self.debug => format!("{}\n", outputs.trim()),
            _ => String::new(),
        };
        TemplateError::Render { error, stdout }
    }
}
