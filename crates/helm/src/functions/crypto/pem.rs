//! PEM as Go writes and finds it (encoding/pem).

use data_encoding::BASE64;

use crate::functions::encoding::decode_base64;

/// Bytes of base64 in a line.
const LINE: usize = 64;

/// One block.
pub(super) fn encode(label: &str, der: &[u8]) -> String {
    let body = BASE64.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// The label and bytes of the first block that is well formed. Headers, lines with a colon, are skipped.
pub(super) fn decode(text: &str) -> Option<(String, Vec<u8>)> {
    let mut lines = text.lines().map(str::trim_end);
    while let Some(line) = lines.next() {
        let begin = line
            .strip_prefix("-----BEGIN ")
            .and_then(|line| line.strip_suffix("-----"));
        let Some(label) = begin else { continue };
        let end = format!("-----END {label}-----");
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
        let ended = text.lines().any(|line| line.trim_end() == end);
        let body: String = body
            .into_iter()
            .filter(|line| !line.contains(':'))
            .collect();
        let stripped: Vec<u8> = body
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        if let (true, Ok(der)) = (ended, decode_base64(&stripped)) {
            return Some((label.to_owned(), der));
        }
    }
    None
}
