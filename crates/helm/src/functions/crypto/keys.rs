//! Private keys: generated, read, and used to sign.

use dsa::{Components, KeySize};
use ed25519_dalek::SigningKey;
use ed25519_dalek::ed25519::signature::Signer;
use ed25519_dalek::pkcs8::DecodePrivateKey;
use envlint_gotemplate::{Context, Error};
use p256::pkcs8::EncodePublicKey;
use p521::ecdsa::signature::RandomizedSigner;
use rand_chacha::ChaCha20Rng;
use rand_core::RngCore;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey};
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest, Sha256};

use super::der::{OBJECT, OCTET_STRING, SEQUENCE, bits, element, integer};
use super::{pem, primes};
use crate::functions::session;

/// Bits of an RSA key: of `genPrivateKey`, and of the certificates' own keys.
const RSA_BITS: usize = 4096;
/// Its prime is looked for among numbers that few of are prime: three seconds. A chart can have one.
const DSA_STEPS: u64 = 80_000_000;
/// A key on a curve: some hundred microseconds.
const CURVE_STEPS: u64 = 8_000;
/// Reading a key, and signing with it: some milliseconds.
pub(super) const SIGNING_STEPS: u64 = 200_000;
pub(super) const CERTIFICATE_RSA_BITS: usize = 2048;

/// A private key that can sign, or one of DSA, which cannot here nor in Go's x509.
pub(super) enum Key {
    Rsa(Box<RsaPrivateKey>),
    P256(p256::SecretKey),
    P384(p384::SecretKey),
    P521(p521::SecretKey),
    Ed25519(Box<SigningKey>),
    /// Its DER
    Dsa(Vec<u8>),
}

/// What CreateCertificate of Go says to a DSA key.
const NO_SIGNER: &str = "x509: certificate private key does not implement crypto.Signer";

// Object identifiers, encoded: the curves (RFC 5480) and the signature algorithms (RFC 4055, 5758, 8410).
const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
const P384: &[u8] = &[0x2B, 0x81, 4, 0, 34];
const P521: &[u8] = &[0x2B, 0x81, 4, 0, 35];
const RSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11];
const ECDSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];
const ECDSA_SHA384: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 3];
const ECDSA_SHA512: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 4];
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];

/// `genPrivateKey`: a PEM block, or what is wrong.
pub(super) fn generate(cx: &mut dyn Context, kind: &str) -> Result<String, Error> {
    if matches!(kind, "ecdsa" | "ed25519") {
        cx.spend(CURVE_STEPS)?;
    }
    let key = match kind {
        "" | "rsa" => generate_rsa(cx, RSA_BITS)?,
        "dsa" => generate_dsa(cx)?,
        "ecdsa" => Key::P256(p256::SecretKey::random(session(cx)?.random())),
        "ed25519" => {
            let mut seed = [0; 32];
            session(cx)?.random().fill_bytes(&mut seed);
            Key::Ed25519(Box::new(SigningKey::from_bytes(&seed)))
        }
        _ => return Ok(format!("Unknown type {kind}")),
    };
    key.to_pem()
}

pub(super) fn generate_rsa(cx: &mut dyn Context, bits: usize) -> Result<Key, Error> {
    let bits = session(cx)?.rsa_bits(bits);
    cx.spend(rsa_steps(bits as u64))?;
    let session = session(cx)?;
    let key = primes::rsa_key(session.random(), bits)
        .map_err(|error| Error::new(format!("error generating rsa key: {error}")))?;
    Ok(Key::Rsa(Box::new(key)))
}

/// What an RSA key takes, measured: 3.6 milliseconds with 512 bits, half a second with 4096. It grows with more than the
/// second power of the length, and less than the third.
fn rsa_steps(bits: u64) -> u64 {
    bits.pow(2) / 2 + bits.pow(3) / 5_000
}

