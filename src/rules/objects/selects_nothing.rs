//! `objects/selects-nothing`.

use envlint_yaml::{Map, Path};

use crate::manifests::{RenderedObject, Selector};
use crate::masking::{ObjectName, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Reporter, Wanted, rule};

rule! {
    /// A selector chooses none of the objects that it is meant for.
    ///
    /// ## What it does
    ///
    /// Compares the selectors of the objects that the chart renders for an environment with the labels of the others: those
    /// of a Service, a PodDisruptionBudget, a NetworkPolicy and a PodMonitor with the labels of the pods, and that of a
    /// ServiceMonitor with the labels of the Services.
    ///
    /// A Deployment, a StatefulSet or a DaemonSet has to select the pods that it makes.
    ///
    /// Another selector is reported where it is nearly that of some pods of the chart: they have all of its keys, and another
    /// value. Ignored: selectors that choose pods of another app in the namespace, or of another release; labels that
    /// controllers set while pods run, such as `role: primary`; charts with custom resources of which an operator may make
    /// pods, with rights to start pods, or without one of their subcharts; and selectors that may be for pods that are turned
    /// off: other pods than the only ones, or than those of the object's own name, that nothing else of its kind chooses.
    ///
    /// ## Why it matters
    ///
    /// Nothing refuses such an object. The Service has no endpoints, the budget protects nothing, the policy restricts
    /// nothing, and the monitor scrapes nothing.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # templates/service.yaml
    /// selector: {app: shop, component: web}
    ///
    /// # templates/deployment.yaml
    /// template:
    ///   metadata:
    ///     labels: {app: shop, component: frontend}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # templates/service.yaml
    /// selector: {app: shop, component: frontend}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: labels and selectors](https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/)
    "objects/selects-nothing", Error, Check::App(check)
}

/// A selector of an object, and what it is for.
struct Choice<'o> {
    object: &'o RenderedObject,
    selector: Selector,
    path: Path,
    is_of_services: bool,
    consequence: &'static str,
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        for object in cx.manifests.objects(values.name()).unwrap_or_default() {
            check_own_pods(cx, values, object, out);
        }
        let objects = cx.manifests.all_objects(values.name()).unwrap_or_default();
        for choice in objects.iter().filter_map(choice) {
            say(cx, values, &choice, objects, out);
        }
    }
}

/// A workload has to select the pods that it makes (Kubernetes: pkg/apis/apps/validation).
fn check_own_pods(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    object: &RenderedObject,
    out: &mut Reporter<'_>,
) {
    let kinds = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];
    if object.group() != "apps" || !kinds.contains(&object.kind.as_str()) {
        return;
    }
    let none = Map::new();
    let labels = object.pod_labels().unwrap_or(&none);
    let Some(selector) = Selector::of(object.at(&["spec", "selector"])) else {
        return;
    };
    if selector.matches(labels) {
        return;
    }
    let path = Path::root().key("spec").key("selector");
    let place = cx.manifests.place_of(values.name(), object, Some(&path));
    let Some(place) = place else { return };
    let wanted = selector.labels().filter(|(key, wanted)| {
        labels.get(*key).and_then(envlint_yaml::Value::as_str) != Some(wanted)
    });
    let wanted: Vec<Text> = wanted
        .map(|(key, value)| text!("`{}: {}`", ObjectName(key), ObjectName(value)))
        .collect();
    let message = match wanted.is_empty() {
        true => text!("{} does not select its own pods", object.called()),
        false => text!(
            "{} selects {}, which its own pods do not have",
            object.called(),
            Text::join(wanted, " and ")
        ),
    };
    let file = format!("{}:{}", place.source.path, place.span.start);
    let finding = out
        .finding(place, message)
        .environment(values.name())
        .help("give the pods in `spec.template` the labels of `spec.selector`")
        .once_of(file, "own pods", object.called())
        .ending(", so the API server refuses it");
    out.push(finding);
}

fn choice(object: &RenderedObject) -> Option<Choice<'_>> {
    let spec = Path::root().key("spec");
    let (key, is_of_services, consequence) = match (object.kind.as_str(), object.group()) {
        ("Service", "") => {
            return Some(Choice {
                object,
                selector: Selector::of_labels(object.at(&["spec", "selector"]))?,
                path: spec.key("selector"),
                is_of_services: false,
                consequence: ", so it has no endpoints",
            });
        }
        ("PodDisruptionBudget", "policy") => ("selector", false, ", so it protects nothing"),
        ("NetworkPolicy", "networking.k8s.io") => {
            ("podSelector", false, ", so it restricts nothing")
        }
        ("PodMonitor", "monitoring.coreos.com") => ("selector", false, ", so nothing is scraped"),
        ("ServiceMonitor", "monitoring.coreos.com") => {
            ("selector", true, ", so nothing is scraped")
        }
        _ => return None,
    };
    // It looks into other namespaces.
    if object.at(&["spec", "namespaceSelector"]).is_some() {
        return None;
    }
    Some(Choice {
        object,
        selector: Selector::of(object.at(&["spec", key]))?,
        path: spec.key(key),
        is_of_services,
        consequence,
    })
}

