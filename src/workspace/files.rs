//! The files of a workspace, found by one bounded walk.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use ignore::overrides::OverrideBuilder;

use super::CONFIG_FILE;
use super::listing::Listing;
use crate::evidence::Unread;
use crate::masking::{Said, Text, text};
use crate::naming::{around_values, holds_commands};
use crate::source::{
    Entry, Kind, MOST_ENTRIES, Problem, Walk, Walked, boundary, directory_of, is_yaml, join,
};

/// Lists paths, in the form of `.gitignore`, that are not looked at: samples, fixtures, what others own.
pub(super) const IGNORE_FILE: &str = ".envlintignore";

/// Directories deeper than this are not looked at: no repository keeps such files there, and it bounds the walk.
const DEEPEST: usize = 24;

/// More files than this are not looked at.
const MOST_FILES: usize = 200_000;

/// More directories that were left out are counted.
const MOST_LEFT_OUT: usize = 20;

/// What one walk found, each in the order of the paths, which have `/`.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// The YAML files.
    pub yaml: Vec<String>,
    /// Scripts, Makefiles and the like, which may deploy something, and YAML files that are templates of helmfile.
    pub scripts: Vec<String>,
    /// Files with data, which others may name.
    pub data: Vec<String>,
    /// The templates of charts.
    pub templates: Vec<String>,
    /// Files that hold settings or keys by their names, and are no YAML.
    pub settings: Vec<String>,
    /// The directories of workspaces of their own.
    pub nested: Vec<String>,
    /// What is wrong with an ignore file: its directory was not looked at.
    pub refused: Option<Problem>,
    /// Links to files that the walk found, too, with these.
    pub copies: HashMap<String, String>,
    /// Links to directories of the repository, which are not entered.
    pub links: Vec<String>,
    /// What the walk left out of its own accord, with the reason.
    pub left_out: Vec<Unread>,
}

/// The files below a directory. Left out are what `.gitignore` and `.envlintignore` leave out, directories behind links,
/// folders of tools, and workspaces of their own.
pub(super) fn files(root: &Path, listing: &Listing) -> Files {
    let walk = || walk(root).entering(|entry| !is_of_a_tool(entry));
    let Paths {
        found,
        refused,
        copies,
        links,
        left_out,
    } = paths(root, listing, &walk, &|path| {
        is_yaml(path)
            || is_script(path)
            || path.ends_with(".json")
            || path.ends_with(".tpl")
            || path.ends_with(".tfvars")
            || path.ends_with(".hcl")
            || is_settings(path)
    });
    let (settings, found): (Vec<String>, Vec<String>) =
        found.into_iter().partition(|path| is_settings(path));
    let charts: HashSet<String> = found
        .iter()
        .filter_map(|path| path.strip_suffix("Chart.yaml").map(str::to_owned))
        .collect();
    let (templates, found): (Vec<String>, Vec<String>) = found
        .into_iter()
        .partition(|path| is_template(path, &charts));
    let nested: HashSet<String> = found
        .iter()
        .filter_map(|path| path.strip_suffix(CONFIG_FILE)?.strip_suffix('/'))
        .map(str::to_owned)
        .collect();
    let is_ours = |path: &String| {
        nested.is_empty()
            || !path
                .match_indices('/')
                .any(|(at, _)| nested.contains(&path[..at]))
    };
    let templates = templates
        .into_iter()
        .filter(|path| !path.ends_with(".json"));
    let templates = templates.filter(is_ours).collect();
    let settings = settings.into_iter().filter(is_ours).collect();
    let is_known = |path: &String| !path.ends_with(".tpl");
    let ours = found.into_iter().filter(is_ours).filter(is_known);
    let (yaml, others): (Vec<String>, Vec<String>) = ours.partition(|path| is_yaml(path));
    let (scripts, data) = others.into_iter().partition(|path| is_script(path));
    let mut nested: Vec<String> = nested.into_iter().collect();
    nested.sort_unstable();
    Files {
        yaml,
        scripts,
        data,
        templates,
        settings,
        nested,
        refused,
        copies,
        links,
        left_out,
    }
}

