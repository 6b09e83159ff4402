//! A project: what `Pulumi.yaml` declares, and the files of its stacks.

use std::collections::HashMap;
use std::sync::Arc;

use envlint_yaml::{Key, Mapping, Node, Span};

use super::{Kind, ending, full_key, stack_of};
use crate::source::{Source, directory_of, join};

/// A project, with its stacks.
#[derive(Debug)]
pub struct Project {
    /// Its file.
    pub source: Arc<Source>,
    /// Its name; empty where the file has none.
    pub name: String,
    /// The language of its program: `nodejs`, `python`, `go`, `dotnet`, `java`, `yaml`.
    pub runtime: String,
    /// The directory of its program, relative to the root of the workspace.
    pub program: String,
    /// What it declares of its configuration.
    pub declared: Vec<Declared>,
    /// Its stacks, by the paths of their files.
    pub stacks: Vec<Stack>,
    directory: String,
    /// Where in `declared` the first of each key is.
    by_key: HashMap<String, usize>,
}

/// A key that a project declares.
#[derive(Debug)]
pub struct Declared {
    /// The key, with its namespace.
    pub key: String,
    /// Where the project names it.
    pub span: Span,
    /// Its type, where the project says one.
    pub kind: Option<Kind>,
    /// Whether the project has a value for stacks that have none.
    pub is_given: bool,
    /// Whether its values have to be encrypted.
    pub is_secret: bool,
    /// The default, where it is not of the type.
    pub wrong_default: Option<Span>,
    /// A type that Pulumi does not know.
    pub unknown_type: Option<Span>,
}

/// The configuration of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// Its file, relative to the root of the workspace.
    pub path: String,
}

impl Project {
    /// What a file declares; none where it is no map. It has no stacks yet.
    pub fn read(source: &Arc<Source>) -> Option<Project> {
        let root = source.document.root()?.as_mapping()?;
        let text =
            |map: &Mapping, key: &str| map.get(key).and_then(Node::as_str).map(str::to_owned);
        let name = text(root, "name").unwrap_or_default();
        let runtime = text(root, "runtime").or_else(|| {
            let options = root.get("runtime").and_then(Node::as_mapping);
            options.and_then(|options| text(options, "name"))
        });
        let here = directory_of(&source.path);
        // `config:` with a text is the older name of `stackConfigDir:`.
        let stacks = text(root, "stackConfigDir").or_else(|| text(root, "config"));
        let below = |path: Option<String>| {
            let path = path.unwrap_or_default();
            let path = path.trim_start_matches("./").trim_end_matches(['/', '.']);
            join(here, path).trim_end_matches('/').to_owned()
        };
        let config = root.get("config").and_then(Node::as_mapping);
        let declared = config.into_iter().flat_map(Mapping::iter);
        let declared: Vec<Declared> = declared
            .map(|(key, node)| Declared::of(&name, &written(source, key), key.span(), node))
            .collect();
        let mut by_key = HashMap::new();
        for (at, declared) in declared.iter().enumerate() {
            by_key.entry(declared.key.clone()).or_insert(at);
        }
        // `main:` is a directory, or a file in one.
        let main = text(root, "main").map(|main| match main.rsplit('/').next() {
            Some(file) if file.contains('.') && file != "." && file != ".." => {
                directory_of(&main).to_owned()
            }
            _ => main,
        });
        Some(Project {
            runtime: runtime.unwrap_or_default(),
            program: below(main),
            declared,
            by_key,
            stacks: Vec::new(),
            directory: below(stacks),
            source: Arc::clone(source),
            name,
        })
    }

