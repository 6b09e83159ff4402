//! One app of a preview: its values, its objects, and what keeps them from being deployed.

use std::collections::BTreeSet;
use std::sync::Arc;

use envlint_helm::Manifest;
use envlint_yaml::{Path, Value};

use super::addresses::{Hosts, no_label, replaced, strange};
use super::cost::{Counted, Load};
use super::errors;
use super::image::{Image, Pinned, images};
use super::needs::Needs;
use super::object::{PreviewObject, Turn};
use super::plan::Request;
use super::pulling;
use super::refused::{taken, wrong_digests};
use super::values::{Derived, derive as derive_values};
use crate::check::Checker;
use crate::manifests::{
    Deployed, Part, Pods, Purpose, RenderedObject, all, deployed, hosts, object_of,
};
use crate::masking::{Name, Seen, Text, mask_value, text};
use crate::resolve::{EnvironmentValues, ResolvedApp, resolve};
use crate::source::{Problem, Source};
use crate::workspace::{App, AppFiles, Deployment, Environment, Own, PreviewNames, ValuesFile};

/// A value that a preview has of its own.
#[derive(Debug)]
pub struct Change {
    /// Its path
    pub path: Path,
    /// What the source environment has; none where it has nothing
    pub before: Option<Text>,
    /// What the preview has
    pub after: Text,
}

/// One app of a preview.
#[derive(Debug)]
pub struct AppPreview {
    /// The app
    pub app: Arc<str>,
    /// Its namespace
    pub namespace: String,
    /// Its Helm release
    pub release: String,
    /// The name of its values file: `values/web.yaml`
    pub file: String,
    /// Its values file
    pub values: String,
    /// What differs from the source environment
    pub changes: Vec<Change>,
    /// Where it is reached
    pub hosts: Vec<String>,
    /// The images that it runs
    pub images: Vec<String>,
    /// Its objects, in the order in which they are applied
    pub objects: Vec<PreviewObject>,
    pub(super) loads: Vec<Load>,
    /// What else of it a quota counts
    pub(super) counted: Vec<Counted>,
    /// What has to be in its namespace
    pub(super) needs: Needs,
    /// The images of the source environment
    pub(super) known_images: Vec<String>,
    /// Its hosts, by those of the source environment
    pub(super) addresses: Hosts,
    /// The patterns of `preview.set` that name something
    pub(super) used: BTreeSet<usize>,
    /// The paths that they may name
    pub(super) paths: Vec<Path>,
}

/// What an app is called in a preview.
pub(super) fn names<'n>(request: &Request<'_>, app: &str) -> PreviewNames<'n> {
    let mut names = PreviewNames {
        pr: request.number.to_string(),
        app: label(app).into(),
        ..PreviewNames::default()
    };
    names.namespace = names.fill(request.namespace_pattern()).into();
    names
}

/// The name of an app in the letters of DNS.
pub fn label(name: &str) -> String {
    let letters = name.chars().map(|char| match char.to_ascii_lowercase() {
        char @ ('a'..='z' | '0'..='9') => char,
        _ => '-',
    });
    let letters: String = letters.collect();
    letters.trim_matches('-').to_owned()
}

/// An object that the chart makes for the preview.
struct Made<'m> {
    manifest: &'m Manifest,
    object: RenderedObject,
    pods: Option<Pods>,
}

/// What an app has in the source environment.
pub(super) struct Survey {
    before: Vec<RenderedObject>,
    images: Vec<String>,
    /// The hosts of the preview, for its own
    pub(super) hosts: Hosts,
}

/// Looks at an app in the source environment.
///
/// # Errors
/// What keeps it from being deployed there.
pub(super) fn survey(
    request: &Request<'_>,
    checker: &Checker<'_>,
    app: &App,
) -> Result<Survey, Vec<Problem>> {
    let names = names(request, &app.name);
    if let Some(reason) = no_label(&names.namespace) {
        let message = text!(
            "the namespace `{}` of a preview {}",
            Name(&names.namespace),
            reason
        );
        let span = request
            .config
            .namespace
            .as_ref()
            .map(|pattern| pattern.span);
        return Err(vec![
            request
                .located(span, message)
                .help("correct `preview.namespace`: `preview-pr-{pr}`"),
        ]);
    }
    let chart = checker.chart_in(app, &request.from.name);
    if chart.is_none() && !request.values_only {
        return Err(vec![without_chart(request, app)]);
    }
    let files = own_files(request, app)?;
    let resolved = resolve(request.workspace, app, &files, chart);
    // A mistake of the source is said where it is written.
    let source = deployed(
        &resolved,
        chart,
        &request.from.name,
        Part::All,
        Purpose::Compare,
    )?;
    let objects = rendered(&source, app)?.into_iter();
    let before: Vec<RenderedObject> = objects.map(|made| made.object).collect();
    Ok(Survey {
        hosts: replaced(request, &names, &before).map_err(|problem| vec![problem])?,
        images: before.iter().flat_map(images).collect(),
        before,
    })
}

