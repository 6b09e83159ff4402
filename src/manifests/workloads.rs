//! The workloads that a chart makes: how many pods of each run, what they ask for, and what serves and protects them.

use std::collections::HashMap;

use envlint_helm::{Manifest, Rendered};
use envlint_yaml::{Map, Value};

/// The most manifests of one chart that are held against each other.
const MOST: usize = 500;

/// A workload whose pods run until they are stopped.
#[derive(Debug)]
pub struct RenderedWorkload {
    /// `Deployment`, `StatefulSet`, `DaemonSet`, or the `Rollout` of Argo
    pub kind: String,
    /// Its name
    pub name: String,
    /// The template that made it
    pub template: String,
    /// The template that made what scales it
    pub scaler: Option<String>,
    /// The fewest pods that run: what scales it may go down to that. None for a daemon set, which runs on every node.
    pub fewest: Option<i64>,
    /// The most pods that run; none where that is not known.
    pub most: Option<i64>,
    /// Whether a Service leads to its pods.
    pub is_served: bool,
    /// Whether its pods keep data in a volume of their own: two of them cannot share it.
    pub keeps_data: bool,
    /// Whether it has a part of its node to itself: the ports of its network, or a directory that it writes to.
    pub takes_node: bool,
    /// Whether an update stops the old pods before it starts new ones: two never run together.
    pub is_recreated: bool,
    /// Whether a disruption budget protects it.
    pub has_budget: bool,
    /// The budget that protects it and nothing else; none where several do, or where that is not known.
    pub budget: Option<RenderedBudget>,
    /// Its containers
    pub containers: Vec<Container>,
}

/// A disruption budget.
#[derive(Debug, Clone)]
pub struct RenderedBudget {
    /// Its name
    pub name: String,
    /// The template that made it
    pub template: String,
    /// `minAvailable` or `maxUnavailable`
    pub limit: &'static str,
    /// What it is limited to
    pub value: Value,
}

/// What a container asks for.
#[derive(Debug)]
pub struct Container {
    /// Its name
    pub name: String,
    /// Its image
    pub image: Option<String>,
    /// Requests CPU, or has a limit, which counts as the request
    pub requests_cpu: bool,
    /// The same of memory
    pub requests_memory: bool,
    /// Limits memory
    pub limits_memory: bool,
}

impl Container {
    /// What it does not say.
    pub fn lacks(&self) -> Vec<&'static str> {
        [
            ("no CPU request", self.requests_cpu),
            ("no memory request", self.requests_memory),
            ("no memory limit", self.limits_memory),
        ]
        .into_iter()
        .filter_map(|(what, is_there)| (!is_there).then_some(what))
        .collect()
    }
}

/// The workloads among the manifests of one environment, each with what is in its namespace; hooks and jobs are none. None where there are more than are held
/// against each other: what serves and protects a workload may be among the rest.
pub(super) fn workloads(rendered: &Rendered, namespace: &str) -> Option<Vec<RenderedWorkload>> {
    let mut about_pods = rendered
        .manifests
        .iter()
        .filter(|manifest| is_about_pods(&manifest.kind));
    let objects: Vec<Object<'_>> = about_pods
        .by_ref()
        .take(MOST)
        .filter_map(Object::of)
        .collect();
    if about_pods.next().is_some() {
        return None;
    }
    let running = |object: &&Object<'_>| {
        matches!(
            object.manifest.kind.as_str(),
            "Deployment" | "StatefulSet" | "DaemonSet" | "Rollout"
        )
    };
    let found = objects.iter().filter(running);
    let mut beside: HashMap<&str, Vec<&Object<'_>>> = HashMap::new();
    for object in &objects {
        let own = beside.entry(object.namespace(namespace)).or_default();
        own.push(object);
    }
    let none = Vec::new();
    let beside = |object: &Object<'_>| beside.get(object.namespace(namespace)).unwrap_or(&none);
    Some(
        found
            .map(|object| workload(object, beside(object)))
            .collect(),
    )
}

