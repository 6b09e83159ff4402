//! Releases of which a comparison with something that is not known decides.

use std::collections::HashMap;

use envlint_yaml::{Map, Node, Value};

use super::{Doubt, Part, Release, Step, Walk, releases_of, selectors, shown, text};
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
        doubts.push(step.name().to_owned());
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

/// What a part may be besides, where values that are not known give what it asks for.
pub(super) struct Lacking<'p> {
    /// The releases of the part, if it may be anything else.
    own: Vec<&'p Node>,
    all: Vec<Other<'p>>,
}

/// One thing that a part may be.
struct Other<'p> {
    doubt: &'p Doubt,
    releases: Vec<&'p Node>,
    by_name: HashMap<Option<&'p str>, &'p Node>,
}

impl<'p> Lacking<'p> {
    pub(super) fn of(part: &'p Part) -> Lacking<'p> {
        let other = |doubt: &'p Doubt| {
            let releases: Vec<&Node> = releases_of(doubt.document.root()).collect();
            let named = releases.iter().map(|node| (text(node, &["name"]), *node));
            Other {
                doubt,
                by_name: named.collect(),
                releases,
            }
        };
        let all: Vec<Other<'_>> = part.lacking.iter().map(other).collect();
        let own = releases_of(part.document.root());
        Lacking {
            own: own.filter(|_| !all.is_empty()).collect(),
            all,
        }
    }

    /// What decides whether a release is there, the one at an index of those of the part: then values that are not known do.
    /// And whether they only switch it off, while it is on by those that are known.
    pub(super) fn decides(&self, index: usize, node: &Node) -> Option<(&'p Text, bool)> {
        let is_on = |node: &Node| text(node, &["installed"]).is_none_or(|text| text == "true");
        self.all.iter().find_map(|other| {
            let of_name = other.by_name.get(&text(node, &["name"])).copied();
            let found = of_name.or_else(|| self.same_place(&other.releases, index, node));
            match found {
                None => Some((&other.doubt.of, false)),
                Some(found) if text(found, &["installed"]) != text(node, &["installed"]) => {
                    Some((&other.doubt.of, is_on(node)))
                }
                Some(_) => None,
            }
        })
    }

    /// The releases that are there only where values that are not known say so, with what decides.
    pub(super) fn others(&self) -> Vec<(&'p Text, &'p Node)> {
        let names: Vec<Option<&str>> = self.own.iter().map(|node| text(node, &["name"])).collect();
        let all = self.all.iter().flat_map(|other| {
            let releases = other.releases.iter().copied().enumerate();
            releases.map(move |(index, node)| (other, index, node))
        });
        let is_new = |(other, index, node): &(&Other<'p>, usize, &'p Node)| {
            let is_same = self.own.len() == other.releases.len()
                && self.own.get(*index).is_some_and(|own| is_alike(own, node));
            !names.contains(&text(node, &["name"])) && !is_same
        };
        let new = all.filter(is_new);
        new.map(|(other, _, node)| (&other.doubt.of, node))
            .collect()
    }

    /// The release of the same chart at the place of one: its name may depend on values that are not known, too.
    fn same_place(&self, releases: &[&'p Node], index: usize, node: &Node) -> Option<&'p Node> {
        let is_same = releases.len() == self.own.len();
        let found = releases.get(index).copied().filter(|_| is_same);
        found.filter(|found| is_alike(found, node))
    }
}

/// Whether two releases are of one chart.
fn is_alike(left: &Node, right: &Node) -> bool {
    text(left, &["chart"]) == text(right, &["chart"])
}
