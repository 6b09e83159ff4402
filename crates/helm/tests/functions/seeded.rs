//! Random numbers and time come from the session, and from nowhere else.

use std::sync::Arc;
use std::time::Duration;

use envlint_gotemplate::{Limits, TemplateSet, Value};
use envlint_helm::{Session, SessionOptions};
use x509_cert::Certificate;
use x509_cert::der::{Decode, DecodePem, Encode};
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, SubjectAltName, SubjectKeyIdentifier,
};

fn render(template: &str, seed: u64) -> String {
    let mut set = TemplateSet::new("gotpl", envlint_helm::registry());
    set.parse("call", template).unwrap();
    let now = Some(Duration::from_secs(1_700_000_000));
    let mut session = Session::new(SessionOptions {
        seed: Some(seed),
        now,
        ..SessionOptions::default()
    });
    let output = Arc::new(set)
        .execute("call", Value::Nil, &mut session, Limits::default())
        .unwrap_or_else(|error| panic!("{template}: {error}"));
    String::from_utf8(output).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for template in [
        "{{ randAlphaNum 20 }}",
        "{{ randAscii 20 }}",
        "{{ randBytes 16 }}",
        "{{ randInt 0 1000000000 }}",
        "{{ shuffle \"abcdefghijklmnopqrstuvwxyz\" }}",
        "{{ uuidv4 }}",
        "{{ bcrypt \"x\" }}",
        "{{ htpasswd \"u\" \"x\" }}",
        "{{ encryptAES \"k\" \"text\" }}",
        "{{ genPrivateKey \"ecdsa\" }}",
        "{{ genPrivateKey \"ed25519\" }}",
        "{{ (genCAWithKey \"ca\" 10 (genPrivateKey \"ecdsa\")).Cert }}",
    ] {
        assert_eq!(render(template, 7), render(template, 7), "{template}");
        assert_ne!(render(template, 7), render(template, 8), "{template}");
    }
}

#[test]
fn the_clock_is_the_sessions() {
    insta::assert_snapshot!(
        render("{{ now }}|{{ now | date \"2006-01-02\" }}|{{ htmlDate nil }}|{{ ago (int64 1699999000) }}", 1),
        @"2023-11-14 22:13:20 +0000 UTC m=+0.000000000|2023-11-14|2023-11-14|16m40s"
    );
}

const PAIR: &str = r#"
{{- $ca := genCAWithKey "my ca" 365 (genPrivateKey "ecdsa") -}}
{{- $cert := genSignedCertWithKey "my.host" (list "10.0.0.1" "::1") (list "my.host" "*.my.host") 30 $ca (genPrivateKey "ed25519") -}}
{{ $ca.Cert }};{{ $cert.Cert }}"#;

#[test]
fn certificates_say_what_was_asked_for() {
    let text = render(PAIR, 3);
    let (ca, cert) = text.split_once(';').unwrap();
    let ca = Certificate::from_pem(ca).unwrap().tbs_certificate;
    let cert = Certificate::from_pem(cert).unwrap().tbs_certificate;
    assert_eq!(ca.subject.to_string(), "CN=my ca");
    assert_eq!(ca.issuer, ca.subject);
    assert_eq!(cert.issuer, ca.subject);
    assert_eq!(cert.subject.to_string(), "CN=my.host");
    let lifetime =
        cert.validity.not_after.to_unix_duration() - cert.validity.not_before.to_unix_duration();
    assert_eq!(lifetime, Duration::from_secs(30 * 86_400));
    assert!(ca.get::<BasicConstraints>().unwrap().unwrap().1.ca);
    assert!(!cert.get::<BasicConstraints>().unwrap().unwrap().1.ca);
    let (_, identifier) = ca.get::<SubjectKeyIdentifier>().unwrap().unwrap();
    let (_, authority) = cert.get::<AuthorityKeyIdentifier>().unwrap().unwrap();
    assert_eq!(Some(identifier.0), authority.key_identifier);
    let (_, names) = cert.get::<SubjectAltName>().unwrap().unwrap();
    assert_eq!(names.0.len(), 4);
}

#[test]
fn a_certificate_is_signed_by_its_authority() {
    use p256::ecdsa::signature::Verifier;
    use p256::ecdsa::{DerSignature, VerifyingKey};
    use p256::pkcs8::DecodePublicKey;

    let text = render(PAIR, 4);
    let (ca, cert) = text.split_once(';').unwrap();
    let ca = Certificate::from_pem(ca).unwrap();
    let key = ca.tbs_certificate.subject_public_key_info.to_der().unwrap();
    let key = VerifyingKey::from_public_key_der(&key).unwrap();
    for signed in [ca, Certificate::from_pem(cert).unwrap()] {
        let body = signed.tbs_certificate.to_der().unwrap();
        let signature = DerSignature::from_der(signed.signature.raw_bytes()).unwrap();
        key.verify(&body, &signature).unwrap();
    }
}
