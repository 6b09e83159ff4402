//! What the remote stores, and the cluster, can hold: names that no store takes are said before anything is rendered.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::app::declared;
use super::inventory::{Inventory, Key, Secret};
use super::{Mistake, MistakeSort, Selection};
use crate::masking::{Name, text};

/// A store's rule for names.
struct Store {
    /// What it is called in messages.
    name: &'static str,
    /// The names that it takes.
    pattern: &'static LazyLock<Regex>,
    /// The longest name.
    longest: usize,
    /// The rule in words.
    rule: &'static str,
    /// What joins prefix and name.
    separator: &'static str,
}

macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| {
            // The pattern is a constant that the tests use.
            Regex::new($pattern).unwrap_or_else(|error| unreachable!("{error}"))
        });
    };
}

pattern!(SECRETS_MANAGER, r"^[A-Za-z0-9/_+=.@-]+$");
pattern!(PARAMETER_STORE, r"^(/[A-Za-z0-9_.-]+)+$|^[A-Za-z0-9_.-]+$");
pattern!(KEY_VAULT, r"^[A-Za-z0-9-]+$");
pattern!(SECRET_MANAGER, r"^[A-Za-z0-9_-]+$");
pattern!(VAULT, r"^[^\s/?#%*]+(/[^\s/?#%*]+)*$");
pattern!(IBM, r"^([^/\s]+/)?[A-Za-z0-9_][A-Za-z0-9_.-]*$");
pattern!(
    CLUSTER_NAME,
    r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
);
pattern!(CLUSTER_KEY, r"^[-._a-zA-Z0-9]+$");

/// The store that a selection reads; none for sealed secrets, which are kept nowhere else.
fn store(selection: &Selection<'_>) -> Option<Store> {
    let provider = match selection.backend.key {
        "externalSecrets" => selection.value("provider")?,
        other => other,
    };
    Some(match provider {
        // https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
        "aws"
            if [Some("ssmparameter"), Some("ParameterStore")]
                .contains(&selection.value("objectType").or(selection.value("service"))) =>
        {
            Store {
                name: "the AWS Parameter Store",
                pattern: &PARAMETER_STORE,
                longest: 1011,
                rule: "letters, digits, `.`, `-` and `_`; a name with `/` must begin with `/`",
                separator: "/",
            }
        }
        // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
        "aws" => Store {
            name: "AWS Secrets Manager",
            pattern: &SECRETS_MANAGER,
            longest: 512,
            rule: "letters, digits and `/_+=.@-`",
            separator: "/",
        },
        // https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers
        "azure" => Store {
            name: "Azure Key Vault",
            pattern: &KEY_VAULT,
            longest: 127,
            rule: "letters, digits and `-`",
            separator: "-",
        },
        // https://cloud.google.com/secret-manager/docs/creating-and-accessing-secrets
        "gcp" => Store {
            name: "Google Secret Manager",
            pattern: &SECRET_MANAGER,
            longest: 255,
            rule: "letters, digits, `-` and `_`",
            separator: "-",
        },
        "vault" => Store {
            name: "Vault",
            pattern: &VAULT,
            longest: 1024,
            rule: "words joined by single `/`, without spaces and `?#%*`",
            separator: "/",
        },
        // https://cloud.ibm.com/apidocs/secrets-manager/secrets-manager-v2#create-secret
        "ibm" => Store {
            name: "IBM Cloud Secrets Manager",
            pattern: &IBM,
            longest: 256,
            rule: "letters, digits, `.`, `-` and `_`; the prefix is a secret group, without `/`",
            separator: "/",
        },
        _ => return None,
    })
}

/// The names of the remote secrets that one secret of the inventory comes from.
pub fn names(selection: &Selection<'_>, secret: &Secret) -> Vec<String> {
    let Some(store) = store(selection) else {
        return Vec::new();
    };
    let prefix = selection
        .value("prefix")
        .map(|prefix| prefix.strip_suffix('/').unwrap_or(prefix));
    let full = |name: &str| match prefix {
        Some(prefix) => format!("{prefix}{}{name}", store.separator),
        None => name.to_owned(),
    };
    if selection.backend.key == "azure" {
        let keys = secret.keys.iter();
        keys.map(|key| full(&key_vault_name(secret, key))).collect()
    } else if is_single_valued(selection) {
        let keys = secret.keys.iter();
        keys.map(|key| full(&format!("{}-{}", secret.name, key.name)))
            .collect()
    } else {
        vec![full(&secret.name)]
    }
}

