//! Workloads: the sections of values that describe something with replicas, and what else the values say of it. Charts
//! are free in their words, so this goes by the words that are common in published charts.

use envlint_yaml::Value;

use super::located::Located;
use super::plain_key::plain_key;
use super::quantity::percentage;
use super::section::{Section, Sections, is_off};
use super::tree::Tree;

/// A section that says how many replicas there are.
#[derive(Debug, Clone)]
pub struct Workload<'s, 'a> {
    /// The section.
    pub section: Section<'s, 'a>,
    replicas: (&'a str, &'s Tree<'a>),
}

/// A number of replicas, and the value that sets it.
#[derive(Debug, Clone)]
pub struct Amount<'a> {
    /// How many.
    pub number: i64,
    /// The value.
    pub value: Located<'a>,
}

/// What values say of a disruption budget.
#[derive(Debug, Clone)]
pub struct Budget<'s, 'a> {
    /// The section that the budget stands in.
    pub section: Section<'s, 'a>,
    /// The key of the budget there.
    pub key: &'a str,
    /// The budget.
    pub tree: Tree<'a>,
}

/// Maps of settings for something else than Kubernetes: what is called `replicas` there counts copies of data.
const OPAQUE: [&str; 20] = [
    "config",
    "configs",
    "configuration",
    "configmap",
    "configmaps",
    "settings",
    "conf",
    "env",
    "extraenv",
    "envvars",
    "annotations",
    "labels",
    "data",
    "topics",
    "topic",
    "index",
    "indices",
    "secrets",
    "affinity",
    "parameters",
];

/// Keys of sections that describe horizontal scaling.
const SCALERS: [&str; 9] = [
    "autoscaling",
    "autoscaler",
    "hpa",
    "horizontalpodautoscaler",
    "horizontalpodautoscaling",
    "keda",
    "scaledobject",
    "scaling",
    "autoscale",
];

fn is_opaque(key: &str) -> bool {
    let key = plain_key(key);
    OPAQUE.contains(&&*key) || key.ends_with("annotations") || key.ends_with("labels")
}

/// Whether a section belongs to the settings of some program rather than to Kubernetes.
pub fn is_foreign(section: &Section<'_, '_>) -> bool {
    section
        .outwards()
        .any(|section| section.key().is_some_and(is_opaque))
}

/// How many workloads of one environment are looked at: no chart describes as many, and each is held against all sections.
pub const MOST_WORKLOADS: usize = 200;

/// The sections of one environment that say how many replicas there are. Left out: what is switched off, jobs and
/// daemon sets, and counts of something else than pods.
pub fn workloads<'s, 'a>(sections: &'s Sections<'a>) -> impl Iterator<Item = Workload<'s, 'a>> {
    // Many rules ask for them.
    let places = sections.scaled.get_or_init(|| {
        let scaled = sections.iter().filter(is_scaled).take(MOST_WORKLOADS);
        scaled.map(|section| section.place()).collect()
    });
    let scaled = sections.at(places.iter().copied());
    scaled.filter_map(|section| {
        let replicas = section.find(is_replicas)?;
        Some(Workload { section, replicas })
    })
}

/// Whether a section says how many pods of one kind there are.
fn is_scaled(section: &Section<'_, '_>) -> bool {
    let is_number = |(_, tree): (&str, &Tree<'_>)| integer(tree).is_some();
    let mut entries = section.entries().iter();
    section.find(is_replicas).is_some_and(is_number)
        && !entries.any(|(key, tree)| is_divided(key, tree))
        && !is_run_otherwise(section)
        && !is_foreign(section)
}

/// Whether a key says how many parts something has of which replicas are copies: partitions of a topic, nodes of a cluster.
fn is_divided(key: &str, tree: &Tree<'_>) -> bool {
    key == "partitions"
        || (matches!(key, "nodes" | "shards" | "masters") && integer(tree).is_some())
}

fn is_replicas(key: &str) -> bool {
    key.starts_with(['r', 'n', 'R', 'N'])
        && matches!(
            &*plain_key(key),
            "replicas" | "replicacount" | "replicascount" | "numreplicas" | "numberofreplicas"
        )
}

/// Jobs run once, and daemon sets on every node: replicas say nothing there.
pub fn is_run_otherwise(section: &Section<'_, '_>) -> bool {
    let says = |tree: &Tree<'_>| {
        tree.as_str()
            .is_some_and(|kind| matches!(&*plain_key(kind), "job" | "cronjob" | "daemonset"))
    };
    let kind = |key: &str| {
        matches!(
            &*plain_key(key),
            "kind" | "type" | "controllertype" | "workloadtype" | "workloadkind"
        )
    };
    section.get("schedule").is_some_and(|tree| !tree.is_empty())
        || section.entries().iter().any(|(key, tree)| {
            (kind(key) && says(tree))
                || (matches!(*key, "controller" | "workload")
                    && tree
                        .entries()
                        .iter()
                        .any(|(key, tree)| kind(key) && says(tree)))
        })
}

