//! `gcp`: the Secrets Store CSI driver with the Google Secret Manager provider.

use super::{Backend, Form, Setting};

pub(super) static BACKEND: Backend = Backend {
    key: "gcp",
    name: "gcp-secrets",
    title: "Secrets Store CSI driver, Google Secret Manager",
    summary: "The driver reads Secret Manager when a pod mounts the volume, and syncs one Secret per secret of the inventory.",
    emits: "SecretProviderClass (provider gcp), ServiceAccount",
    reference: "https://github.com/GoogleCloudPlatform/secrets-store-csi-driver-provider-gcp#usage",
    template: "gcp-secrets.yaml.j2",
    settings: &[
        Setting::new("project", Form::Text, "example-prod", "The Google Cloud project, by name or number.").required().locates(),
        Setting::new("prefix", Form::Text, "spark-prod", "What the names of the remote secrets begin with.").isolates(),
        Setting::new("version", Form::Version, "latest", "The version of the remote secrets.").or("latest"),
        Setting::new("serviceAccount", Form::Text, "spark@example-prod.iam.gserviceaccount.com", "The Google service account that the ServiceAccount acts as (workload identity); its name alone says that the pods' own ServiceAccount has access.").isolates(),
    ],
    alternatives: &[],
};
