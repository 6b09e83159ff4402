//! Projects of Pulumi in a workspace: each is an app, and its stacks are its environments.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use envlint_yaml::{Mapping, Node, Segment, Span};

use super::app::{App, PLACEHOLDER};
use super::deployment::{Deployment, Own};
use super::environment::is_passing;
use super::{Environment, Tier, Workspace, files, stack_secrets};
use crate::evidence::{Evidence, Unread};
use crate::masking::{Name, Said, Text, text};
use crate::naming::{self, EnvironmentName, is_layer, is_part};
use crate::pulumi::{
    Project, Read, Reads, Stack, ending, full_key, is_program, is_project, stack_of,
};
use crate::source::{Location, ReadError, Source, directory_of, join, read_text};
use crate::values::Tree;

/// The projects of a workspace.
#[derive(Debug, Default)]
pub(super) struct Stacks {
    /// By the paths of their files.
    pub projects: Vec<Project>,
    /// Files of Pulumi that belong to no app, with the reason.
    pub unread: Vec<Unread>,
    /// Projects that Pulumi cannot read, with the place and the reason.
    pub broken: Vec<(Location, Text)>,
}

/// More text of programs is not read: then nobody says what they do not read.
const MOST_PROGRAMS: usize = 32 << 20;

/// Whether a file is one of Pulumi's by its name, and so no values of anything else.
pub(super) fn is_of_pulumi(path: &str) -> bool {
    is_project(path) || stack_of(path).is_some()
}

/// The projects among the YAML files of a workspace.
pub(super) fn find(root: &Path, yaml: &[String]) -> Stacks {
    let mut stacks = Stacks::default();
    let files: Vec<&str> = yaml
        .iter()
        .map(String::as_str)
        .filter(|path| is_of_pulumi(path))
        .collect();
    for path in files.iter().filter(|path| is_project(path)) {
        let read = Source::read(root, path).map(Arc::new);
        let source = match &read {
            Ok(source) => source,
            Err(error) => {
                let refused = text!("cannot read it: {}", error);
                stacks.unread.push(unread(path, refused));
                continue;
            }
        };
        match project(source) {
            Ok(mut project) => {
                stack_secrets::learn_secrets_of(&project);
                project.find_stacks(files.iter().copied());
                stacks.projects.push(project);
            }
            Err((span, reason)) => {
                let here = source.document.position(span.start);
                stacks.unread.push(Unread {
                    place: Some((here.line, here.column)),
                    ..unread(path, reason.clone())
                });
                stacks.broken.push((Location::new(source, span), reason));
            }
        }
    }
    let known = stacks.projects.iter().flat_map(|project| &project.stacks);
    let known: HashSet<&str> = known.map(|stack| &*stack.path).collect();
    let left = files
        .iter()
        .filter(|path| stack_of(path).is_some() && !known.contains(*path));
    let left: Vec<Unread> = left
        .map(|path| unread(path, why_left(path, &stacks)))
        .collect();
    stacks.unread.extend(left);
    stacks
}

/// The project of a file; where it is not one and why, else.
fn project(source: &Arc<Source>) -> Result<Project, (Span, Text)> {
    let mut errors = source.document.errors().iter();
    if let Some(error) = errors.find(|error| error.is_fatal()) {
        return Err((
            error.span,
            text!("it is not YAML: {}", Said(&error.message)),
        ));
    }
    let no_map = "it is no project of Pulumi, because it is no map".into();
    Project::read(source).ok_or((Span::default(), no_map))
}

fn unread(path: &str, reason: Text) -> Unread {
    Unread {
        file: path.to_owned(),
        place: None,
        reason,
        is_values: true,
    }
}

/// Why a stack's file belongs to no project.
fn why_left(path: &str, stacks: &Stacks) -> Text {
    let directory = directory_of(path);
    let mut broken = stacks.broken.iter();
    let is_its = |(place, _): &&(Location, Text)| {
        directory_of(&place.source.path) == directory && ending(&place.source.path) == ending(path)
    };
    if let Some((place, _)) = broken.find(is_its) {
        return text!("its project, {}, cannot be read", Name(&place.source.path));
    }
    let mut near = stacks.projects.iter();
    let near = near.find(|project| directory_of(&project.source.path) == directory);
    match near {
        None => "there is no Pulumi.yaml next to it, and none that names its directory under `stackConfigDir`".into(),
        Some(project) if ending(&project.source.path) != ending(path) => text!(
            "Pulumi reads stacks with the ending of {}, and this one has another",
            Name(&project.source.path)
        ),
        Some(project) => text!(
            "{} keeps its stacks in another directory (`stackConfigDir`)",
            Name(&project.source.path)
        ),
    }
}