impl Files {
    /// All paths.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> + Clone {
        let all = self.yaml.iter().chain(&self.scripts).chain(&self.data);
        all.map(String::as_str)
    }

    /// All paths that something may name, also those of files with settings: `deploy/prod.env`.
    pub(super) fn named(&self) -> impl Iterator<Item = &str> + Clone {
        let settings = self.settings.iter().map(String::as_str);
        self.all()
            .chain(settings.filter(|path| path.ends_with(".env")))
    }

    /// The files that may hold a secret, and whether they are no YAML as they stand.
    pub(super) fn searchable(&self) -> impl Iterator<Item = (&str, bool)> {
        let is_read = |path: &&String| {
            path.ends_with(".gotmpl") || path.ends_with(".tf") || holds_commands(path)
        };
        let made = self
            .templates
            .iter()
            .chain(self.scripts.iter().filter(is_read));
        let yaml = self.yaml.iter().map(|path| (path.as_str(), false));
        let others = made.chain(&self.settings);
        yaml.chain(others.map(|path| (path.as_str(), true)))
    }

    /// The files that may say what is deployed: not those that are values or charts by their names.
    pub(super) fn candidates(&self) -> Vec<&str> {
        let of_kustomize = |path: &&String| {
            let file = path.rsplit('/').next().unwrap_or(path);
            file.starts_with("kustomization.y")
        };
        let kustomized: HashSet<&str> = self
            .yaml
            .iter()
            .filter(of_kustomize)
            .map(|path| directory_of(path))
            .collect();
        let is_values = |path: &&String| {
            let name = path.rsplit('/').next().unwrap_or(path);
            let stem = name.split(".y").next().unwrap_or(name);
            // `podinfo-values.yaml` may be a patch of a HelmRelease, and so may what a kustomization lies next to.
            let values = around_values(stem).is_some_and(|(before, _)| before.is_empty());
            values && !kustomized.contains(directory_of(path)) || name == "Chart.yaml"
        };
        let yaml = self.yaml.iter().filter(|path| !is_values(path));
        yaml.chain(&self.scripts).map(String::as_str).collect()
    }
}

/// Endings of files with settings or keys.
const SETTINGS: [&str; 6] = [".env", ".properties", ".pem", ".key", ".p8", ".ppk"];

/// Words in names of files with settings that show how they are written.
const SHOWN: [&str; 9] = [
    "example", "examples", "sample", "template", "tpl", "dist", "defaults", "schema", "ci",
];

/// Whether a file holds settings or keys by its name: `.env`, `.env.prod`, `prod.env`, `application.properties`, `tls.key`.
fn is_settings(path: &str) -> bool {
    if is_yaml(path) {
        return false;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let is_named = lower.starts_with(".env.")
        || matches!(
            lower.as_str(),
            "id_rsa" | "id_ed25519" | "id_ecdsa" | "id_dsa"
        )
        || SETTINGS.iter().any(|end| lower.ends_with(end));
    let mut words = lower.split(['.', '-', '_']);
    is_named && !words.any(|word| SHOWN.contains(&word))
}

/// Endings of files that may deploy something.
const SCRIPTS: [&str; 12] = [
    ".sh",
    ".bash",
    ".mk",
    ".ps1",
    ".groovy",
    ".just",
    ".gotmpl",
    ".tf",
    ".tilt",
    ".jsonnet",
    ".libsonnet",
    ".py",
];

fn is_script(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let is_documentation = lower.starts_with("readme");
    !is_documentation && SCRIPTS.iter().any(|end| lower.ends_with(end))
        || matches!(
            lower.as_str(),
            "makefile"
                | "gnumakefile"
                | "justfile"
                | ".justfile"
                | "earthfile"
                | "tiltfile"
                | "package.json"
        )
        || lower.contains("jenkinsfile")
        || is_bare_script(path)
}

/// Whether a file may be a script without an ending: `bin/deploy`.
fn is_bare_script(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or(path);
    let folder = parts.next().unwrap_or_default();
    !name.contains('.') && matches!(folder, "bin" | "script" | "scripts")
}

/// The YAML files that any of these patterns matches, which are in the form of `.gitignore`.
pub(super) fn matching<'p>(
    root: &Path,
    listing: &Listing,
    patterns: impl Iterator<Item = &'p str>,
) -> Vec<String> {
    let mut only = OverrideBuilder::new(root);
    for pattern in patterns {
        // A pattern that cannot be read matches nothing.
        let _ = only.add(pattern.trim_start_matches("./"));
    }
    let Ok(only) = only.build() else {
        return Vec::new();
    };
    let walk = || {
        walk(root)
            .only(only.clone())
            .entering(|entry| !is_of_a_tool(entry) && !is_templates(root, entry))
    };
    paths(root, listing, &walk, &is_yaml).found
}

/// The files below a directory that `is_wanted` takes for programs by their paths, where the walk of the workspace goes.
pub(super) fn programs(
    root: &Path,
    listing: &Listing,
    is_wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Vec<String> {
    let walk = || walk(root).entering(|entry| !is_of_a_tool(entry));
    paths(root, listing, &walk, is_wanted).found
}

/// Only the ignore files of the workspace itself count: a check says the same on every machine. What lies one deeper is not
/// looked at, but said.
fn walk(root: &Path) -> Walk<'_> {
    let walk = Walk::new(root).with_ignore_file(IGNORE_FILE);
    walk.to_depth(DEEPEST + 1)
}

