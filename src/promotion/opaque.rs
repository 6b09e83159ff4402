//! Values that nobody reads: certificates and base64, told apart by what they hold.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use x509_cert::Certificate;
use x509_cert::der::Decode;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Shorter texts are shown as they are.
const SHORTEST: usize = 80;
/// How many certificates are told apart.
const MOST: usize = 3;
/// How many digits of a fingerprint are shown.
const DIGITS: usize = 16;

/// What a text is, in place of the text; none for one that people can read.
///
/// The fingerprint of a certificate is that of `openssl x509 -fingerprint -sha256`.
pub(super) fn summary(text: &str) -> Option<String> {
    if let Some(certificates) = certificates(text) {
        return Some(certificates);
    }
    let joined: String = text.split_whitespace().collect();
    if joined.len() < SHORTEST || !is_mixed(&joined) {
        return None;
    }
    let bytes = STANDARD.decode(&joined).ok()?;
    let inner = std::str::from_utf8(&bytes).ok().and_then(certificates);
    Some(match inner {
        Some(certificates) => format!("base64 of {certificates}"),
        None => format!(
            "base64 of {} bytes, SHA-256 {}",
            bytes.len(),
            fingerprint(&bytes)
        ),
    })
}

/// One certificate after the other, and nothing else.
fn certificates(text: &str) -> Option<String> {
    let mut rest = text.trim();
    let (mut fingerprints, mut about) = (Vec::new(), String::new());
    while !rest.is_empty() {
        let (body, after) = rest.strip_prefix(BEGIN)?.split_once(END)?;
        let body: String = body.split_whitespace().collect();
        let bytes = STANDARD.decode(body).ok()?;
        // The first one is the service's own; those that follow have signed it.
        if fingerprints.is_empty() {
            about = names(&bytes).unwrap_or_default();
        }
        fingerprints.push(fingerprint(&bytes));
        rest = after.trim_start();
    }
    let more = if fingerprints.len() > MOST {
        ", …"
    } else {
        ""
    };
    let shown = fingerprints.iter().take(MOST).map(String::as_str);
    let shown = shown.collect::<Vec<_>>().join(", ");
    match fingerprints.len() {
        0 => None,
        1 => Some(format!("certificate, SHA-256 {shown}{about}")),
        many => Some(format!("{many} certificates, SHA-256 {shown}{more}{about}")),
    }
}

/// Whom a certificate is of, and until when: `, CN=shop.example.com until 2027-01-26`.
fn names(bytes: &[u8]) -> Option<String> {
    let certificate = Certificate::from_der(bytes).ok()?;
    let fields = &certificate.tbs_certificate;
    let until = fields.validity.not_after.to_date_time();
    let (year, month, day) = (until.year(), until.month(), until.day());
    let subject = fields.subject.to_string();
    let subject = match subject.is_empty() {
        true => subject,
        false => format!("{subject} "),
    };
    Some(format!(", {subject}until {year}-{month:02}-{day:02}"))
}

/// Whether a text is written as base64 is, and not as a hash or a word.
fn is_mixed(text: &str) -> bool {
    let has = |wanted: fn(&u8) -> bool| text.bytes().any(|byte| wanted(&byte));
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

fn fingerprint(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let digits: String = hash.iter().map(|byte| format!("{byte:02X}")).collect();
    digits.chars().take(DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_and_base64_are_told_by_their_fingerprints() {
        let pem = |body: &str| format!("{BEGIN}\n{body}\n{END}\n");
        let one = pem("AAECAwQFBgcICQ==");
        let two = one.clone() + &pem("AAECAwQFBgcICg==");
        assert_eq!(
            summary(&one).as_deref(),
            Some("certificate, SHA-256 1F825AA2F0020EF7")
        );
        assert!(
            summary(&two)
                .is_some_and(|said| said.starts_with("2 certificates, SHA-256 1F825AA2F0020EF7, "))
        );
        let outer = STANDARD.encode(&two);
        assert!(summary(&outer).is_some_and(|said| said.starts_with("base64 of 2 certificates, ")));
        let bytes: Vec<u8> = (0..=99).collect();
        let long = STANDARD.encode(bytes);
        assert!(
            summary(&long).is_some_and(|said| said.starts_with("base64 of 100 bytes, SHA-256 "))
        );
        let prose = format!("# the root\n{one}");
        for readable in [
            "",
            "short",
            &prose,
            &"a".repeat(128),
            &"0123abcd".repeat(16),
            "-----BEGIN CERTIFICATE-----",
            &pem("no-base64!"),
        ] {
            assert_eq!(summary(readable), None, "{readable}");
        }
    }
}