impl Stacks {
    /// The names of all stacks.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let stacks = self.projects.iter().flat_map(|project| &project.stacks);
        stacks.map(|stack| &*stack.name)
    }

    /// The stages of stacks whose names have a word in them that would say of a file that it is a layer: `base-prod` is the stack
    /// of production of a project `base`.
    pub(super) fn stages(&self) -> BTreeMap<String, String> {
        let told = self.names().filter_map(|name| {
            let told = naming::read(name).filter(EnvironmentName::has_part)?;
            let mut parts = told.place.split('-').filter(|word| is_part(word));
            parts
                .all(is_layer)
                .then(|| (name.to_owned(), told.stage.to_owned()))
        });
        told.collect()
    }

    /// Environments of stacks that come and go with pull requests, and that a configuration does not declare. Nothing is
    /// promoted to or from them.
    pub(super) fn passing(&self, declared: &[Environment]) -> Vec<Environment> {
        let is_declared = |name: &str| {
            declared
                .iter()
                .any(|known| known.names().any(|known| known == name))
        };
        let names = self
            .names()
            .filter(|name| is_passing(name) && !is_declared(name));
        let names: BTreeSet<&str> = names.collect();
        let names = names.into_iter().zip(declared.len()..);
        names
            .map(|(name, order)| Environment::named(name, Tier::Preview, order))
            .collect()
    }

    /// An app for each project with stacks, and the stacks that are no environment.
    pub(super) fn apps(
        &self,
        root: &Path,
        environments: &[Environment],
        used: &mut BTreeSet<String>,
    ) -> (Vec<App>, Vec<Unread>) {
        let mut unread = self.unread.clone();
        let mut apps = Vec::new();
        for project in self
            .projects
            .iter()
            .filter(|project| !project.stacks.is_empty())
        {
            let of = |stack: &Stack| {
                let mut known = environments.iter();
                let environment = known.find(|known| known.names().any(|name| name == stack.name));
                Some(deployment(root, project, stack, environment?))
            };
            let mut deployments = Vec::new();
            for stack in &project.stacks {
                match of(stack) {
                    Some(deployment) => deployments.push(deployment),
                    None => unread.push(self::unread(
                        &stack.path,
                        text!("envlint.yaml has no environment `{}`", Name(&stack.name)),
                    )),
                }
            }
            deployments.sort_by_key(|deployment| {
                environments
                    .iter()
                    .position(|known| known.name == deployment.environment.name)
            });
            apps.push(App {
                name: unique_name(project, used),
                chart: None,
                deployments,
                patterns: vec![project.pattern(PLACEHOLDER)],
                schema: None,
                declared: None,
            });
        }
        apps.retain(|app| !app.deployments.is_empty());
        (apps, unread)
    }
}

/// The project's name, or one with its directory where another app has that.
fn unique_name(project: &Project, used: &mut BTreeSet<String>) -> Arc<str> {
    let directory = directory_of(&project.source.path);
    let plain = match project.name.as_str() {
        "" => directory
            .rsplit('/')
            .next()
            .filter(|name| !name.is_empty())
            .unwrap_or("pulumi"),
        name => name,
    };
    let longer = join(directory, plain);
    let numbered = (2..).map(|number| format!("{plain}-{number}"));
    let mut names = [plain.to_owned(), longer].into_iter().chain(numbered);
    let free = names.find(|name| !used.contains(name)).unwrap_or_default();
    used.insert(free.clone());
    Arc::from(free)
}

