//! `envlint seal`: what it writes is what the controller opens.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use envlint::secrets::sealing::why_not_sealed;
use envlint_yaml::Document;
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Oaep, RsaPrivateKey};
use sha2::Sha256;

use crate::support::{Ran, Sandbox, fixtures};

const CONFIG: &str = r#"environments:
  prod: {}
apps:
  - {name: shop, values: "{env}.yaml", namespace: "shop-{env}"}
secrets:
  database: {password: {}}
"#;

fn workspace(values: &str) -> Sandbox {
    Sandbox::with(&[("envlint.yaml", CONFIG), ("prod.yaml", values)])
}

/// Runs `envlint seal` for the password of the database.
fn seal(sandbox: &Sandbox, certificate: &str, secret: &[u8], more: &[&str]) -> Ran {
    let certificate = fixtures().join("seal").join(certificate);
    let mut child = Command::new(env!("CARGO_BIN_EXE_envlint"))
        .args(["seal", "--env", "prod", "--cert"])
        .arg(certificate)
        .args(if more.contains(&"--secret") {
            &[][..]
        } else {
            &["--secret", "database", "--key", "password"][..]
        })
        .args(more)
        .current_dir(sandbox.root())
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("envlint runs");
    // A command that refuses its arguments does not read what is written to it.
    let _ = child
        .stdin
        .take()
        .expect("standard input")
        .write_all(secret);
    let output = child.wait_with_output().expect("envlint ends");
    Ran {
        status: output.status.code().expect("a status"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

fn values(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.root().join("prod.yaml")).expect("the values file")
}

fn sealed(sandbox: &Sandbox) -> String {
    let document = Document::parse(values(sandbox));
    let path = "secrets.sealedSecrets.encryptedData.database.password"
        .parse()
        .expect("a path");
    document
        .get(&path)
        .and_then(|node| node.as_str())
        .expect("a sealed value")
        .to_owned()
}

/// Opens a sealed value as the controller does.
fn open(sealed: &str, label: &str) -> Option<Vec<u8>> {
    let pem = fs::read_to_string(fixtures().join("seal/test-only-key.pem")).expect("the key");
    let key = RsaPrivateKey::from_pkcs8_pem(&pem).expect("a key");
    let bytes = STANDARD.decode(sealed).expect("base64");
    let length = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
    let (block, body) = bytes[2..].split_at(length);
    let session = key
        .decrypt(Oaep::new_with_label::<Sha256, _>(label), block)
        .ok()?;
    let cipher = Aes256Gcm::new_from_slice(&session).expect("a session key of 32 bytes");
    cipher.decrypt(&Nonce::default(), body).ok()
}

#[test]
fn the_controller_opens_a_sealed_value_in_its_scope_only() {
    for (scope, label, wrong) in [
        ("strict", "shop-prod/database", "shop-prod"),
        ("namespace-wide", "shop-prod", "shop-dev"),
        ("cluster-wide", "", "shop-prod"),
    ] {
        let sandbox = workspace(&format!(
            "secrets:\n  sealedSecrets:\n    enabled: true\n    scope: {scope}\n"
        ));
        let ran = seal(&sandbox, "cert.pem", b"correct horse", &[]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        let value = sealed(&sandbox);
        assert_eq!(why_not_sealed(&value), None, "{scope}");
        assert_eq!(
            open(&value, label).as_deref(),
            Some(&b"correct horse"[..]),
            "{scope}"
        );
        assert_eq!(open(&value, wrong), None, "{scope}");
    }
}

#[test]
fn the_values_file_keeps_everything_else() {
    let before = "# The shop.\nreplicas: 3   # three\nsecrets:\n  sealedSecrets:\n    enabled: true\n    encryptedData:\n      database: # the shop's\n        password: old\n\n# The end.\n";
    let sandbox = workspace(before);
    let ran = seal(&sandbox, "cert.pem", b"secret", &[]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    let value = sealed(&sandbox);
    let after = values(&sandbox);
    assert_eq!(
        after.replace(&value, "old").replace("\"old\"", "old"),
        before
    );
    let rendered = sandbox.run(&["render", "--env", "prod", "--only", "secrets"]);
    assert_eq!(rendered.status, 0, "{}", rendered.stderr);
    assert!(rendered.stdout.contains(&value));
}

#[test]
fn what_is_sealed_for_another_backend_is_not_read_yet() {
    let vault = "secrets:\n  vault: {enabled: true, address: \"https://vault.example.com\"}\n";
    let ran = seal(&workspace(vault), "cert.pem", b"secret", &[]);
    let said = "note: prod still reads from vault; set `secrets.sealedSecrets.enabled: true` and `secrets.vault.enabled: false` to switch\n";
    assert!(ran.stderr.ends_with(said), "{}", ran.stderr);
    let ran = seal(&workspace("a: 1\n"), "cert.pem", b"secret", &[]);
    let said = "note: prod selects no secret backend; set `secrets.sealedSecrets.enabled: true` to switch\n";
    assert!(ran.stderr.ends_with(said), "{}", ran.stderr);
    let own = "secrets: {sealedSecrets: {enabled: true}}\n";
    let ran = seal(&workspace(own), "cert.pem", b"secret", &[]);
    assert!(!ran.stderr.contains("note"), "{}", ran.stderr);
}

#[test]
fn a_line_break_at_the_end_is_no_part_of_the_secret() {
    for (given, more, expected) in [
        (&b"secret\n"[..], &[][..], &b"secret"[..]),
        (b"secret\r\n", &[], b"secret"),
        (b"two\nlines\n\n", &[], b"two\nlines\n"),
        (b"secret\n", &["--keep-newline"], b"secret\n"),
        (
            &[0, 255, 254, 10][..],
            &["--keep-newline"],
            &[0, 255, 254, 10][..],
        ),
    ] {
        let sandbox = workspace("replicas: 1\n");
        let ran = seal(&sandbox, "cert.pem", given, more);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert_eq!(
            ran.stderr.contains("--keep-newline"),
            more.is_empty(),
            "{}",
            ran.stderr
        );
        assert_eq!(
            open(&sealed(&sandbox), "shop-prod/database").as_deref(),
            Some(expected)
        );
    }
}

#[test]
fn what_cannot_be_sealed_says_why_and_writes_nothing() {
    let wide = "secrets: {sealedSecrets: {enabled: true, scope: namespace-wide}}\n";
    for (before, certificate, secret, more, expected) in [
        (
            "a: 1\n",
            "cert.pem",
            &b""[..],
            &[][..],
            "the secret on standard input is empty",
        ),
        (
            "a: 1\n",
            "cert.pem",
            b"\n",
            &[],
            "the secret on standard input is empty",
        ),
        (
            "a: 1\n",
            "test-only-key.pem",
            b"x",
            &[],
            "it is not a certificate in PEM",
        ),
        (
            "a: 1\n",
            "README.md",
            b"x",
            &[],
            "it is not a certificate in PEM",
        ),
        ("a: 1\n", "expired.pem", b"x", &[], "has expired"),
        ("a: 1\n", "ec.pem", b"x", &[], "not an RSA key"),
        ("a: 1\n", "absent.pem", b"x", &[], "cannot read"),
        (
            "a: 1\n",
            "cert.pem",
            b"x",
            &["--secret", "databse", "--key", "password"],
            "did you mean `database`?",
        ),
        (
            "a: 1\n",
            "cert.pem",
            b"x",
            &["--secret", "database", "--key", "passwrod"],
            "did you mean `password`?",
        ),
        (
            wide,
            "cert.pem",
            b"x",
            &["--scope", "strict"],
            "is namespace-wide, and not strict",
        ),
        (
            "a: 1\n",
            "cert.pem",
            b"x",
            &["--scope", "cluster-wide"],
            "is strict, and not cluster-wide",
        ),
        ("- a\n", "cert.pem", b"x", &[], "prod.yaml"),
    ] {
        let sandbox = workspace(before);
        let ran = seal(&sandbox, certificate, secret, more);
        assert_eq!(ran.status, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
        assert_eq!(values(&sandbox), before);
    }
}

#[test]
fn what_is_not_sealed_is_told_from_what_is() {
    let bytes = |length: u16, rest: usize| {
        STANDARD.encode([&length.to_be_bytes()[..], &vec![0x9c; rest]].concat())
    };
    for (text, expected) in [
        (bytes(256, 256 + 16), None),
        (bytes(512, 512 + 40), None),
        (bytes(256, 256 + 15), Some("it ends before")),
        (bytes(3, 300), Some("it does not begin with")),
        (STANDARD.encode("admin123"), Some("it is plain text")),
        (STANDARD.encode("a"), Some("it is too short")),
        ("admin123!".to_owned(), Some("it is not base64")),
        (String::new(), Some("it is empty")),
    ] {
        let found = why_not_sealed(&text);
        assert_eq!(found.is_some(), expected.is_some(), "{text}: {found:?}");
        assert!(
            found
                .unwrap_or_default()
                .starts_with(expected.unwrap_or_default()),
            "{text}: {found:?}"
        );
    }
}
