//! What the Secrets Store CSI driver and its providers refuse in a SecretProviderClass.

use crate::support::{Sandbox, shown};

/// What is said of a class: the path and the message.
fn said(spec: &str) -> Vec<String> {
    let text = format!(
        "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {{name: a}}\nspec:\n{spec}"
    );
    let outcome = Sandbox::with(&[("deploy/class.yaml", &text)]).check();
    let found = outcome.findings.iter();
    let found = found.filter(|finding| finding.rule == "secrets/invalid-object");
    found
        .map(|finding| {
            let path = finding.path.as_ref().map(ToString::to_string);
            format!("{} {}", path.unwrap_or_default(), shown(&finding.message))
        })
        .collect()
}

fn aws(objects: &str) -> String {
    let objects = objects.lines().map(|line| format!("      {line}\n"));
    let objects: String = objects.collect();
    format!("  provider: aws\n  parameters:\n    objects: |\n{objects}")
}

fn azure(parameters: &str, object: &str) -> String {
    format!(
        "  provider: azure\n  parameters:\n{parameters}    objects: |\n      array:\n        - |\n          {object}\n"
    )
}

const AZURE: &str = "    keyvaultName: shop\n    tenantId: 00000000-0000-0000-0000-000000000001\n";

#[test]
fn a_class_that_works_is_left_alone() {
    let synced = "  secretObjects:\n    - {secretName: tls, type: kubernetes.io/tls, data: [{objectName: db, key: tls.crt}, {objectName: db, key: tls.key}]}\n    - {secretName: user, type: kubernetes.io/basic-auth, data: [{objectName: db, key: password}]}\n";
    let whole = aws(
        "- {objectName: shop/db, objectType: secretsmanager, objectAlias: db}\n- objectName: arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/mail\n  jmesPath:\n    - {path: a, objectAlias: mail}\n- {objectName: \"${NAME}\"}",
    ) + synced;
    for spec in [
        &*whole,
        &azure(AZURE, "{objectName: db-password, objectType: secret}"),
        "  provider: gcp\n  parameters:\n    secrets: |\n      - {resourceName: projects/a/secrets/b/versions/latest, path: b}\n      - {resourceName: projects/a/locations/eu/secrets/b/versions/1, fileName: c}\n",
        "  provider: vault\n  parameters:\n    roleName: shop\n    objects: |\n      - {objectName: a, secretPath: kv/data/shop, secretKey: a}\n",
        "  provider: barbican\n",
    ] {
        assert_eq!(said(spec), [""; 0], "{spec}");
    }
}

#[test]
fn what_providers_refuse_is_said_at_its_place() {
    for (spec, expected) in [
        (
            aws("- {objectName: a, objectType: secretsmanager, objectAlias: x}\n- {objectName: b, objectType: secretsmanager, objectAlias: x}"),
            "spec.parameters.objects[1].objectAlias `spec.parameters.objects[1].objectAlias` is `x`, which another object of the list has, so the aws provider refuses to mount",
        ),
        (
            aws("- objectName: a\n  objectType: secretsmanager\n  jmesPath: [{path: u, objectAlias: x}, {path: p, objectAlias: x}]"),
            "spec.parameters.objects[0].jmesPath[1].objectAlias `spec.parameters.objects[0].jmesPath[1].objectAlias` is `x`, which another object of the list has, so the aws provider refuses to mount",
        ),
        (
            aws("- {objectName: a}"),
            "spec.parameters.objects[0] `objectType` is missing in `spec.parameters.objects[0]`, and `objectName` is no ARN that tells it, so the aws provider refuses to mount",
        ),
        (
            aws("- {objectName: a, objectType: secrets}"),
            "spec.parameters.objects[0].objectType `spec.parameters.objects[0].objectType` is `secrets`, which the provider does not know, so it refuses to mount",
        ),
        (
            azure("    keyvaultName: shop\n", "{objectName: a, objectType: secret}"),
            "spec.parameters `tenantId` is missing or empty in `spec.parameters`, so the azure provider refuses to mount",
        ),
        (
            azure(AZURE, "{objectName: a/b, objectType: secret}"),
            "spec.parameters.objects.array[0].objectName `spec.parameters.objects.array[0].objectName` is `a/b`, and a Key Vault has no such names",
        ),
        (
            "  provider: gcp\n  parameters:\n    secrets: |\n      - {resourceName: projects/a/secrets/b, path: b}\n".to_owned(),
            "spec.parameters.secrets[0].resourceName `spec.parameters.secrets[0].resourceName` names no version of a secret, so the gcp provider cannot read it",
        ),
        (
            "  provider: vault\n  parameters:\n    objects: |\n      - {objectName: a, secretPath: b}\n      - {objectName: a, secretPath: c}\n".to_owned(),
            "spec.parameters.objects[1].objectName `spec.parameters.objects[1].objectName` is `a`, which another object of the list has, so the vault provider refuses to mount",
        ),
        (
            "  provider: awss\n".to_owned(),
            "spec.provider the driver finds no provider `awss`, so no pod with this volume starts",
        ),
    ] {
        assert_eq!(said(&spec), [expected], "{spec}");
    }
}

#[test]
fn what_the_driver_cannot_sync_is_said_at_its_place() {
    let listed = aws("- {objectName: a, objectType: secretsmanager}");
    for (secret, expected) in [
        (
            "{secretName: s, data: [{objectName: a, key: k}]}",
            "spec.secretObjects[0] `type` is missing or empty in `spec.secretObjects[0]`, so the driver syncs no Secret",
        ),
        (
            "{secretName: s, type: Opaque, data: [{objectName: a}]}",
            "spec.secretObjects[0].data[0] `key` is missing or empty in `spec.secretObjects[0].data[0]`, so the driver syncs no Secret",
        ),
        (
            "{secretName: s, type: kubernetes.io/dockerconfigjson, data: [{objectName: a, key: config}]}",
            "spec.secretObjects[0].data a Secret of the type `kubernetes.io/dockerconfigjson` has no key `.dockerconfigjson`, so the API server refuses it",
        ),
        (
            "{secretName: s, type: kubernetes.io/tls, data: [{objectName: a, key: tls.crt}, {objectName: a, key: tls.key}, {objectName: a, key: ca.crt}]}",
            "spec.secretObjects[0].data[2].key the driver takes only `tls.crt` and `tls.key` for a Secret of the type `kubernetes.io/tls`, and not `ca.crt`",
        ),
    ] {
        let spec = format!("{listed}  secretObjects:\n    - {secret}\n");
        assert_eq!(said(&spec), [expected], "{spec}");
    }
}