fn deployment(
    root: &Path,
    project: &Project,
    stack: &Stack,
    environment: &Environment,
) -> Deployment {
    let name = project.source.document.root().and_then(Node::as_mapping);
    let name = name
        .and_then(|map| map.get("name"))
        .map(Node::span)
        .unwrap_or_default();
    let mut evidence = vec![
        Evidence::of_file(&stack.path, "the name of the file tells the stack"),
        Evidence::at(
            &Location::new(&project.source, name),
            "the project of the stack",
        ),
    ];
    let imports = imports(root, &stack.path);
    let is_open = imports.is_some();
    evidence.extend(imports);
    let any = "config".parse().into_iter();
    Deployment {
        given: any.filter(|_| is_open).collect(),
        evidence,
        ..Deployment::new(environment.clone(), Own::file(&stack.path))
    }
}

/// Where a stack imports environments of Pulumi ESC, which may give it any configuration.
fn imports(root: &Path, path: &str) -> Option<Evidence> {
    let source = Arc::new(Source::read(root, path).ok()?);
    let map = source.document.root()?.as_mapping()?;
    let (key, environment) = map
        .entry("environment")
        .filter(|(_, node)| !node.is_null())?;
    let list = environment.as_mapping().and_then(|map| map.get("imports"));
    let names = list
        .unwrap_or(environment)
        .as_sequence()
        .unwrap_or_default();
    let names = names.iter().filter_map(|name| {
        // `- name: {merge: false}`
        let first = |map: &Mapping| map.iter().next().map(|(key, _)| key.text().to_owned());
        name.as_str()
            .map(str::to_owned)
            .or_else(|| name.as_mapping().and_then(first))
    });
    let names: Vec<Text> = names.map(|name| text!("`{}`", Name(&name))).collect();
    let words = match names.is_empty() {
        true => text!("it has an environment of Pulumi ESC, which may give any configuration"),
        false => text!(
            "it imports from Pulumi ESC what envlint cannot read: {}",
            Text::first(names.into_iter(), 5)
        ),
    };
    Some(Evidence::at(&Location::new(&source, key.span()), words))
}

impl Workspace {
    /// The projects of Pulumi, found once.
    pub(super) fn stacks(&self) -> &Stacks {
        self.stacks
            .get_or_init(|| find(&self.root, self.yaml_files()))
    }

    /// The projects of Pulumi.
    pub fn projects(&self) -> &[Project] {
        &self.stacks().projects
    }

    /// Whether an environment comes and goes with a pull request, and no configuration declares it.
    pub fn is_undeclared_preview(&self, environment: &Environment) -> bool {
        let mut declared = self.config.environments.iter();
        is_passing(&environment.name) && !declared.any(|(name, _)| *name.value == *environment.name)
    }

    /// Whether an environment is that of stacks alone which come and go with pull requests: it needs no declaration.
    pub fn is_of_passing_stacks(&self, environment: &Environment) -> bool {
        let in_it = self.apps.iter().filter(|app| {
            let mut deployments = app.deployments.iter();
            deployments.any(|known| known.environment.name == environment.name)
        });
        let mut in_it = in_it.peekable();
        is_passing(&environment.name) && in_it.peek().is_some() && in_it.all(App::is_of_stacks)
    }

    /// Projects of Pulumi that cannot be read, with the place and the reason.
    pub fn broken_projects(&self) -> &[(Location, Text)] {
        &self.stacks().broken
    }

    /// The project of Pulumi whose stacks an app's files are.
    pub fn project_of(&self, app: &App) -> Option<&Project> {
        let own = app
            .deployments
            .iter()
            .map(|deployment| deployment.own.path());
        let own: Vec<&str> = own.filter(|path| stack_of(path).is_some()).collect();
        let is_its = |stack: &Stack| own.contains(&stack.path.as_str());
        let mut projects = self.stacks().projects.iter().filter(|_| !own.is_empty());
        projects.find(|project| project.stacks.iter().any(is_its))
    }

    /// The project of an app's stacks, and the key of a stack's configuration that a path leads to.
    fn key_of_project(&self, app: &App, path: &envlint_yaml::Path) -> Option<(&Project, String)> {
        let [Segment::Key(config), Segment::Key(key), ..] = path.segments() else {
            return None;
        };
        let project = (**config == *"config").then(|| self.project_of(app))??;
        Some((project, full_key(&project.name, key)))
    }

