//! The workspaces that a command looks at: the one of the current directory with those that lie in it, or those that the
//! given paths belong to.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use super::{Failure, Invocation};
use crate::check::Outcome;
use crate::masking::{Text, text};
use crate::source::{Problem, work_tree};
use crate::workspace::{Scope, Workspace, find_config, nested_below};

/// One workspace, and the paths that are to be checked there.
#[derive(Debug)]
pub(super) struct Group {
    /// Its configuration; without one it is found from `start`.
    config: Option<PathBuf>,
    /// Where the search for it begins.
    start: PathBuf,
    /// The paths; none for all of it.
    pub paths: Vec<PathBuf>,
    /// Whether only files count that git tracks.
    is_tracked: bool,
    /// The workspace, where it was opened to find out which lie in it.
    opened: RefCell<Option<Result<Workspace, Failure>>>,
}

/// What a check of one workspace came to.
#[derive(Debug)]
pub(super) struct Checked {
    /// The workspace's root: absolute, and without links.
    pub root: PathBuf,
    /// The workspace; none when it could not be opened.
    pub workspace: Option<Workspace>,
    /// The findings, and why there are no more of them.
    pub outcome: Outcome,
    /// Whether nothing in it changed since the revision that was asked for.
    pub is_unchanged: bool,
}

impl Checked {
    /// One that cannot be opened.
    pub(super) fn failed(root: PathBuf, failure: Failure) -> Checked {
        Checked {
            root,
            workspace: None,
            outcome: Outcome::of_problems(failure.into_problems()),
            is_unchanged: false,
        }
    }
}

impl Group {
    fn new(config: Option<PathBuf>, start: PathBuf, is_tracked: bool) -> Group {
        Group {
            config,
            start,
            paths: Vec::new(),
            is_tracked,
            opened: RefCell::default(),
        }
    }

    /// The workspace that a path belongs to.
    fn of(path: &Path, is_tracked: bool) -> Group {
        let start = start(path);
        Group::new(find_config(&start), start, is_tracked)
    }

    /// Opens the workspace.
    ///
    /// # Errors
    /// The mistakes of its configuration.
    pub(super) fn open(&self, invocation: &Invocation) -> Result<Workspace, Failure> {
        if let Some(opened) = self.opened.take() {
            return opened;
        }
        let scope = match self.is_tracked {
            true => Scope::Tracked(&self.paths),
            false => Scope::All,
        };
        let config = self.config.as_deref();
        invocation.checked(Workspace::open_within(&self.start, config, scope))
    }

    /// The directory of the workspace, even of one that cannot be opened.
    pub(super) fn root(&self) -> PathBuf {
        let above = self.config.as_deref().and_then(Path::parent);
        let directory = match above {
            Some(above) if above.as_os_str().is_empty() => Path::new("."),
            Some(above) => above,
            None => &self.start,
        };
        directory
            .canonicalize()
            .unwrap_or_else(|_| directory.to_owned())
    }

    fn is_same(&self, other: &Group) -> bool {
        self.config.is_some() == other.config.is_some() && self.root() == other.root()
    }

    /// The configurations of the workspaces in a directory that lie in this workspace. A mistake in this one's
    /// configuration hides none of them.
    fn nested(&self, invocation: &Invocation, directory: &Path) -> Vec<PathBuf> {
        let opened = self.open(invocation);
        let nested = match &opened {
            Ok(workspace) => workspace.nested(),
            Err(_) => nested_below(&self.root()),
        };
        *self.opened.borrow_mut() = Some(opened);
        let directory = directory
            .canonicalize()
            .unwrap_or_else(|_| directory.to_owned());
        let inside = |config: &PathBuf| config.starts_with(&directory);
        nested.into_iter().filter(inside).collect()
    }
}

