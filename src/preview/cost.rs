//! What the pods of a preview cost, and the quota and the limits that they fit.

use std::collections::BTreeMap;

use envlint_yaml::{Map, Value};

use super::plan::Request;
use crate::manifests::{Defaults, Pods, RenderedObject, counted_by_quota};
use crate::masking::{Name, ObjectName, Text, text};
use crate::source::Problem;

/// What is counted, by the names of a ResourceQuota.
pub(super) const COUNTED: [&str; 5] = [
    "pods",
    "requests.cpu",
    "requests.memory",
    "limits.cpu",
    "limits.memory",
];

/// The smallest memory that a container without a limit is given, in billionths of a byte: 256Mi.
const LEAST_LIMIT: i128 = 256 * MEBIBYTE;
const NANO: i128 = 1_000_000_000;
const MEBIBYTE: i128 = (1 << 20) * NANO;

/// The pods that one object makes.
#[derive(Debug)]
pub(super) struct Load {
    pub(super) called: Text,
    pub(super) pods: Pods,
    /// How many of them run at once, at most
    pub(super) count: i128,
}

impl Load {
    /// Of an object: one more pod where an update starts a new one first, and one where nobody knows how many there are.
    pub(super) fn of(kind: &str, name: &str, is_hook: bool, pods: Pods) -> Load {
        let count = match kind {
            "DaemonSet" => 1,
            "CronJob" => pods.at_once,
            _ if is_hook => pods.at_once,
            _ => pods.most + i128::from(pods.updates_by_surge),
        };
        Load {
            called: text!("{} `{}`", ObjectName(kind), ObjectName(name)),
            pods,
            count,
        }
    }
}

/// An object that a quota counts, apart from its pods.
#[derive(Debug)]
pub(super) struct Counted {
    called: Text,
    amounts: Vec<(&'static str, i128)>,
}

/// What is counted of objects here; their numbers by kind are counted elsewhere.
const OF_OBJECTS: [&str; 4] = [
    "persistentvolumeclaims",
    "requests.storage",
    "services.loadbalancers",
    "services.nodeports",
];

impl Counted {
    /// An object that a quota counts; none for others.
    pub(super) fn of(object: &RenderedObject) -> Option<Counted> {
        let mut amounts = counted_by_quota(object);
        amounts.retain(|(name, amount)| OF_OBJECTS.contains(name) && *amount > 0);
        (!amounts.is_empty()).then(|| Counted {
            called: text!(
                "{} `{}`",
                ObjectName(&object.kind),
                ObjectName(&object.name)
            ),
            amounts,
        })
    }

    fn counts_for(&self, name: &str) -> i128 {
        let of_name = self.amounts.iter().filter(|(known, _)| *known == name);
        of_name
            .map(|(_, amount)| *amount)
            .fold(0, i128::saturating_add)
    }
}

/// What a namespace gives and allows.
#[derive(Debug)]
pub(super) struct Limits {
    /// The `limits` of the LimitRange
    range: Value,
    /// What it gives to containers
    defaults: Defaults,
    /// The `hard` of the ResourceQuota
    hard: BTreeMap<String, (String, i128)>,
}

impl Limits {
    /// The limits of a namespace that these pods run in.
    ///
    /// # Errors
    /// What does not fit, with the numbers.
    pub(super) fn of(
        request: &Request<'_>,
        namespace: &str,
        (loads, objects): (&[&Load], &[&Counted]),
    ) -> Result<Limits, Vec<Problem>> {
        let range = range(request, loads);
        let defaults = Defaults::of(Some(&Value::Map(Map::from([(
            "limits".to_owned(),
            Value::Seq(vec![range.clone()]),
        )]))));
        let configured = request.config.quota.iter();
        let configured = configured.map(|(name, amount)| {
            let amount = &amount.value;
            (name.value.clone(), (amount.text.clone(), amount.billionths))
        });
        let mut hard: BTreeMap<String, (String, i128)> = configured.collect();
        if hard.is_empty() {
            let needed = COUNTED.iter().filter(|name| **name != "limits.cpu");
            hard = needed
                .map(|name| (name, sum(name, loads, &defaults)))
                .filter(|(_, need)| *need > 0)
                .map(|(name, need)| ((*name).to_owned(), (written(name, need), need)))
                .collect();
        }
        let limits = Limits {
            range,
            defaults,
            hard,
        };
        match limits.problems(request, namespace, loads, objects) {
            problems if problems.is_empty() => Ok(limits),
            problems => Err(problems),
        }
    }

