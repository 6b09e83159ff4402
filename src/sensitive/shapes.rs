//! Tokens that are known by their shape, wherever they stand.
//!
//! The shapes are those that the issuers document or that secret scanners agree on (GitHub, GitLab, AWS, Stripe, … name
//! their prefixes so that leaked tokens can be found).

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::JWT;
use super::encoded::decode;
use super::harmless::is_example;
use super::table::{SHAPES, Set, Shape};
use super::words::entropy;

/// A token in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Where it is.
    pub range: Range<usize>,
    /// What it is: "a GitHub token".
    pub what: &'static str,
    /// Whether it only says whose key it is.
    pub is_id: bool,
}

static PREFIXES: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(SHAPES.iter().map(|shape| shape.prefix)).ok());

/// The tokens of a text, from left to right, without overlaps.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let Some(prefixes) = PREFIXES.as_ref() else {
        return Vec::new();
    };
    let mut found: Vec<Token> = Vec::new();
    for hit in prefixes.find_overlapping_iter(text) {
        let Some(shape) = SHAPES.get(hit.pattern().as_usize()) else {
            continue;
        };
        if let Some(range) = fit(text, shape, hit.start()) {
            found.push(Token {
                range,
                what: shape.what,
                is_id: shape.is_id,
            });
        }
    }
    found.sort_by_key(|token| (token.range.start, std::cmp::Reverse(token.range.end)));
    let mut end = 0;
    found.retain(|token| {
        let fresh = token.range.start >= end;
        if fresh {
            end = token.range.end;
        }
        fresh
    });
    found
}

/// The token of this shape whose prefix begins at `start`.
fn fit(text: &str, shape: &Shape, start: usize) -> Option<Range<usize>> {
    let before = text.get(..start)?.chars().next_back();
    let is_inside = before.is_some_and(|char| char.is_ascii_alphanumeric() || char == '_');
    // The middle of an address begins with a dot.
    if shape.lead == 0 && is_inside && !shape.prefix.starts_with('.') {
        return None;
    }
    let begin = start - lead(text, shape, start)?;
    let body_at = start + shape.prefix.len();
    let rest = text.get(body_at..)?;
    // No further than the token may go: a stranger's text may be one run of a million prefixes.
    let run = rest.bytes().take(shape.max + 1);
    let length = run.take_while(|byte| shape.set.has(*byte)).count();
    let body = rest.get(..length)?;
    let range = begin..body_at + length;
    let fits = (shape.min..=shape.max).contains(&length)
        && !is_filler(body)
        && !text.get(range.clone()).is_some_and(is_example);
    fits.then_some(range)
}

/// Some shapes have their known text in the middle: how many bytes stand before it.
fn lead(text: &str, shape: &Shape, start: usize) -> Option<usize> {
    if shape.lead == 0 {
        return Some(0);
    }
    let before = text.get(..start)?;
    let length = before
        .bytes()
        .rev()
        .take(shape.lead + 1)
        .take_while(|byte| shape.set.has(*byte))
        .count();
    (length == shape.lead).then_some(length)
}

/// `xxxxxxxxxxxxxxxx`, `0000…`, `1234567890…`, `placeholder`: what documentation puts in the place of a token.
fn is_filler(body: &str) -> bool {
    let says = |word: &str| body.to_ascii_lowercase().contains(word);
    body.len() >= 10 && (entropy(body) < 2.2 || says("xxxxxx") || says("placeholder"))
}

/// A JSON Web Token: three base64url parts, the first two of which are JSON objects. One without a signature is none.
pub(super) fn json_web_tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("eyJ")) {
        let start = from + at;
        let rest = text.get(start..).unwrap_or_default();
        let length = rest
            .bytes()
            .take_while(|byte| Set::Url.has(*byte) || *byte == b'.')
            .count();
        let token = rest.get(..length).unwrap_or_default().trim_end_matches('.');
        let parts: Vec<&str> = token.split('.').collect();
        let is_token = matches!(parts.as_slice(), [head, body, signature]
            if head.len() >= 10 && body.starts_with("ey") && body.len() >= 10 && signature.len() >= 10);
        if is_token && !is_example(token) {
            found.push(Token {
                range: start..start + token.len(),
                what: JWT,
                is_id: false,
            });
        }
        from = start + length.max(3);
    }
    found
}