/// Makes the part of an app. `hosts` are those of all apps: one calls another one.
///
/// # Errors
/// Everything that keeps it from being deployed.
pub(super) fn derive(
    request: &Request<'_>,
    checker: &Checker<'_>,
    (app, survey): (&App, &Survey),
    hosts: &Hosts,
) -> Result<AppPreview, Vec<Problem>> {
    let names = names(request, &app.name);
    let chart = checker.chart_in(app, &request.from.name);
    let source = own_files(request, app)?;
    let resolved = resolve(request.workspace, app, &source, chart);
    let Some(values) = resolved.environments.first() else {
        return Err(Vec::new());
    };
    let mut hosts = hosts.clone();
    hosts.extend(survey.hosts.clone());
    let derived = values_of(request, &names, values, (&hosts, &survey.images))?;

    let file = format!("values/{}.yaml", names.app);
    let environment = Environment::preview(&format!("preview-pr-{}", request.number), request.from);
    let own = own_app(app, request, &names, (&environment, &file));
    let text = Arc::new(Source::new(file.as_str(), derived.text.as_str()));
    request.workspace.learn_marked(app, &text);
    let files = AppFiles {
        values: vec![ValuesFile::new(environment.clone(), file.clone(), Ok(text))],
        neighbours: Vec::new(),
    };
    let resolved = resolve(request.workspace, &own, &files, chart);
    let made = deployed(
        &resolved,
        chart,
        &environment.name,
        Part::All,
        Purpose::Deploy,
    )?;
    let objects = rendered(&made, app)?;
    let objects: Vec<Made<'_>> = objects.into_iter().filter(Made::is_applied).collect();
    check(
        request,
        app,
        (&resolved, values),
        (&survey.before, &objects),
    )?;
    let applied = preview_objects(request, &names, &made, &objects)?;
    let errors = errors::problems(request, checker, (app, &source), (&own, &files));
    if !errors.is_empty() {
        return Err(errors);
    }

    let mut preview = AppPreview {
        app: Arc::clone(&app.name),
        release: own.release(&environment.name),
        namespace: names.namespace.to_string(),
        file,
        values: derived.text,
        changes: derived.changes.iter().map(change).collect(),
        hosts: hosts_of(&objects),
        images: images_of(&objects),
        objects: applied,
        loads: Vec::new(),
        counted: objects
            .iter()
            .filter_map(|made| Counted::of(&made.object))
            .collect(),
        needs: needs(request, &resolved, &made, &objects),
        known_images: survey.images.clone(),
        addresses: survey.hosts.clone(),
        used: derived.used,
        paths: derived.paths,
    };
    let loads = objects.into_iter().filter_map(|made| {
        let object = &made.object;
        Some(Load::of(
            &object.kind,
            &object.name,
            object.is_hook,
            made.pods?,
        ))
    });
    preview.loads.extend(loads);
    Ok(preview)
}

fn without_chart(request: &Request<'_>, app: &App) -> Problem {
    let message = text!(
        "the chart of {} is not in the workspace, so nothing can be rendered",
        Name(&app.name)
    );
    let help = match app.chart_nearby(request.workspace) {
        Some(chart) => text!(
            "if `{0}` is its chart, add `chart: {0}` to the app in envlint.yaml",
            Name(chart)
        ),
        None => {
            "name its chart in envlint.yaml, leave it out of `preview.apps`, or pass --values-only"
                .into()
        }
    };
    Problem::without_place(message).help(help)
}

/// The values of the app in the source environment alone.
fn own_files(request: &Request<'_>, app: &App) -> Result<AppFiles, Vec<Problem>> {
    let from = &request.from.name;
    let files = app.load(request.workspace);
    let mut own = files
        .values
        .iter()
        .filter(|file| file.environment.name == *from);
    let reason = match own.next().map(|file| (&file.path, &file.source)) {
        None => text!(
            "app `{}` is not deployed to {}",
            Name(&app.name),
            Name(from)
        ),
        Some((path, Err(error))) => text!(
            "app `{}`: cannot read {}: {}",
            Name(&app.name),
            Name(path),
            error
        ),
        Some((_, Ok(_))) => return Ok(files.of_one(from)),
    };
    Err(vec![Problem::without_place(reason)])
}

/// The app as the preview deploys it.
fn own_app(
    app: &App,
    request: &Request<'_>,
    names: &PreviewNames<'_>,
    (environment, file): (&Environment, &str),
) -> App {
    let from = &request.from.name;
    let deployment = Deployment {
        chart: app.deployment(from).and_then(|from| from.chart.clone()),
        release: Some(app.release(from)),
        namespace: Some(names.namespace.to_string()),
        ..Deployment::new(environment.clone(), Own::file(file))
    };
    App {
        name: Arc::clone(&app.name),
        chart: app.chart.clone(),
        deployments: vec![deployment],
        patterns: Vec::new(),
        schema: app.schema.clone(),
        declared: app.declared,
    }
}

