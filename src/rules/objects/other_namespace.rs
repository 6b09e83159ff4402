//! `objects/other-namespace`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ways::Ways;
use crate::manifests::{Brought, BroughtObject, Call};
use crate::masking::{ObjectName, text};
use crate::rules::{Check, Reporter, WorkspaceContext, rule};
use crate::source::{Confidence, read_text};

rule! {
    /// A pod calls a Service of another namespace by its short name.
    ///
    /// ## What it does
    ///
    /// Looks at the addresses in the variables and arguments of the rendered pods, and in the ConfigMaps of the chart:
    /// `http://orders:8080`, `orders:8080`. Where no app brings a Service `orders` to the namespace of the pod, and one
    /// brings it to another namespace of the environment, the name is reported; so is `orders.svc`, which leaves out the
    /// namespace.
    ///
    /// Ignored: Services of a chart that the tool which deploys the caller deploys, too, where another tool brings the one that
    /// is found: they are two ways to deploy the same; namespaces with an app whose chart is not in the repository; Services that the repository keeps as plain
    /// YAML; where not all apps are checked.
    ///
    /// ## Why it matters
    ///
    /// The DNS of the cluster completes a short name with the namespace of the pod. The name is not found.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # an app in the namespace `shop`, while `orders` is a Service in `backend`
    /// env:
    ///   - {name: ORDERS_URL, value: "http://orders:8080"}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// env:
    ///   - {name: ORDERS_URL, value: "http://orders.backend:8080"}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: DNS for Services](https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#namespaces-of-services)
    "objects/other-namespace", Warning, Check::Workspace(check)
}

/// The namespaces of one environment that have a Service, by its name.
type Services<'c> = BTreeMap<(&'c str, &'c str), BTreeMap<&'c str, &'c Brought>>;

/// A call that the own namespace does not answer.
struct Astray<'c> {
    brought: &'c Brought,
    object: &'c BroughtObject,
    call: &'c Call,
    there: &'c str,
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    if !cx.complete {
        return;
    }
    let mut services: Services<'_> = BTreeMap::new();
    let mut unknown: BTreeSet<(&str, &str)> = BTreeSet::new();
    for brought in cx.brought {
        let environment = &*brought.environment;
        let Some(objects) = &brought.objects else {
            unknown.insert((environment, &brought.namespace));
            continue;
        };
        for object in objects {
            if object.kind == "Service" && object.group.is_empty() {
                // Where its namespace is not known, it may be that of the pod.
                let namespace = brought.known_namespace_of(object).unwrap_or_default();
                let known = services.entry((environment, &object.name)).or_default();
                known.insert(namespace, brought);
            }
        }
    }
    let ways = Ways::of(cx);
    let mut found = Vec::new();
    for brought in cx.brought {
        for object in brought.objects.iter().flatten() {
            let Some(here) = brought.known_namespace_of(object) else {
                continue;
            };
            if unknown.contains(&(&*brought.environment, here)) {
                continue;
            }
            for call in &object.calls {
                let there = services.get(&(&*brought.environment, &*call.host));
                let mut there = there.into_iter().flatten();
                let (first, second) = (there.next(), there.next());
                let Some((there, by)) =
                    first.filter(|(there, _)| second.is_none() && !there.is_empty())
                else {
                    continue;
                };
                if (*there != here || call.is_svc) && !ways.has_own(brought, by) {
                    found.push(Astray {
                        brought,
                        object,
                        call,
                        there,
                    });
                }
            }
        }
    }
    let plain = plain_services(cx, &found);
    for astray in found {
        if !plain.contains(&*astray.call.host) {
            say(cx, &astray, out);
        }
    }
}

/// Of the names that are called, those that a Service in plain YAML may have.
fn plain_services<'c>(cx: &WorkspaceContext<'_>, found: &[Astray<'c>]) -> BTreeSet<&'c str> {
    let mut plain = BTreeSet::new();
    if found.is_empty() {
        return plain;
    }
    for path in cx.workspace.yaml_files() {
        let Ok(text) = read_text(&cx.workspace.root, path) else {
            continue;
        };
        if text.contains("kind: Service") {
            let names = found.iter().map(|astray| &*astray.call.host);
            plain.extend(names.filter(|name| {
                let mut lines = text
                    .lines()
                    .filter_map(|line| line.trim().strip_prefix("name:"));
                lines.any(|line| line.trim().trim_matches(['"', '\'']) == *name)
            }));
        }
    }
    plain
}

fn say(cx: &WorkspaceContext<'_>, astray: &Astray<'_>, out: &mut Reporter<'_>) {
    let Astray {
        brought,
        object,
        call,
        there,
    } = astray;
    let template = cx.place_of(brought, object, Some(&call.path));
    let Some(place) = call.value.clone().or_else(|| template.clone()) else {
        return;
    };
    let short = match call.is_svc {
        true => text!("{}.svc", ObjectName(&call.host)),
        false => text!("{}", ObjectName(&call.host)),
    };
    let whole = match call.is_svc {
        true => text!("{}.{}.svc", ObjectName(&call.host), ObjectName(there)),
        false => text!("{}.{}", ObjectName(&call.host), ObjectName(there)),
    };
    let subject = text!(
        "{} `{}`",
        ObjectName(&object.kind),
        ObjectName(&object.name)
    );
    let message = text!(
        "{} calls `{}`, a Service of the namespace `{}`, by its short name",
        subject,
        short,
        ObjectName(there)
    );
    let mark = format!("{}:{}", place.source.path, place.span.start);
    let mut finding = out
        .finding(place, message)
        .environment(&brought.environment)
        .help(text!("write `{}`", whole))
        .once_of(mark, text!("{}", short), subject)
        .ending(text!(
            ", so the name is not found in `{}`",
            ObjectName(brought.namespace_of(object))
        ))
        .confidence(Confidence::Medium);
    if let Some(template) = template.filter(|_| call.value.is_some()) {
        finding = finding.note(template, "the template");
    }
    finding.app = Some(Arc::clone(&brought.app));
    out.push(finding);
}
