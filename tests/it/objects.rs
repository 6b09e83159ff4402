//! The schemas of the backends' objects, held to the published definitions where those are at hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::shown;
use envlint::manifests::objects::{self, Definition, Violation, ViolationSort};
use envlint_yaml::Document;
use serde_json::Value;

use crate::secrets::{cases, rendered};

/// The folder of the published definitions: `shared/crds` in a folder above this repository, or ENVLINT_CRDS.
fn published() -> Option<PathBuf> {
    let named = std::env::var_os("ENVLINT_CRDS").map(PathBuf::from);
    let above = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/crds"));
    named
        .into_iter()
        .chain(above)
        .find(|folder| folder.is_dir())
}

fn definitions(folder: &Path) -> Vec<Definition> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the definitions")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| {
            let document = Document::parse(fs::read_to_string(file).expect("a definition"));
            assert!(document.errors().is_empty(), "{}", file.display());
            let values: Vec<Value> = document
                .documents()
                .iter()
                .map(|node| serde_json::to_value(node.to_value()).expect("JSON"))
                .collect();
            values
                .iter()
                .filter_map(Definition::of_crd)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// `schemas/objects` is made of the published definitions; SecretStore and ClusterSecretStore are one form. Those of Argo CD
/// (`manifests/crds`) and of Flux's controllers (`config/crd/bases`) are recorded from a folder that ENVLINT_CRDS names.
#[test]
fn the_schemas_are_the_published_ones_reduced() {
    let Some(folder) = published() else {
        eprintln!("no published definitions: nothing is compared");
        return;
    };
    let mut reduced: BTreeMap<String, Definition> = BTreeMap::new();
    for definition in definitions(&folder) {
        let kind = definition.kinds[0].trim_start_matches("Cluster").to_owned();
        match reduced.get_mut(&kind) {
            None => drop(reduced.insert(kind, definition)),
            Some(known) => {
                assert_eq!(json(&known.versions), json(&definition.versions), "{kind}");
                known.kinds.extend(definition.kinds);
            }
        }
    }
    for (kind, definition) in &reduced {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("schemas/objects/{}.json", kind.to_lowercase()));
        let current = serde_json::to_string(definition).expect("JSON") + "\n";
        if std::env::var_os("ENVLINT_RECORD").is_some() {
            fs::write(&path, &current).expect("a schema");
        }
        assert!(
            fs::read_to_string(&path).expect("a schema") == current,
            "{} is stale: run the tests with ENVLINT_RECORD=1",
            path.display()
        );
    }
}

fn steps() -> envlint_budget::Budget {
    envlint_budget::Budget::new(u64::MAX)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("JSON")
}

/// What can be compared of violations.
fn said(violations: Vec<Violation>) -> Vec<(ViolationSort, String, Option<String>)> {
    let violations = violations.into_iter();
    violations
        .map(|violation| {
            let advice = violation.advice();
            (
                violation.own,
                shown(&violation.message),
                advice.as_ref().map(shown),
            )
        })
        .collect()
}

fn place(violation: &Violation) -> String {
    violation.path.clone().unwrap_or_default().to_string()
}

/// Every object of every case, as the file that `rendered` prints.
#[test]
fn what_is_rendered_is_valid() {
    for (name, values) in cases() {
        let document = Document::parse(rendered(&values));
        assert!(
            document.errors().is_empty(),
            "{name}: {:?}",
            document.errors()
        );
        for object in document.documents() {
            assert_eq!(
                said(objects::check(object, &[], &steps())),
                Vec::new(),
                "{name}"
            );
        }
    }
}

