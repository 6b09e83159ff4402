//! What apps bring to their environments: the little of their objects that is kept until all apps are known, for rules that
//! hold the apps of a namespace against each other.

mod calls;
mod pods;
mod quota;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use envlint_helm::{Manifest, Rendered};
use envlint_yaml::{Map, Value};

pub use calls::Call;
use pods::Scale;
use pods::{Amounts, COUNTED};
pub use pods::{PodContainers, Pods};
pub use quota::{Bounds, Defaults, Outside, Quota};

use super::AppManifests;
use super::rendered::{RenderedObject, items};
use super::workloads::{RenderedWorkload, workloads};
use crate::values::quantity;
use crate::workspace::App;

/// What an app brings to one environment.
#[derive(Debug)]
pub struct Brought {
    /// The app
    pub app: Arc<str>,
    /// The environment
    pub environment: Arc<str>,
    /// The namespace of the app
    pub namespace: String,
    /// The cluster of the app, where something names it
    pub cluster: Option<String>,
    /// Whether something says which namespace that is
    pub is_placed: bool,
    /// None where nobody knows: its chart is not here, or does not render.
    pub objects: Option<Vec<BroughtObject>>,
    /// The namespaces and names of Secrets that operators make of its objects.
    secrets: Vec<(Option<String>, String)>,
}

/// An object that an app brings.
#[derive(Debug)]
pub struct BroughtObject {
    /// Its API group; nothing for that of Kubernetes' core
    pub group: String,
    /// Its kind
    pub kind: String,
    /// Its name
    pub name: String,
    /// Its namespace; none where it is the app's, or where the kind has none
    pub namespace: Option<String>,
    /// The template that made it
    pub template: Arc<str>,
    /// Whether it is there only while a hook runs
    pub is_hook: bool,
    /// The labels of its pods
    pub pod_labels: Option<Map>,
    /// Its own labels, if it is a Service
    pub labels: Option<Map>,
    /// Its pods
    pub pods: Option<Box<Pods>>,
    /// What it calls by names that are not those of the app's own Services
    pub calls: Vec<Call>,
    /// The kind and the name of the workload that it scales
    pub scaled: Option<(String, String)>,
    /// What it counts for besides, by the names of a ResourceQuota
    pub counts: Vec<(&'static str, i128)>,
    /// What it allows, if it is a ResourceQuota
    pub quota: Option<Box<Quota>>,
    /// What it gives to containers, if it is a LimitRange
    pub defaults: Option<Box<Defaults>>,
    /// What it allows to containers, if it is a LimitRange
    pub bounds: Option<Box<Bounds>>,
}

impl Brought {
    /// What an app brings to these environments.
    pub fn of<'n>(
        app: &App,
        manifests: &AppManifests<'_>,
        environments: impl Iterator<Item = &'n Arc<str>>,
    ) -> Vec<Brought> {
        let of_environment = |name: &Arc<str>| {
            let objects = manifests.objects(name);
            let made = objects.unwrap_or_default().iter();
            let made = made.filter(|object| object.kind != "Secret");
            Brought {
                app: Arc::clone(&app.name),
                environment: Arc::clone(name),
                namespace: app.namespace(name),
                cluster: app
                    .deployment(name)
                    .and_then(|deployment| deployment.cluster.clone()),
                is_placed: app
                    .deployment(name)
                    .is_some_and(|deployment| deployment.namespace.is_some()),
                objects: objects.map(|objects| brought(objects, manifests, name)),
                secrets: made
                    .flat_map(|object| {
                        let names = object.secrets().into_iter();
                        names.map(|name| (object.namespace.clone(), name.into_owned()))
                    })
                    .collect(),
            }
        };
        environments.map(of_environment).collect()
    }

    /// The namespace of one of its objects.
    pub fn namespace_of<'b>(&'b self, object: &'b BroughtObject) -> &'b str {
        object.namespace.as_deref().unwrap_or(&self.namespace)
    }

    /// The same, where something says which one it is: two apps of which nothing says so may have one each.
    pub fn known_namespace_of<'b>(&'b self, object: &'b BroughtObject) -> Option<&'b str> {
        let own = || self.is_placed.then_some(&*self.namespace);
        object.namespace.as_deref().or_else(own)
    }

    /// Whether an operator makes a Secret of its objects.
    pub fn makes_secret(&self, namespace: &str, name: &str) -> bool {
        self.secrets.iter().any(|(own, made)| {
            made == name && own.as_deref().unwrap_or(&self.namespace) == namespace
        })
    }
}

