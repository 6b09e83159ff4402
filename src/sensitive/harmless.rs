//! What a text says that is no secret by its looks: a placeholder, an example, a path, an address, a duration.

use super::shapes::is_password_hash;
use super::words::{entropy, reads_like_words};

/// What documentation and templates put where a secret belongs.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let inner = |open: char, close: char| text.starts_with(open) && text.ends_with(close);
    if text.is_empty() || inner('<', '>') || inner('[', ']') || inner('{', '}') {
        return true;
    }
    let small = text.to_ascii_lowercase();
    let letters: String = small.chars().filter(char::is_ascii_alphanumeric).collect();
    if letters.is_empty() || letters.bytes().all(|byte| byte == b'x') || letters.chars().count() < 3
    {
        return true;
    }
    const STARTS: &[&str] = &[
        "your",
        "replace",
        "todo",
        "tbd",
        "fixme",
        "insert",
        "placeholder",
        "dummy",
        "example",
        "redacted",
        "enter",
        "setme",
        "fillin",
        "putyour",
        "none",
        "null",
        "notset",
        "unset",
        "undefined",
        "removed",
        "hidden",
        "masked",
        "managedby",
        "providedby",
        "setby",
        "setvia",
        "storedin",
        "injected",
        "override",
        "overridden",
        "fake",
        "generated",
        "seevault",
        "fromvault",
        "fromsecret",
        "usesecret",
        "exampleonly",
        "sample",
        "required",
        "optional",
    ];
    STARTS.iter().any(|start| letters.starts_with(start))
        // The password of an application, as pages show its form.
        || small.starts_with("abcd efgh")
        || [
            "replaceme",
            "placeholder",
            "xxxxxx",
            "goeshere",
            "redacted",
            "tobereplaced",
            "yourkey",
            "yourapi",
            "yourtoken",
            "yoursecret",
            "yourpassword",
            "keyhere",
            "tokenhere",
            "secrethere",
            "passwordhere",
        ]
        .iter()
        .any(|word| letters.contains(word))
}

/// Texts that look random, or hold letters and digits, and are no secret: addresses, paths, identifiers, keys that are
/// public, ciphertext.
pub(super) fn is_harmless(text: &str) -> bool {
    let text = text.trim();
    is_path(text)
        || is_example(text)
        || is_mail_address(text)
        || is_key_file(text)
        || text.contains("://")
        || text.starts_with("ssh-rsa ")
        || text.starts_with("ssh-ed25519 ")
        || text.starts_with("ecdsa-sha2-")
        || text.starts_with("-----BEGIN ")
        || PUBLISHABLE.iter().any(|start| text.starts_with(start))
        || is_sealed(text)
        || text.parse::<std::net::IpAddr>().is_ok()
        || is_duration(text)
        || is_password_hash(text)
}

/// How keys begin that every visitor of a page gets: the public one of two at Stripe (<https://docs.stripe.com/keys>) and
/// Toss Payments (<https://docs.tosspayments.com/reference/using-api/api-keys>), the key of a project at PostHog
/// (<https://posthog.com/docs/api>).
const PUBLISHABLE: [&str; 6] = [
    "pk_",
    "phc_",
    "live_ck_",
    "live_gck_",
    "test_ck_",
    "test_gck_",
];

/// What the documentation of an issuer or a standard shows, and everybody copies: the keys of AWS's pages, the token of
/// jwt.io, the UUIDs of RFC 4122 and of OpenAPI, the UUID of zeros. And the keys that the emulators of Azure's storage
/// (<https://learn.microsoft.com/azure/storage/common/storage-use-azurite>) and of Cosmos DB take, which are the same everywhere.
pub(super) fn is_example(text: &str) -> bool {
    const EXAMPLES: &[&str] = &[
        "550e8400-e29b-41d4-a716-446655440000",
        "123e4567-e89b-12d3-a456-426614174000",
        "123e4567-e89b-12d3-a456-426655440000",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
        "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==",
    ];
    const JWT: &str =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lI";
    text.ends_with("EXAMPLE")
        || text.ends_with("EXAMPLEKEY")
        || text.starts_with(JWT)
        || EXAMPLES
            .iter()
            .any(|example| text.eq_ignore_ascii_case(example))
        || (is_uuid(text) && entropy(text) < 2.5)
}

pub(super) fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && parts
            .iter()
            .all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A path of a file system or of a key-value store. Base64 may have slashes too, but reads unlike words.
fn is_path(text: &str) -> bool {
    let rooted = ["/", "./", "../", "~/", "C:\\"]
        .iter()
        .any(|start| text.starts_with(start));
    let slashes = text.matches(['/', '\\']).count();
    (rooted || slashes > 0) && !text.contains(char::is_whitespace) && reads_like_words(text)
}

/// The name of a file that a key lies in, as the entries of Secrets are called: `jwt-key.pub`.
fn is_key_file(text: &str) -> bool {
    const ENDS: [&str; 7] = [".pub", ".pem", ".crt", ".key", ".p12", ".pfx", ".jks"];
    ENDS.iter().any(|end| text.ends_with(end))
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}

fn is_mail_address(text: &str) -> bool {
    let Some((user, host)) = text.split_once('@') else {
        return false;
    };
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
    };
    plain(user) && plain(host) && host.contains('.') && !host.ends_with('.')
}

/// What `kubeseal` writes: base64 of a length, a session key and ciphertext, hundreds of characters long.
fn is_sealed(text: &str) -> bool {
    text.len() >= 200 && text.starts_with("Ag") && is_base64(text)
}

/// Whether the text has only the characters of base64.
pub(super) fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len() - body.len() <= 2
        && !body.is_empty()
        && body
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte))
}

/// `3600s`, `24h`, `90 days`.
fn is_duration(text: &str) -> bool {
    let unit = text
        .trim_start_matches(|char: char| char.is_ascii_digit() || char == '.')
        .trim();
    unit.len() < text.len()
        && matches!(
            unit,
            "ms" | "s"
                | "m"
                | "h"
                | "d"
                | "w"
                | "sec"
                | "min"
                | "seconds"
                | "minutes"
                | "hours"
                | "days"
        )
}
