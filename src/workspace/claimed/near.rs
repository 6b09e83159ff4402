//! Which apps a claim may be of: those that have in common with it what both must have. Claims are as many as the lines of a
//! script, so they are not held against each other.

use std::collections::HashMap;

use super::place::Place;
use crate::evidence::LayerPath;

/// The chart and the environment of a deployment.
pub(super) type Scope = (Option<String>, String);

/// The apps that are known, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Near {
    by_release: HashMap<(Scope, String, String), Vec<usize>>,
    by_layer: HashMap<(Scope, LayerPath), Vec<usize>>,
}

impl Near {
    /// Those with the same release in the same namespace.
    pub(super) fn of_release(&self, scope: &Scope, place: &Place) -> &[usize] {
        let known = release(scope, place).and_then(|release| self.by_release.get(&release));
        known.map_or(&[], Vec::as_slice)
    }

    /// Those with that one of its layers that the fewest have.
    pub(super) fn of_layers(&self, scope: &Scope, place: &Place) -> &[usize] {
        let layers = place.claim.layers.iter();
        let known = layers.map(|layer| {
            let known = self.by_layer.get(&(scope.clone(), layer.clone()));
            known.map_or(&[][..], Vec::as_slice)
        });
        known.min_by_key(|known| known.len()).unwrap_or_default()
    }

    /// Adds an app that has a deployment.
    pub(super) fn add(&mut self, scope: &Scope, place: &Place, app: usize) {
        let add = |known: &mut Vec<usize>| {
            if known.last() != Some(&app) {
                known.push(app);
            }
        };
        if let Some(release) = release(scope, place) {
            add(self.by_release.entry(release).or_default());
        }
        for layer in &place.claim.layers {
            let key = (scope.clone(), layer.clone());
            add(self.by_layer.entry(key).or_default());
        }
    }
}

fn release(scope: &Scope, place: &Place) -> Option<(Scope, String, String)> {
    let (release, namespace) = (&place.claim.release, &place.claim.namespace);
    Some((scope.clone(), release.clone()?, namespace.clone()?))
}
