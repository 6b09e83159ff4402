//! The backends' objects. One source in `templates/secrets/` is rendered twice: with an environment's coordinates, to
//! the objects themselves; and with Helm expressions in their place, to a chart's template that yields the same objects.

mod concrete;
mod helm;
mod mode;

use std::sync::LazyLock;

use minijinja::value::Value;
use minijinja::{Environment, UndefinedBehavior, context};

use super::backends::{self, Backend};
use super::inventory::{Inventory, Key, OPAQUE, Secret};
use super::remote_names;
use super::selection::Selection;
use mode::Mode;

pub use concrete::Destination;
pub use helm::Deployment;

/// A template could not be rendered: a defect of envlint, or a coordinate that no template can hold.
#[derive(Debug, thiserror::Error)]
#[error("the template of {backend} cannot be rendered: {reason}")]
pub struct RenderError {
    backend: &'static str,
    reason: String,
}

/// One rendered object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its YAML, without `---` and without a line break at the end.
    pub text: String,
}

/// The templates, read once. Nothing outside of the binary is read.
static SOURCES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    let sources = backends::all()
        .iter()
        .map(|backend| (backend.template, source(backend.template)))
        .chain([("_macros.yaml.j2", source("_macros.yaml.j2"))]);
    for (name, source) in sources {
        // A template that does not parse is reported when it is asked for; a test renders all of them.
        let _ = environment.add_template(name, source);
    }
    environment
});

fn source(name: &str) -> &'static str {
    match name {
        "external-secrets.yaml.j2" => {
            include_str!("../../../templates/secrets/external-secrets.yaml.j2")
        }
        "sealed-secrets.yaml.j2" => {
            include_str!("../../../templates/secrets/sealed-secrets.yaml.j2")
        }
        "vault-secrets.yaml.j2" => include_str!("../../../templates/secrets/vault-secrets.yaml.j2"),
        "aws-secrets.yaml.j2" => include_str!("../../../templates/secrets/aws-secrets.yaml.j2"),
        "azure-secrets.yaml.j2" => include_str!("../../../templates/secrets/azure-secrets.yaml.j2"),
        "gcp-secrets.yaml.j2" => include_str!("../../../templates/secrets/gcp-secrets.yaml.j2"),
        "ibm-secrets.yaml.j2" => include_str!("../../../templates/secrets/ibm-secrets.yaml.j2"),
        _ => include_str!("../../../templates/secrets/_macros.yaml.j2"),
    }
}

/// The objects of a selection, in the order in which Helm prints them.
///
/// # Errors
/// When the template fails. The selection must be without mistakes.
pub fn objects(
    selection: &Selection<'_>,
    inventory: &Inventory,
    place: &Destination,
) -> Result<Vec<Object>, RenderError> {
    let mode = concrete::Concrete::new(selection, place.clone());
    let text = expand(selection.backend, inventory, &Mode::Concrete(mode))?;
    let mut objects: Vec<Object> = text
        .split("---\n")
        .filter(|text| !text.trim().is_empty())
        .map(Object::new)
        .collect();
    objects.sort_by_key(|object| helm_order(&object.kind));
    Ok(objects)
}

/// The chart's template of a backend: what `envlint generate templates` writes.
///
/// # Errors
/// When the template fails.
pub fn chart_template(
    backend: &'static Backend,
    inventory: &Inventory,
    deployments: &[Deployment],
) -> Result<String, RenderError> {
    let mode = Mode::Helm(helm::Helm::new(backend));
    let body = expand(backend, inventory, &mode)?;
    let Mode::Helm(helm) = &mode else {
        return Ok(body);
    };
    Ok(helm.file(deployments, &body))
}

/// The objects as one YAML stream, as `helm template` prints a chart's: a manifest keeps the line break before the next
/// `---`, and the whole is trimmed (`SplitManifests` of Helm's `manifest.go`).
pub fn stream(objects: &[Object]) -> String {
    let texts: Vec<String> = objects
        .iter()
        .map(|object| format!("---\n{}\n", object.text))
        .collect();
    texts.join("\n")
}

fn expand(
    backend: &'static Backend,
    inventory: &Inventory,
    mode: &Mode,
) -> Result<String, RenderError> {
    let mut environment = SOURCES.clone();
    mode.register(&mut environment);
    let secrets: Vec<Value> = inventory
        .secrets
        .iter()
        .map(|secret| {
            let keys = secret.keys.iter().map(|key| key_context(secret, key));
            let keys: Vec<Value> = keys.collect();
            context! {
                name => secret.name.as_str(),
                type => secret.secret_type(),
                is_opaque => secret.secret_type() == OPAQUE,
                keys => keys,
            }
        })
        .collect();
    let rendered = environment
        .get_template(backend.template)
        .and_then(|template| {
            template.render(context! {
                secrets => secrets,
                release => mode.release(),
                namespace => mode.namespace(),
            })
        });
    match rendered {
        // The sources have blank lines where control tags stand; no object has one.
        Ok(text) => Ok(text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| format!("{line}\n"))
            .collect()),
        Err(error) => Err(RenderError {
            backend: backend.title,
            reason: format!("{error:#}"),
        }),
    }
}

fn key_context(secret: &Secret, key: &Key) -> Value {
    context! {
        name => key.name.as_str(),
        property => key.property.as_str(),
        gjson => gjson_key(&key.property),
        jmesPath => jmes_path(&key.property),
        keyVaultName => remote_names::key_vault_name(secret, key),
        vaultTemplate => format!("{{{{- get .Secrets {} -}}}}", mode::go_string(&key.property)),
    }
}

/// A property as the External Secrets Operator looks it up by gjson. The operator tries a name with a dot within it as it
/// stands; with a leading dot, its providers for Google Cloud and IBM Cloud take the name for a path (`getDataByProperty`
/// of `providers/v1/gcp`, `getKVOrCustomCredentialsSecret` of `providers/v1/ibm`).
fn gjson_key(property: &str) -> String {
    if property.starts_with('.') {
        property.replace('.', "\\.")
    } else {
        property.to_owned()
    }
}

/// A property as JMESPath: one name, as in every other backend. An identifier stands as it is; anything else is quoted, for
/// `tls.crt` is the key `crt` of the map `tls` otherwise (<https://jmespath.org/specification.html#identifiers>).
fn jmes_path(property: &str) -> String {
    let is_identifier = property
        .starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && property
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if is_identifier {
        property.to_owned()
    } else {
        super::go_json::quote(property)
    }
}

/// Helm prints service accounts first and kinds it does not know last, by their names
/// (`InstallOrder` and `lessByKind` of Helm's `kind_sorter.go`).
fn helm_order(kind: &str) -> (bool, String) {
    (kind != "ServiceAccount", kind.to_owned())
}

impl Object {
    fn new(text: &str) -> Object {
        let text = text.trim().to_owned();
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.map(|value| value.trim().trim_matches('"').to_owned())
                .unwrap_or_default()
        };
        Object {
            kind: field("kind:"),
            name: field("  name:"),
            text,
        }
    }
}