/// sprig's own form of a DSA key: the numbers in a sequence.
fn generate_dsa(cx: &mut dyn Context) -> Result<Key, Error> {
    cx.spend(DSA_STEPS)?;
    let random = session(cx)?.random();
    let components = Components::generate(random, KeySize::DSA_2048_256);
    let key = dsa::SigningKey::generate(random, components);
    let parameters = key.verifying_key().components();
    let numbers = [
        Vec::new(),
        parameters.p().to_bytes_be(),
        parameters.q().to_bytes_be(),
        parameters.g().to_bytes_be(),
        key.verifying_key().y().to_bytes_be(),
        key.x().to_bytes_be(),
    ];
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| integer(number)).collect();
    Ok(Key::Dsa(element(SEQUENCE, &[&numbers])))
}

fn refuse<T>(error: impl std::fmt::Display, what: &str) -> Result<T, Error> {
    Err(Error::new(format!("{what}: {error}")))
}

impl Key {
    /// Reads the first PEM block of a text; the messages are sprig's.
    pub(super) fn from_pem(text: &str) -> Result<Key, Error> {
        let Some((label, der)) = pem::decode(text) else {
            return Err(Error::new("no PEM data in input"));
        };
        if label == "PRIVATE KEY" {
            return Key::from_pkcs8(&der);
        }
        let Some(kind) = label.strip_suffix(" PRIVATE KEY") else {
            return Err(Error::new(format!(
                "no private key data in PEM block of type {label}"
            )));
        };
        match kind {
            "RSA" => match RsaPrivateKey::from_pkcs1_der(&der) {
                Ok(key) => Ok(Key::Rsa(Box::new(key))),
                Err(error) => refuse(error, "parsing RSA private key from PEM"),
            },
            "EC" => Key::from_sec1(&der),
            "DSA" => Ok(Key::Dsa(der)),
            _ => Err(Error::new(format!("invalid private key type {label}"))),
        }
    }

    fn from_sec1(der: &[u8]) -> Result<Key, Error> {
        if let Ok(key) = p384::SecretKey::from_sec1_der(der) {
            return Ok(Key::P384(key));
        }
        if let Ok(key) = p521::SecretKey::from_sec1_der(der) {
            return Ok(Key::P521(key));
        }
        match p256::SecretKey::from_sec1_der(der) {
            Ok(key) => Ok(Key::P256(key)),
            Err(error) => refuse(error, "parsing EC private key from PEM"),
        }
    }

    fn from_pkcs8(der: &[u8]) -> Result<Key, Error> {
        if let Ok(key) = SigningKey::from_pkcs8_der(der) {
            return Ok(Key::Ed25519(Box::new(key)));
        }
        if let Ok(key) = p256::SecretKey::from_pkcs8_der(der) {
            return Ok(Key::P256(key));
        }
        if let Ok(key) = p384::SecretKey::from_pkcs8_der(der) {
            return Ok(Key::P384(key));
        }
        if let Ok(key) = p521::SecretKey::from_pkcs8_der(der) {
            return Ok(Key::P521(key));
        }
        match RsaPrivateKey::from_pkcs8_der(der) {
            Ok(key) => Ok(Key::Rsa(Box::new(key))),
            Err(error) => refuse(error, "decoding PEM as PKCS#8"),
        }
    }

    /// The PEM block that Go writes for the kind of key.
    pub(super) fn to_pem(&self) -> Result<String, Error> {
        let curve = |oid: &[u8], scalar: &[u8], point: &[u8]| {
            pem::encode("EC PRIVATE KEY", &sec1(oid, scalar, point))
        };
        Ok(match self {
            Key::Rsa(key) => match key.to_pkcs1_der() {
                Ok(der) => pem::encode("RSA PRIVATE KEY", der.as_bytes()),
                Err(error) => return refuse(error, "error pem-encoding key"),
            },
            Key::P256(key) => curve(P256, &key.to_bytes(), &key.public_key().to_sec1_bytes()),
            Key::P384(key) => curve(P384, &key.to_bytes(), &key.public_key().to_sec1_bytes()),
            Key::P521(key) => curve(P521, &key.to_bytes(), &key.public_key().to_sec1_bytes()),
            Key::Ed25519(key) => pem::encode("PRIVATE KEY", &pkcs8_ed25519(key)),
            Key::Dsa(der) => pem::encode("DSA PRIVATE KEY", der),
        })
    }

