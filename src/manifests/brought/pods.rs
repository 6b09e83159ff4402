//! What the pods of an object ask for, as a ResourceQuota counts it (Kubernetes: pkg/quota/v1/evaluator/core/pods.go,
//! component-helpers: resource, `PodRequests` and `PodLimits`).

use envlint_yaml::{Path, Value};

use super::{Defaults, amount};
use crate::manifests::rendered::{PodContainer, RenderedObject, items};
use crate::values::{percentage, pods_of};

/// What is counted of containers, by the names of a ResourceQuota.
pub(super) const COUNTED: [&str; 6] = [
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
];

/// How much of what is counted, in billionths.
pub(super) type Amounts = [Option<i128>; COUNTED.len()];

/// The fewest and the most replicas of a workload, as far as they are known.
pub(super) type Scale = (Option<i64>, Option<i64>);

/// The pods of an object.
#[derive(Debug)]
pub struct Pods {
    /// The fewest that run
    pub fewest: i128,
    /// The most that run, as far as it is known
    pub most: i128,
    /// How many pods of one run of a Job there are at once; one of what is no Job
    pub at_once: i128,
    /// Whether an update starts a pod before it ends another one
    pub updates_by_surge: bool,
    /// Whether they are ended at a time
    pub is_terminating: bool,
    /// Their containers, the init containers first
    pub containers: Vec<PodContainers>,
    /// What is set for the pod as a whole
    whole: Amounts,
    /// The storage that each of them claims, claim by claim
    claims: Vec<i128>,
}

/// A container of these pods.
#[derive(Debug)]
pub struct PodContainers {
    /// Its name
    pub name: String,
    /// Where it is in the object
    pub path: Path,
    /// Whether the others start after it
    is_init: bool,
    /// Whether it is an init container that goes on running
    is_sidecar: bool,
    /// What it asks for; a limit counts as the request
    asks: Amounts,
}

/// How many pods of one run of a Job there are at once.
fn at_once(object: &RenderedObject) -> i64 {
    let spec: &[&str] = match object.kind.as_str() {
        "CronJob" => &["spec", "jobTemplate", "spec"],
        "Job" => &["spec"],
        _ => return 1,
    };
    let whole = |key: &str, default: i64| match object.at(&[spec, &[key]].concat()) {
        Some(Value::Int(number)) => *number,
        _ => default,
    };
    whole("parallelism", 1).min(whole("completions", i64::MAX))
}

impl Pods {
    /// The pods of an object, and between which numbers it is scaled, where that is known. Tests of a chart have none.
    pub(super) fn of(object: &RenderedObject, scale: Option<Scale>) -> Option<Pods> {
        let (spec, _) = object.pod_spec()?;
        let hook = object.at(&["metadata", "annotations", "helm.sh/hook"]);
        if hook
            .and_then(Value::as_str)
            .is_some_and(|hook| hook.starts_with("test"))
        {
            return None;
        }
        let whole = |key: &str, default: i64| match object.at(&["spec", key]) {
            Some(Value::Int(number)) => *number,
            _ => default,
        };
        let (fewest, most) = match (object.kind.as_str(), scale) {
            _ if object.is_hook => (0, 0),
            // One pod on each node that fits: nobody knows how many these are.
            ("DaemonSet", _) => (0, 0),
            ("Pod", _) => (1, 1),
            ("Job", _) => (at_once(object), at_once(object)),
            ("CronJob", _) => (0, 0),
            (_, Some((fewest, most))) => {
                let fewest = fewest.unwrap_or(0);
                (fewest, most.unwrap_or(fewest))
            }
            _ => (whole("replicas", 1), whole("replicas", 1)),
        };
        let claims = items(object.at(&["spec", "volumeClaimTemplates"])).iter();
        let claims = claims.map(|claim| {
            let spec = claim.get("spec").and_then(|spec| spec.get("resources"));
            let asked = spec.and_then(|all| all.get("requests")?.get("storage"));
            asked.and_then(amount).unwrap_or_default()
        });
        let fewest = fewest.max(0);
        Some(Pods {
            fewest: fewest.into(),
            most: most.max(fewest).into(),
            at_once: at_once(object).into(),
            updates_by_surge: object.kind == "Deployment" && keeps_all(object, fewest),
            is_terminating: spec.get("activeDeadlineSeconds").is_some(),
            containers: object
                .containers()
                .into_iter()
                .map(PodContainers::of)
                .collect(),
            whole: asks(spec.get("resources")),
            claims: claims.collect(),
        })
    }

