//! `fleet:`: the list of apps. Each item is read by itself: one that is wrong is named with its line, the others go on.

mod groups;
mod name;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use envlint_yaml::{Node, Path, Span, Spanned, from_node};

use super::config::{FleetApps, FleetConfig, FleetItem, unreadable};
use super::placeholders::{Bound, Template, fill};
use super::{Environment, Workspace};
use crate::masking::{Name, Said, Text, text};
use crate::source::{Location, Problem, Source, nearest};

pub use name::unusable_name;
pub use settings::{Setting, Settings};

use groups::Groups;
use name::{LONGEST_LABEL, LONGEST_RELEASE, unusable};

/// The text that stands for the kind of an app.
const KIND: &str = "{kind}";

/// The apps of a list.
#[derive(Debug)]
pub struct Fleet {
    /// The file with the list.
    pub list: Arc<Source>,
    /// The apps without mistakes, in the order of the list.
    pub items: Vec<FleetApp>,
    /// What is wrong with the list and with single items.
    pub problems: Vec<FleetProblem>,
    /// All names of the list, also those of items with mistakes: their files are not those of removed apps.
    pub names: BTreeSet<String>,
}

/// What is wrong with a list.
#[derive(Debug)]
pub struct FleetProblem {
    /// The app that is not generated for it; none where it is about the list as a whole.
    pub app: Option<String>,
    /// What is wrong.
    pub problem: Problem,
}

/// An app of the list.
#[derive(Debug)]
pub struct FleetApp {
    /// Its name.
    pub name: Arc<str>,
    /// Where the list names it.
    pub span: Span,
    /// Its kind, and where the list says so.
    pub kind: Spanned<String>,
    /// The groups that it belongs to, with those that these add to.
    pub groups: Vec<String>,
    /// The environments that it is deployed to.
    pub environments: Vec<Environment>,
    /// Where its settings are in the list: the lowest first.
    layers: Vec<Path>,
}

impl Fleet {
    fn refuse(&mut self, app: Option<&str>, problem: Problem) {
        self.problems.push(FleetProblem {
            app: app.map(str::to_owned),
            problem,
        });
    }
}

impl FleetConfig {
    /// The template of a kind.
    pub fn template_of(&self, kind: &str) -> String {
        self.template.value.replace(KIND, kind)
    }
}

impl FleetApp {
    /// Where the list names it.
    pub fn location(&self, fleet: &Fleet) -> Location {
        Location::new(&fleet.list, self.span)
    }

    /// The template of its kind.
    pub fn template(&self, config: &FleetConfig) -> String {
        config.template_of(&self.kind.value)
    }

    /// Its chart, where the configuration names one.
    pub fn chart(&self, config: &FleetConfig) -> Option<String> {
        let chart = config.chart.as_ref()?;
        let chart = self.filled(&chart.value, "");
        Some(chart.trim_end_matches('/').to_owned())
    }

    /// Its values file in an environment.
    pub fn values_file(&self, config: &FleetConfig, environment: &Environment) -> String {
        self.filled(&config.values.value, &environment.name)
    }

    /// A text of the configuration with what its placeholders stand for.
    pub(super) fn filled(&self, template: &str, env: &str) -> String {
        let bound = Bound {
            app: &self.name,
            env,
        };
        fill(&template.replace(KIND, &self.kind.value), bound)
    }

    /// Its values in an environment.
    pub fn settings<'f>(&self, fleet: &'f Fleet, environment: &str) -> Settings<'f> {
        Settings::of(&fleet.list, &self.layers, environment)
    }
}

impl Workspace {
    /// The fleet with what the configuration says of it; none where it has none.
    pub(crate) fn fleet_and_config(&self) -> Option<(&FleetConfig, &Fleet)> {
        self.config.fleet.as_ref().zip(self.fleet.as_ref())
    }

