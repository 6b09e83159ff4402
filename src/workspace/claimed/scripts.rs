//! Environments that a script tells: where all that it deploys with files of an environment goes to one, what else it deploys to
//! the same namespace goes there, too.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Claim, Rank};

/// What is known of a script: the environments that its commands tell, and what these deploy to which namespaces.
#[derive(Default)]
struct Script {
    environments: BTreeSet<String>,
    namespaces: BTreeSet<String>,
    /// What they deploy: the same without its values is another way to deploy it.
    releases: BTreeSet<Option<String>>,
}

/// Gives commands that tell no environment the one of their script.
pub(super) fn tell(claims: &mut [Claim]) {
    let mut scripts: BTreeMap<String, Script> = BTreeMap::new();
    for claim in claims.iter().filter(|claim| claim.rank == Rank::Command) {
        if let Some(environment) = &claim.environment {
            let script = scripts.entry(claim.evidence.file.clone()).or_default();
            script.environments.insert(environment.clone());
            script.namespaces.extend(claim.namespace.clone());
            script.releases.insert(claim.release.clone());
        }
    }
    let open = claims.iter_mut().filter(|claim| {
        claim.rank == Rank::Command && claim.environment.is_none() && claim.layers.is_empty()
    });
    for claim in open {
        let script = scripts.get(&claim.evidence.file);
        let same = script.filter(|script| {
            let namespace = claim.namespace.as_ref();
            script.environments.len() == 1
                && !script.releases.contains(&claim.release)
                && namespace.is_some_and(|namespace| script.namespaces.contains(namespace))
        });
        claim.environment = same.and_then(|script| script.environments.first().cloned());
    }
}
