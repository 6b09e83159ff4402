//! Projects of Pulumi in a workspace: each is an app, and its stacks are its environments.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use envlint_yaml::{Mapping, Node, Segment};

use super::app::{App, PLACEHOLDER};
use super::deployment::{Deployment, Own};
use super::marked::learn;
use super::{Environment, Workspace, files};
use crate::evidence::{Evidence, Unread};
use crate::masking::{Name, Text, text};
use crate::pulumi::{
    Project, Read, Reads, Stack, ending, full_key, is_ciphertext, is_program, is_project, stack_of,
};
use crate::source::{Location, ReadError, Source, directory_of, join, read_text};
use crate::values::{Located, Tree};

/// The projects of a workspace.
#[derive(Debug, Default)]
pub(super) struct Stacks {
    /// By the paths of their files.
    pub projects: Vec<Project>,
    /// Files of Pulumi that belong to no app, with the reason.
    pub unread: Vec<Unread>,
}

/// More text of programs is not read: then nobody says what they do not read.
const MOST_PROGRAMS: usize = 32 << 20;

/// Deeper values of stacks are not searched for what is encrypted.
const DEEPEST: usize = 50;

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
        let refused = match &read {
            Ok(source) => match Project::read(source) {
                Some(mut project) => {
                    learn_secrets_of(&project);
                    project.find_stacks(files.iter().copied());
                    stacks.projects.push(project);
                    continue;
                }
                None => text!("it is no project of Pulumi, because it is no map"),
            },
            Err(error) => text!("cannot read it: {}", error),
        };
        stacks.unread.push(unread(path, refused));
    }
    let known = stacks.projects.iter().flat_map(|project| &project.stacks);
    let known: HashSet<&str> = known.map(|stack| &*stack.path).collect();
    let left = files
        .iter()
        .filter(|path| stack_of(path).is_some() && !known.contains(*path));
    let left: Vec<Unread> = left
        .map(|path| unread(path, why_left(path, &stacks.projects)))
        .collect();
    stacks.unread.extend(left);
    stacks
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
fn why_left(path: &str, projects: &[Project]) -> Text {
    let directory = directory_of(path);
    let mut near = projects.iter();
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

    /// Whether the project of an app's stacks has a value for what a stack lacks at a path.
    pub fn is_given_by_project(&self, app: &App, path: &envlint_yaml::Path) -> bool {
        let [Segment::Key(config), Segment::Key(key), ..] = path.segments() else {
            return false;
        };
        let project = (**config == *"config")
            .then(|| self.project_of(app))
            .flatten();
        project.is_some_and(|project| {
            let declared = project.declaration(&full_key(&project.name, key));
            declared.is_some_and(|declared| declared.is_given)
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

    /// What a project's own program surely reads, with the keys as stacks have them; empty where nobody can tell.
    pub fn reads_of<'w>(&'w self, project: &'w Project) -> Vec<(String, &'w Read)> {
        let Some(reads) = self.program_reads() else {
            return Vec::new();
        };
        // A program below belongs to the project there.
        let others = self.projects().iter().map(|other| &*other.program);
        let nested: Vec<&str> = others
            .filter(|other| *other != project.program && is_below(other, &project.program))
            .collect();
        let is_own = |read: &&Read| {
            let path = read.location.source.path.as_str();
            is_below(path, &project.program) && !nested.iter().any(|other| is_below(path, other))
        };
        let own = reads.reads.iter().filter(is_own);
        own.map(|read| {
            let namespace = read.namespace.as_deref().unwrap_or(&project.name);
            (format!("{namespace}:{}", read.key), read)
        })
        .collect()
    }

    /// The values of a stack that its project or its program takes for secrets and that are not encrypted, with what only
    /// says that it is.
    pub(super) fn secrets_of_stack<'v>(&self, app: &App, values: &Located<'v>) -> Vec<Located<'v>> {
        let of_stack = stack_of(&values.tree().source().path).and_then(|_| self.project_of(app));
        let Some(project) = of_stack else {
            return Vec::new();
        };
        let reads = self.reads_of(project).into_iter();
        let reads = reads.filter(|(_, read)| read.is_secret);
        let reads: HashSet<String> = reads.map(|(key, _)| key).collect();
        let is_secret = |key: &str| {
            let key = full_key(&project.name, key);
            let declared = project.declaration(&key);
            declared.is_some_and(|declared| declared.is_secret) || reads.contains(&key)
        };
        let mut found = Vec::new();
        for (key, value) in entries(values.get("config").as_ref()) {
            let mut secures = Vec::new();
            add_under(SECURE, &value, DEEPEST, &mut secures);
            if secures.is_empty() && is_secret(key) {
                add_leaves(value, &mut found);
            }
            let is_plain =
                |secure: &Located<'_>| !secure.tree().as_str().is_some_and(is_ciphertext);
            found.extend(secures.into_iter().filter(is_plain));
        }
        // What an environment of Pulumi ESC gives that stands in the stack itself.
        let given = values.get("environment");
        if let Some(given) = given.and_then(|environment| environment.get("values")) {
            let mut secrets = Vec::new();
            add_under(SECRET_OF_ESC, &given, DEEPEST, &mut secrets);
            for (key, value) in entries(given.get("pulumiConfig").as_ref()) {
                secrets.extend(is_secret(key).then_some(value));
            }
            for secret in secrets {
                add_leaves(secret, &mut found);
            }
        }
        found
    }
}

