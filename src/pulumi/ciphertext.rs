//! What Pulumi makes of a secret.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// Base64 as Pulumi decodes it: with padding, and with any bits behind the last byte (Go: `base64.StdEncoding`).
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// The version of what a key of the stack encrypts: the key of a passphrase, or the one that a cloud keeps (Pulumi:
/// `sdk/go/common/resource/config/crypt.go`, `symmetricCrypter`).
const OF_KEY: &str = "v1:";
/// How many bytes the nonce and the tag of AES-GCM have.
const NONCE: usize = 12;
const TAG: usize = 16;

/// How ciphertext of Pulumi Cloud begins.
const OF_CLOUD: [u8; 4] = [0, 0, 1, 0];

/// How many bytes the shortest text of another service has that is taken for ciphertext: the keys that people have are shorter.
const SHORTEST: usize = 72;

/// Whether a text may be ciphertext of Pulumi: `v1:nonce:text` of a key, or base64 of a service.
pub fn is_ciphertext(text: &str) -> bool {
    match text.strip_prefix(OF_KEY) {
        Some(parts) => is_of_key(parts),
        None => decoded(text).is_some_and(|bytes| is_of_service(&bytes)),
    }
}

/// Whether a text is a nonce and what was encrypted with it.
fn is_of_key(parts: &str) -> bool {
    let Some((nonce, text)) = parts.split_once(':') else {
        return false;
    };
    decoded(nonce).is_some_and(|nonce| nonce.len() == NONCE)
        && decoded(text).is_some_and(|text| text.len() >= TAG)
}

/// Whether bytes are what a service encrypted: of Pulumi Cloud by its head, of others by length. What can be read is no ciphertext.
fn is_of_service(bytes: &[u8]) -> bool {
    match bytes.strip_prefix(&OF_CLOUD) {
        Some(rest) => rest.len() >= NONCE + TAG,
        None => bytes.len() >= SHORTEST && !bytes.is_ascii(),
    }
}

/// The bytes of a text in base64, which Go reads across the ends of lines.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text: String = text
        .chars()
        .filter(|char| !"\r\n".contains(*char))
        .collect();
    BASE64.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ciphertext_has_the_forms_that_pulumi_writes() {
        let of_service = format!("AQICAHh1{}", "k9Qx+3".repeat(18));
        for text in [
            "v1:noncenoncenonce0:Y2lwaGVydGV4dGNpcGhlcnRleHQ=",
            "AAABAKFp4mnWwdZU4/j+wtcsGUeoIBUQQkzD+O/mYEYtcvNnh/YN1lNjxg==",
            &of_service,
        ] {
            assert!(is_ciphertext(text), "{text}");
        }
    }

    #[test]
    fn what_looks_like_base64_is_no_ciphertext_yet() {
        let readable = BASE64.encode("all of this can be read. ".repeat(5));
        let hexadecimal = "0f".repeat(32);
        for text in [
            "",
            "loremipsumdolor1",
            "lorem-ipsum-dolor",
            "v1:REPLACE:ME",
            "v1:bm9uY2U=:Y2lwaGVydGV4dGNpcGhlcnRleHQ=",
            "v1:noncenoncenonce0:c2hvcnQ=",
            "v1:noncenoncenonce0",
            "v2:noncenoncenonce0:Y2lwaGVydGV4dGNpcGhlcnRleHQ=",
            "AAABAKx8dPzGmBRV",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYlorem/dolo",
            &hexadecimal,
            &readable,
        ] {
            assert!(!is_ciphertext(text), "{text}");
        }
    }
}
