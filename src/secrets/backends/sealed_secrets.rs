//! `sealedSecrets`: Bitnami's Sealed Secrets.

use super::{Backend, Form, Setting};

pub(super) static BACKEND: Backend = Backend {
    key: "sealedSecrets",
    name: "sealed-secrets",
    title: "Sealed Secrets",
    summary: "The secrets lie encrypted in the values file; only the controller in the cluster can decrypt them.",
    emits: "one SealedSecret per secret",
    reference: "https://github.com/bitnami-labs/sealed-secrets#usage",
    template: "sealed-secrets.yaml.j2",
    settings: &[
        Setting::new("scope", Form::Choice(&["strict", "namespace-wide", "cluster-wide"]), "strict", "What a sealed value is bound to: name and namespace, the namespace, or nothing but the cluster.")
            .or("strict"),
        Setting::new("encryptedData", Form::Ciphertexts, "", "The sealed values, by secret and key; `envlint seal` writes them.")
            .required().isolates(),
    ],
    alternatives: &[],
};
