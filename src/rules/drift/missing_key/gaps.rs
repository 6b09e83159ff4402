//! The search: which paths an environment lacks, and which of these gaps are worth a word.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use envlint_helm::Read;
use envlint_yaml::{Path, Segment};

use super::super::nameless;
use crate::history::{State, Why};
use crate::resolve::Reading;
use crate::rules::{AppContext, Reporter};
use crate::source::slip;
use crate::values::{Aspect, Pattern, Row, Tree, is_off, is_off_on_the_way, plain_key};

/// Keys of which one stands for the other.
const ALTERNATIVES: [[&str; 2]; 2] = [["maxUnavailable", "minAvailable"], ["digest", "tag"]];

/// A larger map holds data: none of its keys is another one, misspelt.
const MOST_SETTINGS: usize = 200;

/// A path that an environment lacks.
pub(super) struct Gap<'c> {
    pub index: usize,
    pub path: Path,
    /// The environments that have it
    pub having: Vec<usize>,
    /// Its value in one of them
    pub example: Tree<'c>,
    /// The template that needs it
    pub read: Option<Read<'c>>,
    /// The key there that may be meant
    pub alike: Option<String>,
    /// Whether the clone has too little of the history to tell whether it is pending
    pub is_cut: bool,
}

/// What gaps of one cause have in common: the map that they are in, and who lacks and who has them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    pub parent: Path,
    pub lacking: Vec<usize>,
    pub having: Vec<usize>,
    pub is_needed: bool,
}

/// The gaps of an app, by what is said of them.
#[derive(Default)]
pub(super) struct Gaps<'c> {
    pub misspelt: Vec<Gap<'c>>,
    pub wrong: Vec<Gap<'c>>,
    /// By the environment that lacks them
    pub pending: Vec<Vec<Gap<'c>>>,
    namesakes: Namesakes,
}

impl<'c> Gaps<'c> {
    pub(super) fn of(cx: &'c AppContext<'_>, out: &Reporter<'_>) -> Gaps<'c> {
        let mut gaps = Gaps::default();
        // `chart/does-not-render` speaks of the path that rendering fails for.
        let said: Vec<Option<Path>> = (0..cx.environments.len())
            .map(|index| cx.stumbles_over(index))
            .collect();
        let mut seen: BTreeSet<(usize, Path)> = BTreeSet::new();
        let rows = cx.table.iter().zip(&cx.classes).enumerate();
        let shared = rows.filter(|(_, (row, class))| {
            let is_shared = class.is_ok_and(|class| !class.is_per_environment());
            is_shared && row.aspect == Aspect::Value && row.is_missing_somewhere()
        });
        for (at, (row, _)) in shared {
            for (index, depth) in row.missing() {
                let depth = without_given(cx, row, index, depth);
                let path: Path = row.path.segments().iter().take(depth).cloned().collect();
                let is_said = said
                    .get(index)
                    .is_some_and(|said| said.as_ref() == Some(&path));
                let lacks = cx.environments.get(index).is_some_and(|values| {
                    !values.lacks_on_purpose(&path) && !values.file.is_given(&row.path)
                });
                if lacks && !is_said && seen.insert((index, path.clone())) {
                    gaps.add(cx, (at, row), index, path, out);
                }
            }
        }
        gaps
    }

    fn add(
        &mut self,
        cx: &'c AppContext<'_>,
        (at, row): (usize, &Row<'c>),
        index: usize,
        path: Path,
        out: &Reporter<'_>,
    ) {
        let Some(gap) = Gap::of(cx, row, index, path, &mut self.namesakes, out) else {
            return;
        };
        let gap = Gap {
            is_cut: is_cut(cx, at),
            ..gap
        };
        let is_declaring = !cx.declarations.is_empty();
        let travels_on = |having: &usize| cx.travels(index, *having);
        let comes_from = |having: &usize| cx.travels(*having, index);
        let is_ahead = gap.having.iter().any(travels_on);
        let is_behind = gap.having.iter().any(comes_from);
        let is_rare = gap.having.len() * 2 < cx.environments.len();
        let reading = cx.reading(index, &gap.path);
        let gap = match reading {
            Reading::Needed(read) => Gap {
                read: Some(read),
                ..gap
            },
            _ => gap,
        };
        match reading {
            Reading::Unread => {}
            _ if is_data(cx, index, &gap) => {}
            _ if gap.alike.is_some() && !is_rare => self.misspelt.push(gap),
            _ if is_explained(cx, at, index, gap.read.is_some()) => {}
            Reading::Needed(_) if is_ahead || !is_behind => self.wrong.push(gap),
            Reading::Free => {}
            Reading::Unknown | Reading::Optional if is_declaring && is_ahead => {
                self.wrong.push(gap);
            }
            Reading::Needed(_) => self.pending(gap),
            Reading::Unknown if is_handed_on(&gap.path) => {}
            Reading::Unknown if is_ahead || is_behind => self.pending(gap),
            Reading::Optional if is_declaring && is_behind => self.pending(gap),
            Reading::Unknown | Reading::Optional => {}
        }
    }

    fn pending(&mut self, gap: Gap<'c>) {
        if self.pending.len() <= gap.index {
            self.pending.resize_with(gap.index + 1, Vec::new);
        }
        if let Some(gaps) = self.pending.get_mut(gap.index) {
            gaps.push(gap);
        }
    }

    /// The wrong ones in the same map that the same environments have, and have not.
    pub(super) fn grouped(&self) -> BTreeMap<Group, Vec<&Gap<'c>>> {
        let mut lacking: BTreeMap<&Path, Vec<usize>> = BTreeMap::new();
        for gap in &self.wrong {
            lacking.entry(&gap.path).or_default().push(gap.index);
        }
        let mut groups: BTreeMap<Group, Vec<&Gap<'_>>> = BTreeMap::new();
        for gap in &self.wrong {
            let group = Group {
                parent: gap.path.parent().unwrap_or_default(),
                lacking: lacking.get(&gap.path).cloned().unwrap_or_default(),
                having: gap.having.clone(),
                is_needed: gap.read.is_some(),
            };
            groups.entry(group).or_default().push(gap);
        }
        groups
    }
}

impl<'c> Gap<'c> {
    /// The gap, unless the values or the configuration say that it is none.
    fn of(
        cx: &'c AppContext<'_>,
        row: &Row<'c>,
        index: usize,
        path: Path,
        namesakes: &mut Namesakes,
        out: &Reporter<'_>,
    ) -> Option<Gap<'c>> {
        let values = cx.environments.get(index)?;
        let source = values.file.source.as_ref().ok()?;
        let effective = values.effective.as_ref()?;
        let having: Vec<usize> = row.values().map(|(other, _)| other).collect();
        let found = |other: &usize| cx.environments.get(*other)?.effective.as_ref()?.at(&path);
        let examples: Vec<Tree<'_>> = having.iter().filter_map(found).collect();
        let example = examples.first()?.clone();
        let is_meant = is_off_on_the_way(effective, &path)
            || examples.iter().all(is_off)
            || has_alternative(effective, &path)
            || namesakes.has(cx, effective, index, &having, &path);
        if is_meant || out.ignores(&path, source) {
            return None;
        }
        let alike = alike(cx, row, index, &path).map(str::to_owned);
        Some(Gap {
            index,
            path,
            having,
            example,
            read: None,
            alike,
            is_cut: false,
        })
    }
}

