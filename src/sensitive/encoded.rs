//! Base64, as Kubernetes Secrets and Docker's configuration have it.

use super::value::is_base64;

/// What a text says when it is base64 of readable text.
pub(super) fn decode_text(text: &str) -> Option<String> {
    let joined: String = text.split_ascii_whitespace().collect();
    if joined.len() < 4 || !is_base64(&joined) {
        return None;
    }
    let decoded = String::from_utf8(decode(&joined)?).ok()?;
    let readable = !decoded.is_empty()
        && decoded
            .chars()
            .all(|char| !char.is_control() || char.is_ascii_whitespace());
    readable.then_some(decoded)
}

/// Whether a text is base64 of anything, readable or not.
pub(super) fn decodes(text: &str) -> bool {
    let joined: String = text.split_ascii_whitespace().collect();
    is_base64(&joined) && decode(&joined).is_some()
}

/// The bytes of base64 text, of either alphabet, with or without padding.
fn decode(text: &str) -> Option<Vec<u8>> {
    let body = text.trim_end_matches('=').as_bytes();
    if body.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(body.len() * 3 / 4);
    for group in body.chunks(4) {
        let mut bits = 0_u32;
        for byte in group {
            bits = bits << 6 | digit(*byte)?;
        }
        bits <<= 6 * (4 - group.len());
        let [_, first, second, third] = bits.to_be_bytes();
        bytes.extend([first, second, third].iter().take(group.len() - 1));
    }
    Some(bytes)
}

fn digit(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}

/// Base64 of bytes, in the standard alphabet with padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            if at <= group.len() {
                let index = bits >> (18 - 6 * at) & 63;
                text.push(char::from(
                    ALPHABET.get(index as usize).copied().unwrap_or(b'='),
                ));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{decode_text, encode};

    #[test]
    fn base64_goes_both_ways() {
        for text in ["hunter2", "hunter22", "hunter222", "ä key", "-----BEGIN"] {
            let encoded = encode(text.as_bytes());
            assert_eq!(decode_text(&encoded).as_deref(), Some(text));
            assert_eq!(
                decode_text(encoded.trim_end_matches('=')).as_deref(),
                Some(text)
            );
        }
        assert_eq!(encode(b"ab"), "YWI=");
        assert_eq!(decode_text("no base64!"), None);
        assert_eq!(decode_text("AAAAAAAA"), None);
    }
}
