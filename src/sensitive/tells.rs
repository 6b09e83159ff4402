//! What a secret says of itself.

use super::encoded::decode_text;
use super::names::words;
use super::{JWT, Reason, Sensitive};

/// Words of secrets that are made up to test or to show something.
const OF_TESTS: [&str; 7] = ["demo", "dummy", "fake", "mock", "nonprod", "sample", "test"];

impl Sensitive {
    /// Whether it is a secret that lets somebody in: no ID of a key, and no password that everybody knows.
    pub fn lets_somebody_in(&self) -> bool {
        self.is_reported() && !matches!(self.reason, Reason::Default | Reason::KeyId(_))
    }

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

    /// Whether it is a JSON Web Token that says of itself that it was valid for less than a day (RFC 7519, section 4.1): no
    /// file of a repository is as fresh.
    pub fn is_short_lived(&self) -> bool {
        const DAY: f64 = 86_400.0;
        let times = self
            .claims()
            .and_then(|claims| Some((claims.get("iat")?.as_f64()?, claims.get("exp")?.as_f64()?)));
        times.is_some_and(|(issued, expires)| (0.0..DAY).contains(&(expires - issued)))
    }

    /// Whether it is a JSON Web Token for whoever has not signed in, which pages hand to every visitor.
    /// <https://supabase.com/docs/guides/api/api-keys>
    pub fn is_of_anybody(&self) -> bool {
        let claims = self.claims();
        let role = claims
            .as_ref()
            .and_then(|claims| claims.get("role")?.as_str());
        role == Some("anon")
    }

    /// What a JSON Web Token says (RFC 7519, section 4).
    fn claims(&self) -> Option<serde_json::Value> {
        let token = (self.reason == Reason::Token(JWT)).then(|| self.clear().expose())?;
        let body = token.split('.').nth(1)?;
        serde_json::from_str(&decode_text(body)?).ok()
    }

    /// Whether it says by one of its words that it is made up for tests: `ci-nonprod-signing-key`. Not what an issuer gave
    /// out.
    pub fn is_of_tests(&self) -> bool {
        let is_issued = matches!(
            self.reason,
            Reason::Token(_) | Reason::KeyId(_) | Reason::PrivateKey
        );
        let words = words(self.clear().expose());
        !is_issued && words.iter().any(|word| OF_TESTS.contains(&word.as_str()))
    }
}