    /// Whether the project of an app's stacks has a value for what a stack lacks at a path.
    pub fn is_given_by_project(&self, app: &App, path: &envlint_yaml::Path) -> bool {
        self.key_of_project(app, path)
            .is_some_and(|(project, key)| {
                let declared = project.declaration(&key);
                declared.is_some_and(|declared| declared.is_given)
            })
    }

    /// The value that the project of an app's stacks has for what a stack lacks at a path.
    pub fn default_of_project(&self, app: &App, path: &envlint_yaml::Path) -> Option<&Node> {
        let (project, key) = self.key_of_project(app, path)?;
        project.default_of(&key)
    }

    /// Whether a path is a key of the project of an app's stacks that none of these has.
    pub fn is_unset_in_stacks(
        &self,
        app: &App,
        path: &envlint_yaml::Path,
        stacks: &[Option<Tree<'_>>],
    ) -> bool {
        self.key_of_project(app, path)
            .is_some_and(|(project, key)| {
                let configs = stacks
                    .iter()
                    .flatten()
                    .filter_map(|stack| stack.get("config"));
                let has = |config: Tree<'_>| {
                    let mut entries = config.entries().into_iter();
                    entries.any(|(known, _)| full_key(&project.name, known) == key)
                };
                path.segments().len() == 2 && project.owns(&key) && !configs.into_iter().any(has)
            })
    }

    /// What the programs of the workspace read of the configuration; none where they are too much to be read, or cannot be.
    /// Read once.
    pub fn program_reads(&self) -> Option<&Reads> {
        let read = || {
            let mut reads = Reads::default();
            let mut room = MOST_PROGRAMS;
            for path in files::programs(&self.root, &self.listing, &is_program) {
                match read_text(&self.root, &path) {
                    Ok(text) => {
                        room = room.checked_sub(text.len())?;
                        reads.add(&path, &text);
                    }
                    // A file that is no text is no program.
                    Err(ReadError::NotText { .. } | ReadError::Missing) => {}
                    Err(_) => return None,
                }
            }
            for path in self.programs_in_yaml() {
                let text = read_text(&self.root, path).unwrap_or_default();
                room = room.checked_sub(text.len())?;
                reads.add_words(&text);
            }
            Some(reads)
        };
        self.programs.get_or_init(read).as_ref()
    }

    /// The files of programs that are written in YAML: the project's own, and others next to it.
    pub(super) fn programs_in_yaml(&self) -> impl Iterator<Item = &String> {
        let programs = self
            .projects()
            .iter()
            .filter(|project| project.runtime == "yaml");
        let programs: Vec<&str> = programs.map(|project| &*project.program).collect();
        let own = self
            .config_source
            .as_ref()
            .map(|source| source.path.as_str());
        self.yaml_files().iter().filter(move |path| {
            let is_in = programs.iter().any(|program| is_below(path, program));
            is_in && stack_of(path).is_none() && own != Some(path.as_str())
        })
    }

    /// The project whose program a file is a part of: the nearest one above.
    fn owner_of(&self, path: &str) -> Option<&Project> {
        let around = self
            .projects()
            .iter()
            .filter(|project| is_below(path, &project.program));
        around.max_by_key(|project| project.program.len())
    }

    /// Whether a file may be a part of a project's program: it is one, or is that of no other project.
    pub fn is_program_of(&self, project: &Project, path: &str) -> bool {
        let owner = self.owner_of(path);
        owner.is_none_or(|owner| owner.program == project.program)
    }

    /// What a project's own program surely reads, with the keys as stacks have them; empty where nobody can tell.
    pub fn reads_of<'w>(&'w self, project: &'w Project) -> Vec<(String, &'w Read)> {
        let Some(reads) = self.program_reads() else {
            return Vec::new();
        };
        let is_own = |read: &&Read| {
            let owner = self.owner_of(&read.location.source.path);
            owner.is_some_and(|owner| owner.program == project.program)
        };
        let own = reads.reads.iter().filter(is_own);
        own.map(|read| {
            let namespace = read.namespace.as_deref().unwrap_or(&project.name);
            (format!("{namespace}:{}", read.key), read)
        })
        .collect()
    }
}

/// Whether a path lies in a directory.
fn is_below(path: &str, directory: &str) -> bool {
    directory.is_empty()
        || path
            .strip_prefix(directory)
            .is_some_and(|rest| rest.starts_with('/'))
}
