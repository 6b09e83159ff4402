//! Objects of the kinds that the backends emit, and of those that Argo CD and Flux deploy from: whether an API server takes
//! them as they are, without dropping a field.

mod definition;
mod delivery;
mod embedded;
mod kustomized;
mod refused;
mod scan;
mod synced;
mod validations;

use std::collections::HashSet;
use std::sync::LazyLock;

use envlint_budget::Budget;
use envlint_yaml::{Node, Path, Segment};
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

pub use definition::{Definition, Version};
pub use delivery::{Allowed, Application, Delivery, Project, Written};
pub use scan::{Definitions, Manifests, Scanned};

use validations::fill_in;

use crate::masking::{Name, ObjectName, Said, Text, text};
use crate::source::{Diagnostic, nearest};

/// What is wrong with an object, without a value. The path is that of the field, from the root of the object; whoever
/// knows the object's file says where that is.
pub type Violation = Diagnostic<ViolationSort, ()>;

/// The sorts of violations: each has its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViolationSort {
    /// The API server takes no object of that version.
    Unserved,
    /// From a version of its operator on, the API server takes no object of that version.
    Retired,
    /// A field that the API server drops.
    UnknownField,
    /// A value that the API server, or the provider, refuses.
    Invalid,
    /// A version of Kubernetes' own API that the cluster no longer serves.
    Removed,
    /// A version of Kubernetes' own API that the cluster will not serve for long.
    Deprecated,
    /// A field that one of Kubernetes' own objects does not have.
    UnknownApiField,
    /// One of Kubernetes' own objects that the API server refuses.
    InvalidApi,
}

/// The definitions of the kinds that the backends emit; those of Argo CD 3.6, and of Flux 2.9.
static BUILT_IN: LazyLock<Vec<Definition>> = LazyLock::new(|| {
    [
        include_str!("../../../schemas/objects/externalsecret.json"),
        include_str!("../../../schemas/objects/secretstore.json"),
        include_str!("../../../schemas/objects/sealedsecret.json"),
        include_str!("../../../schemas/objects/secretproviderclass.json"),
        include_str!("../../../schemas/objects/vaultauth.json"),
        include_str!("../../../schemas/objects/vaultconnection.json"),
        include_str!("../../../schemas/objects/vaultstaticsecret.json"),
        include_str!("../../../schemas/objects/application.json"),
        include_str!("../../../schemas/objects/applicationset.json"),
        include_str!("../../../schemas/objects/appproject.json"),
        include_str!("../../../schemas/objects/helmrelease.json"),
        include_str!("../../../schemas/objects/kustomization.json"),
        include_str!("../../../schemas/objects/helmrepository.json"),
        include_str!("../../../schemas/objects/gitrepository.json"),
        include_str!("../../../schemas/objects/ocirepository.json"),
        include_str!("../../../schemas/objects/helmchart.json"),
        include_str!("../../../schemas/objects/bucket.json"),
    ]
    .into_iter()
    // A test reads all of them.
    .filter_map(|text| serde_json::from_str(text).ok())
    .collect()
});

/// The groups of the objects that say what is deployed. What is wrong with one of them is no matter of secrets.
const DELIVERING: [&str; 4] = [
    "argoproj.io",
    "helm.toolkit.fluxcd.io",
    "kustomize.toolkit.fluxcd.io",
    "source.toolkit.fluxcd.io",
];

/// The kinds of objects that are known, as they stand in the built-in definitions.
pub const KINDS: [&str; 18] = [
    "ExternalSecret",
    "SecretStore",
    "ClusterSecretStore",
    "SealedSecret",
    "SecretProviderClass",
    "VaultAuth",
    "VaultConnection",
    "VaultStaticSecret",
    "Application",
    "ApplicationSet",
    "AppProject",
    "HelmRelease",
    "Kustomization",
    "HelmRepository",
    "GitRepository",
    "OCIRepository",
    "HelmChart",
    "Bucket",
];

