//! Which apps a command looks at: all, one by name, or those that own given files.

use std::path::{Path, PathBuf};

use crate::check::{Reach, Unsearched};
use crate::masking::{Name, Text, text};
use crate::naming::family;
use crate::source::Problem;
use crate::source::nearest;
use crate::workspace::{App, Deployment, Environment, Workspace};

/// The app of that name.
///
/// # Errors
/// When there is none, with the nearest name.
pub(super) fn app<'w>(workspace: &'w Workspace, name: &str) -> Result<&'w App, Problem> {
    let names = || workspace.apps.iter().map(|app| &*app.name);
    workspace
        .apps
        .iter()
        .find(|app| &*app.name == name)
        .ok_or_else(|| {
            unknown(
                "app",
                name,
                nearest(name, names()),
                &names().collect::<Vec<_>>(),
            )
        })
}

/// The apps of these names; all apps when none are given.
///
/// # Errors
/// When there is no app of one of the names, or the workspace has none at all.
pub(super) fn apps<'w>(
    workspace: &'w Workspace,
    names: &[String],
) -> Result<Vec<&'w App>, Problem> {
    if workspace.apps.is_empty() {
        return Err(Problem::without_place(text!(
            "envlint found no app in {}",
            workspace.root
        ))
        .help("envlint finds `environments/<env>/values.yaml`, `values-<env>.yaml` and similar names; declare others under `apps:` in envlint.yaml"));
    }
    let is_wanted = |app: &App| names.is_empty() || names.iter().any(|name| **name == *app.name);
    for name in names {
        app(workspace, name)?;
    }
    Ok(workspace.apps.iter().filter(|app| is_wanted(app)).collect())
}

/// The environment of that name, or of that alias, where no other has it.
///
/// # Errors
/// When there is none, with the nearest name.
pub(super) fn environment<'w>(
    workspace: &'w Workspace,
    name: &str,
) -> Result<&'w Environment, Problem> {
    let names = || {
        workspace
            .environments
            .iter()
            .map(|environment| &*environment.name)
    };
    let by_alias = || {
        let all = workspace.environments.iter();
        let mut called = all.filter(|environment| environment.names().any(|known| known == name));
        called.next().filter(|_| called.next().is_none())
    };
    workspace
        .environment(name)
        .or_else(by_alias)
        .ok_or_else(|| {
            let spelled = names().find(|known| family(known) == family(name));
            unknown(
                "environment",
                name,
                spelled.or_else(|| nearest(name, names())),
                &names().collect::<Vec<_>>(),
            )
        })
}

/// How many names a message lists before it stops.
const LISTED: usize = 10;

fn unknown(what: &'static str, name: &str, near: Option<&str>, known: &[&str]) -> Problem {
    let problem = Problem::without_place(text!("there is no {} `{}`", what, Name(name)));
    let help = match known {
        [] => text!("this workspace has no {}", what),
        known => {
            let more = if known.len() > LISTED { ", …" } else { "" };
            let listed = known.iter().take(LISTED).map(|name| Text::of(&Name(name)));
            text!("known here: {}{}", Text::join(listed, ", "), more)
        }
    };
    problem.suggest_or(near, help)
}

/// What given files or directories select.
#[derive(Debug)]
pub(super) struct Owning<'w> {
    /// The apps that own any of them.
    pub apps: Vec<&'w App>,
    /// What of the rest of the workspace is in reach.
    pub reach: Reach,
    /// Those that no app owns, and that are searched for secrets.
    pub searched: Vec<PathBuf>,
    /// Those that nothing reads.
    pub foreign: Vec<PathBuf>,
}

/// The apps that own any of these files or directories, and what the paths reach of the rest; all when none are given.
///
/// # Errors
/// When a path does not exist.
pub(super) fn owning<'w>(
    workspace: &'w Workspace,
    paths: &[PathBuf],
) -> Result<Owning<'w>, Problem> {
    let config = workspace.config_source.as_ref();
    let is_whole = |path: &str| path.is_empty() || config.is_some_and(|config| config.path == path);
    let is_owned = |path: &str| workspace.apps.iter().any(|app| owns(app, path));
    let mut is_all = paths.is_empty();
    let (mut inside, mut searched, mut foreign) = (Vec::new(), Vec::new(), Vec::new());
    for path in paths {
        let below = relative(workspace, path)?;
        match &below {
            Some(below) if is_whole(below) => is_all = true,
            Some(below) if is_owned(below) => {}
            Some(below) if is_searched(workspace, below) => searched.push(path.clone()),
            _ => foreign.push(path.clone()),
        }
        inside.extend(below);
    }
    let is_wanted = |app: &&App| is_all || inside.iter().any(|path| owns(app, path));
    Ok(Owning {
        apps: workspace.apps.iter().filter(is_wanted).collect(),
        reach: match is_all {
            true => Reach::Whole,
            false => Reach::Below(inside),
        },
        searched,
        foreign,
    })
}