    /// What the API server demands of each container, and this one does not set: cpu and memory that the quota counts.
    pub fn unset<'d>(
        &self,
        container: &PodContainers,
        demanded: &'d [(String, i128)],
        defaults: &Defaults,
    ) -> Vec<&'d str> {
        // What the pod sets as a whole needs no container.
        if self.whole.iter().any(Option::is_some) {
            return Vec::new();
        }
        let asks = defaults.given_to(container.asks);
        let is_unset = |(name, _): &&(String, i128)| {
            let at = COUNTED.iter().position(|counted| counted == name);
            !name.ends_with("ephemeral-storage") && at.is_some_and(|at| asks[at].is_none())
        };
        let names = demanded.iter().filter(is_unset);
        names.map(|(name, _)| name.as_str()).collect()
    }

    /// How much one of these pods counts for, by a name of a ResourceQuota.
    pub fn counts_for(&self, name: &str, defaults: &Defaults) -> Option<i128> {
        const ONE: i128 = 1_000_000_000;
        match name {
            "pods" => Some(ONE),
            "persistentvolumeclaims" => Some(ONE * i128::try_from(self.claims.len()).ok()?),
            "requests.storage" => Some(self.claims.iter().copied().fold(0, i128::saturating_add)),
            _ => {
                let at = COUNTED.iter().position(|counted| *counted == name)?;
                Some(self.whole[at].unwrap_or_else(|| self.summed(at, defaults)))
            }
        }
    }

    /// Containers run at once. Init containers run one after the other before them, next to the sidecars that have started.
    fn summed(&self, at: usize, defaults: &Defaults) -> i128 {
        let (mut running, mut sidecars, mut peak) = (0_i128, 0_i128, 0_i128);
        for container in &self.containers {
            let own = defaults.given_to(container.asks)[at].unwrap_or_default();
            if container.is_sidecar {
                sidecars = sidecars.saturating_add(own);
                peak = peak.max(sidecars);
            } else if container.is_init {
                peak = peak.max(own.saturating_add(sidecars));
            } else {
                running = running.saturating_add(own);
            }
        }
        peak.max(running.saturating_add(sidecars))
    }
}

impl PodContainers {
    /// What it asks for by a name of a ResourceQuota, with what it is given where it says nothing.
    pub fn asks_for(&self, name: &str, defaults: &Defaults) -> Option<i128> {
        let at = COUNTED.iter().position(|counted| *counted == name)?;
        defaults.given_to(self.asks)[at]
    }

    fn of(container: PodContainer<'_>) -> PodContainers {
        let policy = container.at(&["restartPolicy"]).and_then(Value::as_str);
        PodContainers {
            name: container.name().to_owned(),
            is_init: container.is_init,
            is_sidecar: container.is_init && policy == Some("Always"),
            asks: asks(container.at(&["resources"])),
            path: container.path,
        }
    }
}

/// What `resources` ask for. A request that is not there is the limit (Kubernetes: pkg/apis/core/v1/defaults.go,
/// `SetDefaults_Pod`).
fn asks(resources: Option<&Value>) -> Amounts {
    let of = |kind: &str, name: &str| {
        let value = resources?.get(kind)?.get(name)?;
        amount(value)
    };
    COUNTED.map(|counted| {
        let (kind, name) = counted.split_once('.').unwrap_or_default();
        of(kind, name).or_else(|| of("limits", name))
    })
}

/// Whether an update of a Deployment ends no pod before a new one runs (Kubernetes: pkg/controller/deployment/util,
/// `ResolveFenceposts`: what may be unavailable rounds down).
fn keeps_all(object: &RenderedObject, replicas: i64) -> bool {
    let strategy = |keys: &[&str]| {
        let keys: Vec<&str> = ["spec", "strategy"].iter().chain(keys).copied().collect();
        object.at(&keys)
    };
    if replicas == 0 || strategy(&["type"]).and_then(Value::as_str) == Some("Recreate") {
        return false;
    }
    let surge = strategy(&["rollingUpdate", "maxSurge"]);
    if surge.is_some_and(|surge| pods_of(surge, replicas) == Some(0)) {
        return false;
    }
    match strategy(&["rollingUpdate", "maxUnavailable"]) {
        Some(Value::Int(pods)) => *pods == 0,
        Some(Value::String(text)) => percentage(text)
            .is_some_and(|percent| percent.saturating_mul(replicas.into()) < 100 * 1_000_000_000),
        _ => replicas < 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(is_init: bool, is_sidecar: bool, cpu: i128) -> PodContainers {
        PodContainers {
            name: String::new(),
            path: Path::root(),
            is_init,
            is_sidecar,
            asks: [Some(cpu), None, None, None, None, None],
        }
    }

    #[test]
    fn init_containers_count_as_the_api_server_counts_them() {
        let (init, sidecar, main) = ((true, false), (true, true), (false, false));
        for (containers, expected) in [
            (vec![(main, 2), (main, 3)], 5),
            (vec![(init, 4), (main, 2)], 4),
            (vec![(init, 1), (init, 3), (main, 5)], 5),
            // A sidecar runs next to the init containers after it, and next to the containers.
            (vec![(sidecar, 1), (init, 5), (main, 3)], 6),
            (vec![(init, 5), (sidecar, 1), (main, 3)], 5),
            (vec![(sidecar, 1), (main, 7)], 8),
        ] {
            let pods = Pods {
                fewest: 1,
                most: 1,
                at_once: 1,
                updates_by_surge: false,
                is_terminating: false,
                containers: containers
                    .iter()
                    .map(|((is_init, is_sidecar), cpu)| container(*is_init, *is_sidecar, *cpu))
                    .collect(),
                whole: [None; COUNTED.len()],
                claims: Vec::new(),
            };
            let counted = pods.counts_for("requests.cpu", &Defaults::default());
            assert_eq!(counted, Some(expected), "{containers:?}");
        }
    }
}
