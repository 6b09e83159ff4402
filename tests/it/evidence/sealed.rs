//! Layers that cannot be read: Secrets that are encrypted, from which Flux takes values.

use super::{CHART, apps};
use crate::support::Sandbox;

const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  host: {{ .Values.db.host }}\n  word: {{ .Values.db.word }}\n";
const RELEASE: &str = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\nspec:\n  chart: {spec: {chart: chart, sourceRef: {kind: GitRepository, name: x}}}\n  valuesFrom: [{kind: Secret, name: shop-values}]\n";
const SEALED: &str =
    "sops:\n  mac: ENC[AES256_GCM,data:abc,iv:abc,tag:abc,type:str]\n  version: 3.8.1\n";

/// A release with a patch for each of two environments, and what makes its Secret there.
fn workspace(kustomization: &str, secret: (&str, &str)) -> Vec<(String, String)> {
    let mut files = vec![
        ("chart/Chart.yaml".to_owned(), CHART.to_owned()),
        ("chart/templates/x.yaml".to_owned(), TEMPLATE.to_owned()),
        ("base/release.yaml".to_owned(), RELEASE.to_owned()),
        (
            "base/kustomization.yaml".to_owned(),
            "resources: [release.yaml]\n".to_owned(),
        ),
    ];
    for environment in ["dev", "prod"] {
        let at = |file: &str| format!("apps/{environment}/{file}");
        files.extend([
            (at("kustomization.yaml"), kustomization.to_owned()),
            (
                at("patch.yaml"),
                format!("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: shop}}\nspec: {{values: {{db: {{host: {environment}}}}}}}\n"),
            ),
            (at(secret.0), format!("{}{SEALED}", secret.1)),
        ]);
    }
    files
}

#[test]
fn what_an_encrypted_secret_may_give_is_not_missing() {
    let of_manifest = workspace(
        "resources: [../../base, secret.yaml]\npatches: [{path: patch.yaml}]\n",
        (
            "secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-values}\nstringData:\n  values.yaml: ENC[AES256_GCM,data:abc,iv:abc,tag:abc,type:str]\n",
        ),
    );
    let of_generator = workspace(
        "resources: [../../base]\nsecretGenerator: [{name: shop-values, files: [values.yaml=values.enc.yaml]}]\npatches: [{path: patch.yaml}]\n",
        (
            "values.enc.yaml",
            "db:\n  word: ENC[AES256_GCM,data:abc,iv:abc,tag:abc,type:str]\n",
        ),
    );
    for (name, files) in [("manifest", of_manifest), ("generator", of_generator)] {
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        insta::assert_snapshot!(format!("sealed-{name}"), apps(&files));
        let findings = Sandbox::with(&files).check().findings;
        let rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, ["drift/undeclared-difference"], "{name}");
    }
}