/// Whether a file, or one in a directory, is searched for secrets.
fn is_searched(workspace: &Workspace, path: &str) -> bool {
    let reach = Reach::Below(vec![path.to_owned()]);
    workspace
        .searchable_files()
        .any(|(known, _)| reach.covers(known))
}

/// The YAML files among these paths that no check reads.
///
/// # Errors
/// As [`owning`].
pub(super) fn left_out(
    workspace: &Workspace,
    apps: &[&App],
    paths: &[PathBuf],
) -> Result<Vec<Unsearched>, Problem> {
    let is_yaml = |path: &&PathBuf| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        matches!(ending, Some("yaml" | "yml")) && path.is_file()
    };
    let mut left = Vec::new();
    for path in paths.iter().filter(is_yaml) {
        let Some(path) = relative(workspace, path)? else {
            continue;
        };
        let is_read = workspace.searchable_files().any(|(known, _)| known == path)
            || apps.iter().any(|app| owns(app, &path));
        if !is_read {
            let reason = "an ignore file leaves it out, or it is in a folder of a tool".into();
            left.push(Unsearched { path, reason });
        }
    }
    Ok(left)
}

/// Says that there is nothing of an app's chart, and which chart may be meant.
pub(super) fn without_chart(workspace: &Workspace, app: &App, what: Text) -> Text {
    let mut text = text!("note: {}\n", what);
    if let Some(chart) = app.chart_nearby(workspace) {
        text.push(text!(
            "help: if `{0}` is its chart, add `chart: {0}` to the app in envlint.yaml\n",
            Name(chart)
        ));
    }
    text
}

/// Warns that no path is per-environment, so that all are promoted; empty where the configuration declares some. `target` is
/// the environment that they are promoted to.
pub(super) fn nothing_declared(workspace: &Workspace, target: Option<&Environment>) -> Text {
    if workspace.config.declares_paths() {
        return Text::new();
    }
    let (reason, way) = match workspace.config_source {
        Some(_) => (
            "envlint.yaml declares nothing under `perEnvironment`",
            "run `envlint init --suggest` to see what to declare there",
        ),
        None => (
            "there is no envlint.yaml",
            "run `envlint init` to declare what belongs to an environment",
        ),
    };
    let of = target.map_or_else(Text::new, |target| text!(" of {}", Name(&target.name)));
    text!(
        "warning: {}, so every path{} is shared, even hosts and replicas; {}\n",
        reason,
        of,
        way
    )
}

/// Whether a file or directory, relative to the root, is or holds a file of the app or one that says how it is deployed, or
/// lies in its chart.
pub(super) fn owns(app: &App, path: &str) -> bool {
    let is_below = |file: &str, directory: &str| {
        file == directory
            || file
                .strip_prefix(directory)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    let files = |deployment: &Deployment| {
        let mut layers = deployment.layers();
        let mut evidence = deployment.evidence.iter();
        is_below(deployment.own.path(), path)
            || layers.any(|layer| is_below(&layer.path, path))
            || evidence.any(|place| is_below(&place.file, path))
    };
    let mut charts = app.charts();
    app.deployments.iter().any(files)
        || charts.any(|chart| chart.is_empty() || is_below(path, chart) || is_below(chart, path))
}

/// The path of what lies next to a path that does not exist, and has nearly its name.
fn beside(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let directory = path
        .parent()
        .filter(|directory| !directory.as_os_str().is_empty());
    let entries = std::fs::read_dir(directory.unwrap_or(Path::new("."))).ok()?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names: Vec<String> = names.take(MOST_BESIDE).collect();
    let near = nearest(name, names.iter().map(String::as_str))?;
    Some(path.with_file_name(near).display().to_string())
}

/// How many entries of a directory are looked at.
const MOST_BESIDE: usize = 1_000;

/// A path given on the command line, relative to the workspace's root, with `/`; none for one that lies elsewhere.
///
/// # Errors
/// When it does not exist.
pub(super) fn relative(workspace: &Workspace, path: &Path) -> Result<Option<String>, Problem> {
    let full = std::fs::canonicalize(path).map_err(|error| {
        Problem::without_place(text!("cannot read {}: {}", path, error)).suggest_or(
            beside(path),
            "give an existing file or directory, relative to the current directory",
        )
    })?;
    let inside = full.strip_prefix(&workspace.root).ok();
    Ok(inside.map(|inside| {
        inside
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/")
    }))
}
