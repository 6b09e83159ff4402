//! What an app deploys to an environment: the objects of its chart and of the secret backend that is selected there.

use envlint_helm::{Manifest, Rendered};

use super::brought::{Pods, pods};
use super::rendered::{RenderedObject, objects as objects_of};
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

/// What an app deploys to an environment.
#[derive(Debug)]
pub struct Deployed {
    /// What the chart makes; none where there is no chart, or only secrets were asked for.
    pub rendered: Option<Rendered>,
    /// The namespace of what names none
    namespace: String,
    secrets: Vec<Object>,
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
    Ok(deployed(&resolved, chart, environment, part, purpose)?.objects())
}

/// The same of values that are known already.
///
/// # Errors
/// As [`deployed_objects`].
pub fn deployed(
    resolved: &ResolvedApp<'_>,
    chart: Option<&ChartFiles>,
    environment: &str,
    part: Part,
    purpose: Purpose,
) -> Result<Deployed, Vec<Problem>> {
    let (workspace, app) = (resolved.workspace, resolved.app);
    let (values, tree) = values(resolved, environment)?;
    let rendered =
        match chart {
            Some(chart) if part != Part::Secrets => of_chart(app, chart, values, purpose)
                .transpose()
                .map_err(|failure| vec![failure.problem(workspace, app, chart, values.name())])?,
            _ => None,
        };
    let secrets = match part {
        Part::Chart => Vec::new(),
        _ => secrets_of(workspace, app, environment, tree)?,
    };
    Ok(Deployed {
        rendered,
        namespace: app.namespace(environment),
        secrets,
    })
}

impl Deployed {
    /// All objects, the chart's first.
    pub fn objects(&self) -> Vec<Object> {
        let manifests = self.rendered.iter().flat_map(all);
        let mut objects: Vec<Object> = manifests.map(object).collect();
        objects.extend(self.secrets().cloned());
        objects
    }

    /// The objects of the secret backend. A chart may carry the generated templates of the backend, and has rendered these
    /// objects already.
    pub fn secrets(&self) -> impl Iterator<Item = &Object> {
        self.secrets.iter().filter(|secret| {
            let mut manifests = self.rendered.iter().flat_map(all);
            !manifests.any(|made| made.kind == secret.kind && made.name == secret.name)
        })
    }

    /// The chart's objects as plain values, each with the pods that it makes; none where there are too many.
    pub fn rendered_objects(&self) -> Option<Vec<(RenderedObject, Option<Pods>)>> {
        let Some(rendered) = &self.rendered else {
            return Some(Vec::new());
        };
        let objects = objects_of(rendered)?;
        let pods = pods(rendered, &objects, &self.namespace);
        Some(objects.into_iter().zip(pods).collect())
    }
}

/// An object of the chart, with the line that names its template.
pub fn object(manifest: &Manifest) -> Object {
    Object {
        kind: manifest.kind.clone(),
        name: manifest.name.clone(),
        text: format!("# Source: {}\n{}", manifest.template, manifest.text),
    }
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
