//! The two folders of a configuration, and where in them the values files are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use regex::Regex;

use super::cannot;
use super::config::{Hed, Replacement};
use super::spelling::spelled;
use crate::masking::text;
use crate::naming::known_tier;
use crate::source::{Entry, Problem, Walk, boundary, read_text};

/// So many files are looked at.
const MOST_FILES: usize = 5_000;
/// So many forms of their paths are entries of `apps:`.
const MOST_FORMS: usize = 20;
/// So many apps are entries by themselves, where not all files of a form count.
const MOST_APPS: usize = 1_000;
/// So many globs are read.
const MOST_GLOBS: usize = 100;

/// An environment, and the folder that its files are in.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) name: String,
    pub(super) tier: Option<&'static str>,
    /// The other names that it has in paths of files.
    pub(super) aliases: Vec<String>,
    path: PathBuf,
}

impl Folder {
    fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.iter().any(|alias| alias == name)
    }

    fn call(&mut self, name: String) {
        if !self.is_called(&name) {
            self.aliases.push(name);
        }
    }

    /// An expression of all its names.
    fn names(&self) -> Option<Regex> {
        let mut names: Vec<&String> = self.aliases.iter().chain([&self.name]).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let names: Vec<String> = names.iter().map(|name| regex::escape(name)).collect();
        Regex::new(&names.join("|")).ok()
    }
}

/// The two folders.
#[derive(Debug)]
pub(super) struct Folders {
    /// The directory that they are in: absolute, and without links.
    pub(super) root: PathBuf,
    pub(super) from: Folder,
    pub(super) to: Folder,
    /// The apps, by names and paths with `{env}`: `{app}` stands for all of one form.
    pub(super) apps: Vec<(String, String)>,
    /// Files that are manifests, and no values.
    pub(super) manifests: usize,
}

impl Folders {
    pub(super) fn of(hed: &Hed, root: &Path) -> Result<Folders, Problem> {
        let root = std::fs::canonicalize(root)
            .map_err(|error| Problem::without_place(text!("cannot read {}: {}", root, error)))?;
        let (Some(from), Some(to)) = (&hed.source, &hed.destination) else {
            return Err(cannot("it names no `source` or no `destination`")
                .help("one that only formats has nothing to promote: write `format:` of envlint.yaml by hand"));
        };
        let [from, to] = [from, to].map(|path| components(path));
        let (Some(from), Some(to)) = (from, to) else {
            return Err(cannot("`source` or `destination` leads out of the directory")
                .help("run it where both folders are, or name this directory: `envlint init --from-hed FILE DIR`"));
        };
        let different = |known: &(&String, &String)| known.0 != known.1;
        let differing = from.iter().zip(&to).position(|pair| different(&pair));
        let rest = |at: usize| (from.get(at + 1..), to.get(at + 1..));
        let at = differing.filter(|at| {
            let (left, right) = rest(*at);
            left == right
        });
        let Some(at) = at.filter(|_| from.len() == to.len()) else {
            return Err(cannot("`source` and `destination` differ in more than the environment's name")
                .help("declare the environments and the apps by hand: `envlint init` and docs/coming-from/helm-env-delta.md"));
        };
        let folder = |parts: &[String]| {
            let name = parts.get(at).cloned().unwrap_or_default();
            Folder {
                tier: known_tier(&name).map(|tier| tier.as_str()),
                aliases: Vec::new(),
                name,
                path: root.join(parts.iter().collect::<PathBuf>()),
            }
        };
        let prefix: Vec<&str> = from
            .iter()
            .enumerate()
            .map(|(index, part)| if index == at { "{env}" } else { part })
            .collect();
        let mut folders = Folders {
            from: folder(&from),
            to: folder(&to),
            root,
            apps: Vec::new(),
            manifests: 0,
        };
        let transforms = hed.transforms.values();
        for replacement in transforms.flat_map(|transform| &transform.filename) {
            folders.spell(replacement);
        }
        folders.look(&prefix.join("/"), &Counting::of(hed)?);
        Ok(folders)
    }

    /// The names of the two environments.
    pub(super) fn names(&self) -> [&str; 2] {
        [&self.from.name, &self.to.name]
    }

    /// Takes how names of files spell the two environments, where no name stands for both.
    fn spell(&mut self, replacement: &Replacement) {
        let Some([from, to]) = spelled(replacement, self.names()) else {
            return;
        };
        if !(self.from.is_called(&to) || self.to.is_called(&from) || from == to) {
            self.from.call(from);
            self.to.call(to);
        }
    }