/// Whether a remote secret has one value, so that every key is a remote secret of its own.
fn is_single_valued(selection: &Selection<'_>) -> bool {
    let type_of_secret = match selection.backend.key {
        "azure" => return true,
        "externalSecrets" if selection.value("provider") != Some("ibm") => return false,
        "externalSecrets" => selection.value("ibm.secretType"),
        _ => selection.value("secretType"),
    };
    matches!(type_of_secret, Some("arbitrary" | "iam_credentials"))
}

/// The name of a key's secret in Azure Key Vault, below the prefix: what the vault refuses of the cluster's names, `.` and
/// `_`, is `-` there.
pub(super) fn key_vault_name(secret: &Secret, key: &Key) -> String {
    let key = key.name.trim_start_matches('.');
    format!("{}-{key}", secret.name).replace(['.', '_'], "-")
}

/// Names that the store or the cluster cannot hold, each once, where it can be changed.
pub fn check(selection: &Selection<'_>, inventory: &Inventory) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for secret in &inventory.secrets {
        mistakes.extend(in_cluster(selection, inventory, secret));
        mistakes.extend(of_type(selection, inventory, secret));
        mistakes.extend(in_store(selection, inventory, secret));
        mistakes.extend(properties(selection, inventory, secret));
    }
    mistakes.extend(same_name(selection, inventory));
    // A prefix that no name can begin with is one mistake, not one per secret.
    let mut seen = Vec::new();
    mistakes.retain(|mistake: &Mistake| {
        let place = (
            mistake.location.source.path.clone(),
            mistake.location.span.start,
        );
        let is_first = !seen.contains(&place);
        seen.push(place);
        is_first
    });
    mistakes
}

fn in_cluster(selection: &Selection<'_>, inventory: &Inventory, secret: &Secret) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut say = |span, name: &str, what: &'static str, rule: &'static str| {
        let message = text!(
            "`{}` cannot be {}, because Kubernetes refuses it",
            Name(&name),
            what
        );
        let place = declared(inventory, span, selection);
        let mistake = Mistake::with(place, message, MistakeSort::Malformed)
            .at(selection.path(""))
            .help(text!("use {}", rule));
        mistakes.push(mistake);
    };
    if !CLUSTER_NAME.is_match(&secret.name) || secret.name.len() > 253 {
        say(
            secret.span,
            &secret.name,
            "the name of a Secret",
            "lower-case letters, digits, `-` and `.`, at most 253",
        );
    }
    for key in &secret.keys {
        if !CLUSTER_KEY.is_match(&key.name) || key.name.len() > 253 {
            say(
                key.span,
                &key.name,
                "a key of a Secret",
                "letters, digits, `-`, `_` and `.`, at most 253",
            );
        }
    }
    mistakes
}

/// The keys that a Secret of its type has to have, and those that it cannot have.
fn of_type(selection: &Selection<'_>, inventory: &Inventory, secret: &Secret) -> Option<Mistake> {
    let has_all = |keys: &&[&str]| keys.iter().all(|key| secret.key(key).is_some());
    let needed = secret.needed_keys();
    let place = |span| declared(inventory, span, selection);
    let kind = secret.secret_type();
    if !needed.is_empty() && !needed.iter().any(has_all) {
        let lists: Vec<String> = needed.iter().map(|keys| keys.join("` and `")).collect();
        let message = text!(
            "the secret `{}` is of type `{}`, but lacks the keys that Kubernetes requires for it",
            Name(&secret.name),
            Name(&kind)
        );
        let help = text!(
            "add `{}` to its keys, or use the type `Opaque`",
            Name(&lists.join("` or `"))
        );
        let mistake = Mistake::with(place(secret.type_span()), message, MistakeSort::Malformed);
        return Some(mistake.at(selection.path("")).help(help));
    }
    let is_driver = ["aws", "azure", "gcp"].contains(&selection.backend.key);
    let needed: Vec<&str> = needed.concat();
    let other = secret
        .keys
        .iter()
        .find(|key| !needed.contains(&key.name.as_str()))
        .filter(|_| is_driver && kind == "kubernetes.io/tls")?;
    let message = text!(
        "the secret `{}` is of type `kubernetes.io/tls` and has the key `{}`, so the Secrets Store CSI driver creates no Secret",
        Name(&secret.name),
        Name(&other.name)
    );
    let mistake = Mistake::with(place(other.span), message, MistakeSort::Malformed);
    Some(mistake.at(selection.path("")).help(text!(
        "use the type `Opaque`, or move `{}` to a secret of its own",
        Name(&other.name)
    )))
}