/// A private key in PEM or PuTTY form: from its first to its last line. Certificates and public keys are none.
pub(super) fn private_keys(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("-----BEGIN ")) {
        let start = from + at;
        let rest = text.get(start..).unwrap_or_default();
        let label_at = "-----BEGIN ".len();
        let Some(label) = rest
            .get(label_at..)
            .and_then(|label| label.split("-----").next())
        else {
            break;
        };
        let body_at = label_at + label.len() + "-----".len();
        from = start + body_at.min(rest.len());
        if label.len() > 60
            || !(label.ends_with("PRIVATE KEY") || label.ends_with("PRIVATE KEY BLOCK"))
        {
            continue;
        }
        // A key without an end ends where the next one begins.
        let body = rest.get(body_at..).unwrap_or_default();
        let next = body.find("-----BEGIN ").unwrap_or(body.len());
        let body = body.get(..next).unwrap_or_default();
        let ended = body.contains("-----END ");
        let (body, end) = match body.find("-----END ") {
            Some(end) => {
                let tail = body.get(end + "-----END ".len()..).unwrap_or_default();
                let close = tail
                    .find("-----")
                    .map_or(tail.len(), |close| close + "-----".len());
                (
                    body.get(..end).unwrap_or_default(),
                    body_at + end + "-----END ".len() + close,
                )
            }
            None => (body, body_at + body.len()),
        };
        let letters = body.bytes().filter(u8::is_ascii_alphanumeric).count();
        let is_shown = match ended {
            true => body.contains("...") || is_cut_off(body),
            false => !goes_on_as_key(body),
        };
        if letters >= 24
            && !is_shown
            && !names_what_is_put_in(body)
            && !is_filler(body)
            && !body.contains("${")
            && !body.contains("{{")
        {
            found.push(start..start + end.min(rest.len()));
            from = start + end.min(rest.len());
        }
    }
    let headless = headless_keys(text);
    let is_known = |key: &Range<usize>| {
        found
            .iter()
            .any(|known| known.end > key.start && known.start < key.end)
    };
    let headless: Vec<Range<usize>> = headless.into_iter().filter(|key| !is_known(key)).collect();
    found.extend(headless);
    if let Some(start) = text
        .find("PuTTY-User-Key-File-")
        .filter(|_| text.contains("Private-Lines:"))
    {
        found.push(start..text.len());
    }
    found
}

/// Whether what stands for a key only names it: `[REPLACE_WITH_SSH_KEY]`, `<your-key>`. A line of a key is longer than such words.
fn names_what_is_put_in(body: &str) -> bool {
    const LINE: usize = 40;
    let is_base64 = |char: char| char.is_ascii_alphanumeric() || matches!(char, '+' | '/' | '=');
    let mut runs = body.split(|char| !is_base64(char));
    body.contains(['[', '<', '_']) && runs.all(|run| run.len() < LINE)
}

