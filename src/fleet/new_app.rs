//! `envlint generate app`: a new app in the list, and everything that it lacks: the template of its kind, its chart, its
//! values files, and what of them may differ between environments.

use std::sync::Arc;

use envlint_yaml::{Document, EditError, Node, Path, insert};

use super::engine::on_deep_stacks;
use super::failure;
use super::generate::{Change, Options, Planned, Run};
use super::kinds::Kind;
use super::template::{Templates, Unwritten};
use crate::masking::{Name, Said, text};
use crate::source::{Location, Problem, ReadError, Source, join, read_text};
use crate::workspace::{
    CONFIG_FILE, Fleet, FleetApp, FleetApps, FleetConfig, PerEnvironment, Workspace,
};

/// The configuration of a workspace that has none.
const FIRST_CONFIG: &str = "\
# Apps of a list, each with one flat, complete values file for each environment: envlint generate values
environments: # in promotion order
  dev: {tier: development}
  staging: {tier: staging}
  prod: {tier: production}

fleet:
  template: templates/values/{kind}.yaml.j2
  apps: fleet.yaml
  values: environments/{env}/{app}/values.yaml
  chart: charts/{kind}
  namespace: \"{app}-{env}\"

# The only paths that may differ between environments, and what is expected of them.
perEnvironment: []
";
/// A list without apps.
const FIRST_LIST: &str =
    "# What the apps of the fleet are, and what they share (`shared:`, `groups:`).\napps: []\n";
/// The kind where nobody says one.
const USUAL_KIND: &str = "web";

/// What a new app is.
#[derive(Debug)]
pub struct NewApp<'n> {
    /// Its name.
    pub name: &'n str,
    /// Its kind; none where a group or the list says it, or for a web service.
    pub kind: Option<&'n str>,
    /// The groups that it belongs to.
    pub groups: &'n [String],
}

/// What is to be written, by path in the workspace; empty where all of it is there.
pub type NewFiles = Vec<(String, String)>;

/// What an app lacks in a workspace to be generated. Nothing is written.
///
/// # Errors
/// What keeps the app from being generated, with the place in the list or the template.
pub fn new_app(workspace: &Workspace, new: &NewApp<'_>) -> Result<NewFiles, Vec<Problem>> {
    let mut files = NewFiles::new();
    let config = match (&workspace.config_source, &workspace.config.fleet) {
        (Some(source), Some(_)) => Arc::clone(source),
        _ => {
            let source = first_config(workspace)?;
            files.push((source.path.clone(), source.text().to_owned()));
            source
        }
    };
    let before = Workspace::configured(workspace.root.clone(), Arc::clone(&config))?;
    let (fleet_config, fleet) = before.fleet_and_config().ok_or_else(Vec::new)?;
    let listed = Listed::read(&before, fleet_config, fleet, new)?;
    let is_new = listed.text.is_some();
    let mut config_text = config.text().to_owned();
    let mut list = None;
    match (listed.text, &fleet_config.apps.value) {
        (Some(text), FleetApps::File(path)) => {
            list = Some(Arc::new(Source::new(path.clone(), text.as_str())));
            files.push((path.clone(), text));
        }
        (Some(text), _) => config_text = text,
        (None, _) => {}
    }
    if let Some(kind) = brought(workspace, fleet_config, &listed.kind) {
        config_text = declared(&before.config.per_environment, config_text, kind);
    }
    if *config_text != *config.text() {
        files.retain(|(path, _)| *path != config.path);
        files.insert(0, (config.path.clone(), config_text.clone()));
    }
    let config = Arc::new(Source::new(config.path.clone(), config_text));
    let after = Workspace::with_list(workspace.root.clone(), config, list)?;
    let made = on_deep_stacks(|| lacking(&after, new.name));
    // What is wrong with a new item is at no line that a person could find; what is wrong with its template is.
    let list = after.fleet.as_ref().map(|fleet| fleet.list.path.as_str());
    let is_there = |place: &Location| !is_new || Some(place.source.path.as_str()) != list;
    let placeless = |mut problem: Problem| {
        problem.location = problem.location.take().filter(is_there);
        problem.related.retain(|note| is_there(&note.location));
        problem
    };
    let made = made.map_err(|problems| problems.into_iter().map(placeless).collect::<Vec<_>>())?;
    files.extend(made);
    Ok(files)
}

