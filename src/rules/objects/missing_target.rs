//! `objects/missing-target`.

use envlint_yaml::{Path, Value};

use super::backends::backends;
use super::by_name::ByName;
use crate::manifests::RenderedObject;
use crate::masking::{ObjectName, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Reporter, Wanted, rule};
use crate::source::Severity;

rule! {
    /// A route, an autoscaler or a pod names an object that does not exist.
    ///
    /// ## What it does
    ///
    /// Looks for the objects that others name, among all that the chart renders for an environment: the Services behind an
    /// Ingress, a route of the Gateway API (HTTPRoute, GRPCRoute, …) and an IngressRoute of Traefik; and the workload
    /// that a HorizontalPodAutoscaler, a VerticalPodAutoscaler or a ScaledObject of KEDA scales; the ServiceAccount that pods
    /// run as; and, as a warning, the Service of a StatefulSet. An autoscaler that names a workload of the chart by another kind
    /// is reported, too.
    ///
    /// Only names that belong to the chart are reported: those that begin with the release's name, or are nearly the
    /// name of an object that the chart has. Where no template of the chart makes an object of the kind, only a name that the
    /// template makes of the release's name counts, and that no plain manifest of the workspace has. A Service that a route names by a plain text may be that of another release:
    /// then only a slip of the fingers counts (`shop-wbe` for `shop-web`). Ignored: objects of another app in the namespace; charts with custom resources
    /// of which an operator may make the object, with rights to make it, or without one of their subcharts.
    ///
    /// ## Why it matters
    ///
    /// Nothing refuses such an object. The Ingress answers 503, the autoscaler never scales.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # templates/ingress.yaml
    /// backend:
    ///   service: {name: "{{ .Release.Name }}-frontend", port: {number: 80}}
    ///
    /// # templates/service.yaml
    /// kind: Service
    /// metadata: {name: "{{ .Release.Name }}-web"}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # templates/ingress.yaml
    /// backend:
    ///   service: {name: "{{ .Release.Name }}-web", port: {number: 80}}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: Ingress](https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource)
    /// - [Kubernetes: horizontal pod autoscaling](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/)
    "objects/missing-target", Error, Check::App(check)
}

/// What an autoscaler does.
const SCALES: &str = "scales";

/// What an object leads to.
struct Target<'o> {
    kind: &'o str,
    name: &'o str,
    path: Path,
    verb: &'static str,
    consequence: &'static str,
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        let objects = cx.manifests.all_objects(values.name()).unwrap_or_default();
        let own = cx.app.namespace(values.name());
        let known = ByName::of(objects, &own);
        for object in objects.iter().filter(|object| !object.is_hook) {
            for target in targets(object) {
                say(cx, values, object, &target, &known, out);
            }
        }
    }
}

fn targets(object: &RenderedObject) -> Vec<Target<'_>> {
    let routed = backends(object).into_iter();
    let mut found: Vec<Target<'_>> = routed
        .map(|backend| service(backend.name, backend.name_path()))
        .collect();
    found.extend(match (object.kind.as_str(), object.group()) {
        ("HorizontalPodAutoscaler", "autoscaling") | ("ScaledObject", "keda.sh") => {
            scaled(object, "scaleTargetRef")
        }
        ("VerticalPodAutoscaler", "autoscaling.k8s.io") => scaled(object, "targetRef"),
        _ => of_pods(object),
    });
    found
}

fn service<'o>(name: &'o str, path: Path) -> Target<'o> {
    Target {
        kind: "Service",
        name,
        path,
        verb: "leads to",
        consequence: ", so requests fail",
    }
}

/// What the pods of a workload run as, and what gives them names.
fn of_pods(object: &RenderedObject) -> Vec<Target<'_>> {
    let mut found = Vec::new();
    if let Some((spec, path)) = object.pod_spec()
        && let Some(name) = spec.get("serviceAccountName").and_then(Value::as_str)
    {
        found.push(Target {
            kind: "ServiceAccount",
            name,
            path: path.key("serviceAccountName"),
            verb: "runs as",
            consequence: ", so the API server refuses its pods",
        });
    }
    let service = object.at(&["spec", "serviceName"]).and_then(Value::as_str);
    if let Some(name) = service.filter(|_| object.kind == "StatefulSet") {
        found.push(Target {
            kind: "Service",
            name,
            path: Path::root().key("spec").key("serviceName"),
            verb: "gets its names from",
            consequence: ", so its pods have no names in DNS",
        });
    }
    found.retain(|target| !matches!(target.name, "" | "default"));
    found
}

/// The kinds of workloads that autoscalers are for.
const SCALED: [&str; 4] = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];

