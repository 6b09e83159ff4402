//! Keys that promise no secret by their last words and mention one: `TOKEN_GITHUB`, `DATABASE_PASSWORD_READONLY`,
//! `extraSecrets`. What looks drawn below them is one.

use super::names::{Promise, hints_at_secret, is_of_everybody, words};
use super::value::is_secret;

/// Shorter texts are not called drawn.
const SHORTEST: usize = 16;

/// Words for what nobody must see.
const SECRETS: &[&str] = &[
    "apikey",
    "apikeys",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
];

/// Words behind them that say that the value tells something about the secret: where it is, what it is called, how long it holds.
const ABOUT: &[&str] = &[
    "account",
    "alg",
    "algorithm",
    "annotation",
    "annotations",
    "arn",
    "at",
    "audience",
    "ca",
    "cert",
    "certificate",
    "checksum",
    "class",
    "count",
    "created",
    "date",
    "digest",
    "dir",
    "duration",
    "email",
    "endpoint",
    "expiration",
    "expiry",
    "field",
    "file",
    "fingerprint",
    "format",
    "group",
    "hash",
    "hashes",
    "header",
    "headers",
    "host",
    "id",
    "identifier",
    "ids",
    "image",
    "issuer",
    "key",
    "keys",
    "kid",
    "label",
    "labels",
    "len",
    "length",
    "lifetime",
    "limit",
    "manager",
    "md5",
    "mount",
    "mtime",
    "name",
    "names",
    "namespace",
    "path",
    "pattern",
    "policy",
    "port",
    "prefix",
    "property",
    "provider",
    "ref",
    "refs",
    "regex",
    "role",
    "rotation",
    "schedule",
    "scope",
    "scopes",
    "sha",
    "sha256",
    "since",
    "size",
    "store",
    "suffix",
    "template",
    "thumbprint",
    "time",
    "ttl",
    "type",
    "updated",
    "uri",
    "url",
    "user",
    "username",
    "uuid",
    "version",
];

/// Words before them that say the same: `checksum/tls-secret`.
const SUMS: &[&str] = &["checksum", "digest", "hash", "md5", "sha", "sha256"];

/// Whether a key mentions a secret, and says nothing about it that would make of the value what is told of it.
fn mentions_secret(key: &str) -> bool {
    let is_token_of_git = |words: &[String]| matches!(words, [.., before, last] if last == "pat" && !ABOUT.contains(&before.as_str()));
    let may = hints_at_secret(key) || key.len() > 3 && ends_with(key, "pat");
    if key.len() > 200 || !may {
        return false;
    }
    let words = words(key);
    if is_of_everybody(&words) {
        return false;
    }
    let is_secret = |word: &String| SECRETS.contains(&word.as_str());
    let Some(at) = words.iter().position(is_secret) else {
        return is_token_of_git(&words);
    };
    let is_sum = |word: &String| SUMS.contains(&word.as_str());
    let is_about = |word: &String| ABOUT.contains(&word.as_str());
    !words.iter().take(at).any(is_sum) && !words.iter().skip(at).any(is_about)
}

/// Whether a text looks drawn, and its key mentions a secret.
pub(super) fn is_drawn_secret(key: &str, text: &str) -> bool {
    text.len() >= SHORTEST && mentions_secret(key) && is_secret(text.trim(), Promise::SecretName)
}

/// Whether a key of a map of secrets tells something about them.
pub(super) fn is_about(key: &str) -> bool {
    let words = words(key);
    words.iter().any(|word| ABOUT.contains(&word.as_str())) || is_of_everybody(&words)
}

fn ends_with(key: &str, end: &str) -> bool {
    let start = key.len().checked_sub(end.len());
    let tail = start.and_then(|start| key.as_bytes().get(start..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end.as_bytes()))
}

/// What a key promises of the entries of its map: `passwords: {db: …}`, `tokens: {ci: …}`, `secretEnv: {FOO: …}`.
pub(super) fn promise_of_entries(key: &str) -> Promise {
    if !hints_at_secret(key) {
        return Promise::Nothing;
    }
    let words = words(key);
    if is_of_everybody(&words) {
        return Promise::Nothing;
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        // All of them are passwords, whatever they look like.
        [.., "passwords"] => Promise::Unclear,
        [
            ..,
            "secret",
            "env" | "data" | "envs" | "vars" | "variables" | "values",
        ]
        | [.., "secrets" | "tokens" | "apikeys"]
        | [.., "api", "keys"] => Promise::SecretName,
        _ => Promise::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_may_be_mentioned_anywhere_in_a_key() {
        for key in [
            "DATABASE_PASSWORD_READONLY",
            "PASSWORD_DB",
            "AUTH_TOKEN_EU",
            "TOKEN_GITHUB",
            "OAUTH_CLIENT_SECRET_GOOGLE",
            "passwordAdmin",
            "oauth2ClientSecretWeb",
            "GITHUB_PAT",
            "githubPat",
        ] {
            assert!(mentions_secret(key), "{key}");
        }
        for key in [
            "tokenUrl",
            "secretName",
            "passwordKey",
            "token_issuer_eu",
            "passwordHashAlgorithm",
            "existingSecretEu",
            "NEXT_PUBLIC_TOKEN_EU",
            "publicTokenEu",
            "tokenizer",
            "path",
            "pat",
            "secretStoreRef",
            "imagePullSecretNames",
            "clientSecretId",
            "gtmTokenEu",
            "checksum/tls-secret-eu",
            "passwordMtime",
        ] {
            assert!(!mentions_secret(key), "{key}");
        }
    }
}