/// The configuration of a workspace without one.
fn first_config(workspace: &Workspace) -> Result<Arc<Source>, Vec<Problem>> {
    let refused = |message| {
        Err(vec![Problem::without_place(message).help(
            "add `fleet:` to envlint.yaml, with a template, a list and the place of the values files (docs/fleets.md)",
        )])
    };
    if workspace.config_source.is_some() {
        return refused(text!(
            "envlint.yaml has no `fleet:`, so there is no list that an app could be added to"
        ));
    }
    if let Some(app) = workspace.apps.first() {
        return refused(text!(
            "the workspace has apps that no list names, such as `{}`; a first envlint.yaml with a list would hide them",
            Name(&app.name)
        ));
    }
    Ok(Arc::new(Source::new(CONFIG_FILE, FIRST_CONFIG)))
}

/// The app in the list.
struct Listed {
    kind: String,
    /// The list, or the configuration with it, where the app is added to it.
    text: Option<String>,
}

impl Listed {
    fn read(
        workspace: &Workspace,
        config: &FleetConfig,
        fleet: &Fleet,
        new: &NewApp<'_>,
    ) -> Result<Listed, Vec<Problem>> {
        if let Some(app) = fleet.items.iter().find(|app| *app.name == *new.name) {
            return Listed::known(fleet, app, new);
        }
        let (path, text, start) = match &config.apps.value {
            FleetApps::File(path) => {
                let text = match read_text(&workspace.root, path) {
                    Ok(text) => text,
                    Err(ReadError::Missing) => FIRST_LIST.to_owned(),
                    Err(error) => {
                        let message = text!("cannot read the list `{}`: {}", Name(path), error);
                        return Err(vec![Problem::without_place(message)]);
                    }
                };
                (path.as_str(), text, Path::root())
            }
            _ => {
                let text = fleet.list.text().to_owned();
                (
                    fleet.list.path.as_str(),
                    text,
                    Path::root().key("fleet").key("apps"),
                )
            }
        };
        let list = Document::parse(text.as_str());
        let map = list.get(&start).and_then(Node::as_mapping);
        let of = |map: Option<&Node>| Some(map?.as_mapping()?.get("kind")?.as_str()?.to_owned());
        let shared = map.and_then(|map| of(map.get("shared")));
        let groups = map.and_then(|map| map.get("groups")?.as_mapping());
        let grouped = new.groups.iter().rev();
        let grouped = grouped.filter_map(|name| of(groups?.get(name))).next();
        let given = grouped.or(shared);
        let kind = new.kind.or(given.as_deref()).unwrap_or(USUAL_KIND);
        let mut item = vec![("name", flow(new.name))];
        if given.as_deref() != Some(kind) {
            item.push(("kind", flow(kind)));
        }
        if !new.groups.is_empty() {
            let groups = new.groups.iter().map(|group| flow(group));
            let groups: Vec<String> = groups.collect();
            item.push(("groups", format!("[{}]", groups.join(", "))));
        }
        let at = if map.is_some() {
            start.key("apps")
        } else {
            start
        };
        let text = added(&list, &at, &item).map_err(|error| {
            let source = Arc::new(Source::new(path, text.as_str()));
            let message = text!(
                "`{}` cannot be added to the list: {}",
                Name(new.name),
                Said(&error)
            );
            vec![Problem::located(Location::start_of(&source), message).help("add it by hand")]
        })?;
        Ok(Listed {
            kind: kind.to_owned(),
            text: Some(text),
        })
    }

    /// An app that is in the list.
    fn known(fleet: &Fleet, app: &FleetApp, new: &NewApp<'_>) -> Result<Listed, Vec<Problem>> {
        let has_groups = new.groups.iter().all(|group| app.groups.contains(group));
        if new.kind.is_some_and(|kind| *kind != *app.kind.value) || !has_groups {
            let message = text!(
                "`{}` is in the list already, with the kind `{}`",
                Name(&app.name),
                Name(&app.kind.value)
            );
            return Err(vec![
                Problem::located(app.location(fleet), message)
                    .help("change it there, or choose another name"),
            ]);
        }
        Ok(Listed {
            kind: app.kind.value.clone(),
            text: None,
        })
    }
}

/// A document with one more item at the end of a list, which may be missing. It is written as the item before is: on one
/// line, or on several. Comments stay.
fn added(document: &Document, at: &Path, item: &[(&str, String)]) -> Result<String, EditError> {
    let items = document.get(at).and_then(Node::as_sequence);
    let index = items.map_or(0, <[Node]>::len);
    let last = items.and_then(<[Node]>::last);
    let is_on_a_line = last.is_none_or(|last| document.text(last.span()).starts_with('{'));
    let entries: Vec<String> = (item.iter())
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    let new = match is_on_a_line {
        true => format!("- {{{}}}\n", entries.join(", ")),
        false => format!("- {}\n", entries.join("\n  ")),
    };
    let new = Document::parse(new);
    let first = Path::root().index(0);
    let node = new.get(&first).ok_or(EditError::Missing(first))?;
    let edited = insert(document, &at.index(index), (&new, node))?;
    Ok(edited.document.source().to_owned())
}