/// An operator that gave up API versions of its objects.
#[derive(Debug)]
pub struct Operator {
    /// The API group of its objects.
    group: &'static str,
    /// What people call it.
    name: &'static str,
    /// The name of its Helm chart, which has the operator's version.
    pub chart: &'static str,
    /// The versions that it gave up.
    retired: &'static [&'static str],
    /// Since which version of its own.
    pub since: semver::Version,
}

/// The External Secrets Operator: release notes of v0.17.0 ("Stop serving v1beta1 apis").
pub static EXTERNAL_SECRETS: Operator = Operator {
    group: "external-secrets.io",
    name: "the External Secrets Operator",
    chart: "external-secrets",
    retired: &["v1alpha1", "v1beta1"],
    since: semver::Version::new(0, 17, 0),
};

/// Whether objects of a kind may be ones that [`check`] knows something about.
pub fn is_known(kind: &str, user: &[Definition]) -> bool {
    let is_own = |definition: &Definition| definition.kinds.iter().any(|known| known == kind);
    KINDS.contains(&kind) || user.iter().any(is_own)
}

/// The definition of an object's kind: the user's own, or a built-in one.
fn find<'d>(group: &str, kind: &str, user: &'d [Definition]) -> Option<&'d Definition> {
    let is_it = |definition: &&Definition| {
        definition.group == group && definition.kinds.iter().any(|known| known == kind)
    };
    user.iter()
        .find(is_it)
        .or_else(|| BUILT_IN.iter().find(is_it))
}

/// Whether an API server with these operators takes an object as it is. Objects of other kinds are none of ours.
/// Rules are evaluated as far as the steps go.
pub fn check(object: &Node, user: &[Definition], steps: &Budget) -> Vec<Violation> {
    let text = |key: &str| object.as_mapping().and_then(|map| map.get(key)?.as_str());
    let (Some(version), Some(kind)) = (text("apiVersion"), text("kind")) else {
        return Vec::new();
    };
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let Some(definition) = find(group, kind, user) else {
        return Vec::new();
    };
    let is_own = user.iter().any(|own| std::ptr::eq(own, definition));
    let is_delivering = !is_own && DELIVERING.contains(&group);
    let Some(known) = definition.version(version).filter(|known| known.served) else {
        // Controllers of another age serve what these do not.
        if is_delivering {
            return Vec::new();
        }
        let operator = Some(&EXTERNAL_SECRETS).filter(|operator| {
            !is_own && operator.group == group && operator.retired.contains(&version)
        });
        return vec![match operator {
            Some(operator) => retired(operator, definition, kind, version),
            None => unserved(definition, kind, version),
        }];
    };
    let mut value = serde_json::to_value(object.to_value()).unwrap_or_default();
    fill_in(&known.schema, &mut value);
    // Overlays patch such objects by files that have only a part of one, and for which objects a file is cannot always be known.
    let counts = |kind: &ValidationErrorKind| !is_delivering || is_of_part(kind);
    let mut violations = against(known, &value, counts);
    // What is refused is not dropped.
    let refused: HashSet<Path> = violations
        .iter()
        .filter(|violation| violation.own != ViolationSort::UnknownField)
        .filter_map(|violation| violation.path.clone())
        .collect();
    violations.retain(|violation| {
        let is_refused = |path: &Path| refused.contains(path);
        violation.own != ViolationSort::UnknownField
            || !violation.path.as_ref().is_some_and(is_refused)
    });
    if is_delivering {
        return violations.into_iter().map(of_delivery).collect();
    }
    // An API server comes to the rules when the object has the form that they expect.
    let is_sound = |violation: &Violation| violation.own == ViolationSort::UnknownField;
    if violations.iter().all(is_sound) {
        violations.extend(known.rules.broken(&known.schema, &value, steps));
    }
    if kind == "SecretProviderClass" {
        violations.extend(embedded::check(object));
    }
    violations
}

/// A violation of an object that says what is deployed.
fn of_delivery(mut violation: Violation) -> Violation {
    violation.own = match violation.own {
        ViolationSort::UnknownField => ViolationSort::UnknownApiField,
        _ => ViolationSort::InvalidApi,
    };
    violation
}