/// Folders that tools fill for themselves.
const TOOLS: [&str; 12] = [
    ".git",
    "node_modules",
    ".terraform",
    ".terragrunt-cache",
    ".venv",
    "venv",
    ".tox",
    ".cache",
    ".idea",
    ".vscode",
    ".direnv",
    ".pnpm-store",
];

fn is_of_a_tool(entry: &Entry) -> bool {
    entry.kind == Kind::Directory && TOOLS.contains(&entry.name())
}

/// The templates of a chart are not YAML before they are rendered.
fn is_templates(root: &Path, entry: &Entry) -> bool {
    let above = directory_of(&entry.path);
    entry.name() == "templates" && root.join(join(above, "Chart.yaml")).is_file()
}

/// Whether a path lies in the templates of one of these charts, which end with `/`.
fn is_template(path: &str, charts: &HashSet<String>) -> bool {
    let mut folders = path.match_indices("templates/");
    !charts.is_empty()
        && folders.any(|(at, _)| path.get(..at).is_some_and(|chart| charts.contains(chart)))
}

/// A link to a file is listed wherever it leads: that it is refused is said where it is read.
fn is_file(root: &Path, entry: &Entry) -> bool {
    let leads_to_file = || {
        let found = root.join(&entry.path).metadata();
        found.is_ok_and(|found| !found.is_dir())
    };
    entry.kind == Kind::File || entry.kind == Kind::Link && leads_to_file()
}

/// What a walk found and what it left out.
struct Paths {
    found: Vec<String>,
    refused: Option<Problem>,
    copies: HashMap<String, String>,
    links: Vec<String>,
    left_out: Vec<Unread>,
}

fn paths<'w>(
    root: &Path,
    listing: &Listing,
    walk: &dyn Fn() -> Walk<'w>,
    is_wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Paths {
    let Walked {
        entries,
        unreadable,
        refused,
        is_cut,
    } = listing.entries(root, walk, &|entry| {
        entry.depth > DEEPEST
            || entry.kind == Kind::Link
            || entry.kind == Kind::File && is_wanted(&entry.path)
    });
    let (mut found, mut links) = (Vec::new(), Vec::new());
    let mut copies: HashMap<String, String> = HashMap::new();
    let mut left_out: BTreeMap<String, Text> = BTreeMap::new();
    if is_cut {
        let reason = text!(
            "envlint lists no more than {} files and links, and leaves out the others",
            MOST_ENTRIES
        );
        left_out.insert(String::new(), reason);
    }
    for (path, error) in unreadable {
        left_out.insert(path, text!("envlint cannot read it: {}", Said(&error)));
    }
    for entry in entries {
        if entry.depth > DEEPEST {
            let reason = text!(
                "envlint does not look at more than {} directories in one another",
                DEEPEST
            );
            left_out.insert(directory_of(&entry.path).to_owned(), reason);
        } else if is_file(root, &entry) && is_wanted(&entry.path) {
            if found.len() == MOST_FILES {
                let reason = text!(
                    "envlint looks at no more than {} files, and leaves out this one and all that follow",
                    MOST_FILES
                );
                left_out.insert(entry.path, reason);
                break;
            }
            if entry.kind == Kind::Link {
                let target = root.join(&entry.path).canonicalize().ok();
                let target = target.and_then(|target| to_slashes(target.strip_prefix(root).ok()?));
                copies.extend(target.map(|target| (entry.path.clone(), target)));
            }
            found.push(entry.path);
        } else if entry.kind == Kind::Link && is_within(root, &root.join(&entry.path)) {
            links.push(entry.path);
        }
    }
    copies.retain(|_, target| found.binary_search(target).is_ok());
    Paths {
        found,
        refused,
        copies,
        links,
        left_out: said(left_out),
    }
}

/// Whether a path leads to something of the repository.
pub(super) fn is_within(root: &Path, path: &Path) -> bool {
    let target = path.canonicalize();
    target.is_ok_and(|target| target.starts_with(boundary(root)))
}

/// What is said of what was left out: the first places, and how many more there are.
fn said(left_out: BTreeMap<String, Text>) -> Vec<Unread> {
    let count = left_out.len();
    let places = left_out.into_iter().take(MOST_LEFT_OUT).enumerate();
    let unread = places.map(|(index, (file, reason))| Unread {
        file,
        place: None,
        reason: match index + 1 == MOST_LEFT_OUT && count > MOST_LEFT_OUT {
            true => text!("{}; {} more like this", reason, count - MOST_LEFT_OUT),
            false => reason,
        },
        is_values: false,
    });
    unread.collect()
}

fn to_slashes(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path
        .components()
        .map(|part| part.as_os_str().to_str())
        .collect();
    parts.map(|parts| parts.join("/"))
}
