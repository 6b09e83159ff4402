//! `objects/missing-port`.

use std::collections::HashSet;

use envlint_yaml::{Path, Value};

use super::addresses::addresses;
use super::backends::{Port, backends};
use super::by_name::ByName;
use crate::manifests::{RenderedObject, items};
use crate::masking::{ObjectName, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Severity;

rule! {
    /// A Service, a route, an address or a probe names a port that does not exist.
    ///
    /// ## What it does
    ///
    /// Compares the objects that the chart renders for an environment:
    ///
    /// - a Service whose `targetPort` is a name that no container of the pods that it selects has;
    /// - an Ingress, a route of the Gateway API (HTTPRoute, GRPCRoute, …) or an IngressRoute of Traefik that leads to a port which
    ///   the Service that it names does not have;
    /// - an address in a variable of a container or in a ConfigMap (`http://cart:8080`) with a port that the Service of that name
    ///   does not have; this is a warning;
    /// - a probe whose port is a name that its container does not have.
    ///
    /// A port of a Service is a warning where another one leads to the pods and no other object names it, and where the pods
    /// have no port at all, as workers do, and no other object names the Service.
    /// Numbers of ports are compared only with those of Services: a container listens on ports that it does not list, and who
    /// calls a Service without an address of its own (`clusterIP: None`) gets there.
    /// Services and pods of other charts are left alone.
    ///
    /// ## Why it matters
    ///
    /// Nothing refuses such an object. The Service has no endpoints, the Ingress answers 503, the probe fails and the pod
    /// is restarted.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # templates/service.yaml
    /// ports:
    ///   - {port: 80, targetPort: http}
    ///
    /// # templates/deployment.yaml
    /// ports:
    ///   - {name: web, containerPort: 8080}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # templates/service.yaml
    /// ports:
    ///   - {port: 80, targetPort: web}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: port definitions of a Service](https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports)
    "objects/missing-port", Error, Check::App(check)
}

/// A port that is named and is not there.
struct Missing<'o> {
    object: &'o RenderedObject,
    path: Path,
    message: Text,
    consequence: &'static str,
    help: Text,
    severity: Severity,
    /// The cause, where it is not the line alone: whoever gives a Service the port mends all lines that name it.
    cause: Option<String>,
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        let objects = cx.manifests.objects(values.name()).unwrap_or_default();
        let own = cx.app.namespace(values.name());
        let known = ByName::of(objects, &own);
        for object in objects {
            let mut found = match (object.kind.as_str(), object.group()) {
                ("Service", "") if out.may_do(objects.len()) => services(object, objects, out),
                _ => probes(object),
            };
            found.extend(of_services(object, &known, out));
            found
                .into_iter()
                .for_each(|missing| say(cx, values, missing, out));
        }
    }
}

fn say(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    missing: Missing<'_>,
    out: &mut Reporter<'_>,
) {
    let field = (missing.object, &missing.path);
    let Some(finding) = out.field(cx, values, field, missing.message) else {
        return;
    };
    let mark = missing.cause.unwrap_or_else(|| finding.line_mark());
    let finding = finding
        .help(missing.help)
        .once_of(
            mark,
            text!("{}", ObjectName(&missing.path)),
            missing.object.called(),
        )
        .ending(missing.consequence);
    out.push(out.lower_severity(missing.severity, finding));
}

/// How many of the ports that are there are listed.
const MOST_LISTED: usize = 12;

/// A port as it is named; none where it is a number.
fn name_of(port: Option<&Value>) -> Option<&str> {
    let name = port?.as_str()?;
    (!name.is_empty() && name.parse::<u32>().is_err()).then_some(name)
}

fn names<'v>(ports: impl Iterator<Item = &'v str>) -> Text {
    let mut names: Vec<&str> = ports.collect();
    names.dedup();
    match names.is_empty() {
        true => "add a port of that name".into(),
        false => text!(
            "ports that are there: {}",
            Text::first(
                names.iter().map(|name| text!("`{}`", ObjectName(name))),
                MOST_LISTED
            )
        ),
    }
}