    /// The public key as SubjectPublicKeyInfo.
    pub(super) fn public_der(&self) -> Result<Vec<u8>, Error> {
        let document = match self {
            Key::Rsa(key) => key.to_public_key().to_public_key_der(),
            Key::P256(key) => key.public_key().to_public_key_der(),
            Key::P384(key) => key.public_key().to_public_key_der(),
            Key::P521(key) => key.public_key().to_public_key_der(),
            Key::Ed25519(key) => key.verifying_key().to_public_key_der(),
            Key::Dsa(_) => return Err(Error::new(NO_SIGNER)),
        };
        match document {
            Ok(document) => Ok(document.into_vec()),
            Err(error) => refuse(error, "x509"),
        }
    }

    /// The AlgorithmIdentifier of the signatures that [`sign`](Key::sign) makes.
    pub(super) fn algorithm(&self) -> Vec<u8> {
        // RFC 4055 wants a NULL for RSA; the others have no parameters.
        let (oid, parameters): (&[u8], &[u8]) = match self {
            Key::Rsa(_) => (RSA_SHA256, &[5, 0]),
            Key::P384(_) => (ECDSA_SHA384, &[]),
            Key::P521(_) => (ECDSA_SHA512, &[]),
            Key::Ed25519(_) => (ED25519, &[]),
            Key::P256(_) | Key::Dsa(_) => (ECDSA_SHA256, &[]),
        };
        element(SEQUENCE, &[&element(OBJECT, &[oid]), parameters])
    }

    /// Signs the bytes as a certificate is signed.
    pub(super) fn sign(&self, bytes: &[u8], random: &mut ChaCha20Rng) -> Result<Vec<u8>, Error> {
        Ok(match self {
            Key::Rsa(key) => {
                let digest = Sha256::digest(bytes);
                match key.sign(Pkcs1v15Sign::new::<Sha256>(), &digest) {
                    Ok(signature) => signature,
                    Err(error) => return refuse(error, "x509"),
                }
            }
            Key::P256(key) => {
                let signature: p256::ecdsa::Signature =
                    p256::ecdsa::SigningKey::from(key.clone()).sign(bytes);
                signature.to_der().as_bytes().to_vec()
            }
            Key::P384(key) => {
                let signature: p384::ecdsa::Signature =
                    p384::ecdsa::SigningKey::from(key.clone()).sign(bytes);
                signature.to_der().as_bytes().to_vec()
            }
            Key::P521(key) => {
                let signer = p521::ecdsa::SigningKey::from_slice(&key.to_bytes());
                let signature: p521::ecdsa::Signature = match signer {
                    Ok(signer) => signer.sign_with_rng(random, bytes),
                    Err(error) => return refuse(error, "x509"),
                };
                signature.to_der().as_bytes().to_vec()
            }
            Key::Ed25519(key) => key.sign(bytes).to_bytes().to_vec(),
            Key::Dsa(_) => return Err(Error::new(NO_SIGNER)),
        })
    }
}

/// RFC 5915, with the curve, which the crates leave out.
fn sec1(curve: &[u8], scalar: &[u8], point: &[u8]) -> Vec<u8> {
    element(
        SEQUENCE,
        &[
            &integer(&[1]),
            &element(OCTET_STRING, &[scalar]),
            &element(0xA0, &[&element(OBJECT, &[curve])]),
            &element(0xA1, &[&bits(point)]),
        ],
    )
}

/// RFC 8410, without the public key, as Go writes it.
fn pkcs8_ed25519(key: &SigningKey) -> Vec<u8> {
    let inner = element(OCTET_STRING, &[key.as_bytes()]);
    element(
        SEQUENCE,
        &[
            &integer(&[]),
            &element(SEQUENCE, &[&element(OBJECT, &[ED25519])]),
            &element(OCTET_STRING, &[&inner]),
        ],
    )
}