/// Whether a mistake is one of what is there, and not of what is missing.
fn is_of_part(kind: &ValidationErrorKind) -> bool {
    matches!(
        kind,
        ValidationErrorKind::AdditionalProperties { .. }
            | ValidationErrorKind::Type { .. }
            | ValidationErrorKind::Enum { .. }
            | ValidationErrorKind::Pattern { .. }
    )
}

fn retired(operator: &Operator, definition: &Definition, kind: &str, version: &str) -> Violation {
    let message = text!(
        "from version {}.{} on, {} does not serve `{}/{}` of {}, and the API server refuses the object",
        operator.since.major,
        operator.since.minor,
        operator.name,
        Name(&definition.group),
        Name(&version),
        Name(&kind)
    );
    Violation::with((), message, ViolationSort::Retired)
        .at(Path::root().key("apiVersion"))
        .help(text!("with such a version, use {}", served(definition)))
}

/// The versions that are served, in a sentence.
fn served(definition: &Definition) -> Text {
    let group = &definition.group;
    let served = definition.served();
    let served = served.map(|version| text!("`{}/{}`", Name(group), Name(version)));
    Text::join(served, " or ")
}

fn unserved(definition: &Definition, kind: &str, version: &str) -> Violation {
    let group = &definition.group;
    let message = text!(
        "the API server does not serve `{}/{}` of {}, so it refuses the object",
        Name(&group),
        ObjectName(&version),
        Name(&kind)
    );
    Violation::with((), message, ViolationSort::Unserved)
        .at(Path::root().key("apiVersion"))
        .help(text!("use {}", served(definition)))
}

fn against(
    version: &Version,
    value: &Value,
    counts: impl Fn(&ValidationErrorKind) -> bool,
) -> Vec<Violation> {
    let Some(validator) = version.validator() else {
        return Vec::new();
    };
    validator
        .iter_errors(value)
        .filter(|error| counts(error.kind()) && !kustomized::is_filled_in(error.instance()))
        .filter(|error| {
            !error.instance().is_null()
                || !is_dropped(&version.schema, error.schema_path().as_str())
        })
        .flat_map(|error| {
            let path = path_of(error.instance_path().as_str(), value);
            let place = error.schema_path().as_str().to_owned();
            violations(&version.schema, &path, error.kind(), &place)
        })
        .collect()
}

/// Whether the API server drops a null where a type stands in a schema: it does so before it holds an object against the schema,
/// and what is required is missing then.
/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting-and-nullable>
fn is_dropped(schema: &Value, place: &str) -> bool {
    let field = place.strip_suffix("/type");
    let Some((map, key)) = field.and_then(|field| field.rsplit_once("/properties/")) else {
        return false;
    };
    let required = schema.pointer(&format!("{map}/required"));
    let mut required = required.and_then(Value::as_array).into_iter().flatten();
    !key.contains('/') && !required.any(|required| required.as_str() == Some(key))
}