/// How deep an environment lacks a row's path, when what is given at deploy time makes the maps above it.
fn without_given(cx: &AppContext<'_>, row: &Row<'_>, index: usize, mut depth: usize) -> usize {
    let segments = row.path.segments();
    let values = cx.environments.get(index);
    let Some(deployment) = values.and_then(|values| cx.app.deployment(values.name())) else {
        return depth;
    };
    let makes = |depth: usize| {
        let mut given = deployment.given.iter().map(Pattern::literal_beginning);
        given.any(|given| {
            let known = given.segments();
            known.len() > depth
                && segments
                    .get(..depth)
                    .is_some_and(|map| known.starts_with(map))
        })
    };
    while depth < segments.len() && makes(depth) {
        depth += 1;
    }
    depth
}

/// Whether the history tells why an environment lacks the row's path, and another rule reports that. What was removed and
/// is still needed is missing all the same.
fn is_explained(cx: &AppContext<'_>, row: usize, index: usize, is_needed: bool) -> bool {
    let pairs = cx.states().iter();
    let mut known = pairs.filter_map(|pair| Some((pair, pair.rows.get(&row)?)));
    known.any(|(pair, state)| match state {
        State::Hotfix(_) | State::TakenBack(_) => true,
        State::Pending(_) => index >= pair.to || !is_needed,
        State::Unknown(_) => false,
    })
}

/// Whether the history of a row is not known because the clone, or what envlint reads of it, ends too early.
fn is_cut(cx: &AppContext<'_>, row: usize) -> bool {
    let mut states = cx.states().iter().filter_map(|pair| pair.rows.get(&row));
    states.any(|state| matches!(state, State::Unknown(Why::Shallow | Why::TooLong)))
}

/// Whether the map that lacks a key has none of the keys that the other one has: such keys are data, the identities of what
/// the environment has, and no settings.
fn is_data(cx: &AppContext<'_>, index: usize, gap: &Gap<'_>) -> bool {
    let (Some(Segment::Key(_)), Some(above)) = (gap.path.last(), gap.path.parent()) else {
        return false;
    };
    if above.is_root() {
        return false;
    }
    let map = |index: usize| cx.environments.get(index)?.effective.as_ref()?.at(&above);
    let (Some(own), Some(other)) = (map(index), gap.having.first().and_then(|at| map(*at))) else {
        return false;
    };
    if own.len() < 2 || other.len() < 2 || own.len().max(other.len()) > MOST_SETTINGS {
        return false;
    }
    let (own, other) = (own.entries(), other.entries());
    let known: BTreeSet<&str> = own.iter().map(|(key, _)| *key).collect();
    !other.iter().any(|(key, _)| known.contains(key))
}