fn scaled<'o>(object: &'o RenderedObject, key: &str) -> Vec<Target<'o>> {
    let text = |field: &str| object.at(&["spec", key, field])?.as_str();
    let kind = text("kind").unwrap_or("Deployment");
    let group = text("apiVersion").unwrap_or("apps/v1");
    let is_own = SCALED.contains(&kind) && group.starts_with("apps/");
    let target = |name| Target {
        kind,
        name,
        path: Path::root().key("spec").key(key).key("name"),
        verb: SCALES,
        consequence: ", so it never scales anything",
    };
    text("name")
        .filter(|_| is_own)
        .map(target)
        .into_iter()
        .collect()
}

fn say(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    object: &RenderedObject,
    target: &Target<'_>,
    known: &ByName<'_>,
    out: &mut Reporter<'_>,
) {
    let of_kind = known.of_kind(target.kind, object);
    if of_kind.is_some_and(|of_kind| of_kind.get(target.name).is_some()) {
        return;
    }
    if let Some(namesake) = namesake(target, known, object) {
        say_other_kind(cx, values, object, (target, namesake), out);
        return;
    }
    let of_kind = of_kind.map_or(&[][..], |of_kind| &of_kind.all);
    let names = || of_kind.iter().map(|other| other.name.as_str());
    // A chart that has none of the kind leads to what others bring, unless the name can be that of no other.
    let is_alone = of_kind.is_empty();
    let is_kind = |kind: &str| kind == target.kind;
    if is_alone
        && (cx.manifests.may_make(values.name(), &is_kind)
            || !(cx.manifests).is_computed(values.name(), object, &target.path, target.name))
    {
        return;
    }
    let release = cx.app.release(values.name());
    let begins_with = |name: &str, start: &str| {
        name.strip_prefix(start)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let near = out.nearest(target.name, names());
    let begins = begins_with(target.name, &release);
    if near.is_none() && !begins {
        return;
    }
    let place = cx
        .manifests
        .place_of(values.name(), object, Some(&target.path));
    let Some(place) = place else { return };
    let is_governing = object.kind == "StatefulSet" && target.kind == "Service";
    // A route to a Service by a name as it stands may lead to that of another release in the namespace, unless it is one of
    // these but for a slip.
    let is_route = target.kind == "Service" && !is_governing;
    let is_open = is_route && place.source.text().contains(target.name);
    let is_meant = match is_open {
        true => out.slip(target.name, names()).is_some(),
        false => near.is_some() || begins,
    };
    if !is_meant {
        return;
    }
    let message = text!(
        "{} {} {} `{}`, which the chart does not make",
        object.called(),
        target.verb,
        ObjectName(target.kind),
        ObjectName(target.name)
    );
    let help = match is_alone {
        true => text!(
            "add a template that makes it; no template of the chart makes a {}",
            ObjectName(target.kind)
        ),
        false => {
            let listed = names().map(|name| text!("`{}`", ObjectName(name)));
            text!("name one that the chart makes: {}", Text::first(listed, 4))
        }
    };
    let Some(finding) = out.field(cx, values, (object, &target.path), message) else {
        return;
    };
    let file = finding.line_mark();
    let finding = finding
        .suggest_or(near, help)
        .once_of(file, text!("{}", ObjectName(&target.path)), object.called())
        .ending(target.consequence)
        .unless_elsewhere(
            known.namespace(object),
            Wanted::Object {
                kind: target.kind.to_owned(),
                name: target.name.to_owned(),
            },
        );
    // It runs all the same.
    let finding = match is_governing {
        true => out.lower_severity(Severity::Warning, finding),
        false => finding,
    };
    out.push(finding);
}

/// The workload of another kind that an autoscaler is meant for: it has the name.
fn namesake<'o>(
    target: &Target<'_>,
    known: &ByName<'o>,
    scaler: &RenderedObject,
) -> Option<&'o RenderedObject> {
    let mut kinds = SCALED.iter().filter(|_| target.verb == SCALES);
    kinds.find_map(|kind| known.of_kind(kind, scaler)?.get(target.name))
}

fn say_other_kind(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    scaler: &RenderedObject,
    (target, namesake): (&Target<'_>, &RenderedObject),
    out: &mut Reporter<'_>,
) {
    let path = target.path.parent().unwrap_or_default().key("kind");
    let message = text!(
        "{} scales {} `{}`, but the chart makes {}",
        scaler.called(),
        ObjectName(target.kind),
        ObjectName(target.name),
        namesake.called()
    );
    let Some(finding) = out.field(cx, values, (scaler, &path), message) else {
        return;
    };
    let file = finding.line_mark();
    out.push(
        finding
            .help(text!("write `kind: {}`", ObjectName(&namesake.kind)))
            .once_of(file, text!("{}", ObjectName(&path)), scaler.called())
            .ending(target.consequence),
    );
}
