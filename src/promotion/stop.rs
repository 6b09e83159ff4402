//! The conditions of `promotion.stop`: changes that a team does not let through without a person.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use envlint_budget::Budget;
use envlint_yaml::{Path, Segment};

use super::plan::{Action, Change};
use super::refusal::{Reason, Refusal};
use super::shown;
use crate::masking::{Name, Text, text};
use crate::source::Location;
use crate::source::Source;
use crate::values::{Located, Pattern, Tree, Version, compare_measures, same};
use crate::workspace::{Bounds, Expression, Stop, StopWhen};

/// How many values of a set are named.
const MOST_NAMED: usize = 5;

/// How often a condition is tried for a value, in all conditions of a promotion together. It counts for every
/// [`SEARCHED_AT_ONCE`] bytes of the value.
const MOST_TRIED: u64 = 20_000_000;

/// The bytes of a value that are searched, or read as a version, in about the time that a pattern takes for a path.
const SEARCHED_AT_ONCE: usize = 32;

/// The bytes of all that is said of a promotion's stopped changes: more than anybody reads.
const MOST_SAID: u64 = 4_000_000;

/// The changes that a condition stops, each with the condition's place in the configuration. `both` are the source's and
/// the target's values.
pub(super) fn stopped(
    conditions: &[Stop],
    config: Option<&Arc<Source>>,
    changes: &[Change<'_>],
    both: &[Option<Tree<'_>>; 2],
) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let budget = Budget::new(MOST_TRIED);
    let said = Budget::new(MOST_SAID);
    for condition in conditions {
        let at_condition = |refusal: Refusal| match config {
            Some(source) => refusal.location(Location::new(source, condition.when.span)),
            None => refusal,
        };
        let pattern = Tried {
            pattern: &condition.path.value,
            budget: &budget,
        };
        let affected = changes
            .iter()
            .flat_map(|change| affected(&pattern, change, both));
        let when = Judged::of(&condition.when.value, &budget);
        for change in affected {
            let change = &*change;
            let Some(why) = when.judge(change, both) else {
                continue;
            };
            if !said.spend(why.size() as u64) {
                let message = "`promotion.stop` stops more changes than are listed here";
                let refusal = Refusal::because(Reason::Stop, message);
                refusals.push(at_condition(
                    refusal.help("promote fewer paths at once (`--path`)"),
                ));
                return refusals;
            }
            let refusal = Refusal::because(Reason::Stop, text!("`{}` {}", change.path, why))
                .at(change.path.clone())
                .help("make this change by hand if you mean it, or change the condition under `promotion.stop` in envlint.yaml");
            refusals.push(at_condition(refusal));
        }
        if budget.is_spent() {
            let message = "there are too many conditions under `promotion.stop` for so many changes, so nobody knows what stops";
            let refusal = Refusal::because(Reason::Stop, message);
            refusals.push(at_condition(refusal.help(
                "promote fewer paths at once (`--path`), or write fewer conditions",
            )));
            break;
        }
    }
    refusals
}

/// A pattern that is tried for values; for none when it was tried too often.
struct Tried<'p> {
    pattern: &'p Pattern,
    budget: &'p Budget,
}

impl Tried<'_> {
    fn covers<'a>(&self, path: &Path, trees: impl Iterator<Item = Tree<'a>> + Clone) -> bool {
        self.budget.spend(1) && self.pattern.covers_in(path, trees)
    }
}

/// A condition, with what is the same for all changes.
struct Judged<'w> {
    when: &'w StopWhen,
    /// The values of a set.
    allowed: Set,
    budget: &'w Budget,
}

/// A set of values, as Helm reads them, and the first of them in words.
#[derive(Default)]
struct Set {
    numbers: HashSet<u64>,
    others: HashSet<serde_json::Value>,
    named: Text,
}

impl Set {
    fn of(values: &[serde_json::Value]) -> Set {
        let mut set = Set::default();
        for value in values {
            match value.as_f64() {
                Some(number) => set.numbers.insert(bits(number)),
                None => set.others.insert(value.clone()),
            };
        }
        let first = values.iter().take(MOST_NAMED);
        set.named = Text::join(first.map(|known| Text::of(&Name(known))), ", ");
        if values.len() > MOST_NAMED {
            let more = values.len() - MOST_NAMED;
            set.named.push(text!(" and {} more", more));
        }
        set
    }

    fn has(&self, value: &serde_json::Value) -> bool {
        match value.as_f64() {
            Some(number) => self.numbers.contains(&bits(number)),
            None => self.others.contains(value),
        }
    }
}