    /// Finds its stacks among files. Pulumi reads only those with the ending of the project's file.
    pub fn find_stacks<'f>(&mut self, files: impl Iterator<Item = &'f str>) {
        let own = ending(&self.source.path);
        let is_here = |path: &&str| directory_of(path) == self.directory && ending(path) == own;
        let stacks = files.filter(is_here).filter_map(|path| {
            Some(Stack {
                name: stack_of(path)?.to_owned(),
                path: path.to_owned(),
            })
        });
        self.stacks = stacks.collect();
    }

    /// What stands for the stack in the paths of its files: a path with `{env}`.
    pub fn pattern(&self, placeholder: &str) -> String {
        let file = format!("Pulumi.{placeholder}{}", ending(&self.source.path));
        join(&self.directory, &file)
    }

    /// What it declares of a key.
    pub fn declaration(&self, key: &str) -> Option<&Declared> {
        self.declared.get(*self.by_key.get(key)?)
    }

    /// The value that stacks without a key have.
    pub fn default_of(&self, key: &str) -> Option<&Node> {
        let config = self.source.document.root()?.as_mapping()?.get("config")?;
        let mut entries = config.as_mapping()?.iter();
        let (_, node) = entries
            .find(|(known, _)| full_key(&self.name, &written(&self.source, known)) == key)?;
        match node.as_mapping() {
            Some(map) => map.get("default").or_else(|| map.get("value")),
            None => Some(node),
        }
    }

    /// The resources of a program that is written in Pulumi YAML, with their names in it.
    pub fn resources(&self) -> impl Iterator<Item = (&Key, &Node)> {
        let root = self.source.document.root();
        let resources = root.and_then(|root| root.as_mapping()?.get("resources")?.as_mapping());
        resources.into_iter().flat_map(Mapping::iter)
    }

    /// Whether a key belongs to the project itself, and not to a provider.
    pub fn owns(&self, key: &str) -> bool {
        let namespace = key.split_once(':').map(|(namespace, _)| namespace);
        !self.name.is_empty() && namespace == Some(&self.name)
    }
}

/// A key as it is written, unless it is in quotes: Pulumi reads YAML 1.2, where `on` and `1.10` are what they look like.
fn written(source: &Source, key: &Key) -> String {
    let written = source.document.text(key.span());
    match written.starts_with(char::is_alphanumeric) {
        true => written.to_owned(),
        false => key.text().to_owned(),
    }
}

impl Declared {
    fn of(project: &str, key: &str, span: Span, node: &Node) -> Declared {
        let map = node.as_mapping();
        let of = |name: &str| {
            map.and_then(|map| map.get(name))
                .filter(|node| !node.is_null())
        };
        let kind = map.and_then(Kind::of);
        let default = of("default");
        let wrong = kind.as_ref().zip(default);
        let wrong = wrong.filter(|(kind, default)| !kind.fits_default(default));
        Declared {
            key: full_key(project, key),
            span,
            // A plain value is a default, or the value of a provider's key.
            is_given: map.is_none() || default.is_some() || of("value").is_some(),
            is_secret: of("secret").and_then(Node::as_bool).unwrap_or_default(),
            wrong_default: wrong.map(|(_, default)| default.span()),
            unknown_type: map.and_then(Kind::unknown),
            kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(text: &str) -> Project {
        Project::read(&Arc::new(Source::new("infra/Pulumi.yaml", text))).expect("a project")
    }

    #[test]
    fn stacks_lie_where_the_project_says_and_have_its_ending() {
        for (text, found) in [
            ("name: a\n", "infra/Pulumi.dev.yaml"),
            (
                "name: a\nstackConfigDir: ./stacks/\n",
                "infra/stacks/Pulumi.dev.yaml",
            ),
            ("name: a\nconfig: stacks\n", "infra/stacks/Pulumi.dev.yaml"),
        ] {
            let mut project = project(text);
            let files = [
                "infra/Pulumi.dev.yaml",
                "infra/Pulumi.prod.yml",
                "infra/Pulumi.yaml",
                "infra/stacks/Pulumi.dev.yaml",
            ];
            project.find_stacks(files.into_iter());
            let paths: Vec<&str> = project.stacks.iter().map(|stack| &*stack.path).collect();
            assert_eq!(paths, [found], "{text}");
            assert_eq!(project.pattern("dev"), found);
        }
    }

    #[test]
    fn what_is_declared_has_a_type_and_perhaps_a_value() {
        let project = project(
            "name: shop\nruntime: {name: nodejs}\nmain: src/index.ts\nconfig:\n  size: {type: integer, default: 1.5}\n  \
             hosts: {type: array, items: {type: string}}\n  token: {type: string, secret: true}\n  aws:region: eu-central-1\n",
        );
        assert_eq!(
            (&*project.runtime, &*project.program),
            ("nodejs", "infra/src")
        );
        let size = project.declaration("shop:size").expect("declared");
        assert!(size.is_given && size.wrong_default.is_some());
        let hosts = project.declaration("shop:hosts").expect("declared");
        let name = hosts.kind.as_ref().map(Kind::name);
        assert_eq!(name.as_deref(), Some("array<string>"));
        assert!(
            !hosts.is_given
                && project
                    .declaration("shop:token")
                    .is_some_and(|it| it.is_secret)
        );
        assert!(
            project
                .declaration("aws:region")
                .is_some_and(|it| it.is_given)
        );
        assert!(project.owns("shop:size") && !project.owns("aws:region"));
    }
}
