//! Places in values, as far as a template tells them.

use std::sync::Arc;

use envlint_yaml::{Path, Segment};

/// One step from a value to a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// A key of a map.
    Key(Arc<str>),
    /// Any item of a list, or any value of a map: `range`, or a key that the template computes.
    Any,
}

impl Step {
    /// Whether it leads where a segment of a path leads.
    pub(super) fn fits(&self, segment: &Segment) -> bool {
        match (self, segment) {
            (Step::Any, _) => true,
            (Step::Key(key), Segment::Key(known)) => **key == **known,
            (Step::Key(_), Segment::Index(_) | Segment::Match { .. }) => false,
        }
    }
}

/// A place in the values of the root chart.
pub(super) type Steps = Arc<[Step]>;

/// Whether the steps begin as the path does, as far as both go.
pub(super) fn run_together(steps: &[Step], path: &[Segment]) -> bool {
    steps
        .iter()
        .zip(path)
        .all(|(step, segment)| step.fits(segment))
}

/// The path that the steps are, where each is a key.
pub(super) fn path_of(steps: &[Step]) -> Option<Path> {
    let key = |step: &Step| match step {
        Step::Key(key) => Some(Segment::Key((**key).to_owned())),
        Step::Any => None,
    };
    steps.iter().map(key).collect()
}