    /// Files in the places of the fleet's values files that no app of the list has, with the names of their apps. What an
    /// item with a mistake has is not among them.
    pub fn outside_of_fleet(&self) -> Vec<&str> {
        let Some((config, fleet)) = self.config.fleet.as_ref().zip(self.fleet.as_ref()) else {
            return Vec::new();
        };
        let template = Template::of_any(&config.values.value);
        let good: BTreeSet<&str> = fleet.items.iter().map(|item| &*item.name).collect();
        let of = |item: &FleetApp, environment: &Environment| item.values_file(config, environment);
        let planned: BTreeSet<String> = (fleet.items.iter())
            .flat_map(|item| {
                item.environments
                    .iter()
                    .map(move |environment| of(item, environment))
            })
            .collect();
        let is_left = |path: &&str| match template.read(path) {
            None => false,
            Some(bound) if fleet.names.contains(bound.app) && !good.contains(bound.app) => false,
            Some(_) => !planned.contains(*path),
        };
        self.yaml_files()
            .iter()
            .map(String::as_str)
            .filter(is_left)
            .collect()
    }
}

/// The list of a workspace whose environments are known; none without `fleet:`. `unwritten` is the file with the list where
/// that need not be there yet.
pub(super) fn read(
    workspace: &Workspace,
    source: &Arc<Source>,
    unwritten: Option<Arc<Source>>,
) -> Option<Fleet> {
    let config = workspace.config.fleet.as_ref()?;
    let mut fleet = Fleet {
        list: Arc::clone(source),
        items: Vec::new(),
        problems: Vec::new(),
        names: BTreeSet::new(),
    };
    let apps = &config.apps;
    let start = match &apps.value {
        FleetApps::File(path) => {
            let read = || Source::read(&workspace.root, path).map(Arc::new);
            match unwritten.map(Ok).unwrap_or_else(read) {
                Ok(list) => fleet.list = list,
                Err(error) => {
                    let message = text!("cannot read the list `{}`: {}", Name(path), error);
                    let place = Location::new(source, apps.span);
                    fleet.refuse(
                        None,
                        Problem::located(place, message)
                            .help("write the list of apps there: `- {name: shop, kind: web}`"),
                    );
                    return Some(fleet);
                }
            }
            Path::root()
        }
        _ => Path::root().key("fleet").key("apps"),
    };
    if workspace.environments.is_empty() {
        let place = Location::new(source, apps.span);
        let message = "the fleet has no environment, so it has no values files";
        fleet.refuse(
            None,
            Problem::located(place, message)
                .help("list the environments under `environments:` of envlint.yaml"),
        );
        return Some(fleet);
    }
    let list = Arc::clone(&fleet.list);
    Reader {
        workspace,
        list: &list,
        fleet,
    }
    .read(&start)
}

struct Reader<'r> {
    workspace: &'r Workspace,
    list: &'r Arc<Source>,
    fleet: Fleet,
}

/// What an item says, before what it shares is added.
struct Listed {
    name: Spanned<String>,
    group: super::config::FleetGroup,
    at: Path,
}

impl<'r> Reader<'r> {
    fn at(&self, span: Span) -> Location {
        Location::new(self.list, span)
    }

    fn refuse(&mut self, app: Option<&str>, span: Span, message: Text, help: &'static str) {
        let problem = Problem::located(self.at(span), message).help(help);
        self.fleet.refuse(app, problem);
    }

