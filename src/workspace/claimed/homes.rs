//! Where the deployments of one name and chart lie: what lies in a folder more is another app, where both are deployed to one
//! environment. `db/tenant/prod` is none of `db/dev` next to `db/prod`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::place::Place;
use crate::workspace::app::PLACEHOLDER;

/// A name and a chart.
pub(super) type Key = (String, Option<String>);

/// The environments of each folder, by name and chart.
#[derive(Default)]
pub(super) struct Homes(HashMap<Key, BTreeMap<String, BTreeSet<String>>>);

impl Homes {
    pub(super) fn of(placed: &[(Key, String, Place)]) -> Homes {
        let mut homes = Homes::default();
        for (key, environment, place) in placed {
            if place.home.contains(PLACEHOLDER) {
                let known = homes.0.entry(key.clone()).or_default();
                let environments = known.entry(place.home.clone()).or_default();
                environments.insert(environment.clone());
            }
        }
        // Where all lie in one folder, nothing is another app.
        homes.0.retain(|_, known| known.len() > 1);
        homes
    }

    /// Whether an app with some places lies in a folder more or less than a place, and both are deployed to one environment.
    pub(super) fn is_of_others(
        &self,
        key: &Key,
        place: &Place,
        places: &BTreeMap<String, Place>,
    ) -> bool {
        let Some(known) = self.0.get(key) else {
            return false;
        };
        let of = |home: &str| known.get(home);
        let Some(own) = of(&place.home) else {
            return false;
        };
        !places.values().any(|other| other.home == place.home)
            && places.values().any(|other| {
                let others = of(&other.home);
                let shares = others.is_some_and(|others| !own.is_disjoint(others));
                shares && is_deeper(&place.home, &other.home)
            })
    }
}

/// Whether one of two folders is the other one with more folders before the environment: `db/tenant/{env}` and `db/{env}`.
fn is_deeper(left: &str, right: &str) -> bool {
    let parts = |home: &str| -> Vec<String> { home.split('/').map(str::to_owned).collect() };
    let (left, right) = (parts(left), parts(right));
    let (short, long) = match left.len() < right.len() {
        true => (left, right),
        false => (right, left),
    };
    let above = |home: &[String]| {
        let at = home.iter().position(|part| part.contains(PLACEHOLDER))?;
        Some((home.get(..at)?.to_vec(), home.get(at..)?.to_vec()))
    };
    let Some(((short, end), (long, other_end))) = above(&short).zip(above(&long)) else {
        return false;
    };
    end == other_end && long.len() > short.len() && long.starts_with(&short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_more_is_another_home() {
        for (left, right, expected) in [
            ("db/{env}", "db/tenant/{env}", true),
            ("db/tenant/{env}", "db/{env}", true),
            ("db/{env}", "db/{env}", false),
            ("db/{env}", "shop/{env}", false),
            ("db/{env}/a", "db/tenant/{env}", false),
            ("db", "db/tenant", false),
        ] {
            assert_eq!(is_deeper(left, right), expected, "{left} {right}");
        }
    }
}
