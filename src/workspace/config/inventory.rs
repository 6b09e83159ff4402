//! The inventory: the secrets that apps need, by name and key.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use envlint_yaml::Spanned;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::Ordered;
use crate::masking::{Name, text};
use crate::source::{Location, Problem, Source, nearest};

/// The secrets an app needs, by their names in the cluster.
pub type Inventory = Ordered<SecretConfig>;

/// One secret: its keys, and the type that Kubernetes knows it by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SecretConfig {
    /// `type` with a text. Default: what the keys tell.
    pub secret_type: Option<Spanned<String>>,
    /// The keys, and where the remote store keeps each.
    pub keys: Ordered<Option<SecretKey>>,
}

/// Where the remote store keeps one key of a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SecretKey {
    /// The property of the remote secret that holds the key. Default: the key's own name.
    pub property: Option<String>,
}

/// The key that names the type when text follows it; with a map, or with nothing, it is a key of the secret.
const TYPE: &str = "type";

/// The types that Kubernetes knows and that a backend can make
/// (<https://kubernetes.io/docs/concepts/configuration/secret/#secret-types>).
const KNOWN: [&str; 7] = [
    "Opaque",
    "kubernetes.io/tls",
    "kubernetes.io/dockerconfigjson",
    "kubernetes.io/dockercfg",
    "kubernetes.io/basic-auth",
    "kubernetes.io/ssh-auth",
    "bootstrap.kubernetes.io/token",
];

/// Types that no Secret can have, each where the configuration names it.
pub(super) fn problems<'c>(
    inventories: impl Iterator<Item = &'c Inventory>,
    source: &Arc<Source>,
) -> Vec<Problem> {
    inventories
        .flat_map(Ordered::iter)
        .filter_map(|(_, secret)| secret.secret_type.as_ref())
        .filter(|given| !is_type(given))
        .map(|given| {
            let message = text!("there is no type of Secrets named `{}`", Name(&given.value));
            Problem::located(Location::new(source, given.span), message).suggest_or(
                near(given),
                "use a type of Kubernetes, such as `kubernetes.io/tls`, or one of your own with a domain: `example.com/token`",
            )
        })
        .collect()
}

/// Whether Secrets of this type can be: one that Kubernetes knows, or one of somebody else's domain.
fn is_type(name: &str) -> bool {
    let is_plain = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "-._".contains(letter))
    };
    KNOWN.contains(&name)
        || name.split_once('/').is_some_and(|(domain, rest)| {
            domain.contains('.')
                && is_plain(domain)
                && is_plain(rest)
                && domain != "kubernetes.io"
                && !domain.ends_with(".kubernetes.io")
        })
}

/// The known type that was meant; people write it without its domain.
fn near(name: &str) -> Option<&'static str> {
    fn short(known: &str) -> &str {
        known.rsplit('/').next().unwrap_or(known)
    }
    let begun = |known: &&str| name.len() > 2 && short(known).starts_with(name);
    let begun = KNOWN.into_iter().find(begun);
    begun.or_else(|| nearest(name, KNOWN)).or_else(|| {
        let word = nearest(name, KNOWN.map(short))?;
        KNOWN.into_iter().find(|known| short(known) == word)
    })
}

/// What may follow `type`.
enum TypeOrKey {
    Type(String),
    Key(Option<SecretKey>),
}

impl<'de> Deserialize<'de> for TypeOrKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = TypeOrKey;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the type of the Secret, or a map as for any other key")
            }

            fn visit_str<E>(self, text: &str) -> Result<TypeOrKey, E> {
                Ok(TypeOrKey::Type(text.to_owned()))
            }

            fn visit_unit<E>(self) -> Result<TypeOrKey, E> {
                Ok(TypeOrKey::Key(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TypeOrKey, A::Error> {
                let key = SecretKey::deserialize(MapAccessDeserializer::new(map))?;
                Ok(TypeOrKey::Key(Some(key)))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for SecretConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = SecretConfig;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_unit<E>(self) -> Result<SecretConfig, E> {
                Ok(SecretConfig::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SecretConfig, A::Error> {
                let mut secret = SecretConfig::default();
                while let Some(key) = map.next_key::<Spanned<String>>()? {
                    if key.value != TYPE {
                        secret.keys.push(key, map.next_value()?);
                        continue;
                    }
                    let given: Spanned<TypeOrKey> = map.next_value()?;
                    match given.value {
                        TypeOrKey::Type(name) => {
                            secret.secret_type = Some(Spanned::new(name, given.span));
                        }
                        TypeOrKey::Key(value) => secret.keys.push(key, value),
                    }
                }
                Ok(secret)
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

impl JsonSchema for SecretConfig {
    fn schema_name() -> Cow<'static, str> {
        "SecretConfig".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let key = generator.subschema_for::<Option<SecretKey>>();
        schemars::json_schema!({
            "description": "The keys of one secret, and where the remote store keeps each.",
            "type": ["object", "null"],
            "properties": {
                TYPE: {
                    "description": "The type of the Secret. Default: what the keys tell, else Opaque. With a map, it is a key named `type`.",
                    "anyOf": [{"type": "string", "examples": KNOWN}, key],
                },
            },
            "additionalProperties": key,
        })
    }
}
