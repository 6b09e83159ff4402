//! What the patterns of a promotion (`--path`, `--except`, `--overwrite-hotfix`) cover: one that covers nothing was not
//! meant, and one that has no effect is said.

use super::comparison::{Pair, PathState};
use super::permissions::OVERWRITE_HOTFIX;
use super::promote::{AppPromotion, Request};
use super::scope::ONLY;
use crate::history::State;
use crate::masking::{Text, text};
use crate::source::Problem;
use crate::values::{Pattern, Tree};

/// How the patterns of a request fare in one app and its target: one for each pattern.
#[derive(Debug, Default)]
pub(super) struct Hits(Vec<Hit>);

#[derive(Debug)]
struct Hit {
    reach: Reach,
    /// The path that was probably meant, where it covers nothing.
    near: Option<String>,
}

/// How far a pattern gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// It covers and names nothing in the values of the two environments.
    Nothing,
    /// It covers paths, and none on which it has an effect.
    Idle,
    /// It does what it was given for.
    Works,
}

/// All patterns of a request, with the option that each of them came from.
fn patterns<'r>(
    request: &'r Request<'_>,
) -> impl Iterator<Item = (&'static str, &'r Pattern)> + use<'r> {
    let hotfixes = request.permissions.overwrite_hotfix.iter();
    let hotfixes = hotfixes.map(|pattern| (OVERWRITE_HOTFIX, pattern));
    request.scope.patterns().chain(hotfixes)
}

impl Hits {
    /// Looks for what the patterns cover in the paths of one app.
    pub(super) fn of(
        request: &Request<'_>,
        pairs: &[Pair<'_>],
        trees: &[Option<Tree<'_>>],
        states: &[(usize, State)],
    ) -> Hits {
        let hotfixes = states.iter();
        let hotfixes = hotfixes.filter(|(_, state)| state.out_of_order().is_some());
        let hotfixes: Vec<&Pair<'_>> = hotfixes.filter_map(|(at, _)| pairs.get(*at)).collect();
        let hit = |(option, pattern): (&'static str, &Pattern)| {
            let covers = |pair: &&Pair<'_>| covers(pattern, pair, trees);
            let reach = match option {
                _ if !pairs.iter().any(|pair| covers(&pair)) => Reach::Nothing,
                OVERWRITE_HOTFIX if !hotfixes.iter().any(covers) => Reach::Idle,
                ONLY if pairs.iter().filter(covers).all(is_own) => Reach::Idle,
                _ => Reach::Works,
            };
            let near = || {
                let hotfixes = match option {
                    OVERWRITE_HOTFIX => hotfixes.as_slice(),
                    _ => &[],
                };
                let near = pattern.nearest(hotfixes.iter().map(|pair| &pair.path));
                near.or_else(|| pattern.nearest(pairs.iter().map(|pair| &pair.path)))
            };
            let near = (reach == Reach::Nothing).then(near).flatten();
            Hit { reach, near }
        };
        Hits(patterns(request).map(hit).collect())
    }
}

fn covers(pattern: &Pattern, pair: &Pair<'_>, trees: &[Option<Tree<'_>>]) -> bool {
    let trees = || trees.iter().flatten().cloned();
    let both = [&pair.from, &pair.to].into_iter();
    let mut values = both.filter_map(|presence| presence.value());
    pattern.covers_in(&pair.path, trees())
        || values.any(|value| pattern.names_within(&pair.path, value.node(), trees()))
}

fn is_own(pair: &Pair<'_>) -> bool {
    pair.state == PathState::PerEnvironment
}

/// What is to be said of the patterns of a promotion, seen over all apps and targets: of those that have no effect.
///
/// # Errors
/// When a pattern covers nothing in any app: what was asked for is nowhere, so something else was meant.
pub fn coverage(request: &Request<'_>, apps: &[AppPromotion]) -> Result<Vec<Text>, Problem> {
    let mut notes = Vec::new();
    for (index, (option, pattern)) in patterns(request).enumerate() {
        let hits = || apps.iter().filter_map(|app| app.hits.0.get(index));
        match hits().map(|hit| hit.reach).max() {
            Some(Reach::Nothing) => {
                let near = hits().find_map(|hit| hit.near.as_deref());
                let problem = Problem::without_place(text!(
                    "{} `{}` matches no path of any app",
                    option,
                    pattern
                ));
                return Err(problem.suggest_or(near, otherwise(option)));
            }
            Some(Reach::Idle) => notes.push(idle(option, pattern)),
            Some(Reach::Works) | None => {}
        }
    }
    Ok(notes)
}

/// The way out, where no path is near.
fn otherwise(option: &str) -> &'static str {
    match option {
        OVERWRITE_HOTFIX => "`envlint status` lists the hotfixes",
        _ => "`envlint diff` lists the paths that are pending",
    }
}

fn idle(option: &'static str, pattern: &Pattern) -> Text {
    match option {
        OVERWRITE_HOTFIX => text!(
            "{} `{}` overwrites nothing, because no path that it covers is a hotfix",
            option,
            pattern
        ),
        _ => text!(
            "{} `{}` moves nothing, because every path that it covers is per-environment",
            option,
            pattern
        ),
    }
}