/// The ports of a Service that no pod has.
fn services<'o>(
    service: &'o RenderedObject,
    all: &'o [RenderedObject],
    out: &Reporter<'_>,
) -> Vec<Missing<'o>> {
    let Some(selector) = service.at(&["spec", "selector"]).and_then(Value::as_map) else {
        return Vec::new();
    };
    let is_of = |object: &&RenderedObject| {
        object.namespace == service.namespace && object.is_selected_by(selector)
    };
    let pods: Vec<&RenderedObject> = all.iter().filter(is_of).collect();
    let Some(first) = pods.first() else {
        return Vec::new();
    };
    let containers: Vec<_> = pods.iter().flat_map(|pod| pod.containers()).collect();
    let of_container = containers.iter().flat_map(|container| {
        let ports = items(container.at(&["ports"])).iter();
        ports.filter_map(|port| port.get("name")?.as_str())
    });
    let there: Vec<&str> = of_container.collect();
    let known: HashSet<&str> = there.iter().copied().collect();
    let ports = items(service.at(&["spec", "ports"]));
    let works = |port: &&Value| {
        let name = name_of(port.get("targetPort"));
        name.is_none_or(|name| known.contains(name))
    };
    let has_other = ports.iter().any(|port| works(&port));
    let names_it =
        |other: &&RenderedObject| !std::ptr::eq(*other, service) && other.names(&service.name);
    // Pods without any port are those of a worker: where nothing leads to the Service, nobody misses it.
    let is_of_worker = there.is_empty();
    let naming: Vec<&RenderedObject> = match (has_other || is_of_worker) && out.may_do(all.len()) {
        true => all.iter().filter(names_it).collect(),
        false => Vec::new(),
    };
    let help = match is_of_worker {
        true => "its containers declare no port: leave the Service out where they listen on none, or add a port of that name".into(),
        false => names(there.iter().copied()),
    };
    let mut found = Vec::new();
    for (index, port) in ports.iter().enumerate().filter(|(_, port)| !works(port)) {
        let Some(name) = name_of(port.get("targetPort")) else {
            continue;
        };
        // Another port leads to its pods, and no other object names both the Service and this one: nobody misses it.
        let is_missed =
            || found.len() < MOST_JUDGED && naming.iter().any(|other| names_port(other, port));
        let is_idle = match is_of_worker {
            true => naming.is_empty(),
            false => has_other && !is_missed(),
        };
        found.push(Missing {
            object: service,
            path: Path::root()
                .key("spec")
                .key("ports")
                .index(index)
                .key("targetPort"),
            message: text!(
                "{} leads to the port `{}`, which no container of {} has",
                service.called(),
                ObjectName(name),
                first.called()
            ),
            consequence: ", so that port has no endpoints",
            help: help.clone(),
            severity: match is_idle {
                true => Severity::Warning,
                false => Severity::Error,
            },
            cause: None,
        });
    }
    found
}

/// Of so many ports that are missing, others are asked whether they name them.
const MOST_JUDGED: usize = 20;

/// Whether an object has the number or the name of a port somewhere.
fn names_port(object: &RenderedObject, port: &Value) -> bool {
    let mut named = [port.get("port"), port.get("name")].into_iter().flatten();
    named.any(|value| match value {
        Value::Int(number) => object.has(&number.to_string()),
        Value::String(name) => object.has(name),
        _ => false,
    })
}

/// A port of a Service that an object uses.
struct Use<'o> {
    path: Path,
    service: &'o str,
    port: Port<'o>,
    is_address: bool,
}

/// The ports of Services that routes and programs use.
fn uses<'o>(object: &'o RenderedObject, namespace: &str) -> Vec<Use<'o>> {
    let routed = backends(object).into_iter().filter_map(|backend| {
        let (path, port) = backend.port()?;
        Some(Use {
            path,
            service: backend.name,
            port,
            is_address: false,
        })
    });
    let called = addresses(object, namespace).into_iter().map(|address| Use {
        path: address.path,
        service: address.service,
        port: address.port,
        is_address: true,
    });
    routed.chain(called).collect()
}

/// The ports that are used and that no Service of the name has.
fn of_services<'o>(
    object: &'o RenderedObject,
    known: &ByName<'o>,
    out: &Reporter<'_>,
) -> Vec<Missing<'o>> {
    let mut found = Vec::new();
    for used in uses(object, known.namespace(object)) {
        let services = known.of_kind("Service", object);
        let Some(service) = services.and_then(|services| services.of_group("", used.service))
        else {
            continue;
        };
        let ports = items(service.at(&["spec", "ports"]));
        // A Service that only stands for another name has no ports of its own.
        if ports.is_empty() || !out.may_do(ports.len()) {
            continue;
        }
        // Who calls a Service without an address of its own gets to the pods, whatever their ports are.
        let is_headless =
            service.at(&["spec", "clusterIP"]).and_then(Value::as_str) == Some("None");
        // Who leads requests to the last port wants them refused: nothing listens there.
        let is_refused = used.port == Port::Number(65535);
        if (used.is_address && is_headless)
            || is_refused
            || ports.iter().any(|port| used.port.is(port))
        {
            continue;
        }
        let there: Vec<String> = ports
            .iter()
            .filter_map(|port| used.port.alike(port))
            .collect();
        let (verb, severity) = match used.is_address {
            true => ("calls", Severity::Warning),
            false => ("leads to", Severity::Error),
        };
        let cause = (used.is_address).then(|| format!("{} {}", used.service, used.port));
        found.push(Missing {
            object,
            path: used.path,
            message: text!(
                "{} {} the port `{}` of {}, which has no such port",
                object.called(),
                verb,
                ObjectName(&used.port),
                service.called()
            ),
            consequence: ", so requests fail",
            help: names(there.iter().map(String::as_str)),
            severity,
            cause,
        });
    }
    found
}

/// The ports of probes that their containers do not have.
fn probes(object: &RenderedObject) -> Vec<Missing<'_>> {
    let mut found = Vec::new();
    for container in object.containers() {
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            for kind in ["httpGet", "tcpSocket"] {
                let Some(name) = name_of(container.at(&[probe, kind, "port"])) else {
                    continue;
                };
                if container.has_port(name) {
                    continue;
                }
                let ports = items(container.at(&["ports"])).iter();
                let there = ports.filter_map(|port| port.get("name")?.as_str());
                found.push(Missing {
                    object,
                    path: container.path.key(probe).key(kind).key("port"),
                    message: text!(
                        "{}: the {} of `{}` asks the port `{}`, which the container does not have",
                        object.called(),
                        probe,
                        ObjectName(container.name()),
                        ObjectName(name)
                    ),
                    consequence: ", so it always fails",
                    help: names(there),
                    severity: Severity::Error,
                    cause: None,
                });
            }
        }
    }
    found
}