/// Two keys that the key vault would keep under one name.
fn same_name(selection: &Selection<'_>, inventory: &Inventory) -> Vec<Mistake> {
    if selection.backend.key != "azure" {
        return Vec::new();
    }
    let mut taken: BTreeMap<String, (&Secret, &Key)> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for secret in &inventory.secrets {
        for key in &secret.keys {
            let name = key_vault_name(secret, key);
            let Some((other, first)) = taken.get(&name).copied() else {
                taken.insert(name, (secret, key));
                continue;
            };
            let message = text!(
                "the key `{}` of the secret `{}` is called `{}` in Azure Key Vault, as is the key `{}` of `{}`",
                Name(&key.name),
                Name(&secret.name),
                Name(&name),
                Name(&first.name),
                Name(&other.name)
            );
            let place = declared(inventory, key.span, selection);
            let mistake = Mistake::with(place, message, MistakeSort::Malformed);
            mistakes.push(
                mistake
                    .at(selection.path(""))
                    .help("rename one of the two; the vault has `-` where a name has `.` or `_`"),
            );
        }
    }
    mistakes
}

fn in_store(selection: &Selection<'_>, inventory: &Inventory, secret: &Secret) -> Option<Mistake> {
    let store = store(selection)?;
    let fits = |name: &str| name.len() <= store.longest && store.pattern.is_match(name);
    let name = names(selection, secret)
        .into_iter()
        .find(|name| !fits(name))?;
    let prefix = selection.given.get("prefix");
    // Where the name is fine by itself, the prefix is what has to change.
    let (path, location) = match prefix {
        Some(prefix)
            if !fits(&prefix.text.trim_matches('/').replace('/', store.separator))
                || name.len() > store.longest
                || fits(&secret.name) && !is_single_valued(selection) =>
        {
            (selection.path("prefix"), prefix.tree.location())
        }
        _ => (
            selection.path(""),
            declared(inventory, secret.span, selection),
        ),
    };
    let message = text!(
        "{} cannot hold a secret named `{}`",
        store.name,
        Name(&name)
    );
    let help = text!("use {}, at most {} characters", store.rule, store.longest);
    let mistake = Mistake::with(location, message, MistakeSort::Malformed);
    Some(mistake.at(path).help(help))
}

/// The properties that an IBM secret of a fixed shape has
/// (<https://external-secrets.io/latest/provider/ibm-secrets-manager/#secret-types>).
fn properties(
    selection: &Selection<'_>,
    inventory: &Inventory,
    secret: &Secret,
) -> Option<Mistake> {
    let type_of_secret = match selection.backend.key {
        "ibm" => selection.value("secretType")?,
        "externalSecrets" if selection.value("provider") == Some("ibm") => {
            selection.value("ibm.secretType")?
        }
        _ => return None,
    };
    let known: &[&str] = match type_of_secret {
        "username_password" => &["username", "password"],
        "imported_cert" | "public_cert" | "private_cert" => {
            &["certificate", "private_key", "intermediate"]
        }
        _ => return None,
    };
    let key = secret
        .keys
        .iter()
        .find(|key| !known.contains(&key.property.as_str()))?;
    let message = text!(
        "a secret of type `{}` has no property `{}`",
        Name(&type_of_secret),
        Name(&key.property)
    );
    let place = declared(inventory, key.span, selection);
    let mistake = Mistake::with(place, message, MistakeSort::Malformed);
    Some(
        mistake
            .at(selection.path(""))
            .help(text!("use one of {}", Name(&known.join(", ")))),
    )
}
