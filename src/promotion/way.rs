//! The transforms of a promotion, and of a backport, which must lead back.

use std::sync::Arc;

use super::comparison::values;
use super::plan::Change;
use super::promote::Request;
use super::refusal::{Reason, Refusal};
use crate::masking::{Name, text};
use crate::resolve::{Rewrite, Transforms};
use crate::source::{Problem, Source};
use crate::values::{Aspect, Tree, same};

/// What changes values between the two environments of a request.
#[derive(Debug)]
pub(super) struct Way<'w> {
    /// On the way that the request goes.
    pub here: Option<Transforms<'w>>,
    /// On the way forward, when the request goes back.
    pub forward: Option<Transforms<'w>>,
}

impl<'w> Way<'w> {
    /// The way of a request.
    pub(super) fn of(request: &Request<'w>) -> Way<'w> {
        let between = |from, to| Transforms::between(request.workspace, from, to);
        Way {
            here: between(request.from, request.to),
            forward: request
                .back
                .then(|| between(request.to, request.from))
                .flatten(),
        }
    }

    /// The source's values as the target gets them.
    ///
    /// # Errors
    /// Why they cannot be transformed.
    pub(super) fn carry(&self, source: &Arc<Source>) -> Result<Arc<Source>, Box<Problem>> {
        Transforms::carry(self.here.as_ref(), source)
    }

    /// What the transforms here make of the source's values.
    ///
    /// # Errors
    /// Why they cannot be transformed.
    pub(super) fn rewrites(&self, source: &Arc<Source>) -> Result<Vec<Rewrite>, Box<Problem>> {
        let here = self.here.as_ref();
        here.map_or_else(|| Ok(Vec::new()), |here| here.rewrites(source))
    }

    /// What a promotion gives the later environment whatever the earlier one has, when the request goes back.
    pub(super) fn given_again(&self, target: &Arc<Source>) -> Vec<Rewrite> {
        let forward = self.forward.as_ref();
        let rewrites = forward.and_then(|forward| forward.rewrites(target).ok());
        let mut rewrites = rewrites.unwrap_or_default();
        rewrites.retain(|rewrite| rewrite.is_given);
        rewrites
    }

    /// Why a backport would give the earlier environment values that a promotion does not bring back: `written` has the values of
    /// the later one, `target` those of the earlier one, and `promoted` those that it would get.
    pub(super) fn not_back(
        &self,
        request: &Request<'_>,
        [written, target, promoted]: [&Arc<Source>; 3],
        changes: &[Change<'_>],
        given: &[Rewrite],
    ) -> Vec<Refusal> {
        let Some(forward) = &self.forward else {
            return Vec::new();
        };
        let carried = [target, promoted].map(|source| forward.carried(source).ok());
        let [Some(before), Some(again)] = &carried else {
            return Vec::new();
        };
        let [written, target, promoted, before, again] =
            [written, target, promoted, before, again].map(values);
        let is_same = |left: &Option<Tree<'_>>, right: &Option<Tree<'_>>, change: &Change<'_>| {
            let [left, right] = [left, right].map(|root| root.as_ref()?.at(&change.path));
            match (left, right) {
                (Some(left), Some(right)) => same(&left, &right),
                (None, None) => true,
                _ => false,
            }
        };
        let is_lost = |change: &&Change<'_>| {
            let is_transformed = !is_same(&target, &before, change);
            let comes_as_written = is_same(&written, &promoted, change);
            !is_same(&written, &again, change) || (is_transformed && comes_as_written)
        };
        let is_given =
            |change: &&Change<'_>| given.iter().any(|given| given.is_about(&change.path));
        let changes = changes.iter();
        let changes = changes.filter(|change| change.aspect == Aspect::Value);
        changes
            .filter(|change| !is_given(change))
            .filter(is_lost)
            .map(|change| not_back(request, change))
            .collect()
    }
}

fn not_back(request: &Request<'_>, change: &Change<'_>) -> Refusal {
    let (later, earlier) = (Name(&request.from.name), Name(&request.to.name));
    let message = text!(
        "`{}` is transformed on its way to {}, and nothing says what its new value is in {}",
        change.path,
        later,
        earlier
    );
    Refusal::of(Reason::Edit, &change.path, message)
        .help(text!(
            "add a transform `from: {}`, `to: {}` under `promotion.transforms` in envlint.yaml, or change {} by hand",
            later,
            earlier,
            earlier
        ))
}
