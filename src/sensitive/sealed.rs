//! Text that stands where ciphertext should.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Whether a text under `encryptedData` is a secret that anybody can read. What begins as sealed values do (`Ag` is base64
/// of the length of the usual RSA block) is at worst a broken one.
pub(super) fn is_readable(text: &str) -> bool {
    let bytes = STANDARD.decode(text.trim());
    !text.starts_with("Ag") && bytes.map_or(true, |bytes| is_plain_text(&bytes))
}

/// Whether bytes are text that a person reads.
pub fn is_plain_text(bytes: &[u8]) -> bool {
    let is_odd = |character: char| character.is_control() && !character.is_whitespace();
    std::str::from_utf8(bytes).is_ok_and(|text| !text.contains(is_odd))
}
