//! What an app deploys to an environment: the objects of its chart and of the secret backend that is selected there.

use envlint_helm::Manifest;

use super::{Purpose, all, of_chart};
use crate::masking::{Name, Said, text};
use crate::resolve::{EnvironmentValues, ResolvedApp, resolve};
use crate::secrets::app::objects as secrets_of;
use crate::secrets::render::Object;
use crate::source::{Location, Problem};
use crate::values::Tree;
use crate::workspace::{App, ChartFiles, Workspace};

/// Which objects are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The chart's and the backend's.
    All,
    /// Those of the secret backend.
    Secrets,
    /// Those of the chart.
    Chart,
}

/// What an app deploys: its chart's objects and its secrets'.
///
/// # Errors
/// When the values cannot be read, or the chart or the selected backend cannot be rendered with them.
pub fn deployed_objects(
    workspace: &Workspace,
    app: &App,
    chart: Option<&ChartFiles>,
    environment: &str,
    part: Part,
    purpose: Purpose,
) -> Result<Vec<Object>, Vec<Problem>> {
    let files = app.load(workspace);
    let resolved = resolve(workspace, app, &files, chart);
    let (values, tree) = values(&resolved, environment)?;
    let mut objects = match chart {
        Some(chart) if part != Part::Secrets => {
            chart_objects(workspace, app, chart, values, purpose)?
        }
        _ => Vec::new(),
    };
    if part != Part::Chart {
        // A chart may carry the generated templates of the backend, and has rendered these objects already.
        let secrets = secrets_of(workspace, app, environment, tree)?;
        let is_new = |secret: &Object| {
            !objects
                .iter()
                .any(|object| object.kind == secret.kind && object.name == secret.name)
        };
        let new: Vec<Object> = secrets.into_iter().filter(is_new).collect();
        objects.extend(new);
    }
    Ok(objects)
}

/// The values of an environment, and the effective ones.
fn values<'c, 'a>(
    resolved: &'c ResolvedApp<'a>,
    environment: &str,
) -> Result<(&'c EnvironmentValues<'a>, &'c Tree<'a>), Vec<Problem>> {
    let app = &resolved.app.name;
    let Some(values) = resolved
        .environments
        .iter()
        .find(|values| &*values.environment.name == environment)
    else {
        return Err(vec![Problem::without_place(text!(
            "app `{}` has no values for {}",
            Name(&app),
            Name(&environment)
        ))]);
    };
    match (&values.file.source, &values.effective) {
        (Err(error), _) => Err(vec![Problem::without_place(text!(
            "app `{}`: cannot read {}: {}",
            Name(&app),
            Name(&values.file.path),
            Said(&error)
        ))]),
        (Ok(_), None) if values.file.is_given_only() => Err(vec![Problem::without_place(text!(
            "the values of app `{}` in {} are given when it is deployed, and are no file of the workspace",
            Name(&app),
            Name(&environment)
        ))]),
        (Ok(_), None) if !values.file.is_own_file() => Err(vec![Problem::without_place(text!(
            "app `{}` has no values of its own in {}, and its chart is not in the workspace",
            Name(&app),
            Name(&environment)
        ))]),
        (Ok(source), None) => Err(vec![
            Problem::located(
                Location::start_of(source),
                text!(
                    "app `{}`: {} is not a map of values",
                    Name(&app),
                    Name(&source.path)
                ),
            )
            .help("run `envlint check` to see what is wrong"),
        ]),
        (Ok(_), Some(tree)) => Ok((values, tree)),
    }
}

/// The objects of the app's chart, each with the line that names its template.
fn chart_objects(
    workspace: &Workspace,
    app: &App,
    chart: &ChartFiles,
    values: &EnvironmentValues<'_>,
    purpose: Purpose,
) -> Result<Vec<Object>, Vec<Problem>> {
    let rendered = match of_chart(app, chart, values, purpose) {
        None => return Ok(Vec::new()),
        Some(rendered) => rendered
            .map_err(|failure| vec![failure.problem(workspace, app, chart, values.name())])?,
    };
    let object = |manifest: &Manifest| Object {
        kind: manifest.kind.clone(),
        name: manifest.name.clone(),
        text: format!("# Source: {}\n{}", manifest.template, manifest.text),
    };
    Ok(all(&rendered).map(object).collect())
}