/// Private keys that lost their first line: lines of base64, down to the line that ends a key.
fn headless_keys(text: &str) -> Vec<Range<usize>> {
    const END: &str = "-----END ";
    const LEAST: usize = 48;
    let in_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let is_of_key = |line: &&str| !line.trim().is_empty() && line.trim().bytes().all(in_base64);
    let mut found = Vec::new();
    for (at, _) in text.match_indices(END) {
        let behind = text.get(at + END.len()..).unwrap_or_default();
        let label = behind.split("-----").next().unwrap_or_default();
        let before = text.get(..at).unwrap_or_default();
        let before = before.trim_end_matches([' ', '\t']);
        if label.len() > 60 || !label.ends_with("PRIVATE KEY") || !before.ends_with('\n') {
            continue;
        }
        let lines = before.split_inclusive('\n').rev();
        let body: usize = lines.take_while(is_of_key).map(str::len).sum();
        let start = before.len() - body;
        let key = text.get(start..at).unwrap_or_default();
        let has_head = before
            .get(..start)
            .unwrap_or_default()
            .trim_end()
            .ends_with("-----");
        if !has_head
            && key.bytes().filter(|byte| in_base64(*byte)).count() >= LEAST
            && !is_filler(key)
        {
            let end = at + END.len() + label.len();
            found.push(start..end.min(text.len()));
        }
    }
    found
}

/// Whether what follows the first line of a key is one: documentation says how it begins, and goes on in words.
fn goes_on_as_key(body: &str) -> bool {
    let lines = body.split(['\n', '\r']).flat_map(|line| line.split("\\n"));
    let mut lines =
        lines.map(|line| line.trim_matches(['#', ' ', '\t', '"', '\'', '\\', '+', ',']));
    let first = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let is_dense = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    // `Proc-Type: 4,ENCRYPTED`, `Version: GnuPG v2`
    let is_header = first.starts_with("Proc-Type:") || first.starts_with("Version:");
    is_header || first.len() >= 20 && first.bytes().take(20).all(is_dense)
}

/// Whether a key is so short of the length that its own head says that nothing secret is left of it: who shows what a key
/// looks like keeps its first line. A key begins with what is public of it.
fn is_cut_off(body: &str) -> bool {
    let body = body.replace("\\n", "").replace("\\r", "");
    // With lines before it that say how it is encrypted, it has no such head.
    if body.contains(':') {
        return false;
    }
    let in_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let start: String = body.trim().chars().take(8).collect();
    let length = match decode(&start).as_deref() {
        Some([0x30, 0x82, high, low, ..]) => usize::from(*high) << 8 | usize::from(*low),
        _ => return false,
    };
    let bytes = body.bytes().filter(in_base64).count() * 3 / 4;
    bytes * LEAST_OF_KEY < length
}

/// The part of a key, one in so many, below which it is cut off.
const LEAST_OF_KEY: usize = 16;