impl<'o> Choice<'_> {
    /// The labels of an object that it may choose, if it is one.
    fn labels(&self, object: &'o RenderedObject) -> Option<&'o Map> {
        match self.is_of_services {
            true => object.labels().filter(|_| object.kind == "Service"),
            false => object.pod_labels(),
        }
    }
}

/// Labels that many charts give to all of their objects, whatever these are.
const COMMON: [&str; 8] = [
    "app.kubernetes.io/managed-by",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/version",
    "chart",
    "helm.sh/chart",
    "heritage",
    "managed-by",
    "part-of",
];

/// Labels by which another release is chosen on purpose.
const OF_RELEASE: [&str; 8] = [
    "app.kubernetes.io/instance",
    "color",
    "colour",
    "instance",
    "release",
    "slot",
    "track",
    "version",
];

/// Words in keys of labels that controllers change while a pod runs: who leads a cluster.
const AT_RUN_TIME: [&str; 5] = ["role", "leader", "master", "primary", "active"];

/// Whether a label of this key may have another value in the cluster than any that is rendered.
fn is_moving(key: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or(key).to_ascii_lowercase();
    OF_RELEASE.contains(&key) || AT_RUN_TIME.iter().any(|word| name.contains(word))
}

/// How labels differ from those that a selector asks for: key, wanted, there.
type Difference<'l> = Vec<(&'l str, &'l str, &'l str)>;

/// How the labels of an object differ from what a selector asks for, where the selector is meant for it.
fn difference<'l>(
    choice: &'l Choice<'_>,
    object: &RenderedObject,
    labels: &'l Map,
) -> Option<Difference<'l>> {
    let mut differing = Vec::new();
    let mut is_alike = object.name == choice.object.name;
    for (key, wanted) in choice.selector.labels() {
        let there = labels.get(key)?.as_str()?;
        if there == wanted {
            is_alike |= !COMMON.contains(&key);
        } else {
            differing.push((key, wanted, there));
        }
    }
    let is_certain = differing.iter().all(|(key, ..)| !is_moving(key));
    (is_alike && is_certain).then_some(differing)
}

fn say<'o>(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    choice: &Choice<'o>,
    objects: &'o [RenderedObject],
    out: &mut Reporter<'_>,
) {
    if !choice.selector.is_plain() || !out.may_do(objects.len()) {
        return;
    }
    let own = cx.app.namespace(values.name());
    let namespace = |object: &'o RenderedObject| object.namespace.as_deref().unwrap_or(&own);
    let here = namespace(choice.object);
    let candidates: Vec<(&RenderedObject, &Map)> = objects
        .iter()
        .filter(|object| namespace(object) == here)
        .filter_map(|object| Some((object, choice.labels(object)?)))
        .collect();
    let is_chosen = |(_, labels): &(_, &Map)| choice.selector.matches(labels);
    if candidates.iter().any(is_chosen) {
        return;
    }
    // Another object of the kind chooses these pods: a page for maintenance has pods of its own on another day.
    let is_taken = |object: &RenderedObject| {
        let labels = choice.labels(object);
        let mut same = objects
            .iter()
            .filter(|other| other.kind == choice.object.kind);
        labels.is_some_and(|labels| {
            same.any(|other| {
                self::choice(other).is_some_and(|other| other.selector.matches(labels))
            })
        })
    };
    let near = candidates.iter().filter(|(object, _)| !object.is_hook);
    let is_only = near.clone().count() == 1;
    let near =
        near.filter_map(|(object, labels)| Some((*object, difference(choice, object, labels)?)));
    // Pods that are turned off have a Service, a budget or a policy all the same in many charts.
    let is_meant = |(object, differing): &(&RenderedObject, Difference<'_>)| {
        let slips = || {
            differing
                .iter()
                .all(|(_, wanted, there)| out.nearest(wanted, [*there]).is_some())
        };
        let may_be_meant = is_only || object.name == choice.object.name || slips();
        may_be_meant && out.may_do(objects.len()) && !is_taken(object)
    };
    let near = near.filter(is_meant);
    let Some((meant, differing)) = near.min_by_key(|(_, differing)| differing.len()) else {
        return;
    };
    let label = |key: &str, value: &str| text!("`{}: {}`", ObjectName(key), ObjectName(value));
    let wanted = differing.iter().map(|(key, wanted, _)| label(key, wanted));
    let there = differing.iter().map(|(key, _, there)| label(key, there));
    let (wanted, there) = (Text::join(wanted, " and "), Text::join(there, " and "));
    let (whose, what) = match choice.is_of_services {
        true => (
            text!("{} has", meant.called()),
            Wanted::Services(choice.selector.clone()),
        ),
        false => (
            text!("the pods of {} have", meant.called()),
            Wanted::Pods(choice.selector.clone()),
        ),
    };
    let message = text!(
        "{} selects {}, but {} {}",
        choice.object.called(),
        wanted,
        whose,
        there
    );
    let field = (choice.object, &choice.path);
    let Some(finding) = out.field(cx, values, field, message) else {
        return;
    };
    let file = finding.line_mark();
    let mut finding = finding
        .help(text!("select {}", there))
        .once_of(
            file,
            text!("{}", ObjectName(&choice.path)),
            choice.object.called(),
        )
        .ending(choice.consequence)
        .unless_elsewhere(here, what);
    if let Some(other) = cx.manifests.place_of(values.name(), meant, None) {
        finding = finding.note(other, text!("{}", meant.called()));
    }
    out.push(finding);
}
