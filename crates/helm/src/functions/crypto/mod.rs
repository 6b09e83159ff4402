//! Hashes, passwords, ciphers, keys and certificates (sprig: crypto.go).

mod aes;
mod certificate;
mod der;
mod hash;
mod keys;
mod password;
mod pem;
mod primes;

use envlint_gotemplate::{Function, Type, UintKind};

use certificate::{authority, custom, self_signed, signed};

const S: Type = Type::String;
const INT: Type = Type::INT;
const LIST: Type = Type::LIST;
const CERTIFICATE: Type = Type::Object(certificate::CERTIFICATE);
const UINT32: Type = Type::Uint(UintKind::Uint32);

pub(super) static TABLE: &[Function] = &[
    Function::new("sha1sum", &[S], |_, args| {
        Ok(hash::hex::<sha1::Sha1>(args.bytes(0)).into())
    }),
    Function::new("sha256sum", &[S], |_, args| {
        Ok(hash::hex::<sha2::Sha256>(args.bytes(0)).into())
    }),
    Function::new("sha512sum", &[S], |_, args| {
        Ok(hash::hex::<sha2::Sha512>(args.bytes(0)).into())
    }),
    Function::new("adler32sum", &[S], |_, args| {
        Ok(adler2::adler32_slice(args.bytes(0)).to_string().into())
    }),
    Function::new("bcrypt", &[S], |cx, args| {
        Ok(password::bcrypt(cx, args.bytes(0))?.into())
    }),
    Function::new("htpasswd", &[S, S], |cx, args| {
        password::htpasswd(cx, &args)
    }),
    Function::new("derivePassword", &[UINT32, S, S, S, S], |cx, args| {
        cx.spend(password::SCRYPT_STEPS)?;
        Ok(password::derive(&args).into())
    }),
    Function::new("encryptAES", &[S, S], |cx, args| {
        aes::encrypt(cx, args.bytes(0), args.bytes(1))
    }),
    Function::new("decryptAES", &[S, S], |_, args| {
        aes::decrypt(args.bytes(0), args.bytes(1))
    }),
    Function::new("genPrivateKey", &[S], |cx, args| {
        Ok(keys::generate(cx, &args.text(0))?.into())
    }),
    Function::new("genCA", &[S, INT], |cx, args| authority(cx, &args, None)),
    Function::new("genCAWithKey", &[S, INT, S], |cx, args| {
        authority(cx, &args, Some(&args.text(2)))
    }),
    Function::new("genSelfSignedCert", &[S, LIST, LIST, INT], |cx, args| {
        self_signed(cx, &args, None)
    }),
    Function::new(
        "genSelfSignedCertWithKey",
        &[S, LIST, LIST, INT, S],
        |cx, args| self_signed(cx, &args, Some(&args.text(4))),
    ),
    Function::new(
        "genSignedCert",
        &[S, LIST, LIST, INT, CERTIFICATE],
        |cx, args| signed(cx, &args, None),
    ),
    Function::new(
        "genSignedCertWithKey",
        &[S, LIST, LIST, INT, CERTIFICATE, S],
        |cx, args| signed(cx, &args, Some(&args.text(5))),
    ),
    Function::new("buildCustomCert", &[S, S], |cx, args| {
        cx.spend(keys::SIGNING_STEPS)?;
        custom(&args)
    }),
];
