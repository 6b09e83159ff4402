//! The inventory: the secrets an app needs, by name and key; the same in every environment.

use std::sync::Arc;

use envlint_yaml::Span;

use crate::source::Location;
use crate::source::Source;
use crate::workspace::{App, Inventory as Declared, Workspace};

/// The secrets that one app needs.
#[derive(Debug, Default)]
pub struct Inventory {
    /// The workspace's secrets, then the app's own, in the order of the configuration.
    pub secrets: Vec<Secret>,
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
            for key in secret.keys {
                known.put(key);
            }
        }
        self
    }

    fn read<'c>(workspace: &Workspace, all: impl Iterator<Item = &'c Declared>) -> Inventory {
        let mut inventory = Inventory {
            secrets: Vec::new(),
            source: workspace.config_source.clone(),
        };
        for declared in all {
            for (name, keys) in declared.iter() {
                let secret = inventory.entry(&name.value, name.span);
                for (key, settings) in keys.iter() {
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
        let at = self.secrets.iter().position(|secret| secret.name == name);
        let at = at.unwrap_or_else(|| {
            self.secrets.push(Secret {
                name: name.to_owned(),
                span,
                keys: Vec::new(),
            });
            self.secrets.len() - 1
        });
        &mut self.secrets[at]
    }

    /// Whether the app needs no secret.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// The secret of that name.
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.secrets.iter().find(|secret| secret.name == name)
    }

    /// A place in the configuration; none without a configuration.
    pub fn location(&self, span: Span) -> Option<Location> {
        Some(Location::new(self.source.as_ref()?, span))
    }
}

impl Secret {
    fn put(&mut self, key: Key) {
        match self.keys.iter_mut().find(|known| known.name == key.name) {
            Some(known) => *known = key,
            None => self.keys.push(key),
        }
    }

    /// The key of that name.
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}
