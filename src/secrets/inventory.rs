//! The inventory: the secrets an app needs, by name and key; the same in every environment.

use std::collections::HashMap;
use std::sync::Arc;

use envlint_yaml::{Span, Spanned};

use crate::source::Location;
use crate::source::Source;
use crate::workspace::{App, Inventory as Declared, Workspace};

/// The type of a Secret that is of no other.
pub const OPAQUE: &str = "Opaque";

/// The secrets that one app needs.
#[derive(Debug, Default)]
pub struct Inventory {
    /// The workspace's secrets, then the app's own, in the order of the configuration.
    pub secrets: Vec<Secret>,
    /// Where each is, by its name.
    places: HashMap<String, usize>,
    source: Option<Arc<Source>>,
}

/// One secret.
#[derive(Debug, Clone)]
pub struct Secret {
    /// Its name in the cluster.
    pub name: String,
    /// Where the configuration names it.
    pub span: Span,
    /// Its keys.
    pub keys: Vec<Key>,
    /// Where each is, by its name.
    places: HashMap<String, usize>,
    declared: Option<Spanned<String>>,
}

/// One key of a secret.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its name in the cluster.
    pub name: String,
    /// Where the configuration names it.
    pub span: Span,
    /// The property of the remote secret that holds it.
    pub property: String,
}

impl Inventory {
    /// What the workspace and the app declare; a key that both declare is the app's.
    pub fn of(workspace: &Workspace, app: &App) -> Inventory {
        // A stack of Pulumi has its secrets in itself.
        if app.is_of_stacks() {
            return Inventory::default();
        }
        let own = app.config(workspace).map(|config| &config.secrets);
        Inventory::read(
            workspace,
            std::iter::once(&workspace.config.secrets).chain(own),
        )
    }

    /// What the workspace declares for all apps.
    pub fn of_workspace(workspace: &Workspace) -> Inventory {
        Inventory::read(workspace, std::iter::once(&workspace.config.secrets))
    }

    /// Both inventories; a key that both have is the other's.
    pub fn joined(mut self, other: Inventory) -> Inventory {
        for secret in other.secrets {
            let known = self.entry(&secret.name, secret.span);
            known.declared = secret.declared.or(known.declared.take());
            for key in secret.keys {
                known.put(key);
            }
        }
        self
    }

    fn read<'c>(workspace: &Workspace, all: impl Iterator<Item = &'c Declared>) -> Inventory {
        let mut inventory = Inventory {
            source: workspace.config_source.clone(),
            ..Inventory::default()
        };
        for declared in all {
            for (name, config) in declared.iter() {
                let secret = inventory.entry(&name.value, name.span);
                let own = config.secret_type.clone();
                secret.declared = own.or(secret.declared.take());
                for (key, settings) in config.keys.iter() {
                    let property = settings.as_ref().and_then(|key| key.property.clone());
                    secret.put(Key {
                        name: key.value.clone(),
                        span: key.span,
                        property: property.unwrap_or_else(|| key.value.clone()),
                    });
                }
            }
        }
        inventory
    }

    fn entry(&mut self, name: &str, span: Span) -> &mut Secret {
        let at = match self.places.get(name) {
            Some(at) => *at,
            None => {
                self.places.insert(name.to_owned(), self.secrets.len());
                self.secrets.push(Secret {
                    name: name.to_owned(),
                    span,
                    keys: Vec::new(),
                    places: HashMap::new(),
                    declared: None,
                });
                self.secrets.len() - 1
            }
        };
        &mut self.secrets[at]
    }

    /// Whether the app needs no secret.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// The secret of that name.
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(*self.places.get(name)?)
    }

    /// A place in the configuration; none without a configuration.
    pub fn location(&self, span: Span) -> Option<Location> {
        Some(Location::new(self.source.as_ref()?, span))
    }
}

impl Secret {
    fn put(&mut self, key: Key) {
        match self.places.get(&key.name) {
            Some(at) => self.keys[*at] = key,
            None => {
                self.places.insert(key.name.clone(), self.keys.len());
                self.keys.push(key);
            }
        }
    }

    /// The type that Kubernetes knows it by: the declared one, or what its keys tell.
    pub fn secret_type(&self) -> &str {
        match &self.declared {
            Some(declared) => &declared.value,
            None => self.told_by_keys(),
        }
    }

    /// Where the configuration says its type, or else names it.
    pub fn type_span(&self) -> Span {
        let declared = self.declared.as_ref();
        declared.map_or(self.span, |declared| declared.span)
    }

    /// The type whose keys these are. A certificate with more than the two keys stays Opaque: the Secrets Store CSI driver
    /// makes no Secret of the type with another one (`GetCertPart` of its `pkg/util/secretutil`).
    fn told_by_keys(&self) -> &'static str {
        let has = |name: &str| self.key(name).is_some();
        let is_pair = |one: &str, other: &str| self.keys.len() == 2 && has(one) && has(other);
        if is_pair("tls.crt", "tls.key") {
            "kubernetes.io/tls"
        } else if has(".dockerconfigjson") {
            "kubernetes.io/dockerconfigjson"
        } else if has(".dockercfg") {
            "kubernetes.io/dockercfg"
        } else if has("ssh-privatekey") {
            "kubernetes.io/ssh-auth"
        } else if is_pair("username", "password") {
            "kubernetes.io/basic-auth"
        } else {
            OPAQUE
        }
    }

    /// The keys that Kubernetes refuses a Secret of its type without (`ValidateSecret` of `pkg/apis/core/validation`); of
    /// several lists, the keys of one.
    pub fn needed_keys(&self) -> &'static [&'static [&'static str]] {
        match self.secret_type() {
            "kubernetes.io/tls" => &[&["tls.crt", "tls.key"]],
            "kubernetes.io/dockerconfigjson" => &[&[".dockerconfigjson"]],
            "kubernetes.io/dockercfg" => &[&[".dockercfg"]],
            "kubernetes.io/ssh-auth" => &[&["ssh-privatekey"]],
            "kubernetes.io/basic-auth" => &[&["username"], &["password"]],
            _ => &[],
        }
    }

    /// The key of that name.
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.keys.get(*self.places.get(name)?)
    }
}