/// Whether a section is one of the copies of a database that runs besides: `replica` next to `master`, `readReplicas` next to
/// `primary`. Another one still answers when a copy stops.
pub fn is_of_copies(section: &Section<'_, '_>) -> bool {
    let is_copy = |key: &str| {
        matches!(
            &*plain_key(key),
            "replica" | "readreplica" | "readreplicas" | "secondary" | "slave"
        )
    };
    section.key().is_some_and(is_copy)
}

/// A whole number, quoted or not.
pub fn integer(tree: &Tree<'_>) -> Option<i64> {
    integer_of(&tree.as_scalar()?.value())
}

fn integer_of(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

impl<'s, 'a> Workload<'s, 'a> {
    /// How many replicas are set, whether or not something scales them.
    pub fn replicas(&self) -> Option<Amount<'a>> {
        amount(self.section.located(self.replicas.0)?)
    }

    /// The fewest replicas that run: those that scaling may go down to where it is on, else those that are set.
    pub fn fewest(&self) -> Option<Amount<'a>> {
        match self.scaling() {
            Some(scaling) => scaling.fewest,
            None => self.replicas(),
        }
    }

    /// The most replicas that run; none where scaling is on and sets no bound.
    pub fn most(&self) -> Option<Amount<'a>> {
        match self.scaling() {
            Some(scaling) => scaling.most,
            None => self.replicas(),
        }
    }

    /// The scaling that is switched on for this workload: in its own section, or further out.
    fn scaling(&self) -> Option<Scaling<'a>> {
        self.outwards().find_map(|section| scaling_in(&section))
    }

    /// The disruption budget that protects this workload: in its own section, or further out; else one deeper inside
    /// (`availability.pdb`) or in a section that belongs to no other workload (`global.podDisruptionBudget`).
    pub fn budget(&self) -> Option<Budget<'s, 'a>> {
        let belongs_to_none = |section: &Section<'s, 'a>| {
            section
                .outwards()
                .all(|section| section.find(is_replicas).is_none())
        };
        self.outwards().find_map(budget_in).or_else(|| {
            let elsewhere = self.section.everywhere();
            elsewhere
                .filter(|section| self.section.contains(section) || belongs_to_none(section))
                .find_map(budget_in)
        })
    }

    /// The workload's section and those around it, as far as what they say can be meant for it: not those that have
    /// replicas of their own.
    pub fn outwards(&self) -> impl Iterator<Item = Section<'s, 'a>> {
        let own = self.section;
        let around = self.section.outwards().skip(1);
        std::iter::once(own).chain(around.filter(|section| section.find(is_replicas).is_none()))
    }
}

struct Scaling<'a> {
    fewest: Option<Amount<'a>>,
    most: Option<Amount<'a>>,
}

fn amount(value: Located<'_>) -> Option<Amount<'_>> {
    let number = integer(value.tree())?;
    Some(Amount { number, value })
}

/// Whether a key names a section about horizontal scaling.
pub fn is_scaler(key: &str) -> bool {
    SCALERS.contains(&&*plain_key(key))
}

/// The scaling section of a map: `autoscaling: {enabled, minReplicas}` or `autoscaling: {hpa: {…}}`.
fn scaling_in<'a>(section: &Section<'_, 'a>) -> Option<Scaling<'a>> {
    let scalers = section
        .entries()
        .iter()
        .filter(|(key, tree)| is_scaler(key) && tree.is_mapping());
    for (key, _) in scalers {
        let Some(scaler) = section.located(key) else {
            continue;
        };
        let entries = scaler.tree().entries().into_iter();
        let inner = entries.filter(|(key, tree)| is_scaler(key) && tree.is_mapping());
        let inner = inner.filter_map(|(key, _)| scaler.get(key));
        let found = std::iter::once(scaler.clone())
            .chain(inner)
            .find_map(|scaler| scaling_of(&scaler));
        if found.is_some() {
            return found;
        }
    }
    None
}

fn scaling_of<'a>(scaler: &Located<'a>) -> Option<Scaling<'a>> {
    let tree = scaler.tree();
    if is_off(tree) {
        return None;
    }
    let bound = |ends: [&str; 2]| {
        let entries = tree.entries().into_iter();
        let mut bounds = entries.filter(|(key, _)| is_bound(key, ends));
        amount(scaler.get(bounds.next()?.0)?)
    };
    let fewest = bound(["minimum", "min"]);
    let most = bound(["maximum", "max"]);
    let is_on = tree.entries().iter().any(|(key, tree)| {
        matches!(*key, "enabled" | "create" | "enable") && tree.as_bool() == Some(true)
    });
    (is_on || most.is_some()).then_some(Scaling { fewest, most })
}

