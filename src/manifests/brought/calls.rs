//! The hosts that pods call by a name that only their own namespace knows.

use std::collections::HashSet;

use envlint_yaml::{Path, Value};

use crate::manifests::rendered::{RenderedObject, items};
use crate::source::Location;
use crate::values::Tree;

/// Longer texts are not searched.
const LONGEST: usize = 20_000;
/// Of how many calls of one object more is wanted.
const MOST: usize = 50;
/// The longest label of a name (RFC 1035).
const LONGEST_LABEL: usize = 63;

/// A host that a variable, an argument or a ConfigMap names.
#[derive(Debug)]
pub struct Call {
    /// The name: one label
    pub host: String,
    /// Whether `.svc` follows, without a namespace between
    pub is_svc: bool,
    /// The field of the object
    pub path: Path,
    /// The value that holds the field's text
    pub value: Option<Location>,
}

impl Call {
    /// The calls of an object to hosts that are not Services of the chart.
    pub(super) fn of(
        object: &RenderedObject,
        own: &HashSet<&str>,
        values: Option<&Tree<'_>>,
    ) -> Vec<Call> {
        let mut found: Vec<Call> = Vec::new();
        for (path, text) in texts(object) {
            let hosts = hosts(text).into_iter();
            for (host, is_svc) in hosts.filter(|(host, is_svc)| *is_svc || !own.contains(host)) {
                let is_known = |known: &Call| known.host == host && known.path == path;
                if found.len() < MOST && !found.iter().any(is_known) {
                    found.push(Call {
                        host: host.to_owned(),
                        is_svc,
                        path: path.clone(),
                        value: values.and_then(|root| Some(root.holding(text)?.location())),
                    });
                }
            }
        }
        found
    }
}

/// The texts by which a program learns what to call.
fn texts(object: &RenderedObject) -> Vec<(Path, &str)> {
    let mut found: Vec<(Path, &str)> = Vec::new();
    for container in object.containers() {
        for (index, variable) in items(container.at(&["env"])).iter().enumerate() {
            let value = variable.get("value").and_then(Value::as_str);
            let path = container.path.key("env").index(index).key("value");
            found.extend(value.map(|value| (path, value)));
        }
        for key in ["command", "args"] {
            for (index, argument) in items(container.at(&[key])).iter().enumerate() {
                let path = container.path.key(key).index(index);
                found.extend(argument.as_str().map(|argument| (path, argument)));
            }
        }
    }
    if object.kind == "ConfigMap" {
        let data = object.at(&["data"]).and_then(Value::as_map);
        for (key, value) in data.into_iter().flatten() {
            let path = Path::root().key("data").key(key.as_str());
            found.extend(value.as_str().map(|value| (path, value)));
        }
    }
    found.retain(|(_, text)| text.len() <= LONGEST);
    found
}

/// The hosts of one label in the addresses of a text, and whether `.svc` follows.
fn hosts(text: &str) -> Vec<(&str, bool)> {
    let mut found = Vec::new();
    for (at, mark) in text.match_indices("://") {
        let rest = text.get(at + mark.len()..).unwrap_or_default();
        let is_end = |char: char| !char.is_ascii_alphanumeric() && !"-._:@".contains(char);
        let authority = rest.split(is_end).next().unwrap_or_default();
        // What stands there may go on with a variable.
        let next = rest
            .get(authority.len()..)
            .and_then(|rest| rest.chars().next());
        if next.is_none_or(|next| !"$({<%".contains(next)) {
            let host = authority.rsplit('@').next().unwrap_or_default();
            found.extend(label(host.split(':').next().unwrap_or_default()));
        }
    }
    // `--broker=kafka:9092`
    let value = text.rsplit('=').next().unwrap_or(text);
    if found.is_empty()
        && let Some((host, port)) = value.split_once(':')
        && port.len() >= 2
        && port.parse::<u16>().is_ok()
    {
        found.extend(label(host));
    }
    found
}

fn label(host: &str) -> Option<(&str, bool)> {
    let (label, is_svc) = match host.strip_suffix(".svc") {
        Some(label) => (label, true),
        None => (host, false),
    };
    let is_label = label.starts_with(|first: char| first.is_ascii_lowercase())
        && label.len() <= LONGEST_LABEL
        && label
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    is_label.then_some((label, is_svc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_one_label_are_those_of_the_own_namespace() {
        for (text, expected) in [
            ("http://orders", vec![("orders", false)]),
            ("http://orders:8080/api", vec![("orders", false)]),
            ("redis://user:word@cache:6379/0", vec![("cache", false)]),
            ("http://orders.svc:80", vec![("orders", true)]),
            ("http://orders.backend.svc", vec![]),
            ("http://orders.backend", vec![]),
            ("https://example.com", vec![]),
            ("http://$(HOST):80", vec![]),
            ("http://${HOST}", vec![]),
            ("http://orders-${ZONE}", vec![]),
            ("kafka:9092", vec![("kafka", false)]),
            ("--broker=kafka:9092", vec![("kafka", false)]),
            ("10.0.0.1:80", vec![]),
            ("registry/app:1.2", vec![]),
            (
                "a=http://one/,b=http://two",
                vec![("one", false), ("two", false)],
            ),
        ] {
            assert_eq!(hosts(text), expected, "{text}");
        }
    }
}
