//! Addresses of Services in what programs are told: `http://cart:8080` in a variable, or in a file of a ConfigMap.

use envlint_yaml::{Path, Value};

use super::backends::Port;
use crate::manifests::{RenderedObject, items};

/// An address that may be that of a Service.
pub(super) struct Address<'o> {
    /// The field that has it.
    pub(super) path: Path,
    /// The name of the Service.
    pub(super) service: &'o str,
    /// Its port.
    pub(super) port: Port<'o>,
}

/// Longer texts are not searched.
const LONGEST: usize = 50_000;

/// The addresses with a port in the variables of containers and the texts of a ConfigMap, of hosts that may be Services of a
/// namespace.
pub(super) fn addresses<'o>(object: &'o RenderedObject, namespace: &str) -> Vec<Address<'o>> {
    let mut found = Vec::new();
    for (path, text) in texts(object) {
        for (service, port) in hosts(text, namespace) {
            found.push(Address {
                path: path.clone(),
                service,
                port: Port::Number(port),
            });
        }
    }
    found
}

fn texts(object: &RenderedObject) -> Vec<(Path, &str)> {
    let mut found = Vec::new();
    for container in object.containers() {
        for (index, variable) in items(container.at(&["env"])).iter().enumerate() {
            let path = container.path.key("env").index(index).key("value");
            let value = variable.get("value").and_then(Value::as_str);
            found.extend(value.map(|text| (path, text)));
        }
    }
    if object.kind == "ConfigMap" {
        let data = object.at(&["data"]).and_then(Value::as_map);
        for (key, value) in data.into_iter().flat_map(|data| data.iter()) {
            let path = Path::root().key("data").key(key);
            found.extend(value.as_str().map(|text| (path, text)));
        }
    }
    found.retain(|(_, text)| text.len() <= LONGEST);
    found
}

/// The names of Services of a namespace in the addresses of a text, and the ports behind them.
fn hosts<'t>(text: &'t str, namespace: &str) -> impl Iterator<Item = (&'t str, i64)> {
    let namespace = namespace.to_owned();
    let lines = text.lines().filter(|line| {
        let line = line.trim_start();
        !line.starts_with('#') && !line.starts_with("//")
    });
    let addresses = lines.flat_map(|line| line.split("://").skip(1));
    addresses.filter_map(move |rest| {
        let is_end = |char: char| !char.is_ascii_alphanumeric() && !matches!(char, '-' | '.' | ':');
        let (host, port) = rest.split(is_end).next()?.split_once(':')?;
        let mut labels = host.split('.');
        let service = labels.next().filter(|name| !name.is_empty())?;
        // `cart.shop.svc.cluster.local`
        let is_here = labels.next().is_none_or(|label| label == namespace)
            && labels.next().is_none_or(|label| label == "svc");
        Some((service, port.parse().ok().filter(|_| is_here)?))
    })
}

#[cfg(test)]
mod tests {
    use super::hosts;

    #[test]
    fn services_are_told_by_their_names() {
        for (text, expected) in [
            ("http://cart:8080/api", &[("cart", 8080)][..]),
            ("http://cart.shop.svc.cluster.local:80", &[("cart", 80)]),
            (
                "http://cart.shop:80, http://user:1",
                &[("cart", 80), ("user", 1)],
            ),
            ("http://cart.example.com:80", &[]),
            (
                "# http://cart:80\nproxy_pass http://cart:81;",
                &[("cart", 81)],
            ),
            ("http://cart/api:80", &[]),
            ("postgres://app:secret@cart:5432", &[]),
            ("http://$HOST:80", &[]),
        ] {
            let found: Vec<(&str, i64)> = hosts(text, "shop").collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
