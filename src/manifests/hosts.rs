//! The hosts at which an object is reached from outside of the cluster.

use envlint_yaml::Value;

use super::rendered::{RenderedObject, items};

/// The hosts that an Ingress or a route names, its certificates' included, each once.
pub fn hosts(object: &RenderedObject) -> Vec<&str> {
    let spec = |key: &str| object.at(&["spec", key]);
    let texts = |key: &str| texts_of(object.at(&["spec", key]));
    let mut found: Vec<&str> = Vec::new();
    match (object.kind.as_str(), object.group()) {
        ("Ingress", _) => {
            let rules = items(spec("rules")).iter();
            found.extend(rules.filter_map(|rule| rule.get("host")?.as_str()));
            let tls = items(spec("tls")).iter();
            found.extend(tls.flat_map(|tls| texts_of(tls.get("hosts"))));
        }
        (_, "gateway.networking.k8s.io") => {
            found.extend(texts("hostnames"));
            let listeners = items(spec("listeners")).iter();
            found.extend(listeners.filter_map(|listener| listener.get("hostname")?.as_str()));
        }
        ("Route", "route.openshift.io") => found.extend(spec("host").and_then(Value::as_str)),
        ("IngressRoute" | "IngressRouteTCP", _) => {
            let routes = items(spec("routes")).iter();
            let matches = routes.filter_map(|route| route.get("match")?.as_str());
            found.extend(matches.flat_map(of_match));
        }
        // A name without a dot is that of a Service.
        ("VirtualService", _) => found.extend(texts("hosts").into_iter().filter(is_public)),
        ("Gateway", _) => {
            let servers = items(spec("servers")).iter();
            let hosts = servers.flat_map(|server| texts_of(server.get("hosts")));
            found.extend(hosts.filter(is_public));
        }
        ("HTTPProxy", _) => found.extend(
            object
                .at(&["spec", "virtualhost", "fqdn"])
                .and_then(Value::as_str),
        ),
        ("Certificate", "cert-manager.io") => found.extend(texts("dnsNames")),
        _ => {}
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|host| !host.is_empty() && *host != "*" && seen.insert(*host));
    found
}

fn texts_of(list: Option<&Value>) -> Vec<&str> {
    items(list).iter().filter_map(Value::as_str).collect()
}

fn is_public(host: &&str) -> bool {
    host.contains('.') && !host.ends_with(".local") && !host.ends_with(".svc")
}

/// The hosts in a rule of Traefik: ``Host(`a.example.com`) && PathPrefix(`/`)``.
fn of_match(rule: &str) -> Vec<&str> {
    let calls = ["Host(", "HostSNI("].into_iter();
    let inner = calls.flat_map(|call| rule.split(call).skip(1));
    let inner = inner.filter_map(|after| Some(after.split_once(')')?.0));
    let hosts = inner.flat_map(|inner| inner.split(','));
    hosts
        .map(|host| host.trim().trim_matches(['`', '"', '\'']))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::of_match;

    #[test]
    fn a_rule_of_traefik_names_its_hosts() {
        assert_eq!(
            of_match("Host(`a.example.com`, `b.example.com`) && PathPrefix(`/`)"),
            ["a.example.com", "b.example.com"]
        );
        assert_eq!(of_match("PathPrefix(`/`)"), Vec::<&str>::new());
    }
}
