//! The Secrets that the Secrets Store CSI driver makes of a SecretProviderClass, as the driver and the API server refuse them.

use envlint_yaml::{Mapping, Node, Path};

use super::{Violation, invalid};
use crate::masking::{Name, ObjectName, text};

/// The keys that the API server asks of a type of Secret: of each group, one.
/// <https://kubernetes.io/docs/concepts/configuration/secret/#secret-types>
const ASKED: [(&str, &[&[&str]]); 6] = [
    ("kubernetes.io/tls", &[&["tls.crt"], &["tls.key"]]),
    ("kubernetes.io/dockerconfigjson", &[&[".dockerconfigjson"]]),
    ("kubernetes.io/dockercfg", &[&[".dockercfg"]]),
    ("kubernetes.io/ssh-auth", &[&["ssh-privatekey"]]),
    ("kubernetes.io/basic-auth", &[&["username", "password"]]),
    (
        "bootstrap.kubernetes.io/token",
        &[&["token-id"], &["token-secret"]],
    ),
];

/// What is wrong with the `secretObjects` of a SecretProviderClass.
/// <https://github.com/kubernetes-sigs/secrets-store-csi-driver/blob/main/pkg/util/secretutil/secret.go>
pub(super) fn check(object: &Node) -> Vec<Violation> {
    let path = Path::root().key("spec").key("secretObjects");
    let secrets = object.get(&path).and_then(Node::as_sequence);
    let secrets = secrets.unwrap_or_default().iter().enumerate();
    let secrets =
        secrets.filter_map(|(index, secret)| Some((path.index(index), secret.as_mapping()?)));
    secrets
        .flat_map(|(path, secret)| of_secret(&path, secret))
        .collect()
}

fn text_of<'n>(map: &'n Mapping, key: &str) -> Option<&'n str> {
    map.get(key)?.as_scalar().map(|scalar| scalar.text())
}

fn of_secret(path: &Path, secret: &Mapping) -> Vec<Violation> {
    let mut found = Vec::new();
    for field in ["secretName", "type"] {
        if text_of(secret, field).is_none_or(str::is_empty) {
            found.push(missing(path, field));
        }
    }
    let data = secret
        .get("data")
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    if data.is_empty() {
        found.push(missing(path, "data"));
        return found;
    }
    let data_path = path.key("data");
    let mut keys = Vec::new();
    for (index, item) in data.iter().enumerate() {
        let Some(item) = item.as_mapping() else {
            continue;
        };
        for field in ["objectName", "key"] {
            if text_of(item, field).is_none_or(str::is_empty) {
                found.push(missing(&data_path.index(index), field));
            }
        }
        keys.extend(text_of(item, "key").map(|key| (index, key)));
    }
    let kind = text_of(secret, "type").unwrap_or_default();
    found.extend(of_type(&data_path, kind, &keys));
    found
}

/// What a type asks of the keys. With other keys than its two, the driver does not take the parts of a certificate.
fn of_type(path: &Path, kind: &str, keys: &[(usize, &str)]) -> Vec<Violation> {
    let Some((_, asked)) = ASKED.iter().find(|(known, _)| *known == kind) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for group in *asked {
        if !keys.iter().any(|(_, key)| group.contains(key)) {
            let message = text!(
                "a Secret of the type `{}` has no key `{}`, so the API server refuses it",
                Name(&kind),
                Name(&group.join("` or `"))
            );
            found.push(
                invalid(path, message)
                    .help("give one of the `key`s this name, or leave the type `Opaque`"),
            );
        }
    }
    let is_other = |key: &str| !asked.iter().any(|group| group.contains(&key));
    for (index, key) in keys
        .iter()
        .filter(|(_, key)| kind == "kubernetes.io/tls" && is_other(key))
    {
        let message = text!(
            "the driver takes only `tls.crt` and `tls.key` for a Secret of the type `kubernetes.io/tls`, and not `{}`",
            ObjectName(key)
        );
        found.push(
            invalid(&path.index(*index).key("key"), message)
                .help("sync other keys to a Secret of their own"),
        );
    }
    found
}

fn missing(path: &Path, field: &str) -> Violation {
    let message = text!(
        "`{}` is missing or empty in `{}`, so the driver syncs no Secret",
        Name(&field),
        ObjectName(path)
    );
    invalid(path, message).help(text!("add `{}`", Name(&field)))
}
