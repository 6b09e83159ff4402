//! What the providers of the Secrets Store CSI driver refuse in a list of objects that has the form they read.

use envlint_yaml::{Mapping, Node, Path};

use super::{Violation, invalid};
use crate::masking::{Name, ObjectName, Text, text};
use crate::source::nearest;

/// The providers that there are, by the names that they register under.
/// <https://secrets-store-csi-driver.sigs.k8s.io/providers>
const KNOWN: [&str; 7] = [
    "akeyless", "aws", "azure", "conjur", "gcp", "pulumi", "vault",
];

/// A provider whose name is almost that of one that there is.
pub(super) fn misspelt_provider(name: &str) -> Option<Violation> {
    let near = nearest(name, KNOWN).filter(|near| *near != name)?;
    let path = Path::root().key("spec").key("provider");
    let message = text!(
        "the driver finds no provider `{}`, so no pod with this volume starts",
        ObjectName(&name)
    );
    Some(invalid(&path, message).suggest_or(Some(near), "name the provider as it is installed"))
}

/// The parameters that a provider cannot do without, each under any of its names.
pub(super) fn missing_parameters(provider: &str, parameters: &Mapping) -> Option<Violation> {
    // https://github.com/Azure/secrets-store-csi-driver-provider-azure/blob/master/pkg/provider/provider.go
    let asked: &[&[&str]] = match provider {
        "azure" => &[&["keyvaultName"], &["tenantId", "tenantID"]],
        _ => &[],
    };
    let path = Path::root().key("spec").key("parameters");
    let is_given = |name: &&str| text_of(parameters, name).is_some_and(|text| !text.is_empty());
    let missing = asked.iter().filter(|names| !names.iter().any(is_given));
    let missing: Vec<&str> = missing.filter_map(|names| names.first().copied()).collect();
    let names = || Text::sentence(missing.iter().map(|name| text!("`{}`", Name(name))));
    let are = match missing.len() {
        0 => return None,
        1 => "is",
        _ => "are",
    };
    let message = text!(
        "{} {} missing or empty in `{}`, so the {} provider refuses to mount",
        names(),
        are,
        ObjectName(&path),
        Name(&provider)
    );
    Some(invalid(&path, message).help(text!("add {}", names())))
}

fn text_of<'n>(map: &'n Mapping, key: &str) -> Option<&'n str> {
    map.get(key)?.as_scalar().map(|scalar| scalar.text())
}

/// The same of a name or a type that is written out: not of one that something fills in.
fn written<'n>(map: &'n Mapping, key: &str) -> Option<&'n str> {
    text_of(map, key).filter(|text| !text.is_empty() && !text.contains(['$', '{']))
}

/// What a provider refuses in one object.
pub(super) fn object(provider: &str, path: &Path, object: &Mapping) -> Vec<Violation> {
    match provider {
        "aws" => of_aws(path, object),
        "azure" => of_azure(path, object),
        "gcp" => of_gcp(path, object),
        _ => Vec::new(),
    }
}

fn is_filled_in(object: &Mapping, key: &str) -> bool {
    text_of(object, key).is_some_and(|text| text.contains(['$', '{']))
}

/// <https://github.com/aws/secrets-store-csi-driver-provider-aws/blob/main/provider/secret_descriptor.go>
fn of_aws(path: &Path, object: &Mapping) -> Vec<Violation> {
    const TYPES: [&str; 2] = ["secretsmanager", "ssmparameter"];
    let mut found = Vec::new();
    let name = written(object, "objectName");
    let service = name.filter(|name| name.starts_with("arn:"));
    let service = service.and_then(|name| name.split(':').nth(2));
    let kind = written(object, "objectType");
    match (kind, service) {
        (Some(kind), _) if !TYPES.contains(&kind) => {
            found.push(not_one_of(&path.key("objectType"), kind, &TYPES));
        }
        (Some(kind), Some(service))
            if kind != service && !(kind == "ssmparameter" && service == "ssm") =>
        {
            let message = text!(
                "`{}` is not what the ARN in `objectName` is of, so the aws provider refuses to mount",
                ObjectName(&path.key("objectType"))
            );
            found.push(
                invalid(&path.key("objectType"), message).help("let the two name the same service"),
            );
        }
        (None, None) if name.is_some() && !is_filled_in(object, "objectType") => {
            let message = text!(
                "`objectType` is missing in `{}`, and `objectName` is no ARN that tells it, so the aws provider refuses to mount",
                ObjectName(path)
            );
            found.push(
                invalid(path, message)
                    .help("add `objectType: secretsmanager` or `objectType: ssmparameter`"),
            );
        }
        _ => {}
    }
    let both = ["objectVersion", "objectVersionLabel"];
    let both = both
        .iter()
        .all(|key| text_of(object, key).is_some_and(|text| !text.is_empty()));
    if both && kind == Some("ssmparameter") {
        let message = text!(
            "`{}` has `objectVersion` and `objectVersionLabel`, so the aws provider refuses to mount",
            ObjectName(path)
        );
        found.push(invalid(path, message).help("keep one of the two"));
    }
    found
}