/// The key of what is encrypted, or says that it is.
const SECURE: &str = "secure";

/// The key of a secret in an environment of Pulumi ESC, encrypted or not.
const SECRET_OF_ESC: &str = "fn::secret";

/// What stands under a key anywhere in a value.
fn add_under<'v>(key: &str, value: &Located<'v>, deep: usize, found: &mut Vec<Located<'v>>) {
    if let Some(under) = value.get(key) {
        found.push(under);
    } else if let Some(deep) = deep.checked_sub(1) {
        let children = value.children();
        children
            .iter()
            .for_each(|child| add_under(key, child, deep, found));
    }
}

/// The keys of a map, and what they hold.
fn entries<'v>(map: Option<&Located<'v>>) -> Vec<(&'v str, Located<'v>)> {
    let Some(map) = map else {
        return Vec::new();
    };
    let keys = map.tree().entries().into_iter().map(|(key, _)| key);
    keys.zip(map.children()).collect()
}

/// Makes what a project holds for keys that it declares as secrets known to the masking of output: their defaults, their
/// values, and those of the stacks that a template makes.
fn learn_secrets_of(project: &Project) {
    let Some(values) = Tree::of(&project.source) else {
        return;
    };
    let values = Located::root(&values);
    let of_template = values
        .get("template")
        .and_then(|template| template.get("config"));
    let mut found = Vec::new();
    for config in [values.get("config"), of_template] {
        for (_, declared) in entries(config.as_ref()) {
            let is_secret = declared.tree().get("secret");
            let is_secret = is_secret.and_then(|secret| secret.node().as_bool());
            if is_secret == Some(true) {
                let held = ["default", "value", "items"].into_iter();
                held.filter_map(|key| declared.get(key))
                    .for_each(|held| add_leaves(held, &mut found));
            }
        }
    }
    // The name of a type is none.
    found.retain(|value| {
        !value
            .path()
            .segments()
            .ends_with(&[Segment::Key("type".into())])
    });
    learn(&found);
}

fn add_leaves<'v>(value: Located<'v>, found: &mut Vec<Located<'v>>) {
    let children = value.children();
    match children.is_empty() {
        true => found.push(value),
        false => children
            .into_iter()
            .for_each(|child| add_leaves(child, found)),
    }
}

/// Whether a path lies in a directory.
fn is_below(path: &str, directory: &str) -> bool {
    directory.is_empty()
        || path
            .strip_prefix(directory)
            .is_some_and(|rest| rest.starts_with('/'))
}