/// What a mistake against a schema says, without the value that is wrong: it may be a secret.
fn violations(
    schema: &Value,
    path: &Path,
    kind: &ValidationErrorKind,
    place: &str,
) -> Vec<Violation> {
    match kind {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let above = place.rsplit_once('/').map_or("", |(above, _)| above);
            let known: Vec<&str> = schema
                .pointer(&format!("{above}/properties"))
                .and_then(Value::as_object)
                .map(|properties| properties.keys().map(String::as_str).collect())
                .unwrap_or_default();
            unexpected
                .iter()
                .map(|field| unknown_field(path, field, &known))
                .collect()
        }
        ValidationErrorKind::Required { property } => {
            let field = property.as_str().unwrap_or_default();
            vec![
                invalid(
                    path,
                    text!("`{}` is missing in `{}`", Name(&field), ObjectName(path)),
                )
                .help(text!("add `{}`", Name(&field))),
            ]
        }
        ValidationErrorKind::Enum { options } => {
            let options = options.as_array().into_iter().flatten();
            let options =
                options.map(|option| text!("`{}`", Name(option.as_str().unwrap_or("null"))));
            vec![
                invalid(
                    path,
                    text!(
                        "`{}` has a value that the API server refuses",
                        ObjectName(path)
                    ),
                )
                .help(text!("use one of {}", Text::join(options, ", "))),
            ]
        }
        ValidationErrorKind::Type { .. } => {
            let wanted = schema
                .pointer(place)
                .map(ToString::to_string)
                .unwrap_or_default()
                .replace('"', "");
            vec![
                invalid(path, text!("`{}` has the wrong type", ObjectName(path)))
                    .help(text!("its type must be {}", Said(&wanted))),
            ]
        }
        ValidationErrorKind::Pattern { pattern } => {
            vec![
                invalid(
                    path,
                    text!(
                        "`{}` does not have the form that the API server requires",
                        ObjectName(path)
                    ),
                )
                .help(text!("it must match `{}`", Said(&pattern))),
            ]
        }
        ValidationErrorKind::MaxProperties { limit } => {
            vec![
                invalid(path, text!("`{}` has too many fields", ObjectName(path)))
                    .help(text!("it can have {}: keep one", limit)),
            ]
        }
        ValidationErrorKind::MinProperties { limit } => {
            vec![
                invalid(path, text!("`{}` has too few fields", ObjectName(path)))
                    .help(text!("it must have {}", limit)),
            ]
        }
        other => vec![
            invalid(path, text!("the API server refuses `{}`", ObjectName(path))).help(text!(
                "see `{}` in the definition of this kind",
                Name(&other.keyword())
            )),
        ],
    }
}

fn unknown_field(path: &Path, field: &str, known: &[&str]) -> Violation {
    // Those are texts of any name to the API server.
    let is_parameter = matches!(path.last(), Some(Segment::Key(key)) if key == "parameters");
    let path = path.key(field);
    let message = match is_parameter {
        true => text!(
            "`{}` is no parameter that the provider reads",
            ObjectName(&path)
        ),
        false => text!(
            "`{}` is not a known field, so the API server silently drops it",
            ObjectName(&path)
        ),
    };
    let help = match known {
        [] => "remove it".into(),
        known => text!("known here: {}", Text::names(known, ", ")),
    };
    Violation::with((), message, ViolationSort::UnknownField)
        .at(path)
        .suggest_or(nearest(field, known.iter().copied()), help)
}

fn invalid(path: &Path, message: Text) -> Violation {
    Violation::with((), message, ViolationSort::Invalid).at(path.clone())
}

/// A JSON pointer as a path in the value.
fn path_of(pointer: &str, value: &Value) -> Path {
    let mut at = value;
    let mut path = Path::root();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let below = match at {
            Value::Array(items) => step.parse().ok().and_then(|index: usize| {
                path.push(Segment::Index(index));
                items.get(index)
            }),
            _ => {
                path.push(Segment::Key(step.clone()));
                at.get(&step)
            }
        };
        match below {
            Some(below) => at = below,
            None => break,
        }
    }
    path
}

impl ViolationSort {
    /// Whether the name of a field is what is wrong.
    pub fn is_of_name(self) -> bool {
        matches!(
            self,
            ViolationSort::UnknownField | ViolationSort::UnknownApiField
        )
    }

    /// Whether what is missing or has another form may be mended by a patch.
    fn may_be_patched(self) -> bool {
        matches!(self, ViolationSort::Invalid | ViolationSort::InvalidApi)
    }
}

impl Scanned {
    /// The objects of a kind, with their number in the file.
    pub fn objects_of(&self, kind: &str) -> impl Iterator<Item = (usize, &Node)> {
        let documents = self.source.document.documents().iter().enumerate();
        documents.filter(move |(_, node)| {
            let found = node
                .as_mapping()
                .and_then(|object| object.get("kind")?.as_str());
            found == Some(kind)
        })
    }
}
