//! X.509 certificates as sprig has Go make them.

use std::any::Any;
use std::net::IpAddr;

use envlint_gotemplate::{Args, Context, Error, List, Object, Value};
use rand_core::RngCore;
use sha2::{Digest, Sha256};
use x509_cert::Certificate as Parsed;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_cert::spki::SubjectPublicKeyInfoRef;

use super::der::{
    BIT_STRING, BOOLEAN, GENERALIZED_TIME, OBJECT, OCTET_STRING, PRINTABLE_STRING, SEQUENCE, SET,
    UTC_TIME, UTF8_STRING, bits, element, integer,
};
use super::keys::{CERTIFICATE_RSA_BITS, Key, SIGNING_STEPS, generate_rsa};
use super::pem;
use crate::functions::encoding::decode_base64;
use crate::functions::session;
use crate::functions::text::display;
use crate::functions::time::Instant;

/// Go's name of [`Certificate`]'s type.
pub(super) const CERTIFICATE: &str = "sprig.certificate";

/// A certificate and its key, both PEM.
#[derive(Clone, Debug)]
struct Certificate {
    cert: String,
    key: String,
}

impl Object for Certificate {
    fn type_name(&self) -> &'static str {
        CERTIFICATE
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Cert", self.cert.as_str().into()),
            ("Key", self.key.as_str().into()),
        ]
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        let other = other.as_any().downcast_ref::<Certificate>()?;
        Some(self.cert == other.cert && self.key == other.key)
    }
}

/// What goes into a certificate.
struct Request {
    name: String,
    addresses: Vec<IpAddr>,
    dns_names: Vec<String>,
    days: i64,
    is_ca: bool,
}

/// `genCA name days` and `genCAWithKey name days key`
pub(super) fn authority(
    cx: &mut dyn Context,
    args: &Args,
    key: Option<&str>,
) -> Result<Value, Error> {
    cx.spend(SIGNING_STEPS)?;
    let key = key_or_new(cx, key)?;
    let request = Request {
        name: args.text(0).into_owned(),
        addresses: Vec::new(),
        dns_names: Vec::new(),
        days: args.int(1),
        is_ca: true,
    };
    issue(cx, &request, &key, None)
}

/// `genSelfSignedCert name ips names days` and with a key
pub(super) fn self_signed(
    cx: &mut dyn Context,
    args: &Args,
    key: Option<&str>,
) -> Result<Value, Error> {
    cx.spend(SIGNING_STEPS)?;
    let key = key_or_new(cx, key)?;
    issue(cx, &server(args)?, &key, None)
}

/// `genSignedCert name ips names days ca` and with a key
pub(super) fn signed(cx: &mut dyn Context, args: &Args, key: Option<&str>) -> Result<Value, Error> {
    cx.spend(SIGNING_STEPS)?;
    let key = key_or_new(cx, key)?;
    let Some(authority) = args.object::<Certificate>(4) else {
        return Err(Error::new("unable to decode certificate"));
    };
    let Some((_, der)) = pem::decode(&authority.cert) else {
        return Err(Error::new("unable to decode certificate"));
    };
    let parent = Parsed::from_der(&der).map_err(|error| {
        Error::new(format!(
            "error parsing certificate: decodedSignerCert.Bytes: x509: {error}"
        ))
    })?;
    let signer = Key::from_pem(&authority.key)
        .map_err(|error| Error::wrap("error parsing private key", error))?;
    issue(cx, &server(args)?, &key, Some((&parent, &signer)))
}

/// `buildCustomCert cert key`: checks a certificate and a key that come in base64.
pub(super) fn custom(args: &Args) -> Result<Value, Error> {
    let decode = |index: usize, what: &str| match decode_base64(args.bytes(index)) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(_) => Err(Error::new(format!("unable to decode base64 {what}"))),
    };
    let cert = decode(0, "certificate")?;
    let key = decode(1, "private key")?;
    let Some((_, der)) = pem::decode(&cert) else {
        return Err(Error::new("unable to decode certificate"));
    };
    Parsed::from_der(&der).map_err(|error| {
        Error::new(format!(
            "error parsing certificate: decodedCert.Bytes: x509: {error}"
        ))
    })?;
    Key::from_pem(&key).map_err(|error| Error::wrap("error parsing private key", error))?;
    Ok(Value::object(Certificate { cert, key }))
}

