//! Sealing, exactly as the Sealed Secrets controller expects it: a session key encrypted by RSA-OAEP with SHA-256, whose
//! label binds the value to its scope, and the value encrypted by AES-256-GCM with that key
//! (<https://github.com/bitnami-labs/sealed-secrets/blob/main/docs/developer/crypto.md>).

use std::time::SystemTime;

use aes_gcm::aead::Aead;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::RngCore;
use rand::rngs::OsRng;
use rsa::pkcs8::DecodePublicKey;
use rsa::traits::PublicKeyParts;
use rsa::{Oaep, RsaPublicKey};
use sha2::Sha256;
use x509_cert::Certificate;
use x509_cert::der::{DecodePem, Encode};

use crate::sensitive::is_plain_text;

/// What a sealed value is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Scope {
    /// The name of the Secret and its namespace.
    Strict,
    /// The namespace.
    NamespaceWide,
    /// Nothing but the cluster.
    ClusterWide,
}

/// Why a value cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The file is no certificate.
    #[error("it is not a certificate in PEM (`-----BEGIN CERTIFICATE-----`): {0}")]
    NotPem(String),
    /// The certificate is not valid now.
    #[error("the certificate {0}")]
    NotValid(&'static str),
    /// The key is of another sort.
    #[error("the certificate's key is not an RSA key, but the controller needs one")]
    NotRsa,
    /// The cryptography failed.
    #[error("the value cannot be encrypted: {0}")]
    Failed(String),
}

impl Scope {
    /// The scope as the values file writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Strict => "strict",
            Scope::NamespaceWide => "namespace-wide",
            Scope::ClusterWide => "cluster-wide",
        }
    }

    /// The scope of a values file.
    pub fn parse(text: &str) -> Option<Scope> {
        [Scope::Strict, Scope::NamespaceWide, Scope::ClusterWide]
            .into_iter()
            .find(|scope| scope.as_str() == text)
    }

    /// The label of the encryption (`EncryptionLabel` of the controller).
    pub fn label(self, namespace: &str, secret: &str) -> String {
        match self {
            Scope::Strict => format!("{namespace}/{secret}"),
            Scope::NamespaceWide => namespace.to_owned(),
            Scope::ClusterWide => String::new(),
        }
    }
}

/// The public key of the controller's certificate.
///
/// # Errors
/// When the text is no certificate, the certificate is not valid at `now`, or its key is not RSA.
pub fn public_key(pem: &str, now: SystemTime) -> Result<RsaPublicKey, SealError> {
    let certificate =
        Certificate::from_pem(pem.trim()).map_err(|error| SealError::NotPem(error.to_string()))?;
    let certificate = &certificate.tbs_certificate;
    if certificate.validity.not_after.to_system_time() < now {
        return Err(SealError::NotValid(
            "has expired; ask the controller for its current one: `kubeseal --fetch-cert`",
        ));
    }
    if certificate.validity.not_before.to_system_time() > now {
        return Err(SealError::NotValid(
            "is not valid yet; check the clock of this machine",
        ));
    }
    let key = certificate
        .subject_public_key_info
        .to_der()
        .map_err(|error| SealError::Failed(error.to_string()))?;
    RsaPublicKey::from_public_key_der(&key).map_err(|_| SealError::NotRsa)
}

/// A sealed value in base64.
///
/// # Errors
/// When the cryptography fails: the key is too small.
pub fn seal(key: &RsaPublicKey, label: &str, value: &[u8]) -> Result<String, SealError> {
    let failed = |error: &dyn std::fmt::Display| SealError::Failed(error.to_string());
    let mut session_key = [0_u8; 32];
    OsRng
        .try_fill_bytes(&mut session_key)
        .map_err(|error| failed(&error))?;
    let block = key
        .encrypt(
            &mut OsRng,
            Oaep::new_with_label::<Sha256, _>(label),
            &session_key,
        )
        .map_err(|error| failed(&error))?;
    let cipher = Aes256Gcm::new_from_slice(&session_key).map_err(|error| failed(&error))?;
    // The session key is used once, and so the controller's nonce is zero.
    let body = cipher
        .encrypt(&Nonce::default(), value)
        .map_err(|error| failed(&error))?;
    let length = u16::try_from(block.len()).map_err(|error| failed(&error))?;
    let sealed = [&length.to_be_bytes()[..], &block, &body].concat();
    Ok(STANDARD.encode(sealed))
}

/// How many bits the key has: for a remark about a weak one.
pub fn bits(key: &RsaPublicKey) -> usize {
    key.size() * 8
}

/// The tag that ends an AES-GCM body.
const TAG: usize = 16;

/// The smallest RSA block that OAEP with SHA-256 fills with a session key: a key of 1,024 bits.
const SMALLEST_BLOCK: usize = 128;

/// Why a text is not a sealed value; none when it is one, as far as can be seen without the key.
pub fn why_not_sealed(text: &str) -> Option<&'static str> {
    let compact: String = text.split_ascii_whitespace().collect();
    if compact.is_empty() {
        return Some("it is empty");
    }
    let Ok(bytes) = STANDARD.decode(&compact) else {
        return Some("it is not base64");
    };
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else {
        return Some("it is too short");
    };
    let length = usize::from(u16::from_be_bytes(*length));
    if is_plain_text(&bytes) {
        return Some("it is plain text in base64, which anyone can read");
    }
    if length < SMALLEST_BLOCK || !length.is_power_of_two() && length % 64 != 0 {
        return Some("it does not begin with the length of an RSA block");
    }
    if rest.len() < length + TAG {
        return Some("it ends before the encrypted value does");
    }
    None
}
