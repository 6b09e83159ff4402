//! What a secret says of itself.

use super::{Reason, Sensitive};

/// Words of secrets that are made up for tests.
const OF_TESTS: [&str; 6] = ["dummy", "fake", "mock", "nonprod", "sample", "test"];

impl Sensitive {
    /// Whether it is a private key, or several, that only a passphrase opens: PKCS #8 says so in its label (RFC 7468, section
    /// 11), the older form in a header (RFC 1421, section 4.6.1.1).
    pub fn is_encrypted_key(&self) -> bool {
        let text = self.clear().expose();
        let mut keys = text.split("-----BEGIN ").skip(1).peekable();
        let is_encrypted = |key: &str| {
            key.starts_with("ENCRYPTED PRIVATE KEY-----") || key.contains("Proc-Type: 4,ENCRYPTED")
        };
        self.reason == Reason::PrivateKey && keys.peek().is_some() && keys.all(is_encrypted)
    }

    /// Whether it says by one of its words that it is made up for tests: `ci-nonprod-signing-key`. Not what an issuer gave
    /// out.
    pub fn is_of_tests(&self) -> bool {
        let is_issued = matches!(
            self.reason,
            Reason::Token(_) | Reason::KeyId(_) | Reason::PrivateKey
        );
        let text = self.clear().expose();
        let mut words = text.split(|char: char| !char.is_ascii_alphanumeric());
        !is_issued && words.any(|word| OF_TESTS.iter().any(|test| word.eq_ignore_ascii_case(test)))
    }
}