/// A number as a key: both zeros are the same.
fn bits(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

/// The change, where the pattern covers it; of a change of a whole map or list, the changes in it that are covered.
fn affected<'c, 'a>(
    pattern: &Tried<'_>,
    change: &'c Change<'a>,
    both: &[Option<Tree<'a>>; 2],
) -> Vec<Cow<'c, Change<'a>>> {
    let trees = both.iter().flatten().cloned();
    if pattern.covers(&change.path, trees.clone()) {
        return vec![Cow::Borrowed(change)];
    }
    if change.action == Action::Reorder {
        return Vec::new();
    }
    let inner = |tree: &Option<Tree<'a>>| {
        let mut found = BTreeMap::new();
        if let Some(value) = tree
            .as_ref()
            .and_then(|tree| Located::at(tree, &change.path))
        {
            collect(&value, pattern, &trees, &mut found);
        }
        found
    };
    let [from, to] = both;
    let (mut after, before) = (inner(from), inner(to));
    let mut changes = Vec::new();
    for (path, before) in before {
        let after = after.remove(&path);
        let action = after.as_ref().map_or(Action::Remove, |_| Action::Change);
        if !after.as_ref().is_some_and(|after| same(after, &before)) {
            let before = Some(before);
            changes.push(Change {
                path,
                action,
                aspect: change.aspect,
                before,
                after,
            });
        }
    }
    changes.extend(after.into_iter().map(|(path, after)| Change {
        path,
        action: Action::Add,
        aspect: change.aspect,
        before: None,
        after: Some(after),
    }));
    changes.into_iter().map(Cow::Owned).collect()
}

/// The single values in a map or list that the pattern covers.
fn collect<'a>(
    value: &Located<'a>,
    pattern: &Tried<'_>,
    trees: &(impl Iterator<Item = Tree<'a>> + Clone),
    found: &mut BTreeMap<Path, Tree<'a>>,
) {
    for child in value.children() {
        if child.tree().as_scalar().is_none() {
            collect(&child, pattern, trees, found);
        } else if pattern.covers(child.path(), trees.clone()) {
            found.insert(child.path().clone(), child.tree().clone());
        }
    }
}

impl<'w> Judged<'w> {
    fn of(when: &'w StopWhen, budget: &'w Budget) -> Judged<'w> {
        let allowed = match when {
            StopWhen::Leaves(values) => Set::of(values),
            _ => Set::default(),
        };
        Judged {
            when,
            allowed,
            budget,
        }
    }

    /// Why the condition stops the change, as the end of a sentence that begins with its path.
    fn judge(&self, change: &Change<'_>, both: &[Option<Tree<'_>>; 2]) -> Option<Text> {
        match self.when {
            StopWhen::Changed => Some(
                match change.action {
                    Action::Add => "would be added, but `promotion.stop` forbids any change of it",
                    Action::Change => "would change, but `promotion.stop` forbids any change of it",
                    Action::Remove => {
                        "would be removed, but `promotion.stop` forbids any change of it"
                    }
                    Action::Reorder => {
                        "would be reordered, but `promotion.stop` forbids any change of it"
                    }
                }
                .into(),
            ),
            _ if change.action == Action::Reorder => None,
            _ if !self.has_time_for(change) => None,
            StopWhen::MajorUpgrade => step(change, |before, after| {
                (after.major() > before.major()).then_some("is a major upgrade")
            }),
            StopWhen::Downgrade => downgrade(change),
            StopWhen::Outside(bounds) => outside(bounds, change.after.as_ref()?),
            StopWhen::Leaves(_) => leaves(&self.allowed, change.after.as_ref()?),
            StopWhen::Mismatches(expression) => mismatches(expression, change.after.as_ref()?),
            StopWhen::NoDigest => no_digest(change, both),
        }
    }
}

impl Judged<'_> {
    /// Whether there is time to look at both values of a change, which are read as long as they are.
    fn has_time_for(&self, change: &Change<'_>) -> bool {
        let both = [&change.before, &change.after];
        let texts = both.into_iter().flatten().filter_map(Tree::as_str);
        let bytes: usize = texts.map(str::len).sum();
        self.budget.spend((bytes / SEARCHED_AT_ONCE) as u64)
    }
}

/// Keys whose values are versions of what runs.
const VERSIONS: [&str; 3] = ["tag", "version", "image"];