fn is_about_pods(kind: &str) -> bool {
    matches!(
        kind,
        "Deployment"
            | "StatefulSet"
            | "DaemonSet"
            | "Rollout"
            | "Service"
            | "PodDisruptionBudget"
            | "HorizontalPodAutoscaler"
            | "ScaledObject"
    )
}

struct Object<'m> {
    manifest: &'m Manifest,
    body: Map,
}

impl<'m> Object<'m> {
    fn of(manifest: &'m Manifest) -> Option<Object<'m>> {
        let Value::Map(body) = manifest.document().root()?.to_value() else {
            return None;
        };
        Some(Object { manifest, body })
    }

    fn at(&self, keys: &[&str]) -> Option<&Value> {
        let (first, rest) = keys.split_first()?;
        rest.iter()
            .try_fold(self.body.get(*first)?, |value, key| value.get(key))
    }

    fn is(&self, kind: &str) -> bool {
        self.manifest.kind == kind
    }

    /// Its namespace, or that of the release.
    fn namespace<'n>(&'n self, of_release: &'n str) -> &'n str {
        let written = self.at(&["metadata", "namespace"]).and_then(Value::as_str);
        written
            .filter(|name| !name.is_empty())
            .unwrap_or(of_release)
    }
}

fn workload(object: &Object<'_>, all: &[&Object<'_>]) -> RenderedWorkload {
    let none = Map::new();
    let labels = object.at(&["spec", "template", "metadata", "labels"]);
    let labels = labels.and_then(Value::as_map).unwrap_or(&none);
    let of = |kind: &'static str| all.iter().copied().filter(move |other| other.is(kind));
    let selects = |other: &Object<'_>, keys: &[&str]| {
        let selector = other.at(keys).and_then(Value::as_map);
        selector.is_some_and(|selector| {
            !selector.is_empty()
                && selector
                    .iter()
                    .all(|(key, value)| labels.get(key) == Some(value))
        })
    };
    let scaler = all.iter().copied().find(|other| scales(other, object));
    let replicas = object.at(&["spec", "replicas"]).and_then(integer);
    let set = (!object.is("DaemonSet")).then(|| replicas.unwrap_or(1));
    let budgets: Vec<&Object<'_>> = of("PodDisruptionBudget")
        .filter(|budget| selects(budget, &["spec", "selector", "matchLabels"]))
        .collect();
    let chooses = |budget: &Object<'_>| {
        let expressions = budget.at(&["spec", "selector", "matchExpressions"]);
        expressions.is_some()
    };
    let are_known = !of("PodDisruptionBudget").any(chooses);
    RenderedWorkload {
        kind: object.manifest.kind.clone(),
        name: object.manifest.name.clone(),
        template: object.manifest.template.clone(),
        scaler: scaler.map(|scaler| scaler.manifest.template.clone()),
        fewest: match scaler {
            Some(scaler) => Some(bound(scaler, LEAST).unwrap_or(1)).filter(|_| set.is_some()),
            None => set,
        },
        most: match scaler {
            Some(scaler) => bound(scaler, MOST_OF).filter(|_| set.is_some()),
            None => set,
        },
        is_served: of("Service").any(|service| selects(service, &["spec", "selector"])),
        keeps_data: keeps_data(object),
        takes_node: takes_node(object),
        is_recreated: object
            .at(&["spec", "strategy", "type"])
            .and_then(Value::as_str)
            .is_some_and(|kind| kind == "Recreate"),
        has_budget: !budgets.is_empty() || !are_known,
        budget: match budgets.as_slice() {
            [budget] if are_known => budget_of(budget),
            _ => None,
        },
        containers: containers(object),
    }
}

