//! Releases of which a comparison with something that is not known decides.

use std::collections::HashMap;

use envlint_yaml::{Map, Node, Value};

use super::{Doubt, Release, Step, Walk, releases_of, selectors, shown, text};
use crate::masking::{ObjectName, Text, text as said_text};

impl Walk<'_, '_> {
    /// Says that a comparison with something that is not known decides about a release.
    pub(super) fn doubt(&mut self, step: &Step<'_>, release: &Release<'_>, of: &Text) {
        if !selectors::selects(&step.selectors, &|key| release.label(key)) {
            return;
        }
        let reason = said_text!(
            "whether and how the release `{}` is deployed is not known (it depends on {})",
            ObjectName(shown(&release.name)),
            of
        );
        self.doubtful(step, release, reason);
    }

    /// A release that a variable switches on and off: it is deployed where who runs helmfile says so.
    pub(super) fn switched(&mut self, step: &Step<'_>, release: &Release<'_>, of: &Text) {
        if !selectors::selects(&step.selectors, &|key| release.label(key)) {
            return;
        }
        match release.meets_condition() {
            Ok(true) => {}
            Ok(false) => return,
            Err(_) => return self.doubt(step, release, of),
        }
        let reason = said_text!(
            "whether the release `{}` is installed depends on {}, so it is checked as one that is",
            ObjectName(shown(&release.name)),
            of
        );
        self.doubtful(step, release, reason);
        self.deployed(step, release);
    }

    pub(super) fn doubtful(&mut self, step: &Step<'_>, release: &Release<'_>, reason: Text) {
        let (line, column) = release.place();
        let key = (release.part.file.clone(), line, column, reason);
        let doubts = self.doubts.entry(key).or_default();
        doubts.push(step.environment.to_owned());
    }
}

/// The releases of a part as it may be, by their names.
pub(super) struct Others<'s>(HashMap<Option<&'s str>, Vec<Value>>);

impl<'s> Others<'s> {
    pub(super) fn of(doubt: &'s Doubt) -> Others<'s> {
        let mut all: HashMap<_, Vec<Value>> = HashMap::new();
        for node in releases_of(doubt.document.root()) {
            let of_name = all.entry(text(node, &["name"])).or_default();
            of_name.push(node.to_value());
        }
        Others(all)
    }

    /// Whether a release is there in the same words.
    pub(super) fn has_same(&self, node: &Node) -> bool {
        let same = self.0.get(&text(node, &["name"]));
        same.is_some_and(|same| same.contains(&node.to_value()))
    }

    /// Whether a release is there in the same words, but for what says whether it is installed.
    pub(super) fn has_same_but_switch(&self, node: &Node) -> bool {
        let without_switch = |value: &Value| match value {
            Value::Map(map) => {
                let others = map.iter().filter(|(key, _)| *key != "installed");
                Some(
                    others
                        .map(|(key, value)| (key.clone(), value.clone()))
                        .collect::<Map>(),
                )
            }
            _ => None,
        };
        let own = without_switch(&node.to_value());
        let mut same = self.0.get(&text(node, &["name"])).into_iter().flatten();
        own.is_some() && same.any(|other| without_switch(other) == own)
    }
}