/// The versions that would get lower, as whole sentences: nobody declared that it stops, but somebody has to mean it.
pub(super) fn downgrades(changes: &[Change<'_>]) -> Vec<Text> {
    let is_version = |path: &Path| {
        let Some(Segment::Key(key)) = path.last() else {
            return false;
        };
        let key = key.to_ascii_lowercase();
        VERSIONS.iter().any(|name| key.ends_with(name))
    };
    let changed = changes.iter().filter(|change| is_version(&change.path));
    let lower = changed.filter_map(|change| {
        let (before, after) = (change.before.as_ref()?, change.after.as_ref()?);
        let read = |tree: &Tree<'_>| Version::read(tag_of(tree.as_str()?));
        let is_lower = read(after)?.compare(&read(before)?).is_lt();
        is_lower.then(|| {
            text!(
                "`{}` is a downgrade: {} -> {}",
                change.path,
                shown::line(before),
                shown::line(after)
            )
        })
    });
    lower.collect()
}

/// The tag of an image with its registry, or a tag alone.
fn tag_of(text: &str) -> &str {
    let image = text.split_once('@').map_or(text, |(image, _)| image);
    let last = image.rsplit('/').next().unwrap_or(image);
    last.rsplit_once(':').map_or(last, |(_, tag)| tag)
}

/// A value that is none of a set.
fn leaves(set: &Set, after: &Tree<'_>) -> Option<Text> {
    let value = serde_json::to_value(after.to_value()).unwrap_or_default();
    (!set.has(&value)).then(|| {
        text!(
            "would be {}, which is none of {}",
            shown::line(after),
            set.named
        )
    })
}

fn mismatches(expression: &Expression, after: &Tree<'_>) -> Option<Text> {
    let is_match = after.as_str().is_some_and(|text| expression.is_match(text));
    (!is_match).then(|| {
        text!(
            "would be {}, which does not match `{}`",
            shown::line(after),
            Name(expression.as_str())
        )
    })
}

/// An image that is not pinned: neither the value nor a `digest` next to it is a digest.
fn no_digest(change: &Change<'_>, both: &[Option<Tree<'_>>; 2]) -> Option<Text> {
    let after = change.after.as_ref()?;
    let is_digest = |tree: &Tree<'_>| tree.as_str().is_some_and(has_digest);
    let [source, _] = both;
    let beside = || {
        let above = change.path.parent()?;
        source.as_ref()?.at(&above)?.get("digest")
    };
    (!is_digest(after) && !beside().is_some_and(|tree| is_digest(&tree)))
        .then(|| text!("would be {}, which is no digest", shown::line(after)))
}

/// Whether a text ends in the digest of an image (OCI image specification, "Digests").
fn has_digest(text: &str) -> bool {
    let digest = text.rsplit_once("sha256:");
    digest.is_some_and(|(before, hex)| {
        (before.is_empty() || before.ends_with('@'))
            && hex.len() == 64
            && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Judges the step from one version to another. Two texts that are both no versions (commit hashes, `latest`) cannot
/// be judged and pass; a step between a version and something else is stopped, since nobody can tell what it does.
fn step(
    change: &Change<'_>,
    judge: impl Fn(&Version, &Version) -> Option<&'static str>,
) -> Option<Text> {
    let (before, after) = (change.before.as_ref()?, change.after.as_ref()?);
    let from_to = || text!("{} -> {}", shown::line(before), shown::line(after));
    match (version(before), version(after)) {
        (Some(old), Some(new)) => judge(&old, &new).map(|what| text!("{}: {}", what, from_to())),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => Some(text!(
            "cannot be compared, because only one of the two is a version: {}",
            from_to()
        )),
    }
}

/// The version that a text is, or that the image has that it names.
fn version(tree: &Tree<'_>) -> Option<Version> {
    Version::read(tag_of(tree.as_str()?))
}

/// A lower version, or a smaller number or quantity where the values are no versions.
fn downgrade(change: &Change<'_>) -> Option<Text> {
    let (before, after) = (change.before.as_ref()?, change.after.as_ref()?);
    let amounts = compare_measures(before.as_str()?, after.as_str().unwrap_or_default());
    if version(before).is_none() && version(after).is_none() {
        return (amounts == Some(Ordering::Greater)).then(|| {
            text!(
                "gets smaller: {} -> {}",
                shown::line(before),
                shown::line(after)
            )
        });
    }
    step(change, |before, after| {
        after.compare(before).is_lt().then_some("is a downgrade")
    })
}

fn outside(bounds: &Bounds, after: &Tree<'_>) -> Option<Text> {
    let text = after.as_str().unwrap_or_default();
    let limit = |bound: &Option<serde_json::Value>| {
        bound.as_ref().map(|bound| match bound {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    };
    let beyond = |bound: Option<String>, wrong: Ordering, word: &'static str| {
        let bound = bound?;
        match compare_measures(text, &bound) {
            Some(order) if order == wrong => {
                Some(text!("would be {}, {} {}", shown::line(after), word, bound))
            }
            Some(_) => None,
            None => Some(text!(
                "would be {}, which cannot be compared with {}",
                shown::line(after),
                bound
            )),
        }
    };
    beyond(limit(&bounds.min), Ordering::Less, "less than")
        .or_else(|| beyond(limit(&bounds.max), Ordering::Greater, "more than"))
}