fn budget_of(object: &Object<'_>) -> Option<RenderedBudget> {
    let limits = ["minAvailable", "maxUnavailable"].into_iter();
    let mut limits = limits.filter_map(|limit| Some((limit, object.at(&["spec", limit])?)));
    let (limit, value) = limits.next()?;
    Some(RenderedBudget {
        name: object.manifest.name.clone(),
        template: object.manifest.template.clone(),
        limit,
        value: value.clone(),
    })
}

/// Where autoscalers say how far they go down: the one of Kubernetes, and KEDA's.
const LEAST: [&str; 2] = ["minReplicas", "minReplicaCount"];

/// Where they say how far they go up.
const MOST_OF: [&str; 2] = ["maxReplicas", "maxReplicaCount"];

fn bound(scaler: &Object<'_>, keys: [&str; 2]) -> Option<i64> {
    let mut bounds = keys.iter().filter_map(|key| scaler.at(&["spec", key]));
    bounds.next().and_then(integer)
}

/// Whether an object is an autoscaler of a workload.
fn scales(scaler: &Object<'_>, workload: &Object<'_>) -> bool {
    let is_scaler = scaler.is("HorizontalPodAutoscaler") || scaler.is("ScaledObject");
    let target = |key: &str| scaler.at(&["spec", "scaleTargetRef", key])?.as_str();
    is_scaler
        && target("kind").unwrap_or("Deployment") == workload.manifest.kind
        && target("name") == Some(workload.manifest.name.as_str())
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        _ => None,
    }
}

fn keeps_data(object: &Object<'_>) -> bool {
    let claims = object.at(&["spec", "volumeClaimTemplates"]);
    let volumes = object.at(&["spec", "template", "spec", "volumes"]);
    claims.is_some_and(|claims| !items(claims).is_empty())
        || volumes.is_some_and(|volumes| {
            let mut volumes = items(volumes).iter();
            volumes.any(|volume| volume.get("persistentVolumeClaim").is_some())
        })
}

/// Two pods that listen on the ports of one node collide there, and two nodes have no directory in common.
fn takes_node(object: &Object<'_>) -> bool {
    let Some(pod) = object.at(&["spec", "template", "spec"]) else {
        return false;
    };
    let list = |of: &Value, key: &str| of.get(key).map(items).unwrap_or_default().to_vec();
    let directories: Vec<Value> = list(pod, "volumes")
        .iter()
        .filter(|volume| volume.get("hostPath").is_some())
        .filter_map(|volume| volume.get("name").cloned())
        .collect();
    let writes = |mount: &Value| {
        let is_read_only = mount.get("readOnly") == Some(&Value::Bool(true));
        !is_read_only
            && mount
                .get("name")
                .is_some_and(|name| directories.contains(name))
    };
    let takes = |container: &Value| {
        let has_port = |port: &Value| matches!(port.get("hostPort"), Some(Value::Int(1..)));
        list(container, "volumeMounts").iter().any(writes)
            || list(container, "ports").iter().any(has_port)
    };
    pod.get("hostNetwork") == Some(&Value::Bool(true)) || list(pod, "containers").iter().any(takes)
}

fn items(value: &Value) -> &[Value] {
    match value {
        Value::Seq(items) => items,
        _ => &[],
    }
}

fn containers(object: &Object<'_>) -> Vec<Container> {
    let listed = object.at(&["spec", "template", "spec", "containers"]);
    let listed = listed.map(items).unwrap_or_default();
    let read = |container: &Value| {
        let says = |kind: &str, name: &str| {
            let resources = container.get("resources");
            let amount = resources.and_then(|all| all.get(kind)?.get(name));
            amount.is_some_and(|amount| !amount.is_null())
        };
        let either = |name: &str| says("requests", name) || says("limits", name);
        Container {
            name: container
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            image: container
                .get("image")
                .and_then(Value::as_str)
                .map(str::to_owned),
            requests_cpu: either("cpu"),
            requests_memory: either("memory"),
            limits_memory: says("limits", "memory"),
        }
    };
    listed.iter().map(read).collect()
}