/// The pods that each of a chart's objects makes; `namespace` is that of the release.
pub(super) fn pods(
    rendered: &Rendered,
    objects: &[RenderedObject],
    namespace: &str,
) -> Vec<Option<Pods>> {
    let workloads = workloads(rendered, namespace).unwrap_or_default();
    let scales = scales(&workloads);
    let of = |object: &RenderedObject| {
        let scale = scales.get(&(&*object.kind, &*object.name)).copied();
        Pods::of(object, scale)
    };
    objects.iter().map(of).collect()
}

/// The fewest and the most replicas of workloads, by kind and name.
fn scales(workloads: &[RenderedWorkload]) -> HashMap<(&str, &str), Scale> {
    let scales = workloads.iter();
    scales
        .map(|made| ((&*made.kind, &*made.name), (made.fewest, made.most)))
        .collect()
}

fn brought(
    objects: &[RenderedObject],
    manifests: &AppManifests<'_>,
    environment: &str,
) -> Vec<BroughtObject> {
    let scales = scales(manifests.workloads(environment).unwrap_or_default());
    let services = objects.iter().filter(|object| object.kind == "Service");
    let services: HashSet<&str> = services.map(|service| service.name.as_str()).collect();
    let values = manifests.values(environment);
    let mut templates: HashMap<&str, Arc<str>> = HashMap::new();
    let of = |object: &RenderedObject, template: Arc<str>| {
        let is = |kind: &str| object.kind == kind && object.group().is_empty();
        let scale = scales.get(&(&*object.kind, &*object.name)).copied();
        // One that a hook makes is gone before the pods come.
        let is_range = is("LimitRange") && !object.is_hook;
        BroughtObject {
            group: object.group().to_owned(),
            kind: object.kind.clone(),
            name: object.name.clone(),
            namespace: object.namespace.clone(),
            template,
            is_hook: object.is_hook,
            pod_labels: object.pod_labels().cloned(),
            labels: object.labels().filter(|_| is("Service")).cloned(),
            pods: Pods::of(object, scale).map(Box::new),
            calls: Call::of(object, &services, values),
            scaled: object
                .scaled()
                .map(|(kind, name)| (kind.to_owned(), name.to_owned())),
            counts: counted_by_quota(object),
            quota: (is("ResourceQuota") && !object.is_hook)
                .then(|| Quota::of(object.at(&["spec"])).map(Box::new))
                .flatten(),
            defaults: is_range.then(|| Box::new(Defaults::of(object.at(&["spec"])))),
            bounds: is_range
                .then(|| Bounds::of(object.at(&["spec"])).map(Box::new))
                .flatten(),
        }
    };
    let objects = objects.iter().map(|object| {
        let template = templates
            .entry(&object.template)
            .or_insert_with(|| Arc::from(&*object.template));
        of(object, Arc::clone(template))
    });
    objects.collect()
}

/// What an object counts for in a ResourceQuota, in billionths, apart from its pods (Kubernetes: pkg/quota/v1/evaluator/core).
pub fn counted_by_quota(object: &RenderedObject) -> Vec<(&'static str, i128)> {
    const ONE: i128 = 1_000_000_000;
    if !object.group().is_empty() {
        return Vec::new();
    }
    match object.kind.as_str() {
        "ConfigMap" => vec![("configmaps", ONE)],
        "Secret" => vec![("secrets", ONE)],
        "PersistentVolumeClaim" => {
            let asked = object.at(&["spec", "resources", "requests", "storage"]);
            let asked = asked.and_then(amount).unwrap_or_default();
            vec![("persistentvolumeclaims", ONE), ("requests.storage", asked)]
        }
        "Service" => {
            let mut found = vec![("services", ONE)];
            let kind = object.at(&["spec", "type"]).and_then(Value::as_str);
            let ports = items(object.at(&["spec", "ports"])).len();
            let ports = i128::try_from(ports).unwrap_or_default() * ONE;
            let has_ports =
                object.at(&["spec", "allocateLoadBalancerNodePorts"]) != Some(&Value::Bool(false));
            match kind {
                Some("NodePort") => found.push(("services.nodeports", ports)),
                Some("LoadBalancer") => {
                    found.push(("services.loadbalancers", ONE));
                    found.extend(has_ports.then_some(("services.nodeports", ports)));
                }
                _ => {}
            }
            found
        }
        _ => Vec::new(),
    }
}

/// What a field amounts to, in billionths.
fn amount(value: &Value) -> Option<i128> {
    match value {
        Value::Int(number) => quantity(&number.to_string()),
        Value::Float(number) => quantity(&number.to_string()),
        Value::String(text) => quantity(text),
        _ => None,
    }
}

impl BroughtObject {
    /// Whether it is the object of a manifest.
    pub(super) fn is_made_by(&self, manifest: &Manifest) -> bool {
        manifest.template == *self.template
            && manifest.name == self.name
            && manifest.kind == self.kind
    }
}