    /// What all of these pods count for by a name.
    pub(super) fn sum(&self, name: &str, loads: &[&Load]) -> i128 {
        sum(name, loads, &self.defaults)
    }

    /// The `spec` of the LimitRange.
    pub(super) fn range(&self) -> Value {
        let limits = Value::Seq(vec![self.range.clone()]);
        Value::Map(Map::from([("limits".to_owned(), limits)]))
    }

    /// The `spec` of the ResourceQuota.
    pub(super) fn quota(&self) -> Value {
        let hard = self.hard.iter();
        let hard: Map = hard
            .map(|(name, (text, _))| (name.clone(), Value::from(text.as_str())))
            .collect();
        Value::Map(Map::from([("hard".to_owned(), Value::Map(hard))]))
    }

    fn problems(
        &self,
        request: &Request<'_>,
        namespace: &str,
        loads: &[&Load],
        objects: &[&Counted],
    ) -> Vec<Problem> {
        let mut problems: Vec<Problem> = Vec::new();
        for (name, (allowed, hard)) in &self.hard {
            let counted = full(name);
            let own = objects.iter().map(|object| object.counts_for(counted));
            let need = own.fold(self.sum(counted, loads), i128::saturating_add);
            if need > *hard {
                let message = text!(
                    "{} needs {} of {}, but `preview.quota` allows {}: {}",
                    Name(namespace),
                    written(counted, need),
                    Name(name),
                    Name(allowed),
                    self.parts(counted, loads, objects)
                );
                let entry = request
                    .config
                    .quota
                    .iter()
                    .find(|(key, _)| key.value == *name);
                let span = entry.map(|(_, amount)| amount.span);
                problems.push(request.located(span, message).help(
                    "allow more under `preview.quota`, or run less: `preview.set: {replicas: 1}`",
                ));
            }
        }
        for load in loads {
            problems.extend(self.unfit(request, load));
        }
        problems
    }

    /// Containers that the API server refuses: they set nothing where the quota demands it, or more than their limit.
    fn unfit(&self, request: &Request<'_>, load: &Load) -> Vec<Problem> {
        let demanded: Vec<(String, i128)> = self
            .hard
            .iter()
            .map(|(name, (_, hard))| (full(name).to_owned(), *hard))
            .collect();
        let mut problems = Vec::new();
        for container in &load.pods.containers {
            let called = text!(
                "the container `{}` of {}",
                ObjectName(&container.name),
                load.called
            );
            for name in load.pods.unset(container, &demanded, &self.defaults) {
                let message = text!(
                    "{} sets no {}, which the quota demands, so the API server refuses its pods",
                    called,
                    Name(name)
                );
                problems.push(request.located(None, message).help(
                    "set `resources` of the container, or give all a default: `preview.limits.default`",
                ));
            }
            for what in ["cpu", "memory"] {
                let asks =
                    |kind: &str| container.asks_for(&format!("{kind}.{what}"), &self.defaults);
                let (Some(wanted), Some(limit)) = (asks("requests"), asks("limits")) else {
                    continue;
                };
                if wanted > limit {
                    let name = format!("requests.{what}");
                    let message = text!(
                        "{} requests {} of {}, but its limit is {}, so the API server refuses its pods",
                        called,
                        written(&name, wanted),
                        what,
                        written(&name, limit)
                    );
                    problems.push(request.located(None, message).help(text!(
                        "raise `preview.limits.default.{}`, or set the limit of the container",
                        what
                    )));
                }
            }
        }
        problems
    }

