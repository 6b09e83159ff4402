//! The workspaces that a check looks at: the one of the current directory with those that lie in it, or those that the given
//! paths belong to.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use super::{Failure, Invocation};
use crate::check::{Extent, Outcome};
use crate::workspace::{Workspace, find_config};

/// One workspace, and the paths that are to be checked there.
#[derive(Debug)]
pub(super) struct Group {
    /// Its configuration; without one it is found from `start`.
    config: Option<PathBuf>,
    /// Where the search for it begins.
    start: PathBuf,
    /// The paths; none for all of it.
    pub paths: Vec<PathBuf>,
    /// The workspace, where it was opened to find out which there are.
    opened: RefCell<Option<Workspace>>,
}

impl Group {
    /// Opens the workspace.
    ///
    /// # Errors
    /// The mistakes of its configuration.
    pub(super) fn open(&self, invocation: &Invocation) -> Result<Workspace, Failure> {
        if let Some(workspace) = self.opened.take() {
            return Ok(workspace);
        }
        match (&invocation.config, &self.config) {
            (None, Some(config)) => invocation.checked(Workspace::open_config(config)),
            _ => invocation.workspace(&self.start),
        }
    }
}

/// The workspaces of these paths; without any, the one of the current directory and those below it.
///
/// # Errors
/// When the workspace of the current directory cannot be opened.
pub(super) fn groups(invocation: &Invocation, paths: &[PathBuf]) -> Result<Vec<Group>, Failure> {
    if invocation.config.is_some() {
        return Ok(vec![Group {
            config: None,
            start: start(paths),
            paths: paths.to_vec(),
            opened: RefCell::default(),
        }]);
    }
    let mut groups: Vec<Group> = Vec::new();
    for path in paths {
        let start = start(std::slice::from_ref(path));
        let config = find_config(&start);
        let known = groups
            .iter_mut()
            .find(|group| group.config == config && (config.is_some() || group.start == start));
        match known {
            Some(group) => group.paths.push(path.clone()),
            None => groups.push(Group {
                paths: vec![path.clone()],
                config,
                start,
                opened: RefCell::default(),
            }),
        }
    }
    let directories = paths.iter().filter(|path| path.is_dir());
    let mut below: Vec<PathBuf> = Vec::new();
    for directory in directories {
        let workspace = invocation.workspace(&start(std::slice::from_ref(directory)))?;
        let full = directory
            .canonicalize()
            .unwrap_or_else(|_| directory.clone());
        let nested = workspace.nested().into_iter();
        below.extend(nested.filter(|config| config.starts_with(&full)));
    }
    if paths.is_empty() {
        let here = invocation.workspace(Path::new("."))?;
        below = here.nested();
        // A directory that only holds workspaces is none itself.
        if below.is_empty() || here.config_source.is_some() || !here.apps.is_empty() {
            groups.push(Group {
                config: None,
                start: PathBuf::from("."),
                paths: Vec::new(),
                opened: RefCell::new(Some(here)),
            });
        }
    }
    for config in below {
        let is_known = |group: &Group| {
            group
                .config
                .as_ref()
                .and_then(|known| known.canonicalize().ok())
                == Some(config.clone())
        };
        if !groups.iter().any(is_known) {
            groups.push(Group {
                start: config.parent().unwrap_or(Path::new(".")).to_owned(),
                config: Some(config),
                paths: Vec::new(),
                opened: RefCell::default(),
            });
        }
    }
    Ok(groups)
}

/// What several workspaces come to, with paths as seen from the directory that holds them all.
pub(super) fn join(outcomes: Vec<(Workspace, Outcome)>) -> Outcome {
    let roots: Vec<PathBuf> = outcomes
        .iter()
        .map(|(workspace, _)| workspace.root.clone())
        .collect();
    let base = common(&roots);
    let mut joined = Outcome {
        findings: Vec::new(),
        problems: Vec::new(),
        extent: Extent::default(),
        sources: Vec::new(),
        unsearched: Vec::new(),
    };
    for (workspace, outcome) in outcomes {
        let prefix = workspace
            .root
            .strip_prefix(&base)
            .ok()
            .and_then(Path::to_str);
        let outcome = outcome.below(&prefix.unwrap_or_default().replace('\\', "/"));
        joined.findings.extend(outcome.findings);
        joined.problems.extend(outcome.problems);
        joined.sources.extend(outcome.sources);
        joined.unsearched.extend(outcome.unsearched);
        joined.extent = joined.extent.and(outcome.extent);
    }
    joined
        .findings
        .sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
    joined
}

/// The directory that holds all of these.
fn common(roots: &[PathBuf]) -> PathBuf {
    let Some((first, others)) = roots.split_first() else {
        return PathBuf::new();
    };
    let holds_all = |above: &&Path| others.iter().all(|root| root.starts_with(above));
    first
        .ancestors()
        .find(holds_all)
        .unwrap_or(first)
        .to_owned()
}

/// Where the search for the workspace begins: the first path given, or the current directory. Where no configuration is
/// found from the path, the current directory is the workspace if it holds the path: whatever paths are given, apps and
/// files are called the same.
fn start(paths: &[PathBuf]) -> PathBuf {
    let here = Path::new(".");
    let start = match paths.first() {
        Some(path) if path.is_dir() => path,
        Some(path) => path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(here),
        None => here,
    };
    let is_below = match (here.canonicalize(), start.canonicalize()) {
        (Ok(here), Ok(start)) => start.starts_with(here),
        _ => false,
    };
    if is_below && find_config(start).is_none() {
        here.to_owned()
    } else {
        start.to_owned()
    }
}
