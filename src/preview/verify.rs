//! What stayed of a preview, as `kubectl get` tells.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use envlint_yaml::{Document, Value};

use super::object::{NUMBER, mark};
use super::plan::Request;
use crate::manifests::items;
use crate::masking::{self, ObjectName, Said, Text, text};
use crate::source::Problem;

/// The most that is listed.
const MOST: usize = 500;

/// What `kubectl get` printed, as far as it is of a preview.
#[derive(Debug)]
pub struct Verified {
    /// What stayed
    pub left: Vec<Left>,
    /// How many objects were looked at
    pub looked_at: usize,
    /// Whether namespaces were among them
    pub has_namespaces: bool,
}

/// An object that stayed.
#[derive(Debug)]
pub struct Left {
    /// What it is
    pub called: Text,
    /// Why it is of the preview, or what keeps it
    pub reason: Text,
}

/// Looks for what is of a preview in the output of `kubectl get -A -o yaml` or `-o json`.
///
/// # Errors
/// When the text is no such output.
pub fn verify(request: &Request<'_>, text: &str) -> Result<Verified, Problem> {
    let document = Document::parse(text);
    let wrong = |reason: Text| {
        Problem::without_place(text!("this is no output of `kubectl get`: {}", reason)).help(
            "kubectl get namespaces,persistentvolumes,persistentvolumeclaims,ingresses --all-namespaces -o yaml > left.yaml",
        )
    };
    if let Some(error) = document.errors().iter().find(|error| error.is_fatal()) {
        return Err(wrong(text!("{}", Said(&error.message))));
    }
    let mut verified = Verified {
        left: Vec::new(),
        looked_at: 0,
        has_namespaces: false,
    };
    let looking = Looking {
        namespaces: request.namespaces().into_iter().collect(),
        number: request.number.to_string(),
        label: mark(NUMBER),
    };
    learn_secrets(&document);
    let mut is_any = false;
    for root in document.documents() {
        let value = root.to_value();
        if value.is_null() {
            continue;
        }
        is_any = true;
        match (
            value.get("items"),
            value.get("kind").and_then(Value::as_str),
        ) {
            (Some(Value::Seq(_)), kind) => {
                // `NamespaceList` of `kubectl get --raw`: its items say no kind.
                let kind = kind.and_then(|kind| kind.strip_suffix("List"));
                for object in items(value.get("items")) {
                    looking.look_at(object, kind.unwrap_or_default(), &mut verified);
                }
            }
            (None, Some("Status")) => {
                return Err(wrong(
                    "it is a `Status`: the API server answered with an error".into(),
                ));
            }
            (None, Some(kind)) => looking.look_at(&value, kind, &mut verified),
            _ => return Err(wrong("it has neither `items` nor a `kind`".into())),
        }
    }
    match is_any {
        true => Ok(verified),
        false => Err(wrong("it is empty".into())),
    }
}

/// What the Secrets of the output hold is printed by no message.
fn learn_secrets(document: &Document) {
    for root in document.documents() {
        let value = root.to_value();
        let all = items(value.get("items")).iter().chain([&value]);
        for secret in
            all.filter(|object| object.get("kind").and_then(Value::as_str) == Some("Secret"))
        {
            let texts = |key: &str| {
                let map = secret.get(key).and_then(Value::as_map);
                map.into_iter()
                    .flat_map(|map| map.values())
                    .filter_map(Value::as_str)
            };
            let decoded: Vec<String> = texts("data")
                .filter_map(|text| String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok())
                .collect();
            let plain = texts("stringData").chain(texts("data"));
            masking::learn_marked(plain.chain(decoded.iter().map(String::as_str)));
        }
    }
}

/// A text of the cluster on one line: a log is read line by line.
fn line(text: &str) -> String {
    text.split(char::is_control)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

struct Looking {
    namespaces: BTreeSet<String>,
    number: String,
    label: String,
}

impl Looking {
    /// Looks at an object, of this kind where it does not say its own.
    fn look_at(&self, object: &Value, kind: &str, verified: &mut Verified) {
        let text = |keys: &[&str]| {
            let found = keys.iter().try_fold(object, |value, key| value.get(key));
            found.and_then(Value::as_str).unwrap_or_default()
        };
        let own = Some(text(&["kind"])).filter(|own| !own.is_empty());
        let (kind, name) = (own.unwrap_or(kind), text(&["metadata", "name"]));
        let namespace = text(&["metadata", "namespace"]);
        verified.looked_at += 1;
        verified.has_namespaces |= kind == "Namespace";
        let label = text(&["metadata", "labels", &self.label]);
        let is_ours = |name: &str| self.namespaces.contains(name);
        let reason = if kind == "Namespace" && is_ours(name) {
            ending(object)
        } else if is_ours(namespace) {
            text!("in the namespace `{}`", ObjectName(namespace))
        } else if is_ours(text(&["spec", "claimRef", "namespace"])) {
            text!(
                "holds the data of a claim in `{}`",
                ObjectName(text(&["spec", "claimRef", "namespace"]))
            )
        } else if label == self.number {
            text!("labelled with the pull request")
        } else {
            return;
        };
        if verified.left.len() < MOST {
            verified.left.push(Left {
                called: text!("{} `{}`", ObjectName(line(kind)), ObjectName(line(name))),
                reason,
            });
        }
    }
}

/// What keeps a namespace, as its status tells.
fn ending(namespace: &Value) -> Text {
    let status = namespace.get("status");
    let phase = status.and_then(|status| status.get("phase")?.as_str());
    if phase != Some("Terminating") {
        return "nobody deleted it".into();
    }
    let conditions = items(status.and_then(|status| status.get("conditions"))).iter();
    let holding = conditions.filter(|condition| {
        let is =
            |key: &str, wanted: &str| condition.get(key).and_then(Value::as_str) == Some(wanted);
        is("status", "True")
    });
    let mut messages = holding.filter_map(|condition| condition.get("message")?.as_str());
    match messages.next() {
        Some(message) => text!("it is being deleted: {}", Said(line(message))),
        None => "it is being deleted".into(),
    }
}
