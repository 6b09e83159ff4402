//! Values that SOPS has encrypted: what is said of them, and how a promotion goes on.

use crate::support::{Sandbox, shown};

const CONFIG: &str = "environments: {staging: {}, prod: {}}\nperEnvironment: [{path: host}]\n\
     apps: [{name: shop, values: \"values-{env}.yaml\"}]\n";

fn encrypted(data: &str) -> String {
    format!("password: ENC[AES256_GCM,data:{data},iv:aXY=,tag:dGFn,type:str]\n")
}

const OF_SOPS: &str =
    "sops:\n  mac: ENC[AES256_GCM,data:bWFj,iv:aXY=,tag:dGFn,type:str]\n  version: 3.9.0\n";

#[test]
fn ciphertext_is_never_said_to_be_promoted() {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        ("values-staging.yaml", &encrypted("YQ==")),
        ("values-prod.yaml", &encrypted("Yg==")),
    ]);
    let findings = sandbox.findings_of("drift/undeclared-difference");
    assert_eq!(findings.len(), 1);
    let advice = findings[0]
        .advice()
        .map(|advice| shown(&advice))
        .unwrap_or_default();
    assert!(!advice.contains("promote"), "{advice}");
    assert!(advice.contains("ciphertext of its own"), "{advice}");
    let suggested = sandbox.run(&["init", "--suggest"]);
    assert!(
        suggested.stdout.contains("- {path: password}"),
        "{}",
        suggested.stdout
    );
    assert!(suggested.stdout.contains("high"), "{}", suggested.stdout);
}

#[test]
fn ciphertext_that_was_copied_is_found() {
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        ("values-staging.yaml", &encrypted("YQ==")),
        ("values-prod.yaml", &encrypted("YQ==")),
    ]);
    let findings = sandbox.findings_of("secrets/shared-across-environments");
    assert_eq!(findings.len(), 1);
    let message = shown(&findings[0].message);
    assert!(
        message.contains("`password` in prod is the ciphertext of staging"),
        "{message}"
    );
}

#[test]
fn a_decrypted_file_is_never_to_be_committed() {
    let target = format!("level: 1\n{}{OF_SOPS}", encrypted("YQ=="));
    let sandbox = Sandbox::with(&[
        ("envlint.yaml", CONFIG),
        ("values-staging.yaml", "level: 2\n"),
        ("values-prod.yaml", &target),
    ]);
    sandbox.git(&["init", "--quiet"]);
    sandbox.commit();
    let promote = [
        "promote", "--from", "staging", "--to", "prod", "--path", "level", "--write",
    ];
    let ran = sandbox.run(&promote);
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("promote with --allow-dirty, and encrypt it again"),
        "{}",
        ran.stdout
    );
    sandbox.write("values-prod.yaml", "level: 1\npassword: example\n");
    let ran = sandbox.run(&promote);
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("is decrypted, and its commit has it encrypted"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("commit it or undo"), "{}", ran.stdout);
    let ran = sandbox.run(&[&promote[..], &["--allow-dirty"]].concat());
    assert_eq!(ran.status, 0, "{}", ran.stdout);
}

#[test]
fn files_that_helm_secrets_decrypts_are_layers() {
    let sandbox = Sandbox::with(&[
        (
            "charts/web/Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        ),
        ("environments/prod/values.yaml", "a: 1\n"),
        (
            "environments/prod/secrets.yaml",
            &format!("{}{OF_SOPS}", encrypted("YQ==")),
        ),
        (
            "Makefile",
            "prod:\n\thelm secrets upgrade --install web charts/web -f environments/prod/values.yaml \
             -f secrets://environments/prod/secrets.yaml\n",
        ),
    ]);
    let ran = sandbox.run(&["apps", "--format", "json"]);
    assert!(
        ran.stdout.contains("\"environments/prod/secrets.yaml\""),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("secrets://"), "{}", ran.stdout);
    assert!(
        !ran.stdout.contains("nothing reads this file"),
        "{}",
        ran.stdout
    );
}