/// Whether a key sets one end of how many pods there may be: `min`, `minReplicas`, `minReplica`, `minPods`, `minimumReplicaCount`.
fn is_bound(key: &str, ends: [&str; 2]) -> bool {
    const COUNTED: [&str; 8] = [
        "",
        "count",
        "instances",
        "pod",
        "pods",
        "replica",
        "replicacount",
        "replicas",
    ];
    let key = plain_key(key);
    let rest = ends.iter().find_map(|end| key.strip_prefix(end));
    rest.is_some_and(|rest| COUNTED.contains(&rest))
}

/// The disruption budget that stands in a map.
pub fn budget_in<'s, 'a>(section: Section<'s, 'a>) -> Option<Budget<'s, 'a>> {
    let (key, tree) = section.find(is_budget)?;
    Some(Budget {
        section,
        key,
        tree: tree.clone(),
    })
}

/// Whether a key names a disruption budget.
pub fn is_budget(key: &str) -> bool {
    // Most keys lack a letter of both words.
    let has = |letter: u8| key.bytes().any(|byte| byte.eq_ignore_ascii_case(&letter));
    if !(has(b'b') && has(b'p')) {
        return false;
    }
    let key = plain_key(key);
    key.contains("disruptionbudget") || key.starts_with("pdb") || key.ends_with("pdb")
}

impl<'a> Budget<'_, 'a> {
    /// Whether the values switch it on. A budget without a switch is on when it names a limit.
    pub fn is_on(&self) -> bool {
        if !self.tree.is_mapping() {
            return !self.tree.is_empty() && self.tree.as_bool() != Some(false);
        }
        let has_switch = self
            .tree
            .entries()
            .iter()
            .any(|(_, tree)| tree.as_bool() == Some(true));
        !is_off(&self.tree) && (has_switch || !self.is_without_limit())
    }

    /// The value that switches it off, where one does.
    pub fn switch(&self) -> Option<Located<'a>> {
        let off = |tree: &Tree<'_>| tree.as_bool() == Some(false);
        if off(&self.tree) {
            return Some(self.value());
        }
        let entries = self.tree.entries();
        let (key, _) = entries.into_iter().find(|(_, tree)| off(tree))?;
        self.value().get(key)
    }

    fn is_without_limit(&self) -> bool {
        let limits = self.tree.entries();
        limits
            .iter()
            .all(|(key, tree)| matches!(*key, "annotations" | "labels") || tree.is_empty())
    }

    /// The budget with its path.
    pub fn value(&self) -> Located<'a> {
        Located::new(self.section.path().key(self.key), &self.tree)
    }

    /// A limit, unless it is empty: charts write `""` for "not set".
    pub fn limit(&self, key: &str) -> Option<Located<'a>> {
        let limit = self.tree.get(key).filter(|limit| !limit.is_empty())?;
        let path = self.section.path().key(self.key).key(key);
        Some(Located::new(path, &limit))
    }
}

/// How many pods a limit of a disruption budget stands for. Percentages round up (Kubernetes,
/// `GetScaledValueFromIntOrPercent` with `roundUp` in the disruption controller).
pub fn pods_of(limit: &Value, replicas: i64) -> Option<i64> {
    if let Some(number) = integer_of(limit) {
        return Some(number);
    }
    let billionths = percentage(limit.as_str()?)?;
    let scaled = billionths.checked_mul(i128::from(replicas))?;
    let one = 100 * 1_000_000_000;
    i64::try_from((scaled + one - 1) / one).ok()
}
