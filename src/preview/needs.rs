//! What the objects of a preview need to be in their namespace. It is a new one: only what the preview brings is there.

use std::collections::BTreeSet;

use envlint_yaml::{Document, Value};

use super::plan::Request;
use crate::manifests::{RenderedObject, items};
use crate::masking::{ObjectName, Text, text};
use crate::resolve::ResolvedApp;
use crate::secrets::render::Object;
use crate::secrets::{Inventory, Selections};

/// What an app needs, and what it brings.
#[derive(Debug, Default)]
pub(super) struct Needs {
    wanted: Vec<Wanted>,
    /// Kinds and names of these
    known: BTreeSet<(&'static str, String)>,
    /// Kinds and names
    brought: BTreeSet<(&'static str, String)>,
}

#[derive(Debug)]
struct Wanted {
    by: Text,
    kind: &'static str,
    name: String,
}

/// What every namespace has.
const EVERYWHERE: (&str, &str) = ("ConfigMap", "kube-root-ca.crt");

impl Needs {
    /// Of the objects of an app's chart and of its secret backend.
    pub(super) fn of(
        request: &Request<'_>,
        resolved: &ResolvedApp<'_>,
        objects: &[&RenderedObject],
        secrets: &[&Object],
    ) -> Needs {
        let mut needs = Needs::default();
        for object in objects {
            needs.add(object);
        }
        let values = resolved.environments.first();
        let values = values.and_then(|values| values.effective.as_ref());
        let selected = values.map(Selections::read).unwrap_or_default();
        if !selected.enabled.is_empty() {
            let inventory = Inventory::of(request.workspace, resolved.app);
            let names = inventory.secrets.into_iter();
            needs
                .brought
                .extend(names.map(|secret| ("Secret", secret.name)));
        }
        for secret in secrets {
            let document = Document::parse(secret.text.as_str());
            let value = document
                .root()
                .map(|root| root.to_value())
                .unwrap_or_default();
            needs.add_store(
                text!(
                    "{} `{}`",
                    ObjectName(&secret.kind),
                    ObjectName(&secret.name)
                ),
                &value,
            );
            if secret.kind == "SecretStore" {
                needs.brought.insert(("SecretStore", secret.name.clone()));
            }
        }
        needs
    }

    fn add(&mut self, object: &RenderedObject) {
        let by = object.called();
        for reference in object.references() {
            self.want(by.clone(), reference.kind, reference.name);
        }
        if let Some((spec, _)) = object.pod_spec() {
            let secrets = items(spec.get("imagePullSecrets")).iter();
            for name in secrets.filter_map(|secret| secret.get("name")?.as_str()) {
                self.want(by.clone(), "Secret", name);
            }
        }
        for secret in object.secrets() {
            self.brought.insert(("Secret", secret.into_owned()));
        }
        for kind in ["ConfigMap", "SecretStore"] {
            if object.kind == kind {
                self.brought.insert((kind, object.name.clone()));
            }
        }
        if object.kind == "ExternalSecret"
            && let Some(store) = object.at(&["spec", "secretStoreRef"])
        {
            self.want_store(by, store);
        }
    }

    fn add_store(&mut self, by: Text, external: &Value) {
        let store = external
            .get("spec")
            .and_then(|spec| spec.get("secretStoreRef"));
        if let Some(store) = store {
            self.want_store(by, store);
        }
    }

    /// <https://external-secrets.io/latest/api/externalsecret/>: a store without a kind is one of the namespace.
    fn want_store(&mut self, by: Text, store: &Value) {
        let text = |key: &str| store.get(key).and_then(Value::as_str);
        if let Some(name) =
            text("name").filter(|_| text("kind").unwrap_or("SecretStore") == "SecretStore")
        {
            self.want(by, "SecretStore", name);
        }
    }

    fn want(&mut self, by: Text, kind: &'static str, name: &str) {
        if (kind, name) != EVERYWHERE && self.known.insert((kind, name.to_owned())) {
            self.wanted.push(Wanted {
                by,
                kind,
                name: name.to_owned(),
            });
        }
    }

    /// What none of the apps of a namespace brings.
    pub(super) fn unmet<'n>(all: &[&'n Needs], namespace: &'n str) -> Vec<Text> {
        let wanted = all.iter().flat_map(|needs| &needs.wanted);
        let is_unmet = |wanted: &&Wanted| {
            let key = (wanted.kind, wanted.name.clone());
            !all.iter().any(|needs| needs.brought.contains(&key))
        };
        let unmet = wanted.filter(is_unmet);
        unmet
            .map(|wanted| {
                text!(
                    "{} needs {} `{}`, and nothing of the preview brings it to {}",
                    wanted.by,
                    wanted.kind,
                    ObjectName(&wanted.name),
                    ObjectName(namespace)
                )
            })
            .collect()
    }
}