/// Our schemas and the published definitions say the same of every case and of its mutations: a misspelt field, a field
/// of another type, a field that is missing.
#[test]
fn our_schemas_agree_with_the_published_definitions() {
    let Some(folder) = published() else {
        eprintln!("no published definitions: nothing is compared");
        return;
    };
    let published = definitions(&folder);
    let mut compared = 0;
    for (name, values) in cases() {
        let text = rendered(&values);
        let mutations = [
            text.clone(),
            text.replace("spec:", "spec:\n  colour: red"),
            text.replace("  name:", "  nmae:"),
            text.replace("address:", "adress:")
                .replace("provider:", "providr:"),
            text.replace("create: true", "create: \"true\"")
                .replace("encryptedData:", "encrypted:"),
            text.replace("service: \"SecretsManager\"", "service: \"Secrets\"")
                .replace("kind: \"SecretStore\"", "kind: \"Store\""),
            text.replace(
                "apiVersion: external-secrets.io/v1",
                "apiVersion: external-secrets.io/v2",
            ),
        ];
        for mutated in mutations {
            let document = Document::parse(mutated);
            for object in document.documents() {
                assert_eq!(
                    said(objects::check(object, &[], &steps())),
                    said(objects::check(object, &published, &steps())),
                    "{name}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 500, "{compared}");
}

#[test]
fn objects_that_the_api_server_refuses() {
    let check = |text: &str| {
        let document = Document::parse(text);
        let object = document.root().expect("an object");
        let found = objects::check(object, &[], &steps()).into_iter();
        found
            .map(|violation| {
                (
                    violation.own,
                    place(&violation),
                    violation.advice().as_ref().map(shown),
                )
            })
            .collect::<Vec<_>>()
    };
    use ViolationSort::{Invalid, Retired, UnknownField, Unserved};
    let store = |provider: &str| {
        format!(
            "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {{name: a}}\nspec: {{provider: {{{provider}}}}}\n"
        )
    };
    let class = |provider: &str, parameters: &str| {
        format!(
            "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {{name: a}}\nspec: {{provider: {provider}, parameters: {parameters}}}\n"
        )
    };
    for (text, expected) in [
        (
            "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n".to_owned(),
            vec![],
        ),
        (
            "apiVersion: external-secrets.io/v1beta1\nkind: ExternalSecret\nspec: {}\n".to_owned(),
            vec![(
                Retired,
                "apiVersion",
                "with such a version, use `external-secrets.io/v1`",
            )],
        ),
        (
            "apiVersion: external-secrets.io/v1alpha1\nkind: SecretStore\nspec: {}\n".to_owned(),
            vec![(
                Retired,
                "apiVersion",
                "with such a version, use `external-secrets.io/v1`",
            )],
        ),
        (
            "apiVersion: external-secrets.io/v2\nkind: SecretStore\nspec: {}\n".to_owned(),
            vec![(Unserved, "apiVersion", "use `external-secrets.io/v1`")],
        ),
        (
            store("azurekv: {vaultUrl: 'https://a.vault.azure.net', vaultUri: a}"),
            vec![(
                UnknownField,
                "spec.provider.azurekv.vaultUri",
                "did you mean `vaultUrl`?",
            )],
        ),
        (
            store("aws: {service: SecretsManager}"),
            vec![(Invalid, "spec.provider.aws", "add `region`")],
        ),
        (
            store("aws: {service: S3, region: eu-central-1}"),
            vec![(
                Invalid,
                "spec.provider.aws.service",
                "use one of `SecretsManager`, `ParameterStore`, `CertificateManager`",
            )],
        ),
        (
            store("vault: {server: 7}"),
            vec![(
                Invalid,
                "spec.provider.vault.server",
                "its type must be string",
            )],
        ),
        (
            class("aws", "{objects: '[{objectname: a}]', reigon: b}"),
            vec![
                (
                    UnknownField,
                    "spec.parameters.reigon",
                    "did you mean `region`?",
                ),
                (
                    UnknownField,
                    "spec.parameters.objects[0].objectname",
                    "did you mean `objectName`?",
                ),
                (Invalid, "spec.parameters.objects[0]", "add `objectName`"),
            ],
        ),
        (
            class(
                "azure",
                "{keyvaultName: a, tenantId: b, objects: 'array: text'}",
            ),
            vec![(
                Invalid,
                "spec.parameters.objects",
                "it must be YAML: a map with the list `array`",
            )],
        ),
        (
            class(
                "gcp",
                "{secrets: '- {resourceName: projects/a/secrets/b/versions/1, path: b, json: c}'}",
            ),
            vec![(
                UnknownField,
                "spec.parameters.secrets[0].json",
                "known here: resourceName, path, fileName, mode, extractJSONKey, extractYAMLKey",
            )],
        ),
        (
            class("gcp", "{}"),
            vec![(Invalid, "spec.parameters", "add `secrets`")],
        ),
    ] {
        let found = check(&text);
        let found: Vec<(ViolationSort, &str, &str)> = found
            .iter()
            .map(|(sort, path, help)| (*sort, path.as_str(), help.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_secret_synced_from_no_object_is_said() {
    let text = "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nspec:\n  provider: aws\n  parameters:\n    objects: |\n      - {objectName: shop/db, objectType: secretsmanager}\n  secretObjects:\n    - {secretName: db, type: Opaque, data: [{objectName: shop_db, key: a}, {objectName: shop_dc, key: b}]}\n";
    let document = Document::parse(text);
    let found = objects::check(document.root().expect("an object"), &[], &steps());
    let paths: Vec<String> = found.iter().map(place).collect();
    assert_eq!(paths, ["spec.secretObjects[0].data[1].objectName"]);
}
