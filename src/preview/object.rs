//! The objects of a preview, each with its namespace and the number of its pull request.

use envlint_yaml::{Change, Document, Path, Value, change_all};

use crate::manifests::is_of_cluster;
use crate::masking::{ObjectName, Said, Text, text};
use crate::secrets::render::Object;
use crate::source::Problem;

/// What labels and annotations of a preview begin with.
const PREFIX: &str = "envlint";

/// The label that says which pull request an object belongs to.
pub(super) const NUMBER: &str = "pull-request";

/// A label or an annotation of a preview.
pub(super) fn mark(name: &str) -> String {
    format!("{PREFIX}/{name}")
}

/// When an object is applied: a namespace before what is in it, and what limits it before its pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// The namespace itself
    Namespace,
    /// Its quota, its limits and its isolation
    Rules,
    /// Secrets
    Secrets,
    /// What the chart makes
    App,
}

/// An object of a preview.
#[derive(Debug, Clone)]
pub struct PreviewObject {
    /// Its `apiVersion`
    pub api_version: String,
    /// Its kind
    pub kind: String,
    /// Its name
    pub name: String,
    /// Its namespace; none where it belongs to the cluster as a whole
    pub namespace: Option<String>,
    /// When it is applied
    pub turn: Turn,
    /// Its YAML
    pub text: String,
}

/// What tells objects apart: group, kind, namespace and name.
pub(super) type Identity<'o> = (&'o str, &'o str, Option<&'o str>, &'o str);

/// The API group of an `apiVersion`.
pub(super) fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

impl PreviewObject {
    /// An object of envlint's own.
    pub(super) fn of(value: &Value, turn: Turn) -> PreviewObject {
        let text = |keys: &[&str]| {
            let found = keys.iter().try_fold(value, |value, key| value.get(key));
            found.and_then(Value::as_str).map(str::to_owned)
        };
        PreviewObject {
            api_version: text(&["apiVersion"]).unwrap_or_default(),
            kind: text(&["kind"]).unwrap_or_default(),
            name: text(&["metadata", "name"]).unwrap_or_default(),
            namespace: text(&["metadata", "namespace"]),
            turn,
            text: envlint_yaml::emit_pretty(value),
        }
    }

    /// An object that was rendered, with the namespace and the label of the preview.
    ///
    /// # Errors
    /// When the text of the object cannot be changed so.
    pub(super) fn made(
        object: &Object,
        turn: Turn,
        namespace: &str,
        number: &str,
    ) -> Result<PreviewObject, Problem> {
        let called = || {
            text!(
                "{} `{}`",
                ObjectName(&object.kind),
                ObjectName(&object.name)
            )
        };
        if object.kind == "List" {
            let message =
                "the chart makes a List, of whose objects envlint does not know the namespaces";
            return Err(Problem::without_place(message)
                .help("let the template print each object by itself"));
        }
        let document = Document::parse(object.text.as_str());
        let field = |path: &Path| Some(document.get(path)?.as_str()?.to_owned());
        let metadata = Path::root().key("metadata");
        let own = field(&metadata.key("namespace"));
        let is_of_cluster = is_of_cluster(&object.kind);
        let place = metadata.key("namespace");
        let label = metadata.key("labels").key(mark(NUMBER));
        let (place_value, number) = (Value::from(namespace), Value::from(number));
        let mut changes = vec![Change::Set(&label, (&number).into())];
        if own.is_none() && !is_of_cluster {
            changes.push(Change::Set(&place, (&place_value).into()));
        }
        let edited = change_all(&document, &changes).map_err(|(path, error)| {
            let message = text!("{} of {} cannot be set: {}", path, called(), Said(&error));
            Problem::without_place(message)
        })?;
        let text = edited.as_ref().unwrap_or(&document).source();
        Ok(PreviewObject {
            api_version: field(&Path::root().key("apiVersion")).unwrap_or_default(),
            kind: object.kind.clone(),
            name: object.name.clone(),
            namespace: match is_of_cluster {
                true => None,
                false => own.or_else(|| Some(namespace.to_owned())),
            },
            turn,
            text: text.trim_end().to_owned(),
        })
    }

    /// Why it is no part of a preview in these namespaces: a pull request may bring any object, and all of them are applied,
    /// and deleted when it is closed.
    pub(super) fn problem(&self, namespaces: &[String]) -> Option<Problem> {
        let is_word = |text: &str, more: &str| {
            text.starts_with(|first: char| first.is_ascii_alphanumeric())
                && text
                    .chars()
                    .all(|char| char.is_ascii_alphanumeric() || more.contains(char))
        };
        let is_named = is_word(&self.kind, "")
            && (self.group().is_empty() || is_word(self.group(), "-."))
            && is_word(&self.name, "-._:");
        if !is_named {
            let message = text!("{} is no name that Kubernetes takes", self.called());
            return Some(
                Problem::without_place(message).help("correct the template that makes it"),
            );
        }
        let is_own = |name: &str| namespaces.iter().any(|known| known == name);
        let strange = match (self.kind.as_str(), self.namespace.as_deref()) {
            ("Namespace", _) if !is_own(&self.name) => Some(self.name.as_str()),
            (_, Some(namespace)) if !is_own(namespace) => Some(namespace),
            _ => None,
        };
        strange.map(|namespace| {
            let message = text!(
                "{} belongs to the namespace `{}`, which is none of the preview's: it may take the place of another one, and would be deleted with the preview",
                self.called(),
                ObjectName(namespace)
            );
            Problem::without_place(message).help(
                "let the template take `.Release.Namespace`, or set the value that names the namespace under `preview.set`",
            )
        })
    }

    /// The API group: nothing for that of Kubernetes' core.
    pub fn group(&self) -> &str {
        group(&self.api_version)
    }

    /// What kubectl calls its kind: `deployment.apps`, `service`.
    pub(super) fn resource(&self) -> String {
        let kind = self.kind.to_ascii_lowercase();
        match self.group() {
            "" => kind,
            group => format!("{kind}.{group}"),
        }
    }

    pub(super) fn identity(&self) -> Identity<'_> {
        let namespace = self.namespace.as_deref();
        (self.group(), &self.kind, namespace, &self.name)
    }

    /// What a message calls it.
    pub(super) fn called(&self) -> Text {
        text!("{} `{}`", ObjectName(&self.kind), ObjectName(&self.name))
    }

    /// Whether another object says the same, its labels apart: two apps of one namespace may need one secret.
    pub(super) fn is_like(&self, other: &PreviewObject) -> bool {
        let without = |object: &PreviewObject| {
            let document = Document::parse(object.text.as_str());
            let mut value = document
                .root()
                .map(|root| root.to_value())
                .unwrap_or_default();
            if let Value::Map(map) = &mut value
                && let Some(Value::Map(metadata)) = map.get_mut("metadata")
            {
                metadata.remove("labels");
            }
            value
        };
        without(self) == without(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_gets_its_namespace_and_its_number() {
        let object = Object {
            kind: "Service".to_owned(),
            name: "web".to_owned(),
            text: "# Source: web/templates/s.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n".to_owned(),
        };
        let made = PreviewObject::made(&object, Turn::App, "preview-pr-7", "7").expect("an object");
        assert_eq!(
            made.text,
            "# Source: web/templates/s.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  labels:\n    envlint/pull-request: \"7\"\n  namespace: preview-pr-7"
        );
        assert_eq!(
            made.identity(),
            ("", "Service", Some("preview-pr-7"), "web")
        );
    }
}
