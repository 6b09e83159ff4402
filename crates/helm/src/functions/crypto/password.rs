use bcrypt::Version;
use envlint_gotemplate::{Args, Context, Error, GoString, Value};
use hmac::{Hmac, Mac};
use rand_core::RngCore;
use sha2::Sha256;

use crate::functions::session;

/// Go's default cost, and the longest password that it takes.
const COST: u32 = 10;
/// What a slow hash is counted for: bcrypt takes some 50 milliseconds, and scrypt twice as long.
const BCRYPT_STEPS: u64 = 2_000_000;
pub(super) const SCRYPT_STEPS: u64 = 4_000_000;
const MAX_PASSWORD: usize = 72;

/// A bcrypt hash with a random salt, or why there is none.
pub(super) fn bcrypt(cx: &mut dyn Context, password: &[u8]) -> Result<String, Error> {
    if password.len() > MAX_PASSWORD {
        return Ok(format!(
            "failed to encrypt string with bcrypt: bcrypt: password length exceeds {MAX_PASSWORD} bytes"
        ));
    }
    cx.spend(BCRYPT_STEPS)?;
    let mut salt = [0; 16];
    session(cx)?.random().fill_bytes(&mut salt);
    Ok(match bcrypt::hash_with_salt(password, COST, salt) {
        Ok(parts) => parts.format_for_version(Version::TwoA),
        Err(error) => format!("failed to encrypt string with bcrypt: {error}"),
    })
}

/// A line of an Apache password file.
pub(super) fn htpasswd(cx: &mut dyn Context, args: &Args) -> Result<Value, Error> {
    let user = args.bytes(0);
    if user.contains(&b':') {
        return Ok(GoString::from([b"invalid username: ", user].concat()).into());
    }
    let hash = bcrypt(cx, args.bytes(1))?;
    Ok(GoString::from([user, b":", hash.as_bytes()].concat()).into())
}

/// The name space of the Master Password algorithm, which `derivePassword` follows.
const SCOPE: &[u8] = b"com.lyndir.masterpassword";

/// The shapes of a password type: each letter is a class of characters.
fn templates(kind: &[u8]) -> Option<&'static [&'static str]> {
    Some(match kind {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

fn characters(class: u8) -> &'static [u8] {
    match class {
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// `derivePassword counter type password user site`
pub(super) fn derive(args: &Args) -> GoString {
    let kind = args.bytes(1);
    let Some(templates) = templates(kind) else {
        return [b"cannot find password template ", kind].concat().into();
    };
    match seed(args) {
        Ok(seed) => shape(&seed, templates).into(),
        Err(error) => format!("failed to derive password: {error}").into(),
    }
}

fn prefixed(text: &[u8]) -> Vec<u8> {
    // Go cuts the length to 32 bits as well.
    [SCOPE, &(text.len() as u32).to_be_bytes(), text].concat()
}

fn seed(args: &Args) -> Result<[u8; 32], String> {
    let parameters = scrypt::Params::new(15, 8, 2, 64).map_err(|error| error.to_string())?;
    let mut key = [0; 64];
    scrypt::scrypt(
        args.bytes(2),
        &prefixed(args.bytes(3)),
        &parameters,
        &mut key,
    )
    .map_err(|error| error.to_string())?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|error| error.to_string())?;
    mac.update(&prefixed(args.bytes(4)));
    mac.update(&(args.uint(0) as u32).to_be_bytes());
    Ok(mac.finalize().into_bytes().into())
}

fn shape(seed: &[u8; 32], templates: &[&str]) -> Vec<u8> {
    let [first, seed @ ..] = seed;
    let template = templates
        .get(usize::from(*first) % templates.len())
        .copied()
        .unwrap_or("");
    let pick = |(class, byte): (u8, &u8)| {
        let characters = characters(class);
        characters
            .get(usize::from(*byte) % characters.len())
            .copied()
    };
    template.bytes().zip(seed).filter_map(pick).collect()
}
