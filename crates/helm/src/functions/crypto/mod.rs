//! Hashes, passwords, ciphers, keys and certificates (sprig: crypto.go).

mod aes;
mod hash;
mod password;

use envlint_gotemplate::{Function, Type, UintKind};

const S: Type = Type::String;
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
    Function::new("derivePassword", &[UINT32, S, S, S, S], |_, args| {
        Ok(password::derive(&args).into())
    }),
    Function::new("encryptAES", &[S, S], |cx, args| {
        aes::encrypt(cx, args.bytes(0), args.bytes(1))
    }),
    Function::new("decryptAES", &[S, S], |_, args| {
        aes::decrypt(args.bytes(0), args.bytes(1))
    }),
];