fn key_or_new(cx: &mut dyn Context, key: Option<&str>) -> Result<Key, Error> {
    match key {
        Some(text) => {
            Key::from_pem(text).map_err(|error| Error::wrap("parsing private key", error))
        }
        None => generate_rsa(cx, CERTIFICATE_RSA_BITS),
    }
}

fn server(args: &Args) -> Result<Request, Error> {
    Ok(Request {
        name: args.text(0).into_owned(),
        addresses: addresses(&args.list(1))?,
        dns_names: names(&args.list(2))?,
        days: args.int(3),
        is_ca: false,
    })
}

fn addresses(list: &List) -> Result<Vec<IpAddr>, Error> {
    let parse = |item: &Value| match item {
        Value::String(text) => {
            let text = text.to_str_lossy();
            text.parse()
                .map_err(|_| Error::new(format!("error parsing ip: {text}")))
        }
        other => Err(Error::new(format!(
            "error parsing ip: {} is not a string",
            display(other)?
        ))),
    };
    list.iter().map(parse).collect()
}

fn names(list: &List) -> Result<Vec<String>, Error> {
    let read = |item: &Value| match item {
        Value::String(text) => Ok(text.to_str_lossy().into_owned()),
        other => Err(Error::new(format!(
            "error processing alternate dns name: {} is not a string",
            display(other)?
        ))),
    };
    list.iter().map(read).collect()
}

/// Signs a certificate for `key`: by the parent, or by itself.
fn issue(
    cx: &mut dyn Context,
    request: &Request,
    key: &Key,
    parent: Option<(&Parsed, &Key)>,
) -> Result<Value, Error> {
    let der = build(cx, request, key, parent)
        .map_err(|error| Error::wrap("error creating certificate", error))?;
    let cert = pem::encode("CERTIFICATE", &der);
    Ok(Value::object(Certificate {
        cert,
        key: key.to_pem()?,
    }))
}

fn build(
    cx: &mut dyn Context,
    request: &Request,
    key: &Key,
    parent: Option<(&Parsed, &Key)>,
) -> Result<Vec<u8>, Error> {
    let invalid = |error: x509_cert::der::Error| Error::new(format!("x509: {error}"));
    let public = key.public_der()?;
    let subject = subject(&request.name);
    let (issuer, signer) = match parent {
        Some((parent, signer)) => {
            let theirs = parent
                .tbs_certificate
                .subject_public_key_info
                .to_der()
                .map_err(invalid)?;
            if theirs != signer.public_der()? {
                return Err(Error::new(
                    "x509: provided PrivateKey doesn't match parent's PublicKey",
                ));
            }
            (
                parent.tbs_certificate.subject.to_der().map_err(invalid)?,
                signer,
            )
        }
        None => (subject.clone(), key),
    };
    // Go names the issuer's key only when the issuer is another one.
    let issuer_key = match parent {
        Some((parent, _)) if issuer != subject => parent
            .tbs_certificate
            .get::<SubjectKeyIdentifier>()
            .map_err(invalid)?,
        _ => None,
    };
    let issuer_key = issuer_key.map(|(_, identifier)| identifier.0.as_bytes().to_vec());
    let mut serial = [0; 16];
    session(cx)?.random().fill_bytes(&mut serial);
    let now = session(cx)?.now();
    let lifetime = request.days.wrapping_mul(24 * 3_600_000_000_000);
    let validity = element(SEQUENCE, &[&time(&now)?, &time(&now.add(lifetime))?]);
    let algorithm = signer.algorithm();
    let extensions = extensions(request, &public, issuer_key.as_deref(), subject.len() == 2)?;
    let to_sign = element(
        SEQUENCE,
        &[
            // Version 3
            &element(0xA0, &[&integer(&[2])]),
            &integer(&serial),
            &algorithm,
            &issuer,
            &validity,
            &subject,
            &public,
            &element(0xA3, &[&element(SEQUENCE, &[&extensions])]),
        ],
    );
    let signature = signer.sign(&to_sign, session(cx)?.random())?;
    Ok(element(
        SEQUENCE,
        &[&to_sign, &algorithm, &bits(&signature)],
    ))
}

