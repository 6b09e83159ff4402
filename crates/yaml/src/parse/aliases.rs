//! goyaml's guard against files whose aliases expand to more than the file says (`decode.go`): the share of values that
//! come from aliases may be 99% of up to 400,000 values, falling to 10% at 4,000,000.

use super::loaded::{Loaded, report};
use crate::node::{Kind, Node, Origin};
use crate::problem::ProblemKind;
use crate::span::Span;

const LOW: usize = 400_000;
const HIGH: usize = 4_000_000;

/// Counts what goyaml would decode, and refuses what goyaml refuses.
pub(super) fn check(loaded: &mut Loaded) {
    if loaded.anchors.iter().all(|anchor| anchor.uses.is_empty()) {
        return;
    }
    let excessive = loaded.documents.iter().find_map(|document| {
        let mut count = Count {
            decoded: 0,
            aliased: 0,
        };
        (!count.node(document, false)).then(|| document.span())
    });
    if let Some(Span { start, .. }) = excessive {
        let span = loaded
            .anchors
            .first()
            .map_or(Span::new(start, start), |anchor| anchor.value.span());
        let message = "aliases expand to many times the size of the file".to_owned();
        report(
            &mut loaded.problems,
            ProblemKind::InvalidAlias,
            span,
            message,
            None,
        );
    }
}

struct Count {
    decoded: usize,
    aliased: usize,
}

impl Count {
    /// Counts a value and what is in it; false as soon as it is too much. Depth is bounded by `MAX_DEPTH`.
    fn node(&mut self, node: &Node, aliased: bool) -> bool {
        if !self.step(aliased) {
            return false;
        }
        let aliased = aliased || node.origin != Origin::Written;
        // An alias is one step by itself, and what it stands for is counted under it.
        if node.origin == Origin::Alias && !self.step(aliased) {
            return false;
        }
        match node.kind() {
            Kind::Scalar(_) => true,
            Kind::Sequence(items) => items.iter().all(|item| self.node(item, aliased)),
            Kind::Mapping(mapping) => mapping
                .iter()
                .all(|(_, value)| self.step(aliased) && self.node(value, aliased)),
        }
    }

    fn step(&mut self, aliased: bool) -> bool {
        self.decoded += 1;
        self.aliased += usize::from(aliased);
        self.aliased <= 100
            || self.decoded <= 1000
            || self.aliased as f64 <= allowed(self.decoded) * self.decoded as f64
    }
}

fn allowed(decoded: usize) -> f64 {
    let over = decoded.clamp(LOW, HIGH) - LOW;
    0.99 - 0.89 * (over as f64 / (HIGH - LOW) as f64)
}
