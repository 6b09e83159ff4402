//! AES-256 in CBC mode with PKCS#7 padding; the key is the password, cut or filled with zeros.

use aes::Aes256;
use aes::cipher::block_padding::{NoPadding, Pkcs7};
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use data_encoding::BASE64;
use envlint_gotemplate::{Context, Error, GoString, Value};
use rand_core::RngCore;

use crate::functions::encoding::decode_base64;
use crate::functions::session;

const BLOCK: usize = 16;

fn key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    for (slot, byte) in key.iter_mut().zip(password) {
        *slot = *byte;
    }
    key
}

/// base64 of a random initialization vector and the cipher text.
pub(super) fn encrypt(cx: &mut dyn Context, password: &[u8], text: &[u8]) -> Result<Value, Error> {
    if text.is_empty() {
        return Ok("".into());
    }
    let mut vector = [0; BLOCK];
    session(cx)?.random().fill_bytes(&mut vector);
    let cipher = cbc::Encryptor::<Aes256>::new(&key(password).into(), &vector.into());
    let encrypted = cipher.encrypt_padded_vec_mut::<Pkcs7>(text);
    Ok(BASE64.encode(&[&vector[..], &encrypted].concat()).into())
}

/// Undoes [`encrypt`]. The padding is not checked: its last byte says how much to cut.
pub(super) fn decrypt(password: &[u8], text: &[u8]) -> Result<Value, Error> {
    if text.is_empty() {
        return Ok("".into());
    }
    let data = decode_base64(text)?;
    let (vector, data) = data.split_first_chunk::<BLOCK>().ok_or_else(|| {
        // Go's buffer has room for what the text could hold at most.
        let capacity = text.len() / 4 * 3;
        Error::new(format!(
            "runtime error: slice bounds out of range [:{BLOCK}] with capacity {capacity}"
        ))
    })?;
    if data.len() % BLOCK != 0 {
        return Err(Error::new("crypto/cipher: input not full blocks"));
    }
    let cipher = cbc::Decryptor::<Aes256>::new(&key(password).into(), vector.into());
    let decrypted = cipher
        .decrypt_padded_vec_mut::<NoPadding>(data)
        .map_err(|error| Error::new(error.to_string()))?;
    let Some(padding) = decrypted.last() else {
        return Err(Error::new("runtime error: index out of range [-1]"));
    };
    let length = decrypted.len() as i64 - i64::from(*padding);
    match usize::try_from(length)
        .ok()
        .and_then(|length| decrypted.get(..length))
    {
        Some(text) => Ok(GoString::from(text).into()),
        None => Err(Error::new(format!(
            "runtime error: slice bounds out of range [:{length}]"
        ))),
    }
}