    fn read(mut self, start: &Path) -> Option<Fleet> {
        let fatal = self
            .list
            .document
            .errors()
            .iter()
            .find(|error| error.is_fatal());
        if let Some(error) = fatal {
            let message = text!("the list of apps is not YAML: {}", Said(&error.message));
            self.refuse(None, error.span, message, "correct the file");
            return Some(self.fleet);
        }
        let root = self.list.document.get(start);
        let (apps, groups) = match root.and_then(Node::as_mapping) {
            Some(map) => {
                let groups = Groups::read(self.list, map, start, &mut self.fleet);
                (map.get("apps"), groups)
            }
            None => (root, Groups::default()),
        };
        let at = match root.and_then(Node::as_mapping) {
            Some(_) => start.key("apps"),
            None => start.clone(),
        };
        let items = apps.and_then(Node::as_sequence).unwrap_or_default();
        if items.is_empty() {
            let span = apps.or(root).map_or(Span::default(), Node::span);
            let message = "the list has no apps, so there is nothing to generate".into();
            self.refuse(
                None,
                span,
                message,
                "list them: `- {name: shop, kind: web}`",
            );
            return Some(self.fleet);
        }
        let listed: Vec<Listed> = items
            .iter()
            .enumerate()
            .filter_map(|(index, node)| self.item(node, at.index(index)))
            .collect();
        let mut first: BTreeMap<&str, (Span, usize)> = BTreeMap::new();
        for item in &listed {
            first
                .entry(&item.name.value)
                .or_insert((item.name.span, 0))
                .1 += 1;
        }
        let own: BTreeSet<&str> = (self.workspace.config.apps.iter())
            .map(|app| app.name.value.as_str())
            .collect();
        let mut files: BTreeMap<String, Span> = BTreeMap::new();
        for item in &listed {
            self.fleet.names.insert(item.name.value.clone());
            let (span, count) = first.get(&*item.name.value).copied().unwrap_or_default();
            if count > 1 {
                self.refuse_twin(item, span);
            } else if own.contains(&*item.name.value) {
                let message = text!("`{}` is an app under `apps:`, too", Name(&item.name.value));
                self.refuse(
                    Some(&item.name.value),
                    item.name.span,
                    message,
                    "keep one of the two",
                );
            } else if self.is_a_name(&item.name)
                && let Some(app) = self.app(item, &groups)
                && self.has_own_files(&app, &mut files)
            {
                self.fleet.items.push(app);
            }
        }
        Some(self.fleet)
    }

    fn refuse_twin(&mut self, item: &Listed, first: Span) {
        if item.name.span == first {
            return;
        }
        let message = text!(
            "two apps of the list have the name `{}`, so neither is generated",
            Name(&item.name.value)
        );
        let problem = Problem::located(self.at(item.name.span), message)
            .note(self.at(first), "the first one")
            .help("rename one of them, or remove it");
        self.fleet.refuse(Some(&item.name.value), problem);
    }

    /// An item whose form is right. Its name is known nevertheless where it has one.
    fn item(&mut self, node: &Node, at: Path) -> Option<Listed> {
        match from_node::<FleetItem>(node) {
            Ok(item) => Some(Listed {
                name: item.name.clone(),
                group: item.into_group(),
                at,
            }),
            Err(error) => {
                let name = node.as_mapping().and_then(|map| map.get("name")?.as_str());
                self.fleet.names.extend(name.map(str::to_owned));
                let mut problem = unreadable(self.list, &error);
                if let Some(name) = name {
                    problem
                        .message
                        .push(text!(", so `{}` is not generated", Name(name)));
                }
                self.fleet.refuse(name, problem);
                None
            }
        }
    }

    fn is_a_name(&mut self, name: &Spanned<String>) -> bool {
        let config = self.workspace.config.fleet.as_ref();
        let has_release = config.is_some_and(|config| config.release.is_some());
        let longest = if has_release {
            LONGEST_LABEL
        } else {
            LONGEST_RELEASE
        };
        let Some((message, help)) = unusable(&name.value, longest) else {
            return true;
        };
        self.refuse(Some(&name.value), name.span, message, help);
        false
    }

    /// The kind of an app that has none, where nothing asks for it.
    fn without_kind(&self, item: &Listed) -> Option<Spanned<String>> {
        let config = self.workspace.config.fleet.as_ref()?;
        let asking = [&config.chart, &config.namespace, &config.release];
        let mut asking = asking.into_iter().flatten().chain([&config.template]);
        let is_asked = asking.any(|text| text.value.contains(KIND));
        (!is_asked).then(|| Spanned::new(String::new(), item.name.span))
    }