    /// Finds the forms of the paths of values files.
    fn look(&mut self, prefix: &str, counting: &Counting) {
        let mut forms: BTreeMap<String, Form> = BTreeMap::new();
        let mut manifests = 0;
        for folder in [&self.from, &self.to] {
            let around = boundary(&self.root);
            let found = std::fs::canonicalize(&folder.path).ok();
            let Some(root) = found.filter(|found| found.starts_with(&around)) else {
                continue;
            };
            let Some(names) = folder.names() else {
                continue;
            };
            let walk = Walk::new(&root).entering(|entry| !entry.is_hidden());
            let files = walk.entries(Entry::is_yaml_file).entries;
            for entry in files.iter().take(MOST_FILES) {
                match form(Path::new(&entry.path), &names) {
                    None => {}
                    Some(_) if is_manifest(&self.root, &root.join(&entry.path)) => manifests += 1,
                    Some((form, app)) => {
                        let form = forms.entry(format!("{prefix}/{form}")).or_default();
                        match counting.counts(&entry.path) {
                            true => form.apps.extend([app]),
                            false => form.is_partial = true,
                        }
                    }
                }
            }
        }
        self.manifests = manifests;
        let all = || ("{app}".to_owned(), format!("{prefix}/{{app}}.yaml"));
        let is_empty = forms.is_empty();
        let apps = forms.into_iter().take(MOST_FORMS).flat_map(|(path, form)| {
            let names = match form.is_partial {
                true => form.apps,
                false => BTreeSet::from(["{app}".to_owned()]),
            };
            let entry = move |name: String| (name.clone(), path.replace("{app}", &name));
            names.into_iter().map(entry)
        });
        self.apps = apps.take(MOST_APPS).collect();
        self.apps.extend(is_empty.then(all));
    }
}

/// The values files of one form.
#[derive(Debug, Default)]
struct Form {
    /// The names of the apps whose files count
    apps: BTreeSet<String>,
    /// Whether others do not
    is_partial: bool,
}

/// Which files count.
struct Counting {
    included: Option<Gitignore>,
    excluded: Gitignore,
}

impl Counting {
    fn of(hed: &Hed) -> Result<Counting, Problem> {
        Ok(Counting {
            included: match hed.include.is_empty() {
                true => None,
                false => Some(globs(&hed.include)?),
            },
            excluded: globs(&hed.exclude)?,
        })
    }

    fn counts(&self, path: &str) -> bool {
        let names = |globs: &Gitignore| globs.matched(path, false).is_ignore();
        self.included.as_ref().is_none_or(names) && !names(&self.excluded)
    }
}

/// Globs of files, from the folder of an environment on.
fn globs(written: &[String]) -> Result<Gitignore, Problem> {
    let unreadable = || {
        cannot("`include` or `exclude` has a glob that cannot be read")
            .help("take it out, and name the apps in `apps:` of envlint.yaml")
    };
    if written.len() > MOST_GLOBS {
        return Err(unreadable());
    }
    let mut builder = GitignoreBuilder::new("");
    for glob in written {
        let from_root = format!("/{}", glob.trim_start_matches("./").trim_start_matches('/'));
        builder
            .add_line(None, &from_root)
            .map_err(|_| unreadable())?;
    }
    builder.build().map_err(|_| unreadable())
}

/// The parts of a path below the directory; none of one that leads out of it.
fn components(path: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    for part in Path::new(path).components() {
        match part {
            Component::CurDir => {}
            Component::Normal(name) => parts.push(name.to_str()?.to_owned()),
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!parts.is_empty()).then_some(parts)
}

/// `{app}.yaml`, `{app}/values.yaml`, and the app's name; none of what is a chart's own.
fn form(below: &Path, environment: &Regex) -> Option<(String, String)> {
    let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
    let parts = parts?;
    let (file, folders) = parts.split_last()?;
    if *file == "Chart.yaml" || folders.contains(&"templates") || folders.contains(&"charts") {
        return None;
    }
    let named = |text: &str| environment.replace_all(text, "{env}").into_owned();
    let (form, app, around) = match folders.split_last() {
        Some((app, around)) => {
            let form = format!("{{app}}/{}", named(file));
            (form, (*app).to_owned(), around)
        }
        None => {
            let (stem, end) = file.rsplit_once('.')?;
            let found = environment.find(stem).map(|found| found.range());
            let around =
                found.and_then(|found| Some((stem.get(..found.start)?, stem.get(found.end..)?)));
            let (stem, app) = match around {
                // `shop-prod.yaml`
                Some((before, after)) if before.len() > 1 => {
                    let between = before.chars().last().unwrap_or('-');
                    let app = before.strip_suffix(between).unwrap_or(before);
                    (format!("{{app}}{between}{{env}}{after}"), app)
                }
                _ => ("{app}".to_owned(), stem),
            };
            (format!("{stem}.{end}"), app.to_owned(), folders)
        }
    };
    let mut all: Vec<String> = around.iter().map(|part| named(part)).collect();
    all.push(form);
    Some((all.join("/"), app))
}

/// Whether a file is an object of Kubernetes, and no values.
fn is_manifest(root: &Path, path: &Path) -> bool {
    let text = read_text(root, &path.to_string_lossy()).unwrap_or_default();
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("apiVersion:") && has("kind:")
}
