//! What a file is that was given for a chart and is no archive. Helm prints the guess of Go's `http.DetectContentType`; these are
//! the kinds that a mistyped command line is likely to meet.

/// The media type of the first bytes of a file, in Go's spelling.
pub(super) fn content_type(data: &[u8]) -> &'static str {
    let head = data.get(..data.len().min(512)).unwrap_or(data);
    let text = head.trim_ascii_start();
    const SIGNATURES: &[(&[u8], &str)] = &[
        (b"<?xml", "text/xml; charset=utf-8"),
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"Rar!\x1a\x07", "application/x-rar-compressed"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"\x00asm", "application/wasm"),
        (b"\xfe\xff", "text/plain; charset=utf-16be"),
        (b"\xff\xfe", "text/plain; charset=utf-16le"),
    ];
    if let Some((_, kind)) = SIGNATURES.iter().find(|(magic, _)| head.starts_with(magic)) {
        return kind;
    }
    let html = [
        &b"<!doctype html"[..],
        b"<html",
        b"<head",
        b"<script",
        b"<body",
        b"<!--",
    ];
    if html.iter().any(|tag| {
        text.len() > tag.len()
            && text
                .get(..tag.len())
                .is_some_and(|t| t.eq_ignore_ascii_case(tag))
    }) {
        return "text/html; charset=utf-8";
    }
    // Helm shows the sniffer a zeroed buffer of 512 bytes, so that a shorter text looks binary to it.
    if head.len() < 512 {
        return "application/octet-stream";
    }
    // Go: sniff.go, textSig; a control byte other than the white space and escape ones means binary.
    let binary = |b: &u8| matches!(b, 0x00..=0x08 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    if head.iter().any(binary) {
        "application/octet-stream"
    } else {
        "text/plain; charset=utf-8"
    }
}
