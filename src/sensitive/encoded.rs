//! Base64, as Kubernetes Secrets and Docker's configuration have it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use envlint_yaml::Node;

use super::harmless::is_base64;

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

/// Whether every entry of a map is base64, as `data` of a Secret must be.
pub(super) fn is_base64_map(value: &Node) -> bool {
    value.as_mapping().is_some_and(|mapping| {
        mapping.iter().all(|(_, value)| {
            value
                .as_scalar()
                .is_some_and(|scalar| scalar.text().is_empty() || decodes(scalar.text()))
        })
    })
}

/// Base64 as people paste it: with or without padding, and with anything in the bits that are left over.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const OF_ADDRESSES: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The bytes of base64 text, of either alphabet, with or without padding.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let body = text.trim_end_matches('=');
    let engine = match body.contains(['-', '_']) {
        true => OF_ADDRESSES,
        false => PLAIN,
    };
    engine.decode(body).ok()
}

/// What base64 of any text shows that has these bytes inside: three groups of digits, as the bytes before them are a multiple
/// of three or not, in both alphabets. A digit that other bytes have a part in is left out.
pub(super) fn inside(bytes: &[u8]) -> Vec<String> {
    const BITS: usize = 6;
    let shown = (0..3).filter_map(|before| {
        let mut all = vec![0; before];
        all.extend(bytes);
        let (from, to) = ((before * 8).div_ceil(BITS), all.len() * 8 / BITS);
        encode(&all).get(from..to).map(str::to_owned)
    });
    let shown: Vec<String> = shown.collect();
    let of_addresses = shown
        .iter()
        .map(|text| text.replace('+', "-").replace('/', "_"));
    let of_addresses: Vec<String> = of_addresses.collect();
    [shown, of_addresses].concat()
}

/// Base64 of bytes, in the standard alphabet with padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode_text, encode, inside};

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
    #[test]
    fn base64_shows_a_text_at_each_place() {
        for text in ["Gh7wRt4zNc83bVqe", "p?ss>~word~", "üö passwört"] {
            let forms = inside(text.as_bytes());
            for (before, after) in [("", ""), ("a:", ""), ("shopper:", "\n"), ("é", "xy")] {
                let all = encode(format!("{before}{text}{after}").as_bytes());
                let of_addresses = all.replace('+', "-").replace('/', "_");
                for all in [all, of_addresses] {
                    assert!(
                        forms.iter().any(|form| all.contains(form)),
                        "{all} {forms:?}"
                    );
                }
            }
        }
    }
}
