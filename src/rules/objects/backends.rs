//! The Services that routes lead to: those of an Ingress, of a route of the Gateway API, and of Traefik's.

use envlint_yaml::{Path, Value};

use crate::manifests::{RenderedObject, items};

/// A Service that a route leads to.
pub(super) struct Backend<'o> {
    /// Its name.
    pub(super) name: &'o str,
    /// What the route says of it.
    value: &'o Value,
    path: Path,
}

/// A port, as a route or an address names it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Port<'o> {
    /// By its number.
    Number(i64),
    /// By its name.
    Name(&'o str),
}

impl<'o> Backend<'o> {
    /// The field that names the Service.
    pub(super) fn name_path(&self) -> Path {
        self.path.key("name")
    }

    /// The port of the Service, and the field that names it.
    pub(super) fn port(&self) -> Option<(Path, Port<'o>)> {
        let path = self.path.key("port");
        match self.value.get("port")? {
            Value::Int(number) => Some((path, Port::Number(*number))),
            Value::String(text) => Some((path, Port::of(text))),
            port => match (port.get("number"), port.get("name")) {
                (Some(Value::Int(number)), _) => Some((path.key("number"), Port::Number(*number))),
                (None, Some(Value::String(name))) => Some((path.key("name"), Port::Name(name))),
                _ => None,
            },
        }
    }
}

impl<'o> Port<'o> {
    fn of(text: &'o str) -> Port<'o> {
        text.parse().map_or(Port::Name(text), Port::Number)
    }

    /// Whether it is one of the ports of a Service.
    pub(super) fn is(&self, port: &Value) -> bool {
        match self {
            Port::Number(number) => port.get("port") == Some(&Value::Int(*number)),
            Port::Name(name) => port.get("name").and_then(Value::as_str) == Some(name),
        }
    }

    /// How a port of a Service would be named in its place.
    pub(super) fn alike(&self, port: &Value) -> Option<String> {
        match (self, port.get("port"), port.get("name")) {
            (Port::Number(_), Some(Value::Int(number)), _) => Some(number.to_string()),
            (Port::Name(_), _, Some(Value::String(name))) => Some(name.clone()),
            _ => None,
        }
    }
}

impl std::fmt::Display for Port<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Port::Number(number) => number.fmt(f),
            Port::Name(name) => f.write_str(name),
        }
    }
}

/// The Services that an object leads to.
pub(super) fn backends(object: &RenderedObject) -> Vec<Backend<'_>> {
    match (object.kind.as_str(), object.group()) {
        ("Ingress", "networking.k8s.io") => ingress(object),
        (_, "gateway.networking.k8s.io") => routes(object, "rules", "backendRefs"),
        (
            "IngressRoute" | "IngressRouteTCP" | "IngressRouteUDP",
            "traefik.io" | "traefik.containo.us",
        ) => routes(object, "routes", "services"),
        _ => Vec::new(),
    }
}

fn ingress(object: &RenderedObject) -> Vec<Backend<'_>> {
    let spec = Path::root().key("spec");
    let default = object.at(&["spec", "defaultBackend"]);
    let mut backends: Vec<(Path, &Value)> = Vec::new();
    backends.extend(default.map(|backend| (spec.key("defaultBackend"), backend)));
    for (at, rule) in items(object.at(&["spec", "rules"])).iter().enumerate() {
        let paths = rule.get("http").and_then(|http| http.get("paths"));
        for (index, path) in items(paths).iter().enumerate() {
            let rule = spec.key("rules").index(at).key("http");
            let place = rule.key("paths").index(index).key("backend");
            backends.extend(path.get("backend").map(|backend| (place, backend)));
        }
    }
    let named = backends.into_iter().filter_map(|(path, backend)| {
        let value = backend.get("service")?;
        // The controller of AWS takes the name for that of an annotation.
        let port = value.get("port").and_then(|port| port.get("name"));
        let is_annotation = port.and_then(Value::as_str) == Some("use-annotation");
        let name = value.get("name")?.as_str()?;
        let path = path.key("service");
        (!is_annotation).then_some(Backend { name, value, path })
    });
    named.collect()
}

/// The backends of a list of rules.
fn routes<'o>(object: &'o RenderedObject, rules: &str, backends: &str) -> Vec<Backend<'o>> {
    let mut found = Vec::new();
    for (at, rule) in items(object.at(&["spec", rules])).iter().enumerate() {
        for (index, value) in items(rule.get(backends)).iter().enumerate() {
            let text = |key: &str| value.get(key).and_then(Value::as_str);
            let is_other =
                text("namespace").is_some_and(|other| Some(other) != object.namespace.as_deref());
            let is_service = text("kind").is_none_or(|kind| kind == "Service")
                && text("group").is_none_or(str::is_empty);
            let Some(name) = text("name").filter(|_| is_service && !is_other) else {
                continue;
            };
            let path = Path::root().key("spec").key(rules).index(at);
            let path = path.key(backends).index(index);
            found.push(Backend { name, value, path });
        }
    }
    found
}
