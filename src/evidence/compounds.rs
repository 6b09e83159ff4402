//! Names of folders and files in which a stage is one word of several: `dev-spaces` is a product, `dev-shop` next to
//! `prod-shop` an app in an environment. The names next to them tell which.

use std::collections::{BTreeMap, BTreeSet};

use crate::naming::{Tier, known_tier, read};

/// Stages whose words are used for much else behind another word: `step-integration`, `shop-demo`.
const COMMON: [&str; 13] = [
    "integration",
    "performance",
    "acceptance",
    "load",
    "live",
    "review",
    "preview",
    "test",
    "testing",
    "demo",
    "ci",
    "sandbox",
    "int",
];

/// Where a stage stands in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Position {
    Whole,
    First,
    Last,
    Between,
}

fn position(name: &str) -> Option<Position> {
    let told = read(name)?;
    let (before, behind) = (told.at.start > 0, told.at.end < name.len());
    Some(match (before, behind) {
        (false, false) => Position::Whole,
        (false, true) => Position::First,
        (true, false) => Position::Last,
        (true, true) => Position::Between,
    })
}

/// What names of one kind have in common: where the stage stands, and the other words before it.
type Kind = (Position, String);

fn kind(name: &str) -> Option<Kind> {
    let position = position(name)?;
    let rest = match position {
        Position::Whole | Position::First => String::new(),
        Position::Last | Position::Between => read(name)?.place,
    };
    Some((position, rest))
}

/// Whether a name tells an environment only where another one next to it does: what follows a stage is no place of it, or
/// the stage is a word of many uses. `pre` may stand next to `post`.
fn is_doubtful(name: &str) -> bool {
    let Some(told) = read(name) else { return false };
    let word = name
        .get(told.at.clone())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if told.place.is_empty() {
        return word == "pre";
    }
    let is_usual = told.has_usual_place() || told.has_part();
    match position(name) {
        Some(Position::First) => !is_usual,
        Some(Position::Last | Position::Between) => !is_usual && COMMON.contains(&word.as_str()),
        _ => false,
    }
}

/// Whether a folder lies in one of an environment and is itself called by a word of many uses: `prod/modules/performance`.
fn is_inside(above: &str, name: &str) -> bool {
    let is_weak = |name: &str| {
        // A preview, or a place for disasters, may well lie in the environment that it is made of.
        read(name).is_some_and(|told| !told.sure && told.place.is_empty() && told.stage != "dr")
            && known_tier(name) != Some(Tier::Preview)
    };
    let is_of_one = |folder: &str| {
        // `nonprod` holds several.
        read(folder)
            .is_some_and(|told| told.sure && told.place.is_empty() && told.stage != "nonprod")
    };
    is_weak(name) && above.split('/').any(is_of_one)
}

/// So many folders of other things make a folder between them one of these, too.
const FEWEST_OTHERS: usize = 2;

/// The names of folders and files that tell no environment, though one of their words is a stage.
pub(super) fn without_environment<'p>(paths: impl Iterator<Item = &'p str>) -> BTreeSet<String> {
    let mut names: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut folders: BTreeSet<(&str, &str)> = BTreeSet::new();
    for path in paths {
        let mut above = "";
        for (at, _) in path.match_indices('/') {
            let (Some(folder), Some(directory)) = (path.get(..at), path.get(..=at)) else {
                continue;
            };
            let name = folder.rsplit('/').next().unwrap_or(folder);
            if names.insert((above, name)) {
                folders.insert((above, name));
            }
            above = directory;
        }
        let file = path.rsplit('/').next().unwrap_or(path);
        names.insert((above, file.split('.').next().unwrap_or(file)));
    }
    let mut alike: BTreeMap<(&str, Kind), BTreeSet<&str>> = BTreeMap::new();
    let mut doubtful: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for (above, _) in folders.iter().filter(|(_, name)| read(name).is_none()) {
        *others.entry(*above).or_default() += 1;
    }
    let is_among_others = |above: &str, name: &str| {
        let count = others.get(above).copied().unwrap_or_default();
        count >= FEWEST_OTHERS && folders.contains(&(above, name)) && is_inside(above, name)
    };
    for (above, name) in names {
        let Some(kind) = kind(name) else { continue };
        alike.entry((above, kind)).or_default().insert(name);
        if is_doubtful(name) || is_among_others(above, name) {
            doubtful.insert((above, name));
        }
    }
    let has_sign = |(above, name): &(&str, &str)| {
        let same = kind(name).and_then(|kind| alike.get(&(*above, kind)));
        same.is_some_and(|same| same.len() > 1)
    };
    let (told, open): (BTreeSet<_>, BTreeSet<_>) = doubtful.into_iter().partition(has_sign);
    let told: BTreeSet<&str> = told.into_iter().map(|(_, name)| name).collect();
    let open = open.into_iter().map(|(_, name)| name);
    open.filter(|name| !told.contains(name))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_is_one_word_of_several_needs_a_second_sign() {
        let paths = [
            "policies/dev-spaces/kustomization.yaml",
            "policies/pipelines/kustomization.yaml",
            "apps/dev-shop/values.yaml",
            "apps/prod-shop/values.yaml",
            "apps/step-integration.yaml",
            "apps/shop-staging.yaml",
            "prod/zot/pre/release.yaml",
            "prod/zot/post/release.yaml",
            "envs/pre/values.yaml",
            "envs/prod/values.yaml",
            "clusters/dev-eu-1/a.yaml",
            "hosts/shop-test/a.yaml",
            "hosts/shop-dev/a.yaml",
        ];
        let found = without_environment(paths.into_iter());
        assert_eq!(
            found.iter().collect::<Vec<_>>(),
            ["dev-spaces", "step-integration"]
        );
        let found = without_environment(paths.into_iter().filter(|path| !path.starts_with("envs")));
        assert!(found.contains("pre"));
        let paths = [
            "prod/modules/alerts/a.yaml",
            "prod/modules/auth/a.yaml",
            "prod/modules/performance/a.yaml",
            "nonprod/test/a.yaml",
            "nonprod/shared/a.yaml",
            "nonprod/tools/a.yaml",
            "prod/apps/demo/a.yaml",
            "prod/apps/shop/a.yaml",
            "staging/x/sandbox/a.yaml",
            "staging/x/dev/a.yaml",
            "staging/x/shop/a.yaml",
            "staging/x/web/a.yaml",
        ];
        let found = without_environment(paths.into_iter());
        assert_eq!(found.iter().collect::<Vec<_>>(), ["performance"]);
    }
}
