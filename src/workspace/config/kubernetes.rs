//! `kubernetes:` of the configuration: the version of a cluster.

use std::borrow::Cow;

use envlint_helm::KubeVersion;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// A version of Kubernetes, as `helm template --kube-version` takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubernetesVersion(pub KubeVersion);

impl<'de> Deserialize<'de> for KubernetesVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let version = String::deserialize(deserializer)?.parse();
        version.map(KubernetesVersion).map_err(D::Error::custom)
    }
}

impl JsonSchema for KubernetesVersion {
    fn schema_name() -> Cow<'static, str> {
        "KubernetesVersion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": r"^v?[0-9]+\.[0-9]+",
            "description": "A version of Kubernetes, in quotes: `\"1.34\"`.",
        })
    }
}