/// A name with nothing but the common name; empty when that is.
fn subject(name: &str) -> Vec<u8> {
    if name.is_empty() {
        return element(SEQUENCE, &[]);
    }
    let printable = |c: char| c.is_ascii_alphanumeric() || " '()+,-./:=?*&".contains(c);
    let tag = if name.chars().all(printable) {
        PRINTABLE_STRING
    } else {
        UTF8_STRING
    };
    let common_name = element(OBJECT, &[&[0x55, 4, 3]]);
    let attribute = element(SEQUENCE, &[&common_name, &element(tag, &[name.as_bytes()])]);
    element(SEQUENCE, &[&element(SET, &[&attribute])])
}

/// RFC 5280: UTCTime up to 2049.
fn time(instant: &Instant) -> Result<Vec<u8>, Error> {
    let text = instant.format(b"20060102150405Z");
    match (instant.civil().year, text.split_at_checked(2)) {
        (1950..2050, Some((_, short))) => Ok(element(UTC_TIME, &[short])),
        (0..10_000, _) => Ok(element(GENERALIZED_TIME, &[&text])),
        _ => Err(Error::new(
            "asn1: structure error: cannot represent time as GeneralizedTime",
        )),
    }
}

/// All extensions, in Go's order.
fn extensions(
    request: &Request,
    public: &[u8],
    issuer_key: Option<&[u8]>,
    no_subject: bool,
) -> Result<Vec<u8>, Error> {
    // Digital signature and key encipherment; an authority signs certificates too.
    let usage: &[u8] = if request.is_ca {
        &[2, 0xA4]
    } else {
        &[5, 0xA0]
    };
    let purpose = |last: u8| element(OBJECT, &[&[0x2B, 6, 1, 5, 5, 7, 3, last]]);
    let ca: &[u8] = if request.is_ca {
        &[BOOLEAN, 1, 0xFF]
    } else {
        &[]
    };
    let mut out = extension(15, true, &element(BIT_STRING, &[usage]));
    // Server and client authentication
    out.extend(extension(
        37,
        false,
        &element(SEQUENCE, &[&purpose(1), &purpose(2)]),
    ));
    out.extend(extension(19, true, &element(SEQUENCE, &[ca])));
    if request.is_ca {
        out.extend(extension(
            14,
            false,
            &element(OCTET_STRING, &[&key_identifier(public)?]),
        ));
    }
    if let Some(identifier) = issuer_key {
        out.extend(extension(
            35,
            false,
            &element(SEQUENCE, &[&element(0x80, &[identifier])]),
        ));
    }
    if !request.dns_names.is_empty() || !request.addresses.is_empty() {
        out.extend(extension(17, no_subject, &alternative_names(request)?));
    }
    Ok(out)
}

/// An extension of the arc 2.5.29.
fn extension(number: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[BOOLEAN, 1, 0xFF] } else { &[] };
    let oid = element(OBJECT, &[&[0x55, 0x1D, number]]);
    element(
        SEQUENCE,
        &[&oid, critical, &element(OCTET_STRING, &[value])],
    )
}

/// RFC 7093, method 1, which Go uses since 1.25.
fn key_identifier(public: &[u8]) -> Result<Vec<u8>, Error> {
    let info = SubjectPublicKeyInfoRef::from_der(public)
        .map_err(|error| Error::new(format!("x509: {error}")))?;
    let digest = Sha256::digest(info.subject_public_key.raw_bytes());
    Ok(digest.iter().copied().take(20).collect())
}

fn alternative_names(request: &Request) -> Result<Vec<u8>, Error> {
    let mut names = Vec::new();
    for name in &request.dns_names {
        if !name.is_ascii() {
            let shown = crate::functions::text::quote(name);
            return Err(Error::new(format!(
                "x509: {shown} cannot be encoded as an IA5String"
            )));
        }
        names.extend(element(0x82, &[name.as_bytes()]));
    }
    for address in &request.addresses {
        names.extend(match address.to_canonical() {
            IpAddr::V4(address) => element(0x87, &[&address.octets()]),
            IpAddr::V6(address) => element(0x87, &[&address.octets()]),
        });
    }
    Ok(element(SEQUENCE, &[&names]))
}