/// Whether a whole text is a password hash, as in an htpasswd file: it can be guessed from offline.
pub(super) fn is_password_hash(text: &str) -> bool {
    let hash = text.split_once(':').map_or(text, |(_, hash)| hash).trim();
    let hash = if hash.starts_with('$') {
        hash
    } else {
        text.trim()
    };
    let (Some(rest), true) = (hash.strip_prefix('$'), hash.len() >= 30) else {
        return hash
            .strip_prefix("{SHA}")
            .is_some_and(|rest| rest.len() == 28);
    };
    let kind = rest.split('$').next().unwrap_or_default();
    matches!(
        kind,
        "1" | "2a"
            | "2b"
            | "2y"
            | "5"
            | "6"
            | "y"
            | "7"
            | "apr1"
            | "argon2i"
            | "argon2id"
            | "argon2d"
            | "scrypt"
            | "pbkdf2-sha256"
            | "pbkdf2-sha512"
    ) && !hash.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens are put together here so that no scanner takes this file for a leak.
    fn made(prefix: &str, alphabet: &str, length: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        let body = (0..length).map(|at| letters[(at * 7 + at / 5 + 3) % letters.len()]);
        prefix.chars().chain(body).collect()
    }

    const MIXED: &str = "aB3dE5fG7hJ9kLmN2pQrS4tUvW6xYz8";
    const HEX: &str = "0a1b2c3d4e5f6789";
    const CAPITALS: &str = "A2BC3DE4FG5HJ6KLMN7PQRSTUVWXYZ";

    #[test]
    fn every_shape_is_found_in_a_line() {
        for (prefix, alphabet, length, what) in [
            ("AKIA", CAPITALS, 16, "the ID of an AWS access key"),
            ("ghp_", MIXED, 36, "a GitHub token"),
            ("github_pat_", MIXED, 82, "a GitHub token"),
            ("glpat-", MIXED, 20, "a GitLab token"),
            ("AIza", MIXED, 35, "a Google API key"),
            ("sk_live_", MIXED, 24, "a Stripe key"),
            ("npm_", MIXED, 36, "an npm token"),
            ("dckr_pat_", MIXED, 27, "a Docker token"),
            ("hvs.", MIXED, 90, "a Vault token"),
            ("sk-ant-api03-", MIXED, 90, "an Anthropic key"),
            ("sk-proj-", MIXED, 60, "an OpenAI key"),
            ("dapi", HEX, 32, "a Databricks token"),
            ("dop_v1_", HEX, 64, "a DigitalOcean token"),
            ("hf_", MIXED, 34, "a Hugging Face token"),
            ("AGE-SECRET-KEY-1", CAPITALS, 58, "an age key"),
        ] {
            let token = made(prefix, alphabet, length);
            let text = format!("use {token}, please");
            let found = tokens(&text);
            assert_eq!(found.len(), 1, "{prefix}");
            assert_eq!(
                (found[0].what, &text[found[0].range.clone()]),
                (what, &*token)
            );
        }
    }

    #[test]
    fn what_is_no_token_is_left_alone() {
        for text in [
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "AKIA0000000000000000",
            "task-runner-service",
            "sk-learn",
            "risk-assessment-model-for-production-use",
            "hf_transfer",
            "npm_config_registry",
            "shell-script",
            "dapi",
        ] {
            assert_eq!(tokens(text), [], "{text}");
        }
    }

    #[test]
    fn private_keys_are_found_and_certificates_are_not() {
        let body = made("", MIXED, 64);
        for (label, expected) in [
            ("PRIVATE KEY", 1),
            ("RSA PRIVATE KEY", 1),
            ("OPENSSH PRIVATE KEY", 1),
            ("ENCRYPTED PRIVATE KEY", 1),
            ("PGP PRIVATE KEY BLOCK", 1),
            ("CERTIFICATE", 0),
            ("PUBLIC KEY", 0),
            ("PGP MESSAGE", 0),
        ] {
            let text = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
            assert_eq!(private_keys(&text).len(), expected, "{label}");
        }
        // The first line of a key of 1217 bytes, and its last.
        let first = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7";
        for shown in [
            format!("\n{first}\nxQIDAQAB\n"),
            format!("\\n{first}\\nxQIDAQAB\\n"),
            format!("\n{body}\n...\n"),
        ] {
            let text = format!("-----BEGIN PRIVATE KEY-----{shown}-----END PRIVATE KEY-----");
            assert!(private_keys(&text).is_empty(), "{text}");
        }
        for (text, expected) in [
            (
                format!("tls:\n  key: |\n    {body}\n    {body}\n    -----END PRIVATE KEY-----\n"),
                1,
            ),
            (format!("{body}\n-----END CERTIFICATE-----\n"), 0),
            ("it ends with\n-----END PRIVATE KEY-----\n".to_owned(), 0),
        ] {
            assert_eq!(private_keys(&text).len(), expected, "{text}");
        }
        let whole = format!("\n{first}{}\n", body.repeat(20));
        let text = format!("-----BEGIN PRIVATE KEY-----{whole}-----END PRIVATE KEY-----");
        assert_eq!(private_keys(&text).len(), 1);
        assert!(
            private_keys("-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----").is_empty()
        );
        for named in [
            "[REPLACE_WITH_ACTUAL_SSH_PRIVATE_KEY]",
            "<the private key of the deploy user>",
        ] {
            let text = format!("-----BEGIN PRIVATE KEY-----\n{named}\n-----END PRIVATE KEY-----\n");
            assert!(private_keys(&text).is_empty(), "{text}");
        }
    }
}
