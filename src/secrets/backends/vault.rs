//! `vault`: the Vault Secrets Operator.

use super::{Backend, Form, Setting};

pub(super) static BACKEND: Backend = Backend {
    key: "vault",
    name: "vault-secrets",
    title: "Vault Secrets Operator",
    summary: "HashiCorp's operator reads Vault's key-value engine and keeps one Secret per secret of the inventory up to date.",
    emits: "VaultConnection, VaultAuth, one VaultStaticSecret per secret",
    reference: "https://developer.hashicorp.com/vault/docs/deploy/kubernetes/vso/api-reference",
    template: "vault-secrets.yaml.j2",
    settings: &[
        Setting::new(
            "address",
            Form::Url,
            "https://vault.example.com:8200",
            "The address of the Vault server.",
        )
        .required()
        .locates(),
        Setting::new(
            "role",
            Form::Text,
            "spark-prod",
            "The role of Vault's Kubernetes login.",
        )
        .required()
        .isolates(),
        Setting::new(
            "mount",
            Form::Text,
            "kv",
            "Where the key-value engine is mounted.",
        )
        .or("secret"),
        Setting::new(
            "authMount",
            Form::Text,
            "kubernetes",
            "Where Vault's Kubernetes login is mounted.",
        )
        .or("kubernetes"),
        Setting::new(
            "type",
            Form::Choice(&["kv-v1", "kv-v2"]),
            "kv-v2",
            "The version of the key-value engine.",
        )
        .or("kv-v2"),
        Setting::new(
            "prefix",
            Form::Text,
            "spark/prod",
            "What the paths of the secrets begin with, below the mount.",
        )
        .isolates(),
        Setting::new(
            "namespace",
            Form::Text,
            "team-a",
            "The Vault namespace (Vault Enterprise).",
        )
        .locates(),
        Setting::new(
            "serviceAccount",
            Form::Name,
            "spark-connect",
            "The ServiceAccount that the operator logs in as.",
        )
        .or("default"),
        Setting::new(
            "audience",
            Form::Text,
            "vault",
            "The audience of the ServiceAccount's token, when the role asks for one.",
        ),
        Setting::new(
            "caCertSecretRef",
            Form::Name,
            "vault-ca",
            "A Secret with the certificate of the authority that signed the server's certificate, under `ca.crt`.",
        ),
        Setting::new(
            "tlsServerName",
            Form::Text,
            "vault.example.com",
            "The name in the server's certificate, when it is not the address.",
        ),
        Setting::new(
            "refreshAfter",
            Form::SimpleDuration,
            "1h",
            "How often the operator reads Vault.",
        )
        .or("1h"),
        Setting::new(
            "rolloutRestartTargets",
            Form::Workloads,
            "",
            "Workloads that are restarted when a secret changes.",
        ),
    ],
    alternatives: &[],
};