/// Maps whose keys charts hand on as they are: variables, entries of a ConfigMap or a Secret, labels.
const HANDED_ON: [&str; 14] = [
    "annotations",
    "configmapdata",
    "env",
    "environment",
    "environmentvariables",
    "envs",
    "envvars",
    "extraenv",
    "extraenvs",
    "extraenvvars",
    "labels",
    "namespacesecrets",
    "podannotations",
    "podlabels",
];

/// Whether a key is one of a map that charts hand on as it is, going by the name of the map: what is said where no template
/// can be asked.
fn is_handed_on(path: &Path) -> bool {
    let is_key = |segment: &Segment| matches!(segment, Segment::Key(_));
    if !path.segments().iter().all(is_key) {
        return false;
    }
    let above = path.segments().split_last().map(|(_, above)| above);
    above
        .unwrap_or_default()
        .iter()
        .any(|segment| match segment {
            Segment::Key(key) => HANDED_ON.contains(&&*plain_key(key)),
            _ => false,
        })
}

/// Whether a key stands next to it that is set instead.
fn has_alternative(effective: &Tree<'_>, path: &Path) -> bool {
    let (Some(Segment::Key(key)), Some(above)) = (path.last(), path.parent()) else {
        return false;
    };
    let mut pairs = ALTERNATIVES.iter();
    let Some(pair) = pairs.find(|pair| pair.contains(&key.as_str())) else {
        return false;
    };
    let above = effective.at(&above);
    above.is_some_and(|above| pair.iter().any(|key| above.get(key).is_some()))
}

/// The names in maps and lists of an environment without the environment's name in them. Found once for each map and
/// list: a large one may lack as many names as it has.
#[derive(Default)]
struct Namesakes {
    by_place: HashMap<(usize, Path), BTreeSet<String>>,
}

impl Namesakes {
    /// Whether the environment has an item or key there whose name is the same but for the environment's name in it.
    fn has(
        &mut self,
        cx: &AppContext<'_>,
        effective: &Tree<'_>,
        index: usize,
        having: &[usize],
        path: &Path,
    ) -> bool {
        let (Some(last), Some(above)) = (path.last(), path.parent()) else {
            return false;
        };
        let (name, field) = match last {
            Segment::Key(key) => (key, None),
            Segment::Match { field, value } => (value, Some(field)),
            Segment::Index(_) => return false,
        };
        let mut wanted = having
            .iter()
            .filter_map(|other| nameless(name, cx.name(*other)))
            .peekable();
        if wanted.peek().is_none() {
            return false;
        }
        let known = self
            .by_place
            .entry((index, above))
            .or_insert_with_key(|(_, above)| {
                let Some(siblings) = effective.at(above) else {
                    return BTreeSet::new();
                };
                let own = cx.name(index);
                match field {
                    Some(field) => {
                        let items = siblings.node().as_sequence().unwrap_or_default();
                        let names = items.iter().filter_map(|item| item.named(field));
                        names.filter_map(|name| nameless(name, own)).collect()
                    }
                    None => {
                        let entries = siblings.entries().into_iter();
                        entries.filter_map(|(key, _)| nameless(key, own)).collect()
                    }
                }
            });
        wanted.any(|name| known.contains(&name))
    }
}

/// A key much like the missing one in its place, which those that have the missing one do not set: one of the two is
/// likely misspelt.
fn alike<'a>(cx: &AppContext<'a>, row: &Row<'_>, index: usize, missing: &Path) -> Option<&'a str> {
    let Some(Segment::Key(key)) = missing.last() else {
        return None;
    };
    let above = missing.parent()?;
    let siblings = cx.environments.get(index)?.effective.as_ref()?.at(&above)?;
    if siblings.len() > MOST_SETTINGS {
        return None;
    }
    let known = slip(key, siblings.entries().into_iter().map(|(known, _)| known))?;
    let mut path = above;
    path.push(Segment::Key(known.into()));
    let mut having = row
        .values()
        .filter_map(|(other, _)| cx.environments.get(other));
    having
        .all(|values| !values.mentions(&path))
        .then_some(known)
}

/// The paths of gaps, each once.
pub(super) fn distinct<'g, 'c: 'g>(gaps: impl Iterator<Item = &'g Gap<'c>>) -> Vec<&'g Path> {
    let paths: BTreeSet<&Path> = gaps.map(|gap| &gap.path).collect();
    paths.into_iter().collect()
}
