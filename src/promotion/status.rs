//! `envlint status`: what every app's environments wait for, pair by pair in the order of promotion.

use std::sync::Arc;

use envlint_yaml::Path;

use super::comparison::{Comparison, Pair, PathState};
use super::files::usable;
use super::hotfixes;
use super::plan::is_selection;
use super::scope::Scope;
use crate::history::{Between, History, Side, Since, State};
use crate::masking::Text;
use crate::resolve::{Declarations, Transforms, order};
use crate::source::{Problem, ReadError, Source};
use crate::workspace::{App, Environment, ValuesFile, Workspace, each_app};

/// What an app's environments wait for.
#[derive(Debug)]
pub struct AppStatus {
    /// The app.
    pub app: Arc<str>,
    /// Its pairs of environments in which something differs that nobody allowed.
    pub pairs: Vec<PairStatus>,
    /// The environments without a values file, though the one that is promoted to them has one, and the file that is not there.
    pub absent: Vec<(Arc<str>, String)>,
}

impl AppStatus {
    /// Whether nothing is to be done.
    pub fn is_in_step(&self) -> bool {
        self.pairs.is_empty() && self.absent.is_empty()
    }
}

/// What differs between an environment and the one that it is promoted to.
#[derive(Debug)]
pub struct PairStatus {
    /// The earlier environment.
    pub from: Arc<str>,
    /// The later one.
    pub to: Arc<str>,
    /// The paths, in the order of the files.
    pub paths: Vec<PathStatus>,
}

/// One path.
#[derive(Debug)]
pub struct PathStatus {
    /// The path.
    pub path: Text,
    /// `pending`, `hotfix`, `waiting` or `unknown`.
    pub state: &'static str,
    /// When it began, where that is known.
    pub since: Option<Since>,
    /// Why the state is not known.
    pub why: Option<Text>,
}

/// The word for a new per-environment path without a value in the later environment: a person has to give it one.
pub(super) const WAITING: &str = "waiting";

/// The states of all apps. An app that cannot be looked at says why, and the others are.
pub fn status(workspace: &Workspace, apps: &[&App]) -> Vec<Result<AppStatus, Box<Problem>>> {
    let history = History::of(workspace, apps);
    let status = |app: &App| app_status(workspace, app, &history);
    each_app(workspace, apps, "looked at", status, |problem| {
        Err(Box::new(problem))
    })
}

fn app_status(
    workspace: &Workspace,
    app: &App,
    history: &History<'_>,
) -> Result<AppStatus, Box<Problem>> {
    let files = app.load(workspace);
    let own: Vec<&ValuesFile> = files.values.iter().collect();
    let environments: Vec<&Environment> = own.iter().map(|file| &file.environment).collect();
    let declarations = Declarations::of(workspace, app);
    let comparison = Comparison {
        declarations: &declarations,
        scope: &Scope::default(),
    };
    let between = Between::new(history);
    let (mut pairs, mut absent) = (Vec::new(), Vec::new());
    for (index, to) in own.iter().enumerate() {
        let from = order::start_of(&environments, index).and_then(|from| own.get(from));
        let Some(from) = from else { continue };
        let Some(source) = source_of(from)? else {
            continue;
        };
        let Some(target) = source_of(to)? else {
            if matches!(to.source, Err(ReadError::Missing)) {
                absent.push((Arc::clone(&to.environment.name), to.path.clone()));
            }
            continue;
        };
        let transforms = Transforms::between(workspace, &from.environment, &to.environment);
        let carried = Transforms::carry(transforms.as_ref(), source)?;
        let compared = comparison.pairs(&carried, target)?;
        let mut sides = [source, target].map(Side::of);
        sides[0].transforms = transforms.as_ref();
        let paths = paths(&between, sides, &compared);
        if !paths.is_empty() {
            pairs.push(PairStatus {
                from: Arc::clone(&from.environment.name),
                to: Arc::clone(&to.environment.name),
                paths,
            });
        }
    }
    Ok(AppStatus {
        app: Arc::clone(&app.name),
        pairs,
        absent,
    })
}

/// The environment's own file; none where it has none.
fn source_of(file: &ValuesFile) -> Result<Option<&Arc<Source>>, Box<Problem>> {
    match &file.source {
        Ok(source) if file.is_own_file() => usable(source).map(|()| Some(source)),
        Ok(_) | Err(ReadError::Missing) => Ok(None),
        Err(error) => Err(Box::new(super::files::unreadable(&file.path, error))),
    }
}

fn paths(between: &Between<'_>, [from, to]: [Side<'_>; 2], pairs: &[Pair<'_>]) -> Vec<PathStatus> {
    let states = hotfixes::states(between, from, to, pairs);
    let mut found: Vec<(usize, PathStatus)> = Vec::new();
    for (at, state) in &states {
        let Some(pair) = pairs.get(*at) else { continue };
        found.push((
            *at,
            PathStatus {
                path: Text::of(&pair.path),
                state: state.as_str(),
                since: state.since().cloned(),
                why: match state {
                    State::Unknown(why) => Some(why.said()),
                    State::Pending(_) | State::Hotfix(_) | State::TakenBack(_) => None,
                },
            },
        ));
    }
    let lacking: Vec<(usize, &Path)> = pairs
        .iter()
        .enumerate()
        .filter(|(_, pair)| is_unset(pair))
        .map(|(at, pair)| (at, &pair.path))
        .collect();
    let asked: Vec<&Path> = lacking.iter().map(|(_, path)| *path).collect();
    if !asked.is_empty() {
        let began = between.began(from, &asked);
        let new = lacking.iter().zip(began);
        found.extend(new.filter_map(|((at, path), since)| {
            let status = PathStatus {
                path: Text::of(*path),
                state: WAITING,
                since: Some(since?),
                why: None,
            };
            Some((*at, status))
        }));
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, status)| status).collect()
}

/// Whether a per-environment path has a value in the earlier environment only.
fn is_unset(pair: &Pair<'_>) -> bool {
    pair.state == PathState::PerEnvironment
        && pair.from.value().is_some_and(|tree| !tree.is_null())
        && pair.to.value().is_none()
        && !is_selection(&pair.path)
}