/// <https://github.com/Azure/secrets-store-csi-driver-provider-azure/blob/master/pkg/provider/provider.go>, and
/// <https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers>
fn of_azure(path: &Path, object: &Mapping) -> Vec<Violation> {
    const TYPES: [&str; 3] = ["secret", "key", "cert"];
    let mut found = Vec::new();
    if let Some(name) = written(object, "objectName") {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !name.bytes().all(is_part) {
            let message = text!(
                "`{}` is `{}`, and a Key Vault has no such names",
                ObjectName(&path.key("objectName")),
                ObjectName(&name)
            );
            let help =
                "names in a Key Vault are of letters, digits and `-`; `objectAlias` names the file";
            found.push(invalid(&path.key("objectName"), message).help(help));
        }
    }
    match written(object, "objectType") {
        Some(kind) if !TYPES.contains(&kind) => {
            found.push(not_one_of(&path.key("objectType"), kind, &TYPES));
        }
        None if !is_filled_in(object, "objectType") => {
            let message = text!(
                "`objectType` is missing or empty in `{}`, so the azure provider refuses to mount",
                ObjectName(path)
            );
            found.push(invalid(path, message).help("add `objectType: secret`, `key` or `cert`"));
        }
        _ => {}
    }
    found
}

/// <https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access>
fn of_gcp(path: &Path, object: &Mapping) -> Vec<Violation> {
    let mut found = Vec::new();
    if let Some(name) = written(object, "resourceName") {
        let parts: Vec<&str> = name.split('/').collect();
        let is_version = matches!(
            parts.as_slice(),
            ["projects", _, "secrets", _, "versions", _]
                | ["projects", _, "locations", _, "secrets", _, "versions", _]
        );
        if !is_version || parts.iter().any(|part| part.is_empty()) {
            let message = text!(
                "`{}` names no version of a secret, so the gcp provider cannot read it",
                ObjectName(&path.key("resourceName"))
            );
            found.push(
                invalid(&path.key("resourceName"), message)
                    .help("write `projects/PROJECT/secrets/NAME/versions/latest`"),
            );
        }
    }
    let has_file = ["path", "fileName"]
        .iter()
        .any(|key| object.get(key).is_some());
    if !has_file {
        let message = text!(
            "`{}` names no file, so the gcp provider cannot write it",
            ObjectName(path)
        );
        found.push(invalid(path, message).help("add `path`"));
    }
    found
}

fn not_one_of(path: &Path, value: &str, known: &[&'static str]) -> Violation {
    let message = text!(
        "`{}` is `{}`, which the provider does not know, so it refuses to mount",
        ObjectName(path),
        ObjectName(&value)
    );
    let known_types = text!(
        "use one of {}",
        Text::names(known.iter().map(|known| format!("`{known}`")), ", ")
    );
    invalid(path, message).suggest_or(nearest(value, known.iter().copied()), known_types)
}

/// Names of which each may be taken once in one class.
#[derive(Debug, Default)]
pub(super) struct Taken(Vec<String>);

impl Taken {
    /// Takes the names of one object; those of AWS and Vault refuse a name that is taken.
    pub(super) fn take(&mut self, provider: &str, path: &Path, object: &Mapping) -> Vec<Violation> {
        let fields: &[&str] = match provider {
            "aws" => &["objectName", "objectAlias"],
            "vault" => &["objectName"],
            _ => return Vec::new(),
        };
        let own = fields
            .iter()
            .filter_map(|field| Some((path.key(*field), written(object, field)?)));
        let mut names: Vec<(Path, &str)> = own.collect();
        let parts = object.get("jmesPath").and_then(Node::as_sequence);
        let parts = parts.filter(|_| provider == "aws").unwrap_or_default();
        for (index, part) in parts.iter().enumerate() {
            let alias = part
                .as_mapping()
                .and_then(|part| written(part, "objectAlias"));
            let place = path.key("jmesPath").index(index).key("objectAlias");
            names.extend(alias.map(|alias| (place, alias)));
        }
        let mut found = Vec::new();
        for (place, name) in names {
            if self.0.iter().any(|taken| taken == name) {
                let message = text!(
                    "`{}` is `{}`, which another object of the list has, so the {} provider refuses to mount",
                    ObjectName(&place),
                    ObjectName(&name),
                    Name(&provider)
                );
                found.push(
                    invalid(&place, message)
                        .help("give each object a name and an alias of its own"),
                );
            } else {
                self.0.push(name.to_owned());
            }
        }
        found
    }
}
