//! Templates with the coordinates of an environment.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::Error;
use minijinja::value::Value;

use super::mode::{Answers, unknown_setting};
use crate::secrets::backends::{Backend, Form};
use crate::secrets::form::secret_ref_key;
use crate::secrets::go_json;
use crate::secrets::selection::Selection;

/// Where an app is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The namespace.
    pub namespace: String,
    /// The release.
    pub release: String,
    /// The environment's name for the objects' label.
    pub environment: Option<String>,
}

/// The coordinates of one selection, and where the app is deployed.
#[derive(Debug, Clone)]
pub(super) struct Concrete {
    backend: &'static Backend,
    coordinates: Arc<BTreeMap<String, String>>,
    sealed: Arc<BTreeMap<(String, String), String>>,
    pub(super) place: Destination,
}

impl Concrete {
    pub(super) fn new(selection: &Selection<'_>, place: Destination) -> Concrete {
        let mut coordinates = BTreeMap::new();
        for setting in selection.backend.settings {
            let Some(value) = selection.value(setting.path) else {
                continue;
            };
            let value = match setting.form {
                Form::Flag if value == "false" => continue,
                _ if setting.path == "prefix" => value.strip_suffix('/').unwrap_or(value),
                _ => value,
            };
            coordinates.insert(setting.path.to_owned(), value.to_owned());
            if let (Form::SecretRef(key), Some(given)) =
                (setting.form, selection.given.get(setting.path))
            {
                coordinates.insert(format!("{}.name", setting.path), value.to_owned());
                coordinates.insert(
                    format!("{}.key", setting.path),
                    secret_ref_key(&given.tree, key),
                );
            }
        }
        if let Some(environment) = &place.environment {
            coordinates.insert("environment".to_owned(), environment.clone());
        }
        let sealed = selection
            .ciphertexts()
            .into_iter()
            .filter_map(|(secret, key, tree)| Some(((secret, key), tree.as_str()?.to_owned())));
        Concrete {
            backend: selection.backend,
            coordinates: Arc::new(coordinates),
            sealed: Arc::new(sealed.collect()),
            place,
        }
    }

    fn find(&self, path: &str) -> Result<Option<&String>, Error> {
        let base = path
            .strip_suffix(".name")
            .or(path.strip_suffix(".key"))
            .unwrap_or(path);
        if path == "environment"
            || self
                .backend
                .setting(path)
                .or(self.backend.setting(base))
                .is_some()
        {
            Ok(self.coordinates.get(path))
        } else {
            Err(unknown_setting(path))
        }
    }
}

impl Answers for Concrete {
    fn coordinate(&self, path: &str) -> Result<String, Error> {
        Ok(self.find(path)?.cloned().unwrap_or_default())
    }

    fn is_set(&self, path: &str) -> Result<Value, Error> {
        Ok(self.find(path)?.is_some().into())
    }

    fn is_any(&self, path: &str, values: &[String]) -> Result<Value, Error> {
        Ok(self
            .find(path)?
            .is_some_and(|value| values.contains(value))
            .into())
    }

    fn contains(&self, path: &str, text: &str) -> Result<Value, Error> {
        Ok(self
            .find(path)?
            .is_some_and(|value| value.contains(text))
            .into())
    }

    fn negated(&self, condition: &Value) -> Value {
        (!condition.is_true()).into()
    }

    fn combined(&self, either: bool, left: &Value, right: &Value) -> Value {
        let (left, right) = (left.is_true(), right.is_true());
        (if either { left || right } else { left && right }).into()
    }

    fn when(&self, condition: &Value, body: &str) -> String {
        if condition.is_true() {
            body.to_owned()
        } else {
            String::new()
        }
    }

    fn choose(&self, condition: &Value, yes: &str, no: &str) -> String {
        (if condition.is_true() { yes } else { no }).to_owned()
    }

    fn first(&self, text: &str, otherwise: &str) -> String {
        (if text.is_empty() { otherwise } else { text }).to_owned()
    }

    fn under(&self, prefix: &str, separator: &str, name: &str) -> String {
        if prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{prefix}{separator}{name}")
        }
    }

    fn quoted(&self, text: &str) -> String {
        go_json::quote(text)
    }

    fn embedded(&self, text: &str) -> String {
        // A control character never comes here: a setting with one is a mistake.
        go_json::quote(text)
    }

    fn json(&self, text: &str) -> String {
        text.to_owned()
    }

    fn define(&self, _: &str, text: &str) -> String {
        text.to_owned()
    }

    fn define_condition(&self, _: &str, condition: &Value) -> Value {
        condition.clone()
    }

    fn sealed_values(&self, secret: &str) -> Result<String, Error> {
        Ok(secret.to_owned())
    }

    fn sealed_value(&self, sealed: &str, key: &str) -> String {
        self.sealed
            .get(&(sealed.to_owned(), key.to_owned()))
            .cloned()
            .unwrap_or_default()
    }
}