    /// What each object needs: `Deployment web 2 × 500m`.
    fn parts(&self, name: &str, loads: &[&Load], objects: &[&Counted]) -> Text {
        let own = objects.iter().filter_map(|object| {
            let amount = object.counts_for(name);
            (amount > 0).then(|| text!("{} {}", object.called, written(name, amount)))
        });
        let parts = loads.iter().filter_map(|load| {
            let each = load.pods.counts_for(name, &self.defaults)?;
            (each > 0 && load.count > 0).then(|| {
                text!(
                    "{} {} × {}",
                    load.called,
                    load.count.to_string(),
                    written(name, each)
                )
            })
        });
        Text::first(parts.chain(own), 8)
    }
}

/// `requests.cpu` of `cpu`: a quota may be written so.
fn full(name: &str) -> &str {
    match name {
        "cpu" => "requests.cpu",
        "memory" => "requests.memory",
        "count/pods" => "pods",
        "count/persistentvolumeclaims" => "persistentvolumeclaims",
        name => name,
    }
}

fn sum(name: &str, loads: &[&Load], defaults: &Defaults) -> i128 {
    let all = loads.iter().map(|load| {
        let each = load.pods.counts_for(name, defaults).unwrap_or_default();
        each.saturating_mul(load.count)
    });
    all.fold(0, i128::saturating_add)
}

/// The item of a LimitRange.
fn range(request: &Request<'_>, loads: &[&Load]) -> Value {
    let limits = &request.config.limits;
    let given = |amounts: &[(String, String)]| {
        let amounts = amounts.iter();
        let map: Map = amounts
            .map(|(name, text)| (name.clone(), Value::from(text.as_str())))
            .collect();
        Value::Map(map)
    };
    let mut default: Vec<(String, String)> = Vec::new();
    let mut default_request: Vec<(String, String)> = Vec::new();
    for (name, amount) in limits.default.iter() {
        default.push((name.value.clone(), amount.value.text.clone()));
    }
    for (name, amount) in limits.default_request.iter() {
        default_request.push((name.value.clone(), amount.value.text.clone()));
    }
    if default.is_empty() {
        let text = written("limits.memory", largest_request(loads).max(LEAST_LIMIT));
        default.push(("memory".to_owned(), text));
    }
    if default_request.is_empty() {
        default_request.push(("cpu".to_owned(), "50m".to_owned()));
        default_request.push(("memory".to_owned(), "128Mi".to_owned()));
    }
    Value::Map(Map::from([
        ("type".to_owned(), Value::from("Container")),
        ("default".to_owned(), given(&default)),
        ("defaultRequest".to_owned(), given(&default_request)),
    ]))
}

/// The largest request for memory of a container without a limit, which its default limit must not be below.
fn largest_request(loads: &[&Load]) -> i128 {
    let nothing = Defaults::default();
    let containers = loads.iter().flat_map(|load| &load.pods.containers);
    let without = containers.filter(|one| one.asks_for("limits.memory", &nothing).is_none());
    let requests = without.filter_map(|one| one.asks_for("requests.memory", &nothing));
    requests.max().unwrap_or_default()
}

/// An amount as Kubernetes reads it, rounded up: memory in mebibytes, CPU in thousandths.
pub(super) fn written(name: &str, amount: i128) -> String {
    let up = |unit: i128| amount.saturating_add(unit - 1) / unit;
    if name.ends_with("memory") || name.ends_with("storage") {
        let mebibytes = up(MEBIBYTE);
        return match mebibytes % 1024 {
            0 if mebibytes > 0 => format!("{}Gi", mebibytes / 1024),
            _ => format!("{mebibytes}Mi"),
        };
    }
    let thousandths = up(NANO / 1000);
    match thousandths % 1000 {
        0 => (thousandths / 1000).to_string(),
        _ => format!("{thousandths}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_kubernetes_reads_them() {
        for (name, amount, expected) in [
            ("requests.cpu", 1_500_000_000, "1500m"),
            ("requests.cpu", 2_000_000_000, "2"),
            ("requests.cpu", 1, "1m"),
            ("limits.memory", 512 * MEBIBYTE, "512Mi"),
            ("limits.memory", 2048 * MEBIBYTE, "2Gi"),
            ("limits.memory", 1, "1Mi"),
            ("pods", 3 * NANO, "3"),
        ] {
            assert_eq!(written(name, amount), expected, "{name} {amount}");
        }
    }
}
