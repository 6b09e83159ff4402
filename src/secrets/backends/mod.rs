//! The seven backends and their settings: the one definition that the schema, the findings, the templates' coordinates,
//! the documentation's tables and `envlint explain secrets` are made of.

mod aws;
mod azure;
mod external_secrets;
mod gcp;
mod ibm;
mod sealed_secrets;
mod setting;
mod vault;

pub use setting::{Alternative, Case, Form, Need, Setting, WORKLOAD_KINDS};

/// One of the seven secret backends.
#[derive(Debug)]
pub struct Backend {
    /// Its key below `secrets:` of a values file.
    pub key: &'static str,
    /// Its name in file names: `external-secrets`.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// The kinds of objects it emits, in words.
    pub emits: &'static str,
    /// Its settings beside `enabled`.
    pub settings: &'static [Setting],
    /// Settings of which exactly one is needed.
    pub alternatives: &'static [Alternative],
    /// The documentation of the objects' format.
    pub reference: &'static str,
    /// The template of its objects.
    pub(super) template: &'static str,
}

impl Backend {
    /// The setting at a path below the backend's key: `gcp.project`.
    pub fn setting(&self, path: &str) -> Option<&'static Setting> {
        self.settings.iter().find(|setting| setting.path == path)
    }

    /// Whether `path` is the path of a map that holds settings: `gcp`.
    pub fn is_group(&self, path: &str) -> bool {
        self.settings.iter().any(|setting| {
            setting
                .path
                .strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('.'))
        })
    }

    /// The keys that may stand below a group (`""` is the backend itself), each once, in the order of the settings.
    pub fn keys(&self, group: &str) -> Vec<&'static str> {
        let mut keys = Vec::new();
        if group.is_empty() {
            keys.push(ENABLED);
        }
        for setting in self.settings {
            let rest = match group {
                "" => Some(setting.path),
                _ => setting
                    .path
                    .strip_prefix(group)
                    .and_then(|rest| rest.strip_prefix('.')),
            };
            let key = rest.map(|rest| rest.split('.').next().unwrap_or(rest));
            keys.extend(key.filter(|key| !keys.contains(key)));
        }
        keys
    }
}

/// The switch that every backend has.
pub const ENABLED: &str = "enabled";

/// The key below `secrets:` that names the environment for the objects' label, where the chart cannot tell it.
pub const ENVIRONMENT: &str = "environment";

static ALL: [&Backend; 7] = [
    &external_secrets::BACKEND,
    &sealed_secrets::BACKEND,
    &vault::BACKEND,
    &aws::BACKEND,
    &azure::BACKEND,
    &gcp::BACKEND,
    &ibm::BACKEND,
];

/// The seven, in the order of the documentation.
pub fn all() -> &'static [&'static Backend] {
    &ALL
}

/// The backend of a key below `secrets:`.
pub fn find(key: &str) -> Option<&'static Backend> {
    ALL.iter().copied().find(|backend| backend.key == key)
}