    /// The app with what it shares; none when it refers to what is not there.
    fn app(&mut self, item: &Listed, groups: &Groups) -> Option<FleetApp> {
        let problems = self.fleet.problems.len();
        let chain = match groups.chain(&item.group) {
            Ok(chain) => chain,
            Err(refused) => {
                let place = self.at(refused.span);
                let message = text!(
                    "{}, so `{}` is not generated",
                    refused.message,
                    Name(&item.name.value)
                );
                let problem = Problem::located(place, message);
                let problem = match refused.near {
                    Some(near) => problem.suggest(Some(near)),
                    None => problem.help(refused.help),
                };
                self.fleet.refuse(Some(&item.name.value), problem);
                return None;
            }
        };
        let layers = || chain.iter().map(|link| link.group).chain([&item.group]);
        let kind = layers().rev().find_map(|layer| layer.kind.clone());
        // One template for all apps asks for none.
        let Some(kind) = kind.or_else(|| self.without_kind(item)) else {
            let message = text!(
                "`{}` has no kind, so no template is its own",
                Name(&item.name.value)
            );
            self.refuse(
                Some(&item.name.value),
                item.name.span,
                message,
                "add `kind:`, here or in a group",
            );
            return None;
        };
        let is_empty = kind.value.is_empty() && self.without_kind(item).is_none();
        if is_empty || kind.value.contains(['/', '\\']) || kind.value.starts_with('.') {
            let message = text!(
                "the kind `{}` is a part of a path, not a name, so `{}` is not generated",
                Name(&kind.value),
                Name(&item.name.value)
            );
            self.refuse(
                Some(&item.name.value),
                kind.span,
                message,
                "name a template, without `/` and without `.` at its start",
            );
        }
        for (name, _) in layers().flat_map(|layer| layer.per_environment.iter()) {
            self.known(name, &item.name.value);
        }
        let wanted = layers().rev().find_map(|layer| layer.environments.as_ref());
        for name in wanted.into_iter().flatten() {
            self.known(name, &item.name.value);
        }
        let is_wanted = |environment: &&Environment| match wanted {
            Some(wanted) => wanted.iter().any(|name| *name.value == *environment.name),
            None => true,
        };
        let environments = self.workspace.environments.iter();
        let app = FleetApp {
            name: item.name.value.as_str().into(),
            span: item.name.span,
            groups: chain
                .iter()
                .filter_map(|link| link.name.map(str::to_owned))
                .collect(),
            environments: environments.filter(is_wanted).cloned().collect(),
            layers: chain
                .iter()
                .map(|link| link.at.clone())
                .chain([item.at.clone()])
                .collect(),
            kind,
        };
        (self.fleet.problems.len() == problems).then_some(app)
    }

    fn known(&mut self, name: &Spanned<String>, app: &str) {
        let names = self.workspace.environments.iter().map(|known| &*known.name);
        if names.clone().any(|known| *known == *name.value) {
            return;
        }
        let message = text!(
            "there is no environment `{}`, so `{}` is not generated",
            Name(&name.value),
            Name(app)
        );
        let problem = Problem::located(self.at(name.span), message).suggest_or(
            nearest(&name.value, names),
            "declare it under `environments:` of envlint.yaml",
        );
        self.fleet.refuse(Some(app), problem);
    }

    /// Whether no other app has one of its files: `{app}-{env}.yaml` is the same for two of them.
    fn has_own_files(&mut self, app: &FleetApp, files: &mut BTreeMap<String, Span>) -> bool {
        let Some(config) = &self.workspace.config.fleet else {
            return false;
        };
        for environment in &app.environments {
            let path = app.filled(&config.values.value, &environment.name);
            if let Some(other) = files.insert(path.clone(), app.span) {
                let message = text!(
                    "`{}` and another app have the same values file, {}",
                    Name(&app.name),
                    Name(&path)
                );
                let problem = Problem::located(self.at(app.span), message)
                    .note(self.at(other), "the other one")
                    .help("rename one of them, or put `{app}` and `{env}` into folders of their own in `values:`");
                self.fleet.refuse(Some(&app.name), problem);
                return false;
            }
        }
        true
    }
}
