//! `ibm`: the External Secrets Operator with IBM Cloud Secrets Manager.

use super::{Alternative, Backend, Form, Setting};

/// The types of secrets that the provider reads
/// (<https://external-secrets.io/latest/provider/ibm-secrets-manager/#secret-types>).
pub(super) const SECRET_TYPES: &[&str] = &[
    "arbitrary",
    "kv",
    "username_password",
    "iam_credentials",
    "imported_cert",
    "public_cert",
    "private_cert",
];

pub(super) static BACKEND: Backend = Backend {
    key: "ibm",
    name: "ibm-secrets",
    title: "IBM Cloud Secrets Manager",
    summary: "The External Secrets Operator reads IBM Cloud Secrets Manager and keeps one Secret per secret of the inventory up to date.",
    emits: "SecretStore, one ExternalSecret per secret",
    reference: "https://external-secrets.io/latest/provider/ibm-secrets-manager/",
    template: "ibm-secrets.yaml.j2",
    settings: &[
        Setting::new(
            "serviceUrl",
            Form::Url,
            "https://11111111-2222-3333-4444-555555555555.eu-de.secrets-manager.appdomain.cloud",
            "The address of the Secrets Manager instance.",
        )
        .required()
        .locates(),
        Setting::new(
            "auth.trustedProfile",
            Form::Text,
            "spark-prod",
            "The trusted profile that the operator's pods log in as.",
        )
        .isolates(),
        Setting::new(
            "auth.apiKeySecretRef",
            Form::SecretRef("apiKey"),
            "ibm-api-key",
            "A Secret with an API key.",
        )
        .long_lived("`auth.trustedProfile`, a trusted profile"),
        Setting::new(
            "secretType",
            Form::Choice(SECRET_TYPES),
            "kv",
            "The type of the remote secrets.",
        )
        .or("kv"),
        Setting::new(
            "prefix",
            Form::Text,
            "spark-prod",
            "The secret group of the remote secrets.",
        )
        .isolates(),
        Setting::new(
            "refreshInterval",
            Form::Duration,
            "1h",
            "How often the operator reads the store.",
        )
        .or("1h"),
    ],
    alternatives: &[Alternative {
        settings: &["auth.trustedProfile", "auth.apiKeySecretRef"],
        case: None,
        decides: "how the operator logs in to IBM Cloud",
    }],
};
