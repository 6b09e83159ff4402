//! Objects that something fills in before they are deployed: `name: shop-__ENVIRONMENT__`. Kubernetes takes no such name, so
//! the file deploys nothing as it stands.

use std::collections::BTreeSet;

use super::claim::{Claim, Claims, Rank, Unread};
use crate::masking::{ObjectName, text};

/// Signs of a part that is filled in, of which no name of an object has any.
const SIGNS: [&str; 7] = ["__", "{{", "{%", "[[", "<", "%(", "@@"];

fn is_stencil(claim: &Claim) -> bool {
    let names = claim.names.first().into_iter().chain(&claim.release);
    let file = claim.evidence.file.rsplit('/').next();
    let is_made = file.is_some_and(|file| file.contains("{{"));
    let mut names = names.filter(|_| claim.rank == Rank::Declared);
    is_made || names.any(|name| SIGNS.iter().any(|sign| name.contains(sign)))
}

impl Claims {
    /// Leaves out what is deployed only when something has filled in its name, and says so. What is missing there is what the
    /// filled-in file names.
    pub(super) fn leave_out_stencils(&mut self) {
        let left: Vec<Claim> = self
            .claims
            .extract_if(.., |claim| is_stencil(claim))
            .collect();
        if left.is_empty() {
            return;
        }
        let places: BTreeSet<(&str, usize, usize)> = left
            .iter()
            .map(|claim| {
                let at = &claim.evidence;
                (at.file.as_str(), at.line, at.column)
            })
            .collect();
        self.missing.retain(|missing| {
            let at = &missing.evidence;
            !places.contains(&(at.file.as_str(), at.line, at.column))
        });
        self.unread.retain(|unread| {
            let place = unread
                .place
                .map(|(line, column)| (unread.file.as_str(), line, column));
            place.is_none_or(|place| !places.contains(&place))
        });
        for claim in &left {
            let name = claim.names.first().cloned().unwrap_or_default();
            let reason = text!(
                "something fills in the name `{}` first, so nothing is deployed by this file as it stands",
                ObjectName(name)
            );
            self.unread.push(Unread::of(&claim.evidence, reason));
            for layer in claim.layers.iter().filter(|layer| layer.part.is_none()) {
                let by = claim.evidence.clone();
                self.named.entry(layer.path.clone()).or_insert(by);
            }
        }
    }
}