/// A text as it can stand in braces.
fn flow(text: &str) -> String {
    let is_word = |char: char| char.is_ascii_alphanumeric() || char == '-';
    let is_plain = text.starts_with(|char: char| char.is_ascii_alphabetic())
        && text.chars().all(is_word)
        && envlint_yaml::emit(&text.into()).trim_end() == text;
    match is_plain {
        true => text.to_owned(),
        false => serde_json::to_string(text).unwrap_or_default(),
    }
}

/// A configuration in which the paths of a kind may differ between environments.
fn declared(known: &[PerEnvironment], mut config: String, kind: &Kind) -> String {
    let wanted = Document::parse(kind.per_environment);
    let entries = wanted
        .root()
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    for entry in entries {
        let path = entry.as_mapping().and_then(|map| map.get("path")?.as_str());
        let path = path.and_then(|path| path.parse::<Path>().ok());
        let is_known = |path: &Path| known.iter().any(|known| known.path.value.covers(path));
        if path.as_ref().is_none_or(is_known) {
            continue;
        }
        let document = Document::parse(config.as_str());
        let at = Path::root().key("perEnvironment");
        let items = document.get(&at).and_then(Node::as_sequence);
        let index = items.map_or(0, <[Node]>::len);
        // A configuration that cannot be edited stays: the check says what differs.
        if let Ok(edited) = insert(&document, &at.index(index), (&wanted, entry)) {
            config = edited.document.source().to_owned();
        }
    }
    config
}

/// The kind that envlint brings along, unless the workspace has a template of its own for a kind of that name.
fn brought(workspace: &Workspace, config: &FleetConfig, kind: &str) -> Option<&'static Kind> {
    let known = Kind::named(kind)?;
    let text = read_text(&workspace.root, &config.template_of(kind));
    let is_own = match text {
        Ok(text) => text != known.template,
        Err(ReadError::Missing) => false,
        Err(_) => true,
    };
    (!is_own).then_some(known)
}

/// The template of an app's kind, its chart and its values files, as far as a workspace with the app in its list lacks them.
fn lacking(workspace: &Workspace, name: &str) -> Result<NewFiles, Vec<Problem>> {
    let (config, fleet) = workspace.fleet_and_config().ok_or_else(Vec::new)?;
    let is_about = |app: &Option<String>| app.as_ref().is_none_or(|app| app == name);
    let known = fleet.problems.iter().filter(|known| is_about(&known.app));
    let problems: Vec<Problem> = known.map(|known| known.problem.clone()).collect();
    let app = fleet.items.iter().find(|app| *app.name == *name);
    let Some(app) = app.filter(|_| problems.is_empty()) else {
        return Err(problems);
    };
    let mut files = NewFiles::new();
    let is_file = |path: &str| workspace.root.join(path).is_file();
    if let Some(kind) = brought(workspace, config, &app.kind.value) {
        let template = app.template(config);
        if !is_file(&template) {
            files.push((template, kind.template.to_owned()));
        }
        let chart = app.chart(config);
        if let Some(chart) = chart.filter(|chart| !is_file(&join(chart, "Chart.yaml"))) {
            let name = chart.rsplit('/').next().unwrap_or(&chart);
            let failed = |error| vec![Problem::without_place(text!("{}", Said(&error)))];
            let new = kind.chart(name).map_err(failed)?;
            let new = new.into_iter();
            files.extend(new.map(|(path, text)| (join(&chart, &path), text)));
        }
    }
    let unwritten: Unwritten = files.iter().cloned().collect();
    files.extend(values(workspace, fleet, app, &unwritten)?);
    Ok(files)
}

/// The values files of an app, as far as they are not there.
fn values(
    workspace: &Workspace,
    fleet: &Fleet,
    app: &FleetApp,
    unwritten: &Unwritten,
) -> Result<NewFiles, Vec<Problem>> {
    let templates = Templates::read(workspace, fleet, &[app], unwritten);
    let problems: Vec<Problem> = templates.problems().collect();
    let path = workspace
        .config
        .fleet
        .as_ref()
        .map(|config| app.template(config));
    let Some(template) = path.and_then(|path| templates.of(&path)) else {
        return Err(problems);
    };
    let run = Run {
        workspace,
        fleet,
        options: &Options::default(),
        templates: &templates,
    };
    let planned = run
        .planned(app, template)
        .map_err(|failed| failure::problems([*failed]))?;
    let edits: Vec<Problem> = planned.iter().flat_map(|file| file.edits.clone()).collect();
    if !edits.is_empty() {
        return Err(edits);
    }
    let new = planned
        .into_iter()
        .filter(|file| file.change != Change::Current);
    Ok(new.map(|Planned { path, text, .. }| (path, text)).collect())
}
