//! `externalSecrets`: the External Secrets Operator, with five providers.

use super::{Alternative, Backend, Case, Form, Setting};

const AWS: &[&str] = &["aws"];
const GCP: &[&str] = &["gcp"];
const AZURE: &[&str] = &["azure"];
const IBM: &[&str] = &["ibm"];
const VAULT: &[&str] = &["vault"];
const PROVIDER: &str = "provider";
const STORE: &str = "storeRef.name";

pub(super) static BACKEND: Backend = Backend {
    key: "externalSecrets",
    name: "external-secrets",
    title: "External Secrets Operator",
    summary: "The operator reads the remote store and keeps one Secret per secret of the inventory up to date.",
    emits: "SecretStore, one ExternalSecret per secret, ServiceAccount",
    reference: "https://external-secrets.io/latest/api/externalsecret/",
    template: "external-secrets.yaml.j2",
    settings: &[
        Setting::new(PROVIDER, Form::Choice(&["aws", "gcp", "azure", "ibm", "vault"]), "aws", "The store that the secrets are kept in.")
            .or("aws"),
        Setting::new(STORE, Form::Name, "shared-store", "An existing store that is used instead of one of the app's own."),
        Setting::new("storeRef.kind", Form::Choice(&["SecretStore", "ClusterSecretStore"]), "ClusterSecretStore", "The kind of the existing store.")
            .or("SecretStore"),
        Setting::new("prefix", Form::Text, "spark/prod", "The beginning of the remote secrets' names; for IBM, the secret group.")
            .isolates(),
        Setting::new("refreshInterval", Form::Duration, "1h", "How often the operator reads the store.").or("1h"),
        Setting::new("serviceAccount", Form::Name, "spark-secrets", "The ServiceAccount that the operator logs in as. Default: the release's name and `-secrets`, written where the settings give it an identity."),
        Setting::new("region", Form::Text, "eu-central-1", "The AWS region.")
            .required_unless(STORE).when(PROVIDER, AWS).locates(),
        Setting::new("service", Form::Choice(&["SecretsManager", "ParameterStore"]), "SecretsManager", "The AWS service.")
            .or("SecretsManager").when(PROVIDER, AWS),
        Setting::new("roleArn", Form::Arn, "arn:aws:iam::111111111111:role/spark-prod", "The IAM role of the ServiceAccount (IRSA).")
            .when(PROVIDER, AWS).isolates(),
        Setting::new("accessKeySecretRef", Form::Name, "aws-access-key", "A Secret with a static access key, under the keys `access-key-id` and `secret-access-key`.")
            .when(PROVIDER, AWS).long_lived("`roleArn`, the role of a ServiceAccount"),
        Setting::new("gcp.project", Form::Text, "example-prod", "The Google Cloud project.")
            .required_unless(STORE).when(PROVIDER, GCP).locates(),
        Setting::new("gcp.serviceAccount", Form::Text, "spark@example-prod.iam.gserviceaccount.com", "The Google service account that the ServiceAccount acts as (workload identity).")
            .when(PROVIDER, GCP).isolates(),
        Setting::new("gcp.clusterName", Form::Text, "prod", "The GKE cluster, when the operator runs in another one.").when(PROVIDER, GCP),
        Setting::new("gcp.clusterLocation", Form::Text, "europe-west3", "The GKE cluster's location, when the operator runs in another one.").when(PROVIDER, GCP),
        Setting::new("gcp.keySecretRef", Form::SecretRef("key.json"), "gcp-key", "A Secret with a static key of a Google service account.")
            .when(PROVIDER, GCP).long_lived("`gcp.serviceAccount`, workload identity"),
        Setting::new("azure.keyvaultName", Form::Text, "kv-spark-prod", "The key vault.")
            .required_unless(STORE).when(PROVIDER, AZURE).locates(),
        Setting::new("azure.tenantId", Form::Text, "00000000-0000-0000-0000-000000000001", "The tenant of the key vault.")
            .required_unless(STORE).when(PROVIDER, AZURE),
        Setting::new("azure.clientId", Form::Text, "00000000-0000-0000-0000-000000000002", "The client that the ServiceAccount acts as (workload identity). Without it, the virtual machines' managed identity is used.")
            .when(PROVIDER, AZURE).isolates(),
        Setting::new("azure.identityId", Form::Text, "00000000-0000-0000-0000-000000000003", "The user-assigned managed identity, where the virtual machines have several.")
            .when(PROVIDER, AZURE),
        Setting::new("ibm.serviceUrl", Form::Url, "https://11111111-2222-3333-4444-555555555555.eu-de.secrets-manager.appdomain.cloud", "The address of the Secrets Manager instance.")
            .required_unless(STORE).when(PROVIDER, IBM).locates(),
        Setting::new("ibm.auth.trustedProfile", Form::Text, "spark-prod", "The trusted profile that the operator's pods log in as.")
            .when(PROVIDER, IBM).isolates(),
        Setting::new("ibm.auth.apiKeySecretRef", Form::SecretRef("apiKey"), "ibm-api-key", "A Secret with an API key.")
            .when(PROVIDER, IBM).long_lived("`ibm.auth.trustedProfile`, a trusted profile"),
        Setting::new("ibm.secretType", Form::Choice(super::ibm::SECRET_TYPES), "kv", "The type of the remote secrets.")
            .or("kv").when(PROVIDER, IBM),
        Setting::new("vault.address", Form::Url, "https://vault.example.com:8200", "The address of the Vault server.")
            .required_unless(STORE).when(PROVIDER, VAULT).locates(),
        Setting::new("vault.role", Form::Text, "spark-prod", "The role of Vault's Kubernetes login.")
            .required_unless(STORE).when(PROVIDER, VAULT).isolates(),
        Setting::new("vault.mount", Form::Text, "secret", "Where the key-value engine is mounted.")
            .or("secret").when(PROVIDER, VAULT),
        Setting::new("vault.authMount", Form::Text, "kubernetes", "Where Vault's Kubernetes login is mounted.")
            .or("kubernetes").when(PROVIDER, VAULT),
        Setting::new("vault.type", Form::Choice(&["kv-v1", "kv-v2"]), "kv-v2", "The version of the key-value engine.")
            .or("kv-v2").when(PROVIDER, VAULT),
        Setting::new("vault.namespace", Form::Text, "team-a", "The Vault namespace (Vault Enterprise).")
            .when(PROVIDER, VAULT).locates(),
        Setting::new("vault.caCertSecretRef", Form::SecretRef("ca.crt"), "vault-ca", "A Secret with the certificate of the authority that signed the server's certificate.")
            .when(PROVIDER, VAULT),
    ],
    alternatives: &[Alternative {
        settings: &[STORE, "ibm.auth.trustedProfile", "ibm.auth.apiKeySecretRef"],
        case: Some(Case { setting: PROVIDER, values: IBM }),
        decides: "how the operator logs in to IBM Cloud",
    }],
};