fn values_of(
    request: &Request<'_>,
    names: &PreviewNames<'_>,
    values: &EnvironmentValues<'_>,
    (hosts, known_images): (&Hosts, &[String]),
) -> Result<Derived, Vec<Problem>> {
    let images: BTreeSet<&String> = known_images.iter().collect();
    let pinned = images.into_iter().filter_map(|image| {
        let image = Image::read(image);
        let digest = request.digests.iter().find(|digest| digest.is_of(&image))?;
        Some(Pinned {
            image,
            digest: &digest.digest,
        })
    });
    let pinned: Vec<Pinned<'_>> = pinned.collect();
    derive_values(request, names, values, (hosts, &pinned)).map_err(|problem| vec![problem])
}

/// The objects of a chart, each with its manifest.
fn rendered<'m>(made: &'m Deployed, app: &App) -> Result<Vec<Made<'m>>, Vec<Problem>> {
    let Some(objects) = made.rendered_objects() else {
        let message = text!(
            "the chart of {} makes too many objects for a preview",
            Name(&app.name)
        );
        return Err(vec![Problem::without_place(message)]);
    };
    let manifests = made.rendered.iter().flat_map(all);
    let manifests = manifests.filter(|manifest| manifest.document().root().is_some());
    let made = manifests
        .zip(objects)
        .map(|(manifest, (object, pods))| Made {
            manifest,
            object,
            pods,
        });
    Ok(made.collect())
}

impl Made<'_> {
    /// Whether `kubectl apply` applies it: a test, and what runs before or after a deletion, is started by Helm alone.
    fn is_applied(&self) -> bool {
        let hook = self.manifest.annotations.get("helm.sh/hook");
        hook.is_none_or(|hook| {
            let mut events = hook.split(',').map(str::trim);
            events.any(|event| event.ends_with("-install") || event.ends_with("-upgrade"))
        })
    }
}

fn needs(
    request: &Request<'_>,
    resolved: &ResolvedApp<'_>,
    made: &Deployed,
    objects: &[Made<'_>],
) -> Needs {
    let objects: Vec<&RenderedObject> = objects.iter().map(|made| &made.object).collect();
    let secrets: Vec<_> = made.secrets().collect();
    Needs::of(request, resolved, &objects, &secrets)
}

/// What keeps the objects from being deployed.
fn check(
    request: &Request<'_>,
    app: &App,
    (resolved, source): (&ResolvedApp<'_>, &EnvironmentValues<'_>),
    (before, made): (&[RenderedObject], &[Made<'_>]),
) -> Result<(), Vec<Problem>> {
    let objects: Vec<&RenderedObject> = made.iter().map(|made| &made.object).collect();
    let mut problems = strange(request, before, &objects);
    problems.extend(wrong_digests(request, &objects));
    problems.extend(taken(request, app, before, &objects));
    let own = resolved.environments.first();
    let own = own.and_then(|values| values.effective.as_ref());
    problems.extend(pulling::problems(request, app, (source, own), &objects));
    match problems.is_empty() {
        true => Ok(()),
        false => Err(problems),
    }
}

fn preview_objects(
    request: &Request<'_>,
    names: &PreviewNames<'_>,
    made: &Deployed,
    objects: &[Made<'_>],
) -> Result<Vec<PreviewObject>, Vec<Problem>> {
    let (number, namespaces) = (request.number.to_string(), request.namespaces());
    let secrets = made.secrets().map(|secret| (secret.clone(), Turn::Secrets));
    let own = objects
        .iter()
        .map(|made| (object_of(made.manifest), Turn::App));
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (object, turn) in secrets.chain(own) {
        match PreviewObject::made(&object, turn, &names.namespace, &number) {
            Ok(object) => match object.problem(&namespaces) {
                None => found.push(object),
                Some(problem) => problems.push(problem),
            },
            Err(problem) => problems.push(problem),
        }
    }
    match problems.is_empty() {
        true => Ok(found),
        false => Err(problems),
    }
}

fn change((path, before, after): &(Path, Option<Value>, Value)) -> Change {
    Change {
        path: path.clone(),
        before: before.as_ref().map(|value| shown(path, value)),
        after: shown(path, after),
    }
}

fn hosts_of(made: &[Made<'_>]) -> Vec<String> {
    let all = made.iter().flat_map(|made| hosts(&made.object));
    unique(all.map(str::to_owned))
}

fn images_of(made: &[Made<'_>]) -> Vec<String> {
    unique(made.iter().flat_map(|made| images(&made.object)))
}

fn unique(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    all.filter(|one| seen.insert(one.clone())).collect()
}

/// A value as a person may see it.
fn shown(path: &Path, value: &Value) -> Text {
    let mut keys = path
        .segments()
        .iter()
        .rev()
        .filter_map(|segment| match segment {
            envlint_yaml::Segment::Key(key) => Some(key.as_str()),
            _ => None,
        });
    match mask_value(keys.next().unwrap_or_default(), value) {
        Value::String(text) if text.is_empty() => "\"\"".into(),
        Value::String(text) => Text::of(&Seen(text)),
        other => Text::of(&Seen(serde_json::to_string(&other).unwrap_or_default())),
    }
}
