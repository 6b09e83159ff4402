//! `azure`: the Secrets Store CSI driver with the Azure Key Vault provider.

use super::{Alternative, Backend, Form, Setting};

pub(super) static BACKEND: Backend = Backend {
    key: "azure",
    name: "azure-secrets",
    title: "Secrets Store CSI driver, Azure Key Vault",
    summary: "The driver reads the key vault when a pod mounts the volume, and syncs one Secret per secret of the inventory.",
    emits: "SecretProviderClass (provider azure), ServiceAccount",
    reference: "https://azure.github.io/secrets-store-csi-driver-provider-azure/docs/getting-started/usage/",
    template: "azure-secrets.yaml.j2",
    settings: &[
        Setting::new(
            "keyvaultName",
            Form::Text,
            "kv-spark-prod",
            "The key vault.",
        )
        .required()
        .locates(),
        Setting::new(
            "tenantId",
            Form::Text,
            "00000000-0000-0000-0000-000000000001",
            "The tenant of the key vault.",
        )
        .required(),
        Setting::new(
            "clientId",
            Form::Text,
            "00000000-0000-0000-0000-000000000002",
            "The client that the pods' ServiceAccount acts as (workload identity).",
        )
        .isolates(),
        Setting::new(
            "useVMManagedIdentity",
            Form::Flag,
            "true",
            "Whether the virtual machines' managed identity is used.",
        ),
        Setting::new(
            "userAssignedIdentityID",
            Form::Text,
            "00000000-0000-0000-0000-000000000003",
            "The managed identity's client, where the virtual machines have several.",
        )
        .isolates(),
        Setting::new(
            "serviceAccount",
            Form::Name,
            "spark-connect",
            "The ServiceAccount that carries the client. Default: the release's name and `-secrets`.",
        ),
        Setting::new(
            "prefix",
            Form::Text,
            "spark-prod",
            "What the names of the remote secrets begin with.",
        )
        .isolates(),
        Setting::new(
            "cloudName",
            Form::Choice(&[
                "AzurePublicCloud",
                "AzureUSGovernmentCloud",
                "AzureChinaCloud",
                "AzureGermanCloud",
            ]),
            "AzurePublicCloud",
            "The Azure cloud, when it is not the public one.",
        ),
    ],
    alternatives: &[Alternative {
        settings: &["clientId", "useVMManagedIdentity"],
        case: None,
        decides: "how the pods log in to the key vault",
    }],
};
