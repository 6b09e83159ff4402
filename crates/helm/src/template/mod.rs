//! `helm template` as a value: all of its options, and what it prints (Helm: pkg/cmd/template.go, pkg/cmd/install.go).

mod command;
mod output;

use std::path::Path;
use std::sync::Arc;

use envlint_gotemplate::{Limits, TemplateSet, Value};

use crate::chart::Chart;
use crate::functions::{self, Session, SessionOptions};
use crate::render::{self, Error, KubeVersion, Options};
use crate::values::{ReadFile, Values, read_local};

pub use command::{OutputFile, Printed, TemplateCommand, TemplateError};

/// What the command has read.
#[derive(Debug)]
pub struct Loaded {
    options: Options,
    values: Values,
    chart: Chart,
}

impl Loaded {
    /// The chart.
    pub fn chart(&self) -> &Chart {
        &self.chart
    }

    /// The values that options give, laid over each other.
    pub fn values(&self) -> &Values {
        &self.values
    }
}

impl TemplateCommand {
    /// Loads, renders and prints, as `helm template` does. The files of an output directory are part of what it
    /// answers: nothing is written.
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
        let (stdout, files) = output::print(self, &rendered, &options.release)?;
        Ok(Printed {
            stdout,
            files,
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
            serves: None,
            api_versions: self.api_versions.clone(),
            skip_schema: self.skip_schema,
            without_missing: false,
            seed: self.seed,
            sample_keys: false,
            budget: None,
            room: None,
            traced: false,
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
        let stdout = match self.debug && command::is_late(&error) {
            true => format!("{}\n", error.outputs().unwrap_or_default().trim()),
            false => String::new(),
        };
        TemplateError::Render { error, stdout }
    }
}
