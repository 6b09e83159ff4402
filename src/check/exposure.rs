//! How far the secrets come that stand in an app's files: one that every environment overrides is deployed nowhere.

use std::cell::LazyCell;
use std::collections::{BTreeMap, HashMap};

use envlint_yaml::Path;

use crate::naming::{Tier, is_local, is_of_own_registry};
use crate::resolve::{EnvironmentValues, ResolvedApp};
use crate::rules::Exposure;
use crate::source::Source;
use crate::values::{Tree, TreeKind, is_off_on_the_way, words_of};
use crate::workspace::Environment;

/// Of each file that holds secrets, how far they come, by where they begin.
#[derive(Debug, Default)]
pub(super) struct Exposures(HashMap<String, BTreeMap<usize, Exposure>>);

impl Exposures {
    /// Those of the layers of an app, and of its chart's defaults. `at_most` is how far the app itself comes.
    pub(super) fn of(cx: &ResolvedApp<'_>, at_most: Exposure) -> Exposures {
        let mut all = Exposures::default();
        let defaults = cx.chart.and_then(|chart| chart.values.as_ref().ok());
        for values in &cx.environments {
            let most = LazyCell::new(|| at_most.min(of_values(values)));
            let own = values.file.source.as_ref().ok();
            let others = values.file.others();
            let others = others.filter_map(|layer| layer.source.as_ref().ok());
            for source in own.into_iter().chain(others) {
                // Where no chart tells what is read, nobody need be asked who reads it.
                let is_of_chart = cx.chart.is_some()
                    && cx.has_one_chart()
                    && !cx.workspace.is_read_by_others(cx.app, &source.path);
                all.add(source, |path| match has(values, path, source) {
                    _ if is_of_chart && !cx.may_read(path) => Exposure::Unread,
                    Some(false) => Exposure::Unused,
                    _ if is_of_chart && !cx.may_reach(values, path) => Exposure::Unused,
                    Some(true) | None => *most,
                });
            }
            if let Some(source) = defaults {
                all.add(source, |path| match has(values, path, source) {
                    Some(true)
                        if cx.may_read(path)
                            && cx.may_reach(values, path)
                            && !values.file.is_given(path) =>
                    {
                        *most
                    }
                    _ => Exposure::Unused,
                });
            }
        }
        all
    }

    /// Those of a file; none of one that no deployment has.
    pub(super) fn in_file(&self, path: &str) -> Option<&BTreeMap<usize, Exposure>> {
        self.0.get(path)
    }

    /// With those of another app, which may share files with this one.
    pub(super) fn merge(&mut self, other: Exposures) {
        for (file, starts) in other.0 {
            let known = self.0.entry(file).or_default();
            for (start, exposure) in starts {
                note(known, start, exposure);
            }
        }
    }

    fn add(&mut self, source: &Source, exposure: impl Fn(&Path) -> Exposure) {
        if source.sensitive().is_empty() {
            return;
        }
        let known = self.0.entry(source.path.clone()).or_default();
        for sensitive in source.sensitive() {
            note(known, sensitive.span.start, exposure(&sensitive.path));
        }
    }
}

/// How far an app comes that an environment has. Of one that nothing tells the tier of, it may be production.
pub(super) fn in_environment(environment: &Environment) -> Exposure {
    match environment.tier {
        Tier::Production => Exposure::Production,
        Tier::Preview if is_local(&environment.name) => Exposure::Machine,
        Tier::Development | Tier::Preview if environment.is_tier_told => Exposure::Development,
        Tier::Preview | Tier::Development | Tier::Staging => Exposure::Deployed,
    }
}

/// How far an app comes in an environment. Images that come from a registry of somebody's own machine run there alone.
fn of_values(values: &EnvironmentValues<'_>) -> Exposure {
    let most = in_environment(values.environment);
    let is_own = || {
        values
            .effective
            .as_ref()
            .is_some_and(pulls_from_own_machine)
    };
    match values.environment.tier {
        Tier::Production | Tier::Staging => most,
        Tier::Development | Tier::Preview if is_own() => most.min(Exposure::Machine),
        Tier::Development | Tier::Preview => most,
    }
}

/// Whether a registry, a repository or an image of the values is of somebody's own machine.
fn pulls_from_own_machine(tree: &Tree<'_>) -> bool {
    let is_of_image = |key: &str| {
        let words = words_of(key);
        let last = words.last().map(String::as_str);
        matches!(last, Some("image" | "registry" | "repository"))
    };
    match tree.kind() {
        TreeKind::Mapping(entries) => {
            entries
                .into_iter()
                .any(|(key, value)| match value.as_str() {
                    Some(text) => is_of_own_registry(text) && is_of_image(key),
                    None => pulls_from_own_machine(&value),
                })
        }
        TreeKind::Sequence(_) | TreeKind::Scalar(_) => false,
    }
}

fn note(known: &mut BTreeMap<usize, Exposure>, start: usize, exposure: Exposure) {
    let most = known.entry(start).or_insert(exposure);
    *most = exposure.max(*most);
}

/// Whether the value that an environment has at a path is that of this file, and its section is switched on; none where
/// that is not known.
fn has(values: &EnvironmentValues<'_>, path: &Path, source: &Source) -> Option<bool> {
    let effective = values.effective.as_ref().filter(|_| !path.is_root())?;
    let found = effective.at(path);
    let is_own = found.is_some_and(|found| found.source().path == source.path);
    let is_given = values.file.is_given(path) && !values.file.is_open();
    Some(is_own && !is_given && !is_off_on_the_way(effective, path))
}