/// The workspaces of these paths, with those in the directories among them; without any path, the workspace of the
/// current directory and those in it. Of their files, those that git tracks may be the only ones that count.
pub(super) fn groups(invocation: &Invocation, paths: &[PathBuf], is_tracked: bool) -> Vec<Group> {
    if let Some(config) = &invocation.config {
        let mut only = Group::new(Some(config.clone()), PathBuf::from("."), is_tracked);
        only.paths = paths.to_vec();
        return vec![only];
    }
    let mut groups: Vec<Group> = Vec::new();
    let at = |groups: &mut Vec<Group>, group: Group| {
        let known = groups.iter().position(|known| known.is_same(&group));
        known.unwrap_or_else(|| {
            groups.push(group);
            groups.len() - 1
        })
    };
    let here = [PathBuf::from(".")];
    let wanted = if paths.is_empty() { &here } else { paths };
    for path in wanted {
        let index = at(&mut groups, Group::of(path, is_tracked));
        if !paths.is_empty() {
            groups[index].paths.push(path.clone());
        }
    }
    for directory in wanted.iter().filter(|path| path.is_dir()) {
        let index = at(&mut groups, Group::of(directory, is_tracked));
        for config in groups[index].nested(invocation, directory) {
            let start = config.parent().unwrap_or(Path::new(".")).to_owned();
            let index = at(&mut groups, Group::new(Some(config), start, is_tracked));
            // All of it lies in the directory.
            groups[index].paths.clear();
        }
    }
    groups
}

/// How many names a message lists before it stops.
const LISTED: usize = 10;

/// The one workspace that a command works in which is not for several: that of the current directory.
///
/// # Errors
/// When it cannot be opened, or has no app while other workspaces lie in it: nothing says which one is meant.
pub(super) fn only(invocation: &Invocation) -> Result<Workspace, Failure> {
    let workspace = invocation.workspace(Path::new("."))?;
    if !workspace.apps.is_empty() {
        return Ok(workspace);
    }
    match others(&workspace) {
        Some(others) => Err(Problem::without_place(text!(
            "{} has no app of its own, but holds other workspaces",
            workspace.root
        ))
        .help(others)
        .into()),
        None => Ok(workspace),
    }
}

/// How to choose one of the workspaces that lie in this one, when there are some.
pub(super) fn others(workspace: &Workspace) -> Option<Text> {
    let nested = workspace.nested();
    let listed = nested.iter().take(LISTED).map(|config| {
        let below = config.strip_prefix(&workspace.root).unwrap_or(config);
        Text::of(below)
    });
    let more = if nested.len() > LISTED { ", …" } else { "" };
    (!nested.is_empty()).then(|| {
        text!(
            "choose one with --config, or run the command in its directory: {}{}",
            Text::join(listed, ", "),
            more
        )
    })
}

/// Where reported paths begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// At the workspace's root; of several, where a person stands.
    Workspace,
    /// Where a person stands, when all workspaces lie there.
    Here,
    /// At the root of the git work tree.
    Repository,
}

impl Base {
    /// The directory that paths of workspaces with these roots are relative to.
    pub(super) fn directory(self, roots: &[PathBuf]) -> PathBuf {
        let above = common(roots);
        let here = || {
            let here = Path::new(".").canonicalize().ok();
            here.filter(|here| above.starts_with(here))
        };
        let directory = match (self, roots) {
            (Base::Workspace, [_only]) => None,
            (Base::Workspace | Base::Here, _) => here(),
            (Base::Repository, _) => work_tree(&above).or_else(here),
        };
        directory.unwrap_or(above)
    }
}

/// What several workspaces come to, with paths as seen from the same directory.
pub(super) fn join(checked: Vec<Checked>, base: Base) -> Outcome {
    let roots: Vec<PathBuf> = checked.iter().map(|known| known.root.clone()).collect();
    let base = base.directory(&roots);
    let mut joined = Outcome::of_problems(Vec::new());
    for Checked { root, outcome, .. } in checked {
        let outcome = outcome.below(&prefix(&root, &base));
        joined.findings.extend(outcome.findings);
        for problem in outcome.problems {
            // What is wrong with the command line is wrong in every workspace.
            let is_known =
                |known: &Problem| known.location.is_none() && known.message == problem.message;
            if problem.location.is_some() || !joined.problems.iter().any(is_known) {
                joined.problems.push(problem);
            }
        }
        joined.unsearched.extend(outcome.unsearched);
        joined.limits.extend(outcome.limits);
        joined.extent = joined.extent.and(outcome.extent);
    }
    joined
        .findings
        .sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
    joined
}

/// The path of a directory as seen from one above it, with `/`.
pub(super) fn prefix(directory: &Path, above: &Path) -> String {
    let below = directory.strip_prefix(above).ok().and_then(Path::to_str);
    below.unwrap_or_default().replace('\\', "/")
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

/// Where the search for a path's workspace begins. Where no configuration is found from the path, the current directory is
/// the workspace if it holds the path: whatever paths are given, apps and files are called the same.
fn start(path: &Path) -> PathBuf {
    let here = Path::new(".");
    let start = match path {
        path if path.is_dir() => path,
        path => path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(here),
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
